//! Strings at, around and between their limits; lengths are counted in code points.

use serde_json::Value;

use super::goal::Facts;
use super::pattern;

/// Longer strings are not made.
const LONGEST: usize = 20_000;

/// A string that keeps the limits, if one is found.
pub(super) fn make(facts: &Facts<'_>, rng: &mut fastrand::Rng) -> String {
    for pattern in facts.all("pattern").filter_map(Value::as_str) {
        for _ in 0..8 {
            if let Some(text) = pattern::text(pattern, rng)
                && fits(&text, facts)
            {
                return text;
            }
        }
    }
    let format = facts.all("format").find_map(Value::as_str);
    if let Some(text) = format.and_then(formatted)
        && rng.bool()
        && fits(text, facts)
    {
        return text.to_owned();
    }
    let (low, high) = lengths(facts);
    let few = low.saturating_add(rng.usize(..12)).min(high);
    let length = match rng.u8(..8) {
        0 => low,
        1 => (low + 1).min(high),
        2 if high <= LONGEST => high,
        3 if high <= LONGEST => high.saturating_sub(1).max(low),
        _ => few,
    };
    of_length(length.min(LONGEST), rng)
}

fn lengths(facts: &Facts<'_>) -> (usize, usize) {
    let low = facts.at_least("minLength");
    (low, facts.at_most("maxLength").unwrap_or(usize::MAX).max(low))
}

fn fits(text: &str, facts: &Facts<'_>) -> bool {
    let (low, high) = lengths(facts);
    (low..=high).contains(&text.chars().count())
        && facts
            .all("pattern")
            .filter_map(Value::as_str)
            .all(|pattern| pattern::is_match(pattern, text))
}

/// A string of so many code points.
pub(super) fn of_length(length: usize, rng: &mut fastrand::Rng) -> String {
    let alphabet = ALPHABETS[rng.usize(..ALPHABETS.len())];
    let characters: Vec<_> = alphabet.chars().collect();
    if length > 200 {
        // Long ones differ in their beginnings only: they are about their length.
        let filler = characters[rng.usize(..characters.len())].to_string();
        return filler.repeat(length);
    }
    (0..length).map(|_| characters[rng.usize(..characters.len())]).collect()
}

/// One code point may be four bytes, two UTF-16 units, or no character of its own.
const ALPHABETS: [&str; 6] = [
    "abcdefghijklmnopqrstuvwxyz ",
    "aA0 _-./",
    "áßøлж한국日本",
    "😀🗼👩‍👧🇰🇷",
    "e\u{301}\u{200b}\u{feff}",
    "\"\\/\n\t\u{0}\u{7f}<>&{}",
];

fn formatted(format: &str) -> Option<&'static str> {
    Some(match format {
        "date-time" => "2026-02-28T23:59:60Z",
        "date" => "2026-02-28",
        "time" => "12:00:00+09:00",
        "duration" => "P1DT2H",
        "email" | "idn-email" => "a@example.com",
        "hostname" | "idn-hostname" => "example.com",
        "ipv4" => "127.0.0.1",
        "ipv6" => "::1",
        "uuid" => "6ba7b810-9dad-11d1-80b4-00c04fd430c8",
        "binary" | "byte" => "AAEC",
        format if format.contains("ur") => "https://example.com/a.png?b=c#d",
        _ => return None,
    })
}
