//! Comparison of two states of an object: servers change the order of many-to-many arrays from response to response.

use std::sync::LazyLock;

use serde_json::Value;

use crate::model::Kind;

/// The names of the fields whose order has no meaning, sorted. Entries of vocabularies have such arrays among their own
/// properties, so the names hold for every kind and depth.
static SETS: LazyLock<Vec<&str>> = LazyLock::new(|| {
    let fields = Kind::ALL.into_iter().flat_map(Kind::fields);
    let mut names: Vec<&str> = fields.filter(|field| field.is_set).map(|field| field.name).collect();
    names.sort_unstable();
    names.dedup();
    names
});

/// The JSON of an object, its sets sorted.
pub(super) fn normalize(json: &str) -> Value {
    let mut value: Value = serde_json::from_str(json).unwrap_or_default();
    sort_sets(&mut value);
    value
}

/// A digest that differs if two states of an object differ.
pub(crate) fn state_hash(json: &str) -> String {
    super::packs::url_hash(&normalize(json).to_string())
}

fn sort_sets(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                sort_sets(field);
                if let (Value::Array(items), true) = (field, SETS.binary_search(&name.as_str()).is_ok()) {
                    items.sort_by_cached_key(Value::to_string);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(sort_sets),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn normalize_ignores_the_order_of_sets_only() {
        let same = |one: &str, other: &str| normalize(one) == normalize(other);
        assert!(same(
            r#"{"themes": [2, 1], "a": {"ratings": [10, 9]}}"#,
            r#"{"a": {"ratings": [9, 10]}, "themes": [1, 2]}"#
        ));
        assert!(!same(r#"{"children": [2, 1]}"#, r#"{"children": [1, 2]}"#));
        assert!(!same(r#"{"themes": [1]}"#, r#"{"themes": [1, 2]}"#));
    }
}
