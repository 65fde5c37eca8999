//! A feature as an object of the model, by the rule that takes it.

use geo::{Centroid, Intersects};
use geo_types::{Geometry as Shape, Point};

use super::feature::Feature;
use super::ids::{object_id, origin_id};
use super::mapping::{Mapping, Rule};
use super::mapping_json::FieldsJson;
use super::summary::ImportProblem;
use super::values::Values;
use crate::geotrek::ObjectCleaner;
use crate::line::{MeasuredLine, Profile, TURNING_POINT_THRESHOLD_M};
use crate::model::fields::TextUse;
use crate::model::values::ValueMut;
use crate::model::{Attachment, Geometry, Kind, Localized, Object, Picture, Position, RichText, Season, Trek};

/// An object, and what is told about its feature.
pub(super) struct Imported {
    pub(super) object: Object,
    pub(super) geometry: Geometry,
    /// Identifier in its origin.
    pub(super) origin: Option<String>,
    pub(super) problems: Vec<ImportProblem>,
}

/// Makes objects of features.
pub(super) struct Importer<'m> {
    mapping: &'m Mapping,
    cleaner: ObjectCleaner,
}

impl<'m> Importer<'m> {
    pub(super) fn new(mapping: &'m Mapping) -> Importer<'m> {
        Importer { mapping, cleaner: ObjectCleaner::new(None) }
    }

    /// The object of a feature, without its geometry, which stands beside it.
    ///
    /// # Errors
    /// Why the feature becomes no object.
    pub(super) fn import(&self, feature: &Feature<'_>) -> Result<Imported, ImportProblem> {
        let mapping = self.mapping;
        let rule = mapping.rule_for(&feature.properties).ok_or(ImportProblem::NoRule)?;
        let mut values = Values::new(&feature.properties);
        let localize = |values: &mut Values<'_>, names, lines| {
            values.localized(names, &mapping.languages, &mapping.default_language, lines)
        };
        let name = localize(&mut values, &rule.fields.name, false);
        let is_named = rule.kind == Kind::Service || !name.is_empty();
        if !is_named && rule.requires_name {
            return Err(ImportProblem::NoName);
        }
        let geometry = feature.geometry.read()?;
        let origin = mapping.id.names().iter().filter_map(|name| feature.properties.get(name)).find_map(origin_id);
        let origin = origin.or_else(|| feature.id.as_ref().and_then(origin_id));
        let id = object_id(origin.as_deref(), &geometry);
        let geometry = geometry_of(rule.kind, geometry, values.elevation_m(&rule.fields.elevation))?;
        if !is_named {
            values.note(ImportProblem::Unnamed);
        }
        let mut object = Object::empty(rule.kind);
        let name = if name.is_empty() && rule.term().is_none() { rule.label.clone() } else { name };
        let description = localize(&mut values, &rule.fields.description, true);
        let contact = Contact::read(&mut values, &rule.fields);
        self.set_fields(&mut object, rule, (id, &origin), name, description, contact);
        add_photo(&mut object, &rule.fields, &mut values);
        if let Object::Trek(trek) = &mut object {
            measure(trek, &geometry);
        }
        self.cleaner.clean(&mut object);
        Ok(Imported { object, geometry, origin, problems: values.problems })
    }

    /// Sets the fields that the kind has, by the table of fields.
    fn set_fields(
        &self,
        object: &mut Object,
        rule: &Rule,
        (id, origin): (i64, &Option<String>),
        name: Localized,
        description: Localized,
        mut contact: Contact,
    ) {
        let record = object.record_mut();
        let (mut description_index, mut contact_index) = (None, None);
        for (index, field) in record.fields().iter().enumerate() {
            match (field.name, record.value_mut(index)) {
                ("id", Some(ValueMut::Id(own))) => *own = id,
                ("external_id", Some(ValueMut::OptionalString(own))) => own.clone_from(origin),
                ("provider", Some(ValueMut::OptionalString(own))) => own.clone_from(&self.mapping.provider),
                ("type_label", Some(ValueMut::Text(own))) => *own = rule.label.clone(),
                ("phone", Some(ValueMut::OptionalString(own))) => *own = contact.phone.take(),
                ("website", Some(ValueMut::OptionalString(own))) => *own = contact.website.take(),
                ("email", Some(ValueMut::OptionalString(own))) => *own = contact.email.take(),
                ("published", Some(ValueMut::Strings(own))) => own.clone_from(&self.mapping.languages),
                ("is_published", Some(ValueMut::Flag(own))) => *own = true,
                ("season", Some(ValueMut::Season(own))) => *own = Season { months: rule.months },
                (_, Some(ValueMut::Integer(own))) if field.is_type => *own = Some(rule.label_id),
                (_, Some(ValueMut::Text(own))) if field.text == Some(TextUse::Name) => *own = name.clone(),
                (_, Some(ValueMut::RichText(_))) if field.text == Some(TextUse::Description) => {
                    description_index = Some(index);
                }
                ("contact", Some(ValueMut::RichText(_))) => contact_index = Some(index),
                _ => {}
            }
        }
        if let Some(ValueMut::RichText(own)) = contact_index.and_then(|index| record.value_mut(index)) {
            let html = std::mem::take(&mut contact).append_to(Localized::default(), &self.mapping.default_language);
            *own = RichText { html, ..RichText::default() };
        }
        // What the kind has no field for ends the description.
        if let Some(ValueMut::RichText(own)) = description_index.and_then(|index| record.value_mut(index)) {
            *own = RichText {
                html: contact.append_to(description, &self.mapping.default_language),
                ..RichText::default()
            };
        }
    }
}

/// How to reach the people of a place.
#[derive(Default)]
struct Contact {
    phone: Option<String>,
    website: Option<String>,
    email: Option<String>,
}

impl Contact {
    fn read(values: &mut Values<'_>, fields: &FieldsJson) -> Contact {
        Contact {
            phone: values.phone(&fields.phone),
            website: values.website(&fields.website),
            email: values.email(&fields.email),
        }
    }

    /// The texts with the contact as paragraphs at their end. Without a text, the contact alone is one in `language`.
    fn append_to(self, texts: Localized, language: &str) -> Localized {
        let escaped = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;");
        let link = |href: String, text: &str| format!("<p><a href=\"{}\">{}</a></p>", escaped(&href), escaped(text));
        let mut html = String::new();
        if let Some(phone) = &self.phone {
            html += &format!("<p>{}</p>", escaped(phone));
        }
        if let Some(website) = &self.website {
            html += &link(website.clone(), website);
        }
        if let Some(email) = &self.email {
            html += &link(format!("mailto:{email}"), email);
        }
        if html.is_empty() {
            return texts;
        }
        if texts.is_empty() {
            return [(language, html)].into_iter().collect();
        }
        texts.map(|text| format!("{text}{html}"))
    }
}

/// The geometry of an object of a kind. What Geotrek has as a point is a point: an area gives a position in it.
fn geometry_of(kind: Kind, geometry: Geometry, elevation_m: Option<f64>) -> Result<Geometry, ImportProblem> {
    if kind == Kind::Trek && geometry.lines().is_empty() {
        return Err(ImportProblem::NotALine);
    }
    let is_point = matches!(kind, Kind::Poi | Kind::Service | Kind::Signage | Kind::InformationDesk);
    let geometry =
        if is_point { Geometry::point(position_in(&geometry).ok_or(ImportProblem::NoGeometry)?) } else { geometry };
    let is_without = elevation_m.is_some() && !geometry.has_elevation() && matches!(geometry.as_geo(), Shape::Point(_));
    Ok(if is_without { geometry.with_elevations([elevation_m]) } else { geometry })
}

/// A position of a geometry: the centroid if it lies in it, else the vertex that is nearest to the centroid.
fn position_in(geometry: &Geometry) -> Option<Position> {
    if let Shape::Point(_) = geometry.as_geo() {
        return geometry.first_position();
    }
    let centroid: Option<Point<f64>> = geometry.as_geo().centroid();
    let centroid = centroid.filter(|centroid| Position::from(*centroid).is_valid());
    let Some(centroid) = centroid else { return geometry.first_position() };
    if geometry.as_geo().intersects(&centroid) {
        return Some(centroid.into());
    }
    let distance = |position: &Position| (position.lon - centroid.x()).hypot(position.lat - centroid.y());
    geometry.positions().min_by(|a, b| distance(a).total_cmp(&distance(b)))
}

fn add_photo(object: &mut Object, fields: &FieldsJson, values: &mut Values<'_>) {
    let Some(url) = values.website(&fields.photo) else { return };
    let attachments = match object {
        Object::InformationDesk(desk) => return desk.photo_url = Some(url),
        Object::Trek(trek) => &mut trek.attachments,
        Object::Poi(poi) => &mut poi.attachments,
        Object::TouristicContent(content) => &mut content.attachments,
        Object::SensitiveArea(area) => &mut area.attachments,
        Object::Signage(signage) => &mut signage.attachments,
        Object::Infrastructure(infrastructure) => &mut infrastructure.attachments,
        _ => return,
    };
    let picture = Picture {
        url,
        author: values.text(&fields.photo_author).unwrap_or_default(),
        license: values.text(&fields.photo_license).unwrap_or_default(),
        ..Picture::default()
    };
    attachments.push(Attachment { media: "image".to_owned(), picture, ..Attachment::default() });
}

/// Sets the figures of a trek that its line gives: the length, and the ascent if every elevation is known.
fn measure(trek: &mut Trek, geometry: &Geometry) {
    let Ok(line) = MeasuredLine::from_lines(&geometry.lines()) else { return };
    trek.length_2d_m = Some(line.length_m());
    trek.departure_point = geometry.first_position();
    let profile = Profile::of_line(&line).filter(|_| geometry.unknown_elevations() == 0);
    let Some(profile) = profile else { return };
    trek.min_elevation_m = Some(profile.min_m());
    trek.max_elevation_m = Some(profile.max_m());
    if let Ok(gain) = profile.elevation_gain(TURNING_POINT_THRESHOLD_M) {
        trek.ascent_m = Some(gain.ascent_m);
        trek.descent_m = Some(-gain.descent_m);
    }
}
