//! Components: from an evaluated configuration to a running agent.

mod catalogue;
mod fanout;
mod graph;
mod handle;
mod health;
mod id;
mod stability;

pub use fanout::Fanout;
pub use graph::{Cycle, Graph};
pub use handle::ReceiverHandle;
pub use health::{Health, HealthCell, HealthState};
pub use id::ComponentId;
pub use stability::{Stability, UnknownStability};
