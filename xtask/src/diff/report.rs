//! Tells the changes: to people, to programs, to the changelog.

use serde_json::{Value, json};

use super::model::{Change, ModelChange, State};
use super::{Side, Verdict, worst};

const VERSION: &str = env!("CARGO_PKG_VERSION");

pub(super) fn text(models: &[ModelChange]) -> String {
    if models.is_empty() {
        return "nothing changed\n".to_owned();
    }
    let mut text = String::new();
    for model in models {
        let state = match model.state {
            State::New => "new",
            State::Gone => "gone",
            State::Changed => word(model.verdict()),
        };
        text.push_str(&format!("{}  {state}\n", model.id));
        text.push_str(&format!("│ runcomfy::models::{}\n", model.module));
        for (index, change) in model.changes.iter().enumerate() {
            if index == 0 || model.changes[index - 1].side != change.side {
                text.push_str(&format!("├─ {}\n", heading(change.side)));
            }
            self::change(change, &mut text);
        }
        text.push('\n');
    }
    text.push_str(&summary(models));
    text
}

fn heading(side: Side) -> &'static str {
    match side {
        Side::Input => "input: what callers may send",
        Side::Output => "output: what callers may receive",
    }
}

fn change(change: &Change, text: &mut String) {
    let mut line = |mark: &str, words: &str| text.push_str(&format!("│  {mark} {words}\n"));
    let mark = if change.verdict == Verdict::Breaking { "✗" } else { "✓" };
    line(mark, &format!("{:<11} {}: {}", word(change.verdict), change.place, because(change)));
    if let Some(witness) = &change.witness {
        let accepted = match change.side {
            Side::Input => "accepted before, refused now",
            Side::Output => "may come now, not read before",
        };
        let shown = match (&witness.instance, &witness.value, &witness.none) {
            (Some(instance), ..) => format!("{accepted}: {}", cut(instance)),
            (_, Some(value), _) => format!("{accepted}, there: {}", cut(value)),
            (_, _, none) => {
                format!("no instance shows it: {}", none.as_deref().unwrap_or("none was found"))
            }
        };
        line(" ", &format!("            {shown}"));
    }
    if let Some(field) = change.field.as_ref().filter(|_| change.items.is_empty()) {
        line(" ", &format!("            Rust: `{field}`, the same for the compiler"));
    }
    for item in &change.items {
        let mark = if item.breaking { "✗" } else { "✓" };
        line(" ", &format!("            {mark} Rust: `{}` {}", item.item, item.what));
    }
}

/// Why; where only Rust changed, what changed in it.
fn because(change: &Change) -> String {
    if change.reasons.is_empty() {
        return "the same on the wire, another in Rust".to_owned();
    }
    change.reasons.join("; ")
}

fn summary(models: &[ModelChange]) -> String {
    let count = |state| models.iter().filter(|model| model.state == state).count();
    let changes = || models.iter().flat_map(|model| &model.changes);
    let of = |verdict| changes().filter(|change| change.verdict == verdict).count();
    format!(
        "models: {} changed, {} new, {} gone; fields: {} breaking, {} compatible\n\
         version: {}\n\nchangelog:\n\n{}",
        count(State::Changed),
        count(State::New),
        count(State::Gone),
        of(Verdict::Breaking),
        of(Verdict::Compatible),
        step(worst(models)),
        changelog(models),
    )
}

/// The step that Cargo's semver asks for.
fn step(verdict: Verdict) -> String {
    let (word, next) = next(verdict);
    format!("{word}, {VERSION} → {next}")
}

fn next(verdict: Verdict) -> (&'static str, String) {
    let mut parts = VERSION.split('.').map(|part| part.parse().unwrap_or(0_u64));
    let mut part = || parts.next().unwrap_or(0);
    let (major, minor, patch) = (part(), part(), part());
    match (verdict, major) {
        (Verdict::None, _) => ("none", VERSION.to_owned()),
        // Below 1.0 Cargo counts one place further on.
        (Verdict::Compatible, 0) => ("compatible", format!("0.{minor}.{}", patch + 1)),
        (Verdict::Breaking, 0) => ("breaking", format!("0.{}.0", minor + 1)),
        (Verdict::Compatible, _) => ("compatible", format!("{major}.{}.0", minor + 1)),
        (Verdict::Breaking, _) => ("breaking", format!("{}.0.0", major + 1)),
    }
}

/// The lines, under the headings that have some.
fn changelog(models: &[ModelChange]) -> String {
    let (mut breaking, mut added, mut changed) = (Vec::new(), Vec::new(), Vec::new());
    for model in models {
        match model.state {
            State::New => added.push(format!("- The model `{}`.", model.id)),
            State::Gone => breaking.push(format!("- The model `{}` is gone.", model.id)),
            State::Changed => {
                for change in &model.changes {
                    let side = if change.side == Side::Output { "output, " } else { "" };
                    let mut line = format!("- `{}`: {side}", model.id);
                    if !change.place.0.is_empty() {
                        line.push_str(&format!("`{}` ", change.place));
                    }
                    line.push_str(&because(change));
                    let broken: Vec<_> = change.items.iter().filter(|item| item.breaking).collect();
                    for item in &broken {
                        line.push_str(&format!("; `{}` {}", item.item, item.what));
                    }
                    line.push('.');
                    match change.verdict {
                        Verdict::Breaking => breaking.push(line),
                        _ if change.reasons == ["is new"] => added.push(line),
                        _ => changed.push(line),
                    }
                }
            }
        }
    }
    let sections = [("Breaking", breaking), ("Added", added), ("Changed", changed)];
    let sections = sections.into_iter().filter(|(_, lines)| !lines.is_empty());
    let sections: Vec<_> =
        sections.map(|(title, lines)| format!("### {title}\n\n{}\n", lines.join("\n"))).collect();
    sections.join("\n")
}

pub(super) fn json(models: &[ModelChange]) -> Value {
    let verdict = worst(models);
    let (_, version) = next(verdict);
    json!({
        "verdict": word(verdict),
        "version": {"now": VERSION, "next": version},
        "changelog": changelog(models),
        "models": models.iter().map(model).collect::<Vec<_>>(),
    })
}

fn model(model: &ModelChange) -> Value {
    let state = match model.state {
        State::New => "new",
        State::Gone => "gone",
        State::Changed => "changed",
    };
    let changes = model.changes.iter().map(|change| {
        let items = change.items.iter().map(|item| {
            json!({
                "item": format!("{}::{}", model.module, item.item),
                "verdict": if item.breaking { "breaking" } else { "compatible" },
                "what": item.what,
            })
        });
        json!({
            "side": if change.side == Side::Input { "input" } else { "output" },
            "field": change.place.to_string(),
            "verdict": word(change.verdict),
            "wire": word(change.wire),
            "reasons": change.reasons,
            "witness": change.witness.as_ref().map(|witness| json!({
                "instance": witness.instance,
                "value": witness.value,
                "none": witness.none,
            })),
            "rust": change.field.as_ref().map(|field| format!("{}::{field}", model.module)),
            "items": items.collect::<Vec<_>>(),
        })
    });
    json!({
        "id": model.id,
        "module": model.module,
        "state": state,
        "verdict": word(model.verdict()),
        "changes": changes.collect::<Vec<_>>(),
    })
}

fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::None => "none",
        Verdict::Compatible => "compatible",
        Verdict::Breaking => "breaking",
    }
}

fn cut(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(300) {
        Some((end, _)) => format!("{} …", &text[..end]),
        None => text,
    }
}
