use std::pin::pin;
use std::task::{Context, Waker};

fn main() {
    let text = std::env::args().next().unwrap_or_default();
    // What is not wanted here is thrown away after it was linked.
    // {body}
}

#[allow(dead_code, reason = "programs without async have no use for it")]
fn once(future: impl Future) {
    drop(pin!(future).poll(&mut Context::from_waker(Waker::noop())));
}
