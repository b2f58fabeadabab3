//! What a component is: arguments, exports, a task.
//!
//! Its life: **build** (cheap, no I/O: it can be done for a check and thrown away), **open** (storage), **run** (a task
//! that the graph owns), any number of **update**s meanwhile, the end of its shutdown token. Exports exist after build.

mod instance;

use std::future::Future;
use std::sync::Arc;

use outpost_alloy_syntax::{Arguments, Encoded};
use tokio_util::sync::CancellationToken;

use crate::{Context, Refusal, Remark, Stability};

pub(crate) use instance::Instance;
use instance::{BuildInstance, build_instance};

/// A kind of component.
///
/// Everything takes `&self`: a component is updated while its task runs.
pub trait Component: Send + Sync + Sized + 'static {
    /// Its name, `prometheus.scrape`.
    const NAME: &'static str;

    /// Its exports, as in the documentation; [`Component::build`] sets them all.
    const EXPORTS: &'static [&'static str] = &[];

    /// How finished it is.
    const STABILITY: Stability = Stability::GenerallyAvailable;

    /// Its arguments.
    type Arguments: Arguments + Send + Sync + 'static;

    /// Makes a component of arguments, with its exports, without I/O and without starting anything.
    fn build(context: &Context, arguments: &Self::Arguments) -> Result<Self, Refusal>;

    /// Takes new arguments; refused ones leave everything as it was. Must not wait.
    fn update(&self, arguments: &Self::Arguments) -> Result<(), Refusal>;

    /// Opens storage before anything runs.
    fn open(&self) -> Result<(), Refusal> {
        Ok(())
    }

    /// Does the component's work until `shutdown`; to return before is to fail.
    fn run(
        self: Arc<Self>,
        shutdown: CancellationToken,
    ) -> impl Future<Output = Result<(), Refusal>> + Send {
        async move {
            shutdown.cancelled().await;
            Ok(())
        }
    }

    /// What is worth a warning in these arguments.
    fn advise(context: &Context, arguments: &Self::Arguments) -> Vec<Remark> {
        let _ = (context, arguments);
        Vec::new()
    }

    /// What it tells about its inside.
    fn debug_info(&self) -> Vec<Encoded> {
        Vec::new()
    }
}

/// A kind of component as the registry holds it.
#[derive(Clone, Copy, Debug)]
pub struct Definition {
    /// Its name.
    pub name: &'static str,
    /// Its exports.
    pub exports: &'static [&'static str],
    /// How finished it is.
    pub stability: Stability,
    /// Whether it is a component with a label, or a block of the language that stands once (`logging`).
    pub role: Role,
    pub(crate) check: fn(
        &outpost_alloy_syntax::Block,
        &Arc<outpost_alloy_syntax::Source>,
    ) -> outpost_alloy_syntax::Diagnostics,
    pub(crate) build: BuildInstance,
}

/// What a definition is in a configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// A component: labelled, any number of times, shown by the API.
    Component,
    /// A block of the language: once, its label ignored, not shown.
    Block,
}

// === impl Definition ===

impl Definition {
    /// The definition of a component.
    pub fn component<C: Component>() -> Self {
        Self {
            name: C::NAME,
            exports: C::EXPORTS,
            stability: C::STABILITY,
            role: Role::Component,
            check: outpost_alloy_syntax::check::<C::Arguments>,
            build: build_instance::<C>,
        }
    }

    /// The definition of a block of the language.
    pub fn block<C: Component>() -> Self {
        Self {
            role: Role::Block,
            ..Self::component::<C>()
        }
    }
}
