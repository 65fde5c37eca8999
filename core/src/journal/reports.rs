//! Reports, and the steps of their lives.

use std::cell::Cell;

use rusqlite::{Connection, OptionalExtension, Transaction};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Journal, Photo, sidecar};
use crate::error::{Error, Result};
use crate::geopackage;
use crate::model::{Geometry, Position};
use crate::report::{Endpoint, Event, KnownTerms, Lifecycle, ReportContent, ReportState, Warning};

/// A report to be begun.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct NewReport {
    /// Short name of the territory that it is for.
    pub territory: String,
    /// Where its server is.
    pub url: String,
    /// Language of the server's messages and of its mail of acknowledgement.
    pub language: String,
    /// Where that server takes reports, as far as is known.
    pub endpoint: Endpoint,
    /// What it says so far.
    pub content: ReportContent,
}

/// A report, as it is kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// Its name, made here when it was begun.
    pub uuid: String,
    /// Short name of the territory that it is for.
    pub territory: String,
    /// Where its server is.
    pub url: String,
    /// Language of the server's messages and of its mail of acknowledgement.
    pub language: String,
    /// When it was begun, Unix ms.
    pub created_ms: i64,
    /// Counts what was changed, so that of two sidecar the newer is known.
    #[serde(default)]
    pub changes: u64,
    /// What it says.
    pub content: ReportContent,
    /// Its photos, in order.
    pub photos: Vec<Photo>,
    /// Whether the comment ends with a reference by which an office recognises a double.
    pub with_reference: bool,
    /// How far it is.
    pub lifecycle: Lifecycle,
}

impl Report {
    /// The reference at the end of the comment.
    pub fn reference(&self) -> String {
        let digits: String = self.uuid.chars().filter(|c| *c != '-').take(8).collect::<String>().to_uppercase();
        if self.lifecycle.may_be_duplicate {
            format!("[ref {digits}, possible duplicate]")
        } else {
            format!("[ref {digits}]")
        }
    }
}

/// The name of a report must be one of ours before it names a file.
fn checked(uuid: &str) -> Result<Uuid> {
    Uuid::parse_str(uuid).map_err(|_| Error::invalid("id", "the id of a report, such as “jalon report list” shows"))
}

impl Journal {
    /// Begins a report, as a draft.
    pub fn new_report(&self, new: NewReport, at_ms: i64) -> Result<Report> {
        let report = Report {
            uuid: Uuid::new_v4().to_string(),
            territory: new.territory,
            url: new.url,
            language: new.language,
            created_ms: at_ms,
            changes: 1,
            content: new.content,
            photos: Vec::new(),
            with_reference: true,
            lifecycle: Lifecycle { endpoint: new.endpoint, ..Lifecycle::default() },
        };
        self.keep(&report.uuid, |_| Ok(report.clone()))
    }

    /// A report by its name.
    pub fn report(&self, uuid: &str) -> Result<Report> {
        checked(uuid)?;
        self.read(|connection| find(connection, uuid))
    }

    /// Every report, in the order in which they were begun.
    pub fn reports(&self) -> Result<Vec<Report>> {
        self.read(all)
    }

    /// Writes a report on. What was sent of it keeps its bytes: this makes a new revision, which must be queued again.
    pub fn edit(&self, uuid: &str, edit: impl Fn(&mut ReportContent), at_ms: i64) -> Result<Report> {
        self.change(uuid, |report| {
            report.lifecycle.step(Event::Edit, at_ms)?;
            edit(&mut report.content);
            Ok(())
        })
    }

    /// Queues a report, if it can be used as it is. When this returns it is on stable storage, with its photos, twice.
    pub fn queue(&self, uuid: &str, known: &KnownTerms, at_ms: i64) -> Result<(Report, Vec<Warning>)> {
        let report = self.report(uuid)?;
        let warnings = report.content.check(report.photos.len(), known)?;
        for photo in &report.photos {
            self.verify_photo(photo)?;
        }
        let report = self.change(uuid, |report| {
            // Somebody may have written on in between.
            report.content.check(report.photos.len(), known)?;
            report.lifecycle.step(Event::Queue, at_ms)
        })?;
        Ok((report, warnings))
    }

    /// Takes a step in a report's lifecycle, on stable storage when this returns.
    pub fn step(&self, uuid: &str, step: &Event, at_ms: i64) -> Result<Report> {
        self.change(uuid, |report| report.lifecycle.step(step.clone(), at_ms))
    }

    /// Removes a report that only its writer has seen: a draft, or one that the server refused. Others stay.
    pub fn discard(&self, uuid: &str) -> Result<()> {
        let report = self.report(uuid)?;
        if !matches!(report.lifecycle.state, ReportState::Draft | ReportState::Refused { .. }) {
            return Err(Error::invalid(
                "state",
                format!("a draft or a refused report; this one is {}", report.lifecycle.state.as_str()),
            ));
        }
        self.remove(&report)
    }

    /// Removes reports that were accepted before a moment (Unix ms), and tells how many. The only way by which what was
    /// sent is removed.
    pub fn purge_accepted(&self, before_ms: i64) -> Result<usize> {
        let mut forgotten = 0;
        for report in self.reports()? {
            if matches!(report.lifecycle.state, ReportState::Accepted { receipt } if receipt.at_ms < before_ms) {
                self.remove(&report)?;
                forgotten += 1;
            }
        }
        Ok(forgotten)
    }

    fn remove(&self, report: &Report) -> Result<()> {
        // The copy first: one without a row is taken over at the next opening.
        self.remove_sidecar(&report.uuid)?;
        self.write(|transaction| {
            transaction.execute("DELETE FROM report WHERE uuid = ?1", [&report.uuid])?;
            Ok(())
        })?;
        self.sweep_photos(None)
    }

    /// Changes a report in one transaction.
    pub(super) fn change(&self, uuid: &str, change: impl Fn(&mut Report) -> Result<()>) -> Result<Report> {
        checked(uuid)?;
        self.keep(uuid, |transaction| {
            let mut report = find(transaction, uuid)?;
            change(&mut report)?;
            report.changes += 1;
            Ok(report)
        })
    }

    /// Keeps a report, its row and its copy. What the copy is to be is written before the transaction ends, so that a
    /// database that is lost never leaves one that claims less than what was begun.
    pub(super) fn keep(&self, uuid: &str, make: impl Fn(&Transaction<'_>) -> Result<Report>) -> Result<Report> {
        let is_prepared = Cell::new(false);
        let kept = self.write(|transaction| {
            let report = make(transaction)?;
            self.prepare_sidecar(&report)?;
            is_prepared.set(true);
            put(transaction, &report)?;
            Ok(report)
        });
        if is_prepared.get() {
            self.finish_sidecar(uuid, kept.is_ok());
        }
        kept
    }
}

fn damaged() -> Error {
    Error::Corrupt { reason: "a report cannot be read".to_owned() }
}

/// Every report, in the order in which they were begun.
pub(super) fn all(connection: &Connection) -> Result<Vec<Report>> {
    let mut statement = connection.prepare_cached("SELECT data FROM report ORDER BY fid")?;
    let rows = statement.query_map([], |row| row.get::<_, String>(0))?;
    rows.map(|json| serde_json::from_str(&json?).map_err(|_| damaged())).collect()
}

fn find(connection: &Connection, uuid: &str) -> Result<Report> {
    let json: Option<String> = connection
        .prepare_cached("SELECT data FROM report WHERE uuid = ?1")?
        .query_row([uuid], |row| row.get(0))
        .optional()?;
    let json = json.ok_or_else(|| Error::NotFound { what: "a report of this id".to_owned() })?;
    serde_json::from_str(&json).map_err(|_| damaged())
}

pub(super) fn put(transaction: &Transaction<'_>, report: &Report) -> Result<()> {
    let data = serde_json::to_string(report).map_err(Error::internal)?;
    let position = report.content.position.map(|position| Geometry::point(Position::new(position.lon, position.lat)));
    let geometry = position.map(|position| geopackage::encode(&position));
    let server_id = match &report.lifecycle.state {
        ReportState::Accepted { receipt } => receipt.server_id,
        _ => None,
    };
    let content = &report.content;
    transaction
        .prepare_cached(
            "INSERT INTO report (geom, uuid, territory, state, comment, category, activity, magnitude, trek, server_id,
               photos, created_ms, data, sha256) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)
               ON CONFLICT (uuid) DO UPDATE SET geom = excluded.geom, state = excluded.state,
               comment = excluded.comment, category = excluded.category, activity = excluded.activity,
               magnitude = excluded.magnitude, trek = excluded.trek, server_id = excluded.server_id,
               photos = excluded.photos, data = excluded.data, sha256 = excluded.sha256",
        )?
        .execute(rusqlite::params![
            geometry,
            report.uuid,
            report.territory,
            report.lifecycle.state.as_str(),
            content.comment,
            content.category,
            content.activity,
            content.magnitude,
            content.trek,
            server_id,
            i64::try_from(report.photos.len()).unwrap_or(i64::MAX),
            report.created_ms,
            data,
            sidecar::add_checksum(&data),
        ])?;
    Ok(())
}
