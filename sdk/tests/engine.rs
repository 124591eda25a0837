//! The client against a real socket that answers by script.
#![cfg(feature = "client")]

mod support;

mod engine {
    mod cancel;
    mod resume;
    mod secrets;
    mod submit;
    mod wait;
}
