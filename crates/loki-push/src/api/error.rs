//! Why a push is not taken.

use http::StatusCode;

use crate::DecodeError;

/// Why a push is not taken, or not all of it.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    /// The content type is missing or cannot be read.
    #[error("content type {0:?} cannot be read; send application/json or application/x-protobuf")]
    ContentType(String),
    /// An encoding that nobody pushes with.
    #[error("content encoding {0:?} is unknown; there are gzip, deflate and snappy")]
    Encoding(String),
    /// The body is not compressed in the way that the request says.
    #[error("the body cannot be decompressed as {encoding}")]
    Compression {
        /// What was tried.
        encoding: &'static str,
        /// What is wrong.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The body broke off.
    #[error("the body broke off")]
    Body,
    /// The message is larger than `max_send_message_size` allows.
    #[error("the message has more than {limit} bytes, which is the limit; push less at once")]
    MessageSize {
        /// The limit.
        limit: usize,
    },
    /// The body is larger than the pipeline could hold.
    #[error(
        "the body has more than {limit} bytes, a quarter of what log lines may hold; push less at once"
    )]
    TooLarge {
        /// The limit.
        limit: usize,
    },
    /// Not the JSON of a push.
    #[error("the body is no push in JSON")]
    Json(#[source] serde_json::Error),
    /// Not the protobuf of a push.
    #[error("the body is no push in protobuf")]
    Protobuf(#[source] DecodeError),
    /// Some streams have labels that are none; the others were taken.
    #[error("cannot read the labels {labels:?} at byte {at}; other streams of the push were taken")]
    Labels {
        /// The labels of the first such stream, cut to 100 characters.
        labels: String,
        /// Where reading them stopped.
        at: usize,
    },
    /// No room, or no verdict in time.
    #[error("the lines could not be delivered in time; push them again later")]
    Busy,
    /// The agent goes down or gave the lines up.
    #[error("the lines were not delivered; push them again")]
    Lost,
}

// === impl ApiError ===

impl ApiError {
    /// The status that tells a client whether to push again.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::Busy | Self::Lost => StatusCode::SERVICE_UNAVAILABLE,
            Self::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            _ => StatusCode::BAD_REQUEST,
        }
    }
}
