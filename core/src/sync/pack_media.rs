//! The files that the objects of a pack show: attached pictures at a chosen size, pictures within texts, pictograms, and attached
//! files such as PDF topo-guides and audio.

use std::collections::BTreeMap;

use crate::catalogue::PictureSize;
use crate::model::fields::{PictureUse, Record};
use crate::model::values::{Records, ValueRef};
use crate::model::{AccessibilityPicture, Attachment, Id, Object, Picture};

/// The use of a file, the most important first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Shown {
    /// The first picture of an object, at the top of its page.
    Cover,
    Pictogram,
    Picture,
    /// An attached file that is no picture.
    AttachedFile,
}

/// The pictograms of a territory's vocabularies, by vocabulary and id.
pub(super) type Pictograms = BTreeMap<(String, Id), String>;

/// Addresses of the files that an object shows: pictograms of its entries of vocabularies, attached pictures, the files of the
/// other fields in the order of the table, then attached files. An address may occur twice.
pub(super) fn of(object: &Object, size: PictureSize, pictograms: &Pictograms) -> Vec<(Shown, String)> {
    let mut found = Vec::new();
    for (field, value) in object.record().values() {
        let Some(vocabulary) = field.refers_to else { continue };
        let urls = value.ids().into_iter().filter_map(|id| pictograms.get(&(vocabulary.to_owned(), id)));
        found.extend(urls.map(|url| (Shown::Pictogram, url.clone())));
    }
    collect(object.record(), size, &mut found);
    if let Some(cover) = found.iter_mut().find(|(shown, _)| *shown == Shown::Picture) {
        cover.0 = Shown::Cover;
    }
    let files = object.attachments().iter().filter(|attachment| attachment.is_file());
    found.extend(files.map(|attachment| (Shown::AttachedFile, attachment.picture.url.clone())));
    found.retain(|(_, url)| url.starts_with("https://") || url.starts_with("http://"));
    found
}

/// Collects the files of a record and of the records in it.
fn collect(record: &dyn Record, size: PictureSize, found: &mut Vec<(Shown, String)>) {
    // Attachments come first: the office has chosen their order.
    let mut others = Vec::new();
    for (field, value) in record.values() {
        match value {
            ValueRef::Records(records) => match attached(records, size) {
                Some(urls) => found.extend(urls.into_iter().map(|url| (Shown::Picture, url))),
                None => others.push((field, value)),
            },
            _ => others.push((field, value)),
        }
    }
    for (field, value) in others {
        match (field.picture, value) {
            (Some(PictureUse::Pictogram), value) => {
                found.extend(value.string().map(|url| (Shown::Pictogram, url.to_owned())));
            }
            (Some(PictureUse::Photo), value) if size != PictureSize::None => {
                found.extend(value.string().map(|url| (Shown::Picture, url.to_owned())));
            }
            (None, ValueRef::RichText(text)) if size != PictureSize::None => {
                let urls = text.html.iter().flat_map(|(_, html)| within_text(html));
                found.extend(urls.map(|url| (Shown::Picture, url)));
            }
            (None, ValueRef::Records(records)) => records.each(&mut |record| collect(record, size, found)),
            _ => {}
        }
    }
}

/// The attached pictures at the wanted size; `None` if the records are not attachments.
fn attached(records: &dyn Records, size: PictureSize) -> Option<Vec<String>> {
    let records = records.as_any();
    let url = |picture: &Picture| sized(picture, size);
    if let Some(attachments) = records.downcast_ref::<Vec<Attachment>>() {
        let is_picture = |attachment: &&Attachment| {
            matches!(attachment.media.as_str(), "" | "image") && attachment.backend.is_empty()
        };
        return Some(attachments.iter().filter(is_picture).filter_map(|attachment| url(&attachment.picture)).collect());
    }
    let pictures = records.downcast_ref::<Vec<AccessibilityPicture>>()?;
    Some(pictures.iter().filter_map(|picture| url(&picture.picture)).collect())
}

/// The address of a picture at the wanted size. A linked picture has one size only.
fn sized(picture: &Picture, size: PictureSize) -> Option<String> {
    let url = match size {
        PictureSize::None => return None,
        PictureSize::Small if !picture.thumbnail.is_empty() => &picture.thumbnail,
        PictureSize::Small | PictureSize::Large => &picture.url,
    };
    (!url.is_empty()).then(|| url.clone())
}

/// The pictures within cleaned HTML: its tags are well formed, its attributes quoted.
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
    use crate::model::{RichText, Trek};

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
        of(&trek(), size, &Pictograms::from([pictogram]))
    }

    #[test]
    fn files_of_an_object_have_the_wanted_size_and_order() {
        let small: Vec<String> = shown(PictureSize::Small).into_iter().map(|(_, url)| url).collect();
        assert_eq!(
            small,
            [
                "https://park.example/foot.svg",
                "https://park.example/a.small.jpg",
                "https://photos.example/b.jpg",
                "https://park.example/t.jpg?a=1&b=2",
                "https://park.example/c.pdf"
            ]
        );
        assert_eq!(shown(PictureSize::Large)[1], (Shown::Cover, "https://park.example/a.jpg".into()));
        assert_eq!(
            shown(PictureSize::None),
            [
                (Shown::Pictogram, "https://park.example/foot.svg".into()),
                (Shown::AttachedFile, "https://park.example/c.pdf".into())
            ]
        );
    }
}
