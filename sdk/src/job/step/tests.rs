//! A service that answers by script, on a clock of its own.

use std::time::Duration;

use tokio::time::Instant;

use super::*;
use crate::job::reading::reading_of;
use crate::poll::backoff;

const ALIVE: (u16, &str) = (200, r#"{"request_id":"r","status":"in_progress"}"#);
const OVER: (u16, &str) = (200, r#"{"request_id":"r","status":"completed"}"#);
const SUCCESS: (u16, &str) =
    (200, r#"{"request_id":"r","status":"succeeded","output":{"image":"https://a/1.png"}}"#);
const EMPTY: (u16, &str) = (200, r#"{"request_id":"r","status":"succeeded","output":{}}"#);

type Answer = (u16, &'static str);

/// What a wait came to.
struct Outcome {
    end: String,
    /// Seconds.
    after: u64,
    polls: u32,
    news: Vec<String>,
}

/// Waits for the result of a job that is asked about every five seconds while it is well, for so
/// many hours at most.
fn wait_for(hours: u64, answers: impl Fn(Ask, u64) -> Answer) -> Outcome {
    let start = Instant::now();
    let mut progress = Progress::default();
    let (mut now, mut ask) = (start, Ask::Status);
    let mut outcome = Outcome { end: "none".to_owned(), after: 0, polls: 0, news: Vec::new() };
    while outcome.after < hours * 3600 {
        outcome.polls += 1;
        let (status, body) = answers(ask, outcome.after);
        let reply = reading_of(ask, status, body);
        let step = progress.step(Heard { ask, reply, now, newborn: outcome.after < 15 });
        outcome.news.extend(step.news.map(|news| format!("{news:?}")));
        match step.then {
            Then::Pace(next) => {
                ask = next.unwrap_or(match progress.phase {
                    Phase::Running(_) => Ask::Result,
                    _ => Ask::Status,
                });
                now += Duration::from_secs(5);
            }
            Then::Ask(next) => ask = next,
            Then::BackOff(back_off) => {
                ask = back_off.ask;
                now += backoff(back_off.failures, 0.5);
            }
            Then::End(end) => {
                outcome.end = match end {
                    End::Succeeded(body) => format!("succeeded {}", body["output"]),
                    End::Failed(_) => "failed".to_owned(),
                    End::Cancelled(_) => "cancelled".to_owned(),
                    End::Refused(error) => format!("refused {}", error.type_name()),
                    End::Unsettled(_) => "unsettled".to_owned(),
                };
                break;
            }
        }
        outcome.after = (now - start).as_secs();
    }
    outcome
}

const PASSING: [Answer; 14] = [
    (404, "default backend - 404"),
    (404, "<html>"),
    (403, "<html>"),
    (403, ""),
    (302, ""),
    (200, "<html>"),
    (200, ""),
    (200, "OK"),
    (408, ""),
    (429, "{}"),
    (500, r#"{"message":"x"}"#),
    (502, "<html>"),
    (502, r#"{"error_code":404001}"#),
    (200, r#"{"error_code":500001}"#),
];

const VAGUE: [Answer; 16] = [
    (200, "{}"),
    (200, "null"),
    (200, "[]"),
    (200, r#"{"message":"hello"}"#),
    (400, r#"{"message":"strange"}"#),
    (401, ""),
    (404, r#"{"message":"no Route matched"}"#),
    (409, r#"{"error_code":409001}"#),
    (402, r#"{"error_code":400002}"#),
    // Error pages and health reports of JSON.
    (200, r#"{"status":"error","message":"no upstream"}"#),
    (200, r#"{"status":"error"}"#),
    (200, r#"{"status":"failed","message":"no upstream"}"#),
    (200, r#"{"status":"Failure","kind":"Status","code":404,"reason":"NotFound"}"#),
    (200, r#"{"status":"success","message":"welcome"}"#),
    (200, r#"{"status":"cancelled","title":"client closed request"}"#),
    (200, r#"{"status":503,"error":"Service Unavailable","path":"/v1/requests"}"#),
];

const DOUBTED: [(Answer, &str, u64, u64); 9] = [
    ((404, r#"{"error_code":404001}"#), "refused job_unknown", 20, 60),
    ((200, r#"{"error_code":404001}"#), "refused job_unknown", 20, 60),
    ((403, r#"{"error_code":403001}"#), "refused not_yours", 20, 60),
    ((400, r#"{"error_code":400004}"#), "refused auth", 20, 60),
    ((200, r#"{"error_code":400004}"#), "refused auth", 20, 60),
    ((401, r#"{"message":"Unauthorized"}"#), "refused auth", 120, 150),
    ((403, r#"{"message":"Forbidden"}"#), "refused auth", 120, 150),
    ((200, r#"{"request_id":"q","status":"succeeded","output":["u"]}"#), "unsettled", 300, 330),
    ((200, r#"{"request_id":"q","status":"failed"}"#), "unsettled", 300, 330),
];

/// Only the result call can say these.
const OF_RESULTS: [(Answer, &str, u64, u64); 13] = [
    (EMPTY, "succeeded {}", 60, 80),
    ((200, r#"{"status":"succeeded","output":{"images":[]},"error":"x"}"#), "failed", 60, 80),
    ((200, r#"{"status":"completed"}"#), "unsettled", 60, 80),
    ((200, r#"{"status":"completed","error_message":"x"}"#), "failed", 60, 80),
    ((200, r#"{"status":"succeeded","output":"#), "unsettled", 60, 80),
    ((400, r#"{"error_code":400005}"#), "unsettled", 60, 80),
    ((200, r#"{"status":"error"}"#), "failed", 60, 80),
    ((200, r#"{"status":"failed","message":"x"}"#), "failed", 60, 80),
    ((500, r#"{"request_id":"r","status":"failed"}"#), "failed", 60, 80),
    ((422, r#"{"request_id":"r","status":"cancelled"}"#), "cancelled", 60, 80),
    ((200, r#"{"status":"succeeded"}"#), "unsettled", 60, 80),
    ((200, r#"{"status":"failed"}"#), "failed", 0, 5),
    ((200, r#"{"status":"cancelled"}"#), "cancelled", 0, 5),
];

#[test]
fn what_passes_never_ends_a_wait() {
    for answer in PASSING {
        let outcome = wait_for(5, |_, _| answer);
        assert_eq!(outcome.end, "none", "{answer:?}");
        let outcome = wait_for(5, |ask, _| if ask == Ask::Status { OVER } else { answer });
        assert_eq!(outcome.end, "none", "{answer:?}");
        assert!(outcome.polls < 2 * 5 * 3600 / 20, "{answer:?}: {} polls", outcome.polls);
    }
}

#[test]
fn nothing_that_does_not_name_the_job_or_the_token_ends_it_within_seventy_seconds() {
    let gateways = DOUBTED[5..].iter().map(|(answer, ..)| *answer);
    for answer in PASSING.into_iter().chain(VAGUE).chain(gateways) {
        let late = |ask, after| match (after < 70, ask) {
            (true, _) => answer,
            (false, Ask::Status) => OVER,
            (false, Ask::Result) => SUCCESS,
        };
        let outcome = wait_for(1, late);
        assert!(outcome.end.starts_with("succeeded"), "{answer:?}: {}", outcome.end);
        assert!((70..120).contains(&outcome.after), "{answer:?}: {} s", outcome.after);
    }
}

#[test]
fn one_answer_of_any_kind_ends_nothing() {
    let vague = VAGUE.into_iter().chain(PASSING);
    let doubted = DOUBTED.iter().chain(&OF_RESULTS).map(|(answer, ..)| *answer);
    for answer in vague.chain(doubted) {
        // Long after its birth, in the middle of its run, by either call.
        let asked = std::cell::Cell::new(0);
        let outcome = wait_for(1, |ask, after| {
            asked.set(asked.get() + u32::from((100..).contains(&after)));
            match ask {
                _ if asked.get() == 1 => answer,
                _ if after < 200 => ALIVE,
                Ask::Status => OVER,
                Ask::Result => SUCCESS,
            }
        });
        let end = r#"succeeded {"image":"https://a/1.png"}"#;
        assert_eq!(outcome.end, end, "{answer:?} after {} s", outcome.after);
    }
}

#[test]
fn what_is_said_again_and_again_is_believed_after_its_time() {
    for (answer, end, from, to) in DOUBTED {
        let outcome = wait_for(2, |_, _| answer);
        assert_eq!(outcome.end, end, "{answer:?}");
        assert!((from..to).contains(&outcome.after), "{answer:?}: {} s", outcome.after);
        assert!(outcome.polls < 130, "{answer:?}: {} polls", outcome.polls);
        // The same where the status call knows that it is over.
        let outcome = wait_for(2, |ask, _| if ask == Ask::Status { OVER } else { answer });
        assert_eq!(outcome.end, end, "{answer:?}");
        assert!((20..to.max(80)).contains(&outcome.after), "{answer:?}: {} s", outcome.after);
    }
    for (answer, end, from, to) in OF_RESULTS {
        let outcome = wait_for(2, |ask, _| if ask == Ask::Status { OVER } else { answer });
        assert_eq!(outcome.end, end, "{answer:?}");
        assert!((from..to).contains(&outcome.after), "{answer:?}: {} s", outcome.after);
        assert!(outcome.polls < 60, "{answer:?}: {} polls", outcome.polls);
    }
    for answer in VAGUE {
        let outcome = wait_for(2, |_, _| answer);
        assert_eq!(outcome.end, "unsettled", "{answer:?}");
        assert!((1800..2000).contains(&outcome.after), "{answer:?}: {} s", outcome.after);
    }
}

#[test]
fn while_the_status_says_that_the_job_lives_nothing_ends_the_wait() {
    let vague = VAGUE.into_iter().chain(PASSING);
    let doubted = DOUBTED.iter().chain(&OF_RESULTS).map(|(answer, ..)| *answer);
    for answer in vague.chain(doubted) {
        let outcome = wait_for(5, |ask, _| if ask == Ask::Status { ALIVE } else { answer });
        assert_eq!(outcome.end, "none", "{answer:?} after {} s", outcome.after);
        // It is no storm either: two calls every five seconds at most.
        assert!(outcome.polls < 5 * 3600 / 2, "{answer:?}: {} polls", outcome.polls);
    }
}

#[test]
fn one_call_alone_is_not_believed_while_the_other_one_has_no_answer() {
    for (answer, ..) in &DOUBTED[..7] {
        for broken in [Ask::Status, Ask::Result] {
            let fault = |ask, _| if ask == broken { (502, "<html>") } else { *answer };
            let outcome = wait_for(1, |ask, after| match (after < 1000, ask) {
                (true, _) => fault(ask, after),
                (false, Ask::Status) => OVER,
                (false, Ask::Result) => SUCCESS,
            });
            assert!(outcome.end.starts_with("succeeded"), "{answer:?}: {}", outcome.end);
        }
    }
}

#[test]
fn a_result_that_refuses_while_the_job_runs_is_asked_for_when_it_is_over() {
    let refusals = [
        (400, r#"{"error_code":400005}"#),
        (404, r#"{"error_code":404001}"#),
        (404, r#"{"detail":"Not Found"}"#),
        (409, r#"{"message":"not finished"}"#),
    ];
    for refusal in refusals {
        let outcome = wait_for(2, |ask, after| match (ask, after < 3600) {
            (Ask::Status, true) => ALIVE,
            (Ask::Status, false) => OVER,
            (Ask::Result, true) => refusal,
            (Ask::Result, false) => SUCCESS,
        });
        assert!(outcome.end.starts_with("succeeded"), "{refusal:?}: {}", outcome.end);
        assert!(outcome.after < 3620, "{refusal:?}: {} s", outcome.after);
        // Only the status is asked meanwhile.
        assert!(outcome.polls < 3600 / 5 + 10, "{refusal:?}: {} polls", outcome.polls);
        let failed = outcome.news.iter().filter(|news| news.starts_with("PollFailed")).count();
        assert!(failed <= 1, "{:?}", outcome.news);
    }
}

/// With this job's id and no word that is known, or with such a word and no id.
#[test]
fn an_output_without_a_word_is_a_result_once_the_job_is_over() {
    let unstated = [
        (200, r#"{"request_id":"r","output":{"image":"https://a/1.png"}}"#),
        (200, r#"{"request_id":"r","status":null,"output":{"image":"https://a/1.png"}}"#),
        (200, r#"{"request_id":"r","status":200,"output":{"image":"https://a/1.png"}}"#),
        (200, r#"{"status":"ok","output":{"image":"https://a/1.png"}}"#),
    ];
    for answer in unstated {
        let outcome = wait_for(2, |ask, _| if ask == Ask::Status { OVER } else { answer });
        assert!(outcome.end.contains("1.png") && outcome.after < 5, "{answer:?}: {}", outcome.end);
        // It may be half of one while the job runs.
        let outcome = wait_for(5, |ask, _| if ask == Ask::Status { ALIVE } else { answer });
        assert_eq!(outcome.end, "none", "{answer:?}");
        assert!(outcome.polls < 5 * 3600 / 2, "{answer:?}: {} polls", outcome.polls);
        let broken = (502, "<html>");
        let outcome = wait_for(5, |ask, _| if ask == Ask::Status { broken } else { answer });
        assert!(outcome.end.contains("1.png"), "{answer:?}: {}", outcome.end);
        assert!((1800..2000).contains(&outcome.after), "{answer:?}: {} s", outcome.after);
    }
    let whatever = (404, r#"{"request_id":"r","status":"done","output":["https://a/1.png"]}"#);
    let outcome = wait_for(2, |ask, _| if ask == Ask::Status { OVER } else { whatever });
    assert!(outcome.end.contains("1.png") && outcome.after < 5, "{}", outcome.end);
}

#[test]
fn an_end_that_the_status_call_takes_back_is_none() {
    let half = (200, r#"{"request_id":"r","output":{"image":"https://a/half.png"}}"#);
    let outcome = wait_for(1, |ask, after| match (after, ask) {
        (..3 | 1000.., Ask::Status) => OVER,
        (..3, Ask::Result) => EMPTY,
        (_, Ask::Status) => ALIVE,
        (..1000, Ask::Result) => half,
        (_, Ask::Result) => SUCCESS,
    });
    assert!(outcome.end.contains("1.png"), "{}", outcome.end);
}

#[test]
fn what_is_said_of_a_newborn_job_counts_later() {
    for gone in [(404, r#"{"error_code":404001}"#), (403, r#"{"error_code":403001}"#)] {
        let outcome = wait_for(1, |ask, after| match (after < 30, ask) {
            (true, _) => gone,
            (false, Ask::Status) => OVER,
            (false, Ask::Result) => SUCCESS,
        });
        assert!(outcome.end.starts_with("succeeded"), "{gone:?}: {}", outcome.end);
    }
}

#[test]
fn a_large_result_is_not_fetched_again_in_quick_succession() {
    let large = format!(r#"{{"request_id":"r","output":"{}"#, "x".repeat(HEAVY));
    for (body, is_heavy) in [(large.as_str(), true), (&large[..HEAVY / 2], false)] {
        let mut progress = Progress::default();
        for failures in 1..=6 {
            let reply = reading_of(Ask::Result, 200, body);
            let heard = Heard { ask: Ask::Result, reply, now: Instant::now(), newborn: false };
            let Then::BackOff(back_off) = progress.step(heard).then else { panic!("it goes on") };
            let expected = if is_heavy { failures } else { failures.min(MOST_FAILURES_OF_A_DOUBT) };
            assert_eq!((back_off.heavy, back_off.failures), (is_heavy, expected));
        }
    }
}

#[test]
fn a_result_call_that_is_behind_for_ever_ends_the_wait() {
    let over = |late: Answer, from| {
        move |ask, after| match (ask, after < from) {
            (Ask::Status, _) => OVER,
            (Ask::Result, true) => late,
            (Ask::Result, false) => SUCCESS,
        }
    };
    for late in [ALIVE, (200, r#"{"request_id":"r","status":"in_queue"}"#)] {
        let outcome = wait_for(2, over(late, 1700));
        assert!(outcome.end.starts_with("succeeded"), "{late:?}: {}", outcome.end);
        let outcome = wait_for(2, over(late, u64::MAX));
        assert_eq!(outcome.end, "unsettled", "{late:?}");
        assert!((1800..2000).contains(&outcome.after), "{late:?}: {} s", outcome.after);
        assert!(outcome.polls < 2000 / 2, "{late:?}: {} polls", outcome.polls);
        // While the status call agrees, nothing ends it.
        let outcome = wait_for(5, |_, _| late);
        assert_eq!(outcome.end, "none", "{late:?}");
    }
    let cancelled = (200, r#"{"request_id":"r","status":"cancelled"}"#);
    for (late, end, from, to) in [
        ((200, r#"{"request_id":"r","status":"in_queue"}"#), "cancelled", 60, 100),
        (ALIVE, "unsettled", 1800, 2000),
    ] {
        let outcome = wait_for(2, |ask, _| if ask == Ask::Status { cancelled } else { late });
        assert_eq!(outcome.end, end, "{late:?}");
        assert!((from..to).contains(&outcome.after), "{late:?}: {} s", outcome.after);
    }
}

#[test]
fn an_output_that_comes_late_is_waited_for() {
    let outcome = wait_for(1, |ask, after| match (ask, after < 40) {
        (Ask::Status, _) => OVER,
        (Ask::Result, true) => EMPTY,
        (Ask::Result, false) => SUCCESS,
    });
    assert!(outcome.end.contains("1.png"), "{}", outcome.end);
    assert_eq!(outcome.news, ["OutputMissing"]);
    let outcome = wait_for(1, |ask, _| if ask == Ask::Status { OVER } else { EMPTY });
    assert_eq!((outcome.end.as_str(), outcome.news.len()), ("succeeded {}", 1));
}

#[test]
fn a_cancelled_job_needs_no_result() {
    let cancelled = (200, r#"{"status":"cancelled"}"#);
    let answers =
        [(404, r#"{"error_code":404001}"#), (400, r#"{"error_code":400005}"#), (200, "{}")];
    for answer in answers {
        let outcome = wait_for(1, |ask, _| if ask == Ask::Status { cancelled } else { answer });
        assert_eq!(outcome.end, "cancelled", "{answer:?}");
        assert!((60..100).contains(&outcome.after), "{answer:?}: {} s", outcome.after);
    }
}

#[test]
fn a_state_that_nobody_knows_is_told_once_and_ends_after_half_an_hour() {
    let expired = (200, r#"{"request_id":"r","status":"expired"}"#);
    let outcome = wait_for(2, |_, _| expired);
    assert_eq!(outcome.news, [r#"Unrecognized("expired")"#]);
    assert_eq!(outcome.end, "unsettled");
    assert!((1800..2000).contains(&outcome.after), "{} s", outcome.after);
    let outcome = wait_for(2, |ask, after| match (after < 1700, ask) {
        (true, _) => expired,
        (false, Ask::Status) => OVER,
        (false, Ask::Result) => SUCCESS,
    });
    assert!(outcome.end.starts_with("succeeded"), "{}", outcome.end);
}
