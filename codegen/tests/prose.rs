//! What schemas say in words is never code: random Markdown in every place of a schema that reaches the docs,
//! read as rustdoc reads it.
//!
//! `PROSE_TEXTS=1000000 cargo test -p runcomfy-codegen --test prose` is the long run.

use std::env;
use std::path::Path;

use fastrand::Rng;
use proc_macro2::{TokenStream, TokenTree};
use pulldown_cmark::{CodeBlockKind, Event, LinkType, Options, Parser, Tag};
use runcomfy_codegen::{Home, Model, Role, Source, catalog_for, emit};
use serde_json::{Map, Value, json};

/// How many texts are tried, unless the environment says otherwise.
const TEXTS: usize = 20_000;
/// How many texts one schema has.
const EACH: usize = 20;

#[test]
fn prose_is_never_code_and_shows_what_was_written() {
    let asked = env::var("PROSE_TEXTS").ok();
    let texts = asked.map_or(TEXTS, |count| count.parse().expect("a number"));
    let mut docs = 0;
    for seed in 0..texts.div_ceil(EACH) {
        let mut random = Rng::with_seed(seed as u64);
        let schema = schema(&mut random);
        let text = schema.to_string();
        let modules = match seed % 8 {
            0 => model(&text),
            1 => vec![emit("prose.json", &text, "Root", Role::Output).expect("a good schema").text],
            _ => vec![emit("prose.json", &text, "Root", Role::Input).expect("a good schema").text],
        };
        let found: Vec<_> = modules.iter().flat_map(|module| self::docs(module)).collect();
        for doc in &found {
            judge(doc).unwrap_or_else(|error| panic!("{seed}: {error} in\n{doc}\nof {schema}"));
        }
        docs += found.len();
        for (name, property) in schema["properties"].as_object().expect("properties") {
            let Some(prose) = property.get("description").and_then(Value::as_str) else { continue };
            let is_shown = |doc: &&String| shown(doc).contains(&written(prose));
            assert!(
                found.iter().any(|doc| is_shown(&doc)),
                "{seed}: {name}: {prose:?} is not shown"
            );
        }
    }
    eprintln!("{texts} texts, {docs} docs: no code, no link but addresses, all as it was written");
    assert!(docs > texts / 4);
}

/// A schema whose words are random.
fn schema(random: &mut Rng) -> Value {
    let mut properties = Map::new();
    for index in 0..EACH / 5 {
        let (text, other) = (markdown(random), markdown(random));
        properties.insert(format!("a{index}"), match random.u8(..8) {
            0 => json!({"type": "string", "description": text, "default": other}),
            1 => json!({"type": "string", "description": text, "pattern": other}),
            2 => json!({"enum": [other, "b", markdown(random)], "title": markdown(random), "description": text}),
            3 => json!({"enum": [other, 1], "description": text}),
            4 => json!({
                "type": "string", "format": "image_uri", "description": text,
                "validations": [{"validation_rule": "file_size_mb<", "validation_value": other}, {"validation_rule": other, "validation_value": 5}],
            }),
            5 => json!({"oneOf": [{"const": 1, "title": other, "description": markdown(random)}, {"const": 2, "description": markdown(random)}], "description": text}),
            6 => json!({"enum": ["a", "b"], "x-enum-descriptions": [markdown(random), markdown(random)], "examples": [other, markdown(random)], "description": text}),
            _ => json!({"anyOf": [{"title": other, "description": markdown(random), "type": "string"}, {"type": "integer"}], "description": text}),
        });
        properties.insert(
            format!("b{index}"),
            json!({"type": "integer", "title": other, "description": text}),
        );
    }
    json!({"title": markdown(random), "description": markdown(random), "type": "object", "properties": properties})
}

/// All modules of a model with this schema.
fn model(schema: &str) -> Vec<String> {
    let source = |file: &str| Source { file: file.to_owned(), text: schema.to_owned() };
    let model = Model {
        id: "acme/paint".to_owned(),
        input: source("input.json"),
        output: Some(source("output.json")),
        names: None,
    };
    let files = catalog_for(&[model], Home::Runcomfy).expect("a good schema").files;
    files
        .into_iter()
        .filter(|(file, _)| Path::new(file).extension() == Some("rs".as_ref()))
        .map(|(_, text)| text)
        .collect()
}

/// The docs of every item and member, as the compiler reads them; what enums say of a value is among them.
fn docs(module: &str) -> Vec<String> {
    let mut docs = Vec::new();
    gather(module.parse().expect("Rust"), &mut docs);
    docs
}

fn gather(tokens: TokenStream, docs: &mut Vec<String>) {
    let tokens: Vec<_> = tokens.into_iter().collect();
    let mut lines: Vec<String> = Vec::new();
    for (index, token) in tokens.iter().enumerate() {
        match token {
            TokenTree::Punct(punct) if "#!".contains(punct.as_char()) => continue,
            TokenTree::Group(group) => match doc(group.stream()) {
                Some(line) => {
                    lines.push(line);
                    continue;
                }
                None => gather(group.stream(), docs),
            },
            TokenTree::Ident(_) if is_punct(tokens.get(index + 1), '=') => {
                lines.extend(said(&tokens[index + 2..]));
            }
            _ => {}
        }
        docs.extend((!lines.is_empty()).then(|| std::mem::take(&mut lines).join("\n")));
    }
}

/// What the macro of an enum says of a variant, by what stands after its name.
fn said(value: &[TokenTree]) -> Option<String> {
    let value: Vec<_> = value.iter().take_while(|token| !is_punct(Some(*token), ',')).collect();
    let text = |token: &TokenTree| {
        let literal = syn::parse_str::<syn::LitStr>(&token.to_string());
        literal.map_or_else(|_| token.to_string(), |literal| literal.value())
    };
    match value.as_slice() {
        [.., or, said] if is_punct(Some(*or), '|') => Some(text(said)),
        [TokenTree::Literal(_)] => Some(format!("`{}`", text(value[0]))),
        [TokenTree::Ident(kind)] => Some(format!("`{kind}`")),
        [TokenTree::Ident(kind), group @ TokenTree::Group(_)] => Some(format!("`{kind}{group}`")),
        _ => None,
    }
}

fn is_punct(token: Option<&TokenTree>, sign: char) -> bool {
    matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == sign)
}

/// The line of `doc = "line"`; without the space after `///`, as rustdoc takes it off.
fn doc(attribute: TokenStream) -> Option<String> {
    let attribute = syn::parse2::<syn::MetaNameValue>(attribute).ok()?;
    let syn::Expr::Lit(value) = attribute.value else { return None };
    let syn::Lit::Str(line) = value.lit else { return None };
    let line = line.value();
    attribute.path.is_ident("doc").then(|| line.strip_prefix(' ').unwrap_or(&line).to_owned())
}

/// What rustdoc reads the docs of items with; doctests are looked for without any of it.
fn rustdoc() -> Options {
    Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_SMART_PUNCTUATION
}

/// The one thing in the docs of generated code that is code: our own example.
const EXAMPLE: &str = "use runcomfy::models::acme::paint::Input;\n\nlet input = Input::new();\n";

/// Where lists of models lead.
const LINKS: [&str; 2] = ["self::paint", "self::acme::paint"];

fn judge(doc: &str) -> Result<(), String> {
    for options in [rustdoc(), Options::empty()] {
        let mut links = |link: pulldown_cmark::BrokenLink<'_>| {
            Some((format!("broken {}", link.reference).into(), "".into()))
        };
        let mut in_example = false;
        for event in Parser::new_with_broken_link_callback(doc, options, Some(&mut links)) {
            match event {
                Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) if info.is_empty() => {
                    in_example = true;
                }
                Event::Text(text) if in_example && EXAMPLE.contains(&*text) => {}
                Event::Text(text) if in_example => return Err(format!("the code block {text:?}")),
                Event::End(pulldown_cmark::TagEnd::CodeBlock) => in_example = false,
                Event::Start(Tag::Paragraph | Tag::List(_) | Tag::Item)
                | Event::End(_)
                | Event::Text(_)
                | Event::Code(_)
                | Event::SoftBreak => {}
                Event::Start(Tag::Link { link_type: LinkType::Autolink, dest_url, .. })
                    if dest_url.starts_with("http") || dest_url.starts_with("ftp://") => {}
                Event::Start(Tag::Link { link_type: LinkType::Inline, dest_url, .. })
                    if LINKS.contains(&&*dest_url) => {}
                Event::Start(Tag::Heading { .. }) if doc.starts_with("Every model") => {}
                other => return Err(format!("{other:?}")),
            }
        }
    }
    Ok(())
}

/// What readers of the docs see.
fn shown(doc: &str) -> String {
    let mut shown = String::new();
    let mut numbers: Vec<Option<u64>> = Vec::new();
    for event in Parser::new(doc) {
        match event {
            Event::Start(Tag::List(first)) => numbers.push(first),
            Event::Start(Tag::Item) => match numbers.last_mut() {
                Some(Some(number)) => {
                    shown.push_str(&format!("{number}."));
                    *number += 1;
                }
                _ => shown.push('-'),
            },
            Event::End(pulldown_cmark::TagEnd::List(_)) => {
                numbers.pop();
            }
            Event::Text(text) | Event::Code(text) => shown.push_str(&text),
            _ => {}
        }
    }
    seen(&shown)
}

/// What the author of a text sees.
fn written(text: &str) -> String {
    let lines = text.split(['\n', '\r', '\u{2028}', '\u{2029}']).map(|line| {
        let line: String = line.chars().filter(|c| c.is_whitespace() || !is_hidden(*c)).collect();
        let line = line.trim();
        let item = ["*", "+", "•"].iter().find_map(|marker| line.strip_prefix(marker));
        match item.filter(|rest| rest.starts_with(char::is_whitespace) && !rest.trim().is_empty()) {
            Some(rest) => format!("-{rest}"),
            None => line.to_owned(),
        }
    });
    seen(&lines.collect::<String>())
}

/// Without blanks, marks of code, and what nobody sees. A number's `)` is shown as `.`.
fn seen(text: &str) -> String {
    let kept = text.chars().filter(|c| !c.is_whitespace() && !is_hidden(*c) && *c != '`');
    kept.map(|c| if c == ')' { '.' } else { c }).collect()
}

fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// A text made of what Markdown has a meaning for.
fn markdown(random: &mut Rng) -> String {
    (0..random.usize(1..12)).map(|_| PIECES[random.usize(..PIECES.len())]).collect()
}

const PIECES: &[&str] = &[
    "a",
    "word",
    "Two words.",
    " ",
    " ",
    "  ",
    "    ",
    "     ",
    "\t",
    "\n",
    "\n",
    "\n\n",
    "\r\n",
    "\r",
    "\u{b}",
    "\u{85}",
    "\u{a0}",
    "\u{3000}",
    "\u{2028}",
    "\u{200b}",
    "\u{202e}",
    "\0",
    "`",
    "`",
    "``",
    "```",
    "````",
    "~",
    "~~",
    "~~~",
    "#",
    "## ",
    ">",
    "> ",
    "-",
    "- ",
    "* ",
    "+ ",
    "• ",
    "*",
    "**",
    "_",
    "__",
    "1.",
    "1. ",
    "2. ",
    "1) ",
    "12. ",
    "2024. ",
    "01. ",
    "1.      ",
    "-      ",
    "---",
    "***",
    "===",
    "- - -",
    "|",
    "|---|",
    "--|--",
    ":-",
    "|a|b|",
    "[",
    "]",
    "(",
    ")",
    "[x](y)",
    "[x][y]",
    "[x]",
    "[x]: y",
    "[^1]",
    "[^1]: ",
    "![i](u)",
    "[ ] ",
    "[x] ",
    "<",
    ">",
    "<b>",
    "</b>",
    "<!--",
    "-->",
    "<?",
    "<div>",
    "<https://a.b>",
    "<a@b.c>",
    "https://example.com/a_b",
    "https://x.y/(z)",
    "http://",
    "&",
    "&amp;",
    "&#35;",
    "\\",
    "\\\\",
    "\\\n",
    "!",
    "!(",
    "$",
    "$$",
    "^",
    ":",
    ": ",
    "%",
    "{#id}",
    "{.class}",
    "+++",
    "=",
    "panic!()",
    "fn main() {}",
    "std::process::exit(1)",
    "\"",
    "'",
    "...",
    "--",
    "é",
    "한국",
    "😀",
    "ß",
    "crate::Input",
    "`Input`",
    "`a b`",
    "`[x]`",
    "5",
    "-5",
    "@",
    "::",
    "[[x]]",
    "||x||",
    "==",
    "~x~",
    "^x^",
];
