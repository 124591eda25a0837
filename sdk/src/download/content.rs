//! What a file is, whatever its name and its host say of it: it was paid for, so it is saved as what
//! it is. Only a page that stands in its place, to say that something failed, is not.

use crate::OutputKind;
use crate::format::{Format, Text, kind_of_media_type, recognize, recognize_text};

/// What a file is said to be.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Claims<'a> {
    /// The host's `Content-Type`.
    pub(super) media_type: Option<&'a str>,
    /// The host's `Content-Encoding`: none was asked for.
    pub(super) coding: Option<&'a str>,
    /// The ending of its URL.
    pub(super) ending: Option<&'a str>,
}

/// What is known about a file whose first bytes have been seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Verdict {
    /// The ending that its name should have.
    pub(super) ending: String,
    pub(super) media_type: Option<String>,
    /// In what it is not as it should be.
    pub(super) warning: Option<String>,
    /// Whether it is no medium of the kind that it should be: the one that was made may still come.
    pub(super) is_other: bool,
}

/// Tells what a file is by its first bytes; by what is claimed only where those do not tell.
///
/// Fails for an empty file, and for what is plainly a page about an error.
pub(super) fn judge(head: &[u8], claims: Claims<'_>) -> Result<Verdict, String> {
    if head.is_empty() {
        return Err("it is empty".to_owned());
    }
    let expected = Expected::of(claims);
    let format = recognize(head);
    match (coding(claims.coding), format) {
        (Some(coding), None) => return expected.compressed(coding),
        (Some(coding), Some(format)) if format.is_compressed() => {
            return expected.compressed(coding);
        }
        _ => {}
    }
    match (format, recognize_text(head)) {
        (Some(format), _) => Ok(expected.met_by(format)),
        (None, Some(text)) => expected.met_by_text(text),
        (None, None) => Ok(expected.unseen()),
    }
}

/// What the claims come to.
struct Expected<'a> {
    ending: Option<&'a str>,
    media_type: Option<String>,
    by_name: Option<&'static Format>,
    by_type: Option<&'static Format>,
}

impl<'a> Expected<'a> {
    fn of(claims: Claims<'a>) -> Self {
        let media_type = claims.media_type.and_then(essence);
        Self {
            // What runs on a host says nothing about what comes out of it.
            ending: claims.ending.filter(|ending| !is_script(ending)),
            by_name: claims.ending.and_then(Format::of_ending),
            by_type: media_type.as_deref().and_then(Format::of_media_type),
            media_type,
        }
    }

    /// The kind of medium that it should be, by its name or else by its type; and whether that is a
    /// format that is never text.
    fn medium(&self) -> Option<(&'static str, bool)> {
        let named = self.by_name.map(|format| (format.name, format.kinds));
        let typed = || self.by_type.map(|format| (format.name, format.kinds));
        let of_kind = || {
            Some(match kind_of_media_type(self.media_type.as_deref()?)? {
                OutputKind::Image => "an image",
                OutputKind::Video => "a video",
                OutputKind::Audio => "audio",
            })
        };
        match named.or_else(typed) {
            Some((name, kinds)) => (!kinds.is_empty()).then_some((name, true)),
            None => of_kind().map(|kind| (kind, false)),
        }
    }

    /// The bytes are of this format.
    fn met_by(&self, format: &'static Format) -> Verdict {
        let fits = self.ending.is_some_and(|ending| format.may_end_with(ending));
        let by_name = self.by_name.filter(|_| !fits);
        let by_type = self.by_type.filter(|_| !self.is_said_to_be(format));
        let other = by_name.or(by_type.filter(|told| !told.is_text()));
        let ending = self.ending.filter(|_| fits).unwrap_or(format.ending());
        self.verdict(format, ending, other.map(|other| other.name))
    }

    /// The bytes are text.
    fn met_by_text(&self, text: Text) -> Result<Verdict, String> {
        let Text { format, is_error, is_open, is_blank } = text;
        let svg = [self.by_name, self.by_type].into_iter().flatten().find(|told| told.is_svg());
        if let Some(svg) = svg.filter(|_| is_open) {
            return Ok(self.met_by(svg));
        }
        if let Some((medium, is_known)) = self.medium() {
            // There are formats of text among those that are not known, such as playlists.
            let is_page = format.is_prose() && (is_known || !format.is_words());
            if is_error || is_blank || is_page {
                return Err(format!("it should be {medium}, and it is {}", format.name));
            }
            let named = self.ending.filter(|ending| !is_known && format.may_end_with(ending));
            return Ok(self.verdict(format, named.unwrap_or(format.ending()), Some(medium)));
        }
        let is_named = self.ending.is_some_and(|ending| format.may_end_with(ending));
        let is_named_text = self.by_name.is_some_and(Format::is_text);
        // A name that says nothing of text is no word for an error either.
        let is_in_place = !is_named || !is_named_text && !format.is_words();
        if is_error && is_in_place {
            return Err(format!("it is {} about an error", format.name));
        }
        if is_named || self.ending.is_none() {
            let typed = || self.by_type.filter(|told| format.may_end_with(told.ending()));
            let by_type = || typed().unwrap_or(format).ending();
            return Ok(self.verdict(format, self.ending.unwrap_or_else(by_type), None));
        }
        Ok(self.verdict(format, format.ending(), self.by_name.map(|named| named.name)))
    }

    /// The bytes tell nothing.
    fn unseen(&self) -> Verdict {
        let told = self.by_type.filter(|told| !told.is_text());
        let ending = match (told, self.ending) {
            (Some(told), Some(ending)) if told.may_end_with(ending) => ending,
            (Some(told), _) => told.ending(),
            (None, Some(ending)) => ending,
            (None, None) => "bin",
        };
        let missed = told.or(self.by_name);
        let is_other = missed.is_some_and(|format| !format.kinds.is_empty());
        let warning = missed.map(|format| {
            format!("it should be {}, and its first bytes are not: saved as it is", format.name)
        });
        let media_type =
            self.media_type.clone().filter(|_| self.by_type.is_none_or(|told| !told.is_text()));
        Verdict { ending: ending.to_owned(), media_type, warning, is_other }
    }

    /// The bytes are packed, though they should not be: only what is packed can tell what they are.
    fn compressed(&self, coding: &str) -> Result<Verdict, String> {
        let is_page = self.by_type.is_some_and(Format::is_text);
        if let (true, Some((medium, _))) = (is_page, self.medium()) {
            return Err(format!(
                "it should be {medium}, and it is a text in the coding {coding:?}"
            ));
        }
        let packed = match coding {
            "gzip" | "x-gzip" => "gz",
            "zstd" => "zst",
            "br" => "br",
            _ => "packed",
        };
        let inner = self.ending.or(self.by_type.map(Format::ending)).unwrap_or("bin");
        let ending = format!("{inner}.{packed}");
        let warning = format!(
            "the host has packed it by {coding:?}, which was not asked for: saved packed, as .{ending}"
        );
        Ok(Verdict { ending, media_type: None, warning: Some(warning), is_other: false })
    }

    /// Whether a medium should be here, of a kind that this format does not hold: a poster stands in
    /// place of a video, or a word that it is not ready yet.
    fn is_other_kind(&self, format: &Format) -> bool {
        let of_type = || kind_of_media_type(self.media_type.as_deref()?);
        match self.by_name.or(self.by_type) {
            Some(expected) if expected.kinds.is_empty() => false,
            Some(expected) => !expected.kinds.iter().any(|kind| format.kinds.contains(kind)),
            None => of_type().is_some_and(|kind| !format.kinds.contains(&kind)),
        }
    }

    fn is_said_to_be(&self, format: &'static Format) -> bool {
        self.media_type.as_deref().is_some_and(|told| format.may_be(told))
    }

    fn verdict(&self, format: &'static Format, ending: &str, other: Option<&str>) -> Verdict {
        let media_type = self.media_type.clone().filter(|_| self.is_said_to_be(format));
        let media_type = media_type.unwrap_or_else(|| format.media_type().to_owned());
        let warning = other.map(|other| {
            format!("it should be {other}, and it is {}: saved as .{ending}", format.name)
        });
        let is_other = self.is_other_kind(format);
        Verdict { ending: ending.to_owned(), media_type: Some(media_type), warning, is_other }
    }
}

/// `image/png` of `Image/PNG; charset=binary`; `None` for what says nothing.
fn essence(media_type: &str) -> Option<String> {
    let essence = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let is_part = |part: &str| {
        !part.is_empty()
            && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$&^_.+-".contains(&b))
    };
    let is_type = essence.split_once('/').is_some_and(|(kind, of)| is_part(kind) && is_part(of));
    let is_vague = matches!(
        essence.as_str(),
        "application/octet-stream"
            | "binary/octet-stream"
            | "application/binary"
            | "application/x-binary"
    );
    (is_type && !is_vague && essence.len() <= 100).then_some(essence)
}

/// The coding of a body, where it is one.
fn coding(coding: Option<&str>) -> Option<&str> {
    let coding = coding?.trim();
    let is_none = matches!(coding, "" | "identity" | "aws-chunked" | "none" | "utf-8");
    (!is_none && coding.len() <= 20 && coding.is_ascii()).then_some(coding)
}

fn is_script(ending: &str) -> bool {
    matches!(
        ending,
        "php" | "asp" | "aspx" | "ashx" | "jsp" | "cgi" | "do" | "action" | "cfm" | "pl" | "py"
    )
}

#[cfg(test)]
mod tests;
