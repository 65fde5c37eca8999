//! The real process, killed at random moments (SIGKILL), over real sockets: what was written is sound, what had come is
//! never asked for again, and files go on at their byte. 200 kills; `JALON_KILLS` says how many else, `JALON_SEED` which.

#![allow(clippy::unwrap_used, reason = "a helper of tests outside #[test] is a test all the same")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use jalon_tests::driver::{Stage, TODAY, below, folder};
use jalon_tests::fixture_server::{Fault, Options, Request, TestGeotrek};
use jalon_tests::generator::Territory;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rusqlite::Connection;
use serde_json::Value;

/// ChangeKind a process that was killed leaves to the next one.
#[derive(Debug, Default)]
struct Left {
    /// Answers that had come: path and language.
    answers: BTreeSet<(String, String)>,
    /// Files that have their place, by path.
    files: BTreeSet<String>,
    /// Files that came in part: path and bytes.
    parts: BTreeMap<String, u64>,
    /// Packs that say they are ready.
    ready: BTreeSet<String>,
    refreshed: Option<i64>,
}

fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(otherwise)
}

fn look(folder: &Path, url: &str) -> Left {
    let file = folder.join(jalon::catalogue::FILE_NAME);
    let mut left = Left::default();
    if !file.exists() {
        return left;
    }
    let connection = Connection::open(file).unwrap();
    let tables: i64 = connection.query_row("SELECT count(*) FROM sqlite_master", [], |row| row.get(0)).unwrap();
    if tables == 0 {
        return left;
    }
    let texts = |sql: &str| -> Vec<String> {
        let mut statement = connection.prepare(sql).unwrap();
        let rows = statement.query_map([], |row| row.get(0)).unwrap();
        rows.map(Result::unwrap).collect()
    };
    let path = |address: &str| address.strip_prefix(url).unwrap_or(address).to_owned();
    for data in texts("SELECT data FROM jalon_transfer WHERE done_order IS NOT NULL") {
        let transfer: Value = serde_json::from_str(&data).unwrap();
        if transfer["body"] == "Answer" {
            let language = transfer["language"].as_str().unwrap_or_default().to_owned();
            left.answers.insert((path(transfer["url"].as_str().unwrap()), language));
        }
    }
    left.files = texts("SELECT url FROM jalon_media WHERE file IS NOT NULL").iter().map(|url| path(url)).collect();
    left.ready = texts("SELECT subject FROM jalon_pack WHERE state = 'ready'").into_iter().collect();
    left.refreshed =
        connection.query_row("SELECT max(refreshed_ms) FROM jalon_territory", [], |row| row.get(0)).unwrap();
    // A part's name follows from its address.
    let wanted = texts("SELECT url FROM jalon_media WHERE file IS NULL");
    for part in below(&folder.join("staging")).iter().filter(|path| path.extension() == Some("part".as_ref())) {
        let digits = part.file_stem().unwrap().to_str().unwrap();
        let bytes = part.metadata().unwrap().len();
        let of = wanted.iter().find(|url| jalon_tests::driver::digits(url) == digits);
        if let Some(of) = of.filter(|_| bytes > 0) {
            left.parts.insert(path(of), bytes);
        }
    }
    left
}

/// Nothing that was there is asked for.
fn check_asked(left: &Left, now: &Left, asked: &[Request]) {
    let is_same_refresh = left.refreshed == now.refreshed;
    let mut parts = left.parts.clone();
    for request in asked {
        let key = (request.path.clone(), request.accept_language.clone().unwrap_or_default());
        let is_first = is_same_refresh || request.path.contains("near_trek");
        assert!(!is_first || !left.answers.contains(&key), "{key:?} had come");
        assert!(!left.files.contains(&request.path), "{} had come", request.path);
        if let Some(bytes) = parts.remove(&request.path) {
            assert_eq!(request.range, Some(format!("bytes={bytes}-")), "{}", request.path);
        }
    }
}

#[test]
fn a_process_killed_at_any_moment_leaves_what_the_next_one_goes_on_with() {
    let (kills, seed) = (number("JALON_KILLS", 200), number("JALON_SEED", 1));
    println!("{kills} kills, seed {seed}");
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let options = Options { today: Some(TODAY), media_bytes: Some(150), ..Options::default() };
    let server = TestGeotrek::start(Territory::small(1), options);
    // Some pictures take their time, so that some die half-way.
    server.faults().add(Fault::Drip { bytes: 10, pause: Duration::from_millis(2) }.on("/photo-"));
    let (mut killed, mut rounds, mut with_parts) = (0, 0, 0);
    while killed < kills {
        let folder = folder();
        rounds += 1;
        let mut left = Left::default();
        loop {
            server.forget_requests();
            let mut worker = Command::new(env!("CARGO_BIN_EXE_worker"))
                .arg(folder.path())
                .arg(server.url())
                .stderr(Stdio::piped())
                .spawn()
                .unwrap();
            // When it dies is jitter, not order: nothing waits for it.
            let until = std::time::Instant::now() + Duration::from_micros(rng.random_range(5_000..220_000));
            let ended = loop {
                if let Some(status) = worker.try_wait().unwrap() {
                    break Some(status);
                }
                if std::time::Instant::now() >= until {
                    worker.kill().unwrap();
                    worker.wait().unwrap();
                    break None;
                }
                std::thread::sleep(Duration::from_millis(1));
            };
            let now = look(folder.path(), server.url());
            check_asked(&left, &now, &server.requests());
            with_parts += now.parts.len();
            if now.refreshed.is_some() {
                Stage::at(&server, folder.path()).check();
            }
            for pack in &left.ready {
                assert!(now.ready.contains(pack), "{pack} was ready");
            }
            match ended {
                None => killed += 1,
                Some(status) => {
                    let mut said = String::new();
                    std::io::Read::read_to_string(&mut worker.stderr.take().unwrap(), &mut said).unwrap();
                    assert!(status.success(), "{said}");
                    assert_eq!(now.ready.len(), 2);
                    break;
                }
            }
            left = now;
        }
    }
    assert!(with_parts > 5, "{with_parts} files in part");
    println!("{killed} kills in {rounds} rounds, {with_parts} files in part");
}
