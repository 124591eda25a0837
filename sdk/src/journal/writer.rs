//! Writing without holding up the async threads, many lines by one sync.

use std::collections::BTreeSet;
use std::io;
use std::mem::take;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::runtime::Handle;
use tokio::sync::oneshot;

use super::file::File;
use super::state::State;

/// At this length a journal is compacted, and from then on whenever it has doubled.
const LARGE: u64 = 1024 * 1024;

/// The one in a process that writes to a journal.
pub(super) struct Writer {
    pub(super) file: File,
    queue: Mutex<Queue>,
    /// Held while lines that were taken from the queue are written.
    writing: Mutex<()>,
    under_way: Mutex<BTreeSet<String>>,
}

struct Queue {
    waiting: Vec<Waiting>,
    /// What could not be written, and is to be written with the next line.
    owed: String,
    busy: bool,
    /// The length at which it is compacted.
    large: u64,
}

/// A line to be written.
pub(super) struct Line {
    pub(super) text: String,
    /// Whether it must be on the disk.
    pub(super) sync: bool,
    /// Whether to try again later if it cannot be written.
    pub(super) keep: bool,
}

struct Waiting {
    line: Line,
    told: Option<oneshot::Sender<io::Result<()>>>,
}

impl Writer {
    pub(super) fn new(file: File) -> Self {
        let queue = Queue { waiting: Vec::new(), owed: String::new(), busy: false, large: LARGE };
        let queue = Mutex::new(queue);
        Self { file, queue, writing: Mutex::default(), under_way: Mutex::default() }
    }

    /// Writes a line, together with those that others want written meanwhile.
    pub(super) async fn write(self: &Arc<Self>, line: Line) -> io::Result<()> {
        let (told, answer) = oneshot::channel();
        self.enqueue(Waiting { line, told: Some(told) });
        answer.await.unwrap_or_else(|_| Err(io::Error::other("the process is shutting down")))
    }

    /// Has a line written, by whom and when does not matter.
    pub(super) fn send(self: &Arc<Self>, line: Line) {
        self.enqueue(Waiting { line, told: None });
    }

    /// Writes a line on this thread.
    pub(super) fn write_now(&self, line: Line) -> io::Result<()> {
        self.put(&[Waiting { line, told: None }])
    }

    pub(super) fn compact(&self) -> io::Result<()> {
        let length = self.file.replace(|text| State::read(text).compacted())?;
        self.queue().large = LARGE.max(2 * length);
        Ok(())
    }

    pub(super) fn under_way(&self, id: &str) {
        self.ids().insert(id.to_owned());
    }

    pub(super) fn over(&self, id: &str) {
        self.ids().remove(id);
    }

    pub(super) fn is_under_way(&self, id: &str) -> bool {
        self.ids().contains(id)
    }

    fn enqueue(self: &Arc<Self>, waiting: Waiting) {
        let mut queue = self.queue();
        queue.waiting.push(waiting);
        if queue.busy {
            return;
        }
        queue.busy = true;
        drop(queue);
        let drain = Drain(self.clone());
        match Handle::try_current() {
            // A runtime that shuts down drops the task instead, which does the same.
            Ok(runtime) => drop(runtime.spawn_blocking(move || drop(drain))),
            Err(_) => drop(drain),
        }
    }

    /// Writes on this thread what is waiting, and waits for what is being written.
    pub(super) fn flush(&self) {
        while self.step(|_| {}) {}
    }

    fn drain(&self) {
        while self.step(|queue| queue.busy = false) {}
    }

    /// Writes what is waiting; false if that is nothing.
    fn step(&self, when_empty: impl FnOnce(&mut Queue)) -> bool {
        let _writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let mut queue = self.queue();
        let batch = take(&mut queue.waiting);
        if batch.is_empty() {
            when_empty(&mut queue);
            return false;
        }
        drop(queue);
        let done = self.put(&batch);
        for told in batch.into_iter().filter_map(|waiting| waiting.told) {
            let done = done.as_ref().copied().map_err(copy);
            // Whoever asked may have gone.
            let _ = told.send(done);
        }
        true
    }

    /// Writes the lines, and what is owed. If it fails, those that are to be kept are owed.
    fn put(&self, batch: &[Waiting]) -> io::Result<()> {
        let mut owed = take(&mut self.queue().owed);
        let text = batch.iter().fold(owed.clone(), |all, waiting| all + &waiting.line.text);
        let sync = !owed.is_empty() || batch.iter().any(|waiting| waiting.line.sync);
        match self.file.append(&text, sync) {
            Ok(length) => {
                if length >= self.queue().large {
                    self.make_small(length);
                }
                Ok(())
            }
            Err(error) => {
                let kept = batch.iter().filter(|waiting| waiting.line.keep);
                owed.extend(kept.map(|waiting| waiting.line.text.as_str()));
                let mut queue = self.queue();
                queue.owed = owed + &queue.owed;
                Err(error)
            }
        }
    }

    /// A journal that cannot be compacted is long, and that is all.
    fn make_small(&self, length: u64) {
        if let Err(error) = self.compact() {
            self.queue().large = 2 * length;
            tracing::warn!(%error, "the journal cannot be compacted");
        }
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn ids(&self) -> MutexGuard<'_, BTreeSet<String>> {
        self.under_way.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        if !self.queue().owed.is_empty() {
            // The last chance; the log has what matters.
            let _ = self.put(&[]);
        }
    }
}

/// Empties the queue when it is dropped, on whatever thread that is.
struct Drain(Arc<Writer>);

impl Drop for Drain {
    fn drop(&mut self) {
        self.0.drain();
    }
}

fn copy(error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), error.to_string())
}
