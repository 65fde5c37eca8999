//! A refresh of the recorded responses of a real Geotrek, which the fixture server serves with its quirks: every list, with
//! equal counts. The test is skipped if the recording is not there.

use std::collections::BTreeSet;
use std::path::Path;

use jalon::catalogue::SearchQuery;
use jalon::companion::{NearbyQuery, RefreshOptions, TrekQuery};
use jalon::geotrek::kind_of;
use jalon::model::{Kind, Object};
use jalon::transfer::CancelToken;
use jalon_tests::day::Day;
use jalon_tests::fixture::{Fixture, NAME};
use jalon_tests::fixture_server::Options;
use jalon_tests::generator::{Size, Territory};
use serde_json::Value;

/// A day before the end of all recorded events.
const LONG_AGO: Day = Day::new(2020, 1, 1);

/// The ids of the entries below a menu entry.
fn ids_below(entry: &Value) -> Vec<i64> {
    let entries = entry["children"].as_array().unwrap();
    entries.iter().flat_map(|entry| std::iter::once(entry["id"].as_i64().unwrap()).chain(ids_below(entry))).collect()
}

#[test]
fn refresh_of_recorded_lists_loses_no_object() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/geotrek/recorded");
    if !folder.is_dir() {
        eprintln!("skipped: no recorded responses at {}", folder.display());
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
        let response: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        let Some(results) = response["results"].as_array() else { continue };
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

    let fixture = Fixture::builder()
        .territory(territory)
        .server_options(Options { today: Some(LONG_AGO), outlines_in_metres: false, ..Options::default() })
        .with_socket()
        .build();
    let companion = fixture.companion();
    let summary = companion.refresh(NAME, &RefreshOptions::default(), &CancelToken::default(), |_| {}).unwrap();
    fixture.server.shutdown();
    assert_eq!(summary.problems, std::collections::BTreeMap::new());

    let territory = companion.catalogue().territory(NAME).unwrap();
    let terms = companion.catalogue().objects(&territory, Kind::Term).unwrap();
    let mut counted = 0;
    for (list, recorded) in &modules {
        let mut expected: BTreeSet<i64> = recorded.iter().map(|object| object["id"].as_i64().unwrap()).collect();
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
            "menu_item" => expected.extend(recorded.iter().flat_map(ids_below)),
            _ => {}
        }
        assert_eq!(held, expected, "{list}");
        counted += expected.len();
    }
    assert!(counted > 1_200, "{counted}");
    assert!(!unlisted.is_empty());
    // Each listed trek is found at its start.
    for trek in companion.catalogue().objects(&territory, Kind::Trek).unwrap() {
        let start = trek.geometry().unwrap().first_position().unwrap();
        let query = NearbyQuery { kinds: vec![Kind::Trek], max_distance_m: Some(0.01), ..NearbyQuery::default() };
        let found = companion.nearest(start, &query, &[]).unwrap();
        assert_eq!(found.iter().any(|item| item.id == trek.id()), !unlisted.contains(&trek.id()));
    }
    let query = TrekQuery { limit: 1_000, ..TrekQuery::default() };
    assert_eq!(companion.treks(&query, &[]).unwrap().total, modules["trek"].len());
    let hits = companion
        .search(
            &SearchQuery { text: "meije".to_owned(), kinds: vec![Kind::Trek], limit: 100, ..SearchQuery::default() },
            &["fr"],
        )
        .unwrap();
    assert!(hits.total > 3);
}
