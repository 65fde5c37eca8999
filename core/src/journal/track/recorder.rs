//! The recording of a track.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::filter::Rejection;
use super::log::{self, Content, FILE_NAME, Header, Log};
use super::recording::Recording;
use super::rows::check_name;
use super::unfinished::RecordingSlot;
use super::{Track, TrackStats, TrackSummary};
use crate::clock::Clock;
use crate::error::Result;
use crate::journal::Journal;
use crate::model::Fix;

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

impl Recorder {
    pub(super) fn new(
        journal: &Arc<Journal>,
        log: Log,
        header: Header,
        content: &Content,
        clock: Arc<dyn Clock>,
    ) -> Recorder {
        let recording = Recording::replay(Some(log), header, content, clock.boot_instant());
        Recorder { journal: Arc::clone(journal), clock, recording: Mutex::new(recording) }
    }

    /// Records a fix. Returns the reason if it is not recorded. When this returns, the fix survives the death of the process.
    /// Every 8 seconds the file is synced, so that a power cut loses at most the fixes of the last 10 seconds. Costs one
    /// write to a file, and with the sync as long as the storage takes: 5 to 20 ms on a phone.
    ///
    /// # Errors
    /// [`Error::Closed`](crate::Error::Closed) after the recording was finished or discarded;
    /// [`Error::StorageFull`](crate::Error::StorageFull) and errors of the disk: the fix is then written with the next one.
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
    /// [`Error::InvalidInput`](crate::Error::InvalidInput) for the name, and as of [`Recorder::push`].
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
    /// [`Error::Closed`](crate::Error::Closed) after the recording was finished or discarded; errors of the disk.
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
    /// [`Error::Closed`](crate::Error::Closed) if the recording was finished or discarded, or while the companion is
    /// suspended; [`Error::StorageFull`](crate::Error::StorageFull) and errors of the disk. The recording goes on then, and
    /// can be finished later.
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
    /// [`Error::Closed`](crate::Error::Closed) if it was finished or discarded; errors of the disk.
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

#[cfg(test)]
#[path = "recorder_tests.rs"]
mod tests;
