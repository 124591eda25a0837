//! How a simulator is set up.

use std::collections::BTreeMap;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::{Arc, Mutex, RwLock};
use std::time::SystemTime;

use tokio::net::TcpListener;

use super::dice::digest;
use super::faults::{Desk, Faults};
use super::log::RequestLog;
use super::model::ModelSpec;
use super::pace::QueuePace;
use super::queue::Queue;
use super::server::{self, Door};
use super::service::{Listener, Pacer, Service, Submission};
use super::{Simulator, folder, routes};

/// Sets up a [`Simulator`]; made by [`Simulator::builder`].
#[must_use = "a simulator runs once it is started"]
pub struct SimulatorBuilder {
    models: BTreeMap<String, Arc<ModelSpec>>,
    tokens: Vec<String>,
    pacer: Box<Pacer>,
    balance: Option<f64>,
    picture_side: u32,
    listener: Option<Box<Listener>>,
    faults: Faults,
    seed: Option<u64>,
}

impl SimulatorBuilder {
    pub(super) fn new() -> Self {
        Self {
            models: BTreeMap::new(),
            tokens: Vec::new(),
            pacer: Box::new(|_| QueuePace::default()),
            balance: None,
            picture_side: 768,
            listener: None,
            faults: Faults::new(),
            seed: None,
        }
    }

    /// Adds a model; one with the same id is replaced.
    pub fn model(mut self, model: ModelSpec) -> Self {
        self.models.insert(model.id.clone(), Arc::new(model));
        self
    }

    /// Adds models; those with the same id are replaced.
    pub fn models(self, models: impl IntoIterator<Item = ModelSpec>) -> Self {
        models.into_iter().fold(self, Self::model)
    }

    /// Adds every model that is compiled into this crate: those of
    /// [`models::ALL`](crate::models::ALL).
    pub fn compiled_models(self) -> Self {
        let specs = crate::models::ALL.iter().map(|model| {
            let spec = ModelSpec::from_text(model.id, model.input_schema, model.output_schema);
            spec.unwrap_or_else(|error| unreachable!("the generator wrote {}: {error}", model.id))
        });
        self.models(specs.map(|spec| spec.price_usd(0.04)))
    }

    /// Adds every model of a folder: `<dir>/<model id>/input.json`, with `output.json` beside it
    /// where there is one.
    ///
    /// # Errors
    ///
    /// A file or folder that cannot be read, or a file that is not JSON; the message names it.
    pub fn schemas_dir(self, dir: impl AsRef<Path>) -> io::Result<Self> {
        Ok(self.models(folder::read(dir.as_ref())?))
    }

    /// How fast the queue moves; [`QueuePace::default`] unless it is said.
    pub fn queue(self, pace: QueuePace) -> Self {
        self.queue_with(move |_| pace)
    }

    /// Decides for each submit how fast its queue moves.
    pub fn queue_with(
        mut self,
        pacer: impl Fn(&Submission<'_>) -> QueuePace + Send + Sync + 'static,
    ) -> Self {
        self.pacer = Box::new(pacer);
        self
    }

    /// Accepts this bearer token; given several times, each of them, as accounts of their own. Without
    /// it any token is an account.
    pub fn token(mut self, token: impl Into<String>) -> Self {
        self.tokens.push(token.into());
        self
    }

    /// Refuses submits, with error code 400002, that would bring the bill above this sum.
    pub fn balance_usd(mut self, balance: f64) -> Self {
        self.balance = Some(balance);
        self
    }

    /// The longest side of a picture, in pixels; 768 unless it is said. Small ones are made faster.
    pub fn picture_side(mut self, pixels: u32) -> Self {
        self.picture_side = pixels;
        self
    }

    /// What goes wrong. Nothing does unless it is said here or with [`Simulator::inject`].
    pub fn faults(mut self, faults: Faults) -> Self {
        self.faults = faults;
        self
    }

    /// Is told of every request, when its answer is made.
    pub fn on_request(mut self, listener: impl Fn(&RequestLog) + Send + Sync + 'static) -> Self {
        self.listener = Some(Box::new(listener));
        self
    }

    /// Makes request ids, and what is left to chance, the same in every run.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// Starts on a free port of `127.0.0.1`, on the Tokio runtime that this is called in, which
    /// needs I/O and time turned on.
    ///
    /// # Errors
    ///
    /// No port is free.
    pub async fn start(self) -> io::Result<Simulator> {
        self.start_on((Ipv4Addr::LOCALHOST, 0).into()).await
    }

    /// Starts on that address, on the Tokio runtime that this is called in, which needs I/O and time
    /// turned on.
    ///
    /// # Errors
    ///
    /// The address is in use, or not one of this machine.
    pub async fn start_on(self, address: SocketAddr) -> io::Result<Simulator> {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        let seed = self.seed.unwrap_or_else(|| arbitrary(address));
        let run = u32::try_from(seed & 0xffff_ffff).unwrap_or_default();
        let door = Door::default();
        let service = Arc::new(Service {
            models: RwLock::new(self.models),
            queue: Mutex::new(Queue::new(run)),
            tokens: self.tokens,
            pacer: self.pacer,
            balance: self.balance,
            picture_side: self.picture_side,
            listener: self.listener,
            desk: Desk::new(self.faults, seed),
            door: door.clone(),
            origin: format!("http://{}", reachable(address)),
            other_name: format!("http://localhost:{}", address.port()),
        });
        let router = routes::router(service.clone());
        let serving = tokio::spawn(server::serve(listener, address, router, door));
        Ok(Simulator { service, serving })
    }
}

/// Listening on all addresses is not an address to go to.
fn reachable(mut address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        address.set_ip(Ipv4Addr::LOCALHOST.into());
    }
    address
}

/// A number that is another one in each run.
fn arbitrary(address: SocketAddr) -> u64 {
    digest(format!("{address} {:?} {}", SystemTime::now(), std::process::id()).as_bytes())
}
