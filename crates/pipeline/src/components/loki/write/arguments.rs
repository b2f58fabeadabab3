//! What `loki.write` takes.

use std::collections::BTreeMap;

use outpost_alloy_syntax::{Bytes, Duration, Fields, arguments};

use crate::arguments::{HttpClientArguments, defaults};

arguments! {
    /// Pushes log lines.
    pub(crate) struct WriteArguments {
        /// Labels added to streams that do not have them.
        attr external_labels: BTreeMap<String, String> = BTreeMap::new(),
        /// The most streams of a batch; 0 for any number.
        attr max_streams: i64 = 0,
        /// Where to push.
        block endpoint: Vec<EndpointArguments>,
        /// Keeping lines on disk.
        block wal: WalArguments = defaults(),
    }
}

arguments! {
    /// Where to push, and how.
    pub(crate) struct EndpointArguments {
        /// The name in metrics; a hash of the endpoint if empty.
        attr name: String = String::new(),
        /// The address.
        attr url: String,
        /// The bytes at which a batch is sent.
        attr batch_size: Bytes = Bytes::mib(1),
        /// How long a line waits for others.
        attr batch_wait: Duration = Duration::from_secs(1),
        /// How long an answer may take.
        attr remote_timeout: Duration = Duration::from_secs(10),
        /// The tenant; none if empty.
        attr tenant_id: String = String::new(),
        /// Headers added to every request.
        attr headers: BTreeMap<String, String> = BTreeMap::new(),
        /// The first wait before a retry.
        attr min_backoff_period: Duration = Duration::from_millis(500),
        /// The longest wait before a retry.
        attr max_backoff_period: Duration = Duration::from_secs(300),
        /// Tries before a batch is given up; 0, and not given, retries for ever (Alloy gives up after 10).
        attr max_backoff_retries: Option<i64>,
        /// Whether a 429 is retried.
        attr retry_on_http_429: bool = true,
        /// Lines that wait.
        block queue_config: QueueArguments = defaults(),
        /// The HTTP client.
        flatten client: HttpClientArguments,
    }
}

arguments! {
    /// Lines that wait.
    pub(crate) struct QueueArguments {
        /// How many bytes.
        attr capacity: Bytes = Bytes::mib(10),
        /// Requests under way at once.
        attr min_shards: i64 = 1,
        /// How long a stop may take.
        attr drain_timeout: Duration = Duration::from_secs(15),
        /// Wait for room, rather than drop.
        attr block_on_overflow: bool = true,
    }
}

arguments! {
    /// Keeping lines on disk.
    pub(crate) struct WalArguments {
        /// Whether.
        attr enabled: bool = false,
        /// Lines older than this are dropped.
        attr max_segment_age: Duration = Duration::from_secs(3_600),
        /// The shortest wait between two reads.
        attr min_read_frequency: Duration = Duration::from_millis(250),
        /// The longest wait between two reads.
        attr max_read_frequency: Duration = Duration::from_secs(1),
        /// How long a stop may take.
        attr drain_timeout: Duration = Duration::from_secs(15),
    }
    check = Self::check;
}

// === impl WalArguments ===

impl WalArguments {
    fn check(&self, fields: &mut Fields<'_, '_>) {
        if self.min_read_frequency >= self.max_read_frequency {
            fields.object(
                "max_read_frequency",
                format!(
                    "max_read_frequency ({}) must be longer than min_read_frequency ({})",
                    self.max_read_frequency, self.min_read_frequency
                ),
            );
        }
    }
}
