//! Calls over HTTP, each of them made once.
//!
//! A submit has a connection of its own, which stands before it is decided whether the request is
//! sent, and of which it is known whether a byte of the request may have left: `connect.rs`,
//! `departure.rs`, `exchange.rs`. All other calls do the same however often they arrive, and are made
//! by reqwest, which repeats nothing here.

mod cause;
mod coding;
mod connect;
mod departure;
mod exchange;
mod files;
mod origin;
mod patience;
mod read;
mod tls;

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use hyper_util::client::proxy::matcher::Matcher;
use reqwest::header::{
    ACCEPT, ACCEPT_ENCODING, AUTHORIZATION, CONTENT_TYPE, HOST, HeaderMap, HeaderValue, USER_AGENT,
};
use reqwest::redirect::Policy;
use secrecy::{ExposeSecret, SecretString};
use tokio::time::timeout;
use tracing::{Instrument, Span};
use url::Url;

use crate::error::Error;
use crate::trace;
use crate::wire::{Reply, Scrub};
use connect::Connector;

pub(crate) use cause::{BoxError, Cause};
pub(crate) use connect::Connection;
pub(crate) use departure::Departure;
pub(crate) use exchange::Payload;
pub(crate) use files::FileHttp;
pub(crate) use origin::{Origin, is_loopback};
pub(crate) use read::retry_after;

use read::Limits;

/// For how long a result may come at most, however steadily it does.
const LONGEST_RESULT: Duration = Duration::from_secs(3600);

/// How a call ended.
pub(crate) enum Fate {
    /// A status line came back.
    Replied(Reply),
    /// Not a byte of the request has left.
    NotSent(Cause),
    /// Something may have left, and no answer came.
    Lost(Cause),
}

impl Fate {
    /// Of a call whose runtime was shut down.
    pub(crate) fn shut_down() -> Self {
        Self::Lost(Cause::new("the runtime was shut down meanwhile"))
    }
}

#[derive(Clone)]
pub(crate) struct Timeouts {
    pub(crate) connect: Duration,
    pub(crate) submit: Duration,
    pub(crate) read: Duration,
}

/// The HTTP side of a client.
pub(crate) struct Http {
    pub(crate) origin: Origin,
    pub(crate) scrub: Scrub,
    pub(crate) files: FileHttp,
    submit: Connector,
    submit_headers: HeaderMap,
    submit_limit: Duration,
    read: reqwest::Client,
    /// How long the next piece of a result may take.
    stall: Duration,
}

impl Http {
    pub(crate) fn new(
        origin: Origin,
        token: &SecretString,
        user_agent: &str,
        timeouts: &Timeouts,
    ) -> Result<Self, Error> {
        let tls = tls::config(&origin)?;
        let headers = headers(token, user_agent)?;
        let builder = reqwest::Client::builder()
            .tls_backend_preconfigured(tls.clone())
            .default_headers(headers.clone())
            .connect_timeout(timeouts.connect)
            .timeout(timeouts.connect + timeouts.read)
            .retry(reqwest::retry::never())
            .redirect(Policy::none())
            .referer(false);
        let read = built(if origin.is_plain() { on_this_machine(builder) } else { builder })?;
        let mut submit_headers = headers;
        submit_headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        submit_headers.insert(HOST, host(&origin)?);
        Ok(Self {
            submit: Connector::new(&origin, tls, timeouts.connect, &Matcher::from_env())?,
            submit_headers,
            submit_limit: timeouts.submit,
            read,
            stall: timeouts.connect.saturating_add(timeouts.read),
            files: FileHttp::new(user_agent, timeouts.connect),
            scrub: Scrub::new(token.clone()),
            origin,
        })
    }

    /// The submit of a body, ready to be sent.
    pub(crate) fn payload(&self, model_id: &str, body: String) -> Payload {
        Payload { path: self.origin.model(model_id).path().to_owned(), body: body.into() }
    }

    /// A connection for one submit.
    pub(crate) async fn connect(&self, payload: &Payload) -> Result<Connection, Cause> {
        let span = trace::call("POST", &payload.path);
        let connected = self.submit.connect(span.clone()).instrument(span.clone()).await;
        if connected.is_err() {
            span.record("error.type", "not_sent");
        }
        connected
    }

    /// Sends a submit, unless it has been called off by the moment of its first byte.
    pub(crate) async fn send(
        &self,
        connection: Connection,
        payload: &Payload,
        departure: &Arc<Departure>,
    ) -> Fate {
        let request = match payload.request(&self.submit_headers) {
            Ok(request) => request,
            Err(cause) => return Fate::NotSent(cause),
        };
        let span = connection.span.clone();
        let call = exchange::exchange(connection, request, departure, self.submit_limit);
        let fate = call.instrument(span.clone()).await;
        record(&span, &fate);
        fate
    }

    pub(crate) async fn get(&self, url: Url) -> Fate {
        self.read(reqwest::Request::new(reqwest::Method::GET, url), read::USUAL, ()).await
    }

    /// A result, which may be as large as a video: it may take its time, as long as it goes on. What
    /// others wait for (`held`) is given back as soon as it begins to come.
    pub(crate) async fn get_result(&self, url: Url, held: impl Send) -> Fate {
        let mut request = reqwest::Request::new(reqwest::Method::GET, url);
        *request.timeout_mut() = Some(LONGEST_RESULT);
        self.read(request, Limits { stall: Some(self.stall), ..read::RESULT }, held).await
    }

    /// A post without a body, which does the same however often it arrives.
    pub(crate) async fn post(&self, url: Url) -> Fate {
        self.read(reqwest::Request::new(reqwest::Method::POST, url), read::USUAL, ()).await
    }

    async fn read(&self, request: reqwest::Request, limits: Limits, held: impl Send) -> Fate {
        let span = trace::call(request.method().as_str(), request.url().path());
        let call = async {
            let head = self.read.execute(request);
            let head = match limits.stall {
                Some(stall) => timeout(stall, head).await,
                None => Ok(head.await),
            };
            drop(held);
            match head {
                Err(_) => Fate::Lost(Cause::new("it took too long")),
                Ok(Ok(response)) => Fate::Replied(read::reply(response, limits).await),
                Ok(Err(error)) if error.is_connect() || error.is_builder() => {
                    Fate::NotSent(self.submit.named(Cause::from(error)))
                }
                Ok(Err(error)) => Fate::Lost(Cause::from(error)),
            }
        };
        let fate = call.instrument(span.clone()).await;
        record(&span, &fate);
        fate
    }
}

fn record(span: &Span, fate: &Fate) {
    match fate {
        Fate::Replied(reply) => span.record("http.response.status_code", reply.status),
        Fate::NotSent(_) => span.record("error.type", "not_sent"),
        Fate::Lost(_) => span.record("error.type", "lost"),
    };
}

/// What every call has. Answers in another coding would have to be decoded, so none is asked for.
fn headers(token: &SecretString, user_agent: &str) -> Result<HeaderMap, Error> {
    let mut bearer = HeaderValue::from_str(&format!("Bearer {}", token.expose_secret()))
        .map_err(|_| Error::config("the token has characters that no token has"))?;
    bearer.set_sensitive(true);
    let agent = HeaderValue::from_str(user_agent)
        .map_err(|_| Error::config("the user agent has characters that a header cannot have"))?;
    Ok(HeaderMap::from_iter([
        (AUTHORIZATION, bearer),
        (ACCEPT, HeaderValue::from_static("application/json")),
        (ACCEPT_ENCODING, HeaderValue::from_static("identity")),
        (USER_AGENT, agent),
    ]))
}

fn host(origin: &Origin) -> Result<HeaderValue, Error> {
    let authority = origin.as_str().split_once("://").map_or("", |(_, authority)| authority);
    HeaderValue::from_str(authority)
        .map_err(|_| Error::config("the base URL has a host that HTTP has no form for"))
}

/// Over plain http a proxy could read the token, and so could a place that a name server makes of
/// `localhost`.
fn on_this_machine(builder: reqwest::ClientBuilder) -> reqwest::ClientBuilder {
    let places: [SocketAddr; 2] =
        [(Ipv4Addr::LOCALHOST, 0).into(), (Ipv6Addr::LOCALHOST, 0).into()];
    builder.no_proxy().resolve_to_addrs("localhost", &places)
}

fn built(builder: reqwest::ClientBuilder) -> Result<reqwest::Client, Error> {
    builder.build().map_err(|error| {
        let words = Cause::of(&error).words;
        Error::config(format!("the HTTP client cannot be set up: {words}"))
    })
}
