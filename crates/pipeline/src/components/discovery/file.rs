//! `discovery.file`: the targets that stand in files.

use std::sync::Arc;

use outpost_alloy_syntax::{Duration, arguments};
use outpost_collect::discovery::FileDiscovery;
use tokio_util::sync::CancellationToken;

use super::search::{Question, Search, interval};
use super::yaml;
use crate::{Component, Context, Refusal};

arguments! {
    /// The targets that stand in files.
    pub(crate) struct FileArguments {
        /// The files: .json, .yml or .yaml, with at most one * in the name.
        attr files: Vec<String>,
        /// How often they are read.
        attr refresh_interval: Duration = Duration::from_secs(300),
    }
}

/// The component.
pub(crate) struct File(Search<Files>);

/// Where to look.
struct Files(FileDiscovery);

// === impl Files ===

impl Files {
    fn new(arguments: &FileArguments) -> Result<Self, Refusal> {
        let interval = interval(arguments.refresh_interval)?;
        FileDiscovery::new(&arguments.files, interval, yaml::to_json)
            .map(Self)
            .map_err(|error| Refusal::of(["files"], error.to_string()))
    }
}

impl Question for Files {
    type Discovery = FileDiscovery;

    fn discovery(&self) -> FileDiscovery {
        self.0.clone()
    }
}

impl Component for File {
    const NAME: &'static str = "discovery.file";
    const EXPORTS: &'static [&'static str] = &["targets"];
    type Arguments = FileArguments;

    fn build(context: &Context, arguments: &Self::Arguments) -> Result<Self, Refusal> {
        Ok(Self(Search::new(context, Files::new(arguments)?)))
    }

    fn update(&self, arguments: &Self::Arguments) -> Result<(), Refusal> {
        self.0.ask(Files::new(arguments)?);
        Ok(())
    }

    async fn run(self: Arc<Self>, shutdown: CancellationToken) -> Result<(), Refusal> {
        self.0.run(shutdown).await
    }
}
