use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use super::super::NewTrack;
use super::*;
use crate::error::Error;
use crate::model::Position;
use crate::storage::{File, FileSystem, StdFileSystem, Storage};
use crate::transfer::BootInstant;

#[derive(Debug, Default)]
struct TestClock {
    ms: AtomicU64,
}

impl Clock for TestClock {
    fn now_ms(&self) -> i64 {
        1_780_000_000_000 + self.ms.load(Ordering::Relaxed) as i64
    }
    fn boot_instant(&self) -> BootInstant {
        BootInstant { ms: self.ms.load(Ordering::Relaxed), boot_id: 1 }
    }
    fn jitter(&self) -> f64 {
        0.5
    }
}

/// A journal in a folder, and its clock.
struct Fixture {
    folder: tempfile::TempDir,
    journal: Arc<Journal>,
    clock: Arc<TestClock>,
}

impl Fixture {
    fn new(storage: Storage) -> Fixture {
        let folder = tempfile::tempdir().unwrap();
        let journal = Arc::new(Journal::open(folder.path(), storage).unwrap());
        Fixture { folder, journal, clock: Arc::default() }
    }

    fn start(&self) -> Recorder {
        let new = NewTrack { name: "Lac".to_owned(), trek: Some(("pne".to_owned(), 31)) };
        self.journal.start_recording(new, self.clock.clone()).unwrap()
    }

    /// The journal as a new process finds it if this one is killed now.
    fn killed(&self) -> Fixture {
        let folder = tempfile::tempdir().unwrap();
        for file in std::fs::read_dir(self.folder.path()).unwrap().flatten() {
            if file.path().is_file() {
                std::fs::copy(file.path(), folder.path().join(file.file_name())).unwrap();
            }
        }
        let journal = Arc::new(Journal::open(folder.path(), Storage::default()).unwrap());
        Fixture { folder, journal, clock: Arc::default() }
    }
}

/// A fix of someone who walks north at 1.2 m/s, with everything that a receiver tells.
fn fix(second: i64) -> Fix {
    let wobble = (second as f64 * 0.7).sin();
    let lat = 44.5 + second as f64 * 1.2 / 111_133.0 + wobble * 2e-6;
    let position = Position { lon: 6.0 + wobble * 8e-6, lat, elevation: Some(1_500.0 + second as f64 * 0.12 + wobble) };
    Fix {
        accuracy_m: Some(5.0 + wobble),
        speed_mps: Some(1.2 + wobble / 10.0),
        bearing_deg: Some(180.0 + wobble * 40.0),
        ..Fix::new(position, 1_780_000_000_000 + second * 1_000)
    }
}

fn push(fixture: &Fixture, recorder: &Recorder, seconds: std::ops::Range<i64>) {
    for second in seconds {
        fixture.clock.ms.store(second as u64 * 1_000, Ordering::Relaxed);
        assert_eq!(recorder.push(&fix(second)), Ok(Ok(())), "{second}");
    }
}

#[test]
fn finished_track_is_stored_with_its_fixes_and_statistics() {
    let fixture = Fixture::new(Storage::default());
    let recorder = fixture.start();
    push(&fixture, &recorder, 0..600);
    let live = recorder.state();
    assert_eq!(recorder.track().unwrap().sections.concat().len(), 600);
    let summary = recorder.finish().unwrap();
    assert_eq!(summary, live.summary);
    assert_eq!((summary.name.as_str(), summary.trek.as_ref().unwrap().1), ("Lac", 31));
    assert_eq!(summary.start_ms, Some(1_780_000_000_000));
    assert_eq!((summary.stats.points, summary.stats.total_s), (600, 599.0));
    assert!((summary.stats.distance_m - 719.0).abs() < 15.0, "{summary:?}");
    assert!((summary.stats.ascent_m.unwrap() - 72.0).abs() < 12.0, "{summary:?}");
    assert_eq!(recorder.push(&fix(700)), Err(Error::Closed));
    assert_eq!(recorder.finish(), Err(Error::Closed));
    let track = fixture.journal.track(&summary.id).unwrap();
    assert_eq!((&track.summary, track.sections.len(), track.sections[0].len()), (&summary, 1, 600));
    assert_eq!(fixture.journal.tracks().unwrap(), std::slice::from_ref(&summary));
    assert_eq!(fixture.journal.unfinished_recording(), Ok(None));
    let renamed = fixture.journal.rename_track(&summary.id, "Lac de la Douche").unwrap();
    assert_eq!(fixture.journal.tracks().unwrap()[0], renamed);
    assert_eq!(fixture.journal.track(&summary.id).unwrap().sections, track.sections);
    assert_eq!(fixture.journal.remove_track(&summary.id), Ok(true));
    assert_eq!(fixture.journal.remove_track(&summary.id), Ok(false));
    assert!(matches!(fixture.journal.track(&summary.id), Err(Error::NotFound { .. })));
}

#[test]
fn killed_process_loses_no_fix_and_the_recording_goes_on() {
    let fixture = Fixture::new(Storage::default());
    let recorder = fixture.start();
    push(&fixture, &recorder, 0..101);
    let stats = recorder.stats();
    let next = fixture.killed();
    let unfinished = next.journal.unfinished_recording().unwrap().unwrap();
    assert_eq!(unfinished.stats, stats);
    let new = next.journal.start_recording(NewTrack::default(), next.clock.clone()).unwrap_err();
    assert_eq!(new.to_string(), "recording: must be finished or discarded before another one is started");
    let continued = next.journal.continue_recording(next.clock.clone()).unwrap();
    assert_eq!(continued.stats(), stats);
    push(&next, &continued, 110..120);
    assert!(continued.push(&fix(400)).unwrap().is_ok(), "after a gap");
    push(&next, &continued, 401..410);
    let again = next.killed();
    drop(continued);
    let summary = again.journal.continue_recording(again.clock.clone()).unwrap().finish().unwrap();
    assert_eq!((summary.id, summary.stats.points), (unfinished.id, 121));
    assert_eq!(again.journal.tracks().unwrap().len(), 1);
}

#[test]
fn recording_that_was_stored_before_the_process_died_is_not_found_again() {
    let fixture = Fixture::new(Storage::default());
    let recorder = fixture.start();
    push(&fixture, &recorder, 0..20);
    let log = std::fs::read(fixture.folder.path().join(FILE_NAME)).unwrap();
    recorder.finish().unwrap();
    std::fs::write(fixture.folder.path().join(FILE_NAME), log).unwrap();
    let next = fixture.killed();
    assert_eq!(next.journal.unfinished_recording(), Ok(None));
    assert_eq!(next.journal.tracks().unwrap().len(), 1);
}

/// The bytes of the log that are on stable storage.
#[derive(Debug, Default, Clone)]
struct SyncedBytes(Arc<AtomicU64>, Arc<AtomicU64>);

#[derive(Debug)]
struct CountingFile(Box<dyn File>, SyncedBytes);

impl std::io::Write for CountingFile {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let count = self.0.write(bytes)?;
        self.1.0.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
    fn flush(&mut self) -> std::io::Result<()> {
        self.0.flush()
    }
}

impl File for CountingFile {
    fn sync(&mut self) -> std::io::Result<()> {
        self.1.1.store(self.1.0.load(Ordering::Relaxed), Ordering::Relaxed);
        self.0.sync()
    }
}

impl FileSystem for SyncedBytes {
    fn create_dir_all(&self, path: &Path) -> std::io::Result<()> {
        StdFileSystem.create_dir_all(path)
    }
    fn open(&self, path: &Path, offset: u64) -> std::io::Result<Box<dyn File>> {
        let file = StdFileSystem.open(path, offset)?;
        if !path.ends_with(FILE_NAME) {
            return Ok(file);
        }
        self.0.store(offset, Ordering::Relaxed);
        Ok(Box::new(CountingFile(file, self.clone())))
    }
    fn rename(&self, from: &Path, to: &Path) -> std::io::Result<()> {
        StdFileSystem.rename(from, to)
    }
    fn remove_file(&self, path: &Path) -> std::io::Result<()> {
        StdFileSystem.remove_file(path)
    }
    fn sync_dir(&self, path: &Path) -> std::io::Result<()> {
        StdFileSystem.sync_dir(path)
    }
    fn free_bytes(&self, path: &Path) -> std::io::Result<u64> {
        StdFileSystem.free_bytes(path)
    }
}

#[test]
fn power_cut_loses_less_than_10_seconds() {
    for interval in [1, 3, 7, 15] {
        let synced = SyncedBytes::default();
        let fixture = Fixture::new(Storage { vfs: None, file_system: Arc::new(synced.clone()) });
        let recorder = fixture.start();
        for second in (0..300).step_by(interval) {
            push(&fixture, &recorder, second..second + 1);
            let bytes = std::fs::read(fixture.folder.path().join(FILE_NAME)).unwrap();
            let all = log::parse(&bytes).fixes;
            let safe = log::parse(&bytes[..synced.1.load(Ordering::Relaxed) as usize]).fixes;
            let lost_ms = match all.get(safe.len()) {
                Some((first_lost, _)) => fix(second).time_ms - first_lost.time_ms,
                None => 0,
            };
            assert!(lost_ms < 10_000, "every {interval} s: {lost_ms} ms");
        }
    }
}

#[test]
fn point_takes_at_most_20_bytes_in_the_log_and_in_the_journal() {
    let fixture = Fixture::new(Storage::default());
    let recorder = fixture.start();
    fixture.journal.database.truncate_log().unwrap();
    let before = fixture.journal.database.size().unwrap();
    push(&fixture, &recorder, 0..10_000);
    let log = std::fs::metadata(fixture.folder.path().join(FILE_NAME)).unwrap().len() as f64 / 10_000.0;
    recorder.finish().unwrap();
    fixture.journal.database.truncate_log().unwrap();
    let stored = (fixture.journal.database.size().unwrap() - before) as f64 / 10_000.0;
    assert!(log <= 20.0 && stored <= 16.0, "{log:.1} in the log, {stored:.1} in the journal");
}

#[test]
fn pause_ignores_fixes_and_survives_the_death_of_the_process() {
    let fixture = Fixture::new(Storage::default());
    let recorder = fixture.start();
    push(&fixture, &recorder, 0..100);
    recorder.pause().unwrap();
    let distance_m = recorder.stats().distance_m;
    assert_eq!(recorder.push(&fix(101)), Ok(Err(Rejection::Paused)));
    assert_eq!(recorder.state().rejected, [(Rejection::Paused, 1)]);
    let next = fixture.killed();
    let continued = next.journal.continue_recording(next.clock.clone()).unwrap();
    assert!(continued.state().is_paused);
    continued.resume().unwrap();
    continued.rename("Col").unwrap();
    // By bus in between.
    push(&next, &continued, 5_000..5_100);
    let state = continued.state();
    assert!((state.summary.stats.distance_m - 2.0 * distance_m).abs() < 20.0, "{state:?}");
    let summary = continued.finish().unwrap();
    assert_eq!(summary.name, "Col");
    let sections: Vec<usize> = next.journal.track(&summary.id).unwrap().sections.iter().map(Vec::len).collect();
    assert_eq!(sections, [100, 100]);
}

#[test]
fn second_recorder_is_refused_and_discarded_one_leaves_nothing() {
    let fixture = Fixture::new(Storage::default());
    let recorder = fixture.start();
    let again = || fixture.journal.start_recording(NewTrack::default(), fixture.clock.clone());
    assert!(matches!(again(), Err(Error::Busy { .. })));
    assert!(matches!(fixture.journal.continue_recording(fixture.clock.clone()), Err(Error::Busy { .. })));
    let other = Arc::new(Journal::open(fixture.folder.path(), Storage::default()).unwrap());
    assert!(matches!(other.continue_recording(fixture.clock.clone()), Err(Error::Busy { .. })));
    recorder.discard().unwrap();
    drop(recorder);
    assert!(matches!(fixture.journal.continue_recording(fixture.clock.clone()), Err(Error::NotFound { .. })));
    let long = NewTrack { name: "x".repeat(201), trek: None };
    assert!(matches!(fixture.journal.start_recording(long, fixture.clock.clone()), Err(Error::InvalidInput { .. })));
    let recorder = again().unwrap();
    assert_eq!(recorder.finish().unwrap().stats, TrackStats::default());
    again().unwrap();
}

#[test]
fn failed_write_keeps_the_fix_for_the_next_one() {
    let fixture = Fixture::new(Storage::default());
    let recorder = fixture.start();
    push(&fixture, &recorder, 0..10);
    let path: PathBuf = fixture.folder.path().join(FILE_NAME);
    recorder.lock().log.as_mut().unwrap().close_for_test();
    std::fs::rename(&path, path.with_extension("away")).unwrap();
    std::fs::create_dir(&path).unwrap();
    assert!(recorder.push(&fix(10)).is_err());
    std::fs::remove_dir(&path).unwrap();
    std::fs::rename(path.with_extension("away"), &path).unwrap();
    push(&fixture, &recorder, 11..20);
    let summary = recorder.finish().unwrap();
    assert_eq!(fixture.journal.track(&summary.id).unwrap().sections.concat().len(), 20);
}
