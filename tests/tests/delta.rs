//! Refreshing a territory that changes: what it costs, what it tells, and what it never takes away.

#![allow(clippy::unwrap_used, reason = "a helper of tests outside #[test] is a test all the same")]

use std::collections::{BTreeMap, BTreeSet};

use jalon::catalogue::{ChangeKind, ChangeRecord};
use jalon::companion::{Companion, RefreshMode, RefreshSummary};
use jalon::geotrek::kind_of;
use jalon::model::{Id, Kind, Object};
use jalon_tests::driver::{NAME, Stage, folder, quiet};
use jalon_tests::fixture_server::{Fault, TestGeotrek};
use jalon_tests::generator::{Change, Size, Territory};
use serde_json::json;

fn server() -> TestGeotrek {
    quiet(Territory::generate(Size { treks: 60, pois: 200, contents: 30, events: 20 }, 1))
}

fn refreshed<'s>(server: &'s TestGeotrek, folder: &tempfile::TempDir) -> Stage<'s> {
    let mut stage = Stage::new(server, folder.path()).unwrap();
    stage.refresh(RefreshMode::Auto).unwrap().unwrap();
    stage.line.forget();
    server.forget_requests();
    stage
}

fn delta(stage: &mut Stage<'_>) -> RefreshSummary {
    stage.refresh(RefreshMode::Delta).unwrap().unwrap()
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

/// ChangeKind is told of each object.
fn told(changes: &[ChangeRecord]) -> BTreeMap<(Kind, Id), (ChangeKind, Vec<String>)> {
    changes.iter().map(|change| ((change.kind, change.id), (change.change_kind, change.fields.clone()))).collect()
}

#[test]
fn where_nothing_changed_it_costs_a_few_requests_and_tells_nothing() {
    let server = server();
    let folder = folder();
    let mut stage = refreshed(&server, &folder);
    for _ in 0..3 {
        server.forget_requests();
        let before = stage.at_ms;
        let taken = delta(&mut stage);
        let requests = server.requests();
        println!("{} requests", requests.len());
        assert!(requests.len() <= 20, "{}", requests.len());
        assert!(!taken.is_full && taken.added.is_empty() && taken.changed.is_empty() && taken.removed.is_empty());
        assert_eq!(changes(&stage.open().unwrap(), before), []);
    }
    // Nor does a full refresh tell anything, though arrays came in another order.
    let taken = stage.refresh(RefreshMode::Full).unwrap().unwrap();
    assert!(taken.is_full && taken.changed.is_empty() && taken.added.is_empty(), "{taken:?}");
    assert_eq!(changes(&stage.open().unwrap(), 0), []);
}

/// The changes that a refresh can see, and whether it needs a full refresh.
fn expected(server: &TestGeotrek, seed: u64) -> (BTreeMap<Key, ChangeKind>, BTreeSet<Key>) {
    let (mut dated, mut swept) = (BTreeMap::new(), BTreeSet::new());
    for changed in server.territory().change(seed, 3.0) {
        let kind = kind_of(&changed.module);
        let key = (kind, changed.id as Id);
        match changed.change {
            Change::Relation | Change::Undated => {
                swept.insert(key);
            }
            Change::Added => _ = dated.insert(key, ChangeKind::Added),
            Change::Deleted => _ = dated.insert(key, ChangeKind::Withdrawn),
            Change::Text | Change::Geometry | Change::Attachment => _ = dated.insert(key, ChangeKind::Changed),
        }
    }
    (dated, swept)
}

#[test]
fn what_changed_is_told_and_nothing_else() {
    for seed in 0..6 {
        println!("seed {seed}");
        let server = server();
        let folder = folder();
        let mut stage = refreshed(&server, &folder);
        let (dated, swept) = expected(&server, seed);
        let before = stage.at_ms;
        delta(&mut stage);
        let companion = stage.open().unwrap();
        let told_now = told(&changes(&companion, before));
        for (key, what) in &dated {
            // An event that is over is in no list.
            let Some((told, fields)) = told_now.get(key) else {
                let is_past = key.0 == Kind::TouristicEvent;
                assert!(is_past, "{key:?} {what:?} is not told");
                continue;
            };
            assert_eq!(told, what, "{key:?}");
            assert_eq!(*told == ChangeKind::Changed, !fields.is_empty(), "{key:?} {fields:?}");
        }
        let of_deleted =
            |key: &(Kind, Id)| dated.values().any(|what| *what == ChangeKind::Withdrawn) || swept.contains(key);
        for (key, told) in &told_now {
            // ChangeKind named a deleted object forgets it, with or without a date.
            assert!(dated.contains_key(key) || of_deleted(key), "{key:?} {told:?} is told");
        }
        drop(companion);
        let before = stage.at_ms;
        stage.refresh(RefreshMode::Full).unwrap().unwrap();
        let companion = stage.open().unwrap();
        let told_later = told(&changes(&companion, before));
        for key in swept.iter().filter(|(kind, _)| *kind != Kind::Term && *kind != Kind::TouristicEvent) {
            let gone = dated.get(key) == Some(&ChangeKind::Withdrawn);
            assert!(
                told_later.contains_key(key) || told_now.contains_key(key) || gone,
                "{key:?} is not told by a full refresh"
            );
        }
        for list in ["trek", "poi", "touristiccontent", "sensitivearea", "service", "signage", "outdoor_site"] {
            let there: BTreeSet<Id> =
                server.territory().module(list).iter().map(|object| object["id"].as_i64().unwrap()).collect();
            let mut held = ids(&companion, kind_of(list));
            held.retain(|id| list != "trek" || *id != 9001);
            assert_eq!(held, there, "{list}");
        }
        drop(companion);
        stage.check();
    }
}

#[test]
fn fields_that_changed_are_named() {
    let server = server();
    let folder = folder();
    let mut stage = refreshed(&server, &folder);
    {
        let mut territory = server.territory();
        territory.edit_text("trek", 7, "description", "fr", "<p>Autre.</p>");
        territory.edit_field("trek", 8, "ascent", json!(123_456));
        territory.move_geometry("poi", 5, 0.001, 0.0);
        territory.edit_text("signage", 1, "description", "fr", "Autre.");
        territory.relate("trek", 9, "themes", &[1]);
    }
    let before = stage.at_ms;
    delta(&mut stage);
    let told_now = told(&changes(&stage.open().unwrap(), before));
    let fields = |kind, id| told_now.get(&(kind, id)).map(|(_, fields)| fields.iter().map(String::as_str).collect());
    assert_eq!(fields(Kind::Trek, 7), Some(vec!["description"]));
    assert_eq!(fields(Kind::Trek, 8), Some(vec!["ascent_m"]));
    assert_eq!(fields(Kind::Poi, 5), Some(vec!["geometry"]));
    assert_eq!(fields(Kind::Signage, 1), Some(vec!["description"]));
    assert_eq!(fields(Kind::Trek, 9), None, "no date shows it");
    assert_eq!(told_now.len(), 4, "{told_now:?}");
    let before = stage.at_ms;
    stage.refresh(RefreshMode::Full).unwrap();
    let told_now = told(&changes(&stage.open().unwrap(), before));
    assert_eq!(told_now.len(), 1, "{told_now:?}");
    assert_eq!(told_now[&(Kind::Trek, 9)], (ChangeKind::Changed, vec!["themes".to_owned()]));
}

#[test]
fn a_list_that_is_empty_or_short_takes_nobody_away() {
    for mode in [RefreshMode::Delta, RefreshMode::Full] {
        for (keep, count_agrees) in [(0, false), (0, true), (3, false)] {
            println!("{mode:?} {keep} {count_agrees}");
            let server = server();
            let folder = folder();
            let mut stage = refreshed(&server, &folder);
            let held: BTreeMap<Kind, BTreeSet<Id>> =
                Kind::ALL.into_iter().map(|kind| (kind, ids(&stage.open().unwrap(), kind))).collect();
            server.faults().add(Fault::Partial { keep, count_agrees }.on("no_page"));
            let taken = stage.refresh(mode).unwrap().unwrap();
            assert_eq!(taken.removed, BTreeMap::new());
            assert!(taken.truncated_lists.contains(&"trek".to_owned()), "{:?}", taken.truncated_lists);
            for (kind, held) in held {
                assert_eq!(ids(&stage.open().unwrap(), kind), held, "{kind}");
            }
            server.faults().rules.clear();
            let taken = stage.refresh(mode).unwrap().unwrap();
            assert_eq!((&taken.truncated_lists[..], taken.removed.len()), (&[][..], 0));
        }
    }
}

#[test]
fn whoever_a_server_says_is_gone_is_gone() {
    let server = server();
    let folder = folder();
    let mut stage = refreshed(&server, &folder);
    server.territory().delete("trek", 7);
    server.territory().delete("poi", 7);
    server.territory().unpublish("touristiccontent", 7);
    let before = stage.at_ms;
    let taken = delta(&mut stage);
    let one = |kind| taken.removed.get(&kind).copied();
    assert_eq!([one(Kind::Trek), one(Kind::Poi), one(Kind::TouristicContent)], [Some(1), Some(1), Some(1)]);
    let companion = stage.open().unwrap();
    let gone = changes(&companion, before).into_iter().filter(|change| change.change_kind == ChangeKind::Withdrawn);
    assert_eq!(gone.map(|change| change.id).collect::<Vec<_>>(), [7, 7, 7]);
    assert!(companion.trek_details(NAME, 7, &[]).is_err());
}

#[test]
fn a_refresh_that_dies_and_goes_on_tells_the_same() {
    let one = |deaths: bool| {
        let server = server();
        let folder = folder();
        let mut stage = refreshed(&server, &folder);
        server.territory().change(5, 4.0);
        let before = stage.at_ms;
        let mut died = 0;
        for step in (0..).step_by(3) {
            stage.line.die_after_steps(deaths.then_some(step));
            if stage.refresh(RefreshMode::Delta).unwrap().is_some() {
                break;
            }
            died += 1;
        }
        assert!(died > 3 || !deaths, "{died}");
        assert!(stage.line.came().values().all(|came| came.again == 0));
        stage.line.die_after_steps(None);
        stage.check();
        told(&changes(&stage.open().unwrap(), before))
    };
    let whole = one(false);
    assert!(whole.len() > 10);
    assert_eq!(one(true), whole);
}

#[test]
fn a_clock_that_jumps_loses_nothing() {
    const YEAR_MS: i64 = 366 * 24 * 3_600 * 1_000;
    for jump in [-3 * YEAR_MS, YEAR_MS * 3, -1, 12 * 3_600 * 1_000] {
        println!("{jump} ms");
        let server = server();
        let folder = folder();
        let mut stage = refreshed(&server, &folder);
        for round in 0..4_usize {
            let text = format!("<p>Tour {round}.</p>");
            {
                let mut territory = server.territory();
                territory.edit_text("trek", 7, "description", "fr", &text);
                territory.edit_text("signage", 1, "description", "fr", &text);
                territory.edit_text("outdoor_site", 1, "description", "fr", &text);
            }
            stage.at_ms += if round.is_multiple_of(2) { jump } else { -jump };
            delta(&mut stage);
            let companion = stage.open().unwrap();
            let territory = companion.catalogue().territory(NAME).unwrap();
            for (kind, id) in [(Kind::Trek, 7), (Kind::Signage, 1), (Kind::Site, 1)] {
                let object =
                    serde_json::to_string(&companion.catalogue().object(&territory, kind, id).unwrap()).unwrap();
                assert!(object.contains(&format!("Tour {round}.")), "{kind} in round {round}");
            }
            let latest = companion.catalogue().change_history(&territory, None).unwrap();
            assert_eq!(latest.len(), 3, "round {round}: {latest:?}");
            assert!(latest.iter().all(|change| change.at_ms == stage.at_ms), "round {round}: {latest:?}");
            assert_eq!(changes(&companion, i64::MIN).len(), 3 * (round + 1), "round {round}");
        }
        stage.check();
    }
}
