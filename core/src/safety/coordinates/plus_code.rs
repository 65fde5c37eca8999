//! Open Location Codes ("plus codes"), as Google's specification computes them.

use crate::error::{Error, Result};
use crate::model::Position;

/// Digits of a usual plus code: an area of 1/8000° (14 m).
pub const PLUS_CODE_LENGTH: usize = 10;

const ALPHABET: &[u8; 20] = b"23456789CFGHJMPQRVWX";
/// Digits in pairs of latitude and longitude, in base 20; further digits refine a grid.
const PAIR_DIGITS: usize = 10;
const MAX_DIGITS: usize = 15;
/// The separator stands after this digit.
const SEPARATOR_AFTER: usize = 8;
const GRID_ROWS: i64 = 5;
const GRID_COLUMNS: i64 = 4;
/// Steps in a degree at 15 digits: 8000 · 5⁵ and 8000 · 4⁵.
const LAT_STEPS: f64 = 25_000_000.0;
const LON_STEPS: f64 = 8_192_000.0;

/// The plus code of a position with 10 to 15 digits: an area of 14 m to 4 mm. The north pole is in the last row, and 180° E is
/// 180° W.
///
/// # Errors
/// [`Error::InvalidInput`] if the position is not on the Earth, or `length` is not within 10 and 15.
pub fn plus_code(position: Position, length: usize) -> Result<String> {
    if !position.is_valid() {
        return Err(Error::invalid("position", "must have a longitude within ±180° and a latitude within ±90°"));
    }
    if !(PAIR_DIGITS..=MAX_DIGITS).contains(&length) {
        return Err(Error::invalid("length", format!("must be within {PAIR_DIGITS} and {MAX_DIGITS}")));
    }
    // The reference rounds to a millionth of a step before it truncates: 20.3701125 degrees are a whole number of steps.
    let steps = |degrees: f64, per_degree: f64| ((degrees * per_degree * 1e6).round() / 1e6).floor() as i64;
    let lon = if position.lon >= 180.0 { -180.0 } else { position.lon };
    let last_row = 180 * LAT_STEPS as i64 - 1;
    let mut lat = steps(position.lat + 90.0, LAT_STEPS).clamp(0, last_row);
    let mut lon = steps(lon + 180.0, LON_STEPS);
    let digit = |value: i64| char::from(ALPHABET[value.rem_euclid(20) as usize]);
    let mut digits = ['0'; MAX_DIGITS];
    for place in (PAIR_DIGITS..MAX_DIGITS).rev() {
        digits[place] = digit(lat % GRID_ROWS * GRID_COLUMNS + lon % GRID_COLUMNS);
        lat /= GRID_ROWS;
        lon /= GRID_COLUMNS;
    }
    for pair in (0..PAIR_DIGITS / 2).rev() {
        digits[2 * pair] = digit(lat);
        digits[2 * pair + 1] = digit(lon);
        lat /= 20;
        lon /= 20;
    }
    let (area, detail) = digits[..length].split_at(SEPARATOR_AFTER);
    Ok(area.iter().chain(&['+']).chain(detail).collect())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The south-west corner and the size of a code's area, in degrees: the decoder, slowly.
    fn area(code: &str) -> (f64, f64, f64, f64) {
        let digits: Vec<f64> =
            code.bytes().filter_map(|byte| ALPHABET.iter().position(|c| *c == byte)).map(|at| at as f64).collect();
        let (mut lat, mut lon, mut height, mut width) = (-90.0, -180.0, 400.0, 400.0);
        for pair in digits[..PAIR_DIGITS].chunks(2) {
            (height, width) = (height / 20.0, width / 20.0);
            (lat, lon) = (lat + pair[0] * height, lon + pair[1] * width);
        }
        for digit in &digits[PAIR_DIGITS..] {
            (height, width) = (height / 5.0, width / 4.0);
            (lat, lon) = (lat + (digit / 4.0).floor() * height, lon + digit % 4.0 * width);
        }
        (lat, lon, height, width)
    }

    /// Made by `core/tests/vectors/make.py` with Google's own encoder.
    #[test]
    fn codes_are_those_of_the_reference() {
        let rows: Vec<&str> = include_str!("../../../tests/vectors/plus_code.csv")
            .lines()
            .filter(|line| !line.starts_with('#'))
            .collect();
        for row in &rows[1..] {
            let cells: Vec<&str> = row.split(',').collect();
            let [lat, lon, length, code] = cells[..] else { panic!("{row}") };
            let position = Position::new(lon.parse().unwrap(), lat.parse().unwrap());
            assert_eq!(plus_code(position, length.parse().unwrap()).unwrap(), code, "{row}");
        }
        assert!(rows.len() > 400, "{}", rows.len());
    }

    #[test]
    fn edges_of_the_earth_have_codes() {
        let code = |lat, lon| plus_code(Position::new(lon, lat), 10).unwrap();
        assert_eq!((code(90.0, 1.0), code(-90.0, -180.0)), ("CFX3X2X2+X2".into(), "22222222+22".into()));
        assert_eq!(code(12.0, 180.0), code(12.0, -180.0));
    }

    #[test]
    fn refusals_name_the_argument() {
        for length in [0, 8, 9, 16] {
            let error = plus_code(Position::new(6.0, 45.0), length).unwrap_err();
            assert!(error.to_string().starts_with("length: must be within 10 and 15"), "{error}");
        }
        assert!(plus_code(Position::new(6.0, 91.0), 10).unwrap_err().to_string().starts_with("position: "));
    }

    proptest! {
        #[test]
        fn area_of_a_code_holds_its_position(lat in -90.0..=90.0, lon in -180.0..180.0, length in 10_usize..=15) {
            let (south, west, height, width) = area(&plus_code(Position::new(lon, lat), length).unwrap());
            // The reference rounds to a millionth of the smallest step.
            let spare = 1e-9;
            prop_assert!((south - spare..=south + height + spare).contains(&lat), "{lat} {south} {height}");
            prop_assert!((west - spare..=west + width + spare).contains(&lon), "{lon} {west} {width}");
        }
    }
}
