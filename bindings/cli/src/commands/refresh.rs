//! Taking territories in, and bringing what was taken along up to date.

use std::fmt::Write as _;

use jalon::companion::{RefreshMode, RefreshOptions, RefreshSummary};
use jalon::{Error, Result};
use serde_json::{Value, json};

use super::Session;
use super::online::{Bar, TRIES, explained, stopped_by_ctrl_c};
use crate::answer::{Answer, list};
use crate::arguments::RefreshArguments;

pub(super) fn run(session: &Session, arguments: &RefreshArguments) -> Result<Answer> {
    let names: Vec<String> = match &arguments.territory {
        Some(name) => vec![session.companion.catalogue().territory(name)?.name],
        None => session.companion.catalogue().territories()?.into_iter().map(|territory| territory.name).collect(),
    };
    if names.is_empty() {
        return Err(Error::NotFound {
            detail: "any territory (add one with “jalon territory add URL”)".to_owned()
        });
    }
    let mut options = RefreshOptions { max_attempts: TRIES, ..RefreshOptions::default() };
    options.net.allow_plain_http = arguments.allow_http;
    options.mode = if arguments.full { RefreshMode::Full } else { RefreshMode::Auto };
    let mut items: Vec<Value> = Vec::new();
    let mut words = String::new();
    let mut failed = None;
    for name in &names {
        match one(session, name, &options, arguments.no_packs, &mut words) {
            Ok(item) => items.push(item),
            Err(Error::Cancelled) => {
                eprintln!("Stopped. What has come is kept for a day; go on with: jalon refresh {name}");
                return Err(Error::Cancelled);
            }
            // One server that is gone keeps nobody from the others.
            Err(error) => {
                let error = explained(error, arguments.allow_http);
                if names.len() > 1 {
                    eprintln!("{name}: {error}");
                }
                failed.get_or_insert(error);
            }
        }
    }
    failed.map_or(Ok(Answer::of(list(items.len(), items), words)), Err)
}

fn one(session: &Session, name: &str, options: &RefreshOptions, no_packs: bool, words: &mut String) -> Result<Value> {
    let cancel = stopped_by_ctrl_c();
    let bar = Bar::new(name);
    let taken = session.companion.refresh(name, options, &cancel, |progress| bar.show(progress))?;
    drop(bar);
    describe(&taken, words);
    let mut item = serde_json::to_value(&taken).unwrap_or_default();
    let mut followed = Vec::new();
    if !no_packs {
        let bar = Bar::new(name);
        let packs = session.companion.update_packs(name, options, &cancel, |pack, progress| {
            bar.about(&pack.subject.to_string());
            bar.show(progress);
        })?;
        for pack in packs {
            let _ = writeln!(words, "  {} is up to date again", pack.subject);
            followed.push(pack.subject.to_string());
        }
    }
    item["packs"] = json!(followed);
    Ok(item)
}

fn describe(taken: &RefreshSummary, words: &mut String) {
    let all: u64 = taken.objects.values().sum();
    let size = taken.bytes as f64 / 1e6;
    if taken.is_full {
        let _ = writeln!(words, "{}: {all} objects taken in ({size:.1} MB).", taken.territory);
        for (kind, count) in &taken.objects {
            let _ = writeln!(words, "  {count:>7} {kind}");
        }
    } else {
        let _ = writeln!(
            words,
            "{}: asked for what changed ({} requests, {:.1} kB).",
            taken.territory,
            taken.requests,
            taken.bytes as f64 / 1e3
        );
    }
    let is_first = taken.added == taken.objects;
    for (counts, what) in [(&taken.added, "new"), (&taken.changed, "changed"), (&taken.removed, "no longer published")]
    {
        for (kind, count) in counts.iter().filter(|_| !is_first) {
            let _ = writeln!(words, "  {count:>7} {kind} {what}");
        }
    }
    if !taken.truncated_lists.is_empty() {
        let _ = writeln!(
            words,
            "  shorter than the server says, so nothing was taken away: {}",
            taken.truncated_lists.join(", ")
        );
    }
    if !taken.absent_lists.is_empty() {
        let _ = writeln!(words, "  the server has no {}", taken.absent_lists.join(", "));
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
