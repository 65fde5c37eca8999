//! Tracks and reports in the form of GPX and GeoJSON files (feature `gpx`), and tracks from such files.

use super::track::{NewTrack, Rejection, Track, TrackSummary};
use super::{Journal, Report};
use crate::error::{Error, Result};
use crate::gpx::{GpxFile, GpxPoint, GpxTrack, GpxWaypoint};
use crate::model::{Fix, Position};

/// The result of [`Journal::import_track`].
#[derive(Debug, Clone, PartialEq)]
pub struct TrackImport {
    /// The stored track.
    pub track: TrackSummary,
    /// Number of fixes that were not recorded, by reason.
    pub rejected: Vec<(Rejection, u64)>,
    /// Number of points without a time, which were not recorded.
    pub without_time: u64,
}

impl Track {
    /// The track as a file with one track, a segment for each section.
    pub fn to_gpx_file(&self) -> GpxFile {
        let name = Some(self.summary.name.clone()).filter(|name| !name.is_empty());
        let segments = self.sections.iter().map(|section| section.iter().copied().map(GpxPoint::from).collect());
        let track = GpxTrack { name: name.clone(), segments: segments.collect(), ..GpxTrack::default() };
        GpxFile { name, creator: Some("Jalon".to_owned()), tracks: vec![track], ..GpxFile::default() }
    }
}

/// Reports as a file of waypoints, without the addresses of their authors. Reports without a position are left out.
pub fn reports_to_gpx_file(reports: &[Report]) -> GpxFile {
    let waypoints = reports.iter().filter_map(|report| {
        let position = report.content.position?;
        Some(GpxWaypoint {
            position: Position::new(position.lon, position.lat),
            time_ms: Some(position.at_ms.unwrap_or(report.created_ms)),
            name: Some(report.reference()),
            description: Some(report.content.comment.clone()).filter(|comment| !comment.is_empty()),
            kind: Some("report".to_owned()),
            symbol: None,
        })
    });
    GpxFile { creator: Some("Jalon".to_owned()), waypoints: waypoints.collect(), ..GpxFile::default() }
}

impl Journal {
    /// Stores the tracks of a file as one track, as if its points had been recorded: the same fixes are rejected, and the
    /// statistics are those of a recording. Each segment starts a new section. An empty name becomes that of the file's first
    /// track. An unfinished recording is not affected.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if no point of a track has a time, or for the name; [`Error::StorageFull`],
    /// [`Error::TooNew`], [`Error::Closed`] and errors of the disk.
    pub fn import_track(&self, new: NewTrack, file: &GpxFile, at_ms: i64) -> Result<TrackImport> {
        let (import, track) = record_file(new, file, at_ms)?;
        self.save_track(&track)?;
        Ok(import)
    }
}

/// Records the tracks of a file as [`Journal::import_track`] does, without storing the track.
///
/// # Errors
/// [`Error::InvalidInput`] if no point of a track has a time, or for the name.
pub fn record_file(mut new: NewTrack, file: &GpxFile, at_ms: i64) -> Result<(TrackImport, Track)> {
    let mut without_time = 0;
    let mut sections: Vec<Vec<Fix>> = Vec::new();
    for segment in file.tracks.iter().flat_map(|track| &track.segments) {
        let fixes: Vec<Fix> = segment.iter().filter_map(GpxPoint::fix).collect();
        without_time += (segment.len() - fixes.len()) as u64;
        sections.push(fixes);
    }
    if sections.iter().all(Vec::is_empty) {
        return Err(Error::invalid("file", "must have a track with points that have a time"));
    }
    if new.name.trim().is_empty() {
        let name = file.tracks.iter().find_map(|track| track.name.as_deref()).or(file.name.as_deref());
        new.name = name.unwrap_or_default().chars().take(super::track::MAX_NAME).collect();
    }
    let (track, rejected) = Track::record(new, &sections, at_ms)?;
    let rejected = rejected.into_iter().collect();
    Ok((TrackImport { track: track.summary.clone(), rejected, without_time }, track))
}
