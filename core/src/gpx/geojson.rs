//! The same content as GeoJSON (RFC 7946): a track is a `MultiLineString`, a route a `LineString`, a waypoint a `Point`. Times,
//! accuracies, speeds and directions of the points are arrays in the member `coordinateProperties` of the properties, as the
//! tool togeojson writes them.

use std::io::Read;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::text::{self, MAX_TEXT};
use super::write::rfc_3339;
use super::{
    GpxFile, GpxPoint, GpxProblem, GpxProblemKind, GpxRoute, GpxTrack, GpxWaypoint, MAX_BYTES, MAX_POINTS,
    MAX_WAYPOINTS,
};
use crate::error::{Error, Result};
use crate::model::Position;

/// A value of a point.
type Member = dyn Fn(&GpxPoint) -> Value;

/// The arrays of `coordinateProperties`.
const TIMES: &str = "times";
const ACCURACIES: &str = "accuracies";
const SPEEDS: &str = "speeds";
const COURSES: &str = "courses";

impl GpxFile {
    /// The file as a GeoJSON `FeatureCollection`. Invalid positions are left out.
    pub fn to_geojson(&self) -> Value {
        let tracks = self.tracks.iter().map(|track| {
            let GpxTrack { name, description, kind, segments } = track;
            let segments: Vec<Vec<GpxPoint>> = segments.iter().map(|points| valid(points)).collect();
            let coordinates: Vec<Vec<Value>> = segments
                .iter()
                .map(|points| points.iter().map(|point| coordinates(point.position)).collect())
                .collect();
            let arrays = |of: &Member| -> Value {
                segments.iter().map(|points| points.iter().map(of).collect::<Value>()).collect()
            };
            let mut properties = properties("track", name, description);
            insert_text(&mut properties, "type", kind);
            insert_arrays(&mut properties, &segments.concat(), &arrays);
            feature(json!({"type": "MultiLineString", "coordinates": coordinates}), properties)
        });
        let routes = self.routes.iter().map(|route| {
            let points = valid(&route.points);
            let line: Vec<Value> = points.iter().map(|point| coordinates(point.position)).collect();
            let mut properties = properties("route", &route.name, &route.description);
            insert_arrays(&mut properties, &points, &|of| points.iter().map(of).collect());
            feature(json!({"type": "LineString", "coordinates": line}), properties)
        });
        let waypoints = self.waypoints.iter().filter(|waypoint| waypoint.position.is_valid()).map(|waypoint| {
            let mut properties = properties("waypoint", &waypoint.name, &waypoint.description);
            insert_text(&mut properties, "type", &waypoint.kind);
            insert_text(&mut properties, "sym", &waypoint.symbol);
            insert_text(&mut properties, "time", &waypoint.time_ms.and_then(rfc_3339));
            feature(json!({"type": "Point", "coordinates": coordinates(waypoint.position)}), properties)
        });
        let mut collection = properties_of_file(self);
        collection.insert("type".to_owned(), "FeatureCollection".into());
        collection.insert("features".to_owned(), tracks.chain(routes).chain(waypoints).collect());
        Value::Object(collection)
    }
}

fn properties_of_file(file: &GpxFile) -> Map<String, Value> {
    let mut properties = Map::new();
    insert_text(&mut properties, "name", &file.name);
    insert_text(&mut properties, "description", &file.description);
    insert_text(&mut properties, "creator", &file.creator);
    properties
}

fn valid(points: &[GpxPoint]) -> Vec<GpxPoint> {
    points.iter().copied().filter(|point| point.position.is_valid()).collect()
}

fn coordinates(position: Position) -> Value {
    match position.elevation.filter(|metres| metres.is_finite()) {
        Some(metres) => json!([position.lon, position.lat, metres]),
        None => json!([position.lon, position.lat]),
    }
}

fn feature(geometry: Value, properties: Map<String, Value>) -> Value {
    json!({"type": "Feature", "geometry": geometry, "properties": properties})
}

fn properties(kind: &str, name: &Option<String>, description: &Option<String>) -> Map<String, Value> {
    let mut properties = Map::new();
    properties.insert("kind".to_owned(), kind.into());
    insert_text(&mut properties, "name", name);
    insert_text(&mut properties, "description", description);
    properties
}

fn insert_text(properties: &mut Map<String, Value>, name: &str, value: &Option<String>) {
    if let Some(value) = value {
        properties.insert(name.to_owned(), value.as_str().into());
    }
}

/// Inserts an array for each value that any point has.
fn insert_arrays(properties: &mut Map<String, Value>, points: &[GpxPoint], arrays: &dyn Fn(&Member) -> Value) {
    let mut own = Map::new();
    let of: [(&str, &Member); 4] = [
        (TIMES, &|point| point.time_ms.and_then(rfc_3339).into()),
        (ACCURACIES, &|point| point.accuracy_m.into()),
        (SPEEDS, &|point| point.speed_mps.into()),
        (COURSES, &|point| point.bearing_deg.into()),
    ];
    for (name, of) in of {
        if points.iter().any(|point| !of(point).is_null()) {
            own.insert(name.to_owned(), arrays(of));
        }
    }
    if !own.is_empty() {
        properties.insert("coordinateProperties".to_owned(), own.into());
    }
}

#[derive(Deserialize)]
struct Collection {
    #[serde(default)]
    name: Value,
    #[serde(default)]
    description: Value,
    #[serde(default)]
    creator: Value,
    #[serde(default)]
    features: Vec<Feature>,
    /// Of a file that is a single feature.
    #[serde(default)]
    geometry: Value,
    #[serde(default)]
    properties: Value,
    #[serde(rename = "type")]
    kind: String,
}

#[derive(Deserialize)]
struct Feature {
    #[serde(default)]
    geometry: Value,
    #[serde(default)]
    properties: Value,
}

/// Reads a GeoJSON file: lines as tracks (routes, if their property `kind` is `route`), points as waypoints. Other geometries are
/// skipped; invalid positions are left out and counted. The arrays of togeojson (`coordinateProperties`, and `coordTimes` of its
/// earlier versions) give the times. Reads at most [`MAX_BYTES`] into memory.
///
/// # Errors
/// [`Error::InvalidInput`] if the file is no GeoJSON file, or is too long; errors of the source.
pub fn read_geojson(source: impl Read) -> Result<GpxFile> {
    let mut bytes = Vec::new();
    source.take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(Error::invalid("file", format!("must not be longer than {} MiB", MAX_BYTES >> 20)));
    }
    let collection: Collection =
        serde_json::from_slice(&bytes).map_err(|_| Error::invalid("file", "must be a GeoJSON file"))?;
    drop(bytes);
    let mut features = collection.features;
    match collection.kind.as_str() {
        "FeatureCollection" => {}
        "Feature" => {
            features = vec![Feature { geometry: collection.geometry, properties: collection.properties }];
        }
        _ => return Err(Error::invalid("file", "must be a GeoJSON file with a FeatureCollection or a Feature")),
    }
    let mut reader = Reader::default();
    reader.file.name = string(&collection.name);
    reader.file.description = string(&collection.description);
    reader.file.creator = string(&collection.creator);
    features.iter().for_each(|feature| reader.feature(feature));
    let Reader { mut file, invalid, too_many, .. } = reader;
    for (kind, count) in [(GpxProblemKind::InvalidPosition, invalid), (GpxProblemKind::TooManyPoints, too_many)] {
        if count > 0 {
            file.problems.push(GpxProblem { kind, count });
        }
    }
    Ok(file)
}

#[derive(Default)]
struct Reader {
    file: GpxFile,
    points: usize,
    invalid: u64,
    too_many: u64,
}

impl Reader {
    fn feature(&mut self, feature: &Feature) {
        let properties = &feature.properties;
        let text = |name: &str| string(&properties[name]);
        let coordinates = &feature.geometry["coordinates"];
        let arrays = Arrays::of(properties);
        let (name, description) = (text("name"), text("description").or_else(|| text("desc")));
        match feature.geometry["type"].as_str() {
            Some("Point") => {
                let Some(position) = position(coordinates) else {
                    self.invalid += 1;
                    return;
                };
                if self.file.waypoints.len() >= MAX_WAYPOINTS {
                    self.too_many += 1;
                    return;
                }
                let (kind, symbol) = (text("type"), text("sym"));
                let time_ms = text("time").and_then(|time| text::time_ms(&time));
                self.file.waypoints.push(GpxWaypoint { position, time_ms, name, description, kind, symbol });
            }
            Some("LineString") => {
                let points = self.line(coordinates, &arrays);
                match properties["kind"].as_str() {
                    _ if points.is_empty() => {}
                    Some("route") => self.file.routes.push(GpxRoute { name, description, points }),
                    _ => {
                        let segments = vec![points];
                        self.file.tracks.push(GpxTrack { name, description, kind: text("type"), segments });
                    }
                }
            }
            Some("MultiLineString") => {
                let lines = coordinates.as_array().map(Vec::as_slice).unwrap_or_default();
                let segments: Vec<_> = lines
                    .iter()
                    .enumerate()
                    .map(|(index, line)| self.line(line, &arrays.nested(index)))
                    .filter(|points| !points.is_empty())
                    .collect();
                if !segments.is_empty() {
                    self.file.tracks.push(GpxTrack { name, description, kind: text("type"), segments });
                }
            }
            _ => {}
        }
    }

    fn line(&mut self, coordinates: &Value, arrays: &Arrays<'_>) -> Vec<GpxPoint> {
        let mut points = Vec::new();
        for (index, one) in coordinates.as_array().into_iter().flatten().enumerate() {
            let Some(position) = position(one) else {
                self.invalid += 1;
                continue;
            };
            if self.points >= MAX_POINTS {
                self.too_many += 1;
                continue;
            }
            self.points += 1;
            let number = |values: &Value, max: f64| values[index].as_f64().filter(|value| (0.0..=max).contains(value));
            points.push(GpxPoint {
                position,
                time_ms: time_ms(&arrays.times[index]),
                accuracy_m: number(arrays.accuracies, 1e6),
                speed_mps: number(arrays.speeds, 1e5),
                bearing_deg: number(arrays.courses, 360.0),
            });
        }
        points
    }
}

/// The arrays of a line.
struct Arrays<'v> {
    times: &'v Value,
    accuracies: &'v Value,
    speeds: &'v Value,
    courses: &'v Value,
}

impl<'v> Arrays<'v> {
    fn of(properties: &'v Value) -> Arrays<'v> {
        let own = &properties["coordinateProperties"];
        let times = if own[TIMES].is_null() { &properties["coordTimes"] } else { &own[TIMES] };
        Arrays { times, accuracies: &own[ACCURACIES], speeds: &own[SPEEDS], courses: &own[COURSES] }
    }

    /// Those of one line of several.
    fn nested(&self, index: usize) -> Arrays<'v> {
        let Arrays { times, accuracies, speeds, courses } = self;
        Arrays {
            times: &times[index],
            accuracies: &accuracies[index],
            speeds: &speeds[index],
            courses: &courses[index],
        }
    }
}

/// A time as RFC 3339 or as Unix ms.
fn time_ms(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| text::time_ms(value.as_str()?))
}

fn position(coordinates: &Value) -> Option<Position> {
    let elevation = coordinates[2].as_f64().filter(|metres| (-12_000.0..=100_000.0).contains(metres));
    let position = Position { lon: coordinates[0].as_f64()?, lat: coordinates[1].as_f64()?, elevation };
    position.is_valid().then_some(position)
}

/// A text that is not longer than one of a GPX file.
fn string(value: &Value) -> Option<String> {
    let text = value.as_str()?.trim();
    (!text.is_empty()).then(|| text.chars().take(MAX_TEXT).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn geojson_of_other_programs_is_read() {
        let file = read_geojson(
            r#"{"type": "FeatureCollection", "features": [
                {"type": "Feature", "geometry": {"type": "LineString", "coordinates": [[6.1, 44.8], [6.2, 95], [6.3, 44.9, 12]]},
                 "properties": {"name": "Walk", "coordTimes": ["1970-01-01T00:00:01Z", "x", 3000]}},
                {"type": "Feature", "geometry": {"type": "Polygon", "coordinates": []}, "properties": null},
                {"type": "Feature", "geometry": null, "properties": {}},
                {"type": "Feature", "geometry": {"type": "Point", "coordinates": ["x"]}}]}"#
                .as_bytes(),
        )
        .unwrap();
        let points = &file.tracks[0].segments[0];
        assert_eq!((points.len(), points[0].time_ms, points[1].time_ms), (2, Some(1_000), Some(3_000)));
        assert_eq!(file.problems, [GpxProblem { kind: GpxProblemKind::InvalidPosition, count: 2 }]);
        let one = r#"{"type": "Feature", "geometry": {"type": "Point", "coordinates": [6, 44]}, "properties": {"sym": "Hut"}}"#;
        assert_eq!(read_geojson(one.as_bytes()).unwrap().waypoints[0].symbol.as_deref(), Some("Hut"));
    }

    #[test]
    fn other_files_are_refused_by_a_sentence() {
        for text in ["", "[]", "{}", "<gpx/>", r#"{"type": "Topology"}"#] {
            let error = read_geojson(text.as_bytes()).unwrap_err().to_string();
            assert!(error.starts_with("file: must be a GeoJSON file"), "{error}");
        }
    }
}
