//! Recorded tracks, and the recorder.

pub use jalon::journal::{BatteryMode, PositionAccuracy, Rejection, SamplingPlan, TrackStats};
use jalon::journal;

use crate::convert::from_core;

/// The reason why a fix was not recorded.
#[uniffi::remote(Enum)] pub enum Rejection {
    /** The receiver had no position: it is invalid, or 0, 0, or its accuracy is negative. */ NoPosition,
    /** Its accuracy radius is larger than 100 m. */ Inaccurate,
    /** It is not later than the fix before. */ OutOfOrder,
    /** It is too far from the fix before: faster than 30 m/s. */ Jump,
    /** The recording is paused. */ Paused,
}

/// The statistics of a track.
#[uniffi::remote(Record)] pub struct TrackStats {
    /** Number of recorded fixes. */ pub points: u64,
    /** Distance walked, metres. */ pub distance_m: f64,
    /** Ascent, metres; none if no fix has an elevation. */ pub ascent_m: Option<f64>,
    /** Descent, metres, positive; none if no fix has an elevation. */ pub descent_m: Option<f64>,
    /** Time in motion, seconds. */ pub moving_s: f64,
    /** Time from the first fix to the last, with pauses, seconds. */ pub total_s: f64,
}

/// A recorded track without its fixes.
#[derive(uniffi::Record)] pub struct TrackSummary {
    /** Its id. */ pub id: String,
    /** Its name; may be empty. */ pub name: String,
    /** Territory of the trek that was walked. */ pub territory: Option<String>,
    /** Id of the trek that was walked. */ pub trek: Option<i64>,
    /** When the recording was started, Unix ms, by the device's clock. */ pub created_ms: i64,
    /** Time of the first fix, Unix ms. */ pub start_ms: Option<i64>,
    /** Time of the last fix, Unix ms. */ pub end_ms: Option<i64>,
    /** Its statistics. */ pub stats: TrackStats,
}

from_core!(journal::TrackSummary => TrackSummary same { id, name, created_ms, start_ms, end_ms, stats } core { trek }
    let (territory, trek) = trek.map_or((None, None), |(territory, id)| (Some(territory), Some(id)));
    own { territory, trek });

/// A recorded track.
#[derive(uniffi::Record)] pub struct Track {
    /** Everything but the fixes. */ pub summary: TrackSummary,
    /** Its line as ISO WKB: a MultiLineString of the sections with two fixes or more, a LineString of the only one, or a Point. */ pub geometry: Vec<u8>,
}

/// Fixes that were not recorded.
#[derive(uniffi::Record)] pub struct RejectionCount {
    /** The reason. */ pub reason: Rejection,
    /** Their number. */ pub count: u64,
}

/// A recording at one moment.
#[derive(uniffi::Record)] pub struct RecordingState {
    /** The track as it would be stored now. */ pub summary: TrackSummary,
    /** Whether the recording is paused. */ pub is_paused: bool,
    /** Seconds since the person stopped; 0 while they walk. */ pub still_s: f64,
    /** Fixes that were not recorded, since the recording was started or continued. */ pub rejected: Vec<RejectionCount>,
}

from_core!(journal::RecordingState => RecordingState same { is_paused, still_s } core { summary, rejected }
    own {
        summary: summary.into(),
        rejected: rejected.into_iter().map(|(reason, count)| RejectionCount { reason, count }).collect()
    });

/// The result of the import of a track.
#[derive(uniffi::Record)] pub struct TrackImport {
    /** The stored track. */ pub track: TrackSummary,
    /** Points that were not recorded. */ pub rejected: Vec<RejectionCount>,
    /** Number of points without a time, which were not recorded. */ pub without_time: u64,
    /** Sentences in English about what was left out of the file. */ pub problems: Vec<String>,
}

/// The balance between the detail of the line and the life of the battery.
#[uniffi::remote(Enum)] pub enum BatteryMode {
    /** A fix every second. */ Precise,
    /** A fix every 10 m. */ Balanced,
    /** A fix every 40 m. */ Saver,
}

/// The accuracy to request from the receiver.
#[uniffi::remote(Enum)] pub enum PositionAccuracy {
    /** Satellites. */ High,
    /** Radio cells and networks, about 100 m. */ Balanced,
}

/// The settings that an app requests from its receiver.
#[uniffi::remote(Record)] pub struct SamplingPlan {
    /** Seconds from one fix to the next. */ pub interval_s: f64,
    /** Minimum distance from one fix to the next, metres; 0 for none. */ pub min_distance_m: f64,
    /** Seconds by which the platform may delay fixes to deliver several at once, in the background. */ pub max_delay_s: f64,
    /** The accuracy to request. */ pub accuracy: PositionAccuracy,
}
