//! The parts of a style that can be drawn without a network: which of its sources a map is, and the style without its other
//! sources of remote data.

use std::collections::BTreeSet;

use serde_json::Value;

use super::header::TileType;
use super::style::Style;

impl Style {
    /// The sources that show an archive: those with its address, or else the only source of tiles of its type. `None` if no
    /// source or several may be meant.
    pub fn sources_of(&self, archive_url: &str, tile_type: TileType) -> Option<Vec<String>> {
        let sources = self.sources();
        let with_address = sources.iter().filter(|source| source.pmtiles_url.as_deref() == Some(archive_url));
        let with_address: Vec<String> = with_address.map(|source| source.id.clone()).collect();
        if !with_address.is_empty() {
            return Some(with_address);
        }
        let is_shown = |kind: &str| match tile_type {
            TileType::Mvt | TileType::Mlt => kind == "vector",
            TileType::Png | TileType::Jpeg | TileType::Webp | TileType::Avif => matches!(kind, "raster" | "raster-dem"),
            TileType::Unknown => matches!(kind, "vector" | "raster" | "raster-dem"),
        };
        let mut shown = sources.into_iter().filter(|source| is_shown(&source.kind));
        match (shown.next(), shown.next()) {
            (Some(only), None) => Some(vec![only.id]),
            _ => None,
        }
    }

    /// The style without the sources that need a network, except those in `local`, and without the layers and the terrain
    /// that show them: MapLibre reports an error for each of their tiles. A `geojson` source with its data in the style needs
    /// none.
    #[must_use]
    pub fn without_remote_sources(&self, local: &[String]) -> Style {
        let mut root = self.root.clone();
        let mut removed = BTreeSet::new();
        if let Some(sources) = root.get_mut("sources").and_then(Value::as_object_mut) {
            sources.retain(|id, source| {
                let has_data = source.get("type").is_some_and(|kind| kind == "geojson")
                    && source.get("data").is_some_and(Value::is_object);
                let is_kept = has_data || local.contains(id);
                if !is_kept {
                    removed.insert(id.clone());
                }
                is_kept
            });
        }
        let shows_removed =
            |layer: &Value| layer.get("source").and_then(Value::as_str).is_some_and(|source| removed.contains(source));
        if let Some(layers) = root.get_mut("layers").and_then(Value::as_array_mut) {
            layers.retain(|layer| !shows_removed(layer));
        }
        if root.get("terrain").is_some_and(shows_removed) {
            root.remove("terrain");
        }
        Style { root }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const URL: &str = "https://maps.invalid/a.pmtiles";

    fn style() -> Style {
        let json = json!({
            "sources": {
                "base": { "type": "vector", "url": format!("pmtiles://{URL}") },
                "hills": { "type": "raster-dem", "url": "https://maps.invalid/hills.json" },
                "line": { "type": "geojson", "data": { "type": "FeatureCollection", "features": [] } },
                "remote": { "type": "geojson", "data": "https://maps.invalid/a.geojson" }
            },
            "terrain": { "source": "hills" },
            "layers": [
                { "id": "background", "type": "background" },
                { "id": "hills", "type": "hillshade", "source": "hills" },
                { "id": "roads", "type": "line", "source": "base" },
                { "id": "line", "type": "line", "source": "line" },
                { "id": "remote", "type": "line", "source": "remote" }
            ]
        });
        Style::parse(&json.to_string()).unwrap()
    }

    #[test]
    fn sources_of_an_archive_are_those_of_its_address_or_the_only_one_of_its_type() {
        let ids = |url, tile_type| style().sources_of(url, tile_type);
        assert_eq!(ids(URL, TileType::Png), Some(vec!["base".to_owned()]));
        assert_eq!(ids("https://other.invalid", TileType::Mvt), Some(vec!["base".to_owned()]));
        assert_eq!(ids("https://other.invalid", TileType::Webp), Some(vec!["hills".to_owned()]));
        assert_eq!(ids("https://other.invalid", TileType::Unknown), None);
        assert_eq!(Style::parse("{}").unwrap().sources_of(URL, TileType::Mvt), None);
    }

    #[test]
    fn style_without_remote_sources_keeps_what_needs_no_network() {
        let local = style().without_remote_sources(&["base".to_owned()]);
        let ids: Vec<_> = local.sources().into_iter().map(|source| source.id).collect();
        assert_eq!(ids, ["base", "line"]);
        let layers: Vec<_> = local.root["layers"].as_array().unwrap().iter().map(|layer| layer["id"].clone()).collect();
        assert_eq!(layers, ["background", "roads", "line"]);
        assert!(!local.root.contains_key("terrain"));
        assert_eq!(style().without_remote_sources(&["base", "hills", "remote"].map(str::to_owned)), style());
    }
}
