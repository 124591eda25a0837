//! One submit over one connection: the request out, the answer in.

use std::future::poll_fn;
use std::io;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{Either, select};
use hyper::body::{Body as _, Bytes, Incoming};
use hyper::client::conn::http1;
use hyper::{HeaderMap, Request, Uri};
use reqwest::Body;

use super::Fate;
use super::cause::Cause;
use super::connect::{Connection, Stream};
use super::departure::{Departure, Outgoing, Progress};
use super::patience::stillness;
use super::read::{self, Arriving};

/// After a write has failed, what has arrived is there already, or nearly.
const AFTER_A_BREAK: Duration = Duration::from_secs(5);
/// How fast the bytes are believed to travel that the operating system has taken but may still hold,
/// and how many these can be.
const SLOWEST_UPLOAD: u64 = 64 * 1024;
const HELD: u64 = 4 * 1024 * 1024;

/// What a submit sends.
pub(crate) struct Payload {
    pub(super) path: String,
    pub(super) body: Bytes,
}

impl Payload {
    pub(super) fn request(&self, headers: &HeaderMap) -> Result<Request<Body>, Cause> {
        let no_path = |_| Cause { hopeless: true, ..Cause::new("the model id makes no path") };
        let uri: Uri = self.path.parse().map_err(no_path)?;
        let mut request = Request::new(Body::from(self.body.clone()));
        *request.method_mut() = hyper::Method::POST;
        *request.uri_mut() = uri;
        request.headers_mut().clone_from(headers);
        Ok(request)
    }
}

/// Sends the request, if it is still wanted, and reads the answer.
///
/// `limit` is how long the answer may take once the request has left, and how long an upload may
/// stand still.
pub(super) async fn exchange(
    connection: Connection,
    request: Request<Body>,
    departure: &Arc<Departure>,
    limit: Duration,
) -> Fate {
    let progress = Arc::new(Progress::default());
    let size = request.body().size_hint().upper().unwrap_or_default();
    let limit = limit + on_its_way(size);
    let limit = || if progress.is_broken() { limit.min(AFTER_A_BREAK) } else { limit };
    let mut still = pin!(stillness(limit, || progress.written()));

    let stream = Outgoing::new(connection.stream, departure.clone(), progress.clone());
    let no_answer = |words: &str, error: Option<hyper::Error>| {
        let cause = cause(words, error, progress.take_broken());
        if departure.has_left() { Fate::Lost(cause) } else { Fate::NotSent(cause) }
    };
    let (mut sender, connection) = match http1::handshake(stream).await {
        Ok(both) => both,
        Err(error) => return no_answer("no connection", Some(error)),
    };
    let mut driver = Driver(Some(connection));

    // The answer is looked at first, also when the time is up.
    let response = {
        let head = pin!(driver.drive(sender.send_request(request)));
        match select(head, &mut still).await {
            Either::Left((Ok(response), _)) => response,
            Either::Left((Err(error), _)) => return no_answer("no answer", Some(error)),
            Either::Right(_) => return no_answer("it took too long", None),
        }
    };
    let (head, mut body) = response.into_parts();
    let mut arriving = Arriving::new(head.status, &head.headers, read::USUAL.mebibytes);
    while !arriving.is_broken() {
        let next = pin!(driver.drive(chunk(&mut body)));
        match select(next, &mut still).await {
            Either::Left((Some(Ok(bytes)), _)) => arriving.take(&bytes),
            Either::Left((Some(Err(error)), _)) => {
                arriving.breaks_off(cause("it broke off", Some(error), None).words);
            }
            Either::Left((None, _)) => break,
            Either::Right(_) => arriving.breaks_off("it took too long".to_owned()),
        }
    }
    Fate::Replied(arriving.reply())
}

/// How long it may take until all of a request of this size has arrived that is believed to be sent.
fn on_its_way(size: u64) -> Duration {
    Duration::from_secs(size.min(HELD) / SLOWEST_UPLOAD)
}

/// The next piece of a body; `None` at its end.
async fn chunk(body: &mut Incoming) -> Option<hyper::Result<Bytes>> {
    loop {
        let frame = poll_fn(|cx| Pin::new(&mut *body).poll_frame(cx)).await?;
        match frame.map(hyper::body::Frame::into_data) {
            Ok(Ok(bytes)) => return Some(Ok(bytes)),
            // Trailers say nothing that is of use.
            Ok(Err(_)) => {}
            Err(error) => return Some(Err(error)),
        }
    }
}

/// A connection at work for as long as somebody waits for what comes of it.
struct Driver(Option<http1::Connection<Outgoing<Box<dyn Stream>>, Body>>);

impl Driver {
    async fn drive<F: Future>(&mut self, work: F) -> F::Output {
        let mut work = pin!(work);
        poll_fn(|cx| {
            if let Some(connection) = &mut self.0
                && Pin::new(connection).poll(cx).is_ready()
            {
                // Whoever waits hears of it, and why.
                self.0 = None;
            }
            work.as_mut().poll(cx)
        })
        .await
    }
}

/// Why there is no answer: that nothing could be written any more, if it is that.
fn cause(words: &str, error: Option<hyper::Error>, broken: Option<io::Error>) -> Cause {
    if let Some(broken) = broken {
        let words = broken.to_string();
        return Cause { source: Some(broken.into()), ..Cause::new(words) };
    }
    let Some(error) = error else { return Cause::new(words) };
    let cause = Cause::of_chain(words, Some(&error));
    Cause { source: Some(error.into()), ..cause }
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;
    use std::task::{Context, Poll, Waker, ready};

    use hyper::rt::{Read, ReadBufCursor, Write};
    use tokio::time::{Instant, sleep};

    use super::*;
    use crate::wire::Broken;

    /// A server in a few words: what it lets the client write, and what it answers after that.
    #[derive(Default)]
    struct Server {
        /// How many bytes are taken before a write fails; then the answer can be read.
        takes: usize,
        fails_with: Option<io::ErrorKind>,
        answers: VecDeque<&'static [u8]>,
        /// Whether the end of the answers is the end of the connection.
        closes: bool,
        reader: Option<Waker>,
        written: usize,
        /// How long it takes to take in 4 KiB, where it is slow.
        rest: Option<Duration>,
        resting: Option<Pin<Box<tokio::time::Sleep>>>,
    }

    impl Write for Server {
        fn poll_write(
            mut self: Pin<&mut Self>,
            cx: &mut Context<'_>,
            buf: &[u8],
        ) -> Poll<io::Result<usize>> {
            let mut room = self.takes - self.written;
            if let Some(rest) = self.rest {
                let resting = self.resting.get_or_insert_with(|| Box::pin(sleep(rest)));
                ready!(resting.as_mut().poll(cx));
                self.resting = None;
                room = room.min(4096);
            }
            if room == 0 {
                return match self.fails_with {
                    Some(kind) => Poll::Ready(Err(kind.into())),
                    None => Poll::Pending,
                };
            }
            let taken = buf.len().min(room);
            self.written += taken;
            if let Some(reader) = self.reader.take() {
                reader.wake();
            }
            Poll::Ready(Ok(taken))
        }

        fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            Poll::Ready(Ok(()))
        }

        fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            Poll::Ready(Ok(()))
        }
    }

    impl Read for Server {
        fn poll_read(
            mut self: Pin<&mut Self>,
            cx: &mut Context<'_>,
            mut buf: ReadBufCursor<'_>,
        ) -> Poll<io::Result<()>> {
            self.reader = Some(cx.waker().clone());
            // A server that is slow wants all of it.
            if self.written < if self.rest.is_some() { 50_000 } else { 1 } {
                return Poll::Pending;
            }
            match self.answers.pop_front() {
                Some(piece) => buf.put_slice(piece),
                None if self.closes => {}
                None => return Poll::Pending,
            }
            Poll::Ready(Ok(()))
        }
    }

    fn request() -> Request<Body> {
        let payload =
            Payload { path: "/v1/models/a/b".to_owned(), body: vec![b'x'; 50_000].into() };
        payload.request(&HeaderMap::new()).unwrap()
    }

    async fn sent_to(server: Server) -> (Fate, bool) {
        let departure = Arc::new(Departure::default());
        let limit = Duration::from_secs(100);
        let fate = exchange(Connection::over(server), request(), &departure, limit).await;
        (fate, departure.has_left())
    }

    const REFUSAL: [&[u8]; 3] = [b"HTTP/1.1 413 No\r\nconte", b"nt-length: 6\r\n\r\n{\"a\"", b":1"];

    #[tokio::test(start_paused = true)]
    async fn an_answer_is_read_although_the_request_cannot_be_written() {
        let kinds = [io::ErrorKind::BrokenPipe, io::ErrorKind::ConnectionReset];
        for fails_with in kinds.map(Some).into_iter().chain([None]) {
            for takes in [1, 100, 20_000, 60_000] {
                for closes in [true, false] {
                    let answers = REFUSAL.into();
                    let server = Server { takes, fails_with, answers, closes, ..Server::default() };
                    let (Fate::Replied(reply), _) = sent_to(server).await else {
                        panic!("{fails_with:?} after {takes}");
                    };
                    assert_eq!((reply.status, &*reply.body), (413, &b"{\"a\":1"[..]), "{takes}");
                }
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn where_nothing_can_be_written_or_read_it_soon_ends_with_the_reason() {
        let fails_with = Some(io::ErrorKind::BrokenPipe);
        let start = Instant::now();
        let (fate, left) = sent_to(Server { takes: 100, fails_with, ..Server::default() }).await;
        let Fate::Lost(cause) = fate else { panic!("a part has left") };
        assert!(left && cause.words.contains("broken pipe"), "{cause:?}");
        assert!(cause.source.is_some());
        assert!(start.elapsed() < 2 * AFTER_A_BREAK, "{:?}", start.elapsed());
    }

    #[tokio::test(start_paused = true)]
    async fn an_upload_may_take_long_if_it_goes_on() {
        let start = Instant::now();
        let slow = |rest| Server {
            takes: 60_000,
            answers: REFUSAL.into(),
            rest: Some(Duration::from_secs(rest)),
            ..Server::default()
        };
        let (fate, _) = sent_to(slow(80)).await;
        assert!(matches!(fate, Fate::Replied(_)) && start.elapsed() > Duration::from_secs(900));
        let (fate, _) = sent_to(slow(130)).await;
        assert!(matches!(fate, Fate::Lost(_)), "it stood still for longer than the limit");
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_called_off_leaves_not_a_byte() {
        let departure = Arc::new(Departure::default());
        departure.call_off();
        let server = Server { takes: 60_000, answers: REFUSAL.into(), ..Server::default() };
        let fate =
            exchange(Connection::over(server), request(), &departure, Duration::from_secs(1)).await;
        assert!(matches!(fate, Fate::NotSent(_)) && !departure.has_left());
    }

    #[tokio::test(start_paused = true)]
    async fn half_an_answer_is_kept_when_the_time_is_up() {
        let answers: [&[u8]; 1] = [b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{\"request_id\""];
        let server = Server { takes: 60_000, answers: answers.into(), ..Server::default() };
        let (Fate::Replied(reply), true) = sent_to(server).await else { panic!("no answer") };
        assert_eq!(&*reply.body, b"{\"request_id\"");
        assert_eq!(reply.broken, Some(Broken::Off("it took too long".to_owned())));
    }

    #[test]
    fn a_large_request_has_more_time() {
        let extra = [0, 1_000, 65_536, 4 << 20, 64 << 20].map(|size| on_its_way(size).as_secs());
        assert_eq!(extra, [0, 0, 1, 64, 64]);
    }
}
