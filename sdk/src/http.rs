//! Calls over HTTP, each of them made once.
//!
//! reqwest repeats nothing here. Below it, hyper repeats a request on another connection in one
//! case only: it was still waiting for its turn when a reused connection broke, so that not a
//! byte of it was written; a test counts what arrives. Submits have connections of their own,
//! HTTP/1.1 so that one of them is under way at a time, and reuse one only within a second of its
//! last use: a server that closes an idle connection just as a request goes out leaves nobody
//! able to tell whether it arrived, and servers wait for longer than that before they do.

mod coding;
mod files;
mod origin;
mod read;
mod tls;

use std::time::Duration;

use reqwest::header::{
    ACCEPT, ACCEPT_ENCODING, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue,
};
use reqwest::redirect::Policy;
use secrecy::{ExposeSecret, SecretString};
use tracing::Instrument;
use url::Url;

use crate::error::Error;
use crate::trace;
use crate::wire::{Reply, Scrub};

pub(crate) use files::FileHttp;
pub(crate) use origin::{Origin, is_loopback};
pub(crate) use read::retry_after;

use read::Limits;

/// For how long a connection may rest and still be given to a submit.
const SUBMIT_IDLE: Duration = Duration::from_secs(1);

/// For how long a result may come at most, however steadily it does.
const LONGEST_RESULT: Duration = Duration::from_secs(3600);

/// How a call ended.
pub(crate) enum Fate {
    /// A status line came back.
    Replied(Reply),
    /// No connection was ever made: not a byte of the request has left.
    NotSent(Cause),
    /// Something may have left, and no answer came.
    Lost(Cause),
}

impl Fate {
    /// Of a call whose runtime was shut down.
    pub(crate) fn shut_down() -> Self {
        let words = "the runtime was shut down meanwhile".to_owned();
        Self::Lost(Cause { words, hopeless: false })
    }
}

/// Why a call got no answer, in words that hold no URL.
#[derive(Debug)]
pub(crate) struct Cause {
    pub(crate) words: String,
    /// Whether making the connection again is pointless: the certificate is not trusted, there is
    /// no TLS, or the request is none.
    pub(crate) hopeless: bool,
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
    submit: reqwest::Client,
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
        let base = || -> Result<reqwest::ClientBuilder, Error> {
            let builder = reqwest::Client::builder()
                .tls_backend_preconfigured(tls::config(&origin)?)
                .default_headers(headers(token)?)
                .user_agent(user_agent)
                .connect_timeout(timeouts.connect)
                .retry(reqwest::retry::never())
                .redirect(Policy::none())
                .referer(false);
            // A proxy would see the token of a call over plain http.
            Ok(if origin.is_plain() { builder.no_proxy() } else { builder })
        };
        // The time for the connection comes on top: when the whole call times out, the
        // connection stood, and the request may have left.
        let submit = base()?
            .timeout(timeouts.connect + timeouts.submit)
            .pool_idle_timeout(SUBMIT_IDLE)
            .http1_only();
        let read = base()?.timeout(timeouts.connect + timeouts.read);
        Ok(Self {
            submit: built(submit)?,
            read: built(read)?,
            files: FileHttp::new(user_agent, timeouts.connect),
            stall: timeouts.connect.saturating_add(timeouts.read),
            scrub: Scrub::new(token.clone()),
            origin,
        })
    }

    /// The submit of a body, ready to be sent.
    pub(crate) fn submit_request(&self, model_id: &str, body: String) -> reqwest::Request {
        let mut request = reqwest::Request::new(reqwest::Method::POST, self.origin.model(model_id));
        let json = HeaderValue::from_static("application/json");
        request.headers_mut().insert(CONTENT_TYPE, json);
        *request.body_mut() = Some(body.into());
        request
    }

    pub(crate) async fn submit(&self, request: reqwest::Request) -> Fate {
        fate(&self.submit, request).await
    }

    pub(crate) async fn get(&self, url: Url) -> Fate {
        fate(&self.read, reqwest::Request::new(reqwest::Method::GET, url)).await
    }

    /// A result, which may be as large as a film: it may take its time, as long as it goes on.
    pub(crate) async fn get_result(&self, url: Url) -> Fate {
        let mut request = reqwest::Request::new(reqwest::Method::GET, url);
        *request.timeout_mut() = Some(LONGEST_RESULT);
        let limits = Limits { stall: Some(self.stall), ..read::RESULT };
        fate_within(&self.read, request, limits).await
    }

    /// A post without a body, which does the same however often it arrives.
    pub(crate) async fn post(&self, url: Url) -> Fate {
        fate(&self.read, reqwest::Request::new(reqwest::Method::POST, url)).await
    }
}

async fn fate(client: &reqwest::Client, request: reqwest::Request) -> Fate {
    fate_within(client, request, read::USUAL).await
}

async fn fate_within(client: &reqwest::Client, request: reqwest::Request, limits: Limits) -> Fate {
    let span = trace::call(&request);
    let told = span.clone();
    let call = async move {
        let head = client.execute(request);
        let head = match limits.stall {
            Some(stall) => tokio::time::timeout(stall, head).await,
            None => Ok(head.await),
        };
        let Ok(head) = head else {
            told.record("error.type", "lost");
            return Fate::Lost(Cause { words: "it took too long".to_owned(), hopeless: false });
        };
        match head {
            Ok(response) => {
                told.record("http.response.status_code", response.status().as_u16());
                Fate::Replied(read::reply(response, limits).await)
            }
            Err(error) if error.is_connect() || error.is_builder() => {
                told.record("error.type", "not_sent");
                Fate::NotSent(Cause::of(&error))
            }
            Err(error) => {
                told.record("error.type", "lost");
                Fate::Lost(Cause::of(&error))
            }
        }
    };
    call.instrument(span).await
}

fn headers(token: &SecretString) -> Result<HeaderMap, Error> {
    let mut bearer = HeaderValue::from_str(&format!("Bearer {}", token.expose_secret()))
        .map_err(|_| Error::config("the token has characters that no token has"))?;
    bearer.set_sensitive(true);
    let json = HeaderValue::from_static("application/json");
    let plain = HeaderValue::from_static("identity");
    let headers = [(AUTHORIZATION, bearer), (ACCEPT, json), (ACCEPT_ENCODING, plain)];
    Ok(HeaderMap::from_iter(headers))
}

fn built(builder: reqwest::ClientBuilder) -> Result<reqwest::Client, Error> {
    builder.build().map_err(|error| {
        let words = Cause::of(&error).words;
        Error::config(format!("the HTTP client cannot be set up: {words}"))
    })
}

impl Cause {
    /// The innermost words of an error chain say most; the outer ones may hold a URL.
    pub(crate) fn of(error: &reqwest::Error) -> Self {
        let mut words = if error.is_timeout() {
            "it took too long".to_owned()
        } else {
            "no connection".to_owned()
        };
        let mut hopeless = error.is_builder();
        let mut next = std::error::Error::source(error);
        while let Some(cause) = next {
            words = cause.to_string();
            hopeless |= tls::is_final(cause);
            next = cause.source();
        }
        Self { words, hopeless }
    }
}
