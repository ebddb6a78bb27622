use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};
use serde_json::{Map, Value};

/// A JSON object that knows whether a name appears twice in it. Such an object means different
/// things to different parsers (RFC 7515 section 4, RFC 7519 section 4).
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
                while let Some((name, value)) = map.next_entry::<String, Value>()? {
                    has_duplicate_names |= fields.insert(name, value).is_some();
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_appears_twice_is_detected() {
        for (json, expected) in [
            (r#"{"sub":"a","sub":"b"}"#, true),
            (r#"{"sub":"a","Sub":"b"}"#, false),
        ] {
            let object: JsonObject = serde_json::from_str(json).expect("an object");
            assert_eq!(object.has_duplicate_names, expected, "{json}");
        }
    }
}
