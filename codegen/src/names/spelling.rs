//! Words for signs, and what else tells two values apart that have the same letters.

/// The ways to name a value in words, from the shortest to the fullest: first by its letters and
/// digits, then with its signs, with the gaps between its words, and with its letter case.
pub(crate) fn spellings(wire: &str) -> Vec<String> {
    let plain = super::pascal(wire);
    if plain.chars().count() > LONGEST {
        return beginnings(&plain);
    }
    let mut all = vec![plain];
    for words in in_full(wire) {
        let longer = super::pascal(&words);
        if !all.contains(&longer) {
            all.push(longer);
        }
    }
    all
}

/// A value with its signs as words, with the gaps between its words, and with its letter case.
pub(super) fn in_full(wire: &str) -> [String; 3] {
    let case = format!("{} {}", super::words(wire).join(" "), case(wire));
    [in_words(wire, false), in_words(wire, true), case]
}

/// A longer name is a sentence; its first words name it, and as many more as tell it from others.
const LONGEST: usize = 60;
const LONGEST_OF_ALL: usize = 240;

/// The beginnings of a name that end with a word.
fn beginnings(name: &str) -> Vec<String> {
    let ends = name.char_indices().skip(1).filter(|(_, c)| c.is_uppercase()).map(|(at, _)| at);
    let ends = ends.chain([name.len()]).take_while(|end| *end <= LONGEST_OF_ALL);
    let (short, long): (Vec<_>, Vec<_>) = ends.partition(|end| *end <= LONGEST);
    let begin = |end: usize| super::identifier(&name[..end]);
    let all: Vec<_> = short.into_iter().next_back().into_iter().chain(long).map(begin).collect();
    // One word, and a very long one.
    if all.is_empty() { vec![name.to_owned()] } else { all }
}

/// The words of a value without letters and digits: as an operator, else sign by sign.
pub(super) fn of_signs(wire: &str) -> Vec<String> {
    let operator = OPERATORS.iter().find(|(operator, _)| *operator == wire);
    match operator {
        Some((_, name)) => vec![(*name).to_owned()],
        None => {
            let signs = wire.chars().filter(|c| !is_modifier(*c)).take(MOST_SIGNS);
            let mut words: Vec<String> = Vec::new();
            for c in signs {
                match (regional(c), words.last_mut()) {
                    (Some(letter), Some(flag)) if flag.len() == FLAG.len() + 1 => flag.push(letter),
                    (Some(letter), _) => words.push(format!("{FLAG}{}", letter.to_uppercase())),
                    (None, _) => words.push(sign(c)),
                }
            }
            words
        }
    }
}

/// A longer row of signs is no name any more.
const MOST_SIGNS: usize = 8;

/// The letter of a flag, of which each has two.
fn regional(c: char) -> Option<char> {
    let index = u32::from(c).checked_sub(0x1f1e6).filter(|index| *index < 26)?;
    char::from_u32(u32::from('a') + index)
}

const FLAG: &str = "Flag";

/// What says how another character is to be shown.
fn is_modifier(c: char) -> bool {
    matches!(c, '\u{fe00}'..='\u{fe0f}' | '\u{200d}' | '\u{1f3fb}'..='\u{1f3ff}')
}

/// A value in which every sign is a word; gaps between words are signs only if they are to count.
fn in_words(wire: &str, gaps: bool) -> String {
    let mut words = String::new();
    let wire = if gaps { wire } else { wire.trim() };
    for c in wire.chars() {
        match c {
            ' ' | '_' | '-' if !gaps => words.push(' '),
            c if super::in_word(c) => words.push(c),
            c if SKINS.contains(&c) && gaps => words.push_str(&format!(" {} ", skin(c))),
            c if is_modifier(c) => {}
            c => words.push_str(&format!(" {} ", sign(c))),
        }
    }
    words
}

const SKINS: std::ops::RangeInclusive<char> = '\u{1f3fb}'..='\u{1f3ff}';

/// The word for a colour of skin.
fn skin(c: char) -> &'static str {
    match c {
        '\u{1f3fb}' => "LightSkin",
        '\u{1f3fc}' => "MediumLightSkin",
        '\u{1f3fd}' => "MediumSkin",
        '\u{1f3fe}' => "MediumDarkSkin",
        _ => "DarkSkin",
    }
}

/// The word for a sign.
pub(super) fn sign(c: char) -> String {
    if let Some((_, name)) = SIGNS.iter().find(|(sign, _)| *sign == c) {
        return (*name).to_owned();
    }
    if let Some(letter) = regional(c) {
        return letter.to_uppercase().to_string();
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
    } else if letters().next().is_some_and(char::is_uppercase) {
        "PascalCase"
    } else {
        "CamelCase"
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
    ('\t', "Tab"),
    ('\n', "Newline"),
    ('\r', "CarriageReturn"),
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
            ("🇩🇪", "FlagDe"),
            ("🇩🇪🇫🇷", "FlagDeFlagFr"),
            ("½", "_1_2"),
            ("#", "Hash"),
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
            ("1:1", &["_1_1", "_1Colon1"]),
            ("Hope ", &["Hope", "HopeSpace", "HopeCapitalized"]),
            ("aB", &["AB", "ABCamelCase"]),
            ("👍🏽", &["ThumbsUpSign", "ThumbsUpSignMediumSkin"]),
        ] {
            assert_eq!(spellings(wire), all, "{wire:?}");
        }
    }

    #[test]
    fn a_sentence_is_named_by_its_first_words() {
        let all = spellings(&format!("{}end", "word ".repeat(15)));
        assert_eq!(all[0], "Word".repeat(15));
        assert_eq!(all[1], format!("{}End", "Word".repeat(15)));
        assert!(spellings(&"word ".repeat(1000)).iter().all(|name| name.len() <= 240));
        assert_eq!(spellings(&"w".repeat(300)).len(), 1);
    }
}
