//! Words, read from text and from nothing else, and written as text.

use std::borrow::Cow;
use std::fmt;

use serde::de::value::CowStrDeserializer;
use serde::de::{self, IntoDeserializer, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{
    ActionKind, ConditionField, IpAddressType, Kind, MutualTlsMode, Protocol, Scheme, TargetState,
    TargetType, TransformKind,
};

/// A text and nothing else.
struct Text;

impl<'de> Visitor<'de> for Text {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_borrowed_str<E: de::Error>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(text))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(text.to_owned()))
    }
}

/// Reads a text, and then what it is as serde does.
fn of_text<'de, D: Deserializer<'de>, T>(
    from: D,
    word: impl FnOnce(CowStrDeserializer<'de, D::Error>) -> Result<T, D::Error>,
) -> Result<T, D::Error> {
    word(from.deserialize_str(Text)?.into_deserializer())
}

impl<'de> Deserialize<'de> for Kind {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        of_text(from, Kind::deserialize)
    }
}

impl Serialize for Kind {
    fn serialize<S: Serializer>(&self, into: S) -> Result<S::Ok, S::Error> {
        Kind::serialize(self, into)
    }
}

impl<'de> Deserialize<'de> for Scheme {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        of_text(from, Scheme::deserialize)
    }
}

impl Serialize for Scheme {
    fn serialize<S: Serializer>(&self, into: S) -> Result<S::Ok, S::Error> {
        Scheme::serialize(self, into)
    }
}

impl<'de> Deserialize<'de> for IpAddressType {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        of_text(from, IpAddressType::deserialize)
    }
}

impl Serialize for IpAddressType {
    fn serialize<S: Serializer>(&self, into: S) -> Result<S::Ok, S::Error> {
        IpAddressType::serialize(self, into)
    }
}

impl<'de> Deserialize<'de> for Protocol {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        of_text(from, Protocol::deserialize)
    }
}

impl Serialize for Protocol {
    fn serialize<S: Serializer>(&self, into: S) -> Result<S::Ok, S::Error> {
        Protocol::serialize(self, into)
    }
}

impl<'de> Deserialize<'de> for TargetType {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        of_text(from, TargetType::deserialize)
    }
}

impl Serialize for TargetType {
    fn serialize<S: Serializer>(&self, into: S) -> Result<S::Ok, S::Error> {
        TargetType::serialize(self, into)
    }
}

impl<'de> Deserialize<'de> for TargetState {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        of_text(from, TargetState::deserialize)
    }
}

impl Serialize for TargetState {
    fn serialize<S: Serializer>(&self, into: S) -> Result<S::Ok, S::Error> {
        TargetState::serialize(self, into)
    }
}

impl<'de> Deserialize<'de> for ActionKind {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        of_text(from, ActionKind::deserialize)
    }
}

impl Serialize for ActionKind {
    fn serialize<S: Serializer>(&self, into: S) -> Result<S::Ok, S::Error> {
        ActionKind::serialize(self, into)
    }
}

impl<'de> Deserialize<'de> for ConditionField {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        of_text(from, ConditionField::deserialize)
    }
}

impl Serialize for ConditionField {
    fn serialize<S: Serializer>(&self, into: S) -> Result<S::Ok, S::Error> {
        ConditionField::serialize(self, into)
    }
}

impl<'de> Deserialize<'de> for TransformKind {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        of_text(from, TransformKind::deserialize)
    }
}

impl Serialize for TransformKind {
    fn serialize<S: Serializer>(&self, into: S) -> Result<S::Ok, S::Error> {
        TransformKind::serialize(self, into)
    }
}

impl<'de> Deserialize<'de> for MutualTlsMode {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        of_text(from, MutualTlsMode::deserialize)
    }
}

impl Serialize for MutualTlsMode {
    fn serialize<S: Serializer>(&self, into: S) -> Result<S::Ok, S::Error> {
        MutualTlsMode::serialize(self, into)
    }
}
