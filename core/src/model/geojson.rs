//! The JSON of a geometry: GeoJSON (RFC 7946). Positions that are not on the Earth are left out, as JSON has no NaN.

use geo_types::Geometry as Shape;
use serde::{Deserialize, Serialize};

use super::{Geometry, Position};

#[derive(Serialize, Deserialize)]
#[serde(tag = "type")]
pub(super) enum GeoJson {
    Point { coordinates: Coordinates },
    MultiPoint { coordinates: Vec<Coordinates> },
    LineString { coordinates: Vec<Coordinates> },
    MultiLineString { coordinates: Vec<Vec<Coordinates>> },
    Polygon { coordinates: Vec<Vec<Coordinates>> },
    MultiPolygon { coordinates: Vec<Vec<Vec<Coordinates>>> },
    GeometryCollection { geometries: Vec<GeoJson> },
}

/// Longitude, latitude and, if known, elevation. Empty for a point that is nowhere.
type Coordinates = Vec<f64>;

impl From<Geometry> for GeoJson {
    fn from(geometry: Geometry) -> Self {
        to_json(geometry.as_geo(), &mut geometry.positions())
    }
}

/// Takes the positions of a shape off an iterator and nests them as the shape does.
fn to_json(shape: &Shape<f64>, positions: &mut dyn Iterator<Item = Position>) -> GeoJson {
    let mut line = |length: usize| positions.take(length).filter_map(to_coordinates).collect::<Vec<_>>();
    let mut rings = |polygon: &geo_types::Polygon<f64>| {
        let exterior = Some(polygon.exterior()).filter(|ring| !ring.0.is_empty());
        exterior.into_iter().chain(polygon.interiors()).map(|ring| line(ring.0.len())).collect()
    };
    match shape {
        Shape::Point(_) => GeoJson::Point { coordinates: line(1).pop().unwrap_or_default() },
        Shape::MultiPoint(points) => GeoJson::MultiPoint { coordinates: line(points.0.len()) },
        Shape::LineString(own) => GeoJson::LineString { coordinates: line(own.0.len()) },
        Shape::MultiLineString(lines) => {
            GeoJson::MultiLineString { coordinates: lines.iter().map(|own| line(own.0.len())).collect() }
        }
        Shape::Polygon(polygon) => GeoJson::Polygon { coordinates: rings(polygon) },
        Shape::MultiPolygon(polygons) => {
            GeoJson::MultiPolygon { coordinates: polygons.iter().map(&mut rings).collect() }
        }
        Shape::GeometryCollection(parts) => {
            GeoJson::GeometryCollection { geometries: parts.iter().map(|part| to_json(part, positions)).collect() }
        }
        // A geometry of ours has none of these.
        Shape::Line(_) | Shape::Rect(_) | Shape::Triangle(_) => GeoJson::GeometryCollection { geometries: Vec::new() },
    }
}

fn to_coordinates(position: Position) -> Option<Coordinates> {
    let mut coordinates = vec![position.lon, position.lat];
    coordinates.extend(position.elevation.filter(|metres| metres.is_finite()));
    position.is_valid().then_some(coordinates)
}

impl From<GeoJson> for Geometry {
    fn from(json: GeoJson) -> Self {
        let line = |line: Vec<Coordinates>| line.into_iter().filter_map(to_position);
        let lines = |lines: Vec<Vec<Coordinates>>| lines.into_iter().map(line);
        match json {
            GeoJson::Point { coordinates } => {
                to_position(coordinates).map_or_else(|| Geometry::multi_point([]), Geometry::point)
            }
            GeoJson::MultiPoint { coordinates } => Geometry::multi_point(line(coordinates)),
            GeoJson::LineString { coordinates } => Geometry::line_string(line(coordinates)),
            GeoJson::MultiLineString { coordinates } => Geometry::multi_line_string(lines(coordinates)),
            GeoJson::Polygon { coordinates } => Geometry::polygon(lines(coordinates)),
            GeoJson::MultiPolygon { coordinates } => Geometry::multi_polygon(coordinates.into_iter().map(lines)),
            GeoJson::GeometryCollection { geometries } => {
                Geometry::collection(geometries.into_iter().map(Geometry::from))
            }
        }
    }
}

fn to_position(coordinates: Coordinates) -> Option<Position> {
    match coordinates[..] {
        [lon, lat, ref more @ ..] => Some(Position { lon, lat, elevation: more.first().copied() }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_reads_back_as_written() {
        for json in [
            r#"{"type":"Point","coordinates":[6.0,45.0,1200.5]}"#,
            r#"{"type":"MultiPoint","coordinates":[[6.0,45.0]]}"#,
            r#"{"type":"LineString","coordinates":[[6.0,45.0],[6.5,45.5,7.0]]}"#,
            r#"{"type":"MultiLineString","coordinates":[[[6.0,45.0]],[]]}"#,
            r#"{"type":"Polygon","coordinates":[]}"#,
            r#"{"type":"MultiPolygon","coordinates":[[[[6.0,45.0],[6.5,45.5],[6.0,46.0],[6.0,45.0]]]]}"#,
            r#"{"type":"GeometryCollection","geometries":[{"type":"Point","coordinates":[6.0,45.0]}]}"#,
        ] {
            let geometry: Geometry = serde_json::from_str(json).unwrap();
            assert_eq!(serde_json::to_string(&geometry).unwrap(), json);
        }
    }

    #[test]
    fn positions_that_json_cannot_hold_are_left_out() {
        let nowhere = Position::new(f64::NAN, 0.0);
        let line = Geometry::line_string([Position::new(6.0, 45.0), nowhere]);
        assert_eq!(serde_json::to_string(&line).unwrap(), r#"{"type":"LineString","coordinates":[[6.0,45.0]]}"#);
        let point = serde_json::to_string(&Geometry::point(nowhere)).unwrap();
        assert_eq!(point, r#"{"type":"Point","coordinates":[]}"#);
    }
}
