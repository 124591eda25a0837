//! A job comes back in another process.

use runcomfy::{JobToken, JsonInput};
use serde_json::json;

use crate::support::{Server, accepted_then, input, status, success};

#[tokio::test]
async fn a_job_is_kept_as_text_and_resumed_typed_and_untyped() {
    let server = Server::start(accepted_then([status("completed"), success()])).await;
    let job = server.client().submit(input()).await.unwrap();
    let kept = serde_json::to_string(job.token()).unwrap();
    drop(job);

    let token: JobToken = serde_json::from_str(&kept).unwrap();
    assert_eq!(token.model_id(), Some("acme/paint/text-to-image"));
    let done = server.client().resume::<JsonInput>(token).await.unwrap();
    assert_eq!(done.cost, Some(0.04));

    let bare = server.client().resume_json(JobToken::from_request_id("r-1").unwrap());
    let done = bare.await.unwrap();
    assert_eq!(done.output, json!({ "image": "https://cdn.runcomfy.net/a.png?sig=hush" }));
    assert_eq!(server.submits(), 1);
}
