//! Log sources, stages and the Loki push client, with checkpoints that follow delivery.
//!
//! A source reads records, admits them to its [`Tracker`] and pushes batches of [`Entry`] to a [`LogsReceiver`]. Each
//! entry carries a [`Ticket`]; the source's checkpoint moves over a record once its ticket is settled, that is once
//! every endpoint has given a final verdict. So no log line is written to disk twice: the source is the buffer.
//!
//! ```
//! use outpost_loki_push::{StreamBody, Timestamp, label_string};
//!
//! let labels = label_string([("app", "shop"), ("env", "dev")]);
//! let mut body = StreamBody::new(labels.into());
//! body.push(Timestamp::from_unix_nanos(1), b"started", &Vec::new());
//! let mut request = Vec::new();
//! body.compress(&mut request).expect("under 4 GiB");
//! ```
//!
//! It is not: a store of logs, a query engine, or aware of the configuration language.

mod api;
mod budget;
mod checkpoint;
mod docker;
mod docker_time;
mod echo;
mod entry;
mod file;
#[cfg(feature = "tracing-layer")]
mod layer;
mod process;
mod push;
mod relabel;
mod syslog;
mod ticket;
mod timestamp;
mod words;
mod write;

pub use api::{
    ApiError, ApiMetrics, ApiServerConfig, ApiSettings, ApiSource, OPEN_BODIES, VERDICT_WAIT,
    serve_api,
};
pub use budget::{Budget, DEFAULT_BUDGET};
pub use checkpoint::{
    AlloyPosition, CheckpointError, CheckpointSlot, Checkpoints, DockerPosition, FilePosition,
    Position, SAVE_GAP, SYNC_GAP, read_alloy_positions,
};
pub use docker::{
    ContainerStatus, DockerCursor, DockerMetrics, DockerSource, DockerSourceConfig, Line,
    LineJoiner, MAX_LINE_BYTES, Record, Resume, Seen,
};
pub use echo::Echo;
pub use entry::{Entry, Fanout, LogsReceiver, Metadata, TENANT_LABEL};
pub use file::{
    Compression, Encoding, FileMatch, FileMetrics, FileSource, FileSourceConfig, FileStatus, Glob,
    LineSplitter, OnPositionError, QUIET, UnknownEncoding, WatchPeriod,
};
#[cfg(feature = "tracing-layer")]
pub use layer::{EventPush, EventPushError, LokiLayer, LokiLayerBuilder};
pub use process::{
    CriConfig, DropConfig, JsonConfig, LabelSource, LimitConfig, LogfmtConfig, LuhnConfig,
    MatchAction, MatchConfig, MetricAction, MetricConfig, MetricKind, MultilineConfig, OnFailure,
    PackConfig, PatternConfig, Process, ProcessMetrics, RegexConfig, ReplaceConfig, StageConfig,
    StageError, TemplateConfig, TenantConfig, TimestampConfig, TruncateField, TruncateRule,
};
pub use push::{DecodeError, PushedEntry, PushedStream, StreamBody, decode_push, label_string};
pub use relabel::{DEFAULT_RELABEL_CACHE, LogRelabel, relabel};
pub use syslog::{SyslogError, SyslogFormat, SyslogListener, SyslogMetrics, SyslogSettings};
pub use ticket::{Cursor, Intake, Receipts, Ticket, Tracker};
pub use timestamp::Timestamp;
pub use write::{
    EndpointConfig, EndpointStatus, IN_FLIGHT, Limits, WriteConfig, WriteConfigError, WriteMetrics,
    WriteStatus, Writer,
};
