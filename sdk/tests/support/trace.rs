//! A subscriber that writes down everything that it is told, by anybody.

use std::collections::BTreeMap;
use std::fmt::{Debug, Write};
use std::sync::{Arc, Mutex};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};
use tracing_core::span::Current;

#[derive(Clone, Default)]
pub(crate) struct Recorder {
    told: Arc<Mutex<Told>>,
}

#[derive(Default)]
struct Told {
    lines: Vec<String>,
    spans: Vec<SpanTold>,
    entered: Vec<u64>,
    kinds: Vec<&'static Metadata<'static>>,
}

/// A span with the last value of each of its fields.
#[derive(Clone, Debug, Default)]
pub(crate) struct SpanTold {
    pub(crate) name: &'static str,
    pub(crate) parent: Option<&'static str>,
    pub(crate) fields: BTreeMap<&'static str, String>,
}

impl Recorder {
    pub(crate) fn text(&self) -> String {
        self.told.lock().unwrap().lines.join("\n")
    }

    /// All spans of a name, in the order in which they began.
    pub(crate) fn spans(&self, name: &str) -> Vec<SpanTold> {
        let told = self.told.lock().unwrap();
        told.spans.iter().filter(|span| span.name == name).cloned().collect()
    }

    fn note(&self, kind: &str, name: &str, record: impl FnOnce(&mut Line)) -> Line {
        let mut line = Line(format!("{kind} {name}"), BTreeMap::new());
        record(&mut line);
        self.told.lock().unwrap().lines.push(line.0.clone());
        line
    }
}

struct Line(String, BTreeMap<&'static str, String>);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        write!(self.0, " {}={value:?}", field.name()).unwrap();
        self.1.insert(field.name(), format!("{value:?}"));
    }
}

impl Subscriber for Recorder {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let name = span.metadata().name();
        let line = self.note("span", name, |line| span.record(line));
        let mut told = self.told.lock().unwrap();
        let parent = span.parent().map(Id::into_u64).or(told.entered.last().copied());
        let parent = parent.map(|id| told.spans[place(id)].name);
        told.kinds.push(span.metadata());
        told.spans.push(SpanTold { name, parent, fields: line.1 });
        Id::from_u64(told.spans.len() as u64)
    }

    fn record(&self, span: &Id, values: &Record<'_>) {
        let line = self.note("record", "", |line| values.record(line));
        self.told.lock().unwrap().spans[place(span.into_u64())].fields.extend(line.1);
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        self.note("event", event.metadata().target(), |line| event.record(line));
    }

    fn current_span(&self) -> Current {
        let told = self.told.lock().unwrap();
        told.entered.last().map_or_else(Current::none, |id| {
            Current::new(Id::from_u64(*id), told.kinds[place(*id)])
        })
    }

    fn enter(&self, span: &Id) {
        self.told.lock().unwrap().entered.push(span.into_u64());
    }

    fn exit(&self, span: &Id) {
        let mut told = self.told.lock().unwrap();
        if let Some(last) = told.entered.iter().rposition(|id| *id == span.into_u64()) {
            told.entered.remove(last);
        }
    }
}

fn place(id: u64) -> usize {
    usize::try_from(id).unwrap() - 1
}
