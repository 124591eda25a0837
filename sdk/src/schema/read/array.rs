//! Arrays, item by item.

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, SeqAccess};

use super::Reader;
use crate::schema::check;
use crate::schema::path::Path;
use crate::schema::report::Faults;
use crate::schema::rule::Rule;
use crate::schema::slot::List;

pub(super) fn read<'de, A: SeqAccess<'de>>(
    list: &mut dyn List,
    rules: &'static [Rule],
    mut seq: A,
    path: &Path<'_>,
    out: &mut Faults,
) -> Result<(), A::Error> {
    let items = check::item_rules(rules);
    let mut index = 0;
    loop {
        let item = ItemSeed { list, index, rules: items, path: &path.index(index), out };
        if seq.next_element_seed(item)?.is_none() {
            check::array_length(index, rules, path, out);
            if let Some(fixed) = list.fixed_len() {
                check::fixed_length(index, fixed, path, out);
            }
            return Ok(());
        }
        index += 1;
    }
}

/// An item takes its place in the list only once it is known to be there. How many there may be is for a
/// rule to say.
struct ItemSeed<'a> {
    list: &'a mut dyn List,
    index: usize,
    rules: &'static [Rule],
    path: &'a Path<'a>,
    out: &'a mut Faults,
}

impl<'de> DeserializeSeed<'de> for ItemSeed<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        match self.list.place(self.index) {
            Some(item) => Reader::new(item, self.rules, self.path, self.out).deserialize(from),
            None => IgnoredAny::deserialize(from).map(drop),
        }
    }
}
