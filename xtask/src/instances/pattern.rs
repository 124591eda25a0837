//! Strings that match a regular expression, where it is a simple one.

use std::iter::Peekable;
use std::str::Chars;

/// Whether the pattern matches anywhere in the text.
pub(super) fn is_match(pattern: &str, text: &str) -> bool {
    let unicode = regress::Flags { unicode: true, ..regress::Flags::default() };
    let regex =
        regress::Regex::with_flags(pattern, unicode).or_else(|_| regress::Regex::new(pattern));
    regex.is_ok_and(|regex| regex.find(text).is_some())
}

/// A string that matches, unless the pattern needs what is not known here.
pub(super) fn text(pattern: &str, rng: &mut fastrand::Rng) -> Option<String> {
    let mut chars = pattern.chars().peekable();
    let node = alternatives(&mut chars)?;
    chars.next().is_none().then_some(())?;
    let mut out = String::new();
    node.write(&mut out, rng);
    is_match(pattern, &out).then_some(out)
}

enum Node {
    /// One of these ranges.
    One(Vec<(char, char)>),
    /// One of these sequences.
    Any(Vec<Vec<Node>>),
    Repeated(Box<Node>, usize, usize),
}

impl Node {
    fn write(&self, out: &mut String, rng: &mut fastrand::Rng) {
        match self {
            Self::One(ranges) => {
                let (first, last) = ranges[rng.usize(..ranges.len())];
                out.push(rng.char(first..=last));
            }
            Self::Any(sequences) => {
                let sequence = &sequences[rng.usize(..sequences.len())];
                sequence.iter().for_each(|node| node.write(out, rng));
            }
            Self::Repeated(node, low, high) => {
                (0..rng.usize(*low..=*high)).for_each(|_| node.write(out, rng));
            }
        }
    }
}

type Rest<'a> = Peekable<Chars<'a>>;

fn alternatives(chars: &mut Rest<'_>) -> Option<Node> {
    let mut all = vec![Vec::new()];
    while let Some(next) = chars.peek().copied() {
        match next {
            ')' => break,
            '|' => {
                chars.next();
                all.push(Vec::new());
            }
            // The text is made whole: it begins and ends here.
            '^' | '$' => {
                chars.next();
            }
            _ => {
                let node = repeated(chars)?;
                all.last_mut()?.push(node);
            }
        }
    }
    Some(Node::Any(all))
}

fn repeated(chars: &mut Rest<'_>) -> Option<Node> {
    let node = single(chars)?;
    let (low, high) = match chars.peek() {
        Some('*') => (0, 4),
        Some('+') => (1, 5),
        Some('?') => (0, 1),
        Some('{') => {
            chars.next();
            let inside: String = chars.by_ref().take_while(|c| *c != '}').collect();
            let (low, high) = inside.split_once(',').unwrap_or((&inside, &inside));
            let low = low.parse().ok()?;
            let high = if high.is_empty() { low + 4 } else { high.parse().ok()? };
            return Some(Node::Repeated(Box::new(node), low, high.max(low)));
        }
        _ => return Some(node),
    };
    chars.next();
    Some(Node::Repeated(Box::new(node), low, high))
}

fn single(chars: &mut Rest<'_>) -> Option<Node> {
    match chars.next()? {
        '(' => {
            if chars.next_if_eq(&'?').is_some() {
                chars.next_if_eq(&':')?;
            }
            let node = alternatives(chars)?;
            chars.next_if_eq(&')')?;
            Some(node)
        }
        '[' => class(chars),
        '\\' => escaped(chars.next()?),
        '.' => Some(Node::One(vec![('a', 'z'), ('가', '힣')])),
        c => Some(Node::One(vec![(c, c)])),
    }
}

fn escaped(c: char) -> Option<Node> {
    Some(Node::One(match c {
        'd' => vec![('0', '9')],
        'w' => vec![('a', 'z'), ('A', 'Z'), ('0', '9'), ('_', '_')],
        's' => vec![(' ', ' ')],
        'n' => vec![('\n', '\n')],
        't' => vec![('\t', '\t')],
        c if c.is_alphanumeric() => return None,
        c => vec![(c, c)],
    }))
}

fn class(chars: &mut Rest<'_>) -> Option<Node> {
    let mut ranges = Vec::new();
    let negated = chars.next_if_eq(&'^').is_some();
    loop {
        let first = match chars.next()? {
            ']' => break,
            '\\' => match escaped(chars.next()?)? {
                Node::One(all) if all.len() == 1 && all[0].0 == all[0].1 => all[0].0,
                Node::One(all) => {
                    ranges.extend(all);
                    continue;
                }
                _ => return None,
            },
            c => c,
        };
        let mut ahead = chars.clone();
        if ahead.next() == Some('-') && ahead.next().is_some_and(|c| c != ']') {
            chars.next();
            ranges.push((first, chars.next()?));
        } else {
            ranges.push((first, first));
        }
    }
    if negated {
        let apart = |c: &char| !ranges.iter().any(|(low, high)| (*low..=*high).contains(c));
        ranges =
            ['a', 'Z', '5', ' ', '-', '한'].into_iter().filter(apart).map(|c| (c, c)).collect();
    }
    (!ranges.is_empty() && ranges.iter().all(|(low, high)| low <= high))
        .then_some(Node::One(ranges))
}

#[cfg(test)]
mod tests {
    use super::text;

    #[test]
    fn simple_patterns_are_matched() {
        let mut rng = fastrand::Rng::with_seed(1);
        for pattern in [
            "^[a-z]{2,5}-\\d+$",
            "^(auto|\\d{3,4}x\\d{3,4})$",
            "^#?[0-9A-Fa-f]{6}$",
            "^https?://.+",
            "[^/]+/[^/]+",
            "^$",
        ] {
            assert!((0..20).all(|_| text(pattern, &mut rng).is_some()), "{pattern}");
        }
        assert_eq!(text("^(?=.*a)b", &mut rng), None);
    }
}
