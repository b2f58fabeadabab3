//! The agent's metrics about its own configuration and graph, under Alloy's names.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use outpost_alloy_syntax::Source;
use outpost_self_metrics::{
    Gauge, GaugeVec, Histogram, IntCounter, IntGauge, IntGaugeVec, Registry, Scope,
};
use sha2::{Digest as _, Sha256};
use tokio::time::Instant;

use crate::graph::Graph;
use crate::process::ProcessMetrics;
use crate::{ComponentId, HealthState};

/// Bounds of the evaluation histograms, in seconds (as in Alloy).
const EVALUATION_BUCKETS: &[f64] = &[
    0.005, 0.025, 0.1, 0.5, 1.0, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0,
];

/// Metrics of one agent.
pub(crate) struct ControllerMetrics {
    running: IntGaugeVec,
    connections: IntGaugeVec,
    evaluating: IntGauge,
    queued: IntGauge,
    evaluation_seconds: Histogram,
    _wait_seconds: Histogram,
    hash: GaugeVec,
    success: IntGauge,
    success_time: Gauge,
    failures: IntCounter,
    process: Mutex<ProcessMetrics>,
    _scopes: [Scope; 2],
}

// === impl ControllerMetrics ===

impl ControllerMetrics {
    pub(crate) fn new(registry: &Registry) -> Self {
        let controller = Scope::new(registry, [("controller_id", ""), ("controller_path", "/")]);
        let plain = Scope::new(registry, []);
        let evaluating = controller.int_gauge(
            "alloy_component_controller_evaluating",
            "Whether components are being evaluated.",
        );
        let build = plain.int_gauge_vec(
            "alloy_build_info",
            "Constant 1 with what this program is.",
            &[
                "branch",
                "goarch",
                "goos",
                "goversion",
                "revision",
                "tags",
                "version",
            ],
        );
        build
            .with_label_values(&[
                "",
                go_architecture(),
                std::env::consts::OS,
                "",
                "",
                "outpost",
                env!("CARGO_PKG_VERSION"),
            ])
            .set(1);
        Self {
            running: controller.int_gauge_vec(
                "alloy_component_controller_running_components",
                "Components by health.",
                &["health_type"],
            ),
            connections: controller.int_gauge_vec(
                "alloy_component_graph_connection",
                "Constant 1 for each reference between components.",
                &["from", "to"],
            ),
            evaluating,
            queued: controller.int_gauge(
                "alloy_component_evaluation_queue_size",
                "Components that wait to be evaluated.",
            ),
            evaluation_seconds: controller.histogram(
                "alloy_component_evaluation_seconds",
                "Time that evaluations of components took.",
                EVALUATION_BUCKETS,
            ),
            _wait_seconds: controller.histogram(
                "alloy_component_dependencies_wait_seconds",
                "Time that components waited to be evaluated after a dependency changed.",
                EVALUATION_BUCKETS,
            ),
            hash: plain.gauge_vec(
                "alloy_config_hash",
                "Constant 1 with the hash of the configuration in use.",
                &["cluster_name", "sha256"],
            ),
            success: plain.int_gauge(
                "alloy_config_last_load_successful",
                "Whether the last load of the configuration succeeded.",
            ),
            success_time: plain.gauge(
                "alloy_config_last_load_success_timestamp_seconds",
                "When the configuration was last loaded.",
            ),
            failures: plain.counter(
                "alloy_config_load_failures_total",
                "Loads of the configuration that failed.",
            ),
            process: Mutex::new(ProcessMetrics::new(&plain)),
            _scopes: [controller, plain],
        }
    }

    /// A configuration has been loaded.
    pub(crate) fn loaded(&self, sources: &[Arc<Source>]) {
        let mut hash = Sha256::new();
        for source in sources {
            hash.update(source.text());
        }
        let hash = hash
            .finalize()
            .iter()
            .fold(String::new(), |mut text, byte| {
                use std::fmt::Write as _;
                let _ = write!(text, "{byte:02x}");
                text
            });
        self.hash.reset();
        self.hash.with_label_values(&["", &hash]).set(1.0);
        self.success.set(1);
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        self.success_time.set(now.unwrap_or_default().as_secs_f64());
    }

    /// A configuration has been refused.
    pub(crate) fn load_failed(&self) {
        self.success.set(0);
        self.failures.inc();
    }

    /// Times an evaluation.
    pub(crate) fn evaluation(&self, evaluate: impl FnOnce()) {
        let start = Instant::now();
        self.evaluating.set(1);
        evaluate();
        self.evaluating.set(0);
        self.evaluation_seconds
            .observe(start.elapsed().as_secs_f64());
    }

    /// Brings what is only looked at on demand up to date.
    pub(crate) fn refresh(
        &self,
        states: impl Iterator<Item = HealthState>,
        graph: &Graph<ComponentId>,
    ) {
        self.running.reset();
        for state in states {
            self.running.with_label_values(&[state.as_str()]).inc();
        }
        self.connections.reset();
        for (from, to) in graph.edges() {
            self.connections
                .with_label_values(&[from.local(), to.local()])
                .set(1);
        }
        self.queued.set(0);
        self.process
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .refresh();
    }
}

/// The architecture as Go names it.
fn go_architecture() -> &'static str {
    match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    }
}
