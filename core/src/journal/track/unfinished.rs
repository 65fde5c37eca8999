//! Starting, finding and continuing a recording. There is one at a time, in all processes.

use std::path::Path;
use std::sync::{Arc, MutexGuard, PoisonError};

use uuid::Uuid;

#[cfg(feature = "archive")]
use super::Track;
use super::log::{self, Content, FILE_NAME, Header, Log};
use super::recorder::Recorder;
use super::recording::Recording;
use super::rows::check_name;
use super::{NewTrack, TrackSummary};
use crate::clock::Clock;
use crate::error::{Error, Result};
use crate::file_lock::FileLock;
use crate::journal::Journal;
use crate::transfer::BootInstant;

/// The name of the lock file in the journal's directory.
const LOCK: &str = "recording.lock";

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
            Ok((log, header)) => Ok(Recorder::new(self, log, header, &Content::default(), clock)),
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
                Ok(Recorder::new(self, log, header, &content, clock))
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

    pub(in crate::journal) fn recording_slot(&self) -> MutexGuard<'_, RecordingSlot> {
        self.recording_slot.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
