//! Images, videos and audio as inputs, up to the moment before a submit.
#![cfg(feature = "client")]

#[expect(dead_code, reason = "tests of the engine use the rest of it")]
mod support;

mod media {
    mod constructors;
    mod form;
    mod submit;
}
