//! Editions: a territory frozen at a date as static files that any web host serves (feature `edition`). A manifest, signed in
//! the format of minisign, holds the SHA-256 of every file, so that a reader checks each byte before it parses it. Objects
//! with a geometry are FlatGeobuf layers, which GDAL and QGIS open; a reader takes the objects of a box by byte ranges, from
//! a directory of chunks. Nothing here uses a network.
//!
//! Reading:
//! * `manifest`: the manifest, checked; `manifest_json`: its JSON; `manifest_writer` writes it.
//! * `signature`: public keys and the signature of a manifest.
//! * `layer`: a layer of the manifest, and which parts of its files a box needs. `chunks`: the directory of its chunks.
//! * `feature`: a FlatGeobuf feature as an object. `geometry`: its geometry. `columns`: its properties.
//! * `verifier`: the limits within which FlatBuffers are verified.
//! * `file_header`: the start of a FlatGeobuf file, up to its first feature. `read`: chunks and whole files as objects.
//! * `records`: the objects without a geometry.
//! * `media`: the pictures, and their addresses in objects.
//! * `hash`: SHA-256 as bytes, and the check of a file.
//! * `check`: an edition in a folder, checked byte by byte; `check_layer`: one of its layers.
//! * `folder`: an edition in a folder, its objects and its files. `info`: its description. `content`: what its objects lack.
//!
//! Writing: `build`; from files of any origin: `import`. Entry points for fuzzing: `fuzzing`.
//!
#![doc = include_str!("PUBLISHING.md")]

#[cfg(feature = "edition-build")]
mod build;
mod check;
mod check_layer;
mod chunks;
mod columns;
mod content;
mod feature;
mod file_header;
mod folder;
#[doc(hidden)]
pub mod fuzzing;
mod geometry;
mod hash;
#[cfg(feature = "edition-build")]
mod import;
mod info;
mod layer;
mod manifest;
mod manifest_json;
#[cfg(feature = "edition-build")]
mod manifest_writer;
mod media;
mod read;
mod records;
mod signature;
#[cfg(all(test, feature = "edition-build"))]
mod tests;
mod verifier;

use crate::error::Error;

#[cfg(feature = "edition-build")]
pub use build::{BuildOptions, BuildProgress, EditionSummary, SecretKey, new_key};
#[cfg(feature = "edition-build")]
pub(crate) use build::{EditionBuilder, EditionTerritory};
#[cfg(feature = "net")]
pub(crate) use check::picture_paths;
pub use check::{EditionCheck, verify_edition};
pub(crate) use chunks::Chunk;
pub use content::{ContentCheck, ContentProblem, ContentRule};
pub use folder::{EditionFile, EditionFiles, EditionFolder, EditionLayer, EditionPart};
pub(crate) use hash::check_file;
#[cfg(feature = "edition-build")]
pub use import::{ImportProblem, ImportProgress, ImportSummary, Mapping, import_edition};
pub use info::EditionInfo;
pub(crate) use layer::{FileRef, Layer};
pub(crate) use manifest::{MAX_MANIFEST_BYTES, Manifest};
pub use manifest_json::{License, Source};
pub(crate) use media::{picture_sha256, resolve_pictures};
pub(crate) use read::{FeatureObject, read_chunk, read_file};
pub(crate) use records::read_records;
pub use signature::PublicKey;
pub(crate) use signature::verify;

/// Name of the manifest, below the base address of the edition.
pub(crate) const MANIFEST: &str = "datapackage.json";

/// The path of the signature of a manifest with this SHA-256, below the base address of the edition.
pub(crate) fn signature_path(manifest_sha256: &[u8; 32]) -> String {
    format!("signatures/{}.minisig", crate::digest::hex(manifest_sha256))
}

/// The error for an edition that breaks a rule of its format.
fn invalid(detail: impl Into<String>) -> Error {
    Error::Server { status: None, detail: detail.into() }
}
