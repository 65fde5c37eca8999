//! Completes an object that was read from the files of a tree by the facts that all files tell together.

use std::collections::BTreeSet;

use url::Url;

use super::facts::Facts;
use crate::model::fields::{Encoding, Record};
use crate::model::values::{ValueMut, ValueRef};
use crate::model::{Id, Localized, Object};

/// Sets what the facts tell of an object: its languages, its itineraries, the folder of its pictures. `media` is the address
/// below which the pictures of the tree are.
pub(super) fn complete(object: &mut Object, facts: &Facts, media: &Url) {
    if let Object::Trek(trek) = object {
        trek.parents = facts.itineraries.keys().copied().collect();
        trek.previous = facts.itineraries.iter().map(|(id, (before, _))| (*id, *before)).collect();
        trek.next = facts.itineraries.iter().map(|(id, (_, after))| (*id, *after)).collect();
    }
    let record = object.record_mut();
    let published = record.fields().iter().position(|field| field.encoding == Encoding::Languages);
    if let Some(ValueMut::Strings(published)) = published.and_then(|index| record.value_mut(index)) {
        *published = facts.published.iter().cloned().collect();
    }
    if let Some(folder) = facts.folder {
        move_pictures(record, media.as_str(), folder);
    }
}

/// Moves the addresses of pictures to the folder of a trek. Each trek's folder has a copy of the pictures along it.
fn move_pictures(record: &mut dyn Record, media: &str, folder: Id) {
    for index in 0..record.fields().len() {
        match record.value_mut(index) {
            Some(ValueMut::String(link)) | Some(ValueMut::OptionalString(Some(link))) => {
                if let Some(moved) = moved(link, media, folder) {
                    *link = moved;
                }
            }
            Some(ValueMut::Records(records)) => records.each_mut(&mut |record| move_pictures(record, media, folder)),
            Some(ValueMut::Record(record)) => move_pictures(record, media, folder),
            _ => {}
        }
    }
}

fn moved(link: &str, media: &str, folder: Id) -> Option<String> {
    let (known, path) = link.strip_prefix(media)?.split_once('/')?;
    let is_folder = !known.is_empty() && known.bytes().all(|byte| byte.is_ascii_digit());
    (is_folder && path.starts_with("media/")).then(|| format!("{media}{folder}/{path}"))
}

/// Removes the texts in languages that an object no longer has.
pub(super) fn retain_languages(object: &mut Object, languages: &BTreeSet<String>) {
    each_text(object, &mut |text| text.retain(|language| languages.contains(language)));
}

/// Adds the texts in some languages from the stored version of an object: the files that were read do not have them.
pub(super) fn add_texts(object: &mut Object, stored: &Object, languages: &BTreeSet<String>) {
    let add = |text: &mut Localized, stored: &Localized| {
        for (language, stored) in stored.iter().filter(|(language, _)| languages.contains(*language)) {
            text.insert(language, stored);
        }
    };
    let (record, stored) = (object.record_mut(), stored.record());
    for index in 0..record.fields().len() {
        match (record.value_mut(index), stored.value(index)) {
            (Some(ValueMut::Text(text)), Some(ValueRef::Text(stored))) => add(text, stored),
            (Some(ValueMut::RichText(text)), Some(ValueRef::RichText(stored))) => {
                add(&mut text.html, &stored.html);
                add(&mut text.plain, &stored.plain);
            }
            _ => {}
        }
    }
}

fn each_text(object: &mut Object, change: &mut dyn FnMut(&mut Localized)) {
    let record = object.record_mut();
    for index in 0..record.fields().len() {
        match record.value_mut(index) {
            Some(ValueMut::Text(text)) => change(text),
            Some(ValueMut::RichText(text)) => {
                change(&mut text.html);
                change(&mut text.plain);
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Attachment, Picture, Poi};

    fn texts(texts: &[(&str, &str)]) -> Localized {
        texts.iter().copied().collect()
    }

    #[test]
    fn pictures_move_to_the_folder_of_the_facts() {
        let media = Url::parse("https://park.example/mobile/").unwrap();
        let attachment = |url: &str| Attachment {
            picture: Picture { url: url.to_owned(), ..Picture::default() },
            ..Attachment::default()
        };
        let links = [
            "https://park.example/mobile/31/media/a.jpg",
            "https://park.example/mobile/media/upload/a.png",
            "https://photos.example/31/media/a.jpg",
        ];
        let mut object = Object::from(Poi { id: 1, attachments: links.map(attachment).into(), ..Poi::default() });
        let published = BTreeSet::from(["fr".to_owned()]);
        complete(&mut object, &Facts { folder: Some(3), published, ..Facts::default() }, &media);
        let Object::Poi(poi) = object else { panic!("a POI") };
        let moved: Vec<&str> = poi.attachments.iter().map(|attachment| attachment.picture.url.as_str()).collect();
        assert_eq!(moved, ["https://park.example/mobile/3/media/a.jpg", links[1], links[2]]);
        assert_eq!(poi.published, ["fr"]);
    }

    #[test]
    fn texts_of_other_languages_come_from_the_stored_object() {
        let stored = Object::from(Poi { id: 1, name: texts(&[("fr", "Lac"), ("en", "Lake")]), ..Poi::default() });
        let mut object = Object::from(Poi { id: 1, name: texts(&[("fr", "Lac bleu")]), ..Poi::default() });
        add_texts(&mut object, &stored, &["en".to_owned()].into());
        assert_eq!(object.name(), Some(&texts(&[("fr", "Lac bleu"), ("en", "Lake")])));
        retain_languages(&mut object, &["en".to_owned()].into());
        assert_eq!(object.name(), Some(&texts(&[("en", "Lake")])));
    }
}
