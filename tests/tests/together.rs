//! Several at once: threads of a process, and processes on one folder. One works, the others read what is whole.

#![allow(clippy::unwrap_used, reason = "a helper of tests outside #[test] is a test all the same")]

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};

use jalon::Error;
use jalon::catalogue::{NewTerritory, PackState, PackSubject, PictureSize};
use jalon::companion::{Companion, Directories, DownloadOptions, NearbyQuery, RefreshMode, RefreshOptions, TrekQuery};
use jalon::model::{Kind, Position};
use jalon::net::CancelToken;
use jalon_tests::driver::{NAME, Stage, TODAY, folder, quiet};
use jalon_tests::fixture_server::{Options, TestGeotrek};
use jalon_tests::generator::{Size, Territory};

/// Every name of the server's treks says which round it is of.
fn rename(server: &TestGeotrek, round: usize) {
    let mut territory = server.territory();
    let ids: Vec<u64> = territory.module("trek").iter().map(|trek| trek["id"].as_u64().unwrap()).collect();
    for id in ids {
        territory.edit_text("trek", id, "name", "fr", &format!("Boucle tour{round}"));
    }
}

fn rounds(names: impl IntoIterator<Item = String>) -> BTreeSet<String> {
    let round = |name: String| name.split("tour").nth(1).unwrap_or("none").to_owned();
    names.into_iter().map(round).collect()
}

#[test]
fn two_territories_are_refreshed_while_somebody_searches_and_nobody_sees_half_of_one() {
    let start = || {
        let options = Options { today: Some(TODAY), ..Options::default() };
        TestGeotrek::start(Territory::generate(Size { treks: 40, ..Size::default() }, 1), options)
    };
    let servers = [start(), start()];
    let folder = folder();
    let companion = Companion::open(&Directories::within(folder.path().to_owned())).unwrap();
    for (name, server) in ["one", "two"].into_iter().zip(&servers) {
        rename(server, 0);
        let new = NewTerritory { name: name.into(), url: server.url().to_owned(), ..NewTerritory::default() };
        companion.add_territory(&new).unwrap();
        companion.refresh(name, &RefreshOptions::default(), &CancelToken::default(), |_| {}).unwrap();
    }
    companion.warm_up().unwrap();
    let is_done = AtomicBool::new(false);
    let looked = std::thread::scope(|scope| {
        let refreshing: Vec<_> = ["one", "two"]
            .into_iter()
            .zip(&servers)
            .map(|(name, server)| {
                let companion = &companion;
                scope.spawn(move || {
                    for round in 1..=6 {
                        rename(server, round);
                        let options = RefreshOptions { mode: RefreshMode::Delta, ..RefreshOptions::default() };
                        let taken = companion.refresh(name, &options, &CancelToken::default(), |_| {}).unwrap();
                        assert_eq!(taken.changed[&Kind::Trek], 40);
                    }
                })
            })
            .collect();
        let looking = scope.spawn(|| {
            let mut looked = 0;
            while !is_done.load(Ordering::Acquire) {
                let hits = companion.catalogue().search("boucle", &[Kind::Trek], &["fr"], 200, 0).unwrap();
                let treks = companion.treks(&TrekQuery { limit: 200, ..TrekQuery::default() }, &["fr"]).unwrap();
                let query = NearbyQuery { kinds: vec![Kind::Trek], limit: 200, ..NearbyQuery::default() };
                let near = companion.nearest(Position::new(6.2, 44.8), &query, &["fr"]).unwrap();
                for name in ["one", "two"] {
                    let of = |territory: &str| territory == name;
                    let hits = hits.items.iter().filter(|hit| of(&hit.territory)).map(|hit| hit.name.clone());
                    let treks = treks.items.iter().filter(|trek| of(&trek.territory)).map(|trek| trek.name.clone());
                    let near = near.iter().filter(|near| of(&near.territory)).map(|near| near.name.clone());
                    for names in [rounds(hits), rounds(treks), rounds(near)] {
                        assert_eq!(names.len(), 1, "{names:?}");
                    }
                }
                looked += 1;
            }
            looked
        });
        for thread in refreshing {
            thread.join().unwrap();
        }
        is_done.store(true, Ordering::Release);
        looking.join().unwrap()
    });
    assert!(looked > 5, "{looked}");
}

#[test]
fn one_process_works_and_the_other_is_told() {
    let server = quiet(Territory::small(1));
    let folder = folder();
    let mut stage = Stage::new(&server, folder.path()).unwrap();
    stage.refresh(RefreshMode::Auto).unwrap();
    stage.download(PackSubject::Trek(4), PictureSize::None).unwrap();
    let (app, worker) = (stage.open().unwrap(), stage.open().unwrap());
    let other = NewTerritory { name: "other".into(), url: "https://park.example".into(), ..NewTerritory::default() };
    app.add_territory(&other).unwrap();
    let is_busy = |error: Error| matches!(error, Error::Busy { .. });
    let options = DownloadOptions::default();
    let work = worker.plan_refresh(NAME, &RefreshOptions::default()).unwrap();
    assert!(is_busy(app.plan_refresh(NAME, &RefreshOptions::default()).unwrap_err()));
    assert!(is_busy(app.plan_download(NAME, &PackSubject::Trek(1), &options).unwrap_err()));
    assert!(is_busy(app.remove_pack(NAME, &PackSubject::Trek(4)).unwrap_err()));
    assert!(is_busy(app.remove_territory(NAME).unwrap_err()));
    assert!(is_busy(app.clean_up().unwrap_err()));
    // Another territory is another matter, and reading waits for nobody.
    drop(app.plan_refresh("other", &RefreshOptions::default()).unwrap());
    assert_eq!(app.trek_details(NAME, 1, &Kind::ALL).unwrap().stages.len(), 2);
    drop(work);
    drop(app.plan_refresh(NAME, &RefreshOptions::default()).unwrap());
    let work = worker.plan_download(NAME, &PackSubject::Trek(1), &options).unwrap();
    assert!(is_busy(app.plan_refresh(NAME, &RefreshOptions::default()).unwrap_err()));
    drop(work);
    app.remove_pack(NAME, &PackSubject::Trek(4)).unwrap();
}

#[test]
fn what_one_process_writes_the_other_sees() {
    let server = quiet(Territory::small(1));
    let folder = folder();
    let mut stage = Stage::new(&server, folder.path()).unwrap();
    stage.refresh(RefreshMode::Auto).unwrap();
    let app = stage.open().unwrap();
    app.warm_up().unwrap();
    let query = NearbyQuery { kinds: vec![Kind::Poi], limit: 99, ..NearbyQuery::default() };
    let near = || app.nearest(Position::new(6.2, 44.8), &query, &["fr"]).unwrap().len();
    let before = near();
    assert_eq!(app.packs(None).unwrap(), []);
    server.territory().add("poi");
    server.territory().edit_text("trek", 1, "name", "fr", "Boucle tour9");
    stage.refresh(RefreshMode::Delta).unwrap();
    stage.download(PackSubject::Trek(1), PictureSize::Small).unwrap();
    assert_eq!(app.packs(None).unwrap()[0].state, PackState::Ready);
    let treks = app.treks(&TrekQuery { limit: 9, ..TrekQuery::default() }, &["fr"]).unwrap();
    let trek = treks.items.iter().find(|trek| trek.id == 1).unwrap();
    assert!(trek.name == "Boucle tour9" && trek.stats.offline);
    assert_eq!(app.catalogue().search("tour9", &[Kind::Trek], &["fr"], 9, 0).unwrap().total, 1);
    // The index in memory is built anew behind the questions.
    while near() == before {
        std::thread::yield_now();
    }
    assert_eq!(near(), before + 1);
}
