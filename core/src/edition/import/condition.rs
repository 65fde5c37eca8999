//! Conditions on the properties of a feature.

use serde_json::{Map, Value};

/// The properties of a feature.
pub(super) type PropertyMap = Map<String, Value>;

/// A condition on one property.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Condition {
    pub(super) property: String,
    pub(super) test: Test,
}

/// What the value of a property must be.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Test {
    /// One of these scalars.
    OneOf(Vec<Value>),
    /// None of these scalars; a feature without the property passes.
    NoneOf(Vec<Value>),
    /// There, or not there. A null or an empty text counts as not there.
    Exists(bool),
}

impl Condition {
    pub(super) fn holds(&self, properties: &PropertyMap) -> bool {
        let value = properties.get(&self.property).filter(|value| is_present(value));
        match &self.test {
            Test::OneOf(wanted) => value.is_some_and(|value| wanted.iter().any(|wanted| is_same(value, wanted))),
            Test::NoneOf(refused) => !value.is_some_and(|value| refused.iter().any(|refused| is_same(value, refused))),
            Test::Exists(wanted) => value.is_some() == *wanted,
        }
    }
}

fn is_present(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::String(text) => !text.trim().is_empty(),
        _ => true,
    }
}

/// Whether two scalars are equal. A number and its text are: the format of a file decides which of them a property is.
fn is_same(value: &Value, wanted: &Value) -> bool {
    match (value, wanted) {
        (Value::Number(value), Value::Number(wanted)) => value == wanted || value.as_f64() == wanted.as_f64(),
        (Value::Number(number), Value::String(text)) | (Value::String(text), Value::Number(number)) => {
            text.trim().parse::<f64>().ok() == number.as_f64()
        }
        (Value::Bool(flag), Value::String(text)) | (Value::String(text), Value::Bool(flag)) => {
            text.trim() == if *flag { "true" } else { "false" }
        }
        (Value::String(value), Value::String(wanted)) => value.trim() == wanted,
        (value, wanted) => value == wanted,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn holds(properties: Value, test: Test) -> bool {
        let Value::Object(properties) = properties else { panic!("must be an object") };
        Condition { property: "a".into(), test }.holds(&properties)
    }

    #[test]
    fn condition_compares_scalars_across_types_and_ignores_empty_values() {
        let one_of = |value: Value, wanted: Value| holds(json!({ "a": value }), Test::OneOf(vec![wanted]));
        assert!(one_of(json!("x "), json!("x")) && one_of(json!(3), json!("3")) && one_of(json!("3.0"), json!(3)));
        assert!(
            one_of(json!(3.0), json!(3)) && one_of(json!(true), json!("true")) && one_of(json!(false), json!(false))
        );
        assert!(!one_of(json!("X"), json!("x")) && !one_of(json!(null), json!("")) && !one_of(json!("nan"), json!(3)));
        assert!(!one_of(json!(["x"]), json!("x")));
    }

    #[test]
    fn none_of_and_exists_take_a_missing_property_as_no_value() {
        let none_of = || Test::NoneOf(vec![json!("no")]);
        assert!(holds(json!({}), none_of()) && holds(json!({"a": "yes"}), none_of()));
        assert!(!holds(json!({"a": "no"}), none_of()));
        for empty in [json!({}), json!({"a": null}), json!({"a": " "})] {
            assert!(holds(empty.clone(), Test::Exists(false)) && !holds(empty, Test::Exists(true)));
        }
        assert!(holds(json!({"a": 0}), Test::Exists(true)));
    }
}
