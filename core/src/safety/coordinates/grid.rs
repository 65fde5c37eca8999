//! UTM, UPS and MGRS. The crate geoconvert projects; the letters of MGRS are ours, as those of the crate panic at some positions
//! on the equator.

use geoconvert::{LatLon, UtmUps};

use crate::error::{Error, Result};
use crate::model::Position;

/// Side of a square with its own two letters, metres.
const SQUARE_M: u64 = 100_000;
/// Latitude bands of 8° from 80° S; the last has 12°.
const BANDS: &[u8; 20] = b"CDEFGHJKLMNPQRSTUVWX";
/// Letters of the columns, by the remainder of the zone by 3.
const UTM_COLUMNS: [&[u8; 8]; 3] = [b"STUVWXYZ", b"ABCDEFGH", b"JKLMNPQR"];
const UTM_ROWS: &[u8; 20] = b"ABCDEFGHJKLMNPQRSTUV";
/// Rows by which an even zone is ahead.
const EVEN_ZONE_ROWS: u64 = 5;
/// Metres south of the equator begin below this.
const FALSE_NORTHING_M: u64 = 10_000_000;
/// Column of the poles.
const POLE_COLUMN: u64 = 20;

/// A polar cap of UPS, east or west of the meridians of 0° and 180°.
struct Cap {
    letter: char,
    columns: &'static [u8],
    rows: &'static [u8],
    first_column: u64,
    first_row: u64,
}

/// The grid reference of a position on WGS84.
pub(super) struct GridReference {
    /// Zone and latitude band, such as `32T`; the letter of the polar cap.
    zone: String,
    easting_m: f64,
    northing_m: f64,
    /// Column and row of the square.
    square: [char; 2],
    /// Whole metres within the square.
    within_m: [u64; 2],
}

impl GridReference {
    /// The reference of a valid position.
    pub(super) fn of(position: Position) -> Result<GridReference> {
        // Two meridians are the same, and −0 is no southern latitude.
        let lon = if position.lon >= 180.0 { -180.0 } else { position.lon };
        let lat = position.lat + 0.0;
        let point = LatLon::create(lat, lon).map_err(|_| Error::internal("a valid position was refused"))?;
        let projected = point.to_utmups();
        let (easting_m, northing_m) = (projected.easting(), projected.northing());
        let east = easting_m.max(0.0) as u64;
        // A few nanometres south of the equator are rounded to it.
        let north = (northing_m.max(0.0) as u64).min(FALSE_NORTHING_M - 1);
        let (zone, square) = match projected.zone() {
            0 => ups_letters(&projected, east / SQUARE_M, north / SQUARE_M),
            zone => utm_letters(zone.unsigned_abs().into(), lat, east / SQUARE_M, north / SQUARE_M),
        };
        Ok(GridReference { zone, easting_m, northing_m, square, within_m: [east % SQUARE_M, north % SQUARE_M] })
    }

    pub(super) fn utm(&self) -> String {
        format!("{} {:.0} {:.0}", self.zone, self.easting_m, self.northing_m)
    }

    pub(super) fn mgrs(&self) -> String {
        let ([column, row], [east, north]) = (self.square, self.within_m);
        format!("{}{column}{row}{east:05}{north:05}", self.zone)
    }
}

/// A letter of an alphabet; the last one past its end.
fn letter(alphabet: &[u8], index: u64) -> char {
    let index = usize::try_from(index).unwrap_or(usize::MAX).min(alphabet.len() - 1);
    char::from(alphabet[index])
}

fn utm_letters(zone: u64, lat: f64, column: u64, row: u64) -> (String, [char; 2]) {
    let band = letter(BANDS, ((lat + 80.0) / 8.0).max(0.0) as u64);
    let columns = UTM_COLUMNS[(zone % 3) as usize];
    let row = if zone.is_multiple_of(2) { row + EVEN_ZONE_ROWS } else { row };
    (format!("{zone:02}{band}"), [letter(columns, column.saturating_sub(1)), letter(UTM_ROWS, row % 20)])
}

fn ups_letters(projected: &UtmUps, column: u64, row: u64) -> (String, [char; 2]) {
    let cap = match (projected.is_north(), column >= POLE_COLUMN) {
        (true, is_east) => Cap {
            letter: if is_east { 'Z' } else { 'Y' },
            columns: if is_east { b"ABCFGHJ" } else { b"RSTUXYZ" },
            rows: b"ABCDEFGHJKLMNP",
            first_column: if is_east { POLE_COLUMN } else { 13 },
            first_row: 13,
        },
        (false, is_east) => Cap {
            letter: if is_east { 'B' } else { 'A' },
            columns: if is_east { b"ABCFGHJKLPQR" } else { b"JKLPQRSTUXYZ" },
            rows: b"ABCDEFGHJKLMNPQRSTUVWXYZ",
            first_column: if is_east { POLE_COLUMN } else { 8 },
            first_row: 8,
        },
    };
    let square = [
        letter(cap.columns, column.saturating_sub(cap.first_column)),
        letter(cap.rows, row.saturating_sub(cap.first_row)),
    ];
    (cap.letter.to_string(), square)
}
