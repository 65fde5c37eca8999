//! A refresh of a whole territory over real sockets: the catalogue has all of it, or what it had before.

use std::collections::BTreeSet;
use std::time::Duration;

use jalon::catalogue::{NewTerritory, SearchQuery};
use jalon::companion::{NearbyQuery, RefreshOptions, RefreshSummary, TrekQuery};
use jalon::model::{Kind, Object, Position};
use jalon::net::ClientOptions;
use jalon::transfer::CancelToken;
use jalon::{Companion, Error, Result};
use jalon_tests::day::Day;
use jalon_tests::fixture::{Fixture, NAME};
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

/// A fixture, and one companion that stays open.
struct Open {
    fixture: Fixture,
    companion: Companion,
}

impl Open {
    /// A territory that was not refreshed yet, on a server with stale links.
    fn new() -> Self {
        let link_host = Some("http://stale.example.org".to_owned());
        let fixture = Fixture::builder()
            .territory(Territory::generate(Size::default(), 1))
            .server_options(Options { today: Some(TODAY), link_host, ..Options::default() })
            .with_socket()
            .build();
        let companion = fixture.companion();
        Self { fixture, companion }
    }

    fn server(&self) -> &TestGeotrek {
        &self.fixture.server
    }

    fn refresh(&self) -> Result<RefreshSummary> {
        let net =
            ClientOptions { read_timeout: Duration::from_secs(5), max_body_bytes: 8 << 20, ..ClientOptions::default() };
        let options = RefreshOptions { max_attempts: 1, net, ..RefreshOptions::default() };
        self.companion.refresh(NAME, &options, &CancelToken::default(), |_| {})
    }

    fn objects(&self, kind: Kind) -> Vec<Object> {
        let territory = self.companion.catalogue().territory(NAME).unwrap();
        self.companion.catalogue().objects(&territory, kind).unwrap()
    }

    fn ids(&self, kind: Kind) -> BTreeSet<i64> {
        self.objects(kind).iter().map(Object::id).collect()
    }
}

/// The ids of a menu entry and of the entries below it.
fn menu_ids(entry: &serde_json::Value) -> Vec<i64> {
    let below = entry["children"].as_array().unwrap().iter().flat_map(menu_ids);
    std::iter::once(entry["id"].as_i64().unwrap()).chain(below).collect()
}

#[test]
fn refreshed_territory_is_complete_without_the_server() {
    let open = Open::new();
    open.server().faults().page_shift = true;
    let summary = open.refresh().unwrap();
    assert_eq!(summary.problems, std::collections::BTreeMap::new());
    assert_eq!(summary.absent_lists, Vec::<String>::new());
    for (list, kind) in LISTS {
        let mut expected: BTreeSet<i64> =
            open.server().territory().module(list).iter().map(|object| object["id"].as_i64().unwrap()).collect();
        if kind == Kind::Trek {
            // The unpublished stage, which the itinerary contains.
            expected
                .extend(open.server().territory().hidden["trek"].iter().map(|object| object["id"].as_i64().unwrap()));
        }
        if kind == Kind::MenuItem {
            let territory = open.server().territory();
            expected = territory.module(list).iter().flat_map(menu_ids).collect();
        }
        if kind == Kind::TouristicEvent {
            // Past events are not listed.
            let today = TODAY.to_string();
            let territory = open.server().territory();
            let current = territory.module(list).iter().filter(|event| event["end_date"].as_str().unwrap() >= &*today);
            expected = current.map(|event| event["id"].as_i64().unwrap()).collect();
        }
        assert_eq!(open.ids(kind), expected, "{list}");
        assert!(!expected.is_empty(), "{list}");
    }
    let terms: usize = open
        .server()
        .territory()
        .modules
        .iter()
        .filter(|(list, _)| !["tour", "path"].contains(&list.as_str()) && LISTS.iter().all(|(known, _)| known != list))
        .map(|(_, objects)| objects.len())
        .sum();
    let own = open.objects(Kind::Term);
    let own = own.iter().filter(|o| matches!(o, Object::Term(t) if t.vocabulary != "touristiccontent_type")).count();
    // The theme of the unpublished stage is not in the list. It was requested by its id.
    let theme = open.server().territory().hidden["theme"][0]["id"].as_i64().unwrap();
    assert!(open.server().territory().module("theme").iter().all(|listed| listed["id"] != theme));
    let labels = open.companion.catalogue().labels("theme").unwrap();
    assert!(labels.keys().any(|(_, id)| *id == theme));
    assert_eq!(own, terms + 1);
    open.server().shutdown();
    let territory = open.companion.catalogue().territory(NAME).unwrap();
    assert_eq!(territory.languages, ["fr", "en", "it"]);
    assert_eq!(territory.server_version.as_deref(), Some("2.126.1+dev"));
    let treks = open.companion.catalogue().objects(&territory, Kind::Trek).unwrap();
    let all = TrekQuery { limit: 1_000, ..TrekQuery::default() };
    let listed = open.companion.treks(&all, &["fr"]).unwrap();
    let listed: BTreeSet<i64> = listed.items.iter().map(|item| item.id).collect();
    for object in treks.iter().filter(|object| object.geometry().is_some()) {
        let start = object.geometry().unwrap().first_position().unwrap();
        let query = NearbyQuery { kinds: vec![Kind::Trek], max_distance_m: Some(0.01), ..NearbyQuery::default() };
        let found = open.companion.nearest(start, &query, &["fr"]).unwrap();
        // An unpublished stage is in the details of its itinerary, but not in lists, as on the server.
        let is_listed = !matches!(object, Object::Trek(trek) if trek.published.is_empty());
        assert_eq!(found.iter().any(|item| item.id == object.id()), is_listed, "trek {}", object.id());
        assert_eq!(listed.contains(&object.id()), is_listed, "trek {}", object.id());
    }
    let details = treks.iter().map(|trek| open.companion.trek_details(NAME, trek.id(), &[]).unwrap());
    assert!(details.flat_map(|details| details.stages).any(|stage| stage.trek.published.is_empty()));
    let pictures = treks.iter().flat_map(|object| match object {
        Object::Trek(trek) => trek.attachments.clone(),
        _ => Vec::new(),
    });
    for picture in pictures {
        assert!(!picture.picture.url.contains("stale.example.org"), "links lead to the server");
    }
    let signage = open.companion.catalogue().objects(&territory, Kind::Signage).unwrap();
    let languages: BTreeSet<&str> = signage.iter().flat_map(|o| o.name().unwrap().iter().map(|(l, _)| l)).collect();
    assert!(languages.contains("fr") && languages.contains("en"), "{languages:?}");
}

#[test]
fn second_refresh_applies_changes_and_removals() {
    let open = Open::new();
    open.refresh().unwrap();
    let near = |position| {
        open.companion.nearest(position, &NearbyQuery { limit: 1, ..NearbyQuery::default() }, &["fr"]).unwrap()
    };
    let before = near(Position::new(0.0, 0.0));
    let deleted = {
        let mut territory = open.server().territory();
        let id = |object: &serde_json::Value| object["id"].as_u64().unwrap();
        let (first, last) = (territory.module("poi")[0].clone(), territory.module("poi").last().unwrap().clone());
        territory.delete("poi", id(&last));
        territory.edit_text("poi", id(&first), "name", "fr", "Cœur de l’été");
        let position = &first["geometry"]["coordinates"];
        territory.move_geometry(
            "poi",
            id(&first),
            0.001 - position[0].as_f64().unwrap(),
            0.001 - position[1].as_f64().unwrap(),
        );
        last["id"].as_i64().unwrap()
    };
    let summary = open.refresh().unwrap();
    assert!(!summary.is_full);
    assert_eq!(summary.changed.into_iter().collect::<Vec<_>>(), [(Kind::Poi, 1)]);
    assert_eq!(summary.removed.into_iter().collect::<Vec<_>>(), [(Kind::Poi, 1)]);
    assert!(!open.ids(Kind::Poi).contains(&deleted));
    let after = near(Position::new(0.0, 0.0));
    assert!(before[0].distance_m > after[0].distance_m && after[0].name == "Cœur de l’été", "the index is updated");
    let hits = open
        .companion
        .search(&SearchQuery { text: "coeur ete".to_owned(), limit: 10, ..SearchQuery::default() }, &["fr"])
        .unwrap();
    assert!(hits.items.iter().any(|hit| hit.name == "Cœur de l’été"));
}

#[test]
fn failed_refresh_keeps_the_data_and_returns_the_error() {
    let open = Open::new();
    open.refresh().unwrap();
    let before = open.objects(Kind::Trek);
    type Fault = (&'static str, fn(&TestGeotrek), fn(&Error) -> bool);
    let faults: [Fault; 4] = [
        ("closed", |s| s.faults().unauthorized = true, |e| e.to_string().contains("signed in")),
        ("cut", |s| s.faults().cut_at = Some(700), |e| matches!(e, Error::Offline { .. })),
        ("endless", |s| s.faults().endless = true, |e| matches!(e, Error::Server { .. } | Error::Offline { .. })),
        ("404 on trek", |s| _ = s.faults().missing_modules.insert("trek".into()), |_| false),
    ];
    for (name, breaks, says) in faults {
        {
            let mut faults = open.server().faults();
            *faults = Default::default();
            faults.only = (name != "closed" && name != "404 on trek").then(|| "/api/v2/poi/".to_owned());
        }
        if name == "404 on trek" {
            // Otherwise the list of treks would be taken from the interrupted refresh.
            open.refresh().unwrap();
        }
        breaks(open.server());
        match open.refresh() {
            Err(error) => assert!(says(&error), "{name}: {error}"),
            Ok(summary) => assert!(name == "404 on trek" && summary.absent_lists == ["trek"], "{name}: {summary:?}"),
        }
        assert_eq!(open.objects(Kind::Trek), before, "{name}");
    }
    let staging = open.fixture.directory().join("staging/test");
    assert_eq!(std::fs::read_dir(staging).map_or(0, Iterator::count), 0, "the staging folder is empty");
}

#[test]
fn missing_module_is_absent_and_cancelled_refresh_changes_nothing() {
    let open = Open::new();
    let cancel = CancelToken::default();
    cancel.cancel();
    let cancelled = open.companion.refresh(NAME, &RefreshOptions::default(), &cancel, |_| {});
    assert_eq!(cancelled, Err(Error::Cancelled));
    assert_eq!(open.ids(Kind::Trek).len(), 0);
    open.server().faults().missing_modules.extend(["outdoor_site".to_owned(), "sensitivearea".to_owned()]);
    let summary = open.refresh().unwrap();
    assert_eq!(summary.absent_lists, ["outdoor_site", "sensitivearea"]);
    assert_eq!(open.ids(Kind::Site).len(), 0);
    assert!(!open.ids(Kind::Trek).is_empty());
}

#[test]
fn refresh_without_a_geotrek_returns_a_clear_error() {
    let open = Open::new();
    let stopped = TestGeotrek::start(Territory::generate(Size::default(), 1), Options::default());
    let url = stopped.url().to_owned();
    stopped.shutdown();
    let new = NewTerritory { name: "stopped".into(), url, ..NewTerritory::default() };
    open.companion.add_territory(&new).unwrap();
    let cancel = CancelToken::default();
    let once = RefreshOptions { max_attempts: 1, ..RefreshOptions::default() };
    let error = open.companion.refresh("stopped", &once, &cancel, |_| {}).unwrap_err();
    assert!(matches!(error, Error::Offline { .. }), "{error}");
    open.server().faults().only = Some("/api/v2/version".to_owned());
    open.server().faults().status = Some(404);
    assert!(open.refresh().unwrap_err().to_string().contains("no Geotrek"));
}

#[test]
fn nearest_from_file_equals_nearest_from_memory() {
    let open = Open::new();
    open.refresh().unwrap();
    let positions = [(6.2, 44.9), (6.5, 44.7), (0.0, 0.0), (179.99, -17.0), (6.3, 89.9), (-173.8, -44.8)];
    let queries = [
        NearbyQuery { limit: 1, ..NearbyQuery::default() },
        NearbyQuery { limit: 7, kinds: vec![Kind::Poi, Kind::Trek], ..NearbyQuery::default() },
        NearbyQuery { limit: 3, kinds: vec![Kind::City], ..NearbyQuery::default() },
        NearbyQuery { max_distance_m: Some(4_000.0), ..NearbyQuery::default() },
        NearbyQuery { max_distance_m: Some(30_000.0), limit: 5, ..NearbyQuery::default() },
        NearbyQuery { limit: 10_000, ..NearbyQuery::default() },
    ];
    for (lon, lat) in positions {
        for query in &queries {
            let here = Position::new(lon, lat);
            // A new companion has no index in memory.
            let new = open.fixture.companion();
            let from_file = new.nearest(here, query, &["fr"]).unwrap();
            new.warm_up().unwrap();
            assert_eq!(new.nearest(here, query, &["fr"]).unwrap(), from_file, "{lon} {lat} {query:?}");
        }
    }
}

#[test]
fn search_by_stage_poi_or_city_finds_the_trek() {
    let open = Open::new();
    open.refresh().unwrap();
    let territory = open.companion.catalogue().territory(NAME).unwrap();
    let finds = |text: &str, trek: i64| {
        let hits = open
            .companion
            .search(
                &SearchQuery { text: text.to_owned(), kinds: vec![Kind::Trek], limit: 100, ..SearchQuery::default() },
                &["fr"],
            )
            .unwrap();
        hits.items.iter().any(|hit| hit.id == trek)
    };
    let mut seen = (0, 0, 0);
    for object in open.companion.catalogue().objects(&territory, Kind::Trek).unwrap() {
        let Object::Trek(trek) = &object else { continue };
        let details = open.companion.trek_details(NAME, trek.id, &[Kind::Poi]).unwrap();
        for other in &details.stages {
            assert!(finds(other.trek.name.find(&["fr"]).unwrap().text, trek.id), "a stage of {}", trek.id);
            seen.0 += 1;
        }
        for item in &details.route_items {
            assert!(finds(item.object.name().unwrap().find(&["fr"]).unwrap().text, trek.id), "a POI of {}", trek.id);
            seen.1 += 1;
        }
        for city in &trek.cities {
            let Ok(city) = open.companion.catalogue().object(&territory, Kind::City, *city) else { continue };
            assert!(finds(city.name().unwrap().find(&["fr"]).unwrap().text, trek.id), "a city of {}", trek.id);
            seen.2 += 1;
        }
    }
    assert!(seen.0 > 2 && seen.2 > 2, "{seen:?}");
}
