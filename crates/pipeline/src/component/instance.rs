//! A component without its type: what the graph holds.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

use outpost_alloy_syntax::{Arguments as _, Diagnostics, Encoded, Scope, decode};
use tokio_util::sync::CancellationToken;

use super::Component;
use crate::place::Placed;
use crate::{Context, Refusal, Remark};

/// Builds a component from its block; the remarks are warnings.
pub(crate) type BuildInstance =
    fn(&Context, &Placed, &dyn Scope) -> Result<(Arc<dyn Instance>, Vec<Remark>), Diagnostics>;

/// A component's task.
pub(crate) type Run = Pin<Box<dyn Future<Output = Result<(), Refusal>> + Send>>;

/// A component of any kind.
pub(crate) trait Instance: Send + Sync {
    /// Evaluates the block again and takes the arguments if they are others than before.
    fn update(
        &self,
        context: &Context,
        block: &Placed,
        scope: &dyn Scope,
    ) -> Result<Vec<Remark>, Diagnostics>;

    fn open(&self) -> Result<(), Refusal>;

    fn run(&self, shutdown: CancellationToken) -> Run;

    /// The arguments in force, defaults left out.
    fn arguments(&self) -> Vec<Encoded>;

    fn debug_info(&self) -> Vec<Encoded>;
}

struct Held<C: Component> {
    component: Arc<C>,
    arguments: Mutex<Arc<C::Arguments>>,
}

pub(super) fn build_instance<C: Component>(
    context: &Context,
    block: &Placed,
    scope: &dyn Scope,
) -> Result<(Arc<dyn Instance>, Vec<Remark>), Diagnostics> {
    let arguments: C::Arguments = decode(&block.block, &block.source, scope)?;
    let component = C::build(context, &arguments).map_err(|refusal| block.refused(&refusal))?;
    for name in C::EXPORTS {
        debug_assert!(
            context.exports().get(name).is_some(),
            "{} without {name}",
            C::NAME
        );
    }
    let advice = C::advise(context, &arguments);
    let held = Held {
        component: Arc::new(component),
        arguments: Mutex::new(Arc::new(arguments)),
    };
    Ok((Arc::new(held), advice))
}

// === impl Held ===

impl<C: Component> Held<C> {
    fn current(&self) -> Arc<C::Arguments> {
        Arc::clone(
            &self
                .arguments
                .lock()
                .unwrap_or_else(PoisonError::into_inner),
        )
    }
}

impl<C: Component> Instance for Held<C> {
    fn update(
        &self,
        context: &Context,
        block: &Placed,
        scope: &dyn Scope,
    ) -> Result<Vec<Remark>, Diagnostics> {
        let arguments: C::Arguments = decode(&block.block, &block.source, scope)?;
        if arguments.encode() == self.current().encode() {
            return Ok(Vec::new());
        }
        self.component
            .update(&arguments)
            .map_err(|refusal| block.refused(&refusal))?;
        let advice = C::advise(context, &arguments);
        *self
            .arguments
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = Arc::new(arguments);
        Ok(advice)
    }

    fn open(&self) -> Result<(), Refusal> {
        self.component.open()
    }

    fn run(&self, shutdown: CancellationToken) -> Run {
        Box::pin(Arc::clone(&self.component).run(shutdown))
    }

    fn arguments(&self) -> Vec<Encoded> {
        self.current().encode()
    }

    fn debug_info(&self) -> Vec<Encoded> {
        self.component.debug_info()
    }
}
