//! Streams as iterators.

use std::fmt;
use std::ops::{Deref, DerefMut};
use std::pin::Pin;
use std::sync::Arc;

use futures_core::Stream;

use super::runtime::Runtime;

/// The stream `S` as an iterator; everything else that it tells is there too.
///
/// [`next`](Iterator::next) waits for the next item. Nothing is asked and nothing new is sent in
/// between.
#[must_use = "an iterator does nothing until it is asked"]
pub struct Iter<S> {
    stream: S,
    runtime: Arc<Runtime>,
}

impl<S> Iter<S> {
    pub(super) fn of(stream: S, runtime: &Arc<Runtime>) -> Self {
        Self { stream, runtime: runtime.clone() }
    }
}

impl<S: Stream + Unpin> Iterator for Iter<S> {
    type Item = S::Item;

    fn next(&mut self) -> Option<S::Item> {
        let stream = &mut self.stream;
        let next = std::future::poll_fn(|cx| Pin::new(&mut *stream).poll_next(cx));
        self.runtime.block_on(next)
    }
}

impl<S> Deref for Iter<S> {
    type Target = S;

    fn deref(&self) -> &S {
        &self.stream
    }
}

impl<S> DerefMut for Iter<S> {
    fn deref_mut(&mut self) -> &mut S {
        &mut self.stream
    }
}

impl<S: fmt::Debug> fmt::Debug for Iter<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.stream.fmt(f)
    }
}
