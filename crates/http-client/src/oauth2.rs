//! OAuth 2.0 client credentials (RFC 6749, 4.4): one token, got when it is needed and kept until shortly before its end.

use std::fmt::Write as _;
use std::sync::{Mutex as Slot, PoisonError};
use std::time::Duration;

use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderValue, Request, Uri};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;
use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::config::{OAuth2, Source};
use crate::{AuthError, Client, Deadline, Secret, auth};

/// A token is renewed this long before its end.
const EARLY: Duration = Duration::from_secs(10);

/// The endpoint's share of time; the exchange's own deadline holds besides.
const TIMEOUT: Duration = Duration::from_secs(30);

/// A token is a few kilobytes at most.
const MAX_ANSWER_BYTES: usize = 1 << 20;

/// Gets and keeps tokens.
#[derive(Debug)]
pub(crate) struct TokenSource {
    client: Client,
    url: Uri,
    client_id: String,
    client_secret: Source,
    form: String,
    token: Slot<Option<Token>>,
    /// Held while a token is got, so that one request at a time asks for one. Holds how the endpoint wants our name.
    asking: Mutex<Style>,
}

#[derive(Clone, Debug)]
struct Token {
    header: HeaderValue,
    until: Option<Instant>,
}

/// How the endpoint takes the client's name and secret. Unknown at first, as in Go's library: the header is tried before
/// the form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Style {
    Unknown,
    Header,
    Form,
}

// === impl TokenSource ===

impl TokenSource {
    pub(crate) fn new(config: &OAuth2) -> Self {
        let mut form = "grant_type=client_credentials".to_owned();
        if !config.scopes.is_empty() {
            let _ = write!(form, "&scope={}", encode(&config.scopes.join(" ")));
        }
        for (name, value) in &config.endpoint_params {
            let _ = write!(form, "&{}={}", encode(name), encode(value));
        }
        Self {
            // A client without OAuth 2.0: the configuration of the endpoint has none.
            client: Client::new(config.client.clone()),
            url: config.token_url.clone(),
            client_id: config.client_id.clone(),
            client_secret: config.client_secret.clone(),
            form,
            token: Slot::new(None),
            asking: Mutex::new(Style::Unknown),
        }
    }

    /// The `Authorization` header of now.
    pub(crate) async fn header(&self) -> Result<HeaderValue, AuthError> {
        if let Some(header) = self.kept() {
            return Ok(header);
        }
        let mut style = self.asking.lock().await;
        // Another request may have got one meanwhile.
        if let Some(header) = self.kept() {
            return Ok(header);
        }
        let token = Box::pin(self.ask(&mut style)).await?;
        let header = token.header.clone();
        *self.token.lock().unwrap_or_else(PoisonError::into_inner) = Some(token);
        Ok(header)
    }

    /// Throws the kept token away.
    pub(crate) fn forget(&self) {
        *self.token.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    fn kept(&self) -> Option<HeaderValue> {
        let token = self.token.lock().unwrap_or_else(PoisonError::into_inner);
        token
            .as_ref()
            .filter(|token| token.until.is_none_or(|until| Instant::now() < until))
            .map(|token| token.header.clone())
    }

    async fn ask(&self, style: &mut Style) -> Result<Token, AuthError> {
        let secret = self.client_secret.read().await?;
        if *style != Style::Unknown {
            return self.ask_as(*style, &secret).await;
        }
        match self.ask_as(Style::Header, &secret).await {
            Ok(token) => {
                *style = Style::Header;
                Ok(token)
            }
            Err(AuthError::Refused { .. }) => {
                let token = self.ask_as(Style::Form, &secret).await?;
                *style = Style::Form;
                Ok(token)
            }
            Err(error) => Err(error),
        }
    }

    async fn ask_as(&self, style: Style, secret: &Secret) -> Result<Token, AuthError> {
        let mut form = self.form.clone();
        let mut request = Request::post(self.url.clone())
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(ACCEPT, "application/json");
        if style == Style::Form {
            let (id, secret) = (encode(&self.client_id), encode(secret.expose()));
            let _ = write!(form, "&client_id={id}&client_secret={secret}");
        } else {
            let secret = Secret::new(encode(secret.expose()));
            request = request.header(
                AUTHORIZATION,
                auth::basic(&encode(&self.client_id), &secret),
            );
        }
        let request = request
            .body(form.into())
            .map_err(|_| AuthError::Characters)?;
        let url = || self.url.to_string();
        let asked = Instant::now();
        let answer = self
            .client
            .send(request, Deadline::after(TIMEOUT))
            .await
            .map_err(|source| AuthError::Unreachable {
                url: url(),
                source: Box::new(source),
            })?;
        let status = answer.status();
        let mut body = Vec::new();
        answer
            .read_into(&mut body, MAX_ANSWER_BYTES)
            .await
            .map_err(|source| AuthError::Body { url: url(), source })?;
        let fields: Value = serde_json::from_slice(&body).unwrap_or_default();
        let text = |name: &str| fields.get(name).and_then(Value::as_str);
        let Some(token) = text("access_token").filter(|_| status.is_success()) else {
            let code = text("error").unwrap_or("no access_token in its answer");
            return Err(AuthError::Refused {
                url: url(),
                answer: format!("{status}, {code}"),
            });
        };
        let scheme = match text("token_type") {
            None | Some("") => "Bearer",
            Some(kind) if kind.eq_ignore_ascii_case("bearer") => "Bearer",
            Some(kind) => kind,
        };
        Ok(Token {
            header: auth::scheme(scheme, &token.into())?,
            until: lifetime(&fields).map(|lifetime| asked + lifetime.saturating_sub(EARLY)),
        })
    }
}

/// `expires_in`, a number or, from some servers, its text; 0 and nothing mean for ever.
fn lifetime(fields: &Value) -> Option<Duration> {
    let expires = fields.get("expires_in")?;
    let seconds = match expires {
        Value::String(text) => text.parse().ok()?,
        number => number.as_f64()?,
    };
    (seconds >= 1.0)
        .then(|| Duration::try_from_secs_f64(seconds).ok())
        .flatten()
        // Instants of the far future do not exist.
        .map(|lifetime| lifetime.min(Duration::from_secs(365 * 86400)))
}

fn encode(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}
