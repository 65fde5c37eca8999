//! The directory of the chunks of a layer: rows of fixed length, which a reader takes 64 at a time.
//!
//! A row is, in little endian: west, south, east, north (i32, 10⁻⁷ degrees, rounded outwards), bytes (u32), number of features
//! (u16), SHA-256.

use std::ops::Range;

use super::feature::MAX_FEATURE_BYTES;
use super::hash::Hash;
use super::invalid;
use crate::error::Result;
use crate::model::Bounds;

/// Bytes of a row.
pub(super) const ROW: usize = 54;
/// Rows of a block.
pub(super) const BLOCK_ROWS: usize = 64;
/// A chunk ends with the first feature after which it has this many bytes.
pub(super) const CHUNK_BYTES: usize = 8 << 10;
/// The longest chunk, in bytes.
pub(super) const MAX_CHUNK_BYTES: usize = CHUNK_BYTES + MAX_FEATURE_BYTES;
/// Units of a coordinate in a degree.
const UNITS: f64 = 1e7;
/// The box of a geometry that may cross the date line, or has coordinates that are not on the Earth.
pub(super) const WORLD: Bounds = Bounds { west: -180.0, south: -90.0, east: 180.0, north: 90.0 };

/// Consecutive features in the file of a layer: the unit that a reader fetches and checks.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Chunk {
    /// A box that holds its objects.
    pub(crate) bounds: Bounds,
    /// Its bytes in the file of the layer.
    pub(crate) range: Range<u64>,
    /// Number of features.
    pub(crate) features: u16,
    pub(crate) sha256: Hash,
}

impl Chunk {
    /// Whether its box shares a point with `bounds`.
    pub(crate) fn intersects(&self, bounds: &Bounds) -> bool {
        self.bounds.intersects(bounds)
    }
}

/// Reads rows whose first chunk starts at `offset`, and whose chunks have `bytes` together.
pub(super) fn read_rows(rows: &[u8], offset: u64, bytes: u64) -> Result<Vec<Chunk>> {
    let broken = || invalid("a block of chunks breaks a rule of the format");
    if !rows.len().is_multiple_of(ROW) || rows.len() > BLOCK_ROWS * ROW {
        return Err(broken());
    }
    let mut chunks = Vec::with_capacity(rows.len() / ROW);
    let mut next = offset;
    for row in rows.chunks_exact(ROW) {
        let chunk = read_row(row, next).ok_or_else(broken)?;
        next = chunk.range.end;
        chunks.push(chunk);
    }
    if next.checked_sub(offset) == Some(bytes) { Ok(chunks) } else { Err(broken()) }
}

fn read_row(row: &[u8], start: u64) -> Option<Chunk> {
    let mut rest = row;
    let mut degrees = || {
        let (head, tail) = rest.split_first_chunk::<4>()?;
        rest = tail;
        Some(f64::from(i32::from_le_bytes(*head)) / UNITS)
    };
    let bounds = Bounds { west: degrees()?, south: degrees()?, east: degrees()?, north: degrees()? };
    let (bytes, rest) = rest.split_first_chunk::<4>()?;
    let (features, sha256) = rest.split_first_chunk::<2>()?;
    let bytes = u32::from_le_bytes(*bytes);
    let is_ordered = bounds.west <= bounds.east && bounds.south <= bounds.north;
    if !is_ordered || bytes == 0 || bytes as usize > MAX_CHUNK_BYTES {
        return None;
    }
    let range = start..start.checked_add(u64::from(bytes))?;
    Some(Chunk { bounds, range, features: u16::from_le_bytes(*features), sha256: sha256.try_into().ok()? })
}

/// A box for the directory: rounded outwards to its units; the whole world where the box of a geometry says nothing.
#[cfg(feature = "edition-build")]
pub(super) fn directory_bounds(bounds: Option<Bounds>) -> Bounds {
    let is_usable = |bounds: &Bounds| {
        // A wider box is that of a geometry that crosses the date line.
        WORLD.west <= bounds.west
            && bounds.east <= WORLD.east
            && bounds.east - bounds.west <= 180.0
            && WORLD.south <= bounds.south
            && bounds.north <= WORLD.north
    };
    let Some(Bounds { west, south, east, north }) = bounds.filter(is_usable) else { return WORLD };
    let down = |degrees: f64| rounded(degrees, f64::floor, |is, exact| is > exact, -1.0);
    let up = |degrees: f64| rounded(degrees, f64::ceil, |is, exact| is < exact, 1.0);
    Bounds { west: down(west), south: down(south), east: up(east), north: up(north) }
}

/// Rounds to the units of the directory. The division of a rounded number by the units may be off by its last bit.
#[cfg(feature = "edition-build")]
fn rounded(degrees: f64, round: fn(f64) -> f64, is_inside: fn(f64, f64) -> bool, step: f64) -> f64 {
    let units = round(degrees * UNITS);
    if is_inside(units / UNITS, degrees) { (units + step) / UNITS } else { units / UNITS }
}

/// Appends the row of a chunk whose box is one of [`directory_bounds`].
#[cfg(feature = "edition-build")]
pub(super) fn write_row(bounds: &Bounds, bytes: u32, features: u16, sha256: &Hash, rows: &mut Vec<u8>) {
    for degrees in [bounds.west, bounds.south, bounds.east, bounds.north] {
        // The cast saturates, and 180° have 1.8·10⁹ units: an i32 holds them.
        rows.extend(((degrees * UNITS).round() as i32).to_le_bytes());
    }
    rows.extend(bytes.to_le_bytes());
    rows.extend(features.to_le_bytes());
    rows.extend(sha256);
}

#[cfg(all(test, feature = "edition-build"))]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn row_holds_every_point_of_its_box(
            west in -180.0..=0.0, width in 0.0..=180.0, south in -90.0..=0.0, height in 0.0..=90.0,
            bytes in 1..=u32::try_from(MAX_CHUNK_BYTES).unwrap(), features in any::<u16>(), sha256 in any::<[u8; 32]>(),
        ) {
            let exact = Bounds { west, south, east: west + width, north: south + height };
            let mut rows = Vec::new();
            write_row(&directory_bounds(Some(exact)), bytes, features, &sha256, &mut rows);
            prop_assert_eq!(rows.len(), ROW);
            let chunks = read_rows(&rows, 100, u64::from(bytes)).unwrap();
            let Chunk { bounds, range, .. } = chunks[0].clone();
            prop_assert_eq!(range, 100..100 + u64::from(bytes));
            prop_assert_eq!((chunks[0].features, chunks[0].sha256), (features, sha256));
            prop_assert!(bounds.west <= exact.west && exact.east <= bounds.east);
            prop_assert!(bounds.south <= exact.south && exact.north <= bounds.north);
            prop_assert!(exact.west - bounds.west < 2.1e-7 && bounds.east - exact.east < 2.1e-7);
        }

        #[test]
        fn damaged_rows_do_not_panic(rows in prop::collection::vec(any::<u8>(), 0..400), offset: u64, bytes: u64) {
            let _ = read_rows(&rows, offset, bytes);
        }
    }

    #[test]
    fn box_that_says_nothing_is_the_world() {
        let bounds = |west, east| Some(Bounds { west, south: 1.0, east, north: 2.0 });
        for odd in [None, bounds(-179.0, 179.0), bounds(0.0, 181.0), bounds(f64::NAN, 1.0), bounds(0.0, f64::INFINITY)]
        {
            assert_eq!(directory_bounds(odd), WORLD);
        }
        assert_eq!(directory_bounds(bounds(179.0, 180.0)), bounds(179.0, 180.0).unwrap());
    }
}
