//! A territory that is limited to a portal of its server, and lists that the server cannot answer.

use std::collections::BTreeSet;
use std::sync::Arc;

use jalon::Companion;
use jalon::catalogue::{PackState, PackSubject, PictureSize};
use jalon::companion::{RefreshMode, TrekQuery};
use jalon::model::{Id, Kind, Object};
use jalon_tests::fixture::{Fixture, FixtureBuilder, NAME};
use jalon_tests::fixture_server::Fault;
use jalon_tests::generator::{Size, Territory};
use serde_json::{Value, json};

/// Modules whose objects have portals, with the field of these.
const LISTS: [(&str, &str); 6] = [
    ("trek", "portal"),
    ("touristiccontent", "portal"),
    ("touristicevent", "portal"),
    ("outdoor_site", "portal"),
    ("flatpage", "portals"),
    ("menu_item", "portals"),
];

/// A territory of two portals: objects with an odd id are on portal 1, the others on portal 2.
fn two_portals() -> Territory {
    println!("territory of seed 1");
    let mut territory = Territory::generate(Size::default(), 1);
    for (module, field) in LISTS {
        for object in territory.modules.get_mut(module).into_iter().flatten() {
            object[field] = json!([if object["id"].as_u64().unwrap() % 2 == 1 { 1 } else { 2 }]);
        }
    }
    let view = territory.modules.get_mut("hdviewpoint").and_then(|views| views.last_mut()).unwrap();
    (view["trek"], view["poi"], view["site"]) = (json!({"id": 10}), Value::Null, Value::Null);
    territory
}

fn portal_one() -> FixtureBuilder {
    Fixture::builder().territory(two_portals()).portals(&[1])
}

fn ids(companion: &Companion, kind: Kind) -> BTreeSet<Id> {
    let territory = companion.catalogue().territory(NAME).unwrap();
    companion.catalogue().objects(&territory, kind).unwrap().iter().map(Object::id).collect()
}

fn id(object: &Value) -> Id {
    object["id"].as_i64().unwrap()
}

/// The panoramas of the server that belong to an object of the catalogue.
fn expected_views(fixture: &Fixture, companion: &Companion) -> BTreeSet<Id> {
    let owned = |view: &Value, field: &str, kind| {
        view[field]["id"].as_i64().is_some_and(|owner| ids(companion, kind).contains(&owner))
    };
    let territory = fixture.server.territory();
    let views = territory.module("hdviewpoint").iter().filter(|view| {
        owned(view, "trek", Kind::Trek) || owned(view, "poi", Kind::Poi) || owned(view, "site", Kind::Site)
    });
    views.map(id).collect()
}

#[test]
fn territory_of_a_portal_is_refreshed_from_a_stock_server() {
    let mut fixture = portal_one().refreshed().build();
    for mode in [RefreshMode::Full, RefreshMode::Delta] {
        let summary = fixture.refresh(mode).unwrap().unwrap();
        assert_eq!(summary.failed_lists, Vec::<String>::new());
        let companion = fixture.companion();
        let treks: BTreeSet<Id> =
            fixture.server.territory().module("trek").iter().map(id).filter(|id| id % 2 == 1).collect();
        assert!(!treks.is_empty() && ids(&companion, Kind::Trek).is_superset(&treks));
        let views = ids(&companion, Kind::HdView);
        assert_eq!(views, expected_views(&fixture, &companion));
        let all = fixture.server.territory().module("hdviewpoint").len();
        assert!(!views.is_empty() && views.len() < all, "{} of {all}", views.len());
        fixture.check();
    }
}

#[test]
fn list_that_cannot_be_filtered_by_portal_is_filtered_here() {
    let expected = portal_one().refreshed().build();
    let expected = expected.companion();
    for module in ["trek", "touristiccontent", "touristicevent", "outdoor_site", "flatpage", "menu_item"] {
        println!("{module}");
        let mut fixture = portal_one().build();
        let server = Arc::clone(&fixture.server);
        fixture.options.max_attempts = 1;
        let fails = Fault::Status { status: 500, retry_after: None };
        server.faults().add(fails.on(&format!("/{module}/?portals=1")));
        for (mode, failures) in [(RefreshMode::Full, 1), (RefreshMode::Delta, 1), (RefreshMode::Full, 2)] {
            let summary = fixture.refresh(mode).unwrap().unwrap();
            assert_eq!((summary.failed_lists, summary.truncated_lists), (Vec::new(), Vec::new()));
            // A full refresh tries the filter again, others do not.
            assert_eq!(server.faults().rules[0].hits(), failures, "{mode:?}");
            for kind in Kind::ALL {
                assert_eq!(ids(&fixture.companion(), kind), ids(&expected, kind), "{kind}");
            }
        }
    }
}

#[test]
fn object_that_the_server_cannot_send_is_named_and_the_others_are_loaded() {
    let mut territory = Territory::generate(Size::default(), 1);
    let bad = territory.add("trek");
    let mut fixture = Fixture::builder().territory(territory).build();
    let server = Arc::clone(&fixture.server);
    fixture.options.max_attempts = 1;
    server.faults().add(Fault::Status { status: 500, retry_after: None }.on(&bad.to_string()));
    let published: BTreeSet<Id> = server.territory().module("trek").iter().map(id).collect();
    let problem = format!("trek {bad}: the server cannot send it");
    for mode in [RefreshMode::Full, RefreshMode::Delta] {
        let summary = fixture.refresh(mode).unwrap().unwrap();
        assert_eq!(summary.failed_lists, ["trek"]);
        assert!(summary.problems.contains_key(&problem), "{:?}", summary.problems);
        let mut known = ids(&fixture.companion(), Kind::Trek);
        assert!(!known.contains(&(bad as Id)));
        known.insert(bad as Id);
        assert!(known.is_superset(&published), "{mode:?}");
    }
    server.faults().rules.clear();
    let summary = fixture.refresh(RefreshMode::Delta).unwrap().unwrap();
    assert_eq!((summary.failed_lists, summary.added[&Kind::Trek]), (Vec::new(), 1));
    fixture.check();
}

#[test]
fn failed_list_is_named_and_the_others_are_refreshed() {
    for (list, kind) in [("poi", Kind::Poi), ("trek", Kind::Trek), ("theme", Kind::Term), ("city", Kind::City)] {
        for fault in [Fault::Status { status: 500, retry_after: None }, Fault::InvalidJson] {
            println!("{list} {fault:?}");
            let mut fixture = Fixture::builder().build();
            let server = Arc::clone(&fixture.server);
            fixture.options.max_attempts = 1;
            let part = format!("/api/v2/{list}/?{}", if list == "trek" { "fields=id&" } else { "" });
            server.faults().add(fault.on(&part));
            let summary = fixture.refresh(RefreshMode::Auto).unwrap().unwrap();
            assert_eq!(summary.failed_lists, [list]);
            assert!(kind == Kind::Term || !summary.objects.contains_key(&kind));
            assert!(summary.objects.len() > 8, "{:?}", summary.objects);
            server.faults().rules.clear();
            let summary = fixture.refresh(RefreshMode::Full).unwrap().unwrap();
            assert_eq!((summary.failed_lists, summary.removed.len()), (Vec::new(), 0));
            assert!(kind == Kind::Term || summary.added[&kind] > 0, "{:?}", summary.added);
            fixture.check();
        }
    }
}

#[test]
fn changes_of_a_failed_list_are_requested_by_the_next_refresh() {
    const DAY_MS: i64 = 24 * 3_600 * 1_000;
    let mut fixture = Fixture::builder().refreshed().build();
    let server = Arc::clone(&fixture.server);
    fixture.options.max_attempts = 1;
    server.territory().edit_text("signage", 1, "description", "fr", "Le pont est coupé.");
    server.faults().add(Fault::Status { status: 500, retry_after: None }.on("/api/v2/signage/"));
    for _ in 0..2 {
        assert_eq!(fixture.refresh(RefreshMode::Delta).unwrap().unwrap().failed_lists, ["signage"]);
        // The change is older than the day that other lists are asked about.
        server.territory().touch("signage", 1, jalon_tests::fixture::TODAY.plus(-1));
        fixture.now_ms += DAY_MS;
    }
    server.faults().rules.clear();
    let summary = fixture.refresh(RefreshMode::Delta).unwrap().unwrap();
    assert_eq!(summary.changed.into_iter().collect::<Vec<_>>(), [(Kind::Signage, 1)]);
}

#[test]
fn refresh_from_a_server_that_is_down_returns_the_error() {
    let mut fixture = Fixture::builder().refreshed().build();
    fixture.options.max_attempts = 1;
    for status in [500, 502, 503] {
        fixture.server.faults().rules.clear();
        fixture.server.faults().add(Fault::Status { status, retry_after: None }.on("/?"));
        let error = fixture.refresh(RefreshMode::Delta).unwrap_err();
        assert!(matches!(error, jalon::Error::Server { status: Some(found), .. } if found == status), "{error}");
    }
}

/// Moves an object to the start of a trek.
fn move_to_start(territory: &mut Territory, module: &str, id: u64, trek: u64) {
    let position = |territory: &Territory, module: &str, id: u64| {
        let object = territory.module(module).iter().find(|object| object["id"] == id).unwrap();
        let mut coordinates = &object["geometry"];
        while coordinates.get("geometries").is_some() {
            coordinates = &coordinates["geometries"][0];
        }
        coordinates = &coordinates["coordinates"];
        while coordinates[0].is_array() {
            coordinates = &coordinates[0];
        }
        (coordinates[0].as_f64().unwrap(), coordinates[1].as_f64().unwrap())
    };
    let (to, from) = (position(territory, "trek", trek), position(territory, module, id));
    territory.move_geometry(module, id, to.0 - from.0, to.1 - from.1);
}

#[test]
fn pack_of_a_portal_has_objects_of_this_portal_only() {
    let fails = |part: &str| Fault::Status { status: 500, retry_after: None }.on(part);
    for fault in [None, Some("&near_trek="), Some("near_trek=")] {
        println!("{fault:?}");
        let mut fixture = portal_one().build();
        fixture.options.max_attempts = 1;
        let server = Arc::clone(&fixture.server);
        fixture.refresh(RefreshMode::Auto).unwrap();
        {
            let mut territory = server.territory();
            for module in ["touristiccontent", "touristicevent", "outdoor_site"] {
                for id in [1, 2] {
                    move_to_start(&mut territory, module, id, 7);
                }
            }
        }
        // The refresh does not know the new positions when the pack asks for them.
        if let Some(part) = fault {
            server.faults().add(fails(part));
        }
        let pack = fixture.download(PackSubject::Trek(7), PictureSize::None).unwrap().unwrap();
        assert_eq!(pack.state, PackState::Ready);
        server.faults().rules.clear();
        if fault.is_none() {
            assert!(pack.objects.contains_key(&Kind::TouristicContent), "{:?}", pack.objects);
        }
        for kind in [Kind::TouristicContent, Kind::TouristicEvent, Kind::Site] {
            let found = ids(&fixture.companion(), kind);
            assert!(!found.is_empty() && found.iter().all(|id| id % 2 == 1), "{kind}: {found:?}");
        }
        fixture.refresh(RefreshMode::Delta).unwrap();
        fixture.download(PackSubject::Trek(7), PictureSize::None).unwrap();
        let summary = fixture.refresh(RefreshMode::Delta).unwrap().unwrap();
        assert_eq!(summary.removed.len(), 0, "{:?}", summary.removed);
        assert_eq!(fixture.companion().packs(None).unwrap()[0].state, PackState::Ready);
        fixture.check();
    }
}

#[test]
fn stage_of_another_portal_is_on_the_sheet_of_its_itinerary_only() {
    let mut territory = two_portals();
    let stages: Vec<Id> = territory.module("trek").iter().find(|trek| trek["id"] == 1).unwrap()["children"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(Value::as_i64)
        .collect();
    let listed = |id: &Id| territory.module("trek").iter().any(|trek| trek["id"] == *id);
    let stage = stages.into_iter().find(listed).unwrap();
    let set_portal = |territory: &mut Territory, portal: u64| {
        territory.edit_field("trek", stage.unsigned_abs(), "portal", json!([portal]));
    };
    set_portal(&mut territory, 2);
    let mut fixture = Fixture::builder().territory(territory).portals(&[1]).refreshed().build();
    let server = Arc::clone(&fixture.server);
    let listed = |fixture: &Fixture| {
        let query = TrekQuery { limit: 1_000, ..TrekQuery::default() };
        let page = fixture.companion().treks(&query, &["fr"]).unwrap();
        page.items.iter().any(|trek| trek.id == stage)
    };
    for mode in [RefreshMode::Delta, RefreshMode::Full] {
        fixture.refresh(mode).unwrap();
        let details = fixture.companion().trek_details(NAME, 1, &[]).unwrap();
        assert!(details.stages.iter().any(|other| other.trek.id == stage), "{stage}");
        assert!(!listed(&fixture), "{stage}");
    }
    set_portal(&mut server.territory(), 1);
    fixture.refresh(RefreshMode::Delta).unwrap();
    assert!(listed(&fixture), "the portal lists it now");
}
