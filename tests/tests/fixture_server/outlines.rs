//! Outlines of communes and valleys are in metres, whatever else is in degrees.

use serde_json::Value;

use super::{ids, json, options, start, start_with};

fn corner(list: &Value, at: usize) -> (f64, f64) {
    let place = &list[at]["geometry"]["coordinates"][0][0][0];
    let number = |at: usize| place[at].as_f64().expect("a number");
    (number(0), number(1))
}

#[test]
fn outlines_are_in_metres_unless_told_otherwise() {
    let server = start();
    for module in ["city", "district"] {
        for query in ["no_page", "no_page&language=fr", "no_page&fields=id,geometry"] {
            let (x, y) = corner(&json(&server, &format!("/api/v2/{module}/?{query}")), 0);
            assert!((900_000.0..1_010_000.0).contains(&x) && (6_380_000.0..6_460_000.0).contains(&y), "{x} {y}");
        }
        let detail = json(&server, &format!("/api/v2/{module}/1/"));
        assert!(detail["geometry"]["coordinates"][0][0][0][0].as_f64().unwrap() > 900_000.0);
    }
    assert!(corner(&json(&server, "/api/v2/sensitivearea/?no_page&period=ignore"), 4).0 < 10.0);
    let mut degrees = options();
    degrees.outlines_in_metres = false;
    let (x, y) = corner(&json(&start_with(degrees), "/api/v2/city/?no_page"), 0);
    assert!((5.0..7.0).contains(&x) && (44.0..46.0).contains(&y));
}

#[test]
fn they_are_still_found_by_a_box_in_degrees() {
    let server = start();
    let found = ids(&server, "/api/v2/city/?in_bbox=5.85,44.55,5.9,44.6&fields=id");
    assert_eq!(found, [1]);
}
