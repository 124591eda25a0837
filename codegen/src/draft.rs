//! The drafts of JSON Schema.

/// A draft of JSON Schema.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "each is named for what it is")]
pub enum Draft {
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
        let uri = uri.trim_end_matches('#');
        let rest = uri.strip_prefix("http://").or_else(|| uri.strip_prefix("https://"))?;
        Some(match rest.strip_prefix("json-schema.org/")? {
            "draft-04/schema" => Self::Draft4,
            "draft-06/schema" => Self::Draft6,
            "draft-07/schema" => Self::Draft7,
            "draft/2019-09/schema" => Self::Draft2019,
            "draft/2020-12/schema" => Self::Draft2020,
            _ => return None,
        })
    }

    /// Whether nothing beside a `$ref` is looked at.
    pub(crate) fn ref_stands_alone(self) -> bool {
        self <= Self::Draft7
    }
}
