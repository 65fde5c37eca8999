//! Positions, bounding boxes, ranges and dates from text. The error of each names the argument and says what it must be.

use jalon::catalogue::NumericRange;
use jalon::model::{Bounds, Position};
use jalon::{Error, Result};

/// The start of a day (`YYYY-MM-DD`) in UTC, Unix ms.
pub(crate) fn day_start_ms(field: &'static str, text: &str) -> Result<i64> {
    let invalid = |_| Error::invalid(field, "must be a day, such as 2026-06-30");
    let day: jiff::civil::Date = text.trim().parse().map_err(invalid)?;
    let start = jiff::tz::Offset::UTC.to_timestamp(day.at(0, 0, 0, 0)).map_err(invalid)?;
    Ok(start.as_millisecond())
}

/// A time in ISO 8601 with its offset (`2026-06-30T12:00:00Z`), or the start of a day in UTC; Unix ms.
pub(crate) fn time_ms(field: &'static str, text: &str) -> Result<i64> {
    let time = text.trim().parse::<jiff::Timestamp>().map(|time| time.as_millisecond());
    let rule = "must be a day such as 2026-06-30, or a time such as 2026-06-30T12:00:00Z";
    time.or_else(|_| day_start_ms(field, text).map_err(|_| Error::invalid(field, rule)))
}

/// A range such as `2..5`, `2..` or `..5`.
pub(crate) fn range(field: &'static str, text: &str) -> Result<NumericRange> {
    let invalid = || Error::invalid(field, "must be a range, such as 2..5, 2.. or ..5");
    let (min, max) = text.split_once("..").ok_or_else(invalid)?;
    let limit = |text: &str| -> Result<Option<f64>> {
        match text.trim() {
            "" => Ok(None),
            number => number.parse().ok().filter(|number: &f64| number.is_finite()).map(Some).ok_or_else(invalid),
        }
    };
    let range = NumericRange { min: limit(min)?, max: limit(max)? };
    match range {
        NumericRange { min: None, max: None } => Err(invalid()),
        NumericRange { min: Some(min), max: Some(max) } if min > max => {
            Err(Error::invalid(field, "must be a range whose minimum is not above its maximum"))
        }
        range => Ok(range),
    }
}

/// A position as `LAT,LON`.
pub(crate) fn position(field: &'static str, text: &str) -> Result<Position> {
    let Some([lat, lon]) = numbers(text) else {
        let rule = "must be latitude and longitude in degrees, separated by a comma, such as 44.9,6.2";
        return Err(Error::invalid(field, rule));
    };
    let position = Position::new(lon, lat);
    if position.is_valid() {
        Ok(position)
    } else {
        let rule = "must have a latitude from -90 to 90 and a longitude from -180 to 180 degrees, latitude first";
        Err(Error::invalid(field, rule))
    }
}

/// A bounding box as `W,S,E,N`.
pub(crate) fn bounds(field: &'static str, text: &str) -> Result<Bounds> {
    let Some([west, south, east, north]) = numbers(text) else {
        let rule = "must be west, south, east and north in degrees, separated by commas, such as 6.0,44.6,6.3,44.9";
        return Err(Error::invalid(field, rule));
    };
    if !Position::new(west, south).is_valid() || !Position::new(east, north).is_valid() || south > north {
        let rule =
            "must have longitudes from -180 to 180, latitudes from -90 to 90, and south not above north: W,S,E,N";
        return Err(Error::invalid(field, rule));
    }
    Ok(Bounds { west, south, east, north })
}

/// Exactly `N` numbers, separated by commas.
fn numbers<const N: usize>(text: &str) -> Option<[f64; N]> {
    let numbers: Option<Vec<f64>> = text.split(',').map(|number| number.trim().parse().ok()).collect();
    numbers?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn range_with_one_or_two_limits_is_parsed() {
        assert_eq!(range("duration", "2..5").unwrap(), NumericRange { min: Some(2.0), max: Some(5.0) });
        assert_eq!(range("duration", "..5").unwrap(), NumericRange { min: None, max: Some(5.0) });
        for invalid in ["", "5", "..", "a..b", "5..2", "nan.."] {
            assert!(range("duration", invalid).is_err(), "{invalid}");
        }
    }

    #[test]
    fn position_is_latitude_then_longitude() {
        assert_eq!(position("near", "44.9, 6.2").unwrap(), Position::new(6.2, 44.9));
        for invalid in ["", "44.9", "44.9,6.2,1", "x,6.2", "95,6", "44.9,x,6"] {
            assert!(position("near", invalid).is_err(), "{invalid}");
        }
    }

    #[test]
    fn day_start_ms_accepts_calendar_days_only() {
        assert_eq!(day_start_ms("since", "1970-01-02"), Ok(86_400_000));
        assert!(day_start_ms("since", "yesterday").is_err() && day_start_ms("since", "2026-13-01").is_err());
    }

    #[test]
    fn time_ms_accepts_days_and_times_with_an_offset() {
        assert_eq!(time_ms("created", "1970-01-02"), Ok(86_400_000));
        assert_eq!(time_ms("created", "1970-01-01T01:00:01+01:00"), Ok(1_000));
        assert!(time_ms("created", "tomorrow").unwrap_err().to_string().starts_with("created: must be a day such as"));
    }

    #[test]
    fn bounds_need_four_numbers() {
        let parse = |text| bounds("bbox", text);
        assert!(parse("6,44,7,45").is_ok() && parse("6,44,7").is_err() && parse("6,44,7,x").is_err());
    }
}
