//! The client against a real socket that answers by script.
#![cfg(feature = "client")]

#[expect(dead_code, reason = "tests of downloads use the rest of it")]
mod support;
#[path = "support/tls.rs"]
mod tls;

mod engine {
    mod answers;
    mod busy;
    mod cancel;
    mod departure;
    mod everything;
    mod foreign;
    mod lasting;
    mod reasons;
    mod resume;
    mod runtimes;
    mod secrets;
    mod slow;
    mod submit;
    mod trouble;
    mod turns;
    mod wait;
    mod words;
}
