//! Words for signs, and what else tells two values apart that have the same letters.

/// The ways to name a value in words, from the shortest to the fullest: first by its letters and
/// digits, then with its signs, with the gaps between its words, and with its letter case.
pub(crate) fn spellings(wire: &str, plain: String) -> Vec<String> {
    // `Self_` is a keyword made an identifier.
    let letters = plain.trim_end_matches('_').to_owned();
    let mut all = vec![plain];
    let case = format!("{letters}{}", case(wire));
    for longer in
        [super::pascal(&in_words(wire, false)), super::pascal(&in_words(wire, true)), case]
    {
        if !all.contains(&longer) {
            all.push(longer);
        }
    }
    all
}

/// The words of a value without letters and digits: as an operator, else sign by sign.
pub(super) fn of_signs(wire: &str) -> Vec<String> {
    let operator = OPERATORS.iter().find(|(operator, _)| *operator == wire);
    match operator {
        Some((_, name)) => vec![(*name).to_owned()],
        None => wire.chars().filter(|c| !is_modifier(*c)).take(MOST_SIGNS).map(sign).collect(),
    }
}

/// A longer row of signs is no name any more.
const MOST_SIGNS: usize = 8;

/// What says how another character is to be shown.
fn is_modifier(c: char) -> bool {
    matches!(c, '\u{fe00}'..='\u{fe0f}' | '\u{200d}' | '\u{1f3fb}'..='\u{1f3ff}')
}

/// A value in which every sign is a word; gaps between words are signs only if they are to count.
fn in_words(wire: &str, gaps: bool) -> String {
    let mut words = String::new();
    for c in wire.trim().chars() {
        match c {
            ' ' | '_' | '-' if !gaps => words.push(' '),
            c if super::in_word(c) => words.push(c),
            c if is_modifier(c) => {}
            c => words.push_str(&format!(" {} ", sign(c))),
        }
    }
    words
}

/// The word for a sign.
pub(super) fn sign(c: char) -> String {
    if let Some((_, name)) = SIGNS.iter().find(|(sign, _)| *sign == c) {
        return (*name).to_owned();
    }
    match unicode_names2::name(c) {
        Some(name) => super::pascal(&name.to_string().to_lowercase()),
        None => format!("U{:x}", u32::from(c)),
    }
}

fn case(wire: &str) -> &'static str {
    let letters = || wire.chars().filter(|c| c.is_alphabetic());
    let capitals = letters().filter(|c| c.is_uppercase()).count();
    if letters().next().is_none() {
        ""
    } else if capitals == 0 {
        "Lowercase"
    } else if capitals == letters().count() && capitals > 1 {
        "Uppercase"
    } else if capitals == 1 && letters().next().is_some_and(char::is_uppercase) {
        "Capitalized"
    } else {
        "MixedCase"
    }
}

const OPERATORS: &[(&str, &str)] = &[
    ("!=", "NotEqual"),
    ("!==", "NotIdentical"),
    ("!~", "NotMatching"),
    ("&&", "And"),
    ("=", "Equal"),
    ("==", "EqualEqual"),
    ("===", "Identical"),
    ("=~", "Matching"),
    ("<", "Less"),
    ("<=", "LessOrEqual"),
    ("<>", "LessOrGreater"),
    ("<=>", "Comparison"),
    (">", "Greater"),
    (">=", "GreaterOrEqual"),
    ("->", "Arrow"),
    ("=>", "DoubleArrow"),
    ("||", "Or"),
    ("!", "Not"),
    ("...", "Ellipsis"),
];

/// Short words for the signs that people type; Unicode's are long (`FULL STOP`).
const SIGNS: &[(char, &str)] = &[
    (' ', "Space"),
    ('!', "Exclamation"),
    ('"', "Quote"),
    ('#', "Hash"),
    ('$', "Dollar"),
    ('%', "Percent"),
    ('&', "And"),
    ('\'', "Apostrophe"),
    ('(', "Open"),
    (')', "Close"),
    ('*', "Star"),
    ('+', "Plus"),
    (',', "Comma"),
    ('-', "Dash"),
    ('.', "Dot"),
    ('/', "Slash"),
    (':', "Colon"),
    (';', "Semicolon"),
    ('<', "Less"),
    ('=', "Equal"),
    ('>', "Greater"),
    ('?', "Question"),
    ('@', "At"),
    ('[', "OpenBracket"),
    ('\\', "Backslash"),
    (']', "CloseBracket"),
    ('^', "Caret"),
    ('_', "Underscore"),
    ('`', "Backtick"),
    ('{', "OpenBrace"),
    ('|', "Pipe"),
    ('}', "CloseBrace"),
    ('~', "Tilde"),
    ('\u{a0}', "Space"),
    ('×', "Times"),
    ('÷', "DividedBy"),
    ('°', "Degrees"),
    ('€', "Euro"),
    ('£', "Pound"),
    ('–', "Dash"),
    ('—', "Dash"),
    ('…', "Ellipsis"),
    ('→', "RightArrow"),
    ('←', "LeftArrow"),
    ('↑', "UpArrow"),
    ('↓', "DownArrow"),
    ('≤', "LessOrEqual"),
    ('≥', "GreaterOrEqual"),
    ('≠', "NotEqual"),
];

#[cfg(test)]
mod tests {
    use super::super::pascal;
    use super::spellings;

    #[test]
    fn signs_become_words() {
        for (wire, name) in [
            ("!=", "NotEqual"),
            ("<=", "LessOrEqual"),
            ("=", "Equal"),
            ("***", "StarStarStar"),
            ("$", "Dollar"),
            ("C#", "CSharp"),
            ("C++", "CPlusPlus"),
            ("A+", "APlus"),
            ("A-", "AMinus"),
            ("A", "A"),
            ("-created", "MinusCreated"),
            ("😀", "GrinningFace"),
            ("❤\u{fe0f}", "HeavyBlackHeart"),
            ("text-to-image", "TextToImage"),
            ("a - b", "AB"),
            ("seedance-2.5", "Seedance2_5"),
        ] {
            assert_eq!(pascal(wire), name, "{wire:?}");
        }
    }

    #[test]
    fn what_has_the_same_letters_is_told_apart_in_words() {
        for (wire, all) in [
            ("auto", &["Auto", "AutoLowercase"][..]),
            ("AUTO", &["Auto", "AutoUppercase"]),
            ("Auto", &["Auto", "AutoCapitalized"]),
            ("hot!", &["Hot", "HotExclamation", "HotLowercase"]),
            ("a_b", &["AB", "AUnderscoreB", "ABLowercase"]),
            ("a/b", &["AB", "ASlashB", "ABLowercase"]),
            ("50%", &["_50", "_50Percent"]),
        ] {
            assert_eq!(spellings(wire, pascal(wire)), all, "{wire:?}");
        }
    }
}
