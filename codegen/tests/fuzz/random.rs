//! Schemas out of nothing: every keyword beside every other, under names and with texts that are hard on
//! a generator of Rust.

use fastrand::Rng;
use serde_json::{Map, Value, json};

/// A schema; the same seed gives the same one.
pub(crate) fn schema(seed: u64) -> Value {
    let mut random = Rng::with_seed(seed);
    let defs = (0..random.usize(..4)).map(|_| name(&mut random)).collect();
    let mut maker = Maker { random, defs, depth: 0 };
    let mut root = match maker.random.u8(..8) {
        0 => maker.any(),
        _ => maker.object(),
    };
    let defs: Map<_, _> = maker.defs.clone().into_iter().map(|name| (name, maker.any())).collect();
    if let (Some(root), false) = (root.as_object_mut(), defs.is_empty()) {
        root.insert("$defs".to_owned(), defs.into());
    }
    root
}

struct Maker {
    random: Rng,
    /// The names of the shared definitions.
    defs: Vec<String>,
    depth: usize,
}

impl Maker {
    fn one_in(&mut self, count: usize) -> bool {
        self.random.usize(..count) == 0
    }

    fn pick<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.random.usize(..all.len())]
    }

    /// A schema of any kind, seldom a deep one.
    fn any(&mut self) -> Value {
        self.depth += 1;
        let mut schema = match self.random.u8(..22) {
            _ if self.depth > 4 => self.scalar(),
            0..=7 => self.scalar(),
            8..=10 => self.list(),
            11..=13 => self.object(),
            14 => self.map(),
            15 | 16 => self.reference(),
            17 | 18 => self.alternatives(),
            19 => json!({"allOf": [self.any(), self.any()]}),
            20 => self.nullable(),
            _ => [json!(true), json!(false), json!({})][self.random.usize(..3)].clone(),
        };
        self.depth -= 1;
        if let Some(schema) = schema.as_object_mut() {
            self.annotate(schema);
            if self.one_in(12) {
                self.assert_more(schema);
            }
        }
        schema
    }

    fn scalar(&mut self) -> Value {
        match self.random.u8(..9) {
            0 => json!({"type": "integer", "minimum": self.random.i64(-9..9)}),
            1 => json!({"type": "number", "maximum": self.random.f64() * 100.0 - 50.0}),
            2 => json!({"type": "boolean"}),
            3 => json!({"type": "string", "pattern": text(&mut self.random)}),
            4 => json!({"type": "string", "maxLength": self.random.u8(..)}),
            5 => {
                json!({"enum": (0..=self.random.usize(..5)).map(|_| self.scalar_value()).collect::<Vec<_>>()})
            }
            6 => {
                json!({"type": "string", "enum": (0..=self.random.usize(..5)).map(|_| text(&mut self.random)).collect::<Vec<_>>()})
            }
            7 => json!({"const": self.scalar_value()}),
            _ => {
                json!({"type": "string", "format": self.pick(&["uri", "image_uri", "video", "audio"])})
            }
        }
    }

    fn scalar_value(&mut self) -> Value {
        match self.random.u8(..9) {
            0 => Value::Null,
            1 => self.random.bool().into(),
            2 => self.random.i64(-20..20).into(),
            3 => (self.random.f64() * 10.0).into(),
            _ => text(&mut self.random).into(),
        }
    }

    fn list(&mut self) -> Value {
        let mut list = json!({"type": "array", "items": self.any()});
        if self.one_in(3) {
            list["minItems"] = self.random.u8(..3).into();
        }
        if self.one_in(6) {
            list["prefixItems"] = json!([self.any(), self.any()]);
        }
        list
    }

    fn map(&mut self) -> Value {
        let mut map = json!({"type": "object", "additionalProperties": self.any()});
        if self.one_in(3) {
            map["patternProperties"] = json!({text(&mut self.random): self.any()});
        }
        map
    }

    fn object(&mut self) -> Value {
        let mut names: Vec<_> =
            (0..self.random.usize(..6)).map(|_| name(&mut self.random)).collect();
        if let (Some(first), true) = (names.first().cloned(), self.one_in(3)) {
            names.push(twin(&first, &mut self.random));
        }
        let properties: Map<_, _> = names.iter().map(|name| (name.clone(), self.any())).collect();
        let mut required = names;
        required.retain(|_| self.one_in(3));
        let mut object = json!({"type": "object", "properties": properties, "required": required});
        match self.random.u8(..6) {
            0 => object["additionalProperties"] = false.into(),
            1 | 2 => object["additionalProperties"] = self.any(),
            _ => {}
        }
        object
    }

    fn reference(&mut self) -> Value {
        let target = match self.defs.len() {
            0 => String::new(),
            count => match self.random.usize(..=count) {
                0 => String::new(),
                index => format!("/$defs/{}", escaped(&self.defs[index - 1])),
            },
        };
        let mut reference = json!({"$ref": format!("#{target}")});
        if self.one_in(4) {
            reference["maxProperties"] = 5.into();
        }
        reference
    }

    fn alternatives(&mut self) -> Value {
        let key = if self.random.bool() { "anyOf" } else { "oneOf" };
        json!({(key): (0..=self.random.usize(1..4)).map(|_| self.any()).collect::<Vec<_>>()})
    }

    fn nullable(&mut self) -> Value {
        match self.random.u8(..3) {
            0 => json!({"type": ["string", "null"]}),
            1 => json!({"anyOf": [self.any(), {"type": "null"}]}),
            _ => json!({
                "type": self.pick(&[["string", "integer"], ["object", "array"], ["null", "object"]]),
                "properties": {name(&mut self.random): self.any()},
            }),
        }
    }

    fn annotate(&mut self, schema: &mut Map<String, Value>) {
        for key in ["title", "description", "default"] {
            if self.one_in(4) {
                schema.insert(key.to_owned(), text(&mut self.random).into());
            }
        }
    }

    /// A rule beside what gives the type.
    fn assert_more(&mut self, schema: &mut Map<String, Value>) {
        let (key, value) = match self.random.u8(..9) {
            0 => ("not", self.any()),
            1 => {
                schema.insert("if".to_owned(), self.any());
                ("then", self.any())
            }
            2 => ("patternProperties", json!({text(&mut self.random): self.any()})),
            3 => ("propertyNames", json!({"pattern": text(&mut self.random)})),
            4 => ("dependentRequired", json!({name(&mut self.random): [name(&mut self.random)]})),
            5 => ("dependentSchemas", json!({name(&mut self.random): self.any()})),
            6 => ("contains", self.any()),
            7 => ("unevaluatedProperties", self.any()),
            _ => ("anyOf", json!([{"required": [name(&mut self.random)]}, self.any()])),
        };
        schema.insert(key.to_owned(), value);
    }
}

/// As a step of a pointer in a URI.
fn escaped(name: &str) -> String {
    let mut escaped = String::new();
    for byte in name.replace('~', "~0").replace('/', "~1").bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => escaped.push(byte.into()),
            byte => escaped.push_str(&format!("%{byte:02X}")),
        }
    }
    escaped
}

/// The name of a property or of a definition.
pub(crate) fn name(random: &mut Rng) -> String {
    match random.u8(..8) {
        0 => long(random),
        1 => text(random),
        2 | 3 => NAMES[random.usize(..NAMES.len())].to_owned(),
        _ => PLAIN[random.usize(..PLAIN.len())].to_owned(),
    }
}

/// A name that is not the same, though an identifier made of it may be.
fn twin(name: &str, random: &mut Rng) -> String {
    match random.u8(..6) {
        0 => format!("_{name}"),
        1 => name.replace('_', "-"),
        2 => name.to_uppercase(),
        3 => format!("{name}2"),
        4 => name.replace('é', "e\u{301}").replace("e\u{301}", "é"),
        _ => format!("{name}_"),
    }
}

/// A name of any length, also beyond the width of a line.
fn long(random: &mut Rng) -> String {
    let mut name = String::new();
    for _ in 0..random.usize(1..=20) {
        name.push_str(PLAIN[random.usize(..PLAIN.len())]);
        name.push('_');
    }
    name.truncate(random.usize(1..=120));
    name
}

/// Any text: a value, a pattern, prose.
pub(crate) fn text(random: &mut Rng) -> String {
    match random.u8(..4) {
        0 => PLAIN[random.usize(..PLAIN.len())].to_owned(),
        1 => TEXTS[random.usize(..TEXTS.len())].to_owned(),
        _ => (0..random.usize(1..5)).map(|_| PIECES[random.usize(..PIECES.len())]).collect(),
    }
}

const PLAIN: &[&str] = &[
    "prompt",
    "image",
    "size",
    "width",
    "aspect_ratio",
    "seed",
    "style",
    "model",
    "mode",
    "input",
    "output",
    "voice",
    "data",
    "items",
    "value",
    "kind",
    "rule",
    "name",
    "id",
    "url",
    "foo_bar",
    "fooBar",
    "count",
    "options",
];

/// Names that mean something in Rust, or nothing at all.
pub(crate) const NAMES: &[&str] = &[
    "_id",
    "__",
    "_",
    "$",
    "@",
    "",
    " ",
    "1",
    "16:9",
    "-1",
    "a-b",
    "a b",
    "a.b",
    "A",
    "é",
    "e\u{301}",
    "café",
    "cafe\u{301}",
    "Å",
    "A\u{30a}",
    "\u{212b}",
    "한국",
    "\u{1112}\u{1161}\u{11ab}\u{1100}\u{116e}\u{11a8}",
    "ﬁ",
    "ß",
    "İ",
    "ǆ",
    "ª",
    "\u{200b}",
    "\u{202e}",
    "😀",
    "अ",
    "self",
    "Self",
    "super",
    "crate",
    "extern",
    "type",
    "gen",
    "try",
    "async",
    "await",
    "dyn",
    "abstract",
    "become",
    "box",
    "do",
    "final",
    "macro",
    "override",
    "priv",
    "typeof",
    "unsized",
    "virtual",
    "yield",
    "union",
    "static",
    "raw",
    "safe",
    "macro_rules",
    "auto",
    "default",
    "fn",
    "impl",
    "move",
    "mut",
    "ref",
    "where",
    "true",
    "false",
    "std",
    "core",
    "alloc",
    "runcomfy",
    "serde",
    "serde_json",
    "test",
    "proc_macro",
    "string",
    "String",
    "str",
    "option",
    "Option",
    "vec",
    "Vec",
    "Box",
    "Result",
    "Some",
    "None",
    "Ok",
    "Err",
    "bool",
    "char",
    "i64",
    "u8",
    "usize",
    "f64",
    "i128",
    "Value",
    "Rule",
    "Rules",
    "Blank",
    "Kind",
    "Fields",
    "Extra",
    "extra",
    "Nullable",
    "BTreeMap",
    "Input",
    "Output",
    "Root",
    "Required",
    "RootRequired",
    "Default",
    "Debug",
    "Clone",
    "Into",
    "From",
    "TryFrom",
    "Iterator",
    "IntoIterator",
    "Send",
    "Sync",
    "Sized",
    "Drop",
    "Fn",
    "ToString",
    "PartialEq",
    "Eq",
    "Hash",
    "Ord",
    "Copy",
    "new",
    "validate",
    "from_json",
    "from_value",
    "to_json",
    "as_str",
    "to_string",
    "clone",
    "view",
    "slot",
    "with",
    "see",
    "table",
    "blank",
    "index",
    "try_into",
    "into",
    "MODEL_ID",
    "MODEL",
    "ALL",
    "Other",
    "Variants",
    "Properties",
    "MediaRule",
    "Model",
    "model",
    "object",
    "setters",
    "newtype",
    "Image",
    "Video",
    "Audio",
    "Files",
    "RULES",
    "root",
    "rest",
    "fmt",
    "eq",
    "hash",
    "drop",
    "Shape",
];

/// Texts that are code, markup or neither.
pub(crate) const TEXTS: &[&str] = &[
    "^x : (?!(y|z))",
    "!(",
    "object! {",
    "string_enum! {\n",
    "mod object {",
    "    pub trait X {",
    "        const REST: x;",
    "#[docs_0]",
    "#[docs_1]\n",
    "\"",
    "\\",
    "\\\"",
    "\\u{0}",
    "//",
    "/*",
    "*/",
    "/// x",
    "#[doc",
    "\r\n",
    "\r",
    "\u{0}",
    "\u{2028}",
    "\u{202e}abc",
    "\u{feff}",
    "😀",
    "{",
    "}",
    "{}",
    " : ",
    " < ",
    " >",
    ", ",
    " });",
    "..extra",
    "<b>",
    "```\npanic!()\n```",
    "1.      panic!()",
    "    panic!()",
    "- \n      panic!()",
    "`",
    "``",
    "```",
    "[x](y)",
    "[x]",
    "| a | b |\n|---|---|",
    "Rule::Pattern(",
    "model!(",
    "r#\"",
    "'",
    "\t",
    "\u{85}",
    "\u{7f}",
    "$",
    "$x",
    "%s",
    "\n\n",
];

const PIECES: &[&str] = &[
    "a",
    "b",
    "word",
    "A word",
    " ",
    "  ",
    "\n",
    "\r\n",
    "\t",
    "\"",
    "\\",
    "`",
    "``",
    "!(",
    ")",
    "(",
    "{",
    "}",
    "[",
    "]",
    "<",
    ">",
    " : ",
    ", ",
    "//",
    "/*",
    "*/",
    "#",
    "- ",
    "1. ",
    "> ",
    "|",
    "~~~",
    "```",
    "    ",
    "é",
    "한",
    "😀",
    "\u{0}",
    "\u{2028}",
    "\u{202e}",
    "_",
    "*",
    "&amp;",
    "!",
    "=",
    "---",
    "https://example.com",
    "9",
    "^",
    "$",
    "?",
];
