//! Objects, member by member.

use std::fmt;
use std::mem;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::Value;

use super::Reader;
use crate::schema::object::Table;
use crate::schema::path::Path;
use crate::schema::report::{self, Faults, fault};
use crate::schema::rule::Rule;
use crate::schema::slot::{Map, Member, Rest};
use crate::schema::texts::Texts;
use crate::schema::{Object, check};

/// The one key under which `serde_json` hands out a number of which it keeps the digits, as it does
/// where any crate has switched on its feature `arbitrary_precision`.
pub(in crate::schema) const DIGITS: &str = "$serde_json::private::Number";

/// What looked like an object is a number.
#[cold]
fn number<'de, A: MapAccess<'de>>(
    map: &mut A,
    path: &Path<'_>,
    out: &mut Faults,
) -> Result<(), A::Error> {
    let digits: Value = map.next_value()?;
    report::wrong_type(out, path, "an object", &digits.as_str().unwrap_or_default());
    while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
    Ok(())
}

pub(super) fn read_map<'de, A: MapAccess<'de>>(
    members: &mut dyn Map,
    rules: &'static [Rule],
    mut map: A,
    path: &Path<'_>,
    out: &mut Faults,
) -> Result<(), A::Error> {
    let values = check::member_rules(rules);
    while let Some(key) = map.next_key::<String>()? {
        if key == DIGITS {
            return number(&mut map, path, out);
        }
        read_entry(members, values, &key, &mut map, path, out)?;
    }
    Ok(())
}

fn read_entry<'de, A: MapAccess<'de>>(
    members: &mut dyn Map,
    rules: &'static [Rule],
    key: &str,
    map: &mut A,
    path: &Path<'_>,
    out: &mut Faults,
) -> Result<(), A::Error> {
    let path = path.key(key);
    map.next_value_seed(Reader::new(members.insert(key.to_owned()), rules, &path, out))
}

pub(super) fn read<'de, A: MapAccess<'de>>(
    object: &mut dyn Object,
    mut map: A,
    path: &Path<'_>,
    out: &mut Faults,
) -> Result<(), A::Error> {
    let table = object.table();
    let mut result = Ok(());
    object.with(&mut |members, rest| {
        result = read_members(table, members, rest, &mut map, path, out);
    });
    result
}

fn read_members<'de, A: MapAccess<'de>>(
    table: &'static Table,
    members: &mut [&mut dyn Member],
    mut rest: Rest<'_>,
    map: &mut A,
    path: &Path<'_>,
    out: &mut Faults,
) -> Result<(), A::Error> {
    let Table { names, rows, rules } = table;
    let (mut met, mut next) = (Met::default(), 0);
    let mut unknown = String::new();
    while let Some(index) = map.next_key_seed(KeySeed { names, next, unknown: &mut unknown })? {
        if let Some(row) = rows.get(index) {
            let path = path.field(names, index);
            if met.again(index) {
                fault(out, &path, "syntax", "is given twice".to_owned());
            }
            next = index + 1;
            map.next_value_seed(Reader::of_field(members[index], row, &path, out))?;
            continue;
        }
        let key = mem::take(&mut unknown);
        if key == DIGITS {
            return number(map, path, out);
        }
        match &mut rest {
            Rest::Closed => {
                map.next_value::<IgnoredAny>()?;
                report::unknown_key(out, path, &key, &mut names.iter());
            }
            Rest::Extra(extra) => extra.read(key, map.next_value()?),
            Rest::Map(members) => {
                read_entry(*members, check::member_rules(rules), &key, map, path, out)?;
            }
        }
    }
    for (index, row) in rows.iter().enumerate() {
        if row.required && !met.has(index) {
            report::missing(out, path, names.get(index));
        }
    }
    Ok(())
}

/// Which fields were met so far: a bit for each of the first, which are all that most types have.
#[derive(Default)]
struct Met {
    first: u64,
    others: Vec<usize>,
}

impl Met {
    fn has(&self, index: usize) -> bool {
        if index < 64 { self.first >> index & 1 == 1 } else { self.others.contains(&index) }
    }

    /// Adds a field; whether it was there before.
    fn again(&mut self, index: usize) -> bool {
        let again = self.has(index);
        if index < 64 {
            self.first |= 1 << index;
        } else if !again {
            self.others.push(index);
        }
        again
    }
}

/// The index of a key among the fields, of which the next one in order is looked at first; beyond
/// them all for a key that is unknown.
struct KeySeed<'a> {
    names: &'static Texts,
    next: usize,
    unknown: &'a mut String,
}

impl<'de> DeserializeSeed<'de> for KeySeed<'_> {
    type Value = usize;

    #[inline]
    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<usize, D::Error> {
        from.deserialize_str(self)
    }
}

impl Visitor<'_> for KeySeed<'_> {
    type Value = usize;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a property's name")
    }

    #[inline]
    fn visit_str<E>(self, key: &str) -> Result<usize, E> {
        Ok(if self.names.is(self.next, key) { self.next } else { self.find(key) })
    }
}

impl KeySeed<'_> {
    fn find(self, key: &str) -> usize {
        self.names.position(key).unwrap_or_else(|| {
            key.clone_into(self.unknown);
            usize::MAX
        })
    }
}

#[cfg(test)]
#[expect(unreachable_pub, dead_code, reason = "the macro is for generated types")]
mod tests {
    use std::collections::BTreeMap;

    use serde::de::value::{Error, MapDeserializer};

    use super::DIGITS;
    use crate::schema::runtime::{Typed, deserialize};

    crate::object! {
        /// All of it may be missing.
        #[derive(Default)]
        pub struct Size {
            /// In pixels.
            pub width: Option<f64> = optional("width"),
            ..extra
        }
    }

    /// As `serde_json` hands out a number of which it keeps the digits.
    fn read<T: Typed>(digits: &str) -> Result<T, String> {
        let number = MapDeserializer::<_, Error>::new([(DIGITS, digits)].into_iter());
        deserialize(number).map_err(|error| error.to_string())
    }

    #[test]
    fn a_number_that_keeps_its_digits_is_no_object() {
        let refused = "(root): must be an object, not 1.50";
        assert_eq!(read::<Size>("1.50").unwrap_err(), refused);
        assert_eq!(read::<BTreeMap<String, String>>("1.50").unwrap_err(), refused);
    }

    #[test]
    fn a_number_of_128_bits_is_a_number() {
        let size = [("width", 1_i128 << 100)].into_iter();
        let size: Size = deserialize(MapDeserializer::<_, Error>::new(size)).unwrap();
        assert_eq!(size.width, Some(1_267_650_600_228_229_401_496_703_205_376.0));
        let size = [("width", u128::MAX)].into_iter();
        let size: Size = deserialize(MapDeserializer::<_, Error>::new(size)).unwrap();
        assert_eq!(size.width, Some(2_f64.powi(128)));
    }

    #[test]
    fn a_number_that_json_cannot_tell_is_refused() {
        for (value, name) in [(f64::NAN, "NaN"), (f64::NEG_INFINITY, "-inf")] {
            let size = [("width", value)].into_iter();
            let read = deserialize::<Size, _>(MapDeserializer::<_, Error>::new(size));
            let refused = format!("/width: must be a finite number, not {name}");
            assert_eq!(read.unwrap_err().to_string(), refused);
        }
    }
}
