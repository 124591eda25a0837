//! What an answer to a submit says about money.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use runcomfy::{Error, Journal};
use serde_json::json;
use tokio::time::timeout;

use crate::support::{Act, Server, input, json_answer, script, text};

/// What became of a submit that gets this answer first, and then never another one.
#[derive(Debug, PartialEq, Eq)]
enum Meaning {
    Accepted,
    /// Sent again.
    Busy,
    /// Nothing was charged.
    Refused,
    Unknown,
    /// Unknown, and the answer named this job.
    UnknownJob(&'static str),
}
use Meaning::{Accepted, Busy, Refused, Unknown, UnknownJob};

struct Told {
    result: Result<String, Error>,
    submits: usize,
    hook: Vec<String>,
    jobs: Vec<String>,
    unknown: usize,
}

async fn told(act: Act) -> Told {
    let server = Server::start(script([act, Act::Hang])).await;
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("jobs");
    let heard = Arc::new(Mutex::new(Vec::new()));
    let ids = heard.clone();
    let builder = server.builder().journal(&path).on_submitted(move |job| {
        ids.lock().unwrap().push(job.request_id().to_owned());
    });
    let client = builder.submit_timeout(Duration::from_secs(30)).build().unwrap();
    let submit = async { client.submit(input()).await.map(|job| job.request_id().to_owned()) };
    let result = tokio::select! {
        result = submit => result,
        // Sent again.
        () = server.requests(2) => Ok(String::new()),
    };
    let left = Journal::open(&path).unwrap().recover().unwrap();
    let hook = heard.lock().unwrap().clone();
    Told {
        result,
        submits: server.submits(),
        hook,
        jobs: left.jobs.iter().map(|job| job.token.request_id().to_owned()).collect(),
        unknown: left.unknown.len(),
    }
}

async fn check(status: u16, body: &str, meaning: &Meaning) {
    let what = format!("{status} {body:.90}");
    let told = timeout(Duration::from_secs(20), told(text(status, body))).await.expect(&what);
    let sent = if *meaning == Busy { 2 } else { 1 };
    assert_eq!(told.submits, sent, "{what}: {:?}", told.result);
    let (hook, jobs) = (told.hook.join(","), told.jobs.join(","));
    match (meaning, &told.result) {
        (Accepted, Ok(id)) => {
            assert_eq!((id.as_str(), &*hook, &*jobs), ("r-88", "r-88", "r-88"), "{what}");
        }
        (Busy, Ok(_)) => assert_eq!((&*hook, &*jobs), ("", ""), "{what}"),
        (Refused, Err(error)) => {
            assert!(error.is_rejected() && !error.may_have_cost(), "{what}: {error:?}");
            assert_eq!((&*hook, &*jobs, told.unknown), ("", "", 0), "{what}");
        }
        (Unknown, Err(error)) => {
            assert!(error.is_outcome_unknown() && error.may_have_cost(), "{what}: {error:?}");
            assert_eq!(error.job(), None, "{what}");
            assert_eq!((&*hook, &*jobs, told.unknown), ("", "", 1), "{what}");
            assert!(!error.to_string().contains("nothing was charged"), "{what}: {error}");
        }
        (UnknownJob(id), Err(error)) => {
            assert!(error.is_outcome_unknown() && error.may_have_cost(), "{what}: {error:?}");
            assert_eq!(error.request_id(), Some(*id), "{what}");
            assert_eq!((hook.as_str(), jobs.as_str(), told.unknown), (*id, *id, 0), "{what}");
            assert!(error.to_string().contains(id), "{what}: {error}");
        }
        (expected, result) => panic!("{what}: {expected:?}, but {result:?}"),
    }
}

const CASES: &[(u16, &str, Meaning)] = &[
    // Busy: the status line, or the service's own code at the top of an answer of success.
    (429, "", Busy),
    (429, "{}", Busy),
    (429, "<html>slow down</html>", Busy),
    (429, r#"{"error_code":429001,"error_message":"x"}"#, Busy),
    (200, r#"{"error_code":429001,"error_message":"x"}"#, Busy),
    (200, r#"{"errorCode":"429001"}"#, Busy),
    // A code that came along with another status is somebody else's.
    (500, r#"{"error_code":429001}"#, Unknown),
    (502, r#"{"error_code":429001,"error_message":"x"}"#, Unknown),
    (503, r#"{"error_code":429001,"error_message":"x"}"#, Unknown),
    (504, r#"{"error_code":429001,"error_message":"x"}"#, Unknown),
    (408, r#"{"error_code":429001,"error_message":"x"}"#, Unknown),
    (302, r#"{"error_code":429001,"error_message":"x"}"#, Unknown),
    (504, r#"{"error_code":400002,"error_message":"x"}"#, Unknown),
    (502, r#"{"error_code":400004,"error_message":"x"}"#, Unknown),
    (500, r#"{"error_code":422001,"error_message":"x"}"#, Unknown),
    (500, r#"{"error_code":400002}"#, Unknown),
    (408, r#"{"error_code":400002,"error_message":"x"}"#, Unknown),
    (302, r#"{"error_code":400002,"error_message":"x"}"#, Unknown),
    // The service itself says no.
    (500, r#"{"error_code":400002,"error_message":"no balance"}"#, Refused),
    (200, r#"{"error_code":400002,"error_message":"no balance"}"#, Refused),
    (429, r#"{"error_code":400002,"error_message":"no balance"}"#, Refused),
    (400, r#"{"error_code":429001,"error_message":"x"}"#, Refused),
    (409, r#"{"message":"conflict"}"#, Refused),
    (422, r#"{"detail":[{"loc":["body"],"msg":"x","request_id":"r-88"}]}"#, Refused),
    // Codes that are deeper settle nothing.
    (500, r#"{"error":[{"errorCode":429001}]}"#, Unknown),
    (500, r#"{"error":[{"errorCode":400002,"error":"x"}]}"#, Unknown),
    (200, r#"{"error":{"error_code":429001}}"#, Unknown),
    (200, r#"{"error":{"error_code":400002,"error_message":"x"}}"#, Unknown),
    (200, r#"[{"error_code":429001}]"#, Unknown),
    (200, r#"[{"errorCode":400002}]"#, Unknown),
    (200, r#"{"code":429001}"#, Unknown),
    // A name that is published, beside one of the codes that are documented.
    (200, r#"{"code":400004,"error":"UserAccountError"}"#, Refused),
    (200, r#"{"code":400002,"name":"InsufficientResources","message":"x"}"#, Refused),
    (200, r#"{"code":400004,"error":"bad"}"#, Unknown),
    (200, r#"{"code":400009,"error":"UserAccountError"}"#, Unknown),
    (200, r#"{"error":"UserAccountError"}"#, Unknown),
    (500, r#"{"code":400004,"error":"UserAccountError"}"#, Unknown),
    (200, r#"{"request_id":"r-88","code":400004,"error":"UserAccountError"}"#, Accepted),
    (400, r#"{"request_id":"r-88","code":400004,"error":"UserAccountError"}"#, UnknownJob("r-88")),
    // A job is named in another place than usual.
    (200, r#"{"data":{"request_id":"r-88"}}"#, UnknownJob("r-88")),
    (200, r#"[{"request_id":"r-88"}]"#, UnknownJob("r-88")),
    (201, r#"{"requestId":"r-88"}"#, UnknownJob("r-88")),
    (200, r#"{"status_url":"https://a.example/v1/requests/r-88/status"}"#, UnknownJob("r-88")),
    (
        200,
        r#"{"error_code":400002,"error_message":"x","data":{"request_id":"r-88"}}"#,
        UnknownJob("r-88"),
    ),
    (200, r#"{"error_code":429001,"data":{"request_id":"r-88"}}"#, UnknownJob("r-88")),
    (200, r#"{"data":[{"request_id":"r-88"},{"request_id":"r-89"}]}"#, Unknown),
    (200, r#"{"error":{"request_id":"r-88"}}"#, Unknown),
    (502, r#"{"data":{"request_id":"r-88"}}"#, Unknown),
    // Half of an answer that might have named a job.
    (429, r#"{"message":"slow down","reque"#, Unknown),
    (409, r#"{"message":"conflict","reque"#, Unknown),
    (200, r#"{"error_code":1,"error_message":"x"}"#, Unknown),
    (200, r#"{"error_code":408001,"error_message":"x"}"#, Unknown),
    (200, r#"{"error_code":500001,"error_message":"x"}"#, Unknown),
    (400, r#"{"error_code":500001,"error_message":"x"}"#, Unknown),
    (400, r#"{"error":[{"errorCode":500001}]}"#, Unknown),
    (429, r#"{"error_code":500001}"#, Unknown),
    (429, r#"{"error":[{"errorCode":500001}]}"#, Unknown),
    // Whoever sent them, the service may have got it.
    (408, "", Unknown),
    (460, "", Unknown),
    (499, "", Unknown),
    // A job is named: whatever else is said, it may run.
    (200, r#"{"request_id":"r-88"}"#, Accepted),
    (202, r#"{"request_id":"r-88","error_code":429001}"#, Accepted),
    (200, r#"{"request_id":"r-88","error_code":400002,"error_message":"x"}"#, Accepted),
    (429, r#"{"request_id":"r-88"}"#, UnknownJob("r-88")),
    (429, r#"{"request_id":"r-88","error_code":429001}"#, UnknownJob("r-88")),
    (409, r#"{"request_id":"r-88","message":"conflict"}"#, UnknownJob("r-88")),
    (500, r#"{"request_id":"r-88"}"#, UnknownJob("r-88")),
    (504, r#"{"request_id":"r-88","error_code":429001}"#, UnknownJob("r-88")),
    (500, r#"{"request_id":"r-88","error_code":400002,"error_message":"x"}"#, UnknownJob("r-88")),
    (400, r#"{"request_id":"r-88","error_code":400002,"error_message":"x"}"#, UnknownJob("r-88")),
    (402, r#"{"request_id":"r-88"}"#, UnknownJob("r-88")),
    (302, r#"{"request_id":"r-88"}"#, UnknownJob("r-88")),
    // Half of an answer, or one that cannot be read as JSON, from the service.
    (200, r#"{"request_id":"r-88","status_url":"htt"#, Accepted),
    (200, "\u{feff} {\"request_id\":\"r-88\"}", Accepted),
    (200, r#"{"request_id":"r-88","cost":NaN}"#, Accepted),
    (200, r#"{"cost":NaN, "request_id" : "r-88"}"#, Accepted),
    (500, r#"{"request_id":"r-88","error":"\ud800"#, UnknownJob("r-88")),
    (200, r#")]}',{"request_id":"r-88"}"#, Accepted),
    (200, r#""{\"request_id\":\"r-88\"}""#, Accepted),
    (200, r#"{"request_id":"r-88"}<!-- proxy -->"#, Accepted),
    (200, r#"{"request_id":"r-8"#, Unknown),
    // No reason to send again or to say that nothing was charged.
    (200, "{'error_code': 429001}", Unknown),
    (200, r#"{"error_code":429001"#, Unknown),
    (200, r#"{"error_code":400002,"error_message":"x"}{"#, Unknown),
    (200, r#"{"note":"request_id","a":"r-88"#, Unknown),
    (200, r#"{"a":["request_id":"r-88""#, Unknown),
    (200, r#"{"a":1} {"request_id":"r-88"}"#, Unknown),
    // An id that is somebody else's text.
    (200, r#"<html><script>{"request_id":"r-88"}</script>"#, Unknown),
    (200, r#"<!doctype html><script>x={"request_id":"r-88","a":"#, Unknown),
    (200, r#"var x = {"request_id":"r-88"};"#, Unknown),
    (200, r#"id: {"request_id":"r-88"}"#, Unknown),
    (502, r#"<html>{"request_id":"r-88"}</html>"#, Unknown),
    (400, r#"<html>{"request_id":"r-88"}</html>"#, Refused),
    // An id that cannot be used is still a sign of a job.
    (200, r#"{"request_id":"../../x"}"#, Unknown),
    (200, r#"{"request_id":17}"#, Unknown),
    (200, r#"{"request_id":"../x","error_code":429001}"#, Unknown),
    (200, r#"{"request_id":"a b","error_code":400002,"error_message":"x"}"#, Unknown),
    (409, r#"{"request_id":"a.b"}"#, Unknown),
    (400, r#"{"request_id":null,"error":"x"}"#, Refused),
    (400, r#"{"request_id":"","error":"x"}"#, Refused),
];

#[tokio::test]
async fn only_a_plain_no_is_a_no_and_only_a_plain_429_is_busy() {
    for (status, body, meaning) in CASES {
        check(*status, body, meaning).await;
    }
    let long = format!(r#"{{"request_id":"{}"}}"#, "a".repeat(129));
    for status in [200, 429] {
        check(status, &long, &Unknown).await;
    }
}

#[tokio::test]
async fn an_acceptance_is_read_in_every_form_that_http_has_for_it() {
    let accepted = [
        "HTTP/1.0 200 OK\r\n\r\n{\"request_id\":\"r-88\"}",
        "HTTP/1.1 200 OK\r\n\r\n{\"request_id\":\"r-88\"}",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n8\r\n{\"reques\r\ne\r\nt_id\":\"r-88\"}\n\r\n0\r\na: b\r\n\r\n",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n15\r\n{\"request_id\":\"r-88\"}\r\n",
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 21\r\n\r\n{\"request_id\":\"r-88\"}",
        "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 900\r\n\r\n{\"request_id\":\"r-88\",",
    ];
    for answer in accepted {
        let told = told(Act::Raw(answer.to_owned())).await;
        assert_eq!(told.result.expect(answer), "r-88");
        assert_eq!((told.submits, told.jobs, told.hook.len()), (1, vec!["r-88".to_owned()], 1));
    }
    let unknown = [
        "",
        "HTTP/1.1 200",
        "HTTP/1.1 200 OK\r\ncontent-le",
        "HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\n{\"request",
        "HTTP/1.1 204 No Content\r\n\r\n",
        "HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n",
        "HTTP/1.1 100 Continue\r\n\r\n",
        "HTTP/2 200\r\n\r\n{\"request_id\":\"r-88\"}",
        "{\"request_id\":\"r-88\"}",
        "SSH-2.0-OpenSSH_9\r\n",
    ];
    for answer in unknown {
        let told = told(Act::Raw(answer.to_owned())).await;
        let error = told.result.expect_err(answer);
        assert!(error.is_outcome_unknown() && error.job().is_none(), "{answer}: {error:?}");
        assert_eq!((told.submits, told.unknown), (1, 1), "{answer}");
    }
}

/// Also the address that an answer leads to may be that of a job.
#[tokio::test]
async fn a_job_is_known_by_the_address_that_the_answer_leads_to() {
    for (status, place, job) in [
        (202, "/v1/requests/r-88", Some("r-88")),
        (303, "https://a.example/v1/requests/r-88/status?x=y", Some("r-88")),
        (201, "/v1/requests/..%2fx", None),
        (302, "https://login.example/?next=/v1/requests/r-88", None),
        (307, "https://login.example/v1/models/a/b", None),
    ] {
        let told = told(text(status, "").header("location", place)).await;
        let error = told.result.unwrap_err();
        assert!(error.is_outcome_unknown() && error.may_have_cost(), "{place}: {error:?}");
        assert_eq!(error.request_id(), job, "{place}");
        assert_eq!(told.jobs, Vec::from_iter(job), "{place}");
        assert_eq!((told.submits, told.unknown), (1, usize::from(job.is_none())), "{place}");
    }
}

#[tokio::test]
async fn a_job_that_an_error_names_can_be_taken_up() {
    let acts = [
        json_answer(500, &json!({ "request_id": "r-88" })),
        json_answer(
            200,
            &json!({ "request_id": "r-88", "status": "succeeded", "output": { "image": "https://cdn.runcomfy.net/a.png" } }),
        ),
    ];
    let server = Server::start(script(acts)).await;
    let client = server.client();
    let error = client.submit(input()).await.unwrap_err();
    let job = error.job().unwrap().clone();
    assert_eq!(job.model_id(), Some(crate::support::MODEL));
    assert!(error.to_string().contains("resume"), "{error}");
    let done = client.resume_json(job).await.unwrap();
    assert_eq!(done.media_urls().len(), 1);
    assert_eq!(server.submits(), 1);
}
