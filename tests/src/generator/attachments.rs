//! Attachments of objects: pictures, videos, files, panoramas and links.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};

use super::shapes::{self, Place};
use super::word_lists::{LICENSES, PEOPLE};
use super::{HOST, text, uuid};

/// The vocabulary `file_type`, by id from 1.
const TYPES: [&str; 5] = ["Photographie", "Dessin", "Topo-guide", "Vidéo", "Arrêté municipal"];

/// At most `max` attachments, mostly pictures. `kind` is that of the object's UUID. Some pictures are linked and have no
/// thumbnail; some attachments are videos or files.
pub(super) fn pictures(folder: &str, kind: u32, id: usize, max: usize, rng: &mut ChaCha8Rng) -> Value {
    let count = rng.random_range(0..=max);
    (0..count).map(|rank| picture(folder, kind, id, rank, rng)).collect()
}

/// The files of a trek: one of three has a topo-guide and an audio commentary.
pub(super) fn files(folder: &str, kind: u32, id: usize) -> Vec<Value> {
    if id % 3 != 1 {
        return Vec::new();
    }
    let file = |rank: usize, filetype: usize, title: &str, name: &str| {
        json!({"backend": "", "type": "file", "author": PEOPLE[id % PEOPLE.len()], "license": LICENSES[0],
            "filetype": {"id": filetype, "structure": null, "type": TYPES[filetype - 1]}, "thumbnail": "",
            "legend": "", "title": title, "url": format!("{HOST}/media/paperclip/{folder}/{id}/{name}"),
            "uuid": uuid(0xb0 + kind, id * 16 + rank)})
    };
    // The office gave the commentary no title.
    vec![file(0, 3, "Topo-guide", &format!("topo-guide-{id}.pdf")), file(1, 3, "", &format!("commentaire-{id}.mp3"))]
}

/// One attachment.
pub(super) fn picture(folder: &str, kind: u32, id: usize, rank: usize, rng: &mut ChaCha8Rng) -> Value {
    let file = format!("{HOST}/media/paperclip/{folder}/{id}/photo-{rank}.jpg");
    let thumbnail = format!("{file}.400x0_q85.jpg");
    let page = format!("{HOST}/media/paperclip/{folder}/{id}/arrete-{rank}.pdf");
    let (backend, sort, filetype, url, thumbnail) = match rng.random_range(0..40) {
        0 if rank > 0 => {
            ("Youtube", "video", 4, "https://www.youtube.com/watch?v=jalon000000".to_owned(), String::new())
        }
        1 if rank > 0 => ("", "file", 5, page, String::new()),
        2 => ("", "image", 1, format!("https://example.org/photos/{id}.jpg"), String::new()),
        _ => ("", "image", 1, file, thumbnail),
    };
    json!({"backend": backend, "type": sort, "author": text::pick(&PEOPLE, rng), "license": text::pick(&LICENSES, rng),
        "filetype": {"id": filetype, "structure": null, "type": TYPES[filetype - 1]}, "thumbnail": thumbnail,
        "legend": text::pick(&["L'été à l'alpage", "Névé", "Œillets & gentianes", ""], rng),
        "title": format!("Vue n°{}", rank + 1), "url": url, "uuid": uuid(0x90 + kind, id * 16 + rank)})
}

/// Pictures of the accessibility of a trek.
pub(super) fn accessibility(id: usize) -> Value {
    let one = |(rank, what): (usize, &&str)| {
        let url = format!("{HOST}/media/attachments_accessibility/{id}/{what}.jpg");
        json!({"info_accessibility": what, "author": "Noël", "license": "CC-by 4.0", "legend": "", "url": url,
            "thumbnail": format!("{url}.400x0_q85.jpg"), "title": "Pente", "uuid": uuid(0xa0, id * 16 + rank)})
    };
    ["slope", "width", "signage"][..=id % 3].iter().enumerate().map(one).collect()
}

/// Web links, with embedded categories; some have none.
pub(super) fn web_links(percent: u32, categories: &[Value], rng: &mut ChaCha8Rng) -> Value {
    let links = categories.iter().filter_map(|category| {
        let (kept, bare) = (text::chance(percent, rng), text::chance(10, rng));
        let category = if bare { &Value::Null } else { category };
        let name = text::term(["Bulletin d'estive", "Bulletin", "Bollettino"]);
        kept.then(|| json!({"name": name, "url": "https://example.org/?q=%C5%93uf&l=fr", "category": category}))
    });
    links.collect()
}

/// A panorama with an annotated summit. `of` is its owner: `trek`, `poi` or `site`, the id and the UUID.
pub(super) fn viewpoint(id: usize, place: Place, of: (&str, usize, &Value), rng: &mut ChaCha8Rng) -> Value {
    let tiles = format!("{HOST}/api/hdviewpoint/drf/hdviewpoints/{id}");
    let [created, updated] = text::dates(rng);
    let note = json!({"type": "Feature", "geometry": {"type": "Point", "coordinates": [1204.5, -380.25]},
        "properties": {"annotationId": 1, "annotationType": "point", "name": "Dent Creuse", "category": 1}});
    let notes = if id == 1 { vec![note] } else { vec![] };
    let mut view = json!({"id": id, "uuid": uuid(10, id), "geometry": shapes::point2(place),
        "title": text::name(&text::place_name("Panorama", id), &format!("View {id}")),
        "legend": text::name("Été", "Summer"),
        "author": text::pick(&PEOPLE, rng), "license": LICENSES[0],
        "metadata_url": format!("{tiles}/info/metadata?source=vips"),
        "annotations": {"type": "FeatureCollection", "features": notes},
        "thumbnail_url": format!("{tiles}/thumbnail.png"),
        "picture_tiles_url": format!("{tiles}/tiles/{{z}}/{{x}}/{{y}}.png?source=vips"), "trek": null, "poi": null,
        "site": null, "create_datetime": created, "update_datetime": updated});
    view[of.0] = json!({"id": of.1, "uuid": of.2});
    view
}
