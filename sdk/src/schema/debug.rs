//! `Debug` of generated types: what is set, by the names and in the words of the wire, and every
//! URL without its query.

use std::borrow::Cow;
use std::fmt;

use super::Object;
use super::slot::{Member, RestView, View};
use crate::redact::{self, Shown as Redacted};

/// Shows a struct under its name.
pub fn show(name: &str, object: &dyn Object, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    f.write_str(name)?;
    f.write_str(" ")?;
    fmt::Debug::fmt(&Shown(View::Object(object)), f)
}

/// Text as it may be shown: with no query of a URL.
#[must_use]
pub fn shown(text: &str) -> Cow<'_, str> {
    redact::text(text)
}

/// Shows a union or a newtype: its name, and the value inside.
pub fn show_value(name: &str, value: &dyn Member, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    f.debug_tuple(name).field(&Shown(value.view())).finish()
}

/// Shows a struct that is no object of a schema by its members.
pub fn show_members(
    name: &str,
    members: &[(&str, &dyn Member)],
    f: &mut fmt::Formatter<'_>,
) -> fmt::Result {
    let mut out = f.debug_struct(name);
    for (name, member) in members {
        out.field(name, &Shown(member.view()));
    }
    out.finish()
}

/// `Debug` of the struct that holds what an input cannot do without.
#[macro_export]
#[doc(hidden)]
macro_rules! show_members {
    ($name:ident { $($member:ident),* $(,)? }) => {
        impl ::core::fmt::Debug for $name {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                let members: &[(&str, &dyn $crate::schema::runtime::Member)] =
                    &[$((stringify!($member), &self.$member)),*];
                $crate::schema::runtime::show_members(stringify!($name), members, f)
            }
        }
    };
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
            View::String(value) => Redacted(value).fmt(f),
            View::Media(_, value) => redact::link(value).fmt(f),
            View::Value(value) => Redacted(value).fmt(f),
            View::Choice(wires, index) => fmt::Display::fmt(&wires.value(index).to_value(), f),
            View::Other(value) => Redacted(&value.to_value()).fmt(f),
            View::Union(union) => fmt::Debug::fmt(&Shown(union.chosen().1), f),
            View::Ruled(_, inner) => fmt::Debug::fmt(&Shown(inner.view()), f),
            View::List(list) => {
                f.debug_list().entries((0..list.len()).map(|index| Shown(list.get(index)))).finish()
            }
            View::Map(members) => {
                let mut map = f.debug_map();
                members.each(&mut |key, value| {
                    map.entry(&Redacted(key), &Shown(value));
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
                            map.entry(&Redacted(key), &Redacted(value));
                        }),
                        RestView::Map(members) => members.each(&mut |key, value| {
                            map.entry(&Redacted(key), &Shown(value));
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
