//! The files of a result.

/// One or several files of a result, as URLs, in the order in which the service lists them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Files {
    urls: Vec<String>,
    bare: bool,
}
