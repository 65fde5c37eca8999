//! The JSON of a manifest that a builder has filled in.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;

use super::columns::type_name;
use super::layer::{Block, FileRef, Layer};
use super::manifest::{FORMAT, Manifest};
use super::manifest_json::{
    BlockJson, ChunksJson, JalonJson, LayerJson, PackageJson, RecordsJson, ResourceJson, SCHEMA,
};
use super::signature::PublicKey;
use crate::digest::hex;
use crate::error::{Error, Result};
use crate::model::Bounds;

impl Manifest {
    /// The JSON of the manifest, indented, with a final line feed.
    ///
    /// # Errors
    /// [`Error::Internal`] for a date that no calendar has.
    pub(crate) fn to_json(&self) -> Result<String> {
        let mut resources = Vec::new();
        let mut layers = Vec::new();
        for layer in &self.layers {
            let name = layer.kind.as_str();
            resources.push(resource_json(name, &layer.file, "fgb", "application/vnd.flatgeobuf"));
            layers.push(layer_json(name, layer));
        }
        let records = self.records.as_ref().map(|records| {
            resources.push(resource_json("records", &records.file, "jsonlines", "application/x-ndjson"));
            RecordsJson { resource: "records".to_owned(), objects: records.objects }
        });
        let package = PackageJson {
            schema: SCHEMA.to_owned(),
            name: self.name.clone(),
            title: self.title.clone(),
            description: self.description.clone(),
            version: self.version.clone(),
            created: iso(self.created_ms)?,
            licenses: self.licenses.clone(),
            sources: self.sources.clone(),
            contributors: self.contributors.clone(),
            resources,
            jalon: JalonJson {
                format: FORMAT,
                edition: self.edition,
                expires: self.expires_ms.map(iso).transpose()?,
                server: self.server.as_ref().map(|url| url.to_string()),
                languages: self.languages.clone(),
                default_language: self.default_language.clone(),
                portals: self.portals.clone(),
                public_keys: self.public_keys.iter().map(PublicKey::to_text).collect(),
                layers,
                records,
                pictures: self.pictures,
            },
        };
        let mut json = serde_json::to_string_pretty(&package).map_err(Error::internal)?;
        json.push('\n');
        Ok(json)
    }
}

fn iso(ms: i64) -> Result<String> {
    Ok(Timestamp::from_millisecond(ms).map_err(Error::internal)?.to_string())
}

fn resource_json(name: &str, file: &FileRef, format: &str, mediatype: &str) -> ResourceJson {
    ResourceJson {
        name: name.to_owned(),
        path: file.path.clone(),
        title: String::new(),
        format: format.to_owned(),
        mediatype: mediatype.to_owned(),
        bytes: file.bytes,
        hash: format!("sha256:{}", hex(file.sha256)),
    }
}

fn layer_json(name: &str, layer: &Layer) -> LayerJson {
    let Bounds { west, south, east, north } = layer.bounds;
    let block = |block: &Block| {
        let Bounds { west, south, east, north } = block.bounds;
        BlockJson(west, south, east, north, block.offset, block.bytes, STANDARD.encode(block.sha256))
    };
    LayerJson {
        kind: name.to_owned(),
        resource: name.to_owned(),
        objects: layer.objects,
        bbox: [west, south, east, north],
        object_column: layer.object_column,
        column_types: layer.column_types.iter().map(|known| type_name(*known).to_owned()).collect(),
        features_offset: layer.features_offset,
        chunks: layer.chunks.as_ref().map(|chunks| ChunksJson {
            path: chunks.file.path.clone(),
            bytes: chunks.file.bytes,
            hash: format!("sha256:{}", hex(chunks.file.sha256)),
            blocks: chunks.blocks.iter().map(block).collect(),
        }),
    }
}
