//! The values of properties: texts in several languages, telephone numbers, addresses, elevations.

use serde_json::Value;
use url::Url;

use super::condition::PropertyMap;
use super::mapping_json::Properties;
use super::summary::ImportProblem;
use crate::model::Localized;
use crate::model::is_possible_elevation;

/// Longest text, in bytes.
const MAX_TEXT_BYTES: usize = 16 << 10;
/// Longest telephone number, in characters.
const MAX_PHONE_CHARS: usize = 100;

/// Reads the values of one feature. Problems are collected, each once.
pub(super) struct Values<'p> {
    properties: &'p PropertyMap,
    pub(super) problems: Vec<ImportProblem>,
}

impl<'p> Values<'p> {
    pub(super) fn new(properties: &'p PropertyMap) -> Values<'p> {
        Values { properties, problems: Vec::new() }
    }

    /// The text of the first property that has one, on one line.
    pub(super) fn text(&mut self, names: &Properties) -> Option<String> {
        let text = names.names().iter().find_map(|name| self.own_text(name, false));
        self.short(text)
    }

    /// The texts of a property in each language: `name:en`, else `name_en`; in the default language also `name` itself.
    pub(super) fn localized(
        &mut self,
        names: &Properties,
        languages: &[String],
        default: &str,
        lines: bool,
    ) -> Localized {
        let mut texts = Localized::default();
        for language in languages {
            let find = |base: &String| {
                let own = [format!("{base}:{language}"), format!("{base}_{language}")];
                let own = own.iter().find_map(|name| self.own_text(name, lines));
                own.or_else(|| self.own_text(base, lines).filter(|_| language == default))
            };
            let text = names.names().iter().find_map(find);
            if let Some(text) = self.short(text) {
                texts.insert(language, text);
            }
        }
        texts
    }

    /// A telephone number, or several.
    pub(super) fn phone(&mut self, names: &Properties) -> Option<String> {
        let phone = self.text(names);
        let is_phone = |text: &str| {
            text.chars().count() <= MAX_PHONE_CHARS
                && text.chars().any(|c| c.is_ascii_digit())
                && text.chars().all(|c| c.is_ascii_digit() || " +-./();,\u{a0}".contains(c))
        };
        self.valid(phone, |text| is_phone(&text).then_some(text))
    }

    /// A web address. One without a scheme is taken as HTTPS.
    pub(super) fn website(&mut self, names: &Properties) -> Option<String> {
        let website = self.text(names);
        self.valid(website, |text| {
            let text = if text.contains("://") { text } else { format!("https://{text}") };
            let url = Url::parse(&text).ok()?;
            let is_web =
                matches!(url.scheme(), "http" | "https") && url.username().is_empty() && url.password().is_none();
            let has_name = url.domain().is_none_or(|domain| domain.contains('.'));
            (is_web && has_name).then(|| url.into())
        })
    }

    /// An e-mail address.
    pub(super) fn email(&mut self, names: &Properties) -> Option<String> {
        let email = self.text(names);
        let is_email = |text: &str| {
            let is_part =
                |part: &str| !part.is_empty() && !part.contains(|c: char| c.is_whitespace() || "<>@\"".contains(c));
            text.len() <= 254 && text.split_once('@').is_some_and(|(name, host)| is_part(name) && is_part(host))
        };
        self.valid(email, |text| is_email(&text).then_some(text))
    }

    /// Metres above sea level, with or without the unit.
    pub(super) fn elevation_m(&mut self, names: &Properties) -> Option<f64> {
        let text = self.text(names);
        self.valid(text, |text| {
            let number = text.trim_end_matches(['m', 'M']).trim_end().replace(',', ".");
            number.parse().ok().filter(|metres: &f64| is_possible_elevation(*metres))
        })
    }

    fn own_text(&self, name: &str, lines: bool) -> Option<String> {
        let text = match self.properties.get(name)? {
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            _ => return None,
        };
        let is_kept = |c: char| !c.is_control() || lines && c == '\n';
        let text: String = text.chars().map(|c| if is_kept(c) { c } else { ' ' }).collect();
        Some(text.trim()).filter(|text| !text.is_empty()).map(str::to_owned)
    }

    fn short(&mut self, text: Option<String>) -> Option<String> {
        if text.as_ref().is_some_and(|text| text.len() > MAX_TEXT_BYTES) {
            self.note(ImportProblem::LongText);
            return None;
        }
        text
    }

    fn valid<T>(&mut self, text: Option<String>, read: impl FnOnce(String) -> Option<T>) -> Option<T> {
        let value = read(text?);
        if value.is_none() {
            self.note(ImportProblem::InvalidValue);
        }
        value
    }

    pub(super) fn note(&mut self, problem: ImportProblem) {
        if !self.problems.contains(&problem) {
            self.problems.push(problem);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn with<T>(value: Value, read: impl FnOnce(&mut Values<'_>, &Properties) -> T) -> (T, Vec<ImportProblem>) {
        let Value::Object(properties) = json!({ "a": value }) else { panic!("is an object") };
        let mut values = Values::new(&properties);
        (read(&mut values, &Properties::One("a".into())), values.problems)
    }

    #[test]
    fn localized_text_falls_back_to_the_plain_property_in_the_default_language_only() {
        let Value::Object(properties) = json!({
            "name": "Lac", "name:en": " Lake\u{7}", "name_de": "See", "name:it": "", "alt_name": "Laquet", "alt_name:it": "Lago",
        }) else {
            panic!("is an object")
        };
        let languages = ["fr", "en", "de", "it"].map(String::from);
        let mut values = Values::new(&properties);
        let names = Properties::Several(vec!["name".into(), "alt_name".into()]);
        let texts = values.localized(&names, &languages, "fr", false);
        let expected: Localized = [("de", "See"), ("en", "Lake"), ("fr", "Lac"), ("it", "Lago")].into_iter().collect();
        assert_eq!(texts, expected);
        assert_eq!(
            with(json!("x".repeat(20_000)), |values, names| values.text(names)),
            (None, vec![ImportProblem::LongText])
        );
        assert_eq!(with(json!(1850), |values, names| values.text(names)), (Some("1850".into()), vec![]));
        assert_eq!(with(json!(["x"]), |values, names| values.text(names)), (None, vec![]));
    }

    #[test]
    fn website_is_a_web_address_or_left_out() {
        for (text, expected) in [
            ("https://refuge.example/a b", Some("https://refuge.example/a%20b")),
            ("www.refuge.example", Some("https://www.refuge.example/")),
            ("javascript:alert(1)", None),
            ("javascript://refuge.example/%0aalert(1)", None),
            ("https://user:secret@refuge.example", None),
            ("fermé", None),
        ] {
            let (website, problems) = with(json!(text), |values, names| values.website(names));
            assert_eq!((website.as_deref(), problems.len()), (expected, usize::from(expected.is_none())), "{text}");
        }
    }

    #[test]
    fn phone_email_and_elevation_are_checked() {
        assert_eq!(
            with(json!("+33 4 92 00 00 00"), |values, names| values.phone(names)).0.as_deref(),
            Some("+33 4 92 00 00 00")
        );
        assert_eq!(with(json!("ask"), |values, names| values.phone(names)), (None, vec![ImportProblem::InvalidValue]));
        assert_eq!(with(json!("a@b.example"), |values, names| values.email(names)).0.as_deref(), Some("a@b.example"));
        assert_eq!(
            with(json!("a@b@c"), |values, names| values.email(names)),
            (None, vec![ImportProblem::InvalidValue])
        );
        for (value, metres) in [(json!("1850 m"), 1850.0), (json!("1850,5"), 1850.5), (json!(-3), -3.0)] {
            assert_eq!(with(value, |values, names| values.elevation_m(names)), (Some(metres), vec![]));
        }
        for value in [json!("9999"), json!("high"), json!("inf"), json!("NaN")] {
            assert_eq!(
                with(value, |values, names| values.elevation_m(names)),
                (None, vec![ImportProblem::InvalidValue])
            );
        }
    }
}
