//! GPX files: tracks, routes and waypoints of other programs and devices, in and out. A file may come from anywhere, and many
//! programs write files that the schema does not allow. So the reader takes what it can, and counts what it leaves out: see
//! [`GpxProblem`]. The recorder takes the points as fixes; a guide can follow a track or a route.
//!
//! The crate `gpx` is no help for either way: it refuses a whole file for one unknown element, takes 24 s for 600 kB of nested
//! elements, and neither reads nor writes extensions, so that the accuracy of a recorded point would be lost.
//!
//! * `read`: reads GPX 1.0 and 1.1. `element`: the elements that it knows. `text`: texts, numbers and times.
//! * `write`: writes GPX 1.1. `geojson`: the same content as GeoJSON, in and out.
//! * `fuzzing`: entry points for fuzzing.

mod element;
#[doc(hidden)]
pub mod fuzzing;
mod geojson;
mod read;
mod text;
mod write;

use std::fmt;

use serde::Serialize;

use crate::model::{Fix, Position};

pub use geojson::read_geojson;
pub use read::read_gpx;

/// Maximum size of a file in bytes. The points before it are read.
pub const MAX_BYTES: u64 = 64 << 20;
/// Maximum number of points of all tracks and routes: five days at one point a second. Further points are counted.
pub const MAX_POINTS: usize = 500_000;
/// Maximum number of waypoints. Further ones are counted.
pub const MAX_WAYPOINTS: usize = 50_000;
/// Maximum depth of nested elements. Reading ends at a deeper one.
pub const MAX_DEPTH: usize = 64;

/// The content of a GPX file.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct GpxFile {
    /// Name of the file.
    pub name: Option<String>,
    /// Description of the file.
    pub description: Option<String>,
    /// Program that wrote the file.
    pub creator: Option<String>,
    /// Ways that were walked. Each has at least one point.
    pub tracks: Vec<GpxTrack>,
    /// Ways to be walked. Each has at least one point.
    pub routes: Vec<GpxRoute>,
    /// Single places.
    pub waypoints: Vec<GpxWaypoint>,
    /// The problems of the file, at most one of each kind.
    pub problems: Vec<GpxProblem>,
}

/// A track: points in the order in which they were recorded.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct GpxTrack {
    /// Name of the track.
    pub name: Option<String>,
    /// Description of the track.
    pub description: Option<String>,
    /// Kind of activity, in the words of the program that wrote the file.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// Its segments: between two of them the receiver was off or the recording was paused. Each has at least one point.
    pub segments: Vec<Vec<GpxPoint>>,
}

/// A route: points in the order in which they are to be walked. Names of its points are not kept.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct GpxRoute {
    /// Name of the route.
    pub name: Option<String>,
    /// Description of the route.
    pub description: Option<String>,
    /// Its points, at least one.
    pub points: Vec<GpxPoint>,
}

/// A point of a track or a route. Its position is valid.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct GpxPoint {
    /// Longitude and latitude in degrees, elevation in metres if known.
    pub position: Position,
    /// Time, Unix ms.
    pub time_ms: Option<i64>,
    /// Accuracy in metres: from an extension, or else five times the horizontal dilution of precision.
    pub accuracy_m: Option<f64>,
    /// Speed over ground in metres per second.
    pub speed_mps: Option<f64>,
    /// Direction of movement in degrees clockwise from true north.
    pub bearing_deg: Option<f64>,
}

impl GpxPoint {
    /// A point with nothing known but its position.
    pub const fn new(position: Position) -> GpxPoint {
        GpxPoint { position, time_ms: None, accuracy_m: None, speed_mps: None, bearing_deg: None }
    }

    /// The point as a fix of a receiver; `None` if its time is not known.
    pub fn fix(&self) -> Option<Fix> {
        let GpxPoint { position, time_ms, accuracy_m, speed_mps, bearing_deg } = *self;
        Some(Fix { position, time_ms: time_ms?, accuracy_m, speed_mps, bearing_deg })
    }
}

impl From<Fix> for GpxPoint {
    fn from(fix: Fix) -> GpxPoint {
        let Fix { position, time_ms, accuracy_m, speed_mps, bearing_deg } = fix;
        GpxPoint { position, time_ms: Some(time_ms), accuracy_m, speed_mps, bearing_deg }
    }
}

/// A place with a name. Its position is valid.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GpxWaypoint {
    /// Longitude and latitude in degrees, elevation in metres if known.
    pub position: Position,
    /// Time of creation, Unix ms.
    pub time_ms: Option<i64>,
    /// Name of the place.
    pub name: Option<String>,
    /// Description of the place.
    pub description: Option<String>,
    /// Kind of place, in the words of the program that wrote the file.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// Name of the symbol on the device.
    pub symbol: Option<String>,
}

/// Something in a file that was left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct GpxProblem {
    /// The kind of problem.
    pub kind: GpxProblemKind,
    /// How many times, at least 1.
    pub count: u64,
}

/// A kind of [`GpxProblem`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum GpxProblemKind {
    /// A point without a valid longitude and latitude was left out.
    InvalidPosition,
    /// An elevation, accuracy, speed or direction was left out that is no finite number or out of range.
    InvalidNumber,
    /// A time was left out that is not in the format of RFC 3339.
    InvalidTime,
    /// Bytes of a text are invalid in the encoding of the file, and were replaced.
    InvalidText,
    /// Points beyond [`MAX_POINTS`] or [`MAX_WAYPOINTS`] were left out.
    TooManyPoints,
    /// The file ends before its last element. What precedes was read.
    Truncated,
    /// The file is no well-formed XML from some byte on. What precedes was read.
    Malformed,
    /// Elements are nested deeper than [`MAX_DEPTH`]. What precedes was read.
    TooDeep,
    /// The file is longer than [`MAX_BYTES`]. What precedes was read.
    TooLong,
}

impl fmt::Display for GpxProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.count;
        let (one, many) = match self.kind {
            GpxProblemKind::InvalidPosition => {
                ("point was left out: its position is invalid", "points were left out: their positions are invalid")
            }
            GpxProblemKind::InvalidNumber => {
                ("number is invalid and was ignored", "numbers are invalid and were ignored")
            }
            GpxProblemKind::InvalidTime => ("time is invalid and was ignored", "times are invalid and were ignored"),
            GpxProblemKind::InvalidText => ("text has invalid characters", "texts have invalid characters"),
            GpxProblemKind::TooManyPoints => {
                ("point was left out: the file has too many", "points were left out: the file has too many")
            }
            GpxProblemKind::Truncated => return f.write_str("the file is cut off; the part before the cut was read"),
            GpxProblemKind::Malformed => {
                return f.write_str("the file is damaged; the part before the damage was read");
            }
            GpxProblemKind::TooDeep => {
                return f.write_str("the file has too deeply nested elements; the part before them was read");
            }
            GpxProblemKind::TooLong => {
                return write!(f, "the file is longer than {} MiB; the part before was read", MAX_BYTES >> 20);
            }
        };
        write!(f, "{count} {}", if count == 1 { one } else { many })
    }
}
