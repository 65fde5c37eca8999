//! Packs over real sockets, with the driver that apps use: cut in the head and in the body, slow, lying, signed out.

#![allow(clippy::unwrap_used, reason = "a helper of tests outside #[test] is a test all the same")]

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use jalon::catalogue::{NewTerritory, Pack, PackState, PackSubject, PictureSize};
use jalon::companion::{Companion, Directories, DownloadOptions, RefreshMode, RefreshOptions};
use jalon::net::{CancelToken, ClientOptions as Net};
use jalon::{Error, Result};
use jalon_tests::driver::{NAME, Stage, TODAY, folder};
use jalon_tests::fixture_server::{Fault, Options, Rule, TestGeotrek};
use jalon_tests::generator::Territory;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

const SUBJECT: PackSubject = PackSubject::Trek(1);

fn server() -> TestGeotrek {
    let options = Options { today: Some(TODAY), media_bytes: Some(300), ..Options::default() };
    TestGeotrek::start(Territory::small(1), options)
}

/// Nobody waits between two tries: those are the test's.
fn options() -> RefreshOptions {
    let net = Net { read_timeout: Duration::from_millis(400), ..Net::default() };
    RefreshOptions { max_attempts: 1, net, ..RefreshOptions::default() }
}

fn open(folder: &Path) -> Companion {
    Companion::open(&Directories::within(folder.to_owned())).unwrap()
}

fn refreshed(server: &TestGeotrek) -> tempfile::TempDir {
    let folder = folder();
    let companion = open(folder.path());
    let url = server.url().to_owned();
    companion.add_territory(&NewTerritory { name: NAME.into(), url, ..NewTerritory::default() }).unwrap();
    companion.refresh(NAME, &RefreshOptions::default(), &CancelToken::default(), |_| {}).unwrap();
    server.forget_requests();
    folder
}

fn download(companion: &Companion, options: RefreshOptions) -> Result<Pack> {
    let options = DownloadOptions { pictures: PictureSize::Small, fetch: options };
    companion.download(NAME, &SUBJECT, &options, &CancelToken::default(), |_| {})
}

/// Downloads until the pack is ready, in a process of its own each time; gives how often that took.
fn until_ready(folder: &Path) -> usize {
    for times in 1..40 {
        match download(&open(folder), options()) {
            Ok(pack) if pack.state == PackState::Ready => return times,
            Ok(_) | Err(Error::Offline { .. } | Error::Server { .. }) => {}
            Err(other) => panic!("{other}"),
        }
    }
    panic!("it never was ready");
}

/// Bytes of bodies that left, and whole answers, by path.
fn left(server: &TestGeotrek) -> BTreeMap<String, (usize, usize, usize)> {
    let mut left: BTreeMap<String, (usize, usize, usize)> = BTreeMap::new();
    for request in server.requests() {
        let (bytes, whole, _) = left.entry(request.path.clone()).or_default();
        *bytes += request.wire;
        *whole += usize::from(request.status == 200 && request.range.is_none() && request.wire == request.bytes);
        left.entry(request.path).or_default().2 = request.bytes.max(1);
    }
    left
}

#[test]
fn a_pack_cut_anywhere_on_the_wire_goes_on_there() {
    let server = server();
    let mut cut_media = 0;
    for seed in 0..24 {
        println!("seed {seed}");
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        server.faults().rules.clear();
        let folder = refreshed(&server);
        for _ in 0..6 {
            let fault = match rng.random_range(0..3) {
                0 => Fault::CutWire(rng.random_range(0..700)),
                _ => Fault::CutBody(rng.random_range(0..300)),
            };
            let part = if rng.random_bool(0.8) { "/media/" } else { "/api/v2/" };
            server.faults().add(Rule::from(fault).on(part).after(rng.random_range(0..20)).times(1));
        }
        let times = until_ready(folder.path());
        println!("ready after {times}");
        let sizes: BTreeMap<String, usize> = Stage::at(&server, folder.path())
            .files()
            .into_iter()
            .map(|(url, path)| (url, path.metadata().unwrap().len() as usize))
            .collect();
        for (path, (bytes, whole, _)) in left(&server) {
            if let Some(size) = sizes.get(&format!("{}{path}", server.url())) {
                assert_eq!(bytes, *size, "{path}");
                cut_media += usize::from(whole == 0);
            } else {
                assert!(whole <= 1, "{path}: {whole} times whole");
            }
        }
        server.faults().rules.clear();
        Stage::at(&server, folder.path()).check();
    }
    assert!(cut_media > 20, "{cut_media}");
}

#[test]
fn a_server_that_is_busy_is_waited_for_and_one_that_is_gone_leaves_what_there_was() {
    let server = server();
    let folder = refreshed(&server);
    for (status, retry_after) in [(429, Some("0")), (500, None), (503, Some("1"))] {
        let fault = Fault::Status { status, retry_after: retry_after.map(str::to_owned) };
        server.faults().add(Rule::from(fault).on("near_trek").times(1));
    }
    let patient = RefreshOptions { max_attempts: 5, ..options() };
    let pack = download(&open(folder.path()), patient.clone()).unwrap();
    assert_eq!(pack.state, PackState::Ready);
    assert!(server.faults().rules.iter().all(|rule| rule.hits() == 1));
    server.faults().rules.clear();
    server.territory().replace_attachment("trek", 1, 0);
    let companion = open(folder.path());
    companion.refresh(NAME, &options(), &CancelToken::default(), |_| {}).unwrap();
    // For an hour, it says: that is no patience of this driver.
    let gone = Fault::Status { status: 503, retry_after: Some("3600".into()) };
    server.faults().add(Rule::from(gone));
    assert!(matches!(download(&companion, patient), Err(Error::Server { status: Some(503), .. })));
    let pack = &companion.packs(None).unwrap()[0];
    assert_eq!((pack.state, pack.missing.len()), (PackState::Stale, 0), "all that there was");
    server.faults().rules.clear();
    assert_eq!(until_ready(folder.path()), 1);
    Stage::at(&server, folder.path()).check();
}

#[test]
fn a_captive_portal_is_no_answer() {
    for fault in [Fault::Portal, Fault::PortalRedirect] {
        let server = server();
        let folder = refreshed(&server);
        server.faults().add(Rule::from(fault.clone()));
        let companion = open(folder.path());
        let error = download(&companion, options()).unwrap_err();
        assert!(error.to_string().contains("web page"), "{error}");
        let error = companion.refresh(NAME, &options(), &CancelToken::default(), |_| {}).unwrap_err();
        assert!(matches!(error, Error::Server { .. }), "{error}");
        server.faults().rules.clear();
        assert_eq!(until_ready(folder.path()), 1, "{fault:?}");
        // The person comes to the hotel's page when the answers had come, and before the pictures did.
        let folder = refreshed(&server);
        server.faults().add(fault.clone().on("/media/"));
        server.faults().add(fault.clone().on("/thumbnail"));
        let companion = open(folder.path());
        let pack = download(&companion, options()).unwrap();
        assert_eq!(pack.files, 0, "no page is kept for a picture");
        assert!(pack.missing.iter().all(|missing| missing.reason.as_ref().is_some_and(|why| why.contains("web page"))));
        server.faults().rules.clear();
        let pack = download(&companion, options()).unwrap();
        assert!(pack.state == PackState::Ready && pack.missing.is_empty(), "{:?}", pack.missing);
        Stage::at(&server, folder.path()).check();
    }
}

#[test]
fn slow_silent_and_lying_servers_get_there_or_are_told() {
    let server = server();
    for (fault, part) in [
        (Fault::Drip { bytes: 9, pause: Duration::from_millis(2) }, "/media/"),
        (Fault::Drip { bytes: 40, pause: Duration::from_millis(2) }, "near_trek"),
        (Fault::Stall(20), "/media/"),
        (Fault::Stall(5), "near_trek"),
        (Fault::WrongLength(7), "/media/"),
        (Fault::WrongLength(7), "near_trek"),
        (Fault::WrongLength(-3), "near_trek"),
        (Fault::WrongLength(-3), "/media/"),
        (Fault::NoRange, "/media/"),
    ] {
        println!("{fault:?} on {part}");
        server.faults().rules.clear();
        let folder = refreshed(&server);
        server.faults().add(Rule::from(fault.clone()).on(part).times(3));
        if fault == Fault::NoRange {
            server.faults().add(Rule::from(Fault::CutBody(50)).on(part).times(2));
        }
        until_ready(folder.path());
        server.faults().rules.clear();
        // ChangeKind was told to be lost is there again.
        let pack = download(&open(folder.path()), options()).unwrap();
        assert!(pack.missing.is_empty(), "{:?}", pack.missing);
        Stage::at(&server, folder.path()).check();
    }
}

#[test]
fn a_picture_that_changes_between_two_ranges_is_the_new_one() {
    let server = server();
    let folder = refreshed(&server);
    server.faults().add(Rule::from(Fault::CutBody(100)).on("trekking_trek/1/").times(1));
    server.faults().add(Rule::from(Fault::Renew).on("trekking_trek/1/").after(1).times(1));
    until_ready(folder.path());
    let asked: Vec<_> =
        server.requests().into_iter().filter(|request| request.path.contains("trekking_trek/1/")).collect();
    assert!(asked.len() == 2 && asked[1].range.is_some() && asked[1].status == 200, "{asked:?}");
    Stage::at(&server, folder.path()).check();
}

#[test]
fn one_that_is_told_to_stop_stops_and_goes_on() {
    let server = server();
    let folder = refreshed(&server);
    let companion = open(folder.path());
    server.faults().add(Fault::Delay(Duration::from_millis(20)).on("/media/"));
    let cancel = CancelToken::default();
    let options = DownloadOptions { fetch: options(), ..DownloadOptions::default() };
    let stopped = companion.download(NAME, &SUBJECT, &options, &cancel, |progress| {
        if progress.done > 25 {
            cancel.cancel();
        }
    });
    assert_eq!(stopped.unwrap_err(), Error::Cancelled);
    let pack = companion.packs(None).unwrap().remove(0);
    assert!(pack.state == PackState::Partial && pack.files > 0 && !pack.missing.is_empty(), "{pack:?}");
    server.faults().rules.clear();
    server.forget_requests();
    assert_eq!(until_ready(folder.path()), 1);
    let media = server.requests().iter().filter(|request| request.path.contains("/media/")).count() as u64;
    assert!(media + pack.files <= companion.packs(None).unwrap()[0].files + 1, "{media} and {}", pack.files);
    Stage::at(&server, folder.path()).check();
}

#[test]
fn a_refresh_of_lists_that_shift_and_of_one_that_is_cut_is_the_same() {
    let server = server();
    let folder = refreshed(&server);
    let companion = open(folder.path());
    server.faults().page_shift = true;
    for seed in 0..10 {
        println!("seed {seed}");
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        server.faults().rules.clear();
        for _ in 0..3 {
            let fault = Fault::CutWire(rng.random_range(0..900));
            server.faults().add(Rule::from(fault).on("/api/v2/").after(rng.random_range(0..60)).times(1));
        }
        let full = RefreshOptions { mode: RefreshMode::Full, ..options() };
        let taken = loop {
            match companion.refresh(NAME, &full, &CancelToken::default(), |_| {}) {
                Ok(taken) => break taken,
                Err(Error::Offline { .. }) => {}
                Err(other) => panic!("{other}"),
            }
        };
        assert!(taken.is_full && taken.added.is_empty() && taken.changed.is_empty() && taken.removed.is_empty());
    }
    let territory = companion.catalogue().territory(NAME).unwrap();
    assert_eq!(companion.catalogue().change_history(&territory, Some(0)).unwrap(), []);
}
