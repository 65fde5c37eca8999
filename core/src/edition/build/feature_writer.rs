//! A feature: its geometry and its properties.

use flatbuffers::{FlatBufferBuilder, WIPOffset};
use flatgeobuf::{Feature, FeatureArgs, size_prefixed_root_as_feature};

use super::geometry_writer;
use crate::edition::feature::MAX_FEATURE_BYTES;
use crate::edition::geometry;
use crate::error::{Error, Result};
use crate::model::Geometry;

/// One of the functions of [`geometry_writer`].
type WriteGeometry = fn(&mut FlatBufferBuilder<'static>, &Geometry, bool) -> WIPOffset<flatgeobuf::Geometry<'static>>;

/// Writes features into one buffer, which it uses again.
#[derive(Default)]
pub(in crate::edition) struct FeatureWriter {
    builder: FlatBufferBuilder<'static>,
}

impl FeatureWriter {
    /// The bytes of a feature, with their length before them.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if it is longer than 16 MiB.
    pub(in crate::edition) fn write(&mut self, shape: &Geometry, has_z: bool, properties: &[u8]) -> Result<&[u8]> {
        self.write_by(geometry_writer::write, shape, has_z, properties)
    }

    /// A feature as the layer needs it: with Z, unknown where it had none, if `has_z`; a polygon with the layout of several, if
    /// `is_promoted`.
    pub(super) fn rewrite(&mut self, feature: &[u8], has_z: bool, is_promoted: bool) -> Result<&[u8]> {
        let damaged = || Error::internal("a feature that was just written cannot be read");
        let read = size_prefixed_root_as_feature(feature).map_err(|_| damaged())?;
        let shape = read.geometry().and_then(|shape| geometry::read(shape, shape.type_(), feature.len()).ok());
        let properties = read.properties().map(|properties| properties.bytes()).unwrap_or_default();
        let shape = shape.ok_or_else(damaged)?;
        let has_z = has_z || shape.has_elevation();
        let write = if is_promoted { geometry_writer::write_promoted } else { geometry_writer::write };
        self.write_by(write, &shape, has_z, properties)
    }

    fn write_by(&mut self, write: WriteGeometry, shape: &Geometry, has_z: bool, properties: &[u8]) -> Result<&[u8]> {
        let builder = &mut self.builder;
        builder.reset();
        let geometry = Some(write(builder, shape, has_z));
        let properties = Some(builder.create_vector(properties));
        let feature = Feature::create(builder, &FeatureArgs { geometry, properties, ..FeatureArgs::default() });
        builder.finish_size_prefixed(feature, None);
        let bytes = builder.finished_data();
        if bytes.len() > MAX_FEATURE_BYTES {
            return Err(Error::invalid("objects", format!("must not be longer than {MAX_FEATURE_BYTES} bytes each")));
        }
        Ok(bytes)
    }
}
