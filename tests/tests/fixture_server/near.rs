//! ChangeKind lies near a trek, by the server's own word.

use serde_json::Value;

use super::{get, ids, is_html, json, start};

const ALL: &str = "no_page&fields=id,geometry&period=ignore&dates_after=2000-01-01";
const LOOKING: [&str; 11] = [
    "trek",
    "tour",
    "poi",
    "service",
    "infrastructure",
    "signage",
    "touristiccontent",
    "touristicevent",
    "sensitivearea",
    "outdoor_site",
    "outdoor_course",
];

/// Every place of a geometry.
fn places(value: &Value, found: &mut Vec<(f64, f64)>) {
    match value {
        Value::Object(members) => members.values().for_each(|member| places(member, found)),
        Value::Array(items) => match (items.first().and_then(Value::as_f64), items.get(1).and_then(Value::as_f64)) {
            (Some(x), Some(y)) => found.push((x, y)),
            _ => items.iter().for_each(|item| places(item, found)),
        },
        _ => {}
    }
}

#[test]
fn every_kind_that_looks_at_it_has_some_near_a_trek_and_not_all() {
    let server = start();
    let treks = ids(&server, "/api/v2/trek/?no_page&fields=id");
    for module in LOOKING {
        let all = ids(&server, &format!("/api/v2/{module}/?{ALL}"));
        let near: Vec<usize> = treks
            .iter()
            .map(|trek| {
                let near = ids(&server, &format!("/api/v2/{module}/?{ALL}&near_trek={trek}"));
                assert!(near.iter().all(|id| all.contains(id)), "{module}");
                near.len()
            })
            .collect();
        assert!(near.iter().all(|count| *count < all.len()), "{module}: {near:?} of {}", all.len());
        // Few treks meet another one.
        assert!(["trek", "tour"].contains(&module) || near.iter().sum::<usize>() > 0, "{module}: {near:?}");
    }
    for module in ["informationdesk", "city", "theme"] {
        let list = |query: &str| ids(&server, &format!("/api/v2/{module}/?no_page&fields=id{query}"));
        assert_eq!(list("&near_trek=1"), list(""), "{module}");
        assert_eq!(list("&near_trek=x"), list(""), "{module}");
    }
}

#[test]
fn it_is_as_far_as_it_says_by_another_measure() {
    let server = start();
    // All places against all vertices: a bound from above, as the line runs between its vertices.
    let trek = json(&server, "/api/v2/trek/1/?fields=geometry");
    let mut line = Vec::new();
    places(&trek["geometry"], &mut line);
    for (module, metres) in [("poi", 50.0), ("touristiccontent", 500.0), ("outdoor_site", 500.0)] {
        let near = ids(&server, &format!("/api/v2/{module}/?{ALL}&near_trek=1"));
        let excluded = server.territory().excluded[&1].clone();
        assert!(module != "poi" || excluded.len() == 1);
        for object in json(&server, &format!("/api/v2/{module}/?{ALL}")).as_array().unwrap() {
            let mut own = Vec::new();
            places(&object["geometry"], &mut own);
            let pairs = own.iter().flat_map(|p| line.iter().map(move |q| (p, q)));
            let min = pairs
                .map(|(p, q)| ((p.0 - q.0) * 111_132.0 * p.1.to_radians().cos()).hypot((p.1 - q.1) * 111_132.0))
                .fold(f64::MAX, f64::min);
            let id = object["id"].as_u64().unwrap();
            if module == "poi" && excluded.contains(&id) {
                assert!(!near.contains(&id) && min < 50.0);
            } else if min <= metres {
                assert!(near.contains(&id), "{module} {id} at {min}");
            } else if min > metres + 300.0 {
                assert!(!near.contains(&id), "{module} {id} at {min}");
            }
        }
    }
}

#[test]
fn what_is_not_there_has_nothing_near_it_and_a_word_is_an_error() {
    let server = start();
    assert!(ids(&server, "/api/v2/poi/?near_trek=9999").is_empty());
    assert!(is_html(&get(&server, "/api/v2/poi/?near_trek=1,2", &[])));
    let site = ids(&server, "/api/v2/outdoor_site/?near_outdoorsite=1&no_page");
    assert!(!site.contains(&1));
}

#[test]
fn a_place_and_a_distance_are_asked_together() {
    let server = start();
    let poi = json(&server, "/api/v2/poi/1/");
    let (x, y) = (&poi["geometry"]["coordinates"][0], &poi["geometry"]["coordinates"][1]);
    let list = |query: String| ids(&server, &format!("/api/v2/poi/?no_page&fields=id{query}"));
    assert_eq!(list(format!("&dist=1&point={x},{y}")), [1]);
    let (near, all) = (list(format!("&dist=15000&point={x},{y}")), list(String::new()));
    assert!(near.len() > 1 && near.len() < all.len());
    assert_eq!(list("&dist=1".to_owned()), all);
    assert_eq!(get(&server, "/api/v2/poi/?dist=x&point=6,45", &[]).status(), 400);
    assert_eq!(get(&server, "/api/v2/poi/?dist=5&point=6", &[]).status(), 400);
}
