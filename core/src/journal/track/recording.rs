//! The state of a recording: its filter, its statistics and its log.

use std::collections::BTreeMap;

use uuid::Uuid;

#[cfg(feature = "gpx")]
use super::NewTrack;
#[cfg(feature = "gpx")]
use super::Track;
use super::TrackSummary;
use super::filter::{Filter, Rejection};
use super::log::{Content, Header, Log, SYNC_INTERVAL_MS};
use super::point_codec::Point;
#[cfg(feature = "gpx")]
use super::rows::check_name;
use super::stats::StatsCollector;
use crate::error::{Error, Result};
use crate::model::Fix;
use crate::transfer::BootInstant;

/// If the process was dead for longer than this, the next fix starts a new section.
const MAX_DEAD_MS: i64 = 60_000;

/// A recording.
#[derive(Debug)]
pub(super) struct Recording {
    /// `None` after the recording was finished or discarded.
    pub(super) log: Option<Log>,
    pub(super) header: Header,
    pub(super) filter: Filter,
    pub(super) stats: StatsCollector,
    pub(super) start_ms: Option<i64>,
    pub(super) end_ms: Option<i64>,
    pub(super) is_paused: bool,
    /// Whether the process was dead since the last fix.
    pub(super) is_continued: bool,
    pub(super) rejected: BTreeMap<Rejection, u64>,
    pub(super) synced: BootInstant,
}

impl Recording {
    /// The recording that a log contains.
    pub(super) fn replay(log: Option<Log>, header: Header, content: &Content, now: BootInstant) -> Recording {
        let mut recording = Recording {
            log,
            header,
            filter: Filter::default(),
            stats: StatsCollector::default(),
            start_ms: content.fixes.first().map(|(fix, _)| fix.time_ms),
            end_ms: content.fixes.last().map(|(fix, _)| fix.time_ms),
            is_paused: content.is_paused,
            is_continued: !content.fixes.is_empty(),
            rejected: BTreeMap::new(),
            synced: now,
        };
        for (fix, starts_section) in &content.fixes {
            recording.stats.push(fix, *starts_section);
        }
        if let Some((last, _)) = content.fixes.last() {
            recording.filter.accept(last);
        }
        if content.is_interrupted {
            recording.filter.interrupt();
        }
        recording
    }

    pub(super) fn log(&mut self) -> Result<&mut Log> {
        self.log.as_mut().ok_or(Error::Closed)
    }

    pub(super) fn push(&mut self, fix: &Fix, now: BootInstant) -> Result<Result<(), Rejection>> {
        self.log()?;
        let (fix, starts_section) = match self.take(fix) {
            Ok(taken) => taken,
            Err(reason) => return Ok(Err(reason)),
        };
        let is_due = now.ms.saturating_sub(self.synced.ms) >= SYNC_INTERVAL_MS || now.boot_id != self.synced.boot_id;
        let log = self.log()?;
        log.push(&fix, starts_section)?;
        if is_due {
            log.sync()?;
            self.synced = now;
        }
        Ok(Ok(()))
    }

    /// Takes a fix into the statistics. Returns it as it is recorded, and whether it starts a section.
    fn take(&mut self, fix: &Fix) -> Result<(Fix, bool), Rejection> {
        if self.is_paused {
            return Err(self.reject(Rejection::Paused));
        }
        if self.is_continued && self.end_ms.is_some_and(|end| fix.time_ms.saturating_sub(end) > MAX_DEAD_MS) {
            self.filter.interrupt();
        }
        // As it will be read again, so that the statistics are the same after the death of the process.
        let fix = Point::new(fix, false).fix_if_valid().unwrap_or(*fix);
        let starts_section = self.filter.push(&fix).map_err(|reason| self.reject(reason))?;
        self.is_continued = false;
        self.start_ms.get_or_insert(fix.time_ms);
        self.end_ms = Some(fix.time_ms);
        self.stats.push(&fix, starts_section);
        Ok((fix, starts_section))
    }

    fn reject(&mut self, reason: Rejection) -> Rejection {
        *self.rejected.entry(reason).or_default() += 1;
        reason
    }

    pub(super) fn summary(&self) -> TrackSummary {
        let Header { id, name, trek, created_ms } = self.header.clone();
        TrackSummary {
            id,
            name,
            trek,
            created_ms,
            start_ms: self.start_ms,
            end_ms: self.end_ms,
            stats: self.stats.stats(),
        }
    }
}

#[cfg(feature = "gpx")]
impl Track {
    /// The track that a recording of `sections` gives, and the number of rejected fixes by reason.
    pub(in crate::journal) fn record(
        new: NewTrack,
        sections: &[Vec<Fix>],
        created_ms: i64,
    ) -> Result<(Track, BTreeMap<Rejection, u64>)> {
        check_name(&new.name)?;
        let header = Header { id: Uuid::new_v4().to_string(), name: new.name, trek: new.trek, created_ms };
        let now = BootInstant { ms: 0, boot_id: 0 };
        let mut recording = Recording::replay(None, header, &Content::default(), now);
        let mut content = Content::default();
        for section in sections {
            recording.filter.interrupt();
            content.fixes.extend(section.iter().filter_map(|fix| recording.take(fix).ok()));
        }
        Ok((Track { summary: recording.summary(), sections: content.sections() }, recording.rejected))
    }
}

/// Replays a log, and returns its fixes.
pub(super) fn replay_for_fuzzing(content: Content) -> Vec<Fix> {
    let header = content.header_or_new();
    let stats = Recording::replay(None, header, &content, BootInstant { ms: 0, boot_id: 0 }).summary().stats;
    assert!(stats.distance_m.is_finite() && stats.moving_s >= 0.0 && stats.total_s >= 0.0, "the statistics are wrong");
    content.sections().concat()
}

impl Content {
    /// The header, or a new one if it is damaged.
    pub(super) fn header_or_new(&self) -> Header {
        let created_ms = self.fixes.first().map_or(0, |(fix, _)| fix.time_ms);
        let new = || Header { id: Uuid::new_v4().to_string(), name: String::new(), trek: None, created_ms };
        self.header.clone().unwrap_or_else(new)
    }

    /// The fixes by section.
    pub(super) fn sections(&self) -> Vec<Vec<Fix>> {
        let mut sections: Vec<Vec<Fix>> = Vec::new();
        for (fix, starts_section) in &self.fixes {
            match sections.last_mut() {
                Some(section) if !starts_section => section.push(*fix),
                _ => sections.push(vec![*fix]),
            }
        }
        sections
    }
}
