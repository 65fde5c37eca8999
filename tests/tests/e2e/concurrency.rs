//! Threads of a process, and processes on one folder. One writes; the others read complete refreshes.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use jalon::catalogue::{NewTerritory, PackState, PackSubject, PictureSize, SearchQuery};
use jalon::companion::{DownloadOptions, Job as _, NearbyQuery, RefreshMode, RefreshOptions, TrekQuery};
use jalon::model::{Kind, Position};
use jalon::transfer::CancelToken;
use jalon::{Companion, Directories, Error};
use jalon_tests::fixture::{Fixture, NAME, TODAY, temporary_folder};
use jalon_tests::fixture_server::{Options, TestGeotrek};
use jalon_tests::generator::{Size, Territory};

/// Sets the names of all treks of a server to the number of a round.
fn rename(server: &TestGeotrek, round: usize) {
    let mut territory = server.territory();
    let ids: Vec<u64> = territory.module("trek").iter().map(|trek| trek["id"].as_u64().unwrap()).collect();
    for id in ids {
        // Some treks are published in English only.
        for language in ["fr", "en"] {
            territory.edit_text("trek", id, "name", language, &format!("Boucle tour{round}"));
        }
    }
}

fn rounds(names: impl IntoIterator<Item = String>) -> BTreeSet<String> {
    let round = |name: String| name.split("tour").nth(1).unwrap_or("none").to_owned();
    names.into_iter().map(round).collect()
}

#[test]
fn readers_during_two_refreshes_see_complete_refreshes_only() {
    let start = || {
        let options = Options { today: Some(TODAY), ..Options::default() };
        TestGeotrek::start(Territory::generate(Size { treks: 40, ..Size::default() }, 1), options)
    };
    let servers = [start(), start()];
    let folder = temporary_folder();
    let companion = Companion::open(&Directories::within(folder.path().to_owned())).unwrap();
    for (name, server) in ["one", "two"].into_iter().zip(&servers) {
        rename(server, 0);
        let new = NewTerritory { name: name.into(), url: server.url().to_owned(), ..NewTerritory::default() };
        companion.add_territory(&new).unwrap();
        companion.refresh(name, &RefreshOptions::default(), &CancelToken::default(), |_| {}).unwrap();
    }
    companion.warm_up().unwrap();
    let is_done = AtomicBool::new(false);
    let reads = std::thread::scope(|scope| {
        let refreshing: Vec<_> = ["one", "two"]
            .into_iter()
            .zip(&servers)
            .map(|(name, server)| {
                let companion = &companion;
                scope.spawn(move || {
                    for round in 1..=6 {
                        rename(server, round);
                        let options = RefreshOptions { mode: RefreshMode::Delta, ..RefreshOptions::default() };
                        let summary = companion.refresh(name, &options, &CancelToken::default(), |_| {}).unwrap();
                        assert_eq!(summary.changed[&Kind::Trek], 40);
                    }
                })
            })
            .collect();
        let reading = scope.spawn(|| {
            let mut reads = 0;
            while !is_done.load(Ordering::Acquire) {
                let hits = companion
                    .search(
                        &SearchQuery {
                            text: "boucle".to_owned(),
                            kinds: vec![Kind::Trek],
                            limit: 200,
                            ..SearchQuery::default()
                        },
                        &["fr"],
                    )
                    .unwrap();
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
                reads += 1;
            }
            reads
        });
        for thread in refreshing {
            thread.join().unwrap();
        }
        is_done.store(true, Ordering::Release);
        reading.join().unwrap()
    });
    assert!(reads > 5, "{reads}");
}

#[test]
fn suspended_companion_keeps_the_locks_of_another_in_its_process() {
    let fixture = Fixture::builder().refreshed().build();
    let [app, worker, third] = [(); 3].map(|()| fixture.companion());
    let options = RefreshOptions::default();
    let is_busy = |companion: &Companion| {
        matches!(companion.plan_refresh(NAME, &RefreshOptions::default()), Err(Error::Busy { .. }))
    };
    let mut job = worker.plan_refresh(NAME, &options).unwrap();
    app.suspend(Duration::from_secs(60)).unwrap();
    job.next().unwrap();
    assert!(is_busy(&third), "the lock of the job was released");
    app.resume().unwrap();
    job.next().unwrap();
    assert!(is_busy(&third) && is_busy(&app));
    // A companion that suspends releases its own.
    worker.suspend(Duration::from_secs(60)).unwrap();
    drop(third.plan_refresh(NAME, &options).unwrap());
}

#[test]
fn second_process_on_a_busy_territory_gets_busy() {
    let fixture = Fixture::builder().pack(PackSubject::Trek(4), PictureSize::None).build();
    let (app, worker) = (fixture.companion(), fixture.companion());
    let other = NewTerritory { name: "other".into(), url: "https://park.example".into(), ..NewTerritory::default() };
    app.add_territory(&other).unwrap();
    let is_busy = |error: Error| matches!(error, Error::Busy { .. });
    let options = DownloadOptions::default();
    let job = worker.plan_refresh(NAME, &RefreshOptions::default()).unwrap();
    assert!(is_busy(app.plan_refresh(NAME, &RefreshOptions::default()).unwrap_err()));
    assert!(is_busy(app.plan_download(NAME, &PackSubject::Trek(1), &options).unwrap_err()));
    assert!(is_busy(app.remove_pack(NAME, &PackSubject::Trek(4)).unwrap_err()));
    assert!(is_busy(app.remove_territory(NAME).unwrap_err()));
    assert!(is_busy(app.clean_up().unwrap_err()));
    // Other territories, and readers, are not affected.
    drop(app.plan_refresh("other", &RefreshOptions::default()).unwrap());
    assert_eq!(app.trek_details(NAME, 1, &Kind::ALL).unwrap().stages.len(), 2);
    drop(job);
    drop(app.plan_refresh(NAME, &RefreshOptions::default()).unwrap());
    let job = worker.plan_download(NAME, &PackSubject::Trek(1), &options).unwrap();
    assert!(is_busy(app.plan_refresh(NAME, &RefreshOptions::default()).unwrap_err()));
    drop(job);
    app.remove_pack(NAME, &PackSubject::Trek(4)).unwrap();
}

#[test]
fn changes_of_one_process_are_visible_in_another() {
    let mut fixture = Fixture::builder().refreshed().build();
    let server = Arc::clone(&fixture.server);
    let app = fixture.companion();
    app.warm_up().unwrap();
    let query = NearbyQuery { kinds: vec![Kind::Poi], limit: 99, ..NearbyQuery::default() };
    let near = || app.nearest(Position::new(6.2, 44.8), &query, &["fr"]).unwrap().len();
    let before = near();
    assert_eq!(app.packs(None).unwrap(), []);
    server.territory().add("poi");
    server.territory().edit_text("trek", 1, "name", "fr", "Boucle tour9");
    fixture.refresh(RefreshMode::Delta).unwrap();
    fixture.download(PackSubject::Trek(1), PictureSize::Small).unwrap();
    assert_eq!(app.packs(None).unwrap()[0].state, PackState::Ready);
    let treks = app.treks(&TrekQuery { limit: 9, ..TrekQuery::default() }, &["fr"]).unwrap();
    let trek = treks.items.iter().find(|trek| trek.id == 1).unwrap();
    assert!(trek.name == "Boucle tour9" && trek.stats.offline);
    assert_eq!(
        app.search(
            &SearchQuery { text: "tour9".to_owned(), kinds: vec![Kind::Trek], limit: 9, ..SearchQuery::default() },
            &["fr"]
        )
        .unwrap()
        .total,
        1
    );
    // The index in memory is rebuilt in the background.
    while near() == before {
        std::thread::yield_now();
    }
    assert_eq!(near(), before + 1);
}
