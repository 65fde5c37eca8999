//! Files test reports, and checks the photos of a journal.

use std::collections::BTreeSet;
use std::path::Path;

use jalon::Result;
use jalon::journal::{Journal, NewReport, Report};
use jalon::report::{KnownTerms, ReportContent, ReportPosition};
use sha2::{Digest, Sha256};

use super::stats::{RunStats, Violation};
use crate::fixture_server::{StoredReport, tiny_jpeg};

/// When each report is filed, in Unix milliseconds.
pub const AT_MS: i64 = 1_770_000_000_000;

/// A photo of this many bytes, at least 150.
pub fn photo(seed: u32, bytes: usize) -> Vec<u8> {
    tiny_jpeg::jpeg(seed, bytes)
}

/// The content of the n-th report, with a value in each field.
pub fn content(number: u32) -> ReportContent {
    let position =
        ReportPosition { lon: 6.25 + f64::from(number) / 1_000.0, lat: 44.75, accuracy_m: Some(8.0), at_ms: Some(1) };
    ReportContent {
        comment: format!("Passerelle n° {number} emportée\nl'accès est « coupé »"),
        email: "actor@parc.example".into(),
        category: Some(2),
        activity: Some(1),
        magnitude: Some(3),
        position: Some(position),
        trek: Some(1),
        signage: None,
    }
}

/// Makes the n-th report as a draft.
///
/// # Errors
/// Any error of the journal.
pub fn draft(journal: &Journal, url: &str, number: u32) -> Result<Report> {
    let new = NewReport {
        territory: "demo".into(),
        url: url.to_owned(),
        language: "fr".into(),
        content: content(number),
        ..NewReport::default()
    };
    journal.new_report(new, AT_MS + i64::from(number))
}

/// Makes the n-th report, attaches photos and queues it.
///
/// # Errors
/// Any error of the journal.
pub fn queue_report(journal: &Journal, url: &str, number: u32, photos: u32) -> Result<Report> {
    let report = draft(journal, url, number)?;
    for index in 0..photos {
        journal.attach_encoded(&report.id, &photo(number * 8 + index, 700), AT_MS)?;
    }
    Ok(journal.queue(&report.id, &KnownTerms::default(), AT_MS)?.0)
}

/// SHA-256 in hexadecimal.
pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Whether a stored report is a copy of this report, by its reference in the comment.
pub fn is_copy_of(stored: &StoredReport, report: &Report) -> bool {
    let reference = report.reference();
    let digits: String = reference.chars().skip("[ref ".len()).take(8).collect();
    stored.field("comment").is_some_and(|comment| comment.contains(&format!("[ref {digits}")))
}

/// Whether a stored report is marked as a possible duplicate.
pub fn is_marked(stored: &StoredReport) -> bool {
    stored.field("comment").is_some_and(|comment| comment.ends_with("possible duplicate]"))
}

/// Checks a journal that was just opened: each photo of a report exists and is complete, and there are no other photos.
pub fn check_photos(journal: &Journal, stats: &mut RunStats) {
    let reports = match journal.reports() {
        Ok(reports) => reports,
        Err(error) => return stats.record(Violation::Lost, format!("the reports cannot be read: {error}")),
    };
    let mut known = BTreeSet::new();
    for photo in reports.iter().flat_map(|report| &report.photos) {
        let is_same = std::fs::read(journal.photo_path(photo)).is_ok_and(|bytes| sha256(&bytes) == photo.sha256);
        stats.expect(is_same, Violation::DanglingPhoto, || {
            format!("photo {} is missing or differs from the attached one", photo.id)
        });
        known.insert(photo.file_name());
    }
    for file in file_names(&journal.directory().join("photos")) {
        stats.expect(known.contains(&file), Violation::OrphanPhoto, || format!("photo {file} has no report"));
    }
}

fn file_names(folder: &Path) -> Vec<String> {
    let files = std::fs::read_dir(folder).into_iter().flatten().flatten();
    files.map(|file| file.file_name().to_string_lossy().into_owned()).collect()
}
