//! Lambert-93 (EPSG:2154), in which a real server writes the outlines of cities and districts without declaring it.
//!
//! The forward formulas of the Lambert conformal conic projection with two standard parallels, as published by IGN: on
//! the isometric latitude of the ellipsoid GRS80, with the parallels 44° and 49°, the origin 46.5° N 3° E, a false easting
//! of 700,000 m and a false northing of 6,600,000 m.

use serde_json::{Value, json};

/// First eccentricity and semi-major axis of GRS80.
const ECCENTRICITY: f64 = 0.081_819_191_042_815_8;
const RADIUS: f64 = 6_378_137.0;
/// Standard parallels and origin, in degrees.
const PARALLELS: [f64; 2] = [44.0, 49.0];
const ORIGIN: [f64; 2] = [3.0, 46.5];
/// False easting and northing, in metres.
const FALSE: [f64; 2] = [700_000.0, 6_600_000.0];

fn isometric(latitude: f64) -> f64 {
    let sine = latitude.sin();
    sine.atanh() - ECCENTRICITY * (ECCENTRICITY * sine).atanh()
}

/// Easting and northing in metres of a longitude and a latitude in degrees.
pub(super) fn project(longitude: f64, latitude: f64) -> [f64; 2] {
    let [south, north] = PARALLELS.map(f64::to_radians);
    let radius = |latitude: f64| latitude.cos() / (1.0 - (ECCENTRICITY * latitude.sin()).powi(2)).sqrt();
    let exponent = (radius(north) / radius(south)).ln() / (isometric(south) - isometric(north));
    let scale = RADIUS * radius(south) / exponent * (exponent * isometric(south)).exp();
    let from_pole = |latitude: f64| scale * (-exponent * isometric(latitude.to_radians())).exp();
    let angle = exponent * (longitude - ORIGIN[0]).to_radians();
    let (to_pole, reach) = (from_pole(ORIGIN[1]), from_pole(latitude));
    [FALSE[0] + reach * angle.sin(), FALSE[1] + to_pole - reach * angle.cos()]
}

/// Projects a geometry from degrees to metres, with the seven decimals of all coordinates.
pub(super) fn outline(geometry: &Value) -> Value {
    match geometry {
        Value::Array(items) => match (items.first().and_then(Value::as_f64), items.get(1).and_then(Value::as_f64)) {
            (Some(x), Some(y)) => json!(project(x, y).map(|metres| (metres * 1e7).round() / 1e7)),
            _ => items.iter().map(outline).collect(),
        },
        Value::Object(members) => {
            let members = members.iter().map(|(name, value)| (name.clone(), outline(value)));
            Value::Object(members.collect())
        }
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::project;

    /// Compares with PROJ 9.5, from EPSG:4326 to EPSG:2154.
    #[test]
    fn projected_positions_equal_those_of_proj() {
        for (place, metres) in [
            ((3.0, 46.5), [700_000.0, 6_600_000.0]),
            ((6.1, 44.8), [945_087.181_3, 6_416_016.920_8]),
            ((-4.5, 48.4), [145_709.788_9, 6_837_422.082_6]),
        ] {
            let found = project(place.0, place.1);
            assert!((found[0] - metres[0]).abs() < 0.001 && (found[1] - metres[1]).abs() < 0.001, "{found:?}");
        }
    }
}
