use super::*;

fn sorted(ask: Ask, status: u16, body: &str) -> String {
    match reading_of(ask, status, body) {
        JobReply::Unrecognized(word, _) => format!("unrecognized {word}"),
        JobReply::Succeeded(_) => "succeeded".to_owned(),
        JobReply::Failed(_, source) => format!("failed, {source:?}"),
        JobReply::Cancelled(_, source) => format!("cancelled, {source:?}"),
        JobReply::Empty { body, end } => match end(body) {
            End::Succeeded(_) => "empty success".to_owned(),
            End::Failed(_) => "empty failure".to_owned(),
            _ => "empty".to_owned(),
        },
        JobReply::Unstated { body, end } => match end(body) {
            End::Succeeded(_) => "unstated success".to_owned(),
            _ => "unstated failure".to_owned(),
        },
        JobReply::NotReady(_) => "not ready".to_owned(),
        JobReply::Trouble(trouble, error) => {
            assert_eq!(error.request_id(), Some("r"));
            format!("{trouble:?}")
        }
        other => format!("{other:?}"),
    }
}

#[test]
fn every_answer_to_the_status_call_is_sorted() {
    let cases = [
        (200, r#"{"status":"in_queue","queue_position":2}"#, "Queued(Some(2))"),
        (200, r#"{"status":"IN_PROGRESS"}"#, "Running"),
        (200, r#"{"request_id":"r","status":"completed"}"#, "Over { cancelled: false }"),
        (200, r#"{"status":"succeeded"}"#, "Over { cancelled: false }"),
        (200, r#"{"status":"cancelled"}"#, "Over { cancelled: true }"),
        (200, r#"{"status":"paused"}"#, "unrecognized paused"),
        (200, r#"{"request_id":"R","status":"completed"}"#, "Foreign"),
        (200, r#"{"request_id":"q","status":"in_progress"}"#, "Foreign"),
        (200, r#"{"status":"succ"#, "Passing"),
        (400, r#"{"error_code":400005}"#, "Vague"),
        (200, r#"{"status":"error","message":"no upstream"}"#, "Vague"),
        (200, r#"{"status":"failed","message":"no upstream"}"#, "Vague"),
        (200, r#"{"status":"Failure","kind":"Status","code":404}"#, "Vague"),
        (200, r#"{"status":"success","data":{}}"#, "Vague"),
        (200, r#"{"status":"503"}"#, "Vague"),
        (200, r#"{"status":"failed"}"#, "Over { cancelled: false }"),
        (200, r#"{"request_id":"r","status":"error","message":"x"}"#, "Over { cancelled: false }"),
        (200, r#"{"request_id":"r","output":["u"]}"#, "Vague"),
        (503, r#"{"request_id":"r","status":"in_queue"}"#, "Queued(None)"),
        (404, r#"{"request_id":"r","status":"completed"}"#, "Over { cancelled: false }"),
    ];
    for (status, body, meaning) in cases {
        assert_eq!(sorted(Ask::Status, status, body), meaning, "{status} {body}");
    }
}

#[test]
fn every_answer_to_the_result_call_is_sorted() {
    let cases = [
        (200, r#"{"status":"in_queue"}"#, "Queued(None)"),
        (200, r#"{"status":"in_progress","output":null}"#, "Running"),
        (200, r#"{"status":"succeeded","output":{"image":"u"}}"#, "succeeded"),
        (200, r#"{"status":"succeeded","output":"words"}"#, "succeeded"),
        (200, r#"{"status":"succeeded","output":{"image":"u"},"error":"one failed"}"#, "succeeded"),
        (200, r#"{"status":"succeeded","output":{}}"#, "empty success"),
        (200, r#"{"status":"succeeded","output":{"images":[null,""]}}"#, "empty success"),
        (200, r#"{"status":"succeeded"}"#, "empty"),
        (200, r#"{"request_id":"r","status":"succeeded"}"#, "empty success"),
        (200, r#"{"status":"succeeded","error":"boom"}"#, "empty failure"),
        (200, r#"{"status":"Completed","output":["u"]}"#, "succeeded"),
        (200, r#"{"status":"completed","output":{},"error":null}"#, "empty"),
        (200, r#"{"status":"completed","output":{},"error":[]}"#, "empty"),
        (200, r#"{"status":"completed","output":{},"error":"boom"}"#, "failed, Unnamed"),
        (200, r#"{"request_id":"r","status":"completed","error":"boom"}"#, "failed, Named"),
        (200, r#"{"status":"completed","error":{"a":1},"output":[]}"#, "failed, Unnamed"),
        (200, r#"{"status":"completed","error_message":"x"}"#, "empty failure"),
        (200, r#"{"status":"completed"}"#, "empty"),
        (200, r#"{"status":"FAILED","error":{"a":1}}"#, "failed, Unnamed"),
        (200, r#"{"status":"error"}"#, "failed, Anybody"),
        (200, r#"{"status":"ERROR","error":"x","output":null}"#, "failed, Anybody"),
        (200, r#"{"request_id":"r","status":"error"}"#, "failed, Named"),
        (200, r#"{"request_id":"r","status":"failed","error_code":500001}"#, "failed, Named"),
        (200, r#"{"status":"canceled"}"#, "cancelled, Unnamed"),
        (200, r#"{"request_id":"r","status":"cancelled"}"#, "cancelled, Named"),
        (200, r#"{"status":"archived","output":{"image":"u"}}"#, "unstated success"),
        (200, r#"{"status":"pass","output":"all is well"}"#, "unstated success"),
        (200, r#"{"request_id":"r","status":"archived","output":["u"]}"#, "succeeded"),
        (200, r#"{"status":"expired","error":"too old"}"#, "failed, Anybody"),
        (200, r#"{"request_id":"r","status":"expired","error":"too old"}"#, "failed, Named"),
        (200, r#"{"status":"paused","output":null,"error":""}"#, "unrecognized paused"),
        (200, r#"{"request_id":"q","status":"succeeded","output":{"image":"u"}}"#, "Foreign"),
        (200, r#"{"request_id":7,"status":"succeeded","output":{"image":"u"}}"#, "Foreign"),
        (200, r#"{"request_id":null,"status":"succeeded","output":["u"]}"#, "succeeded"),
        (200, r#"{"request_id":"q"}"#, "Foreign"),
        (200, "<html>", "Passing"),
        (200, "OK", "Passing"),
        (200, "", "Passing"),
        (202, "", "Passing"),
        (200, r#"{"status":"succ"#, "Damaged(15)"),
        (200, r#"[{"status":"succeeded"]"#, "Damaged(23)"),
        (200, r#"{"error_code":500001,"error_message":"x"}"#, "Passing"),
        (200, r#"{"error_code":429001,"error_message":"x"}"#, "Passing"),
        (200, r#"{"error_code":404001,"error_message":"x"}"#, "Gone"),
        (200, r#"{"error_code":404001,"request_id":"of-the-call"}"#, "Gone"),
        (200, r#"{"error_code":400004,"error_message":"x"}"#, "TokenRefused"),
        (200, "{}", "Vague"),
        (200, "null", "Vague"),
        (404, r#"{"error_code":404001,"error_message":"x"}"#, "Gone"),
        (403, r#"{"error_code":403001,"error_message":"x"}"#, "Gone"),
        (400, r#"{"error_code":400004,"error_message":"x"}"#, "TokenRefused"),
        (400, r#"{"error_code":400005,"error_message":"x"}"#, "not ready"),
        (502, r#"{"error_code":404001,"error_message":"x"}"#, "Passing"),
        (429, r#"{"error_code":400004,"error_message":"x"}"#, "Passing"),
        (400, r#"{"code":400004,"error":"UserAccountError"}"#, "TokenRefused"),
        (401, r#"{"error":"UserAccountError"}"#, "TokenRefused"),
        (404, r#"{"error":"ResourceNotFound"}"#, "Gone"),
        (403, r#"{"error":"PermissionDenied"}"#, "Gone"),
        (200, r#"{"error":"ResourceNotFound"}"#, "Vague"),
        (401, r#"{"message":"x"}"#, "Unauthorized"),
        (403, r#"{"message":"x"}"#, "Unauthorized"),
        (401, "", "Vague"),
        (401, "<html>", "Vague"),
        (403, "<html>", "Passing"),
        (403, "", "Passing"),
        (404, "<html>", "Passing"),
        (404, r#"{"detail":"Not Found"}"#, "Vague"),
        (400, r#"{"message":"x"}"#, "Vague"),
        (409, r#"{"message":"not finished"}"#, "Vague"),
        (302, "", "Passing"),
        (408, "", "Passing"),
        (429, "", "Passing"),
        (500, "{}", "Passing"),
        (502, "<html>", "Passing"),
    ];
    for (status, body, meaning) in cases {
        assert_eq!(sorted(Ask::Result, status, body), meaning, "{status} {body}");
    }
}

#[test]
fn this_jobs_answers_are_told_from_nobodys() {
    let cases = [
        // This job's, whatever it lacks.
        (200, r#"{"request_id":"r","output":{"image":"u"}}"#, "unstated success"),
        (200, r#"{"request_id":"r","status":null,"output":["u"]}"#, "unstated success"),
        (200, r#"{"request_id":"r","status":7,"output":["u"],"error":"x"}"#, "unstated success"),
        (200, r#"{"request_id":"r","error":"boom"}"#, "unstated failure"),
        (200, r#"{"request_id":"r","output":{}}"#, "Vague"),
        (200, r#"{"output":["u"]}"#, "Vague"),
        (404, r#"{"request_id":"r","output":["u"]}"#, "Vague"),
        (404, r#"{"request_id":"r","status":"succeeded","output":["u"]}"#, "succeeded"),
        (500, r#"{"request_id":"r","status":"in_progress"}"#, "Running"),
        (500, r#"{"request_id":"r","status":"failed","error":"boom"}"#, "failed, Anybody"),
        (422, r#"{"request_id":"r","status":"cancelled"}"#, "cancelled, Anybody"),
        (500, r#"{"request_id":"r","status":"succeeded"}"#, "Passing"),
        (429, r#"{"request_id":"r","status":"failed"}"#, "Passing"),
        (404, r#"{"request_id":"r","status":"failed","error_code":404001}"#, "Gone"),
        (500, r#"{"status":"failed"}"#, "Passing"),
        // Nobody's.
        (200, r#"{"status":"error","message":"no upstream"}"#, "failed, Anybody"),
        (200, r#"{"status":"failed","message":"no upstream"}"#, "failed, Anybody"),
        (200, r#"{"status":"error","error_code":429001}"#, "Passing"),
        (200, r#"{"status":"error","code":400004}"#, "TokenRefused"),
        (200, r#"{"status":"success","message":"welcome"}"#, "Vague"),
        (200, r#"{"status":"succeeded","message":"welcome"}"#, "Vague"),
        (200, r#"{"status":"503","error":"Service Unavailable"}"#, "Vague"),
        (200, r#"{"status":503,"error":"Service Unavailable"}"#, "Vague"),
    ];
    for (status, body, meaning) in cases {
        assert_eq!(sorted(Ask::Result, status, body), meaning, "{status} {body}");
    }
}

#[test]
fn a_body_that_did_not_arrive_whole_is_told_apart() {
    let told = |broken, body: &str| {
        let reply =
            Reply { status: 200, body: body.into(), broken: Some(broken), ..Reply::default() };
        let job = JobToken::from_request_id("r").unwrap();
        match read(Ask::Result, &job, reply, &Scrub::new("t".into())) {
            JobReply::Trouble(trouble, error) => (trouble, error.body().map(<[u8]>::len)),
            other => panic!("{other:?}"),
        }
    };
    let off = || Broken::Off("reset".to_owned());
    assert_eq!(told(off(), r#"{"status":"#), (Trouble::CutOff(10), Some(10)));
    assert_eq!(told(off(), ""), (Trouble::Passing, None));
    assert_eq!(told(Broken::TooLarge(256), ""), (Trouble::Damaged(0), Some(0)));
    assert_eq!(told(Broken::Coded("br".to_owned()), "\u{b}"), (Trouble::Damaged(1), Some(1)));
}
