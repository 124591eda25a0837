//! Objects of which only the kind of their members is known.

use std::collections::BTreeMap;

use runcomfy::object;
use runcomfy::schema::runtime::from_json;

object! {
    /// A size.
    pub struct Size {
        /// In pixels.
        pub width: Option<i64> = optional("width"),
        /// In pixels.
        pub height: Option<i64> = optional("height"),
    }
}

#[test]
fn of_a_key_that_is_given_twice_nothing_is_left_of_the_first_member() {
    let text = r#"{"a": {"width": 1}, "a": {"height": 2}}"#;
    let sizes: BTreeMap<String, Size> = from_json(text).expect("the members are right");
    assert_eq!((sizes["a"].width, sizes["a"].height), (None, Some(2)));
}
