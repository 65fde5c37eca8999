//! Addresses of the edition's pictures. The files of an edition name its pictures relative to the manifest, because the same
//! files may lie on several hosts.

use url::Url;

use crate::model::Object;
use crate::model::fields::Record;
use crate::model::values::ValueMut;

/// The folder of the pictures, and the digits of a picture's name.
const FOLDER: &str = "media/";
const DIGITS: usize = 64;

/// Makes the addresses of the edition's pictures absolute. `manifest` is the address of the manifest.
pub(super) fn make_absolute(object: &mut Object, manifest: &Url) {
    visit(object.record_mut(), manifest);
}

fn visit(record: &mut dyn Record, manifest: &Url) {
    for index in 0..record.fields().len() {
        match record.value_mut(index) {
            Some(ValueMut::String(link)) => replace(link, manifest),
            Some(ValueMut::OptionalString(Some(link))) => replace(link, manifest),
            Some(ValueMut::RichText(text)) => {
                for html in text.html.values_mut() {
                    replace_within(html, manifest);
                }
            }
            Some(ValueMut::Records(records)) => records.each_mut(&mut |record| visit(record, manifest)),
            Some(ValueMut::Record(record)) => visit(record, manifest),
            _ => {}
        }
    }
}

/// Whether a text is the relative address of a picture, or begins with one.
fn is_picture(link: &str) -> bool {
    let Some(name) = link.strip_prefix(FOLDER) else { return false };
    name.len() > DIGITS && name.bytes().take(DIGITS).all(|byte| byte.is_ascii_hexdigit())
}

fn replace(link: &mut String, manifest: &Url) {
    if is_picture(link)
        && let Ok(absolute) = manifest.join(link)
    {
        *link = absolute.into();
    }
}

/// Replaces the addresses of pictures in cleaned HTML, whose attributes are quoted.
fn replace_within(html: &mut String, manifest: &Url) {
    const SOURCE: &str = "src=\"";
    if !html.contains(FOLDER) {
        return;
    }
    let Ok(base) = manifest.join(".") else { return };
    let mut replaced = String::with_capacity(html.len());
    let mut rest = html.as_str();
    while let Some(at) = rest.find(SOURCE) {
        let (before, after) = rest.split_at(at + SOURCE.len());
        replaced.push_str(before);
        if is_picture(after) {
            replaced.push_str(base.as_str());
        }
        rest = after;
    }
    replaced.push_str(rest);
    *html = replaced;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Attachment, Picture, RichText, Trek};

    #[test]
    fn pictures_of_the_edition_are_made_absolute_and_other_links_stay() {
        let name = "a".repeat(64);
        let attachment = |url: String| Attachment {
            picture: Picture { url, title: "media/x".into(), ..Picture::default() },
            ..Attachment::default()
        };
        let html =
            format!("<p>media/{name}.jpg<img src=\"media/{name}.jpg\"><img src=\"https://a.example/media/b\"></p>");
        let mut trek = Object::from(Trek {
            id: 1,
            attachments: vec![attachment(format!("media/{name}.jpg")), attachment("https://b.example/c.jpg".into())],
            description: RichText { html: [("fr", html.as_str())].into_iter().collect(), ..RichText::default() },
            ..Trek::default()
        });
        make_absolute(&mut trek, &Url::parse("https://c.example/editions/datapackage.json").unwrap());
        let Object::Trek(trek) = trek else { panic!() };
        let urls: Vec<&str> = trek.attachments.iter().map(|attachment| attachment.picture.url.as_str()).collect();
        let absolute = format!("https://c.example/editions/media/{name}.jpg");
        assert_eq!(urls, [absolute.as_str(), "https://b.example/c.jpg"]);
        assert_eq!(trek.attachments[0].picture.title, "media/x");
        let html = trek.description.html.iter().next().unwrap().1;
        assert_eq!(
            html,
            format!("<p>media/{name}.jpg<img src=\"{absolute}\"><img src=\"https://a.example/media/b\"></p>")
        );
    }
}
