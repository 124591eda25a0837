//! Arrays of which each item has a type of its own.

/// Makes a tuple struct the array of its fields: `tuple!(Span { 0, 1; 2 })`.
///
/// The field after the semicolon is a list of the items that come after all others. What may be left out at the end
/// is an [`Option`].
#[macro_export]
#[doc(hidden)]
macro_rules! tuple {
    ($name:ident { $($place:tt),+ $(; $rest:tt)? }) => {
        const _: () = {
            use $crate::schema::runtime::{self, Member as _};

            impl runtime::List for $name {
                fn place(&mut self, index: usize) -> Option<&mut dyn runtime::Member> {
                    match index {
                        $($place => Some(&mut self.$place),)+
                        $(after if after >= $rest => runtime::List::place(&mut self.$rest, after - $rest),)?
                        _ => None,
                    }
                }
                #[allow(unused_assignments, reason = "the last item that is there counts")]
                fn len(&self) -> usize {
                    let mut len = 0;
                    $(
                        if !matches!(self.$place.view(), runtime::View::Absent) {
                            len = $place + 1;
                        }
                    )+
                    $(
                        if !self.$rest.is_empty() {
                            len = $rest + self.$rest.len();
                        }
                    )?
                    len
                }
                fn get(&self, index: usize) -> runtime::View<'_> {
                    match index {
                        $($place => self.$place.view(),)+
                        $(after if after >= $rest => runtime::List::get(&self.$rest, after - $rest),)?
                        _ => runtime::View::Absent,
                    }
                }
            }

            impl ::core::fmt::Debug for $name {
                fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                    runtime::show_value(stringify!($name), self, f)
                }
            }

            impl runtime::Typed for $name {
                type Shape = Self;
            }

            impl runtime::Shape<Self> for $name {
                fn slot<'a>(this: &'a mut Self, _: runtime::Given<'_>) -> runtime::Slot<'a> {
                    *this = <Self as runtime::Shape<Self>>::blank();
                    runtime::Slot::List(this)
                }
                fn view(this: &Self) -> runtime::View<'_> {
                    runtime::View::List(this)
                }
                fn blank() -> Self {
                    Self { $($place: runtime::Blank::blank(),)+ $($rest: runtime::Blank::blank())? }
                }
            }
        };
        $crate::json!($name);
    };
}

#[cfg(test)]
#[expect(unreachable_pub, dead_code, reason = "the macro is for generated types")]
mod tests {
    use serde_json::{Value, json};

    /// A span of text: its start, its end, what stands there, and more.
    #[derive(Clone, PartialEq)]
    pub struct Span(pub i64, pub Option<i64>, pub Option<String>, pub Vec<Value>);

    tuple!(Span { 0, 1, 2; 3 });

    #[test]
    fn items_are_read_and_written_in_their_places() {
        for (text, span) in [
            ("[1]", Span(1, None, None, vec![])),
            ("[1,2]", Span(1, Some(2), None, vec![])),
            (
                "[1,2,\"a\",true,null]",
                Span(1, Some(2), Some("a".into()), vec![json!(true), json!(null)]),
            ),
        ] {
            assert_eq!(Span::from_json(text).unwrap(), span);
            assert_eq!(span.to_json(), text);
            assert!(span.validate().is_ok());
        }
        let refused = Span::from_json(r#"["a", 2, 3]"#).unwrap_err().to_string();
        let violations = ["/0: must be an integer, not \"a\"", "/2: must be a string, not 3"];
        assert_eq!(refused, format!("2 faults:\n  {}", violations.join("\n  ")));
    }

    #[test]
    fn a_gap_is_refused() {
        let span = Span(1, None, Some("a".into()), vec![]);
        let refused = span.validate().unwrap_err().to_string();
        assert_eq!(refused, "/1: is left out, and an item after it is not");
    }

    #[test]
    fn an_array_takes_so_many_items() {
        let read = |text: &str| {
            let read = crate::schema::runtime::from_json::<[i64; 2]>(text);
            read.map_err(|error| error.to_string())
        };
        assert_eq!(read("[1, 2]"), Ok([1, 2]));
        let few = "(root): has 1 items, at least 2 are needed";
        assert_eq!(read("[1]"), Err(few.to_owned()));
        let many = "(root): has 3 items, at most 2 are allowed";
        assert_eq!(read("[1, 2, 3]"), Err(many.to_owned()));
    }
}
