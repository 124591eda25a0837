//! Callers who go away: whatever they let go of in the middle, nothing is lost.

use std::time::Duration;

use runcomfy::{Client, Completed, Error, Event};
use serde_json::Value;
use tokio::time::{sleep, timeout};

use super::job;
use super::program::Program;
use crate::durable::tools::now_ms;

impl Program {
    /// Makes use of a result, or does not.
    pub(super) async fn make_use(&self, client: &Client, number: usize, done: Completed<Value>) {
        let id = done.request_id().to_owned();
        let save = client.download(&done).to(self.folder(number));
        let result = match self.roll(16) {
            0 => return drop(done),
            1 => return drop(done.output),
            2 => timeout(self.soon(), save).await.ok(),
            3 => tokio::select! {
                result = save.into_future() => Some(result),
                () = sleep(self.soon()) => None,
            },
            4 => {
                let mut events = save.events();
                events.next().await;
                return drop(events);
            }
            5 => {
                let download = tokio::spawn(save.into_future());
                sleep(self.soon()).await;
                return download.abort();
            }
            6 => {
                let again = done.clone();
                drop(done);
                Some(client.download(&again).to(self.folder(number)).await)
            }
            _ => Some(save.await),
        };
        if let Some(Err(error)) = result {
            self.check(number, &id, &error);
            // The rest of it, now or later.
            if let Err(error) = client.download(&error).to(self.folder(number)).await {
                self.check(number, &id, &error);
            }
        }
    }

    fn check(&self, number: usize, id: &str, error: &Error) {
        if error.request_id() != Some(id) || !error.may_have_cost() {
            self.violation(&format!("{number}: the download of {id} says {error:?}"));
        }
    }

    /// Runs an input that is not in the batch.
    pub(super) async fn run_single(&self, client: &Client, number: usize) {
        self.book().tries.entry(number).or_default().push(now_ms());
        let run = client.run(job(number));
        let result = match self.roll(10) {
            0 => timeout(self.soon(), run).await.ok(),
            1 => tokio::select! {
                result = run => Some(result),
                () = sleep(self.soon()) => None,
            },
            2 => {
                let (client, input) = (client.clone(), job(number));
                let running = tokio::spawn(async move { client.run(input).await });
                sleep(self.soon()).await;
                return running.abort();
            }
            3 => match client.submit(job(number)).await {
                Ok(job) => Some(job.wait().timeout(self.soon()).await),
                Err(error) => Some(Err(error)),
            },
            4 => match client.submit(job(number)).await {
                Ok(job) => Some(job.wait().timeout(self.soon()).cancel_if_queued().await),
                Err(error) => Some(Err(error)),
            },
            5 => match client.submit(job(number)).await {
                Ok(job) => {
                    let mut events = job.events();
                    match events.next().await {
                        Some(Event::Finished(result)) => Some(result),
                        _ => return drop(events),
                    }
                }
                Err(error) => Some(Err(error)),
            },
            6 => match client.submit_as(format!("order {number}"), job(number)).await {
                Ok(job) => return drop(job),
                Err(error) => Some(Err(error)),
            },
            _ => Some(self.run_while_free(client, number, run.await).await),
        };
        match result {
            Some(Ok(done)) => self.make_use(client, number, done).await,
            Some(Err(error)) => self.book().note(number, &error),
            None => {}
        }
    }

    /// As long as nothing was charged, there is no harm in trying again.
    async fn run_while_free(
        &self,
        client: &Client,
        number: usize,
        mut result: Result<Completed<Value>, Error>,
    ) -> Result<Completed<Value>, Error> {
        for _ in 0..3 {
            let Err(error) = &result else { break };
            if error.may_have_cost() {
                break;
            }
            {
                let mut book = self.book();
                book.note(number, error);
                book.tries.entry(number).or_default().push(now_ms());
            }
            result = client.run(job(number)).await;
        }
        result
    }

    fn soon(&self) -> Duration {
        Duration::from_micros(self.roll(100_000) as u64)
    }
}
