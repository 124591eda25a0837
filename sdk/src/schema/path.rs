//! Where the reader is, kept on the stack: nothing is allocated until there is a fault to report.

use std::fmt::Write;

use super::texts::Texts;

/// A place in a document, as a chain from the innermost step to the root.
#[derive(Clone, Copy)]
pub(super) struct Path<'a> {
    parent: Option<&'a Path<'a>>,
    step: Step<'a>,
}

#[derive(Clone, Copy)]
enum Step<'a> {
    Root,
    Key(&'a str),
    /// A name of a table, which is looked up only where there is a fault.
    Field(&'static Texts, usize),
    Index(usize),
}

/// How many steps are no depth yet, the root among them.
const FEW: usize = 5;

impl<'a> Path<'a> {
    pub(super) const ROOT: Path<'static> = Path { parent: None, step: Step::Root };

    pub(super) fn key(&'a self, key: &'a str) -> Path<'a> {
        Path { parent: Some(self), step: Step::Key(key) }
    }

    pub(super) fn field(&'a self, names: &'static Texts, index: usize) -> Path<'a> {
        Path { parent: Some(self), step: Step::Field(names, index) }
    }

    pub(super) fn index(&'a self, index: usize) -> Path<'a> {
        Path { parent: Some(self), step: Step::Index(index) }
    }

    /// Whether the place is more than a few steps into the document.
    pub(super) fn is_deep(&self) -> bool {
        std::iter::successors(Some(self), |path| path.parent).nth(FEW).is_some()
    }

    /// The JSON pointer (RFC 6901) of the place.
    pub(super) fn pointer(&self) -> String {
        let mut pointer = String::with_capacity(32);
        self.write(&mut pointer);
        pointer
    }

    fn write(&self, to: &mut String) {
        if let Some(parent) = self.parent {
            parent.write(to);
        }
        match self.step {
            Step::Root => {}
            // A string takes everything.
            Step::Index(index) => write!(to, "/{index}").unwrap_or_default(),
            Step::Key(key) => write_key(key, to),
            Step::Field(names, index) => write_key(names.get(index), to),
        }
    }
}

fn write_key(key: &str, to: &mut String) {
    to.push('/');
    if key.bytes().any(|byte| matches!(byte, b'~' | b'/')) {
        to.push_str(&key.replace('~', "~0").replace('/', "~1"));
    } else {
        to.push_str(key);
    }
}

#[cfg(test)]
mod tests {
    use super::Path;

    #[test]
    fn a_path_is_a_json_pointer() {
        let list = Path::ROOT.key("a/b~c");
        let item = list.index(3);
        assert_eq!(Path::ROOT.pointer(), "");
        assert_eq!(item.key("한국").pointer(), "/a~1b~0c/3/한국");
    }
}
