//! A position in the notations that rescuers, maps and apps use.
//!
//! * `grid`: UTM and MGRS.
//! * `plus_code`: Open Location Codes.

mod grid;
mod plus_code;

use serde::Serialize;

use crate::error::{Error, Result};
use crate::model::Position;

use grid::GridReference;

pub use plus_code::{PLUS_CODE_LENGTH, plus_code};

/// A position in several notations.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Coordinates {
    /// Latitude and longitude in decimal degrees, to 1 m: `44.87210, 6.41230`.
    pub decimal: String,
    /// Degrees, minutes and seconds, to 3 m: `44°52'19.6"N 6°24'44.3"E`.
    pub dms: String,
    /// UTM on WGS84, to 1 m: zone and latitude band, easting, northing (`32T 295596 4972000`). Beyond 84° N and 80° S it is
    /// UPS, whose zone is a letter.
    pub utm: String,
    /// MGRS, to 1 m, without spaces: `32TKQ9559672000`.
    pub mgrs: String,
    /// Plus code (Open Location Code) of 10 digits, an area of 14 m: `8FP8VCC6+RW`.
    pub plus_code: String,
}

impl Coordinates {
    /// The notations of a position; its elevation does not count.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if the position is not on the Earth.
    pub fn of(position: Position) -> Result<Coordinates> {
        if !position.is_valid() {
            return Err(Error::invalid("position", "must have a longitude within ±180° and a latitude within ±90°"));
        }
        let grid = GridReference::of(position)?;
        Ok(Coordinates {
            decimal: decimal(position.lat, position.lon),
            dms: format!("{} {}", dms(position.lat, 'N', 'S'), dms(position.lon, 'E', 'W')),
            utm: grid.utm(),
            mgrs: grid.mgrs(),
            plus_code: plus_code(position, PLUS_CODE_LENGTH)?,
        })
    }

    /// The MGRS reference in groups, to read aloud: `31U DQ 48250 11951`.
    pub fn spaced_mgrs(&self) -> String {
        let zone_length = self.mgrs.find(|c: char| c.is_ascii_alphabetic()).map_or(0, |at| at + 1);
        let (zone, rest) = self.mgrs.split_at_checked(zone_length).unwrap_or_default();
        let (square, digits) = rest.split_at_checked(2).unwrap_or_default();
        let (easting, northing) = digits.split_at(digits.len() / 2);
        [zone, square, easting, northing].join(" ")
    }
}

fn decimal(lat: f64, lon: f64) -> String {
    // Rounding first, so that −0.000001 has no sign.
    let rounded = |degrees: f64| (degrees * 1e5).round() / 1e5 + 0.0;
    format!("{:.5}, {:.5}", rounded(lat), rounded(lon))
}

/// Degrees, minutes and tenths of seconds; rounded as one number, so that no minute has 60 seconds.
fn dms(degrees: f64, positive: char, negative: char) -> String {
    let tenths = (degrees.abs() * 36_000.0).round() as u64;
    let letter = if degrees < 0.0 && tenths > 0 { negative } else { positive };
    let (whole, minutes, seconds) = (tenths / 36_000, tenths / 600 % 60, tenths % 600);
    format!("{whole}°{minutes:02}'{:02}.{}\"{letter}", seconds / 10, seconds % 10)
}

#[cfg(test)]
mod tests {
    use geoconvert::LatLon;
    use proptest::prelude::*;

    use super::*;

    fn of(lat: f64, lon: f64) -> Coordinates {
        Coordinates::of(Position::new(lon, lat)).unwrap()
    }

    #[test]
    fn position_is_written_in_all_notations() {
        let tour_eiffel = of(48.858_370, 2.294_481);
        assert_eq!(tour_eiffel.decimal, "48.85837, 2.29448");
        assert_eq!(tour_eiffel.dms, "48°51'30.1\"N 2°17'40.1\"E");
        assert_eq!(tour_eiffel.utm, "31U 448251 5411952");
        assert_eq!(tour_eiffel.mgrs, "31UDQ4825011951");
        assert_eq!(tour_eiffel.spaced_mgrs(), "31U DQ 48250 11951");
        assert_eq!(tour_eiffel.plus_code, "8FW4V75V+8Q");
    }

    #[test]
    fn seconds_carry_and_small_negatives_have_no_sign() {
        assert_eq!(of(44.999_999_9, -6.999_999_9).dms, "45°00'00.0\"N 7°00'00.0\"W");
        assert_eq!(of(-0.000_001, -0.000_001).decimal, "0.00000, 0.00000");
        assert_eq!(of(-0.000_001, -0.000_001).dms, "0°00'00.0\"N 0°00'00.0\"E");
        assert_eq!(of(-33.5, -70.25).dms, "33°30'00.0\"S 70°15'00.0\"W");
        assert_eq!(of(-0.0, 6.0), of(0.0, 6.0));
    }

    /// Rows made by `core/tests/vectors/make.py` with GEOTRANS, and those of other projects' tests.
    #[test]
    fn mgrs_is_that_of_geotrans() {
        let rows: Vec<&str> =
            include_str!("../../../tests/vectors/mgrs.csv").lines().filter(|line| !line.starts_with('#')).collect();
        for row in &rows[1..] {
            let cells: Vec<&str> = row.split(',').collect();
            let [lat, lon, mgrs, easting, northing] = cells[..] else { panic!("{row}") };
            let own = of(lat.parse().unwrap(), lon.parse().unwrap());
            assert_eq!(own.mgrs, mgrs, "{row}");
            let zone: String = mgrs.chars().take_while(char::is_ascii_digit).collect();
            let zone = &mgrs[..=zone.len()];
            assert_eq!(own.utm, format!("{zone} {easting} {northing}"), "{row}");
        }
        assert!(rows.len() > 200, "{}", rows.len());
        assert_eq!(of(60.0, 4.0).mgrs.get(..3), Some("32V"), "Norway");
        assert_eq!(of(78.0, 20.0).mgrs.get(..3), Some("33X"), "Svalbard");
        assert_eq!(
            (of(90.0, 0.0).utm.as_str(), of(-90.0, 0.0).utm.as_str()),
            ("Z 2000000 2000000", "B 2000000 2000000")
        );
    }

    #[test]
    fn position_off_the_earth_is_refused() {
        for (lat, lon) in [(90.1, 0.0), (0.0, 180.1), (f64::NAN, 0.0), (0.0, f64::INFINITY)] {
            let error = Coordinates::of(Position::new(lon, lat)).unwrap_err();
            assert!(error.to_string().starts_with("position: must have"), "{error}");
        }
    }

    proptest! {
        #[test]
        fn notations_are_within_their_precision(lat in -90.0..=90.0, lon in -180.0..=180.0) {
            let own = of(lat, lon);
            let (text_lat, text_lon) = own.decimal.split_once(", ").unwrap();
            prop_assert!((text_lat.parse::<f64>().unwrap() - lat).abs() <= 0.500_1e-5);
            prop_assert!((text_lon.parse::<f64>().unwrap() - lon).abs() <= 0.500_1e-5);
            let seconds = |text: &str| {
                let numbers: Vec<f64> = text
                    .split(|c: char| !c.is_ascii_digit() && c != '.')
                    .filter(|part| !part.is_empty())
                    .map(|part| part.parse().unwrap())
                    .collect();
                let sign = if text.ends_with(['S', 'W']) { -1.0 } else { 1.0 };
                prop_assert!(numbers[1] < 60.0 && numbers[2] < 60.0);
                Ok(sign * (numbers[0] + numbers[1] / 60.0 + numbers[2] / 3600.0))
            };
            let (text_lat, text_lon) = own.dms.split_once(' ').unwrap();
            prop_assert!((seconds(text_lat)? - lat).abs() <= 0.0501 / 3600.0);
            prop_assert!((seconds(text_lon)? - lon).abs() <= 0.0501 / 3600.0);
            let back = geoconvert::Mgrs::parse_str(&own.mgrs).unwrap().to_latlon();
            let here = LatLon::create(lat, if lon >= 180.0 { -180.0 } else { lon }).unwrap();
            prop_assert!(back.haversine(&here) < 1.5, "{own:?}");
        }

        /// The borders of zones and bands.
        #[test]
        fn border_positions_are_written(zone in 0..=60, band in -10..=11, east in -1..=1, north in -1..=1) {
            let lon = (f64::from(zone) * 6.0 - 180.0 + f64::from(east) * 1e-9).clamp(-180.0, 180.0);
            let lat = (f64::from(band) * 8.0 + f64::from(north) * 1e-9).clamp(-90.0, 90.0);
            prop_assert!(of(lat, lon).mgrs.len() >= 13);
        }
    }
}
