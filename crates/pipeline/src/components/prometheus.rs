//! Components of metrics.

mod exporter;
pub(super) mod exporter_blackbox;
pub(super) mod exporter_cadvisor;
pub(super) mod exporter_mysql;
pub(super) mod exporter_nginx;
pub(super) mod exporter_self;
pub(super) mod exporter_unix;
pub(super) mod relabel;
pub(super) mod remote_write;
pub(super) mod scrape;
