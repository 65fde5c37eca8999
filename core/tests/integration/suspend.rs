//! A suspended companion holds neither a lock nor an open file, because iOS kills suspended apps that do.

use std::path::Path;

use jalon::catalogue::NewTerritory;
use jalon::companion::NearbyQuery;
use jalon::model::Position;
use jalon::report::ReportContent;
use jalon::{Companion, Directories, Error};

fn opened(folder: &Path) -> jalon::Result<Companion> {
    let companion = Companion::open(&Directories::within(folder))?;
    let (name, url) = ("park".to_owned(), "https://park.example".to_owned());
    companion.add_territory(&NewTerritory { name, url, ..NewTerritory::default() })?;
    Ok(companion)
}

fn count_nearest(companion: &Companion) -> jalon::Result<usize> {
    let query = NearbyQuery { limit: 1, ..NearbyQuery::default() };
    companion.nearest(Position::new(6.0, 45.0), &query, &["fr"]).map(|found| found.len())
}

#[test]
fn suspended_companion_has_no_open_file_and_returns_closed() {
    let folder = tempfile::tempdir().unwrap();
    let companion = opened(folder.path()).unwrap();
    companion.warm_up().unwrap();
    let content = ReportContent { comment: "Panneau arraché".into(), ..ReportContent::default() };
    let report = companion.new_report("park", "fr", content).unwrap();
    companion.suspend();
    #[cfg(target_os = "linux")]
    {
        let files = std::fs::read_dir("/proc/self/fd").unwrap().flatten();
        let open: Vec<_> = files.filter_map(|file| std::fs::read_link(file.path()).ok()).collect();
        assert!(open.iter().all(|file| !file.starts_with(folder.path())), "{open:?}");
    }
    assert_eq!(count_nearest(&companion), Err(Error::Closed));
    assert_eq!(companion.catalogue().territories().map(drop), Err(Error::Closed));
    assert_eq!(companion.journal().and_then(|journal| journal.reports()).map(drop), Err(Error::Closed));
    assert_eq!(companion.queue_report(&report.id).map(drop), Err(Error::Closed));
    companion.suspend();
    companion.resume().unwrap();
    companion.resume().unwrap();
    assert_eq!(count_nearest(&companion), Ok(0));
    assert_eq!(companion.journal().unwrap().reports().unwrap().len(), 1);
}

#[test]
fn suspended_companion_does_not_open_its_journal() {
    let folder = tempfile::tempdir().unwrap();
    let companion = opened(folder.path()).unwrap();
    companion.suspend();
    assert_eq!(companion.journal().map(drop), Err(Error::Closed));
    companion.resume().unwrap();
    assert_eq!(companion.journal().unwrap().reports().unwrap(), []);
}
