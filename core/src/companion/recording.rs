//! The recording of a track, by the clock of the companion.

use std::sync::Arc;

use super::Companion;
use crate::error::Result;
use crate::journal::{NewTrack, Recorder};

impl Companion {
    /// Starts to record a track. There is one recording at a time.
    ///
    /// # Errors
    /// [`Error::InvalidInput`](crate::Error::InvalidInput) for the name, or if an unfinished recording must be continued
    /// first; [`Error::Busy`](crate::Error::Busy) if a track is being recorded; those of opening the journal, and of the
    /// disk.
    pub fn start_recording(&self, new: NewTrack) -> Result<Recorder> {
        self.journal()?.start_recording(new, Arc::clone(&self.clock))
    }

    /// Continues the unfinished recording of a process that died; see
    /// [`Journal::unfinished_recording`](crate::journal::Journal::unfinished_recording).
    ///
    /// # Errors
    /// [`Error::NotFound`](crate::Error::NotFound) if there is none; [`Error::Busy`](crate::Error::Busy) if it is being
    /// recorded; those of opening the journal, and of the disk.
    pub fn continue_recording(&self) -> Result<Recorder> {
        self.journal()?.continue_recording(Arc::clone(&self.clock))
    }
}
