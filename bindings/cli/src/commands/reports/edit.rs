//! Writing and changing reports.

use std::path::{Path, PathBuf};

use jalon::clock::now_ms;
use jalon::journal::{PhotoOptions, Report};
use jalon::report::{KnownTerms, ReportContent, ReportPosition};

use super::format::{report_output, short_id};
use crate::args::ReportContentArgs;
use crate::commands::Session;
use crate::error::{CliError, Result};
use crate::output::Output;
use crate::{lookup, parse};

pub(super) fn new_report(
    session: &Session,
    args: &ReportContentArgs,
    photos: &[PathBuf],
    is_draft: bool,
    territory: Option<&str>,
) -> Result<Output> {
    let territory = lookup::territory_or_single(&session.companion, territory)?;
    let mut content = ReportContent::default();
    apply_args(&mut content, args, position(session, args)?);
    if !is_draft {
        // Reports an error before anything is saved.
        content.check(photos.len(), &KnownTerms::default())?;
    }
    for photo in photos {
        read_photo(photo)?;
    }
    let language = session.languages().first().copied().unwrap_or_default().to_owned();
    let report = session.companion.new_report(&territory, &language, content)?;
    let queued = attach(session, &report.id, photos).and_then(|()| {
        if is_draft {
            let report = session.companion.journal()?.report(&report.id)?;
            return Ok(unqueued_output(&report, "Saved as a draft"));
        }
        queue(session, &report.id)
    });
    queued.inspect_err(|_| {
        // The user saw only the error, so no report is left behind. If this fails too, it is listed as a draft.
        let _ = session.companion.journal().and_then(|journal| journal.discard(&report.id));
    })
}

pub(super) fn edit(session: &Session, id: &str, args: &ReportContentArgs) -> Result<Output> {
    let position = position(session, args)?;
    let journal = session.companion.journal()?;
    let report = journal.edit(id, |content| apply_args(content, args, position), now_ms())?;
    Ok(unqueued_output(&report, "Changed"))
}

pub(super) fn attach_photos(session: &Session, id: &str, photos: &[PathBuf]) -> Result<Output> {
    attach(session, id, photos)?;
    let report = session.companion.journal()?.report(id)?;
    Ok(unqueued_output(&report, "Photos attached"))
}

pub(super) fn queue(session: &Session, id: &str) -> Result<Output> {
    let (report, warnings) = session.companion.queue_report(id)?;
    Ok(report_output(&report, &warnings, "Saved and queued. Send it with: jalon send"))
}

/// A report that is not queued yet.
fn unqueued_output(report: &Report, message: &str) -> Output {
    report_output(report, &[], &format!("{message}. Queue the report with: jalon report queue {}", short_id(report)))
}

fn attach(session: &Session, id: &str, photos: &[PathBuf]) -> Result<()> {
    for photo in photos {
        session.companion.journal()?.attach(id, &read_photo(photo)?, &PhotoOptions::default(), now_ms())?;
    }
    Ok(())
}

fn read_photo(path: &Path) -> Result<Vec<u8>> {
    std::fs::read(path)
        .map_err(|_| CliError::invalid("photo", format!("must be a readable file; \"{}\" is not", path.display())))
}

fn position(session: &Session, args: &ReportContentArgs) -> Result<Option<ReportPosition>> {
    let Some(at) = &args.at else { return Ok(None) };
    let at = parse::position("at", at)?;
    session.check_position(at)?;
    Ok(Some(ReportPosition { lon: at.lon, lat: at.lat, accuracy_m: args.accuracy, at_ms: Some(now_ms()) }))
}

/// Changes only the fields whose arguments were given.
fn apply_args(content: &mut ReportContent, args: &ReportContentArgs, position: Option<ReportPosition>) {
    if let Some(comment) = &args.comment {
        content.comment.clone_from(comment);
    }
    if let Some(email) = &args.email {
        content.email.clone_from(email);
    }
    content.category = args.category.or(content.category);
    content.activity = args.activity.or(content.activity);
    content.magnitude = args.magnitude.or(content.magnitude);
    content.position = position.or(content.position);
    content.trek = args.trek.or(content.trek);
    content.signage = args.signage.or(content.signage);
}
