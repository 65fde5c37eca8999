//! Field reports: what the catalogue knows goes into the check at the door, and what the journal holds into the form that a
//! server takes.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::sync::{Arc, PoisonError};

use url::Url;

use super::Companion;
use super::details;
use crate::catalogue::Territory;
use crate::clock::{jitter, now_ms};
use crate::error::{Error, Result};
use crate::geotrek::{BodyChunk, PhotoPart, ReportForm, legacy_report_address, report_address};
use crate::journal::{Journal, NewReport, Report};
use crate::model::{Bounds, Geometry, Kind, Object, Position};
use crate::report::{Endpoint, Event, KnownTerms, ReportContent, ReportState, ReportWarning, Resolution, SendResult};
use crate::transfer::BootInstant;

/// The first Geotrek that takes reports by its API v2.
const FIRST_V2: (u32, u32) = (2, 104);

/// A report on its way out, for a driver that is not ours.
#[derive(Debug, Clone, PartialEq)]
pub struct ReportUpload {
    /// The report's name.
    pub id: String,
    /// Where to post it.
    pub url: String,
    /// `Accept-Language`.
    pub language: String,
    /// `Content-Type`.
    pub content_type: String,
    /// Bytes of the body.
    pub content_length: u64,
    pub(super) form: ReportForm,
}

impl ReportUpload {
    /// Writes the body to a file, for an uploader that wants one.
    pub fn write_body(&self, path: &Path) -> Result<()> {
        let mut file = File::create(path)?;
        for piece in self.form.pieces() {
            match piece {
                BodyChunk::Bytes(bytes) => file.write_all(&bytes)?,
                BodyChunk::File(photo, _) => {
                    std::io::copy(&mut File::open(photo)?, &mut file)?;
                }
            }
        }
        Ok(file.sync_all()?)
    }
}

impl Companion {
    /// What the person made. Opened by the first call, which may have to salvage it.
    pub fn journal(&self) -> Result<&Arc<Journal>> {
        if let Some(journal) = self.journal.get() {
            return Ok(journal);
        }
        let is_suspended = self.is_suspended.lock().unwrap_or_else(PoisonError::into_inner);
        if *is_suspended {
            return Err(Error::Closed);
        }
        if let Some(journal) = self.journal.get() {
            return Ok(journal);
        }
        let journal = Arc::new(Journal::open(&self.journal_directory, self.storage.clone())?);
        Ok(self.journal.get_or_init(|| journal))
    }

    /// Begins a report for a territory, as a draft.
    pub fn new_report(&self, territory: &str, language: &str, content: ReportContent, at_ms: i64) -> Result<Report> {
        let territory = self.catalogue.territory(territory)?;
        let endpoint = match &territory.server_version {
            Some(version) if version_of(version).is_some_and(|version| version < FIRST_V2) => Endpoint::Legacy,
            _ => Endpoint::V2,
        };
        let known = territory.languages.iter().any(|own| own == language);
        let language = if known { language } else { &territory.default_language };
        let new = NewReport {
            territory: territory.name.clone(),
            url: territory.url.clone(),
            language: if language.is_empty() { "fr".to_owned() } else { language.to_owned() },
            endpoint,
            content,
        };
        self.journal()?.new_report(new, at_ms)
    }

    /// Queues a report, checked against what the catalogue knows of its territory. When this returns it is on stable
    /// storage; what is odd about it is told.
    pub fn queue_report(&self, uuid: &str, at_ms: i64) -> Result<(Report, Vec<ReportWarning>)> {
        let report = self.journal()?.report(uuid)?;
        let known = match self.catalogue.territory(&report.territory) {
            Ok(territory) => self.known(&territory, &report.content)?,
            // Its territory was removed since: nothing is known, and nothing is refused for that.
            Err(Error::NotFound { .. }) => KnownTerms::default(),
            Err(error) => return Err(error),
        };
        self.journal()?.queue(uuid, &known, at_ms)
    }

    fn known(&self, territory: &Territory, content: &ReportContent) -> Result<KnownTerms> {
        let mut known = KnownTerms::default();
        if territory.refreshed_ms.is_none() {
            return Ok(known);
        }
        for vocabulary in ["feedback_category", "feedback_activity", "feedback_magnitude"] {
            known.vocabularies.insert(vocabulary, self.catalogue.term_ids(territory, vocabulary)?);
        }
        known.bounds = self.bounds_of(territory)?;
        if let Some(id) = content.trek {
            let trek = found(self.catalogue.object(territory, Kind::Trek, id))?;
            known.has_trek = Some(trek.is_some());
            let line = trek.as_ref().and_then(Object::geometry);
            if let (Some(line), Some(position)) = (line, content.position) {
                known.metres_to_trek = details::distance(
                    &details::index_of(line),
                    line,
                    &Geometry::Point(Position::new(position.lon, position.lat)),
                )?;
            }
        }
        if let Some(id) = content.signage {
            known.has_signage = Some(found(self.catalogue.object(territory, Kind::Signage, id))?.is_some());
        }
        Ok(known)
    }

    /// Where a territory is: its districts and cities, or else its treks, with some room around.
    fn bounds_of(&self, territory: &Territory) -> Result<Option<Bounds>> {
        for kinds in [&[Kind::District, Kind::City][..], &[Kind::Trek]] {
            let mut bounds: Option<Bounds> = None;
            self.catalogue.geometries(kinds, |key, _, _, geometry| {
                if key == territory.key
                    && let Some(own) = geometry.bounds()
                {
                    bounds = Some(bounds.map_or(own, |known| known.union(&own)));
                }
            })?;
            if let Some(bounds) = bounds {
                return Ok(Some(details::wider(bounds)));
            }
        }
        Ok(None)
    }

    /// Decides about a report in doubt.
    pub fn resolve_report(&self, uuid: &str, resolution: Resolution, at_ms: i64) -> Result<Report> {
        self.journal()?.apply_event(uuid, &Event::Resolve(resolution), at_ms)
    }

    /// The next report that may be sent at `now`, the first first; for a driver that is not ours. `but` are those that it
    /// does not want to hear of now. One that cannot be put together holds up no other, and says why.
    pub fn next_upload(&self, now: BootInstant, but: &BTreeSet<String>) -> Result<Option<ReportUpload>> {
        let reports = self.journal()?.reports()?;
        for report in reports.iter().filter(|report| report.lifecycle.is_due(now) && !but.contains(&report.id)) {
            match self.outgoing(report) {
                Err(error @ (Error::Corrupt { .. } | Error::InvalidInput { .. })) => {
                    self.set_back(report, &error, now)?
                }
                outgoing => return outgoing.map(Some),
            };
        }
        Ok(None)
    }

    /// Notes of a report that it could not be sent, as it cannot be put together.
    pub(super) fn set_back(&self, report: &Report, error: &Error, now: BootInstant) -> Result<Report> {
        let journal = self.journal()?;
        journal.apply_event(&report.id, &Event::Start { in_background: false }, now_ms())?;
        let sent = SendResult::NotSent { detail: error.to_string() };
        journal.apply_event(&report.id, &Event::Completed { sent, now, jitter: jitter() }, now_ms())
    }

    /// The platform's own uploader has a report: nobody else sends it until it says how that ended.
    pub fn mark_upload_started(&self, uuid: &str, at_ms: i64) -> Result<Report> {
        self.journal()?.apply_event(uuid, &Event::Start { in_background: true }, at_ms)
    }

    /// How an attempt of the platform's own uploader ended.
    pub fn complete_upload(
        &self,
        uuid: &str,
        sent: SendResult,
        now: BootInstant,
        jitter: f64,
        at_ms: i64,
    ) -> Result<Report> {
        self.journal()?.apply_event(uuid, &Event::Completed { sent, now, jitter }, at_ms)
    }

    /// At the start of the app: which reports the platform's own uploader still has. Those that it has not, though it had
    /// them, are in doubt.
    pub fn reconcile_reports(&self, alive: &BTreeSet<String>, at_ms: i64) -> Result<Vec<Report>> {
        let journal = self.journal()?;
        let is_gone = |report: &Report| {
            matches!(report.lifecycle.state, ReportState::Sending { in_background: true, .. })
                && !alive.contains(&report.id)
        };
        let gone: Vec<Report> = journal.reports()?.into_iter().filter(is_gone).collect();
        gone.iter().map(|report| journal.apply_event(&report.id, &Event::SenderLost, at_ms)).collect()
    }

    pub(super) fn outgoing(&self, report: &Report) -> Result<ReportUpload> {
        let journal = self.journal()?;
        let origin = Url::parse(&report.url).map_err(|_| Error::invalid("url", "a web address"))?;
        let url = match report.lifecycle.endpoint {
            Endpoint::V2 => report_address(&origin)?,
            Endpoint::Legacy => legacy_report_address(&origin, &report.language)?,
        };
        let content = &report.content;
        let photo = |photo: &crate::journal::Photo| PhotoPart {
            path: journal.photo_path(photo),
            name: photo.file_name(),
            bytes: photo.bytes,
        };
        let form = ReportForm {
            // Of the report and its revision alone, so that each attempt has the same bytes.
            boundary: format!("jalon-{}-{}", report.id.replace('-', ""), report.lifecycle.revision),
            comment: comment(report),
            email: content.email.clone(),
            activity: content.activity,
            category: content.category,
            magnitude: content.magnitude,
            trek: content.trek,
            position: content.position.map(|position| [position.lon, position.lat]),
            photos: report.photos.iter().map(photo).collect(),
        };
        for part in &form.photos {
            let there = fs::metadata(&part.path).map_or(0, |about| about.len());
            if there != part.bytes {
                return Err(Error::Corrupt { detail: "a photo of the report is not what was attached".to_owned() });
            }
        }
        Ok(ReportUpload {
            id: report.id.clone(),
            url: url.into(),
            language: report.language.clone(),
            content_type: form.content_type(),
            content_length: form.content_length(),
            form,
        })
    }
}

/// What is written, and what the server has no field for.
fn comment(report: &Report) -> String {
    let mut comment = report.content.comment.trim_end().to_owned();
    let mut add = |words: String| {
        if !comment.is_empty() {
            comment.push('\n');
        }
        comment.push_str(&words);
    };
    if let Some(signage) = report.content.signage {
        add(format!("(signage {signage})"));
    }
    if report.with_reference {
        add(report.reference());
    }
    comment
}

fn found(object: Result<Object>) -> Result<Option<Object>> {
    match object {
        Ok(object) => Ok(Some(object)),
        Err(Error::NotFound { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// The first two numbers of a version.
fn version_of(version: &str) -> Option<(u32, u32)> {
    let mut numbers = version.split('.').map(|number| number.parse().ok());
    Some((numbers.next()??, numbers.next()??))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_that_cannot_be_put_together_holds_up_no_other() {
        let folder = tempfile::tempdir().unwrap();
        let companion = Companion::open(&crate::companion::Directories::within(folder.path())).unwrap();
        let (name, url) = ("park".to_owned(), "https://park.example".to_owned());
        companion.add_territory(&crate::catalogue::NewTerritory { name, url, ..Default::default() }).unwrap();
        let queued = |comment: &str| {
            let content = ReportContent { comment: comment.into(), ..ReportContent::default() };
            let report = companion.new_report("park", "fr", content, 1).unwrap();
            let photo = companion.journal().unwrap().attach_encoded(&report.id, b"\xFF\xD8\xFF photo", 1).unwrap();
            (companion.queue_report(&report.id, 1).unwrap().0, photo)
        };
        let (broken, photo) = queued("first");
        let (sound, _) = queued("second");
        fs::write(companion.journal().unwrap().photo_path(&photo), b"other").unwrap();
        let now = BootInstant { ms: 1, boot_id: 1 };
        let outgoing = companion.next_upload(now, &BTreeSet::new()).unwrap();
        assert_eq!(outgoing.map(|outgoing| outgoing.id), Some(sound.id.clone()));
        let told = companion.journal().unwrap().report(&broken.id).unwrap().lifecycle;
        assert!(told.last_error.is_some_and(|error| error.contains("photo")), "it says why");
        assert!(!companion.journal().unwrap().report(&broken.id).unwrap().lifecycle.is_due(now), "and waits");
        let but = BTreeSet::from([sound.id]);
        assert_eq!(companion.next_upload(now, &but).unwrap(), None);
    }

    #[test]
    fn versions_are_compared_by_their_numbers() {
        assert!(version_of("2.126.1+dev") > Some(FIRST_V2) && version_of("2.99.0") < Some(FIRST_V2));
        assert_eq!(version_of("dev"), None);
    }
}
