//! `report` and `send`: field reports.
//!
//! * `edit`: writing and changing reports.
//! * `send`: sending the queued reports.
//! * `format`: reports as text and JSON.

mod edit;
mod format;
mod send;

use jalon::Error;
use jalon::clock::now_ms;
use jalon::journal::{ExportOptions, ImportSummary, Report};
use jalon::report::Resolution;
use serde_json::json;

use super::Session;
use crate::args::ReportCommand;
use crate::error::{CliError, Result};
use crate::output::Output;

pub(super) use send::send;

pub(super) fn run(session: &Session, command: ReportCommand) -> Result<Output> {
    let journal = session.companion.journal()?;
    if let Some(recovery) = journal.recovery() {
        eprintln!(
            "The journal was damaged; {} reports were recovered. The damaged file is {}.",
            recovery.reports_from_rows + recovery.reports_from_sidecars,
            recovery.quarantined_path.display()
        );
    }
    match command {
        ReportCommand::New { content, photos, draft, territory } => {
            edit::new_report(session, &content, &photos, draft, territory.as_deref())
        }
        ReportCommand::Edit { id, content } => edit::edit(session, &full_id(session, &id)?, &content),
        ReportCommand::Photo { id, files } => edit::attach_photos(session, &full_id(session, &id)?, &files),
        ReportCommand::List => Ok(format::reports_output(&journal.reports()?)),
        ReportCommand::Show { id } => {
            let report = journal.report(&full_id(session, &id)?)?;
            Ok(Output::new(format::report_json(&report), format::report_text(session, &report)?))
        }
        ReportCommand::Queue { id } => edit::queue(session, &full_id(session, &id)?),
        ReportCommand::Resolve { id, resend, abandon, delivered, server_id } => {
            let resolution = match (resend, abandon, delivered) {
                (true, _, _) => Resolution::Resend,
                (_, true, _) => Resolution::Abandon,
                (_, _, true) => Resolution::Delivered(server_id),
                _ => return Err(CliError::invalid("resolve", "must have --resend, --abandon or --delivered")),
            };
            let report = session.companion.resolve_report(&full_id(session, &id)?, resolution)?;
            Ok(format::report_output(&report, &[], "Resolved."))
        }
        ReportCommand::Discard { id } => {
            let id = full_id(session, &id)?;
            journal.discard(&id)?;
            Ok(Output::new(json!({"discarded": id}), "Deleted.\n".to_owned()))
        }
        ReportCommand::Export { output, all, hand_over } => {
            let options = ExportOptions { include_accepted: all, hand_over };
            let reports = journal.export(&output, &options, now_ms())?;
            let path = output.display().to_string();
            let sender = match hand_over {
                true => "The device that imports the file sends them.",
                false => "This device keeps sending them; see --hand-over.",
            };
            let text = format!("Wrote {path} ({reports} reports). {sender}\n");
            Ok(Output::new(json!({"reports": reports, "path": path, "hand_over": hand_over}), text))
        }
        ReportCommand::Import { file } => {
            let summary = journal.import(&file, now_ms())?;
            Ok(Output::new(serde_json::to_value(summary).unwrap_or_default(), import_text(&summary)))
        }
    }
}

fn import_text(summary: &ImportSummary) -> String {
    let mut text = format!(
        "Imported {} reports, {} notes, {} favourites and {} tracks; {} reports were already in the journal.\n",
        summary.reports, summary.notes, summary.favourites, summary.tracks, summary.known
    );
    if summary.photos_missing > 0 {
        text.push_str(&format!(
            "The file lacks {} photos; their reports were imported without them.\n",
            summary.photos_missing
        ));
    }
    if summary.kept_by_exporter > 0 {
        text.push_str(&format!(
            "The other device still sends {} of the reports. To send them from here instead, export them there with \
             --hand-over.\n",
            summary.kept_by_exporter
        ));
    }
    text
}

/// The id of the report whose id starts with `prefix`.
fn full_id(session: &Session, prefix: &str) -> Result<String> {
    let reports = session.companion.journal()?.reports()?;
    let matches = |report: &&Report| !prefix.is_empty() && report.id.starts_with(prefix);
    match reports.iter().filter(matches).collect::<Vec<_>>().as_slice() {
        [report] => Ok(report.id.clone()),
        [] => Err(Error::NotFound { detail: "a report with this id".to_owned() }.into()),
        _ => Err(CliError::invalid("id", "must have more characters: several reports start with these")),
    }
}
