//! What is sent back.

use ::http::header::CONTENT_TYPE;
use ::http::{HeaderValue, Response, StatusCode};

/// An answer of text.
pub(super) struct Answer {
    status: StatusCode,
    content_type: &'static str,
    body: String,
}

// === impl Answer ===

impl Answer {
    pub(super) fn text(status: StatusCode, body: impl Into<String>) -> Self {
        Self {
            status,
            content_type: "text/plain; charset=utf-8",
            body: body.into(),
        }
    }

    /// Metrics.
    pub(super) fn page(body: String) -> Self {
        Self {
            status: StatusCode::OK,
            content_type: "text/plain; version=0.0.4; charset=utf-8",
            body,
        }
    }

    pub(super) fn html(body: String) -> Self {
        Self {
            status: StatusCode::OK,
            content_type: "text/html; charset=utf-8",
            body,
        }
    }

    pub(super) fn into_response(self) -> Response<String> {
        let mut response = Response::new(self.body);
        *response.status_mut() = self.status;
        let content_type = HeaderValue::from_static(self.content_type);
        response.headers_mut().insert(CONTENT_TYPE, content_type);
        response
    }
}
