//! The field `geom`, handled as GeoDjango and PostGIS do: some invalid positions are rejected, some cause a database error,
//! some are stored.

use serde_json::Value;

/// How a position is handled.
#[derive(Debug, PartialEq)]
pub(super) enum Position {
    /// It is stored, or there is none.
    Accepted,
    /// 400 with this message, in all languages.
    Rejected(&'static str),
    /// 500.
    DatabaseError,
}

const UNRECOGNISED: Position =
    Position::Rejected("Unable to convert to python object: String input unrecognized as WKT EWKT, and HEXEWKB.");
const INVALID: Position =
    Position::Rejected("Invalid format: string or unicode input unrecognized as GeoJSON, WKT EWKT or HEXEWKB.");
const POINTER: Position = Position::Rejected(
    "Unable to convert to python object: Invalid geometry pointer returned from \"OGR_G_CreateGeometryFromJson\".",
);
/// Names of geometries.
const KINDS: [&str; 8] = [
    "LINESTRING",
    "LINEARRING",
    "POLYGON",
    "MULTIPOINT",
    "MULTILINESTRING",
    "MULTIPOLYGON",
    "GEOMETRYCOLLECTION",
    "POINT",
];

pub(super) fn parse(text: Option<&str>) -> Position {
    match text {
        None => Position::Accepted,
        Some("") => Position::DatabaseError,
        Some(text) if text.bytes().all(|byte| byte.is_ascii_hexdigit()) => INVALID,
        Some(text) if text.trim().starts_with('{') && text.trim().ends_with('}') => geojson(text),
        Some(text) => well_known(&text.to_ascii_uppercase()),
    }
}

fn geojson(text: &str) -> Position {
    let Ok(value) = serde_json::from_str::<Value>(text) else { return POINTER };
    let kind = value["type"].as_str().unwrap_or("").to_ascii_uppercase();
    match (&value["coordinates"], kind.as_str()) {
        (Value::Array(numbers), "POINT") => {
            let read: Vec<f64> = numbers.iter().filter_map(Value::as_f64).collect();
            if read.len() < numbers.len() || read.len() < 2 { POINTER } else { point(&read) }
        }
        (Value::Array(_), kind) if KINDS.contains(&kind) => Position::DatabaseError,
        _ => POINTER,
    }
}

/// `POINT(6.3 44.8)`, also after `SRID=4326;`. The SRID is ignored: coordinates are degrees.
fn well_known(text: &str) -> Position {
    let text = match text.strip_prefix("SRID=").and_then(|text| text.split_once(';')) {
        Some((number, text)) if number.parse::<i32>().is_ok() => text,
        Some(_) => return UNRECOGNISED,
        None => text,
    };
    let Some((kind, rest)) = KINDS.iter().find_map(|kind| Some((*kind, text.strip_prefix(kind)?))) else {
        return UNRECOGNISED;
    };
    let letter = |char: char| "ACEGIMLONPSRUTYZ0123456789,.-+() ".contains(char);
    if rest.is_empty() || !rest.chars().all(letter) {
        return UNRECOGNISED;
    }
    let rest = rest.trim();
    let numbers = rest.trim_start_matches(['Z', 'M', ' ']).strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
    match (kind, numbers) {
        ("POINT", None) if rest == "EMPTY" => Position::Accepted,
        (_, None) if rest == "EMPTY" => Position::DatabaseError,
        ("POINT", Some(numbers)) => {
            let read: Vec<Option<f64>> = numbers.split_whitespace().map(|number| number.parse().ok()).collect();
            let read: Option<Vec<f64>> = read.into_iter().collect();
            read.filter(|read| (2..=4).contains(&read.len())).map_or(INVALID, |read| point(&read))
        }
        (_, Some(_)) => Position::DatabaseError,
        (_, None) => INVALID,
    }
}

fn point(numbers: &[f64]) -> Position {
    match numbers {
        // NaN makes an empty point.
        [x, y] if !(x.abs() > 180.0 || y.abs() > 90.0) => Position::Accepted,
        _ => Position::DatabaseError,
    }
}

#[cfg(test)]
mod tests {
    use super::{INVALID, POINTER, Position, UNRECOGNISED, parse};

    #[test]
    fn parse_agrees_with_geodjango_and_postgis() {
        for (text, expected) in [
            (r#"{"type": "Point", "coordinates": [6.3, 44.8]}"#, Position::Accepted),
            (r#"{"type": "Point", "coordinates": [44.8, 6.3]}"#, Position::Accepted),
            (r#"{"type": "Point", "coordinates": [6.3, 44.8, 1200]}"#, Position::DatabaseError),
            (r#"{"type": "Point", "coordinates": [6.3]}"#, POINTER),
            (r#"{"type": "Polygon", "coordinates": []}"#, Position::DatabaseError),
            (r#"{"lat": 44.8, "lng": 6.3}"#, POINTER),
            ("{}", POINTER),
            ("point (6.3 44.8)", Position::Accepted),
            ("POINT Z (6.3 44.8 1200)", Position::DatabaseError),
            ("POINT(6.3)", INVALID),
            ("POINT(6,3 44,8)", INVALID),
            ("POINT(500 500)", Position::DatabaseError),
            ("POINT(nan nan)", Position::Accepted),
            ("POINT EMPTY", Position::Accepted),
            ("SRID=2154;POINT(955000 6428000)", Position::DatabaseError),
            ("SRID=4326;POINT(6.3 44.8)", Position::Accepted),
            ("LINESTRING(6 44, 7 45)", Position::DatabaseError),
            ("6.3 44.8", UNRECOGNISED),
            ("bad", INVALID),
            ("", Position::DatabaseError),
        ] {
            assert_eq!(parse(Some(text)), expected, "{text}");
        }
    }
}
