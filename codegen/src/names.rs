//! Names: total, pure functions from what is on the wire to what is in Rust.

mod reserved;
mod spelling;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfkc_quick};

pub(crate) use spelling::spellings;

use reserved::{KEYWORDS, METHODS, PRIMITIVES, TYPES};

/// `aspect_ratio`, `aspect-ratio` and `aspectRatio` become `AspectRatio`; `16:9` becomes `_16_9`.
pub(crate) fn pascal(wire: &str) -> String {
    let mut name = String::new();
    for word in words(wire) {
        separate(&mut name, &word);
        name.push_str(&capitalized(&word));
    }
    identifier(&name)
}

/// `aspectRatio` and `aspect-ratio` become `aspect_ratio`, `480p` becomes `_480p`.
pub(crate) fn snake(wire: &str) -> String {
    let words: Vec<_> = words(wire).iter().map(|word| word.to_lowercase()).collect();
    identifier(&words.join("_"))
}

/// A module's name: one that shadows no primitive type of what stands beside it.
pub(crate) fn module(segment: &str) -> String {
    let name = snake(segment);
    if PRIMITIVES.contains(&name.as_str()) { format!("{name}_") } else { name }
}

/// The name of a set of rules.
pub(crate) fn rule_set(hint: &str) -> String {
    identifier(&format!("{}_RULES", snake(hint).to_uppercase()))
}

/// A field's name: one that no keyword and no method of the generated type has;
/// `241_positive_prompt` becomes `n241_positive_prompt`.
pub(crate) fn field(wire: &str) -> String {
    // A leading underscore would say that the field is not used.
    let name = snake(wire);
    let name = match name.strip_prefix('_') {
        Some(number) if number.starts_with(char::is_numeric) => format!("n{number}"),
        _ => name,
    };
    if METHODS.contains(&name.as_str()) { format!("{name}_") } else { name }
}

/// The names that a field may have, the best one first.
pub(crate) fn fields(wire: &str) -> Vec<String> {
    let mut names = vec![field(wire)];
    for words in spelling::in_full(wire) {
        let name = field(&words);
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// A type's name: one that nothing in the generated module's scope has.
pub(crate) fn type_name(wire: &str) -> String {
    let name = pascal(wire);
    // `_4k` may be a module: that of the model's variant.
    let name = match name.strip_prefix('_') {
        Some(number) if number.starts_with(char::is_numeric) => format!("N{number}"),
        _ => name,
    };
    // Without upper case a type could not be told from a field, and no field may have the name of a
    // tuple struct.
    if is_taken(&name) || name == field(&name) { format!("{name}Type") } else { name }
}

/// The name of a type that belongs to another one: `Self_`, which is `Self` made an identifier, has
/// `SelfRequired`.
pub(crate) fn beside(owner: &str, word: &str) -> String {
    format!("{}{word}", owner.trim_end_matches('_'))
}

/// Whether a type of this name would hide one that generated code means.
pub(crate) fn is_taken(name: &str) -> bool {
    TYPES.contains(&name)
}

/// Whether a text is an identifier in every edition, spelled as the compiler compares it.
pub(crate) fn is_identifier(text: &str) -> bool {
    let mut chars = text.chars();
    let starts = chars.next().is_some_and(|c| c == '_' || unicode_ident::is_xid_start(c));
    starts
        && chars.all(unicode_ident::is_xid_continue)
        && !is_keyword(text)
        && *plain(text) == *text
}

/// The order in which things claim names: it follows from them, not from where they stand. The most
/// usual spelling comes first: `aspect_ratio` before `aspectRatio`, `auto` before `Auto`, `id` before `_id`.
pub(crate) fn by_claim(wire: &str) -> (usize, &str) {
    let (mut unusual, mut in_word) = (0, false);
    let mut chars = wire.chars().peekable();
    while let Some(c) = chars.next() {
        let is_usual = match c {
            '_' => in_word && chars.peek().is_some_and(|next| next.is_alphanumeric()),
            c => c.is_alphanumeric() && !c.is_uppercase(),
        };
        unusual += usize::from(!is_usual);
        in_word = c.is_alphanumeric();
    }
    (unusual, wire)
}

/// Names that are unique in one scope: the first comer keeps the plain one.
#[derive(Debug, Default, Clone)]
pub(crate) struct Scope {
    taken: BTreeSet<String>,
    /// The next number to try for a name that was taken.
    next: BTreeMap<String, usize>,
}

impl Scope {
    pub(crate) fn with(taken: &[&str]) -> Self {
        let taken = taken.iter().map(|name| (*name).to_owned()).collect();
        Self { taken, next: BTreeMap::new() }
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.taken.contains(name)
    }

    /// The first of these names that is free, else the first with a number.
    pub(crate) fn claim_one_of(&mut self, names: &[String]) -> String {
        let free = names.iter().find(|name| !self.has(name)).or(names.first());
        self.claim(free.cloned().unwrap_or_default())
    }

    pub(crate) fn claim(&mut self, name: impl Into<String>) -> String {
        let name = name.into();
        let mut unique = name.clone();
        // `Self_` is `Self` made an identifier: with a number it is one without the underscore.
        let stem = name.trim_end_matches('_');
        let gap = if stem.ends_with(|c: char| c.is_ascii_digit()) { "_" } else { "" };
        let mut count = self.next.get(&name).copied().unwrap_or(2);
        while !self.taken.insert(unique.clone()) {
            unique = format!("{stem}{gap}{count}");
            count += 1;
        }
        if count > 2 {
            self.next.insert(name, count);
        }
        unique
    }
}

/// The words of a name, split where anything but letters and digits stands and at humps.
fn words(wire: &str) -> Vec<String> {
    let wire = &plain(wire);
    let mut words: Vec<String> = Vec::new();
    let mut open = false;
    let mut before: Option<char> = None;
    let mut chars = wire.trim().chars().peekable();
    while let Some(c) = chars.next() {
        if c == '-'
            && before.is_none_or(|b| !in_word(b) && !is_apostrophe(b))
            && chars.peek().is_some_and(|next| in_word(*next))
        {
            words.push("Minus".to_owned());
            // A sign belongs to its number.
            open = chars.peek().is_some_and(char::is_ascii_digit);
        } else if c == '-' && before.is_some_and(in_word) && chars.peek().is_none() {
            words.push("Minus".to_owned());
            open = false;
        } else if c == '+'
            && (before == Some('+') || chars.peek().is_none_or(|next| !in_word(*next)))
        {
            words.push("Plus".to_owned());
            open = false;
        } else if c == '#'
            && before.is_some_and(char::is_alphabetic)
            && chars.peek().is_none_or(|next| !in_word(*next))
        {
            words.push("Sharp".to_owned());
            open = false;
        } else if in_word(c) {
            let hump = before.is_some_and(|b| b.is_lowercase() && c.is_uppercase());
            let acronym_ends = before.is_some_and(char::is_uppercase)
                && c.is_uppercase()
                && chars.peek().is_some_and(|next| next.is_lowercase());
            match words.last_mut() {
                Some(word) if open && !hump && !acronym_ends => word.push(c),
                _ => words.push(c.to_string()),
            }
            open = true;
        } else {
            open = false;
        }
        before = Some(c);
    }
    match words.is_empty() {
        true if wire.is_empty() => vec!["Empty".to_owned()],
        true => spelling::of_signs(wire),
        false => words,
    }
}

fn in_word(c: char) -> bool {
    c != '_' && unicode_ident::is_xid_continue(c) && !is_invisible(c)
}

/// It ends a word that goes on: `jack-o'-lantern`.
fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '\u{2019}')
}

/// Variation selectors, fillers and joiners that identifiers may hold and nobody sees.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200c}' | '\u{200d}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{ffa0}' | '\u{e0100}'..='\u{e01ef}')
}

/// Digits keep apart what was apart: `4:3` is not `43`.
fn separate(name: &mut String, next: &str) {
    let digit = |c: char| c.is_numeric();
    if name.ends_with(digit) && next.starts_with(digit) {
        name.push('_');
    }
}

/// `IMAGE` becomes `Image`; what starts with a digit stays as it is: `1080P` is not `1080p`.
fn capitalized(word: &str) -> String {
    let mut chars = word.chars();
    match chars.next() {
        Some(first) if !first.is_numeric() => {
            let rest = chars.as_str();
            let shouted =
                rest.chars().any(char::is_uppercase) && !rest.chars().any(char::is_lowercase);
            let rest = if shouted { rest.to_lowercase() } else { rest.to_owned() };
            first.to_uppercase().chain(rest.chars()).collect()
        }
        _ => word.to_owned(),
    }
}

/// Makes it an identifier that is no keyword.
fn identifier(name: &str) -> String {
    // A change of case can undo the composition of characters.
    let name = plain(name).into_owned();
    let starts = name.starts_with(unicode_ident::is_xid_start);
    let name = if starts { name } else { format!("_{name}") };
    if is_keyword(&name) { format!("{name}_") } else { name }
}

/// A text in the form (NFKC) in which identifiers can be typed. The compiler compares them in NFC, which
/// is part of that: two spellings of `café` are one.
fn plain(text: &str) -> Cow<'_, str> {
    if text.is_ascii() || is_nfkc_quick(text.chars()) == IsNormalized::Yes {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(text.nfkc().collect())
    }
}

fn is_keyword(name: &str) -> bool {
    KEYWORDS.contains(&name)
}

#[cfg(test)]
mod tests {
    use super::{
        Scope, beside, by_claim, field, fields, is_identifier, module, pascal, rule_set, snake,
        type_name,
    };

    #[test]
    fn values_become_variants() {
        for (wire, name) in [
            ("auto", "Auto"),
            ("16:9", "_16_9"),
            ("4:3", "_4_3"),
            ("43", "_43"),
            ("0.5K", "_0_5K"),
            ("1080P", "_1080P"),
            ("1080p", "_1080p"),
            ("-1", "Minus1"),
            ("-0.5", "Minus0_5"),
            ("IMAGE_TO_VIDEO", "ImageToVideo"),
            ("aspectRatio", "AspectRatio"),
            ("HTTPServer", "HttpServer"),
            ("1280*720", "_1280_720"),
            ("C++", "CPlusPlus"),
            ("DPM++2M", "DpmPlusPlus2M"),
            ("jack-o'-lantern", "JackOLantern"),
            ("16:9 (wide)", "_16_9Wide"),
            ("1/2", "_1_2"),
            ("4K", "_4K"),
            (".net", "Net"),
            ("null", "Null"),
            ("true", "True"),
            ("self", "Self_"),
            ("자동", "자동"),
            ("日本 語", "日本語"),
            ("", "Empty"),
            (" ", "Space"),
            ("\t", "Tab"),
            ("\n", "Newline"),
            ("***", "StarStarStar"),
            ("Élan vital", "ÉlanVital"),
        ] {
            assert_eq!(pascal(wire), name, "{wire:?}");
        }
    }

    #[test]
    fn properties_become_fields() {
        for (wire, name) in [
            ("aspect_ratio", "aspect_ratio"),
            ("aspectRatio", "aspect_ratio"),
            ("nano-banana-2", "nano_banana_2"),
            ("seedance-2.5", "seedance_2_5"),
            ("241_positive_prompt", "n241_positive_prompt"),
            ("type", "type_"),
            ("self", "self_"),
            ("new", "new_"),
            ("_", "underscore"),
            ("프롬프트", "프롬프트"),
        ] {
            assert_eq!(field(wire), name, "{wire:?}");
        }
        assert_eq!(snake("4K"), "_4k");
    }

    #[test]
    fn fields_of_the_same_words_are_told_apart_in_words() {
        for (wire, names) in [
            ("seed", &["seed", "seed_lowercase"][..]),
            ("fooBar", &["foo_bar", "foo_bar_camel_case"]),
            ("FooBar", &["foo_bar", "foo_bar_pascal_case"]),
            ("foo-bar", &["foo_bar", "foo_dash_bar", "foo_bar_lowercase"]),
            ("_id", &["id", "underscore_id", "id_lowercase"]),
            ("$id", &["id", "dollar_id", "id_lowercase"]),
            ("id ", &["id", "id_space", "id_lowercase"]),
        ] {
            assert_eq!(fields(wire), names, "{wire:?}");
        }
    }

    #[test]
    fn keywords_of_every_edition_get_a_suffix() {
        for word in
            ["gen", "try", "async", "await", "dyn", "yield", "crate", "self", "super", "typeof"]
        {
            assert_eq!(field(word), format!("{word}_"));
            assert_eq!(module(word), format!("{word}_"));
        }
        assert_eq!(pascal("self"), "Self_");
        assert_eq!(beside(&type_name("self"), "Required"), "SelfRequired");
        for word in ["union", "auto", "default2", "raw", "safe", "macro_rules"] {
            assert_eq!(field(word), word);
        }
    }

    #[test]
    fn spellings_that_the_compiler_takes_for_one_are_one() {
        for (one, other) in [
            ("café", "cafe\u{301}"),
            ("Å", "\u{212b}"),
            ("한국", "\u{1112}\u{1161}\u{11ab}\u{1100}\u{116e}\u{11a8}"),
        ] {
            assert_eq!(field(one), field(other));
            assert_eq!(type_name(one), type_name(other));
            assert_eq!(rule_set(one), rule_set(other));
            assert!(is_identifier(one) && !is_identifier(other));
        }
        // In upper case it has no composed form of its own.
        assert!(is_identifier(&rule_set("\u{390}")) && is_identifier(&pascal("\u{390}")));
    }

    #[test]
    fn modules_hide_no_type() {
        for (segment, name) in
            [("i64", "i64_"), ("str", "str_"), ("std", "std"), ("4k", "_4k"), ("x.ai", "x_ai")]
        {
            assert_eq!(module(segment), name);
        }
        assert_eq!(type_name("4k"), "N4k");
    }

    #[test]
    fn what_the_module_imports_is_not_taken() {
        assert_eq!(type_name("image"), "ImageType");
        assert_eq!((type_name("좌표"), field("좌표")), ("좌표Type".to_owned(), "좌표".to_owned()));
        assert_eq!(type_name("image_size"), "ImageSize");
    }

    #[test]
    fn the_usual_spelling_claims_first() {
        for (first, second) in [
            ("aspect_ratio", "aspectRatio"),
            ("aspect_ratio", "aspect-ratio"),
            ("auto", "Auto"),
            ("a-b", "a b c"),
            ("id", "_id"),
            ("id", "id_"),
            ("a_b", "a__b"),
        ] {
            assert!(by_claim(first) < by_claim(second), "{first} {second}");
        }
    }

    #[test]
    fn the_first_comer_keeps_the_plain_name() {
        let mut scope = Scope::default();
        let names = ["Auto", "Auto", "Auto", "_1_1", "_1_1"].map(|name| scope.claim(name));
        assert_eq!(names, ["Auto", "Auto2", "Auto3", "_1_1", "_1_1_2"]);
    }
}
