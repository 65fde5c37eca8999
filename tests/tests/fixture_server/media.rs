//! Pictures come as from nginx, and are pictures.

use jalon_tests::fixture_server::Fault;
use reqwest::blocking::Response;

use super::{get, json, options, start, start_with};

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

#[test]
fn a_medium_can_become_another_one_between_two_ranges() {
    let server = start();
    let path = "/media/paperclip/trekking_trek/1/photo-1.jpg";
    server.faults().add(Fault::Renew.on(path).after(2).times(1));
    let first = get(&server, path, &[("range", "bytes=0-99")]);
    let header = |answer: &Response, name: &str| answer.headers()[name].to_str().unwrap().to_owned();
    let (tag, date) = (header(&first, "etag"), header(&first, "last-modified"));
    let same = get(&server, path, &[("range", "bytes=100-"), ("if-range", &tag)]);
    assert_eq!(same.status(), 206);
    let old = [first.bytes().unwrap(), same.bytes().unwrap()].concat();
    let whole = get(&server, path, &[("range", "bytes=100-"), ("if-range", &tag)]);
    assert_eq!(whole.status(), 200);
    assert!(header(&whole, "etag") != tag && header(&whole, "last-modified") != date);
    let new = header(&whole, "etag");
    let whole = whole.bytes().unwrap();
    assert!(image::load_from_memory(&whole).is_ok() && whole != old);
    assert_eq!(get(&server, path, &[("if-none-match", &new)]).status(), 304);
    assert_eq!(get(&server, path, &[("range", "bytes=1-"), ("if-range", &date)]).status(), 200);
    server.renew(path);
    assert_eq!(get(&server, path, &[("if-none-match", &new)]).status(), 200);
}

#[test]
fn media_can_be_lost_or_know_no_ranges() {
    let server = start();
    let path = "/media/paperclip/trekking_trek/1/photo-1.jpg";
    server.faults().add(Fault::Lost.on("photo-1.jpg"));
    assert_eq!(get(&server, path, &[]).status(), 404);
    server.faults().rules = vec![Fault::NoRange.into()];
    assert_eq!(get(&server, path, &[("range", "bytes=5-")]).status(), 200);
}

#[test]
fn photographs_can_be_tiny() {
    let mut options = options();
    options.media_bytes = Some(200);
    let server = start_with(options);
    let bytes = |n: u32| get(&server, &format!("/media/paperclip/trekking_trek/{n}/photo-1.jpg"), &[]).bytes().unwrap();
    assert_eq!((bytes(1).len(), bytes(2).len()), (200, 200));
    assert!(image::load_from_memory(&bytes(1)).is_ok() && bytes(1) != bytes(2));
}
