//! The client against a real socket that answers by script.
#![cfg(feature = "client")]

#[expect(dead_code, reason = "tests of downloads use the rest of it")]
mod support;

mod engine {
    mod cancel;
    mod foreign;
    mod reasons;
    mod resume;
    mod secrets;
    mod submit;
    mod trouble;
    mod turns;
    mod wait;
}
