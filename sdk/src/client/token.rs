//! Where the token comes from.

use secrecy::{ExposeSecret, SecretString};

use crate::error::Error;

const VARIABLES: [&str; 3] = ["RUNCOMFY_API_TOKEN", "RUNCOMFY_TOKEN", "RUNCOMFY_API_KEY"];

/// The token of the environment, as `lookup` tells it: the first variable that is not blank.
pub(super) fn from_env(lookup: impl Fn(&str) -> Option<String>) -> Result<SecretString, Error> {
    VARIABLES
        .iter()
        .filter_map(|name| lookup(name))
        .find(|value| !value.trim().is_empty())
        .map(SecretString::from)
        .ok_or_else(|| {
            Error::config(
                "no token: set RUNCOMFY_API_TOKEN (or RUNCOMFY_TOKEN, or RUNCOMFY_API_KEY), or \
                 give one to the client",
            )
        })
}

/// The token without blanks around it, as it goes into the header.
pub(super) fn checked(token: &SecretString) -> Result<SecretString, Error> {
    let token = token.expose_secret().trim();
    if token.is_empty() {
        return Err(Error::config("the token is blank"));
    }
    if !token.bytes().all(|b| b.is_ascii_graphic()) {
        return Err(Error::config(
            "the token has characters that no token has: blanks, line breaks or others beyond ASCII",
        ));
    }
    Ok(token.to_owned().into())
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
            let token = from_env(lookup);
            assert_eq!(token.as_ref().ok().map(ExposeSecret::expose_secret), expected);
            if let Err(error) = token {
                let message = error.to_string();
                assert!(VARIABLES.iter().all(|name| message.contains(name)), "{message}");
            }
        }
    }

    #[test]
    fn a_token_is_trimmed_and_checked() {
        assert_eq!(checked(&" abc\n".into()).unwrap().expose_secret(), "abc");
        for bad in ["", " ", "se cret", "se\ncret", "sécret"] {
            let message = checked(&bad.into()).unwrap_err().to_string();
            assert!(!message.contains("cret"), "{message}");
        }
    }
}
