//! Shared parts of the commands that use the network: the progress bar, Ctrl-C, and the error for plain HTTP.

use std::sync::OnceLock;
use std::time::Instant;

use indicatif::{ProgressBar, ProgressStyle};
use jalon::Error;
use jalon::catalogue::Territory;
use jalon::companion::Progress;
use jalon::edition::{BuildProgress, ImportProgress};
use jalon::transfer::CancelToken;

use crate::printable;

/// Attempts for each request. With the library's delays, three attempts take about five seconds.
pub(super) const MAX_ATTEMPTS: u32 = 3;

/// Columns of the label of a progress bar.
const LABEL_COLUMNS: usize = 32;

/// A progress bar on the terminal, removed when it is dropped.
pub(super) struct TransferBar {
    bar: ProgressBar,
    started: Instant,
}

impl TransferBar {
    pub(super) fn new(label: &str) -> TransferBar {
        let bar = ProgressBar::new(0).with_message(bar_label(label));
        let template = "{msg} [{bar:30}] {pos}/{len}, {prefix} [{elapsed}, {eta} left]";
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style.progress_chars("=> "));
        }
        TransferBar { bar, started: Instant::now() }
    }

    pub(super) fn set_label(&self, label: &str) {
        self.bar.set_message(bar_label(label));
    }

    /// Shows the bytes of one upload.
    pub(super) fn set_bytes(&self, sent: u64, total: u64) {
        self.bar.set_length(total);
        self.bar.set_position(sent);
        self.bar.set_prefix(format!("{:.0} of {:.0} kB", sent as f64 / 1e3, total as f64 / 1e3));
    }

    /// Shows the objects of an edition.
    pub(super) fn set_built(&self, progress: BuildProgress) {
        self.bar.set_length(progress.total);
        self.bar.set_position(progress.objects);
        self.bar.set_prefix("objects");
    }

    /// Shows the bytes of files that become an edition.
    pub(super) fn set_imported(&self, progress: ImportProgress) {
        self.bar.set_length(progress.total_bytes);
        self.bar.set_position(progress.bytes);
        self.bar.set_prefix(format!("{} objects, bytes", progress.objects));
    }

    /// Shows the requests, objects and bytes of a refresh or download.
    pub(super) fn set_progress(&self, progress: Progress) {
        self.bar.set_length(progress.planned as u64);
        self.bar.set_position(progress.done as u64);
        let kb_per_s = progress.bytes as f64 / 1e3 / self.started.elapsed().as_secs_f64().max(0.1);
        let (objects, mb) = (progress.objects, progress.bytes as f64 / 1e6);
        self.bar.set_prefix(format!("{objects} objects, {mb:.1} MB at {kb_per_s:.0} kB/s"));
    }
}

/// The name of an object as a label that leaves room for the bar.
fn bar_label(name: &str) -> String {
    printable::truncate(&printable::single_line(name), LABEL_COLUMNS)
}

impl Drop for TransferBar {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

/// The token that Ctrl-C cancels. A process can install only one handler, so all calls return the same token.
pub(super) fn ctrl_c_token() -> CancelToken {
    static TOKEN: OnceLock<CancelToken> = OnceLock::new();
    let install = || {
        let token = CancelToken::default();
        let handler_token = token.clone();
        // If no handler can be installed, Ctrl-C ends the process, which leaves the catalogue intact too.
        let _ = ctrlc::set_handler(move || handler_token.cancel());
        token
    };
    TOKEN.get_or_init(install).clone()
}

/// Names the flag `--allow-http` in the error about a plain HTTP address.
pub(super) fn explain_http(error: Error, allow_http: bool) -> Error {
    match error {
        Error::InvalidInput { field, .. } if field == "url" && !allow_http => {
            Error::invalid(field, "must be https; plain http to another machine needs --allow-http")
        }
        error => error,
    }
}

/// Names plain HTTP in the error of a server that was never reached over HTTPS: `territory add HOST` assumes HTTPS.
pub(super) fn explain_no_connection(error: Error, territory: &Territory) -> Error {
    match error {
        Error::Offline { detail } if territory.refreshed_ms.is_none() => match territory.url.strip_prefix("https://") {
            Some(address) => Error::Offline {
                detail: format!(
                    "{detail}; if the server speaks plain http only, remove the territory, add http://{address} and use --allow-http"
                ),
            },
            None => Error::Offline { detail },
        },
        error => error,
    }
}
