//! `send`: sending the queued reports.

use std::fmt::Write as _;

use jalon::companion::SendOptions;
use jalon::report::ReportState;

use super::format::{report_json, short_id, write_line};
use crate::commands::Session;
use crate::commands::network::{TransferBar, ctrl_c_token};
use crate::error::Result;
use crate::output::Output;

/// Sends the queued reports. The output is incomplete if a report is still queued or needs a decision of the user.
pub(in crate::commands) fn send(session: &Session, allow_http: bool) -> Result<Output> {
    let mut options = SendOptions { now: true, ..SendOptions::default() };
    options.net.allow_plain_http = allow_http;
    let bar = TransferBar::new("reports");
    let sent = session.companion.send_reports(&options, &ctrl_c_token(), |report, bytes, total| {
        bar.set_label(short_id(report));
        bar.set_bytes(bytes, total);
    })?;
    drop(bar);
    let mut text = String::new();
    for report in &sent {
        write_line(&mut text, report);
    }
    let reports = session.companion.journal()?.reports()?;
    let queued = reports.iter().filter(|report| matches!(report.lifecycle.state, ReportState::Queued { .. })).count();
    let need_decision = reports.iter().filter(|report| report.lifecycle.needs_user_action()).count();
    if sent.is_empty() && queued + need_decision == 0 {
        text.push_str("No reports to send.\n");
    }
    if queued > 0 {
        let reports = if queued == 1 { "report is" } else { "reports are" };
        let _ = writeln!(text, "{queued} {reports} still queued: run \"jalon send\" again");
    }
    if need_decision > 0 {
        let reports = if need_decision == 1 { "report needs" } else { "reports need" };
        let _ = writeln!(text, "{need_decision} {reports} a decision: see \"jalon report list\"");
    }
    let mut output = Output::list(sent.iter().map(report_json).collect(), text);
    output.json["queued"] = queued.into();
    output.json["needs_user_action"] = need_decision.into();
    output.is_complete = queued + need_decision == 0;
    Ok(output)
}
