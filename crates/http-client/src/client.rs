//! The client: one exchange from request to answer, over as many hops and tries as that takes.

use std::sync::Arc;

use bytes::Bytes;
use http::header::{AUTHORIZATION, HOST, LOCATION};
use http::header::{PROXY_AUTHORIZATION, USER_AGENT};
use http::uri::PathAndQuery;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Uri};
use http_body_util::Full;

use crate::auth::{self, user_info};
use crate::config::Credentials;
use crate::conn::Conn;
use crate::deadline::{Phase, Progress};
use crate::dial::{Dialer, Route, after_handshake};
use crate::oauth2::TokenSource;
use crate::pool::Pool;
use crate::redirect::{self, MAX_REDIRECTS};
use crate::response::{Lease, Response};
use crate::{AuthError, ClientConfig, Deadline, SendError};

/// Sends requests over kept connections. Clones share the connections.
#[derive(Clone, Debug)]
pub struct Client(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    credentials: Credentials,
    tokens: Option<TokenSource>,
    headers: Vec<(HeaderName, HeaderValue)>,
    user_agent: HeaderValue,
    follow_redirects: bool,
    dialer: Dialer,
    pool: Pool,
}

/// A request between two hops.
struct Hop {
    method: Method,
    url: Uri,
    headers: HeaderMap,
    body: Bytes,
    /// Whether our secrets may go to `url`.
    trusted: bool,
}

// === impl Client ===

impl Client {
    /// A client; connections are made when they are needed.
    pub fn new(config: ClientConfig) -> Self {
        let tokens = match &config.credentials {
            Credentials::OAuth2(oauth2) => Some(TokenSource::new(oauth2)),
            _ => None,
        };
        Self(Arc::new(Inner {
            tokens,
            dialer: Dialer::new(&config),
            credentials: config.credentials,
            headers: config.headers,
            user_agent: config.user_agent,
            follow_redirects: config.follow_redirects,
            pool: Pool::default(),
        }))
    }

    /// Sends `request`, whose URL must be absolute, and waits for the head of the answer.
    ///
    /// The deadline holds for everything from credentials to the end of the body. A kept connection that the server
    /// has closed is replaced at once. Headers of the request win over the configured ones. Any status is an answer;
    /// redirects are followed as configured, and neither credentials nor `http_headers` are sent to another host.
    pub async fn send(
        &self,
        request: Request<Bytes>,
        deadline: Deadline,
    ) -> Result<Response, SendError> {
        let progress = Progress::new();
        match deadline.bound(self.follow(request, &progress)).await {
            Ok(outcome) => outcome.map(|(answer, lease)| Response::new(answer, lease, deadline)),
            Err(after) => Err(SendError::Timeout {
                phase: progress.phase(),
                after,
            }),
        }
    }

    /// Closes the kept connections, after a change of address say.
    pub fn close_idle(&self) {
        self.0.pool.clear();
    }

    async fn follow(
        &self,
        request: Request<Bytes>,
        progress: &Progress,
    ) -> Result<(http::Response<hyper::body::Incoming>, Lease), SendError> {
        let (parts, body) = request.into_parts();
        let mut hop = Hop {
            method: parts.method,
            url: parts.uri,
            headers: parts.headers,
            body,
            trusted: true,
        };
        for _ in 0..=MAX_REDIRECTS {
            let (answer, lease) = self.hop(&hop, progress).await?;
            if !self.0.follow_redirects {
                return Ok((answer, lease));
            }
            let location = answer
                .headers()
                .get(LOCATION)
                .map(|location| String::from_utf8_lossy(location.as_bytes()).into_owned());
            let next = redirect::next(answer.status(), location.as_deref(), &hop.method, &hop.url)?;
            let Some(next) = next else {
                return Ok((answer, lease));
            };
            Response::new(answer, lease, Deadline::none())
                .discard()
                .await;
            hop.go(next);
        }
        Err(SendError::Redirect {
            location: hop.url.to_string(),
            problem: "too many redirects",
        })
    }

    async fn hop(
        &self,
        hop: &Hop,
        progress: &Progress,
    ) -> Result<(http::Response<hyper::body::Incoming>, Lease), SendError> {
        let route = Route::of(&hop.url)?;
        let headers = self.headers(hop, &route, progress).await?;
        let broken = |source: hyper::Error| {
            let address = route.address();
            if let Some(error) = after_handshake(&address, &source) {
                return error;
            }
            if source.is_parse() || source.is_user() {
                SendError::Protocol { address, source }
            } else {
                SendError::Closed { address, source }
            }
        };
        loop {
            let (mut conn, kept) = self.conn(&route, progress).await?;
            progress.enter(Phase::Answer);
            let request = self.request(hop, &route, headers.clone(), conn.is_http2())?;
            match conn.send(request).await {
                Ok(answer) => {
                    let pool = self.0.pool.clone();
                    self.forget_refused_token(&answer, hop);
                    return Ok((answer, Lease { conn, route, pool }));
                }
                // The server closed it just now: the next one, at the latest a new one, will do.
                Err(error) if kept && !error.is_parse() && !error.is_user() => {}
                Err(error) => return Err(broken(error)),
            }
        }
    }

    /// A connection, and whether it was kept from before.
    async fn conn(&self, route: &Route, progress: &Progress) -> Result<(Conn, bool), SendError> {
        while let Some(mut conn) = self.0.pool.take(route) {
            if conn.is_ready().await {
                return Ok((conn, true));
            }
        }
        let dialed = self.0.dialer.dial(route, progress).await?;
        let conn = Conn::new(dialed)
            .await
            .map_err(|source| SendError::Closed {
                address: route.address(),
                source,
            })?;
        Ok((conn, false))
    }

    async fn headers(
        &self,
        hop: &Hop,
        route: &Route,
        progress: &Progress,
    ) -> Result<HeaderMap, SendError> {
        let mut headers = hop.headers.clone();
        if !headers.contains_key(USER_AGENT) {
            headers.insert(USER_AGENT, self.0.user_agent.clone());
        }
        if let Some(proxy) = self.0.dialer.forwarder(route)
            && let Some(value) = &proxy.authorization
        {
            headers.insert(PROXY_AUTHORIZATION, value.clone());
        }
        if !hop.trusted {
            return Ok(headers);
        }
        for (name, value) in &self.0.headers {
            if !hop.headers.contains_key(name) {
                headers.append(name, value.clone());
            }
        }
        if headers.contains_key(AUTHORIZATION) {
            return Ok(headers);
        }
        progress.enter(Phase::Credentials);
        let own = self.authorization().await?;
        let from_url = || {
            let (user, password) = user_info(hop.url.authority()?.as_str())?;
            Some(auth::basic(&user, &password.into()))
        };
        if let Some(value) = own.or_else(from_url) {
            headers.insert(AUTHORIZATION, value);
        }
        Ok(headers)
    }

    async fn authorization(&self) -> Result<Option<HeaderValue>, AuthError> {
        match &self.0.credentials {
            Credentials::None => Ok(None),
            Credentials::Basic { username, password } => {
                Ok(Some(auth::basic(username, &password.read().await?)))
            }
            Credentials::Scheme {
                scheme,
                credentials,
            } => auth::scheme(scheme, &credentials.read().await?).map(Some),
            Credentials::OAuth2(_) => match &self.0.tokens {
                Some(tokens) => tokens.header().await.map(Some),
                None => Ok(None),
            },
        }
    }

    /// A token that the server does not take is worth no second try: the next request gets a new one.
    fn forget_refused_token(&self, answer: &http::Response<hyper::body::Incoming>, hop: &Hop) {
        if answer.status() == http::StatusCode::UNAUTHORIZED
            && hop.trusted
            && let Some(tokens) = &self.0.tokens
        {
            tokens.forget();
        }
    }

    fn request(
        &self,
        hop: &Hop,
        route: &Route,
        mut headers: HeaderMap,
        http2: bool,
    ) -> Result<Request<Full<Bytes>>, SendError> {
        let refused = |problem| SendError::Url {
            url: hop.url.to_string(),
            problem,
        };
        let authority = match hop.url.port_u16() {
            Some(port) => auth::host_port(&route.host, port),
            None => match hop.url.host() {
                Some(host) => host.to_owned(),
                None => return Err(refused("no host")),
            },
        };
        let path = hop.url.path_and_query().cloned();
        let path = path.unwrap_or_else(|| PathAndQuery::from_static("/"));
        let whole = http2 || self.0.dialer.forwarder(route).is_some();
        let uri = if whole {
            Uri::builder()
                .scheme(if route.tls { "https" } else { "http" })
                .authority(authority.as_str())
                .path_and_query(path)
                .build()
                .map_err(|_| refused("not a valid URL"))?
        } else {
            Uri::from(path)
        };
        if http2 {
            headers.remove(HOST);
        } else if !headers.contains_key(HOST) {
            let host =
                HeaderValue::from_str(&authority).map_err(|_| refused("not a valid host"))?;
            headers.insert(HOST, host);
        }
        let mut request = Request::new(Full::new(hop.body.clone()));
        *request.method_mut() = hop.method.clone();
        *request.uri_mut() = uri;
        *request.headers_mut() = headers;
        Ok(request)
    }
}

// === impl Hop ===

impl Hop {
    fn go(&mut self, next: redirect::Next) {
        self.trusted = self.trusted && redirect::keeps_secrets(&self.url, &next.url);
        self.url = next.url;
        self.method = next.method;
        self.headers.remove(HOST);
        if !self.trusted {
            self.headers.remove(AUTHORIZATION);
        }
    }
}
