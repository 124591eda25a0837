//! What stands in a place, held to be looked at by rules.

use crate::schema::number::{EXACT, Num};
use crate::schema::slot::{Map, RestView, View};
use crate::schema::tree::{Members, Tree};

pub(in crate::schema) fn tree(view: &View<'_>) -> Tree {
    match view {
        View::Absent | View::Null => Tree::Null,
        View::Bool(value) => Tree::Bool(*value),
        View::Integer(value) => Num::Whole(*value).into(),
        View::BigInteger(value) => value.num().into(),
        #[expect(clippy::cast_possible_truncation, reason = "whole and small enough")]
        View::Number(value) if value.fract() == 0.0 && value.abs() < EXACT => {
            Num::Whole(*value as i64).into()
        }
        View::Number(value) => Num::Float(*value).into(),
        View::String(value) | View::Media(_, value) => Tree::String((*value).to_owned()),
        View::Value(value) => (*value).into(),
        View::Other(value) => value.to_tree(),
        View::Choice(wires, index) => wires.value(*index).scalar().to_tree(),
        View::Union(union) => tree(&union.chosen().1),
        View::Ruled(_, inner) => tree(&inner.view()),
        View::List(list) => {
            Tree::Array((0..list.len()).map(|index| tree(&list.get(index))).collect())
        }
        View::Map(map) => Tree::Object(members(*map)),
        View::Object(object) => {
            let mut all = Members::new();
            object.see(&mut |fields, rest| {
                for (name, field) in object.table().names.iter().zip(fields) {
                    match field.view() {
                        View::Absent => {}
                        view => drop(all.insert(name.to_owned(), tree(&view))),
                    }
                }
                match rest {
                    RestView::Closed => {}
                    RestView::Extra(extra) => {
                        all.extend(extra.iter().map(|(key, value)| (key.to_owned(), value.into())));
                    }
                    RestView::Map(map) => all.extend(members(map)),
                }
            });
            Tree::Object(all)
        }
    }
}

fn members(map: &dyn Map) -> Members {
    let mut members = Members::new();
    map.each(&mut |key, value| {
        members.insert(key.to_owned(), tree(&value));
    });
    members
}
