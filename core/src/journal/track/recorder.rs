//! The recording of a track.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use uuid::Uuid;

use super::filter::{Filter, Rejection};
use super::log::{self, Content, FILE_NAME, Header, Log, SYNC_INTERVAL_MS};
use super::point_codec::Point;
use super::rows::check_name;
use super::stats::StatsCollector;
use super::{NewTrack, Track, TrackStats, TrackSummary};
use crate::clock::Clock;
use crate::error::{Error, Result};
use crate::file_lock::FileLock;
use crate::journal::Journal;
use crate::model::Fix;
use crate::transfer::BootInstant;

/// The name of the lock file in the journal's directory.
const LOCK: &str = "recording.lock";
/// If the process was dead for longer than this, the next fix starts a new section.
const MAX_DEAD_MS: i64 = 60_000;

/// Records a track: fixes in, statistics out. Threads share it by reference. If it is dropped before [`Recorder::finish`], or if
/// the process dies, the recording stays unfinished, and [`Journal::continue_recording`] takes it up again.
#[derive(Debug)]
pub struct Recorder {
    journal: Arc<Journal>,
    clock: Arc<dyn Clock>,
    recording: Mutex<Recording>,
}

/// A recording at one moment.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordingState {
    /// The track as it would be stored now.
    pub summary: TrackSummary,
    /// Whether the recording is paused.
    pub is_paused: bool,
    /// Seconds since the person stopped; 0 while they walk. For [`sampling_plan`](super::sampling_plan).
    pub still_s: f64,
    /// Number of fixes that were not recorded, by reason, since the recording was started or continued.
    pub rejected: Vec<(Rejection, u64)>,
}

#[derive(Debug)]
struct Recording {
    /// `None` after the recording was finished or discarded.
    log: Option<Log>,
    header: Header,
    filter: Filter,
    stats: StatsCollector,
    start_ms: Option<i64>,
    end_ms: Option<i64>,
    is_paused: bool,
    /// Whether the process was dead since the last fix.
    is_continued: bool,
    rejected: BTreeMap<Rejection, u64>,
    synced: BootInstant,
}

/// Whether a recorder is open, in this process or another one.
#[derive(Debug, Default)]
pub(in crate::journal) struct RecordingSlot {
    is_open: bool,
    lock: Option<FileLock>,
}

impl RecordingSlot {
    fn open(&mut self, directory: &Path) -> Result<()> {
        if self.is_open {
            return Err(Error::Busy { detail: "a track is being recorded".to_owned() });
        }
        self.lock = Some(RecordingSlot::try_lock(directory)?);
        self.is_open = true;
        Ok(())
    }

    fn try_lock(directory: &Path) -> Result<FileLock> {
        FileLock::try_acquire(&directory.join(LOCK), "another process records a track")
    }

    /// Releases the lock on the file while the app is suspended.
    pub(in crate::journal) fn suspend(&mut self) {
        self.lock = None;
    }

    /// Acquires the lock again. Another process that has it in the meantime cannot have started a recording.
    pub(in crate::journal) fn resume(&mut self, directory: &Path) {
        if self.is_open && self.lock.is_none() {
            self.lock = RecordingSlot::try_lock(directory).ok();
        }
    }
}

impl Journal {
    /// Starts to record a track. There is one recording at a time.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] for the name, or if an unfinished recording must be continued first; [`Error::Busy`] if a
    /// track is being recorded; [`Error::StorageFull`], [`Error::TooNew`] and errors of the disk.
    pub fn start_recording(self: &Arc<Self>, new: NewTrack, clock: Arc<dyn Clock>) -> Result<Recorder> {
        check_name(&new.name)?;
        self.database.check_version()?;
        let mut slot = self.recording_slot();
        slot.open(&self.directory)?;
        let started = match log::read(&self.directory) {
            Ok(None) => {
                let id = Uuid::new_v4().to_string();
                let header = Header { id, name: new.name, trek: new.trek, created_ms: clock.now_ms() };
                Log::create(&self.directory, &self.database.storage().file_system, &header).map(|log| (log, header))
            }
            Ok(Some(_)) => {
                Err(Error::invalid("recording", "must be finished or discarded before another one is started"))
            }
            Err(error) => Err(error),
        };
        match started {
            Ok((log, header)) => Ok(self.recorder(log, header, &Content::default(), clock)),
            Err(error) => {
                *slot = RecordingSlot::default();
                Err(error)
            }
        }
    }

    /// Continues the unfinished recording. It is paused if it was. The next fix starts a new section if the one before is
    /// older than a minute.
    ///
    /// # Errors
    /// [`Error::NotFound`] if there is none; [`Error::Busy`] if it is being recorded; [`Error::TooNew`] and errors of the
    /// disk.
    pub fn continue_recording(self: &Arc<Self>, clock: Arc<dyn Clock>) -> Result<Recorder> {
        self.database.check_version()?;
        let mut slot = self.recording_slot();
        slot.open(&self.directory)?;
        let content = log::read(&self.directory).and_then(|content| {
            content.ok_or_else(|| Error::NotFound { detail: "an unfinished recording".to_owned() })
        });
        match content {
            Ok(content) => {
                let mut log = Log::open(&self.directory, &self.database.storage().file_system, &content);
                let header = content.header_or_new();
                if content.header.is_none() {
                    // On a full disk it is written with the next fix.
                    let _ = log.write_header(&header);
                }
                Ok(self.recorder(log, header, &content, clock))
            }
            Err(error) => {
                *slot = RecordingSlot::default();
                Err(error)
            }
        }
    }

    /// The unfinished recording, if there is one: it is being recorded, or was when the process died. Reads its whole log.
    ///
    /// # Errors
    /// Errors of the disk.
    pub fn unfinished_recording(&self) -> Result<Option<TrackSummary>> {
        let Some(content) = log::read(&self.directory)? else { return Ok(None) };
        let header = content.header_or_new();
        Ok(Some(Recording::replay(None, header, &content, BootInstant { ms: 0, boot_id: 0 }).summary()))
    }

    /// The unfinished recording with its fixes.
    #[cfg(feature = "archive")]
    pub(in crate::journal) fn unfinished_track(&self) -> Result<Option<Track>> {
        let Some(content) = log::read(&self.directory)? else { return Ok(None) };
        let header = content.header_or_new();
        let summary = Recording::replay(None, header, &content, BootInstant { ms: 0, boot_id: 0 }).summary();
        Ok(Some(Track { summary, sections: content.sections() }))
    }

    /// Removes a log whose track is stored: the process died before it removed it.
    pub(in crate::journal) fn remove_finished_log(&self) -> Result<()> {
        let Some(Content { header: Some(header), fixes, .. }) = log::read(&self.directory)? else { return Ok(()) };
        // An imported copy of the unfinished track may have less.
        if self.track_points(&header.id)?.is_some_and(|points| points >= fixes.len() as u64) {
            self.file_system().remove_file(&self.directory.join(FILE_NAME))?;
        }
        Ok(())
    }

    fn recorder(self: &Arc<Self>, log: Log, header: Header, content: &Content, clock: Arc<dyn Clock>) -> Recorder {
        let recording = Recording::replay(Some(log), header, content, clock.boot_instant());
        Recorder { journal: Arc::clone(self), clock, recording: Mutex::new(recording) }
    }

    pub(in crate::journal) fn recording_slot(&self) -> MutexGuard<'_, RecordingSlot> {
        self.recording_slot.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Recorder {
    /// Records a fix. Returns the reason if it is not recorded. When this returns, the fix survives the death of the process.
    /// Every 8 seconds the file is synced, so that a power cut loses at most the fixes of the last 10 seconds. Costs one
    /// write to a file, and with the sync as long as the storage takes: 5 to 20 ms on a phone.
    ///
    /// # Errors
    /// [`Error::Closed`] after the recording was finished or discarded; [`Error::StorageFull`] and errors of the disk: the
    /// fix is then written with the next one.
    pub fn push(&self, fix: &Fix) -> Result<Result<(), Rejection>> {
        let mut recording = self.lock();
        let now = self.clock.boot_instant();
        recording.push(fix, now)
    }

    /// Pauses the recording: until [`Recorder::resume`] no fix is recorded.
    ///
    /// # Errors
    /// As of [`Recorder::push`].
    pub fn pause(&self) -> Result<()> {
        let mut recording = self.lock();
        if recording.is_paused {
            return Ok(());
        }
        let log = recording.log()?;
        log.pause()?;
        log.sync()?;
        recording.is_paused = true;
        recording.filter.interrupt();
        Ok(())
    }

    /// Resumes the recording. The next fix starts a new section.
    ///
    /// # Errors
    /// As of [`Recorder::push`].
    pub fn resume(&self) -> Result<()> {
        let mut recording = self.lock();
        if recording.is_paused {
            recording.log()?.resume()?;
            recording.is_paused = false;
        }
        Ok(())
    }

    /// Changes the name.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] for the name, and as of [`Recorder::push`].
    pub fn rename(&self, name: &str) -> Result<()> {
        check_name(name)?;
        let mut recording = self.lock();
        let header = Header { name: name.to_owned(), ..recording.header.clone() };
        recording.log()?.write_header(&header)?;
        recording.header = header;
        Ok(())
    }

    /// The recording so far.
    pub fn state(&self) -> RecordingState {
        let recording = self.lock();
        RecordingState {
            summary: recording.summary(),
            is_paused: recording.is_paused,
            still_s: recording.stats.still_s(),
            rejected: recording.rejected.iter().map(|(reason, count)| (*reason, *count)).collect(),
        }
    }

    /// The statistics so far.
    pub fn stats(&self) -> TrackStats {
        self.lock().stats.stats()
    }

    /// The track so far, with its fixes. Reads the log.
    ///
    /// # Errors
    /// [`Error::Closed`] after the recording was finished or discarded; errors of the disk.
    pub fn track(&self) -> Result<Track> {
        let mut recording = self.lock();
        recording.log()?;
        let content = log::read(&self.journal.directory)?.unwrap_or_default();
        Ok(Track { summary: recording.summary(), sections: content.sections() })
    }

    /// Blocks until all recorded fixes are on stable storage.
    ///
    /// # Errors
    /// As of [`Recorder::push`].
    pub fn sync(&self) -> Result<()> {
        let mut recording = self.lock();
        recording.log()?.sync()?;
        recording.synced = self.clock.boot_instant();
        Ok(())
    }

    /// Ends the recording and stores the track. When this returns, it is on stable storage.
    ///
    /// # Errors
    /// [`Error::Closed`] if the recording was finished or discarded, or while the companion is suspended;
    /// [`Error::StorageFull`] and errors of the disk. The recording goes on then, and can be finished later.
    pub fn finish(&self) -> Result<TrackSummary> {
        let mut recording = self.lock();
        recording.log()?.sync()?;
        let content = log::read(&self.journal.directory)?.unwrap_or_default();
        let track = Track { summary: recording.summary(), sections: content.sections() };
        self.journal.save_track(&track)?;
        self.end(&mut recording)?;
        Ok(track.summary)
    }

    /// Ends the recording and deletes it.
    ///
    /// # Errors
    /// [`Error::Closed`] if it was finished or discarded; errors of the disk.
    pub fn discard(&self) -> Result<()> {
        let mut recording = self.lock();
        recording.log()?;
        self.end(&mut recording)
    }

    fn end(&self, recording: &mut Recording) -> Result<()> {
        self.journal.file_system().remove_file(&self.journal.directory.join(FILE_NAME))?;
        recording.log = None;
        *self.journal.recording_slot() = RecordingSlot::default();
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, Recording> {
        self.recording.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        let mut recording = self.lock();
        if let Some(log) = &mut recording.log {
            // The fixes are in the file; only a power cut could lose them.
            let _ = log.sync();
            *self.journal.recording_slot() = RecordingSlot::default();
        }
    }
}

impl Recording {
    /// The recording that a log contains.
    fn replay(log: Option<Log>, header: Header, content: &Content, now: BootInstant) -> Recording {
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

    fn log(&mut self) -> Result<&mut Log> {
        self.log.as_mut().ok_or(Error::Closed)
    }

    fn push(&mut self, fix: &Fix, now: BootInstant) -> Result<Result<(), Rejection>> {
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

    fn summary(&self) -> TrackSummary {
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
    fn header_or_new(&self) -> Header {
        let created_ms = self.fixes.first().map_or(0, |(fix, _)| fix.time_ms);
        let new = || Header { id: Uuid::new_v4().to_string(), name: String::new(), trek: None, created_ms };
        self.header.clone().unwrap_or_else(new)
    }

    /// The fixes by section.
    fn sections(&self) -> Vec<Vec<Fix>> {
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

#[cfg(test)]
#[path = "recorder_tests.rs"]
mod tests;
