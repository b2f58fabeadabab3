//! `prometheus.scrape`: scrapes targets.

mod arguments;
mod internal;
mod not_yet;
mod settings;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use outpost_alloy_syntax::{Duration as AlloyDuration, Encoded, ToValue as _, Value};
use outpost_collect::{ScrapeMetrics, ScrapePool, Synced, TargetHealth, TargetStatus};
use outpost_model::{FanOut, Labels};
use tokio_util::sync::CancellationToken;

use crate::arguments::receivers;
use crate::{Component, Context, Refusal, Remark, Stability, rfc3339};

pub(crate) use arguments::ScrapeArguments;

use settings::Settings;

/// The component.
pub(crate) struct Scrape {
    context: Context,
    metrics: ScrapeMetrics,
    state: Mutex<State>,
}

struct State {
    settings: Settings,
    arguments: ScrapeArguments,
    /// There is one between the begin and the end of `run`.
    pool: Option<ScrapePool>,
}

// === impl Scrape ===

impl Scrape {
    fn check(context: &Context, arguments: &ScrapeArguments) -> Result<Settings, Refusal> {
        arguments.client.config()?;
        let allowed = context.surroundings().stability;
        for (name, given) in [
            ("honor_metadata", arguments.honor_metadata),
            (
                "enable_type_and_unit_labels",
                arguments.enable_type_and_unit_labels,
            ),
            (
                "start_timestamp_zero_ingestion",
                arguments.start_timestamp_zero_ingestion,
            ),
        ] {
            if given && !allowed.allows(Stability::Experimental) {
                return Err(Refusal::of(
                    [name],
                    format!(
                        "{name} is experimental: run with --stability.level=experimental to use it"
                    ),
                ));
            }
        }
        Settings::new(context, arguments)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Gives the pool the targets of the arguments.
    fn sync(&self, state: &mut State) {
        let State {
            arguments, pool, ..
        } = state;
        let Some(pool) = pool else {
            return;
        };
        let found: Vec<Labels> = arguments
            .targets
            .iter()
            .map(|target| target.builder().build())
            .collect();
        let Synced { targets, refused } = pool.sync(&found);
        for (labels, error) in &refused {
            tracing::warn!(component_id = %self.context.id(), %labels, %error, "not a target");
        }
        self.context.healthy(format!("{targets} targets"));
    }

    fn begin(&self) -> Result<(), Refusal> {
        let mut state = self.state();
        let config = state.settings.pool(&self.context, &self.metrics)?;
        let receiver = FanOut::over(receivers(&state.arguments.forward_to));
        state.pool = Some(ScrapePool::new(config, receiver));
        self.sync(&mut state);
        Ok(())
    }
}

impl Component for Scrape {
    const NAME: &'static str = "prometheus.scrape";
    type Arguments = ScrapeArguments;

    fn build(context: &Context, arguments: &Self::Arguments) -> Result<Self, Refusal> {
        let settings = Self::check(context, arguments)?;
        Ok(Self {
            context: context.clone(),
            metrics: ScrapeMetrics::new(context.metrics()),
            state: Mutex::new(State {
                settings,
                arguments: arguments.clone(),
                pool: None,
            }),
        })
    }

    fn update(&self, arguments: &Self::Arguments) -> Result<(), Refusal> {
        let settings = Self::check(&self.context, arguments)?;
        let mut state = self.state();
        if settings != state.settings {
            let config = settings.pool(&self.context, &self.metrics)?;
            let receiver = FanOut::over(receivers(&arguments.forward_to));
            if let Some(pool) = &mut state.pool {
                pool.reconfigure(config, receiver);
            }
            state.settings = settings;
        }
        state.arguments = arguments.clone();
        self.sync(&mut state);
        Ok(())
    }

    async fn run(self: Arc<Self>, shutdown: CancellationToken) -> Result<(), Refusal> {
        self.begin()?;
        shutdown.cancelled().await;
        let pool = self.state().pool.take();
        if let Some(pool) = pool {
            pool.stop().await;
        }
        Ok(())
    }

    fn advise(_: &Context, arguments: &Self::Arguments) -> Vec<Remark> {
        not_yet::remarks(arguments)
    }

    fn debug_info(&self) -> Vec<Encoded> {
        let state = self.state();
        let job = settings::job(&self.context, &state.arguments);
        let statuses = state.pool.as_ref().map(ScrapePool::status);
        let statuses = statuses.unwrap_or_default();
        statuses.iter().map(|status| show(status, &job)).collect()
    }
}

/// A target as the component API shows it.
fn show(status: &TargetStatus, job: &str) -> Encoded {
    let health = match status.health {
        TargetHealth::Unknown => "unknown",
        TargetHealth::Up => "up",
        TargetHealth::Down => "down",
    };
    let labels = status.labels.iter();
    let labels = Value::object(labels.map(|(name, value)| (name, Value::from(value))));
    let mut body = vec![
        Encoded::attribute("job", Value::from(job)),
        Encoded::attribute("url", Value::from(status.url.as_str())),
        Encoded::attribute("health", Value::from(health)),
        Encoded::attribute("labels", labels),
    ];
    if let Some(error) = &status.last_error {
        let error = error.to_string();
        body.push(Encoded::attribute(
            "last_error",
            Value::from(error.as_str()),
        ));
    }
    if let Some(ms) = status.last_scrape_ms.and_then(|ms| u64::try_from(ms).ok()) {
        let time = rfc3339(SystemTime::UNIX_EPOCH + Duration::from_millis(ms));
        body.push(Encoded::attribute(
            "last_scrape",
            Value::from(time.as_str()),
        ));
        let nanos = i64::try_from(status.last_duration.as_nanos()).unwrap_or(i64::MAX);
        let duration = AlloyDuration::from_nanos(nanos).to_value();
        body.push(Encoded::attribute("last_scrape_duration", duration));
    }
    Encoded::Block {
        name: "target".into(),
        label: None,
        body,
    }
}
