//! A subscriber that writes down everything that it is told, by anybody.

use std::fmt::{Debug, Write};
use std::sync::{Arc, Mutex};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

#[derive(Clone, Default)]
pub(crate) struct Recorder {
    lines: Arc<Mutex<Vec<String>>>,
}

impl Recorder {
    pub(crate) fn text(&self) -> String {
        self.lines.lock().unwrap().join("\n")
    }

    fn note(
        &self,
        kind: &str,
        id: Option<&Id>,
        name: &str,
        record: impl FnOnce(&mut Line),
    ) -> usize {
        let mut line = Line(format!("{kind} {:?} {name}", id.map(Id::into_u64)));
        record(&mut line);
        let mut lines = self.lines.lock().unwrap();
        lines.push(line.0);
        lines.len()
    }
}

struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        write!(self.0, " {}={value:?}", field.name()).unwrap();
    }
}

impl Subscriber for Recorder {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let name = span.metadata().name();
        let count = self.note("span", None, name, |line| span.record(line));
        Id::from_u64(count as u64)
    }

    fn record(&self, span: &Id, values: &Record<'_>) {
        self.note("record", Some(span), "", |line| values.record(line));
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let name = event.metadata().target();
        self.note("event", None, name, |line| event.record(line));
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}
