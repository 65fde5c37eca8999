//! The tracks of an export (feature `archive`): their summaries are in `journal.json`, their fixes in an entry each.

use std::fs::File;

use super::archive_file::ArchiveFile;
use super::track::{Track, TrackSummary, decode_fixes, encode_fixes};
use super::{ImportSummary, Journal};
use crate::error::Result;

/// Name of the entry of a track's fixes.
pub(super) fn fixes_entry(id: &str) -> String {
    format!("tracks/{id}.fixes")
}

/// Name of the entry of a track for other programs. It is not imported.
#[cfg(feature = "gpx")]
pub(super) fn gpx_entry(id: &str) -> String {
    format!("tracks/{id}.gpx")
}

impl Journal {
    /// The tracks to export: the finished ones, and the unfinished one as it is now.
    pub(super) fn tracks_to_export(&self) -> Result<Vec<TrackSummary>> {
        let mut tracks = self.tracks()?;
        if let Some(unfinished) = self.unfinished_recording()?
            && tracks.iter().all(|track| track.id != unfinished.id)
        {
            tracks.push(unfinished);
        }
        Ok(tracks)
    }

    /// The encoded fixes of a track to export, and the track.
    pub(super) fn track_to_export(&self, summary: &TrackSummary) -> Result<(Vec<u8>, Track)> {
        let track = match self.unfinished_track()? {
            Some(unfinished) if unfinished.summary.id == summary.id => unfinished,
            _ => self.track(&summary.id)?,
        };
        Ok((encode_fixes(&track.sections), track))
    }

    /// Imports the tracks that the journal does not have, or has with fewer fixes. That which is being recorded stays as it is.
    pub(super) fn import_tracks(
        &self,
        archive: &mut ArchiveFile<File>,
        tracks: Vec<TrackSummary>,
        summary: &mut ImportSummary,
    ) -> Result<()> {
        let unfinished = self.unfinished_recording()?.map(|track| track.id);
        for track in tracks {
            let is_known = self.track_points(&track.id)?.is_some_and(|points| points >= track.stats.points);
            if is_known || unfinished.as_ref() == Some(&track.id) {
                continue;
            }
            let Some(bytes) = archive.fixes(&track.id)? else { continue };
            let sections = decode_fixes(&bytes);
            self.save_track(&Track { summary: track, sections })?;
            summary.tracks += 1;
        }
        Ok(())
    }
}
