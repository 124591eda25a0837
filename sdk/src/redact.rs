//! URLs as they may be shown: a query may hold a signature, a user name a password, and a `data:`
//! URI the whole file.

/// Whether a text means to be a `data:` URI.
pub(crate) fn is_data_uri(text: &str) -> bool {
    starts_with(text, "data:")
}

/// Whether a text begins like something that should not be shown whole.
pub(crate) fn is_link(text: &str) -> bool {
    is_data_uri(text) || starts_with(text, "https:") || starts_with(text, "http:")
}

fn starts_with(text: &str, scheme: &str) -> bool {
    text.get(..scheme.len()).is_some_and(|head| head.eq_ignore_ascii_case(scheme))
}

/// A URL without its query, fragment and user name, a `data:` URI without its content.
pub(crate) fn link(text: &str) -> String {
    if is_data_uri(text) {
        let kind = text.split([';', ',']).next().unwrap_or(text);
        return if kind.len() == text.len() { text.to_owned() } else { format!("{kind};…") };
    }
    let end = text.find(['?', '#']).unwrap_or(text.len());
    let (kept, cut) = text.split_at(end);
    let cut = if cut.is_empty() { "" } else { "?…" };
    let (scheme, rest) = kept.split_at(kept.find(':').map_or(0, |colon| colon + 1));
    // Browsers take any number of slashes, of either kind, and none for two.
    let host = rest.trim_start_matches(['/', '\\']);
    let slashes = &rest[..rest.len() - host.len()];
    let authority = &host[..host.find(['/', '\\']).unwrap_or(host.len())];
    let host = authority.rfind('@').map_or(host, |at| &host[at + 1..]);
    format!("{scheme}{slashes}{host}{cut}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_secret_is_cut_out() {
        let cases = [
            ("https://a.b/c%20d?sig=1#x", "https://a.b/c%20d?…"),
            ("https://a.b/c#sig=1", "https://a.b/c?…"),
            ("https://a.b/c@d.png", "https://a.b/c@d.png"),
            ("https://me:pw@a.b/c", "https://a.b/c"),
            ("https://me:p@w@a.b/c", "https://a.b/c"),
            ("https:me:pw@a.b/c", "https:a.b/c"),
            (r"https:\\me:pw@a.b\c", r"https:\\a.b\c"),
            ("me:pw@a.b", "me:a.b"),
            ("DATA:image/png;base64,AAAA", "DATA:image/png;…"),
            ("data:,abc", "data:;…"),
            ("cat.png", "cat.png"),
            ("", ""),
        ];
        for (url, shown) in cases {
            assert_eq!(link(url), shown);
        }
    }
}
