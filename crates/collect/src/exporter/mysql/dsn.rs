//! The data source name of Go's MySQL driver: `user:password@tcp(host:3306)/database?tls=skip-verify`.
//!
//! Parameters that only change how Go sees values are accepted and mean nothing here. The password never shows.

use std::fmt;
use std::path::PathBuf;

const DEFAULT_PORT: u16 = 3306;
const DEFAULT_HOST: &str = "127.0.0.1";
const DEFAULT_SOCKET: &str = "/tmp/mysql.sock";

/// Where a server is and who asks.
#[derive(Clone, PartialEq, Eq)]
pub struct Dsn {
    user: String,
    password: String,
    net: Net,
    /// `tcp(host:3306)` as the name has it, with what it leaves out.
    address: String,
    database: String,
    tls: Tls,
    cleartext: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Net {
    Tcp { host: String, port: u16 },
    Unix(PathBuf),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tls {
    Off,
    /// The server's certificate must be sound.
    Verified,
    /// Any certificate does.
    Unverified,
    /// TLS with any certificate where the server has it, else none.
    Preferred,
}

/// Why a data source name cannot be used. The name itself holds a password and is not shown.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DsnError {
    /// There is no slash before the database.
    #[error("data source name has no slash before the database: use user:password@tcp(host:3306)/")]
    NoSlash,
    /// The address is not in brackets, or a bracket is missing.
    #[error("address of the data source name is not closed: use tcp(host:3306)")]
    Address,
    /// A network other than `tcp` and `unix`.
    #[error(
        "unknown network {net:?} in the data source name: use tcp(host:3306) or unix(/path/of/socket)"
    )]
    Network {
        /// The network.
        net: String,
    },
    /// A port that is none.
    #[error("port {port:?} in the data source name is no port")]
    Port {
        /// The text.
        port: String,
    },
    /// A parameter whose value cannot be used.
    #[error("parameter {name:?} of the data source name cannot be {value:?}")]
    Parameter {
        /// The parameter.
        name: String,
        /// Its value.
        value: String,
    },
}

// === impl Dsn ===

impl Dsn {
    /// Reads a name.
    ///
    /// # Errors
    /// When it is not as Go's driver would take it, or names a network or TLS configuration that there is not.
    pub fn parse(text: &str) -> Result<Self, DsnError> {
        let (before, after) = text.rsplit_once('/').ok_or(DsnError::NoSlash)?;
        // A slash may also stand in a parameter or in the socket's path.
        let (before, after) = match text.split_once('?') {
            Some((name, _)) if name.contains('/') => {
                let at = name.rfind('/').unwrap_or(0);
                (
                    text.get(..at).unwrap_or(before),
                    text.get(at + 1..).unwrap_or(after),
                )
            }
            _ => (before, after),
        };
        let (credentials, address) = before.rsplit_once('@').unwrap_or(("", before));
        let (user, password) = credentials.split_once(':').unwrap_or((credentials, ""));
        let (database, parameters) = after.split_once('?').unwrap_or((after, ""));
        let (net, address) = network(address)?;
        let mut dsn = Self {
            user: user.to_owned(),
            password: password.to_owned(),
            net,
            address,
            database: database.to_owned(),
            tls: Tls::Off,
            cleartext: false,
        };
        for parameter in parameters.split('&').filter(|p| !p.is_empty()) {
            let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
            dsn.parameter(name, value)?;
        }
        Ok(dsn)
    }

    /// What tells this server from others, as Alloy writes it: `tcp(host:3306)/database`.
    pub fn instance(&self) -> String {
        format!("{}/{}", self.address, self.database)
    }

    pub(super) fn user(&self) -> String {
        self.user.clone()
    }

    pub(super) fn password(&self) -> String {
        self.password.clone()
    }

    pub(super) fn database(&self) -> String {
        self.database.clone()
    }

    pub(super) fn net(&self) -> &Net {
        &self.net
    }

    pub(super) fn tls(&self) -> Tls {
        self.tls
    }

    pub(super) fn cleartext(&self) -> bool {
        self.cleartext
    }

    fn parameter(&mut self, name: &str, value: &str) -> Result<(), DsnError> {
        let refused = || DsnError::Parameter {
            name: name.to_owned(),
            value: value.to_owned(),
        };
        match name {
            "tls" => {
                self.tls = match value.to_ascii_lowercase().as_str() {
                    "true" | "1" => Tls::Verified,
                    "false" | "0" => Tls::Off,
                    "skip-verify" => Tls::Unverified,
                    "preferred" => Tls::Preferred,
                    _ => return Err(refused()),
                };
            }
            "allowCleartextPasswords" => {
                self.cleartext = match value {
                    "true" | "1" => true,
                    "false" | "0" => false,
                    _ => return Err(refused()),
                };
            }
            _ => {}
        }
        Ok(())
    }
}

/// The password never shows.
impl fmt::Debug for Dsn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Dsn").field(&self.instance()).finish()
    }
}

/// `tcp(host:port)`, `unix(/path)`, `(host)`, or nothing.
fn network(text: &str) -> Result<(Net, String), DsnError> {
    let (net, address) = match text.split_once('(') {
        Some((net, rest)) => (net, rest.strip_suffix(')').ok_or(DsnError::Address)?),
        None if text.contains(')') => return Err(DsnError::Address),
        None => (text, ""),
    };
    match if net.is_empty() { "tcp" } else { net } {
        "tcp" | "tcp4" | "tcp6" => {
            let (host, port) = match address.rsplit_once(':') {
                // An IPv6 address has its own colons and stands in brackets before a port.
                Some((host, port)) if !port.ends_with(']') => {
                    let number = port.parse().map_err(|_| DsnError::Port {
                        port: port.to_owned(),
                    })?;
                    (host, number)
                }
                _ => (address, DEFAULT_PORT),
            };
            let host = if host.is_empty() { DEFAULT_HOST } else { host };
            let bare = host.trim_start_matches('[').trim_end_matches(']');
            Ok((
                Net::Tcp {
                    host: bare.to_owned(),
                    port,
                },
                format!("tcp({host}:{port})"),
            ))
        }
        "unix" => {
            let path = if address.is_empty() {
                DEFAULT_SOCKET
            } else {
                address
            };
            Ok((Net::Unix(path.into()), format!("unix({path})")))
        }
        other => Err(DsnError::Network {
            net: other.to_owned(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_forms_of_gos_driver_are_read() {
        let cases = [
            (
                "root:p@ss:w/rd@tcp(mysql:3306)/",
                "root",
                "p@ss:w/rd",
                "tcp(mysql:3306)/",
            ),
            (
                "user@unix(/run/mysqld/mysqld.sock)/app?tls=true",
                "user",
                "",
                "unix(/run/mysqld/mysqld.sock)/app",
            ),
            (
                "user:pw@(db:3307)/?timeout=5s&loc=Asia/Seoul",
                "user",
                "pw",
                "tcp(db:3307)/",
            ),
            ("user:pw@tcp([::1])/x", "user", "pw", "tcp([::1]:3306)/x"),
            ("/", "", "", "tcp(127.0.0.1:3306)/"),
        ];
        for (text, user, password, instance) in cases {
            let dsn = Dsn::parse(text).unwrap();
            assert_eq!(
                (
                    dsn.user().as_str(),
                    dsn.password().as_str(),
                    dsn.instance().as_str()
                ),
                (user, password, instance)
            );
            assert!(!format!("{dsn:?}").contains("p@ss"));
        }
    }

    #[test]
    fn faults_are_told_without_the_password() {
        let fault = |text: &str| Dsn::parse(text).unwrap_err();
        assert_eq!(fault("root:secret@tcp(mysql:3306)"), DsnError::NoSlash);
        assert_eq!(fault("root:secret@tcp(mysql:3306/"), DsnError::Address);
        assert_eq!(
            fault("u@tcp(db:port)/"),
            DsnError::Port {
                port: "port".into()
            }
        );
        assert_eq!(fault("u@udp(db)/"), DsnError::Network { net: "udp".into() });
        assert_eq!(
            fault("u@tcp(db)/?tls=custom"),
            DsnError::Parameter {
                name: "tls".into(),
                value: "custom".into()
            }
        );
    }
}
