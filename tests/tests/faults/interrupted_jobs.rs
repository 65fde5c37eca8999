//! The process is killed at each byte, and at each step, of a refresh or a download. The next process continues, nothing is
//! fetched twice, and the result is the same.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

use jalon::catalogue::{PackState, PackSubject, PictureSize};
use jalon::companion::RefreshMode;
use jalon_tests::fixture::{Fixture, NAME, Snapshot};
use jalon_tests::generator::Territory;
use jalon_tests::sampling::Sampling;

/// The second stage: its pack has fewer bytes than that of the itinerary.
const SUBJECT: PackSubject = PackSubject::Trek(4);

static REFRESHED: LazyLock<Snapshot> = LazyLock::new(|| Fixture::builder().refreshed().snapshot());

/// No complete response was fetched again, and no byte of a file twice.
fn check_fetches(fixture: &Fixture, case: &str) {
    for (url, fetch) in fixture.driver.fetches() {
        assert_eq!(fetch.repeated, 0, "{case}: {url} was complete and was fetched again");
        if url.contains("/media/") {
            let response = fixture.server.request("GET", url, &[]).unwrap();
            assert_eq!(fetch.bytes, response.body.len() as u64, "{case}: {url}");
        }
    }
}

/// The objects of the catalogue, sorted, because the order of arrays differs between two requests.
fn contents(fixture: &Fixture) -> Vec<String> {
    let companion = fixture.companion();
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

/// Where the process is killed.
#[derive(Clone, Copy, Debug)]
enum Kill {
    Byte(u64),
    Step(u64),
}

impl Kill {
    fn arm(self, fixture: &mut Fixture) {
        match self {
            Kill::Byte(bytes) => fixture.driver.kill_after_bytes(Some(bytes)),
            Kill::Step(steps) => fixture.driver.kill_after_steps(Some(steps)),
        }
    }
}

fn disarm(fixture: &mut Fixture) {
    fixture.driver.kill_after_bytes(None);
    fixture.driver.kill_after_steps(None);
}

/// Downloads a pack in a process that is killed, and then in another one. Returns whether the first process was killed.
fn download_with_kill(kill: Kill) -> bool {
    let mut fixture = REFRESHED.restore();
    kill.arm(&mut fixture);
    let is_killed = fixture.download(SUBJECT, PictureSize::Small).unwrap().is_none();
    disarm(&mut fixture);
    if is_killed {
        if matches!(kill, Kill::Step(_)) {
            let companion = fixture.companion();
            let states: Vec<PackState> = companion.packs(None).unwrap().iter().map(|pack| pack.state).collect();
            assert!(states == [PackState::Planned] || states == [PackState::Partial], "{kill:?}: {states:?}");
            assert!(!companion.catalogue().was_damaged());
        }
        let pack = fixture.download(SUBJECT, PictureSize::Small).unwrap().unwrap();
        assert_eq!(pack.state, PackState::Ready, "{kill:?}");
    }
    check_fetches(&fixture, &format!("{kill:?}"));
    fixture.check();
    is_killed
}

#[test]
fn download_killed_at_any_byte_resumes_there() {
    let sampling = Sampling::from_env();
    let (offset, step) = (sampling.offset(13), sampling.step(13));
    let next = AtomicU64::new(offset);
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let run = || {
        let mut last = 0;
        loop {
            last = next.fetch_add(step, Ordering::Relaxed).max(last);
            if !download_with_kill(Kill::Byte(last)) {
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
fn download_killed_at_any_step_resumes_there() {
    let mut steps = 0;
    while download_with_kill(Kill::Step(steps)) {
        steps += 1;
    }
    println!("{steps} steps");
    assert!(steps > 50, "{steps}");
}

#[test]
fn refresh_killed_at_any_byte_or_step_resumes_there() {
    let sampling = Sampling::from_env();
    let expected = contents(&REFRESHED.restore());
    let server = Fixture::builder().build_server();
    let run = |kill: Kill| {
        let mut fixture = Fixture::builder().server(&server).build();
        kill.arm(&mut fixture);
        let is_killed = fixture.refresh(RefreshMode::Auto).unwrap().is_none();
        disarm(&mut fixture);
        if is_killed {
            let companion = fixture.companion();
            let territory = companion.catalogue().territory(NAME).unwrap();
            assert_eq!(territory.refreshed_ms, None, "{kill:?}");
            drop(companion);
            fixture.refresh(RefreshMode::Auto).unwrap().unwrap();
        }
        check_fetches(&fixture, &format!("{kill:?}"));
        assert_eq!(contents(&fixture), expected, "{kill:?}");
        fixture.check();
        (is_killed, fixture.driver.bytes())
    };
    let (_, all) = run(Kill::Byte(u64::MAX));
    println!("{all} bytes");
    let distance = all / 97;
    for n in (sampling.offset(3)..=97).step_by(sampling.step(3) as usize) {
        run(Kill::Byte(n * distance + n % 13));
    }
    let mut steps = 7 * sampling.offset(3);
    while run(Kill::Step(steps)).0 {
        steps += 7 * sampling.step(3);
    }
    assert!(steps > 100, "{steps}");
}

#[test]
fn jobs_killed_again_and_again_complete() {
    for seed in 0..8_u64 {
        println!("seed {seed}");
        let mut fixture = Fixture::builder().territory(Territory::small(1)).build();
        let mut kills = 0_u64;
        let mut arm = |fixture: &mut Fixture| {
            kills += 1;
            let random = (kills * 7_919 + seed * 104_729) % 2_003;
            fixture.driver.kill_after_bytes(random.is_multiple_of(2).then_some(random));
            fixture.driver.kill_after_steps((!random.is_multiple_of(2)).then_some(random % 17));
        };
        arm(&mut fixture);
        while fixture.refresh(RefreshMode::Auto).unwrap().is_none() {
            arm(&mut fixture);
        }
        check_fetches(&fixture, "refresh");
        fixture.driver.reset_counts();
        arm(&mut fixture);
        while fixture.download(SUBJECT, PictureSize::Small).unwrap().is_none() {
            arm(&mut fixture);
        }
        assert!(kills > 10, "{kills}");
        check_fetches(&fixture, "download");
        fixture.check();
    }
}
