//! Refreshes of a territory that changes: the requests, the recorded changes, and what is never deleted.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, LazyLock};

use jalon::Companion;
use jalon::catalogue::{ChangeKind, ChangeRecord};
use jalon::companion::{RefreshMode, RefreshSummary};
use jalon::geotrek::kind_of;
use jalon::model::{Id, Kind, Object};
use jalon_tests::fixture::{Fixture, NAME, Snapshot};
use jalon_tests::fixture_server::{Fault, TestGeotrek};
use jalon_tests::generator::{EditKind, Size, Territory};
use serde_json::json;

static REFRESHED: LazyLock<Snapshot> = LazyLock::new(|| {
    println!("territory of seed 1");
    let size = Size { treks: 60, pois: 200, contents: 30, events: 20 };
    Fixture::builder().territory(Territory::generate(size, 1)).refreshed().snapshot()
});

fn delta(fixture: &mut Fixture) -> RefreshSummary {
    fixture.refresh(RefreshMode::Delta).unwrap().unwrap()
}

fn changes(companion: &Companion, after_ms: i64) -> Vec<ChangeRecord> {
    let territory = companion.catalogue().territory(NAME).unwrap();
    companion.catalogue().change_history(&territory, Some(after_ms)).unwrap()
}

fn ids(companion: &Companion, kind: Kind) -> BTreeSet<Id> {
    let territory = companion.catalogue().territory(NAME).unwrap();
    companion.catalogue().objects(&territory, kind).unwrap().iter().map(Object::id).collect()
}

type Key = (Kind, Id);

/// The recorded change of each object.
fn by_object(changes: &[ChangeRecord]) -> BTreeMap<(Kind, Id), (ChangeKind, Vec<String>)> {
    changes.iter().map(|change| ((change.kind, change.id), (change.change_kind, change.fields.clone()))).collect()
}

#[test]
fn refresh_without_changes_makes_few_requests_and_records_nothing() {
    let mut fixture = REFRESHED.restore();
    let server = Arc::clone(&fixture.server);
    for _ in 0..3 {
        server.forget_requests();
        let before = fixture.now_ms;
        let summary = delta(&mut fixture);
        let requests = server.requests();
        println!("{} requests", requests.len());
        assert!(requests.len() <= 20, "{}", requests.len());
        assert!(
            !summary.is_full && summary.added.is_empty() && summary.changed.is_empty() && summary.removed.is_empty()
        );
        assert_eq!(changes(&fixture.companion(), before), []);
    }
    // A full refresh records nothing either, although arrays have another order.
    let summary = fixture.refresh(RefreshMode::Full).unwrap().unwrap();
    assert!(summary.is_full && summary.changed.is_empty() && summary.added.is_empty(), "{summary:?}");
    assert_eq!(changes(&fixture.companion(), 0), []);
}

/// Edits the territory. Returns the changes that a delta refresh sees, and the objects whose change only a full refresh sees.
fn edit(server: &TestGeotrek, seed: u64) -> (BTreeMap<Key, ChangeKind>, BTreeSet<Key>) {
    let (mut dated, mut undated) = (BTreeMap::new(), BTreeSet::new());
    for edit in server.territory().change(seed, 3.0) {
        let key = (kind_of(&edit.module), edit.id as Id);
        match edit.kind {
            EditKind::Relation | EditKind::Undated => {
                undated.insert(key);
            }
            EditKind::Added => _ = dated.insert(key, ChangeKind::Added),
            EditKind::Deleted => _ = dated.insert(key, ChangeKind::Withdrawn),
            EditKind::Text | EditKind::Geometry | EditKind::Attachment => _ = dated.insert(key, ChangeKind::Changed),
        }
    }
    (dated, undated)
}

#[test]
fn refresh_after_edits_records_these_changes_only() {
    for seed in 0..6 {
        println!("seed {seed}");
        let mut fixture = REFRESHED.restore();
        let server = Arc::clone(&fixture.server);
        let (dated, undated) = edit(&server, seed);
        let before = fixture.now_ms;
        delta(&mut fixture);
        let companion = fixture.companion();
        let recorded = by_object(&changes(&companion, before));
        for (key, expected) in &dated {
            // Past events are not listed.
            let Some((change, fields)) = recorded.get(key) else {
                let is_past = key.0 == Kind::TouristicEvent;
                assert!(is_past, "{key:?} {expected:?} is not recorded");
                continue;
            };
            assert_eq!(change, expected, "{key:?}");
            assert_eq!(*change == ChangeKind::Changed, !fields.is_empty(), "{key:?} {fields:?}");
        }
        // An object that referred to a deleted object changes, too.
        let may_refer_to_deleted =
            |key: &Key| dated.values().any(|kind| *kind == ChangeKind::Withdrawn) || undated.contains(key);
        for (key, change) in &recorded {
            assert!(dated.contains_key(key) || may_refer_to_deleted(key), "{key:?} {change:?} is recorded");
        }
        drop(companion);
        let before = fixture.now_ms;
        fixture.refresh(RefreshMode::Full).unwrap().unwrap();
        let companion = fixture.companion();
        let recorded_later = by_object(&changes(&companion, before));
        for key in undated.iter().filter(|(kind, _)| *kind != Kind::Term && *kind != Kind::TouristicEvent) {
            let is_deleted = dated.get(key) == Some(&ChangeKind::Withdrawn);
            assert!(
                recorded_later.contains_key(key) || recorded.contains_key(key) || is_deleted,
                "{key:?} is not recorded by a full refresh"
            );
        }
        for list in ["trek", "poi", "touristiccontent", "sensitivearea", "service", "signage", "outdoor_site"] {
            let expected: BTreeSet<Id> =
                server.territory().module(list).iter().map(|object| object["id"].as_i64().unwrap()).collect();
            let mut held = ids(&companion, kind_of(list));
            held.retain(|id| list != "trek" || *id != 9001);
            assert_eq!(held, expected, "{list}");
        }
        drop(companion);
        fixture.check();
    }
}

#[test]
fn change_record_names_the_changed_fields() {
    let mut fixture = REFRESHED.restore();
    let server = Arc::clone(&fixture.server);
    {
        let mut territory = server.territory();
        territory.edit_text("trek", 7, "description", "fr", "<p>Autre.</p>");
        territory.edit_field("trek", 8, "ascent", json!(123_456));
        territory.move_geometry("poi", 5, 0.001, 0.0);
        territory.edit_text("signage", 1, "description", "fr", "Autre.");
        territory.relate("trek", 9, "themes", &[1]);
    }
    let before = fixture.now_ms;
    delta(&mut fixture);
    let recorded = by_object(&changes(&fixture.companion(), before));
    let fields = |kind, id| recorded.get(&(kind, id)).map(|(_, fields)| fields.iter().map(String::as_str).collect());
    assert_eq!(fields(Kind::Trek, 7), Some(vec!["description"]));
    assert_eq!(fields(Kind::Trek, 8), Some(vec!["ascent_m"]));
    assert_eq!(fields(Kind::Poi, 5), Some(vec!["geometry"]));
    assert_eq!(fields(Kind::Signage, 1), Some(vec!["description"]));
    assert_eq!(fields(Kind::Trek, 9), None, "a relation has no date");
    assert_eq!(recorded.len(), 4, "{recorded:?}");
    let before = fixture.now_ms;
    fixture.refresh(RefreshMode::Full).unwrap();
    let recorded = by_object(&changes(&fixture.companion(), before));
    assert_eq!(recorded.len(), 1, "{recorded:?}");
    assert_eq!(recorded[&(Kind::Trek, 9)], (ChangeKind::Changed, vec!["themes".to_owned()]));
}

#[test]
fn empty_or_truncated_list_deletes_nothing() {
    for mode in [RefreshMode::Delta, RefreshMode::Full] {
        for (keep, count_agrees) in [(0, false), (0, true), (3, false)] {
            println!("{mode:?} {keep} {count_agrees}");
            let mut fixture = REFRESHED.restore();
            let server = Arc::clone(&fixture.server);
            let held: BTreeMap<Kind, BTreeSet<Id>> =
                Kind::ALL.into_iter().map(|kind| (kind, ids(&fixture.companion(), kind))).collect();
            server.faults().add(Fault::TruncatedList { keep, count_agrees }.on("no_page"));
            let summary = fixture.refresh(mode).unwrap().unwrap();
            assert_eq!(summary.removed, BTreeMap::new());
            assert!(summary.truncated_lists.contains(&"trek".to_owned()), "{:?}", summary.truncated_lists);
            for (kind, held) in held {
                assert_eq!(ids(&fixture.companion(), kind), held, "{kind}");
            }
            server.faults().rules.clear();
            let summary = fixture.refresh(mode).unwrap().unwrap();
            assert_eq!((&summary.truncated_lists[..], summary.removed.len()), (&[][..], 0));
        }
    }
}

#[test]
fn deleted_and_unpublished_objects_are_withdrawn() {
    let mut fixture = REFRESHED.restore();
    let server = Arc::clone(&fixture.server);
    server.territory().delete("trek", 7);
    server.territory().delete("poi", 7);
    server.territory().unpublish("touristiccontent", 7);
    let before = fixture.now_ms;
    let summary = delta(&mut fixture);
    let removed = |kind| summary.removed.get(&kind).copied();
    assert_eq!([removed(Kind::Trek), removed(Kind::Poi), removed(Kind::TouristicContent)], [Some(1), Some(1), Some(1)]);
    let companion = fixture.companion();
    let withdrawn =
        changes(&companion, before).into_iter().filter(|change| change.change_kind == ChangeKind::Withdrawn);
    assert_eq!(withdrawn.map(|change| change.id).collect::<Vec<_>>(), [7, 7, 7]);
    assert!(companion.trek_details(NAME, 7, &[]).is_err());
}

#[test]
fn killed_and_resumed_refresh_records_the_same_changes() {
    let refresh = |with_kills: bool| {
        let mut fixture = REFRESHED.restore();
        let server = Arc::clone(&fixture.server);
        server.territory().change(5, 4.0);
        let before = fixture.now_ms;
        let mut kills = 0;
        for step in (0..).step_by(3) {
            fixture.driver.kill_after_steps(with_kills.then_some(step));
            if fixture.refresh(RefreshMode::Delta).unwrap().is_some() {
                break;
            }
            kills += 1;
        }
        assert!(kills > 3 || !with_kills, "{kills}");
        assert!(fixture.driver.fetches().values().all(|fetch| fetch.repeated == 0));
        fixture.driver.kill_after_steps(None);
        fixture.check();
        by_object(&changes(&fixture.companion(), before))
    };
    let expected = refresh(false);
    assert!(expected.len() > 10);
    assert_eq!(refresh(true), expected);
}

#[test]
fn refresh_after_clock_jumps_loses_no_change() {
    const YEAR_MS: i64 = 366 * 24 * 3_600 * 1_000;
    for jump in [-3 * YEAR_MS, YEAR_MS * 3, -1, 12 * 3_600 * 1_000] {
        println!("{jump} ms");
        let mut fixture = REFRESHED.restore();
        let server = Arc::clone(&fixture.server);
        for round in 0..4_usize {
            let text = format!("<p>Tour {round}.</p>");
            {
                let mut territory = server.territory();
                territory.edit_text("trek", 7, "description", "fr", &text);
                territory.edit_text("signage", 1, "description", "fr", &text);
                territory.edit_text("outdoor_site", 1, "description", "fr", &text);
            }
            fixture.now_ms += if round.is_multiple_of(2) { jump } else { -jump };
            delta(&mut fixture);
            let companion = fixture.companion();
            let territory = companion.catalogue().territory(NAME).unwrap();
            for (kind, id) in [(Kind::Trek, 7), (Kind::Signage, 1), (Kind::Site, 1)] {
                let object =
                    serde_json::to_string(&companion.catalogue().object(&territory, kind, id).unwrap()).unwrap();
                assert!(object.contains(&format!("Tour {round}.")), "{kind} in round {round}");
            }
            let latest = companion.catalogue().change_history(&territory, None).unwrap();
            assert_eq!(latest.len(), 3, "round {round}: {latest:?}");
            assert!(latest.iter().all(|change| change.at_ms == fixture.now_ms), "round {round}: {latest:?}");
            assert_eq!(changes(&companion, i64::MIN).len(), 3 * (round + 1), "round {round}");
        }
        fixture.check();
    }
}

#[test]
fn list_that_becomes_empty_is_withdrawn_at_the_second_refresh() {
    for mode in [RefreshMode::Delta, RefreshMode::Full] {
        for (list, kind) in [
            ("touristicevent", Kind::TouristicEvent),
            ("service", Kind::Service),
            ("flatpage", Kind::FlatPage),
            ("hdviewpoint", Kind::HdView),
            ("menu_item", Kind::MenuItem),
        ] {
            if mode == RefreshMode::Delta && matches!(kind, Kind::HdView | Kind::MenuItem) {
                continue; // These lists are read daily.
            }
            println!("{mode:?} {list}");
            let mut fixture = REFRESHED.restore();
            let server = Arc::clone(&fixture.server);
            let held = ids(&fixture.companion(), kind);
            assert!(!held.is_empty());
            let objects = std::mem::take(server.territory().modules.get_mut(list).unwrap());
            let summary = fixture.refresh(mode).unwrap().unwrap();
            assert_eq!((summary.empty_lists, summary.removed.len()), (vec![list.to_owned()], 0));
            assert_eq!(ids(&fixture.companion(), kind), held, "one answer deletes nothing");
            // Objects that are back end the count of empty answers.
            server.territory().modules.insert(list.to_owned(), objects.clone());
            assert_eq!(fixture.refresh(mode).unwrap().unwrap().empty_lists, Vec::<String>::new());
            server.territory().modules.insert(list.to_owned(), Vec::new());
            assert_eq!(fixture.refresh(mode).unwrap().unwrap().empty_lists, [list]);
            let summary = fixture.refresh(mode).unwrap().unwrap();
            assert_eq!((summary.empty_lists, summary.truncated_lists), (Vec::new(), Vec::new()));
            assert_eq!(summary.removed.into_iter().collect::<Vec<_>>(), [(kind, held.len() as u64)]);
            assert!(ids(&fixture.companion(), kind).is_empty());
            fixture.check();
        }
    }
}

#[test]
fn vocabulary_that_becomes_empty_is_withdrawn_at_the_second_full_refresh() {
    let mut fixture = REFRESHED.restore();
    let server = Arc::clone(&fixture.server);
    server.territory().modules.insert("feedback_category".into(), Vec::new());
    let labels = |fixture: &Fixture| fixture.companion().catalogue().labels("feedback_category").unwrap().len();
    let before = labels(&fixture);
    fixture.refresh(RefreshMode::Full).unwrap();
    assert!(before > 0 && labels(&fixture) == before);
    fixture.refresh(RefreshMode::Full).unwrap();
    assert_eq!(labels(&fixture), 0);
}
