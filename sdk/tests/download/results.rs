//! The files of a job among the URLs in its result.

use runcomfy::{DownloadEvent, Error, JsonInput};
use serde_json::{Value, json};
use tempfile::tempdir;

use super::files::{gif, names, picture};
use crate::support::{MODEL, Server, accepted_then, input, json_answer, script, status, text};

/// A job that ended with this result, downloaded: what was saved, and what was skipped.
async fn downloaded(result: Value) -> (Result<Vec<String>, Error>, Vec<String>) {
    downloaded_of(input(), result).await
}

/// The same, of a job that was given this.
async fn downloaded_of(
    input: JsonInput,
    result: Value,
) -> (Result<Vec<String>, Error>, Vec<String>) {
    let answers = [status("completed"), json_answer(200, &result)];
    let api = Server::start(accepted_then(answers)).await;
    let client = api.client();
    let done = client.run(input).await.unwrap();
    let place = tempdir().unwrap();
    let mut events = client.download(&done).to(place.path()).retries(0).events();
    let mut skipped = Vec::new();
    while let Some(event) = events.next().await {
        match event {
            DownloadEvent::Skipped { reason, .. } => skipped.push(reason),
            DownloadEvent::Finished(end) => {
                return (end.map(|_| names(place.path())), skipped);
            }
            _ => {}
        }
    }
    unreachable!("it finishes")
}

async fn host() -> Server {
    let mut gone = script([text(404, "")]);
    Server::start(move |seen| match seen.path.as_str() {
        "/gone.gif" => gone(seen),
        _ => picture(&gif("x")),
    })
    .await
}

fn success(output: &Value) -> Value {
    json!({ "request_id": "r-1", "status": "succeeded", "output": output })
}

#[tokio::test]
async fn the_url_of_an_input_that_is_repeated_fails_nothing() {
    let host = host().await;
    let made = host.url("/made.gif");
    for echo in [
        json!("https://evil.example/cat.png?sig=hush"),
        json!({ "image_url": "https://evil.example/cat.png?sig=hush" }),
        json!(["http://192.168.0.1/cat.png", "https://evil.example/dog.png?sig=hush"]),
        json!("https://me:hush@evil.example/cat.png"),
    ] {
        let count = echo.as_array().map_or(1, Vec::len);
        let output = json!({ "input": echo, "images": [made] });
        let (saved, skipped) = downloaded(success(&output)).await;
        assert_eq!(saved.unwrap(), ["made.gif"]);
        assert_eq!(skipped.len(), count, "{skipped:?}");
        assert!(skipped.iter().all(|why| !why.contains("hush")), "{skipped:?}");
    }
}

/// What was made by another job, and is gone by now, is on the service's own hosts.
#[tokio::test]
async fn what_a_job_was_given_it_did_not_make() {
    let host = host().await;
    let (made, gone) = (host.url("/made.gif"), host.url("/gone.gif"));
    let thumb = "data:image/gif;base64,R0lGODlhIHg=";
    let input = || JsonInput::new(MODEL, json!({ "image_url": gone, "thumb": thumb }));
    let output = json!({ "images": [made, gone], "thumb": thumb });
    let (saved, skipped) = downloaded_of(input(), success(&output)).await;
    assert_eq!(saved.unwrap(), ["made.gif"]);
    assert_eq!(skipped.len(), 2, "{skipped:?}");
    assert!(skipped[0].ends_with("/gone.gif: the job was given it"), "{skipped:?}");
    // A job that hands on what it was given, and nothing else, has made that.
    let given = || JsonInput::new(MODEL, json!({ "image_url": made }));
    let (saved, skipped) = downloaded_of(given(), success(&json!([made]))).await;
    assert_eq!((saved.unwrap(), skipped.len()), (vec!["made.gif".to_owned()], 0));
    // And what it made is not given up for it.
    let elsewhere = json!(["https://evil.example/new.png", made]);
    let (saved, skipped) = downloaded_of(given(), success(&elsewhere)).await;
    assert!(saved.unwrap_err().is_url_refused() && skipped.len() == 1);
}

#[tokio::test]
async fn a_result_with_files_on_other_hosts_only_is_an_error() {
    let output = json!({ "images": ["https://a.example/1.png", "https://b.example/2.png"] });
    let (saved, skipped) = downloaded(success(&output)).await;
    let error = saved.unwrap_err();
    assert!(error.is_url_refused() && skipped.is_empty(), "{error}");
    assert_eq!((error.failed_files().len(), error.request_id()), (2, Some("r-1")));
    assert!(error.to_string().contains("allow_host"), "{error}");
    // A `data:` URI may be the input too: it proves nothing.
    let thumb = "data:image/gif;base64,R0lGODlhIHg=";
    let output = json!({ "images": ["https://a.example/1.png"], "thumb": thumb });
    let (saved, _) = downloaded(success(&output)).await;
    assert!(saved.unwrap_err().is_url_refused());
}

#[tokio::test]
async fn the_jobs_own_file_that_fails_fails_the_download() {
    let host = host().await;
    let output = json!({
        "images": [host.url("/made.gif"), host.url("/gone.gif")],
        "input": "https://evil.example/cat.png",
    });
    let (saved, skipped) = downloaded(success(&output)).await;
    let error = saved.unwrap_err();
    assert!(error.is_file_gone(), "{error}");
    assert_eq!((error.saved_files().len(), error.failed_files().len()), (1, 1));
    assert_eq!(skipped.len(), 1);
}

#[tokio::test]
async fn urls_that_were_given_are_never_skipped() {
    let host = host().await;
    let place = tempdir().unwrap();
    let urls = [host.url("/made.gif"), "https://evil.example/cat.png".to_owned()];
    let error = host.client().download(urls).to(place.path()).await.unwrap_err();
    assert!(error.is_url_refused(), "{error}");
    // Nor are those of which a download said that they failed.
    let error = host.client().download(&error).to(place.path()).await.unwrap_err();
    assert!(error.is_url_refused(), "{error}");
}

#[tokio::test]
async fn a_url_that_is_not_encoded_is_a_url() {
    let host = host().await;
    let address = host.address;
    for (url, name, path) in [
        (format!("http://{address}/my cat.gif"), "my cat.gif", "/my%20cat.gif"),
        (format!(" http://{address}/a.gif\n"), "a.gif", "/a.gif"),
        (format!("HTTP://{address}/a.gif"), "a.gif", "/a.gif"),
        (format!("http://{address}/기린.gif"), "기린.gif", "/%EA%B8%B0%EB%A6%B0.gif"),
        (format!("http://{address}/a.gif?x=1&amp;y=2 3"), "a.gif", "/a.gif?x=1&y=2%203"),
        (format!("http:\\/\\/{address}\\/a.gif"), "a.gif", "/a.gif"),
        (format!("http://{address}/a\"b|c^.gif"), "a_b_c^.gif", "/a%22b|c^.gif"),
    ] {
        let (saved, _) = downloaded(success(&json!({ "images": [url] }))).await;
        assert_eq!(saved.unwrap(), [name], "{url}");
        assert_eq!(host.seen().last().unwrap().path, path, "{url}");
        // And the same where the caller gives it.
        let place = tempdir().unwrap();
        host.client().download(url).to(place.path()).await.unwrap();
        assert_eq!(host.seen().last().unwrap().path, path);
    }
}

#[tokio::test]
async fn a_download_of_a_job_without_any_file_is_an_error_that_has_the_result() {
    for output in [json!("a poem"), json!({ "text": "a poem, see a.example" }), json!(7)] {
        let result = success(&output);
        let (saved, skipped) = downloaded(result.clone()).await;
        let error = saved.unwrap_err();
        assert!(error.is_without_files() && skipped.is_empty(), "{error}");
        assert!(error.may_have_cost() && !error.is_safe_to_retry(), "{error}");
        assert_eq!((error.raw(), error.request_id()), (Some(&result), Some("r-1")));
        assert_eq!(error.type_name(), "without_files");
        assert!(error.to_string().contains("no file to download"), "{error}");
    }
    let client = host().await.client();
    let error = client.download(&runcomfy::Files::default()).await.unwrap_err();
    assert!(error.is_without_files(), "{error}");
    // Whoever has nothing to download wants nothing.
    assert_eq!(client.download(Vec::<String>::new()).await.unwrap(), []);
}
