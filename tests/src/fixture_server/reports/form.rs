//! The fields of a report and their errors. All fields are optional, so there are few errors.

use http::HeaderMap;
use serde_json::{Map, Value, json};

use super::messages::Language;
use super::position::{self, Position};
use super::{Attachment, multipart, sha256};
use crate::generator::Territory;

/// Fields with an id, and the module of API v2 that must contain the id.
const FOREIGN_KEYS: [(&str, &str); 5] = [
    ("activity", "feedback_activity"),
    ("category", "feedback_category"),
    ("status", "feedback_status"),
    ("problem_magnitude", "feedback_magnitude"),
    ("related_trek", "trek"),
];
/// The longest e-mail address, in characters.
const MAX_EMAIL_CHARS: usize = 254;

/// A parsed body.
#[derive(Default)]
pub(super) struct Form {
    pub(super) fields: Vec<(String, String)>,
    /// At most one for each field: the last one.
    pub(super) files: Vec<Attachment>,
}

impl Form {
    /// Parses a body. An error is a status and a message.
    pub(super) fn parse(headers: &HeaderMap, body: &[u8], language: Language) -> Result<Self, (u16, String)> {
        if body.is_empty() {
            return Ok(Self::default());
        }
        let kind = headers.get("content-type").map(|kind| String::from_utf8_lossy(kind.as_bytes()));
        let kind = kind.as_deref().unwrap_or("");
        match kind.split(';').next().unwrap_or("").trim().to_ascii_lowercase().as_str() {
            "application/x-www-form-urlencoded" => {
                let fields = form_urlencoded::parse(body).map(|(name, value)| (name.into_owned(), value.into_owned()));
                Ok(Self { fields: fields.collect(), files: Vec::new() })
            }
            "multipart/form-data" => {
                let boundary = multipart::boundary(kind).ok_or_else(|| {
                    (400, "Multipart form parse error - Invalid boundary in multipart: None".to_owned())
                })?;
                Ok(Self::from_parts(multipart::parts(body, &boundary)))
            }
            _ => Err((415, language.unsupported_media_type(kind))),
        }
    }

    fn from_parts(parts: Vec<multipart::Part>) -> Self {
        let mut form = Self::default();
        for part in parts {
            let Some(name) = part.file else {
                form.fields.push((part.name, String::from_utf8_lossy(&part.bytes).into_owned()));
                continue;
            };
            form.files.retain(|file| file.field != part.name);
            let sha256 = sha256(&part.bytes);
            form.files.push(Attachment { field: part.name, name, bytes: part.bytes, sha256 });
        }
        form
    }

    /// The last field of a name.
    pub(super) fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().rfind(|(field, _)| field == name).map(|(_, value)| value.as_str())
    }

    /// The trimmed value of a field; empty if the field is absent.
    fn text(&self, name: &str) -> &str {
        self.field(name).unwrap_or("").trim()
    }

    /// The errors by field.
    pub(super) fn errors(&self, territory: &Territory, language: Language) -> Map<String, Value> {
        let mut errors = Map::new();
        let mut add = |field: &str, messages: Vec<String>| {
            if !messages.is_empty() {
                errors.insert(field.to_owned(), json!(messages));
            }
        };
        let null_character = |text: &str| text.contains('\0').then(|| language.null_character());
        let email = self.text("email");
        let too_long = (email.chars().count() > MAX_EMAIL_CHARS).then(|| language.too_long(MAX_EMAIL_CHARS));
        let invalid = (!email.is_empty() && !is_email(email)).then(|| language.invalid_email());
        add("email", [too_long, null_character(email), invalid].into_iter().flatten().collect());
        for (field, module) in FOREIGN_KEYS {
            add(field, key_error(self.text(field), module, territory, language).into_iter().collect());
            if field == "activity" {
                add("comment", null_character(self.text("comment")).into_iter().collect());
            }
        }
        if let Position::Rejected(message) = position::parse(self.field("geom")) {
            add("geom", vec![message.to_owned()]);
        }
        errors
    }

    /// Whether storing the report causes a database error.
    pub(super) fn breaks_database(&self) -> bool {
        position::parse(self.field("geom")) == Position::DatabaseError
    }

    /// The body of the response.
    pub(super) fn response(&self, id: u64, territory: &Territory, language: Language) -> Value {
        let key = |field: &str| self.text(field).parse::<u64>().ok();
        // A new report gets the status with this French name. In another language there is none.
        let is_new = |status: &&Value| {
            let label = status["label"][language.code()].as_str().filter(|label| !label.is_empty());
            label.or(status["label"]["fr"].as_str()) == Some("Nouveau")
        };
        let new_status =
            || territory.module("feedback_status").iter().find(is_new).and_then(|status| status["id"].as_u64());
        json!({
            "id": id,
            "email": self.text("email"),
            "activity": key("activity"),
            "comment": escaped(self.text("comment")),
            "category": key("category"),
            "status": key("status").or_else(new_status),
            "problem_magnitude": key("problem_magnitude"),
            "related_trek": key("related_trek"),
        })
    }
}

fn key_error(text: &str, module: &str, territory: &Territory, language: Language) -> Option<String> {
    if text.is_empty() {
        return None;
    }
    let Ok(id) = text.parse::<i128>() else { return Some(language.invalid_key()) };
    let mut known = territory.module(module).iter().chain(territory.hidden.get(module).into_iter().flatten());
    let known = known.any(|object| object["id"].as_i64().map(i128::from) == Some(id));
    (!known).then(|| language.unknown_key(text))
}

/// Escapes HTML as Django does.
fn escaped(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    text.replace('"', "&quot;").replace('\'', "&#x27;")
}

/// Validates an e-mail address as Django does, without quoted local parts and IP addresses.
fn is_email(text: &str) -> bool {
    let Some((user, host)) = text.rsplit_once('@') else { return false };
    let atom = |part: &str| {
        !part.is_empty()
            && part.chars().all(|char| char.is_ascii_alphanumeric() || "-!#$%&'*+/=?^_`{}|~".contains(char))
    };
    let label = |part: &str| {
        let inner = part.chars().all(|char| char.is_ascii_alphanumeric() || char == '-' || char >= '\u{a1}');
        !part.is_empty() && part.len() <= 63 && inner && !part.starts_with('-') && !part.ends_with('-')
    };
    let top = host.rsplit('.').next().unwrap_or("");
    let named = host.contains('.') && top.chars().count() >= 2 && !top.chars().all(|char| char.is_ascii_digit());
    user.split('.').all(atom) && host.split('.').all(label) && (named || host == "localhost")
}

#[cfg(test)]
mod tests {
    use super::{escaped, is_email};

    #[test]
    fn is_email_agrees_with_django() {
        for good in ["a@b.fr", "a.b+c@d-e.example.org", "o'brien@exämple.org", "root@localhost"] {
            assert!(is_email(good), "{good}");
        }
        for bad in ["x", "a@b", "a b@c.fr", ".a@b.fr", "a@-b.fr", "a@b..fr", "@b.fr", "a@", "é@b.fr", "a@b.1"] {
            assert!(!is_email(bad), "{bad}");
        }
    }

    #[test]
    fn escaped_html_equals_that_of_django() {
        assert_eq!(escaped("l'<b>\"&amp;\""), "l&#x27;&lt;b&gt;&quot;&amp;amp;&quot;");
    }
}
