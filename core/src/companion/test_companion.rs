//! Companions with objects, for the tests of this folder.

use std::path::Path;

use super::Companion;
use crate::Directories;
use crate::catalogue::NewTerritory;
use crate::model::Object;

/// A companion without territories.
pub(super) fn open(folder: &Path) -> Companion {
    Companion::open(&Directories::within(folder)).unwrap()
}

/// A companion with the territory `park`, which has these objects.
pub(super) fn companion(folder: &Path, objects: Vec<Object>) -> Companion {
    let companion = open(folder);
    add(&companion, "park", objects);
    companion
}

/// Adds a territory in French with these objects.
pub(super) fn add(companion: &Companion, name: &str, objects: Vec<Object>) {
    let url = format!("https://{name}.example");
    let new = NewTerritory { name: name.into(), url, default_language: "fr".into(), ..NewTerritory::default() };
    let territory = companion.add_territory(&new).unwrap();
    let put = |object: Object| companion.catalogue().write(|change| change.put(&territory, object));
    objects.into_iter().for_each(|object| put(object).unwrap());
}
