//! What is written down, and what is found again.

use std::fs;
use std::sync::{Arc, Mutex};
use std::time::SystemTime;

use futures_util::StreamExt;
use runcomfy::{Journal, Recovery};
use serde_json::json;

use super::tools::{client_of, forget_what_it_looked_like, job, sealed, simulator, words};
use crate::support::{
    Act, MODEL, Server, TOKEN, input, json_answer, script, status, success, text,
};

fn accepted() -> Act {
    json_answer(200, &json!({ "request_id": "r-1" }))
}

async fn after(act: Act) -> (Recovery, Vec<String>) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("journal");
    let server = Server::start(script([act])).await;
    let client = server.builder().journal(&path).build().unwrap();
    let _ = client.submit(input()).await;
    (client.recover().await.unwrap(), words(&path))
}

#[tokio::test]
async fn the_intent_is_written_before_the_request_and_the_id_before_the_caller_has_it() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("journal");
    let at_the_post = Arc::new(Mutex::new(Vec::new()));
    let server = Server::start({
        let (path, at_the_post) = (path.clone(), at_the_post.clone());
        move |seen| {
            if seen.method == "POST" {
                at_the_post.lock().unwrap().extend(words(&path));
                return accepted();
            }
            if seen.path.contains("/status") { status("completed") } else { success() }
        }
    })
    .await;
    let client = server.builder().journal(&path).build().unwrap();
    let job = client.submit_as("order 17", input()).await.unwrap();
    assert_eq!(*at_the_post.lock().unwrap(), ["intent"]);
    assert_eq!(words(&path), ["intent", "submitted"]);
    let found = client.recover().await.unwrap();
    assert_eq!(found.jobs[0].token, *job.token());
    assert_eq!(found.jobs[0].key.as_deref(), Some("order 17"));
    assert!(found.unknown.is_empty());

    let done = job.await.unwrap();
    assert_eq!(client.recover().await.unwrap().jobs.len(), 1, "it is not in safety yet");
    done.collect();
    assert!(client.recover().await.unwrap().jobs.is_empty());
    assert_eq!(words(&path), ["intent", "submitted", "ended", "collected"]);
}

#[tokio::test]
async fn every_outcome_is_written_down() {
    let cases = [
        ("accepted", accepted(), "submitted", (1, 0)),
        ("rejected", json_answer(422, &json!({ "detail": "no" })), "closed", (0, 0)),
        ("reset", Act::Reset, "unknown", (0, 1)),
        ("a 502", text(502, "<html>"), "unknown", (0, 1)),
    ];
    for (name, act, word, counts) in cases {
        let (found, words) = after(act).await;
        assert_eq!(words, ["intent", word], "{name}");
        assert_eq!((found.jobs.len(), found.unknown.len()), counts, "{name}");
    }
}

#[tokio::test]
async fn an_unknown_outcome_is_listed_until_it_is_settled() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("journal");
    let server = Server::start(script([Act::Reset])).await;
    let before = SystemTime::now() - std::time::Duration::from_secs(2);
    let error = {
        let client = server.builder().journal(&path).build().unwrap();
        client.submit(input()).await.unwrap_err()
    };
    // In another process, for all the journal knows.
    let journal = Journal::open(&path).unwrap();
    let unknown = journal.recover().unwrap().unknown.remove(0);
    assert_eq!(unknown.model_id, MODEL);
    assert_eq!(Some(unknown.fingerprint.as_str()), error.fingerprint());
    assert!((before..=SystemTime::now()).contains(&unknown.sent_at));

    journal.adopt(&unknown, &"r-9@acme/paint@17".parse().unwrap()).unwrap();
    let found = journal.recover().unwrap();
    assert_eq!(found.jobs[0].token.request_id(), "r-9");
    assert!(found.unknown.is_empty());
    journal.forget_job(&found.jobs[0].token).unwrap();
    assert!(journal.recover().unwrap().jobs.is_empty());

    let client = server.builder().shared_journal(journal.clone()).build().unwrap();
    client.submit(input()).await.unwrap_err();
    let unknown = journal.recover().unwrap().unknown.remove(0);
    journal.forget(&unknown).unwrap();
    assert!(journal.recover().unwrap().unknown.is_empty());
}

#[tokio::test]
async fn what_is_under_way_here_is_not_reported_as_lost() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("journal");
    let server = Server::start(script([Act::Hang])).await;
    let client = server.builder().journal(&path).build().unwrap();
    let submit = tokio::spawn({
        let client = client.clone();
        async move { client.submit(input()).await }
    });
    server.requests(1).await;
    assert!(client.recover().await.unwrap().unknown.is_empty());
    // Whatever name it is opened by.
    let mut names = vec![dir.path().join("x/../journal"), dir.path().join("./journal")];
    fs::create_dir(dir.path().join("x")).unwrap();
    #[cfg(unix)]
    {
        let (link, hard_link) = (dir.path().join("x/link"), dir.path().join("x/hard-link"));
        std::os::unix::fs::symlink(&path, &link).unwrap();
        fs::hard_link(&path, &hard_link).unwrap();
        names.extend([link, hard_link]);
    }
    for name in names {
        let other = Journal::open(&name).unwrap();
        assert!(other.recover().unwrap().unknown.is_empty(), "{}", name.display());
    }
    submit.abort();
}

#[tokio::test]
async fn a_result_that_a_panic_dropped_is_not_collected() {
    let dir = tempfile::tempdir().unwrap();
    let simulator = simulator().start().await.unwrap();
    let client = client_of(simulator.url()).journal(dir.path().join("journal")).build().unwrap();
    let done = client.run(job(1)).await.unwrap();
    let id = done.request_id().to_owned();
    let crash = std::thread::spawn(move || {
        let _held = done;
        panic!("on purpose");
    });
    crash.join().unwrap_err();
    let found = client.recover().await.unwrap();
    assert_eq!(found.jobs[0].token.request_id(), id);
}

#[tokio::test]
async fn a_failure_is_collected_too_and_a_deadline_is_not() {
    let dir = tempfile::tempdir().unwrap();
    let failed = json_answer(200, &json!({ "status": "failed", "error": "out of memory" }));
    let server = Server::start(script([accepted(), status("in_queue")])).await;
    let client = server.builder().journal(dir.path().join("journal")).build().unwrap();
    let job = client.submit(input()).await.unwrap();
    let error = job.wait().timeout(std::time::Duration::from_millis(1)).await.unwrap_err();
    assert!(error.is_deadline());
    error.collect();
    assert_eq!(client.recover().await.unwrap().jobs.len(), 1, "it goes on");

    let server = Server::start(script([status("completed"), failed])).await;
    let client = server.builder().shared_journal(client.journal().unwrap().clone()).build();
    let client = client.unwrap();
    let error = client.resume_json(job.token().clone()).await.unwrap_err();
    assert!(error.is_job_failed());
    assert!(client.recover().await.unwrap().jobs.is_empty(), "there is nothing to fetch");
}

#[tokio::test]
async fn neither_token_nor_input_nor_result_is_in_the_file() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("journal");
    let simulator = simulator().start().await.unwrap();
    let client = client_of(simulator.url()).journal(&path).build().unwrap();
    let mut results = client.batch([job(1), job(2)]).named("nightly").start().await.unwrap();
    let mut urls = Vec::new();
    while let Some(item) = results.next().await {
        urls.extend(item.result.unwrap().media_urls());
    }
    let refused = Server::start(script([Act::Reset])).await;
    let client = refused.builder().journal(&path).build().unwrap();
    client.run(job(3)).await.unwrap_err();
    let text = fs::read_to_string(&path).unwrap();
    for secret in
        [TOKEN, "secret", "lighthouse", "https"].into_iter().chain(urls.iter().map(|u| &**u))
    {
        assert!(!text.contains(secret), "{secret}: {text}");
    }
    assert!(format!("{:?}", client.journal()).contains("journal"));
}

#[tokio::test]
async fn inputs_are_written_down_for_those_who_ask() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("journal");
    let server = Server::start(script([accepted(), Act::Reset])).await;
    let client = server.builder().journal(&path).journal_inputs(true).build().unwrap();
    let key = || "for https://a.example/b?sig=hush".to_owned();
    let job = client.submit_as(key(), input()).await.unwrap();
    client.submit_as(key(), input()).await.unwrap_err();
    let left = client.recover().await.unwrap();
    let sent = json!({ "prompt": "a secret lighthouse" });
    assert_eq!(left.jobs[0].input, Some(sent.clone()));
    assert_eq!(left.unknown[0].input, Some(sent));
    let shown = format!("{left:?}");
    assert!(!shown.contains("lighthouse") && !shown.contains("hush"), "{shown}");

    let journal = client.journal().unwrap();
    journal.forget_job(job.token()).unwrap();
    journal.forget(&left.unknown[0]).unwrap();
    journal.compact().unwrap();
    assert!(!fs::read_to_string(&path).unwrap().contains("lighthouse"));
}

#[tokio::test]
async fn a_rehearsal_does_not_pass_for_the_real_thing() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("journal");
    let rehearsal = simulator().start().await.unwrap();
    let client = client_of(rehearsal.url()).journal(&path).build().unwrap();
    let mut results = client.batch([job(1)]).named("n").start().await.unwrap();
    results.next().await.unwrap().result.unwrap();
    drop(results);
    client.submit(job(9)).await.unwrap();

    let real = simulator().start().await.unwrap();
    let client = client_of(real.url()).journal(&path).build().unwrap();
    let error = client.batch([job(1)]).named("n").start().await.unwrap_err();
    assert!(error.is_config() && error.to_string().contains(rehearsal.url()), "{error}");
    let mut results = client.batch([job(1)]).named("m").start().await.unwrap();
    results.next().await.unwrap().result.unwrap();
    let left = client.recover().await.unwrap();
    assert_eq!(left.jobs[0].service.as_deref(), Some(rehearsal.url().trim_end_matches('/')));
}

#[tokio::test]
async fn compaction_keeps_what_is_not_settled() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("journal");
    let simulator = simulator().start().await.unwrap();
    let client = client_of(simulator.url()).journal(&path).build().unwrap();
    client.run(job(1)).await.unwrap().collect();
    let kept = client.submit(job(2)).await.unwrap();
    let lost = Server::start(script([Act::Reset])).await;
    let journal = client.journal().unwrap().clone();
    let unlucky = lost.builder().shared_journal(journal.clone()).build().unwrap();
    unlucky.submit(job(3)).await.unwrap_err();
    let mut batch = client.batch([job(4)]).named("n").start().await.unwrap();
    batch.next().await.unwrap().collect();
    drop(batch);
    assert_eq!(journal.recover().unwrap().jobs.len(), 1);
    // What a later version writes, what a crash has cut off, and what damage has made of a line.
    let future = sealed(r#"{"is":"of the future","id":"a1","lease":[1,2],"v":2"#);
    let more = sealed(&format!(
        r#"{{"is":"submitted","id":"a2","job":"r-99@{MODEL}@17","lease":{{"b":null}},"v":2"#
    ));
    let damaged = future.replace("lease", "leash");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, format!("{text}{future}{more}{{\"is\":\"torn")).unwrap();

    let length = fs::metadata(&path).unwrap().len();
    let before = journal.recover().unwrap();
    assert_eq!(before.jobs.len(), 2);
    journal.compact().unwrap();
    assert!(fs::metadata(&path).unwrap().len() < length);
    let after = journal.recover().unwrap();
    assert_eq!(format!("{before:?}"), format!("{after:?}"));
    assert_eq!(after.jobs[0].token, *kept.token());
    assert_eq!(after.unknown.len(), 1);
    let mut again = client.batch([job(4)]).named("n").start().await.unwrap();
    assert!(again.next().await.is_none());
    assert_eq!(again.collected_before(), 1);
    drop(again);

    fs::write(&path, fs::read_to_string(&path).unwrap() + &damaged).unwrap();
    journal.compact().unwrap();
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains(&future), "kinds of a later version stay as they are: {text}");
    assert!(text.contains(r#""lease":{"b":null}"#), "and members: {text}");
    assert!(text.contains(&damaged), "and what is damaged: {text}");
    fs::write(&path, text.replace(&damaged, "")).unwrap();
    journal.forget_job(&after.jobs[1].token).unwrap();
    forget_what_it_looked_like(&path);
    journal.forget_batch("n").unwrap();
    journal.compact().unwrap();
    assert_eq!(words(&path), ["submitted", "unknown", "of the future"]);
}

#[tokio::test]
async fn whatever_byte_a_crash_cuts_it_at_the_rest_is_read_and_written_on() {
    let dir = tempfile::tempdir().unwrap();
    let whole = dir.path().join("whole");
    let server = Server::start(|_: &_| accepted()).await;
    let client = server.builder().journal(&whole).build().unwrap();
    client.submit(input()).await.unwrap();
    let lost = Server::start(script([Act::Reset])).await;
    let text = fs::read(&whole).unwrap();
    let ends: Vec<_> = (0..text.len()).filter(|at| text[*at] == b'\n').collect();
    let [header, intent, _] = ends[..] else { panic!("{ends:?}") };
    let cuts = (0..=text.len()).flat_map(|cut| [(cut, 0), (cut, 7)]);
    let check = async |(cut, zeros): (usize, usize)| {
        // A journal that nobody has in memory.
        let folder = dir.path().join(format!("{cut}-{zeros}"));
        fs::create_dir(&folder).unwrap();
        let path = folder.join("journal");
        fs::write(&path, [&text[..cut], &vec![0; zeros]].concat()).unwrap();
        let client = lost.builder().journal(&path).build().unwrap();
        let found = client.recover().await.unwrap();
        // The end of a line may be missing, and zeros may follow: whole lines count.
        let is_whole = |end: usize| cut > end || (cut == end && zeros == 0);
        let unknown = usize::from(is_whole(intent));
        let known = usize::from(is_whole(text.len() - 1));
        assert!(is_whole(header) || unknown == 0);
        let expected = (known, unknown - known);
        assert_eq!((found.jobs.len(), found.unknown.len()), expected, "at {cut}");
        client.submit(input()).await.unwrap_err();
        let found = client.recover().await.unwrap();
        let expected = (expected.0, expected.1 + 1);
        assert_eq!((found.jobs.len(), found.unknown.len()), expected, "at {cut}");
    };
    // A file of nothing but zeros was something else before.
    let cuts = cuts.filter(|(cut, zeros)| *cut > 0 || *zeros == 0);
    let checks = futures_util::stream::iter(cuts.map(check)).buffer_unordered(32);
    checks.for_each(|()| async {}).await;
}

#[tokio::test]
async fn a_job_that_the_service_does_not_know_stays_listed() {
    let dir = tempfile::tempdir().unwrap();
    let gone = json_answer(404, &json!({ "error_code": 404_001, "error_message": "unknown" }));
    let server = Server::start(script([accepted(), gone])).await;
    let client = server.builder().journal(dir.path().join("journal")).build().unwrap();
    client.submit(input()).await.unwrap();
    // As in another process, long after.
    let old = "r-1@acme/paint@1700000000".parse().unwrap();
    let error = client.resume_json(old).await.unwrap_err();
    assert!(error.is_job_unknown(), "{error:?}");
    // It says nothing about the end of the job.
    error.collect();
    let journal = client.journal().unwrap();
    let known = journal.recover().unwrap().jobs.remove(0);
    journal.forget_job(&known.token).unwrap();
    assert!(journal.recover().unwrap().jobs.is_empty());
}
