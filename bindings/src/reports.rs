//! Field reports: written, queued, sent at most once unless somebody decides otherwise.

use std::collections::BTreeSet;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jalon::clock::now_ms;
use jalon::journal as core;
use jalon::report::{self, Reply, SendResult};
use jalon::response::retry_after_ms;
use jalon::transfer;

use crate::cancel::CancelToken;
use crate::error::Result;
use crate::options::{Progress, RefreshOptions};
use crate::report::{QueuedReport, Report, ReportContent, ReportUpload, Resolution};
use crate::state::Shared;
use crate::watch::ProgressWatch;

/// Bytes of a photo's file that are looked at.
const MAX_PHOTO_FILE: u64 = 64 << 20;
/// Bytes of an answer that are looked at.
const MAX_ANSWER: usize = 256 << 10;

/// Field reports.
#[derive(Debug, uniffi::Object)]
pub struct Reports {
    shared: Arc<Shared>,
}

impl Reports {
    pub(crate) fn new(shared: Arc<Shared>) -> Reports {
        Reports { shared }
    }

    /// Changes a report, on stable storage when this returns, and tells whoever watches.
    async fn change(
        &self,
        change: impl FnOnce(&Shared) -> jalon::Result<core::Report> + Send + 'static,
    ) -> Result<Report> {
        let work = move |shared: &Shared| {
            let report = change(shared)?;
            Ok(Report::of(shared.core().journal()?, report))
        };
        self.shared.write(|changes| changes.journal += 1, work).await
    }

    async fn attach(&self, id: String, path: String, is_ready: bool) -> Result<Report> {
        let attach = move |shared: &Shared| {
            let file = photo_file(&path)?;
            let journal = shared.core().journal()?;
            if is_ready {
                journal.attach_encoded(&id, &file, now_ms())?;
            } else {
                attach_any(journal, &id, &file)?;
            }
            Ok(Report::of(journal, journal.report(&id)?))
        };
        self.shared.write(|changes| changes.journal += 1, attach).await
    }

    async fn ended(&self, id: String, sent: SendResult) -> Result<Report> {
        self.change(move |shared| {
            let report = shared.core().complete_upload(&id, sent)?;
            remove_body(&body_path(shared.core().journal()?, &id));
            Ok(report)
        })
        .await
    }
}

#[cfg(feature = "photos")]
fn attach_any(journal: &core::Journal, id: &str, file: &[u8]) -> Result<()> {
    journal.attach(id, file, &core::PhotoOptions::default(), now_ms())?;
    Ok(())
}

#[cfg(not(feature = "photos"))]
fn attach_any(_: &core::Journal, _: &str, _: &[u8]) -> Result<()> {
    let rule = "this build of the library does not decode photos: make it a small JPEG, and attach it as ready";
    Err(jalon::Error::invalid("photo", rule).into())
}

/// The bytes of a photo's file.
fn photo_file(path: &str) -> Result<Vec<u8>> {
    let invalid = |rule: &str| jalon::Error::invalid("photo", rule);
    let file = fs::File::open(path).map_err(|_| invalid("the path of a file that can be read"))?;
    let mut bytes = Vec::new();
    let read = file.take(MAX_PHOTO_FILE + 1).read_to_end(&mut bytes);
    read.map_err(|_| invalid("the path of a file that can be read"))?;
    if bytes.len() as u64 > MAX_PHOTO_FILE { Err(invalid("a file of at most 64 MB").into()) } else { Ok(bytes) }
}

fn outgoing_folder(journal: &core::Journal) -> PathBuf {
    journal.directory().join("outgoing")
}

/// Where the body of a report lies while the platform sends it. The journal knows the id, so it is one of its own names.
fn body_path(journal: &core::Journal, id: &str) -> PathBuf {
    outgoing_folder(journal).join(format!("{id}.body"))
}

fn remove_body(path: &Path) {
    // What cannot be removed now is removed by the next reconciliation.
    let _ = fs::remove_file(path);
}

#[uniffi::export]
impl Reports {
    /// Begins a report for a territory, as a draft. `language` is that of the server's messages; the territory's own where it
    /// is empty or the server does not have it.
    ///
    /// # Errors
    /// `NotFound` for the territory.
    #[uniffi::method(default(language = ""))]
    pub async fn new_report(&self, territory: String, content: ReportContent, language: String) -> Result<Report> {
        self.change(move |shared| shared.core().new_report(&territory, &language, content.into())).await
    }

    /// Writes a report on: `content` takes the place of what it says. One that was queued or refused is a draft again.
    ///
    /// # Errors
    /// `NotFound`; `InvalidInput` where it can no longer be changed.
    pub async fn edit(&self, id: String, content: ReportContent) -> Result<Report> {
        let content = report::ReportContent::from(content);
        self.change(move |shared| shared.core().journal()?.edit(&id, |own| *own = content.clone(), now_ms())).await
    }

    /// Adds a photo from a file (JPEG, PNG, WebP): turned, made smaller, without its metadata. HEIC is the platform's to
    /// convert.
    ///
    /// # Errors
    /// `InvalidInput` for the file, or where the library was built without photos; `StorageFull`.
    pub async fn attach_photo(&self, id: String, path: String) -> Result<Report> {
        self.attach(id, path, false).await
    }

    /// Adds a photo that the platform has made ready: a small JPEG, turned, without metadata. The file is copied.
    ///
    /// # Errors
    /// `InvalidInput` for the file; `StorageFull`.
    pub async fn attach_encoded_photo(&self, id: String, path: String) -> Result<Report> {
        self.attach(id, path, true).await
    }

    /// Takes a photo out of a report.
    ///
    /// # Errors
    /// `NotFound`; `InvalidInput` where the report can no longer be changed.
    pub async fn detach_photo(&self, id: String, photo: String) -> Result<Report> {
        self.change(move |shared| shared.core().journal()?.detach(&id, &photo, now_ms())).await
    }

    /// Queues a report, if it can be used as it is. When this returns it is on stable storage, with its photos, twice.
    ///
    /// # Errors
    /// `InvalidInput` naming the field; `NotFound`.
    pub async fn queue(&self, id: String) -> Result<QueuedReport> {
        let queue = move |shared: &Shared| {
            let (report, warnings) = shared.core().queue_report(&id)?;
            let report = Report::of(shared.core().journal()?, report);
            Ok(QueuedReport { report, warnings: warnings.into_iter().map(Into::into).collect() })
        };
        self.shared.write(|changes| changes.journal += 1, queue).await
    }

    /// Every report, in the order in which they were begun.
    ///
    /// # Errors
    /// Those of the disk.
    pub async fn list(&self) -> Result<Vec<Report>> {
        let read = |shared: &Shared| {
            let journal = shared.core().journal()?;
            Ok(journal.reports()?.into_iter().map(|report| Report::of(journal, report)).collect())
        };
        self.shared.run_blocking(read).await
    }

    /// A report by its id.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn get(&self, id: String) -> Result<Report> {
        let read = move |shared: &Shared| {
            let journal = shared.core().journal()?;
            Ok(Report::of(journal, journal.report(&id)?))
        };
        self.shared.run_blocking(read).await
    }

    /// Goes once over the reports that are due, and gives each as it is then. What could not be sent stays queued; nothing is
    /// sent twice unless somebody decided so. `now` attempt_count what is to wait, too. Of the options it uses those of the network.
    ///
    /// # Errors
    /// `Busy` where another process sends; `Cancelled`; `InvalidInput` where the library was built without a driver.
    #[uniffi::method(default(options = None, now = false, cancel = None, progress = None))]
    pub async fn send(
        &self,
        options: Option<RefreshOptions>,
        now: bool,
        cancel: Option<Arc<CancelToken>>,
        progress: Option<Arc<ProgressWatch>>,
    ) -> Result<Vec<Report>> {
        #[cfg(feature = "net")]
        let work = move |shared: &Shared, stop: &transfer::CancelToken, tell: &dyn Fn(Progress)| {
            let options = options.unwrap_or_default();
            let (policy, network) = options.policy();
            let options = jalon::companion::SendOptions { policy, network, net: options.net(), now };
            let tell = |report: &core::Report, bytes: u64, planned: u64| {
                let (done, subject) = (u64::from(bytes >= planned), report.uuid.clone());
                tell(Progress { done, planned: 1, objects: 0, bytes, subject });
            };
            let journal = shared.core().journal()?;
            let sent = shared.core().send_reports(&options, stop, tell)?;
            Ok(sent.into_iter().map(|report| Report::of(journal, report)).collect())
        };
        #[cfg(not(feature = "net"))]
        let work = {
            let _ = (options, now);
            |_: &Shared, _: &transfer::CancelToken, _: &dyn Fn(Progress)| crate::state::without_driver()
        };
        self.shared.run_cancellable((cancel, progress), |changes| changes.journal += 1, work).await
    }

    /// Decides about a report in doubt.
    ///
    /// # Errors
    /// `NotFound`; `InvalidInput` where it is not in doubt.
    pub async fn resolve(&self, id: String, resolution: Resolution) -> Result<Report> {
        let resolution = match resolution {
            Resolution::Resend => report::Resolution::Resend,
            Resolution::Abandon => report::Resolution::Abandon,
            Resolution::Delivered { server_id } => report::Resolution::Delivered(server_id),
        };
        self.change(move |shared| shared.core().resolve_report(&id, resolution)).await
    }

    /// Removes a report that only its writer has seen: a draft, or one that the server refused.
    ///
    /// # Errors
    /// `NotFound`; `InvalidInput` for any other.
    pub async fn discard(&self, id: String) -> Result<()> {
        let discard = move |shared: &Shared| Ok(shared.core().journal()?.discard(&id)?);
        self.shared.write(|changes| changes.journal += 1, discard).await
    }

    /// Removes reports that were accepted before a moment (Unix ms), and tells how many.
    ///
    /// # Errors
    /// Those of the disk.
    pub async fn purge_accepted(&self, before_ms: i64) -> Result<u64> {
        let forget = move |shared: &Shared| Ok(shared.core().journal()?.purge_accepted(before_ms)? as u64);
        self.shared.write(|changes| changes.journal += 1, forget).await
    }

    /// The next report that may be sent, for the platform's own uploader, with its body in a file; none where none is due.
    /// `but` are those that it does not want to hear of now. Say [`Reports::started`] before the first byte leaves.
    ///
    /// # Errors
    /// `Corrupt` where a photo is not what was attached; `StorageFull`.
    #[uniffi::method(default(but = []))]
    pub async fn next_upload(&self, but: Vec<String>) -> Result<Option<ReportUpload>> {
        let write = move |shared: &Shared| {
            let but: BTreeSet<String> = but.into_iter().collect();
            let Some(outgoing) = shared.core().next_upload(&but)? else { return Ok(None) };
            let journal = shared.core().journal()?;
            fs::create_dir_all(outgoing_folder(journal)).map_err(jalon::Error::from)?;
            let body = body_path(journal, &outgoing.uuid);
            outgoing.write_body(&body).inspect_err(|_| remove_body(&body))?;
            Ok(Some(ReportUpload {
                id: outgoing.uuid,
                url: outgoing.url,
                language: outgoing.language,
                content_type: outgoing.content_type,
                body_path: body.to_string_lossy().into_owned(),
                content_length: outgoing.content_length,
            }))
        };
        self.shared.run_blocking(write).await
    }

    /// The platform's own uploader has a report: nobody else sends it until it says how that ended.
    ///
    /// # Errors
    /// `InvalidInput` where it may not be sent now.
    pub async fn mark_upload_started(&self, id: String) -> Result<Report> {
        self.change(move |shared| shared.core().mark_upload_started(&id)).await
    }

    /// There was no connection: nothing of it left. `detail` is for a person, and has nothing personal.
    ///
    /// # Errors
    /// `InvalidInput` where it was not started.
    pub async fn upload_not_sent(&self, id: String, detail: String) -> Result<Report> {
        self.ended(id, SendResult::NotSent { reason: detail }).await
    }

    /// The connection was lost before an answer. `whole_body` tells whether the last byte of the body may have left: say true
    /// where that is not known, and the report is in doubt.
    ///
    /// # Errors
    /// `InvalidInput` where it was not started.
    pub async fn upload_lost(&self, id: String, whole_body: bool, detail: String) -> Result<Report> {
        self.ended(id, SendResult::Lost { whole_body, reason: detail }).await
    }

    /// The server answered. `retry_after` is that header; `is_whole` tells whether the answer came to its end.
    ///
    /// # Errors
    /// `InvalidInput` where it was not started.
    pub async fn upload_response(
        &self,
        id: String,
        status: u16,
        retry_after: Option<String>,
        mut body: String,
        is_whole: bool,
    ) -> Result<Report> {
        if body.len() > MAX_ANSWER {
            let end = (0..=MAX_ANSWER).rev().find(|end| body.is_char_boundary(*end)).unwrap_or_default();
            body.truncate(end);
        }
        let retry_after_ms = retry_after.map(|value| retry_after_ms(&value, now_ms()).unwrap_or_default());
        // A platform's client answers when all of the body has left, or when the server would not have more of it.
        let reply = Reply { status, retry_after_ms, body, is_whole };
        self.ended(id, SendResult::Response { whole_body: true, reply }).await
    }

    /// At the start of the app: which reports the platform's own uploader still has. Those that it has not, though it had
    /// them, are in doubt, and are given.
    ///
    /// # Errors
    /// Those of the disk.
    #[uniffi::method(default(alive = []))]
    pub async fn reconcile(&self, alive: Vec<String>) -> Result<Vec<Report>> {
        let reconcile = move |shared: &Shared| {
            let alive: BTreeSet<String> = alive.into_iter().collect();
            let journal = shared.core().journal()?;
            let gone = shared.core().reconcile_reports(&alive)?;
            let bodies = fs::read_dir(outgoing_folder(journal)).into_iter().flatten().flatten();
            for body in bodies {
                let path = body.path();
                let is_alive = path.file_stem().and_then(|id| id.to_str()).is_some_and(|id| alive.contains(id));
                if !is_alive {
                    remove_body(&path);
                }
            }
            Ok(gone.into_iter().map(|report| Report::of(journal, report)).collect())
        };
        self.shared.write(|changes| changes.journal += 1, reconcile).await
    }
}
