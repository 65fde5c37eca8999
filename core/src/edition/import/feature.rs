//! A feature of a file, before a rule is found for it. Its geometry is read only then: most features of a file may have none.

use flatgeobuf::GeometryType;
use geo_types::Geometry as Shape;
use serde_json::Value;

use super::condition::PropertyMap;
use super::summary::ImportProblem;
use crate::edition::geometry;
use crate::error::Error;
use crate::geotrek::read_geometry;
use crate::model::{Geometry, Position, remove_impossible_elevations};

/// Longest feature of a file, in bytes.
pub(super) const MAX_FEATURE_BYTES: usize = 16 << 20;
/// Most positions of one geometry.
const MAX_VERTICES: usize = 300_000;

/// Why a file cannot be imported.
#[derive(Debug)]
pub(super) enum FileError {
    /// The file breaks a rule: “must …”.
    Rule(String),
    /// Another error: of the disk, or of the receiver of the features.
    Other(Error),
}

impl From<Error> for FileError {
    fn from(error: Error) -> Self {
        FileError::Other(error)
    }
}

impl FileError {
    pub(super) fn rule(rule: impl Into<String>) -> FileError {
        FileError::Rule(rule.into())
    }
}

/// Receives the features of a file, or why one cannot be read.
pub(super) type Sink<'s> = &'s mut dyn FnMut(Result<Feature<'_>, ImportProblem>) -> Result<(), Error>;

/// A feature of a file.
pub(super) struct Feature<'f> {
    /// The member `id` of a GeoJSON feature.
    pub(super) id: Option<Value>,
    pub(super) properties: PropertyMap,
    pub(super) geometry: FeatureGeometry<'f>,
}

/// A geometry that was not read yet.
pub(super) enum FeatureGeometry<'f> {
    Json(Option<&'f str>),
    FlatGeobuf {
        geometry: Option<flatgeobuf::Geometry<'f>>,
        /// Type of a geometry that does not say its own.
        default_type: GeometryType,
        /// Bytes of the feature.
        length: usize,
    },
}

impl FeatureGeometry<'_> {
    /// Reads the geometry. Lines with one position and the like become what they cover; impossible elevations are unknown.
    ///
    /// # Errors
    /// The problem of the feature, to be counted.
    pub(super) fn read(&self) -> Result<Geometry, ImportProblem> {
        let geometry = match self {
            FeatureGeometry::Json(None) | FeatureGeometry::FlatGeobuf { geometry: None, .. } => None,
            FeatureGeometry::Json(Some(json)) => {
                let read = read_geometry(json, MAX_VERTICES, &|_| None).map_err(|_| ImportProblem::InvalidGeometry)?;
                if read.lost > 0 {
                    return Err(ImportProblem::InvalidGeometry);
                }
                read.geometry
            }
            FeatureGeometry::FlatGeobuf { geometry: Some(table), default_type, length } => {
                from_table(*table, *default_type, *length)?
            }
        };
        geometry.ok_or(ImportProblem::NoGeometry)
    }
}

fn from_table(
    table: flatgeobuf::Geometry<'_>,
    default_type: GeometryType,
    length: usize,
) -> Result<Option<Geometry>, ImportProblem> {
    if is_curved(table.type_()) || has_curved_part(&table) {
        return Err(ImportProblem::CurvedGeometry);
    }
    let geometry = geometry::read(table, default_type, length).map_err(|_| ImportProblem::InvalidGeometry)?;
    if is_without_positions(geometry.as_geo()) {
        return Ok(None);
    }
    let mut positions: Vec<Position> = geometry.positions().collect();
    if positions.len() > MAX_VERTICES || !positions.iter().all(Position::is_valid) {
        return Err(ImportProblem::InvalidGeometry);
    }
    // Between the end of a line and the start of the next there is no slope.
    let lengths: Vec<usize> = geometry.lines().iter().map(Vec::len).collect();
    let count = positions.len();
    let is_lines = lengths.iter().sum::<usize>() == count;
    let mut rest = positions.as_mut_slice();
    for length in if is_lines { lengths } else { vec![count] } {
        let (line, after) = rest.split_at_mut(length);
        remove_impossible_elevations(line);
        rest = after;
    }
    let geometry = geometry.with_elevations(positions.iter().map(|position| position.elevation));
    Ok(Some(geometry.without_degenerate_parts().0.into_owned().simplified()))
}

/// Whether a geometry type has curves, or surfaces in space. Types that are not in the format are none: they are invalid.
pub(super) fn is_curved(geometry_type: GeometryType) -> bool {
    (GeometryType::CircularString.0..=GeometryType::Triangle.0).contains(&geometry_type.0)
}

fn has_curved_part(table: &flatgeobuf::Geometry<'_>) -> bool {
    table.parts().is_some_and(|parts| parts.iter().any(|part| is_curved(part.type_())))
}

fn is_without_positions(shape: &Shape<f64>) -> bool {
    geo::CoordsIter::coords_iter(shape).next().is_none()
}
