//! The names that the service documents beside its error codes.

use serde_json::{Map, Value};

/// A documented name of an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ErrorName {
    UserAccountError,
    InsufficientResources,
    InvalidResourceIdentifier,
    PermissionDenied,
    ResourceNotFound,
}

const NAMES: [(&str, ErrorName); 5] = [
    ("useraccounterror", ErrorName::UserAccountError),
    ("insufficientresources", ErrorName::InsufficientResources),
    ("invalidresourceidentifier", ErrorName::InvalidResourceIdentifier),
    ("permissiondenied", ErrorName::PermissionDenied),
    ("resourcenotfound", ErrorName::ResourceNotFound),
];

/// Where a body may have the name of its error.
const PLACES: [&str; 12] = [
    "error",
    "error_name",
    "errorName",
    "name",
    "error_type",
    "type",
    "code",
    "error_code",
    "errorCode",
    "error_message",
    "message",
    "detail",
];

impl ErrorName {
    /// The name in an error body: at its top, or one step into its `error`.
    pub(crate) fn of(body: &Value) -> Option<Self> {
        let inside = match body.get("error") {
            Some(Value::Array(errors)) => errors.first(),
            error => error,
        };
        [Some(body), inside].into_iter().flatten().find_map(|place| match place {
            Value::Object(map) => Self::in_object(map),
            Value::String(text) => Self::parse(text),
            _ => None,
        })
    }

    /// The code that stands for the same.
    pub(crate) fn code(self) -> i64 {
        match self {
            Self::InvalidResourceIdentifier => 400_001,
            Self::InsufficientResources => 400_002,
            Self::UserAccountError => 400_004,
            Self::PermissionDenied => 403_001,
            Self::ResourceNotFound => 404_001,
        }
    }

    fn in_object(map: &Map<String, Value>) -> Option<Self> {
        PLACES.iter().find_map(|key| Self::parse(map.get(*key)?.as_str()?))
    }

    /// `UserAccountError`, `USER_ACCOUNT_ERROR`, or the first of these before a colon.
    fn parse(text: &str) -> Option<Self> {
        let word = text.split(':').next()?.trim();
        // No name is longer, with a separator after each of its words.
        if word.len() > 40 {
            return None;
        }
        let letters = word.chars().filter(|c| !matches!(c, '_' | '-' | ' '));
        let word: String = letters.map(|c| c.to_ascii_lowercase()).collect();
        NAMES.iter().find(|(name, _)| *name == word).map(|(_, name)| *name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_name_is_found_where_the_service_puts_it() {
        let account = Some(ErrorName::UserAccountError);
        let cases = [
            (json!({"code": 400_004, "error": "UserAccountError"}), account),
            (json!({"error": {"name": "UserAccountError", "message": "expired"}}), account),
            (json!({"error": [{"error": "UserAccountError"}]}), account),
            (json!({"error_code": "USER_ACCOUNT_ERROR"}), account),
            (json!({"message": "UserAccountError: the token has expired"}), account),
            (json!("UserAccountError"), account),
            (json!({"name": "InsufficientResources"}), Some(ErrorName::InsufficientResources)),
            (json!({"type": "PermissionDenied"}), Some(ErrorName::PermissionDenied)),
            (json!({"detail": "ResourceNotFound"}), Some(ErrorName::ResourceNotFound)),
            (
                json!({"error_type": "InvalidResourceIdentifier"}),
                Some(ErrorName::InvalidResourceIdentifier),
            ),
            (json!({"message": "a UserAccountError happened"}), None),
            (json!({"output": {"error": "UserAccountError"}}), None),
            (json!({"error": {"debug": {"name": "UserAccountError"}}}), None),
            (json!({"message": "é".repeat(100)}), None),
            (json!({"error": []}), None),
            (json!(null), None),
        ];
        for (body, name) in cases {
            assert_eq!(ErrorName::of(&body), name, "{body}");
        }
    }
}
