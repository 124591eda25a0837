//! What is saved, and under which name.

use std::sync::Arc;

use runcomfy::{DownloadEvent, Existing};
use serde_json::json;
use tempfile::tempdir;
use tokio::sync::Notify;

use super::files::{folder, gif, hanging, large_gif, listed, names, picture};
use crate::support::{Act, Server, accepted_then, input, json_answer, script, status, text};

#[tokio::test]
async fn files_are_saved_under_the_names_of_their_urls() {
    let server = Server::start(folder([("/a/0.gif", gif("one")), ("/b/0.gif", gif("two"))])).await;
    let place = tempdir().unwrap();
    let deep = place.path().join("new/folder");
    let urls = [server.url("/a/0.gif"), server.url("/b/0.gif")];
    let saved = server.client().download(urls.clone()).to(&deep).await.unwrap();

    let paths: Vec<_> = saved.iter().map(|file| file.path.clone()).collect();
    assert_eq!(paths, [deep.join("0.gif"), deep.join("0-2.gif")]);
    assert_eq!(saved[1].url, urls[1]);
    assert_eq!((saved[0].bytes, saved[0].media_type.as_deref()), (10, Some("image/gif")));
    let there = listed(&deep);
    assert_eq!(there.len(), 2, "{there:?}");
    assert_eq!((&there["0.gif"], &there["0-2.gif"]), (&gif("one"), &gif("two")));
}

#[tokio::test]
async fn the_order_of_the_urls_decides_who_gets_which_name() {
    let gate = Arc::new(Notify::new());
    let held = gate.clone();
    let server = Server::start(move |seen| match seen.path.as_str() {
        "/a/0.gif" => Act::When(held.clone(), Box::new(picture(&gif("first")))),
        _ => picture(&gif("second")),
    });
    let (server, place) = (server.await, tempdir().unwrap());
    let urls = [server.url("/a/0.gif"), server.url("/b/0.gif")];
    let mut events = server.client().download(urls.clone()).to(place.path()).events();
    while let Some(event) = events.next().await {
        match event {
            DownloadEvent::Saved { file: 1, .. } => gate.notify_one(),
            DownloadEvent::Finished(end) => {
                let files = end.unwrap();
                assert_eq!([&files[0].url, &files[1].url], [&urls[0], &urls[1]]);
            }
            _ => {}
        }
    }
    let there = listed(place.path());
    assert_eq!((&there["0.gif"], &there["0-2.gif"]), (&gif("first"), &gif("second")));
}

#[tokio::test]
async fn a_url_that_occurs_twice_is_fetched_once() {
    let server = Server::start(folder([("/0.gif", gif("one"))])).await;
    let place = tempdir().unwrap();
    let urls = vec![server.url("/0.gif"); 3];
    let saved = server.client().download(urls).to(place.path()).await.unwrap();
    assert_eq!((saved.len(), server.seen().len()), (1, 1));
}

#[tokio::test]
async fn an_existing_file_is_overwritten_only_if_asked() {
    let server = Server::start(script([picture(&gif("new"))])).await;
    let (client, place) = (server.client(), tempdir().unwrap());
    let old = place.path().join("a.gif");
    std::fs::write(&old, "old").unwrap();
    let download = || client.download(server.url("/a.gif")).to(place.path());

    let kept = download().await.unwrap();
    assert_eq!(kept[0].path, place.path().join("a-2.gif"));
    assert_eq!(std::fs::read_to_string(&old).unwrap(), "old");

    let replaced = download().existing(Existing::Replace).await.unwrap();
    assert_eq!(replaced[0].path, old);
    assert_eq!(std::fs::read_to_string(&old).unwrap(), gif("new"));
    assert_eq!(names(place.path()), ["a-2.gif", "a.gif"]);
}

#[tokio::test]
async fn two_downloads_at_once_do_not_overwrite_each_other() {
    let server = Server::start(script([picture(&gif("x"))])).await;
    let (client, place) = (server.client(), tempdir().unwrap());
    let all = (0..20).map(|n| {
        let download = client.download(server.url(&format!("/{n}/a.gif"))).to(place.path());
        tokio::spawn(async move { download.await.unwrap() })
    });
    for download in all.collect::<Vec<_>>() {
        download.await.unwrap();
    }
    assert_eq!(names(place.path()).len(), 20);
}

#[tokio::test]
async fn files_may_have_a_name_of_the_callers_own() {
    let server = Server::start(script([picture(&gif("x"))])).await;
    let place = tempdir().unwrap();
    let urls = [server.url("/1.gif"), server.url("/2")];
    let download = server.client().download(urls).to(place.path()).named("../cat: a/b");
    let saved = download.await.unwrap();
    assert_eq!(saved[0].path, place.path().join("_cat_ a_b.gif"));
    assert_eq!(names(place.path()), ["_cat_ a_b-2.gif", "_cat_ a_b.gif"]);
}

#[tokio::test]
async fn hostile_urls_save_into_the_folder() {
    let server = Server::start(script([picture(&gif("x"))])).await;
    let outer = tempdir().unwrap();
    let place = outer.path().join("in");
    let paths =
        ["/%2e%2e%2fescape.gif", "/..%2f..%2fetc%2fpasswd", "/%2Ftmp%2Fx", "/%00", "/NUL", "//"];
    let urls = paths.map(|path| server.url(path));
    let saved = server.client().download(urls).to(&place).await.unwrap();
    assert_eq!(saved.len(), paths.len());
    for file in &saved {
        assert_eq!(file.path.parent(), Some(&*place), "{file:?}");
        assert!(file.path.exists());
    }
    assert_eq!(names(&place).len(), paths.len());
    assert_eq!(std::fs::read_dir(outer.path()).unwrap().count(), 1);
}

#[tokio::test]
async fn data_uris_are_files_too() {
    let server = Server::start(script([])).await;
    let place = tempdir().unwrap();
    let urls = ["data:image/gif;base64,R0lGODlhIHg=", "data:image/png,GIF89a%20y"];
    let saved = server.client().download(urls).to(place.path()).await.unwrap();
    assert_eq!((saved[0].bytes, server.seen().len()), (8, 0));
    let there = listed(place.path());
    assert_eq!((&there["file.gif"], &there["file-2.gif"]), (&gif("x"), &gif("y")));
}

#[tokio::test]
async fn the_files_of_a_job_are_downloaded() {
    let media = Server::start(script([picture(&gif("made")), text(404, "")])).await;
    let url = media.url("/made.gif");
    let result = json!({ "status": "succeeded", "output": { "images": [&url, &url] } });
    let answers = [status("completed"), json_answer(200, &result)];
    let api = Server::start(accepted_then(answers)).await;
    let done = api.client().run(input()).await.unwrap();
    let place = tempdir().unwrap();
    api.client().download(&done).to(place.path()).await.unwrap();
    assert_eq!(names(place.path()), ["made.gif"]);
    let error = api.client().download(&done).to(place.path()).await.unwrap_err();
    assert_eq!(error.request_id(), Some("r-1"), "it says which job's files are missing");
}

#[tokio::test]
async fn no_more_files_come_at_once_than_is_allowed() {
    let gates: Vec<_> = (0..5).map(|_| Arc::new(Notify::new())).collect();
    let held = gates.clone();
    let server = Server::start(move |seen| {
        let index: usize = seen.path[1..].parse().unwrap();
        Act::When(held[index].clone(), Box::new(picture(&gif("x"))))
    });
    let (server, place) = (server.await, tempdir().unwrap());
    let urls: Vec<_> = (0..5).map(|n| server.url(&format!("/{n}"))).collect();
    let download = server.client().download(urls).to(place.path()).parallel(2);
    let running = tokio::spawn(async move { download.await.unwrap().len() });
    for (done, gate) in gates.iter().enumerate() {
        server.requests((done + 2).min(5)).await;
        assert!(server.seen().len() <= done + 2);
        gate.notify_one();
    }
    assert_eq!(running.await.unwrap(), 5);
}

#[tokio::test]
async fn a_new_file_has_the_permissions_that_new_files_have() {
    let server = Server::start(script([picture(&gif("x"))])).await;
    let place = tempdir().unwrap();
    let usual = place.path().join("usual");
    std::fs::write(&usual, "").unwrap();
    let saved = server.client().download(server.url("/a.gif")).to(place.path()).await.unwrap();
    let permissions = |path| std::fs::metadata(path).unwrap().permissions();
    assert_eq!(permissions(saved[0].path.clone()), permissions(usual));
}

#[tokio::test]
async fn events_tell_the_way_of_every_file() {
    let server = Server::start(script([picture(&large_gif().repeat(60))])).await;
    let place = tempdir().unwrap();
    let mut events = server.client().download(server.url("/a.gif")).to(place.path()).events();
    let (mut told, mut received) = (Vec::new(), vec![0]);
    while let Some(event) = events.next().await {
        match event {
            DownloadEvent::Progress { file: 0, received: now, total: Some(600_420) } => {
                received.push(now);
            }
            DownloadEvent::Started { file: 0, from: 0, total: Some(600_420) } => told.push("begun"),
            DownloadEvent::Saved { file: 0, .. } => told.push("saved"),
            DownloadEvent::Finished(Ok(files)) if files.len() == 1 => told.push("finished"),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(told, ["begun", "saved", "finished"]);
    assert!(received.len() > 2 && received.is_sorted_by(|a, b| a < b), "{received:?}");
    assert_eq!(received.last(), Some(&600_420));
    assert!(events.next().await.is_none());
}

#[tokio::test]
async fn dropping_a_download_leaves_nothing_half_done() {
    let server = Server::start(script([hanging(&large_gif(), 5000)])).await;
    let place = tempdir().unwrap();
    let mut events = server.client().download(server.url("/a.gif")).to(place.path()).events();
    assert!(matches!(events.next().await, Some(DownloadEvent::Started { .. })));
    assert_eq!(names(place.path()).len(), 1);
    drop(events);
    assert!(names(place.path()).is_empty());
}
