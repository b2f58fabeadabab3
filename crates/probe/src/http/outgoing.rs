//! The module's request for one URL.

use ::http::header::{
    ACCEPT_ENCODING, AUTHORIZATION, CONNECTION, COOKIE, HOST, PROXY_AUTHORIZATION, USER_AGENT,
};
use ::http::{HeaderMap, HeaderValue, Method, Request};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use http_body_util::Full;

use crate::target::Url;
use crate::{Authentication, Failure, HttpModule, ProxyServer, Reason, file};

/// How the prober names itself.
const AGENT: &str = concat!("lookout/", env!("CARGO_PKG_VERSION"));
/// A body that is sent is not larger.
const MAX_BODY_BYTES: u64 = 16 << 20;
/// A header's value in a file is not larger.
const MAX_HEADER_BYTES: u64 = 64 << 10;

/// A request, before it is known which version of HTTP carries it.
pub(super) struct Outgoing {
    pub(super) http2: bool,
    method: Method,
    authority: String,
    /// Path and query, or the whole URL for a proxy.
    target: String,
    headers: HeaderMap,
    body: Bytes,
}

// === impl Outgoing ===

impl Outgoing {
    pub(super) async fn new(
        module: &HttpModule,
        url: &Url,
        host: Option<&str>,
    ) -> Result<Self, Failure> {
        let mut headers = HeaderMap::new();
        headers.insert(USER_AGENT, HeaderValue::from_static(AGENT));
        if let Some(compression) = module.compression {
            headers.insert(
                ACCEPT_ENCODING,
                HeaderValue::from_static(compression.name()),
            );
        }
        if let Some(value) = authorization(&module.authentication).await? {
            headers.insert(AUTHORIZATION, value);
        }
        for (at, (name, value)) in module.headers.iter().enumerate() {
            let again = module
                .headers
                .iter()
                .take(at)
                .any(|(before, _)| before == name);
            if again {
                headers.append(name, value.clone());
            } else {
                headers.insert(name, value.clone());
            }
        }
        for (name, path) in &module.header_files {
            let bytes = file::read(path, MAX_HEADER_BYTES).await?;
            let value = HeaderValue::from_bytes(bytes.trim_ascii()).map_err(|_| {
                let path = path.display();
                Failure::new(
                    Reason::Config,
                    format!("{path} holds no value for the header {name}"),
                )
            })?;
            headers.append(name, value);
        }
        headers.remove(HOST);
        let body = match &module.body_file {
            Some(path) => file::read(path, MAX_BODY_BYTES).await?.into(),
            None => Bytes::from(module.body.clone()),
        };
        Ok(Self {
            http2: false,
            method: module.method.clone(),
            authority: host.map_or_else(|| url.authority(), str::to_owned),
            target: url.path.clone(),
            headers,
            body,
        })
    }

    /// What becomes of it after most redirects.
    pub(super) fn become_get(&mut self) {
        if self.method != Method::HEAD {
            self.method = Method::GET;
        }
        self.body = Bytes::new();
    }

    /// Leaves out what the host of a redirect must not see.
    pub(super) fn forget_credentials(&mut self) {
        self.headers.remove(AUTHORIZATION);
        self.headers.remove(COOKIE);
    }

    /// Makes it a request to a proxy.
    pub(super) fn through(&mut self, proxy: &ProxyServer) -> Result<(), Failure> {
        self.target = format!("http://{}{}", self.authority, self.target);
        if let Some(value) = proxy_authorization(proxy)? {
            self.headers.insert(PROXY_AUTHORIZATION, value);
        }
        Ok(())
    }

    pub(super) fn into_request(self) -> Result<Request<Full<Bytes>>, Failure> {
        let authority = &self.authority;
        let uri = if self.http2 {
            format!("https://{authority}{}", self.target)
        } else {
            self.target
        };
        let mut builder = Request::builder().method(self.method).uri(uri);
        if let Some(headers) = builder.headers_mut() {
            *headers = self.headers;
        }
        if !self.http2 {
            builder = builder.header(HOST, authority).header(CONNECTION, "close");
        }
        builder.body(Full::new(self.body)).map_err(|error| {
            Failure::new(
                Reason::Target,
                format!("no request for {authority}: {error}"),
            )
        })
    }
}

async fn authorization(authentication: &Authentication) -> Result<Option<HeaderValue>, Failure> {
    let text = match authentication {
        Authentication::None => return Ok(None),
        Authentication::Basic { username, password } => {
            let (username, password) =
                (file::secret(username).await?, file::secret(password).await?);
            let pair = format!("{}:{}", username.expose(), password.expose());
            format!("Basic {}", BASE64_STANDARD.encode(pair))
        }
        Authentication::Scheme {
            scheme,
            credentials,
        } => {
            format!("{scheme} {}", file::secret(credentials).await?.expose())
        }
    };
    secret_value(&text).map(Some)
}

/// `Proxy-Authorization`, from the proxy's URL.
pub(super) fn proxy_authorization(proxy: &ProxyServer) -> Result<Option<HeaderValue>, Failure> {
    let Some(credentials) = &proxy.credentials else {
        return Ok(None);
    };
    secret_value(&format!(
        "Basic {}",
        BASE64_STANDARD.encode(credentials.expose())
    ))
    .map(Some)
}

fn secret_value(text: &str) -> Result<HeaderValue, Failure> {
    let mut value = HeaderValue::from_str(text)
        .map_err(|_| Failure::new(Reason::Config, "the credentials cannot be sent in a header"))?;
    value.set_sensitive(true);
    Ok(value)
}
