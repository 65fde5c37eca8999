//! The generated territory is the same for the same seed, and has the traps it is there for.

mod fields;
mod references;
mod scale;
mod treks;

use jalon_tests::generator::{Size, Territory};

fn bytes(seed: u64) -> String {
    let made = Territory::generate(Size::default(), seed);
    serde_json::to_string(&(made.modules, made.hidden)).expect("JSON values always serialise")
}

#[test]
fn same_seed_same_bytes() {
    assert_eq!(bytes(7), bytes(7));
    assert_ne!(bytes(7), bytes(8));
}

#[test]
fn the_unpublished_stage_is_in_the_tour_and_not_in_the_list() {
    let made = Territory::generate(Size::default(), 1);
    assert!(made.module("trek").iter().all(|trek| trek["id"] != 9001));
    assert_eq!(made.module("tour")[1]["steps"][1]["id"], 9001);
    assert_eq!(made.hidden["trek"][0]["next"]["2"], 6);
    assert_eq!(made.module("trek")[4]["previous"]["2"], serde_json::Value::Null);
}

#[test]
fn geometries_have_the_recorded_kinds() {
    let made = Territory::generate(Size::default(), 1);
    assert_eq!(made.module("trek")[0]["geometry"]["coordinates"][0].as_array().unwrap().len(), 3);
    assert!(made.module("sensitivearea").iter().any(|area| area["geometry"].is_null()));
    assert_eq!(made.module("city")[0]["geometry"]["coordinates"][0][0][0].as_array().unwrap().len(), 2);
    assert_eq!(made.module("outdoor_site")[0]["geometry"]["type"], "GeometryCollection");
}
