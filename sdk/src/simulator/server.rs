//! The accept loop. `axum::serve` keeps its sockets to itself; faults need them.

use std::future::poll_fn;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;
use std::time::{Duration, SystemTime};

use axum::Router;
use axum::extract::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{oneshot, watch};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout_at};

use super::socket::{Breaker, Socket};

/// The door, which can be shut for a while.
#[derive(Debug, Clone, Default)]
pub(super) struct Door {
    word: watch::Sender<Word>,
    /// The number of the last word that was acted upon.
    heard: watch::Sender<u64>,
    /// Until when new connections are left waiting.
    late_until: watch::Sender<Option<Instant>>,
    /// When the port was closed.
    closings: Arc<Mutex<Vec<SystemTime>>>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Word {
    number: u64,
    shut_until: Option<Instant>,
}

impl Door {
    /// Refuses connections for that long; idle ones close, requests under way are answered.
    pub(super) async fn shut(&self, time: Duration) {
        let until = Instant::now().checked_add(time);
        self.say(|shut_until| until.max(shut_until)).await;
    }

    /// Leaves connections waiting that are made within that time.
    pub(super) fn leave_waiting(&self, time: Duration) {
        let until = Instant::now().checked_add(time);
        self.late_until.send_modify(|late_until| *late_until = until.max(*late_until));
    }

    /// Waits until a new connection is to be served; for how long that was.
    async fn wait(&self) -> Option<Duration> {
        let until = *self.late_until.borrow();
        let time = until?.checked_duration_since(Instant::now())?;
        sleep(time).await;
        Some(time)
    }

    /// When the port was closed.
    pub(super) fn closings(&self) -> MutexGuard<'_, Vec<SystemTime>> {
        self.closings.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets clients in again.
    pub(super) async fn open(&self) {
        self.say(|_| None).await;
    }

    /// Gives the word and waits until it is acted upon.
    async fn say(&self, until: impl FnOnce(Option<Instant>) -> Option<Instant>) {
        let mut number = 0;
        self.word.send_modify(|word| {
            word.number += 1;
            word.shut_until = until(word.shut_until);
            number = word.number;
        });
        // The door is held by those who wait, too: the channel does not close.
        let _ = self.heard.subscribe().wait_for(|heard| *heard >= number).await;
    }
}

/// Serves until it is dropped; all connections end with it.
pub(super) async fn serve(listener: TcpListener, address: SocketAddr, router: Router, door: Door) {
    let service = TowerToHyperService::new(router);
    let mut words = door.word.subscribe();
    let mut listener = Some(listener);
    let mut open = JoinSet::new();
    loop {
        let word = *words.borrow_and_update();
        if let Some(until) = word.shut_until.filter(|until| *until > Instant::now()) {
            if let Some(listening) = listener.take() {
                for stream in close(listening) {
                    open.spawn(connection(stream, service.clone(), door.clone()));
                }
                door.closings().push(SystemTime::now());
            }
            door.heard.send_replace(word.number);
            // Whichever comes first: the time, or another word.
            let _ = timeout_at(until, words.changed()).await;
            continue;
        }
        let listening = match listener.take() {
            Some(listening) => listening,
            None => listen_again(address).await,
        };
        door.heard.send_replace(word.number);
        match accept(&listening, &mut words).await {
            Next::Stream(stream) => {
                open.spawn(connection(stream, service.clone(), door.clone()));
            }
            // Out of file handles, most likely: those that are open will close.
            Next::Broken => sleep(Duration::from_millis(20)).await,
            Next::Word => {}
        }
        listener = Some(listening);
        while open.try_join_next().is_some() {}
    }
}

enum Next {
    Stream(TcpStream),
    Broken,
    /// The door was shut or opened.
    Word,
}

async fn accept(listener: &TcpListener, words: &mut watch::Receiver<Word>) -> Next {
    let mut changed = pin!(words.changed());
    poll_fn(|cx| {
        if changed.as_mut().poll(cx).is_ready() {
            return Poll::Ready(Next::Word);
        }
        listener.poll_accept(cx).map(|accepted| match accepted {
            Ok((stream, _)) => Next::Stream(stream),
            Err(_) => Next::Broken,
        })
    })
    .await
}

/// Closes the port. Those whom the operating system has let in are served.
fn close(listener: TcpListener) -> Vec<TcpStream> {
    let Ok(listener) = listener.into_std() else { return Vec::new() };
    let waiting = std::iter::from_fn(|| listener.accept().ok());
    let waiting = waiting.filter_map(|(stream, _)| {
        stream.set_nonblocking(true).ok()?;
        TcpStream::from_std(stream).ok()
    });
    waiting.collect()
}

/// The port is ours again as soon as nobody else has it.
async fn listen_again(address: SocketAddr) -> TcpListener {
    loop {
        match TcpListener::bind(address).await {
            Ok(listener) => return listener,
            Err(_) => sleep(Duration::from_millis(5)).await,
        }
    }
}

async fn connection(stream: TcpStream, service: TowerToHyperService<Router>, door: Door) {
    let requests = Requests::default();
    // A client that hangs up, or a reset on purpose, is no fault of the simulator's.
    drop(serve_one(stream, service, door, requests.clone()).await);
    requests.end().await;
}

/// The requests of a connection, each in a task of its own: what has been read is carried out, also
/// when the client has gone.
#[derive(Debug, Clone, Default)]
struct Requests(Arc<Mutex<JoinSet<()>>>);

impl Requests {
    /// Begins at once, not when the answer is asked for.
    fn carry_out<T: Send + 'static>(
        &self,
        request: impl Future<Output = T> + Send + 'static,
    ) -> oneshot::Receiver<T> {
        let (done, answer) = oneshot::channel();
        let mut requests = self.lock();
        while requests.try_join_next().is_some() {}
        // The client may have gone.
        requests.spawn(async { drop(done.send(request.await)) });
        answer
    }

    async fn end(self) {
        let mut requests = std::mem::take(&mut *self.lock());
        while requests.join_next().await.is_some() {}
    }

    fn lock(&self) -> MutexGuard<'_, JoinSet<()>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn serve_one(
    stream: TcpStream,
    service: TowerToHyperService<Router>,
    door: Door,
    requests: Requests,
) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let breaker = Breaker::default();
    if let Some(time) = door.wait().await {
        breaker.was_late(time);
    }
    let socket = TokioIo::new(Socket::new(stream, breaker.clone()));
    let asked = Arc::new(AtomicBool::new(false));
    let is_asked = asked.clone();
    let with_breaker = service_fn(move |mut request: Request<Incoming>| {
        is_asked.store(true, Ordering::SeqCst);
        request.extensions_mut().insert(breaker.clone());
        let answer = requests.carry_out(service.call(request));
        async { answer.await.map(|Ok(response)| response) }
    });
    let mut served = pin!(http1::Builder::new().serve_connection(socket, with_breaker));
    let mut words = door.word.subscribe();
    let mut changed = pin!(words.changed());
    let (mut shut, mut closing) = (false, false);
    let served = poll_fn(|cx| {
        shut = shut || changed.as_mut().poll(cx).is_ready();
        // A connection that is new is not idle: its request may be on its way.
        if shut && !closing && asked.load(Ordering::SeqCst) {
            closing = true;
            served.as_mut().graceful_shutdown();
        }
        served.as_mut().poll(cx)
    });
    served.await.map_err(io::Error::other)
}
