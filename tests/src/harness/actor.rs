//! Somebody who files reports: what they say, their photos, and what must hold of the folder that keeps them.

use std::collections::BTreeSet;
use std::path::Path;

use jalon::Result;
use jalon::journal::{Journal, NewReport, Report};
use jalon::report::{KnownTerms, ReportContent, ReportPosition};
use sha2::{Digest, Sha256};

use super::figures::{Figures, Wrong};
use crate::fixture_server::{StoredReport, small};

/// The moment at which everything is filed, Unix ms.
pub const AT_MS: i64 = 1_770_000_000_000;

/// A photo of so many bytes, 150 at least.
pub fn photo(seed: u32, bytes: usize) -> Vec<u8> {
    small::jpeg(seed, bytes)
}

/// A report of this number, with something in each field.
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

/// Begins a report.
///
/// # Errors
/// The journal's.
pub fn begin(journal: &Journal, url: &str, number: u32) -> Result<Report> {
    let new = NewReport {
        territory: "demo".into(),
        url: url.to_owned(),
        language: "fr".into(),
        content: content(number),
        ..NewReport::default()
    };
    journal.new_report(new, AT_MS + i64::from(number))
}

/// Begins a report, adds photos, and queues it.
///
/// # Errors
/// The journal's.
pub fn file(journal: &Journal, url: &str, number: u32, photos: u32) -> Result<Report> {
    let report = begin(journal, url, number)?;
    for rank in 0..photos {
        journal.attach_encoded(&report.id, &photo(number * 8 + rank, 700), AT_MS)?;
    }
    Ok(journal.queue(&report.id, &KnownTerms::default(), AT_MS)?.0)
}

/// SHA-256, in hexadecimal.
pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Whether a stored report is one of ours.
pub fn is_of(stored: &StoredReport, report: &Report) -> bool {
    let reference = report.reference();
    let digits: String = reference.chars().skip("[ref ".len()).take(8).collect();
    stored.field("comment").is_some_and(|comment| comment.contains(&format!("[ref {digits}")))
}

/// Whether a stored report says that it may be a double.
pub fn is_marked(stored: &StoredReport) -> bool {
    stored.field("comment").is_some_and(|comment| comment.ends_with("possible duplicate]"))
}

/// Looks at a journal that was just opened: every photo that a report names is there and whole, and no other is.
pub fn look_at(journal: &Journal, figures: &mut Figures) {
    let reports = match journal.reports() {
        Ok(reports) => reports,
        Err(error) => return figures.wrong(Wrong::Lost, format!("no report can be read: {error}")),
    };
    let mut known = BTreeSet::new();
    for photo in reports.iter().flat_map(|report| &report.photos) {
        let there = std::fs::read(journal.photo_path(photo)).is_ok_and(|bytes| sha256(&bytes) == photo.sha256);
        figures.expect(there, Wrong::Dangling, || format!("photo {} is not what was attached", photo.id));
        known.insert(photo.file_name());
    }
    for file in names(&journal.directory().join("photos")) {
        figures.expect(known.contains(&file), Wrong::Orphan, || format!("photo {file} is nobody's"));
    }
}

fn names(folder: &Path) -> Vec<String> {
    let files = std::fs::read_dir(folder).into_iter().flatten().flatten();
    files.map(|file| file.file_name().to_string_lossy().into_owned()).collect()
}
