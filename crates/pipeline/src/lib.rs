//! Components: from a configuration to a running agent.
//!
//! Four steps, each of which can be taken alone: **parse** ([`Program::read`]), **evaluate** and **build**
//! ([`Built::new`]), **run** ([`Agent`], which takes all four).
//!
//! ```
//! use outpost_alloy_syntax::Source;
//! use outpost_pipeline::{Built, Program, Registry, Surroundings};
//! use std::sync::Arc;
//!
//! let text = "prometheus.relabel \"app\" {\n\tforward_to = []\n}\n";
//! let source = Source::new("config.alloy", text)?;
//! let surroundings = Arc::new(Surroundings::new("data"));
//! let program = Program::read(
//!     &[source],
//!     &Registry::standard(),
//!     surroundings.stability,
//!     &surroundings.host,
//! )?;
//! let built = Built::new(program, &surroundings)?;
//! assert!(built.warnings().is_empty());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! It is not: a command line; signals, ports and exit codes are the binary's.

mod agent;
mod arguments;
mod built;
mod catalogue;
mod clock;
mod component;
mod components;
mod context;
mod controller_metrics;
mod environment;
mod exports;
mod graph;
mod handle;
mod health;
mod http;
mod id;
mod log_tee;
mod own_page;
mod place;
mod probes;
mod process;
mod program;
mod refusal;
mod registry;
mod scope;
mod stability;
mod targets;
mod view;

pub use self::http::{PathPrefix, serve};
pub use agent::{Agent, ReadSources};
pub use built::Built;
pub use clock::rfc3339;
pub use component::{Component, Definition, Role};
pub use context::{Context, FixedLog, LogControl, LogFormat, LogLevel, Surroundings};
pub use exports::Exports;
pub use graph::{Cycle, Graph};
pub use handle::ReceiverHandle;
pub use health::{Health, HealthCell, HealthState};
pub use id::ComponentId;
pub use log_tee::{LogTee, TeeLine};
pub use outpost_alloy_syntax::load as read_sources;
pub use outpost_loki_push::Budget;
pub use own_page::{OwnPage, Refresh};
pub use program::Program;
pub use refusal::{Refusal, Remark};
pub use registry::Registry;
pub use stability::{Stability, UnknownStability};
pub use targets::InternalTargets;
pub use view::{ComponentView, Details};
