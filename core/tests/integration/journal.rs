//! The journal: reports, export and import, recovery of damaged files.

use std::fs;
use std::path::Path;

use jalon::Error;
use jalon::journal::{ExportOptions, FILE_NAME, Favourite, Journal, NewReport, Report};
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

fn draft(journal: &Journal, comment: &str) -> Report {
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
    [&b"\xFF\xD8\xFF\xDA\0\x02"[..], &vec![7; size], b"\xFF\xD9"].concat()
}

fn photos(directory: &Path) -> usize {
    fs::read_dir(directory.join("photos")).unwrap().count()
}

#[test]
fn draft_survives_a_restart_and_queued_report_has_a_sidecar() {
    let directory = tempfile::tempdir().unwrap();
    let report = {
        let journal = open(directory.path());
        let report = draft(&journal, "Passerelle");
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
fn invalid_report_is_not_queued_and_queued_one_not_discarded() {
    let directory = tempfile::tempdir().unwrap();
    let journal = open(directory.path());
    let empty = draft(&journal, " ");
    assert!(matches!(journal.queue(&empty.id, &KnownTerms::default(), 1), Err(Error::InvalidInput { .. })));
    let photo = journal.attach_encoded(&empty.id, &jpeg(5), 1).unwrap();
    fs::write(journal.photo_path(&photo), "other").unwrap();
    assert!(matches!(journal.queue(&empty.id, &KnownTerms::default(), 1), Err(Error::Corrupt { .. })));
    journal.discard(&empty.id).unwrap();
    assert_eq!(photos(directory.path()), 0, "the photo is deleted, too");
    let report = draft(&journal, "x");
    journal.queue(&report.id, &KnownTerms::default(), 1).unwrap();
    assert!(journal.discard(&report.id).is_err());
    for wrong in ["../../etc/passwd", "", "x"] {
        assert!(matches!(journal.report(wrong), Err(Error::InvalidInput { .. })), "{wrong}");
    }
    for wrong in [b"GIF89a", &jpeg(9)[..14]] {
        assert!(matches!(journal.attach_encoded(&report.id, wrong, 1), Err(Error::InvalidInput { .. })));
    }
}

#[test]
fn purge_accepted_deletes_accepted_reports_only() {
    let directory = tempfile::tempdir().unwrap();
    let journal = open(directory.path());
    let sent = |reply: &str, status: u16| {
        let reply = jalon::report::Reply { status, body: reply.into(), is_complete: true, ..Default::default() };
        Event::Completed { sent: SendResult::Response { final_chunk_sent: true, reply }, now: NOW, jitter: 0.0 }
    };
    let mut ids = Vec::new();
    for (status, body) in [(201, r#"{"id": 5}"#), (500, ""), (400, "{}")] {
        let report = draft(&journal, "x");
        journal.attach_encoded(&report.id, &jpeg(9), 1).unwrap();
        journal.queue(&report.id, &KnownTerms::default(), 1).unwrap();
        for step in [Event::Start { in_background: false }, Event::FinalChunkSent, sent(body, status)] {
            journal.apply_event(&report.id, &step, 10).unwrap();
        }
        ids.push(report.id);
    }
    assert_eq!(journal.purge_accepted(10).unwrap(), 0);
    assert_eq!(journal.purge_accepted(11).unwrap(), 1);
    assert!(matches!(journal.report(&ids[0]), Err(Error::NotFound { .. })));
    assert_eq!(photos(directory.path()), 2);
    let doubted = journal.apply_event(&ids[1], &Event::Resolve(Resolution::Resend), 12).unwrap();
    assert!(doubted.reference().ends_with(", possible duplicate]"));
}

#[test]
fn export_and_import_transfer_everything() {
    let directory = tempfile::tempdir().unwrap();
    let journal = open(directory.path());
    let report = draft(&journal, "Pont – coupé");
    journal.attach_encoded(&report.id, &jpeg(1_000), 1).unwrap();
    journal.queue(&report.id, &KnownTerms::default(), 1).unwrap();
    journal.add_note("Source à sec", Some(Position::new(6.0, 44.0)), Some(("pne".into(), Kind::Trek, 31)), 2).unwrap();
    let favourite = Favourite { territory: "pne".into(), kind: Kind::Poi, id: 4, name: "Lac".into(), created_ms: 3 };
    journal.add_favourite(&favourite).unwrap();
    let bundle = directory.path().join("all.zip");
    assert_eq!(journal.export(&bundle, &ExportOptions::default(), 5).unwrap(), 1);
    assert!(journal.export(&bundle, &ExportOptions::default(), 5).is_err(), "an existing file is not overwritten");

    let other_directory = tempfile::tempdir().unwrap();
    let other = open(other_directory.path());
    let imported = other.import(&bundle, 6).unwrap();
    assert_eq!((imported.reports, imported.notes, imported.favourites), (1, 1, 1));
    let (copy, original) = (other.report(&report.id).unwrap(), journal.report(&report.id).unwrap());
    assert_eq!((&copy.content, &copy.photos), (&original.content, &original.photos));
    assert_eq!(fs::read(other.photo_path(&other.reports().unwrap()[0].photos[0])).unwrap(), jpeg(1_000));
    let again = other.import(&bundle, 6).unwrap();
    assert_eq!((again.reports, again.known, again.notes, again.favourites), (0, 1, 0, 0));
    assert_eq!(other.notes().unwrap(), journal.notes().unwrap());
    assert!(
        other.remove_favourite("pne", Kind::Poi, 4).unwrap() && !other.remove_favourite("pne", Kind::Poi, 4).unwrap()
    );
    fs::write(other_directory.path().join("no.zip"), "no zip").unwrap();
    assert!(matches!(other.import(&other_directory.path().join("no.zip"), 6), Err(Error::InvalidInput { .. })));
}

const EVERYTHING: ExportOptions = ExportOptions { include_accepted: true, hand_over: false };
const HAND_OVER: ExportOptions = ExportOptions { include_accepted: false, hand_over: true };

/// A journal with a draft and a queued report, and their ids.
fn journal_with_two_reports(directory: &Path) -> (Journal, [String; 2]) {
    let journal = open(directory);
    let ids = [draft(&journal, "Source").id, draft(&journal, "Pont").id];
    journal.queue(&ids[1], &KnownTerms::default(), 1).unwrap();
    (journal, ids)
}

fn states(journal: &Journal, ids: &[String]) -> Vec<(&'static str, bool)> {
    let lifecycle = |id: &String| journal.report(id).unwrap().lifecycle;
    ids.iter().map(lifecycle).map(|report| (report.state.as_str(), report.may_be_duplicate)).collect()
}

#[test]
fn kept_export_is_not_sent_by_the_importing_device() {
    let (directory, other_directory) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (journal, ids) = journal_with_two_reports(directory.path());
    let file = directory.path().join("kept.zip");
    assert_eq!(journal.export(&file, &ExportOptions::default(), 5).unwrap(), 2);
    let other = open(other_directory.path());
    let summary = other.import(&file, 6).unwrap();
    assert_eq!((summary.reports, summary.kept_by_exporter), (2, 2));
    assert_eq!(states(&journal, &ids), [("draft", false), ("queued", false)]);
    assert_eq!(states(&other, &ids), [("draft", true), ("in_doubt", false)]);
    assert!(other.report(&ids[1]).unwrap().lifecycle.needs_user_action());
    let resent = other.apply_event(&ids[1], &Event::Resolve(Resolution::Resend), 7).unwrap();
    assert!(resent.reference().ends_with("possible duplicate]"));
}

#[test]
fn handed_over_report_is_sent_by_the_importing_device_only() {
    let (directory, other_directory) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (journal, ids) = journal_with_two_reports(directory.path());
    let file = directory.path().join("handed-over.zip");
    assert_eq!(journal.export(&file, &HAND_OVER, 5).unwrap(), 2);
    assert_eq!(states(&journal, &ids), [("draft", true), ("in_doubt", false)]);
    let own = journal.report(&ids[1]).unwrap().lifecycle;
    assert_eq!(own.state, ReportState::InDoubt { is_abandoned: true });
    assert!(own.last_error.unwrap().contains("another device"));
    let other = open(other_directory.path());
    let summary = other.import(&file, 6).unwrap();
    assert_eq!((summary.reports, summary.kept_by_exporter), (2, 0));
    assert_eq!(states(&other, &ids), [("draft", false), ("queued", false)]);

    // The other device gives them back.
    let back = directory.path().join("back.zip");
    other.export(&back, &HAND_OVER, 7).unwrap();
    let summary = journal.import(&back, 8).unwrap();
    assert_eq!((summary.reports, summary.known), (1, 1), "the draft was here all the time");
    assert_eq!(states(&journal, &ids)[1], ("queued", false));
    assert_eq!(states(&other, &ids)[1], ("in_doubt", false));
}

#[test]
fn failed_export_hands_nothing_over() {
    let directory = tempfile::tempdir().unwrap();
    let (journal, ids) = journal_with_two_reports(directory.path());
    let before: Vec<_> = ids.iter().map(|id| journal.report(id).unwrap().lifecycle).collect();
    let missing_folder = directory.path().join("missing/file.zip");
    assert!(journal.export(&missing_folder, &HAND_OVER, 5).is_err());
    let after: Vec<_> = ids.iter().map(|id| journal.report(id).unwrap().lifecycle).collect();
    assert_eq!(before, after);
}

#[test]
fn report_that_is_being_sent_is_not_handed_over() {
    let (directory, other_directory) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (journal, ids) = journal_with_two_reports(directory.path());
    journal.apply_event(&ids[1], &Event::Start { in_background: false }, 2).unwrap();
    let file = directory.path().join("handed-over.zip");
    journal.export(&file, &HAND_OVER, 5).unwrap();
    assert_eq!(states(&journal, &ids)[1], ("sending", false));
    let other = open(other_directory.path());
    other.import(&file, 6).unwrap();
    assert_eq!(states(&other, &ids)[1], ("in_doubt", false));
}

#[test]
fn export_with_a_missing_photo_transfers_the_rest() {
    let directory = tempfile::tempdir().unwrap();
    let journal = open(directory.path());
    let report = draft(&journal, "Pont");
    let missing = journal.attach_encoded(&report.id, &jpeg(10), 1).unwrap();
    let present = journal.attach_encoded(&report.id, &jpeg(20), 1).unwrap();
    draft(&journal, "Source");
    fs::remove_file(journal.photo_path(&missing)).unwrap();
    let bundle = directory.path().join("all.zip");
    assert_eq!(journal.export(&bundle, &ExportOptions::default(), 5).unwrap(), 2);
    let other_directory = tempfile::tempdir().unwrap();
    let other = open(other_directory.path());
    let imported = other.import(&bundle, 6).unwrap();
    assert_eq!((imported.reports, imported.photos_missing), (2, 1));
    assert_eq!(other.report(&report.id).unwrap().photos, [present]);
}

#[test]
fn empty_or_missing_database_is_restored_from_sidecars() {
    for is_missing in [false, true] {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join(FILE_NAME);
        let (queued, edited) = {
            let journal = open(directory.path());
            let report = draft(&journal, "Pont");
            journal.attach_encoded(&report.id, &jpeg(10), 1).unwrap();
            journal.queue(&report.id, &KnownTerms::default(), 1).unwrap();
            // Queued and then edited: the sidecar file must not queue the report again.
            let edited = draft(&journal, "Source");
            journal.queue(&edited.id, &KnownTerms::default(), 1).unwrap();
            let edited = journal.edit(&edited.id, |content| content.comment.push_str(" à sec"), 1).unwrap();
            let discarded = draft(&journal, "nothing");
            journal.discard(&discarded.id).unwrap();
            (journal.report(&report.id).unwrap(), edited)
        };
        if is_missing {
            fs::remove_file(&path).unwrap()
        } else {
            fs::write(&path, "").unwrap()
        }
        let journal = open(directory.path());
        let mut held = journal.reports().unwrap();
        // Both were made at the same time.
        held.sort_by_key(|report| report.id != queued.id);
        assert_eq!(held, [queued, edited]);
        assert_eq!(photos(directory.path()), 1);
        assert_eq!(journal.recovery().unwrap().reports_from_sidecars, 2);
        drop(journal);
        assert!(open(directory.path()).recovery().is_none());
    }
}

/// Damages the head or one page of the file, or truncates it.
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
fn damaged_database_is_quarantined_and_all_reports_recovered() {
    let pages = {
        let directory = tempfile::tempdir().unwrap();
        drop(open(directory.path()));
        usize::try_from(fs::metadata(directory.path().join(FILE_NAME)).unwrap().len() / 4_096).unwrap()
    };
    let mut recovered = 0;
    for how in 0..pages + 8 {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join(FILE_NAME);
        let mut ids = Vec::new();
        {
            let journal = open(directory.path());
            for number in 0..6 {
                let report = draft(&journal, &format!("{number} {}", "long ".repeat(300)));
                journal.attach_encoded(&report.id, &jpeg(50), 1).unwrap();
                journal.queue(&report.id, &KnownTerms::default(), 1).unwrap();
                ids.push(report.id);
            }
            journal.apply_event(&ids[3], &Event::Start { in_background: false }, 1).unwrap();
        }
        damage(&path, how);
        let damaged = fs::read(&path).unwrap();
        let journal = open(directory.path());
        for id in &ids {
            let report = journal.report(id).unwrap_or_else(|error| panic!("{how}: {error}"));
            assert_eq!(fs::read(journal.photo_path(&report.photos[0])).unwrap(), jpeg(50), "{how}");
        }
        let Some(recovery) = journal.recovery() else { continue };
        recovered += 1;
        assert_eq!(fs::read(&recovery.quarantined_path).unwrap(), damaged, "{how}: the damaged file has changed");
        assert_eq!(recovery.reports_from_rows + recovery.reports_from_sidecars, 6, "{how}");
        let sending = journal.report(&ids[3]).unwrap();
        assert_eq!(
            sending.lifecycle.state,
            ReportState::InDoubt { is_abandoned: false },
            "{how}: it may have been sent"
        );
        assert!(open(directory.path()).recovery().is_none(), "{how}: the new file is sound");
    }
    assert!(recovered > 3, "{recovered}");
}

#[test]
fn newer_file_can_be_read_and_exported_but_not_written() {
    let directory = tempfile::tempdir().unwrap();
    let report = draft(&open(directory.path()), "x");
    let connection = rusqlite::Connection::open(directory.path().join(FILE_NAME)).unwrap();
    connection.execute("UPDATE jalon_schema SET version = 99", []).unwrap();
    drop(connection);
    let journal = open(directory.path());
    assert_eq!(journal.report(&report.id).unwrap().content.comment, "x");
    assert_eq!(journal.export(&directory.path().join("all.zip"), &EVERYTHING, 5).unwrap(), 1);
    assert!(matches!(journal.queue(&report.id, &KnownTerms::default(), 1), Err(Error::TooNew { found: 99, .. })));
    assert!(matches!(journal.add_note("x", None, None, 1), Err(Error::TooNew { .. })));
}
