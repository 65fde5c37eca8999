//! Which files the objects of a pack show: pictures at a chosen size, those within texts, pictograms.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::catalogue::PictureSize;
use crate::error::{Error, Result};
use crate::model::{Id, Kind, Object};

/// What sort of file it is, the most wanted first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Shown {
    /// The first picture of an object: what its sheet opens with.
    Cover,
    Pictogram,
    Picture,
}

/// Fields that name entries of a vocabulary, by kind (none for all).
const NAMED: &[(Option<Kind>, &str, &str)] = &[
    (Some(Kind::Trek), "practice", "trek_practice"),
    (Some(Kind::Trek), "difficulty", "trek_difficulty"),
    (Some(Kind::Trek), "route", "trek_route"),
    (Some(Kind::Trek), "networks", "trek_network"),
    (Some(Kind::Trek), "accessibilities", "trek_accessibility"),
    (Some(Kind::Trek), "accessibility_level", "trek_accessibility_level"),
    (Some(Kind::Trek), "ratings", "trek_rating"),
    (Some(Kind::Site), "practice", "outdoor_practice"),
    (Some(Kind::Site), "ratings", "outdoor_rating"),
    (Some(Kind::Course), "ratings", "outdoor_rating"),
    (Some(Kind::TouristicContent), "category", "touristiccontent_category"),
    (Some(Kind::TouristicContent), "types", "touristiccontent_type"),
    (Some(Kind::TouristicEvent), "event_type", "touristicevent_type"),
    (Some(Kind::SensitiveArea), "species", "sensitivearea_species"),
    (Some(Kind::SensitiveArea), "practices", "sensitivearea_practice"),
    (None, "poi_type", "poi_type"),
    (None, "service_type", "service_type"),
    (None, "signage_type", "signage_type"),
    (None, "infrastructure_type", "infrastructure_type"),
    (None, "desk_type", "informationdesk_type"),
    (None, "themes", "theme"),
    (None, "labels", "label"),
    (None, "source", "source"),
    (None, "structure", "structure"),
];

/// The pictograms of a territory's vocabularies, by vocabulary and id.
pub(super) type Pictograms = BTreeMap<(String, Id), String>;

/// Addresses of what an object shows, in the order in which it shows them; doubles are left in.
pub(super) fn of(object: &Object, size: PictureSize, pictograms: &Pictograms) -> Result<Vec<(Shown, String)>> {
    let json = serde_json::to_value(object).map_err(Error::internal)?;
    let mut found = Vec::new();
    if let Value::Object(fields) = &json {
        for (kind, field, vocabulary) in NAMED {
            if kind.is_none_or(|kind| kind == object.kind())
                && let Some(value) = fields.get(*field)
            {
                let mut ids = Vec::new();
                numbers(value, &mut ids);
                let pictograms = ids.iter().filter_map(|id| pictograms.get(&((*vocabulary).to_owned(), *id)));
                found.extend(pictograms.map(|url| (Shown::Pictogram, url.clone())));
            }
        }
    }
    walk(&json, size, &mut found);
    if let Some(cover) = found.iter_mut().find(|(shown, _)| *shown == Shown::Picture) {
        cover.0 = Shown::Cover;
    }
    found.retain(|(_, url)| url.starts_with("https://") || url.starts_with("http://"));
    Ok(found)
}

fn numbers(value: &Value, ids: &mut Vec<Id>) {
    match value {
        Value::Number(number) => ids.extend(number.as_i64()),
        Value::Array(values) => values.iter().for_each(|value| numbers(value, ids)),
        Value::Object(fields) => fields.values().for_each(|value| numbers(value, ids)),
        _ => {}
    }
}

fn walk(value: &Value, size: PictureSize, found: &mut Vec<(Shown, String)>) {
    match value {
        Value::Array(values) => values.iter().for_each(|value| walk(value, size, found)),
        Value::Object(fields) => {
            // What is attached comes first: the office has chosen its order.
            let mut fields: Vec<(&String, &Value)> = fields.iter().collect();
            fields.sort_by_key(|(name, _)| (!name.starts_with("attachments"), *name));
            for (name, value) in fields {
                match (name.as_str(), value) {
                    ("attachments" | "attachments_accessibility", Value::Array(pictures)) => {
                        found.extend(pictures.iter().filter_map(|picture| attached(picture, size)));
                    }
                    ("thumbnail_url" | "photo_url", Value::String(url)) if size != PictureSize::None => {
                        found.push((Shown::Picture, url.clone()));
                    }
                    ("html", Value::Object(texts)) if size != PictureSize::None => {
                        let texts = texts.values().filter_map(Value::as_str);
                        found.extend(texts.flat_map(within_text).map(|url| (Shown::Picture, url)));
                    }
                    (name, Value::String(url)) if name.ends_with("pictogram") => {
                        found.push((Shown::Pictogram, url.clone()));
                    }
                    (_, value) => walk(value, size, found),
                }
            }
        }
        _ => {}
    }
}

/// An attached picture, at the size that is wanted; linked ones come in one size only.
fn attached(attachment: &Value, size: PictureSize) -> Option<(Shown, String)> {
    let text = |field: &str| attachment[field].as_str().unwrap_or_default();
    // Pictures of accessibility do not say what they are: they are always pictures.
    let is_picture = matches!(text("media"), "" | "image") && text("backend").is_empty();
    let url = match size {
        PictureSize::None => return None,
        PictureSize::Small if !text("thumbnail").is_empty() => text("thumbnail"),
        PictureSize::Small | PictureSize::Large => text("url"),
    };
    (is_picture && !url.is_empty()).then(|| (Shown::Picture, url.to_owned()))
}

/// The pictures within a text that was cleaned: its tags are well formed, its attributes quoted.
fn within_text(html: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = html;
    while let Some(at) = rest.find("<img ") {
        rest = &rest[at + 5..];
        let tag = &rest[..rest.find('>').unwrap_or(rest.len())];
        let source = tag.split_once("src=\"").and_then(|(_, value)| value.split_once('"'));
        found.extend(source.map(|(url, _)| url.replace("&amp;", "&")));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Attachment, Picture, RichText, Trek};

    fn trek() -> Object {
        let attachment = |url: &str, thumbnail: &str, media: &str| Attachment {
            media: media.into(),
            picture: Picture { url: url.into(), thumbnail: thumbnail.into(), ..Picture::default() },
            ..Attachment::default()
        };
        let html = "<p>x <img alt=\"a\" src=\"https://park.example/t.jpg?a=1&amp;b=2\"> <img src=\"data:image/png;base64,x\"></p>";
        Trek {
            id: 1,
            practice: Some(4),
            description: RichText { html: [("fr", html)].into_iter().collect(), ..RichText::default() },
            attachments: vec![
                attachment("https://park.example/a.jpg", "https://park.example/a.small.jpg", "image"),
                attachment("https://photos.example/b.jpg", "", "image"),
                attachment("https://park.example/c.pdf", "", "file"),
            ],
            ..Trek::default()
        }
        .into()
    }

    fn shown(size: PictureSize) -> Vec<(Shown, String)> {
        let pictogram = (("trek_practice".to_owned(), 4), "https://park.example/foot.svg".to_owned());
        of(&trek(), size, &Pictograms::from([pictogram])).unwrap()
    }

    #[test]
    fn pictures_come_at_the_size_that_is_wanted_and_files_do_not() {
        let small: Vec<String> = shown(PictureSize::Small).into_iter().map(|(_, url)| url).collect();
        assert_eq!(
            small,
            [
                "https://park.example/foot.svg",
                "https://park.example/a.small.jpg",
                "https://photos.example/b.jpg",
                "https://park.example/t.jpg?a=1&b=2"
            ]
        );
        assert_eq!(shown(PictureSize::Large)[1], (Shown::Cover, "https://park.example/a.jpg".into()));
        assert_eq!(shown(PictureSize::None), [(Shown::Pictogram, "https://park.example/foot.svg".into())]);
    }
}
