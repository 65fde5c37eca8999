//! `refresh`: downloading territories, and updating the downloaded treks and areas.

use std::fmt::Write as _;

use jalon::Error;
use jalon::companion::{RefreshMode, RefreshOptions, RefreshSummary};
use serde_json::{Value, json};

use super::Session;
use super::network::{MAX_ATTEMPTS, TransferBar, ctrl_c_token, explain_http, explain_no_connection};
use super::packs::pack_ref;
use crate::args::RefreshArgs;
use crate::error::{CliError, Result};
use crate::output::Output;
use crate::printable;
use crate::units::megabytes;

pub(super) fn refresh(session: &Session, args: &RefreshArgs) -> Result<Output> {
    let names: Vec<String> = match &args.territory {
        Some(name) => vec![session.companion.catalogue().territory(name)?.name],
        None => session.companion.catalogue().territories()?.into_iter().map(|territory| territory.name).collect(),
    };
    if names.is_empty() {
        return Err(CliError::NoTerritory);
    }
    let mut options = RefreshOptions { max_attempts: MAX_ATTEMPTS, ..RefreshOptions::default() };
    options.net.allow_plain_http = args.allow_http;
    options.mode = if args.full { RefreshMode::Full } else { RefreshMode::Auto };
    let mut items: Vec<Value> = Vec::new();
    let mut text = String::new();
    let mut first_error = None;
    for name in &names {
        match refresh_one(session, name, &options, args.no_packs, &mut text) {
            Ok(item) => items.push(item),
            Err(Error::Cancelled) => {
                eprintln!("Stopped. Completed requests are kept for a day; resume with: jalon refresh {name}");
                return Err(Error::Cancelled.into());
            }
            // The other territories are refreshed all the same.
            Err(error) => {
                let mut error = explain_http(error, args.allow_http);
                if let Ok(territory) = session.companion.catalogue().territory(name) {
                    error = explain_no_connection(error, &territory);
                }
                if names.len() > 1 {
                    eprintln!("{name}: {}", printable::multi_line(&error.to_string()));
                }
                first_error.get_or_insert(error);
            }
        }
    }
    match first_error {
        None => Ok(Output::list(items, text)),
        Some(error) => Err(error.into()),
    }
}

fn refresh_one(
    session: &Session,
    name: &str,
    options: &RefreshOptions,
    no_packs: bool,
    text: &mut String,
) -> jalon::Result<Value> {
    let cancel = ctrl_c_token();
    let bar = TransferBar::new(name);
    let summary = session.companion.refresh(name, options, &cancel, |progress| bar.set_progress(progress))?;
    drop(bar);
    write_summary(text, &summary);
    let mut item = serde_json::to_value(&summary).unwrap_or_default();
    let mut updated = Vec::new();
    if !no_packs {
        let bar = TransferBar::new(name);
        let packs = session.companion.update_packs(name, options, &cancel, |pack, progress| {
            bar.set_label(&pack.subject.to_string());
            bar.set_progress(progress);
        })?;
        for pack in packs {
            let _ = writeln!(text, "  {} updated", pack_ref(&pack));
            updated.push(pack.subject.to_string());
        }
    }
    item["packs"] = json!(updated);
    Ok(item)
}

fn write_summary(text: &mut String, summary: &RefreshSummary) {
    let RefreshSummary { territory, requests, bytes, .. } = summary;
    if summary.is_full {
        let objects: u64 = summary.objects.values().sum();
        let _ = writeln!(text, "{territory}: downloaded {objects} objects ({:.1} MB).", megabytes(*bytes));
        for (kind, count) in &summary.objects {
            let _ = writeln!(text, "  {count:>7} {kind}");
        }
    } else {
        let kb = *bytes as f64 / 1e3;
        let _ = writeln!(text, "{territory}: requested the changes only ({requests} requests, {kb:.1} kB).");
    }
    let is_first = summary.added == summary.objects;
    let changes = [(&summary.added, "new"), (&summary.changed, "changed"), (&summary.removed, "no longer published")];
    for (counts, label) in changes.into_iter().filter(|_| !is_first) {
        for (kind, count) in counts {
            let _ = writeln!(text, "  {count:>7} {kind} {label}");
        }
    }
    if !summary.truncated_lists.is_empty() {
        let lists = summary.truncated_lists.join(", ");
        let _ = writeln!(text, "  shorter than announced by the server, so nothing was deleted: {lists}");
    }
    if !summary.failed_lists.is_empty() {
        let lists = summary.failed_lists.join(", ");
        let _ = writeln!(text, "  not answered by the server, requested again at the next refresh: {lists}");
    }
    if !summary.empty_lists.is_empty() {
        let lists = summary.empty_lists.join(", ");
        let _ = writeln!(text, "  empty on the server, withdrawn here if the next refresh confirms it: {lists}");
    }
    if !summary.absent_lists.is_empty() {
        let _ = writeln!(text, "  not available on this server: {}", summary.absent_lists.join(", "));
    }
    let problems: u64 = summary.problems.values().sum();
    if problems > 0 {
        let names = summary.problems.keys().cloned().collect::<Vec<_>>().join("; ");
        let _ = writeln!(text, "  fields that could not be read: {problems} ({names})");
    }
}
