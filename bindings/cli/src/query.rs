//! Names that people know, into numbers that servers know: territories, treks, values of filters, places, ranges.

use std::collections::BTreeSet;

use jalon::catalogue::{Facet, NumericRange, fold};
use jalon::companion::Companion;
use jalon::model::{Bounds, Id, Localized, Position};
use jalon::{Error, Result};

/// A trek by `31`, where one territory is held, or `pne/31`.
pub(crate) fn trek(companion: &Companion, reference: &str) -> Result<(String, Id)> {
    let rule = "the server's number, such as 31, or with the territory's name, such as pne/31";
    let (territory, id) = match reference.split_once('/') {
        Some((territory, id)) => (Some(territory.to_owned()), id),
        None => (None, reference),
    };
    let id: Id = id.parse().map_err(|_| Error::invalid("ID", rule))?;
    if let Some(territory) = territory {
        return Ok((territory, id));
    }
    let held = companion.catalogue().territories()?;
    let names: Vec<String> = held.iter().map(|territory| format!("{}/{id}", territory.name)).collect();
    Ok((only_territory(companion, "ID", &format!("one of {}", names.join(", ")))?, id))
}

/// The one territory that is held; where several are, `right` says what would be right.
pub(crate) fn only_territory(companion: &Companion, field: &'static str, right: &str) -> Result<String> {
    let held = companion.catalogue().territories()?;
    match held.as_slice() {
        [one] => Ok(one.name.clone()),
        [] => Err(Error::NotFound { detail: "any territory (add one with “jalon territory add URL”)".to_owned() }),
        _ => Err(Error::invalid(field, format!("several territories are held: {right}"))),
    }
}

/// Unix ms of the beginning of a day, in UTC.
pub(crate) fn day_ms(words: &str) -> Result<i64> {
    let wrong = |_| Error::invalid("since", "a day such as 2026-06-30");
    let day: jiff::civil::Date = words.trim().parse().map_err(wrong)?;
    let start = jiff::tz::Offset::UTC.to_timestamp(day.at(0, 0, 0, 0)).map_err(wrong)?;
    Ok(start.as_millisecond())
}

/// The values of a filter that a person calls so: by number, or by name in any language, accents and capitals aside.
pub(crate) fn values(
    companion: &Companion,
    languages: &[&str],
    facet: Facet,
    words: &[String],
) -> Result<Vec<(i64, Id)>> {
    if words.is_empty() {
        return Ok(Vec::new());
    }
    let labels = companion.catalogue().labels(facet.vocabulary().unwrap_or(facet.as_str()))?;
    let called = |word: &str| -> Vec<(i64, Id)> {
        let wanted = fold(word);
        let is_called = |id: Id, label: &Localized| {
            word.trim().parse() == Ok(id) || label.iter().any(|(_, text)| !wanted.is_empty() && fold(text) == wanted)
        };
        labels.iter().filter(|((_, id), label)| is_called(*id, label)).map(|(key, _)| *key).collect()
    };
    let mut values = Vec::new();
    for word in words {
        let mut found = called(word);
        if found.is_empty() {
            // Several at once, with commas between; a name that has a comma of its own was found before.
            let each: Vec<_> = word.split(',').map(&called).collect();
            if each.iter().all(|found| !found.is_empty()) {
                found = each.concat();
            }
        }
        let is_known = !found.is_empty();
        values.extend(found);
        if !is_known {
            let territories = companion.catalogue().territories()?;
            let own = |key: i64| territories.iter().find(|territory| territory.key == key);
            let name = |(key, label): (i64, &'_ Localized)| {
                let wanted: Vec<&str> =
                    languages.iter().copied().chain(own(key).map(|own| own.default_language.as_str())).collect();
                Some(label.find(&wanted)?.text.to_owned())
            };
            let known: BTreeSet<String> = labels.iter().filter_map(|((key, _), label)| name((*key, label))).collect();
            let known: Vec<String> = known.into_iter().take(12).collect();
            let rule = if known.is_empty() {
                "no territory has any".to_owned()
            } else {
                format!("“{word}” is none of {}", known.join(", "))
            };
            return Err(Error::invalid(facet.as_str(), rule));
        }
    }
    Ok(values)
}

/// A range such as `2..5`, `2..` or `..5`.
pub(crate) fn interval(field: &'static str, words: &str) -> Result<NumericRange> {
    let wrong = || Error::invalid(field, "a range such as 2..5, 2.. or ..5");
    let (min, max) = words.split_once("..").ok_or_else(wrong)?;
    let end = |words: &str| -> Result<Option<f64>> {
        match words.trim() {
            "" => Ok(None),
            number => number.parse().ok().filter(|number: &f64| number.is_finite()).map(Some).ok_or_else(wrong),
        }
    };
    let range = NumericRange { min: end(min)?, max: end(max)? };
    match range {
        NumericRange { min: None, max: None } => Err(wrong()),
        NumericRange { min: Some(min), max: Some(max) } if min > max => {
            Err(Error::invalid(field, "a range whose first number is not above the second"))
        }
        range => Ok(range),
    }
}

/// `LAT,LON`, as people write places.
pub(crate) fn place(field: &'static str, words: &str) -> Result<Position> {
    let rule = "latitude and longitude in degrees with a comma between, such as 44.9,6.2";
    let numbers: Vec<f64> = words.split(',').filter_map(|number| number.trim().parse().ok()).collect();
    match numbers.as_slice() {
        [lat, lon] if words.split(',').count() == 2 => position(field, *lat, *lon),
        _ => Err(Error::invalid(field, rule)),
    }
}

/// A place by latitude and longitude.
pub(crate) fn position(field: &'static str, lat: f64, lon: f64) -> Result<Position> {
    let position = Position::new(lon, lat);
    if position.is_valid() {
        Ok(position)
    } else {
        Err(Error::invalid(field, "latitude from -90 to 90 and longitude from -180 to 180 degrees, latitude first"))
    }
}

/// `W,S,E,N`.
pub(crate) fn bounds(words: &str) -> Result<Bounds> {
    let rule = "west, south, east and north in degrees with commas between, such as 6.0,44.6,6.3,44.9";
    let numbers: Vec<f64> = words.split(',').filter_map(|number| number.trim().parse().ok()).collect();
    match numbers.as_slice() {
        [west, south, east, north] if words.split(',').count() == 4 => {
            let on_earth = |lon: f64, lat: f64| Position::new(lon, lat).is_valid();
            if !on_earth(*west, *south) || !on_earth(*east, *north) || south > north {
                return Err(Error::invalid(
                    "bbox",
                    "longitudes from -180 to 180, latitudes from -90 to 90, south not above north: W,S,E,N",
                ));
            }
            Ok(Bounds { west: *west, south: *south, east: *east, north: *north })
        }
        _ => Err(Error::invalid("bbox", rule)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_places_and_boxes_are_read_or_refused_in_a_sentence() {
        assert_eq!(interval("duration", "2..5").unwrap(), NumericRange { min: Some(2.0), max: Some(5.0) });
        assert_eq!(interval("duration", "..5").unwrap(), NumericRange { min: None, max: Some(5.0) });
        for wrong in ["", "5", "..", "a..b", "5..2", "nan.."] {
            assert!(interval("duration", wrong).is_err(), "{wrong}");
        }
        assert_eq!(place("near", "44.9, 6.2").unwrap(), Position::new(6.2, 44.9));
        for wrong in ["", "44.9", "44.9,6.2,1", "x,6.2", "95,6", "44.9,x,6"] {
            assert!(place("near", wrong).is_err(), "{wrong}");
        }
        assert_eq!(day_ms("1970-01-02"), Ok(86_400_000));
        assert!(day_ms("yesterday").is_err() && day_ms("2026-13-01").is_err());
        assert!(bounds("6,44,7,45").is_ok() && bounds("6,44,7").is_err() && bounds("6,44,7,x").is_err());
    }
}
