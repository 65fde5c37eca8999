//! Offline maps: reads map files (PMTiles, MBTiles), and cuts the surroundings of a trek, or a box, out of a remote PMTiles
//! archive into one local file that MapLibre opens by its path. Nothing here has a socket: a cut is planned as byte ranges
//! of the remote archive, and a driver fetches them. Map files come from anywhere, so every length is compared with a limit
//! before memory is allocated.
//!
//! * `coord`: tile coordinates, their rectangles in degrees, and their ids in PMTiles.
//! * `area`: a box, or a corridor along lines. `cover`: the tiles of an area.
//! * `header`, `directory`: the index of a PMTiles archive.
//! * `ranges`: byte ranges that fetch many tiles at once.
//! * `cut`: which parts of the index are needed next. `plan`: the tiles, their bytes and their number, before they are
//!   fetched. `reuse`: the tiles that other local archives have. `write`: the local archive.
//! * `archive`: reads tiles from a local file. `pmtiles`, `mbtiles`: the two formats.
//! * `style`: a MapLibre style that uses local files. `offline_style`: the parts of it that need no network.

mod archive;
#[cfg(test)]
mod archive_tests;
mod area;
mod coord;
mod cover;
#[cfg(test)]
mod cover_tests;
mod cut;
#[cfg(test)]
mod cut_tests;
mod directory;
mod header;
mod mbtiles;
mod offline_style;
mod plan;
mod pmtiles;
mod ranges;
mod reuse;
mod style;
#[cfg(test)]
mod style_tests;
#[cfg(test)]
mod test_archive;
mod write;

pub use archive::{Tile, TileArchive, TileArchiveFormat, TileArchiveInfo};
pub use area::{MAX_CORRIDOR_M, MapArea};
pub use coord::{MAX_LAT, MAX_ZOOM, TileCoord};
pub use cover::{MAX_TILES, TileCover};
pub use cut::{CutPlanner, CutRequest, HEAD_BYTES};
pub use header::{Compression, TileType};
pub use plan::{CutPlan, MapEstimate, StyleEstimate};
pub use style::{GlyphFile, LocalFiles, SpriteFile, Style, StyleSource};
