//! A MySQL or MariaDB server's own counters under the names of mysqld_exporter.
//!
//! One connection is held from collection to collection and made anew when it breaks. The server's kind and version are
//! asked once per connection; each statement is then the right one for it, never a try. Statements run one after the
//! other, each under a limit that the server itself keeps; what fails costs its own families. A server that does not
//! answer within the time of the scrape is `mysql_up 0`.
//!
//! Replica metrics come under the old names (`…_seconds_behind_master`) and, on servers that renamed the columns, under
//! the new ones too.
//!
//! It is not: a pool, or a way to run statements of one's own.

mod config;
mod dsn;
mod innodb_metrics;
mod processlist;
mod replica;
mod rows;
mod session;
mod sql;
mod status;
mod table;
mod tables;
mod value;
mod variables;

use std::fmt;
use std::time::Duration;

use tokio::time::Instant;

use super::{Collection, Exporter, Page};
pub use config::{
    Heartbeat, MysqlConfig, MysqlConfigError, PerfFileInstances, PerfStatements, Processlist,
};
pub use dsn::{Dsn, DsnError};
use session::{Session, SessionError};

/// Reads one server's counters.
pub struct MysqlExporter {
    config: MysqlConfig,
    scrapers: Vec<Scraper>,
    session: Option<Session>,
    /// Whether the last failure to connect was told in the log.
    told: bool,
}

/// What one collector asks and how its answer becomes families.
#[derive(Clone, Copy)]
enum Source {
    GlobalStatus,
    GlobalVariables,
    InnodbMetrics,
    Processlist,
    Replica,
    ResponseTime,
    Binlog,
    InnodbStatus,
    Table(&'static table::Table),
}

struct Scraper {
    name: &'static str,
    source: Source,
    told: bool,
}

struct Outcome {
    name: String,
    succeeded: bool,
    took: Duration,
}

// === impl MysqlExporter ===

impl MysqlExporter {
    /// An exporter of what `config` names. Nothing is asked yet.
    ///
    /// # Errors
    /// When the configuration names a collector that there is not.
    pub fn new(config: MysqlConfig) -> Result<Self, MysqlConfigError> {
        let scrapers = config
            .chosen()?
            .into_iter()
            .map(|(name, source)| Scraper {
                name,
                source,
                told: false,
            })
            .collect();
        Ok(Self {
            config,
            scrapers,
            session: None,
            told: false,
        })
    }

    async fn run(&mut self, page: &mut Page, deadline: Instant) {
        let started = Instant::now();
        let connected = self.connected(deadline).await;
        let mut outcomes = vec![Outcome {
            name: "connection".to_owned(),
            succeeded: connected,
            took: started.elapsed(),
        }];
        page.gauge("mysql_up", "Whether the server answers.")
            .set(f64::from(u8::from(connected)));
        if !connected {
            return;
        }
        for scraper in &mut self.scrapers {
            let started = Instant::now();
            let outcome = match &mut self.session {
                Some(session) => scraper.run(session, &self.config, page, deadline).await,
                None => Err(SessionError::Lost),
            };
            if let Err(error) = &outcome {
                if !scraper.told {
                    tracing::warn!(collector = scraper.name, %error, "collector failed");
                }
                if error.is_final() {
                    self.session = None;
                }
            }
            scraper.told = outcome.is_err();
            outcomes.push(Outcome {
                name: format!("collect.{}", scraper.name),
                succeeded: outcome.is_ok(),
                took: started.elapsed(),
            });
        }
        put_outcomes(page, &outcomes);
    }

    /// Makes sure that there is a connection that answers.
    async fn connected(&mut self, deadline: Instant) -> bool {
        if let Some(session) = &mut self.session
            && session.ping(deadline).await.is_ok()
        {
            return true;
        }
        self.session = None;
        match Session::open(&self.config, deadline).await {
            Ok(session) => {
                self.session = Some(session);
                self.told = false;
                true
            }
            Err(error) => {
                if !self.told {
                    tracing::warn!(%error, server = %self.config.dsn.instance(), "no connection to the server");
                }
                self.told = true;
                false
            }
        }
    }
}

impl Exporter for MysqlExporter {
    fn collect<'a>(&'a mut self, page: &'a mut Page, deadline: Instant) -> Collection<'a> {
        Box::pin(self.run(page, deadline))
    }
}

impl fmt::Debug for MysqlExporter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MysqlExporter")
            .field("server", &self.config.dsn.instance())
            .finish_non_exhaustive()
    }
}

// === impl Scraper ===

impl Scraper {
    async fn run(
        &self,
        session: &mut Session,
        config: &MysqlConfig,
        page: &mut Page,
        deadline: Instant,
    ) -> Result<(), SessionError> {
        match self.source {
            Source::GlobalStatus => {
                let rows = session.ask("SHOW GLOBAL STATUS", deadline).await?;
                status::put(&rows, page);
            }
            Source::GlobalVariables => {
                let rows = session.ask("SHOW GLOBAL VARIABLES", deadline).await?;
                variables::put(&rows, page);
            }
            Source::InnodbMetrics => {
                let sql = innodb_metrics::statement(session.server());
                innodb_metrics::put(&session.ask(sql, deadline).await?, page);
            }
            Source::Processlist => {
                let sql = processlist::statement(&config.processlist);
                let rows = session.ask(&sql, deadline).await?;
                processlist::put(&rows, &config.processlist, page);
            }
            Source::Replica => {
                let sql = replica::statement(session.server());
                replica::put(&session.ask(sql, deadline).await?, page);
            }
            Source::ResponseTime => {
                tables::response_time(session, page, deadline).await?;
            }
            Source::Binlog => {
                if session.ask("SELECT @@log_bin", deadline).await?.first() == Some("1") {
                    tables::binlog(&session.ask("SHOW BINARY LOGS", deadline).await?, page);
                }
            }
            Source::InnodbStatus => {
                let rows = session.ask("SHOW ENGINE INNODB STATUS", deadline).await?;
                tables::innodb_status(&rows, page);
            }
            Source::Table(table) => {
                let sql = (table.sql)(config, session.server());
                table.put(&session.ask(&sql, deadline).await?, config, page);
            }
        }
        Ok(())
    }
}

fn put_outcomes(page: &mut Page, outcomes: &[Outcome]) {
    let mut rows = page.gauge(
        "mysql_exporter_collector_duration_seconds",
        "How long the collector took.",
    );
    for outcome in outcomes {
        rows.put(&[("collector", &outcome.name)], outcome.took.as_secs_f64());
    }
    let mut rows = page.gauge(
        "mysql_exporter_collector_success",
        "Whether the collector got what it asked for.",
    );
    for outcome in outcomes.iter().skip(1) {
        rows.put(
            &[("collector", &outcome.name)],
            f64::from(u8::from(outcome.succeeded)),
        );
    }
}
