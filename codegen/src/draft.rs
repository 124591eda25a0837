//! The drafts of JSON Schema.

use std::fmt;

/// A draft of JSON Schema.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "each is named for what it is")]
pub enum Draft {
    Draft3,
    Draft4,
    Draft6,
    Draft7,
    Draft2019,
    #[default]
    Draft2020,
}

impl Draft {
    /// The draft of a name such as `draft7`, `7` or `2019-09`.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name.trim_start_matches("draft").trim_start_matches(['-', '0']) {
            "3" => Self::Draft3,
            "4" => Self::Draft4,
            "6" => Self::Draft6,
            "7" => Self::Draft7,
            "2019-09" | "2019" => Self::Draft2019,
            "2020-12" | "2020" => Self::Draft2020,
            _ => return None,
        })
    }

    /// The draft that a `$schema` speaks of.
    #[must_use]
    pub fn from_uri(uri: &str) -> Option<Self> {
        Some(match published(uri)? {
            "draft-03" => Self::Draft3,
            // The fifth changed no word of validation.
            "draft-04" | "draft-05" => Self::Draft4,
            "draft-06" => Self::Draft6,
            "draft-07" => Self::Draft7,
            "draft/2019-09" => Self::Draft2019,
            "draft/2020-12" => Self::Draft2020,
            _ => return None,
        })
    }

    fn name(self) -> &'static str {
        match self {
            Self::Draft3 => "draft 3",
            Self::Draft4 => "draft 4",
            Self::Draft6 => "draft 6",
            Self::Draft7 => "draft 7",
            Self::Draft2019 => "draft 2019-09",
            Self::Draft2020 => "draft 2020-12",
        }
    }

    /// Whether nothing beside a `$ref` is looked at.
    pub(crate) fn ref_stands_alone(self) -> bool {
        self <= Self::Draft7
    }

    /// The keyword for what a schema calls itself.
    pub(crate) fn id_keyword(self) -> &'static str {
        if self <= Self::Draft4 { "id" } else { "$id" }
    }
}

/// As in `draft 2020-12`.
impl fmt::Display for Draft {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The name of a draft that a `$schema` speaks of and that is too old to be read.
pub(crate) fn unread(uri: &str) -> Option<&'static str> {
    Some(match published(uri)? {
        "draft-00" => "draft 0",
        "draft-01" => "draft 1",
        "draft-02" => "draft 2",
        _ => return None,
    })
}

/// The draft's part of a URI of its meta-schema.
fn published(uri: &str) -> Option<&str> {
    let uri = uri.trim_end_matches('#');
    let rest = uri.strip_prefix("http://").or_else(|| uri.strip_prefix("https://"))?;
    let rest = rest.strip_prefix("json-schema.org/")?;
    rest.strip_suffix("/schema").or_else(|| rest.strip_suffix("/hyper-schema"))
}

#[cfg(test)]
mod tests {
    use super::{Draft, unread};

    #[test]
    fn a_schema_names_its_draft() {
        for (uri, draft, old) in [
            ("http://json-schema.org/draft-03/schema#", Some(Draft::Draft3), None),
            ("http://json-schema.org/draft-04/hyper-schema", Some(Draft::Draft4), None),
            ("http://json-schema.org/draft-05/schema", Some(Draft::Draft4), None),
            ("https://json-schema.org/draft-07/schema", Some(Draft::Draft7), None),
            ("https://json-schema.org/draft/2019-09/schema", Some(Draft::Draft2019), None),
            ("http://json-schema.org/draft-02/schema#", None, Some("draft 2")),
            ("http://json-schema.org/draft-01/hyper-schema#", None, Some("draft 1")),
            ("http://json-schema.org/schema", None, None),
            ("https://example.com/draft-02/schema", None, None),
        ] {
            assert_eq!((Draft::from_uri(uri), unread(uri)), (draft, old), "{uri}");
        }
    }
}
