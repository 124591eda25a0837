//! Many short texts as one long one.

/// Texts one after the other, and where each ends.
///
/// As an array of `&str` each would take a pointer, a length and a relocation besides its bytes, in
/// every program that uses the type.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Texts {
    /// All of them.
    pub joined: &'static str,
    /// Where each ends, in bytes.
    pub ends: &'static [u32],
}

/// Where each of the texts ends, joined.
#[expect(clippy::cast_possible_truncation, reason = "no source file holds 4 GiB of names")]
#[must_use]
pub const fn ends<const N: usize>(texts: [&str; N]) -> [u32; N] {
    let (mut ends, mut end, mut index) = ([0; N], 0, 0);
    while index < N {
        end += texts[index].len() as u32;
        ends[index] = end;
        index += 1;
    }
    ends
}

impl Texts {
    pub(super) const fn len(&self) -> usize {
        self.ends.len()
    }

    const fn start(&self, index: usize) -> usize {
        if index == 0 { 0 } else { self.ends[index - 1] as usize }
    }

    /// The text at `index`.
    pub(super) const fn get(&self, index: usize) -> &'static str {
        let (before, _) = self.joined.split_at(self.ends[index] as usize);
        before.split_at(self.start(index)).1
    }

    /// Whether the text at `index` is this one.
    #[inline]
    pub(super) fn is(&self, index: usize, text: &str) -> bool {
        let Some(end) = self.ends.get(index) else { return false };
        let (start, end) = (self.start(index), *end as usize);
        end - start == text.len() && self.joined.as_bytes()[start..end] == *text.as_bytes()
    }

    pub(super) fn position(&self, text: &str) -> Option<usize> {
        let (mut start, joined) = (0, self.joined.as_bytes());
        self.ends.iter().position(|end| {
            let end = *end as usize;
            let same = end - start == text.len() && joined[start..end] == *text.as_bytes();
            start = end;
            same
        })
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &'static str> {
        let mut start = 0;
        let joined = self.joined;
        self.ends.iter().map(move |end| {
            let text = joined.get(start..*end as usize).unwrap_or_default();
            start = *end as usize;
            text
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Texts, ends};

    const TEXTS: Texts = Texts {
        joined: concat!("21:9", "", "한국", "a", "ab"),
        ends: &ends(["21:9", "", "한국", "a", "ab"]),
    };

    #[test]
    fn each_text_is_found_where_it_was_put() {
        let all = ["21:9", "", "한국", "a", "ab"];
        assert_eq!(TEXTS.iter().collect::<Vec<_>>(), all);
        for (index, text) in all.into_iter().enumerate() {
            assert_eq!(TEXTS.get(index), text);
            assert_eq!(TEXTS.position(text), Some(index));
            assert!((0..9).all(|other| TEXTS.is(other, text) == (other == index)));
        }
    }

    #[test]
    fn what_spans_two_texts_is_none_of_them() {
        for text in ["21:9한국", "한", "국", "aab", "b", "21:"] {
            assert_eq!(TEXTS.position(text), None, "{text}");
        }
    }

    #[test]
    fn of_no_texts_there_is_none() {
        const NONE: Texts = Texts { joined: "", ends: &ends([]) };
        assert_eq!((NONE.len(), NONE.position(""), NONE.is(0, "")), (0, None, false));
    }
}
