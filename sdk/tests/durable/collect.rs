//! When a job counts as collected, and when it does not.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use runcomfy::{Client, Completed, Error, JsonInput};
use serde_json::Value;
use tokio::sync::{Notify, mpsc};

use super::service::{listed, made, picture, service, with_journal};
use super::tools::{jobs, words};
use crate::support::{Act, Seen, Server, input, text};

async fn pictures(seen: impl FnMut(&Seen) -> Act + Send + 'static) -> (Server, tempfile::TempDir) {
    let server = service(|id| made(&[&format!("{id}/a.gif"), &format!("{id}/b.gif")]), seen).await;
    (server, tempfile::tempdir().unwrap())
}

/// The code that anybody would write.
async fn natural(client: &Client, to: &Path) -> Result<usize, Error> {
    let mut results = client.batch(jobs(4)).named("n").in_flight(1).start().await?;
    let mut saved = 0;
    while let Some(item) = results.next().await {
        let done = item.result?;
        saved += client.download(&done).to(to).await?.len();
    }
    Ok(saved)
}

#[tokio::test]
async fn the_natural_code_with_a_download_that_fails_loses_nothing() {
    let (server, dir) = pictures(picture).await;
    let (client, way) = (with_journal(&server, dir.path()), dir.path().join("pictures"));
    fs::write(&way, "in the way").unwrap();
    for start in 1..=3 {
        let error = natural(&client, &way).await.unwrap_err();
        assert!(error.is_disk(), "{error:?}");
        assert_eq!(listed(&client).await, ["r-1"], "start {start}");
    }
    fs::remove_file(&way).unwrap();
    // Another process, for all it knows.
    let client = with_journal(&server, dir.path());
    assert_eq!(natural(&client, &way).await.unwrap(), 8);
    assert_eq!(listed(&client).await, [""; 0]);
    assert_eq!(natural(&client, &way).await.unwrap(), 0);
    assert_eq!(server.submits(), 4, "each was paid for once");
    assert_eq!(fs::read_dir(way).unwrap().count(), 8);
}

type Done = Completed<Value>;

/// Everything that ends a future before its result was made use of, and then some.
#[tokio::test]
async fn no_drop_collects_a_job() {
    let (server, dir) = pictures(|_| Act::Hang).await;
    let client = with_journal(&server, dir.path());
    let run = || client.run(input());
    let hold = async |done: Done| -> Done {
        std::future::pending::<()>().await;
        done
    };
    let soon = Duration::from_millis(20);
    let save = |done: &Done| client.download(done).to(dir.path().join("pictures")).into_future();
    let mut count = 0;
    let mut is_listed = async |way: &str| {
        count += 1;
        assert_eq!(listed(&client).await.len(), count, "{way}");
    };

    drop(run().await.unwrap());
    is_listed("dropped").await;
    let output = run().await.unwrap().output;
    is_listed("only the output").await;
    drop(output);
    tokio::time::timeout(soon, hold(run().await.unwrap())).await.unwrap_err();
    is_listed("a timeout").await;
    let done = run().await.unwrap();
    tokio::time::timeout(soon, save(&done)).await.unwrap_err();
    drop(done);
    is_listed("a timeout of the download").await;
    let done = run().await.unwrap();
    tokio::select! {
        _ = hold(done) => {}
        () = tokio::time::sleep(soon) => {}
    }
    is_listed("a select").await;
    let ready = Notify::new();
    let work = async {
        let done = run().await.unwrap();
        ready.notify_one();
        Ok(hold(done).await)
    };
    let fails = async {
        ready.notified().await;
        Err::<Done, _>("on purpose")
    };
    futures_util::future::try_join(work, fails).await.unwrap_err();
    is_listed("a join of which another part fails").await;
    let handle = tokio::spawn({
        let client = client.clone();
        async move { client.run(input()).await }
    });
    while !handle.is_finished() {
        tokio::task::yield_now().await;
    }
    handle.abort();
    drop(handle);
    is_listed("a handle that nobody joins").await;
    let (send, receive) = mpsc::channel(1);
    send.send(run().await.unwrap()).await.unwrap();
    drop(receive);
    is_listed("a receiver that goes away").await;
    let mut events = client.submit(input()).await.unwrap().events();
    while events.next().await.is_some() {}
    is_listed("an event loop").await;
    let submitted = client.submit(input()).await.unwrap();
    let (one, other) = (submitted.wait().await.unwrap(), submitted.wait().await.unwrap());
    drop((one, other));
    is_listed("two handles").await;
    let crash = tokio::spawn({
        let done = run().await.unwrap();
        async move {
            let _held = done;
            panic!("on purpose");
        }
    });
    crash.await.unwrap_err();
    is_listed("a panic").await;
}

/// An orderly shutdown in the middle of the downloads.
#[test]
fn a_shutdown_during_a_download_loses_nothing() {
    let outer = tokio::runtime::Runtime::new().unwrap();
    let arrived = Arc::new(Notify::new());
    let (server, dir) = outer.block_on(pictures({
        let arrived = arrived.clone();
        move |_| {
            arrived.notify_one();
            Act::Hang
        }
    }));
    let client = with_journal(&server, dir.path());
    let inner = tokio::runtime::Runtime::new().unwrap();
    inner.spawn({
        let (client, to) = (client.clone(), dir.path().to_owned());
        async move {
            let done = client.run(input()).await.unwrap();
            client.download(&done).to(to).await
        }
    });
    outer.block_on(arrived.notified());
    // It drops the task.
    inner.shutdown_timeout(Duration::from_secs(60));
    assert_eq!(outer.block_on(listed(&client)), ["r-1"]);
}

#[tokio::test]
async fn a_job_is_collected_when_all_its_files_are_in_place_and_not_before() {
    let broken = Arc::new(AtomicBool::new(true));
    let (server, dir) = pictures({
        let broken = broken.clone();
        move |seen| {
            let fails = seen.path.contains('b') && broken.load(Ordering::SeqCst);
            if fails { text(404, "gone") } else { picture(seen) }
        }
    })
    .await;
    let client = with_journal(&server, dir.path());
    let to = dir.path().join("pictures");
    let done = client.run(input()).await.unwrap();
    let urls = done.media_urls();
    client.download(&urls[0]).to(&to).await.unwrap();
    assert_eq!(listed(&client).await, ["r-1"], "one URL is not the job");
    let error = client.download(&done).to(&to).await.unwrap_err();
    assert_eq!((error.saved_files().len(), error.failed_files().len()), (1, 1));
    assert_eq!(listed(&client).await, ["r-1"], "one file is missing");
    let error = client.download(&error).to(&to).await.unwrap_err();
    assert_eq!(listed(&client).await, ["r-1"], "it still is");
    broken.store(false, Ordering::SeqCst);
    client.download(urls).to(&to).await.unwrap();
    assert_eq!(listed(&client).await, ["r-1"], "who names URLs does not name the job");
    let rest = client.download(&error).to(&to).await.unwrap();
    assert_eq!(rest.len(), 1);
    assert_eq!(listed(&client).await, [""; 0], "the rest is there");

    // Whoever waits for it again changes nothing about that.
    let again = client.resume_json(done.job().clone()).await.unwrap();
    assert_eq!(again.media_urls().len(), 2);
    drop((done, again));
    assert_eq!(listed(&client).await, [""; 0]);
    let other = with_journal(&server, dir.path());
    assert_eq!(listed(&other).await, [""; 0]);
}

#[tokio::test]
async fn the_caller_may_say_so() {
    let (server, dir) = pictures(|_| text(404, "gone")).await;
    let client = with_journal(&server, dir.path());
    let done = client.run(input()).await.unwrap();
    done.clone().collect();
    assert_eq!(listed(&client).await, [""; 0]);
    let done = client.run(input()).await.unwrap();
    let error = client.download(&done).to(dir.path()).await.unwrap_err();
    error.collect();
    assert_eq!(listed(&client).await, [""; 0], "nobody wants the rest");
    let error = client.download(done.media_urls()).to(dir.path()).await.unwrap_err();
    let third = client.run(input()).await.unwrap();
    error.collect();
    assert_eq!(listed(&client).await, ["r-3"], "that error is about no job");
    client.journal().unwrap().forget_job(third.job()).unwrap();
    assert_eq!(listed(&client).await, [""; 0]);
    // What has no journal has nothing to collect.
    server.client().run(input()).await.unwrap().collect();
}

/// A program may end right after it has let go of everything.
#[tokio::test]
async fn what_was_said_last_is_in_the_file_when_the_client_is_gone() {
    let (server, dir) = pictures(picture).await;
    for number in 0..20 {
        let client = with_journal(&server, dir.path());
        let job = format!("r-{number}").parse().unwrap();
        let done = client.resume_json(job).await.unwrap();
        done.collect();
        drop((done, client));
        let words = words(&dir.path().join("journal"));
        assert_eq!(words.last().map(String::as_str), Some("collected"), "job {number}");
    }
}

/// Two results of one job, of which one is collected while the other waits: one state for the job.
#[tokio::test]
async fn what_one_handle_collects_is_collected_for_all() {
    let (server, dir) = pictures(picture).await;
    let client = with_journal(&server, dir.path());
    let job = client.submit(input()).await.unwrap();
    let (one, other) = (job.wait().await.unwrap(), job.wait().await.unwrap());
    client.download(&one).to(dir.path().join("pictures")).await.unwrap();
    drop(one);
    assert_eq!(listed(&client).await, [""; 0]);
    drop(other);
    drop(job.wait().await.unwrap());
    let mut all = client.resume::<JsonInput>(job.token().clone()).events();
    while all.next().await.is_some() {}
    assert_eq!(listed(&client).await, [""; 0]);
}
