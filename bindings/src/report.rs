//! The state of a report as one flat record.

use jalon::journal::{self, Journal, Photo};
use jalon::report::{self, Lifecycle};

use crate::convert::all;
use crate::records::{FieldErrors, Report, ReportPhoto, ReportState};

impl Report {
    pub(crate) fn of(journal: &Journal, report: journal::Report) -> Report {
        let reference = if report.with_reference { report.reference() } else { String::new() };
        let needs_user_action = report.lifecycle.needs_user_action();
        #[rustfmt::skip]
        let journal::Report {
            id, territory, url: _, language, created_ms, changes: _, content, photos, with_reference: _, lifecycle,
        } = report;
        #[rustfmt::skip]
        let Lifecycle {
            state, revision, may_be_duplicate, endpoint: _, attempt_count, last_error, next_attempt_ms, attempts,
        } = lifecycle;
        let (mut server_id, mut accepted_ms, mut refused_fields) = (None, None, Vec::new());
        let state = match state {
            report::ReportState::Draft => ReportState::Draft,
            report::ReportState::Queued { .. } => ReportState::Queued,
            report::ReportState::Sending { .. } => ReportState::Sending,
            report::ReportState::Accepted { receipt } => {
                (server_id, accepted_ms) = (receipt.server_id, Some(receipt.at_ms));
                ReportState::Accepted
            }
            report::ReportState::Refused { fields } => {
                refused_fields = fields.into_iter().map(|(name, messages)| FieldErrors { name, messages }).collect();
                ReportState::Refused
            }
            report::ReportState::InDoubt { .. } => ReportState::InDoubt,
        };
        let photo = |photo: Photo| {
            let path = journal.photo_path(&photo).to_string_lossy().into_owned();
            let Photo { id, bytes, sha256: _ } = photo;
            ReportPhoto { id, bytes, path }
        };
        #[rustfmt::skip]
        let report = Report {
            id, territory, language, created_ms, content, reference, state, needs_user_action,
            photos: photos.into_iter().map(photo).collect(), attempts: all(attempts),
            server_id, accepted_ms, refused_fields,
            revision, may_be_duplicate, attempt_count, last_error, next_attempt_ms,
        };
        report
    }
}
