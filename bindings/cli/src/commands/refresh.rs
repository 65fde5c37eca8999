//! Taking territories in, with a bar that says how far it is.

use std::fmt::Write as _;
use std::sync::OnceLock;

use indicatif::{ProgressBar, ProgressStyle};
use jalon::companion::{Progress, RefreshOptions, Taken};
use jalon::net::CancelToken;
use jalon::{Error, Result};
use serde_json::Value;

use super::Session;
use crate::answer::{Answer, list};

/// Somebody waits: three tries take some five seconds.
const TRIES: u32 = 3;

pub(super) fn run(session: &Session, territory: Option<String>, allow_http: bool) -> Result<Answer> {
    let names: Vec<String> = match territory {
        Some(name) => vec![session.companion.catalogue().territory(&name)?.name],
        None => session.companion.catalogue().territories()?.into_iter().map(|territory| territory.name).collect(),
    };
    if names.is_empty() {
        return Err(Error::NotFound { what: "any territory (add one with “jalon territory add URL”)".to_owned() });
    }
    let cancel = stopped_by_ctrl_c();
    let mut options = RefreshOptions { most_tries: TRIES, ..RefreshOptions::default() };
    options.net.allow_plain_http = allow_http;
    let mut items: Vec<Value> = Vec::new();
    let mut words = String::new();
    let mut failed = None;
    for name in &names {
        let bar = ProgressBar::new(0).with_message(name.clone());
        if let Ok(style) = ProgressStyle::with_template("{msg} [{bar:30}] {pos}/{len} answers, {prefix} [{elapsed}]") {
            bar.set_style(style.progress_chars("=> "));
        }
        let taken = session.companion.refresh(name, &options, &cancel, |progress| show(&bar, progress));
        bar.finish_and_clear();
        match taken {
            Ok(taken) => {
                describe(&taken, &mut words);
                items.push(serde_json::to_value(&taken).unwrap_or_default());
            }
            Err(Error::Cancelled) => return Err(Error::Cancelled),
            // One server that is gone keeps nobody from the others.
            Err(error) => {
                let error = explained(error, allow_http);
                if names.len() > 1 {
                    eprintln!("{name}: {error}");
                }
                failed.get_or_insert(error);
            }
        }
    }
    failed.map_or(Ok(Answer { json: list(items.len(), items), words }), Err)
}

/// The error, with the flag that would help.
fn explained(error: Error, allow_http: bool) -> Error {
    match error {
        Error::InvalidInput { field, .. } if field == "url" && !allow_http => {
            Error::invalid(field, "https; plain http to another machine only with --allow-http")
        }
        error => error,
    }
}

/// The token that Ctrl-C cancels: there is one handler a process, so there is one token.
fn stopped_by_ctrl_c() -> CancelToken {
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

fn show(bar: &ProgressBar, progress: Progress) {
    bar.set_length(progress.planned as u64);
    bar.set_position(progress.done as u64);
    bar.set_prefix(format!("{} objects, {:.1} MB", progress.objects, progress.bytes as f64 / 1e6));
}

fn describe(taken: &Taken, words: &mut String) {
    let all: u64 = taken.objects.values().sum();
    let _ = writeln!(words, "{}: {all} objects taken in.", taken.territory);
    for (kind, count) in &taken.objects {
        let _ = writeln!(words, "  {count:>7} {kind}");
    }
    for (kind, count) in &taken.removed {
        let _ = writeln!(words, "  {count:>7} {kind} no longer published");
    }
    if !taken.absent.is_empty() {
        let _ = writeln!(words, "  the server has no {}", taken.absent.join(", "));
    }
    let unread: u64 = taken.problems.values().sum();
    if unread > 0 {
        let _ = writeln!(
            words,
            "  {unread} fields could not be read: {}",
            taken.problems.keys().cloned().collect::<Vec<_>>().join("; ")
        );
    }
}
