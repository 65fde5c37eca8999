//! Offline maps.
mod area;
mod coord;
mod cover;
#[cfg(test)]
mod cover_tests;
mod directory;
mod header;
pub use area::{MAX_CORRIDOR_M, MapArea};
pub use coord::{MAX_LAT, MAX_ZOOM, TileCoord};
pub use cover::{MAX_TILES, TileCover};
pub use header::{Compression, TileType};
