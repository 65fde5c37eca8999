//! Recorded tracks in the journal: migration, export and import, recovery of damaged files.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use jalon::clock::SystemClock;
use jalon::journal::{ExportOptions, FILE_NAME, Journal, NewTrack, Recorder, Track};
use jalon::model::{Fix, Position};
use jalon::report::ReportState;
use jalon::storage::Storage;

pub(crate) fn open(directory: &Path) -> Arc<Journal> {
    Arc::new(Journal::open(directory, Storage::default()).unwrap())
}

/// A recording of so many fixes, one each 10 s, on the way east.
pub(crate) fn record(journal: &Arc<Journal>, name: &str, points: i64) -> Recorder {
    let new = NewTrack { name: name.to_owned(), trek: Some(("pne".to_owned(), 31)) };
    let recorder = journal.start_recording(new, Arc::new(SystemClock)).unwrap();
    for index in 0..points {
        let position =
            Position { elevation: Some(1_500.0 + index as f64), ..Position::new(6.1 + index as f64 * 1e-4, 44.8) };
        let fix = Fix { accuracy_m: Some(4.0), ..Fix::new(position, 1_780_000_000_000 + index * 10_000) };
        assert_eq!(recorder.push(&fix), Ok(Ok(())));
    }
    recorder
}

fn tracks(journal: &Journal) -> Vec<Track> {
    journal.tracks().unwrap().iter().map(|track| journal.track(&track.id).unwrap()).collect()
}

#[test]
fn journal_of_version_1_is_migrated_with_everything_in_it() {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join(FILE_NAME), include_bytes!("stored/journal-1.gpkg")).unwrap();
    let journal = open(directory.path());
    assert!(journal.recovery().is_none());
    let [report] = &journal.reports().unwrap()[..] else { panic!("one report") };
    assert_eq!(report.content.comment, "Pont – coupé");
    assert!(matches!(report.lifecycle.state, ReportState::Queued { .. }), "{report:?}");
    assert_eq!(journal.notes().unwrap()[0].text, "Source à sec");
    assert_eq!(journal.favourites().unwrap()[0].name, "Lac");
    assert_eq!(journal.tracks().unwrap(), []);
    let summary = record(&journal, "Lac", 20).finish().unwrap();
    drop(journal);
    let journal = open(directory.path());
    assert!(journal.recovery().is_none());
    assert_eq!(journal.track(&summary.id).unwrap().sections[0].len(), 20);
}

#[test]
fn export_and_import_carry_finished_and_unfinished_tracks() {
    let directory = tempfile::tempdir().unwrap();
    let journal = open(directory.path());
    let finished = record(&journal, "Lac", 100).finish().unwrap();
    let recorder = record(&journal, "Col", 50);
    let bundle = directory.path().join("all.zip");
    journal.export(&bundle, &ExportOptions::default(), 5).unwrap();
    let other_directory = tempfile::tempdir().unwrap();
    let other = open(other_directory.path());
    assert_eq!(other.import(&bundle, 6).unwrap().tracks, 2);
    assert_eq!(other.import(&bundle, 6).unwrap().tracks, 0);
    assert_eq!(other.track(&finished.id).unwrap(), journal.track(&finished.id).unwrap());
    let early = other.track(&recorder.state().summary.id).unwrap();
    assert_eq!(early.sections, recorder.track().unwrap().sections);
    // What is still being recorded here stays as it is.
    assert_eq!(journal.import(&bundle, 6).unwrap().tracks, 0);
    recorder.push(&Fix::new(Position::new(6.106, 44.8), 1_780_000_600_000)).unwrap().unwrap();
    recorder.finish().unwrap();
    let later = directory.path().join("later.zip");
    journal.export(&later, &ExportOptions::default(), 7).unwrap();
    assert_eq!(other.import(&later, 8).unwrap().tracks, 1, "the longer one replaces the shorter one");
    assert_eq!(tracks(&other), tracks(&journal));
}

#[test]
fn damaged_journal_keeps_its_tracks() {
    let pages = |directory: &Path| fs::metadata(directory.join(FILE_NAME)).unwrap().len() as usize / 4_096;
    let (mut recovered, mut whole) = (0, 0);
    for page in 1.. {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join(FILE_NAME);
        let originals = {
            let journal = open(directory.path());
            for name in ["one", "two", "three"] {
                record(&journal, name, 800).finish().unwrap();
            }
            tracks(&journal)
        };
        if page >= pages(directory.path()) {
            break;
        }
        let mut bytes = fs::read(&path).unwrap();
        bytes[page * 4_096..(page + 1) * 4_096].fill(0x5A);
        fs::write(&path, bytes).unwrap();
        let journal = open(directory.path());
        let kept = tracks(&journal);
        let Some(recovery) = journal.recovery() else { continue };
        assert_eq!(recovery.tracks, kept.len());
        recovered += 1;
        whole += usize::from(kept.len() >= 2);
        for track in &kept {
            let original = originals.iter().find(|original| original.summary.id == track.summary.id).unwrap();
            assert_eq!(track.summary, original.summary, "page {page}");
            let known = original.sections.concat();
            assert!(track.sections.iter().flatten().all(|fix| known.contains(fix)), "page {page}: nothing is invented");
        }
        drop(journal);
        assert!(open(directory.path()).recovery().is_none(), "page {page}: the new file is sound");
    }
    // Pages of the schema and of the table's root carry everything.
    assert!(recovered > 10 && whole * 3 > recovered * 2, "{whole} of {recovered}");
}

#[test]
fn track_with_a_changed_byte_is_found_when_the_journal_is_opened() {
    let directory = tempfile::tempdir().unwrap();
    let journal = open(directory.path());
    let summary = record(&journal, "Lac", 200).finish().unwrap();
    drop(journal);
    let connection = rusqlite::Connection::open(directory.path().join(FILE_NAME)).unwrap();
    let mut fixes: Vec<u8> = connection.query_row("SELECT fixes FROM track", [], |row| row.get(0)).unwrap();
    let middle = fixes.len() / 2;
    fixes[middle] ^= 1;
    connection.execute("UPDATE track SET fixes = ?1", [fixes]).unwrap();
    drop(connection);
    let journal = open(directory.path());
    assert_eq!(journal.recovery().unwrap().tracks, 1);
    let track = journal.track(&summary.id).unwrap();
    let left = track.sections.concat().len();
    assert!((136..200).contains(&left) && track.sections.len() == 2, "{left} fixes: one chunk is lost");
}
