//! Which version of a file a host sends: pieces of two versions must never become one file.

use std::time::Duration;

use reqwest::header::{
    CONTENT_LENGTH, CONTENT_RANGE, DATE, ETAG, HeaderMap, HeaderName, LAST_MODIFIED,
};

use super::fetch::text;

/// What tells the version that is here in part from any other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Version {
    /// A strong entity tag, which stands for these very bytes.
    Tag(String),
    /// When the file was last changed, by the clock of a host that has no tags.
    Date(String),
}

impl Version {
    /// The version that an answer is of; `None` where the host could not tell two of them apart.
    pub(super) fn of(headers: &HeaderMap) -> Option<Self> {
        if let Some(tag) = only(headers, ETAG).filter(|tag| tag.starts_with('"')) {
            return Some(Self::Tag(tag.to_owned()));
        }
        // A file that was changed in the second in which it was sent may be changed again in it
        // (RFC 9110, 8.8.2.2).
        let read = |name| httpdate::parse_http_date(only(headers, name)?).ok();
        let age = read(DATE)?.duration_since(read(LAST_MODIFIED)?).ok()?;
        let date = only(headers, LAST_MODIFIED)?;
        (age >= Duration::from_secs(1)).then(|| Self::Date(date.to_owned()))
    }

    /// As the condition under which the host is to send only the rest.
    pub(super) fn if_range(&self) -> &str {
        match self {
            Self::Tag(value) | Self::Date(value) => value,
        }
    }

    /// Whether an answer says that it is of this version. A host that does not know the condition
    /// sends the rest of whatever is there now, so the answer has to say it.
    pub(super) fn is_of(&self, headers: &HeaderMap) -> bool {
        match self {
            Self::Tag(tag) => only(headers, ETAG) == Some(tag),
            Self::Date(date) => only(headers, LAST_MODIFIED) == Some(date),
        }
    }
}

fn only(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?.to_str().ok()?.trim();
    values.next().is_none().then_some(value)
}

/// The piece of a file that a partial answer has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) first: u64,
    /// One behind the last.
    pub(super) end: u64,
    pub(super) total: u64,
}

impl Piece {
    /// `None` where the answer does not say it, or contradicts itself. An answer of several pieces
    /// does not say it here.
    pub(super) fn of(headers: &HeaderMap) -> Option<Self> {
        let piece = Self::read(text(headers, CONTENT_RANGE)?)?;
        let length = text(headers, CONTENT_LENGTH).map(|length| length.trim().parse().ok());
        let is_as_long = length.is_none_or(|length| length == Some(piece.end - piece.first));
        is_as_long.then_some(piece)
    }

    /// `bytes 5-9/10` is from 5 of 10.
    fn read(text: &str) -> Option<Self> {
        let (unit, range) = text.trim().split_once(' ')?;
        let (range, total) = range.split_once('/')?;
        let (first, last) = range.split_once('-')?;
        let number = |text: &str| text.trim().parse::<u64>().ok();
        let (first, last, total) = (number(first)?, number(last)?, number(total)?);
        let is_sane = unit.eq_ignore_ascii_case("bytes") && first <= last && last < total;
        is_sane.then_some(Self { first, end: last + 1, total })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MONDAY: &str = "Mon, 06 Jan 2025 10:00:00 GMT";
    const A_SECOND_LATER: &str = "Mon, 06 Jan 2025 10:00:01 GMT";

    fn headers(lines: &[(HeaderName, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(name, value.parse().unwrap());
        }
        headers
    }

    #[test]
    fn a_version_is_known_by_what_cannot_be_another_ones() {
        let tag = |tag: &str| Some(Version::Tag(tag.to_owned()));
        let date = |date: &str| Some(Version::Date(date.to_owned()));
        let cases = [
            (vec![(ETAG, "\"v1\"")], tag("\"v1\"")),
            (vec![(ETAG, "\"v1\""), (LAST_MODIFIED, MONDAY)], tag("\"v1\"")),
            (vec![(ETAG, "W/\"v1\"")], None),
            (vec![(ETAG, "v1")], None),
            (vec![(ETAG, "\"v1\""), (ETAG, "\"v2\"")], None),
            (vec![(LAST_MODIFIED, MONDAY), (DATE, A_SECOND_LATER)], date(MONDAY)),
            (
                vec![(ETAG, "W/\"v1\""), (LAST_MODIFIED, MONDAY), (DATE, A_SECOND_LATER)],
                date(MONDAY),
            ),
            // Changed just now; by a clock that nobody knows; in words.
            (vec![(LAST_MODIFIED, MONDAY), (DATE, MONDAY)], None),
            (vec![(LAST_MODIFIED, A_SECOND_LATER), (DATE, MONDAY)], None),
            (vec![(LAST_MODIFIED, MONDAY)], None),
            (vec![(LAST_MODIFIED, "yesterday"), (DATE, MONDAY)], None),
            (vec![], None),
        ];
        for (lines, version) in cases {
            assert_eq!(Version::of(&headers(&lines)), version, "{lines:?}");
        }
    }

    #[test]
    fn an_answer_has_to_say_that_it_is_of_the_version() {
        let tag = Version::Tag("\"v1\"".to_owned());
        let date = Version::Date(MONDAY.to_owned());
        assert!(tag.is_of(&headers(&[(ETAG, "\"v1\"")])));
        assert!(date.is_of(&headers(&[(LAST_MODIFIED, MONDAY), (ETAG, "W/\"v2\"")])));
        for lines in [
            vec![],
            vec![(ETAG, "\"v2\"")],
            vec![(ETAG, "W/\"v1\"")],
            vec![(ETAG, "\"v1\""), (ETAG, "\"v2\"")],
            vec![(LAST_MODIFIED, A_SECOND_LATER)],
        ] {
            let headers = headers(&lines);
            assert!(!tag.is_of(&headers) && !date.is_of(&headers), "{lines:?}");
        }
    }

    #[test]
    fn pieces_are_read_and_have_to_make_sense() {
        let piece = |first, end, total| Some(Piece { first, end, total });
        let cases = [
            ("bytes 5-9/10", None, piece(5, 10, 10)),
            ("Bytes 5-6/10", Some("2"), piece(5, 7, 10)),
            ("bytes 5-6/10", Some("3"), None),
            ("bytes 5-6/10", Some("many"), None),
            ("bytes 5-9/*", None, None),
            ("bytes */10", None, None),
            ("bytes 6-5/10", None, None),
            ("bytes 5-10/10", None, None),
            ("bytes 5-18446744073709551616/10", None, None),
            ("lines 5-9/10", None, None),
            ("bytes 5", None, None),
            ("", None, None),
        ];
        for (range, length, piece) in cases {
            let mut lines = vec![(CONTENT_RANGE, range)];
            lines.extend(length.map(|length| (CONTENT_LENGTH, length)));
            assert_eq!(Piece::of(&headers(&lines)), piece, "{range} {length:?}");
        }
        assert_eq!(Piece::of(&HeaderMap::new()), None);
    }
}
