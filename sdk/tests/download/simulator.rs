//! From an input to files on the disk, in good weather and in bad.

use std::path::Path;
use std::time::Duration;

use runcomfy::simulator::{Endpoint, FalseAnswer, Fault, Faults, ModelSpec, QueuePace, Simulator};
use runcomfy::{Client, Error, JsonInput, SavedFile};
use serde_json::json;
use tempfile::tempdir;

use super::files::{listed, names};
use crate::support::{MODEL, TOKEN};

/// Runs a job of three pictures, and downloads them while the files meet these faults.
async fn downloaded(
    faults: impl IntoIterator<Item = Fault>,
    place: &Path,
) -> Result<Vec<SavedFile>, Error> {
    let simulator = Simulator::builder()
        .model(ModelSpec::new(MODEL, json!({})))
        .queue(QueuePace::instant())
        .picture_side(64)
        .faults(Faults::new().script(Endpoint::File, faults.into_iter().map(Some)))
        .start()
        .await
        .unwrap();
    let client = Client::builder().token(TOKEN).base_url(simulator.url()).build().unwrap();
    let input = json!({ "prompt": "a lighthouse", "num_images": 3, "output_format": "webp" });
    let done = client.run(JsonInput::new(MODEL, input)).await.unwrap();
    let download = client.download(&done).to(place).named("lighthouse").parallel(1);
    let download = download.stall_timeout(Duration::from_millis(300)).retries(1);
    let saved = download.await;
    assert_eq!(simulator.ledger().billed, 1, "files are not billed again");
    saved
}

#[tokio::test]
async fn a_job_ends_as_files_on_the_disk() {
    let place = tempdir().unwrap();
    let saved = downloaded([], place.path()).await.unwrap();
    assert_eq!(saved.len(), 3);
    assert_eq!(saved[2].media_type.as_deref(), Some("image/webp"));
    let expected = ["lighthouse-2.webp", "lighthouse-3.webp", "lighthouse.webp"];
    assert_eq!(names(place.path()), expected);
}

#[tokio::test]
async fn what_goes_wrong_with_a_file_in_passing_does_not_change_it() {
    let fair = tempdir().unwrap();
    downloaded([], fair.path()).await.unwrap();
    for fault in [
        Fault::ResetBefore,
        Fault::ResetAfter,
        Fault::ResetMidway,
        Fault::CutMidway,
        Fault::Stall(Duration::from_secs(600)),
        Fault::Redirect { to: None },
        FalseAnswer::new(503).html().into(),
        FalseAnswer::too_many_requests().retry_after(0).into(),
    ] {
        let foul = tempdir().unwrap();
        let saved = downloaded([fault.clone()], foul.path()).await;
        saved.unwrap_or_else(|error| panic!("{fault}: {error}"));
        // The same prompt is painted the same way in every simulator.
        assert!(listed(foul.path()) == listed(fair.path()), "{fault}");
    }
}

#[tokio::test]
async fn what_goes_wrong_for_good_is_told_and_saves_nothing() {
    type IsKind = fn(&Error) -> bool;
    let elsewhere = Fault::Redirect { to: Some("https://elsewhere.example".to_owned()) };
    let page = FalseAnswer::new(200).html();
    let gone = FalseAnswer::new(404);
    for (fault, is_kind) in [
        (elsewhere, Error::is_url_refused as IsKind),
        (page.into(), Error::is_wrong_content),
        (gone.into(), Error::is_file_gone),
    ] {
        let place = tempdir().unwrap();
        let error = downloaded([fault], place.path()).await.unwrap_err();
        assert!(is_kind(&error) && error.may_have_cost(), "{error}");
        assert_eq!((error.failed_files().len(), error.saved_files().len()), (1, 2));
        assert_eq!(names(place.path()), ["lighthouse-2.webp", "lighthouse-3.webp"]);
    }
}
