//! Tile coordinates of the Web Mercator pyramid, their rectangles in degrees, and their ids in PMTiles.

use std::f64::consts::PI;

use crate::error::{Error, Result};
use crate::model::Bounds;

/// The deepest zoom level that a PMTiles id can express.
pub const MAX_ZOOM: u8 = 31;
/// The latitude at which Web Mercator ends, degrees: atan(sinh(π)).
pub const MAX_LAT: f64 = 85.051_128_779_806_59;

/// A tile: zoom level, column counted from the date line eastwards, row counted from the north (the XYZ scheme).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TileCoord {
    z: u8,
    x: u32,
    y: u32,
}

impl TileCoord {
    /// Creates a coordinate.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if the zoom exceeds [`MAX_ZOOM`], or if the column or the row is not below 2^zoom.
    pub fn new(z: u8, x: u32, y: u32) -> Result<Self> {
        if z > MAX_ZOOM {
            return Err(Error::invalid("z", format!("must be a zoom level from 0 to {MAX_ZOOM}")));
        }
        for (field, value) in [("x", x), ("y", y)] {
            if u64::from(value) >= 1 << z {
                return Err(Error::invalid(field, "must be less than 2 to the power of the zoom level"));
            }
        }
        Ok(TileCoord { z, x, y })
    }

    /// The zoom level.
    pub fn z(&self) -> u8 {
        self.z
    }

    /// The column.
    pub fn x(&self) -> u32 {
        self.x
    }

    /// The row, from the north.
    pub fn y(&self) -> u32 {
        self.y
    }

    /// The row counted from the south (the TMS scheme of MBTiles).
    pub(super) fn y_from_south(&self) -> u32 {
        // At zoom 31 the number of rows does not leave 32 bits.
        (1_u32 << self.z) - 1 - self.y
    }

    /// The id in PMTiles: the number of tiles on the levels above, plus the position on the level's Hilbert curve.
    pub fn id(&self) -> u64 {
        let on_level = if self.z == 0 { 0 } else { fast_hilbert::xy2h(self.x, self.y, self.z) };
        first_id(self.z) + on_level
    }

    /// The coordinate of an id; `None` if the id is beyond [`MAX_ZOOM`].
    pub fn from_id(id: u64) -> Option<Self> {
        let z = zoom_of(id)?;
        let (x, y) = if z == 0 { (0, 0) } else { fast_hilbert::h2xy::<u32>(id - first_id(z), z) };
        Some(TileCoord { z, x, y })
    }

    /// The tile's rectangle in degrees. It never crosses the date line.
    pub fn bounds(&self) -> Bounds {
        let count = (1_u64 << self.z) as f64;
        let lon = |x: f64| x / count * 360.0 - 180.0;
        let lat = |y: f64| (PI * (1.0 - 2.0 * y / count)).sinh().atan().to_degrees();
        let (x, y) = (f64::from(self.x), f64::from(self.y));
        Bounds { west: lon(x), south: lat(y + 1.0), east: lon(x + 1.0), north: lat(y) }
    }

    /// The four tiles of the next level; `None` at [`MAX_ZOOM`].
    pub(super) fn children(&self) -> Option<[TileCoord; 4]> {
        (self.z < MAX_ZOOM).then(|| {
            let (z, x, y) = (self.z + 1, self.x * 2, self.y * 2);
            [(x, y), (x, y + 1), (x + 1, y), (x + 1, y + 1)].map(|(x, y)| TileCoord { z, x, y })
        })
    }

    /// The tile of a level that contains a position. A position beyond [`MAX_LAT`] is in the first or the last row; on the
    /// edge of two tiles it is in the eastern or the southern one.
    pub(super) fn containing(lon: f64, lat: f64, z: u8) -> TileCoord {
        let count = (1_u64 << z) as f64;
        let mercator = lat.clamp(-MAX_LAT, MAX_LAT).to_radians().tan().asinh();
        // A conversion of a float to an integer saturates.
        let index = |share: f64| (share * count).clamp(0.0, count - 1.0) as u32;
        TileCoord { z, x: index((lon + 180.0) / 360.0), y: index((1.0 - mercator / PI) / 2.0) }
    }
}

/// The id of the first tile of a level, which is the number of tiles on all levels above: (4^z − 1) / 3.
pub(super) fn first_id(z: u8) -> u64 {
    // 4^31 fits into 64 bits.
    ((1_u64 << (2 * u32::from(z))) - 1) / 3
}

/// The zoom level of an id; `None` beyond [`MAX_ZOOM`].
pub(super) fn zoom_of(id: u64) -> Option<u8> {
    (0..=MAX_ZOOM).rev().find(|z| first_id(*z) <= id).filter(|z| id - first_id(*z) < 1 << (2 * u32::from(*z)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn coordinates_out_of_range_are_refused() {
        let refused = |z, x, y| TileCoord::new(z, x, y).unwrap_err().to_string();
        assert_eq!(refused(32, 0, 0), "z: must be a zoom level from 0 to 31");
        assert_eq!(refused(2, 4, 0), "x: must be less than 2 to the power of the zoom level");
        assert_eq!(refused(0, 0, 1), "y: must be less than 2 to the power of the zoom level");
        assert!(TileCoord::new(31, (1 << 31) - 1, (1 << 31) - 1).is_ok());
    }

    #[test]
    fn ids_beyond_the_last_level_have_no_coordinate() {
        let last = first_id(MAX_ZOOM) + (1 << 62) - 1;
        assert_eq!(TileCoord::from_id(last).map(|tile| tile.z()), Some(31));
        assert_eq!(TileCoord::from_id(last + 1), None);
        assert_eq!(TileCoord::from_id(u64::MAX), None);
    }

    proptest! {
        #[test]
        fn ids_are_those_of_the_pmtiles_crate(z in 0..=31_u8, x: u32, y: u32) {
            let mask = ((1_u64 << z) - 1) as u32;
            let tile = TileCoord::new(z, x & mask, y & mask).unwrap();
            let theirs = pmtiles::TileId::from(pmtiles::TileCoord::new(z, x & mask, y & mask).unwrap());
            prop_assert_eq!(tile.id(), theirs.value());
            prop_assert_eq!(TileCoord::from_id(tile.id()), Some(tile));
        }

        #[test]
        fn position_lies_in_its_tile(lon in -180.0..180.0, lat in -85.0..85.0, z in 0..=22_u8) {
            let bounds = TileCoord::containing(lon, lat, z).bounds();
            prop_assert!(bounds.west <= lon + 1e-9 && lon <= bounds.east + 1e-9, "{bounds:?}");
            prop_assert!(bounds.south <= lat + 1e-9 && lat <= bounds.north + 1e-9, "{bounds:?}");
        }
    }
}
