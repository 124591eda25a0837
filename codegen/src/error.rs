//! What went wrong, and what was read in a way that its author may want to know.

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
    file: String,
    pub(crate) notes: Vec<Note>,
    pub(crate) faults: Vec<Fault>,
}

impl Remarks {
    pub(crate) fn new(file: &str) -> Self {
        Self { file: file.to_owned(), ..Self::default() }
    }

    pub(crate) fn note(&mut self, pointer: &str, message: impl Into<String>) {
        let note = self.remark(pointer, message.into());
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }

    pub(crate) fn fault(&mut self, pointer: &str, message: impl Into<String>) {
        let fault = self.remark(pointer, message.into());
        if !self.faults.contains(&fault) {
            self.faults.push(fault);
        }
    }

    fn remark(&self, pointer: &str, message: String) -> Remark {
        Remark { file: self.file.clone(), pointer: pointer.to_owned(), message }
    }
}
