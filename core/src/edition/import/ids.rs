//! Stable ids of objects and terms.

use serde_json::{Number, Value};
use sha2::{Digest, Sha256};

use crate::model::{Geometry, Id, Kind, Localized};

/// Bits of an id, so that every reader of JSON keeps it exactly (RFC 8259, section 6).
const BITS: u32 = 53;
/// Longest identifier that is kept as a text, in bytes.
const MAX_ORIGIN_BYTES: usize = 256;

/// The identifier of a feature in its origin, as a text; `None` for a value that is no identifier.
pub(super) fn origin_id(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.trim()).filter(|text| !text.is_empty()).map(str::to_owned),
        Value::Number(number) => Some(whole(number).map_or_else(|| number.to_string(), |id| id.to_string())),
        _ => None,
    }
    .filter(|text| text.len() <= MAX_ORIGIN_BYTES && !text.contains(char::is_control))
}

fn whole(number: &Number) -> Option<i64> {
    // A file may have 12.0 in a column of floating-point numbers.
    let from_float =
        |number: f64| (number.fract() == 0.0 && number.abs() < (1_u64 << BITS) as f64).then_some(number as i64);
    number.as_i64().or_else(|| number.as_f64().and_then(from_float))
}

/// The id of an object. A moved object keeps its id, because the geometry counts only without an identifier.
pub(super) fn object_id(origin: Option<&str>, geometry: &Geometry) -> Id {
    let Some(origin) = origin else {
        let mut hash = Sha256::new();
        for position in geometry.positions() {
            hash.update(position.lon.to_bits().to_le_bytes());
            hash.update(position.lat.to_bits().to_le_bytes());
        }
        return from_hash(hash);
    };
    let whole = origin.parse().ok().filter(|id: &Id| (1..1 << BITS).contains(id));
    // `+7` and `007` are texts.
    whole.filter(|id| id.to_string() == origin).unwrap_or_else(|| from_hash(Sha256::new_with_prefix(origin)))
}

/// The id of a type in the vocabulary of its kind: by its label in the default language, or in the first language.
pub(super) fn label_id(kind: Kind, label: &Localized, default_language: &str) -> Id {
    let label = label.find(&[default_language]).map_or("", |label| label.text);
    let vocabulary = kind.type_field().and_then(|field| field.refers_to).unwrap_or_default();
    from_hash(Sha256::new_with_prefix(format!("{vocabulary}\n{label}")))
}

/// The languages of a text.
pub(super) fn languages_of(text: &Localized) -> impl Iterator<Item = &str> {
    text.iter().map(|(language, _)| language)
}

fn from_hash(hash: Sha256) -> Id {
    let hash: [u8; 32] = hash.finalize().into();
    let first = hash.first_chunk::<8>().map_or(0, |first| u64::from_be_bytes(*first));
    i64::try_from(first >> (u64::BITS - BITS)).unwrap_or_default().max(1)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::model::Position;

    #[test]
    fn object_id_is_the_whole_number_or_a_stable_hash() {
        let at = |lon| Geometry::point(Position::new(lon, 45.0));
        assert_eq!(object_id(Some("42"), &at(6.0)), 42);
        // The first 53 bits of the SHA-256 of `node/1`, by sha256sum.
        let hashed = object_id(Some("node/1"), &at(6.0));
        assert_eq!((hashed, hashed), (4_635_602_763_946_606, object_id(Some("node/1"), &at(7.0))));
        for text in ["node/2", "0", "-3", "007", "+7", "9007199254740992", ""] {
            let id = object_id(Some(text), &at(6.0));
            assert!(id > 1 << 20 && id < 1 << 53 && id != hashed, "{text}");
        }
        assert_eq!(object_id(None, &at(6.0)), object_id(None, &at(6.0)));
        assert_ne!(object_id(None, &at(6.0)), object_id(None, &at(6.000_000_1)));
    }

    #[test]
    fn origin_id_is_a_short_text_or_a_number() {
        let texts =
            [json!(" n7 "), json!(12), json!(12.0), json!(1.5), json!(""), json!(null), json!([1]), json!("a\nb")];
        let read: Vec<_> = texts.iter().map(|value| origin_id(value).unwrap_or_default()).collect();
        assert_eq!(read, ["n7", "12", "12", "1.5", "", "", "", ""]);
        assert_eq!(origin_id(&json!("x".repeat(300))), None);
    }

    #[test]
    fn label_id_differs_by_vocabulary_and_default_label() {
        let label = |fr: &str, en: &str| [("fr", fr), ("en", en)].into_iter().collect::<Localized>();
        let id = label_id(Kind::Service, &label("Source", "Spring"), "fr");
        assert_eq!(id, label_id(Kind::Service, &label("Source", "Water"), "fr"));
        assert_ne!(id, label_id(Kind::Service, &label("Source", "Spring"), "en"));
        assert_ne!(id, label_id(Kind::Poi, &label("Source", "Spring"), "fr"));
    }
}
