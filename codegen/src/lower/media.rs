//! `validations`: limits of the files behind media properties.

use serde_json::Value;

use super::Lowering;
use crate::ir::{Measure, MediaRule, Rule, Type};
use crate::schema::Object;

/// Where publishers put the words for whoever breaks a rule.
const MESSAGES: [&str; 4] = ["validation_message", "error_message", "message", "description"];

impl Lowering<'_> {
    /// The limits that stand beside a medium, or beside a list of them.
    pub(super) fn media_rules(&mut self, object: &Object, ty: &Type, at: &str) -> Option<Rule> {
        let validations = object.get("validations")?;
        let at = format!("{at}/validations");
        if !matches!(ty, Type::Image | Type::Video | Type::Audio) {
            self.remarks.note(&at, "does not stand beside a medium; it is passed over");
            return None;
        }
        let Some(validations) = validations.as_array() else {
            self.remarks.note(&at, "is no list of rules; it is passed over");
            return None;
        };
        let mut rules = Vec::new();
        for (index, validation) in validations.iter().enumerate() {
            match media_rule(validation) {
                Some(rule) => rules.push(rule),
                None => self.remarks.note(
                    &format!("{at}/{index}"),
                    "is no rule that is known; it is left to the service",
                ),
            }
        }
        (!rules.is_empty()).then_some(Rule::Media(rules))
    }
}

/// `{"validation_rule": "file_size_mb<", "validation_value": 30}`.
fn media_rule(validation: &Value) -> Option<MediaRule> {
    let measure = match validation.get("validation_rule")?.as_str()?.trim() {
        "file_size_mb<" => Measure::FileSizeMbBelow,
        "width/height>" => Measure::RatioAbove,
        "width/height<" => Measure::RatioBelow,
        "width_pixels>" => Measure::WidthAbove,
        "height_pixels>" => Measure::HeightAbove,
        _ => return None,
    };
    let value = validation.get("validation_value")?;
    let limit = value.as_f64().or_else(|| value.as_str()?.trim().parse().ok())?;
    let message = MESSAGES.iter().find_map(|key| validation.get(*key)?.as_str());
    let message = message.map(str::trim).filter(|message| !message.is_empty()).map(str::to_owned);
    limit.is_finite().then_some(MediaRule { measure, limit, message })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn published_rules_are_read_and_others_are_not() {
        let rule = |rule: &str, value: Value| {
            media_rule(&json!({ "validation_rule": rule, "validation_value": value }))
                .map(|rule| (rule.measure, rule.limit))
        };
        assert_eq!(rule("file_size_mb<", json!(30)), Some((Measure::FileSizeMbBelow, 30.0)));
        assert_eq!(rule("width/height>", json!(0.4)), Some((Measure::RatioAbove, 0.4)));
        assert_eq!(rule("width/height<", json!("2.5")), Some((Measure::RatioBelow, 2.5)));
        assert_eq!(rule("width_pixels>", json!(300)), Some((Measure::WidthAbove, 300.0)));
        assert_eq!(rule("height_pixels>", json!(300)), Some((Measure::HeightAbove, 300.0)));
        assert_eq!(rule("duration_s<", json!(30)), None);
        assert_eq!(rule("file_size_mb<", json!("big")), None);
        assert_eq!(media_rule(&json!("file_size_mb<30")), None);
    }

    #[test]
    fn published_words_are_kept() {
        let validation = json!({
            "validation_rule": "file_size_mb<", "validation_value": 30, "message": " Too large. ",
        });
        assert_eq!(media_rule(&validation).unwrap().message.as_deref(), Some("Too large."));
    }
}
