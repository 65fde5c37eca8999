//! A suspended companion holds neither a lock nor an open file, because iOS kills suspended apps that do.

use std::path::Path;
use std::time::Duration;

use jalon::catalogue::NewTerritory;
use jalon::companion::{Job, NearbyQuery, RefreshOptions};
use jalon::model::Position;
use jalon::report::ReportContent;
use jalon::transfer::Next;
use jalon::{Companion, Directories, Error};

const TIMEOUT: Duration = Duration::from_secs(30);

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
    let mut job = companion.plan_refresh("park", &RefreshOptions::default()).unwrap();
    companion.suspend(TIMEOUT).unwrap();
    assert_eq!(job.next().map(drop), Err(Error::Closed));
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
    companion.suspend(TIMEOUT).unwrap();
    companion.resume().unwrap();
    companion.resume().unwrap();
    assert_eq!(count_nearest(&companion), Ok(0));
    assert_eq!(companion.journal().unwrap().reports().unwrap().len(), 1);
}

#[test]
fn suspended_companion_does_not_open_its_journal() {
    let folder = tempfile::tempdir().unwrap();
    let companion = opened(folder.path()).unwrap();
    companion.suspend(TIMEOUT).unwrap();
    assert_eq!(companion.journal().map(drop), Err(Error::Closed));
    companion.resume().unwrap();
    assert_eq!(companion.journal().unwrap().reports().unwrap(), []);
}

#[test]
fn job_continues_after_a_suspension_unless_another_process_had_its_territory() {
    let folder = tempfile::tempdir().unwrap();
    let companion = opened(folder.path()).unwrap();
    let other = Companion::open(&Directories::within(folder.path())).unwrap();
    let plan = |companion: &Companion| companion.plan_refresh("park", &RefreshOptions::default());
    let mut job = plan(&companion).unwrap();
    companion.suspend(TIMEOUT).unwrap();
    companion.resume().unwrap();
    assert!(matches!(job.next(), Ok(Next::Start(_))));
    assert!(matches!(plan(&other), Err(Error::Busy { .. })), "the territory is locked again");
    companion.suspend(TIMEOUT).unwrap();
    drop(plan(&other).unwrap());
    companion.resume().unwrap();
    assert!(matches!(job.next(), Err(Error::Busy { .. })));
    drop(job);
    assert!(matches!(plan(&companion).unwrap().next(), Ok(Next::Start(_))));
}
