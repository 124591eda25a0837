//! What has changed in a model's schema since this crate was generated.

mod compare;
mod dialect;
mod watch;

use std::fmt;

use serde_json::Value;

use super::entry;
use crate::client::Inner;
use crate::error::Error;
use crate::redact::{self, Shown};

pub(crate) use watch::{DriftWatch, OnDrift};

/// How the live schema of a model's input differs from the one that was compiled in.
///
/// Only what decides which inputs are accepted counts: not titles, descriptions, examples, or the
/// order of anything.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SchemaDrift {
    /// The model.
    pub model_id: String,
    /// What has changed, field by field; never empty.
    pub changes: Vec<FieldChange>,
}

/// One change of one field.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct FieldChange {
    /// The field as a JSON pointer into the input, an item of a list as `*`: `/loras/*/scale`.
    /// Empty for the input as a whole.
    pub field: String,
    /// What has changed, as in ``no longer takes `4K` ``.
    pub what: String,
    /// Whether an input that the compiled schema accepts may be refused now.
    pub breaking: bool,
}

impl SchemaDrift {
    /// Whether an input that passes the local check may be refused by the service.
    #[must_use]
    pub fn is_breaking(&self) -> bool {
        self.changes.iter().any(|change| change.breaking)
    }
}

/// `acme/paint: breaking: /size no longer takes "4K"; /seed is new`.
impl fmt::Display for SchemaDrift {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.model_id)?;
        for (place, change) in self.changes.iter().enumerate() {
            let separator = if place == 0 { "" } else { "; " };
            write!(f, "{separator}{change}")?;
        }
        Ok(())
    }
}

impl fmt::Display for FieldChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let breaking = if self.breaking { "breaking: " } else { "" };
        let field = if self.field.is_empty() { "the input" } else { &self.field };
        write!(f, "{breaking}{} {}", redact::text(field), redact::text(&self.what))
    }
}

impl fmt::Debug for FieldChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FieldChange")
            .field("field", &Shown(self.field.as_str()))
            .field("what", &Shown(self.what.as_str()))
            .field("breaking", &self.breaking)
            .finish()
    }
}

/// Holds the live schema of a model against the compiled one.
pub(super) async fn look(
    client: &Inner,
    model_id: &str,
    compiled: &str,
) -> Result<Option<SchemaDrift>, Error> {
    let Some(live) = entry(client, model_id).await?.input_schema else {
        return Ok(None);
    };
    let compiled: Value = serde_json::from_str(compiled).unwrap_or_default();
    let changes = compare::compare(&compiled, &live);
    let drift = SchemaDrift { model_id: model_id.to_owned(), changes };
    Ok((!drift.changes.is_empty()).then_some(drift))
}
