//! How a call shows an object: in one language or all, its many-to-many fields in whatever order, its fields chosen.

use http::HeaderMap;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use super::api::Asked;
use super::lambert;
use super::query::Query;

/// Texts that follow Accept-Language and nothing else.
const PLAIN: [(&str, [&str; 2]); 3] = [
    ("signage", ["name", "description"]),
    ("infrastructure", ["name", "description"]),
    ("hdviewpoint", ["title", "legend"]),
];
/// Modules whose geometry is in the projection of the server.
const OUTLINES: [&str; 2] = ["city", "district"];
/// Modules that ignore `fields` and `omit`.
const WHOLE: [&str; 3] = ["hdviewpoint", "touristicevent_place", "touristicevent_organizer"];
/// Many-to-many fields, which come in another order at each call.
const MANY: [&str; 10] = [
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

/// What the call says about the way objects are shown.
pub(super) struct Show<'a> {
    module: &'a str,
    language: Option<&'a str>,
    accepted: &'static str,
    metres: bool,
    fields: Option<Vec<&'a str>>,
    omit: Option<Vec<&'a str>>,
}

impl<'a> Show<'a> {
    pub(super) fn read(module: &'a str, language: Option<&'a str>, query: &'a Query, asked: &Asked<'_>) -> Self {
        let chosen = |name| query.names(name).filter(|_| !WHOLE.contains(&module));
        let metres = asked.metres && OUTLINES.contains(&module);
        Self {
            module,
            language,
            accepted: accepted(asked.headers),
            metres,
            fields: chosen("fields"),
            omit: chosen("omit"),
        }
    }

    pub(super) fn object<'o>(&self, object: &'o Value, rng: &mut ChaCha8Rng) -> Shown<'o> {
        let Some(members) = object.as_object() else { return Shown(Vec::new()) };
        let plain = PLAIN.iter().find(|(name, _)| *name == self.module).map_or(&[][..], |(_, texts)| &texts[..]);
        let wanted = |name: &str| {
            self.fields.as_ref().is_none_or(|fields| fields.contains(&name))
                && self.omit.as_ref().is_none_or(|omit| !omit.contains(&name))
        };
        let shown = members.iter().filter(|(name, _)| wanted(name)).map(|(name, value)| {
            let value = match (name.as_str(), self.language) {
                ("geometry", _) if self.metres => Member::Made(lambert::outline(value)),
                ("geometry", _) => Member::Kept(value),
                // Panoramas are written whole in what they belong to, and their texts are plain there too.
                (name, _) if plain.contains(&name) || name == "view_points" => {
                    Member::Made(in_language(value, self.accepted))
                }
                (name, _) if MANY.contains(&name) && value.is_array() => {
                    let mut many = self.language.map_or_else(|| value.clone(), |language| in_language(value, language));
                    many.as_array_mut().into_iter().for_each(|many| many.shuffle(rng));
                    Member::Made(many)
                }
                (_, Some(language)) => Member::Made(in_language(value, language)),
                (_, None) => Member::Kept(value),
            };
            (name.as_str(), value)
        });
        Shown(shown.collect())
    }
}

/// An object as it is shown; what is shown as it is, geometries above all, is not copied.
pub(super) struct Shown<'o>(Vec<(&'o str, Member<'o>)>);

#[derive(Serialize)]
#[serde(untagged)]
enum Member<'o> {
    Kept(&'o Value),
    Made(Value),
}

impl Serialize for Shown<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

/// Replaces every `{fr, en, it}` by its value in one language.
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

fn accepted(headers: &HeaderMap) -> &'static str {
    let asked = headers.get("accept-language").and_then(|value| value.to_str().ok()).unwrap_or("fr");
    ["en", "it"].into_iter().find(|language| asked.starts_with(language)).unwrap_or("fr")
}
