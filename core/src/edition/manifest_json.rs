//! The JSON of a manifest: a Data Package (<https://datapackage.org/profiles/2.0/>), with the member `jalon` for what the
//! standard has no word for.

use serde::{Deserialize, Serialize};

use crate::model::Id;

#[cfg(feature = "edition-build")]
pub(super) const SCHEMA: &str = "https://datapackage.org/profiles/2.0/datapackage.json";

/// A licence of a Data Package. It must have a `name` or a `path`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct License {
    /// Identifier at <https://opendefinition.org/licenses/api/>, such as `CC-BY-4.0`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Address of the text of the licence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Title for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
}

/// An origin of the data.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// Title for people.
    pub title: String,
    /// Address of the origin.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct PackageJson {
    #[serde(rename = "$schema", default)]
    pub(super) schema: String,
    pub(super) name: String,
    #[serde(default)]
    pub(super) title: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(super) description: String,
    #[serde(default)]
    pub(super) version: String,
    pub(super) created: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) licenses: Vec<License>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) sources: Vec<Source>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) contributors: Vec<Source>,
    pub(super) resources: Vec<ResourceJson>,
    pub(super) jalon: JalonJson,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct ResourceJson {
    pub(super) name: String,
    pub(super) path: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(super) title: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(super) format: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(super) mediatype: String,
    pub(super) bytes: u64,
    /// `sha256:` and 64 hexadecimal digits.
    pub(super) hash: String,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct JalonJson {
    pub(super) format: i64,
    pub(super) edition: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) expires: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) server: Option<String>,
    #[serde(default)]
    pub(super) languages: Vec<String>,
    #[serde(default)]
    pub(super) default_language: String,
    #[serde(default)]
    pub(super) portals: Vec<Id>,
    #[serde(default)]
    pub(super) public_keys: Vec<String>,
    pub(super) layers: Vec<LayerJson>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) records: Option<RecordsJson>,
    #[serde(default)]
    pub(super) pictures: Pictures,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct LayerJson {
    pub(super) kind: String,
    pub(super) resource: String,
    pub(super) objects: u64,
    /// West, south, east, north.
    pub(super) bbox: [f64; 4],
    pub(super) object_column: u16,
    pub(super) column_types: Vec<String>,
    pub(super) features_offset: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) chunks: Option<ChunksJson>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct ChunksJson {
    pub(super) path: String,
    pub(super) bytes: u64,
    pub(super) hash: String,
    pub(super) blocks: Vec<BlockJson>,
}

/// West, south, east, north; offset of the first chunk in the layer's file, bytes of all chunks; SHA-256 of the rows, base64.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct BlockJson(
    pub(super) f64,
    pub(super) f64,
    pub(super) f64,
    pub(super) f64,
    pub(super) u64,
    pub(super) u64,
    pub(super) String,
);

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct RecordsJson {
    pub(super) resource: String,
    pub(super) objects: u64,
}

/// The pictures of an edition.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Pictures {
    /// Number of files.
    pub(crate) count: u64,
    /// Their bytes.
    pub(crate) bytes: u64,
}

/// The version of the format alone, for a manifest of a later one.
#[derive(Debug, Deserialize)]
pub(super) struct FormatJson {
    pub(super) jalon: FormatVersion,
}

#[derive(Debug, Deserialize)]
pub(super) struct FormatVersion {
    pub(super) format: i64,
}
