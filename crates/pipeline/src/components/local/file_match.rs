//! `local.file_match`: the files that patterns match, as targets.

use std::sync::Arc;

use outpost_alloy_syntax::{Duration, Fields, Value, arguments};
use outpost_loki_push::FileMatch as Files;
use outpost_model::Labels;
use tokio::sync::watch;
use tokio::task::spawn_blocking;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use crate::arguments::{Target, targets_value};
use crate::{Component, Context, Refusal};

arguments! {
    /// Files that patterns match.
    pub(crate) struct FileMatchArguments {
        /// Targets whose `__path__` is a pattern and `__path_exclude__` another one.
        attr path_targets: Vec<Target>,
        /// How often the patterns are looked up.
        attr sync_period: Duration = Duration::from_secs(10),
        /// Files that have not changed for so long are left out; 0 takes all.
        attr ignore_older_than: Duration = Duration::from_secs(0),
    }
    check = Self::check;
}

/// The component.
pub(crate) struct FileMatch {
    context: Context,
    given: watch::Sender<Given>,
}

/// The arguments, ready for use.
#[derive(Clone)]
struct Given {
    patterns: Vec<Labels>,
    files: Files,
    period: std::time::Duration,
}

// === impl FileMatchArguments ===

impl FileMatchArguments {
    fn check(&self, fields: &mut Fields<'_, '_>) {
        if self.sync_period.as_nanos() <= 0 {
            fields.object("sync_period", "sync_period must be longer than 0");
        }
    }
}

// === impl Given ===

impl Given {
    fn of(arguments: &FileMatchArguments) -> Self {
        let targets = arguments.path_targets.iter();
        Self {
            patterns: targets.map(|target| target.builder().build()).collect(),
            files: Files {
                ignore_older_than: arguments.ignore_older_than.to_std_or_zero(),
            },
            period: arguments.sync_period.to_std_or_zero(),
        }
    }
}

impl Component for FileMatch {
    const NAME: &'static str = "local.file_match";
    const EXPORTS: &'static [&'static str] = &["targets"];
    type Arguments = FileMatchArguments;

    fn build(context: &Context, arguments: &Self::Arguments) -> Result<Self, Refusal> {
        context.exports().set("targets", Value::array([]));
        Ok(Self {
            context: context.clone(),
            given: watch::Sender::new(Given::of(arguments)),
        })
    }

    fn update(&self, arguments: &Self::Arguments) -> Result<(), Refusal> {
        self.given.send_replace(Given::of(arguments));
        Ok(())
    }

    async fn run(self: Arc<Self>, shutdown: CancellationToken) -> Result<(), Refusal> {
        let mut changes = self.given.subscribe();
        loop {
            let Given {
                patterns,
                files,
                period,
            } = changes.borrow_and_update().clone();
            let found = spawn_blocking(move || files.expand(&patterns)).await;
            let targets: Vec<Target> = found
                .unwrap_or_default()
                .iter()
                .map(|labels| labels.iter().collect())
                .collect();
            self.context
                .exports()
                .set("targets", targets_value(&targets));
            tokio::select! {
                () = shutdown.cancelled() => return Ok(()),
                // The sender lives as long as the component.
                _ = changes.changed() => {}
                () = sleep(period) => {}
            }
        }
    }
}
