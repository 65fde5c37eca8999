//! A trek and its points of interest as files for other programs: GPX 1.1 for a watch or a GPS receiver, GeoJSON
//! (RFC 7946) for a map. Here are only the two translations from the catalogue's model to those formats, in the languages
//! that the person reads; which trek, which points and which file is the command's business. A position that is not on
//! the globe is left out, because one bad vertex would make a reader refuse the whole file.

use geo_types::Point;
use gpx::{Gpx, GpxVersion, Metadata, Track, TrackSegment, Waypoint};
use jalon::model::{Geometry, Kind, Localized, Poi, Position, Trek};
use jalon::{Error, Result};
use serde_json::{Value, json};

/// The trek as the one track of a GPX 1.1 file, a segment for each of its lines, and the points of interest as waypoints.
/// Texts are in the first of `languages` that has them.
pub(crate) fn gpx(trek: &Trek, languages: &[String], pois: &[&Poi]) -> Result<String> {
    let name = text(&trek.name, languages);
    let description =
        text(&trek.description.plain, languages).or_else(|| text(&trek.description_teaser.plain, languages));
    let lines = trek.geometry.as_ref().map(Geometry::lines).unwrap_or_default();
    let segments = lines.into_iter().map(|line| TrackSegment { points: line.iter().filter_map(waypoint).collect() });
    let file = Gpx {
        version: GpxVersion::Gpx11,
        creator: Some("Jalon".to_owned()),
        metadata: Some(Metadata { name: name.clone(), ..Metadata::default() }),
        waypoints: pois.iter().filter_map(|poi| poi_waypoint(poi, languages)).collect(),
        tracks: vec![Track { name, description, segments: segments.collect(), ..Track::default() }],
        routes: Vec::new(),
    };
    let mut written = Vec::new();
    gpx::write(&file, &mut written).map_err(Error::internal)?;
    String::from_utf8(written).map_err(Error::internal)
}

/// The trek and the points of interest as a GeoJSON `FeatureCollection`, the trek first. Each feature carries `id` (the
/// server's number), `kind`, `name` and `lang`, the language in which the name was found; the last two are null for an
/// object without a name.
pub(crate) fn geojson(trek: &Trek, languages: &[String], pois: &[&Poi]) -> Value {
    let trek = feature(trek.id, Kind::Trek, &trek.name, trek.geometry.as_ref(), languages);
    let pois = pois.iter().map(|poi| feature(poi.id, Kind::Poi, &poi.name, poi.geometry.as_ref(), languages));
    json!({ "type": "FeatureCollection", "features": std::iter::once(trek).chain(pois).collect::<Vec<_>>() })
}

/// A text in the person's languages, as XML can hold it.
fn text(texts: &Localized, languages: &[String]) -> Option<String> {
    let kept = for_xml(texts.find(languages)?.text);
    let kept = kept.trim();
    (!kept.is_empty()).then(|| kept.to_owned())
}

/// A text without the control characters that XML cannot hold even escaped.
pub(crate) fn for_xml(text: &str) -> String {
    let allowed = |c: &char| !c.is_control() || matches!(c, '\n' | '\t');
    text.chars().filter(allowed).filter(|c| !matches!(c, '\u{fffe}' | '\u{ffff}')).collect()
}

fn waypoint(position: &Position) -> Option<Waypoint> {
    let mut waypoint = Waypoint::new(Point::new(position.lon, position.lat));
    waypoint.elevation = position.elevation.filter(|metres| metres.is_finite());
    position.is_valid().then_some(waypoint)
}

/// A waypoint stands on one place: of a line or an area it is the first position.
fn poi_waypoint(poi: &Poi, languages: &[String]) -> Option<Waypoint> {
    let mut waypoint = poi.geometry.as_ref()?.first_position().as_ref().and_then(waypoint)?;
    waypoint.name = text(&poi.name, languages);
    waypoint.description = text(&poi.description.plain, languages);
    waypoint.type_ = text(&poi.type_label, languages);
    Some(waypoint)
}

fn feature(id: i64, kind: Kind, name: &Localized, geometry: Option<&Geometry>, languages: &[String]) -> Value {
    let name = name.find(languages);
    json!({
        "type": "Feature",
        "geometry": geometry.map(self::geometry),
        "properties": {
            "id": id,
            "kind": kind.as_str(),
            "name": name.map(|found| found.text),
            "lang": name.map(|found| found.lang),
        },
    })
}

/// A geometry as GeoJSON.
pub(crate) fn geometry(geometry: &Geometry) -> Value {
    serde_json::to_value(geometry).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jalon::model::RichText;

    fn at(lon: f64, lat: f64, metres: f64) -> Position {
        Position { elevation: Some(metres), ..Position::new(lon, lat) }
    }

    fn texts(fr: &str, en: &str) -> Localized {
        [("fr", fr), ("en", en)].into_iter().collect()
    }

    fn plain(fr: &str) -> RichText {
        RichText { html: Localized::default(), plain: texts(fr, "") }
    }

    fn trek() -> Trek {
        Trek {
            id: 12,
            name: texts("Été & <Pic> \"d'Olan\"", "Summer"),
            description: plain("Prendre à gauche,\npuis monter < 3 h."),
            geometry: Some(Geometry::multi_line_string([
                vec![at(6.1, 44.8, 1200.5), at(6.2, 44.9, 1300.0)],
                vec![Position::new(6.3, 44.9), at(6.4, 44.95, f64::NAN), at(f64::NAN, 95.0, 0.0)],
            ])),
            ..Trek::default()
        }
    }

    fn poi() -> Poi {
        Poi {
            id: 7,
            name: texts("Cabane « du Pré »\u{b} & Cie", ""),
            description: plain("Fermée l’hiver"),
            type_label: texts("Bâtiment", "Building"),
            geometry: Some(Geometry::point(at(6.15, 44.85, 1250.0))),
            ..Poi::default()
        }
    }

    #[test]
    fn a_gpx_reads_back_as_it_was_written() {
        let (poi, nowhere) = (poi(), Poi::default());
        let written = gpx(&trek(), &["fr".to_owned()], &[&poi, &nowhere]).unwrap();
        let read = gpx::read(written.as_bytes()).unwrap();
        assert_eq!(read.version, GpxVersion::Gpx11);
        assert_eq!(read.metadata.unwrap().name.unwrap(), "Été & <Pic> \"d'Olan\"");
        let [track] = read.tracks.as_slice() else { panic!("one track") };
        assert_eq!(track.name.as_deref(), Some("Été & <Pic> \"d'Olan\""));
        assert_eq!(track.description.as_deref(), Some("Prendre à gauche,\npuis monter < 3 h."));
        let elevations: Vec<Vec<_>> =
            track.segments.iter().map(|s| s.points.iter().map(|p| p.elevation).collect()).collect();
        assert_eq!(elevations, [[Some(1200.5), Some(1300.0)], [None, None]]);
        assert_eq!(track.segments[0].points[1].point(), Point::new(6.2, 44.9));
        let [waypoint] = read.waypoints.as_slice() else { panic!("one waypoint") };
        assert_eq!(waypoint.name.as_deref(), Some("Cabane « du Pré » & Cie"));
        assert_eq!(waypoint.type_.as_deref(), Some("Bâtiment"));
        assert_eq!(waypoint.description.as_deref(), Some("Fermée l’hiver"));
        assert_eq!(waypoint.elevation, Some(1250.0));
    }

    #[test]
    fn a_trek_without_anything_is_still_a_gpx() {
        let written = gpx(&Trek::default(), &[], &[]).unwrap();
        assert_eq!(gpx::read(written.as_bytes()).unwrap().tracks.len(), 1);
    }

    #[test]
    fn a_geojson_has_the_trek_then_its_points_in_three_dimensions() {
        let poi = poi();
        let written = geojson(&trek(), &["en".to_owned()], &[&poi]);
        assert_eq!(written["type"], "FeatureCollection");
        let [trek, poi] = written["features"].as_array().unwrap().as_slice() else { panic!("two features") };
        assert_eq!(trek["properties"], json!({ "id": 12, "kind": "trek", "name": "Summer", "lang": "en" }));
        assert_eq!(trek["geometry"]["type"], "MultiLineString");
        assert_eq!(
            trek["geometry"]["coordinates"],
            json!([[[6.1, 44.8, 1200.5], [6.2, 44.9, 1300.0]], [[6.3, 44.9], [6.4, 44.95]]])
        );
        assert_eq!(poi["properties"]["lang"], "fr");
        assert_eq!(poi["geometry"], json!({ "type": "Point", "coordinates": [6.15, 44.85, 1250.0] }));
    }

    #[test]
    fn an_object_without_name_or_place_says_null() {
        let written = geojson(&Trek::default(), &[], &[]);
        assert_eq!(written["features"][0]["geometry"], Value::Null);
        assert_eq!(written["features"][0]["properties"]["name"], Value::Null);
    }
}
