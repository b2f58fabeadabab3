//! How a component is: the worst of its evaluation, its run and what it says itself.

use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

/// What a health says in a word; worse is greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HealthState {
    /// Works.
    Healthy,
    /// Has not started.
    Unknown,
    /// Does not work, or not with what the configuration says.
    Unhealthy,
    /// Has ended although nobody asked it to.
    Exited,
}

/// A state, why, and since when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Health {
    /// The state.
    pub state: HealthState,
    /// The reason in words.
    pub message: String,
    /// When this was found.
    pub updated: SystemTime,
}

/// One component's health: three sources, of which the worst counts and among equals the latest.
#[derive(Debug)]
pub struct HealthCell {
    parts: Mutex<Parts>,
}

#[derive(Debug)]
struct Parts {
    evaluation: Health,
    run: Health,
    own: Option<Health>,
}

// === impl HealthState ===

impl HealthState {
    /// The word that Alloy's API has.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Healthy => "healthy",
            Self::Unknown => "unknown",
            Self::Unhealthy => "unhealthy",
            Self::Exited => "exited",
        }
    }
}

// === impl Health ===

impl Health {
    /// A health as of now.
    pub fn now(state: HealthState, message: impl Into<String>) -> Self {
        Self {
            state,
            message: message.into(),
            updated: SystemTime::now(),
        }
    }
}

// === impl HealthCell ===

impl HealthCell {
    /// Evaluated, not started.
    pub fn new() -> Self {
        Self {
            parts: Mutex::new(Parts {
                evaluation: Health::now(HealthState::Healthy, "component evaluated"),
                run: Health::now(HealthState::Unknown, "component created"),
                own: None,
            }),
        }
    }

    /// What counts now.
    pub fn get(&self) -> Health {
        let parts = self.lock();
        [
            Some(&parts.evaluation),
            Some(&parts.run),
            parts.own.as_ref(),
        ]
        .into_iter()
        .flatten()
        .max_by_key(|health| (health.state, health.updated))
        .unwrap_or(&parts.run)
        .clone()
    }

    /// What the last evaluation came to.
    pub fn set_evaluation(&self, health: Health) {
        self.lock().evaluation = health;
    }

    /// What became of the component's task.
    pub fn set_run(&self, health: Health) {
        self.lock().run = health;
    }

    /// What the component says of itself.
    pub fn set_own(&self, health: Health) {
        let mut parts = self.lock();
        let same = parts
            .own
            .as_ref()
            .is_some_and(|own| own.state == health.state && own.message == health.message);
        if !same {
            parts.own = Some(health);
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Parts> {
        self.parts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for HealthCell {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_part_counts_and_its_message_is_shown() {
        let cell = HealthCell::new();
        assert_eq!(cell.get().state, HealthState::Unknown);
        cell.set_run(Health::now(HealthState::Healthy, "started component"));
        assert_eq!(cell.get().message, "started component");
        cell.set_own(Health::now(
            HealthState::Unhealthy,
            "docker does not answer",
        ));
        assert_eq!(cell.get().message, "docker does not answer");
        cell.set_own(Health::now(HealthState::Healthy, "containers listed"));
        assert_eq!(cell.get().state, HealthState::Healthy);
        cell.set_evaluation(Health::now(HealthState::Unhealthy, "bad url"));
        assert_eq!(cell.get().message, "bad url");
    }

    #[test]
    fn a_component_that_says_the_same_again_keeps_the_first_time() {
        let cell = HealthCell::new();
        cell.set_own(Health::now(HealthState::Unhealthy, "no answer"));
        let first = cell.get().updated;
        cell.set_own(Health::now(HealthState::Unhealthy, "no answer"));
        assert_eq!(cell.get().updated, first);
    }
}
