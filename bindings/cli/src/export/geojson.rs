//! GeoJSON (RFC 7946).

use jalon::model::{Geometry, Kind, Localized, Poi, Position, Trek};
use serde_json::{Value, json};

/// A trek and its points of interest as a `FeatureCollection`, the trek first. Each feature has the properties `id` (the
/// server's number), `kind`, `name` and `lang` (the language of the name); an object without a name has null for both.
pub(crate) fn geojson(trek: &Trek, languages: &[&str], pois: &[&Poi]) -> Value {
    let trek = feature(trek.id, Kind::Trek, &trek.name, trek.geometry.as_ref(), languages);
    let pois = pois.iter().map(|poi| feature(poi.id, Kind::Poi, &poi.name, poi.geometry.as_ref(), languages));
    json!({ "type": "FeatureCollection", "features": std::iter::once(trek).chain(pois).collect::<Vec<_>>() })
}

fn feature(id: i64, kind: Kind, name: &Localized, geometry: Option<&Geometry>, languages: &[&str]) -> Value {
    let name = name.find(languages);
    json!({
        "type": "Feature",
        "geometry": geometry,
        "properties": {
            "id": id,
            "kind": kind.as_str(),
            "name": name.map(|found| found.text),
            "lang": name.map(|found| found.lang),
        },
    })
}

/// The coordinates of a position: longitude, latitude and, if known, elevation. `None` if it is not on Earth.
pub(crate) fn position_json(position: &Position) -> Option<Value> {
    let coordinates = match position.elevation.filter(|metres| metres.is_finite()) {
        Some(metres) => json!([position.lon, position.lat, metres]),
        None => json!([position.lon, position.lat]),
    };
    position.is_valid().then_some(coordinates)
}

#[cfg(test)]
mod tests {
    use super::super::tests::{poi, trek};
    use super::*;

    #[test]
    fn geojson_has_the_trek_first_with_elevations() {
        let poi = poi();
        let written = geojson(&trek(), &["en"], &[&poi]);
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
    fn geojson_of_object_without_name_and_geometry_has_null() {
        let written = geojson(&Trek::default(), &[], &[]);
        assert_eq!(written["features"][0]["geometry"], Value::Null);
        assert_eq!(written["features"][0]["properties"]["name"], Value::Null);
    }
}
