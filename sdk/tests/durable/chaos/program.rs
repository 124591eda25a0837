//! A program with a journal, which is started again and again.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::ops::Range;
use std::path::PathBuf;
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::future::{Either, select};
use futures_util::{StreamExt, stream};
use runcomfy::simulator::Simulator;
use runcomfy::{Client, Error, JobToken, JsonInput, UnknownSubmit};
use tempfile::TempDir;
use tokio::runtime::Builder;
use tokio::time::{sleep, timeout};

use super::books::Book;
use super::weather::{SUBMIT_LIMIT, hopeless};
use super::{job, model_id};
use crate::durable::tools::{client_of, hash, now_ms, prompt};

/// Starts in bad weather, at most.
const STARTS: usize = 8;
/// A start in which nothing comes for so long is given up, as somebody would do at a terminal.
const IDLE: Duration = Duration::from_secs(2);
/// In a calm nothing takes so long but what hangs.
const HANGS: Duration = Duration::from_secs(120);

pub(super) struct Program {
    url: String,
    dir: TempDir,
    name: String,
    /// The inputs of the batch, and those that are run one by one.
    batch: Range<usize>,
    singles: Range<usize>,
    next_single: AtomicUsize,
    /// How many items of the batch have come in the start that runs.
    come: AtomicUsize,
    book: Mutex<Book>,
    /// The ids of the jobs that the client was told of, whatever became of its callers.
    heard: Arc<Mutex<BTreeSet<String>>>,
    dice: Mutex<fastrand::Rng>,
}

/// How a start ends.
#[derive(Debug, Clone, Copy)]
enum End {
    /// By itself, or when nothing comes any more.
    ByItself,
    /// The stream and the client are dropped after so many items.
    Dropped(usize),
    /// The runtime is shut down after so many items.
    ShutDown(usize),
}

impl Program {
    pub(super) fn new(simulator: &Simulator, number: usize, numbers: Range<usize>) -> Arc<Self> {
        let middle = numbers.start + numbers.len() * 4 / 5;
        Arc::new(Self {
            url: simulator.url().to_owned(),
            dir: tempfile::tempdir().unwrap(),
            name: format!("program {number}"),
            batch: numbers.start..middle,
            singles: middle..numbers.end,
            next_single: AtomicUsize::new(middle),
            come: AtomicUsize::new(0),
            book: Mutex::default(),
            heard: Arc::default(),
            dice: Mutex::new(fastrand::Rng::with_seed(number as u64)),
        })
    }

    /// Starts it until nothing is left to do, or long enough. In between its journal comes to harm.
    pub(super) async fn live(self: &Arc<Self>, simulator: &Simulator) {
        let few = self.batch.len() / 4;
        for start in 0..STARTS {
            let end = match start % 4 {
                0 => End::ShutDown(few),
                1 | 3 => End::Dropped(few),
                _ => End::ByItself,
            };
            let is_done = self.start(end).await;
            if is_done && start > 4 {
                break;
            }
            self.come_to_harm(simulator).await;
        }
    }

    /// Whether everything was done that there was to do.
    async fn start(self: &Arc<Self>, end: End) -> bool {
        self.come.store(0, Ordering::SeqCst);
        match end {
            End::ByItself => self.run(usize::MAX).await,
            End::Dropped(items) => self.run(items).await,
            End::ShutDown(items) => {
                let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build();
                let runtime = runtime.unwrap();
                let program = self.clone();
                let running = runtime.spawn(async move { program.run(usize::MAX).await });
                let is_due = || self.come.load(Ordering::SeqCst) >= items || running.is_finished();
                while !is_due() {
                    sleep(Duration::from_millis(2)).await;
                }
                let from = now_ms();
                let shut_down = move || runtime.shutdown_timeout(HANGS);
                tokio::task::spawn_blocking(shut_down).await.unwrap();
                self.book().shutdowns.push((from, now_ms()));
                if let Ok(Err(error)) = timeout(HANGS, running).await
                    && error.is_panic()
                {
                    self.violation(&format!("a start that was shut down panicked: {error}"));
                }
                false
            }
        }
    }

    /// One start: the batch, and some of the other inputs beside it. After so many items all is
    /// dropped.
    async fn run(self: &Arc<Self>, items: usize) -> bool {
        let client = self.client();
        if self.roll(3) == 0 {
            client.journal().unwrap().compact().unwrap();
        }
        let (batch, singles) = (self.run_batch(&client, items), self.run_singles(&client));
        match select(pin!(batch), pin!(singles)).await {
            Either::Left((false, _)) => false,
            Either::Left((true, singles)) => {
                singles.await;
                true
            }
            Either::Right(((), batch)) => batch.await,
        }
    }

    async fn run_batch(self: &Arc<Self>, client: &Client, items: usize) -> bool {
        let numbers = self.inputs();
        self.book().starts.push(now_ms());
        let inputs: Vec<_> = numbers.iter().copied().map(job).collect();
        let mut results =
            client.batch(inputs).named(&self.name).in_flight(16).start().await.unwrap();
        let mut callers = tokio::task::JoinSet::new();
        let mut idle = Duration::ZERO;
        let mut is_done = false;
        while self.come.load(Ordering::SeqCst) < items && idle < IDLE {
            // To drop the future of the next item loses nothing.
            let patience = Duration::from_millis(1 + self.roll(50) as u64);
            let item = match timeout(patience, results.next()).await {
                Err(_) => {
                    idle += patience;
                    continue;
                }
                Ok(None) => {
                    is_done = true;
                    break;
                }
                Ok(Some(item)) => item,
            };
            idle = Duration::ZERO;
            self.come.fetch_add(1, Ordering::SeqCst);
            let number = numbers[item.index];
            match item.result {
                Ok(done) => {
                    let (program, client) = (self.clone(), client.clone());
                    callers.spawn(async move { program.make_use(&client, number, done).await });
                }
                Err(error) => self.book().note(number, &error),
            }
        }
        if is_done {
            // A host may ask for half a minute.
            let all = async {
                while let Some(caller) = callers.join_next().await {
                    caller.unwrap();
                }
            };
            let _ = timeout(IDLE, all).await;
        }
        is_done
    }

    async fn run_singles(self: &Arc<Self>, client: &Client) {
        let few = self.singles.len() / 3 + 1;
        let all = stream::iter(0..few).map(|_| async {
            let number = self.next_single.fetch_add(1, Ordering::SeqCst);
            if self.singles.contains(&number) {
                let _ = timeout(IDLE, self.run_single(client, number)).await;
            }
        });
        all.buffer_unordered(4).collect::<()>().await;
    }

    /// In a calm: everything that is left is brought, the batch started for the last time. What is
    /// not known then is returned.
    pub(super) async fn settle(self: &Arc<Self>, simulator: &Simulator) -> Left {
        let client = self.client();
        let jobs = client.recover().await.unwrap().jobs;
        let tokens: Vec<_> = jobs.into_iter().map(|job| job.token).collect();
        self.bring_all(simulator, &client, tokens).await;

        let hopeless = hopeless(&simulator.ledger());
        let numbers: Vec<_> =
            self.inputs().into_iter().filter(|number| !hopeless.contains(number)).collect();
        self.book().starts.push(now_ms());
        let inputs: Vec<JsonInput> = numbers.iter().copied().map(job).collect();
        let mut results = client.batch(inputs).named(&self.name).start().await.unwrap();
        loop {
            match timeout(HANGS, results.next()).await {
                Err(_) => {
                    self.violation("the batch hangs");
                    break;
                }
                Ok(None) => break,
                Ok(Some(item)) => {
                    let number = numbers[item.index];
                    match item.result {
                        Ok(done) => self.save(&client, number, &done).await,
                        Err(error) => self.book().note(number, &error),
                    }
                }
            }
        }
        drop(results);

        let left = client.recover().await.unwrap();
        let jobs = left.jobs.into_iter().map(|job| job.token.request_id().to_owned()).collect();
        Left { jobs, unknown: left.unknown }
    }

    async fn bring_all(&self, simulator: &Simulator, client: &Client, tokens: Vec<JobToken>) {
        let ledger = simulator.ledger();
        let hopeless = hopeless(&ledger);
        let all = stream::iter(tokens).map(|token| {
            let entry = ledger.entry(token.request_id());
            let number = entry.and_then(|entry| number_of(entry.input["prompt"].as_str()?));
            let is_hopeless = number.is_some_and(|number| hopeless.contains(&number));
            async move {
                let Some(number) = number else {
                    return self.violation(&format!("no such job was made: {token}"));
                };
                let limit = if is_hopeless { Duration::from_secs(1) } else { HANGS };
                match client.resume_json(token).wait().timeout(limit).await {
                    Ok(done) => self.save(client, number, &done).await,
                    Err(error) => {
                        if error.is_deadline() && !is_hopeless {
                            self.violation(&format!("{number}: the wait hangs: {error}"));
                        }
                        self.book().note(number, &error);
                    }
                }
            }
        });
        all.buffer_unordered(8).collect::<()>().await;
    }

    /// Brings the files of a job; there is nothing that could be in the way.
    async fn save(
        &self,
        client: &Client,
        number: usize,
        done: &runcomfy::Completed<serde_json::Value>,
    ) {
        if let Err(error) = client.download(done).to(self.folder(number)).await {
            self.violation(&format!("{number}: in a calm, too: {error:?}"));
        }
    }

    pub(super) fn client(&self) -> Client {
        self.try_client().unwrap()
    }

    fn try_client(&self) -> Result<Client, Error> {
        let heard = self.heard.clone();
        client_of(&self.url)
            .poll_between(Duration::ZERO, Duration::from_millis(20))
            .submit_timeout(SUBMIT_LIMIT)
            .retry_submits_for(Duration::from_secs(self.roll(2) as u64 * 3))
            .on_submitted(move |job| {
                lock(&heard).insert(job.request_id().to_owned());
            })
            .journal(self.journal())
            .build()
    }

    /// The numbers of the inputs of the batch.
    pub(super) fn inputs(&self) -> Vec<usize> {
        let book = self.book();
        self.batch.clone().filter(|number| !book.left_out.contains(number)).collect()
    }

    pub(super) fn is_single(&self, number: usize) -> bool {
        self.singles.contains(&number)
    }

    pub(super) fn numbers(&self) -> Range<usize> {
        self.batch.start..self.singles.end
    }

    /// The numbers of the inputs by their fingerprints.
    pub(super) fn fingerprints(&self) -> BTreeMap<String, usize> {
        let print = |number| {
            let text = format!("{}\n{{\"prompt\":\"{}\"}}", model_id(number), prompt(number));
            (format!("2:{}", hash(&text)), number)
        };
        self.numbers().map(print).collect()
    }

    pub(super) fn heard(&self) -> BTreeSet<String> {
        lock(&self.heard).clone()
    }

    pub(super) fn journal(&self) -> PathBuf {
        self.dir.path().join("journal")
    }

    /// What the journal says of an input.
    pub(super) fn journal_of(&self, number: usize) -> String {
        let prints = self.fingerprints();
        let (print, _) = prints.iter().find(|(_, of)| **of == number).unwrap();
        let text = fs::read_to_string(self.journal()).unwrap();
        let lines: Vec<_> = text.lines().filter(|line| line.contains(print)).collect();
        lines.join("\n")
    }

    pub(super) fn folder(&self, number: usize) -> PathBuf {
        self.dir.path().join(number.to_string())
    }

    pub(super) fn book(&self) -> MutexGuard<'_, Book> {
        lock(&self.book)
    }

    pub(super) fn violation(&self, what: &str) {
        self.book().violations.push(format!("{}: {what}", self.name));
    }

    pub(super) fn batch_name(&self) -> &str {
        &self.name
    }

    /// A number below `sides`.
    pub(super) fn roll(&self, sides: usize) -> usize {
        lock(&self.dice).usize(..sides)
    }
}

/// What the journal says in the end.
pub(super) struct Left {
    /// The ids of jobs that are not collected.
    pub(super) jobs: BTreeSet<String>,
    pub(super) unknown: Vec<UnknownSubmit>,
}

/// The number in a prompt.
pub(super) fn number_of(prompt: &str) -> Option<usize> {
    prompt.rsplit(' ').next()?.parse().ok()
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
