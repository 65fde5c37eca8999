//! Imports of small generated files.
//!
//! * `build`: what becomes of the features. `mapping`: mappings that break a rule. `files`: FlatGeobuf of other tools.
//! * `hostile`: damaged files.

mod build;
mod files;
mod hostile;
mod mapping;

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::{ImportSummary, Mapping, import_edition};
use crate::edition::{BuildOptions, MANIFEST, Manifest, read_file, read_records};
use crate::error::Result;
use crate::model::Object;
use crate::transfer::CancelToken;

/// A mapping with one rule of each kind, by the property `kind`.
fn every_kind() -> Value {
    let kinds = super::mapping::KINDS.map(crate::model::Kind::as_str);
    let rule = |kind: &str| {
        json!({
            "kind": kind,
            "type": {"fr": format!("Type {kind}"), "en": format!("Type of {kind}")},
            "when": [{"property": "kind", "equals": kind}],
        })
    };
    json!({
        "name": "essai",
        "languages": ["fr", "en"],
        "licenses": [{"name": "ODbL-1.0"}],
        "sources": [{"title": "© OpenStreetMap contributors", "path": "https://www.openstreetmap.org/copyright"}],
        "provider": "OpenStreetMap",
        "id": "@id",
        "fields": {
            "name": "name", "description": "description", "phone": "phone", "website": "website", "email": "email",
            "elevation": "ele", "photo": "image", "photo_author": "author",
        },
        "rules": kinds.map(rule),
    })
}

fn mapping(json: &Value) -> Mapping {
    Mapping::parse(&json.to_string()).unwrap()
}

fn feature(geometry: Value, properties: Value) -> Value {
    json!({"type": "Feature", "geometry": geometry, "properties": properties})
}

fn point(lon: f64, lat: f64) -> Value {
    json!({"type": "Point", "coordinates": [lon, lat]})
}

fn collection(features: &[Value]) -> String {
    json!({"type": "FeatureCollection", "features": features}).to_string()
}

/// A folder with files, and the edition that is built of them.
struct Import {
    folder: tempfile::TempDir,
    files: Vec<PathBuf>,
}

impl Import {
    fn new<'f>(files: impl IntoIterator<Item = (&'f str, &'f [u8])>) -> Import {
        let folder = tempfile::tempdir().unwrap();
        let write = |(name, bytes): (&str, &[u8])| {
            let path = folder.path().join(name);
            std::fs::write(&path, bytes).unwrap();
            path
        };
        let files = files.into_iter().map(write).collect();
        Import { folder, files }
    }

    fn edition(&self) -> PathBuf {
        self.folder.path().join("edition")
    }

    fn build(&self, mapping: &Value) -> Result<ImportSummary> {
        let options = BuildOptions {
            directory: self.edition(),
            edition: Some(1),
            created_ms: Some(1_780_000_000_000),
            ..BuildOptions::default()
        };
        import_edition(&self.files, &self::mapping(mapping), None, &options, &CancelToken::default(), |_| {})
    }

    fn manifest(&self) -> Manifest {
        Manifest::parse(&std::fs::read(self.edition().join(MANIFEST)).unwrap()).unwrap()
    }

    /// Every object of the edition, in the order of its files.
    fn objects(&self) -> Vec<Object> {
        let manifest = self.manifest();
        let open = |path: &str| std::fs::File::open(self.edition().join(path)).unwrap();
        let mut objects = Vec::new();
        for layer in &manifest.layers {
            let mut add = |object: Result<Object>| {
                objects.push(object?);
                Ok(())
            };
            read_file(layer, open(&layer.file.path), &mut add).unwrap();
        }
        if let Some(records) = &manifest.records {
            let file = std::io::BufReader::new(open(&records.file.path));
            let mut add = |object: Result<Object>| {
                objects.push(object?);
                Ok(())
            };
            read_records(&manifest, file, &mut add).unwrap();
        }
        objects
    }
}

/// Builds an edition of one GeoJSON file.
fn build(mapping: &Value, json: &str) -> (Result<ImportSummary>, Import) {
    let import = Import::new([("objects.geojson", json.as_bytes())]);
    (import.build(mapping), import)
}

/// The bytes of every file of an edition, by path.
fn bytes_of(folder: &Path) -> std::collections::BTreeMap<PathBuf, Vec<u8>> {
    let mut files = std::collections::BTreeMap::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(bytes_of(&path));
        } else {
            files.insert(PathBuf::from(path.file_name().unwrap()), std::fs::read(&path).unwrap());
        }
    }
    files
}
