//! Places and counts.

use std::collections::BTreeMap;

use crate::kind::Kind;

/// A place on WGS84: longitude and latitude in degrees.
#[derive(Debug, Clone, Copy, PartialEq, uniffi::Record)]
pub struct Position {
    /// Degrees east, -180 to 180.
    pub lon: f64,
    /// Degrees north, -90 to 90.
    pub lat: f64,
    /// Metres above sea level, where that is known.
    #[uniffi(default = None)]
    pub elevation: Option<f64>,
}

impl From<jalon::model::Position> for Position {
    fn from(position: jalon::model::Position) -> Position {
        let jalon::model::Position { lon, lat, elevation } = position;
        Position { lon, lat, elevation }
    }
}

impl From<Position> for jalon::model::Position {
    fn from(position: Position) -> jalon::model::Position {
        let Position { lon, lat, elevation } = position;
        jalon::model::Position { lon, lat, elevation }
    }
}

impl From<[f64; 2]> for Position {
    fn from([lon, lat]: [f64; 2]) -> Position {
        Position { lon, lat, elevation: None }
    }
}

/// A box of longitudes and latitudes in degrees. A west that is greater than east crosses the date line.
#[derive(Debug, Clone, Copy, PartialEq, uniffi::Record)]
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

impl From<jalon::model::Bounds> for Bounds {
    fn from(bounds: jalon::model::Bounds) -> Bounds {
        let jalon::model::Bounds { west, south, east, north } = bounds;
        Bounds { west, south, east, north }
    }
}

impl From<Bounds> for jalon::model::Bounds {
    fn from(bounds: Bounds) -> jalon::model::Bounds {
        let Bounds { west, south, east, north } = bounds;
        jalon::model::Bounds { west, south, east, north }
    }
}

/// How many of a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Record)]
pub struct KindCount {
    /// The kind.
    pub kind: Kind,
    /// How many, or how many bytes.
    pub count: u64,
}

pub(crate) fn by_kind(counts: BTreeMap<jalon::model::Kind, u64>) -> Vec<KindCount> {
    counts.into_iter().map(|(kind, count)| KindCount { kind: kind.into(), count }).collect()
}
