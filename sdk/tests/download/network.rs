//! Files that do not come at once, or not to their end.

use std::time::Duration;

use runcomfy::DownloadEvent;
use tempfile::tempdir;

use super::files::{broken_off, gif, hanging, header, large_gif, listed, names, picture, rest};
use crate::support::{Act, Server, script, text};

const TAG: &str = "\"v1\"";

async fn fetched(server: &Server) -> Result<String, runcomfy::Error> {
    let place = tempdir().unwrap();
    let download = server.client().download(server.url("/a.gif")).to(place.path());
    let saved = download.retries(2).stall_timeout(Duration::from_millis(200)).await;
    assert_eq!(names(place.path()).len(), usize::from(saved.is_ok()), "nothing is left over");
    saved.map(|_| listed(place.path())["a.gif"].clone())
}

#[tokio::test]
async fn what_breaks_off_goes_on_where_it_was() {
    let whole = large_gif();
    let acts =
        [broken_off(&whole, 4000).header("etag", TAG), rest(&whole, 4000).header("etag", TAG)];
    let server = Server::start(script(acts)).await;
    assert_eq!(fetched(&server).await.unwrap(), whole);
    let second = &server.seen()[1];
    assert_eq!(header(second, "range").as_deref(), Some("bytes=4000-"));
    assert_eq!(header(second, "if-range").as_deref(), Some(TAG));
}

#[tokio::test]
async fn a_date_tells_versions_apart_where_there_is_no_tag() {
    let (whole, date) = (large_gif(), "Wed, 01 Jan 2025 00:00:00 GMT");
    let dated = |act: Act| {
        act.header("etag", "W/\"weak\"")
            .header("last-modified", date)
            .header("date", "Wed, 01 Jan 2025 00:00:01 GMT")
    };
    let acts = [dated(broken_off(&whole, 4000)), dated(rest(&whole, 4000))];
    let server = Server::start(script(acts)).await;
    assert_eq!(fetched(&server).await.unwrap(), whole);
    assert_eq!(header(&server.seen()[1], "if-range").as_deref(), Some(date));
}

#[tokio::test]
async fn without_a_way_to_tell_versions_apart_it_starts_anew() {
    let whole = large_gif();
    let server = Server::start(script([broken_off(&whole, 4000), picture(&whole)])).await;
    assert_eq!(fetched(&server).await.unwrap(), whole);
    assert_eq!(header(&server.seen()[1], "range"), None);
}

#[tokio::test]
async fn a_host_that_gives_less_than_the_rest_is_asked_for_more() {
    let whole = large_gif();
    let little = text(206, &whole[4000..6000]).header("content-range", "bytes 4000-5999/10007");
    let acts = [broken_off(&whole, 4000), little, rest(&whole, 6000)];
    let acts = acts.map(|act| act.header("etag", TAG));
    let server = Server::start(script(acts)).await;
    assert_eq!(fetched(&server).await.unwrap(), whole);
    assert_eq!(header(&server.seen()[2], "range").as_deref(), Some("bytes=6000-"));
}

/// Some hosts answer with a part, though all of it is asked for.
#[tokio::test]
async fn a_part_that_nobody_asked_for_is_the_file_or_its_beginning() {
    let whole = large_gif();
    let part = |from: usize, end: usize| {
        let range = format!("bytes {from}-{}/{}", end - 1, whole.len());
        text(206, &whole[from..end]).header("content-range", &range).header("etag", TAG)
    };
    for acts in [
        vec![part(0, whole.len())],
        vec![part(0, 4000), part(4000, whole.len())],
        vec![part(4000, whole.len()), part(0, whole.len())],
    ] {
        let server = Server::start(script(acts.clone())).await;
        assert_eq!(fetched(&server).await.unwrap(), whole);
        assert_eq!(server.seen().len(), acts.len());
    }
}

#[tokio::test]
async fn nothing_of_a_longer_version_is_left_in_a_shorter_one() {
    let server =
        Server::start(script([broken_off(&large_gif(), 4000), picture(&gif("new"))])).await;
    assert_eq!(fetched(&server).await.unwrap(), gif("new"));
}

#[tokio::test]
async fn a_file_that_changed_meanwhile_is_fetched_whole() {
    let (old, new) = (large_gif(), large_gif().replace('5', ""));
    let cut = || broken_off(&old, 4000).header("etag", TAG);
    let other_tag = rest(&new, 4000).header("etag", "\"v2\"");
    let other_size = rest(&new, 4000);
    let other_place = text(206, &old[3000..9007]).header("etag", TAG);
    let other_place = other_place.header("content-range", "bytes 3000-9006/10007");
    let gone_beyond = text(416, "").header("content-range", "bytes */10");
    for answer in [picture(&new), other_tag, other_place, other_size, gone_beyond] {
        let server = Server::start(script([cut(), answer, picture(&new)])).await;
        assert_eq!(fetched(&server).await.unwrap(), new);
    }
}

#[tokio::test]
async fn a_host_that_stalls_is_asked_again() {
    let whole = large_gif();
    let stalled = hanging(&whole, 4000).header("etag", TAG);
    for first in [stalled, Act::Hang] {
        let server = Server::start(move |seen| match (seen.connection, header(seen, "range")) {
            (0, _) => first.clone(),
            (_, Some(_)) => rest(&large_gif(), 4000).header("etag", TAG),
            _ => picture(&large_gif()),
        });
        assert_eq!(fetched(&server.await).await.unwrap(), whole);
    }
}

#[tokio::test]
async fn passing_failures_are_tried_again_and_told() {
    let busy = text(429, "slow down").header("retry-after", "0");
    for trouble in [busy, text(503, "<html>"), Act::Close, Act::Reset] {
        let server = Server::start(script([trouble, picture(&large_gif())])).await;
        let place = tempdir().unwrap();
        let mut events =
            server.client().download(server.url("/a.gif?k=hush")).to(place.path()).events();
        let Some(DownloadEvent::Interrupted { file: 0, error, .. }) = events.next().await else {
            panic!("the first thing to happen");
        };
        assert!(error.is_interrupted() && error.is_safe_to_retry(), "{error}");
        assert!(error.to_string().contains("/a.gif?…: "), "{error}");
        while events.next().await.is_some() {}
        assert_eq!(names(place.path()), ["a.gif"]);
    }
}

#[tokio::test]
async fn trying_again_has_an_end() {
    for (trouble, words) in [
        (text(503, "come back later"), "(HTTP 503)"),
        (broken_off(&large_gif(), 4000), "broke off after 4000 of 10007 bytes"),
        (Act::Reset, "a.gif: "),
        (Act::Hang, "nothing came for 200 ms"),
    ] {
        let server = Server::start(script([trouble])).await;
        let error = fetched(&server).await.unwrap_err();
        assert_eq!(server.seen().len(), 3);
        assert!(error.is_interrupted() && error.is_safe_to_retry(), "{error}");
        assert!(error.to_string().contains(words), "{error}");
        assert!(error.may_have_cost(), "somebody paid for the file");
    }
}

#[tokio::test]
async fn what_is_gone_is_not_asked_for_again() {
    for status in [400, 401, 403, 404, 410] {
        let server = Server::start(script([text(status, "<Error>AccessDenied</Error>")])).await;
        let error = fetched(&server).await.unwrap_err();
        assert!(error.is_file_gone() && !error.is_safe_to_retry(), "{error}");
        assert_eq!((error.status(), server.seen().len()), (Some(status), 1));
        assert_eq!(error.body_excerpt(), Some("<Error>AccessDenied</Error>"));
    }
}

#[tokio::test]
async fn one_failure_fails_the_call_and_the_others_stay() {
    let files = [("/1.gif", large_gif()), ("/3.gif", large_gif())];
    let server = Server::start(super::files::folder(files)).await;
    let (client, place) = (server.client(), tempdir().unwrap());
    let urls = ["/1.gif", "/2.gif?k=hush", "/3.gif", "/4.gif"].map(|path| server.url(path));
    let error = client.download(urls.clone()).to(place.path()).await.unwrap_err();
    assert!(error.is_file_gone(), "{error}");
    assert_eq!(error.saved_files().len(), 2);
    let failed: Vec<_> = error.failed_files().iter().map(|file| file.url.as_str()).collect();
    assert_eq!(failed, [&urls[1], &urls[3]]);
    assert_eq!(error.failed_files()[0].error.status(), Some(404));
    let message = error.to_string();
    assert!(message.starts_with("2 of 4 files were not saved\n"), "{message}");
    assert!(message.contains("/2.gif?…: ") && message.contains("/4.gif: "), "{message}");
    assert_eq!(names(place.path()), ["1.gif", "3.gif"]);

    let before = server.seen().len();
    client.download(&error).to(place.path()).await.unwrap_err();
    assert_eq!(server.seen().len(), before + 2, "only what failed is tried again");
}

#[tokio::test]
async fn what_passes_by_itself_does_not_hide_what_does_not() {
    let server = Server::start(|seen| match seen.path.as_str() {
        "/busy" => text(503, ""),
        _ => text(404, ""),
    });
    let (server, place) = (server.await, tempdir().unwrap());
    let urls = ["/busy", "/gone"].map(|path| server.url(path));
    let download = server.client().download(urls).to(place.path()).retries(0);
    let error = download.await.unwrap_err();
    assert!(error.is_file_gone() && !error.is_safe_to_retry(), "{error}");
}
