//! Field reports: written offline, queued, and sent at most once unless the user decides otherwise.

use std::collections::BTreeSet;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jalon::clock::now_ms;
use jalon::journal::{self, Journal, Photo};
use jalon::report::{self, Lifecycle, SendResult};
use jalon::{Companion as Core, companion};

use crate::convert;
use crate::error::Result;
use crate::records::{
    FieldErrors, Header, Progress, QueuedReport, RefreshOptions, Report, ReportContent, ReportPhoto, ReportState,
    ReportUpload, Resolution,
};
use crate::state::{Lock, Shared, with_client};
use crate::{CancelToken, ProgressWatch};

/// Maximum size of a photo's file, bytes.
const MAX_PHOTO_FILE: u64 = 64 << 20;
/// Size at which a response is cut, bytes.
const MAX_RESPONSE: usize = 256 << 10;

/// Field reports.
#[derive(uniffi::Object)]
pub struct Reports {
    pub(crate) shared: Arc<Shared>,
}

impl Reports {
    /// Changes a report. It is on stable storage when this returns.
    async fn change(
        &self,
        change: impl FnOnce(&Core) -> jalon::Result<journal::Report> + Send + 'static,
    ) -> Result<Report> {
        let work = move |core: &Core| Ok(Report::of(core.journal()?, change(core)?));
        self.shared.write_journal(work).await
    }

    async fn complete_upload(&self, id: String, sent: SendResult) -> Result<Report> {
        self.change(move |core| {
            let report = core.complete_upload(&id, sent)?;
            remove_body(&body_path(core.journal()?, &id));
            Ok(report)
        })
        .await
    }
}

impl Report {
    pub(crate) fn of(journal: &Journal, report: journal::Report) -> Report {
        let reference = if report.with_reference { report.reference() } else { String::new() };
        let needs_user_action = report.lifecycle.needs_user_action();
        let is_abandoned = matches!(report.lifecycle.state, report::ReportState::InDoubt { is_abandoned: true });
        #[rustfmt::skip]
        let journal::Report {
            id, territory, url: _, language, created_ms, changes: _, content, photos, with_reference: _, lifecycle,
        } = report;
        #[rustfmt::skip]
        let Lifecycle {
            state, revision, may_be_duplicate, endpoint: _, attempt_count, last_error, next_attempt_ms, attempts,
        } = lifecycle;
        let (mut server_id, mut accepted_ms, mut refused_fields) = (None, None, Vec::new());
        let state = match state {
            report::ReportState::Draft => ReportState::Draft,
            report::ReportState::Queued { .. } => ReportState::Queued,
            report::ReportState::Sending { .. } => ReportState::Sending,
            report::ReportState::Accepted { receipt } => {
                (server_id, accepted_ms) = (receipt.server_id, Some(receipt.at_ms));
                ReportState::Accepted
            }
            report::ReportState::Refused { fields } => {
                refused_fields = fields.into_iter().map(|(name, messages)| FieldErrors { name, messages }).collect();
                ReportState::Refused
            }
            report::ReportState::InDoubt { .. } => ReportState::InDoubt,
        };
        let photo = |photo: Photo| {
            let path = journal.photo_path(&photo).to_string_lossy().into_owned();
            let Photo { id, bytes, sha256: _ } = photo;
            ReportPhoto { id, bytes, path }
        };
        #[rustfmt::skip]
        let report = Report {
            id, territory, language, created_ms, content, reference, state, needs_user_action, is_abandoned,
            photos: photos.into_iter().map(photo).collect(), attempts: convert::all(attempts),
            server_id, accepted_ms, refused_fields,
            revision, may_be_duplicate, attempt_count, last_error, next_attempt_ms,
        };
        report
    }
}

fn all(journal: &Journal, reports: Vec<journal::Report>) -> Vec<Report> {
    reports.into_iter().map(|report| Report::of(journal, report)).collect()
}

#[cfg(feature = "photos")]
fn attach(journal: &Journal, id: &str, file: &[u8]) -> jalon::Result<journal::Report> {
    journal.attach(id, file, &journal::PhotoOptions::default(), now_ms())?;
    journal.report(id)
}

#[cfg(not(feature = "photos"))]
fn attach(_: &Journal, _: &str, _: &[u8]) -> jalon::Result<journal::Report> {
    let rule = "must be a small JPEG, attached as an encoded photo: this build of the library does not decode photos";
    Err(jalon::Error::invalid("photo", rule))
}

/// A set of ids. They are inserted one by one, because `collect` compiles a sort of its own.
fn set(ids: Vec<String>) -> BTreeSet<String> {
    let mut set = BTreeSet::new();
    set.extend(ids);
    set
}

/// Reads the file of a photo.
fn read_photo(path: &str) -> jalon::Result<Vec<u8>> {
    let unreadable = |_| jalon::Error::invalid("photo", "must be the path of a readable file");
    let file = fs::File::open(path).map_err(unreadable)?;
    let mut bytes = Vec::new();
    file.take(MAX_PHOTO_FILE + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    let too_large = || jalon::Error::invalid("photo", "must have at most 64 MB");
    if bytes.len() as u64 > MAX_PHOTO_FILE { Err(too_large()) } else { Ok(bytes) }
}

fn bodies(journal: &Journal) -> PathBuf {
    journal.directory().join("outgoing")
}

/// The file with the body of a report during its upload. The id is one that the journal made.
fn body_path(journal: &Journal, id: &str) -> PathBuf {
    bodies(journal).join(format!("{id}.body"))
}

fn remove_body(path: &Path) {
    // A file that cannot be removed now is removed by the next `reconcile`.
    let _ = fs::remove_file(path);
}

fn truncated(mut body: String) -> String {
    let end = (0..=MAX_RESPONSE.min(body.len())).rev().find(|end| body.is_char_boundary(*end));
    body.truncate(end.unwrap_or_default());
    body
}

fn pairs(headers: &[Header]) -> impl Iterator<Item = (&str, &str)> {
    headers.iter().map(|header| (header.name.as_str(), header.value.as_str()))
}

#[uniffi::export]
impl Reports {
    /// Creates a draft. `language` is that of the server's messages, or the territory's default if the server lacks it.
    #[uniffi::method(default(language = ""))]
    pub async fn new_report(&self, territory: String, content: ReportContent, language: String) -> Result<Report> {
        self.change(move |core| core.new_report(&territory, &language, content)).await
    }

    /// Replaces the content of a report. A queued or refused report becomes a draft again.
    ///
    /// # Errors
    /// `InvalidInput` if the report can no longer be changed.
    pub async fn edit(&self, id: String, content: ReportContent) -> Result<Report> {
        self.change(move |core| core.journal()?.edit(&id, |own| *own = content.clone(), now_ms())).await
    }

    /// Adds a photo from a JPEG, PNG or WebP file: rotated upright, made smaller, without metadata.
    ///
    /// # Errors
    /// `InvalidInput` if the library was built without photos; then use [`Reports::attach_encoded_photo`], as for HEIC.
    pub async fn attach_photo(&self, id: String, path: String) -> Result<Report> {
        self.change(move |core| attach(core.journal()?, &id, &read_photo(&path)?)).await
    }

    /// Adds a copy of a photo that the app has encoded: a small upright JPEG without metadata.
    pub async fn attach_encoded_photo(&self, id: String, path: String) -> Result<Report> {
        self.change(move |core| {
            core.journal()?.attach_encoded(&id, &read_photo(&path)?, now_ms())?;
            core.journal()?.report(&id)
        })
        .await
    }

    /// Removes a photo from a report.
    ///
    /// # Errors
    /// `InvalidInput` if the report can no longer be changed.
    pub async fn detach_photo(&self, id: String, photo_id: String) -> Result<Report> {
        self.change(move |core| core.journal()?.detach(&id, &photo_id, now_ms())).await
    }

    /// Queues a valid report. When this returns, the report and its photos are on stable storage, twice.
    pub async fn queue(&self, id: String) -> Result<QueuedReport> {
        let queue = move |core: &Core| {
            let (report, warnings) = core.queue_report(&id)?;
            Ok(QueuedReport { report: Report::of(core.journal()?, report), warnings })
        };
        self.shared.write_journal(queue).await
    }

    /// All reports, oldest first.
    pub async fn list(&self) -> Result<Vec<Report>> {
        self.shared.run_blocking(|core| Ok(all(core.journal()?, core.journal()?.reports()?))).await
    }

    /// A report.
    pub async fn get(&self, id: String) -> Result<Report> {
        let read = move |core: &Core| Ok(Report::of(core.journal()?, core.journal()?.report(&id)?));
        self.shared.run_blocking(read).await
    }

    /// Tries once to send each report that is due and returns these reports. A report that is not sent stays queued; none is
    /// sent twice unless the user decided so. `now` ignores retry delays. Of `options` the network options apply.
    ///
    /// # Errors
    /// `Busy` if another process sends; `Cancelled`; `InvalidInput` if the library was built without an HTTP client.
    #[uniffi::method(default(options = None, now = false, cancel = None, progress = None))]
    pub async fn send(
        &self,
        options: Option<RefreshOptions>,
        now: bool,
        cancel: Option<Arc<CancelToken>>,
        progress: Option<Arc<ProgressWatch>>,
    ) -> Result<Vec<Report>> {
        let work = move |core: &Core, cancel: &_, progress: &dyn Fn(Progress)| {
            let options = options.unwrap_or_default();
            with_client!(using(core, options, now, cancel, progress), {
                let (policy, network) = (options.policy(), options.network.unwrap_or_default());
                let options = companion::SendOptions { policy, network, net: options.net(), now };
                let progress = |report: &journal::Report, bytes: u64, planned: u64| {
                    let (done, subject) = (u64::from(bytes >= planned), report.id.clone());
                    progress(Progress { done, planned: 1, objects: 0, bytes, subject });
                };
                Ok(all(core.journal()?, core.send_reports(&options, cancel, progress)?))
            })
        };
        self.shared.run_cancellable(Lock::Sender, (cancel, progress), |versions| versions.journal += 1, work).await
    }

    /// Resolves a report in doubt.
    ///
    /// # Errors
    /// `InvalidInput` if the report is not in doubt.
    pub async fn resolve(&self, id: String, resolution: Resolution) -> Result<Report> {
        self.change(move |core| core.resolve_report(&id, resolution)).await
    }

    /// Deletes a draft or a refused report.
    ///
    /// # Errors
    /// `InvalidInput` for a report in another state.
    pub async fn discard(&self, id: String) -> Result<()> {
        self.shared.write_journal(move |core| core.journal()?.discard(&id)).await
    }

    /// Deletes reports that were accepted before a time (Unix ms). Returns their number.
    pub async fn purge_accepted(&self, before_ms: i64) -> Result<u64> {
        let purge = move |core: &Core| Ok(core.journal()?.purge_accepted(before_ms)? as u64);
        self.shared.write_journal(purge).await
    }

    /// The next due report with its body in a file, for an upload with the platform's HTTP client; none if no report is due.
    /// Reports in `excluded_ids` are skipped. Call [`Reports::mark_upload_started`] before the first byte leaves.
    ///
    /// # Errors
    /// `Corrupt` if a photo changed on the disk.
    #[uniffi::method(default(excluded_ids = []))]
    pub async fn next_upload(&self, excluded_ids: Vec<String>) -> Result<Option<ReportUpload>> {
        let write = move |core: &Core| {
            let Some(upload) = core.next_upload(&set(excluded_ids))? else { return Ok(None) };
            let journal = core.journal()?;
            fs::create_dir_all(bodies(journal))?;
            let body = body_path(journal, &upload.id);
            upload.write_body(&body).inspect_err(|_| remove_body(&body))?;
            let body_path = body.to_string_lossy().into_owned();
            // The core's record has a private field, the form itself.
            let companion::ReportUpload { id, url, version_url, language, content_type, content_length, .. } = upload;
            Ok(Some(ReportUpload { id, url, version_url, language, content_type, body_path, content_length }))
        };
        self.shared.run_blocking(write).await
    }

    /// Starts the upload of a report by the platform. Until it ends by one of the next three calls, which fail with
    /// `InvalidInput` without a start, no other driver sends the report.
    ///
    /// # Errors
    /// `InvalidInput` if the report may not be sent now.
    pub async fn mark_upload_started(&self, id: String) -> Result<Report> {
        self.change(move |core| core.mark_upload_started(&id)).await
    }

    /// Ends an upload without a connection: no byte left. `detail` must not contain personal data.
    pub async fn upload_not_sent(&self, id: String, detail: String) -> Result<Report> {
        self.complete_upload(id, SendResult::NotSent { detail }).await
    }

    /// Ends an upload whose connection was lost before a response. `final_chunk_sent` must be true if the last byte of the
    /// body may have left; the report is then in doubt.
    pub async fn upload_lost(&self, id: String, final_chunk_sent: bool, detail: String) -> Result<Report> {
        self.complete_upload(id, SendResult::ConnectionLost { final_chunk_sent, detail }).await
    }

    /// Ends an upload with the server's response. `headers` must have `retry-after`, `date` and `location`, if the response
    /// has them; `is_complete` is false if the body was cut.
    pub async fn upload_response(
        &self,
        id: String,
        status: u16,
        headers: Vec<Header>,
        body: String,
        is_complete: bool,
    ) -> Result<Report> {
        self.change(move |core| {
            let body = truncated(body);
            let report = core.complete_upload_with_response(&id, status, pairs(&headers), body, is_complete)?;
            remove_body(&body_path(core.journal()?, &id));
            Ok(report)
        })
        .await
    }

    /// Decides by the response to `version_url` whether the server can take reports; `headers` as in
    /// [`Reports::upload_response`]. If it cannot, the report is queued for a later attempt and returned: exclude all reports
    /// with this `version_url` until the next pass, because each would be in doubt. Call it before the first upload to a
    /// server, and after each response of 500 or more.
    pub async fn check_server(
        &self,
        id: String,
        status: u16,
        headers: Vec<Header>,
        body: String,
    ) -> Result<Option<Report>> {
        let check = move |core: &Core| {
            let Some(report) = core.check_server(&id, status, pairs(&headers), truncated(body))? else {
                return Ok(None);
            };
            remove_body(&body_path(core.journal()?, &id));
            Ok(Some(Report::of(core.journal()?, report)))
        };
        self.shared.write_journal(check).await
    }

    /// Queues a report for a later attempt, without an upload: its server cannot be reached. `detail` must not contain
    /// personal data.
    pub async fn postpone_upload(&self, id: String, detail: String) -> Result<Report> {
        self.change(move |core| {
            let report = core.postpone_upload(&id, SendResult::NotSent { detail })?;
            remove_body(&body_path(core.journal()?, &id));
            Ok(report)
        })
        .await
    }

    /// Call this when the app starts, with the reports that the platform still uploads. Started uploads that are not among
    /// them are in doubt and are returned.
    #[uniffi::method(default(in_flight_ids = []))]
    pub async fn reconcile(&self, in_flight_ids: Vec<String>) -> Result<Vec<Report>> {
        let reconcile = move |core: &Core| {
            let in_flight = set(in_flight_ids);
            let journal = core.journal()?;
            let lost = core.reconcile_reports(&in_flight)?;
            for body in fs::read_dir(bodies(journal)).into_iter().flatten().flatten() {
                let path = body.path();
                if !path.file_stem().and_then(|id| id.to_str()).is_some_and(|id| in_flight.contains(id)) {
                    remove_body(&path);
                }
            }
            Ok(all(journal, lost))
        };
        self.shared.write_journal(reconcile).await
    }
}
