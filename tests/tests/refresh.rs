//! A whole territory over real sockets into a catalogue: all of it, or the old one.

#![allow(clippy::unwrap_used, reason = "a helper of tests outside #[test] is a test all the same")]

use std::collections::BTreeSet;
use std::time::Duration;

use jalon::catalogue::NewTerritory;
use jalon::companion::{Companion, Directories, NearbyQuery, RefreshOptions, RefreshSummary, TrekQuery};
use jalon::model::{Kind, Object, Position};
use jalon::net::{CancelToken, ClientOptions as Net};
use jalon::{Error, Result};
use jalon_tests::day::Day;
use jalon_tests::fixture_server::{Options, TestGeotrek};
use jalon_tests::generator::{Size, Territory};

const LISTS: [(&str, Kind); 16] = [
    ("trek", Kind::Trek),
    ("poi", Kind::Poi),
    ("touristiccontent", Kind::TouristicContent),
    ("touristicevent", Kind::TouristicEvent),
    ("sensitivearea", Kind::SensitiveArea),
    ("informationdesk", Kind::InformationDesk),
    ("service", Kind::Service),
    ("signage", Kind::Signage),
    ("infrastructure", Kind::Infrastructure),
    ("outdoor_site", Kind::Site),
    ("outdoor_course", Kind::Course),
    ("hdviewpoint", Kind::HdView),
    ("city", Kind::City),
    ("district", Kind::District),
    ("flatpage", Kind::FlatPage),
    ("menu_item", Kind::MenuItem),
];

const TODAY: Day = Day::new(2026, 2, 10);

struct Stage {
    companion: Companion,
    server: TestGeotrek,
    directory: tempfile::TempDir,
}

fn stage() -> Stage {
    let link_host = Some("http://stale.example.org".to_owned());
    let options = Options { today: Some(TODAY), link_host, ..Options::default() };
    let server = TestGeotrek::start(Territory::generate(Size::default(), 1), options);
    let directory = tempfile::tempdir().unwrap();
    let companion = Companion::open(&Directories::within(directory.path().to_owned())).unwrap();
    let new = NewTerritory { name: "test".into(), url: server.url().to_owned(), ..NewTerritory::default() };
    companion.add_territory(&new).unwrap();
    Stage { companion, server, directory }
}

fn refresh(stage: &Stage) -> Result<RefreshSummary> {
    let net = Net { read_timeout: Duration::from_secs(5), max_body_bytes: 8 << 20, ..Net::default() };
    stage.companion.refresh(
        "test",
        &RefreshOptions { max_attempts: 1, net, ..RefreshOptions::default() },
        &CancelToken::default(),
        |_| {},
    )
}

fn objects(stage: &Stage, kind: Kind) -> Vec<Object> {
    let territory = stage.companion.catalogue().territory("test").unwrap();
    stage.companion.catalogue().objects(&territory, kind).unwrap()
}

fn ids(stage: &Stage, kind: Kind) -> BTreeSet<i64> {
    objects(stage, kind).iter().map(Object::id).collect()
}

/// The numbers of a menu entry and of those below it.
fn entries(entry: &serde_json::Value) -> Vec<i64> {
    let below = entry["children"].as_array().unwrap().iter().flat_map(entries);
    std::iter::once(entry["id"].as_i64().unwrap()).chain(below).collect()
}

#[test]
fn everything_is_there_when_the_server_is_gone() {
    let stage = stage();
    stage.server.faults().page_shift = true;
    let taken = refresh(&stage).unwrap();
    assert_eq!(taken.problems, std::collections::BTreeMap::new());
    assert_eq!(taken.absent_lists, Vec::<String>::new());
    for (list, kind) in LISTS {
        let mut there: BTreeSet<i64> =
            stage.server.territory().module(list).iter().map(|object| object["id"].as_i64().unwrap()).collect();
        if kind == Kind::Trek {
            // The stage that only its itinerary publishes.
            there.extend(stage.server.territory().hidden["trek"].iter().map(|object| object["id"].as_i64().unwrap()));
        }
        if kind == Kind::MenuItem {
            let territory = stage.server.territory();
            there = territory.module(list).iter().flat_map(entries).collect();
        }
        if kind == Kind::TouristicEvent {
            // ChangeKind is over is not listed.
            let today = TODAY.to_string();
            let territory = stage.server.territory();
            let current = territory.module(list).iter().filter(|event| event["end_date"].as_str().unwrap() >= &*today);
            there = current.map(|event| event["id"].as_i64().unwrap()).collect();
        }
        assert_eq!(ids(&stage, kind), there, "{list}");
        assert!(!there.is_empty(), "{list}");
    }
    let terms: usize = stage
        .server
        .territory()
        .modules
        .iter()
        .filter(|(list, _)| !["tour", "path"].contains(&list.as_str()) && LISTS.iter().all(|(known, _)| known != list))
        .map(|(_, objects)| objects.len())
        .sum();
    let own = objects(&stage, Kind::Term);
    let own = own.iter().filter(|o| matches!(o, Object::Term(t) if t.vocabulary != "touristiccontent_type")).count();
    // The theme that only the unpublished stage has is in no list, and was asked for by its number.
    let theme = stage.server.territory().hidden["theme"][0]["id"].as_i64().unwrap();
    assert!(stage.server.territory().module("theme").iter().all(|listed| listed["id"] != theme));
    let labels = stage.companion.catalogue().labels("theme").unwrap();
    assert!(labels.keys().any(|(_, id)| *id == theme));
    assert_eq!(own, terms + 1);
    stage.server.shutdown();
    let territory = stage.companion.catalogue().territory("test").unwrap();
    assert_eq!(territory.languages, ["fr", "en", "it"]);
    assert_eq!(territory.server_version.as_deref(), Some("2.126.1+dev"));
    let treks = stage.companion.catalogue().objects(&territory, Kind::Trek).unwrap();
    let all = TrekQuery { limit: 1_000, ..TrekQuery::default() };
    let listed = stage.companion.treks(&all, &["fr"]).unwrap();
    let listed: BTreeSet<i64> = listed.items.iter().map(|item| item.id).collect();
    for object in treks.iter().filter(|object| object.geometry().is_some()) {
        let start = object.geometry().unwrap().first_position().unwrap();
        let query = NearbyQuery { kinds: vec![Kind::Trek], max_distance_m: Some(0.01), ..NearbyQuery::default() };
        let found = stage.companion.nearest(start, &query, &["fr"]).unwrap();
        // ChangeKind only its itinerary publishes is on the itinerary's sheet, and in no list, as on the server.
        let stands = !matches!(object, Object::Trek(trek) if trek.published.is_empty());
        assert_eq!(found.iter().any(|item| item.id == object.id()), stands, "trek {}", object.id());
        assert_eq!(listed.contains(&object.id()), stands, "trek {}", object.id());
    }
    let sheets = treks.iter().map(|trek| stage.companion.trek_details("test", trek.id(), &[]).unwrap());
    assert!(sheets.flat_map(|sheet| sheet.stages).any(|stage| stage.published.is_empty()));
    let pictures = treks.iter().flat_map(|object| match object {
        Object::Trek(trek) => trek.attachments.clone(),
        _ => Vec::new(),
    });
    for picture in pictures {
        assert!(!picture.picture.url.contains("stale.example.org"), "links come home");
    }
    let signage = stage.companion.catalogue().objects(&territory, Kind::Signage).unwrap();
    let languages: BTreeSet<&str> = signage.iter().flat_map(|o| o.name().unwrap().iter().map(|(l, _)| l)).collect();
    assert!(languages.contains("fr") && languages.contains("en"), "{languages:?}");
}

#[test]
fn a_second_refresh_brings_what_changed_and_takes_what_went() {
    let stage = stage();
    refresh(&stage).unwrap();
    let near = |position| {
        stage.companion.nearest(position, &NearbyQuery { limit: 1, ..NearbyQuery::default() }, &["fr"]).unwrap()
    };
    let before = near(Position::new(0.0, 0.0));
    let gone = {
        let mut territory = stage.server.territory();
        let number = |object: &serde_json::Value| object["id"].as_u64().unwrap();
        let (first, last) = (territory.module("poi")[0].clone(), territory.module("poi").last().unwrap().clone());
        territory.delete("poi", number(&last));
        territory.edit_text("poi", number(&first), "name", "fr", "Cœur de l’été");
        let place = &first["geometry"]["coordinates"];
        territory.move_geometry(
            "poi",
            number(&first),
            0.001 - place[0].as_f64().unwrap(),
            0.001 - place[1].as_f64().unwrap(),
        );
        last["id"].as_i64().unwrap()
    };
    let taken = refresh(&stage).unwrap();
    assert!(!taken.is_full);
    assert_eq!(taken.changed.into_iter().collect::<Vec<_>>(), [(Kind::Poi, 1)]);
    assert_eq!(taken.removed.into_iter().collect::<Vec<_>>(), [(Kind::Poi, 1)]);
    assert!(!ids(&stage, Kind::Poi).contains(&gone));
    let after = near(Position::new(0.0, 0.0));
    assert!(before[0].distance_m > after[0].distance_m && after[0].name == "Cœur de l’été", "the index follows");
    let hits = stage.companion.catalogue().search("coeur ete", &[], &["fr"], 10, 0).unwrap();
    assert!(hits.items.iter().any(|hit| hit.name == "Cœur de l’été"));
}

#[test]
fn whatever_breaks_the_old_data_stays_and_the_error_says_what() {
    let stage = stage();
    refresh(&stage).unwrap();
    let before = objects(&stage, Kind::Trek);
    type Fault = (&'static str, fn(&TestGeotrek), fn(&Error) -> bool);
    let faults: [Fault; 6] = [
        ("closed", |s| s.faults().unauthorized = true, |e| e.to_string().contains("signed in")),
        ("wrong json", |s| s.faults().wrong_json = true, |e| matches!(e, Error::Server { .. })),
        ("cut", |s| s.faults().cut_at = Some(700), |e| matches!(e, Error::Offline { .. })),
        ("endless", |s| s.faults().endless = true, |e| matches!(e, Error::Server { .. } | Error::Offline { .. })),
        ("500", |s| s.faults().status = Some(500), |e| matches!(e, Error::Server { status: Some(500), .. })),
        ("404 on trek", |s| _ = s.faults().missing_modules.insert("trek".into()), |_| false),
    ];
    for (name, breaks, says) in faults {
        {
            let mut faults = stage.server.faults();
            *faults = Default::default();
            faults.only = (name != "closed" && name != "404 on trek").then(|| "/api/v2/poi/".to_owned());
        }
        if name == "404 on trek" {
            // ChangeKind had come before goes on otherwise, and the trek's list had.
            refresh(&stage).unwrap();
        }
        breaks(&stage.server);
        match refresh(&stage) {
            Err(error) => assert!(says(&error), "{name}: {error}"),
            Ok(taken) => assert!(name == "404 on trek" && taken.absent_lists == ["trek"], "{name}: {taken:?}"),
        }
        assert_eq!(objects(&stage, Kind::Trek), before, "{name}");
    }
    let staging = stage.directory.path().join("staging/test");
    assert_eq!(std::fs::read_dir(staging).map_or(0, Iterator::count), 0, "staging is swept");
}

#[test]
fn a_missing_module_is_absent_and_a_cancelled_refresh_changes_nothing() {
    let stage = stage();
    let cancel = CancelToken::default();
    cancel.cancel();
    let cancelled = stage.companion.refresh("test", &RefreshOptions::default(), &cancel, |_| {});
    assert_eq!(cancelled, Err(Error::Cancelled));
    assert_eq!(ids(&stage, Kind::Trek).len(), 0);
    stage.server.faults().missing_modules.extend(["outdoor_site".to_owned(), "sensitivearea".to_owned()]);
    let taken = refresh(&stage).unwrap();
    assert_eq!(taken.absent_lists, ["outdoor_site", "sensitivearea"]);
    assert_eq!(ids(&stage, Kind::Site).len(), 0);
    assert!(!ids(&stage, Kind::Trek).is_empty());
}

#[test]
fn a_server_that_is_gone_or_no_geotrek_is_told_in_a_sentence() {
    let stage = stage();
    let gone = TestGeotrek::start(Territory::generate(Size::default(), 1), Options::default());
    let url = gone.url().to_owned();
    gone.shutdown();
    let new = NewTerritory { name: "gone".into(), url, ..NewTerritory::default() };
    stage.companion.add_territory(&new).unwrap();
    let cancel = CancelToken::default();
    let once = RefreshOptions { max_attempts: 1, ..RefreshOptions::default() };
    let error = stage.companion.refresh("gone", &once, &cancel, |_| {}).unwrap_err();
    assert!(matches!(error, Error::Offline { .. }), "{error}");
    stage.server.faults().only = Some("/api/v2/version".to_owned());
    stage.server.faults().status = Some(404);
    assert!(refresh(&stage).unwrap_err().to_string().contains("no Geotrek"));
}

#[test]
fn the_file_and_the_memory_give_the_same_answers() {
    let stage = stage();
    refresh(&stage).unwrap();
    let places = [(6.2, 44.9), (6.5, 44.7), (0.0, 0.0), (179.99, -17.0), (6.3, 89.9), (-173.8, -44.8)];
    let queries = [
        NearbyQuery { limit: 1, ..NearbyQuery::default() },
        NearbyQuery { limit: 7, kinds: vec![Kind::Poi, Kind::Trek], ..NearbyQuery::default() },
        NearbyQuery { limit: 3, kinds: vec![Kind::City], ..NearbyQuery::default() },
        NearbyQuery { max_distance_m: Some(4_000.0), ..NearbyQuery::default() },
        NearbyQuery { max_distance_m: Some(30_000.0), limit: 5, ..NearbyQuery::default() },
        NearbyQuery { limit: 10_000, ..NearbyQuery::default() },
    ];
    for (lon, lat) in places {
        for query in &queries {
            let here = Position::new(lon, lat);
            // A new companion has nothing in memory yet.
            let new = Companion::open(&Directories::within(stage.directory.path().to_owned())).unwrap();
            let cold = new.nearest(here, query, &["fr"]).unwrap();
            new.warm_up().unwrap();
            assert_eq!(new.nearest(here, query, &["fr"]).unwrap(), cold, "{lon} {lat} {query:?}");
        }
    }
}

#[test]
fn a_trek_is_found_by_its_stages_its_points_and_its_places() {
    let stage = stage();
    refresh(&stage).unwrap();
    let territory = stage.companion.catalogue().territory("test").unwrap();
    let finds = |text: &str, trek: i64| {
        let hits = stage.companion.catalogue().search(text, &[Kind::Trek], &["fr"], 100, 0).unwrap();
        hits.items.iter().any(|hit| hit.id == trek)
    };
    let mut seen = (0, 0, 0);
    for object in stage.companion.catalogue().objects(&territory, Kind::Trek).unwrap() {
        let Object::Trek(trek) = &object else { continue };
        let sheet = stage.companion.trek_details("test", trek.id, &[Kind::Poi]).unwrap();
        for other in &sheet.stages {
            assert!(finds(other.name.find(&["fr"]).unwrap().text, trek.id), "a stage of {}", trek.id);
            seen.0 += 1;
        }
        for beside in &sheet.route_items {
            assert!(finds(beside.object.name().unwrap().find(&["fr"]).unwrap().text, trek.id), "a POI of {}", trek.id);
            seen.1 += 1;
        }
        for city in &trek.cities {
            let Ok(city) = stage.companion.catalogue().object(&territory, Kind::City, *city) else { continue };
            assert!(finds(city.name().unwrap().find(&["fr"]).unwrap().text, trek.id), "a city of {}", trek.id);
            seen.2 += 1;
        }
    }
    assert!(seen.0 > 2 && seen.2 > 2, "{seen:?}");
}
