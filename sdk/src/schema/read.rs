//! The reader: JSON into a generated type, every fault noted on the way.
//!
//! It is generic over the deserializer and never over the type that is read, so it is compiled
//! once for each format. A value that does not fit is noted and skipped: only broken syntax ends
//! the reading before the end of the document.

use std::fmt::{self, Display};

use serde::Deserialize;
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use super::number::Num;
use super::path::Path;
use super::report::{self, Faults, fault, shown, shown_str};
use super::slot::{List, Map, Member, Rest, Slot};
use super::{Choice, Field, Invalid, Object, Rule, check, variant};

/// Reads from any self-describing format; the error names every fault.
pub fn deserialize<'de, D: Deserializer<'de>>(
    into: &mut dyn Member,
    from: D,
) -> Result<(), D::Error> {
    let mut out = Faults::new();
    Reader::new(into, &[], &Path::ROOT, &mut out).deserialize(from)?;
    Invalid::unless_empty(out).map_err(D::Error::custom)
}

/// Reads JSON text; broken syntax is one more fault, with its line and column.
pub fn json(into: &mut dyn Member, text: &str) -> Result<(), Invalid> {
    let mut out = Faults::new();
    let mut from = serde_json::Deserializer::from_str(text);
    let read = Reader::new(into, &[], &Path::ROOT, &mut out).deserialize(&mut from);
    if let Err(error) = read.and_then(|()| from.end()) {
        fault(&mut out, &Path::ROOT, "syntax", format!("is not JSON: {error}"));
    }
    Invalid::unless_empty(out)
}

/// Reads a JSON value.
pub fn value(into: &mut dyn Member, from: &Value) -> Result<(), Invalid> {
    let mut out = Faults::new();
    read_value(into, &[], from, &Path::ROOT, &mut out);
    Invalid::unless_empty(out)
}

/// Reads a JSON value into a place of a document.
pub(super) fn read_value(
    into: &mut dyn Member,
    rules: &'static [Rule],
    from: &Value,
    path: &Path<'_>,
    out: &mut Faults,
) {
    if let Err(error) = Reader::new(into, rules, path, out).deserialize(from) {
        fault(out, path, "syntax", error.to_string());
    }
}

struct Reader<'a> {
    into: &'a mut dyn Member,
    rules: &'static [Rule],
    path: &'a Path<'a>,
    out: &'a mut Faults,
    /// The rules that look at the whole value have been applied already.
    checked: bool,
    null_is_absent: bool,
}

impl<'a> Reader<'a> {
    fn new(
        into: &'a mut dyn Member,
        rules: &'static [Rule],
        path: &'a Path<'a>,
        out: &'a mut Faults,
    ) -> Self {
        Self { into, rules, path, out, checked: false, null_is_absent: false }
    }

    /// Whether the value has to be read whole before it can be judged.
    fn is_deep(&self, own: &[Rule]) -> bool {
        !self.checked && (self.rules.iter().any(Rule::is_deep) || own.iter().any(Rule::is_deep))
    }

    fn scalar(self, scalar: Scalar<'_>) {
        if self.null_is_absent && matches!(scalar, Scalar::Null) {
            return;
        }
        if self.is_deep(&[]) {
            check::deep(&scalar.to_value(), self.rules, self.path, self.out);
        }
        put(self.into, self.rules, scalar, self.path, self.out);
    }

    /// Takes a value that had to be read whole, or whose place wants it whole.
    fn whole(self, value: &Value) {
        let Self { into, rules, path, out, checked, .. } = self;
        if !checked {
            check::deep(value, rules, path, out);
        }
        match into.slot() {
            Slot::Value(place) => {
                check::shallow(value, rules, path, out);
                *place = value.clone();
            }
            Slot::Union(union) => {
                check::shallow(value, rules, path, out);
                variant::read(union, value, path, out);
            }
            Slot::Opaque(opaque) => {
                if let Err(expected) = opaque.read(value.clone()) {
                    report::wrong_type(out, path, expected, &shown(value));
                }
            }
            Slot::Ruled(own, inner) => {
                check::shallow(value, rules, path, out);
                read_value(inner, own, value, path, out);
            }
            Slot::Nullable(nullable) => {
                let inner = Reader {
                    into: nullable.set_value(),
                    rules,
                    path,
                    out,
                    checked: true,
                    null_is_absent: false,
                };
                inner.whole(value);
            }
            Slot::Object(object) if value.is_object() => {
                check::deep(value, object.rules(), path, out);
                Reader { into, rules, path, out, checked: true, null_is_absent: false }
                    .again(value);
            }
            Slot::List(_) if value.is_array() => {
                Reader { into, rules, path, out, checked: true, null_is_absent: false }
                    .again(value);
            }
            Slot::Map(_) if value.is_object() => {
                Reader { into, rules, path, out, checked: true, null_is_absent: false }
                    .again(value);
            }
            slot => match Scalar::of(value) {
                Some(scalar) => put_slot(slot, rules, scalar, path, out),
                None => report::wrong_type(out, path, &expected(slot), &shown(value)),
            },
        }
    }

    /// Reads a value again, now that its rules are checked.
    fn again(self, value: &Value) {
        let again: Result<(), serde_json::Error> = value.deserialize_any(self);
        debug_assert!(again.is_ok(), "a value is always readable");
    }
}

impl<'de> DeserializeSeed<'de> for Reader<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Reader<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        self.scalar(Scalar::Null);
        Ok(())
    }

    fn visit_none<E>(self) -> Result<(), E> {
        self.scalar(Scalar::Null);
        Ok(())
    }

    fn visit_some<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_any(self)
    }

    fn visit_bool<E>(self, value: bool) -> Result<(), E> {
        self.scalar(Scalar::Bool(value));
        Ok(())
    }

    fn visit_i64<E>(self, value: i64) -> Result<(), E> {
        self.scalar(Scalar::Number(Num::Whole(value.into())));
        Ok(())
    }

    fn visit_u64<E>(self, value: u64) -> Result<(), E> {
        self.scalar(Scalar::Number(Num::Whole(value.into())));
        Ok(())
    }

    fn visit_f64<E>(self, value: f64) -> Result<(), E> {
        self.scalar(Scalar::Number(Num::Float(value)));
        Ok(())
    }

    fn visit_str<E>(self, value: &str) -> Result<(), E> {
        self.scalar(Scalar::String(value));
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<(), A::Error> {
        if !self.is_deep(&[]) {
            let Self { into, rules, path, out, .. } = self;
            if let Slot::List(list) = into.slot() {
                return read_list(list, rules, seq, path, out);
            }
            let whole = Value::deserialize(SeqAccessDeserializer::new(seq))?;
            Reader::new(into, rules, path, out).whole(&whole);
            return Ok(());
        }
        let whole = Value::deserialize(SeqAccessDeserializer::new(seq))?;
        self.whole(&whole);
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        let deep = self.is_deep(&[]);
        let Self { into, rules, path, out, checked, .. } = self;
        match into.slot() {
            Slot::Object(object)
                if !deep && (checked || !object.rules().iter().any(Rule::is_deep)) =>
            {
                return read_object(object, map, path, out);
            }
            Slot::Map(members) if !deep => return read_map(members, rules, map, path, out),
            _ => {}
        }
        let whole = Value::deserialize(MapAccessDeserializer::new(map))?;
        Reader::new(into, rules, path, out).whole(&whole);
        Ok(())
    }
}

/// A value that is neither an array nor an object.
#[derive(Clone, Copy)]
enum Scalar<'a> {
    Null,
    Bool(bool),
    Number(Num),
    String(&'a str),
}

impl<'a> Scalar<'a> {
    fn of(value: &'a Value) -> Option<Self> {
        Some(match value {
            Value::Null => Self::Null,
            Value::Bool(value) => Self::Bool(*value),
            Value::Number(value) => Self::Number(Num::of(value)),
            Value::String(value) => Self::String(value),
            Value::Array(_) | Value::Object(_) => return None,
        })
    }

    fn to_value(self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Bool(value) => value.into(),
            Self::Number(Num::Whole(value)) => match (i64::try_from(value), u64::try_from(value)) {
                (Ok(value), _) => value.into(),
                (_, Ok(value)) => value.into(),
                _ => Num::Whole(value).as_f64().into(),
            },
            Self::Number(Num::Float(value)) => value.into(),
            Self::String(value) => value.into(),
        }
    }
}

impl Display for Scalar<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::String(text) => f.write_str(&shown_str(text)),
            scalar => scalar.to_value().fmt(f),
        }
    }
}

fn put(
    into: &mut dyn Member,
    rules: &'static [Rule],
    scalar: Scalar<'_>,
    path: &Path<'_>,
    out: &mut Faults,
) {
    put_slot(into.slot(), rules, scalar, path, out);
}

fn put_slot(
    slot: Slot<'_>,
    rules: &'static [Rule],
    scalar: Scalar<'_>,
    path: &Path<'_>,
    out: &mut Faults,
) {
    match (slot, scalar) {
        (Slot::String(place), Scalar::String(value)) => {
            check::string(value, rules, path, out);
            value.clone_into(place);
        }
        (Slot::Integer(place), Scalar::Number(value)) if value.is_whole() => {
            check::number(value, rules, path, out);
            match value.as_i64() {
                Some(value) => *place = value,
                None => report::wrong_type(out, path, "an integer of 64 bits", &scalar),
            }
        }
        (Slot::BigInteger(place), Scalar::Number(value)) if value.is_whole() => {
            check::number(value, rules, path, out);
            match value.as_i128() {
                Some(value) => *place = value,
                None => report::wrong_type(out, path, "an integer of 128 bits", &scalar),
            }
        }
        (Slot::Number(place), Scalar::Number(value)) => {
            check::number(value, rules, path, out);
            *place = value.as_f64();
        }
        (Slot::Bool(place), Scalar::Bool(value)) => *place = value,
        (Slot::Null, Scalar::Null) => {}
        (Slot::Choice(choice), scalar) => {
            choose(choice, scalar, path, out);
            beside(scalar, rules, path, out);
        }
        (Slot::Nullable(nullable), Scalar::Null) => nullable.set_null(),
        (Slot::Nullable(nullable), scalar) => put(nullable.set_value(), rules, scalar, path, out),
        (Slot::Ruled(own, inner), scalar) => {
            check::shallow(&scalar.to_value(), rules, path, out);
            Reader::new(inner, own, path, out).scalar(scalar);
        }
        (Slot::Value(place), scalar) => {
            *place = scalar.to_value();
            check::shallow(place, rules, path, out);
        }
        (Slot::Union(union), scalar) => {
            variant::read(union, &scalar.to_value(), path, out);
            beside(scalar, rules, path, out);
        }
        (Slot::Opaque(opaque), scalar) => {
            if let Err(expected) = opaque.read(scalar.to_value()) {
                report::wrong_type(out, path, expected, &scalar);
            }
        }
        (slot, scalar) => report::wrong_type(out, path, &expected(slot), &scalar),
    }
}

/// Applies the rules that stand beside a type with values of its own.
fn beside(scalar: Scalar<'_>, rules: &'static [Rule], path: &Path<'_>, out: &mut Faults) {
    if !rules.is_empty() {
        check::shallow(&scalar.to_value(), rules, path, out);
    }
}

fn choose(choice: &mut dyn Choice, scalar: Scalar<'_>, path: &Path<'_>, out: &mut Faults) {
    let wires = choice.wires();
    let index = match scalar {
        Scalar::String(value) => wires.index_of_str(value),
        Scalar::Number(value) => wires.index_of_number(value),
        Scalar::Bool(value) => wires.index_of_bool(value),
        Scalar::Null => wires.index_of_null(),
    };
    match index {
        Some(index) => choice.choose(index),
        None if choice.choose_other(&scalar.to_value()) => {}
        None => report::not_one_of(out, path, &scalar.to_value(), &wires.values()),
    }
}

/// What a place takes, in words.
pub(super) fn expected(slot: Slot<'_>) -> String {
    let words = match slot {
        Slot::Null => "null",
        Slot::Bool(_) => "a boolean",
        Slot::Integer(_) | Slot::BigInteger(_) => "an integer",
        Slot::Number(_) => "a number",
        Slot::String(_) => "a string",
        Slot::List(_) => "an array",
        Slot::Object(_) | Slot::Map(_) => "an object",
        Slot::Choice(choice) => {
            let values = choice.wires().values();
            let values: Vec<_> = values.iter().map(ToString::to_string).collect();
            return format!("one of {}", values.join(", "));
        }
        Slot::Nullable(nullable) => {
            return format!("{} or null", expected(nullable.set_value().slot()));
        }
        Slot::Ruled(_, inner) => return expected(inner.slot()),
        Slot::Union(_) => "one of several shapes",
        Slot::Value(_) | Slot::Opaque(_) => "something else",
    };
    words.to_owned()
}

fn read_list<'de, A: SeqAccess<'de>>(
    list: &mut dyn List,
    rules: &'static [Rule],
    mut seq: A,
    path: &Path<'_>,
    out: &mut Faults,
) -> Result<(), A::Error> {
    let items = check::item_rules(rules);
    let mut index = 0;
    loop {
        let item = ItemSeed { list, rules: items, path: &path.index(index), out };
        if seq.next_element_seed(item)?.is_none() {
            check::array_length(index, rules, path, out);
            return Ok(());
        }
        index += 1;
    }
}

/// An item is added to the list only once it is known to be there.
struct ItemSeed<'a> {
    list: &'a mut dyn List,
    rules: &'static [Rule],
    path: &'a Path<'a>,
    out: &'a mut Faults,
}

impl<'de> DeserializeSeed<'de> for ItemSeed<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        Reader::new(self.list.push(), self.rules, self.path, self.out).deserialize(from)
    }
}

fn read_map<'de, A: MapAccess<'de>>(
    members: &mut dyn Map,
    rules: &'static [Rule],
    mut map: A,
    path: &Path<'_>,
    out: &mut Faults,
) -> Result<(), A::Error> {
    let values = check::member_rules(rules);
    while let Some(key) = map.next_key::<String>()? {
        let path = path.key(&key);
        map.next_value_seed(Reader::new(members.insert(key.clone()), values, &path, out))?;
    }
    Ok(())
}

fn read_object<'de, A: MapAccess<'de>>(
    object: &mut dyn Object,
    mut map: A,
    path: &Path<'_>,
    out: &mut Faults,
) -> Result<(), A::Error> {
    let (fields, rest_rules) = (object.fields(), check::member_rules(object.rules()));
    let mut result = Ok(());
    object.with(&mut |members, rest| {
        result = read_members(fields, rest_rules, members, rest, &mut map, path, out);
    });
    result
}

fn read_members<'de, A: MapAccess<'de>>(
    fields: &'static [Field],
    rest_rules: &'static [Rule],
    members: &mut [&mut dyn Member],
    mut rest: Rest<'_>,
    map: &mut A,
    path: &Path<'_>,
    out: &mut Faults,
) -> Result<(), A::Error> {
    let (mut few, mut many) = ([false; 64], Vec::new());
    let seen = if let Some(few) = few.get_mut(..fields.len()) {
        few
    } else {
        many.resize(fields.len(), false);
        many.as_mut_slice()
    };
    let mut next = 0;
    while let Some(key) = map.next_key_seed(KeySeed { fields, next })? {
        match key {
            Key::Known(index) => {
                let field = &fields[index];
                let path = path.key(field.name);
                if seen[index] {
                    fault(out, &path, "syntax", "is given twice".to_owned());
                }
                seen[index] = true;
                next = index + 1;
                let mut reader = Reader::new(members[index], field.rules, &path, out);
                reader.null_is_absent = field.null_is_absent;
                map.next_value_seed(reader)?;
            }
            Key::Unknown(key) => match &mut rest {
                Rest::Closed => {
                    map.next_value::<IgnoredAny>()?;
                    report::unknown_key(
                        out,
                        path,
                        &key,
                        &mut fields.iter().map(|field| field.name),
                    );
                }
                Rest::Extra(extra) => extra.read(key, map.next_value()?),
                Rest::Map(members) => {
                    let path = path.key(&key);
                    map.next_value_seed(Reader::new(
                        members.insert(key.clone()),
                        rest_rules,
                        &path,
                        out,
                    ))?;
                }
            },
        }
    }
    for (field, seen) in fields.iter().zip(seen) {
        if field.required && !*seen {
            report::missing(out, path, field.name);
        }
    }
    Ok(())
}

enum Key {
    Known(usize),
    Unknown(String),
}

/// Finds a key among the fields; the next one in order is looked at first.
struct KeySeed {
    fields: &'static [Field],
    next: usize,
}

impl<'de> DeserializeSeed<'de> for KeySeed {
    type Value = Key;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Key, D::Error> {
        from.deserialize_str(self)
    }
}

impl Visitor<'_> for KeySeed {
    type Value = Key;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a property's name")
    }

    fn visit_str<E>(self, key: &str) -> Result<Key, E> {
        let is_next = self.fields.get(self.next).is_some_and(|field| field.name == key);
        let index = if is_next {
            Some(self.next)
        } else {
            self.fields.iter().position(|field| field.name == key)
        };
        Ok(index.map_or_else(|| Key::Unknown(key.to_owned()), Key::Known))
    }
}
