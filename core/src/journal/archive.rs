//! Export and import of the journal as a ZIP file (feature `archive`). It contains the reports as GeoJSON and as plain text, their photos, and
//! `journal.json`, from which another device imports everything.

use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::json;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use super::record::{Photo, Report};
use super::{Favourite, ImportSummary, Journal, Note};
use crate::digest::sha256;
use crate::error::{Error, Result};
use crate::ordered;
use crate::report::ReportState;
use crate::storage::write_atomic;

const CONTENT: &str = "journal.json";
/// Maximum uncompressed size of `journal.json`, in bytes.
const MAX_CONTENT: u64 = 64 << 20;
/// Maximum size of a photo, in bytes.
const MAX_PHOTO: u64 = 16 << 20;

/// The content of `journal.json`.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Content {
    reports: Vec<Report>,
    favourites: Vec<Favourite>,
    notes: Vec<Note>,
}

fn invalid_file(detail: impl std::fmt::Display) -> Error {
    Error::invalid("file", format!("must be an export of a journal ({detail})"))
}

fn photo_entry(photo: &Photo) -> String {
    format!("photos/{}", photo.file_name())
}

impl Journal {
    /// Exports favourites, notes and all reports that are not accepted (with `all` also the accepted ones) to a ZIP file
    /// `target`, which must not exist. Returns the number of reports. Builds the file in memory.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if `target` exists; [`Error::Closed`], [`Error::Corrupt`], [`Error::StorageFull`] and errors
    /// of the disk.
    pub fn export(&self, target: &Path, all: bool) -> Result<usize> {
        let mut reports = self.reports()?;
        reports.retain(|report| all || !matches!(report.lifecycle.state, ReportState::Accepted { .. }));
        let content = Content { favourites: self.favourites()?, notes: self.notes()?, reports };
        let mut zip = Vec::new();
        let mut writer = ZipWriter::new(std::io::Cursor::new(&mut zip));
        let deflated = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
        let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
        let mut add = |name: &str, bytes: &[u8], options: SimpleFileOptions| -> Result<()> {
            writer.start_file(name, options).map_err(Error::internal)?;
            Ok(writer.write_all(bytes)?)
        };
        let features: Vec<_> = content.reports.iter().map(feature).collect();
        let collection = json!({"type": "FeatureCollection", "features": features});
        add("reports.geojson", collection.to_string().as_bytes(), deflated)?;
        add("reports.txt", plain_text(&content).as_bytes(), deflated)?;
        add(CONTENT, &serde_json::to_vec(&content).map_err(Error::internal)?, deflated)?;
        for photo in content.reports.iter().flat_map(|report| &report.photos) {
            // A missing photo must not prevent the export of the others.
            if let Ok(bytes) = std::fs::read(self.photo_path(photo)) {
                add(&photo_entry(photo), &bytes, stored)?;
            }
        }
        writer.finish().map_err(Error::internal)?;
        if target.exists() {
            return Err(Error::invalid("target", "must be the path of a new file"));
        }
        write_atomic(self.file_system(), target, &zip)?;
        Ok(content.reports.len())
    }

    /// Imports an export. Reports, favourites and notes that the journal already has are unchanged. Only photos that a report
    /// in the file names are read, and they are stored under their ids: no file name of the ZIP file is used.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] for a file that is no export or damaged; [`Error::StorageFull`], [`Error::TooNew`],
    /// [`Error::Closed`] and errors of the disk.
    pub fn import(&self, source: &Path) -> Result<ImportSummary> {
        let file = File::open(source).map_err(|_| Error::invalid("file", "must be the path of a readable file"))?;
        let mut archive = ZipArchive::new(file).map_err(invalid_file)?;
        let json = read(&mut archive, CONTENT, MAX_CONTENT)?;
        let mut content: Content =
            serde_json::from_slice(&json).map_err(|_| invalid_file("its content cannot be read"))?;
        let mut summary = ImportSummary::default();
        self.import_reports(&mut archive, &mut content.reports, &mut summary)?;
        let known = ordered::set(self.notes()?.into_iter().map(|note| note.id));
        for note in content.notes.iter().filter(|note| !known.contains(&note.id)) {
            self.save_note(note)?;
            summary.notes += 1;
        }
        let known = self.favourites()?;
        for favourite in content.favourites {
            let is_same = |own: &Favourite| {
                (&own.territory, own.kind, own.id) == (&favourite.territory, favourite.kind, favourite.id)
            };
            if !known.iter().any(is_same) {
                self.add_favourite(&favourite)?;
                summary.favourites += 1;
            }
        }
        Ok(summary)
    }

    fn import_reports(
        &self,
        archive: &mut ZipArchive<File>,
        reports: &mut [Report],
        summary: &mut ImportSummary,
    ) -> Result<()> {
        let known = ordered::set(self.reports()?.into_iter().map(|report| report.id));
        for report in reports {
            let is_id = |id: &str| uuid::Uuid::parse_str(id).is_ok_and(|uuid| uuid.to_string() == id);
            if !is_id(&report.id) || !report.photos.iter().all(|photo| is_id(&photo.id)) {
                return Err(invalid_file("the id of a report or photo is invalid"));
            }
            if known.contains(&report.id) {
                summary.known += 1;
                continue;
            }
            report.doubt_if_sending()?;
            let photo_count = report.photos.len();
            report.photos.retain(|photo| archive.index_for_name(&photo_entry(photo)).is_some());
            if report.photos.len() < photo_count {
                summary.photos_missing += (photo_count - report.photos.len()) as u64;
                // Attempts of the current revision sent other bytes.
                report.lifecycle.revision += 1;
            }
            let mut photos = Vec::new();
            for photo in &report.photos {
                let bytes = read(archive, &photo_entry(photo), MAX_PHOTO)?;
                if sha256(&bytes) != photo.sha256 {
                    return Err(invalid_file("a photo does not match its checksum"));
                }
                photos.push((photo, bytes));
            }
            self.save_report(&report.id, |_| {
                for (photo, bytes) in &photos {
                    self.write_photo(photo, bytes)?;
                }
                Ok(report.clone())
            })?;
            summary.reports += 1;
        }
        Ok(())
    }
}

/// Reads an entry of at most `max_bytes` bytes.
fn read(archive: &mut ZipArchive<File>, name: &str, max_bytes: u64) -> Result<Vec<u8>> {
    let entry = archive.by_name(name).map_err(|_| invalid_file(format!("{name} is missing")))?;
    let mut bytes = Vec::new();
    entry.take(max_bytes + 1).read_to_end(&mut bytes).map_err(invalid_file)?;
    if bytes.len() as u64 > max_bytes {
        return Err(invalid_file(format!("{name} is longer than {max_bytes} bytes")));
    }
    Ok(bytes)
}

/// A report as a GeoJSON feature.
fn feature(report: &Report) -> serde_json::Value {
    let position =
        report.content.position.map(|position| json!({"type": "Point", "coordinates": [position.lon, position.lat]}));
    let content = &report.content;
    json!({"type": "Feature", "geometry": position, "properties": {
        "uuid": report.id, "territory": report.territory, "state": report.lifecycle.state.as_str(),
        "comment": content.comment, "email": content.email, "category": content.category,
        "activity": content.activity, "magnitude": content.magnitude, "trek": content.trek,
        "signage": content.signage, "accuracy_m": content.position.and_then(|position| position.accuracy_m),
        "created_ms": report.created_ms, "reference": report.reference(),
        "photos": report.photos.iter().map(photo_entry).collect::<Vec<_>>(),
    }})
}

/// The reports and notes as plain text.
fn plain_text(content: &Content) -> String {
    let mut text = String::new();
    for report in &content.reports {
        let Report { territory, content, photos, .. } = report;
        text.push_str(&format!("{territory}  {}  {}\n", report.lifecycle.state.as_str(), report.reference()));
        if let Some(position) = content.position {
            text.push_str(&format!("  latitude {:.6}, longitude {:.6}\n", position.lat, position.lon));
        }
        text.push_str(&format!("  {}\n", content.comment.replace('\n', "\n  ")));
        for photo in photos {
            text.push_str(&format!("  {}\n", photo_entry(photo)));
        }
        text.push('\n');
    }
    for note in &content.notes {
        text.push_str(&format!("note  {}\n\n", note.text.replace('\n', "\n  ")));
    }
    text
}
