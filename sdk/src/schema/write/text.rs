//! JSON text, written straight into a buffer: what most programs write, and the client sends.
//!
//! serde's traits would have it go through a serializer for each member and each value of an enum;
//! here only numbers and whole values do.

use std::io::Write;

use serde::Serialize;

use crate::schema::Wire;
use crate::schema::object::Table;
use crate::schema::plain::is_plain;
use crate::schema::slot::{Map, Member, RestView, View};

/// What most inputs fit into.
const CAPACITY: usize = 256;

pub(super) fn text(view: &View<'_>) -> String {
    let mut to = Vec::with_capacity(CAPACITY);
    any(view, &mut to);
    String::from_utf8(to).unwrap_or_default()
}

fn any(view: &View<'_>, to: &mut Vec<u8>) {
    match view {
        View::Absent | View::Null => to.extend(b"null"),
        View::Bool(value) => bool(*value, to),
        View::Integer(value) => plain(value, to),
        // JSON knows integers of any size, other than serde's formats.
        View::BigInteger(value) => write!(to, "{value}").unwrap_or_default(),
        View::Number(_) => plain(view, to),
        View::String(value) | View::Media(_, value) => string(value, to),
        View::Value(value) => plain(value, to),
        View::Other(value) => match value.as_integer() {
            Some(whole) => write!(to, "{whole}").unwrap_or_default(),
            None => plain(&value.to_value(), to),
        },
        View::Choice(wires, index) => wire(wires.value(*index), to),
        View::Union(union) => any(&union.chosen().1, to),
        View::Ruled(_, inner) => any(&inner.view(), to),
        View::List(list) => {
            to.push(b'[');
            for index in 0..list.len() {
                any(&list.get(index), to);
                to.push(b',');
            }
            end(b']', to);
        }
        View::Map(members) => {
            to.push(b'{');
            map(*members, to);
            end(b'}', to);
        }
        View::Object(object) => {
            to.push(b'{');
            object.see(&mut |members, rest| fields(object.table(), members, &rest, to));
            end(b'}', to);
        }
    }
}

fn fields(table: &Table, members: &[&dyn Member], rest: &RestView<'_>, to: &mut Vec<u8>) {
    // In one look: nearly all names of nearly all tables are plain.
    let as_they_are = is_plain(table.names.joined.as_bytes());
    for (name, member) in table.names.iter().zip(members) {
        // Not moved: it has just been written in parts, and would have to be read as a whole.
        let view = member.view();
        if matches!(view, View::Absent) {
            continue;
        }
        if as_they_are {
            quoted(name, to);
            to.push(b':');
        } else {
            key(name, to);
        }
        any(&view, to);
        to.push(b',');
    }
    match rest {
        RestView::Closed => {}
        RestView::Extra(extra) => {
            for (name, value) in extra.iter() {
                key(name, to);
                plain(value, to);
                to.push(b',');
            }
        }
        RestView::Map(members) => map(*members, to),
    }
}

fn map(members: &dyn Map, to: &mut Vec<u8>) {
    members.each(&mut |name, value| {
        key(name, to);
        any(&value, to);
        to.push(b',');
    });
}

fn key(name: &str, to: &mut Vec<u8>) {
    string(name, to);
    to.push(b':');
}

/// Ends an array or an object, of which each item or member has left a comma behind it.
fn end(bracket: u8, to: &mut Vec<u8>) {
    if to.last() == Some(&b',') {
        to.pop();
    }
    to.push(bracket);
}

fn wire(wire: Wire, to: &mut Vec<u8>) {
    match wire {
        Wire::Null => to.extend(b"null"),
        Wire::Boolean(value) => bool(value, to),
        Wire::Integer(value) => plain(&value, to),
        Wire::Number(value) => plain(&value, to),
        Wire::Digits(digits) => to.extend(digits.bytes()),
        Wire::String(value) => string(value, to),
    }
}

fn bool(value: bool, to: &mut Vec<u8>) {
    to.extend_from_slice(if value { b"true" } else { b"false" });
}

fn string(text: &str, to: &mut Vec<u8>) {
    if is_plain(text.as_bytes()) { quoted(text, to) } else { plain(text, to) }
}

/// A string that stands there as it is.
#[inline]
fn quoted(text: &str, to: &mut Vec<u8>) {
    to.push(b'"');
    to.extend_from_slice(text.as_bytes());
    to.push(b'"');
}

/// What serde writes best: a buffer takes everything, and nothing here can fail to be written.
fn plain<T: Serialize + ?Sized>(value: &T, to: &mut Vec<u8>) {
    let written = serde_json::to_writer(to, value);
    debug_assert!(written.is_ok(), "a value can always be written");
}

#[cfg(test)]
mod tests {
    use super::text;
    use crate::schema::Integer;
    use crate::schema::slot::View;
    use serde_json::{Value, json};

    #[test]
    fn text_is_what_serde_would_write() {
        let odd = json!({ "a\"": ["\\", "\u{7f}\u{0}\n한국", 1.5, null], "": { "b": [[], {}] } });
        let large = Integer::from(u64::MAX);
        let long = "no escape in sight, for more bytes than one step takes; then: \t";
        let views = [
            View::Null,
            View::Absent,
            View::Bool(true),
            View::Bool(false),
            View::Integer(i64::MIN),
            View::Integer(0),
            View::BigInteger(&large),
            View::Number(7.0),
            View::Number(-0.0),
            View::Number(0.1),
            View::Number(1e300),
            View::Number(f64::NAN),
            View::String(""),
            View::String("a/b é 한국 🦀"),
            View::String("\u{1f}"),
            View::String(long),
            View::Value(&odd),
        ];
        for view in views {
            assert_eq!(text(&view), serde_json::to_string(&view).expect("it can be written"));
        }
    }

    #[test]
    fn an_integer_of_any_size_keeps_its_digits() {
        for value in [i128::MIN, i128::MAX, 100_000_000_000_000_000_000] {
            assert_eq!(text(&View::BigInteger(&value.into())), value.to_string());
        }
    }

    #[test]
    fn containers_have_commas_between_their_items_only() {
        let lists: Vec<Vec<i64>> = vec![vec![], vec![1], vec![2, 3]];
        assert_eq!(text(&View::List(&lists)), "[[],[1],[2,3]]");
        let map = [("a,".to_owned(), json!([])), ("b".to_owned(), Value::Null)].into();
        let map: std::collections::BTreeMap<String, Value> = map;
        assert_eq!(text(&View::Map(&map)), r#"{"a,":[],"b":null}"#);
        let none = std::collections::BTreeMap::<String, i64>::new();
        assert_eq!(text(&View::Map(&none)), "{}");
    }
}
