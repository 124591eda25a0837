//! Downloads from real sockets to a real disk.
#![cfg(feature = "client")]

#[expect(dead_code, reason = "tests of the engine use the rest of it")]
mod support;

mod download {
    mod content;
    mod disk;
    mod files;
    mod hosts;
    mod network;
    #[cfg(unix)]
    mod parts;
    mod results;
    mod resume;
    mod saving;
    mod secrets;
    #[cfg(feature = "simulator")]
    mod simulator;
    #[cfg(target_os = "linux")]
    mod sync;
    mod tls;
    mod unusual;
}
