//! Setting up a client.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;

use super::token::Found;
use super::{Client, Inner, Options};
use crate::error::Error;
use crate::http::{Http, Origin, Timeouts};
use crate::job::JobToken;
use crate::journal::Journal;
use crate::media::check::Reach;
use crate::media::echo::Inputs;
use crate::poll::{Bounds, Budget, History};
use crate::submit::{Gates, Hooks};
use crate::time::FOREVER;

const BASE_URL: &str = "https://model-api.runcomfy.net";
const USER_AGENT: &str = concat!("runcomfy-rust/", env!("CARGO_PKG_VERSION"));

/// The settings of a client that is to be; all of them have a default.
///
/// ```
/// use std::time::Duration;
///
/// # fn main() -> Result<(), runcomfy::Error> {
/// let client = runcomfy::Client::builder()
///     .token("a token")
///     .retry_submits_for(Duration::from_secs(120))
///     .on_submitted(|job| println!("submitted: {job}"))
///     .build();
/// # assert!(client.unwrap_err().is_config(), "a token has no blanks");
/// # Ok(())
/// # }
/// ```
#[must_use = "a builder does nothing until `build` is called"]
#[derive(Clone)]
pub struct ClientBuilder {
    token: Option<SecretString>,
    base_url: String,
    user_agent: String,
    timeouts: Timeouts,
    submit_retries: Duration,
    bounds: Bounds,
    polls_per_second: f64,
    allow_unknown_keys: bool,
    allow_any_media: bool,
    hooks: Hooks,
    journal: Option<PathBuf>,
    #[cfg(feature = "schema-text")]
    on_schema_drift: Option<crate::catalog::OnDrift>,
}

impl Default for ClientBuilder {
    fn default() -> Self {
        Self {
            token: None,
            base_url: BASE_URL.to_owned(),
            user_agent: USER_AGENT.to_owned(),
            timeouts: Timeouts {
                connect: Duration::from_secs(10),
                submit: Duration::from_secs(180),
                read: Duration::from_secs(30),
            },
            submit_retries: Duration::from_secs(60),
            bounds: Bounds { fastest: Duration::ZERO, slowest: Duration::from_secs(60) },
            polls_per_second: 100.0,
            allow_unknown_keys: false,
            allow_any_media: false,
            hooks: Hooks::default(),
            journal: None,
            #[cfg(feature = "schema-text")]
            on_schema_drift: None,
        }
    }
}

impl ClientBuilder {
    /// The token of the account; the environment is not looked at then.
    ///
    /// It goes into the `Authorization` header of calls to the base URL and nowhere else.
    pub fn token(mut self, token: impl Into<String>) -> Self {
        self.token = Some(SecretString::from(token.into()));
        self
    }

    /// Where the service is: `https`, or `http` on this machine (127.0.0.1, `[::1]` or `localhost`,
    /// which is not looked up). Only scheme, host and port count. The default is
    /// `https://model-api.runcomfy.net`.
    ///
    /// Over `https` the proxy of the environment is used (`HTTPS_PROXY` or `ALL_PROXY`, but for the
    /// hosts of `NO_PROXY`; by HTTP or SOCKS), as a tunnel that does not see the token; over `http`
    /// none is.
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = url.into();
        self
    }

    /// The `User-Agent` header; the default is `runcomfy-rust/` and the version.
    pub fn user_agent(mut self, agent: impl Into<String>) -> Self {
        self.user_agent = agent.into();
        self
    }

    /// How long making a connection may take, with proxy and TLS; 10 s by default.
    ///
    /// Each submit has a connection of its own, made before anything is sent: the caller may still
    /// change its mind by then.
    pub fn connect_timeout(mut self, limit: Duration) -> Self {
        self.timeouts.connect = limit.min(FOREVER);
        self
    }

    /// How long the answer to a submit may take once the request has been sent, and how long sending
    /// it may stand still; 180 s by default. A submit that takes longer has an
    /// [unknown outcome](Error::is_outcome_unknown), so do not be stingy.
    ///
    /// The request counts as sent when the operating system has taken it. For what may then still be
    /// on its way, a second is added for each 64 KiB of it, up to 64 s. Time in which the process was
    /// stopped does not count.
    pub fn submit_timeout(mut self, limit: Duration) -> Self {
        self.timeouts.submit = limit.min(FOREVER);
        self
    }

    /// How long the answer to any other call may take from the moment the connection stands;
    /// 30 s by default.
    pub fn read_timeout(mut self, limit: Duration) -> Self {
        self.timeouts.read = limit.min(FOREVER);
        self
    }

    /// For how long a submit is tried again that cannot have started a job: no connection could be
    /// made, or the service turned it away as busy. 60 s by default; zero turns it off.
    ///
    /// Where the service asks for a longer pause than is left of it (`Retry-After`), the submit fails
    /// at once, and so do others to the same model until that pause is over, or ten minutes.
    pub fn retry_submits_for(mut self, limit: Duration) -> Self {
        self.submit_retries = limit.min(FOREVER);
        self
    }

    /// The shortest and the longest pause between two polls of a job; 0 and 60 s by default.
    /// Between them the client decides by what it knows about the job; only the service's
    /// `Retry-After` may ask for a longer one.
    ///
    /// Where the shortest exceeds the longest, the longest counts.
    pub fn poll_between(mut self, fastest: Duration, slowest: Duration) -> Self {
        let slowest = slowest.min(FOREVER);
        self.bounds = Bounds { fastest: fastest.min(slowest), slowest };
        self
    }

    /// How many polls a second all jobs of the client may make together, after a burst of one
    /// second's worth; 100 by default. It must be more than zero.
    pub fn polls_per_second(mut self, polls: f64) -> Self {
        self.polls_per_second = polls;
        self
    }

    /// Lets inputs through that were read from JSON with keys that their schema does not know.
    ///
    /// By default they are refused before anything is sent: what the service does with a misspelt
    /// key is not documented, and it may bill.
    pub fn allow_unknown_keys(mut self, allow: bool) -> Self {
        self.allow_unknown_keys = allow;
        self
    }

    /// Lets the media of inputs through unseen.
    ///
    /// By default an address that the public service could not fetch (plain `http`, a file, a host
    /// of a private network), and bytes that break a limit which the schema publishes, are refused
    /// before anything is sent: a job that cannot get at its input may be billed all the same.
    pub fn allow_any_media(mut self, allow: bool) -> Self {
        self.allow_any_media = allow;
        self
    }

    /// Is called with every job that the service accepts, even if the future that submitted it
    /// has been dropped meanwhile: the place to write the job down. An answer that names a job and is
    /// an error counts, too, as the job may exist.
    ///
    /// It runs inside the submit, before its caller hears of the job, so it should be quick. If
    /// it panics, the submit goes on. The hook of a blocking client may use that client.
    pub fn on_submitted(mut self, hook: impl Fn(&JobToken) + Send + Sync + 'static) -> Self {
        self.hooks.on_submitted = Some(Arc::new(hook));
        self
    }

    /// Is called when the schema of a model differs from the one that was compiled in, with what
    /// differs and whether it may break inputs.
    ///
    /// Beside the first submit of each model (of inputs that have a schema), the client then asks the
    /// catalog once. No submit waits for that or fails by it, and without a hook nothing is asked.
    /// [`Catalog::drift`](crate::Catalog::drift) tells the same when it is wanted.
    ///
    /// Needs the feature `schema-text`.
    ///
    /// ```no_run
    /// let client = runcomfy::Client::builder()
    ///     .on_schema_drift(|drift| eprintln!("time to update runcomfy: {drift}"))
    ///     .build()?;
    /// # Ok::<(), runcomfy::Error>(())
    /// ```
    #[cfg(feature = "schema-text")]
    pub fn on_schema_drift(
        mut self,
        hook: impl Fn(&crate::SchemaDrift) + Send + Sync + 'static,
    ) -> Self {
        self.on_schema_drift = Some(Arc::new(hook));
        self
    }

    /// Writes every submit into the [`Journal`] at this path, before it is sent and after, so that
    /// [`Client::recover`] finds what a process that died has left behind.
    ///
    /// The file is made if it is not there. [`build`](Self::build) fails with
    /// [`is_journal`](Error::is_journal) if it cannot be written to.
    pub fn journal(mut self, path: impl Into<PathBuf>) -> Self {
        self.journal = Some(path.into());
        self
    }

    /// Writes every submit into this journal, which other clients may use as well.
    pub fn shared_journal(mut self, journal: Journal) -> Self {
        self.hooks.journal = Some(journal);
        self.journal = None;
        self
    }

    /// Writes the inputs into the journal as well: prompts, URLs and inline files as they are sent.
    ///
    /// By default it holds a hash of each, which tells equal ones and gives nothing away. With the
    /// input at hand, whoever recovers an [unknown submit](crate::UnknownSubmit) sees what it was. It
    /// is cleared out with everything else that is settled.
    pub fn journal_inputs(mut self, write: bool) -> Self {
        self.hooks.journal_inputs = write;
        self
    }

    /// The client, if the settings make sense. Nothing is sent.
    ///
    /// Fails with [`is_config`](Error::is_config), and with [`is_journal`](Error::is_journal) if the
    /// journal cannot be opened.
    pub fn build(self) -> Result<Client, Error> {
        let token = match self.token {
            Some(token) => Found::given(token),
            None => Found::in_env(|name| std::env::var(name).ok())?,
        };
        let token = token.checked()?;
        if !(self.polls_per_second.is_finite() && self.polls_per_second > 0.0) {
            return Err(Error::config("polls_per_second must be more than zero"));
        }
        let origin = Origin::parse(&self.base_url)?;
        let http = Http::new(origin, &token, &self.user_agent, &self.timeouts)?;
        let mut hooks = self.hooks;
        if let Some(path) = self.journal {
            hooks.journal = Some(Journal::open(path)?);
        }
        let reach = if self.allow_any_media {
            Reach::Anything
        } else if http.origin.is_plain() {
            Reach::ThisMachineToo
        } else {
            Reach::Public
        };
        let inner = Inner {
            http: Arc::new(http),
            hooks,
            gates: Gates::default(),
            options: Options {
                allow_unknown_keys: self.allow_unknown_keys,
                reach,
                submit_retries: self.submit_retries,
                bounds: self.bounds,
            },
            budget: Arc::new(Budget::per_second(self.polls_per_second)),
            history: History::default(),
            inputs: Inputs::default(),
            #[cfg(feature = "schema-text")]
            drift: crate::catalog::DriftWatch::new(self.on_schema_drift),
        };
        Ok(Client { inner: Arc::new(inner) })
    }
}

impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The base URL may hold a password that is refused only when the client is built.
        f.debug_struct("ClientBuilder")
            .field("user_agent", &self.user_agent)
            .finish_non_exhaustive()
    }
}
