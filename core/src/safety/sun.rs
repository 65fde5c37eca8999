//! Sunrise, sunset and civil twilight of a day.

use jiff::civil::Date;
use serde::Serialize;
use solar_positioning::{Horizon, Location, SolarEvents, delta_t};

use crate::error::{Error, Result};
use crate::model::Position;

const DAY_MS: f64 = 86_400_000.0;
/// Julian date of 1 January 1970, 00:00 UTC.
const UNIX_EPOCH_JD: f64 = 2_440_587.5;
/// The years for which the model and ΔT are good to a second or two.
const YEARS: std::ops::RangeInclusive<i16> = 1900..=2199;

/// Whether the Sun crosses a horizon on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Daylight {
    /// It rises or sets, mostly both.
    RisesAndSets,
    /// It is above the horizon the whole day: polar day.
    AlwaysUp,
    /// It is below the horizon the whole day: polar night.
    AlwaysDown,
}

/// The times at which the Sun crosses a horizon on a day. Near the first and the last polar day a day may have only one of the
/// two times.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct SunCrossings {
    /// Whether it crosses the horizon.
    pub daylight: Daylight,
    /// Last rise before noon, Unix ms.
    pub rise_ms: Option<i64>,
    /// First set after noon, Unix ms.
    pub set_ms: Option<i64>,
}

/// The Sun on one day at one position.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct SunTimes {
    /// Sunrise and sunset: the upper limb on a level horizon, with the standard refraction (the centre at −0.833°).
    pub sun: SunCrossings,
    /// Civil dawn and dusk: the centre of the Sun at −6°. Between them one reads a map without a lamp.
    pub civil_twilight: SunCrossings,
    /// Solar noon: the Sun in the south, in the north on the other hemisphere; Unix ms.
    pub noon_ms: i64,
}

impl SunTimes {
    /// The Sun on a calendar day, YYYY-MM-DD, at a position. The day is the solar day of that longitude: from 12 hours before
    /// to 12 hours after the noon whose local mean solar time has this date. So every day has its own rise and set at every
    /// longitude, without a time zone.
    ///
    /// The horizon is level: a mountain takes the Sun earlier, up to hours in a valley, and the elevation of the position does
    /// not count. Positions of the Sun are those of NREL's SPA (Reda and Andreas 2004), within 60 s of ephemerides up to 65°
    /// of latitude; closer to the poles a second of arc is many seconds of time. About 1 ms.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if the position is not on the Earth, or if `date` is no day of the years 1900 to 2199.
    pub fn of_day(position: Position, date: &str) -> Result<SunTimes> {
        if !position.is_valid() {
            return Err(Error::invalid("position", "must have a longitude within ±180° and a latitude within ±90°"));
        }
        let day = parse_day(date)?;
        let internal = |_: solar_positioning::Error| Error::internal("the position of the Sun was not found");
        let midnight = jiff::tz::Offset::UTC.to_timestamp(day.at(0, 0, 0, 0)).map_err(|_| invalid_day())?;
        let mean_noon_jd = julian_date(midnight.as_millisecond()) + 0.5 - position.lon / 360.0;
        let delta_t_s =
            delta_t::estimate_from_date(day.year().into(), day.month().unsigned_abs().into()).map_err(internal)?;
        let location = Location { latitude: position.lat, longitude: position.lon };
        let events = SolarEvents::new();
        // The true noon differs from the mean one by the equation of time, at most 17 minutes.
        let noon_jd = events
            .next_transit_from_julian(mean_noon_jd - 0.25, mean_noon_jd + 0.25, position.lon, delta_t_s)
            .map_err(internal)?
            .ok_or_else(|| Error::internal("the day has no solar noon"))?;
        let crossings = |horizon: Horizon| -> Result<SunCrossings> {
            let morning = events.for_interval_from_julian(noon_jd - 0.5, noon_jd, location, delta_t_s, horizon);
            let evening = events.for_interval_from_julian(noon_jd, noon_jd + 0.5, location, delta_t_s, horizon);
            let (morning, evening) = (morning.map_err(internal)?, evening.map_err(internal)?);
            let rise_ms = morning.rises.last().copied().map(unix_ms);
            let set_ms = evening.sets.first().copied().map(unix_ms);
            let daylight = match (rise_ms, set_ms) {
                (None, None) if evening.always_below() => Daylight::AlwaysDown,
                (None, None) => Daylight::AlwaysUp,
                _ => Daylight::RisesAndSets,
            };
            Ok(SunCrossings { daylight, rise_ms, set_ms })
        };
        Ok(SunTimes {
            sun: crossings(Horizon::SunriseSunset)?,
            civil_twilight: crossings(Horizon::CivilTwilight)?,
            noon_ms: unix_ms(noon_jd),
        })
    }
}

/// A day, YYYY-MM-DD, of the years that the model covers.
pub(crate) fn parse_day(date: &str) -> Result<Date> {
    let day = date.parse::<Date>().ok().filter(|day| date.len() == 10 && YEARS.contains(&day.year()));
    day.ok_or_else(invalid_day)
}

fn invalid_day() -> Error {
    Error::invalid("date", "must be a day of the years 1900 to 2199, such as 2026-06-30")
}

fn julian_date(ms: i64) -> f64 {
    UNIX_EPOCH_JD + ms as f64 / DAY_MS
}

fn unix_ms(julian_date: f64) -> i64 {
    ((julian_date - UNIX_EPOCH_JD) * DAY_MS).round() as i64
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MINUTE_MS: i64 = 60_000;
    /// Made by `core/tests/vectors/make.py`, which says how.
    const VECTORS: &str = include_str!("../../tests/vectors/sun.csv");

    fn optional_ms(text: &str) -> Option<i64> {
        (!text.is_empty()).then(|| text.parse().unwrap())
    }

    /// Largest error in ms of the times of one row, by latitude.
    fn errors(own: SunCrossings, rise: &str, set: &str) -> Vec<i64> {
        let pairs = [(own.rise_ms, optional_ms(rise)), (own.set_ms, optional_ms(set))];
        let is_known = |(own, expected): &(Option<i64>, Option<i64>)| own.is_some() == expected.is_some();
        assert!(pairs.iter().all(is_known), "{own:?} {rise} {set}");
        pairs.iter().filter_map(|(own, expected)| Some((own.as_ref()? - expected.as_ref()?).abs())).collect()
    }

    #[test]
    fn times_are_those_of_an_ephemeris() {
        let (mut rows, mut polar) = (0, 0);
        for row in VECTORS.lines().filter(|line| !line.starts_with('#')).skip(1) {
            let cells: Vec<&str> = row.split(',').collect();
            let [lat, lon, date, state, rise, set, twilight_state, dawn, dusk] = cells[..] else { panic!("{row}") };
            let position = Position::new(lon.parse().unwrap(), lat.parse().unwrap());
            let times = SunTimes::of_day(position, date).unwrap();
            for (own, state, rise, set) in
                [(times.sun, state, rise, set), (times.civil_twilight, twilight_state, dawn, dusk)]
            {
                assert_eq!(serde_json::to_value(own.daylight).unwrap(), state, "{row}");
                let tolerance_ms = if position.lat.abs() <= 65.0 { MINUTE_MS } else { 5 * MINUTE_MS };
                for error_ms in errors(own, rise, set) {
                    assert!(error_ms <= tolerance_ms, "{error_ms} ms: {row}");
                }
                polar += usize::from(own.daylight != Daylight::RisesAndSets);
            }
            rows += 1;
        }
        assert!(rows >= 300 && polar >= 20, "{rows} {polar}");
    }

    #[test]
    fn day_of_the_date_line_is_that_of_its_side() {
        let sunrise = |lon, date| SunTimes::of_day(Position::new(lon, -17.0), date).unwrap().sun.rise_ms.unwrap();
        let (east, west) = (sunrise(179.99, "2026-03-20"), sunrise(-179.99, "2026-03-20"));
        assert!(((west - east) - 86_400_000).abs() < MINUTE_MS, "{east} {west}");
        assert!((sunrise(179.99, "2026-03-21") - west).abs() < MINUTE_MS);
    }

    #[test]
    fn sun_at_the_poles_stays_up_or_down() {
        let at = |lat, date| SunTimes::of_day(Position::new(0.0, lat), date).unwrap().sun.daylight;
        assert_eq!((at(90.0, "2026-06-21"), at(-90.0, "2026-06-21")), (Daylight::AlwaysUp, Daylight::AlwaysDown));
        assert_eq!((at(90.0, "2026-12-21"), at(-90.0, "2026-12-21")), (Daylight::AlwaysDown, Daylight::AlwaysUp));
    }

    #[test]
    fn refusals_name_the_argument() {
        let here = Position::new(6.0, 45.0);
        for date in ["", "2026-02-30", "2026-2-3", "soon", "1899-12-31", "2200-01-01", "2026-06-30T10:00"] {
            let sentence = SunTimes::of_day(here, date).unwrap_err().to_string();
            assert!(sentence.starts_with("date: must be a day"), "{date}: {sentence}");
        }
        let off = Position::new(6.0, 95.0);
        assert!(SunTimes::of_day(off, "2026-06-30").unwrap_err().to_string().starts_with("position: "));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn dawn_rise_noon_set_and_dusk_are_in_this_order(
            lon in -180.0..=180.0, lat in -90.0..=90.0, year in 1900..2200, day in 1_i16..=365,
        ) {
            let date = Date::new(year as i16, 1, 1).unwrap() + jiff::Span::new().days(i64::from(day) - 1);
            let times = SunTimes::of_day(Position::new(lon, lat), &date.to_string()).unwrap();
            let order = [
                times.civil_twilight.rise_ms, times.sun.rise_ms, Some(times.noon_ms), times.sun.set_ms,
                times.civil_twilight.set_ms,
            ];
            let order: Vec<i64> = order.into_iter().flatten().collect();
            prop_assert!(order.is_sorted(), "{times:?}");
            prop_assert!(order[order.len() - 1] - order[0] <= 86_400_000);
            for crossings in [times.sun, times.civil_twilight] {
                let crosses = crossings.rise_ms.is_some() || crossings.set_ms.is_some();
                prop_assert_eq!(crosses, crossings.daylight == Daylight::RisesAndSets);
            }
            let local_ms = times.noon_ms + (lon * 240_000.0) as i64;
            let noon = jiff::Timestamp::from_millisecond(local_ms).unwrap();
            prop_assert_eq!(jiff::tz::Offset::UTC.to_datetime(noon).date(), date);
        }
    }
}
