//! JSON that is held to be looked at: as `serde_json`'s values, but that each number has its digits.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::value::{MapDeserializer, SeqDeserializer};
use serde::de::{Deserialize, Deserializer, IntoDeserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use super::number::Num;
use super::read::DIGITS;
use super::scalar::{Scalar, large};

/// A JSON value.
#[derive(Debug, Clone)]
pub(super) enum Tree {
    Null,
    Bool(bool),
    Number(Number),
    String(String),
    Array(Vec<Tree>),
    Object(Members),
}

/// The members of an object; of a key that is given twice, the last one.
pub(super) type Members = BTreeMap<String, Tree>;

/// A number, as [`Num`].
#[derive(Debug, Clone)]
pub(super) enum Number {
    Whole(i64),
    Wide(i128),
    Float(f64),
    Long(Box<str>),
}

impl Number {
    pub(super) fn num(&self) -> Num<'_> {
        match self {
            Self::Whole(value) => Num::Whole(*value),
            Self::Wide(value) => Num::Wide(*value),
            Self::Float(value) => Num::Float(*value),
            Self::Long(text) => Num::Long(text),
        }
    }
}

impl From<Num<'_>> for Tree {
    fn from(number: Num<'_>) -> Self {
        Self::Number(match number {
            Num::Whole(value) => Number::Whole(value),
            Num::Wide(value) => Number::Wide(value),
            // As `serde_json` has it.
            Num::Float(value) if !value.is_finite() => return Self::Null,
            Num::Float(value) => Number::Float(value),
            Num::Long(text) => Number::Long(text.into()),
        })
    }
}

impl From<&Value> for Tree {
    fn from(value: &Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(value) => Self::Bool(*value),
            Value::Number(number) => Num::of(number, &mut String::new()).into(),
            Value::String(text) => Self::String(text.clone()),
            Value::Array(items) => Self::Array(items.iter().map(Self::from).collect()),
            Value::Object(members) => {
                let members = members.iter();
                Self::Object(members.map(|(key, value)| (key.clone(), value.into())).collect())
            }
        }
    }
}

impl Tree {
    /// A constant that the generator wrote.
    pub(super) fn parse(text: &str) -> Self {
        super::read::tree(text).unwrap_or(Self::Null)
    }

    /// The value, if it is neither an array nor an object.
    pub(super) fn scalar(&self) -> Option<Scalar<'_>> {
        Some(match self {
            Self::Null => Scalar::Null,
            Self::Bool(value) => Scalar::Bool(*value),
            Self::Number(number) => Scalar::Number(number.num()),
            Self::String(text) => Scalar::String(text),
            Self::Array(_) | Self::Object(_) => return None,
        })
    }

    /// With as many digits as `serde_json` keeps.
    pub(super) fn to_value(&self) -> Value {
        match self {
            Self::Array(items) => items.iter().map(Self::to_value).collect(),
            Self::Object(members) => {
                members.iter().map(|(key, value)| (key.clone(), value.to_value())).collect()
            }
            scalar => scalar.scalar().map_or(Value::Null, Scalar::to_value),
        }
    }

    pub(super) fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }
}

/// JSON text.
impl fmt::Display for Tree {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    f.write_str(if index == 0 { "[" } else { "," })?;
                    item.fmt(f)?;
                }
                f.write_str(if items.is_empty() { "[]" } else { "]" })
            }
            Self::Object(members) => {
                for (index, (key, member)) in members.iter().enumerate() {
                    f.write_str(if index == 0 { "{" } else { "," })?;
                    write!(f, "{}:{member}", Value::from(key.as_str()))?;
                }
                f.write_str(if members.is_empty() { "{}" } else { "}" })
            }
            Self::Number(Number::Wide(value)) => value.fmt(f),
            Self::Number(Number::Long(text)) => f.write_str(text),
            scalar => scalar.to_value().fmt(f),
        }
    }
}

impl<'de> Deserialize<'de> for Tree {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        // As the reader asks: with all digits.
        from.deserialize_newtype_struct("Json", TreeVisitor)
    }
}

struct TreeVisitor;

impl<'de> Visitor<'de> for TreeVisitor {
    type Value = Tree;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, from: D) -> Result<Tree, D::Error> {
        from.deserialize_any(self)
    }

    fn visit_some<D: Deserializer<'de>>(self, from: D) -> Result<Tree, D::Error> {
        from.deserialize_any(self)
    }

    fn visit_none<E>(self) -> Result<Tree, E> {
        Ok(Tree::Null)
    }

    fn visit_unit<E>(self) -> Result<Tree, E> {
        Ok(Tree::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Tree, E> {
        Ok(Tree::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Tree, E> {
        Ok(Tree::Number(Number::Whole(value)))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Tree, E> {
        Ok(Num::from(i128::from(value)).into())
    }

    fn visit_i128<E>(self, value: i128) -> Result<Tree, E> {
        Ok(Num::from(value).into())
    }

    fn visit_u128<E>(self, value: u128) -> Result<Tree, E> {
        Ok(Num::of_text(&value.to_string()).into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Tree, E> {
        Ok(Num::Float(value).into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Tree, E> {
        Ok(Tree::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Tree, E> {
        Ok(Tree::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Tree, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element()? {
            items.push(item);
        }
        Ok(Tree::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Tree, A::Error> {
        of_map(map)
    }
}

/// What comes as an object: one, or a number with its digits.
pub(super) fn of_map<'de, A: MapAccess<'de>>(mut map: A) -> Result<Tree, A::Error> {
    let mut members = Members::new();
    while let Some(key) = map.next_key::<String>()? {
        if members.is_empty() && key == DIGITS {
            return Ok(Num::of_text(&map.next_value::<String>()?).into());
        }
        members.insert(key, map.next_value()?);
    }
    Ok(Tree::Object(members))
}

impl<'de, 'a: 'de> Deserializer<'de> for &'a Tree {
    type Error = serde_json::Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        match self {
            Tree::Number(Number::Wide(value)) => large(&value.to_string()).deserialize_any(visitor),
            Tree::Number(Number::Long(text)) => large(text).deserialize_any(visitor),
            other => other.deserialize_newtype_struct("Json", visitor),
        }
    }

    /// As the reader asks: with all digits.
    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        match self {
            Tree::Null => visitor.visit_unit(),
            Tree::Bool(value) => visitor.visit_bool(*value),
            Tree::Number(Number::Whole(value)) => visitor.visit_i64(*value),
            Tree::Number(Number::Wide(value)) => visitor.visit_i128(*value),
            Tree::Number(Number::Float(value)) => visitor.visit_f64(*value),
            Tree::Number(Number::Long(text)) => {
                visitor.visit_map(MapDeserializer::new(std::iter::once((DIGITS, &**text))))
            }
            Tree::String(text) => visitor.visit_borrowed_str(text),
            Tree::Array(items) => visitor.visit_seq(SeqDeserializer::new(items.iter())),
            Tree::Object(members) => {
                let members = members.iter().map(|(key, member)| (key.as_str(), member));
                visitor.visit_map(MapDeserializer::new(members))
            }
        }
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option
        unit unit_struct seq tuple tuple_struct map struct enum identifier
        ignored_any
    }
}

impl<'de, 'a: 'de> IntoDeserializer<'de, serde_json::Error> for &'a Tree {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}
