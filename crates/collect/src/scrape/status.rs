//! What is known about a target, for people and for the API.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use outpost_model::Labels;

use super::{ScrapeError, Scraped};

/// How a target was at its last scrape.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TargetHealth {
    /// It has not been scraped yet.
    #[default]
    Unknown,
    /// The last scrape was good.
    Up,
    /// The last scrape failed.
    Down,
}

/// What is known about a target.
#[derive(Clone, Debug, PartialEq)]
pub struct TargetStatus {
    /// The labels that it gives its samples.
    pub labels: Labels,
    /// Where its page is.
    pub url: String,
    /// How it was at its last scrape.
    pub health: TargetHealth,
    /// Why the last scrape failed.
    pub last_error: Option<ScrapeError>,
    /// When the last scrape began, Unix time in milliseconds.
    pub last_scrape_ms: Option<i64>,
    /// How long it took.
    pub last_duration: Duration,
}

/// A status that a task writes and others read.
#[derive(Debug)]
pub(super) struct SharedStatus(Mutex<TargetStatus>);

// === impl SharedStatus ===

impl SharedStatus {
    pub(super) fn new(labels: Labels, url: String) -> Self {
        Self(Mutex::new(TargetStatus {
            labels,
            url,
            health: TargetHealth::Unknown,
            last_error: None,
            last_scrape_ms: None,
            last_duration: Duration::ZERO,
        }))
    }

    pub(super) fn read(&self) -> TargetStatus {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    pub(super) fn note(&self, scraped: &Scraped, now_ms: i64) {
        let mut status = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        status.health = if scraped.error.is_none() {
            TargetHealth::Up
        } else {
            TargetHealth::Down
        };
        status.last_error.clone_from(&scraped.error);
        status.last_scrape_ms = Some(now_ms);
        status.last_duration = scraped.duration;
    }
}
