//! Texts of an object that its office did not publish.

use crate::model::Object;
use crate::model::fields::{Encoding, Field, TextUse};
use crate::model::values::ValueMut;

/// Removes the texts and links of an object in the languages in which it is not published. The server sends them all the
/// same, but they are drafts: nobody has released them. A name that would be lost in every language stays, and so does the
/// label of a type, which is the text of another object. An object without languages of publication stays as it is: it is
/// a stage that is published with its itinerary.
pub(super) fn retain_published(object: &mut Object) {
    let record = object.record_mut();
    let published = record.fields().iter().position(|field| field.encoding == Encoding::Languages);
    let Some(ValueMut::Strings(published)) = published.and_then(|index| record.value_mut(index)) else { return };
    let published = published.clone();
    if published.is_empty() {
        return;
    }
    let is_kept = |lang: &str| lang.is_empty() || published.iter().any(|known| known == lang);
    for (index, field) in record.fields().iter().enumerate().filter(|(_, field)| is_own_text(field)) {
        match record.value_mut(index) {
            Some(ValueMut::Text(text)) => {
                let is_name = field.text == Some(TextUse::Name);
                if !is_name || text.iter().any(|(lang, _)| is_kept(lang)) {
                    text.retain(is_kept);
                }
            }
            Some(ValueMut::RichText(text)) => {
                text.html.retain(is_kept);
                text.plain.retain(is_kept);
            }
            _ => {}
        }
    }
}

fn is_own_text(field: &Field) -> bool {
    field.name != "type_label" && (field.text.is_some() || field.encoding == Encoding::Link)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Localized, Poi, Trek};

    fn texts(texts: &[(&str, &str)]) -> Localized {
        texts.iter().copied().collect()
    }

    #[test]
    fn retain_published_removes_drafts() {
        let name = texts(&[("fr", "Lac"), ("en", "Lake"), ("it", "Lago")]);
        let mut poi = Poi { id: 1, name: name.clone(), type_label: name.clone(), ..Poi::default() };
        poi.description.html = texts(&[("fr", "<p>Brouillon</p>")]);
        poi.description.plain = texts(&[("fr", "Brouillon")]);
        poi.published = vec!["en".to_owned(), "it".to_owned()];
        let mut object = Object::from(poi);
        retain_published(&mut object);
        let Object::Poi(poi) = object else { panic!("a POI") };
        assert_eq!(poi.name, texts(&[("en", "Lake"), ("it", "Lago")]));
        assert_eq!(poi.type_label, name);
        assert!(poi.description.html.is_empty() && poi.description.plain.is_empty());
    }

    #[test]
    fn retain_published_keeps_the_only_name_and_unlisted_stages() {
        let name = texts(&[("fr", "Lac")]);
        for published in [vec!["en".to_owned()], Vec::new()] {
            let mut object = Object::from(Trek { id: 1, name: name.clone(), published, ..Trek::default() });
            retain_published(&mut object);
            assert_eq!(object.name(), Some(&name));
        }
    }
}
