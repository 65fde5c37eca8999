//! Values as Geotrek writes them: ids, texts, dates, geometries.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error as _, IgnoredAny, SeqAccess, Visitor};
use serde_json::value::RawValue;

use crate::model::json::JsonObject;
use crate::model::{Geometry, Id, Localized, Position, remove_impossible_elevations};

/// How deep collections of geometries may be nested.
const MAX_DEPTH: usize = 8;
/// How deep entries of a menu, or stages of a tour, may be nested.
pub(super) const MAX_TREE_DEPTH: usize = 32;

/// The first whole number that a floating-point number cannot tell from its neighbour.
const MAX_WHOLE_FLOAT: f64 = 9_007_199_254_740_992.0;

/// An id: a whole number below 2⁶³. Older servers write it in quotes, other software with decimals that are zero.
pub(super) fn id(json: &str) -> Option<Id> {
    let text = match json.strip_prefix('"') {
        Some(text) => text.strip_suffix('"')?.trim(),
        None => json,
    };
    text.parse().ok().or_else(|| {
        let number: f64 = text.parse().ok()?;
        (number.fract() == 0.0 && number.abs() < MAX_WHOLE_FLOAT).then_some(number as Id)
    })
}

/// The items of an array.
pub(super) fn items(json: &str) -> Option<Vec<&RawValue>> {
    serde_json::from_str(json).ok()
}

/// A text, `{language: text or null}` or plain, which is then in `language`.
pub(super) fn localized(json: &str, language: &str) -> Option<Localized> {
    let mut texts = Localized::default();
    if json.starts_with('{') {
        for (language, text) in JsonObject::parse(json).ok()?.members() {
            let text: Option<String> = serde_json::from_str(text.get()).ok()?;
            texts.insert(language, text.unwrap_or_default());
        }
    } else {
        texts.insert(language, serde_json::from_str::<String>(json).ok()?);
    }
    Some(texts)
}

/// Languages of publication, from `{language: bool}` or from one bool about `language`.
pub(super) fn published(json: &str, language: &str) -> Option<Vec<String>> {
    let mut languages = Vec::new();
    if json.starts_with('{') {
        for (language, is_published) in JsonObject::parse(json).ok()?.members() {
            if serde_json::from_str::<Option<bool>>(is_published.get()).ok()? == Some(true) {
                languages.push(language.to_owned());
            }
        }
        languages.sort_unstable();
    } else if serde_json::from_str(json).ok()? {
        languages.push(language.to_owned());
    }
    Some(languages)
}

/// Unix milliseconds of a date with its offset, with or without microseconds.
pub(super) fn unix_ms(date: &str) -> Option<i64> {
    date.parse::<jiff::Timestamp>().ok().map(|instant| instant.as_millisecond())
}

/// One position, `[longitude, latitude]` or `[longitude, latitude, elevation]`.
pub(super) struct Coordinates(pub(super) Position);

impl<'de> Deserialize<'de> for Coordinates {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Numbers;
        impl<'de> Visitor<'de> for Numbers {
            type Value = Coordinates;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a position")
            }
            fn visit_seq<S: SeqAccess<'de>>(self, mut numbers: S) -> Result<Coordinates, S::Error> {
                let lon = numbers.next_element()?.ok_or_else(|| S::Error::custom("no longitude"))?;
                let lat = numbers.next_element()?.ok_or_else(|| S::Error::custom("no latitude"))?;
                let elevation = numbers.next_element::<Option<f64>>()?.flatten();
                while numbers.next_element::<IgnoredAny>()?.is_some() {}
                Ok(Coordinates(Position { lon, lat, elevation }))
            }
        }
        deserializer.deserialize_seq(Numbers)
    }
}

/// A geometry as far as it could be read.
pub(crate) struct ReadGeometry {
    pub(crate) geometry: Option<Geometry>,
    /// Positions that are not on the Earth and were left out.
    pub(crate) lost: usize,
    /// Impossible elevations, which are taken as unknown.
    pub(crate) lost_elevations: usize,
    /// Lines with one position and rings with two, which were left out or became points and lines.
    pub(crate) degenerate: usize,
}

/// A GeoJSON geometry of any type, 2D or 3D. One that holds no position at all is none. A collection is read as the simplest
/// type that holds it.
/// `mend` may know better what a position that is not on the Earth means.
pub(crate) fn geometry(
    json: &str,
    most_vertices: usize,
    mend: &dyn Fn(Position) -> Option<Position>,
) -> Result<ReadGeometry, &'static str> {
    let mut counts = Counts { vertices: 0, lost: 0, lost_elevations: 0, most_vertices, mend };
    let geometry = counts.geometry(json, 0)?;
    let (geometry, degenerate) = geometry.without_degenerate_parts();
    let geometry = Some(geometry.into_owned().simplified()).filter(|geometry| geometry.first_position().is_some());
    Ok(ReadGeometry { geometry, lost: counts.lost, lost_elevations: counts.lost_elevations, degenerate })
}

#[derive(Deserialize)]
struct GeoJson<'a> {
    #[serde(rename = "type", borrow)]
    kind: Cow<'a, str>,
    #[serde(borrow)]
    coordinates: Option<&'a RawValue>,
    #[serde(borrow)]
    geometries: Option<Vec<&'a RawValue>>,
}

struct Counts<'m> {
    vertices: usize,
    lost: usize,
    lost_elevations: usize,
    most_vertices: usize,
    mend: &'m dyn Fn(Position) -> Option<Position>,
}

const MISTYPED: &str = "mistyped";

impl Counts<'_> {
    fn geometry(&mut self, json: &str, depth: usize) -> Result<Geometry, &'static str> {
        if depth > MAX_DEPTH {
            return Err("collections too deep");
        }
        let wire: GeoJson<'_> = serde_json::from_str(json).map_err(|_| MISTYPED)?;
        if wire.kind == "GeometryCollection" {
            let parts = wire.geometries.ok_or(MISTYPED)?;
            return parts
                .into_iter()
                .map(|part| self.geometry(part.get(), depth + 1))
                .collect::<Result<_, _>>()
                .map(|parts: Vec<Geometry>| Geometry::collection(parts));
        }
        let json = wire.coordinates.ok_or(MISTYPED)?.get();
        Ok(match &*wire.kind {
            "Point" => {
                let mut places = self.line(vec![read(json)?])?;
                places.pop().map_or_else(|| Geometry::multi_point([]), Geometry::point)
            }
            "MultiPoint" => Geometry::multi_point(self.line(read(json)?)?),
            "LineString" => Geometry::line_string(self.line(read(json)?)?),
            "MultiLineString" => Geometry::multi_line_string(self.lines(read(json)?)?),
            "Polygon" => Geometry::polygon(self.lines(read(json)?)?),
            "MultiPolygon" => {
                let polygons: Vec<Vec<Vec<Coordinates>>> = read(json)?;
                let polygons: Result<Vec<_>, _> = polygons.into_iter().map(|rings| self.lines(rings)).collect();
                Geometry::multi_polygon(polygons?)
            }
            _ => return Err("a geometry of an unknown type"),
        })
    }

    fn lines(&mut self, lines: Vec<Vec<Coordinates>>) -> Result<Vec<Vec<Position>>, &'static str> {
        lines.into_iter().map(|line| self.line(line)).collect()
    }

    fn line(&mut self, line: Vec<Coordinates>) -> Result<Vec<Position>, &'static str> {
        self.vertices += line.len();
        if self.vertices > self.most_vertices {
            return Err("too many vertices");
        }
        let before = line.len();
        let on_earth = |place: Coordinates| if place.0.is_valid() { Some(place.0) } else { (self.mend)(place.0) };
        let mut line: Vec<_> = line.into_iter().filter_map(on_earth).collect();
        self.lost += before - line.len();
        self.lost_elevations += remove_impossible_elevations(&mut line);
        Ok(line)
    }
}

fn read<'a, T: Deserialize<'a>>(json: &'a str) -> Result<T, &'static str> {
    serde_json::from_str(json).map_err(|_| MISTYPED)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_translated_or_plain_gives_the_same() {
        let both = localized(r#"{"fr": "Lac", "en": null, "it": ""}"#, "");
        assert_eq!(both, localized("\"Lac\"", "fr"));
        assert_eq!(localized("3", "fr"), None);
        assert_eq!(published(r#"{"fr": true, "en": false}"#, ""), published("true", "fr"));
    }

    #[test]
    fn date_with_or_without_microseconds_gives_unix_ms() {
        assert_eq!(unix_ms("1970-01-01T01:00:01.500999+01:00"), Some(1_500));
        assert_eq!(unix_ms("1970-01-01T00:00:01Z"), Some(1_000));
        assert_eq!(unix_ms("yesterday"), None);
    }

    #[test]
    fn id_in_quotes_is_read() {
        assert_eq!(["12", "\" 12 \"", "\"2A004\"", "1.5", "null"].map(id), [Some(12), Some(12), None, None, None]);
    }

    #[test]
    fn geometry_with_one_position_or_impossible_elevations_is_kept() {
        let read = |json| geometry(json, 100, &|_| None).unwrap();
        let point = read(r#"{"type":"LineString","coordinates":[[6.0,44.0,1200.5]]}"#);
        let kept = Geometry::point(Position { elevation: Some(1200.5), ..Position::new(6.0, 44.0) });
        assert_eq!((point.geometry, point.degenerate), (Some(kept), 1));
        let line = read(r#"{"type":"LineString","coordinates":[[6.0,44.0,1500],[6.1,44.0,-9999],[6.2,44.0,0]]}"#);
        assert_eq!((line.lost_elevations, line.degenerate, line.lost), (2, 0, 0));
        assert_eq!(line.geometry.unwrap().positions().filter(|position| position.elevation.is_some()).count(), 1);
    }

    #[test]
    fn geometry_keeps_valid_positions_in_2d_and_3d() {
        let read = |json| geometry(json, 100, &|_| None).map(|read| (read.geometry, read.lost));
        let line = read(r#"{"type":"LineString","coordinates":[[6.0,44.0,1200.5],[6.1,144.0],[6.2,44.0]]}"#).unwrap();
        let kept = vec![Position { lon: 6.0, lat: 44.0, elevation: Some(1200.5) }, Position::new(6.2, 44.0)];
        assert_eq!(line, (Some(Geometry::line_string(kept)), 1));
        assert_eq!(read(r#"{"type":"GeometryCollection","geometries":[]}"#), Ok((None, 0)));
        assert_eq!(read(r#"{"type":"Point","coordinates":[6.0,"x"]}"#), Err(MISTYPED));
        let deep = format!("{}{}", r#"{"type":"GeometryCollection","geometries":["#.repeat(20), "]}".repeat(20));
        assert_eq!(read(&deep), Err("collections too deep"));
        assert_eq!(
            geometry(r#"{"type":"MultiPoint","coordinates":[[1,1],[2,2]]}"#, 1, &|_| None).err(),
            Some("too many vertices")
        );
    }
}
