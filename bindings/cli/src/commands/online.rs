//! What commands share that use the network: the bar that says how far they are, and Ctrl-C.

use std::sync::OnceLock;
use std::time::Instant;

use indicatif::{ProgressBar, ProgressStyle};
use jalon::Error;
use jalon::companion::Progress;
use jalon::net::CancelToken;

/// Somebody waits: three tries take some five seconds.
pub(super) const TRIES: u32 = 3;

/// A bar on the terminal, which goes when it is dropped.
pub(super) struct Bar {
    bar: ProgressBar,
    since: Instant,
}

impl Bar {
    pub(super) fn new(about: &str) -> Bar {
        let bar = ProgressBar::new(0).with_message(about.to_owned());
        let template = "{msg} [{bar:30}] {pos}/{len}, {prefix} [{elapsed}, {eta} left]";
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style.progress_chars("=> "));
        }
        Bar { bar, since: Instant::now() }
    }

    pub(super) fn about(&self, about: &str) {
        self.bar.set_message(about.to_owned());
    }

    pub(super) fn bytes(&self, done: u64, of: u64) {
        self.bar.set_length(of);
        self.bar.set_position(done);
        self.bar.set_prefix(format!("{:.0} of {:.0} kB", done as f64 / 1e3, of as f64 / 1e3));
    }

    pub(super) fn show(&self, progress: Progress) {
        self.bar.set_length(progress.planned as u64);
        self.bar.set_position(progress.done as u64);
        let rate = progress.bytes as f64 / 1e3 / self.since.elapsed().as_secs_f64().max(0.1);
        let (objects, size) = (progress.objects, progress.bytes as f64 / 1e6);
        self.bar.set_prefix(format!("{objects} objects, {size:.1} MB at {rate:.0} kB/s"));
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

/// The token that Ctrl-C cancels: there is one handler a process, so there is one token.
pub(super) fn stopped_by_ctrl_c() -> CancelToken {
    static STOP: OnceLock<CancelToken> = OnceLock::new();
    let handled = || {
        let stop = CancelToken::default();
        let cancelled = stop.clone();
        // Without a handler Ctrl-C ends the process, and the catalogue is whole all the same.
        let _ = ctrlc::set_handler(move || cancelled.cancel());
        stop
    };
    STOP.get_or_init(handled).clone()
}

/// The error, with the flag that would help.
pub(super) fn explained(error: Error, allow_http: bool) -> Error {
    match error {
        Error::InvalidInput { field, .. } if field == "url" && !allow_http => {
            Error::invalid(field, "https; plain http to another machine only with --allow-http")
        }
        error => error,
    }
}
