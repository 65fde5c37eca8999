//! Treks are in itineraries or not, finished or not, and have what belongs to some only.

use jalon_tests::generator::{Size, Territory};
use serde_json::{Value, json};

fn many() -> Territory {
    Territory::generate(Size { treks: 60, pois: 10, ..Size::default() }, 2)
}

#[test]
fn neighbours_are_told_in_itineraries_only() {
    let made = many();
    let neighbours = |id: usize| (&made.module("trek")[id - 1]["previous"], &made.module("trek")[id - 1]["next"]);
    assert_eq!(neighbours(7), (&json!({}), &json!({})));
    assert_eq!(neighbours(3), (&json!({"1": null}), &json!({"1": 4})));
    assert_eq!(neighbours(4), (&json!({"1": 3}), &json!({"1": null})));
    assert_eq!(neighbours(6), (&json!({"2": 9001}), &json!({"2": null})));
}

#[test]
fn stages_go_on_where_the_one_before_ends_and_make_the_whole() {
    let made = many();
    for tour in made.module("tour") {
        let ends = |trek: &Value| {
            let path = trek["geometry"]["coordinates"].as_array().unwrap();
            (path[0].clone(), path[path.len() - 1].clone())
        };
        let steps: Vec<(Value, Value)> = tour["steps"].as_array().unwrap().iter().map(ends).collect();
        assert!(steps.windows(2).all(|pair| pair[0].1 == pair[1].0));
        assert_eq!(ends(tour), (steps[0].0.clone(), steps[steps.len() - 1].1.clone()));
        let length = |trek: &Value| trek["length_2d"].as_f64().unwrap();
        let sum: f64 = tour["steps"].as_array().unwrap().iter().map(length).sum();
        assert!((length(tour) / sum - 1.0).abs() < 0.05, "{} of {sum}", length(tour));
    }
}

#[test]
fn an_unfinished_trek_has_next_to_nothing() {
    let made = many();
    let trek = &made.module("trek")[10];
    for field in ["difficulty", "practice", "route", "duration", "parking_location", "points_reference"] {
        assert!(trek[field].is_null(), "{field}");
    }
    assert_eq!(trek["published"], json!({"fr": false, "en": true, "it": false}));
    assert_eq!((&trek["name"]["fr"], trek["name"]["en"].is_string()), (&json!(""), true));
    assert!(trek["geometry"]["coordinates"].as_array().is_some_and(|path| path.len() > 200));
}

#[test]
fn some_have_panoramas_accessibility_and_links() {
    let made = many();
    let some = |field: &str| {
        let count = made.module("trek").iter().filter(|trek| trek[field].as_array().is_some_and(|all| !all.is_empty()));
        count.count()
    };
    for field in ["view_points", "attachments_accessibility", "web_links", "attachments", "labels", "portal", "ratings"]
    {
        assert!((1..60).contains(&some(field)), "{field}: {}", some(field));
    }
    let links: Vec<&Value> =
        made.module("trek").iter().flat_map(|trek| trek["web_links"].as_array().unwrap()).collect();
    assert!(links.iter().any(|link| link["category"]["label"]["fr"].is_string()));
    assert!(links.iter().any(|link| link["category"].is_null()));
}

#[test]
fn traces_come_round_come_back_or_go_on_as_their_route_says() {
    let made = many();
    for trek in made.module("trek").iter().filter(|trek| trek["route"].is_u64()) {
        let path = trek["geometry"]["coordinates"].as_array().unwrap();
        let closed = path.first() == path.last();
        assert_eq!(closed, trek["route"] != 3, "{}", trek["id"]);
        if trek["route"] == 2 {
            let mut back = path.clone();
            back.reverse();
            assert_eq!(&back, path);
        }
        assert!((300..=701).contains(&path.len()));
        assert!(trek["length_2d"].as_f64().is_some_and(|length| (500.0..60_000.0).contains(&length)));
        assert!(trek["descent"].as_i64().is_some_and(|descent| descent < 0));
    }
}
