//! What the docs say of a type or a field: its prose, then one line of facts.

use serde_json::Value;

use crate::docs::{code, prose};
use crate::ir::Usage;
use crate::schema::{self, Object, find};
use crate::{Role, digits, names};

/// The title and the description.
pub(crate) fn describe(object: &Object) -> Vec<String> {
    let (mut lines, description) = (text(object, "title"), text(object, "description"));
    if let [title] = lines.as_mut_slice()
        && !title.ends_with(['.', '!', '?', ':', '。'])
    {
        title.push('.');
    }
    if description.is_empty() || lines == description {
        return lines;
    }
    if !lines.is_empty() {
        lines.push(String::new());
    }
    lines.extend(description);
    lines
}

/// The lines of a title or a description.
fn text(object: &Object, key: &str) -> Vec<String> {
    match object.get(key).and_then(Value::as_str) {
        // The second is what pydantic says of every enum.
        None | Some("An enumeration.") => Vec::new(),
        Some(text) => prose(text),
    }
}

/// [`describe`], of a type with this name: a title that is its last words says nothing more.
pub(super) fn describe_type(object: &Object, name: &str) -> Vec<String> {
    let title = object.get("title").and_then(Value::as_str).map(names::pascal);
    if title.is_some_and(|title| !title.is_empty() && name.ends_with(&title)) {
        return describe(&schema::without(object, &["title"]));
    }
    describe(object)
}

/// What is said of a type whose schema says nothing: where it stands.
pub(super) fn describe_place(pointer: &str) -> String {
    let steps: Vec<_> = pointer.split('/').skip(1).collect();
    // Whatever comes after the last name is a part of what has it.
    let named = steps
        .windows(2)
        .rposition(|pair| matches!(pair[0], "properties" | "$defs" | "definitions" | "schemas"));
    let (name, within) = match named {
        Some(named) => {
            let name = steps[named + 1].replace("~1", "/").replace("~0", "~");
            (code(&name), &steps[named + 2..])
        }
        None => ("the whole value".to_owned(), steps.as_slice()),
    };
    match within
        .iter()
        .rfind(|step| matches!(**step, "items" | "anyOf" | "oneOf" | "additionalProperties"))
    {
        Some(&"items") => format!("An item of {name}."),
        Some(&"additionalProperties") => format!("A value in {name}."),
        Some(_) => format!("One of the forms of {name}."),
        None => match named.map(|named| steps[named]) {
            Some("properties") => format!("The value of {name}."),
            Some(_) => format!("The definition {name}."),
            None => "The whole value.".to_owned(),
        },
    }
}

/// The schema of a property, what it refers to, and everything else that holds for each of its values.
pub(super) struct Views<'a>(Vec<&'a Object>);

impl<'a> Views<'a> {
    pub(super) fn of(schema: &'a Value, document: &'a Value) -> Self {
        let mut views = Vec::new();
        collect_views(schema, document, &mut views);
        Self(views)
    }

    pub(super) fn usage(&self) -> Usage {
        let says = |key: &str| self.0.iter().any(|view| view.get(key) == Some(&Value::Bool(true)));
        Usage {
            deprecated: self.0.iter().any(|view| is_deprecated(view)),
            read_only: says("readOnly"),
            write_only: says("writeOnly"),
        }
    }

    /// The description, or else the title, and the facts.
    pub(super) fn describe(&self, role: Role, required: bool) -> Vec<String> {
        let text = |key: &str| {
            let mut texts = self.0.iter().map(|view| text(view, key));
            texts.find(|lines| !lines.is_empty())
        };
        let mut lines = text("description").or_else(|| text("title")).unwrap_or_default();
        let mut facts = facts(&self.0);
        let Usage { deprecated, read_only, write_only } = self.usage();
        match role {
            Role::Input if read_only => facts.push("Read-only: the service sets it.".to_owned()),
            Role::Output if write_only => {
                facts.push("Write-only: results leave it out.".to_owned());
            }
            _ => {}
        }
        // Elsewhere the attribute says so.
        if deprecated && required {
            facts.push("Deprecated.".to_owned());
        }
        if !facts.is_empty() {
            if !lines.is_empty() {
                lines.push(String::new());
            }
            lines.push(facts.join(" "));
        }
        lines
    }
}

/// Whether a schema warns callers off its values; some publishers give the reason instead of `true`.
pub(super) fn is_deprecated(object: &Object) -> bool {
    let says = |key: &str| match object.get(key) {
        Some(Value::Bool(is_deprecated)) => *is_deprecated,
        Some(Value::String(reason)) => !reason.is_empty(),
        _ => false,
    };
    says("deprecated") || says("x-deprecated")
}

/// Enough for what people write; a reference may lead back to itself.
const MOST_VIEWS: usize = 16;

/// A schema and all others that each of its values other than `null` has to satisfy.
fn collect_views<'a>(schema: &'a Value, document: &'a Value, views: &mut Vec<&'a Object>) {
    let Value::Object(object) = schema else { return };
    if views.len() >= MOST_VIEWS {
        return;
    }
    views.push(object);
    if let Some(target) = object.get("$ref").and_then(Value::as_str)
        && let Some((_, target)) = find(document, target.strip_prefix('#').unwrap_or(target))
    {
        collect_views(target, document, views);
    }
    for member in list(object, "allOf") {
        collect_views(member, document, views);
    }
    for key in ["anyOf", "oneOf"] {
        let mut branches = list(object, key).iter().filter(|branch| !schema::is_null(branch));
        if let (Some(only), None) = (branches.next(), branches.next()) {
            collect_views(only, document, views);
        }
    }
}

fn list<'a>(object: &'a Object, key: &str) -> &'a [Value] {
    object.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// `Default `1`. From 1 to 4.`
fn facts(views: &[&Object]) -> Vec<String> {
    let mut facts = Vec::new();
    if let Some(default) = views.iter().find_map(|view| view.get("default")).and_then(short) {
        facts.push(format!("Default {default}."));
    }
    let values = views.iter().find_map(|view| values(view));
    // Where all values are listed, an example is one of them again.
    let examples =
        if values.is_none() { views.iter().find_map(|view| examples(view)) } else { None };
    facts.extend(values);
    facts.extend(limits(&tightest(views)));
    for limit in views.iter().flat_map(|view| patterns_and_media(view)) {
        if !facts.contains(&limit) {
            facts.push(limit);
        }
    }
    facts.extend(examples);
    facts
}

/// The first of the examples, if they are short.
fn examples(object: &Object) -> Option<String> {
    let listed = match object.get("examples") {
        Some(Value::Array(listed)) => listed.iter().collect(),
        // OpenAPI names them.
        Some(Value::Object(named)) => named.values().filter_map(|one| one.get("value")).collect(),
        _ => Vec::from_iter(object.get("example")),
    };
    let is_default = |value: &&Value| object.get("default") == Some(*value);
    let shown = listed.into_iter().filter(|value| !is_default(value)).filter_map(short);
    let shown: Vec<_> = shown.take(MOST_EXAMPLES).collect();
    (!shown.is_empty()).then(|| format!("For example {}.", shown.join(", ")))
}

/// More would be a list.
const MOST_EXAMPLES: usize = 3;

/// The numeric limits that hold where all of these do.
fn tightest(views: &[&Object]) -> Object {
    let mut tightest = Object::new();
    for (key, limit) in views.iter().flat_map(|view| view.iter()) {
        let number = limit.as_f64();
        let tighter = match (number, tightest.get(key).and_then(Value::as_f64)) {
            (None, _) => false,
            (Some(_), None) => true,
            (Some(limit), Some(before)) if key.contains("max") || key.contains("Max") => {
                limit < before
            }
            (Some(limit), Some(before)) => limit > before,
        };
        if tighter {
            tightest.insert(key.clone(), limit.clone());
        }
    }
    tightest
}

/// The values to choose from, if they fit into a line or two.
fn values(object: &Object) -> Option<String> {
    let listed = match (object.get("const"), object.get("enum")) {
        (None, Some(listed)) => listed.as_array()?.iter().collect(),
        _ => constants(object)?,
    };
    if listed.len() > 24 {
        return None;
    }
    let values: Vec<_> = listed.into_iter().filter_map(short).collect();
    Some(match values.as_slice() {
        [one] => format!("Only {one}."),
        many => format!("One of {}.", many.join(", ")),
    })
}

/// The value of a `const`, or those of alternatives that are nothing else.
fn constants(object: &Object) -> Option<Vec<&Value>> {
    if let Some(value) = object.get("const") {
        return Some(vec![value]);
    }
    let alternatives = ["anyOf", "oneOf"].iter().find_map(|key| object.get(*key)?.as_array())?;
    let alternatives = alternatives.iter().filter(|branch| !schema::is_null(branch));
    let constants: Option<Vec<_>> = alternatives.map(|branch| branch.get("const")).collect();
    constants.filter(|constants| !constants.is_empty())
}

pub(super) fn limits(object: &Object) -> Vec<String> {
    let mut facts = Vec::new();
    facts.extend(range(object, "minimum", "maximum", ""));
    for (key, words) in [
        ("exclusiveMinimum", "Above"),
        ("exclusiveMaximum", "Below"),
        ("multipleOf", "A multiple of"),
    ] {
        if let Some(limit) = object.get(key).filter(|limit| digits::is_number_value(limit)) {
            facts.push(format!("{words} {}.", digits::shown(limit)));
        }
    }
    facts.extend(range(object, "minLength", "maxLength", " character"));
    facts.extend(range(object, "minItems", "maxItems", " item"));
    facts
}

fn patterns_and_media(object: &Object) -> Vec<String> {
    let mut facts = Vec::new();
    if let Some(pattern) = object.get("pattern").and_then(Value::as_str) {
        facts.push(format!("Matches {}.", code(pattern)));
    }
    for validation in object.get("validations").and_then(Value::as_array).into_iter().flatten() {
        facts.extend(media_limit(validation));
    }
    facts
}

/// The unit is in the singular.
fn range(object: &Object, low: &str, high: &str, unit: &str) -> Option<String> {
    let number = |key: &str| object.get(key).filter(|limit| digits::is_number_value(limit));
    let counted = |count: &Value| {
        let plural = if unit.is_empty() || count.as_f64() == Some(1.0) { "" } else { "s" };
        format!("{}{unit}{plural}", digits::shown(count))
    };
    let low = number(low).filter(|low| unit.is_empty() || low.as_u64() != Some(0));
    match (low, number(high)) {
        (Some(low), Some(high)) if low == high && !unit.is_empty() => {
            Some(format!("Exactly {}.", counted(high)))
        }
        (Some(low), Some(high)) => {
            Some(format!("From {} to {}.", digits::shown(low), counted(high)))
        }
        (Some(low), None) => Some(format!("At least {}.", counted(low))),
        (None, Some(high)) => Some(format!("At most {}.", counted(high))),
        (None, None) => None,
    }
}

/// `{"validation_rule": "file_size_mb<", "validation_value": 30}`.
fn media_limit(validation: &Value) -> Option<String> {
    let rule = validation.get("validation_rule")?.as_str()?;
    let value = validation.get("validation_value")?;
    let number = value.is_number().then_some(value);
    Some(match (rule, number) {
        ("file_size_mb<", Some(value)) => format!("Each file below {value} MB."),
        ("width/height>", Some(value)) => format!("Width over height above {value}."),
        ("width/height<", Some(value)) => format!("Width over height below {value}."),
        ("width_pixels>", Some(value)) => format!("Wider than {value} pixels."),
        ("height_pixels>", Some(value)) => format!("Higher than {value} pixels."),
        _ => format!("Must keep {} {}.", code(rule), short(value)?),
    })
}

/// A value in backticks, if it is short enough for a line.
pub(super) fn short(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) if digits::of(value).is_none() => {
            (text.chars().count() <= 120).then(|| code(text))
        }
        value => {
            let text = digits::shown(value);
            (text.chars().count() <= 120).then(|| code(&text))
        }
    }
}
