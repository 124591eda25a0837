//! What went wrong, and what was read in a way that its author may want to know.

use std::collections::BTreeSet;
use std::fmt;

/// A place in a file and what is to say of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Remark {
    /// The file, as the caller named it.
    pub file: String,
    /// The JSON pointer of the place; empty for the whole document.
    pub pointer: String,
    /// One line.
    pub message: String,
}

impl fmt::Display for Remark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}#{}: {}", self.file, self.pointer, self.message)
    }
}

/// A reason why nothing can be generated.
pub type Fault = Remark;

/// Something that was rewritten, passed over or left untyped.
pub type Note = Remark;

/// The remarks on one file, gathered on the way.
#[derive(Debug, Default)]
pub(crate) struct Remarks {
    pub(crate) file: String,
    pub(crate) notes: Vec<Note>,
    pub(crate) faults: Vec<Fault>,
    /// How many places have the type that the schema gives them, and those that have none.
    pub(crate) typed: usize,
    pub(crate) untyped: Vec<Note>,
    /// All of them, each told once.
    told: BTreeSet<Remark>,
}

impl Remarks {
    pub(crate) fn new(file: &str) -> Self {
        Self { file: file.to_owned(), ..Self::default() }
    }

    pub(crate) fn note(&mut self, pointer: &str, message: impl Into<String>) {
        let note = self.remark(pointer, message.into());
        if self.told.insert(note.clone()) {
            self.notes.push(note);
        }
    }

    pub(crate) fn fault(&mut self, pointer: &str, message: impl Into<String>) {
        let fault = self.remark(pointer, message.into());
        if self.told.insert(fault.clone()) {
            self.faults.push(fault);
        }
    }

    /// What became of a place to which the schema gives a type.
    pub(crate) fn place(&mut self, pointer: &str, is_typed: bool) {
        if is_typed {
            self.typed += 1;
            return;
        }
        let message = "has a type in the schema and none in Rust: it is a `Value`, checked";
        let note = self.remark(pointer, message.to_owned());
        if self.told.insert(note.clone()) {
            self.untyped.push(note);
        }
    }

    fn remark(&self, pointer: &str, message: String) -> Remark {
        Remark { file: self.file.clone(), pointer: pointer.to_owned(), message }
    }
}
