//! Pictures are in texts, too, and their addresses are what editors left.

use jalon_tests::fixture_server::TestGeotrek;
use jalon_tests::generator::{HOST, OLD_HOST, Territory, hostile_urls};

use super::{get, json, options, start, start_with};

/// The addresses of pictures inside the texts of a list.
fn inside(list: &str) -> Vec<String> {
    let pictures = list.split("src=\\\"").skip(1);
    pictures.filter_map(|rest| rest.split("\\\"").next()).map(str::to_owned).collect()
}

#[test]
fn texts_hold_pictures_of_every_kind_of_address_and_the_server_has_its_own() {
    let mut own = options();
    (own.link_host, own.media_bytes) = (None, Some(400));
    let server = start_with(own);
    let mut all = Vec::new();
    for module in ["trek", "poi", "touristiccontent", "informationdesk", "flatpage"] {
        let found = inside(&json(&server, &format!("/api/v2/{module}/?no_page")).to_string());
        assert!(!found.is_empty(), "{module}");
        all.extend(found);
    }
    for start in [server.url(), OLD_HOST, "/media/", "https://example.org/", "data:image/gif"] {
        assert!(all.iter().any(|url| url.starts_with(start)), "{start}");
    }
    for url in all.iter().filter_map(|url| url.trim_start_matches(server.url()).strip_prefix('/')) {
        let picture = get(&server, &format!("/{url}"), &[]);
        assert_eq!(
            (picture.status().as_u16(), &picture.headers()["content-type"]),
            (200, &"image/jpeg".parse().unwrap())
        );
    }
}

#[test]
fn pictograms_and_panoramas_are_served() {
    let server = start();
    for (module, field, kind) in [
        ("theme", "pictogram", "image/svg+xml"),
        ("poi_type", "pictogram", "image/png"),
        ("hdviewpoint", "thumbnail_url", "image/png"),
        ("informationdesk", "photo_url", "image/jpeg"),
    ] {
        let list = json(&server, &format!("/api/v2/{module}/?no_page"));
        let url = list[0][field].as_str().unwrap().trim_start_matches("http://stale.example.org");
        let picture = get(&server, url, &[]);
        assert_eq!(picture.headers()["content-type"], kind, "{url}");
        assert!(picture.headers().contains_key("etag"));
        assert!(kind.contains("svg") || image::guess_format(&picture.bytes().unwrap()).is_ok());
    }
}

#[test]
fn hostile_names_can_be_attached_and_are_answered() {
    let server = start();
    let urls = hostile_urls();
    for url in &urls {
        server.territory().attach("trek", 1, url, url);
    }
    let trek = json(&server, "/api/v2/trek/?ids=1&language=fr").to_string();
    let mut answered = 0;
    for url in &urls {
        let shown = serde_json::Value::from(url.replace(HOST, "http://stale.example.org")).to_string();
        assert!(trek.contains(&shown), "{shown}");
        // Those a client takes for addresses; it makes `..` out of them itself.
        let parsed = reqwest::Url::parse(&url.replace(HOST, server.url())).ok();
        let Some(own) = parsed.filter(|parsed| parsed.as_str().starts_with(server.url())) else { continue };
        let picture = get(&server, &own.as_str()[server.url().len()..], &[]);
        answered += u32::from(picture.status() == 200 && image::load_from_memory(&picture.bytes().unwrap()).is_ok());
    }
    assert!(answered > 25, "{answered}");
}

#[test]
fn all_of_a_small_territory_is_a_few_bytes() {
    let mut small = options();
    (small.media_bytes, small.link_host) = (Some(150), None);
    let server = TestGeotrek::unheard(Territory::small(1), small);
    let modules: Vec<String> = server.territory().modules.keys().cloned().collect();
    let mut urls = std::collections::BTreeSet::new();
    for module in &modules {
        let path = format!("/api/v2/{module}/?no_page&period=ignore&dates_after=2000-01-01");
        server.ask("GET", &path, &[("accept-encoding", "gzip")]).unwrap();
        let list = String::from_utf8(server.ask("GET", &path, &[]).unwrap().body).unwrap();
        let own = list.split(['"', '\\']).filter(|text| text.starts_with(server.url()));
        urls.extend(own.filter(|url| url.contains("/media/")).map(str::to_owned));
    }
    let lists: usize = server.requests().iter().step_by(2).map(|request| request.wire).sum();
    server.forget_requests();
    for url in &urls {
        server.ask("GET", url, &[]).unwrap();
    }
    let media: usize = server.requests().iter().map(|request| request.wire).sum();
    println!("{lists} bytes of {} lists, {media} bytes of {} media", modules.len(), urls.len());
    assert!(lists < 28_000 && media < 8_000 && urls.len() > 20, "{lists}, {media} of {}", urls.len());
}
