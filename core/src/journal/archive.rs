//! Everything that the person made, in one file that anybody can open: a zip with a table (GeoJSON), a page to read, the
//! photos, and the journal's own words, from which another device can take it over.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::json;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use super::{Favourite, Journal, Note, Report};
use crate::digest::sha256;
use crate::error::{Error, Result};
use crate::report::{Event, ReportState};
use crate::storage::write_atomic;

const WORDS: &str = "journal.json";
/// Bytes of the journal's own words, unpacked.
const MAX_WORDS: u64 = 64 << 20;
/// Bytes of a photo.
const MAX_PHOTO: u64 = 16 << 20;

#[derive(Debug, Default, Serialize, Deserialize)]
struct Words {
    reports: Vec<Report>,
    favourites: Vec<Favourite>,
    notes: Vec<Note>,
}

/// What an import brought.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct ImportSummary {
    /// Reports that were not here.
    pub reports: u64,
    /// Reports that were here already, and stay as they are.
    pub known: u64,
    /// Photos that were gone when the file was made: their reports came without them.
    pub photos_missing: u64,
    /// Favourites.
    pub favourites: u64,
    /// Notes.
    pub notes: u64,
}

fn broken(what: impl std::fmt::Display) -> Error {
    Error::invalid("file", format!("an export of a journal ({what})"))
}

impl Journal {
    /// Writes everything that is not accepted yet (`all` for that too), with favourites and notes, to a zip file, which
    /// must not exist. Gives the number of reports.
    pub fn export(&self, target: &Path, all: bool) -> Result<usize> {
        let reports: Vec<Report> = self
            .reports()?
            .into_iter()
            .filter(|report| all || !matches!(report.lifecycle.state, ReportState::Accepted { .. }))
            .collect();
        let words = Words { favourites: self.favourites()?, notes: self.notes()?, reports };
        let mut zip = Vec::new();
        let mut writer = ZipWriter::new(std::io::Cursor::new(&mut zip));
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
        let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
        let mut add = |name: &str, bytes: &[u8], options: SimpleFileOptions| -> Result<()> {
            writer.start_file(name, options).map_err(Error::internal)?;
            Ok(writer.write_all(bytes)?)
        };
        let features: Vec<_> = words.reports.iter().map(feature).collect();
        let table = json!({"type": "FeatureCollection", "features": features});
        add("reports.geojson", table.to_string().as_bytes(), options)?;
        add("reports.txt", page(&words).as_bytes(), options)?;
        add(WORDS, &serde_json::to_vec(&words).map_err(Error::internal)?, options)?;
        for photo in words.reports.iter().flat_map(|report| &report.photos) {
            // One that is gone must not keep the others from being saved.
            if let Ok(bytes) = std::fs::read(self.photo_path(photo)) {
                add(&format!("photos/{}", photo.file_name()), &bytes, stored)?;
            }
        }
        writer.finish().map_err(Error::internal)?;
        if target.exists() {
            return Err(Error::invalid("target", "a file that does not exist yet"));
        }
        write_atomic(&*self.storage.disk, target, &zip)?;
        Ok(words.reports.len())
    }

    /// Takes over what an export has and this journal has not. What is here stays as it is. Nothing of the file's own
    /// names is used: only photos that a report in it names, under names of our own form.
    pub fn import(&self, source: &Path) -> Result<ImportSummary> {
        let file = File::open(source).map_err(|_| Error::invalid("file", "the path of a file that can be read"))?;
        let mut archive = ZipArchive::new(file).map_err(broken)?;
        let words = read(&mut archive, WORDS, MAX_WORDS)?;
        let mut words: Words = serde_json::from_slice(&words).map_err(|_| broken("its words cannot be read"))?;
        let known: BTreeSet<String> = self.reports()?.into_iter().map(|report| report.uuid).collect();
        let mut imported = ImportSummary::default();
        for report in &mut words.reports {
            let is_name = |name: &str| uuid::Uuid::parse_str(name).is_ok_and(|uuid| uuid.to_string() == name);
            if !is_name(&report.uuid) || !report.photos.iter().all(|photo| is_name(&photo.uuid)) {
                return Err(broken("a report or photo has no proper name"));
            }
            if known.contains(&report.uuid) {
                imported.known += 1;
                continue;
            }
            if matches!(report.lifecycle.state, ReportState::Sending { .. }) {
                report.lifecycle.step(Event::FinalChunkSent, report.created_ms)?;
                report.lifecycle.step(Event::SenderLost, report.created_ms)?;
            }
            let mut photos = Vec::new();
            let before = report.photos.len();
            report.photos.retain(|photo| archive.index_for_name(&format!("photos/{}", photo.file_name())).is_some());
            if report.photos.len() < before {
                imported.photos_missing += (before - report.photos.len()) as u64;
                // What was sent of it had other bytes.
                report.lifecycle.revision += 1;
            }
            for photo in &report.photos {
                let bytes = read(&mut archive, &format!("photos/{}", photo.file_name()), MAX_PHOTO)?;
                if sha256(&bytes) != photo.sha256 {
                    return Err(broken("a photo is not what was exported"));
                }
                photos.push((photo, bytes));
            }
            self.keep(&report.uuid, |_| {
                for (photo, bytes) in &photos {
                    self.write_photo(photo, bytes)?;
                }
                Ok(report.clone())
            })?;
            imported.reports += 1;
        }
        let held: BTreeSet<String> = self.notes()?.into_iter().map(|note| note.uuid).collect();
        for note in words.notes.iter().filter(|note| !held.contains(&note.uuid)) {
            self.put_note(note)?;
            imported.notes += 1;
        }
        let held = self.favourites()?;
        for favourite in words.favourites {
            let same = |own: &Favourite| {
                (&own.territory, own.kind, own.id) == (&favourite.territory, favourite.kind, favourite.id)
            };
            if !held.iter().any(same) {
                self.add_favourite(&favourite)?;
                imported.favourites += 1;
            }
        }
        Ok(imported)
    }
}

fn read(archive: &mut ZipArchive<File>, name: &str, most: u64) -> Result<Vec<u8>> {
    let entry = archive.by_name(name).map_err(|_| broken(format!("it has no {name}")))?;
    let mut bytes = Vec::new();
    entry.take(most + 1).read_to_end(&mut bytes).map_err(broken)?;
    if bytes.len() as u64 > most {
        return Err(broken(format!("{name} is longer than {most} bytes")));
    }
    Ok(bytes)
}

fn feature(report: &Report) -> serde_json::Value {
    let position =
        report.content.position.map(|position| json!({"type": "Point", "coordinates": [position.lon, position.lat]}));
    let content = &report.content;
    json!({"type": "Feature", "geometry": position, "properties": {
        "uuid": report.uuid, "territory": report.territory, "state": report.lifecycle.state.as_str(),
        "comment": content.comment, "email": content.email, "category": content.category,
        "activity": content.activity, "magnitude": content.magnitude, "trek": content.trek,
        "signage": content.signage, "accuracy_m": content.position.and_then(|position| position.accuracy_m),
        "created_ms": report.created_ms, "reference": report.reference(),
        "photos": report.photos.iter().map(|photo| format!("photos/{}", photo.file_name())).collect::<Vec<_>>(),
    }})
}

fn page(words: &Words) -> String {
    let mut page = String::new();
    for report in &words.reports {
        let content = &report.content;
        page.push_str(&format!("{}  {}  {}\n", report.territory, report.lifecycle.state.as_str(), report.reference()));
        if let Some(position) = content.position {
            page.push_str(&format!("  latitude {:.6}, longitude {:.6}\n", position.lat, position.lon));
        }
        page.push_str(&format!("  {}\n", content.comment.replace('\n', "\n  ")));
        for photo in &report.photos {
            page.push_str(&format!("  photos/{}\n", photo.file_name()));
        }
        page.push('\n');
    }
    for note in &words.notes {
        page.push_str(&format!("note  {}\n\n", note.text.replace('\n', "\n  ")));
    }
    page
}
