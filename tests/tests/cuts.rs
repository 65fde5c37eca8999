//! A process that dies at every byte, and at every step, of what it fetches: the next one goes on, nothing that had come
//! comes twice, and the end is the same.

#![allow(clippy::unwrap_used, reason = "a helper of tests outside #[test] is a test all the same")]

use std::sync::atomic::{AtomicU64, Ordering};

use jalon::catalogue::{PackState, PackSubject, PictureSize};
use jalon::companion::RefreshMode;
use jalon_tests::driver::{NAME, Stage, copy, folder, quiet};
use jalon_tests::fixture_server::TestGeotrek;
use jalon_tests::generator::Territory;

/// The second stage: what belongs to it comes in fewer bytes than what belongs to the itinerary.
const SUBJECT: PackSubject = PackSubject::Trek(4);

/// Nothing that had come was fetched again, and of files not even a byte.
fn check_counts(stage: &Stage<'_>, server: &TestGeotrek, when: &str) {
    for (url, came) in stage.line.came() {
        assert_eq!(came.again, 0, "{when}: {url} came whole, and was fetched again");
        if url.contains("/media/") {
            let answer = server.ask("GET", url, &[]).unwrap();
            assert_eq!(came.bytes, answer.body.len() as u64, "{when}: {url}");
        }
    }
}

/// ChangeKind a refresh took in, whatever order its arrays came in.
fn contents(stage: &Stage<'_>) -> Vec<String> {
    let companion = stage.open().unwrap();
    let territory = companion.catalogue().territory(NAME).unwrap();
    let mut all = Vec::new();
    for kind in jalon::model::Kind::ALL {
        for object in companion.catalogue().objects(&territory, kind).unwrap() {
            all.push(format!("{kind} {} {:?}", object.id(), object.name()));
        }
    }
    all.sort();
    all
}

fn prepared(server: &TestGeotrek) -> tempfile::TempDir {
    let folder = folder();
    let mut stage = Stage::new(server, folder.path()).unwrap();
    stage.refresh(RefreshMode::Auto).unwrap().unwrap();
    folder
}

/// How a download goes that dies once.
#[derive(Clone, Copy, Debug)]
enum Death {
    Byte(u64),
    Step(u64),
}

fn download_through(server: &TestGeotrek, prepared: &std::path::Path, death: Death) -> bool {
    let folder = folder();
    copy(prepared, folder.path()).unwrap();
    let mut stage = Stage::at(server, folder.path());
    match death {
        Death::Byte(bytes) => stage.line.die_after_bytes(Some(bytes)),
        Death::Step(steps) => stage.line.die_after_steps(Some(steps)),
    }
    let died = stage.download(SUBJECT, PictureSize::Small).unwrap().is_none();
    stage.line.die_after_bytes(None);
    stage.line.die_after_steps(None);
    if died {
        if matches!(death, Death::Step(_)) {
            let companion = stage.open().unwrap();
            let states: Vec<PackState> = companion.packs(None).unwrap().iter().map(|pack| pack.state).collect();
            assert!(states == [PackState::Planned] || states == [PackState::Partial], "{death:?}: {states:?}");
            assert!(!companion.catalogue().was_damaged());
        }
        let pack = stage.download(SUBJECT, PictureSize::Small).unwrap().unwrap();
        assert_eq!(pack.state, PackState::Ready, "{death:?}");
    }
    check_counts(&stage, server, &format!("{death:?}"));
    stage.check();
    died
}

#[test]
fn a_pack_that_was_cut_at_any_byte_goes_on_there() {
    let server = quiet(Territory::small(1));
    let prepared = prepared(&server);
    let next = AtomicU64::new(0);
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let run = || {
        let mut last = 0;
        loop {
            last = next.fetch_add(1, Ordering::Relaxed).max(last);
            if !download_through(&server, prepared.path(), Death::Byte(last)) {
                return last;
            }
        }
    };
    let bytes = std::thread::scope(|scope| {
        let all: Vec<_> = (0..threads).map(|_| scope.spawn(run)).collect();
        all.into_iter().map(|thread| thread.join().unwrap()).min().unwrap()
    });
    println!("{bytes} bytes");
    assert!((2_000..20_000).contains(&bytes), "{bytes}");
}

#[test]
fn a_pack_that_was_cut_at_any_step_goes_on_there() {
    let server = quiet(Territory::small(1));
    let prepared = prepared(&server);
    let mut steps = 0;
    while download_through(&server, prepared.path(), Death::Step(steps)) {
        steps += 1;
    }
    println!("{steps} steps");
    assert!(steps > 50, "{steps}");
}

#[test]
fn a_refresh_that_was_cut_goes_on_there() {
    let server = quiet(Territory::small(1));
    let whole = prepared(&server);
    let expected = contents(&Stage::at(&server, whole.path()));
    let run = |death: Death| {
        let folder = folder();
        let mut stage = Stage::new(&server, folder.path()).unwrap();
        match death {
            Death::Byte(bytes) => stage.line.die_after_bytes(Some(bytes)),
            Death::Step(steps) => stage.line.die_after_steps(Some(steps)),
        }
        let died = stage.refresh(RefreshMode::Auto).unwrap().is_none();
        stage.line.die_after_bytes(None);
        stage.line.die_after_steps(None);
        if died {
            let companion = stage.open().unwrap();
            let territory = companion.catalogue().territory(NAME).unwrap();
            assert_eq!(territory.refreshed_ms, None, "{death:?}");
            drop(companion);
            stage.refresh(RefreshMode::Auto).unwrap().unwrap();
        }
        check_counts(&stage, &server, &format!("{death:?}"));
        assert_eq!(contents(&stage), expected, "{death:?}");
        stage.check();
        (died, stage.line.bytes())
    };
    let (_, all) = run(Death::Byte(u64::MAX));
    println!("{all} bytes");
    let every = all / 97;
    for n in 0..=97 {
        run(Death::Byte(n * every + n % 13));
    }
    let mut steps = 0;
    while run(Death::Step(steps)).0 {
        steps += 7;
    }
    assert!(steps > 100, "{steps}");
}

#[test]
fn one_that_dies_again_and_again_gets_there() {
    for seed in 0..8_u64 {
        println!("seed {seed}");
        let server = quiet(Territory::small(1));
        let folder = folder();
        let mut stage = Stage::new(&server, folder.path()).unwrap();
        let mut deaths = 0_u64;
        let mut at = |stage: &mut Stage<'_>| {
            deaths += 1;
            let jitter = (deaths * 7_919 + seed * 104_729) % 2_003;
            stage.line.die_after_bytes(jitter.is_multiple_of(2).then_some(jitter));
            stage.line.die_after_steps((!jitter.is_multiple_of(2)).then_some(jitter % 17));
        };
        at(&mut stage);
        while stage.refresh(RefreshMode::Auto).unwrap().is_none() {
            at(&mut stage);
        }
        check_counts(&stage, &server, "refresh");
        stage.line.forget();
        at(&mut stage);
        while stage.download(SUBJECT, PictureSize::Small).unwrap().is_none() {
            at(&mut stage);
        }
        assert!(deaths > 10, "{deaths}");
        check_counts(&stage, &server, "download");
        stage.check();
    }
}
