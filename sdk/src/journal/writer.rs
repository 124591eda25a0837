//! A thread that reads and writes a journal, so that no async thread is held up, and none of
//! Tokio's blocking threads is needed. Many lines are written by one sync.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::thread::{self, JoinHandle};

use tokio::sync::{oneshot, watch};

use super::file::File;
use super::keeper::{Entry, Keeper, What};
use crate::job::JobToken;

/// So many entries are written at once.
const GROUP: usize = 1000;

/// The one in a process that writes to a journal, whatever name it was opened by.
pub(super) struct Writer {
    path: PathBuf,
    inbox: Mutex<Option<Sender<Message>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
    under_way: Arc<Mutex<UnderWay>>,
}

/// The submits that this process has under way, by the ids of their intents.
pub(super) type UnderWay = BTreeMap<String, watch::Receiver<Option<Outcome>>>;

/// What has become of a submit that was under way.
#[derive(Debug, Clone)]
pub(crate) enum Outcome {
    Submitted(JobToken),
    NoJob,
    Unknown,
}

type Answer = Box<dyn FnOnce(io::Result<()>) + Send>;
type Task = Box<dyn FnOnce(&mut Keeper) + Send>;

enum Message {
    Write(Entry, Answer),
    Do(Task),
}

/// The journals that are open in this process.
static OPEN: Mutex<Vec<Weak<Writer>>> = Mutex::new(Vec::new());

impl Writer {
    /// Opens the journal at this path, or shares what has it open already.
    pub(super) fn open(path: &Path) -> io::Result<Arc<Self>> {
        let mut open = lock(&OPEN);
        open.retain(|writer| writer.strong_count() > 0);
        let file = File::open(path)?;
        let identity = file.identity();
        let is_same = |writer: &Arc<Self>| {
            writer.path == file.path()
                || identity.is_some() && super::file::identity_of(&writer.path) == identity
        };
        if let Some(writer) = open.iter().filter_map(Weak::upgrade).find(is_same) {
            return Ok(writer);
        }
        let path = file.path().to_owned();
        let keeper = Keeper::new(file)?;
        let (inbox, messages) = channel();
        let thread = thread::Builder::new()
            .name("runcomfy-journal".to_owned())
            .spawn(move || work(keeper, &messages))?;
        let writer = Arc::new(Self {
            path,
            inbox: Mutex::new(Some(inbox)),
            thread: Mutex::new(Some(thread)),
            under_way: Arc::default(),
        });
        open.push(Arc::downgrade(&writer));
        Ok(writer)
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Writes an entry, together with those that others want written meanwhile.
    pub(super) async fn write(&self, entry: Entry) -> io::Result<()> {
        let (tell, told) = oneshot::channel();
        self.post(Message::Write(entry, Box::new(|done| drop(tell.send(done)))));
        told.await.unwrap_or_else(|_| Err(gone()))
    }

    /// Has an entry written, when does not matter.
    pub(super) fn send(&self, entry: Entry) {
        self.post(Message::Write(entry, Box::new(drop)));
    }

    /// Writes an entry, and holds up this thread until it is written.
    pub(super) fn write_now(&self, entry: Entry) -> io::Result<()> {
        let (tell, told) = channel();
        self.post(Message::Write(entry, Box::new(move |done| drop(tell.send(done)))));
        told.recv().unwrap_or_else(|_| Err(gone()))
    }

    /// Does something with the journal, after all that was to be written before.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Keeper) -> io::Result<T> + Send + 'static,
    ) -> io::Result<T> {
        let (tell, told) = oneshot::channel();
        self.post(Message::Do(Box::new(|keeper| drop(tell.send(work(keeper))))));
        told.await.unwrap_or_else(|_| Err(gone()))
    }

    /// As [`run`](Self::run), and holds up this thread meanwhile.
    pub(super) fn run_now<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Keeper) -> io::Result<T> + Send + 'static,
    ) -> io::Result<T> {
        let (tell, told) = channel();
        self.post(Message::Do(Box::new(move |keeper| drop(tell.send(work(keeper))))));
        told.recv().unwrap_or_else(|_| Err(gone()))
    }

    pub(super) fn under_way(&self) -> Arc<Mutex<UnderWay>> {
        self.under_way.clone()
    }

    /// Notes that a submit is under way; its outcome goes to whoever waits for it.
    pub(super) fn begin(&self, id: &str) -> watch::Sender<Option<Outcome>> {
        let (tell, told) = watch::channel(None);
        lock(&self.under_way).insert(id.to_owned(), told);
        tell
    }

    /// Writes how a submit has ended. It is under way until that is written: whoever reads the
    /// journal before finds it there or here.
    pub(super) async fn write_end(&self, id: &str, entry: Entry) -> io::Result<()> {
        let (tell, told) = oneshot::channel();
        self.post_end(id, entry, |done| drop(tell.send(done)));
        told.await.unwrap_or_else(|_| Err(gone()))
    }

    /// As [`write_end`](Self::write_end) does, when does not matter.
    pub(super) fn send_end(&self, id: &str, entry: Entry) {
        self.post_end(id, entry, drop);
    }

    fn post_end(&self, id: &str, entry: Entry, tell: impl FnOnce(io::Result<()>) + Send + 'static) {
        let (id, under_way) = (id.to_owned(), self.under_way.clone());
        let answer = move |done| {
            lock(&under_way).remove(&id);
            tell(done);
        };
        self.post(Message::Write(entry, Box::new(answer)));
    }

    /// Of a submit nothing was written: it is not under way any more.
    pub(super) fn take_back(&self, id: &str) {
        lock(&self.under_way).remove(id);
    }

    fn post(&self, message: Message) {
        // The thread ends after this value only; whatever it cannot take answers that it is gone.
        if let Some(inbox) = &*lock(&self.inbox) {
            let _ = inbox.send(message);
        }
    }
}

impl Drop for Writer {
    /// Waits until everything is written: the program may end right after.
    fn drop(&mut self) {
        drop(lock(&self.inbox).take());
        if let Some(thread) = lock(&self.thread).take() {
            let _ = thread.join();
        }
    }
}

/// The life of the thread.
fn work(mut keeper: Keeper, messages: &Receiver<Message>) {
    let mut next = messages.recv().ok();
    while let Some(message) = next.take() {
        match message {
            Message::Do(task) => {
                task(&mut keeper);
                next = messages.recv().ok();
            }
            Message::Write(entry, answer) => {
                let (mut entries, mut answers) = (vec![entry], vec![answer]);
                while entries.len() < GROUP {
                    match messages.try_recv() {
                        Ok(Message::Write(entry, answer)) => {
                            entries.push(entry);
                            answers.push(answer);
                        }
                        Ok(task) => {
                            next = Some(task);
                            break;
                        }
                        Err(_) => break,
                    }
                }
                for (answer, result) in answers.into_iter().zip(keeper.write(&entries)) {
                    answer(result);
                }
                next = next.or_else(|| messages.recv().ok());
            }
        }
    }
    keeper.close();
}

impl Entry {
    pub(super) fn synced(what: What) -> Self {
        Self { what, sync: true }
    }
}

pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn gone() -> io::Error {
    io::Error::other("the thread that keeps it is gone")
}
