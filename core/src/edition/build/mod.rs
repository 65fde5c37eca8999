//! Builds an edition in a folder (feature `edition-build`). The same objects and options give the same files, but for the
//! signature, which holds random bytes. The memory does not grow with the territory, but for some bytes an object.
//!
//! * `builder`: takes the objects and writes the files, the manifest last. `options`: what the office decides.
//! * `layer_writer`: the objects of one kind as a FlatGeobuf file. `feature_writer`: one of them. `geometry_writer`: its
//!   geometry. `property_writer`: its readable columns.
//! * `chunk_writer`: the directory of chunks.
//! * `output`: files that are named by their content. `old_files`: removes those of earlier editions.
//! * `sign`: secret keys and signatures.

mod builder;
mod chunk_writer;
pub(super) mod feature_writer;
mod geometry_writer;
mod layer_writer;
mod old_files;
mod options;
mod output;
mod property_writer;
mod sign;

pub(crate) use builder::{EditionBuilder, EditionTerritory};
pub use options::{BuildOptions, BuildProgress, EditionSummary};
pub use sign::{SecretKey, new_key};

/// A geometry as the bytes of a feature, for tests.
#[cfg(test)]
pub(super) fn write_shape(shape: &crate::model::Geometry, has_z: bool) -> Vec<u8> {
    feature_writer::FeatureWriter::default().write(shape, has_z, &[]).map(<[u8]>::to_vec).unwrap_or_default()
}

/// Reads [`write_shape`] back.
#[cfg(test)]
pub(super) fn read_shape(feature: &[u8]) -> Result<crate::model::Geometry, &'static str> {
    let read = flatgeobuf::size_prefixed_root_as_feature(feature).map_err(|_| "not a feature")?;
    let shape = read.geometry().ok_or("no geometry")?;
    super::geometry::read(shape, flatgeobuf::GeometryType::Unknown, feature.len())
}
