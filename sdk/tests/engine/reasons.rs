//! Why a call was refused, by the codes and the names that the service documents.

use runcomfy::Error;
use serde_json::{Value, json};

use crate::support::{Act, Server, accepted_then, input, json_answer, script};

type Reason = fn(&Error) -> bool;

/// Each documented refusal in the shapes in which clients have seen it.
fn shapes(code: i64, name: &str) -> Vec<Value> {
    vec![
        json!({ "error_code": code, "error_message": "so it is" }),
        json!({ "code": code, "error": name }),
        json!({ "code": code.to_string(), "message": "so it is" }),
        json!({ "error": name }),
        json!({ "name": name, "message": "so it is" }),
        json!({ "error": { "name": name, "message": "so it is" } }),
        json!({ "error": [{ "error": name, "debugInfo": "node 7" }] }),
        json!({ "message": format!("{name}: so it is") }),
    ]
}

#[tokio::test]
async fn a_refused_submit_gives_its_reason_by_code_or_by_name() {
    let cases: [(i64, &str, Reason); 5] = [
        (400_001, "InvalidResourceIdentifier", Error::is_unknown_model),
        (400_002, "InsufficientResources", Error::is_insufficient_balance),
        (400_004, "UserAccountError", Error::is_auth),
        (403_001, "PermissionDenied", Error::is_not_yours),
        (404_001, "ResourceNotFound", Error::is_unknown_model),
    ];
    for (code, name, is_expected) in cases {
        for body in shapes(code, name) {
            // A bad token and no balance are plain 400s, so the status alone says nothing.
            let server = Server::start(script([json_answer(400, &body)])).await;
            let error = server.client().submit(input()).await.unwrap_err();
            assert!(is_expected(&error), "{body}: {error:?}");
            assert!(error.is_rejected() && !error.may_have_cost(), "{body}: {error:?}");
            assert_eq!(server.submits(), 1, "{body}");
        }
    }
}

#[tokio::test]
async fn a_refused_call_about_a_job_gives_its_reason_and_the_job() {
    let cases: [(u16, i64, &str, Reason); 3] = [
        (400, 400_004, "UserAccountError", Error::is_auth),
        (403, 403_001, "PermissionDenied", Error::is_not_yours),
        (404, 404_001, "ResourceNotFound", Error::is_job_unknown),
    ];
    for (status, code, name, is_expected) in cases {
        for body in shapes(code, name) {
            let server = Server::start(accepted_then([json_answer(status, &body)])).await;
            let job = server.client().submit(input()).await.unwrap();
            let error = job.status().await.unwrap_err();
            assert!(is_expected(&error), "{body}: {error:?}");
            assert_eq!(error.request_id(), Some("r-1"), "{body}");
        }
    }
}

/// The status line says that the service broke down, so a job may exist, whatever is quoted inside.
#[tokio::test]
async fn a_name_or_a_nested_code_in_a_5xx_neither_refuses_a_submit_nor_repeats_it() {
    let bodies = [
        json!({ "error": "UserAccountError" }),
        json!({ "error": { "code": 429_001, "message": "busy" } }),
        json!({ "error": { "code": 400_004, "name": "UserAccountError" } }),
        json!([{ "code": 429_001 }]),
        json!({ "name": "InsufficientResources" }),
        json!({ "detail": [{ "code": 400_002, "msg": "InsufficientResources" }] }),
    ];
    for status in [500, 502, 503, 504] {
        for body in &bodies {
            let server = Server::start(script([json_answer(status, body), Act::Hang])).await;
            let error = server.client().submit(input()).await.unwrap_err();
            assert!(
                error.is_outcome_unknown() && error.may_have_cost(),
                "{status} {body}: {error}"
            );
            assert_eq!(server.submits(), 1, "{status} {body}");
        }
    }
}
