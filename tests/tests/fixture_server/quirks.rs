//! The oddities of a running Geotrek, met over real sockets.

use super::{get, is_html, json, start};

#[test]
fn bad_parameters_give_what_geotrek_gives() {
    let server = start();
    for path in [
        "trek/?language=xx",
        "trek/?updated_after=x",
        "trek/?ids=1,x",
        "trek/?practices=a",
        "outdoor_site/?language=all",
    ] {
        let response = get(&server, &format!("/api/v2/{path}"), &[]);
        assert!(response.status() == 500 && is_html(&response), "{path}");
    }
    for (path, status) in [
        ("trek/?in_bbox=6,44", 400),
        ("trek/?page=99", 404),
        ("trek/?page=abc", 404),
        ("path/", 401),
        ("nope/", 404),
        ("trek", 301),
        ("version", 200),
        ("config/", 200),
        ("trek/?whatever=1", 200),
        ("trek/9999/", 404),
    ] {
        assert_eq!(get(&server, &format!("/api/v2/{path}"), &[]).status(), status, "{path}");
    }
}

#[test]
fn lists_page_and_choose_fields() {
    let server = start();
    let first = json(&server, "/api/v2/poi/?page_size=0");
    assert_eq!((first["count"].as_u64(), first["results"].as_array().map(Vec::len)), (Some(60), Some(50)));
    assert!(first["next"].as_str().is_some_and(|next| next.starts_with(server.url())));
    assert_eq!(json(&server, "/api/v2/poi/?no_page").as_array().map(Vec::len), Some(60));
    assert_eq!(json(&server, "/api/v2/poi/?ids=3&fields=nothing")["results"][0], serde_json::json!({}));
    let trek = &json(&server, "/api/v2/trek/?ids=1&language=fr")["results"][0];
    assert!(trek["name"].is_string() && trek["published"] == true);
    assert!(trek["url"].as_str().is_some_and(|url| url.starts_with("http://stale.example.org/")));
}

#[test]
fn ties_come_in_another_order() {
    let server = start();
    let order = || json(&server, "/api/v2/poi/?fields=id&page_size=1000")["results"].to_string();
    let first = order();
    assert!((0..5).any(|_| order() != first));
}

#[test]
fn the_unpublished_stage_is_read_by_detail_only() {
    let server = start();
    assert_eq!(json(&server, "/api/v2/trek/9001/")["id"], 9001);
    assert_eq!(json(&server, "/api/v2/trek/?ids=9001")["count"], 0);
}

#[test]
fn sensitive_areas_show_in_season() {
    let server = start();
    let count = |query: &str| json(&server, &format!("/api/v2/sensitivearea/{query}"))["count"].as_u64();
    assert_eq!((count(""), count("?period=ignore")), (Some(2), Some(6)));
    assert_eq!(get(&server, "/api/v2/sensitivearea/3/", &[]).status(), 404);
    assert_eq!(get(&server, "/api/v2/sensitivearea/3/?period=any", &[]).status(), 200);
}

#[test]
fn plain_texts_follow_accept_language() {
    let server = start();
    let name = |language| get(&server, "/api/v2/signage/1/?language=fr", &[("accept-language", language)]).text();
    assert!(name("en").is_ok_and(|text| text.contains("\"Post\"")));
    assert!(name("fr").is_ok_and(|text| text.contains("Poteau")));
    let cookie = |agent| {
        let headers = [("accept-language", "fr"), ("user-agent", agent)];
        get(&server, "/api/v2/version", &headers).headers().contains_key("set-cookie")
    };
    assert!(cookie("my geotrek app") && !cookie("Jalon"));
}

#[test]
fn plain_texts_stand_beside_translated_ones_and_some_lists_come_whole() {
    let server = start();
    let bridge = json(&server, "/api/v2/infrastructure/?page_size=1")["results"][0].clone();
    assert!(bridge["name"].is_string() && bridge["accessibility"].is_object());
    let view = json(&server, "/api/v2/hdviewpoint/?fields=id&page_size=1")["results"][0].clone();
    assert!(view["title"].is_string(), "`fields` is ignored there");
    let inside = json(&server, "/api/v2/trek/1/")["view_points"][0].clone();
    assert!(inside["title"].is_string() && inside["trek"]["id"] == 1);
    let trek = json(&server, "/api/v2/trek/?omit=geometry&page_size=1")["results"][0].clone();
    assert!(trek["geometry"].is_null() && trek["name"].is_object());
}

#[test]
fn arrays_change_their_order_from_call_to_call_and_nothing_else() {
    let server = start();
    let themes = || {
        let list = json(&server, "/api/v2/trek/?no_page&fields=id,themes");
        let mut treks: Vec<(u64, Vec<u64>)> = list
            .as_array()
            .unwrap()
            .iter()
            .map(|trek| {
                (
                    trek["id"].as_u64().unwrap(),
                    trek["themes"].as_array().unwrap().iter().map(|id| id.as_u64().unwrap()).collect(),
                )
            })
            .collect();
        treks.sort();
        treks
    };
    let first = themes();
    let sorted = |treks: &[(u64, Vec<u64>)]| {
        let mut treks = treks.to_vec();
        treks.iter_mut().for_each(|(_, themes)| themes.sort());
        treks
    };
    let mut moved = false;
    for _ in 0..20 {
        let again = themes();
        assert_eq!(sorted(&again), sorted(&first));
        moved |= again != first;
    }
    assert!(moved);
}
