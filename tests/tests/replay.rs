//! The real answers of a running Geotrek, where they lie beside the project, served again by the test Geotrek with its
//! quirks and taken in as a territory: every list, counts equal, nothing lost. Elsewhere this says that it skips.

#![allow(clippy::unwrap_used, reason = "a helper of tests outside #[test] is a test all the same")]

use std::collections::BTreeSet;
use std::path::Path;

use jalon::catalogue::NewTerritory;
use jalon::companion::{Companion, Directories, NearbyQuery, RefreshOptions, TrekQuery};
use jalon::geotrek::kind_of;
use jalon::model::{Kind, Object};
use jalon::net::CancelToken;
use jalon_tests::day::Day;
use jalon_tests::fixture_server::{Options, TestGeotrek};
use jalon_tests::generator::{Size, Territory};
use serde_json::Value;

/// No recorded event is over by then.
const LONG_AGO: Day = Day::new(2020, 1, 1);

/// The numbers of the entries below a menu entry.
fn below(entry: &Value) -> Vec<i64> {
    let entries = entry["children"].as_array().unwrap();
    entries.iter().flat_map(|entry| std::iter::once(entry["id"].as_i64().unwrap()).chain(below(entry))).collect()
}

#[test]
fn every_recorded_list_is_taken_in_whole() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/geotrek/recorded");
    if !folder.is_dir() {
        eprintln!("skipped: no recorded answers at {}", folder.display());
        return;
    }
    let mut territory = Territory::generate(Size::default(), 1);
    territory.today = LONG_AGO;
    territory.modules.clear();
    territory.hidden.clear();
    let mut hidden = Vec::new();
    for entry in std::fs::read_dir(folder.join("lists/all")).unwrap() {
        let path = entry.unwrap().path();
        let list = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let answer: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        let Some(results) = answer["results"].as_array() else { continue };
        if list == "tour" {
            hidden.extend(results.iter().flat_map(|tour| tour["steps"].as_array().unwrap().clone()));
        }
        if !list.contains('.') {
            territory.modules.insert(list, results.clone());
        }
    }
    let menu: Value = serde_json::from_slice(&std::fs::read(folder.join("other/menu_item.json")).unwrap()).unwrap();
    territory.modules.insert("menu_item".into(), menu.as_array().unwrap().clone());
    let listed: BTreeSet<i64> = territory.module("trek").iter().map(|trek| trek["id"].as_i64().unwrap()).collect();
    hidden.retain(|stage| !listed.contains(&stage["id"].as_i64().unwrap()));
    let unlisted: BTreeSet<i64> = hidden.iter().map(|stage| stage["id"].as_i64().unwrap()).collect();
    territory.hidden.insert("trek".into(), hidden);
    let modules = territory.modules.clone();

    let options = Options { today: Some(LONG_AGO), outlines_in_metres: false, ..Options::default() };
    let server = TestGeotrek::start(territory, options);
    let directory = tempfile::tempdir().unwrap();
    let companion = Companion::open(&Directories::within(directory.path().to_owned())).unwrap();
    let new = NewTerritory { name: "real".into(), url: server.url().to_owned(), ..NewTerritory::default() };
    companion.add_territory(&new).unwrap();
    let taken = companion.refresh("real", &RefreshOptions::default(), &CancelToken::default(), |_| {}).unwrap();
    server.shutdown();
    assert_eq!(taken.problems, std::collections::BTreeMap::new());

    let territory = companion.catalogue().territory("real").unwrap();
    let terms = companion.catalogue().objects(&territory, Kind::Term).unwrap();
    let mut counted = 0;
    for (list, wire) in &modules {
        let mut expected: BTreeSet<i64> = wire.iter().map(|object| object["id"].as_i64().unwrap()).collect();
        let kind = kind_of(list);
        let held: BTreeSet<i64> = match kind {
            Kind::Term => terms
                .iter()
                .filter(|term| matches!(term, Object::Term(term) if term.vocabulary == *list))
                .map(Object::id)
                .collect(),
            _ => companion.catalogue().objects(&territory, kind).unwrap().iter().map(Object::id).collect(),
        };
        match list.as_str() {
            "tour" => continue,
            "trek" => expected.extend(&unlisted),
            "menu_item" => expected.extend(wire.iter().flat_map(below)),
            _ => {}
        }
        assert_eq!(held, expected, "{list}");
        counted += expected.len();
    }
    assert!(counted > 1_200, "{counted}");
    assert!(!unlisted.is_empty());
    // From the first vertex of each trek that trek is nought away; from anywhere the nearest POI is what looking at all
    // of them finds.
    for trek in companion.catalogue().objects(&territory, Kind::Trek).unwrap() {
        let start = trek.geometry().unwrap().first_position().unwrap();
        let query = NearbyQuery { kinds: vec![Kind::Trek], max_distance_m: Some(0.01), ..NearbyQuery::default() };
        let found = companion.nearest(start, &query, &[]).unwrap();
        assert_eq!(found.iter().any(|item| item.id == trek.id()), !unlisted.contains(&trek.id()));
    }
    let query = TrekQuery { limit: 1_000, ..TrekQuery::default() };
    assert_eq!(companion.treks(&query, &[]).unwrap().total, modules["trek"].len());
    let hits = companion.catalogue().search("meije", &[Kind::Trek], &["fr"], 100, 0).unwrap();
    assert!(hits.total > 3);
}
