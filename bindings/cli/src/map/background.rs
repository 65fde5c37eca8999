//! The background of the map: raster tiles of the offline map of a download, if there is one.
//!
//! A tile is a square of the Mercator projection. Over the few kilometres of a tile at the zoom level of a page, a rectangle
//! between its edges on the page is wrong by less than a pixel of it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jalon::model::Bounds;
use jalon::tiles::{MapArea, TileArchive, TileCover};
use svg::node::element::{Group, Image};

use super::canvas::number;
use super::projection::Projection;

/// Pixels for a millimetre of the page: 200 for an inch, where a tile of a map for screens is still sharp and its names are
/// still read.
const PIXELS_PER_MM: f64 = 200.0 / 25.4;
/// Units of the page in a millimetre.
const UNITS_PER_MM: f64 = 10.0;
/// Pixels of the side of a tile.
const TILE_PX: f64 = 256.0;
/// Length of the equator, in metres.
const EQUATOR_M: f64 = 40_075_016.7;
/// Most tiles of a page.
const MAX_TILES: u64 = 600;
/// Most bytes of the tiles of a page.
const MAX_BYTES: usize = 40 << 20;

/// Draws the tiles of the frame; `None` if the archive has none there, or no raster tiles.
pub(super) fn draw(archive: &TileArchive, projection: &Projection) -> Option<Group> {
    let frame = projection.frame;
    let bounds = Bounds {
        west: projection.lon_at(frame.left),
        south: projection.lat_at(frame.bottom),
        east: projection.lon_at(frame.right),
        north: projection.lat_at(frame.top),
    };
    let cover = cover(archive, projection, bounds)?;
    let (mut group, mut bytes, mut is_empty) = (Group::new(), 0, true);
    for tile in cover.tiles() {
        // A tile that cannot be read leaves its square empty.
        let Ok(Some(content)) = archive.tile(tile.z(), tile.x(), tile.y()) else { continue };
        bytes += content.bytes.len();
        if !content.media_type.starts_with("image/") || content.content_encoding.is_some() || bytes > MAX_BYTES {
            continue;
        }
        let Bounds { west, south, east, north } = tile.bounds();
        let (left, right) = (projection.x_at(west), projection.x_at(east));
        let (top, bottom) = (projection.y_at(north), projection.y_at(south));
        let data = format!("data:{};base64,{}", content.media_type, STANDARD.encode(&content.bytes));
        let image = Image::new()
            .set("x", number(left))
            .set("y", number(top))
            // Rounded edges must not leave a gap between two tiles.
            .set("width", number(right - left + 0.5))
            .set("height", number(bottom - top + 0.5))
            .set("preserveAspectRatio", "none")
            .set("href", data);
        group = group.add(image);
        is_empty = false;
    }
    // Lines and names of the sheet stay readable on it.
    (!is_empty).then(|| group.set("opacity", "0.75"))
}

/// The tiles of the frame at the zoom level that suits the scale, or the next lower one that is not too many.
fn cover(archive: &TileArchive, projection: &Projection, bounds: Bounds) -> Option<TileCover> {
    let middle = (bounds.south + bounds.north) / 2.0;
    let metres_per_pixel = projection.metres_per_unit * UNITS_PER_MM / PIXELS_PER_MM;
    let zoom = (EQUATOR_M * middle.to_radians().cos() / (TILE_PX * metres_per_pixel)).log2().floor();
    let info = archive.info();
    let wanted = if zoom.is_finite() { zoom.clamp(0.0, 30.0) as u8 } else { return None };
    let last = wanted.clamp(info.min_zoom, info.max_zoom);
    (info.min_zoom..=last).rev().find_map(|zoom| {
        let cover = TileCover::new(&MapArea::Bounds(bounds), zoom, zoom).ok()?;
        (cover.len() <= MAX_TILES).then_some(cover)
    })
}
