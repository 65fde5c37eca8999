//! The manifest of an edition, with every rule of its format checked once, when it is read.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use url::Url;

use super::chunks::{BLOCK_ROWS, ROW};
use super::columns::column_type;
use super::hash::{Hash, from_hex};
use super::invalid;
use super::layer::{Block, Chunks, FileRef, Layer};
use super::manifest_json::{
    BlockJson, ChunksJson, FormatJson, JalonJson, LayerJson, License, PackageJson, Pictures, ResourceJson, Source,
};
use super::signature::PublicKey;
use crate::error::{Error, Result};
use crate::geotrek::base_address;
use crate::model::{Bounds, Id, Kind};

/// The largest manifest, in bytes.
pub(crate) const MAX_MANIFEST_BYTES: usize = 8 << 20;
const MAX_LAYERS: usize = 64;
pub(super) const MAX_BLOCKS: usize = 4_000;
const MAX_RESOURCES: usize = 256;
const MAX_COLUMNS: usize = 256;
const MAX_KEYS: usize = 16;
const MAX_PATH: usize = 200;
/// The largest number that every reader of JSON keeps exactly (RFC 8259, section 6).
pub(super) const MAX_EDITION: u64 = (1 << 53) - 1;
/// The format of this version of Jalon.
pub(super) const FORMAT: i64 = 1;

/// The objects without a geometry.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Records {
    pub(crate) file: FileRef,
    /// Number of objects.
    pub(crate) objects: u64,
}

/// A manifest.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Manifest {
    /// Identifier of the data package: lower-case letters, digits, `-`, `_`, `.`.
    pub(crate) name: String,
    pub(crate) title: String,
    pub(crate) description: String,
    /// Version as people read it.
    pub(crate) version: String,
    /// Unix ms.
    pub(crate) created_ms: i64,
    pub(crate) licenses: Vec<License>,
    pub(crate) sources: Vec<Source>,
    pub(crate) contributors: Vec<Source>,
    /// Number of the edition; a later one has a higher one.
    pub(crate) edition: u64,
    /// Unix ms; `None` if the edition does not expire.
    pub(crate) expires_ms: Option<i64>,
    /// The Geotrek server that takes reports.
    pub(crate) server: Option<Url>,
    pub(crate) languages: Vec<String>,
    pub(crate) default_language: String,
    pub(crate) portals: Vec<Id>,
    /// The key of this edition and those that may sign later ones. Who trusts no key yet trusts these.
    pub(crate) public_keys: Vec<PublicKey>,
    /// In the order of the manifest. A layer of a kind that this version does not know is left out.
    pub(crate) layers: Vec<Layer>,
    pub(crate) records: Option<Records>,
    pub(crate) pictures: Pictures,
}

impl Manifest {
    /// Reads a manifest. Check its signature first: see [`verify`](super::verify).
    ///
    /// # Errors
    /// [`Error::TooNew`] for a format that this version does not read; [`Error::Server`] if a rule of the format is broken.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Manifest> {
        if bytes.len() > MAX_MANIFEST_BYTES {
            return Err(invalid(format!("the manifest must not be longer than {MAX_MANIFEST_BYTES} bytes")));
        }
        let head: FormatJson = serde_json::from_slice(bytes).map_err(|error| broken(&error))?;
        if head.jalon.format > FORMAT {
            return Err(Error::TooNew { found: head.jalon.format, supported: FORMAT });
        }
        let json: PackageJson = serde_json::from_slice(bytes).map_err(|error| broken(&error))?;
        let JalonJson { format, edition, expires, server, languages, default_language, .. } = &json.jalon;
        if *format != FORMAT {
            return Err(invalid(format!("jalon.format must be {FORMAT}")));
        }
        if *edition > MAX_EDITION {
            return Err(invalid("jalon.edition must be less than 2⁵³"));
        }
        for (name, count, max) in [
            ("resources", json.resources.len(), MAX_RESOURCES),
            ("jalon.layers", json.jalon.layers.len(), MAX_LAYERS),
            ("jalon.public_keys", json.jalon.public_keys.len(), MAX_KEYS),
        ] {
            if count > max {
                return Err(invalid(format!("{name} must have at most {max} entries")));
            }
        }
        let server = server.as_deref().map(base_address).transpose();
        let server = server.map_err(|_| invalid("jalon.server must be the address of a web server"))?;
        let public_keys = json.jalon.public_keys.iter().map(|key| PublicKey::parse(key)).collect::<Result<_>>();
        let mut manifest = Manifest {
            created_ms: unix_ms("created", &json.created)?,
            edition: *edition,
            expires_ms: expires.as_deref().map(|date| unix_ms("jalon.expires", date)).transpose()?,
            languages: languages.clone(),
            default_language: default_language.clone(),
            portals: json.jalon.portals.clone(),
            public_keys: public_keys.map_err(|_| invalid("jalon.public_keys must be public keys of minisign"))?,
            layers: Vec::new(),
            records: None,
            pictures: json.jalon.pictures,
            name: json.name,
            title: json.title,
            description: json.description,
            version: json.version,
            licenses: json.licenses,
            sources: json.sources,
            contributors: json.contributors,
            server,
        };
        for layer in &json.jalon.layers {
            let Some(kind) = Kind::ALL.into_iter().find(|kind| kind.as_str() == layer.kind) else { continue };
            if !kind.is_spatial() || manifest.layers.iter().any(|known| known.kind == kind) {
                return Err(invalid(format!(
                    "jalon.layers must have at most one layer of kind {kind}, with geometries"
                )));
            }
            let file = resource(&json.resources, &layer.resource)?;
            let rule = |rule: &str| invalid(format!("the layer {kind} in the manifest {rule}"));
            manifest.layers.push(read_layer(kind, file, layer, manifest.server.clone(), &rule)?);
        }
        if let Some(records) = &json.jalon.records {
            let file = resource(&json.resources, &records.resource)?;
            manifest.records = Some(Records { file, objects: records.objects });
        }
        Ok(manifest)
    }

    /// Every file that the manifest names, with its length and SHA-256. Pictures are named by the objects.
    pub(crate) fn files(&self) -> impl Iterator<Item = &FileRef> {
        let layers = self.layers.iter();
        let layers = layers.flat_map(|layer| [Some(&layer.file), layer.chunks.as_ref().map(|chunks| &chunks.file)]);
        layers.flatten().chain(self.records.as_ref().map(|records| &records.file))
    }
}

fn broken(error: &serde_json::Error) -> Error {
    // The error's own text may quote a value of the file.
    let (line, column) = (error.line(), error.column());
    invalid(format!("the manifest is not that of an edition: see its line {line}, column {column}"))
}

fn unix_ms(field: &str, date: &str) -> Result<i64> {
    let date: Timestamp =
        date.parse().map_err(|_| invalid(format!("{field} must be a date such as 2026-11-29T00:00:00Z")))?;
    Ok(date.as_millisecond())
}

/// A path that stays below the address of the manifest, whatever system reads it.
fn is_safe_path(path: &str) -> bool {
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    path.len() <= MAX_PATH
        && path.split('/').all(|name| !name.is_empty() && !name.starts_with('.') && name.chars().all(is_allowed))
}

fn sha256(text: &str) -> Option<Hash> {
    from_hex(text.strip_prefix("sha256:")?)
}

fn resource(resources: &[ResourceJson], name: &str) -> Result<FileRef> {
    let found = resources.iter().find(|resource| resource.name == name);
    let found = found.ok_or_else(|| invalid("jalon names a resource that the manifest does not have"))?;
    file(&found.path, found.bytes, &found.hash)
}

fn file(path: &str, bytes: u64, hash: &str) -> Result<FileRef> {
    if !is_safe_path(path) {
        return Err(invalid("a path in the manifest must be relative, of letters, digits and “-_./”, without “..”"));
    }
    let sha256 =
        sha256(hash).ok_or_else(|| invalid("a hash in the manifest must be sha256: with 64 hexadecimal digits"))?;
    Ok(FileRef { path: path.to_owned(), bytes, sha256 })
}

fn bounds([west, south, east, north]: [f64; 4]) -> Option<Bounds> {
    let is_ordered =
        -180.0 <= west && west <= east && east <= 180.0 && -90.0 <= south && south <= north && north <= 90.0;
    is_ordered.then_some(Bounds { west, south, east, north })
}

fn read_layer(
    kind: Kind,
    file: FileRef,
    json: &LayerJson,
    server: Option<Url>,
    rule: &dyn Fn(&str) -> Error,
) -> Result<Layer> {
    let types = json.column_types.iter().map(|name| column_type(name)).collect::<Option<Vec<_>>>();
    let column_types = types.ok_or_else(|| rule("must have known column_types"))?;
    if column_types.len() > MAX_COLUMNS || usize::from(json.object_column) >= column_types.len() {
        return Err(rule("must have an object_column that is one of at most 256 columns"));
    }
    if json.features_offset > file.bytes {
        return Err(rule("must have a features_offset within its file"));
    }
    let bounds_of = |bbox| bounds(bbox).ok_or_else(|| rule("must have boxes on the Earth: west, south, east, north"));
    let chunks = match &json.chunks {
        Some(chunks) => Some(read_chunks(chunks, &file, json.features_offset, &bounds_of, rule)?),
        None => None,
    };
    Ok(Layer {
        kind,
        objects: json.objects,
        bounds: bounds_of(json.bbox)?,
        object_column: json.object_column,
        column_types,
        features_offset: json.features_offset,
        chunks,
        server,
        file,
    })
}

fn read_chunks(
    json: &ChunksJson,
    layer: &FileRef,
    features_offset: u64,
    bounds_of: &dyn Fn([f64; 4]) -> Result<Bounds>,
    rule: &dyn Fn(&str) -> Error,
) -> Result<Chunks> {
    let file = file(&json.path, json.bytes, &json.hash)?;
    let rows = file.bytes / ROW as u64;
    if !file.bytes.is_multiple_of(ROW as u64) || rows.div_ceil(BLOCK_ROWS as u64) != json.blocks.len() as u64 {
        return Err(rule("must have one block for every 64 chunks"));
    }
    if json.blocks.len() > MAX_BLOCKS {
        return Err(rule(&format!("must have at most {MAX_BLOCKS} blocks")));
    }
    let mut blocks = Vec::with_capacity(json.blocks.len());
    let mut next = features_offset;
    for BlockJson(west, south, east, north, offset, bytes, hash) in &json.blocks {
        let end = offset.checked_add(*bytes).filter(|end| *offset == next && *end <= layer.bytes);
        next = end.ok_or_else(|| rule("must have blocks that follow each other from features_offset to the end"))?;
        let sha256 = STANDARD.decode(hash).ok().and_then(|hash| Hash::try_from(hash).ok());
        let sha256 = sha256.ok_or_else(|| rule("must have a SHA-256 in base64 for each block"))?;
        blocks.push(Block {
            bounds: bounds_of([*west, *south, *east, *north])?,
            offset: *offset,
            bytes: *bytes,
            sha256,
        });
    }
    if next != layer.bytes {
        return Err(rule("must have blocks that follow each other from features_offset to the end"));
    }
    Ok(Chunks { file, blocks })
}
