//! The ids of models: what they look like, and which of them every file system can hold.

use std::collections::BTreeMap;

use super::Model;
use crate::error::Fault;
use crate::names;

/// Whether a text may be the id of a model: 2 to 5 segments of letters, digits, `_`, `.` and `-`, each
/// of which can name a directory on every system.
///
/// ```
/// assert!(runcomfy_codegen::is_model_id("google/nano-banana-2/text-to-image"));
/// assert!(!runcomfy_codegen::is_model_id("../elsewhere"));
/// assert!(!runcomfy_codegen::is_model_id("acme/aux"));
/// ```
#[must_use]
pub fn is_model_id(text: &str) -> bool {
    fault(text).is_none()
}

/// Why a text cannot be the id of a model.
pub(super) fn fault(id: &str) -> Option<String> {
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || "_.-".contains(c);
    let is_segment = |segment: &str| !segment.is_empty() && segment.chars().all(is_allowed);
    if !(2..=5).contains(&id.split('/').count()) || !id.split('/').all(is_segment) {
        return Some(format!(
            "`{id}` is no model id: expected 2 to 5 segments of letters, digits, `_`, `.` and `-`"
        ));
    }
    let why = id.split('/').find_map(|segment| {
        if segment.starts_with('.') {
            return Some(format!(
                "the segment `{segment}` begins with a dot, which hides its directory"
            ));
        }
        if segment.ends_with('.') {
            return Some(format!("the segment `{segment}` ends with a dot, which Windows drops"));
        }
        let reserved = reserved(segment).or_else(|| reserved(&names::module(segment)));
        reserved.map(|device| {
            format!(
                "Windows keeps the name `{device}` for a device and cannot check out `{segment}`"
            )
        })
    })?;
    Some(format!("`{id}` is no model id: {why}; choose another name for this segment"))
}

/// The device of Windows that a file of this name would be, whatever its extension.
fn reserved(name: &str) -> Option<String> {
    let stem = name.split('.').next().unwrap_or(name).to_ascii_lowercase();
    let numbered = |device: &str| {
        let number = stem.strip_prefix(device)?;
        Some(number.len() == 1 && number.bytes().all(|byte| byte.is_ascii_digit()))
    };
    let is_device = matches!(stem.as_str(), "aux" | "con" | "nul" | "prn")
        || ["com", "lpt"].into_iter().filter_map(numbered).any(|is_numbered| is_numbered);
    is_device.then_some(stem)
}

/// The directories of models, to find those whose names differ in nothing but case: on Windows and
/// macOS they are one directory.
#[derive(Default)]
pub(super) struct Directories<'a> {
    /// All spellings of each, and the file of the first model below, by the name in lowercase.
    spelled: BTreeMap<String, Vec<(&'a str, &'a str)>>,
}

impl<'a> Directories<'a> {
    /// Adds the directories of a model. A spelling is reported once, for the first model that has it.
    pub(super) fn add(&mut self, model: &'a Model) -> Result<(), Fault> {
        let fault =
            |message| Fault { file: model.input.file.clone(), pointer: String::new(), message };
        if let Some(message) = self::fault(&model.id) {
            return Err(fault(message));
        }
        let ends = model.id.match_indices('/').map(|(at, _)| at).chain([model.id.len()]);
        for end in ends {
            let directory = &model.id[..end];
            let spellings = self.spelled.entry(directory.to_ascii_lowercase()).or_default();
            if spellings.iter().any(|(spelled, _)| *spelled == directory) {
                continue;
            }
            let first = spellings.first().copied();
            spellings.push((directory, &model.input.file));
            if let Some((spelled, other)) = first {
                return Err(fault(format!(
                    "`{directory}` differs only by case from `{spelled}` of {other}: on Windows and \
                     macOS they are one directory; spell both the same way"
                )));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Directories, fault};
    use crate::{Model, Source};

    #[test]
    fn ids_that_some_system_cannot_hold_are_refused_with_the_reason() {
        for good in [
            "a/b",
            "google/nano-banana-2/text-to-image",
            "x.ai/b.c/d_e",
            "acme/com10/con-1",
            "acme/console",
        ] {
            assert_eq!(fault(good), None);
        }
        for (bad, why) in [
            ("a", "2 to 5 segments"),
            ("a/b/c/d/e/f", "2 to 5 segments"),
            ("a//b", "2 to 5 segments"),
            ("a/b c", "2 to 5 segments"),
            ("a/b ", "2 to 5 segments"),
            ("a/b\\c", "2 to 5 segments"),
            ("../b", "begins with a dot"),
            ("a/.git", "begins with a dot"),
            ("a/b./c", "ends with a dot"),
            ("aux/b", "`aux`"),
            ("a/CON/b", "`con`"),
            ("a/nul", "`nul`"),
            ("a/prn.v2", "`prn`"),
            ("a/com1", "`com1`"),
            ("a/Lpt9.0", "`lpt9`"),
            // The module of such a segment is a file too.
            ("a/aux_", "`aux`"),
        ] {
            let message = fault(bad).unwrap_or_default();
            assert!(message.contains(why), "{bad}: {message}");
        }
    }

    #[test]
    fn directories_that_differ_only_by_case_are_found() {
        let model = |id: &str| Model {
            id: id.to_owned(),
            input: Source { file: format!("{id}/input.json"), text: String::new() },
            output: None,
            names: None,
        };
        for (first, second, is_fine) in [
            ("acme/paint", "acme/draw", true),
            ("acme/paint", "acme/paint/edit", true),
            ("acme/paint", "Acme/draw", false),
            ("acme/paint/a", "acme/Paint/b", false),
            ("acme/paint", "acme/PAINT", false),
        ] {
            let (first, second) = (model(first), model(second));
            let mut directories = Directories::default();
            assert_eq!(directories.add(&first), Ok(()));
            let added = directories.add(&second);
            assert_eq!(added.is_ok(), is_fine, "{added:?}");
            if let Err(fault) = added {
                assert!(fault.message.contains("differs only by case"), "{fault}");
            }
        }
    }
}
