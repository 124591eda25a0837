//! Where the token comes from.

use secrecy::{ExposeSecret, SecretString};

use crate::error::Error;

const VARIABLES: [&str; 3] = ["RUNCOMFY_API_TOKEN", "RUNCOMFY_TOKEN", "RUNCOMFY_API_KEY"];

/// A token, and where it comes from, for messages.
pub(super) struct Found {
    token: SecretString,
    place: &'static str,
}

impl Found {
    pub(super) fn given(token: SecretString) -> Self {
        Self { token, place: "the token" }
    }

    /// The token of the environment, as `lookup` tells it: the first variable that is not blank.
    pub(super) fn in_env(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, Error> {
        VARIABLES
            .iter()
            .filter_map(|name| Some((name, lookup(name)?)))
            .find(|(_, value)| !value.trim().is_empty())
            .map(|(place, value)| Self { token: value.into(), place })
            .ok_or_else(|| {
                Error::config(
                    "no token: set RUNCOMFY_API_TOKEN (or RUNCOMFY_TOKEN, or RUNCOMFY_API_KEY), or \
                     give one to the client",
                )
            })
    }

    /// The token without blanks around it, as it goes into the header.
    ///
    /// What comes along by copying from a shell, a file or a header is refused with its name: it
    /// would be sent as a part of the token, and the service would only say that the token is wrong.
    pub(super) fn checked(&self) -> Result<SecretString, Error> {
        let token = self.token.expose_secret().trim();
        match slip(token) {
            Some(slip) => Err(Error::config(format!("{} {slip}", self.place))),
            None => Ok(token.to_owned().into()),
        }
    }
}

/// What is wrong with a token, if it is plain to see.
fn slip(token: &str) -> Option<&'static str> {
    let lower = token.to_ascii_lowercase();
    let quoted = |c| matches!(c, '"' | '\'' | '`' | '“' | '”' | '‘' | '’' | '«' | '»');
    if token.is_empty() {
        Some("is blank")
    } else if token.starts_with(quoted) || token.ends_with(quoted) {
        Some("is in quotation marks: leave them out")
    } else if lower.starts_with("authorization:") {
        Some("begins with `Authorization:`: give the token alone, without the rest of the header")
    } else if ["bearer ", "bearer:", "basic ", "token "].iter().any(|word| lower.starts_with(word))
    {
        Some("begins with the word `Bearer` or the like: give the token alone, without that word")
    } else if lower == "bearer" {
        Some("is the word `Bearer`: the token itself is missing")
    } else if lower.starts_with("export ") || is_assignment(token) {
        Some("has the form NAME=value: give the value alone")
    } else if token.starts_with('<') || token.starts_with('$') {
        Some("is a placeholder: put the token in its place")
    } else if !token.bytes().all(|b| b.is_ascii_graphic()) {
        Some("has characters that no token has: blanks, line breaks or others beyond ASCII")
    } else {
        None
    }
}

/// `RUNCOMFY_TOKEN=…`, `token=…`, and not the `=` with which base64 ends.
fn is_assignment(token: &str) -> bool {
    let Some((name, value)) = token.split_once('=') else { return false };
    let named = !name.is_empty() && name.bytes().all(|b| b.is_ascii_uppercase() || b == b'_')
        || ["token", "api_token", "access_token", "api_key", "apikey", "key"]
            .contains(&name.trim().to_ascii_lowercase().as_str());
    named && !value.trim_matches('=').is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_variable_that_is_not_blank_counts() {
        type Case = (&'static [(&'static str, &'static str)], Option<&'static str>);
        let cases: [Case; 5] = [
            (
                &[("RUNCOMFY_API_KEY", "c"), ("RUNCOMFY_API_TOKEN", "a"), ("RUNCOMFY_TOKEN", "b")],
                Some("a"),
            ),
            (
                &[
                    ("RUNCOMFY_API_TOKEN", " \n"),
                    ("RUNCOMFY_TOKEN", "b"),
                    ("RUNCOMFY_API_KEY", "c"),
                ],
                Some("b"),
            ),
            (&[("RUNCOMFY_API_TOKEN", ""), ("RUNCOMFY_API_KEY", "c")], Some("c")),
            (&[("RUNCOMFY", "x")], None),
            (&[], None),
        ];
        for (variables, expected) in cases {
            let lookup = |name: &str| {
                let found = variables.iter().find(|(n, _)| *n == name);
                found.map(|(_, value)| (*value).to_owned())
            };
            let found = Found::in_env(lookup);
            assert_eq!(found.as_ref().ok().map(|found| found.token.expose_secret()), expected);
            if let Err(error) = found {
                let message = error.to_string();
                assert!(VARIABLES.iter().all(|name| message.contains(name)), "{message}");
            }
        }
    }

    fn checked(token: &str) -> Result<String, String> {
        let checked = Found::given(token.into()).checked();
        checked.map(|token| token.expose_secret().to_owned()).map_err(|error| error.to_string())
    }

    #[test]
    fn a_token_is_trimmed_and_checked() {
        for good in
            [" abc\n", "abc==", "QUJD=", "a=b", "eyJ.eyJ.x-_", "rc_live_1", "bearerx", "KEY="]
        {
            assert_eq!(checked(good).unwrap(), good.trim());
        }
        let cases = [
            ("", "is blank"),
            (" ", "is blank"),
            ("se cret", "blanks"),
            ("se\ncret", "line breaks"),
            ("sécret", "beyond ASCII"),
            ("\u{feff}secret", "beyond ASCII"),
            ("\"secret\"", "quotation marks"),
            ("'secret'", "quotation marks"),
            ("“secret”", "quotation marks"),
            ("secret\"", "quotation marks"),
            ("Bearer secret", "`Bearer`"),
            ("bearer  secret", "`Bearer`"),
            ("Bearer:secret", "`Bearer`"),
            ("Bearer", "is missing"),
            ("Authorization: Bearer secret", "`Authorization:`"),
            ("RUNCOMFY_API_TOKEN=secret", "NAME=value"),
            ("export RUNCOMFY_TOKEN=secret", "NAME=value"),
            ("token=secret", "NAME=value"),
            ("API_KEY=\"secret\"", "quotation marks"),
            ("<your token>", "placeholder"),
            ("$RUNCOMFY_API_TOKEN", "placeholder"),
            ("${RUNCOMFY_API_TOKEN}", "placeholder"),
        ];
        for (bad, says) in cases {
            let message = checked(bad).unwrap_err();
            assert!(message.contains(says), "{bad}: {message}");
            assert!(!message.contains("cret"), "{bad}: {message}");
        }
    }

    #[test]
    fn a_slip_in_the_environment_names_the_variable() {
        let lookup = |name: &str| (name == "RUNCOMFY_TOKEN").then(|| "'secret'".to_owned());
        let message = Found::in_env(lookup).unwrap().checked().unwrap_err().to_string();
        assert!(message.starts_with("RUNCOMFY_TOKEN is in quotation marks"), "{message}");
    }
}
