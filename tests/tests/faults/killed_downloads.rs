//! A real process is killed (SIGKILL) at random moments while it refreshes and downloads over real sockets. Its files are
//! sound, no complete response is requested again, and partial files resume with a Range request.
//!
//! `JALON_KILLS` sets the number of kills.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use jalon_tests::fixture::{Fixture, files_below, temporary_folder, url_digits};
use jalon_tests::fixture_server::{Fault, LoggedRequest};
use jalon_tests::harness::downloads;
use jalon_tests::sampling::Sampling;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rusqlite::Connection;
use serde_json::Value;

use super::HARNESS;

/// What a process left in its folder.
#[derive(Debug, Default)]
struct Progress {
    /// Completed responses: path and language.
    responses: BTreeSet<(String, String)>,
    /// Paths of completed files.
    files: BTreeSet<String>,
    /// Partial files: path and bytes.
    partial_files: BTreeMap<String, u64>,
    /// Packs in the state ready.
    ready: BTreeSet<String>,
    refreshed_ms: Option<i64>,
}

impl Progress {
    fn read(folder: &Path, url: &str) -> Self {
        let file = folder.join(jalon::catalogue::FILE_NAME);
        let mut progress = Self::default();
        if !file.exists() {
            return progress;
        }
        let connection = Connection::open(file).unwrap();
        let tables: i64 = connection.query_row("SELECT count(*) FROM sqlite_master", [], |row| row.get(0)).unwrap();
        if tables == 0 {
            return progress;
        }
        let texts = |sql: &str| -> Vec<String> {
            let mut statement = connection.prepare(sql).unwrap();
            let rows = statement.query_map([], |row| row.get(0)).unwrap();
            rows.map(Result::unwrap).collect()
        };
        let path = |address: &str| address.strip_prefix(url).unwrap_or(address).to_owned();
        for data in texts("SELECT data FROM jalon_transfer WHERE done_order IS NOT NULL") {
            let transfer: Value = serde_json::from_str(&data).unwrap();
            if transfer["body"] == "Json" {
                let language = transfer["language"].as_str().unwrap_or_default().to_owned();
                progress.responses.insert((path(transfer["url"].as_str().unwrap()), language));
            }
        }
        let files = texts("SELECT url FROM jalon_media WHERE file IS NOT NULL");
        progress.files = files.iter().map(|url| path(url)).collect();
        progress.ready = texts("SELECT subject FROM jalon_pack WHERE state = 'ready'").into_iter().collect();
        progress.refreshed_ms =
            connection.query_row("SELECT max(refreshed_ms) FROM jalon_territory", [], |row| row.get(0)).unwrap();
        // The name of a partial file follows from its address.
        let missing = texts("SELECT url FROM jalon_media WHERE file IS NULL");
        let staged = files_below(&folder.join("staging"));
        for part in staged.iter().filter(|path| path.extension() == Some("part".as_ref())) {
            let digits = part.file_stem().unwrap().to_str().unwrap();
            let bytes = part.metadata().unwrap().len();
            let url = missing.iter().find(|url| url_digits(url) == digits);
            if let Some(url) = url.filter(|_| bytes > 0) {
                progress.partial_files.insert(path(url), bytes);
            }
        }
        progress
    }
}

/// The next process requested nothing that was complete, and the rest of each partial file.
fn check_requests(before: &Progress, after: &Progress, requests: &[LoggedRequest]) {
    let is_same_refresh = before.refreshed_ms == after.refreshed_ms;
    let mut partial_files = before.partial_files.clone();
    for request in requests {
        let key = (request.path.clone(), request.accept_language.clone().unwrap_or_default());
        let is_first = is_same_refresh || request.path.contains("near_trek");
        assert!(!is_first || !before.responses.contains(&key), "{key:?} was complete");
        assert!(!before.files.contains(&request.path), "{} was complete", request.path);
        if let Some(bytes) = partial_files.remove(&request.path) {
            assert_eq!(request.range, Some(format!("bytes={bytes}-")), "{}", request.path);
        }
    }
}

#[test]
fn downloads_killed_at_random_moments_resume() {
    let sampling = Sampling::from_env();
    let kills = std::env::var("JALON_KILLS").ok().and_then(|value| value.parse().ok());
    let kills = kills.unwrap_or(sampling.count(60, 1_000));
    println!("{kills} kills");
    let mut rng = ChaCha8Rng::seed_from_u64(sampling.seed());
    let server = Fixture::builder().with_socket().build_server();
    // Some pictures are slow, so that some are partial at a kill.
    server.faults().add(Fault::Throttle { bytes: 10, pause: Duration::from_millis(2) }.on("/photo-"));
    let (mut killed, mut rounds, mut partial) = (0, 0, 0);
    while killed < kills {
        let folder = temporary_folder();
        rounds += 1;
        let mut before = Progress::default();
        loop {
            server.forget_requests();
            let mut process = Command::new(HARNESS)
                .arg(downloads::SUBCOMMAND)
                .arg(folder.path())
                .arg(server.url())
                .stderr(Stdio::piped())
                .spawn()
                .unwrap();
            // The moment of the kill is random. No event is awaited.
            let end = Instant::now() + Duration::from_micros(rng.random_range(5_000..220_000));
            let status = loop {
                if let Some(status) = process.try_wait().unwrap() {
                    break Some(status);
                }
                if Instant::now() >= end {
                    process.kill().unwrap();
                    process.wait().unwrap();
                    break None;
                }
                std::thread::sleep(Duration::from_millis(1));
            };
            let after = Progress::read(folder.path(), server.url());
            check_requests(&before, &after, &server.requests());
            partial += after.partial_files.len();
            if after.refreshed_ms.is_some() {
                Fixture::attach(&server, folder.path()).check();
            }
            for pack in &before.ready {
                assert!(after.ready.contains(pack), "{pack} was ready");
            }
            match status {
                None => killed += 1,
                Some(status) => {
                    let mut output = String::new();
                    std::io::Read::read_to_string(&mut process.stderr.take().unwrap(), &mut output).unwrap();
                    assert!(status.success(), "{output}");
                    assert_eq!(after.ready.len(), downloads::SUBJECTS.len());
                    break;
                }
            }
            before = after;
        }
    }
    assert!(partial > 5, "{partial} partial files");
    println!("{kills} kills in {rounds} rounds, {partial} partial files");
}
