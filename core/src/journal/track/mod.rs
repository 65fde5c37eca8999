//! Recorded tracks. While a track is recorded, each fix is appended to a small log file beside the database; when the recording
//! is finished, the track becomes a row of the layer `track`. A process that dies loses nothing, and a power cut at most the
//! fixes of the last 10 seconds.
//!
//! * `recorder`: the recorder. `recording`: its state. `unfinished`: starting and continuing. `log`: the log file.
//! * `filter`: which fixes are recorded. `stats`: distance, ascent, times.
//! * `point_codec`: fixes in about 12 bytes each. `chunks`: the fixes of a finished track, with checksums.
//! * `rows`: the rows of finished tracks, and the operations on them.
//! * `sampling`: how often an app asks its receiver for a fix.

mod chunks;
mod filter;
mod log;
mod point_codec;
mod recorder;
mod recording;
pub(super) mod rows;
mod sampling;
mod stats;
mod unfinished;

use serde::{Deserialize, Serialize};

use crate::model::{Fix, Id};

pub use filter::Rejection;
pub use recorder::{Recorder, RecordingState};
#[cfg(feature = "gpx")]
pub(super) use rows::MAX_NAME;
pub use sampling::{BatteryMode, PositionAccuracy, SamplingPlan, sampling_plan};
pub use stats::TrackStats;
pub(super) use unfinished::RecordingSlot;

/// A track to be recorded.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewTrack {
    /// Name of the track, up to 200 characters; may be empty.
    pub name: String,
    /// The trek that is walked: name of the territory, server's id.
    pub trek: Option<(String, Id)>,
}

/// A recorded track without its fixes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TrackSummary {
    /// Id of the track, a UUID created on this device.
    pub id: String,
    /// Name of the track; may be empty.
    pub name: String,
    /// The trek that was walked: name of the territory, server's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trek: Option<(String, Id)>,
    /// Time at which the recording started, Unix ms, by the device's clock.
    pub created_ms: i64,
    /// Time of the first fix, Unix ms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_ms: Option<i64>,
    /// Time of the last fix, Unix ms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_ms: Option<i64>,
    /// Its statistics.
    pub stats: TrackStats,
}

/// A recorded track.
#[derive(Debug, Clone, PartialEq)]
pub struct Track {
    /// Everything but the fixes.
    pub summary: TrackSummary,
    /// The recorded fixes in sections: between two of them the recording was paused, or the receiver had lost its position.
    /// Coordinates have 7 decimals (1 cm); elevation and accuracy 0.1 m, speed 0.01 m/s, bearing 0.1°.
    pub sections: Vec<Vec<Fix>>,
}

/// Encodes the fixes of a track for an export.
#[cfg(feature = "archive")]
pub(super) fn encode_fixes(sections: &[Vec<Fix>]) -> Vec<u8> {
    chunks::write(sections)
}

/// Reads the fixes of a track from an export; damaged parts are left out.
#[cfg(feature = "archive")]
pub(super) fn decode_fixes(bytes: &[u8]) -> Vec<Vec<Fix>> {
    chunks::read(bytes).0
}

/// The readers, for fuzzing.
pub(super) mod fuzzing {
    use super::{chunks, log, recording};
    use crate::model::Fix;

    /// The fixes of a log, after their statistics were collected.
    pub(in crate::journal) fn recording(bytes: &[u8]) -> Vec<Fix> {
        recording::replay_for_fuzzing(log::parse(bytes))
    }

    /// The fixes of a track.
    pub(in crate::journal) fn track(bytes: &[u8]) -> Vec<Fix> {
        chunks::read(bytes).0.concat()
    }
}
