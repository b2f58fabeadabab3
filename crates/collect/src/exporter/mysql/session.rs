//! The connection: opened once, told its limits, asked one statement after the other.

use std::time::Duration;

use mysql_async::prelude::Queryable;
use mysql_async::{Conn, DriverError, Error, OptsBuilder, Row, SslOpts, Value};
use tokio::time::{Instant, timeout_at};

use super::config::MysqlConfig;
use super::dsn::{Dsn, Net, Tls};
use super::rows::Answer;

/// The longest packet that is taken.
const MAX_PACKET: usize = 16 << 20;
/// Rows of one answer that are taken; more is a mistake of the configuration, and memory is bounded.
const MAX_ROWS: usize = 100_000;
/// The server's own limit ends a statement this much before ours, so that the connection stays usable.
const MARGIN: f64 = 0.9;

/// What kind of server this is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Server {
    pub(super) mariadb: bool,
    pub(super) version: (u16, u16, u16),
}

pub(super) struct Session {
    conn: Conn,
    server: Server,
}

/// Why a statement gave nothing.
#[derive(Debug, thiserror::Error)]
pub(super) enum SessionError {
    /// The server refused: a privilege, a table that is not there, its own time limit.
    #[error("the server refused: {0}")]
    Refused(String),
    /// The connection is of no more use.
    #[error("the connection failed")]
    Connection(#[source] Box<Error>),
    /// No answer within the time of the scrape.
    #[error("no answer in time")]
    Late,
    /// More rows than can be meant.
    #[error("the answer has more than {MAX_ROWS} rows")]
    TooMany,
    /// The connection was lost in an earlier statement.
    #[error("the connection was lost in an earlier statement")]
    Lost,
}

// === impl SessionError ===

impl SessionError {
    /// Whether the connection is of no more use.
    pub(super) fn is_final(&self) -> bool {
        match self {
            Self::Connection(_) | Self::Late | Self::TooMany => true,
            Self::Refused(_) | Self::Lost => false,
        }
    }
}

impl From<Error> for SessionError {
    fn from(error: Error) -> Self {
        match error {
            Error::Server(error) => Self::Refused(format!("{} ({})", error.message, error.code)),
            other => Self::Connection(Box::new(other)),
        }
    }
}

// === impl Session ===

impl Session {
    /// Connects, finds out what the server is, and sets the session's limits.
    pub(super) async fn open(
        config: &MysqlConfig,
        deadline: Instant,
    ) -> Result<Self, SessionError> {
        let limit = deadline.saturating_duration_since(Instant::now());
        timeout_at(deadline, async {
            let mut conn = connect(&config.dsn).await?;
            let version: Option<String> = conn.query_first("SELECT @@version").await?;
            let server = Server::of(&version.unwrap_or_default());
            for statement in settings(config, server, limit) {
                conn.query_drop(statement).await?;
            }
            Ok(Self { conn, server })
        })
        .await
        .unwrap_or(Err(SessionError::Late))
    }

    pub(super) fn server(&self) -> Server {
        self.server
    }

    pub(super) async fn ping(&mut self, deadline: Instant) -> Result<(), SessionError> {
        let pinged = timeout_at(deadline, self.conn.ping()).await;
        Ok(pinged.map_err(|_| SessionError::Late)??)
    }

    /// What a statement gives.
    pub(super) async fn ask(
        &mut self,
        sql: &str,
        deadline: Instant,
    ) -> Result<Answer, SessionError> {
        timeout_at(deadline, self.rows(sql))
            .await
            .unwrap_or(Err(SessionError::Late))
    }

    async fn rows(&mut self, sql: &str) -> Result<Answer, SessionError> {
        let mut result = self.conn.query_iter(sql).await?;
        let columns = result
            .columns_ref()
            .iter()
            .map(|column| column.name_str().into_owned())
            .collect();
        let mut answer = Answer {
            columns,
            rows: Vec::new(),
        };
        while let Some(row) = result.next().await? {
            if answer.rows.len() == MAX_ROWS {
                return Err(SessionError::TooMany);
            }
            answer.rows.push(texts(row));
        }
        Ok(answer)
    }
}

// === impl Server ===

impl Server {
    /// What a version text tells: `10.11.6-MariaDB-1`, `8.4.2`, `5.5.5-10.4.1-MariaDB` (how old clients were fooled).
    fn of(version: &str) -> Self {
        let mariadb = version.contains("MariaDB");
        let text = version
            .strip_prefix("5.5.5-")
            .filter(|_| mariadb)
            .unwrap_or(version);
        let mut parts = text
            .split(|c: char| !c.is_ascii_digit())
            .map(|part| part.parse().unwrap_or_default());
        let mut part = || parts.next().unwrap_or_default();
        Self {
            mariadb,
            version: (part(), part(), part()),
        }
    }
}

fn texts(row: Row) -> Vec<Option<String>> {
    row.unwrap()
        .into_iter()
        .map(|value| match value {
            Value::NULL => None,
            Value::Bytes(bytes) => Some(
                String::from_utf8(bytes)
                    .unwrap_or_else(|e| String::from_utf8_lossy(e.as_bytes()).into_owned()),
            ),
            other => Some(other.as_sql(true).trim_matches('\'').to_owned()),
        })
        .collect()
}

/// What is set once per connection. The server's own time limit is in seconds on MariaDB, in milliseconds on MySQL.
fn settings(config: &MysqlConfig, server: Server, limit: Duration) -> Vec<String> {
    let limit = limit.as_secs_f64() * MARGIN;
    let mut settings = Vec::new();
    if let Some(seconds) = config.lock_wait_timeout {
        settings.push(format!("SET lock_wait_timeout = {seconds}"));
    }
    if server.mariadb {
        settings.push(format!("SET max_statement_time = {limit:.3}"));
        if config.log_slow_filter {
            settings.push("SET log_slow_filter = 'tmp_table_on_disk,filesort_on_disk'".to_owned());
        }
    } else if server.version >= (5, 7, 8) {
        settings.push(format!(
            "SET max_execution_time = {:.0}",
            (limit * 1000.0).max(1.0)
        ));
    }
    settings
}

async fn connect(dsn: &Dsn) -> Result<Conn, Error> {
    let first = Conn::new(options(dsn, dsn.tls())).await;
    match first {
        Err(Error::Driver(DriverError::NoClientSslFlagFromServer))
            if dsn.tls() == Tls::Preferred =>
        {
            Conn::new(options(dsn, Tls::Off)).await
        }
        other => other,
    }
}

fn options(dsn: &Dsn, tls: Tls) -> OptsBuilder {
    let options = OptsBuilder::default()
        .user(Some(dsn.user()))
        .pass(Some(dsn.password()))
        .db_name(Some(dsn.database()).filter(|name| !name.is_empty()))
        .prefer_socket(false)
        .enable_cleartext_plugin(dsn.cleartext())
        // Set, so that they are not asked for.
        .max_allowed_packet(Some(MAX_PACKET))
        .wait_timeout(Some(28_800))
        .stmt_cache_size(0);
    let options = match dsn.net() {
        Net::Unix(path) => options.socket(Some(path.display().to_string())),
        Net::Tcp { host, port } => options.ip_or_hostname(host.clone()).tcp_port(*port),
    };
    let unchecked = || {
        SslOpts::default()
            .with_danger_accept_invalid_certs(true)
            .with_danger_skip_domain_validation(true)
    };
    match (tls, dsn.net()) {
        (Tls::Off, _) | (_, Net::Unix(_)) => options,
        (Tls::Verified, _) => options.ssl_opts(Some(SslOpts::default())),
        (Tls::Unverified | Tls::Preferred, _) => options.ssl_opts(Some(unchecked())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_told_apart() {
        let server = |text| {
            let server = Server::of(text);
            (server.mariadb, server.version)
        };
        assert_eq!(
            server("10.11.19-MariaDB-0+deb12u1-log"),
            (true, (10, 11, 19))
        );
        assert_eq!(server("5.5.5-10.4.1-MariaDB"), (true, (10, 4, 1)));
        assert_eq!(server("8.0.36-28 Percona"), (false, (8, 0, 36)));
        assert_eq!(server("9.1.0"), (false, (9, 1, 0)));
        assert_eq!(server(""), (false, (0, 0, 0)));
    }
}
