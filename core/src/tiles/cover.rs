//! The tiles that cover an area, level by level. A level is found from the one above, because a tile can only be near a line
//! if its parent is; each tile keeps the pieces of the line that are near it, and hands only those on to its children.

use std::ops::Range;

use super::area::{MapArea, Piece, Shape};
use super::coord::{MAX_ZOOM, TileCoord, first_id};
use crate::error::{Error, Result};
use crate::model::Bounds;

/// Maximum number of tiles of a cover: a box of 370 × 370 km down to zoom 16, at 45° of latitude.
pub const MAX_TILES: u64 = 1_000_000;

/// The tiles that cover an area from one zoom level to another.
#[derive(Debug, Clone, PartialEq)]
pub struct TileCover {
    /// Ids, sorted, not adjacent.
    ranges: Vec<Range<u64>>,
    min_zoom: u8,
    max_zoom: u8,
    bounds: Bounds,
}

impl TileCover {
    /// The tiles of the levels `min_zoom` to `max_zoom` that share a point with the area. Near the edge of a corridor a tile
    /// may be taken that is slightly outside: by 1 m at a distance of 1 km, by 1 % at 50 km. Positions beyond
    /// [`MAX_LAT`](super::MAX_LAT) count as positions on it.
    ///
    /// Takes about 1 µs per tile and piece of line near it.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if the area is invalid, `max_zoom` is below `min_zoom` or above [`MAX_ZOOM`], or the area has
    /// more than [`MAX_TILES`] tiles.
    pub fn new(area: &MapArea, min_zoom: u8, max_zoom: u8) -> Result<TileCover> {
        let cover = TileCover::up_to(area, min_zoom, max_zoom)?;
        if cover.max_zoom < max_zoom {
            let rule =
                format!("must be at most {} for this area, which has more than {MAX_TILES} tiles then", cover.max_zoom);
            return Err(Error::invalid("max_zoom", rule));
        }
        Ok(cover)
    }

    /// Like [`TileCover::new`], but leaves out the levels that would make more than [`MAX_TILES`] tiles.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] as for [`TileCover::new`], if even the level `min_zoom` has too many tiles.
    pub fn up_to(area: &MapArea, min_zoom: u8, max_zoom: u8) -> Result<TileCover> {
        if min_zoom > max_zoom || max_zoom > MAX_ZOOM {
            return Err(Error::invalid("max_zoom", format!("must be {min_zoom} to {MAX_ZOOM}")));
        }
        let shape = area.shape()?;
        let mut cover = TileCover { ranges: Vec::new(), min_zoom, max_zoom: min_zoom, bounds: shape.bounds() };
        let fits = match &shape {
            Shape::Bounds(bounds) => cover.add_box(bounds, max_zoom),
            Shape::Pieces { pieces, distance_m } => cover.add_corridor(pieces, *distance_m, max_zoom),
        };
        if fits {
            return Ok(cover);
        }
        Err(Error::invalid("area", format!("must have at most {MAX_TILES} tiles at the zoom level {min_zoom}")))
    }

    /// Number of tiles.
    pub fn len(&self) -> u64 {
        self.ranges.iter().map(|range| range.end - range.start).sum()
    }

    /// Always false: an area has at least one tile at every level.
    pub fn is_empty(&self) -> bool {
        self.ranges.is_empty()
    }

    /// The first level.
    pub fn min_zoom(&self) -> u8 {
        self.min_zoom
    }

    /// The last level.
    pub fn max_zoom(&self) -> u8 {
        self.max_zoom
    }

    /// A box around the area; all longitudes if it crosses the date line.
    pub fn bounds(&self) -> Bounds {
        self.bounds
    }

    /// True if the tile is one of them. Binary search.
    pub fn contains(&self, tile: TileCoord) -> bool {
        let id = tile.id();
        self.ranges.get(self.ranges.partition_point(|range| range.end <= id)).is_some_and(|range| range.contains(&id))
    }

    /// The tiles in the order of their ids.
    pub fn tiles(&self) -> impl Iterator<Item = TileCoord> {
        self.ranges.iter().cloned().flatten().filter_map(TileCoord::from_id)
    }

    /// The ids as sorted ranges.
    pub(super) fn ranges(&self) -> &[Range<u64>] {
        &self.ranges
    }

    /// Drops the levels below a zoom level.
    pub(super) fn truncate(&mut self, max_zoom: u8) {
        let end = first_id(max_zoom) + (1 << (2 * u32::from(max_zoom)));
        self.ranges.retain_mut(|range| {
            range.end = range.end.min(end);
            range.start < range.end
        });
        self.max_zoom = self.max_zoom.min(max_zoom);
    }

    /// Adds the levels of a box, as many as fit. False if the first one does not.
    fn add_box(&mut self, bounds: &Bounds, max_zoom: u8) -> bool {
        let mut count = 0;
        for z in self.min_zoom..=max_zoom {
            let blocks: Vec<Block> = bounds.rects().map(|rect| Block::of(&Bounds::from(rect), z)).collect();
            count += blocks.iter().map(Block::len).sum::<u64>();
            if count > MAX_TILES {
                return z > self.min_zoom;
            }
            self.add_level(z, blocks.iter().flat_map(Block::ids).collect());
        }
        true
    }

    /// Adds the levels of a corridor, as many as fit. False if the first one does not.
    fn add_corridor(&mut self, pieces: &[Piece], distance_m: f64, max_zoom: u8) -> bool {
        let near = |tile: TileCoord, candidates: &[u32]| -> Option<(TileCoord, Vec<u32>)> {
            let rect = tile.bounds();
            let is_near =
                |index: &u32| pieces.get(*index as usize).is_some_and(|piece| piece.is_near(&rect, distance_m));
            let near: Vec<u32> = candidates.iter().copied().filter(is_near).collect();
            (!near.is_empty()).then_some((tile, near))
        };
        let all: Vec<u32> = (0..pieces.len() as u32).collect();
        let mut level: Vec<_> = TileCoord::from_id(0).and_then(|world| near(world, &all)).into_iter().collect();
        let mut count = 0;
        for z in 0..=max_zoom {
            if z > 0 {
                let mut next = Vec::new();
                for (tile, candidates) in level {
                    next.extend(tile.children().into_iter().flatten().filter_map(|child| near(child, &candidates)));
                    if count + next.len() as u64 > MAX_TILES {
                        return z > self.min_zoom;
                    }
                }
                level = next;
            }
            if z >= self.min_zoom {
                count += level.len() as u64;
                self.add_level(z, level.iter().map(|(tile, _)| tile.id()).collect());
            }
        }
        true
    }

    fn add_level(&mut self, z: u8, mut ids: Vec<u64>) {
        ids.sort_unstable();
        ids.dedup();
        for id in ids {
            match self.ranges.last_mut() {
                Some(range) if range.end == id => range.end += 1,
                _ => self.ranges.push(id..id + 1),
            }
        }
        self.max_zoom = z;
    }
}

/// A block of columns and rows of one level.
struct Block {
    z: u8,
    columns: Range<u32>,
    rows: Range<u32>,
}

impl Block {
    /// The tiles of a box that does not cross the date line. A tile that only touches its eastern or southern edge is not
    /// one of them.
    fn of(bounds: &Bounds, z: u8) -> Block {
        let first = TileCoord::containing(bounds.west, bounds.north, z);
        let last = TileCoord::containing(bounds.east, bounds.south, z);
        let rect = last.bounds();
        let end = |first: u32, last: u32, touches: bool| if touches && last > first { last } else { last + 1 };
        Block {
            z,
            columns: first.x()..end(first.x(), last.x(), rect.west >= bounds.east),
            rows: first.y()..end(first.y(), last.y(), rect.north <= bounds.south),
        }
    }

    fn len(&self) -> u64 {
        self.columns.len() as u64 * self.rows.len() as u64
    }

    fn ids(&self) -> impl Iterator<Item = u64> {
        let tiles = self.columns.clone().flat_map(|x| self.rows.clone().map(move |y| (x, y)));
        tiles.filter_map(|(x, y)| TileCoord::new(self.z, x, y).ok()).map(|tile| tile.id())
    }
}
