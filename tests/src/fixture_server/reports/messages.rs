//! Error messages in the language of the request: French, English or Italian.

use http::HeaderMap;

/// The languages of the server. The first one is the default.
const LANGUAGES: [&str; 3] = ["fr", "en", "it"];

/// A language of the server.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Language(usize);

impl Language {
    /// A language by its code; the default if the code is unknown.
    pub(super) fn from_code(code: &str) -> Self {
        Self(LANGUAGES.iter().position(|language| *language == code).unwrap_or(0))
    }

    /// The preferred language of Accept-Language.
    pub(super) fn preferred(headers: &HeaderMap) -> Self {
        let accepted = headers.get("accept-language").and_then(|value| value.to_str().ok()).unwrap_or("");
        let weighted = accepted.split(',').filter_map(|one| {
            let (code, weight) = one.split_once(';').unwrap_or((one, ""));
            let weight: f64 = weight.trim().strip_prefix("q=").map_or(Some(1.0), |weight| weight.parse().ok())?;
            let code = code.trim().to_ascii_lowercase();
            let language = LANGUAGES.iter().position(|language| code.split('-').next() == Some(language))?;
            (weight > 0.0).then_some((weight, language))
        });
        // The first of equal weights.
        let best = weighted.fold(None, |best: Option<(f64, usize)>, next| match best {
            Some(best) if best.0 >= next.0 => Some(best),
            _ => Some(next),
        });
        Self(best.map_or(0, |(_, language)| language))
    }

    pub(super) fn code(self) -> &'static str {
        LANGUAGES[self.0]
    }

    pub(super) fn invalid_email(self) -> String {
        ["Saisissez une adresse e-mail valide.", "Enter a valid email address.", "Inserisci un indirizzo email valido."]
            [self.0]
            .to_owned()
    }

    pub(super) fn too_long(self, max: usize) -> String {
        match self.code() {
            "en" => format!("Ensure this field has no more than {max} characters."),
            "it" => format!("Assicurati che questo campo non contenga più di {max} caratteri."),
            _ => format!("Assurez-vous que ce champ comporte au plus {max}\u{a0}caractères."),
        }
    }

    pub(super) fn null_character(self) -> String {
        [
            "Le caractère nul n’est pas autorisé.",
            "Null characters are not allowed.",
            "I caratteri null non sono ammessi.",
        ][self.0]
            .to_owned()
    }

    pub(super) fn unknown_key(self, key: &str) -> String {
        match self.code() {
            "en" => format!("Invalid pk \"{key}\" - object does not exist."),
            "it" => format!("Pk \"{key}\" non valido - l'oggetto non esiste."),
            _ => format!("Clé primaire «\u{a0}{key}\u{a0}» non valide - l'objet n'existe pas."),
        }
    }

    pub(super) fn invalid_key(self) -> String {
        [
            "Type incorrect. Attendait une clé primaire, a reçu str.",
            "Incorrect type. Expected pk value, received str.",
            "Tipo non corretto. Era atteso un valore pk, ma è stato ricevuto str.",
        ][self.0]
            .to_owned()
    }

    pub(super) fn invalid_uuid(self) -> String {
        ["Doit être un UUID valide.", "Must be a valid UUID.", "Deve essere un UUID valido."][self.0].to_owned()
    }

    pub(super) fn method_not_allowed(self, method: &str) -> String {
        match self.code() {
            "en" => format!("Method \"{method}\" not allowed."),
            "it" => format!("Metodo \"{method}\" non consentito"),
            _ => format!("Méthode «\u{a0}{method}\u{a0}» non autorisée."),
        }
    }

    pub(super) fn unsupported_media_type(self, kind: &str) -> String {
        match self.code() {
            "en" => format!("Unsupported media type \"{kind}\" in request."),
            "it" => format!("Tipo di media \"{kind}\" non supportato."),
            _ => format!("Type de média «\u{a0}{kind}\u{a0}» non supporté."),
        }
    }

    pub(super) fn not_acceptable(self) -> String {
        [
            "L'en-tête « Accept » n'a pas pu être satisfaite.",
            "Could not satisfy the request Accept header.",
            "Impossibile soddisfare l'header \"Accept\" presente nella richiesta.",
        ][self.0]
            .to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::Language;

    #[test]
    fn preferred_language_has_the_highest_weight() {
        for (accepted, code) in [
            ("en", "en"),
            ("de, it;q=0.5, en-GB;q=0.8", "en"),
            ("de", "fr"),
            ("it, en", "it"),
            ("en;q=0, it;q=0.1", "it"),
        ] {
            let headers = [(http::header::ACCEPT_LANGUAGE, accepted.parse().unwrap())].into_iter().collect();
            assert_eq!(Language::preferred(&headers).code(), code, "{accepted}");
        }
        assert_eq!(Language::from_code("de").code(), "fr");
    }
}
