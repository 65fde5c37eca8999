//! Parsers of single argument values, for clap. The error of each says what the value must be.

use jalon::model::Kind;

pub(super) fn id(value: &str) -> Result<i64, &'static str> {
    value.parse().ok().filter(|id| *id > 0).ok_or("must be the server's number, such as 3")
}

pub(super) fn count(value: &str) -> Result<usize, &'static str> {
    value.parse().map_err(|_| "must be a whole number from 0")
}

pub(super) fn positive_count(value: &str) -> Result<usize, &'static str> {
    value.parse().ok().filter(|count| *count > 0).ok_or("must be a whole number from 1")
}

pub(super) fn metres(value: &str) -> Result<f64, &'static str> {
    let metres = value.parse().ok().filter(|metres: &f64| metres.is_finite() && *metres >= 0.0);
    metres.ok_or("must be metres as a number from 0, such as 500")
}

pub(super) fn altitude(value: &str) -> Result<f64, &'static str> {
    let metres = value.parse().ok().filter(|metres: &f64| (-500.0..=9_000.0).contains(metres));
    metres.ok_or("must be metres above sea level from -500 to 9000, such as 2134")
}

/// A kind of objects that have a geometry.
pub(super) fn spatial_kind(value: &str) -> Result<Kind, String> {
    let kind = value.trim().parse::<Kind>().ok().filter(|kind| kind.is_spatial());
    kind.ok_or_else(|| {
        let spatial = Kind::ALL.iter().filter(|kind| kind.is_spatial()).map(|kind| kind.as_str());
        format!("must be one of {}", spatial.collect::<Vec<_>>().join(", "))
    })
}
