//! A mapping, with every rule of its format checked once, when it is read.

use std::collections::BTreeSet;

use serde_json::Value;

use super::condition::{Condition, PropertyMap, Test};
use super::ids::{label_id, languages_of};
use super::mapping_json::{ConditionJson, FieldsJson, MappingJson, Properties, RuleJson};
use crate::edition::{License, Source};
use crate::error::{Error, Result};
use crate::model::fields::TextUse;
use crate::model::{Id, Kind, Localized, Term};

/// Longest mapping, in bytes.
const MAX_BYTES: usize = 1 << 20;
const MAX_LANGUAGES: usize = 32;
/// The kinds that a rule may name.
pub(super) const KINDS: [Kind; 8] = [
    Kind::Trek,
    Kind::Poi,
    Kind::TouristicContent,
    Kind::SensitiveArea,
    Kind::InformationDesk,
    Kind::Service,
    Kind::Signage,
    Kind::Infrastructure,
];

/// The rules by which the features of files become objects. Its JSON:
///
/// ```json
/// {
///   "name": "osm-ecrins",
///   "title": "OpenStreetMap, Écrins",
///   "languages": ["fr", "en"],
///   "licenses": [{"name": "ODbL-1.0", "path": "https://opendatacommons.org/licenses/odbl/1-0/"}],
///   "sources": [{"title": "© OpenStreetMap contributors", "path": "https://www.openstreetmap.org/copyright"}],
///   "provider": "OpenStreetMap",
///   "id": "@id",
///   "fields": {"name": "name", "elevation": "ele", "phone": ["phone", "contact:phone"]},
///   "rules": [
///     {"kind": "service", "type": {"fr": "Eau potable", "en": "Drinking water"},
///      "when": [{"property": "amenity", "equals": "drinking_water"}]}
///   ]
/// }
/// ```
///
/// * `languages` are those of the edition; `default_language` is the first unless it is given. `name`, `title`,
///   `description`, `licenses` and `sources` are those of the edition unless the options give others.
/// * `id` names the property, or the properties, with the identifier of a feature in its origin; without it, or in a feature
///   without such a property, the `id` of the GeoJSON feature counts. A positive whole number below 2⁵³ is the id of the
///   object. Another identifier gives the first 53 bits of its SHA-256; a feature without any gives those of its geometry.
/// * A feature becomes an object by the first rule whose conditions (`when`) all hold. A condition has a `property` and one
///   of `equals`, `one_of`, `none_of` (true if there is no such property) and `exists` (`true` or `false`).
/// * `kind` is one of `trek`, `poi`, `touristic_content`, `sensitive_area`, `information_desk`, `service`, `signage`,
///   `infrastructure`. `type` is the label of the object's type in one or more of the `languages`; each label is a term of the
///   vocabulary of its kind. A sensitive area has no type: the label is the name of an area without a name.
/// * `fields` name the property, or the properties in order of preference, of `name`, `description`, `phone`, `website`,
///   `email`, `elevation` (metres above sea level), `photo` (web address), `photo_author` and `photo_license`; those of a
///   rule replace those of the mapping one by one, and `[]` takes none. A name or description in another language is the
///   property `name:en` or `name_en`. Telephone, website and e-mail address of a kind without such a field are its
///   contact, or end its description. A service has neither name nor description.
/// * `requires_name`: features without a name are left out. `months` of a sensitive area, 1 to 12; all without it.
#[derive(Debug, Clone)]
pub struct Mapping {
    pub(super) name: Option<String>,
    pub(super) title: String,
    pub(super) description: String,
    pub(super) languages: Vec<String>,
    pub(super) default_language: String,
    pub(super) licenses: Vec<License>,
    pub(super) sources: Vec<Source>,
    pub(super) provider: Option<String>,
    /// Properties with the identifier of a feature.
    pub(super) id: Properties,
    pub(super) rules: Vec<Rule>,
}

/// A rule of a mapping.
#[derive(Debug, Clone)]
pub(super) struct Rule {
    pub(super) kind: Kind,
    /// Label of the type.
    pub(super) label: Localized,
    /// Id of the type in its vocabulary.
    pub(super) label_id: Id,
    when: Vec<Condition>,
    pub(super) requires_name: bool,
    /// Of a sensitive area, January first.
    pub(super) months: [bool; 12],
    pub(super) fields: FieldsJson,
}

impl Rule {
    /// The term of the type; `None` for a kind that has no types.
    pub(super) fn term(&self) -> Option<Term> {
        let vocabulary = self.kind.type_field()?.refers_to?;
        Some(Term {
            vocabulary: vocabulary.to_owned(),
            id: self.label_id,
            label: self.label.clone(),
            ..Term::default()
        })
    }
}

impl Mapping {
    /// Reads a mapping from its JSON.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] that names the key and its rule, also for a key that is unknown.
    pub fn parse(json: &str) -> Result<Mapping> {
        if json.len() > MAX_BYTES {
            return Err(invalid("", format!("must not be longer than {MAX_BYTES} bytes")));
        }
        let mut reader = serde_json::Deserializer::from_str(json.trim_start_matches('\u{feff}'));
        let read: Result<MappingJson, _> = serde_path_to_error::deserialize(&mut reader);
        let read = read.map_err(|error| {
            let path = error.path().to_string();
            // A text that is no JSON has no path.
            let path = if matches!(path.as_str(), "." | "?") { String::new() } else { path };
            invalid(&path, format!("must follow the format of mappings: {}", error.into_inner()))
        })?;
        reader.end().map_err(|error| invalid("", format!("must be one JSON object: {error}")))?;
        Mapping::check(read)
    }

    fn check(json: MappingJson) -> Result<Mapping> {
        check_languages(&json.languages)?;
        let default_language = json.default_language.unwrap_or_else(|| json.languages[0].clone());
        if !json.languages.contains(&default_language) {
            return Err(invalid("default_language", "must be one of the languages"));
        }
        if json.name.as_deref().is_some_and(|name| !is_name(name)) {
            return Err(invalid("name", NAME_RULE));
        }
        for (index, license) in json.licenses.iter().enumerate() {
            if license.name.is_none() && license.path.is_none() {
                return Err(invalid(&format!("licenses[{index}]"), "must have a name such as ODbL-1.0, or a path"));
            }
        }
        if json.rules.is_empty() {
            return Err(invalid("rules", "must have at least one rule"));
        }
        let licenses = json.licenses.into_iter();
        let sources = json.sources.into_iter();
        let mut mapping = Mapping {
            name: json.name,
            title: json.title,
            description: json.description,
            default_language,
            licenses: licenses.map(|own| License { name: own.name, path: own.path, title: own.title }).collect(),
            sources: sources.map(|own| Source { title: own.title, path: own.path }).collect(),
            provider: json.provider.filter(|provider| !provider.trim().is_empty()),
            id: json.id,
            rules: Vec::new(),
            languages: json.languages,
        };
        for (index, rule) in json.rules.into_iter().enumerate() {
            let rule = mapping.rule(&format!("rules[{index}]"), rule, &json.fields)?;
            mapping.check_label(index, &rule)?;
            mapping.rules.push(rule);
        }
        Ok(mapping)
    }

    fn rule(&self, path: &str, json: RuleJson, defaults: &FieldsJson) -> Result<Rule> {
        let kind = KINDS.into_iter().find(|kind| kind.as_str() == json.kind).ok_or_else(|| {
            let known = KINDS.map(Kind::as_str).join(", ");
            invalid(&format!("{path}.kind"), format!("must be one of {known}"))
        })?;
        let type_path = format!("{path}.type");
        let label: Localized = json.label.iter().map(|(language, text)| (language, text.trim())).collect();
        if label.is_empty() {
            return Err(invalid(&type_path, "must have a label in at least one language"));
        }
        if !languages_of(&label).all(|language| self.languages.iter().any(|own| own == language)) {
            return Err(invalid(&type_path, "must have labels in the languages of the mapping only"));
        }
        let months = match &json.months {
            Some(_) if kind != Kind::SensitiveArea => {
                return Err(invalid(&format!("{path}.months"), "must be given for sensitive areas only"));
            }
            Some(months) => {
                if months.is_empty() || !months.iter().all(|month| (1..=12).contains(month)) {
                    return Err(invalid(&format!("{path}.months"), "must be numbers from 1 to 12"));
                }
                std::array::from_fn(|index| months.iter().any(|month| usize::from(*month) == index + 1))
            }
            None => [true; 12],
        };
        for (field, properties) in json.fields.iter().filter(|(_, properties)| !properties.names().is_empty()) {
            if properties.names().iter().any(|name| name.is_empty()) {
                return Err(invalid(&format!("{path}.fields.{field}"), "must be the name of a property"));
            }
            if !has_field(kind, field) {
                let rule = format!("must not be given: a {kind} has no place for it");
                return Err(invalid(&format!("{path}.fields.{field}"), rule));
            }
        }
        if json.requires_name && !has_field(kind, "name") {
            return Err(invalid(&format!("{path}.requires_name"), format!("must not be given: a {kind} has no name")));
        }
        let when = json.when.into_iter().enumerate();
        let when = when.map(|(index, own)| condition(&format!("{path}.when[{index}]"), own));
        Ok(Rule {
            kind,
            label_id: label_id(kind, &label, &self.default_language),
            label,
            when: when.collect::<Result<_>>()?,
            requires_name: json.requires_name,
            months,
            fields: json.fields.or(defaults),
        })
    }

    /// Two rules with one type must agree about its label.
    fn check_label(&self, index: usize, rule: &Rule) -> Result<()> {
        let same_type = |other: &&Rule| other.kind == rule.kind && other.label_id == rule.label_id;
        match self.rules.iter().position(|other| same_type(&other)) {
            Some(first) if self.rules[first].label != rule.label => {
                let rule =
                    format!("must have the same labels as the type of rules[{first}], or others in every language");
                Err(invalid(&format!("rules[{index}].type"), rule))
            }
            _ => Ok(()),
        }
    }

    /// The first rule whose conditions hold, with its index.
    pub(super) fn rule_for(&self, properties: &PropertyMap) -> Option<&Rule> {
        self.rules.iter().find(|rule| rule.when.iter().all(|condition| condition.holds(properties)))
    }
}

/// Whether a kind has a place for a field of a mapping.
fn has_field(kind: Kind, field: &str) -> bool {
    let has_text = |text: TextUse| kind.fields().iter().any(|field| field.text == Some(text));
    match field {
        "name" => has_text(TextUse::Name),
        "description" | "phone" | "website" | "email" => has_text(TextUse::Description),
        "elevation" => true,
        _ => kind.field("attachments").is_some() || kind.field("photo_url").is_some(),
    }
}

fn condition(path: &str, json: ConditionJson) -> Result<Condition> {
    let mut tests = Vec::new();
    tests.extend(json.equals.map(|value| Test::OneOf(vec![value])));
    tests.extend(json.one_of.map(Test::OneOf));
    tests.extend(json.none_of.map(Test::NoneOf));
    tests.extend(json.exists.map(Test::Exists));
    let is_scalar = |value: &Value| !matches!(value, Value::Null | Value::Array(_) | Value::Object(_));
    match (tests.pop(), tests.is_empty()) {
        (Some(Test::OneOf(values) | Test::NoneOf(values)), true) if !values.iter().all(is_scalar) => {
            Err(invalid(path, "must compare with texts, numbers or booleans"))
        }
        (Some(Test::OneOf(values) | Test::NoneOf(values)), true) if values.is_empty() => {
            Err(invalid(path, "must have at least one value to compare with"))
        }
        (Some(test), true) => Ok(Condition { property: json.property, test }),
        _ => Err(invalid(path, "must have exactly one of equals, one_of, none_of and exists")),
    }
}

fn check_languages(languages: &[String]) -> Result<()> {
    let is_tag = |tag: &String| {
        (2..=35).contains(&tag.len()) && tag.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    let different: BTreeSet<&String> = languages.iter().collect();
    if languages.is_empty() || languages.len() > MAX_LANGUAGES || different.len() < languages.len() {
        return Err(invalid("languages", format!("must be 1 to {MAX_LANGUAGES} different languages")));
    }
    if !languages.iter().all(is_tag) {
        return Err(invalid("languages", "must be language tags such as fr or pt-br"));
    }
    Ok(())
}

pub(super) const NAME_RULE: &str = "must be 1 to 64 lower-case letters, digits and hyphens";

/// Whether an edition may have this name.
pub(super) fn is_name(name: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (1..=64).contains(&name.len()) && name.bytes().all(is_allowed)
}

fn invalid(path: &str, rule: impl Into<String>) -> Error {
    let field = if path.is_empty() { "mapping".to_owned() } else { format!("mapping.{path}") };
    Error::invalid(field, rule)
}
