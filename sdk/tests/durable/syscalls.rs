//! What is on the disk before what else happens, seen from below: by the system calls.
//!
//! The tests state promises (this is synced before that is sent), not calls.

use std::fs;
use std::path::Path;

use runcomfy::simulator::{Endpoint, FalseAnswer, Rule, Simulator};
use runcomfy::{Client, Journal};

use super::recorder::{Calls, Place, record};
use super::tools::{client_of, job, simulator};

const ENOSPC: i32 = 28;
const EIO: i32 = 5;

/// A client with a journal in a folder that is not there yet.
fn client(place: &Place) -> Client {
    client_of(&place.url).journal(place.journal()).build().unwrap()
}

struct Recorded {
    calls: Calls,
    simulator: Simulator,
    dir: tempfile::TempDir,
}

async fn recorded(test: &str, fail: &str) -> Option<Recorded> {
    let dir = tempfile::tempdir().unwrap();
    let simulator = simulator().start().await.unwrap();
    let calls = record(test, &simulator, dir.path(), fail).await?;
    Some(Recorded { calls, simulator, dir })
}

impl Recorded {
    fn id(&self, number: usize) -> String {
        self.simulator.ledger().entries[number].request_id.clone()
    }

    fn journal(&self) -> String {
        fs::read_to_string(self.dir.path().join("kept/journal")).unwrap()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_intent_is_on_the_disk_before_a_byte_is_sent_and_the_id_before_the_caller_has_it() {
    if let Some(place) = Place::given() {
        let job = client(&place).submit(job(1)).await.unwrap();
        return place.tell(job.request_id());
    }
    let test =
        "the_intent_is_on_the_disk_before_a_byte_is_sent_and_the_id_before_the_caller_has_it";
    let Some(recorded) = recorded(test, "").await else { return };
    let calls = &recorded.calls;
    let sent = calls.sent(0, "POST /v1/models/");
    assert!(calls.kept("/journal", "intent") < sent, "{calls}");
    let id = calls.kept("/journal", &recorded.id(0));
    assert!(sent < id, "{calls}");
    assert!(id < calls.begin("write", "/told", ""), "{calls}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_journal_has_its_name_on_the_disk_before_a_byte_is_sent() {
    if let Some(place) = Place::given() {
        client(&place).submit(job(1)).await.unwrap();
        return;
    }
    let test = "a_new_journal_has_its_name_on_the_disk_before_a_byte_is_sent";
    let Some(recorded) = recorded(test, "").await else { return };
    let calls = &recorded.calls;
    let sent = calls.sent(0, "POST /v1/models/");
    assert!(calls.synced(0, "/kept", "journal ") < sent, "{calls}");
    // And the folder that was made for it.
    let folder = recorded.dir.path().to_str().unwrap();
    assert!(calls.synced(0, folder, "kept ") < sent, "{calls}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_journal_that_begins_with_a_careless_line_has_its_name_on_the_disk_all_the_same() {
    if let Some(place) = Place::given() {
        let first = client_of(&place.url).build().unwrap().submit(job(1)).await.unwrap();
        let client = client(&place);
        // The first line of this journal: that a job of elsewhere was collected, which need not be
        // on the disk at once.
        let done = client.resume_json(first.token().clone()).await.unwrap();
        client.download(&done).to(place.dir.join("files")).await.unwrap();
        drop(done);
        client.submit(job(2)).await.unwrap();
        return;
    }
    let test = "a_journal_that_begins_with_a_careless_line_has_its_name_on_the_disk_all_the_same";
    let Some(recorded) = recorded(test, "").await else { return };
    let calls = &recorded.calls;
    let first = calls.sent(0, "POST /v1/models/");
    let second = calls.sent(first + 1, "POST /v1/models/");
    assert!(calls.synced(0, "/kept", "journal ") < second, "{calls}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_compacted_journal_is_on_the_disk_before_it_takes_the_place_of_the_old_one() {
    if let Some(place) = Place::given() {
        let client = client(&place);
        client.submit(job(1)).await.unwrap();
        let journal = client.journal().unwrap().clone();
        tokio::task::spawn_blocking(move || journal.compact().unwrap()).await.unwrap();
        place.tell("compacted");
        return;
    }
    let test = "a_compacted_journal_is_on_the_disk_before_it_takes_the_place_of_the_old_one";
    let Some(recorded) = recorded(test, "").await else { return };
    let calls = &recorded.calls;
    let renamed = calls.begin("rename", "", "/kept/journal");
    let new = calls.path(renamed);
    let id = recorded.id(0);
    assert!(calls.kept(new, &id) < renamed, "{calls}");
    let last_write = (0..renamed).rev().find_map(|at| calls.find(at, "write", new, "")).unwrap();
    assert!(calls.synced(calls.end(last_write), new, "") < renamed, "{calls}");
    let told = calls.begin("write", "/told", "");
    assert!(calls.synced(calls.end(renamed), "/kept", "journal ") < told, "{calls}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_compaction_that_fails_leaves_the_old_journal() {
    if let Some(place) = Place::given() {
        let client = client(&place);
        client.submit(job(1)).await.unwrap();
        let journal = client.journal().unwrap().clone();
        let compacted = tokio::task::spawn_blocking(move || journal.compact()).await.unwrap();
        assert!(compacted.unwrap_err().is_journal());
        return;
    }
    let test = "a_compaction_that_fails_leaves_the_old_journal";
    for fail in [
        format!("write:.new$:*:1:{ENOSPC}:half"),
        format!("sync:.new$:*:1:{EIO}"),
        format!("rename:.new$:*:1:{ENOSPC}"),
    ] {
        let Some(recorded) = recorded(test, &fail).await else { return };
        let kept = recorded.dir.path().join("kept");
        let mut files = fs::read_dir(&kept).unwrap().map(|file| file.unwrap().path());
        assert!(!files.any(|file| file.extension().is_some_and(|of| of == "new")), "{fail}");
        let journal = Journal::open(kept.join("journal")).unwrap();
        let found = journal.recover().unwrap();
        assert_eq!(found.jobs[0].token.request_id(), recorded.id(0), "{fail}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_intent_that_cannot_be_kept_is_taken_back_and_nothing_is_sent() {
    if let Some(place) = Place::given() {
        let client = client(&place);
        client.submit(job(1)).await.unwrap();
        let error = client.submit(job(2)).await.unwrap_err();
        assert!(error.is_journal() && !error.may_have_cost(), "{error:?}");
        // Where a disk has failed once, a client may refuse to go on.
        drop(client.submit(job(3)).await);
        return;
    }
    let test = "an_intent_that_cannot_be_kept_is_taken_back_and_nothing_is_sent";
    for fail in [
        format!("write:/journal$:intent:2:{ENOSPC}"),
        format!("write:/journal$:intent:2:{ENOSPC}:half"),
        format!("sync:/journal$:intent:2:{EIO}"),
        // Nor can it be taken back: then a line has to follow that says what it was.
        format!("sync:/journal$:intent:2:{EIO} truncate:/journal$:*:1:{EIO}"),
    ] {
        let Some(recorded) = recorded(test, &fail).await else { return };
        let ledger = recorded.simulator.ledger();
        let prompts: Vec<_> = ledger.submits.iter().map(|one| &one.input["prompt"]).collect();
        assert!(!prompts.iter().any(|prompt| prompt.as_str().unwrap().ends_with("number 2")));
        let text = recorded.journal();
        for line in text.lines() {
            serde_json::from_str::<serde_json::Value>(line)
                .unwrap_or_else(|error| panic!("{fail}: {error}: {line}"));
        }
        let journal = Journal::open(recorded.dir.path().join("kept/journal")).unwrap();
        let found = journal.recover().unwrap();
        assert_eq!((found.jobs.len(), found.unknown.len()), (prompts.len(), 0), "{fail}: {text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_id_that_could_not_be_written_is_written_at_the_end() {
    if let Some(place) = Place::given() {
        let client = client(&place);
        let job = client.submit(job(1)).await.unwrap();
        place.tell(job.request_id());
        return;
    }
    let test = "an_id_that_could_not_be_written_is_written_at_the_end";
    for fail in [
        format!("write:/journal$:submitted:1:{ENOSPC}"),
        format!("sync:/journal$:submitted:1:{EIO}"),
    ] {
        let Some(recorded) = recorded(test, &fail).await else { return };
        let (calls, id) = (&recorded.calls, recorded.id(0));
        assert_eq!(fs::read_to_string(recorded.dir.path().join("told")).unwrap(), id);
        assert!(recorded.journal().contains(&id), "{fail}: {calls}");
        let told = calls.begin("write", "/told", "");
        let again = calls.after(told, "write", "/journal", &id);
        calls.synced(calls.end(again), "/journal", "");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_submit_is_closed_after_it_was_refused() {
    if let Some(place) = Place::given() {
        let error = client(&place).submit(job(1)).await.unwrap_err();
        assert!(!error.may_have_cost(), "{error:?}");
        return place.tell("refused");
    }
    let dir = tempfile::tempdir().unwrap();
    let simulator = simulator().start().await.unwrap();
    simulator.inject(Rule::new(FalseAnswer::new(422)).on(Endpoint::Submit));
    let test = "a_submit_is_closed_after_it_was_refused";
    let Some(calls) = record(test, &simulator, dir.path(), "").await else { return };
    let sent = calls.sent(0, "POST /v1/models/");
    let closed = calls.kept("/journal", "closed");
    assert!(sent < calls.begin("write", "/journal", "closed"), "{calls}");
    assert!(closed < calls.begin("write", "/told", ""), "{calls}");
}

/// The name of the only file in the folder.
fn only_file(dir: &Path) -> Option<String> {
    let mut names = fs::read_dir(dir).ok()?.map(|entry| entry.unwrap().file_name());
    let name = names.next()?.into_string().unwrap();
    assert!(names.next().is_none(), "there is more beside {name}");
    Some(name)
}

async fn download(place: &Place) -> Result<(), runcomfy::Error> {
    let client = client(place);
    let done = client.run(job(1)).await.unwrap();
    let saved = client.download(&done).to(place.dir.join("files")).await;
    place.tell("saved");
    saved.map(drop)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_on_the_disk_before_it_has_its_name_and_its_job_is_collected_last() {
    if let Some(place) = Place::given() {
        return download(&place).await.unwrap();
    }
    let test = "a_file_is_on_the_disk_before_it_has_its_name_and_its_job_is_collected_last";
    let Some(recorded) = recorded(test, "").await else { return };
    let calls = &recorded.calls;
    let name = only_file(&recorded.dir.path().join("files")).expect("a file");
    // While it is written it has another name, and under that it is synced.
    let signature = "PNG";
    let written = calls.begin("write", "", signature);
    let part = calls.path(written);
    assert!(part.contains("/files/") && !part.ends_with(&name), "{part}: {calls}");
    let last = (written..).take_while(|at| calls.find(*at, "write", part, "").is_some());
    let last = calls.find(last.last().unwrap(), "write", part, "").unwrap();
    let synced = calls.synced(calls.end(last), part, "");
    // Then the folder is, when it has the name.
    let placed = calls.synced(synced, "/files", &format!("{name} "));
    assert!(placed < calls.begin("write", "/told", ""), "{calls}");
    if let Some(renamed) = calls.find(0, "rename", part, "") {
        assert!(synced < renamed && renamed < placed, "{calls}");
    }
    assert!(placed < calls.begin("write", "/journal", "collected"), "{calls}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_cannot_be_kept_gets_no_name_and_its_job_is_not_collected() {
    if let Some(place) = Place::given() {
        let error = download(&place).await.unwrap_err();
        assert!(error.is_disk() || !error.failed_files().is_empty(), "{error:?}");
        return;
    }
    let test = "a_file_that_cannot_be_kept_gets_no_name_and_its_job_is_not_collected";
    for fail in [format!("sync:/files/:*:1:{EIO}"), format!("write:/files/:*:1:{ENOSPC}:half")] {
        let Some(recorded) = recorded(test, &fail).await else { return };
        let names = fs::read_dir(recorded.dir.path().join("files")).unwrap();
        let named = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let named: Vec<_> = named.filter(|name| !name.starts_with('.')).collect();
        assert!(named.is_empty(), "{fail}: {named:?}");
        let text = recorded.journal();
        assert!(!text.contains("collected"), "{fail}: {text}");
        let journal = Journal::open(recorded.dir.path().join("kept/journal")).unwrap();
        assert_eq!(journal.recover().unwrap().jobs.len(), 1, "{fail}");
    }
}
