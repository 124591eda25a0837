//! A journal that is not as it was left: nothing is paid for a second time, and there is always a
//! word.

use std::fs;
use std::path::{Path, PathBuf};

use runcomfy::simulator::{Endpoint, Fault, Faults, Rule, Simulator};
use runcomfy::{Client, Error, Journal, Repair, UnknownSubmit};

use super::service::{made, picture, service, with_journal};
use super::tools::{charges, client_of, job, jobs, simulator, words};
use crate::support::{MODEL, Server, input};

/// A batch of two, of which one is collected; and a submit beside it.
struct Paid {
    server: Server,
    dir: tempfile::TempDir,
}

impl Paid {
    async fn new() -> Self {
        let server = service(|_| made(&["a.gif"]), picture).await;
        let dir = tempfile::tempdir().unwrap();
        let paid = Self { server, dir };
        let client = paid.client();
        let mut results = client.batch(jobs(2)).named("n").in_flight(1).start().await.unwrap();
        results.next().await.unwrap().collect();
        results.next().await.unwrap().result.unwrap();
        client.submit(input()).await.unwrap();
        drop(results);
        paid
    }

    fn path(&self) -> PathBuf {
        self.dir.path().join("journal")
    }

    fn client(&self) -> Client {
        with_journal(&self.server, self.dir.path())
    }

    /// What every paid call says; and that nothing was sent.
    async fn refused(&self, client: &Client, way: &str) -> String {
        let is_refused = |error: Error| {
            assert!(error.is_journal() && !error.may_have_cost(), "{way}: {error:?}");
            let words = error.to_string();
            assert!(words.contains("Journal::repair"), "{way}: the way out: {words}");
            assert!(words.contains(self.path().to_str().unwrap()), "{way}: the file: {words}");
            words
        };
        is_refused(client.submit(job(8)).await.unwrap_err());
        is_refused(client.batch(jobs(2)).named("n").start().await.unwrap_err());
        is_refused(client.batch(jobs(2)).named("other").start().await.unwrap_err());
        let words = is_refused(client.recover().await.unwrap_err());
        assert_eq!(self.server.submits(), 3, "{way}");
        words
    }

    /// Repairs the journal; afterwards the batch brings what it did not lose, and pays for nothing.
    async fn repaired(&self, client: &Client, way: &str) -> Repair {
        let journal = client.journal().unwrap();
        let repair = journal.repair().unwrap();
        assert_eq!(journal.repair().unwrap(), Repair::default(), "{way}: once is enough");
        let left = client.recover().await.unwrap();
        let unreadable = left.unknown.iter().filter(|one| one.unreadable_lines.is_some());
        assert_eq!(unreadable.count(), repair.unknown, "{way}");
        let mut results = client.batch(jobs(2)).named("n").start().await.unwrap();
        while let Some(item) = results.next().await {
            let ok = item.result.as_ref().map_or_else(Error::is_outcome_unknown, |_| true);
            assert!(ok, "{way}: {:?}", item.result);
        }
        drop(results);
        assert_eq!(self.server.submits(), 3, "{way}: nothing is paid for a second time");
        // Whoever has looked at the account may go on.
        for unknown in client.recover().await.unwrap().unknown {
            journal.forget(&unknown).unwrap();
        }
        client.submit(job(9)).await.unwrap();
        assert_eq!(self.server.submits(), 4, "{way}");
        repair
    }
}

type Damage = fn(&[u8]) -> Vec<u8>;

fn lines(text: &[u8]) -> Vec<&[u8]> {
    text.split_inclusive(|byte| *byte == b'\n').collect()
}

fn utf16(text: &[u8]) -> Vec<u8> {
    let text = std::str::from_utf8(text).unwrap();
    "\u{feff}".encode_utf16().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
}

fn pretty(text: &[u8]) -> Vec<u8> {
    let values = lines(text).into_iter().map(|line| {
        let value: serde_json::Value = serde_json::from_slice(line).unwrap();
        serde_json::to_string_pretty(&value).unwrap() + "\n"
    });
    values.collect::<String>().into_bytes()
}

fn flipped(text: &[u8], at: usize) -> Vec<u8> {
    let mut text = text.to_vec();
    text[at] ^= 1;
    text
}

fn zeroed(text: &[u8], from: usize, to: usize) -> Vec<u8> {
    let mut text = text.to_vec();
    text[from..to].fill(0);
    text
}

/// The middle of the first line with this word.
fn inside(text: &[u8], word: &str) -> usize {
    let at = text.windows(word.len()).position(|part| part == word.as_bytes()).expect(word);
    let end = text[at..].iter().position(|byte| *byte == b'\n').unwrap();
    at + end / 2
}

/// Each of them, and what the message says of it.
fn damages() -> Vec<(&'static str, Damage, &'static str)> {
    vec![
        ("a byte of the header", |text| flipped(text, 20), "line 1"),
        ("a byte of an intent", |text| flipped(text, lines(text)[0].len() + 60), "line 2"),
        ("a byte of an id", |text| flipped(text, inside(text, "\"is\":\"submitted\"")), "line 3"),
        ("a byte of the last line", |text| flipped(text, text.len() - 60), "checksum"),
        ("a line break in a line", |text| [&text[..200], b"\n", &text[200..]].concat(), "line 2"),
        ("a zeroed first block", |text| zeroed(text, 0, 512), "line 1"),
        ("a zeroed block in the middle", |text| zeroed(text, 700, 1212), "line"),
        ("a zeroed end", |text| zeroed(text, text.len() - 400, text.len()), "last line was whole"),
        ("nothing but zeros", |text| vec![0; text.len()], "line 1"),
        ("a byte-order mark", |text| [b"\xef\xbb\xbf", text].concat(), "line 1"),
        ("UTF-16", utf16, "line 1"),
        ("a pretty-printed copy", pretty, "line 1"),
        ("a picture", |_| b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\n".to_vec(), "line 1"),
        ("a log", |_| b"{\"level\":\"info\",\"message\":\"started\"}\n".to_vec(), "line 1"),
        ("a text without an end", |_| b"hello".to_vec(), "line 1"),
        ("emptied", |_| Vec::new(), "it is empty"),
        ("cut off", |text| text[..text.len() - 100].to_vec(), "bytes are missing"),
        ("half of it", |text| text[..text.len() / 2].to_vec(), "bytes are missing"),
        ("without its last line", |text| without(text, lines(text).len() - 1), "bytes are missing"),
        ("without a line in the middle", |text| without(text, 2), "bytes are missing"),
    ]
}

fn without(text: &[u8], line: usize) -> Vec<u8> {
    let mut all = lines(text);
    all.remove(line);
    all.concat()
}

#[tokio::test]
async fn no_damage_is_believed_and_there_is_a_way_out_of_each() {
    for (way, damage, word) in damages() {
        for in_use in [false, true] {
            let paid = Paid::new().await;
            let client = in_use.then(|| paid.client());
            let text = fs::read(paid.path()).unwrap();
            fs::write(paid.path(), damage(&text)).unwrap();
            let client = client.unwrap_or_else(|| paid.client());
            let words = paid.refused(&client, way).await;
            assert!(words.contains(word), "{way}: {words}");
            let repair = paid.repaired(&client, way).await;
            let kept = repair.kept_in.map(|path| fs::read(path).unwrap()).unwrap_or_default();
            assert_eq!(lines(&kept).len(), repair.damaged_lines, "{way}");
        }
    }
}

/// An outcome is written whatever the journal looks like. What a crash had left at its end is no damage for
/// that, once the journal is as it was.
#[tokio::test]
async fn what_a_crash_has_left_stays_no_damage_when_an_outcome_is_written_behind_it() {
    for is_put_back in [true, false] {
        let paid = Paid::new().await;
        let client = paid.client();
        let done = client.run(job(7)).await.unwrap();
        // Whoever asks the journal waits for what is being written.
        client.recover().await.unwrap();
        let sound = fs::read(paid.path()).unwrap();
        let torn = &sound[..lines(&sound)[0].len() / 2];
        let damaged = flipped(&sound, inside(&sound, "\"is\":\"submitted\""));
        fs::write(paid.path(), [&damaged, torn].concat()).unwrap();
        done.collect();
        drop((done, client));
        let client = paid.client();
        assert!(client.recover().await.unwrap_err().is_journal());

        let text = fs::read(paid.path()).unwrap();
        let behind = text.strip_prefix(damaged.as_slice()).unwrap();
        assert!(behind.starts_with(torn) && behind.ends_with(b"}\n"), "the outcome was written");
        if is_put_back {
            fs::write(paid.path(), [&sound, behind].concat()).unwrap();
        } else {
            let repair = client.journal().unwrap().repair().unwrap();
            assert_eq!((repair.damaged_lines, repair.unknown), (1, 0));
        }
        let left = client.recover().await.unwrap();
        assert_eq!((left.jobs.len(), left.unknown.len()), (2, 0), "{left:?}");
        client.submit(job(9)).await.unwrap();
    }
}

fn replaced(way: &str, path: &Path) {
    let away = path.with_file_name("away");
    match way {
        "deleted" => fs::remove_file(path).unwrap(),
        "deleted with its lock file" => {
            fs::remove_file(path).unwrap();
            fs::remove_file(path.with_file_name("journal.lock")).unwrap();
        }
        "rotated away" => {
            fs::rename(path, away).unwrap();
            fs::write(path, "").unwrap();
        }
        "replaced by another journal" => {
            let other = path.with_file_name("other");
            Journal::open(&other).unwrap().forget_batch(&"x".repeat(9999)).unwrap();
            fs::rename(other, path).unwrap();
        }
        "replaced together with its lock file" => {
            // A journal that another process has made meanwhile.
            let folder = path.with_file_name("new");
            let other = Journal::open(folder.join("journal")).unwrap();
            other.forget_batch(&"x".repeat(9999)).unwrap();
            drop(other);
            for name in ["journal", "journal.lock"] {
                fs::rename(folder.join(name), path.with_file_name(name)).unwrap();
            }
        }
        "replaced by an older copy" => {
            let text = fs::read(path).unwrap();
            let journal = Journal::open(path).unwrap();
            journal.compact().unwrap();
            drop(journal);
            fs::write(path, text).unwrap();
        }
        other => unreachable!("{other}"),
    }
}

#[tokio::test]
async fn a_journal_that_is_gone_or_another_one_is_noticed() {
    let ways = [
        ("deleted", "removed, or moved away"),
        ("deleted with its lock file", "removed, or moved away"),
        ("rotated away", "it is empty"),
        ("replaced by another journal", "another file"),
        ("replaced together with its lock file", "another journal"),
        ("replaced by an older copy", "an older copy"),
    ];
    for (way, word) in ways {
        for in_use in [true, false] {
            if !in_use && way.contains("with its lock file") {
                // Nothing is left that could tell.
                continue;
            }
            let paid = Paid::new().await;
            let client = in_use.then(|| paid.client());
            replaced(way, &paid.path());
            let client = client.unwrap_or_else(|| paid.client());
            // What opens it at the next start makes an empty file in its place.
            let word = if !in_use && way == "deleted" { "it is empty" } else { word };
            let words = paid.refused(&client, way).await;
            assert!(words.contains(word), "{way}: {words}");
            let text = fs::read(paid.path()).ok();
            assert!(client.journal().unwrap().compact().unwrap_err().is_journal(), "{way}");
            assert_eq!(fs::read(paid.path()).ok(), text, "{way}: it was compacted all the same");
            assert_eq!(paid.repaired(&client, way).await.unknown, 1, "{way}");
        }
    }
}

/// A job whose answer comes while the journal is damaged is written down all the same.
#[tokio::test]
async fn an_answer_is_written_down_even_into_a_damaged_journal() {
    for way in ["damaged", "deleted", "rotated away"] {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("journal");
        let (hurt, mut count) = (path.clone(), 0);
        let server = Server::start(move |_: &_| {
            count += 1;
            if count == 2 {
                match way {
                    "damaged" => {
                        let text = fs::read(&hurt).unwrap();
                        fs::write(&hurt, [&[0; 40], &text[40..]].concat()).unwrap();
                    }
                    way => replaced(way, &hurt),
                }
            }
            crate::support::text(200, &format!("{{\"request_id\":\"r-{count}\"}}"))
        })
        .await;
        let client = server.builder().journal(&path).build().unwrap();
        client.submit(job(1)).await.unwrap();
        client.submit(job(2)).await.unwrap();
        assert!(client.submit(job(3)).await.unwrap_err().is_journal(), "{way}");
        assert_eq!(server.submits(), 2);
        let text = fs::read(&path).unwrap();
        let text = String::from_utf8_lossy(&text);
        assert!(text.contains(&format!("r-2@{MODEL}")), "{way}: {text}");
        client.journal().unwrap().repair().unwrap();
        let left = client.recover().await.unwrap();
        assert!(left.jobs.iter().any(|job| job.token.request_id() == "r-2"), "{way}: {left:?}");
    }
}

/// Each line stands alone: of the lines about a job, any one is enough.
#[tokio::test]
async fn a_job_is_known_from_any_line_about_it() {
    let paid = Paid::new().await;
    let text = fs::read(paid.path()).unwrap();
    let all = lines(&text);
    let about: Vec<_> = all
        .iter()
        .filter(|line| String::from_utf8_lossy(line).contains("\"item\":1,"))
        .filter(|line| !line.starts_with(b"{\"is\":\"intent\""))
        .collect();
    assert_eq!(about.len(), 2, "submitted, ended");
    for line in about {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("journal"), line).unwrap();
        let client = with_journal(&paid.server, dir.path());
        let left = client.recover().await.unwrap();
        assert_eq!(left.jobs[0].batch, Some(("n".to_owned(), 1)));
        assert_eq!(left.jobs[0].service.as_deref(), Some(paid.server.url("").as_str()));
        let inputs = [job(7), job(1)];
        let mut results = client.batch(inputs).named("n").max_jobs(1).start().await.unwrap();
        let item = results.next().await.unwrap();
        assert_eq!((item.index, item.result.unwrap().request_id()), (1, "r-2"));
        assert_eq!(paid.server.submits(), 3);
    }
}

/// The only line about a job, damaged so that it names another one.
#[tokio::test]
async fn a_damaged_line_is_not_known_by_the_job_that_it_seems_to_name() {
    let paid = Paid::new().await;
    let client = paid.client();
    client.journal().unwrap().compact().unwrap();
    let text = fs::read_to_string(paid.path()).unwrap();
    assert_eq!(text.matches(r#""job":"r-1@"#).count(), 1);
    fs::write(paid.path(), text.replace(r#""job":"r-1@"#, r#""job":"r-2@"#)).unwrap();
    assert_eq!(paid.repaired(&client, "another job").await.unknown, 1);
}

#[tokio::test]
async fn a_sound_journal_is_left_alone_by_a_repair() {
    let paid = Paid::new().await;
    let client = paid.client();
    let text = fs::read(paid.path()).unwrap();
    assert_eq!(client.journal().unwrap().repair().unwrap(), Repair::default());
    assert_eq!(fs::read(paid.path()).unwrap(), text);
    assert!(words(&paid.path()).contains(&"collected".to_owned()));
}

/// How many inputs the batch of a bad day has.
const INPUTS: usize = 12;

/// Starts the batch, with at most so many jobs.
async fn start(client: &Client, most: u64) -> Result<(), Error> {
    let batch = client.batch(jobs(INPUTS)).named("n").in_flight(3).max_jobs(most);
    let mut results = batch.start().await?;
    while let Some(item) = results.next().await {
        match item.result {
            Err(error) if !error.is_outcome_unknown() => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

/// A batch of which some submits have an unknown outcome is stopped, damaged, and started again.
async fn bad_day(way: &str, damage: &dyn Fn(&Path)) {
    let lost = Rule::new(Fault::ResetAfter).on(Endpoint::Submit).nth(2);
    let faults = Faults::new().rule(lost).rule(Rule::new(Fault::CutMidway).chance(0.1));
    let simulator = simulator().faults(faults).start().await.unwrap();
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("journal");
    let client = |simulator: &Simulator| {
        client_of(simulator.url()).journal(&path).journal_inputs(true).build().unwrap()
    };
    start(&client(&simulator), 5).await.unwrap();
    // How a job ends is not synced, and a crash may cut it off; an id is.
    let _ = client(&simulator).submit(job(INPUTS)).await;
    let submits = simulator.ledger().submits_received;
    damage(&path);

    let error = start(&client(&simulator), 99).await.expect_err(way);
    assert!(error.is_journal() && !error.may_have_cost(), "{way}: {error:?}");
    assert_eq!(simulator.ledger().submits_received, submits, "{way}: paid all the same");

    let repair = Journal::open(&path).unwrap().repair().unwrap();
    let client = client(&simulator);
    start(&client, 99).await.unwrap_or_else(|error| panic!("{way}: {repair:?}: {error:?}"));
    let ledger = simulator.ledger();
    let twice = charges(&ledger).values().filter(|count| **count > 1).count();
    let left = client.recover().await.unwrap();
    let listed = |id: &str| left.jobs.iter().any(|job| job.token.request_id() == id);
    let lost = ledger.entries.iter().filter(|entry| !listed(&entry.request_id)).count();
    // Each of them may be one of those that nobody knows, or was told in what was lost.
    let stands_for = |submit: &UnknownSubmit| submit.unreadable_lines.map_or(1, |_| INPUTS);
    let may_be: usize = left.unknown.iter().map(stands_for).sum();
    assert_eq!(twice, 0, "{way}: {repair:?}");
    assert!(lost <= may_be, "{way}: {lost} lost, {may_be} unknown: {repair:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_paid_over_a_damaged_journal_and_nothing_twice_after_its_repair() {
    for (way, damage, _) in damages() {
        bad_day(way, &|path| fs::write(path, damage(&fs::read(path).unwrap())).unwrap()).await;
    }
    for way in ["deleted", "rotated away", "replaced by another journal"] {
        bad_day(way, &|path| replaced(way, path)).await;
    }
}
