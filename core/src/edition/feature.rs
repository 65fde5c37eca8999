//! A FlatGeobuf feature as an object.

use std::borrow::Cow;

use flatgeobuf::{ColumnType, GeometryType, size_prefixed_root_as_feature_with_opts};

use super::layer::Layer;
use super::{columns, geometry, invalid, verifier};
use crate::error::Result;
use crate::geotrek::ObjectCleaner;
use crate::model::{Kind, Object};

/// The longest feature, in bytes, with the four bytes of its length.
pub(super) const MAX_FEATURE_BYTES: usize = 16 << 20;
/// Bytes of the length before a feature.
pub(super) const PREFIX: usize = 4;

/// Reads features of one layer.
pub(super) struct FeatureReader<'l> {
    kind: Kind,
    column_types: Cow<'l, [ColumnType]>,
    object_column: u16,
    /// Type of geometries that do not say theirs.
    geometry_type: GeometryType,
    cleaner: ObjectCleaner,
}

impl<'l> FeatureReader<'l> {
    /// A reader by the manifest alone, for chunks.
    pub(super) fn new(layer: &'l Layer) -> FeatureReader<'l> {
        FeatureReader {
            kind: layer.kind,
            column_types: Cow::Borrowed(&layer.column_types),
            object_column: layer.object_column,
            geometry_type: GeometryType::Unknown,
            cleaner: ObjectCleaner::new(layer.server.clone()),
        }
    }

    /// A reader by the header of a file.
    pub(super) fn with_header(
        layer: &Layer,
        column_types: Vec<ColumnType>,
        object_column: u16,
        geometry_type: GeometryType,
    ) -> FeatureReader<'static> {
        FeatureReader {
            kind: layer.kind,
            column_types: Cow::Owned(column_types),
            object_column,
            geometry_type,
            cleaner: ObjectCleaner::new(layer.server.clone()),
        }
    }

    /// Reads a feature with its length before it. The HTML of its texts is cleaned again.
    ///
    /// # Errors
    /// [`Error::Server`](crate::Error::Server) if it is not a feature of an edition.
    pub(super) fn read(&self, bytes: &[u8]) -> Result<Object> {
        let kind = self.kind;
        let broken = |rule: &str| invalid(format!("a {kind} of the edition cannot be read: {rule}"));
        let options = verifier::options(bytes.len());
        let feature = size_prefixed_root_as_feature_with_opts(&options, bytes);
        let feature = feature.map_err(|_| broken("it is not a FlatGeobuf feature"))?;
        let properties = feature.properties().map(|properties| properties.bytes()).unwrap_or_default();
        let json = columns::find(properties, &self.column_types, self.object_column);
        let json = json.and_then(|json| str::from_utf8(json).ok()).ok_or_else(|| broken("it has no object"))?;
        let mut object = Object::from_json(kind, json).map_err(|_| broken("its object is not JSON of its kind"))?;
        let geometry = feature.geometry().map(|found| geometry::read(found, self.geometry_type, bytes.len()));
        if let Some(place) = object.geometry_mut() {
            *place = geometry.transpose().map_err(broken)?;
        }
        self.cleaner.clean(&mut object);
        Ok(object)
    }
}

/// Splits the first feature, with its length before it, off features that follow each other.
pub(super) fn split_first(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, _) = bytes.split_first_chunk::<PREFIX>()?;
    let length = usize::try_from(u32::from_le_bytes(*length)).ok()?.checked_add(PREFIX)?;
    if length > MAX_FEATURE_BYTES { None } else { bytes.split_at_checked(length) }
}
