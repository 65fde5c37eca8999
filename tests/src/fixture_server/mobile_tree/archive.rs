//! The archives of a tree: the pictures of a trek, or the pictograms of all lists.

use http::HeaderMap;
use serde_json::Value;

use super::features::pictogram_path;
use super::{LANGUAGES, SETTINGS, Tree};
use crate::fixture_server::media::Media;
use crate::fixture_server::stored_zip::stored_zip;
use crate::generator::Territory;

/// The archive of a trek, with its pictures and those of the points of interest along it, and one tile; or the global one,
/// with the pictograms.
pub(super) fn archive(territory: &Territory, media: &Media, name: &str) -> Option<Vec<u8>> {
    let mut paths: Vec<String> = Vec::new();
    if name == "global" {
        let entries = SETTINGS.iter().flat_map(|(_, module)| territory.module(module));
        paths.extend(entries.filter_map(|entry| Some(pictogram_path(entry["pictogram"].as_str()?))));
    } else {
        // An archive exists for treks in the default language only.
        let tree = Tree { territory, language: LANGUAGES[0] };
        let folder = name.parse().ok()?;
        let trek = tree.listed().find(|trek| trek["id"] == folder)?;
        paths.extend(urls(&tree.part(folder, trek, "trek")?));
        for part in ["pois", "touristic_contents", "touristic_events"] {
            paths.extend(urls(&tree.part(folder, trek, part)?));
        }
    }
    paths.sort();
    paths.dedup();
    let bytes = |path: &str| {
        let start = path.find("/media/")?;
        Some(media.respond(&path[start..], &HeaderMap::new(), true).body)
    };
    let mut entries: Vec<(String, Vec<u8>)> =
        paths.into_iter().filter_map(|path| Some((path.trim_start_matches('/').to_owned(), bytes(&path)?))).collect();
    if name != "global" {
        entries.push((format!("/{name}/tiles/13/4235/2950.png"), bytes("/media/tile.png")?));
    }
    Some(stored_zip(&entries))
}

/// The addresses of all pictures in a file.
fn urls(content: &Value) -> Vec<String> {
    match content {
        Value::Object(members) => {
            let own = ["url", "picture"].into_iter().filter_map(|name| match members.get(name)? {
                Value::String(url) => Some(url.clone()),
                Value::Array(urls) => urls.first()?.as_str().map(str::to_owned),
                _ => None,
            });
            own.chain(members.values().flat_map(urls)).collect()
        }
        Value::Array(items) => items.iter().flat_map(urls).collect(),
        _ => Vec::new(),
    }
}
