//! A service whose results have files on its own host.

use std::path::Path;

use runcomfy::{Client, Recovery};
use serde_json::{Value, json};

use crate::support::{Act, Seen, Server, json_answer, status, text};

/// Accepts submits as `r-1`, `r-2` …; what `result` says of a job is its result, in which `HOST` is
/// the address of this service; `file` hands out files.
pub(super) async fn service(
    mut result: impl FnMut(&str) -> Value + Send + 'static,
    mut file: impl FnMut(&Seen) -> Act + Send + 'static,
) -> Server {
    let mut submits = 0;
    Server::start(move |seen| {
        let host = seen.head.lines().find_map(|line| line.strip_prefix("host: ")).unwrap();
        let parts: Vec<_> = seen.path.split(['/', '?']).collect();
        match parts[..] {
            ["", "v1", "models", ..] => {
                submits += 1;
                json_answer(200, &json!({ "request_id": format!("r-{submits}") }))
            }
            ["", "v1", "requests", _, "status", ..] => status("completed"),
            ["", "v1", "requests", id, "result", ..] => {
                text(200, &result(id).to_string().replace("HOST", host))
            }
            _ => file(seen),
        }
    })
    .await
}

/// A success with these files.
pub(super) fn made(files: &[&str]) -> Value {
    let files: Vec<_> = files.iter().map(|file| format!("http://HOST/{file}")).collect();
    json!({ "status": "succeeded", "output": { "images": files }, "cost": 0.04 })
}

pub(super) fn picture(_: &Seen) -> Act {
    text(200, "GIF89a and so on").header("content-type", "image/gif")
}

pub(super) fn with_journal(server: &Server, dir: &Path) -> Client {
    server.builder().journal(dir.join("journal")).build().unwrap()
}

/// The jobs that are listed.
pub(super) async fn listed(client: &Client) -> Vec<String> {
    let Recovery { jobs, .. } = client.recover().await.unwrap();
    jobs.iter().map(|job| job.token.request_id().to_owned()).collect()
}

impl Server {
    pub(super) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }
}
