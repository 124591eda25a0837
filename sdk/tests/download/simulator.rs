//! From an input to a picture on the disk.

use runcomfy::simulator::{ModelSpec, QueuePace, Simulator};
use runcomfy::{Client, JsonInput};
use serde_json::json;
use tempfile::tempdir;

use super::files::names;
use crate::support::{MODEL, TOKEN};

#[tokio::test]
async fn a_job_ends_as_files_on_the_disk() {
    let simulator = Simulator::builder()
        .model(ModelSpec::new(MODEL, json!({})))
        .queue(QueuePace::instant())
        .picture_side(64)
        .start()
        .await
        .unwrap();
    let client = Client::builder().token(TOKEN).base_url(simulator.url()).build().unwrap();
    let input = json!({ "prompt": "a lighthouse", "num_images": 3, "output_format": "webp" });
    let done = client.run(JsonInput::new(MODEL, input)).await.unwrap();
    let place = tempdir().unwrap();
    let saved = client.download(&done).to(place.path()).named("lighthouse").await.unwrap();
    assert_eq!(saved.len(), 3);
    assert_eq!(saved[2].media_type.as_deref(), Some("image/webp"));
    let expected = ["lighthouse-2.webp", "lighthouse-3.webp", "lighthouse.webp"];
    assert_eq!(names(place.path()), expected);
}
