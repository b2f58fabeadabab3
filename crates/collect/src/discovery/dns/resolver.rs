//! Asks name servers: over UDP, over TCP where an answer does not fit, one server after the other.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::Path;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UdpSocket};
use tokio::time::timeout;

use super::RecordType;
use super::message::{self, Answer, Record};

/// What the C library waits for a server.
const PATIENCE: Duration = Duration::from_secs(5);

/// A datagram without extensions is shorter; some servers send more.
const MAX_DATAGRAM_BYTES: usize = 4096;

const DNS_PORT: u16 = 53;
const NO_SUCH_NAME: u8 = 3;

/// Whom to ask, and what to try for short names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolver {
    servers: Vec<SocketAddr>,
    search: Vec<String>,
    /// A name with fewer dots is tried in the search domains first.
    dots: usize,
}

/// Why a name could not be looked up.
#[derive(Debug, thiserror::Error)]
pub enum DnsError {
    /// It is no name.
    #[error("{name:?} is no DNS name")]
    Name {
        /// As given.
        name: String,
    },
    /// No server gave an answer.
    #[error("cannot look up {name}: {server} does not answer")]
    NoAnswer {
        /// The name.
        name: String,
        /// The last one asked.
        server: SocketAddr,
        /// How that failed.
        source: io::Error,
    },
    /// The servers will not or cannot.
    #[error("cannot look up {name}: {server} answers with code {code}")]
    Refused {
        /// The name.
        name: String,
        /// The last one asked.
        server: SocketAddr,
        /// Its code (RFC 1035, 4.1.1).
        code: u8,
    },
}

// === impl Resolver ===

impl Resolver {
    /// A resolver that asks `servers` (none: the one on loopback) and completes no names.
    pub fn new(mut servers: Vec<SocketAddr>) -> Self {
        if servers.is_empty() {
            servers.push(SocketAddr::from((Ipv4Addr::LOCALHOST, DNS_PORT)));
        }
        Self {
            servers,
            search: Vec::new(),
            dots: 1,
        }
    }

    /// The system's resolver (`/etc/resolv.conf`); without one the server on loopback, as the C library does it.
    pub fn system() -> io::Result<Self> {
        let text = match std::fs::read_to_string(Path::new("/etc/resolv.conf")) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            text => text?,
        };
        Ok(Self::of(&text))
    }

    fn of(text: &str) -> Self {
        let mut servers = Vec::new();
        let mut resolver = Self::new(Vec::new());
        for line in text.lines() {
            let mut words = line.split_whitespace();
            match words.next() {
                Some("nameserver") => {
                    let address = words.next().and_then(|word| word.parse::<IpAddr>().ok());
                    let server = address.map(|address| SocketAddr::new(address, DNS_PORT));
                    servers.extend(server);
                }
                Some("search" | "domain") => resolver.search = words.map(str::to_owned).collect(),
                Some("options") => {
                    let dots = words.find_map(|word| word.strip_prefix("ndots:")?.parse().ok());
                    resolver.dots = dots.unwrap_or(resolver.dots);
                }
                _ => {}
            }
        }
        Self {
            servers: Self::new(servers).servers,
            ..resolver
        }
    }

    /// The records of a name; none where the name does not exist.
    pub(super) async fn lookup(
        &self,
        name: &str,
        records: RecordType,
    ) -> Result<Vec<Record>, DnsError> {
        for candidate in self.candidates(name) {
            if let Some(found) = self.ask(&candidate, records).await? {
                return Ok(found);
            }
        }
        Ok(Vec::new())
    }

    /// The whole names that a name may stand for, in the order in which they are tried.
    fn candidates(&self, name: &str) -> Vec<String> {
        let alone = name.to_owned();
        if name.ends_with('.') {
            return vec![alone];
        }
        let completed = self.search.iter().map(|domain| format!("{name}.{domain}"));
        let mut names: Vec<String> = completed.collect();
        if name.matches('.').count() >= self.dots {
            names.insert(0, alone);
        } else {
            names.push(alone);
        }
        names
    }

    /// The records of a whole name, from the first server that answers; `None`: there is no such name.
    async fn ask(&self, name: &str, records: RecordType) -> Result<Option<Vec<Record>>, DnsError> {
        let no_name = || DnsError::Name {
            name: name.to_owned(),
        };
        let mut outcome = Err(no_name());
        for server in &self.servers {
            let id = fastrand::u16(..);
            let question = message::question(id, name, records).ok_or_else(no_name)?;
            let name = || name.to_owned();
            outcome = match exchange(*server, &question, id).await {
                Ok(answer) if answer.code == 0 => return Ok(Some(answer.records)),
                Ok(answer) if answer.code == NO_SUCH_NAME => return Ok(None),
                Ok(answer) => Err(DnsError::Refused {
                    name: name(),
                    server: *server,
                    code: answer.code,
                }),
                Err(source) => Err(DnsError::NoAnswer {
                    name: name(),
                    server: *server,
                    source,
                }),
            };
        }
        outcome
    }
}

/// One question to one server.
async fn exchange(server: SocketAddr, question: &[u8], id: u16) -> io::Result<Answer> {
    let late = |_| io::Error::from(io::ErrorKind::TimedOut);
    let answer = timeout(PATIENCE, by_datagram(server, question, id))
        .await
        .map_err(late)??;
    if !answer.truncated {
        return Ok(answer);
    }
    timeout(PATIENCE, by_stream(server, question, id))
        .await
        .map_err(late)?
}

async fn by_datagram(server: SocketAddr, question: &[u8], id: u16) -> io::Result<Answer> {
    let any: IpAddr = match server {
        SocketAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        SocketAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
    };
    let socket = UdpSocket::bind((any, 0)).await?;
    // Connected: datagrams of others are not heard.
    socket.connect(server).await?;
    socket.send(question).await?;
    let mut datagram = vec![0; MAX_DATAGRAM_BYTES];
    loop {
        let length = socket.recv(&mut datagram).await?;
        let received = datagram.get(..length).unwrap_or_default();
        // Anything else may be a late answer to somebody before us.
        if let Some(answer) = message::answer(received, id) {
            return Ok(answer);
        }
    }
}

async fn by_stream(server: SocketAddr, question: &[u8], id: u16) -> io::Result<Answer> {
    let mut stream = TcpStream::connect(server).await?;
    let length = u16::try_from(question.len()).map_err(io::Error::other)?;
    stream
        .write_all(&[&length.to_be_bytes(), question].concat())
        .await?;
    let length = usize::from(stream.read_u16().await?);
    let mut received = vec![0; length];
    stream.read_exact(&mut received).await?;
    message::answer(&received, id).ok_or_else(|| io::Error::from(io::ErrorKind::InvalidData))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_systems_file_tells_servers_and_search_domains() {
        let text = "# comment\nnameserver 10.0.0.2\nnameserver fe80::1\nnameserver nonsense\n\
                    search a.example b.example\noptions timeout:2 ndots:2\n";
        let resolver = Resolver::of(text);
        let servers: Vec<String> = resolver.servers.iter().map(ToString::to_string).collect();
        assert_eq!(servers, ["10.0.0.2:53", "[fe80::1]:53"]);
        assert_eq!(
            resolver.candidates("web.db"),
            ["web.db.a.example", "web.db.b.example", "web.db"]
        );
        assert_eq!(resolver.candidates("x.web.db")[0], "x.web.db");
        assert_eq!(resolver.candidates("web."), ["web."]);
        assert_eq!(
            Resolver::of("").servers,
            [SocketAddr::from(([127, 0, 0, 1], 53))]
        );
    }
}
