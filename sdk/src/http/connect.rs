//! The connection of a submit: made before anything is sent, used for that submit and no other.
//!
//! A connection that has been idle may be closed by the server just as a request goes out on it, and
//! nobody can tell whether that request arrived. A new one costs a round trip or two (TLS sessions are
//! resumed), which is nothing beside a job.

use std::error::Error as StdError;
use std::sync::Arc;
use std::time::Duration;

use futures_core::future::BoxFuture;
use hyper::Uri;
use hyper::rt::{Read, Write};
use hyper::service::Service;
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::proxy::{SocksV4, SocksV5, Tunnel};
use hyper_util::client::proxy::matcher::Matcher;
use hyper_util::service::TowerToHyperService;
use rustls::ClientConfig;
use tokio::time::{Instant, timeout};
use tracing::Span;

use super::Origin;
use super::cause::{BoxError, Cause};
use crate::error::Error;

/// For how long a connection may rest before its submit is sent.
const RESTED: Duration = Duration::from_secs(1);

const KEEPALIVE: Duration = Duration::from_secs(15);

pub(super) trait Stream: Read + Write + Send + Unpin {}
impl<S: Read + Write + Send + Unpin> Stream for S {}

type Connecting = BoxFuture<'static, Result<Box<dyn Stream>, BoxError>>;

/// A connection that stands, and over which nothing has been sent.
pub(crate) struct Connection {
    pub(super) stream: Box<dyn Stream>,
    pub(super) span: Span,
    since: Instant,
}

impl Connection {
    /// Whether it has been idle for so long that the server may be about to close it.
    pub(crate) fn has_rested(&self) -> bool {
        self.since.elapsed() > RESTED
    }
}

/// Makes the connections of submits, by the way that leads to the service.
pub(super) struct Connector {
    connect: Box<dyn Fn(Uri) -> Connecting + Send + Sync>,
    /// The addresses to try, one after the other.
    places: Vec<Uri>,
    limit: Duration,
    /// The proxy in between, as it may be shown.
    proxy: Option<String>,
}

impl Connector {
    pub(super) fn new(
        origin: &Origin,
        mut tls: ClientConfig,
        limit: Duration,
        proxies: &Matcher,
    ) -> Result<Self, Error> {
        // A server that speaks something else says so before anything is sent.
        tls.alpn_protocols = vec![b"http/1.1".to_vec()];
        let places = places(origin)?;
        let mut http = HttpConnector::new();
        http.enforce_http(false);
        http.set_nodelay(true);
        http.set_connect_timeout(Some(limit));
        // An answer may take minutes, and a machine in between may forget the connection.
        http.set_keepalive(Some(KEEPALIVE));
        http.set_keepalive_interval(Some(KEEPALIVE));
        if origin.is_plain() {
            return Ok(Self { connect: by(http), places, limit, proxy: None });
        }
        let tls = Arc::new(tls);
        let https = HttpsConnector::from((http.clone(), tls.clone()));
        let Some(proxy) = proxies.intercept(&places[0]) else {
            return Ok(Self { connect: by(https), places, limit, proxy: None });
        };
        let uri = proxy.uri().clone();
        let shown = uri.to_string().trim_end_matches('/').to_owned();
        let auth = proxy.raw_auth().map(|(user, password)| (user.to_owned(), password.to_owned()));
        let connect = match uri.scheme_str() {
            Some("socks4" | "socks4a") => {
                by(HttpsConnector::from((SocksV4::new(with_port(uri, 1080), http), tls)))
            }
            Some("socks5" | "socks5h") => {
                let mut socks = SocksV5::new(with_port(uri, 1080), http);
                if let Some((user, password)) = auth {
                    socks = socks.with_auth(user, password);
                }
                by(HttpsConnector::from((socks, tls)))
            }
            _ => {
                let mut tunnel = Tunnel::new(uri, https);
                if let Some(auth) = proxy.basic_auth() {
                    tunnel = tunnel.with_auth(auth.clone());
                }
                by(HttpsConnector::from((tunnel, tls)))
            }
        };
        Ok(Self { connect, places, limit, proxy: Some(shown) })
    }

    pub(super) async fn connect(&self, span: Span) -> Result<Connection, Cause> {
        let connecting = async {
            let mut first = None;
            for place in &self.places {
                match (self.connect)(place.clone()).await {
                    Ok(stream) => return Ok(stream),
                    Err(error) => drop(first.get_or_insert(error)),
                }
            }
            Err(first)
        };
        match timeout(self.limit, connecting).await {
            Ok(Ok(stream)) => Ok(Connection { stream, span, since: Instant::now() }),
            Ok(Err(error)) => Err(self.cause(error)),
            Err(_) => Err(self.named(Cause::new("it took too long"))),
        }
    }

    fn cause(&self, error: Option<BoxError>) -> Cause {
        let chain = error.as_deref().map(|error| error as &(dyn StdError + 'static));
        let mut cause = Cause::of_chain("no address", chain);
        // The words of the tunnel; its type cannot be named.
        if cause.words.contains("proxy authorization required") {
            cause = Cause::new("it wants a user name and password");
            cause.hopeless = true;
        } else if cause.words == "tunnel error: unsuccessful" {
            cause = Cause::new("it refused to connect to the service");
        }
        cause.source = error;
        self.named(cause)
    }

    /// What fails on the way to the service may be the proxy's doing.
    pub(super) fn named(&self, mut cause: Cause) -> Cause {
        if let Some(proxy) = &self.proxy {
            cause.words = format!("by the proxy {proxy} of the environment: {}", cause.words);
        }
        cause
    }
}

/// Where the service is. `localhost` is what we say it is: over plain http the token could be read
/// on its way to a place of a name server's choice.
fn places(origin: &Origin) -> Result<Vec<Uri>, Error> {
    let port = origin.port().unwrap_or_default();
    let texts = match origin.host() {
        Some(url::Host::Domain(_)) if origin.is_plain() => {
            vec![format!("http://127.0.0.1:{port}"), format!("http://[::1]:{port}")]
        }
        _ => vec![origin.as_str().to_owned()],
    };
    let uri = |text: &String| {
        text.parse().map_err(|_| Error::config("the base URL has a host that HTTP has no form for"))
    };
    texts.iter().map(uri).collect()
}

/// A proxy's address with the usual port, where it names none.
fn with_port(uri: Uri, port: u16) -> Uri {
    if uri.port().is_some() {
        return uri;
    }
    let host = uri.host().unwrap_or_default();
    let scheme = uri.scheme_str().unwrap_or("socks5h");
    format!("{scheme}://{host}:{port}/").parse().unwrap_or(uri)
}

fn by<S>(connector: S) -> Box<dyn Fn(Uri) -> Connecting + Send + Sync>
where
    TowerToHyperService<S>: Service<Uri, Response: Stream + 'static, Error: Into<BoxError>, Future: Send + 'static>
        + Send
        + Sync
        + 'static,
{
    let service = TowerToHyperService::new(connector);
    Box::new(move |uri| {
        let connecting = service.call(uri);
        Box::pin(async move {
            let stream = connecting.await.map_err(Into::into)?;
            Ok(Box::new(stream) as Box<dyn Stream>)
        })
    })
}

#[cfg(test)]
impl Connection {
    pub(super) fn over(stream: impl Stream + 'static) -> Self {
        Self { stream: Box::new(stream), span: Span::none(), since: Instant::now() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn connector(base: &str, proxy: &str) -> Connector {
        let origin = Origin::parse(base).unwrap();
        let matcher = Matcher::builder().all(proxy).build();
        let tls = super::super::tls::config(&Origin::parse("http://localhost").unwrap()).unwrap();
        Connector::new(&origin, tls, Duration::from_secs(1), &matcher).unwrap()
    }

    #[test]
    fn plain_http_has_no_proxy_and_no_name_server() {
        for (base, places) in [
            ("http://localhost:81", &["http://127.0.0.1:81/", "http://[::1]:81/"][..]),
            ("http://127.0.0.1:81", &["http://127.0.0.1:81/"]),
            ("http://[::1]", &["http://[::1]/"]),
        ] {
            let connector = connector(base, "http://proxy.example:3128");
            assert_eq!(connector.proxy, None, "{base}");
            let uris: Vec<_> = connector.places.iter().map(Uri::to_string).collect();
            assert_eq!(uris, places, "{base}");
        }
    }

    #[test]
    fn a_proxy_is_shown_without_its_password() {
        for (proxy, shown) in [
            ("http://me:hush@proxy.example:3128", "http://proxy.example:3128"),
            ("proxy.example:3128", "http://proxy.example:3128"),
            ("https://me:hush@proxy.example", "https://proxy.example"),
            ("socks5h://me:hush@proxy.example:1080", "socks5h://proxy.example:1080"),
            ("socks4://me:hush@proxy.example", "socks4://proxy.example"),
        ] {
            let connector = connector("https://model-api.runcomfy.net", proxy);
            assert_eq!(connector.proxy.as_deref(), Some(shown), "{proxy}");
        }
    }
}
