//! A territory can be large.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use jalon_tests::generator::{Size, Territory};

/// In release, it takes a few seconds; a debug build grows a tenth of it.
#[test]
fn a_large_territory_grows_fast_and_its_names_vary() {
    let part = if cfg!(debug_assertions) { 10 } else { 1 };
    let size = Size { treks: 2000 / part, pois: 50_000 / part, contents: 2000 / part, events: 1000 / part };
    let started = Instant::now();
    let made = Territory::generate(size, 1);
    let took = started.elapsed();
    println!("grown in {took:?}");
    assert!(took < Duration::from_secs(20), "{took:?}");
    let treks = made.module("trek");
    let vertices: usize = treks.iter().map(|trek| trek["geometry"]["coordinates"].as_array().unwrap().len()).sum();
    assert!((450..550).contains(&(vertices / treks.len())));
    let names: BTreeSet<&str> = treks.iter().filter_map(|trek| trek["name"]["fr"].as_str()).collect();
    assert!(names.len() > treks.len() / 2 && names.len() < treks.len(), "{} names", names.len());
    let uuids: BTreeSet<&str> = made.module("poi").iter().filter_map(|poi| poi["uuid"].as_str()).collect();
    assert_eq!(uuids.len(), size.pois);
}
