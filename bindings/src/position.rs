//! Positions, bounding boxes and counts by kind.

use std::collections::BTreeMap;

pub use jalon::model::{Bounds, Position};

use crate::kind::Kind;

/// A position on WGS84.
#[uniffi::remote(Record)]
pub struct Position {
    /// Longitude, degrees east, -180 to 180.
    pub lon: f64,
    /// Latitude, degrees north, -90 to 90.
    pub lat: f64,
    /// Metres above sea level; none if unknown.
    #[uniffi(default = None)]
    pub elevation: Option<f64>,
}

/// A bounding box on WGS84. One whose west is greater than its east crosses the date line.
#[uniffi::remote(Record)]
pub struct Bounds {
    /// Western edge, degrees east.
    pub west: f64,
    /// Southern edge, degrees north.
    pub south: f64,
    /// Eastern edge, degrees east.
    pub east: f64,
    /// Northern edge, degrees north.
    pub north: f64,
}

/// A count of one kind.
#[derive(Debug, uniffi::Record)]
pub struct KindCount {
    /// The kind.
    pub kind: Kind,
    /// Number of objects, or of bytes.
    pub count: u64,
}

pub(crate) fn by_kind(counts: BTreeMap<Kind, u64>) -> Vec<KindCount> {
    counts.into_iter().map(|(kind, count)| KindCount { kind, count }).collect()
}

/// The position of a longitude and a latitude, in degrees.
pub(crate) fn at([lon, lat]: [f64; 2]) -> Position {
    Position { lon, lat, elevation: None }
}
