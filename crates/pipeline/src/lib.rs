//! Components: from an evaluated configuration to a running agent.

mod catalogue;
mod clock;
mod graph;
mod handle;
mod health;
mod id;
mod log_tee;
mod stability;

pub use clock::rfc3339;
pub use graph::{Cycle, Graph};
pub use handle::ReceiverHandle;
pub use health::{Health, HealthCell, HealthState};
pub use id::ComponentId;
pub use log_tee::{LogTee, TeeLine};
pub use stability::{Stability, UnknownStability};
