//! What a tile shows, in its own coordinates: 0 to 4096 from west to east and from north to south.

use std::f64::consts::PI;

use jalon::tiles::TileCoord;
use serde_json::Value;

use super::super::Territory;

/// Width of a tile in its own coordinates.
pub(super) const EXTENT: f64 = 4096.0;
/// What is drawn beyond the edges, so that lines have no gaps there.
const BUFFER: f64 = 128.0;
/// Patches of land along each side of a tile.
const PATCHES: u32 = 8;

pub(super) type Point = (f64, f64);

/// The world that the map shows.
pub(super) struct Scene {
    /// Lines in Web Mercator, 0 to 1 from west to east and from north to south.
    pub(super) lines: Vec<Vec<Point>>,
    /// The box: west, north, east, south in Web Mercator.
    pub(super) bounds: [f64; 4],
    /// The lake: west, north, east, south in Web Mercator.
    lake: [f64; 4],
    seed: u64,
}

/// The content of a tile.
#[derive(Default)]
pub(super) struct Shapes {
    /// Rectangles and their classes, 0 to 3.
    pub(super) patches: Vec<([f64; 4], u8)>,
    /// West, north, east, south.
    pub(super) water: Option<[f64; 4]>,
    pub(super) paths: Vec<Vec<Point>>,
}

impl Scene {
    /// The treks of a territory, and a lake in the north-west of the box.
    pub(super) fn new(territory: &Territory, [west, south, east, north]: [f64; 4], seed: u64) -> Self {
        let mut lines = Vec::new();
        for trek in territory.module("trek") {
            add_lines(&trek["geometry"]["coordinates"], &mut lines);
        }
        let (left, top) = mercator(west, north);
        let (right, bottom) = mercator(west + (east - west) * 0.3, north - (north - south) * 0.3);
        let (far_right, far_bottom) = mercator(east, south);
        Self { lines, bounds: [left, top, far_right, far_bottom], lake: [left, top, right, bottom], seed }
    }

    pub(super) fn shapes(&self, tile: TileCoord) -> Shapes {
        let count = f64::from(tile.z()).exp2();
        let to_tile =
            |(x, y): Point| ((x * count - f64::from(tile.x())) * EXTENT, (y * count - f64::from(tile.y())) * EXTENT);
        let (west, north) = to_tile((self.lake[0], self.lake[1]));
        let (east, south) = to_tile((self.lake[2], self.lake[3]));
        let range = (-BUFFER, EXTENT + BUFFER);
        let clamp = |value: f64| value.clamp(range.0, range.1).round();
        let water = [west, north, east, south].map(clamp);
        let mut shapes = Shapes::default();
        if water[0] < water[2] && water[1] < water[3] {
            shapes.water = Some(water);
        }
        if water != [range.0, range.0, range.1, range.1] {
            shapes.patches = self.patches(tile);
        }
        for line in &self.lines {
            let mut path: Vec<Point> = Vec::new();
            for edge in line.windows(2) {
                match clipped(to_tile(edge[0]), to_tile(edge[1]), range) {
                    Some((from, to)) => {
                        if path.last() != Some(&from) {
                            shapes.paths.extend(Some(std::mem::take(&mut path)).filter(|path| !path.is_empty()));
                            path.push(from);
                        }
                        path.push(to);
                    }
                    None => shapes.paths.extend(Some(std::mem::take(&mut path)).filter(|path| !path.is_empty())),
                }
            }
            shapes.paths.extend(Some(path).filter(|path| !path.is_empty()));
        }
        shapes
    }

    /// Patches whose sizes and classes follow from the seed and the tile.
    fn patches(&self, tile: TileCoord) -> Vec<([f64; 4], u8)> {
        let cell = EXTENT / f64::from(PATCHES);
        let mut patches = Vec::new();
        for index in 0..PATCHES * PATCHES {
            let hash = mix(self.seed ^ mix(tile.id()) ^ u64::from(index).wrapping_mul(0x9e37_79b9));
            let (x, y) = (f64::from(index % PATCHES) * cell, f64::from(index / PATCHES) * cell);
            let inset = |shift: u32| (hash >> shift & 0xff) as f64;
            let patch =
                [x + inset(0) / 2.0, y + inset(8) / 2.0, x + cell - inset(16) / 2.0, y + cell - inset(24) / 2.0];
            patches.push((patch.map(f64::round), (hash >> 40 & 3) as u8));
        }
        patches
    }
}

/// Adds the lines of nested GeoJSON coordinates.
fn add_lines(coordinates: &Value, lines: &mut Vec<Vec<Point>>) {
    let Some(items) = coordinates.as_array() else { return };
    let position = |item: &Value| Some(mercator(item[0].as_f64()?, item[1].as_f64()?));
    match items.iter().map(position).collect::<Option<Vec<_>>>() {
        Some(line) => lines.push(line),
        None => items.iter().for_each(|item| add_lines(item, lines)),
    }
}

pub(super) fn mercator(lon: f64, lat: f64) -> Point {
    ((lon + 180.0) / 360.0, (1.0 - lat.to_radians().tan().asinh() / PI) / 2.0)
}

/// The part of an edge in a square, rounded (Liang and Barsky 1984).
fn clipped(from: Point, to: Point, (min, max): (f64, f64)) -> Option<(Point, Point)> {
    let (mut start, mut end) = (0.0_f64, 1.0_f64);
    let step = (to.0 - from.0, to.1 - from.1);
    for (from, step) in [(from.0, step.0), (from.1, step.1)] {
        if step == 0.0 {
            if from < min || from > max {
                return None;
            }
        } else {
            let (a, b) = ((min - from) / step, (max - from) / step);
            start = start.max(a.min(b));
            end = end.min(a.max(b));
        }
    }
    let at = |share: f64| ((from.0 + share * step.0).round(), (from.1 + share * step.1).round());
    (start < end).then(|| (at(start), at(end))).filter(|(from, to)| from != to)
}

/// Mixes the bits of a number (SplitMix64).
pub(super) fn mix(value: u64) -> u64 {
    let value = (value ^ value >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ value >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ value >> 31
}
