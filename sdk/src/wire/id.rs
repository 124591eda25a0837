//! Request ids and model ids.

/// Request ids are `[A-Za-z0-9_-]{1,128}`.
pub(crate) fn valid_request_id(id: &str) -> bool {
    (1..=128).contains(&id.len())
        && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-".contains(&b))
}

/// Model ids are two to five segments of `[A-Za-z0-9_.-]+`, none of them `.` or `..`.
pub(crate) fn valid_model_id(id: &str) -> bool {
    (2..=5).contains(&id.split('/').count()) && id.split('/').all(valid_segment)
}

fn valid_segment(segment: &str) -> bool {
    !matches!(segment, "" | "." | "..")
        && segment.bytes().all(|b| b.is_ascii_alphanumeric() || b"_.-".contains(&b))
}

/// The request id of an accepted submit whose answer broke off after it.
///
/// Only a member `request_id` of the outermost object counts, and only if its closing quote
/// arrived: then the id is whole, and the paid job need not be given up for lost.
pub(crate) fn salvage_request_id(body: &[u8]) -> Option<String> {
    let mut strings = Strings { body, at: 0, depth: 0 };
    while let Some((depth, text)) = strings.next_string() {
        if depth == 1 && text == b"request_id" && strings.skip_colon() {
            let (_, id) = strings.next_string()?;
            let id = std::str::from_utf8(id).ok()?;
            return valid_request_id(id).then(|| id.to_owned());
        }
    }
    None
}

/// The string literals of a piece of JSON, each with the number of brackets around it.
struct Strings<'a> {
    body: &'a [u8],
    at: usize,
    depth: usize,
}

impl<'a> Strings<'a> {
    fn next_string(&mut self) -> Option<(usize, &'a [u8])> {
        loop {
            let byte = *self.body.get(self.at)?;
            self.at += 1;
            match byte {
                b'{' | b'[' => self.depth += 1,
                b'}' | b']' => self.depth = self.depth.checked_sub(1)?,
                b'"' => return Some((self.depth, self.rest_of_string()?)),
                _ => {}
            }
        }
    }

    fn rest_of_string(&mut self) -> Option<&'a [u8]> {
        let start = self.at;
        loop {
            match *self.body.get(self.at)? {
                b'"' => {
                    self.at += 1;
                    return Some(&self.body[start..self.at - 1]);
                }
                b'\\' => self.at += 2,
                _ => self.at += 1,
            }
        }
    }

    /// Whether a colon and the start of a string follow; goes past the colon if so.
    fn skip_colon(&mut self) -> bool {
        let mut rest =
            self.body[self.at..].iter().enumerate().filter(|(_, b)| !b.is_ascii_whitespace());
        let colon = rest.next().is_some_and(|(_, b)| *b == b':');
        match rest.next() {
            Some((offset, b'"')) if colon => {
                self.at += offset;
                true
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn request_ids_are_checked() {
        let long = "a".repeat(128);
        for good in ["a", "0b9f-11_Z", &long] {
            assert!(valid_request_id(good), "{good}");
        }
        let too_long = "a".repeat(129);
        for bad in ["", "a b", "a/b", "a.b", "ä", "..", "a\n", &too_long] {
            assert!(!valid_request_id(bad), "{bad}");
        }
    }

    #[test]
    fn model_ids_are_checked() {
        for good in ["a/b", "google/nano-banana-2/text-to-image", "a/b/c/d/e", "A/b.1_c"] {
            assert!(valid_model_id(good), "{good}");
        }
        for bad in ["", "a", "a/b/c/d/e/f", "a//b", "/a/b", "a/b/", "a/..", "./a", "a/b?c", "a/b c"]
        {
            assert!(!valid_model_id(bad), "{bad}");
        }
    }

    #[test]
    fn an_id_is_salvaged_only_when_it_is_whole_and_at_the_top() {
        let whole = Some("r-1".to_owned());
        let cases = [
            (r#"{"request_id":"r-1","status_url":"http"#, whole.clone()),
            (r#"{ "status_url" : "a\"b{" , "request_id" : "r-1" "#, whole.clone()),
            (r#"{"detail":[{"request_id":"x"}],"request_id":"r-1"}"#, whole),
            (r#"{"request_id":"r-1"#, None),
            (r#"{"request_id":"#, None),
            (r#"{"request_id":17,"a":"b"}"#, None),
            (r#"{"request_id":"not an id"}"#, None),
            (r#"{"error":{"request_id":"r-1"}}"#, None),
            (r#"{"message":"request_id","a":"r-1"}"#, None),
            ("<html>", None),
            ("", None),
        ];
        for (body, id) in cases {
            assert_eq!(salvage_request_id(body.as_bytes()), id, "{body}");
        }
    }
}
