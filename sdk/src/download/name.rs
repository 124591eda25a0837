//! Names for files, made of what stands in URLs: whatever that is, it names a file in the folder
//! and nothing else.

use std::collections::{BTreeMap, BTreeSet};

use percent_encoding::percent_decode_str;
use url::Url;

/// So many bytes fit everywhere, with a number and an ending behind them.
const LONGEST: usize = 120;

/// A name, not yet unique.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Name {
    pub(super) stem: String,
    /// The ending that the URL has, in lower case.
    pub(super) ending: Option<String>,
}

impl Name {
    /// The name that a URL ends with.
    pub(super) fn of_url(url: &Url) -> Self {
        let last = url.path().rsplit('/').find(|segment| !segment.is_empty()).unwrap_or_default();
        let last = percent_decode_str(last).decode_utf8_lossy();
        match last.rsplit_once('.') {
            Some((stem, ending)) if is_ending(ending) && !stem.is_empty() => {
                Self { stem: safe(stem), ending: Some(ending.to_ascii_lowercase()) }
            }
            _ => Self { stem: safe(&last), ending: None },
        }
    }

    /// A name of the caller's own; the ending comes with the file.
    pub(super) fn chosen(stem: &str, ending: Option<String>) -> Self {
        Self { stem: safe(stem), ending }
    }
}

fn is_ending(text: &str) -> bool {
    (1..=12).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric())
        && text.bytes().any(|b| b.is_ascii_alphabetic())
}

/// The name of a file: `a.png`, or the `number`-th of that name, `a-2.png`.
pub(super) fn numbered(stem: &str, number: usize, ending: Option<&str>) -> String {
    let number = if number > 1 { format!("-{number}") } else { String::new() };
    let dot = if ending.is_some() { "." } else { "" };
    format!("{stem}{number}{dot}{}", ending.unwrap_or_default())
}

/// Numbers the names that occur more than once, so that the numbers do not depend on which file
/// is there first.
pub(super) fn number_all(names: &mut [Name]) {
    let mut taken = BTreeSet::new();
    // How often each name was met: the numbers up to there are taken.
    let mut met: BTreeMap<String, usize> = BTreeMap::new();
    for name in names {
        let ending = name.ending.as_deref();
        let last = met.entry(folded(&numbered(&name.stem, 1, ending))).or_default();
        loop {
            *last += 1;
            if taken.insert(folded(&numbered(&name.stem, *last, ending))) {
                break;
            }
        }
        if *last > 1 {
            name.stem = numbered(&name.stem, *last, None);
        }
    }
}

/// As file systems compare names that do not tell `A` from `a`.
pub(super) fn folded(name: &str) -> String {
    name.to_lowercase()
}

/// Any text as the beginning of a file's name.
fn safe(text: &str) -> String {
    let text: String = text.chars().filter(|c| !is_invisible(*c)).map(plain).collect();
    // Hidden files, options of commands, and what Windows drops.
    let text = text.trim_start_matches(['.', '-', '~', ' ']).trim_end_matches(['.', ' ']);
    let mut stem = if is_reserved(text) { format!("_{text}") } else { text.to_owned() };
    while stem.len() > LONGEST {
        stem.pop();
    }
    let stem = stem.trim_end_matches(['.', ' ']);
    if stem.is_empty() { "file".to_owned() } else { stem.to_owned() }
}

fn plain(c: char) -> char {
    match c {
        '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|' | '\u{fffd}' => '_',
        c if c.is_control() => '_',
        c if c.is_whitespace() => ' ',
        c => c,
    }
}

/// Signs that are not seen, or that turn the direction of writing: `a\u{202e}gnp.exe`.
fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}')
}

/// Names that mean devices on Windows, whatever follows the first dot.
fn is_reserved(name: &str) -> bool {
    let word = name.split('.').next().unwrap_or_default().trim_end().to_ascii_uppercase();
    let numbered = |prefix| {
        let rest: Option<&str> = word.strip_prefix(prefix);
        let mut rest = rest.unwrap_or_default().chars();
        matches!((rest.next(), rest.next()), (Some('0'..='9' | '¹' | '²' | '³'), None))
    };
    matches!(word.as_str(), "CON" | "PRN" | "AUX" | "NUL" | "CONIN$" | "CONOUT$")
        || numbered("COM")
        || numbered("LPT")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_url(url: &str) -> String {
        let name = Name::of_url(&Url::parse(url).unwrap());
        numbered(&name.stem, 1, name.ending.as_deref())
    }

    #[test]
    fn hostile_urls_name_files_in_the_folder() {
        let long = format!("https://h/{}.png", "é".repeat(300));
        let cases = [
            ("https://h/a/b.PNG?x=/../y", "b.png"),
            ("https://h/a/b/", "b"),
            ("https://h/", "file"),
            ("https://h/a/../../etc/passwd", "passwd"),
            ("https://h/%2e%2e%2fetc%2fpasswd", "_etc_passwd"),
            ("https://h/..%5c..%5cboot.ini", "_.._boot.ini"),
            ("https://h/%2Fetc%2Fshadow", "_etc_shadow"),
            ("https://h/%252e%252e%252fx", "%2e%2e%2fx"),
            ("https://h/.bashrc", "bashrc"),
            ("https://h/-rf.png", "rf.png"),
            ("https://h/~root.png", "root.png"),
            ("https://h/a%00.png", "a_.png"),
            ("https://h/a%0d%0a.png", "a__.png"),
            ("https://h/a%FF%FE.png", "a__.png"),
            ("https://h/NUL.png", "_NUL.png"),
            ("https://h/com1.tar.gz", "_com1.tar.gz"),
            ("https://h/lpt%C2%B9", "_lpt¹"),
            ("https://h/company.png", "company.png"),
            ("https://h/a.png.", "a.png"),
            ("https://h/a%20.%20.png", "a.png"),
            ("https://h/%E2%80%AEgnp.exe", "gnp.exe"),
            ("https://h/%ED%95%9C%EA%B5%AD.webp", "한국.webp"),
            ("https://h/c:%5cx:y.mp4", "c__x_y.mp4"),
            ("https://h/v1.2-final", "v1.2-final"),
            ("https://h/v1.2", "v1.2"),
            ("https://h/model.safetensors", "model.safetensors"),
            ("https://h/name.with-a-dash", "name.with-a-dash"),
            (&long, &format!("{}.png", "é".repeat(60))),
        ];
        for (url, name) in cases {
            assert_eq!(of_url(url), name, "{url}");
        }
    }

    #[test]
    fn whatever_is_decoded_is_one_plain_component() {
        let mut random = fastrand::Rng::with_seed(7);
        for _ in 0..20_000 {
            let text: String = (0..random.usize(0..12))
                .map(|_| *random.choice(b"./\\:%~- aN0\x00\x1f\x7f").unwrap() as char)
                .collect();
            let name = numbered(&Name::chosen(&text, None).stem, 2, Some("png"));
            let path = std::path::Path::new(&name);
            let components: Vec<_> = path.components().collect();
            assert!(matches!(components.as_slice(), [std::path::Component::Normal(_)]), "{text:?}");
            assert!(!name.contains(['/', '\\', ':', '\0']) && !name.starts_with(['.', '-']));
        }
    }

    #[test]
    fn many_files_of_one_name_take_no_longer_than_many_others() {
        let mut names = vec![Name::chosen("cat", Some("png".to_owned())); 50_000];
        let started = std::time::Instant::now();
        number_all(&mut names);
        assert_eq!(names[49_999].stem, "cat-50000");
        // Less than a second; an hour, if each tried all numbers.
        assert!(started.elapsed().as_secs() < 60);
    }

    #[test]
    fn names_that_occur_twice_are_numbered_in_order() {
        let urls = [
            "https://h/a/0.png",
            "https://h/b/0.png",
            "https://h/0.wav",
            "https://h/0-2.png",
            "https://h/0.PNG",
            "https://h/cat",
            // File systems do not all tell them apart.
            "https://h/Cat",
        ];
        let mut names: Vec<_> = urls.map(|url| Name::of_url(&Url::parse(url).unwrap())).into();
        number_all(&mut names);
        let full = |name: &Name| numbered(&name.stem, 1, name.ending.as_deref());
        let names: Vec<_> = names.iter().map(full).collect();
        assert_eq!(names, ["0.png", "0-2.png", "0.wav", "0-2-2.png", "0-3.png", "cat", "Cat-2"]);
    }
}
