//! Reads the files of a tree into the model.

use std::io::Read;

use url::Url;

use super::files::Part;
use super::reshape::{Members, desk, feature, quoted};
use super::settings;
use crate::error::Result;
use crate::geotrek::read::{Problems, Reader};
use crate::geotrek::value;
use crate::geotrek::{Limits, read_list, read_one};
use crate::model::Object;
use crate::model::json::JsonObject;

/// Reads the files of a tree, one language after the other, and counts the fields that it cannot read.
#[derive(Debug)]
pub(crate) struct MobileReader {
    reader: Reader,
    limits: Limits,
    /// The address below which the pictures are.
    media: Url,
}

impl MobileReader {
    /// A reader for one tree. `server` is the address of its Geotrek, for links within texts; `media` that of its pictures.
    pub(crate) fn new(server: Option<Url>, media: Url, limits: Limits) -> MobileReader {
        MobileReader { reader: Reader::new(server, "", &limits), limits, media }
    }

    /// Sets the language of the next files.
    pub(crate) fn set_language(&mut self, language: &str) {
        self.reader.set_language(language);
    }

    /// The fields that could not be read so far.
    pub(crate) fn problems(&self) -> Problems {
        self.reader.problems()
    }

    /// The vocabularies, municipalities and districts in the settings.
    pub(crate) fn settings(&self, file: impl Read) -> Result<Vec<Object>> {
        let json = read_one(file, &self.limits)?;
        Ok(settings::read(&json, &self.reader, &self.media))
    }

    /// The treks of the list, each with its departure instead of its line.
    pub(crate) fn list(&self, file: impl Read) -> Result<Vec<Object>> {
        self.features(Part::Trek, file)
    }

    /// The objects of a part of a trek. The part [`Part::Trek`] is the trek itself, then its information desks.
    pub(crate) fn part(&self, part: Part, file: impl Read) -> Result<Vec<Object>> {
        if part != Part::Trek {
            return self.features(part, file);
        }
        let json = read_one(file, &self.limits)?;
        let mut objects = self.feature(Part::Trek, &json);
        for object in &mut objects {
            if let Object::Trek(trek) = object {
                let departure = trek.geometry.as_ref().and_then(crate::model::Geometry::first_position);
                trek.departure_point = trek.departure_point.or(departure);
            }
        }
        let properties = JsonObject::parse(&json).ok().and_then(|feature| feature.get("properties"));
        let desks =
            properties.and_then(|properties| JsonObject::parse(properties.get()).ok()?.get("information_desks"));
        for json in desks.and_then(|desks| value::items(desks.get())).unwrap_or_default() {
            let json = desk(json.get(), &self.media);
            objects.extend(json.into_iter().flat_map(|json| self.reader.read("informationdesk", &json)));
        }
        Ok(objects)
    }

    fn features(&self, part: Part, file: impl Read) -> Result<Vec<Object>> {
        let mut objects = Vec::new();
        read_list(file, &self.limits, |json| {
            objects.extend(self.feature(part, json));
            Ok(())
        })?;
        Ok(objects)
    }

    fn feature(&self, part: Part, json: &str) -> Vec<Object> {
        match feature(part, json, &self.media) {
            Some(json) => self.reader.read(part.list(), &json),
            // The reader counts what is not an object.
            None => self.reader.read(part.list(), json),
        }
    }

    /// A page: its entry in the menu, and its text unless it is a link.
    pub(crate) fn page(&self, file: impl Read) -> Result<Vec<Object>> {
        let json = read_one(file, &self.limits)?;
        let Ok(page) = JsonObject::parse(&json) else { return Ok(Vec::new()) };
        let member = |name: &str| page.get(name).map_or("null", |json| json.get());
        let link = serde_json::from_str::<Option<String>>(member("external_url")).ok().flatten().unwrap_or_default();
        let mut entry = Members::default();
        entry.push("id", member("id"));
        entry.push("title", member("title"));
        let mut objects = Vec::new();
        if link.trim().is_empty() {
            let mut text = Members::default();
            for name in ["id", "title", "content"] {
                text.push(name, member(name));
            }
            objects.extend(self.reader.read("flatpage", &text.into_json()));
            entry.push("target_type", "\"page\"");
            entry.push("page", member("id"));
            entry.push("page_title", member("title"));
        } else {
            entry.push("target_type", "\"link\"");
            entry.push("link_url", &quoted(&link));
        }
        objects.extend(self.reader.read("menu_item", &entry.into_json()));
        Ok(objects)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Position, Season};

    const MEDIA: &str = "https://park.example/mobile/";

    fn reader() -> MobileReader {
        let server = Url::parse("https://park.example/").ok();
        let mut reader = MobileReader::new(server, Url::parse(MEDIA).unwrap(), Limits::default());
        reader.set_language("fr");
        reader
    }

    fn problems(reader: &MobileReader) -> Vec<String> {
        reader.problems().iter().map(|(list, field, problem, _)| format!("{list}.{field}: {problem}")).collect()
    }

    #[test]
    fn trek_gives_its_line_stages_pictures_and_desks() {
        let reader = reader();
        let json = r#"{"id": 66, "type": "Feature", "bbox": [6.0, 45.0, 6.2, 45.1],
            "geometry": {"type": "LineString", "coordinates": [[6.17, 44.95], [6.16, 44.96]]},
            "properties": {"id": 66, "name": "Tour", "slug": "tour", "profile": "/66/media/profiles/trek-66-fr.png",
            "length": 36150.9, "ascent": 5125, "points_reference": [[6.15, 44.96]], "parking_location": [6.17, 44.95],
            "labels": [2], "arrival_city": 45, "pictures": [{"author": "B", "title": "", "legend": "L", "url": "/66/media/a.jpg"}],
            "information_desks": [{"id": 4, "name": "Maison", "type": 1, "latitude": 44.6, "longitude": 6.0,
              "picture": ["/66/media/upload/d.jpg"], "phone": null}],
            "children": {"type": "FeatureCollection", "features": [{"id": 68, "properties": {}}, {"id": 67, "properties": {}}]}}}"#;
        let objects = reader.part(Part::Trek, json.as_bytes()).unwrap();
        let [Object::Trek(trek), Object::InformationDesk(desk)] = objects.as_slice() else { panic!("{objects:?}") };
        assert_eq!((trek.id, trek.length_2d_m, trek.ascent_m), (66, Some(36150.9), Some(5125.0)));
        assert_eq!(
            (trek.children.as_slice(), trek.information_desks.as_slice()),
            ([68, 67].as_slice(), [4].as_slice())
        );
        assert_eq!(trek.departure_point, Some(Position::new(6.17, 44.95)));
        assert_eq!(trek.points_reference, [Position::new(6.15, 44.96)]);
        let attachment = &trek.attachments[0];
        assert_eq!(
            (attachment.media.as_str(), attachment.picture.url.as_str()),
            ("image", "https://park.example/mobile/66/media/a.jpg")
        );
        assert_eq!(desk.photo_url.as_deref(), Some("https://park.example/mobile/66/media/upload/d.jpg"));
        assert_eq!((desk.desk_type, desk.geometry.is_some()), (Some(1), true));
        assert_eq!(problems(&reader), Vec::<String>::new());
    }

    #[test]
    fn list_gives_departures_and_unreadable_fields_are_counted() {
        let reader = reader();
        let json = r#"{"type": "FeatureCollection", "features": [
            {"id": 1, "type": "Feature", "geometry": {"type": "Point", "coordinates": [6.6, 44.9]},
             "properties": {"id": 1, "name": "Lac", "length": "long", "first_picture": null, "colour": 3}},
            {"id": "x", "properties": {}},
            {"id": 2, "properties": {"name": "Col", "ascent": NaN}}]}"#;
        let objects = reader.list(json.as_bytes()).unwrap();
        let [Object::Trek(trek)] = objects.as_slice() else { panic!("{objects:?}") };
        assert_eq!((trek.departure_point, trek.geometry.is_none()), (Some(Position::new(6.6, 44.9)), true));
        let problems = problems(&reader);
        assert!(problems.contains(&"trek.length_2d: mistyped".to_owned()), "{problems:?}");
        assert!(problems.contains(&"trek.colour: unknown".to_owned()), "{problems:?}");
        assert!(problems.iter().any(|problem| problem.starts_with("trek/2.: left out")), "{problems:?}");
    }

    #[test]
    fn contents_have_their_types_by_list_and_areas_their_season() {
        let reader = reader();
        let contents = r#"{"type": "FeatureCollection", "features": [{"id": 25, "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [6.6, 44.9]}, "properties": {"id": 25, "name": "Refuge", "category": 1,
            "type1": [9], "type2": [3, 2], "approved": false, "reservation_id": "TC-24", "reservation_system": "OpenSystem"}}]}"#;
        let objects = reader.part(Part::TouristicContents, contents.as_bytes()).unwrap();
        let [Object::TouristicContent(content)] = objects.as_slice() else { panic!("{objects:?}") };
        assert_eq!(content.types, [(101, vec![9]), (102, vec![3, 2])].into_iter().collect());
        let areas = r#"{"features": [{"id": 8, "geometry": {"type": "Point", "coordinates": [6.6, 44.9]}, "properties":
            {"id": 8, "name": "Aigle", "practices": [1], "info_url": "", "period": [true, false, false, false, false, false,
            false, false, false, false, false, false]}}]}"#;
        let objects = reader.part(Part::SensitiveAreas, areas.as_bytes()).unwrap();
        let [Object::SensitiveArea(area)] = objects.as_slice() else { panic!("{objects:?}") };
        let mut months = [false; 12];
        months[0] = true;
        assert_eq!((area.season, area.is_published), (Season { months }, true));
        assert_eq!(problems(&reader), Vec::<String>::new());
    }

    #[test]
    fn page_is_a_text_or_a_link() {
        let reader = reader();
        let text = r#"{"id": 1, "title": "Partir", "external_url": "", "content": "<p>Eau</p>"}"#;
        let objects = reader.page(text.as_bytes()).unwrap();
        let [Object::FlatPage(page), Object::MenuItem(entry)] = objects.as_slice() else { panic!("{objects:?}") };
        assert_eq!((page.content.plain.in_language("fr"), entry.page), (Some("Eau"), Some(1)));
        let link = r#"{"id": 5, "title": "Météo", "external_url": "https://example.org/meteo", "content": ""}"#;
        let objects = reader.page(link.as_bytes()).unwrap();
        let [Object::MenuItem(entry)] = objects.as_slice() else { panic!("{objects:?}") };
        assert_eq!(
            (entry.target_type.as_str(), entry.link_url.in_language("fr")),
            ("link", Some("https://example.org/meteo"))
        );
    }
}
