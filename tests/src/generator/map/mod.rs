//! A map of a territory, raster or vector, written as PMTiles by the crate `pmtiles` and as MBTiles by SQLite. Equal
//! territories and seeds give equal tiles. The tiles in the middle of the lake are all the same.
//!
//! * `scene`: what a tile shows: patches of land, the lake, the lines of the treks.
//! * `style`: a style with its glyphs and its sprite.
//! * `draw`: a tile as a PNG picture or as a Mapbox Vector Tile.
//! * `relief`: a tile as a PNG picture of mountains, for the sample apps and their pictures.

mod draw;
mod relief;
mod scene;
pub mod style;

use std::collections::BTreeMap;
use std::error::Error;
use std::fs::File;
use std::ops::RangeInclusive;
use std::path::Path;

use jalon::model::Bounds;
use jalon::tiles::{MapArea, TileCover};
use serde_json::{Value, json};

use super::Territory;
use relief::Relief;
use scene::Scene;

/// Width of a picture in pixels.
const PIXELS: u32 = 256;

/// The format of the tiles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MapKind {
    /// PNG pictures of 256 × 256 pixels.
    Raster,
    /// The same format: mountains with contour lines, which look like a map.
    Relief,
    /// Mapbox Vector Tiles, compressed with gzip, with the layers `land`, `water` and `path`.
    Vector,
}

/// A map in memory.
#[derive(Clone, Debug)]
pub struct TestMap {
    /// The format of the tiles.
    pub kind: MapKind,
    /// West, south, east, north.
    pub bbox: [f64; 4],
    /// The zoom levels.
    pub zooms: RangeInclusive<u8>,
    /// The tiles by zoom level, column and row from the north.
    pub tiles: BTreeMap<(u8, u32, u32), Vec<u8>>,
}

type Result<T> = std::result::Result<T, Box<dyn Error>>;

impl TestMap {
    /// Draws all tiles of a box.
    ///
    /// # Errors
    /// Those of the libraries that encode the tiles.
    pub fn generate(
        territory: &Territory,
        kind: MapKind,
        bbox: [f64; 4],
        zooms: RangeInclusive<u8>,
        seed: u64,
    ) -> Result<Self> {
        let scene = Scene::new(territory, bbox, seed);
        let [west, south, east, north] = bbox;
        let area = MapArea::Bounds(Bounds { west, south, east, north });
        let relief = (kind == MapKind::Relief).then(|| Relief::new(territory, &scene, seed));
        let mut tiles = BTreeMap::new();
        for tile in TileCover::new(&area, *zooms.start(), *zooms.end())?.tiles() {
            let bytes = match (&relief, kind) {
                (Some(relief), _) => relief.draw(tile)?,
                (None, MapKind::Vector) => draw::vector(&scene.shapes(tile))?,
                (None, _) => draw::raster(&scene.shapes(tile))?,
            };
            tiles.insert((tile.z(), tile.x(), tile.y()), bytes);
        }
        Ok(Self { kind, bbox, zooms, tiles })
    }

    /// The metadata in both files.
    pub fn metadata(&self) -> Value {
        let mut metadata = json!({
            "name": "Test map",
            "attribution": "<a href=\"https://maps.invalid\">© Map makers</a>",
            "type": "baselayer",
        });
        if self.kind == MapKind::Vector {
            let layer = |id: &str, fields: Value| json!({ "id": id, "fields": fields });
            metadata["vector_layers"] = json!([
                layer("land", json!({ "class": "Number" })),
                layer("water", json!({})),
                layer("path", json!({})),
            ]);
        }
        metadata
    }

    /// Writes the map as PMTiles.
    ///
    /// # Errors
    /// Those of the file system and of the crate `pmtiles`.
    pub fn write_pmtiles(&self, path: &Path) -> Result<()> {
        let (tile_type, compression) = match self.kind {
            MapKind::Raster | MapKind::Relief => (pmtiles::TileType::Png, pmtiles::Compression::None),
            MapKind::Vector => (pmtiles::TileType::Mvt, pmtiles::Compression::Gzip),
        };
        let [west, south, east, north] = self.bbox;
        let mut writer = pmtiles::PmTilesWriter::new(tile_type)
            .precompressed(compression)
            .min_zoom(*self.zooms.start())
            .max_zoom(*self.zooms.end())
            .bounds(west, south, east, north)
            .center((west + east) / 2.0, (south + north) / 2.0)
            .center_zoom(*self.zooms.start())
            .metadata(self.metadata().to_string())
            .create(File::create(path)?)?;
        let mut coords = Vec::with_capacity(self.tiles.len());
        for (z, x, y) in self.tiles.keys() {
            coords.push(pmtiles::TileCoord::new(*z, *x, *y)?);
        }
        coords.sort_by_key(|coord| pmtiles::TileId::from(*coord));
        for coord in coords {
            if let Some(bytes) = self.tiles.get(&(coord.z(), coord.x(), coord.y())) {
                writer.add_tile(coord, bytes)?;
            }
        }
        Ok(writer.finalize()?)
    }

    /// Writes the map as MBTiles, with the deduplicated tables behind the view `tiles` that map makers write.
    ///
    /// # Errors
    /// Those of SQLite.
    pub fn write_mbtiles(&self, path: &Path) -> Result<()> {
        let mut connection = rusqlite::Connection::open(path)?;
        connection.execute_batch(
            "CREATE TABLE metadata (name text, value text);
            CREATE TABLE map (zoom_level integer, tile_column integer, tile_row integer, tile_id integer);
            CREATE UNIQUE INDEX map_index ON map (zoom_level, tile_column, tile_row);
            CREATE TABLE images (tile_id integer PRIMARY KEY, tile_data blob);
            CREATE VIEW tiles AS SELECT zoom_level, tile_column, tile_row, tile_data FROM map JOIN images USING (tile_id);",
        )?;
        let transaction = connection.transaction()?;
        let mut metadata = self.metadata();
        let layers = metadata.as_object_mut().and_then(|object| object.remove("vector_layers"));
        let bounds = self.bbox.map(|edge| edge.to_string()).join(",");
        let format = if self.kind == MapKind::Vector { "pbf" } else { "png" };
        let rows = [("bounds", bounds), ("format", format.to_owned())]
            .into_iter()
            .chain([("minzoom", self.zooms.start().to_string()), ("maxzoom", self.zooms.end().to_string())])
            .chain(layers.map(|layers| ("json", json!({ "vector_layers": layers }).to_string())));
        let texts = metadata.as_object().into_iter().flatten();
        let texts = texts.filter_map(|(name, value)| Some((name.as_str(), value.as_str()?.to_owned())));
        for row in rows.chain(texts) {
            transaction.execute("INSERT INTO metadata VALUES (?1, ?2)", row)?;
        }
        let mut images = BTreeMap::new();
        for ((z, x, y), bytes) in &self.tiles {
            let next = images.len() as i64;
            let id = *images.entry(bytes).or_insert(next);
            transaction.execute("INSERT INTO map VALUES (?1, ?2, ?3, ?4)", (z, x, (1_u32 << z) - 1 - y, id))?;
        }
        for (bytes, id) in images {
            transaction.execute("INSERT INTO images VALUES (?1, ?2)", (id, bytes))?;
        }
        Ok(transaction.commit()?)
    }
}
