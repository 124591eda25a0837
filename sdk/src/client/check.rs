//! The local check, before anything is sent.

use crate::error::Error;
use crate::input::Input;
use crate::media::check::{self as media, Reach};
use crate::schema::Invalid;

/// All faults of an input at once: what the schema refuses, keys that it does not know, and media
/// that are out of the service's reach or break a published limit.
pub(super) fn check<I: Input>(
    input: &I,
    allow_unknown_keys: bool,
    reach: Reach,
) -> Result<(), Error> {
    let mut faults = match input.validate() {
        Ok(()) => Vec::new(),
        Err(invalid) => invalid.violations().to_vec(),
    };
    if !allow_unknown_keys {
        faults.extend(input.unknown_keys());
    }
    faults.extend(media::faults(input, reach));
    Ok(Invalid::unless_empty(faults)?)
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::schema::Violation;

    #[derive(Clone)]
    struct Faulty {
        valid: bool,
        unknown: bool,
    }

    fn fault(pointer: &str) -> Violation {
        Violation::new(pointer.to_owned(), "any", "is wrong".to_owned())
    }

    impl Input for Faulty {
        type Output = Value;

        fn model_id(&self) -> &'static str {
            "acme/paint"
        }

        fn validate(&self) -> Result<(), Invalid> {
            let faults = if self.valid { vec![] } else { vec![fault("/a"), fault("/b")] };
            Invalid::unless_empty(faults)
        }

        fn unknown_keys(&self) -> Vec<Violation> {
            if self.unknown { vec![fault("/c")] } else { vec![] }
        }

        fn to_json(&self) -> String {
            "{}".to_owned()
        }
    }

    #[test]
    fn all_faults_are_told_at_once() {
        let cases = [
            (true, false, false, &[][..]),
            (true, true, true, &[]),
            (true, true, false, &["/c"]),
            (false, true, true, &["/a", "/b"]),
            (false, true, false, &["/a", "/b", "/c"]),
        ];
        for (valid, unknown, allow, expected) in cases {
            let checked = check(&Faulty { valid, unknown }, allow, Reach::Public);
            let error = checked.as_ref().err();
            let pointers: Vec<_> =
                error.map_or(&[][..], Error::violations).iter().map(Violation::pointer).collect();
            assert_eq!(pointers, expected);
            if let Some(error) = error {
                assert!(error.is_invalid_input() && !error.may_have_cost());
                let message = error.to_string();
                assert!(expected.iter().all(|pointer| message.contains(pointer)), "{message}");
            }
        }
    }

    #[tokio::test]
    async fn a_faulty_input_is_refused_before_a_connection_is_made() {
        // Nobody listens there: an attempt would be told as not sent.
        let client = crate::Client::builder().token("t").base_url("http://127.0.0.1:1").build();
        let faulty = Faulty { valid: false, unknown: false };
        let error = client.unwrap().run(faulty).await.unwrap_err();
        assert!(error.is_invalid_input(), "{error:?}");
    }
}
