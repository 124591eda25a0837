//! `Debug` of generated structs: what is set, by the names and in the words of the wire.

use std::fmt;

use super::Object;
use super::slot::{RestView, View};
use crate::redact;

/// Shows a struct under its name.
pub fn show(name: &str, object: &dyn Object, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    f.write_str(name)?;
    f.write_str(" ")?;
    fmt::Debug::fmt(&Shown(View::Object(object)), f)
}

struct Shown<'a>(View<'a>);

/// A name, without quotes.
struct Key<'a>(&'a str);

impl fmt::Debug for Key<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl fmt::Debug for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            View::Absent => f.write_str("None"),
            View::Null => f.write_str("null"),
            View::Bool(value) => value.fmt(f),
            View::Integer(value) => value.fmt(f),
            View::BigInteger(value) => value.fmt(f),
            View::Number(value) => value.fmt(f),
            View::String(value) => value.fmt(f),
            View::Media(_, value) => redact::link(value).fmt(f),
            View::Value(value) => fmt::Display::fmt(value, f),
            View::Choice(wires, index) => fmt::Display::fmt(&wires.value(index).to_value(), f),
            View::Other(value) => fmt::Display::fmt(&value, f),
            View::Union(union) => fmt::Debug::fmt(&Shown(union.chosen().1), f),
            View::Ruled(_, inner) => fmt::Debug::fmt(&Shown(inner.view()), f),
            View::List(list) => {
                f.debug_list().entries((0..list.len()).map(|index| Shown(list.get(index)))).finish()
            }
            View::Map(members) => {
                let mut map = f.debug_map();
                members.each(&mut |key, value| {
                    map.entry(&key, &Shown(value));
                });
                map.finish()
            }
            View::Object(object) => {
                let mut map = f.debug_map();
                object.see(&mut |members, rest| {
                    for (name, member) in object.table().names.iter().zip(members) {
                        match member.view() {
                            View::Absent => {}
                            value => {
                                map.entry(&Key(name), &Shown(value));
                            }
                        }
                    }
                    match rest {
                        RestView::Closed => {}
                        RestView::Extra(extra) => extra.iter().for_each(|(key, value)| {
                            map.entry(&key, &Shown(View::Value(value)));
                        }),
                        RestView::Map(members) => members.each(&mut |key, value| {
                            map.entry(&key, &Shown(value));
                        }),
                    }
                });
                map.finish()
            }
        }
    }
}

#[cfg(test)]
#[expect(unreachable_pub, dead_code, reason = "the macros are for generated types")]
mod tests {
    use std::collections::BTreeMap;

    use crate::Image;
    use crate::schema::Nullable;

    crate::string_enum! {
        /// A shape.
        pub enum Shape {
            _16_9 = "16:9",
        }
    }

    crate::object! {
        /// Of every kind a field.
        #[derive(Default)]
        pub struct Input {
            /// Text.
            pub prompt: Option<String> = optional("a prompt"),
            /// An enum.
            pub shape: Option<Shape> = optional("shape").one_of(Shape),
            /// `null` is not absent.
            pub seed: Option<Nullable<i64>> = optional("seed"),
            /// What may be secret.
            pub image: Option<Image> = optional("image"),
            /// Several.
            pub sizes: Option<Vec<f64>> = optional("sizes"),
            /// Another of the same.
            pub inner: Option<Box<Input>> = optional("inner"),
            /// By name.
            pub named: Option<BTreeMap<String, bool>> = optional("named"),
            ..extra
        }
    }

    #[test]
    fn what_is_set_is_shown_in_the_words_of_the_wire() {
        let mut input = Input { shape: Some(Shape::_16_9), ..Input::default() };
        assert_eq!(format!("{:?} {:?}", Input::default(), Shape::_16_9), r#"Input {} "16:9""#);
        input.prompt = Some("say \"hi\"".to_owned());
        input.seed = Some(Nullable::Null);
        input.sizes = Some(vec![1.5, 2.0]);
        input.named = Some([("a".to_owned(), true)].into());
        input.inner = Some(Box::new(Input { seed: Some(7.into()), ..Input::default() }));
        input.extra.insert("new", serde_json::json!({ "deep": [null] }));
        assert_eq!(
            format!("{input:?}"),
            r#"Input {a prompt: "say \"hi\"", shape: "16:9", seed: null, sizes: [1.5, 2.0], inner: {seed: 7}, named: {"a": true}, "new": {"deep":[null]}}"#
        );
    }

    crate::mixed_enum! {
        /// A word or a number.
        pub enum Seconds {
            Auto = String("auto"),
            _5 = Integer(5),
        }
    }

    #[test]
    fn an_enum_of_several_kinds_is_displayed_as_json() {
        assert_eq!(format!("{} {}", Seconds::Auto, Seconds::_5), r#""auto" 5"#);
        assert_eq!(format!("{:>6}", Shape::_16_9), "  16:9");
    }

    #[test]
    fn the_query_of_a_url_is_not_shown() {
        let image = Image::url("https://example.com/a.png?signature=secret");
        let shown = format!("{:?}", Input { image: Some(image), ..Input::default() });
        assert!(
            shown.contains("https://example.com/a.png") && !shown.contains("secret"),
            "{shown}"
        );
    }
}
