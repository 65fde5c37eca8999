//! When two states of an object are the same: servers write the many-to-many arrays in another order from call to call.

use serde_json::Value;

/// Fields whose order says nothing.
const SETS: &[&str] = &[
    "accessibilities",
    "cities",
    "city_codes",
    "conditions",
    "courses",
    "courses_uuids",
    "districts",
    "information_desks",
    "labels",
    "managers",
    "networks",
    "organizers_id",
    "orientation",
    "parents",
    "parents_uuids",
    "portal",
    "portals",
    "practices",
    "ratings",
    "sites",
    "sites_uuids",
    "source",
    "themes",
    "web_links",
    "wind",
];

/// The JSON of an object with its sets in one order, whatever order they came in.
pub(super) fn normalize(json: &str) -> Value {
    let mut value: Value = serde_json::from_str(json).unwrap_or_default();
    order(&mut value);
    value
}

/// A few digits that differ where two states of an object do.
pub(crate) fn state_digits(json: &str) -> String {
    super::packs::url_hash(&normalize(json).to_string())
}

fn order(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                order(field);
                if let (Value::Array(items), true) = (field, SETS.contains(&name.as_str())) {
                    items.sort_by_cached_key(Value::to_string);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(order),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_have_no_order_and_lists_have() {
        let same = |one: &str, other: &str| normalize(one) == normalize(other);
        assert!(same(
            r#"{"themes": [2, 1], "a": {"ratings": [10, 9]}}"#,
            r#"{"a": {"ratings": [9, 10]}, "themes": [1, 2]}"#
        ));
        assert!(!same(r#"{"children": [2, 1]}"#, r#"{"children": [1, 2]}"#));
        assert!(!same(r#"{"themes": [1]}"#, r#"{"themes": [1, 2]}"#));
    }
}
