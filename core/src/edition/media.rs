//! The pictures of an edition: files that are named by their SHA-256, and the addresses in objects that name them.

use url::Url;

use super::hash::{Hash, from_hex};
use crate::model::Object;
use crate::model::fields::Record;
use crate::model::values::ValueMut;

/// Folder of the pictures, below the address of the edition.
pub(super) const FOLDER: &str = "media";
const MAX_EXTENSION: usize = 5;

/// The SHA-256 in the relative address of a picture, `media/<64 hexadecimal digits>.<ext>`; `None` for other addresses.
pub(crate) fn picture_sha256(address: &str) -> Option<Hash> {
    let (name, extension) = address.strip_prefix(FOLDER)?.strip_prefix('/')?.split_once('.')?;
    if is_extension(extension) { from_hex(name) } else { None }
}

/// Whether a file name of a picture may end so.
pub(super) fn is_extension(extension: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    (1..=MAX_EXTENSION).contains(&extension.len()) && extension.bytes().all(is_allowed)
}

/// Makes the addresses of the edition's own pictures absolute; `manifest` is the address of the manifest.
pub(crate) fn resolve_pictures(object: &mut Object, manifest: &Url) {
    for_each_address(object, &mut |address| {
        if picture_sha256(address).is_some()
            && let Ok(url) = manifest.join(address)
        {
            *address = url.into();
        }
    });
}

/// Calls `visit` with the address of each picture and pictogram of an object, of its attachments, and of what is in it.
pub(super) fn for_each_address(object: &mut Object, visit: &mut dyn FnMut(&mut String)) {
    visit_record(object.record_mut(), visit);
}

fn visit_record(record: &mut dyn Record, visit: &mut dyn FnMut(&mut String)) {
    let is_picture = record.list() == "picture";
    for (index, field) in record.fields().iter().enumerate() {
        let is_address = field.picture.is_some() || is_picture && matches!(field.name, "url" | "thumbnail");
        match record.value_mut(index) {
            Some(ValueMut::String(address)) if is_address => visit(address),
            Some(ValueMut::OptionalString(Some(address))) if is_address => visit(address),
            Some(ValueMut::Records(records)) => records.each_mut(&mut |inner| visit_record(inner, visit)),
            Some(ValueMut::Record(inner)) => visit_record(inner, visit),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Attachment, Picture, Trek};

    #[test]
    fn resolve_changes_only_addresses_of_pictures_of_the_edition() {
        let own = format!("media/{}.jpg", "0a".repeat(32));
        let others = ["media/a.jpg", "https://park.example/media/b.jpg", "media/../c.jpg", &own[..60], ""];
        let attachment = |url: &str| {
            let picture = Picture { url: url.to_owned(), thumbnail: own.clone(), ..Picture::default() };
            Attachment { picture, ..Attachment::default() }
        };
        let attachments: Vec<_> = others.iter().map(|url| attachment(url)).collect();
        let mut object = Object::from(Trek { attachments, ..Trek::default() });
        resolve_pictures(&mut object, &Url::parse("https://files.example/ecrins/datapackage.json").unwrap());
        for (attachment, url) in object.attachments().iter().zip(others) {
            assert_eq!(attachment.picture.url, url);
            assert_eq!(attachment.picture.thumbnail, format!("https://files.example/ecrins/{own}"));
        }
    }
}
