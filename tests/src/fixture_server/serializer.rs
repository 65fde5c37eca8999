//! Serialises objects as a request asks: in one language or all, with selected fields, and with many-to-many fields in
//! random order.

use http::HeaderMap;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use super::api::ApiRequest;
use super::lambert;
use super::query::Query;

/// Untranslated texts: their language follows Accept-Language only.
const PLAIN_TEXTS: [(&str, [&str; 2]); 3] = [
    ("signage", ["name", "description"]),
    ("infrastructure", ["name", "description"]),
    ("hdviewpoint", ["title", "legend"]),
];
/// Modules whose geometry is in the projection of the server's database.
const PROJECTED: [&str; 2] = ["city", "district"];
/// Modules that ignore `fields` and `omit`.
const WITHOUT_SELECTION: [&str; 3] = ["hdviewpoint", "touristicevent_place", "touristicevent_organizer"];
/// Many-to-many fields, whose order differs between two requests.
const MANY_TO_MANY: [&str; 10] = [
    "themes",
    "labels",
    "networks",
    "ratings",
    "web_links",
    "source",
    "portal",
    "practices",
    "conditions",
    "orientation",
];

/// The parameters of a request that decide how objects are serialised.
pub(super) struct ObjectSerializer<'a> {
    module: &'a str,
    language: Option<&'a str>,
    /// The language of untranslated texts.
    accepted: &'static str,
    in_metres: bool,
    fields: Option<Vec<&'a str>>,
    omit: Option<Vec<&'a str>>,
}

impl<'a> ObjectSerializer<'a> {
    pub(super) fn read(module: &'a str, language: Option<&'a str>, query: &'a Query, request: &ApiRequest<'_>) -> Self {
        let selection = |name| query.list(name).filter(|_| !WITHOUT_SELECTION.contains(&module));
        Self {
            module,
            language,
            accepted: accepted_language(request.headers),
            in_metres: request.outlines_in_metres && PROJECTED.contains(&module),
            fields: selection("fields"),
            omit: selection("omit"),
        }
    }

    pub(super) fn object<'o>(&self, object: &'o Value, rng: &mut ChaCha8Rng) -> SerializedObject<'o> {
        let Some(members) = object.as_object() else { return SerializedObject(Vec::new()) };
        let plain = PLAIN_TEXTS.iter().find(|(name, _)| *name == self.module).map_or(&[][..], |(_, texts)| &texts[..]);
        let is_selected = |name: &str| {
            self.fields.as_ref().is_none_or(|fields| fields.contains(&name))
                && self.omit.as_ref().is_none_or(|omit| !omit.contains(&name))
        };
        let selected = members.iter().filter(|(name, _)| is_selected(name)).map(|(name, value)| {
            let value = match (name.as_str(), self.language) {
                ("geometry", _) if self.in_metres => Member::Converted(lambert::outline(value)),
                ("geometry", _) => Member::Unchanged(value),
                // Panoramas are embedded in the objects that they belong to. Their texts are untranslated there, too.
                (name, _) if plain.contains(&name) || name == "view_points" => {
                    Member::Converted(in_language(value, self.accepted))
                }
                (name, _) if MANY_TO_MANY.contains(&name) && value.is_array() => {
                    let mut many = self.language.map_or_else(|| value.clone(), |language| in_language(value, language));
                    many.as_array_mut().into_iter().for_each(|many| many.shuffle(rng));
                    Member::Converted(many)
                }
                (_, Some(language)) => Member::Converted(in_language(value, language)),
                (_, None) => Member::Unchanged(value),
            };
            (name.as_str(), value)
        });
        SerializedObject(selected.collect())
    }
}

/// The selected members of an object. Members that do not change, geometries above all, are not copied.
pub(super) struct SerializedObject<'o>(Vec<(&'o str, Member<'o>)>);

#[derive(Serialize)]
#[serde(untagged)]
enum Member<'o> {
    Unchanged(&'o Value),
    Converted(Value),
}

impl Serialize for SerializedObject<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

/// Replaces each `{fr, en, it}` by its value in one language.
fn in_language(value: &Value, language: &str) -> Value {
    match value {
        Value::Object(texts) if texts.len() == 3 && texts.contains_key("fr") && texts.contains_key("it") => {
            texts.get(language).cloned().unwrap_or(Value::Null)
        }
        Value::Object(members) => {
            let members = members.iter().map(|(name, value)| (name.clone(), in_language(value, language)));
            Value::Object(members.collect::<Map<_, _>>())
        }
        Value::Array(items) => items.iter().map(|item| in_language(item, language)).collect(),
        other => other.clone(),
    }
}

/// The language of Accept-Language; French by default.
fn accepted_language(headers: &HeaderMap) -> &'static str {
    let accepted = headers.get("accept-language").and_then(|value| value.to_str().ok()).unwrap_or("fr");
    ["en", "it"].into_iter().find(|language| accepted.starts_with(language)).unwrap_or("fr")
}
