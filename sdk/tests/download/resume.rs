//! Downloads that are cut short, again and again, and go on.

use std::process::{Command, Stdio};
use std::time::Duration;

use runcomfy::{Client, DownloadEvent, Error};
use tempfile::{TempDir, tempdir};

use super::files::{
    broken_off, from, gif, hanging, header, hidden, large_gif, listed, names, numbered_gif,
    picture, rest, served,
};
use crate::support::{Act, Server, TOKEN, script, text};

const TAG: &str = "\"v1\"";
const MEGABYTE_AND_A_HALF: usize = 1_500_000;

async fn download(server: &Server, place: &TempDir, retries: u32) -> Result<String, Error> {
    let download = server.client().download(server.url("/a.gif?sig=hush")).to(place.path());
    download.retries(retries).await?;
    Ok(listed(place.path())["a.gif"].clone())
}

/// Where each request asks the file from.
fn asked_from(server: &Server) -> Vec<usize> {
    server.seen().iter().map(from).collect()
}

#[tokio::test]
async fn a_file_that_breaks_off_again_and_again_comes_as_long_as_it_gets_further() {
    let whole = numbered_gif(MEGABYTE_AND_A_HALF);
    let body = whole.clone();
    let server = Server::start(move |seen| served(seen, &body, TAG, 100_000)).await;
    let place = tempdir().unwrap();
    assert!(download(&server, &place, 8).await.unwrap() == whole);
    assert_eq!(asked_from(&server), (0..whole.len()).step_by(100_000).collect::<Vec<_>>());
    assert_eq!(names(place.path()), ["a.gif"]);
}

#[tokio::test]
async fn what_a_call_gave_up_the_next_call_goes_on_with() {
    let whole = numbered_gif(MEGABYTE_AND_A_HALF);
    let body = whole.clone();
    let server = Server::start(move |seen| served(seen, &body, TAG, 450_000)).await;
    let place = tempdir().unwrap();
    for _ in 0..3 {
        let error = download(&server, &place, 0).await.unwrap_err();
        assert!(error.is_interrupted() && error.is_safe_to_retry(), "{error}");
        assert_eq!((hidden(place.path(), ".part").len(), names(place.path()).len()), (1, 2));
    }
    // From another client, as if from another program.
    let events = server.client().download(server.url("/a.gif?sig=hush")).to(place.path());
    let mut events = events.retries(0).events();
    let started = events.next().await;
    let Some(DownloadEvent::Started { from: 1_350_000, total: Some(1_500_000), .. }) = started
    else {
        panic!("{started:?}");
    };
    while events.next().await.is_some() {}
    assert_eq!(asked_from(&server), [0, 450_000, 900_000, 1_350_000]);
    assert!(listed(place.path())["a.gif"] == whole);
    assert_eq!(names(place.path()), ["a.gif"]);
}

#[tokio::test]
async fn a_download_that_is_dropped_goes_on_to_the_byte() {
    let whole = large_gif();
    let act = hanging(&whole, 4321).header("etag", TAG);
    let rest = rest(&whole, 4321).header("etag", TAG);
    let server = Server::start(script([act, rest])).await;
    let place = tempdir().unwrap();
    let url = server.url("/a.gif?sig=hush");
    let mut events = server.client().download(&url).to(place.path()).events();
    assert!(matches!(events.next().await, Some(DownloadEvent::Started { .. })));
    // What was sent has come when there is no more of it.
    while tokio::time::timeout(Duration::from_millis(500), events.next()).await.is_ok() {}
    drop(events);
    assert_eq!(download(&server, &place, 0).await.unwrap(), whole);
    assert_eq!(asked_from(&server), [0, 4321]);
    assert_eq!(names(place.path()), ["a.gif"]);
}

#[tokio::test]
async fn a_download_whose_process_is_killed_goes_on_in_another_one() {
    if let Ok(url) = std::env::var("RUNCOMFY_TEST_URL") {
        let client = Client::builder().token(TOKEN).base_url(&url).build().unwrap();
        let place = std::env::var("RUNCOMFY_TEST_DIR").unwrap();
        let url = format!("{url}/a.gif?sig=hush");
        let _ = client.download(url).to(place).await;
        unreachable!("the host never sends the whole file, and this process is killed");
    }
    let whole = numbered_gif(MEGABYTE_AND_A_HALF);
    for (tag, sent) in [(Some(TAG), 900_000), (Some(TAG), 5000), (None, 900_000)] {
        let body = whole.clone();
        let server = Server::start(move |seen| match (header(seen, "x-second"), tag) {
            _ if seen.connection == 0 => {
                let act = hanging(&body, sent);
                tag.map_or(act.clone(), |tag| act.header("etag", tag))
            }
            (_, Some(tag)) => served(seen, &body, tag, usize::MAX),
            (_, None) => picture(&body),
        })
        .await;
        let place = tempdir().unwrap();
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args([
                "--exact",
                "download::resume::a_download_whose_process_is_killed_goes_on_in_another_one",
            ])
            .env("RUNCOMFY_TEST_URL", format!("http://{}", server.address))
            .env("RUNCOMFY_TEST_DIR", place.path())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let here = || hidden(place.path(), ".part").first().and_then(|part| part.metadata().ok());
        while here().is_none_or(|part| part.len() < sent as u64) {
            assert!(child.try_wait().unwrap().is_none(), "it goes on until it is killed");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        // A live process keeps what is its own.
        let other = server.client().download(server.url("/other.gif")).to(place.path()).await;
        assert_eq!(hidden(place.path(), ".part").len(), 1, "{other:?}");
        std::fs::remove_file(place.path().join("other.gif")).unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
        let notes = hidden(place.path(), ".notes").pop().map(std::fs::read_to_string);
        let vouched = notes.map_or(0, |notes| {
            let notes = notes.unwrap();
            let last = notes.lines().skip(1).last().unwrap();
            last.split_once(' ').unwrap().0.parse().unwrap()
        });
        // Within the last few steps in which it was written down, if it can be gone on with at all.
        let least = if tag.is_some() { sent.saturating_sub(700_000) } else { 0 };
        assert!(vouched >= least && vouched <= sent, "{vouched}");

        assert!(download(&server, &place, 0).await.unwrap() == whole);
        assert_eq!(asked_from(&server).pop(), Some(vouched), "{tag:?} {sent}");
        assert_eq!(names(place.path()), ["a.gif"], "nothing is left over");
    }
}

/// Answers of a host that has another version of the file by now, or may have.
fn other_versions(new: &str, old: &str) -> Vec<(&'static str, Act)> {
    let same = rest(new, 4000);
    let tagged = |act: &Act| act.clone().header("etag", TAG);
    let piece = |range: &str| text(206, &new[4000..]).header("content-range", range);
    let boundary = "--x\r\ncontent-range: bytes 4000-10006/10007\r\n\r\n";
    vec![
        ("whole", picture(new)),
        ("whole, of the same tag", tagged(&picture(new))),
        ("another tag", same.clone().header("etag", "\"v2\"")),
        ("a weak tag", same.clone().header("etag", "W/\"v1\"")),
        ("no tag", same.clone()),
        ("two tags", tagged(&same).header("etag", "\"v2\"")),
        ("another size", tagged(&piece("bytes 4000-10006/10008"))),
        (
            "another size, and all of it",
            tagged(&text(206, &format!("{}7", &new[4000..])))
                .header("content-range", "bytes 4000-10007/10008"),
        ),
        ("an unknown size", tagged(&piece("bytes 4000-10006/*"))),
        ("another place", tagged(&piece("bytes 3999-10005/10007"))),
        ("an impossible place", tagged(&piece("bytes 4000-3999/10007"))),
        ("no place", tagged(&text(206, &new[4000..]))),
        (
            "another length",
            tagged(&text(206, &new[4000..4500])).header("content-range", "bytes 4000-10006/10007"),
        ),
        (
            "several pieces",
            tagged(&text(206, &format!("{boundary}{}", &new[4000..])))
                .header("content-type", "multipart/byteranges; boundary=x"),
        ),
        ("another coding", tagged(&same).header("content-encoding", "gzip")),
        ("beyond", text(416, "").header("content-range", &format!("bytes */{}", old.len()))),
    ]
}

#[tokio::test]
async fn pieces_of_two_versions_are_never_put_together() {
    let (old, new) = (large_gif(), large_gif().replace('5', "6"));
    assert_eq!((old.len(), &old[..8]), (new.len(), &new[..8]));
    let mut cases = Vec::new();
    for (what, answer) in other_versions(&new, &old) {
        // Within one call, and in two of them.
        for retries in [2, 0] {
            let (old, new, answer) = (old.clone(), new.clone(), answer.clone());
            cases.push(tokio::spawn(async move {
                let first = broken_off(&old, 4000).header("etag", TAG);
                let server = Server::start(script([first, answer, picture(&new)])).await;
                let place = tempdir().unwrap();
                let mut saved = download(&server, &place, retries).await;
                for _ in 0..2 {
                    if saved.is_err() {
                        saved = download(&server, &place, retries).await;
                    }
                }
                assert!(saved.unwrap() == new, "{what}");
                assert_eq!(names(place.path()), ["a.gif"], "{what}");
            }));
        }
    }
    for case in cases {
        case.await.unwrap();
    }
}

#[tokio::test]
async fn a_date_counts_only_with_the_same_date_and_size_in_the_answer() {
    const OLD: &str = "Wed, 01 Jan 2025 00:00:00 GMT";
    const NEW: &str = "Wed, 01 Jan 2025 00:00:05 GMT";
    const LATER: &str = "Wed, 01 Jan 2025 00:01:00 GMT";
    let (old, new) = (large_gif(), large_gif().replace('5', "6"));
    let dated = |act: Act, changed: &str, now: &str| {
        act.header("last-modified", changed).header("date", now)
    };
    let longer =
        text(206, &format!("{}7", &new[4000..])).header("content-range", "bytes 4000-10007/10008");
    for (first, second) in [
        (dated(broken_off(&old, 4000), OLD, LATER), dated(rest(&new, 4000), NEW, LATER)),
        (dated(broken_off(&old, 4000), OLD, LATER), rest(&new, 4000)),
        (dated(broken_off(&old, 4000), OLD, LATER), dated(longer, OLD, LATER)),
        // Changed in the second in which it was sent: the date may be that of both.
        (dated(broken_off(&old, 4000), OLD, OLD), dated(rest(&new, 4000), OLD, OLD)),
        (broken_off(&old, 4000).header("last-modified", OLD), dated(rest(&new, 4000), OLD, OLD)),
    ] {
        // A host that knows no conditions, and sends the rest to whoever asks for it.
        let body = new.clone();
        let server = Server::start(move |seen| match (seen.connection, from(seen)) {
            (0, _) => first.clone(),
            (_, 0) => picture(&body),
            _ => second.clone(),
        });
        let (server, place) = (server.await, tempdir().unwrap());
        assert!(download(&server, &place, 3).await.unwrap() == new);
    }
}

#[tokio::test]
async fn a_host_that_sends_more_than_it_says_is_not_believed() {
    let whole = large_gif();
    assert_eq!(whole.len() - 4000, 6007);
    // More than there is, and as much as there is where it announced less.
    for (range, sent) in [("4000-10006", 7000), ("4000-4999", 6007)] {
        let chunks = format!("{sent:x}\r\n{}\r\n0\r\n\r\n", "6".repeat(sent));
        let head = "HTTP/1.1 206 It\r\netag: \"v1\"\r\ntransfer-encoding: chunked\r\n";
        let more = format!("{head}content-range: bytes {range}/10007\r\n\r\n{chunks}");
        let first = broken_off(&whole, 4000).header("etag", TAG);
        let server = Server::start(script([first, Act::Raw(more), picture(&whole)])).await;
        let place = tempdir().unwrap();
        assert_eq!(download(&server, &place, 2).await.unwrap(), whole, "{range}");
    }
}

/// Of the right version, and not what was asked for.
#[tokio::test]
async fn a_piece_that_begins_somewhere_else_is_not_appended() {
    let whole = numbered_gif(10_007);
    for first in [3500, 4500] {
        let body = whole.clone();
        let server = Server::start(move |seen| match from(seen) {
            4000 => rest(&body, first).header("etag", TAG),
            _ => served(seen, &body, TAG, if seen.connection == 0 { 4000 } else { usize::MAX }),
        });
        let (server, place) = (server.await, tempdir().unwrap());
        assert!(download(&server, &place, 3).await.unwrap() == whole, "from {first}");
    }
}

#[tokio::test]
async fn a_hint_to_come_back_at_once_takes_nothing_from_the_pauses() {
    for hint in ["0", "Thu, 01 Jan 1970 00:00:00 GMT", "-5", "soon"] {
        let busy = text(503, "").header("retry-after", hint);
        let server = Server::start(script([busy])).await;
        let (place, started) = (tempdir().unwrap(), std::time::Instant::now());
        let error = download(&server, &place, 3).await.unwrap_err();
        assert!(error.is_interrupted(), "{error}");
        assert_eq!(server.seen().len(), 4);
        // Three quarters of 100, 200 and 400 ms.
        assert!(started.elapsed() >= Duration::from_millis(525), "{hint}: {:?}", started.elapsed());
    }
}

#[tokio::test]
async fn settings_without_end_are_settings() {
    let server = Server::start(script([Act::Reset, picture(&gif("x"))])).await;
    let place = tempdir().unwrap();
    let download = server.client().download(server.url("/a.gif")).to(place.path());
    let download = download.stall_timeout(Duration::MAX).retries(u32::MAX);
    download.parallel(usize::MAX).max_bytes(u64::MAX).await.unwrap();
    assert_eq!(names(place.path()), ["a.gif"]);
}
