//! The journal on disk: kept, exported, taken over, salvaged.

#![allow(clippy::unwrap_used, reason = "a helper of tests outside #[test] is a test all the same")]

use std::fs;
use std::path::Path;

use jalon::Error;
use jalon::journal::{FILE_NAME, Favourite, Journal, NewReport, Report};
use jalon::model::{Kind, Position};
use jalon::report::{
    Event, KnownTerms, ReportContent, ReportPosition, ReportState, ReportWarning, Resolution, SendResult,
};
use jalon::storage::Storage;
use jalon::transfer::BootInstant;

const NOW: BootInstant = BootInstant { ms: 1, boot_id: 1 };

fn open(directory: &Path) -> Journal {
    Journal::open(directory, Storage::default()).unwrap()
}

fn begin(journal: &Journal, comment: &str) -> Report {
    let position = Some(ReportPosition { lon: 6.2, lat: 44.9, accuracy_m: None, at_ms: None });
    let content =
        ReportContent { comment: comment.into(), email: "a@b.example".into(), position, ..ReportContent::default() };
    let new = NewReport {
        territory: "pne".into(),
        url: "https://park.example/".into(),
        language: "fr".into(),
        content,
        ..NewReport::default()
    };
    journal.new_report(new, 1).unwrap()
}

fn jpeg(size: usize) -> Vec<u8> {
    [&b"\xFF\xD8\xFF\xE0"[..], &vec![7; size], b"\xFF\xD9"].concat()
}

fn photos(directory: &Path) -> usize {
    fs::read_dir(directory.join("photos")).unwrap().count()
}

#[test]
fn a_draft_survives_a_restart_and_a_queued_report_is_there_twice() {
    let directory = tempfile::tempdir().unwrap();
    let report = {
        let journal = open(directory.path());
        let report = begin(&journal, "Passerelle");
        journal.attach_encoded(&report.id, &jpeg(100), 2).unwrap();
        journal.edit(&report.id, |content| content.comment.push_str(" emportée"), 3).unwrap()
    };
    let journal = open(directory.path());
    let held = journal.report(&report.id).unwrap();
    assert_eq!(held, report);
    assert_eq!((held.content.comment.as_str(), held.photos.len()), ("Passerelle emportée", 1));
    let (queued, warnings) = journal.queue(&report.id, &KnownTerms::default(), 4).unwrap();
    assert_eq!(queued.lifecycle.state.as_str(), "queued");
    assert_eq!(warnings, Vec::<ReportWarning>::new());
    let copy = fs::read_to_string(directory.path().join(format!("reports/{}.json", report.id))).unwrap();
    assert_eq!(serde_json::from_str::<Report>(copy.lines().next().unwrap()).unwrap(), queued);
    assert_eq!(fs::read(journal.photo_path(&queued.photos[0])).unwrap(), jpeg(100));
    assert_eq!(queued.reference().len(), "[ref 12345678]".len());
}

#[test]
fn what_nobody_could_use_is_not_queued_and_only_drafts_are_discarded() {
    let directory = tempfile::tempdir().unwrap();
    let journal = open(directory.path());
    let empty = begin(&journal, " ");
    assert!(matches!(journal.queue(&empty.id, &KnownTerms::default(), 1), Err(Error::InvalidInput { .. })));
    let photo = journal.attach_encoded(&empty.id, &jpeg(5), 1).unwrap();
    fs::write(journal.photo_path(&photo), "other").unwrap();
    assert!(matches!(journal.queue(&empty.id, &KnownTerms::default(), 1), Err(Error::Corrupt { .. })));
    journal.discard(&empty.id).unwrap();
    assert_eq!(photos(directory.path()), 0, "no photo without its report");
    let report = begin(&journal, "x");
    journal.queue(&report.id, &KnownTerms::default(), 1).unwrap();
    assert!(journal.discard(&report.id).is_err());
    for wrong in ["../../etc/passwd", "", "x"] {
        assert!(matches!(journal.report(wrong), Err(Error::InvalidInput { .. })), "{wrong}");
    }
    assert!(matches!(journal.attach_encoded(&report.id, b"GIF89a", 1), Err(Error::InvalidInput { .. })));
}

#[test]
fn only_what_was_accepted_is_ever_forgotten() {
    let directory = tempfile::tempdir().unwrap();
    let journal = open(directory.path());
    let sent = |reply: &str, status: u16| {
        let reply = jalon::report::Reply { status, body: reply.into(), is_complete: true, retry_after_ms: None };
        Event::Completed { sent: SendResult::Response { final_chunk_sent: true, reply }, now: NOW, jitter: 0.0 }
    };
    let mut uuids = Vec::new();
    for (status, body) in [(201, r#"{"id": 5}"#), (500, ""), (400, "{}")] {
        let report = begin(&journal, "x");
        journal.attach_encoded(&report.id, &jpeg(9), 1).unwrap();
        journal.queue(&report.id, &KnownTerms::default(), 1).unwrap();
        for step in [Event::Start { in_background: false }, Event::FinalChunkSent, sent(body, status)] {
            journal.apply_event(&report.id, &step, 10).unwrap();
        }
        uuids.push(report.id);
    }
    assert_eq!(journal.purge_accepted(10).unwrap(), 0);
    assert_eq!(journal.purge_accepted(11).unwrap(), 1);
    assert!(matches!(journal.report(&uuids[0]), Err(Error::NotFound { .. })));
    assert_eq!(photos(directory.path()), 2);
    let doubted = journal.apply_event(&uuids[1], &Event::Resolve(Resolution::Resend), 12).unwrap();
    assert!(doubted.reference().ends_with(", possible duplicate]"));
}

#[test]
fn everything_can_be_taken_to_another_device() {
    let directory = tempfile::tempdir().unwrap();
    let journal = open(directory.path());
    let report = begin(&journal, "Pont – coupé");
    journal.attach_encoded(&report.id, &jpeg(1_000), 1).unwrap();
    journal.queue(&report.id, &KnownTerms::default(), 1).unwrap();
    journal.add_note("Source à sec", Some(Position::new(6.0, 44.0)), Some(("pne".into(), Kind::Trek, 31)), 2).unwrap();
    let favourite = Favourite { territory: "pne".into(), kind: Kind::Poi, id: 4, name: "Lac".into(), created_ms: 3 };
    journal.add_favourite(&favourite).unwrap();
    let bundle = directory.path().join("all.zip");
    assert_eq!(journal.export(&bundle, false).unwrap(), 1);
    assert!(journal.export(&bundle, false).is_err(), "what is there is not written over");

    let elsewhere = tempfile::tempdir().unwrap();
    let other = open(elsewhere.path());
    let imported = other.import(&bundle).unwrap();
    assert_eq!((imported.reports, imported.notes, imported.favourites), (1, 1, 1));
    assert_eq!(other.report(&report.id).unwrap(), journal.report(&report.id).unwrap());
    assert_eq!(fs::read(other.photo_path(&other.reports().unwrap()[0].photos[0])).unwrap(), jpeg(1_000));
    let again = other.import(&bundle).unwrap();
    assert_eq!((again.reports, again.known, again.notes, again.favourites), (0, 1, 0, 0));
    assert_eq!(other.notes().unwrap(), journal.notes().unwrap());
    assert!(
        other.remove_favourite("pne", Kind::Poi, 4).unwrap() && !other.remove_favourite("pne", Kind::Poi, 4).unwrap()
    );
    fs::write(elsewhere.path().join("no.zip"), "no zip").unwrap();
    assert!(matches!(other.import(&elsewhere.path().join("no.zip")), Err(Error::InvalidInput { .. })));
}

#[test]
fn a_photo_that_is_gone_keeps_nothing_else_from_another_device() {
    let directory = tempfile::tempdir().unwrap();
    let journal = open(directory.path());
    let report = begin(&journal, "Pont");
    let gone = journal.attach_encoded(&report.id, &jpeg(10), 1).unwrap();
    let there = journal.attach_encoded(&report.id, &jpeg(20), 1).unwrap();
    begin(&journal, "Source");
    fs::remove_file(journal.photo_path(&gone)).unwrap();
    let bundle = directory.path().join("all.zip");
    assert_eq!(journal.export(&bundle, false).unwrap(), 2);
    let elsewhere = tempfile::tempdir().unwrap();
    let other = open(elsewhere.path());
    let imported = other.import(&bundle).unwrap();
    assert_eq!((imported.reports, imported.photos_missing), (2, 1));
    assert_eq!(other.report(&report.id).unwrap().photos, [there]);
}

#[test]
fn an_empty_or_missing_file_is_filled_from_the_copies() {
    for is_missing in [false, true] {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join(FILE_NAME);
        let (queued, draft) = {
            let journal = open(directory.path());
            let report = begin(&journal, "Pont");
            journal.attach_encoded(&report.id, &jpeg(10), 1).unwrap();
            journal.queue(&report.id, &KnownTerms::default(), 1).unwrap();
            // Queued once, and being written on since: the copy must not send what was taken back.
            let draft = begin(&journal, "Source");
            journal.queue(&draft.id, &KnownTerms::default(), 1).unwrap();
            let draft = journal.edit(&draft.id, |content| content.comment.push_str(" à sec"), 1).unwrap();
            let gone = begin(&journal, "nothing");
            journal.discard(&gone.id).unwrap();
            (journal.report(&report.id).unwrap(), draft)
        };
        if is_missing {
            fs::remove_file(&path).unwrap()
        } else {
            fs::write(&path, "").unwrap()
        }
        let journal = open(directory.path());
        let mut held = journal.reports().unwrap();
        // Both were begun at the same moment.
        held.sort_by_key(|report| report.id != queued.id);
        assert_eq!(held, [queued, draft]);
        assert_eq!(photos(directory.path()), 1);
        assert_eq!(journal.recovery().unwrap().reports_from_sidecars, 2);
        drop(journal);
        assert!(open(directory.path()).recovery().is_none());
    }
}

/// Damages one page of the file, or its head, or cuts it.
fn damage(path: &Path, how: usize) {
    let mut bytes = fs::read(path).unwrap();
    match how {
        0 => bytes[..100].fill(0),
        1 => bytes.truncate(bytes.len() / 2),
        2 => bytes[..4_096].fill(0xA5),
        page => {
            let start = (page - 2) * 4_096;
            let end = (start + 4_096).min(bytes.len());
            bytes[start..end].fill(0x5A);
        }
    }
    fs::write(path, bytes).unwrap();
}

#[test]
fn damage_never_means_deletion() {
    let pages = {
        let directory = tempfile::tempdir().unwrap();
        drop(open(directory.path()));
        usize::try_from(fs::metadata(directory.path().join(FILE_NAME)).unwrap().len() / 4_096).unwrap()
    };
    let mut salvaged = 0;
    for how in 0..pages + 8 {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join(FILE_NAME);
        let mut uuids = Vec::new();
        {
            let journal = open(directory.path());
            for number in 0..6 {
                let report = begin(&journal, &format!("{number} {}", "long ".repeat(300)));
                journal.attach_encoded(&report.id, &jpeg(50), 1).unwrap();
                journal.queue(&report.id, &KnownTerms::default(), 1).unwrap();
                uuids.push(report.id);
            }
            journal.apply_event(&uuids[3], &Event::Start { in_background: false }, 1).unwrap();
        }
        damage(&path, how);
        let damaged = fs::read(&path).unwrap();
        let journal = open(directory.path());
        for uuid in &uuids {
            let report = journal.report(uuid).unwrap_or_else(|error| panic!("{how}: {error}"));
            assert_eq!(fs::read(journal.photo_path(&report.photos[0])).unwrap(), jpeg(50), "{how}");
        }
        let Some(told) = journal.recovery() else { continue };
        salvaged += 1;
        assert_eq!(fs::read(&told.quarantined_path).unwrap(), damaged, "{how}: the damaged file keeps every byte");
        assert_eq!(told.reports_from_rows + told.reports_from_sidecars, 6, "{how}");
        let sending = journal.report(&uuids[3]).unwrap();
        assert_eq!(
            sending.lifecycle.state,
            ReportState::InDoubt { is_abandoned: false },
            "{how}: nobody knows whether it left"
        );
        assert!(open(directory.path()).recovery().is_none(), "{how}: the new file is sound");
    }
    assert!(salvaged > 3, "{salvaged}");
}

#[test]
fn a_newer_file_is_read_and_exported_and_not_written() {
    let directory = tempfile::tempdir().unwrap();
    let report = begin(&open(directory.path()), "x");
    let connection = rusqlite::Connection::open(directory.path().join(FILE_NAME)).unwrap();
    connection.execute("UPDATE jalon_schema SET version = 99", []).unwrap();
    drop(connection);
    let journal = open(directory.path());
    assert_eq!(journal.report(&report.id).unwrap().content.comment, "x");
    assert_eq!(journal.export(&directory.path().join("all.zip"), true).unwrap(), 1);
    assert!(matches!(journal.queue(&report.id, &KnownTerms::default(), 1), Err(Error::TooNew { found: 99, .. })));
    assert!(matches!(journal.add_note("x", None, None, 1), Err(Error::TooNew { .. })));
}
