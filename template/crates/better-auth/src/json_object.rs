use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, SeqAccess, Visitor, value::MapAccessDeserializer},
};
use serde_json::{Map, Value};

/// A JSON object that knows whether a name appears twice in it, or in an object inside it. Such an
/// object means different things to different parsers (RFC 7515 section 4, RFC 7519 section 4).
pub(crate) struct JsonObject {
    pub(crate) fields: Map<String, Value>,
    pub(crate) has_duplicate_names: bool,
}

impl<'de> Deserialize<'de> for JsonObject {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ObjectVisitor;

        impl<'de> Visitor<'de> for ObjectVisitor {
            type Value = JsonObject;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a JSON object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<JsonObject, A::Error> {
                let (mut fields, mut has_duplicate_names) = (Map::new(), false);
                while let Some((name, field)) = map.next_entry::<String, Field>()? {
                    let replaced = fields.insert(name, field.value);
                    has_duplicate_names |= replaced.is_some() || field.has_duplicate_names;
                }
                Ok(JsonObject {
                    fields,
                    has_duplicate_names,
                })
            }
        }

        deserializer.deserialize_map(ObjectVisitor)
    }
}

/// Any JSON value, with the same knowledge of the objects in it.
struct Field {
    value: Value,
    has_duplicate_names: bool,
}

impl<T: Into<Value>> From<T> for Field {
    fn from(value: T) -> Self {
        Self {
            value: value.into(),
            has_duplicate_names: false,
        }
    }
}

impl<'de> Deserialize<'de> for Field {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(FieldVisitor)
    }
}

struct FieldVisitor;

impl<'de> Visitor<'de> for FieldVisitor {
    type Value = Field;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Field, E> {
        Ok(Value::Null.into())
    }

    fn visit_bool<E>(self, value: bool) -> Result<Field, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Field, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Field, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Field, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Field, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Field, A::Error> {
        let (mut values, mut has_duplicate_names) = (Vec::new(), false);
        while let Some(item) = items.next_element::<Field>()? {
            values.push(item.value);
            has_duplicate_names |= item.has_duplicate_names;
        }
        Ok(Field {
            value: values.into(),
            has_duplicate_names,
        })
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Field, A::Error> {
        let object = JsonObject::deserialize(MapAccessDeserializer::new(map))?;
        Ok(Field {
            value: object.fields.into(),
            has_duplicate_names: object.has_duplicate_names,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_appears_twice_is_detected() {
        for (json, expected) in [
            (r#"{"sub":"a","sub":"b"}"#, true),
            (r#"{"sub":"a","Sub":"b"}"#, false),
            (r#"{"cnf":{"jkt":"a","jkt":"b"}}"#, true),
            (r#"{"list":[1,{"a":[{"b":null,"b":true}]}]}"#, true),
            (r#"{"one":{"a":1},"two":[{"a":1.5},{"a":-1}]}"#, false),
        ] {
            let object: JsonObject = serde_json::from_str(json).expect("an object");
            assert_eq!(object.has_duplicate_names, expected, "{json}");
        }
    }
}
