//! Export and import of the journal as a ZIP file (feature `archive`). It contains the reports as GeoJSON, GPX and plain text, their photos, the
//! tracks as GPX, and `journal.json`, from which another device imports everything.
//!
//! Only one device sends a report by itself. The exporter keeps its reports, and the imported copies are in doubt or marked as
//! possible duplicates; or it hands them over, and its own copies are.

use std::cell::RefCell;
use std::fs::File;
use std::io::Write;
use std::path::Path;

use serde_json::json;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::archive_file::{ArchiveFile, CONTENT, Content, photo_entry};
use super::archive_tracks::fixes_entry;
use super::record::Report;
use super::{ExportOptions, Favourite, ImportSummary, Journal, TrackSummary};
use crate::error::{Error, Result};
use crate::ordered;
use crate::report::{Event, ReportState, Resolution};
use crate::storage::write_atomic;

impl Journal {
    /// Exports favourites, notes, tracks and all reports that are not accepted to a ZIP file `target`, which must not exist. Returns
    /// the number of reports. Builds the file in memory. `at_ms` is the wall clock, Unix ms.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if `target` exists; [`Error::Closed`], [`Error::Corrupt`], [`Error::StorageFull`] and errors
    /// of the disk; [`Error::TooNew`] if reports are handed over. No report is handed over then.
    pub fn export(&self, target: &Path, options: &ExportOptions, at_ms: i64) -> Result<usize> {
        if target.exists() {
            return Err(Error::invalid("target", "must be the path of a new file"));
        }
        let mut reports = self.reports()?;
        reports.retain(|report| {
            options.include_accepted || !matches!(report.lifecycle.state, ReportState::Accepted { .. })
        });
        let mut handed_over = Vec::new();
        let result = self.hand_over(options, &mut reports, &mut handed_over, at_ms).and_then(|()| {
            let (favourites, notes) = (self.favourites()?, self.notes()?);
            let tracks = self.tracks_to_export()?;
            let content = Content { is_handed_over: options.hand_over, favourites, notes, reports, tracks };
            write_atomic(self.file_system(), target, &self.zip(&content)?)?;
            Ok(content.reports.len())
        });
        for report in &handed_over {
            // A process that dies before this leaves reports in doubt, which the user resolves.
            match result {
                Ok(_) => self.finish_hand_over(&report.id, at_ms)?,
                Err(_) => self.take_back(report)?,
            }
        }
        result
    }

    /// Puts the reports that are handed over in doubt, so that this device does not send them. Each one in `reports` becomes
    /// the copy for the other device, and is appended to `handed_over`.
    fn hand_over(
        &self,
        options: &ExportOptions,
        reports: &mut [Report],
        handed_over: &mut Vec<Report>,
        at_ms: i64,
    ) -> Result<()> {
        if !options.hand_over {
            return Ok(());
        }
        for report in reports {
            let original = RefCell::new(None);
            self.update_report(&report.id, |own| {
                original.replace(Some(own.clone()));
                // A report that is being sent, was accepted or abandoned stays as it is.
                let _ = own.lifecycle.apply(Event::HandOver, at_ms);
                Ok(())
            })?;
            if let Some(original) = original.into_inner() {
                let is_sent_here = matches!(
                    original.lifecycle.state,
                    ReportState::Sending { .. }
                        | ReportState::Accepted { .. }
                        | ReportState::InDoubt { is_abandoned: true }
                );
                if !is_sent_here {
                    handed_over.push(original.clone());
                }
                *report = original;
            }
        }
        Ok(())
    }

    fn finish_hand_over(&self, id: &str, at_ms: i64) -> Result<()> {
        self.update_report(id, |report| match report.lifecycle.is_handed_over() {
            true => report.lifecycle.apply(Event::Resolve(Resolution::Abandon), at_ms),
            false => Ok(()),
        })?;
        Ok(())
    }

    /// Undoes the hand-over of a report, because the file was not written.
    fn take_back(&self, original: &Report) -> Result<()> {
        let mut handed_over = original.lifecycle.clone();
        handed_over.apply(Event::HandOver, original.created_ms)?;
        self.update_report(&original.id, |report| {
            // A decision of the user in between counts.
            if report.lifecycle == handed_over {
                report.lifecycle = original.lifecycle.clone();
            }
            Ok(())
        })?;
        Ok(())
    }

    /// Builds the ZIP file.
    fn zip(&self, content: &Content) -> Result<Vec<u8>> {
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
        add("reports.txt", plain_text(content).as_bytes(), deflated)?;
        add(CONTENT, &serde_json::to_vec(content).map_err(Error::internal)?, deflated)?;
        for photo in content.reports.iter().flat_map(|report| &report.photos) {
            // A missing photo must not prevent the export of the others.
            if let Ok(bytes) = std::fs::read(self.photo_path(photo)) {
                add(&photo_entry(photo), &bytes, stored)?;
            }
        }
        for summary in &content.tracks {
            // Nor must a damaged track.
            if let Ok((fixes, track)) = self.track_to_export(summary) {
                add(&fixes_entry(&summary.id), &fixes, deflated)?;
                #[cfg(feature = "gpx")]
                add(
                    &super::archive_tracks::gpx_entry(&summary.id),
                    track.to_gpx_file().to_gpx()?.as_bytes(),
                    deflated,
                )?;
                #[cfg(not(feature = "gpx"))]
                let _ = track;
            }
        }
        #[cfg(feature = "gpx")]
        add("reports.gpx", super::reports_to_gpx_file(&content.reports).to_gpx()?.as_bytes(), deflated)?;
        writer.finish().map_err(Error::internal)?;
        Ok(zip)
    }

    /// Imports an export. Reports, favourites, notes and tracks that the journal already has are unchanged, except a report that this
    /// device had handed over and gets back. Only photos that a report in the file names are read, and they are stored under
    /// their ids: no file name of the ZIP file is used. `at_ms` is the wall clock, Unix ms.
    ///
    /// Reports that the exporting device kept are not sent by themselves: see [`ImportSummary::kept_by_exporter`].
    ///
    /// # Errors
    /// [`Error::InvalidInput`] for a file that is no export or damaged; [`Error::StorageFull`], [`Error::TooNew`],
    /// [`Error::Closed`] and errors of the disk.
    pub fn import(&self, source: &Path, at_ms: i64) -> Result<ImportSummary> {
        let file = File::open(source).map_err(|_| Error::invalid("file", "must be the path of a readable file"))?;
        let (mut archive, mut content) = ArchiveFile::open(file)?;
        let mut summary = ImportSummary::default();
        self.import_reports(&mut archive, &mut content, at_ms, &mut summary)?;
        self.import_tracks(&mut archive, std::mem::take(&mut content.tracks), &mut summary)?;
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
        archive: &mut ArchiveFile<File>,
        content: &mut Content,
        at_ms: i64,
        summary: &mut ImportSummary,
    ) -> Result<()> {
        let known = ordered::map(self.reports()?.into_iter().map(|report| (report.id.clone(), report)));
        for report in &mut content.reports {
            match known.get(&report.id) {
                None => {}
                // The other device gives the report back.
                Some(own) if content.is_handed_over && own.lifecycle.is_handed_over() => {
                    report.changes = own.changes.max(report.changes) + 1;
                }
                Some(_) => {
                    summary.known += 1;
                    continue;
                }
            }
            report.doubt_if_sending()?;
            // An accepted or abandoned report is not sent by any device.
            if !content.is_handed_over && report.lifecycle.apply(Event::HandOver, at_ms).is_ok() {
                summary.kept_by_exporter += 1;
            }
            let photo_count = report.photos.len();
            report.photos.retain(|photo| archive.has_photo(photo));
            if report.photos.len() < photo_count {
                summary.photos_missing += (photo_count - report.photos.len()) as u64;
                // Attempts of the current revision sent other bytes.
                report.lifecycle.revision += 1;
            }
            let photos = archive.photos(report)?;
            self.save_report(&report.id, |_| {
                for (photo, bytes) in report.photos.iter().zip(&photos) {
                    self.write_photo(photo, bytes)?;
                }
                Ok(report.clone())
            })?;
            summary.reports += 1;
        }
        Ok(())
    }
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
    for track in &content.tracks {
        let TrackSummary { id, name, stats, .. } = track;
        text.push_str(&format!("track  {name}\n  {:.0} m  {}\n\n", stats.distance_m, fixes_entry(id)));
    }
    text
}
