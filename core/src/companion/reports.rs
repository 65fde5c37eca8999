//! Field reports, from the draft to the upload: the catalogue checks the content of a report, and the journal stores it.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::Write;
use std::path::Path;

use url::Url;

use super::Companion;
use crate::catalogue::Territory;
use crate::error::{Error, Result};
use crate::geotrek::{BodyChunk, PhotoPart, ReportForm, legacy_report_address, report_address, version_address};
use crate::journal::{NewReport, Photo, Report};
use crate::model::language;
use crate::model::{Bounds, Geometry, Kind, Object, Position};
use crate::nearby::Route;
use crate::report::{
    Endpoint, Event, KnownTerms, Reply, ReportContent, ReportState, ReportWarning, Resolution, SendResult,
};
use crate::sync::route_items::ROUTE_ITEM_MAX_OFFSET_M;

/// The first Geotrek that takes reports by its API v2.
const FIRST_V2: (u32, u32) = (2, 104);

/// A report that is ready to upload, for a driver.
#[derive(Debug, Clone, PartialEq)]
pub struct ReportUpload {
    /// Id of the report.
    pub id: String,
    /// Address to post to.
    pub url: String,
    /// Address of the server's version, the same for all reports to one server. A driver requests it before the first report
    /// to the server and after each 5xx, and passes the response to [`Companion::check_server`].
    pub version_url: String,
    /// `Accept-Language`.
    pub language: String,
    /// `Content-Type`.
    pub content_type: String,
    /// Length of the body in bytes.
    pub content_length: u64,
    pub(super) form: ReportForm,
}

impl ReportUpload {
    /// Writes the body to a file and syncs it, for an uploader that takes a file.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn write_body(&self, path: &Path) -> Result<()> {
        let mut file = File::create(path)?;
        for chunk in self.form.chunks() {
            match chunk {
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
    /// Creates a report for a territory, as a draft. `language` is that of the server's messages; if the server does not
    /// have it, the default language of the territory is used.
    ///
    /// # Errors
    /// [`Error::NotFound`] for the territory; [`Error::InvalidInput`] if it has no server that takes reports.
    pub fn new_report(&self, territory: &str, language: &str, content: ReportContent) -> Result<Report> {
        let territory = self.catalogue.territory(territory)?;
        let Some(url) = territory.report_url() else {
            let rule = "must have a Geotrek server that takes reports: none is known for the files of this one";
            return Err(Error::invalid("territory", rule));
        };
        let endpoint = match &territory.server_version {
            Some(version) if parse_version(version).is_some_and(|version| version < FIRST_V2) => Endpoint::Legacy,
            _ => Endpoint::V2,
        };
        let known = language::lookup(language, territory.languages.iter().map(String::as_str));
        let language = known.map_or(&territory.default_language, |index| &territory.languages[index]);
        let new = NewReport {
            territory: territory.name.clone(),
            url: url.to_owned(),
            language: if language.is_empty() { "fr".to_owned() } else { language.to_owned() },
            endpoint,
            content,
        };
        self.journal()?.new_report(new, self.clock.now_ms())
    }

    /// Queues a report after checking it against the catalogue. When this returns, the report is on stable storage.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] with the name of the field; [`Error::NotFound`]; [`Error::StorageFull`].
    pub fn queue_report(&self, id: &str) -> Result<(Report, Vec<ReportWarning>)> {
        let report = self.journal()?.report(id)?;
        let known = match self.catalogue.territory(&report.territory) {
            Ok(territory) => self.known_terms(&territory, &report.content)?,
            // The territory was removed since: nothing can be checked.
            Err(Error::NotFound { .. }) => KnownTerms::default(),
            Err(error) => return Err(error),
        };
        self.journal()?.queue(id, &known, self.clock.now_ms())
    }

    /// The catalogue's entries for the objects and terms that a report names.
    fn known_terms(&self, territory: &Territory, content: &ReportContent) -> Result<KnownTerms> {
        let mut known = KnownTerms::default();
        if territory.refreshed_ms.is_none() {
            return Ok(known);
        }
        for vocabulary in ["feedback_category", "feedback_activity", "feedback_magnitude"] {
            known.vocabularies.insert(vocabulary, self.catalogue.term_ids(territory, vocabulary)?);
        }
        known.bounds = self.bounds(territory)?;
        if let Some(id) = content.trek {
            let trek = self.catalogue.find_object(territory, Kind::Trek, id)?;
            known.has_trek = Some(trek.is_some());
            let line = trek.as_ref().and_then(Object::geometry);
            let route = line.map(Route::new).transpose()?.flatten();
            if let (Some(route), Some(position)) = (route, content.position) {
                let point = Geometry::point(Position::new(position.lon, position.lat));
                known.metres_to_trek = route.locate(&point)?.map(|location| location.offset_m);
            }
        }
        if let Some(id) = content.signage {
            known.has_signage = Some(self.catalogue.find_object(territory, Kind::Signage, id)?.is_some());
        }
        Ok(known)
    }

    /// The area of a territory: that of its districts and cities, or else of its treks, with a margin.
    fn bounds(&self, territory: &Territory) -> Result<Option<Bounds>> {
        for kinds in [&[Kind::District, Kind::City][..], &[Kind::Trek]] {
            let mut bounds: Option<Bounds> = None;
            self.catalogue.geometries(kinds, |key, _, geometry| {
                if key == territory.key
                    && let Some(own) = geometry.bounds()
                {
                    bounds = Some(bounds.map_or(own, |known| known.union(&own)));
                }
            })?;
            if let Some(bounds) = bounds {
                return Ok(Some(bounds.expanded(ROUTE_ITEM_MAX_OFFSET_M)));
            }
        }
        Ok(None)
    }

    /// Applies the user's decision about a report in doubt.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if the report is not in doubt; [`Error::NotFound`].
    pub fn resolve_report(&self, id: &str, resolution: Resolution) -> Result<Report> {
        self.journal()?.apply_event(id, &Event::Resolve(resolution), self.clock.now_ms())
    }

    /// The oldest report that is due, except some, for a driver. A report that cannot be composed is postponed with the
    /// reason, and the next one is returned.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn next_upload(&self, except: &BTreeSet<String>) -> Result<Option<ReportUpload>> {
        let now = self.clock.boot_instant();
        let reports = self.journal()?.reports()?;
        for report in reports.iter().filter(|report| report.lifecycle.is_due(now) && !except.contains(&report.id)) {
            match self.upload(report) {
                Err(error @ (Error::Corrupt { .. } | Error::InvalidInput { .. })) => self.postpone(report, &error)?,
                upload => return upload.map(Some),
            };
        }
        Ok(None)
    }

    /// Records that a report cannot be composed, as a failed attempt.
    pub(super) fn postpone(&self, report: &Report, error: &Error) -> Result<Report> {
        self.postpone_upload(&report.id, SendResult::NotSent { detail: error.to_string() })
    }

    /// Records an attempt that failed before a byte of the report was sent, such as a server that cannot be reached. The
    /// upload must not have been started.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if the report is not queued; [`Error::NotFound`].
    pub fn postpone_upload(&self, id: &str, sent: SendResult) -> Result<Report> {
        let (now, jitter) = (self.clock.boot_instant(), self.clock.jitter());
        let events = [Event::Start { in_background: false }, Event::Completed { sent, now, jitter }];
        self.journal()?.apply_events(id, &events, self.clock.now_ms())
    }

    /// Decides by the response to [`ReportUpload::version_url`] whether the server can take reports; see [`Reply::new`] for
    /// `headers` and `body`. If it cannot (nginx answers 502 for a Geotrek that is down), the report is postponed and
    /// returned, and the driver must not send other reports to this server in the same pass: each would be in doubt, although
    /// none was stored.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if the report is not queued; [`Error::NotFound`].
    pub fn check_server<'h>(
        &self,
        id: &str,
        status: u16,
        headers: impl IntoIterator<Item = (&'h str, &'h str)>,
        body: String,
    ) -> Result<Option<Report>> {
        let url = version_address(&server_url(&self.journal()?.report(id)?)?)?;
        self.check_version_reply(id, Reply::new(url.as_str(), status, headers, body, true, self.clock.now_ms()))
    }

    pub(super) fn check_version_reply(&self, id: &str, reply: Reply) -> Result<Option<Report>> {
        if !reply.is_unavailable() {
            return Ok(None);
        }
        self.postpone_upload(id, SendResult::Response { final_chunk_sent: false, reply }).map(Some)
    }

    /// Records that the platform's uploader took a report. Nothing else sends it until
    /// [`complete_upload`](Companion::complete_upload) or [`reconcile_reports`](Companion::reconcile_reports).
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if the report is not queued; [`Error::NotFound`].
    pub fn mark_upload_started(&self, id: &str) -> Result<Report> {
        self.journal()?.apply_event(id, &Event::Start { in_background: true }, self.clock.now_ms())
    }

    /// Records how an attempt of the platform's uploader ended.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if the upload was not started; [`Error::NotFound`].
    pub fn complete_upload(&self, id: &str, sent: SendResult) -> Result<Report> {
        let (now, jitter) = (self.clock.boot_instant(), self.clock.jitter());
        self.journal()?.apply_event(id, &Event::Completed { sent, now, jitter }, self.clock.now_ms())
    }

    /// Records the response to an attempt of the platform's uploader; see [`Reply::new`] for `headers` and `body`.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if the upload was not started; [`Error::NotFound`].
    pub fn complete_upload_with_response<'h>(
        &self,
        id: &str,
        status: u16,
        headers: impl IntoIterator<Item = (&'h str, &'h str)>,
        body: String,
        is_complete: bool,
    ) -> Result<Report> {
        let report = self.journal()?.report(id)?;
        let url = report_url(&report)?;
        let reply = Reply::new(url.as_str(), status, headers, body, is_complete, self.clock.now_ms());
        // A client passes a response on when the whole body has left, or when the server refused the rest.
        self.complete_upload(id, SendResult::Response { final_chunk_sent: true, reply })
    }

    /// Takes the reports that the platform's uploader still has, at the start of the app. Other reports that it had are in
    /// doubt from now on, and are returned.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn reconcile_reports(&self, alive: &BTreeSet<String>) -> Result<Vec<Report>> {
        let (journal, now_ms) = (self.journal()?, self.clock.now_ms());
        let is_lost = |report: &Report| {
            matches!(report.lifecycle.state, ReportState::Sending { in_background: true, .. })
                && !alive.contains(&report.id)
        };
        let lost: Vec<Report> = journal.reports()?.into_iter().filter(is_lost).collect();
        lost.iter().map(|report| journal.apply_event(&report.id, &Event::SenderLost, now_ms)).collect()
    }

    /// Composes the upload of a report. Each attempt of a revision has the same bytes.
    pub(super) fn upload(&self, report: &Report) -> Result<ReportUpload> {
        let journal = self.journal()?;
        let url = report_url(report)?;
        let content = &report.content;
        let photo_part =
            |photo: &Photo| PhotoPart { path: journal.photo_path(photo), name: photo.file_name(), bytes: photo.bytes };
        let form = ReportForm {
            boundary: format!("jalon-{}-{}", report.id.replace('-', ""), report.lifecycle.revision),
            comment: comment(report),
            email: content.email.clone(),
            activity: content.activity,
            category: content.category,
            magnitude: content.magnitude,
            trek: content.trek,
            position: content.position.map(|position| [position.lon, position.lat]),
            photos: report.photos.iter().map(photo_part).collect(),
        };
        for part in &form.photos {
            let bytes = fs::metadata(&part.path).map_or(0, |metadata| metadata.len());
            if bytes != part.bytes {
                return Err(Error::Corrupt {
                    detail: "a photo of the report is not the one that was attached".to_owned(),
                });
            }
        }
        Ok(ReportUpload {
            id: report.id.clone(),
            url: url.into(),
            version_url: version_address(&server_url(report)?)?.into(),
            language: report.language.clone(),
            content_type: form.content_type(),
            content_length: form.content_length(),
            form,
        })
    }
}

fn server_url(report: &Report) -> Result<Url> {
    Url::parse(&report.url).map_err(|_| Error::invalid("url", "must be a web address"))
}

/// The address of a report's next attempt.
fn report_url(report: &Report) -> Result<Url> {
    let server = server_url(report)?;
    match report.lifecycle.endpoint {
        Endpoint::V2 => report_address(&server),
        Endpoint::Legacy => legacy_report_address(&server, &report.language),
    }
}

/// The comment with everything that the server has no field for.
fn comment(report: &Report) -> String {
    let mut comment = report.content.comment.trim_end().to_owned();
    let mut add_line = |line: String| {
        if !comment.is_empty() {
            comment.push('\n');
        }
        comment.push_str(&line);
    };
    if let Some(signage) = report.content.signage {
        add_line(format!("(signage {signage})"));
    }
    if report.with_reference {
        add_line(report.reference());
    }
    comment
}

/// The first two numbers of a version.
fn parse_version(version: &str) -> Option<(u32, u32)> {
    let mut numbers = version.split('.').map(|number| number.parse().ok());
    Some((numbers.next()??, numbers.next()??))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Directories;
    use crate::catalogue::NewTerritory;

    #[test]
    fn report_that_cannot_be_composed_is_postponed_and_the_next_is_returned() {
        let folder = tempfile::tempdir().unwrap();
        let companion = Companion::open(&Directories::within(folder.path())).unwrap();
        let (name, url) = ("park".to_owned(), "https://park.example".to_owned());
        companion.add_territory(&NewTerritory { name, url, ..NewTerritory::default() }).unwrap();
        let journal = companion.journal().unwrap();
        let queued = |comment: &str| {
            let content = ReportContent { comment: comment.into(), ..ReportContent::default() };
            let report = companion.new_report("park", "fr", content).unwrap();
            let photo = journal.attach_encoded(&report.id, b"\xFF\xD8\xFF\xDA\0\x02 photo \xFF\xD9", 1).unwrap();
            (companion.queue_report(&report.id).unwrap().0, photo)
        };
        let (broken, photo) = queued("first");
        let (sound, _) = queued("second");
        fs::write(journal.photo_path(&photo), b"other").unwrap();
        let upload = companion.next_upload(&BTreeSet::new()).unwrap();
        assert_eq!(upload.map(|upload| upload.id), Some(sound.id.clone()));
        let lifecycle = journal.report(&broken.id).unwrap().lifecycle;
        assert!(!lifecycle.is_due(companion.clock.boot_instant()), "the report is postponed");
        assert!(lifecycle.last_error.is_some_and(|error| error.contains("photo")), "the report has the reason");
        assert_eq!(companion.next_upload(&BTreeSet::from([sound.id])).unwrap(), None);
    }

    #[test]
    fn versions_compare_by_number() {
        assert!(parse_version("2.126.1+dev") > Some(FIRST_V2) && parse_version("2.99.0") < Some(FIRST_V2));
        assert_eq!(parse_version("dev"), None);
    }
}
