//! Downloads over real sockets with the reqwest driver: responses that are cut, slow, wrong, or from a captive portal.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use jalon::catalogue::{Pack, PackState, PackSubject};
use jalon::companion::{DownloadOptions, RefreshMode, RefreshOptions};
use jalon::net::ClientOptions;
use jalon::transfer::CancelToken;
use jalon::{Companion, Error, Result};
use jalon_tests::fixture::{Fixture, NAME, Snapshot, TODAY};
use jalon_tests::fixture_server::{Fault, Options, Rule, TestGeotrek};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

const SUBJECT: PackSubject = PackSubject::Trek(1);

fn server() -> Arc<TestGeotrek> {
    let options = Options { today: Some(TODAY), media_bytes: Some(300), ..Options::default() };
    Fixture::builder().server_options(options).with_socket().build_server()
}

/// One attempt of each transfer. The test itself retries, without a pause.
fn options() -> RefreshOptions {
    let net = ClientOptions { read_timeout: Duration::from_millis(400), ..ClientOptions::default() };
    RefreshOptions { max_attempts: 1, net, ..RefreshOptions::default() }
}

/// A refreshed territory on a server that listens.
fn refreshed(server: &Arc<TestGeotrek>) -> Snapshot {
    Fixture::builder().server(server).refreshed().snapshot()
}

fn download(companion: &Companion, options: RefreshOptions) -> Result<Pack> {
    let options = DownloadOptions { fetch: options, ..DownloadOptions::default() };
    companion.download(NAME, &SUBJECT, &options, &CancelToken::default(), |_| {})
}

/// Downloads until the pack is ready, with a new companion each time. Returns the number of downloads.
fn until_ready(fixture: &Fixture) -> usize {
    for times in 1..40 {
        match download(&fixture.companion(), options()) {
            Ok(pack) if pack.state == PackState::Ready => return times,
            Ok(_) | Err(Error::Offline { .. } | Error::Server { .. }) => {}
            Err(other) => panic!("{other}"),
        }
    }
    panic!("the pack is not ready after 40 downloads");
}

/// By path: the bytes of bodies that were sent, and the number of complete responses.
fn sent(server: &TestGeotrek) -> BTreeMap<String, (usize, usize)> {
    let mut sent: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    for request in server.requests() {
        let (bytes, complete) = sent.entry(request.path.clone()).or_default();
        *bytes += request.wire;
        *complete += usize::from(request.status == 200 && request.range.is_none() && request.wire == request.bytes);
    }
    sent
}

#[test]
fn download_cut_anywhere_on_the_wire_resumes_there() {
    let server = server();
    let refreshed = refreshed(&server);
    let mut cut_files = 0;
    for seed in 0..24 {
        println!("seed {seed}");
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        server.faults().rules.clear();
        server.forget_requests();
        let fixture = refreshed.restore_on(&server);
        for _ in 0..6 {
            let fault = match rng.random_range(0..3) {
                0 => Fault::CutResponse(rng.random_range(0..700)),
                _ => Fault::CutBody(rng.random_range(0..300)),
            };
            let part = if rng.random_bool(0.8) { "/media/" } else { "/api/v2/" };
            server.faults().add(Rule::from(fault).on(part).after(rng.random_range(0..20)).times(1));
        }
        let times = until_ready(&fixture);
        println!("ready after {times}");
        let sizes: BTreeMap<String, usize> = fixture
            .media_files()
            .into_iter()
            .map(|(url, path)| (url, path.metadata().unwrap().len() as usize))
            .collect();
        for (path, (bytes, complete)) in sent(&server) {
            if let Some(size) = sizes.get(&format!("{}{path}", server.url())) {
                assert_eq!(bytes, *size, "{path}");
                cut_files += usize::from(complete == 0);
            } else {
                assert!(complete <= 1, "{path}: {complete} complete responses");
            }
        }
        server.faults().rules.clear();
        fixture.check();
    }
    assert!(cut_files > 20, "{cut_files}");
}

#[test]
fn busy_server_is_retried_and_unavailable_one_keeps_the_pack() {
    let server = server();
    let fixture = refreshed(&server).restore_on(&server);
    for (status, retry_after) in [(429, Some("0")), (500, None), (503, Some("1"))] {
        let fault = Fault::Status { status, retry_after: retry_after.map(str::to_owned) };
        server.faults().add(Rule::from(fault).on("near_trek").times(1));
    }
    let patient = RefreshOptions { max_attempts: 5, ..options() };
    let pack = download(&fixture.companion(), patient.clone()).unwrap();
    assert_eq!(pack.state, PackState::Ready);
    assert!(server.faults().rules.iter().all(|rule| rule.hits() == 1));
    server.faults().rules.clear();
    server.territory().replace_attachment("trek", 1, 0);
    let companion = fixture.companion();
    companion.refresh(NAME, &options(), &CancelToken::default(), |_| {}).unwrap();
    // The driver does not wait for an hour.
    let unavailable = Fault::Status { status: 503, retry_after: Some("3600".into()) };
    server.faults().add(Rule::from(unavailable));
    assert!(matches!(download(&companion, patient), Err(Error::Server { status: Some(503), .. })));
    let pack = &companion.packs(None).unwrap()[0];
    assert_eq!((pack.state, pack.missing.len()), (PackState::Stale, 0), "the pack keeps its files");
    server.faults().rules.clear();
    assert_eq!(until_ready(&fixture), 1);
    fixture.check();
}

#[test]
fn captive_portal_is_not_a_response() {
    for fault in [Fault::CaptivePortal, Fault::CaptivePortalRedirect] {
        let server = server();
        let refreshed = refreshed(&server);
        let fixture = refreshed.restore_on(&server);
        server.faults().add(Rule::from(fault.clone()));
        let companion = fixture.companion();
        let error = download(&companion, options()).unwrap_err();
        assert!(error.to_string().contains("web page"), "{error}");
        let error = companion.refresh(NAME, &options(), &CancelToken::default(), |_| {}).unwrap_err();
        assert!(matches!(error, Error::Server { .. }), "{error}");
        server.faults().rules.clear();
        assert_eq!(until_ready(&fixture), 1, "{fault:?}");
        // The captive portal appears after the lists and before the pictures.
        let fixture = refreshed.restore_on(&server);
        server.faults().add(fault.clone().on("/media/"));
        server.faults().add(fault.clone().on("/thumbnail"));
        let companion = fixture.companion();
        let pack = download(&companion, options()).unwrap();
        assert_eq!(pack.files, 0, "no page is stored as a picture");
        assert!(pack.missing.iter().all(|missing| missing.reason.as_ref().is_some_and(|why| why.contains("web page"))));
        server.faults().rules.clear();
        let pack = download(&companion, options()).unwrap();
        assert!(pack.state == PackState::Ready && pack.missing.is_empty(), "{:?}", pack.missing);
        fixture.check();
    }
}

#[test]
fn slow_stalled_or_wrong_responses_are_retried() {
    let server = server();
    let refreshed = refreshed(&server);
    for (fault, part) in [
        (Fault::Throttle { bytes: 9, pause: Duration::from_millis(2) }, "/media/"),
        (Fault::Throttle { bytes: 40, pause: Duration::from_millis(2) }, "near_trek"),
        (Fault::Stall(20), "/media/"),
        (Fault::Stall(5), "near_trek"),
        (Fault::WrongLength(7), "/media/"),
        (Fault::WrongLength(7), "near_trek"),
        (Fault::WrongLength(-3), "near_trek"),
        (Fault::WrongLength(-3), "/media/"),
        (Fault::IgnoreRange, "/media/"),
    ] {
        println!("{fault:?} on {part}");
        server.faults().rules.clear();
        let fixture = refreshed.restore_on(&server);
        server.faults().add(Rule::from(fault.clone()).on(part).times(3));
        if fault == Fault::IgnoreRange {
            server.faults().add(Rule::from(Fault::CutBody(50)).on(part).times(2));
        }
        until_ready(&fixture);
        server.faults().rules.clear();
        // Files that were reported as missing are there again.
        let pack = download(&fixture.companion(), options()).unwrap();
        assert!(pack.missing.is_empty(), "{:?}", pack.missing);
        fixture.check();
    }
}

#[test]
fn picture_replaced_between_two_ranges_is_the_new_one() {
    let server = server();
    let fixture = refreshed(&server).restore_on(&server);
    server.faults().add(Rule::from(Fault::CutBody(100)).on("trekking_trek/1/").times(1));
    server.faults().add(Rule::from(Fault::ReplaceFile).on("trekking_trek/1/").after(1).times(1));
    until_ready(&fixture);
    let requests = server.requests().into_iter();
    let requests: Vec<_> = requests.filter(|request| request.path.contains("trekking_trek/1/")).collect();
    assert!(requests.len() == 2 && requests[1].range.is_some() && requests[1].status == 200, "{requests:?}");
    fixture.check();
}

#[test]
fn cancelled_download_stops_and_resumes() {
    let server = server();
    let fixture = refreshed(&server).restore_on(&server);
    let companion = fixture.companion();
    // No response is late on a busy machine.
    let net = ClientOptions { read_timeout: Duration::from_secs(60), ..ClientOptions::default() };
    let patient = RefreshOptions { net, ..options() };
    let options = DownloadOptions { fetch: patient.clone(), ..DownloadOptions::default() };
    server.faults().add(Fault::Hold.on("/media/").after(3));
    let cancel = CancelToken::default();
    let stopped = std::thread::scope(|scope| {
        let downloading = scope.spawn(|| companion.download(NAME, &SUBJECT, &options, &cancel, |_| {}));
        // Each of the two connections waits for a file.
        while server.faults().rules[0].hits() < 2 && !downloading.is_finished() {
            std::thread::yield_now();
        }
        cancel.cancel();
        downloading.join().unwrap()
    });
    assert_eq!(stopped.unwrap_err(), Error::Cancelled);
    let pack = companion.packs(None).unwrap().remove(0);
    assert!(pack.state == PackState::Partial && pack.files > 0 && !pack.missing.is_empty(), "{pack:?}");
    let stored = fixture.media_files();
    assert_eq!(stored.len() as u64, pack.files);
    server.faults().rules.clear();
    server.forget_requests();
    server.release();
    assert_eq!(download(&companion, patient).unwrap().state, PackState::Ready);
    let again = server.requests().into_iter().map(|request| format!("{}{}", server.url(), request.path));
    assert_eq!(again.filter(|url| stored.contains_key(url)).collect::<Vec<_>>(), Vec::<String>::new());
    fixture.check();
}

#[test]
fn refresh_with_shifted_pages_and_cuts_changes_nothing() {
    let server = server();
    let fixture = refreshed(&server).restore_on(&server);
    let companion = fixture.companion();
    server.faults().page_shift = true;
    for seed in 0..10 {
        println!("seed {seed}");
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        server.faults().rules.clear();
        for _ in 0..3 {
            let fault = Fault::CutResponse(rng.random_range(0..900));
            server.faults().add(Rule::from(fault).on("/api/v2/").after(rng.random_range(0..60)).times(1));
        }
        let full = RefreshOptions { mode: RefreshMode::Full, ..options() };
        let summary = loop {
            match companion.refresh(NAME, &full, &CancelToken::default(), |_| {}) {
                Ok(summary) => break summary,
                Err(Error::Offline { .. }) => {}
                Err(other) => panic!("{other}"),
            }
        };
        assert!(summary.is_full);
        assert!(summary.added.is_empty() && summary.changed.is_empty() && summary.removed.is_empty());
    }
    let territory = companion.catalogue().territory(NAME).unwrap();
    assert_eq!(companion.catalogue().change_history(&territory, Some(0)).unwrap(), []);
}
