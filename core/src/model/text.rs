use std::fmt;

use serde::de::{Deserializer, MapAccess, Visitor};
use serde::{Deserialize, Serialize, Serializer};

use super::language;

/// A text in several languages. A blank text is not kept, so each language in it has a text.
// Each language with its text, in the order of language codes. A vector, because a text has few languages.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Localized(Vec<(String, String)>);

/// A text with its language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Text<'a> {
    /// Language code as the server writes it (`fr`, `pt-br`); empty if the server gives none.
    pub lang: &'a str,
    /// Text.
    pub text: &'a str,
}

impl Localized {
    /// Sets the text of a language; does nothing if the text is blank.
    pub fn insert(&mut self, lang: impl Into<String>, text: impl Into<String>) {
        let text = text.into();
        if !text.trim().is_empty() {
            self.set(lang.into(), text);
        }
    }

    fn set(&mut self, lang: String, text: String) {
        match self.position(&lang) {
            Ok(index) => self.0[index].1 = text,
            Err(index) => self.0.insert(index, (lang, text)),
        }
    }

    fn position(&self, lang: &str) -> Result<usize, usize> {
        self.0.binary_search_by(|(own, _)| own.as_str().cmp(lang))
    }

    /// The text in exactly this language; case makes no difference.
    pub fn in_language(&self, lang: &str) -> Option<&str> {
        let exact = self.position(lang).ok();
        let index = exact.or_else(|| self.0.iter().position(|(own, _)| own.eq_ignore_ascii_case(lang)))?;
        Some(self.0[index].1.as_str())
    }

    /// The text in the first language of `wanted` that has one, else in any language, first of all the text without a
    /// language. `wanted` is the whole order of preference: the languages of the person, those of the app, the default of
    /// the territory. Each is a BCP 47 tag that is looked up as RFC 4647 says: `EN` finds `en`, `zh-Hant-TW` finds `zh-hant`
    /// before `zh`, and `pt_BR` finds `pt`.
    pub fn find<S: AsRef<str>>(&self, wanted: &[S]) -> Option<Text<'_>> {
        let find = |tag: &str| {
            // Most tags are written as the server writes them.
            let exact = self.position(tag).ok();
            let index = exact.or_else(|| language::lookup(tag, self.0.iter().map(|(lang, _)| lang.as_str())))?;
            self.0.get(index)
        };
        wanted
            .iter()
            .map(AsRef::as_ref)
            .find_map(find)
            .or_else(|| self.0.first())
            .map(|(lang, text)| Text { lang, text })
    }

    /// Every language with its text, in the order of language codes.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(lang, text)| (lang.as_str(), text.as_str()))
    }

    /// Removes the texts in the languages that `is_kept` rejects.
    pub(crate) fn retain(&mut self, is_kept: impl Fn(&str) -> bool) {
        self.0.retain(|(lang, _)| is_kept(lang));
    }

    /// Whether no language has a text.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The text with `change` applied in every language.
    pub fn map(&self, mut change: impl FnMut(&str) -> String) -> Localized {
        let mut changed = Localized::default();
        for (lang, text) in self.iter() {
            changed.insert(lang, change(text));
        }
        changed
    }
}

impl<L: Into<String>, T: Into<String>> FromIterator<(L, T)> for Localized {
    fn from_iter<I: IntoIterator<Item = (L, T)>>(texts: I) -> Self {
        let mut localized = Localized::default();
        for (lang, text) in texts {
            localized.insert(lang, text);
        }
        localized
    }
}

impl Serialize for Localized {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

impl<'de> Deserialize<'de> for Localized {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Texts;
        impl<'de> Visitor<'de> for Texts {
            type Value = Localized;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("texts by language")
            }
            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Localized, M::Error> {
                let mut localized = Localized::default();
                while let Some((lang, text)) = map.next_entry()? {
                    localized.set(lang, text);
                }
                Ok(localized)
            }
        }
        deserializer.deserialize_map(Texts)
    }
}

/// A text with markup: HTML, cleaned when a response is read, and its plain text for search and speech.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RichText {
    /// Cleaned HTML: no scripts, styles, forms or event handlers.
    #[serde(default, skip_serializing_if = "Localized::is_empty")]
    pub html: Localized,
    /// Plain text of the HTML.
    #[serde(default, skip_serializing_if = "Localized::is_empty")]
    pub plain: Localized,
}

impl RichText {
    /// Whether no language has a text.
    pub fn is_empty(&self) -> bool {
        self.html.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn find_falls_back_in_order_and_gives_the_language() {
        let name: Localized = [("fr", "Lac"), ("en", "Lake"), ("it", " ")].into_iter().collect();
        assert_eq!(name.find(&["it", "en"]), Some(Text { lang: "en", text: "Lake" }));
        assert_eq!(name.find(&["fr-CA"]), Some(Text { lang: "fr", text: "Lac" }));
        let tags: Localized = [("en", "Lake"), ("pt", "Lago"), ("zh-hant", "湖")].into_iter().collect();
        for (wanted, lang) in [("EN", "en"), ("zh-Hant-TW", "zh-hant"), ("pt_BR", "pt")] {
            assert_eq!(tags.find(&[wanted]).map(|found| found.lang), Some(lang));
        }
        assert_eq!(tags.in_language("EN"), Some("Lake"));
        assert_eq!(name.find(&["de"]).map(|found| found.lang), Some("en"));
        assert_eq!(Localized::default().find(&["fr"]), None);
    }
}
