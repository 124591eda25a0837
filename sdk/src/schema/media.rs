//! The media of an input, for a look at them before it is submitted.
//!
//! What is asked of them is no assertion of JSON Schema: a URL is a string like any other to the
//! schema, and so it is to the reader and the checker.

use std::fmt;

use super::check;
use super::object::Field;
use super::path::Path;
use super::rule::Rule;
use super::slot::{RestView, View};
use crate::OutputKind;
use crate::redact::Shown;

/// One entry of `validations`: a limit that a schema publishes for a file.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum MediaRule {
    /// `file_size_mb<`: fewer megabytes than this, of 1,000,000 bytes each.
    FileSizeMbBelow(f64),
    /// `width/height>`: width over height is above this.
    RatioAbove(f64),
    /// `width/height<`: width over height is below this.
    RatioBelow(f64),
    /// `width_pixels>`: wider than this.
    WidthAbove(f64),
    /// `height_pixels>`: higher than this.
    HeightAbove(f64),
    /// A rule and the words that are published for whoever breaks it.
    Saying(&'static str, &'static MediaRule),
}

/// A medium in an input.
#[derive(Clone, Copy)]
pub struct Medium<'a> {
    /// What it should be.
    pub kind: OutputKind,
    /// A URL or a `data:` URI.
    pub text: &'a str,
    /// The limits that are published for it.
    pub rules: &'static [Rule],
}

/// The URL is shown without its query.
impl fmt::Debug for Medium<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Medium")
            .field("kind", &self.kind)
            .field("text", &Shown(self.text))
            .field("rules", &self.rules)
            .finish()
    }
}

/// Shows every medium and where it is, as a JSON pointer.
pub fn each(view: View<'_>, see: &mut dyn FnMut(String, Medium<'_>)) {
    place(&view, &[], &Path::ROOT, see);
}

type See<'a> = dyn FnMut(String, Medium<'_>) + 'a;

fn place(view: &View<'_>, rules: &'static [Rule], path: &Path<'_>, see: &mut See<'_>) {
    match view {
        View::Media(kind, text) => see(path.pointer(), Medium { kind: *kind, text, rules }),
        View::Union(union) => {
            let (index, inner) = union.chosen();
            let rules = index.map_or(&[][..], |index| union.variants()[index]);
            place(&inner, rules, path, see);
        }
        View::Ruled(own, inner) => place(&inner.view(), own, path, see),
        View::List(list) => {
            let items = check::item_rules(rules);
            for index in 0..list.len() {
                place(&list.get(index), items, &path.index(index), see);
            }
        }
        View::Map(members) => {
            let values = check::member_rules(rules);
            members.each(&mut |key, value| place(&value, values, &path.key(key), see));
        }
        View::Object(object) => object.see(&mut |members, rest| {
            for (Field { name, row }, member) in object.table().fields().zip(members) {
                place(&member.view(), row.rules, &path.key(name), see);
            }
            if let RestView::Map(members) = rest {
                let values = check::member_rules(object.table().rules);
                members.each(&mut |key, value| place(&value, values, &path.key(key), see));
            }
        }),
        _ => {}
    }
}
