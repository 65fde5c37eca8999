//! A picture of mountains: tints by elevation, a light from the north-west, contour lines, woods, lakes and the treks. The
//! ground passes near the elevations of the treks, and is invented between them.

use std::io::Cursor;

use image::{ImageFormat, Rgb, RgbImage};
use jalon::tiles::TileCoord;
use serde_json::Value;

use super::super::Territory;
use super::scene::{Point, Scene, mercator, mix};
use super::{PIXELS, Result};

/// Cells of the grid along each side of the box.
const CELLS: usize = 96;
/// Pixels between two elevations that are computed. Those between are interpolated.
const STEP: usize = 4;
/// Tints from 600 m upwards, one for every 400 m.
const TINTS: [[f64; 3]; 7] = [
    [226.0, 234.0, 205.0],
    [232.0, 236.0, 208.0],
    [238.0, 236.0, 212.0],
    [240.0, 233.0, 215.0],
    [238.0, 231.0, 221.0],
    [240.0, 238.0, 235.0],
    [250.0, 250.0, 250.0],
];
const WOOD: [f64; 3] = [200.0, 219.0, 178.0];
const LAKE: [f64; 3] = [164.0, 202.0, 228.0];
const CONTOUR: [f64; 3] = [186.0, 150.0, 110.0];
const PATH: [f64; 3] = [120.0, 84.0, 56.0];

/// The ground of a territory.
pub(super) struct Relief<'a> {
    scene: &'a Scene,
    /// Elevation in metres and distance to the next trek in cells, by row and column.
    grid: Vec<(f64, f64)>,
    seed: u64,
}

impl<'a> Relief<'a> {
    pub(super) fn new(territory: &Territory, scene: &'a Scene, seed: u64) -> Self {
        let mut known = Vec::new();
        for trek in territory.module("trek") {
            add_elevations(&trek["geometry"]["coordinates"], &mut known);
        }
        let [west, north, east, south] = scene.bounds;
        let cell = ((east - west) / CELLS as f64, (south - north) / CELLS as f64);
        // One elevation of every sixth vertex is enough.
        let known: Vec<_> =
            known.iter().step_by(6).map(|(x, y, z)| ((x - west) / cell.0, (y - north) / cell.1, *z)).collect();
        let grid = (0..=CELLS).flat_map(|row| (0..=CELLS).map(move |column| (column as f64, row as f64)));
        let grid = grid.map(|(column, row)| interpolate(&known, column, row)).collect();
        Self { scene, grid, seed }
    }

    /// Draws a PNG picture.
    pub(super) fn draw(&self, tile: TileCoord) -> Result<Vec<u8>> {
        let count = f64::from(tile.z()).exp2();
        let place = |pixel: f64, index: u32| (f64::from(index) + pixel / f64::from(PIXELS)) / count;
        let columns = PIXELS as usize / STEP + 2;
        let mut samples = Vec::with_capacity(columns * columns);
        for row in 0..columns {
            for column in 0..columns {
                samples
                    .push(self.sample(place((column * STEP) as f64, tile.x()), place((row * STEP) as f64, tile.y())));
            }
        }
        let at = |x: usize, y: usize| {
            let (column, row) = (x / STEP, y / STEP);
            let (right, down) = ((x % STEP) as f64 / STEP as f64, (y % STEP) as f64 / STEP as f64);
            let corner = |dx: usize, dy: usize| &samples[(row + dy) * columns + column + dx];
            let value = |pick: fn(&Sample) -> f64| {
                let top = pick(corner(0, 0)) * (1.0 - right) + pick(corner(1, 0)) * right;
                let bottom = pick(corner(0, 1)) * (1.0 - right) + pick(corner(1, 1)) * right;
                top * (1.0 - down) + bottom * down
            };
            Sample { elevation: value(|s| s.elevation), wood: value(|s| s.wood), lake: value(|s| s.lake) }
        };
        // Metres on the ground for one pixel, at 44.8° north.
        let pixel_m = 40_075_017.0 * 44.8_f64.to_radians().cos() / count / f64::from(PIXELS);
        let interval = f64::from([25_u32, 50, 100, 200][(14_u8.saturating_sub(tile.z())).min(3) as usize]);
        let mut picture = RgbImage::new(PIXELS, PIXELS);
        for (x, y) in (0..PIXELS as usize).flat_map(|y| (0..PIXELS as usize).map(move |x| (x, y))) {
            let (here, right, below) = (at(x, y), at(x + 1, y), at(x, y + 1));
            let slope = ((right.elevation - here.elevation) / pixel_m, (below.elevation - here.elevation) / pixel_m);
            picture.put_pixel(x as u32, y as u32, color(&here, slope, &[right, below], interval));
        }
        self.draw_paths(tile, &mut picture);
        let mut bytes = Cursor::new(Vec::new());
        picture.write_to(&mut bytes, ImageFormat::Png)?;
        Ok(bytes.into_inner())
    }

    fn draw_paths(&self, tile: TileCoord, picture: &mut RgbImage) {
        let size = f64::from(tile.z()).exp2() * f64::from(PIXELS);
        let origin = (f64::from(tile.x()) * f64::from(PIXELS), f64::from(tile.y()) * f64::from(PIXELS));
        for line in &self.scene.lines {
            let mut walked = 0.0;
            for edge in line.windows(2) {
                let at = |p: Point| (p.0 * size - origin.0, p.1 * size - origin.1);
                let (from, to) = (at(edge[0]), at(edge[1]));
                let length = (to.0 - from.0).hypot(to.1 - from.1);
                let steps = (length * 2.0).ceil().max(1.0) as u32;
                for index in 0..steps {
                    let share = f64::from(index) / f64::from(steps);
                    // Dashes of six pixels with gaps of three.
                    if (walked + share * length) % 9.0 < 6.0 {
                        let (x, y) = (from.0 + share * (to.0 - from.0), from.1 + share * (to.1 - from.1));
                        let inside = |value: f64| (0.0..f64::from(PIXELS)).contains(&value);
                        if inside(x) && inside(y) {
                            picture.put_pixel(x as u32, y as u32, quantized(PATH));
                        }
                    }
                }
                walked += length;
            }
        }
    }

    /// The ground at a place in Web Mercator.
    fn sample(&self, x: f64, y: f64) -> Sample {
        let [west, north, east, south] = self.scene.bounds;
        let grid = |value: f64, from: f64, to: f64| {
            let cells = ((value - from) / (to - from) * CELLS as f64).clamp(0.0, CELLS as f64 - 1e-6);
            (cells as usize, cells.fract())
        };
        let ((column, right), (row, down)) = (grid(x, west, east), grid(y, north, south));
        let corner = |dx: usize, dy: usize| self.grid[(row + dy) * (CELLS + 1) + column + dx];
        let blend = |pick: fn((f64, f64)) -> f64| {
            let top = pick(corner(0, 0)) * (1.0 - right) + pick(corner(1, 0)) * right;
            let bottom = pick(corner(0, 1)) * (1.0 - right) + pick(corner(1, 1)) * right;
            top * (1.0 - down) + bottom * down
        };
        let (ground, distance) = (blend(|cell| cell.0), blend(|cell| cell.1));
        // Waves of 4 km, 1.6 km and 600 m; flatter on the treks.
        let wave = |per_turn: f64, salt: u64| noise(x * per_turn, y * per_turn, self.seed ^ salt);
        let rough = 0.35 + 0.65 * (distance / 3.0).min(1.0);
        let hills = 420.0 * wave(7_100.0, 1) + 190.0 * wave(17_800.0, 2) + 70.0 * wave(47_300.0, 3);
        let lake = wave(11_900.0, 5) + 0.4 * wave(39_000.0, 7) - 0.72 + if distance < 0.7 { -1.0 } else { 0.0 };
        Sample { elevation: ground + rough * hills, wood: wave(21_000.0, 4) + 0.4 * wave(94_000.0, 6), lake }
    }
}

/// The ground at one place: elevation in metres; woods and water where the number is positive.
struct Sample {
    elevation: f64,
    wood: f64,
    lake: f64,
}

fn color(here: &Sample, slope: (f64, f64), next: &[Sample; 2], interval: f64) -> Rgb<u8> {
    if here.lake > 0.0 {
        let shore = next.iter().any(|sample| sample.lake <= 0.0);
        return quantized(if shore { LAKE.map(|value| value * 0.8) } else { LAKE });
    }
    let step = ((here.elevation - 600.0) / 400.0).clamp(0.0, TINTS.len() as f64 - 1.001);
    let (tint, share) = (step as usize, step.fract());
    let mut color: [f64; 3] = std::array::from_fn(|i| TINTS[tint][i] * (1.0 - share) + TINTS[tint + 1][i] * share);
    if here.wood > 0.05 && here.elevation < 2_100.0 {
        color = WOOD;
    }
    // Light from the north-west, 45° high (Horn 1981).
    let norm = (1.0 + slope.0 * slope.0 + slope.1 * slope.1).sqrt();
    let light = (0.5 * slope.0 + 0.5 * slope.1 + std::f64::consts::FRAC_1_SQRT_2) / norm;
    let shade = (0.80 + 0.28 * light.clamp(0.0, 1.0)).min(1.0);
    color = color.map(|value| value * shade);
    let band = |sample: &Sample| (sample.elevation / interval).floor();
    if next.iter().any(|sample| band(sample) != band(here)) {
        let thick = next.iter().any(|sample| (band(sample) / 5.0).floor() != (band(here) / 5.0).floor());
        let share = if thick { 0.75 } else { 0.4 };
        color = std::array::from_fn(|i| color[i] * (1.0 - share) + CONTOUR[i] * share);
    }
    quantized(color)
}

/// Few different colours, so that the file stays small.
fn quantized(color: [f64; 3]) -> Rgb<u8> {
    Rgb(color.map(|value| ((value / 6.0).round() * 6.0).clamp(0.0, 255.0) as u8))
}

/// Weights the known elevations by the inverse square of their distance (Shepard 1968), and returns the least distance too.
fn interpolate(known: &[(f64, f64, f64)], column: f64, row: f64) -> (f64, f64) {
    let (mut sum, mut weights, mut nearest) = (0.0, 0.0, f64::MAX);
    for (x, y, elevation) in known {
        let square = (x - column).powi(2) + (y - row).powi(2);
        let weight = 1.0 / (square + 0.25);
        (sum, weights, nearest) = (sum + weight * elevation, weights + weight, f64::min(nearest, square));
    }
    if known.is_empty() { (1_200.0, CELLS as f64) } else { (sum / weights, nearest.sqrt()) }
}

/// Smooth noise from −1 to 1, with a period of one unit (value noise with quintic blending, Perlin 2002).
fn noise(x: f64, y: f64, seed: u64) -> f64 {
    let (column, row) = (x.floor(), y.floor());
    let corner = |dx: f64, dy: f64| {
        let cell =
            ((column + dx) as u64).wrapping_mul(0x9e37_79b9) ^ ((row + dy) as u64).wrapping_mul(0x85eb_ca6b_27d4);
        (mix(mix(seed) ^ cell) >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
    };
    let ease = |t: f64| t * t * t * (t * (t * 6.0 - 15.0) + 10.0);
    let (right, down) = (ease(x - column), ease(y - row));
    let top = corner(0.0, 0.0) * (1.0 - right) + corner(1.0, 0.0) * right;
    let bottom = corner(0.0, 1.0) * (1.0 - right) + corner(1.0, 1.0) * right;
    top * (1.0 - down) + bottom * down
}

/// Adds the positions of nested GeoJSON coordinates, in Web Mercator, with their elevations in metres.
fn add_elevations(coordinates: &Value, known: &mut Vec<(f64, f64, f64)>) {
    let Some(items) = coordinates.as_array() else { return };
    match (items.first().and_then(Value::as_f64), items.get(1).and_then(Value::as_f64)) {
        (Some(lon), Some(lat)) => {
            let (x, y) = mercator(lon, lat);
            known.extend(items.get(2).and_then(Value::as_f64).map(|elevation| (x, y, elevation)));
        }
        _ => items.iter().for_each(|item| add_elevations(item, known)),
    }
}
