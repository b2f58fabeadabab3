//! Kept connections, by route.
//!
//! Nobody drives a kept connection: whether the server closed it shows when it is taken out again. Those unused for
//! long are dropped whenever the pool is used.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::conn::Conn;
use crate::dial::Route;

/// As long as Prometheus keeps an idle connection.
const MAX_IDLE: Duration = Duration::from_secs(300);

/// How often the whole pool is looked through.
const SWEEP_EVERY: Duration = Duration::from_secs(30);

/// More concurrent exchanges with one server than this are rare; their connections are closed afterwards.
const MAX_KEPT_PER_ROUTE: usize = 16;

/// The kept connections of one client.
#[derive(Clone, Default)]
pub(crate) struct Pool(Arc<Mutex<Shelves>>);

#[derive(Default)]
struct Shelves {
    kept: HashMap<Route, Vec<Kept>>,
    swept: Option<Instant>,
}

struct Kept {
    conn: Conn,
    since: Instant,
}

// === impl Pool ===

impl Pool {
    /// The connection to `route` that was used last, if one is kept.
    pub(crate) fn take(&self, route: &Route) -> Option<Conn> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        all.sweep(now);
        let here = all.kept.get_mut(route)?;
        let kept = here.pop()?;
        (now - kept.since < MAX_IDLE).then_some(kept.conn)
    }

    pub(crate) fn keep(&self, route: Route, conn: Conn) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        all.sweep(now);
        let here = all.kept.entry(route).or_default();
        if here.len() < MAX_KEPT_PER_ROUTE {
            here.push(Kept { conn, since: now });
        }
    }

    pub(crate) fn clear(&self) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.kept.clear();
    }
}

impl std::fmt::Debug for Pool {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Pool")
    }
}

// === impl Shelves ===

impl Shelves {
    fn sweep(&mut self, now: Instant) {
        let due = self.swept.is_none_or(|swept| now - swept >= SWEEP_EVERY);
        if !due {
            return;
        }
        self.swept = Some(now);
        self.kept.retain(|_, shelf| {
            shelf.retain(|kept| now - kept.since < MAX_IDLE);
            !shelf.is_empty()
        });
    }
}
