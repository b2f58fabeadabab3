//! A stage for tests: components that write down what happens to them, and a configuration that tests rewrite.
//!
//! `test.source` exports the number of its `value` argument and counts up when its bell rings; `test.sink` takes values;
//! `test.fails` refuses on demand, ends by itself, panics, or does not stop.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

use outpost_alloy_syntax::{Diagnostics, Source, Value, arguments};
use outpost_pipeline::{Agent, Component, Context, Definition, Refusal, Registry, Surroundings};
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// What happened on each stage, by its storage path, and the bells of its sources.
static STAGES: LazyLock<Mutex<HashMap<PathBuf, Stage>>> = LazyLock::new(Mutex::default);

#[derive(Default)]
struct Stage {
    events: Vec<String>,
    bells: HashMap<String, Arc<Notify>>,
}

/// An agent on a stage of its own.
pub(crate) struct Play {
    pub(crate) agent: Agent,
    storage: tempfile::TempDir,
    text: Arc<Mutex<String>>,
    stop: CancellationToken,
    running: Option<JoinHandle<()>>,
}

// === impl Play ===

impl Play {
    /// Loads a configuration and starts it.
    pub(crate) fn start(text: &str) -> Self {
        Self::with_grace(text, Duration::from_secs(5))
    }

    pub(crate) fn with_grace(text: &str, grace: Duration) -> Self {
        let storage = tempfile::tempdir().expect("a directory");
        let held = Arc::new(Mutex::new(text.to_owned()));
        let read = Arc::clone(&held);
        let (agent, _) = Agent::load(
            Box::new(move || {
                let text = read.lock().expect("not poisoned").clone();
                Ok(vec![Source::new("config.alloy", text).expect("short")])
            }),
            registry(),
            Surroundings::new(storage.path()),
        )
        .unwrap_or_else(|wrong| panic!("{wrong}"));
        agent.open().unwrap_or_else(|wrong| panic!("{wrong}"));
        let stop = CancellationToken::new();
        let (run, told) = (agent.clone(), stop.clone());
        let running = tokio::spawn(async move { run.run(told, grace).await });
        Self {
            agent,
            storage,
            text: held,
            stop,
            running: Some(running),
        }
    }

    /// Rewrites the configuration and reloads it.
    pub(crate) async fn reload(&self, text: &str) -> Result<(), Diagnostics> {
        text.clone_into(&mut self.text.lock().expect("not poisoned"));
        self.agent.reload().await
    }

    /// Makes a source count up.
    pub(crate) fn ring(&self, id: &str) {
        let stages = STAGES.lock().expect("not poisoned");
        stages[self.storage.path()].bells[id].notify_one();
    }

    /// Waits until `event` has happened `times` times.
    pub(crate) async fn saw(&self, event: &str, times: usize) {
        while self.count(event) < times {
            tokio::task::yield_now().await;
        }
        assert_eq!(self.count(event), times, "{event}: {:?}", self.events());
    }

    /// Lets every task that can go on do so.
    pub(crate) async fn settle(&self) {
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
    }

    pub(crate) fn events(&self) -> Vec<String> {
        let stages = STAGES.lock().expect("not poisoned");
        stages
            .get(self.storage.path())
            .map(|stage| stage.events.clone())
            .unwrap_or_default()
    }

    /// Stops the agent and waits for its end.
    pub(crate) async fn stop(&mut self) {
        self.stop.cancel();
        if let Some(running) = self.running.take() {
            running.await.expect("the agent ends");
        }
    }

    fn count(&self, event: &str) -> usize {
        self.events().iter().filter(|seen| *seen == event).count()
    }
}

/// The stage's components and everything that Outpost has.
pub(crate) fn registry() -> Registry {
    let standard = Registry::standard();
    let names: Vec<String> = standard.names().map(str::to_owned).collect();
    let known = names.iter().filter_map(|name| standard.get(name).copied());
    Registry::new(known.chain([
        Definition::component::<SourceOf>(),
        Definition::component::<Sink>(),
        Definition::component::<Fails>(),
    ]))
}

fn note(context: &Context, event: &str) {
    let mut stages = STAGES.lock().expect("not poisoned");
    let stage = stages
        .entry(context.surroundings().storage.clone())
        .or_default();
    stage.events.push(format!("{} {event}", context.id()));
}

arguments! {
    /// Exports a number.
    pub(crate) struct SourceArguments {
        /// The number.
        attr value: i64 = 0,
    }
}

/// `test.source`.
pub(crate) struct SourceOf {
    context: Context,
    value: Mutex<i64>,
    bell: Arc<Notify>,
}

// === impl SourceOf ===

impl SourceOf {
    fn export(&self, value: i64) {
        *self.value.lock().expect("not poisoned") = value;
        self.context.exports().set("value", Value::from(value));
    }
}

impl Component for SourceOf {
    const NAME: &'static str = "test.source";
    const EXPORTS: &'static [&'static str] = &["value"];
    type Arguments = SourceArguments;

    fn build(context: &Context, arguments: &Self::Arguments) -> Result<Self, Refusal> {
        let source = Self {
            context: context.clone(),
            value: Mutex::default(),
            bell: Arc::default(),
        };
        source.export(arguments.value);
        Ok(source)
    }

    fn update(&self, arguments: &Self::Arguments) -> Result<(), Refusal> {
        note(&self.context, &format!("updated to {}", arguments.value));
        self.export(arguments.value);
        Ok(())
    }

    fn open(&self) -> Result<(), Refusal> {
        let mut stages = STAGES.lock().expect("not poisoned");
        let stage = stages
            .entry(self.context.surroundings().storage.clone())
            .or_default();
        stage
            .bells
            .insert(self.context.id().to_string(), Arc::clone(&self.bell));
        Ok(())
    }

    async fn run(self: Arc<Self>, shutdown: CancellationToken) -> Result<(), Refusal> {
        note(&self.context, "started");
        loop {
            tokio::select! {
                () = shutdown.cancelled() => break,
                () = self.bell.notified() => {
                    let next = *self.value.lock().expect("not poisoned") + 1;
                    self.export(next);
                }
            }
        }
        note(&self.context, "stopped");
        Ok(())
    }
}

arguments! {
    /// Takes numbers.
    pub(crate) struct SinkArguments {
        /// The numbers.
        attr of: Vec<i64> = Vec::new(),
    }
}

/// `test.sink`.
pub(crate) struct Sink {
    context: Context,
}

impl Component for Sink {
    const NAME: &'static str = "test.sink";
    const EXPORTS: &'static [&'static str] = &["sum"];
    type Arguments = SinkArguments;

    fn build(context: &Context, arguments: &Self::Arguments) -> Result<Self, Refusal> {
        let sum: i64 = arguments.of.iter().sum();
        context.exports().set("sum", Value::from(sum));
        Ok(Self {
            context: context.clone(),
        })
    }

    fn update(&self, arguments: &Self::Arguments) -> Result<(), Refusal> {
        let sum: i64 = arguments.of.iter().sum();
        if sum < 0 {
            return Err(Refusal::of(["of"], format!("the sum {sum} is negative")));
        }
        note(&self.context, &format!("took {:?}", arguments.of));
        self.context.exports().set("sum", Value::from(sum));
        Ok(())
    }

    async fn run(self: Arc<Self>, shutdown: CancellationToken) -> Result<(), Refusal> {
        note(&self.context, "started");
        shutdown.cancelled().await;
        note(&self.context, "stopped");
        Ok(())
    }
}

arguments! {
    /// Fails.
    pub(crate) struct FailsArguments {
        /// At what: `build`, `open`, `run`, `panic` or `stop`.
        attr at: String,
    }
}

/// `test.fails`.
pub(crate) struct Fails {
    at: String,
}

impl Component for Fails {
    const NAME: &'static str = "test.fails";
    type Arguments = FailsArguments;

    fn build(_: &Context, arguments: &Self::Arguments) -> Result<Self, Refusal> {
        if arguments.at == "build" {
            return Err(Refusal::of(["at"], "told to fail"));
        }
        Ok(Self {
            at: arguments.at.clone(),
        })
    }

    fn update(&self, _: &Self::Arguments) -> Result<(), Refusal> {
        Ok(())
    }

    fn open(&self) -> Result<(), Refusal> {
        if self.at == "open" {
            return Err(Refusal::new("told not to open"));
        }
        Ok(())
    }

    async fn run(self: Arc<Self>, shutdown: CancellationToken) -> Result<(), Refusal> {
        match self.at.as_str() {
            "run" => Err(Refusal::new("told to end")),
            "panic" => panic!("told to panic"),
            "stop" => std::future::pending().await,
            _ => {
                shutdown.cancelled().await;
                Ok(())
            }
        }
    }
}
