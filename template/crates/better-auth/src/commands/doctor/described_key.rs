use std::fmt;

use jsonwebtoken::Algorithm;
use serde::Serialize;
use serde_json::{Map, Value, value::RawValue};

use crate::key_set::KeySet;

/// An entry of the key set: its public fields, and why it is not used.
#[derive(Serialize)]
pub(crate) struct DescribedKey {
    #[serde(flatten)]
    fields: Map<String, Value>,
    accepted: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) rejected: Option<&'static str>,
}

impl DescribedKey {
    /// `rejected` is the reason that the server logs: a problem of the entry itself, or another key
    /// with the same kid.
    pub(crate) fn new(entry: &RawValue, set: &KeySet, algorithms: &[Algorithm]) -> Self {
        let shown = ["kid", "kty", "crv", "alg", "use", "x", "y", "n", "e"];
        let value: Value = serde_json::from_str(entry.get()).unwrap_or_default();
        let field = |name: &str| Some((name.to_owned(), value.get(name)?.clone()));
        let fields: Map<_, _> = shown.into_iter().filter_map(field).collect();
        let alone = format!(r#"{{"keys":[{entry}]}}"#);
        let reason = KeySet::parse(alone.as_bytes(), algorithms)
            .ok()
            .and_then(|(_, rejected)| Some(rejected.first()?.reason));
        let kid = fields.get("kid").and_then(Value::as_str);
        let is_ambiguous = kid.is_some_and(|kid| set.get(kid).is_none());
        let rejected = reason.or(is_ambiguous.then_some("two different keys have this kid"));
        Self {
            fields,
            accepted: rejected.is_none(),
            rejected,
        }
    }

    pub(crate) fn kid(&self) -> Option<&str> {
        self.fields.get("kid")?.as_str()
    }
}

impl fmt::Display for DescribedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fields = self.fields.iter();
        let fields: Vec<_> = fields
            .map(|(name, value)| format!("{name} {value}"))
            .collect();
        f.write_str(&fields.join(", "))
    }
}
