//! Pictures come as from nginx, and are pictures.

use super::{get, json, start};

#[test]
fn media_are_validated_and_cut_in_ranges() {
    let server = start();
    let path = "/media/paperclip/trekking_trek/1/photo-1.jpg";
    let whole = get(&server, path, &[]);
    let tag = whole.headers()["etag"].to_str().expect("a readable tag").to_owned();
    let whole = whole.bytes().expect("a body");
    assert_eq!(get(&server, path, &[("if-none-match", &tag)]).status(), 304);
    let part = get(&server, path, &[("range", "bytes=10-")]);
    assert_eq!(part.status(), 206);
    assert_eq!(part.bytes().expect("a body"), whole[10..]);
    assert_eq!(get(&server, path, &[("range", "bytes=99999-")]).status(), 416);
}

#[test]
fn photographs_are_real_and_thumbnails_small() {
    let server = start();
    let bytes = |path: &str| {
        let response = get(&server, path, &[]);
        assert_eq!(response.headers()["content-type"], "image/jpeg");
        response.bytes().expect("a body")
    };
    let whole = bytes("/media/paperclip/trekking_trek/1/photo-1.jpg");
    let small = bytes("/media/paperclip/trekking_trek/1/photo-1.jpg.400x0_q85.jpg");
    let size =
        |bytes: &[u8]| image::load_from_memory(bytes).map(|picture| (picture.width(), picture.height())).unwrap();
    assert_eq!((size(&whole), size(&small)), ((900, 600), (400, 267)));
    assert!(whole.len() > small.len());
    assert_ne!(whole, bytes("/media/paperclip/trekking_trek/2/photo-1.jpg"));
    assert_eq!(get(&server, "/media/paperclip/trekking_trek/1/arrete-1.pdf", &[]).status(), 404);
}

#[test]
fn every_picture_the_api_names_is_there() {
    let server = start();
    for module in ["trek", "informationdesk", "theme", "signage"] {
        let list = json(&server, &format!("/api/v2/{module}/?no_page&language=fr")).to_string();
        let names = list.split('"').filter_map(|text| text.strip_prefix("http://stale.example.org/media/"));
        let names: Vec<&str> = names.filter(|name| !name.ends_with(".pdf")).collect();
        assert!(!names.is_empty(), "{module}");
        for name in names.iter().take(12) {
            assert_eq!(get(&server, &format!("/media/{name}"), &[]).status(), 200, "{name}");
        }
    }
}
