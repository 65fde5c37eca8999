//! Reports as text and JSON.

use std::fmt::Write as _;

use jalon::journal::Report;
use jalon::report::{ReportState, ReportWarning};
use serde_json::{Value, json};

use crate::commands::Session;
use crate::error::Result;
use crate::output::{Output, iso_time};
use crate::printable::{single_line, truncate};

/// Columns of a comment in a list.
const LISTED_COMMENT: usize = 48;

/// A report that was changed: a message, the warnings and the report's line.
pub(super) fn report_output(report: &Report, warnings: &[ReportWarning], message: &str) -> Output {
    let mut json = report_json(report);
    json["warnings"] = json!(warnings);
    let mut text = format!("{message}\n");
    for warning in warnings {
        let warning = match warning {
            ReportWarning::NoPosition => "there is no position (--at LAT,LON)",
            ReportWarning::OutsideTerritory => "the position is outside the territory",
            ReportWarning::FarFromTrek => "the position is more than 1 km from the trek",
            ReportWarning::NoEmail => "there is no e-mail address for questions (--email)",
        };
        let _ = writeln!(text, "  warning: {warning}");
    }
    write_line(&mut text, report);
    Output::new(json, text)
}

/// A list of reports.
pub(super) fn reports_output(reports: &[Report]) -> Output {
    let mut text = String::new();
    for report in reports {
        write_line(&mut text, report);
    }
    if reports.is_empty() {
        text.push_str("No reports. Write one with: jalon report new --comment TEXT\n");
    }
    Output::list(reports.iter().map(report_json).collect(), text)
}

pub(super) fn report_json(report: &Report) -> Value {
    let lifecycle = &report.lifecycle;
    let content = &report.content;
    let (server_id, accepted_at) = match &lifecycle.state {
        ReportState::Accepted { receipt } => (receipt.server_id, Some(iso_time(receipt.at_ms))),
        _ => (None, None),
    };
    let refused_fields = match &lifecycle.state {
        ReportState::Refused { fields } => json!(fields),
        _ => json!({}),
    };
    let attempts = lifecycle.attempts.iter().map(|attempt| {
        json!({
            "revision": attempt.revision, "endpoint": attempt.endpoint, "at": iso_time(attempt.at_ms),
            "ended": attempt.outcome,
        })
    });
    json!({
        "id": report.id, "territory": report.territory, "state": lifecycle.state.as_str(),
        "created_at": iso_time(report.created_ms), "comment": content.comment, "email": content.email,
        "category": content.category, "activity": content.activity, "magnitude": content.magnitude,
        "trek": content.trek, "signage": content.signage, "position": content.position, "photos": report.photos,
        "reference": report.reference(), "server_id": server_id, "accepted_at": accepted_at,
        "attempt_count": lifecycle.attempt_count, "attempts": attempts.collect::<Vec<_>>(),
        "last_error": lifecycle.last_error, "next_attempt_at": lifecycle.next_attempt_ms.map(iso_time),
        "refused_fields": refused_fields, "may_be_duplicate": lifecycle.may_be_duplicate,
    })
}

/// The first characters of a report's id, which commands accept.
pub(super) fn short_id(report: &Report) -> &str {
    report.id.get(..8).unwrap_or(&report.id)
}

/// A report on one line, and on further lines the last error, the refused fields and the decision to make.
pub(super) fn write_line(text: &mut String, report: &Report) {
    let lifecycle = &report.lifecycle;
    let state = match &lifecycle.state {
        ReportState::Accepted { receipt } => match receipt.server_id {
            Some(id) => format!("accepted with id {id}"),
            None => "accepted".to_owned(),
        },
        ReportState::InDoubt { is_abandoned: true } => "in doubt, abandoned".to_owned(),
        other => other.as_str().replace('_', " "),
    };
    let photos = match report.photos.len() {
        1 => "1 photo".to_owned(),
        count => format!("{count} photos"),
    };
    let (id, comment) = (short_id(report), truncate(&single_line(&report.content.comment), LISTED_COMMENT));
    let _ = writeln!(text, "{id}  {:<10} {state}, {photos}  {comment}", report.territory);
    if let Some(error) = &lifecycle.last_error {
        let _ = writeln!(text, "          {}", single_line(error));
    }
    if let ReportState::Refused { fields } = &lifecycle.state {
        for (field, messages) in fields {
            let _ = writeln!(text, "          {}", single_line(&format!("{field}: {}", messages.join(" "))));
        }
    }
    if matches!(lifecycle.state, ReportState::InDoubt { is_abandoned: false }) {
        let _ = writeln!(text, "          decide: jalon report resolve {id} --resend | --abandon | --delivered");
    }
}

/// A report in full: its line, comment, position, photos and attempts.
pub(super) fn report_text(session: &Session, report: &Report) -> Result<String> {
    let mut text = String::new();
    write_line(&mut text, report);
    let _ = writeln!(text, "  {}", report.content.comment.replace('\n', "\n  "));
    if let Some(position) = report.content.position {
        let _ = writeln!(text, "  at {:.6},{:.6}", position.lat, position.lon);
    }
    for photo in &report.photos {
        let _ = writeln!(text, "  {}", session.companion.journal()?.photo_path(photo).display());
    }
    for attempt in &report.lifecycle.attempts {
        let result = attempt.outcome.as_deref().unwrap_or("no result");
        let _ = writeln!(text, "  {}  {}", iso_time(attempt.at_ms), single_line(result));
    }
    Ok(text)
}
