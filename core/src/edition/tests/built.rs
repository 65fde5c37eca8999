//! An edition in a temporary folder.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use crate::edition::build::{BuildOptions, EditionBuilder, EditionSummary, EditionTerritory};
use crate::edition::{Layer, License, MANIFEST, Manifest, read_file, read_records};
use crate::error::Result;
use crate::model::{Kind, Object};
use crate::storage::StdFileSystem;

pub(super) const CREATED_MS: i64 = 1_796_000_000_000;

pub(super) fn options(directory: PathBuf) -> BuildOptions {
    BuildOptions {
        directory,
        created_ms: Some(CREATED_MS),
        title: "Parc d’essai".into(),
        licenses: vec![License { name: Some("ODbL-1.0".into()), ..License::default() }],
        ..BuildOptions::default()
    }
}

/// Builds an edition.
pub(super) fn build(options: &BuildOptions, objects: &[Object]) -> Result<EditionSummary> {
    build_with(options, objects, &|_| Ok(None))
}

pub(super) fn build_with(
    options: &BuildOptions,
    objects: &[Object],
    pictures: &dyn Fn(&str) -> Result<Option<PathBuf>>,
) -> Result<EditionSummary> {
    let territory = EditionTerritory {
        name: "essai".into(),
        server: Some(url::Url::parse("https://park.example/").unwrap()),
        languages: vec!["fr".into(), "en".into()],
        default_language: "fr".into(),
        ..EditionTerritory::default()
    };
    let mut builder = EditionBuilder::new(territory, options, CREATED_MS, Arc::new(StdFileSystem), pictures)?;
    objects.iter().try_for_each(|object| builder.add(object.clone()))?;
    builder.finish()
}

/// An edition and its folder.
pub(super) struct Built {
    pub(super) folder: tempfile::TempDir,
    pub(super) manifest: Manifest,
}

impl Built {
    pub(super) fn layer(&self, kind: Kind) -> &Layer {
        self.manifest.layers.iter().find(|layer| layer.kind == kind).unwrap()
    }

    pub(super) fn new(objects: &[Object]) -> Built {
        let folder = tempfile::tempdir().unwrap();
        build(&options(folder.path().to_owned()), objects).unwrap();
        let manifest = Manifest::parse(&fs::read(folder.path().join(MANIFEST)).unwrap()).unwrap();
        Built { folder, manifest }
    }

    pub(super) fn bytes(&self, path: &str) -> Vec<u8> {
        fs::read(self.folder.path().join(path)).unwrap()
    }

    /// Every object, from whole files.
    pub(super) fn objects(&self) -> Vec<Object> {
        let mut objects = Vec::new();
        let mut add = |object: crate::edition::FeatureObject| {
            objects.push(object?);
            Ok(())
        };
        for layer in &self.manifest.layers {
            read_file(layer, &self.bytes(&layer.file.path)[..], &mut add).unwrap();
        }
        if let Some(records) = &self.manifest.records {
            read_records(&self.manifest, &self.bytes(&records.file.path)[..], &mut add).unwrap();
        }
        objects
    }
}
