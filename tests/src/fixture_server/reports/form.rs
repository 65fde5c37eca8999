//! The fields of a report, and what Geotrek has to say against them: little, as none of them must be there.

use http::HeaderMap;
use serde_json::{Map, Value, json};

use super::position::{self, Position};
use super::words::Language;
use super::{Attachment, multipart, sha256};
use crate::generator::Territory;

/// Fields that hold a number, with the list of API v2 the number must be in.
const KEYS: [(&str, &str); 5] = [
    ("activity", "feedback_activity"),
    ("category", "feedback_category"),
    ("status", "feedback_status"),
    ("problem_magnitude", "feedback_magnitude"),
    ("related_trek", "trek"),
];
/// The most characters of an address.
const EMAIL: usize = 254;

/// A body as it was read.
#[derive(Default)]
pub(super) struct Form {
    pub(super) fields: Vec<(String, String)>,
    /// One a field: the last of each.
    pub(super) files: Vec<Attachment>,
}

impl Form {
    /// Reads a body; else the status and the reason.
    pub(super) fn read(headers: &HeaderMap, body: &[u8], language: Language) -> Result<Self, (u16, String)> {
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
                Ok(Self::of(multipart::parts(body, &boundary)))
            }
            _ => Err((415, language.media(kind))),
        }
    }

    fn of(parts: Vec<multipart::Part>) -> Self {
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

    /// A field; of equal names the last one.
    pub(super) fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().rfind(|(field, _)| field == name).map(|(_, value)| value.as_str())
    }

    /// A text without the spaces around it, empty when it is not there.
    fn text(&self, name: &str) -> &str {
        self.field(name).unwrap_or("").trim()
    }

    /// What is refused, by field.
    pub(super) fn errors(&self, territory: &Territory, language: Language) -> Map<String, Value> {
        let mut errors = Map::new();
        let mut refuse = |field: &str, messages: Vec<String>| {
            if !messages.is_empty() {
                errors.insert(field.to_owned(), json!(messages));
            }
        };
        let nul = |text: &str| text.contains('\0').then(|| language.nul());
        let email = self.text("email");
        let long = (email.chars().count() > EMAIL).then(|| language.too_long(EMAIL));
        let wrong = (!email.is_empty() && !is_email(email)).then(|| language.email());
        refuse("email", [long, nul(email), wrong].into_iter().flatten().collect());
        for (field, module) in KEYS {
            refuse(field, key_error(self.text(field), module, territory, language).into_iter().collect());
            if field == "activity" {
                refuse("comment", nul(self.text("comment")).into_iter().collect());
            }
        }
        if let Position::Refused(why) = position::read(self.field("geom")) {
            refuse("geom", vec![why.to_owned()]);
        }
        errors
    }

    /// Whether the database refuses the report.
    pub(super) fn breaks(&self) -> bool {
        position::read(self.field("geom")) == Position::Broken
    }

    /// The report as it is answered.
    pub(super) fn answer(&self, id: u64, territory: &Territory, language: Language) -> Value {
        let key = |field: &str| self.text(field).parse::<u64>().ok();
        // The one whose name in the language is this: in another language there is none.
        let new = |status: &&Value| {
            let label = status["label"][language.code()].as_str().filter(|label| !label.is_empty());
            label.or(status["label"]["fr"].as_str()) == Some("Nouveau")
        };
        let new = || territory.module("feedback_status").iter().find(new).and_then(|status| status["id"].as_u64());
        json!({
            "id": id,
            "email": self.text("email"),
            "activity": key("activity"),
            "comment": escaped(self.text("comment")),
            "category": key("category"),
            "status": key("status").or_else(new),
            "problem_magnitude": key("problem_magnitude"),
            "related_trek": key("related_trek"),
        })
    }
}

fn key_error(text: &str, module: &str, territory: &Territory, language: Language) -> Option<String> {
    if text.is_empty() {
        return None;
    }
    let Ok(id) = text.parse::<i128>() else { return Some(language.not_a_key()) };
    let mut known = territory.module(module).iter().chain(territory.hidden.get(module).into_iter().flatten());
    let known = known.any(|object| object["id"].as_i64().map(i128::from) == Some(id));
    (!known).then(|| language.no_key(text))
}

/// As Django escapes HTML.
fn escaped(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    text.replace('"', "&quot;").replace('\'', "&#x27;")
}

/// As Django looks at addresses, quoted ones and those of numbers left aside.
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
    fn addresses_are_looked_at_as_django_does() {
        for good in ["a@b.fr", "a.b+c@d-e.example.org", "o'brien@exämple.org", "root@localhost"] {
            assert!(is_email(good), "{good}");
        }
        for bad in ["x", "a@b", "a b@c.fr", ".a@b.fr", "a@-b.fr", "a@b..fr", "@b.fr", "a@", "é@b.fr", "a@b.1"] {
            assert!(!is_email(bad), "{bad}");
        }
    }

    #[test]
    fn html_is_escaped() {
        assert_eq!(escaped("l'<b>\"&amp;\""), "l&#x27;&lt;b&gt;&quot;&amp;amp;&quot;");
    }
}
