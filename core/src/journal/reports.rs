//! The operations on reports. Every change is one transaction and one sidecar file, both on stable storage when the
//! operation returns.

use std::cell::Cell;

use rusqlite::Transaction;

use super::record::{NewReport, Report, check_id};
use super::{Journal, rows};
use crate::error::{Error, Result};
use crate::report::{Event, KnownTerms, ReportContent, ReportState, ReportWarning};

impl Journal {
    /// Creates a draft.
    ///
    /// # Errors
    /// [`Error::StorageFull`], [`Error::TooNew`], [`Error::Closed`] and errors of the disk.
    #[doc(hidden)]
    pub fn new_report(&self, new: NewReport, at_ms: i64) -> Result<Report> {
        let report = Report::new(new, at_ms);
        self.save_report(&report.id, |_| Ok(report.clone()))
    }

    /// Reads a report by its id.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::InvalidInput`] if `id` is no id; [`Error::Closed`], [`Error::Corrupt`] and errors of the
    /// disk.
    pub fn report(&self, id: &str) -> Result<Report> {
        check_id(id)?;
        self.database.read(|connection| rows::read(connection, id))
    }

    /// Reads every report, in the order of creation.
    ///
    /// # Errors
    /// [`Error::Closed`], [`Error::Corrupt`] and errors of the disk.
    pub fn reports(&self) -> Result<Vec<Report>> {
        self.database.read(rows::read_all)
    }

    /// Edits the content of a report, which becomes a draft. After an attempt to send it this makes a new revision.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::InvalidInput`] if its state does not allow it; [`Error::StorageFull`],
    /// [`Error::TooNew`], [`Error::Closed`] and errors of the disk.
    pub fn edit(&self, id: &str, edit: impl Fn(&mut ReportContent), at_ms: i64) -> Result<Report> {
        self.update_report(id, |report| {
            report.lifecycle.apply(Event::Edit, at_ms)?;
            edit(&mut report.content);
            Ok(())
        })
    }

    /// Validates a report and queues it. When this returns, the report and its photos are on stable storage, the report
    /// twice.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] with the invalid field, or if the state does not allow it; [`Error::Corrupt`] if a photo is
    /// damaged; [`Error::NotFound`], [`Error::StorageFull`], [`Error::TooNew`], [`Error::Closed`] and errors of the disk.
    #[doc(hidden)]
    pub fn queue(&self, id: &str, known: &KnownTerms, at_ms: i64) -> Result<(Report, Vec<ReportWarning>)> {
        let report = self.report(id)?;
        let warnings = report.content.check(report.photos.len(), known)?;
        for photo in &report.photos {
            self.verify_photo(photo)?;
        }
        let report = self.update_report(id, |report| {
            // Another thread may have edited the report since.
            report.content.check(report.photos.len(), known)?;
            report.lifecycle.apply(Event::Queue, at_ms)
        })?;
        Ok((report, warnings))
    }

    /// Applies an event to the lifecycle of a report; `at_ms` is the wall clock, Unix ms.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if the state does not allow the event; [`Error::NotFound`], [`Error::StorageFull`],
    /// [`Error::TooNew`], [`Error::Closed`] and errors of the disk.
    #[doc(hidden)]
    pub fn apply_event(&self, id: &str, event: &Event, at_ms: i64) -> Result<Report> {
        self.apply_events(id, std::slice::from_ref(event), at_ms)
    }

    /// Applies events to the lifecycle of a report in one transaction; see [`Journal::apply_event`].
    pub(crate) fn apply_events(&self, id: &str, events: &[Event], at_ms: i64) -> Result<Report> {
        self.update_report(id, |report| {
            events.iter().try_for_each(|event| report.lifecycle.apply(event.clone(), at_ms))
        })
    }

    /// Deletes a draft or a refused report, with its photos.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if it is in another state; [`Error::NotFound`], [`Error::TooNew`], [`Error::Closed`] and
    /// errors of the disk.
    pub fn discard(&self, id: &str) -> Result<()> {
        let report = self.report(id)?;
        if !matches!(report.lifecycle.state, ReportState::Draft | ReportState::Refused { .. }) {
            let state = report.lifecycle.state.as_str();
            let rule = format!("must be draft or refused to be discarded, but the report is {state}");
            return Err(Error::invalid("state", rule));
        }
        self.delete_report(&report)
    }

    /// Deletes the reports that were accepted before `before_ms` (Unix ms), and returns their number. Nothing else deletes a
    /// report that was sent.
    ///
    /// # Errors
    /// [`Error::TooNew`], [`Error::Closed`] and errors of the disk.
    pub fn purge_accepted(&self, before_ms: i64) -> Result<usize> {
        let mut count = 0;
        for report in self.reports()? {
            if matches!(report.lifecycle.state, ReportState::Accepted { receipt } if receipt.at_ms < before_ms) {
                self.delete_report(&report)?;
                count += 1;
            }
        }
        Ok(count)
    }

    fn delete_report(&self, report: &Report) -> Result<()> {
        // The sidecar first: a sidecar without a row would be restored when the journal is opened.
        self.sidecars.remove(&report.id)?;
        self.write(|transaction| rows::delete(transaction, &report.id))?;
        self.remove_orphaned_photos(None)
    }

    /// Reads a report, changes it and saves it, in one transaction.
    pub(super) fn update_report(&self, id: &str, update: impl Fn(&mut Report) -> Result<()>) -> Result<Report> {
        check_id(id)?;
        self.save_report(id, |transaction| {
            let mut report = rows::read(transaction, id)?;
            update(&mut report)?;
            report.changes += 1;
            Ok(report)
        })
    }

    /// Saves the report that `make` returns, in its row and its sidecar. The pending sidecar is written before the commit, so
    /// that no sidecar is older than its row.
    pub(super) fn save_report(&self, id: &str, make: impl Fn(&Transaction<'_>) -> Result<Report>) -> Result<Report> {
        let is_pending = Cell::new(false);
        let result = self.write(|transaction| {
            let report = make(transaction)?;
            self.sidecars.write_pending(&report)?;
            is_pending.set(true);
            rows::upsert(transaction, &report)?;
            Ok(report)
        });
        if is_pending.get() {
            match result {
                Ok(_) => self.sidecars.commit(id),
                Err(_) => self.sidecars.discard_pending(id),
            }
        }
        result
    }
}
