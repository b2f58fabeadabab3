//! `logging`: level and format of the agent's own log, and copies of its lines to log receivers.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use outpost_alloy_syntax::{Fields, arguments};
use outpost_loki_push::{Entry, Fanout, LogsReceiver, Timestamp};
use outpost_model::Labels;
use tokio_util::sync::CancellationToken;

use crate::arguments::{LogsTo, receivers};
use crate::{Component, Context, LogFormat, LogLevel, Refusal, Remark};

arguments! {
    /// How the agent writes its own log.
    pub(crate) struct LoggingArguments {
        /// `error`, `warn`, `info` or `debug`.
        attr level: String = "info".to_owned(),
        /// `logfmt` or `json`.
        attr format: String = "logfmt".to_owned(),
        /// Log receivers that get every line too.
        attr write_to: Vec<Option<LogsTo>> = Vec::new(),
        /// `stderr`, or the event log of Windows.
        attr destination: String = "stderr".to_owned(),
    }
    check = Self::check;
}

/// The block.
pub(crate) struct Logging {
    context: Context,
    to: Fanout,
    /// Settings that wait for the start: a rehearsal must not change the log.
    pending: Mutex<Option<LoggingArguments>>,
}

// === impl LoggingArguments ===

impl LoggingArguments {
    fn check(&self, fields: &mut Fields<'_, '_>) {
        for (name, value, known) in [
            (
                "level",
                &self.level,
                &["error", "warn", "info", "debug"][..],
            ),
            ("format", &self.format, &["logfmt", "json"][..]),
            (
                "destination",
                &self.destination,
                &["stderr", "windows_event_log"][..],
            ),
        ] {
            // An empty text, or null, is the default.
            if !value.is_empty() && !known.contains(&value.as_str()) {
                fields.object(
                    name,
                    format!("unknown {name} {value:?}; there are {}", known.join(", ")),
                );
            }
        }
    }

    fn level(&self) -> LogLevel {
        match self.level.as_str() {
            "error" => LogLevel::Error,
            "warn" => LogLevel::Warn,
            "debug" => LogLevel::Debug,
            _ => LogLevel::Info,
        }
    }

    fn format(&self) -> LogFormat {
        match self.format.as_str() {
            "json" => LogFormat::Json,
            _ => LogFormat::Logfmt,
        }
    }
}

// === impl Logging ===

impl Logging {
    fn apply(&self, arguments: &LoggingArguments) {
        let surroundings = self.context.surroundings();
        let to = receivers(&arguments.write_to);
        surroundings.log_tee.set_open(!to.is_empty());
        self.to.set(to);
        surroundings.log.set(arguments.level(), arguments.format());
    }
}

fn timestamp(time: SystemTime) -> Timestamp {
    let since = time
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default();
    Timestamp::from_unix_nanos(i64::try_from(since.as_nanos()).unwrap_or(i64::MAX))
}

impl Component for Logging {
    const NAME: &'static str = "logging";
    type Arguments = LoggingArguments;

    fn build(context: &Context, arguments: &Self::Arguments) -> Result<Self, Refusal> {
        Ok(Self {
            context: context.clone(),
            to: Fanout::default(),
            pending: Mutex::new(Some(arguments.clone())),
        })
    }

    fn update(&self, arguments: &Self::Arguments) -> Result<(), Refusal> {
        self.apply(arguments);
        Ok(())
    }

    fn open(&self) -> Result<(), Refusal> {
        let mut pending = self.pending.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(arguments) = pending.take() {
            self.apply(&arguments);
        }
        Ok(())
    }

    async fn run(self: Arc<Self>, shutdown: CancellationToken) -> Result<(), Refusal> {
        let tee = &self.context.surroundings().log_tee;
        let labels = Arc::new(Labels::from_pairs([("component", "alloy")]));
        loop {
            let line = tokio::select! {
                () = shutdown.cancelled() => break,
                line = tee.next() => line,
            };
            let entry = Entry::new(Arc::clone(&labels), timestamp(line.time), line.text);
            self.to.push(vec![entry]);
        }
        // Without a block the log is as it is without a configuration.
        tee.set_open(false);
        self.context
            .surroundings()
            .log
            .set(LogLevel::default(), LogFormat::default());
        Ok(())
    }

    fn advise(_: &Context, arguments: &Self::Arguments) -> Vec<Remark> {
        let windows = arguments.destination == "windows_event_log";
        let remark = Remark::on(
            ["destination"],
            "this is not Windows: the log goes to standard error",
        );
        windows.then_some(remark).into_iter().collect()
    }
}
