//! Treks, and tours with their stages.

use std::collections::BTreeMap;

use super::attached::{attachments, picture, points_reference, view_points, web_links};
use super::fields::Fields;
use crate::model::{AccessibilityPicture, Id, Object, Trek};

/// A trek; of a tour, its stages after it.
pub(super) fn read(mut fields: Fields<'_>) -> Vec<Object> {
    let mut objects: Vec<Object> = Vec::new();
    let stages = fields.objects("steps", "trek");
    objects.extend(trek(&mut fields).map(Object::from));
    objects.extend(stages.into_iter().flat_map(read));
    objects
}

fn trek(f: &mut Fields<'_>) -> Option<Trek> {
    Some(Trek {
        id: f.own_id()?,
        uuid: f.string("uuid"),
        name: f.text("name"),
        departure: f.text("departure"),
        arrival: f.text("arrival"),
        description_teaser: f.rich("description_teaser"),
        description: f.rich("description"),
        ambiance: f.rich("ambiance"),
        access: f.rich("access"),
        advice: f.rich("advice"),
        advised_parking: f.rich("advised_parking"),
        gear: f.rich("gear"),
        public_transport: f.rich("public_transport"),
        ratings_description: f.rich("ratings_description"),
        disabled_infrastructure: f.rich("disabled_infrastructure"),
        accessibility_advice: f.rich("accessibility_advice"),
        accessibility_covering: f.rich("accessibility_covering"),
        accessibility_exposure: f.rich("accessibility_exposure"),
        accessibility_signage: f.rich("accessibility_signage"),
        accessibility_slope: f.rich("accessibility_slope"),
        accessibility_width: f.rich("accessibility_width"),
        accessibilities: f.ids("accessibilities"),
        accessibility_level: f.id("accessibility_level"),
        practice: f.id("practice"),
        difficulty: f.id("difficulty"),
        route: f.id("route"),
        networks: f.ids("networks"),
        themes: f.ids("themes"),
        labels: f.ids("labels"),
        ratings: f.ids("ratings"),
        source: f.ids("source"),
        portal: f.ids("portal"),
        structure: f.id("structure"),
        information_desks: f.ids("information_desks"),
        reservation_system: f.id("reservation_system"),
        reservation_id: f.string("reservation_id").unwrap_or_default(),
        external_id: f.string("external_id"),
        second_external_id: f.string("second_external_id"),
        provider: f.string("provider"),
        duration_h: f.number("duration"),
        length_2d_m: f.number("length_2d"),
        length_3d_m: f.number("length_3d"),
        ascent_m: f.number("ascent"),
        descent_m: f.number("descent"),
        min_elevation_m: f.number("min_elevation"),
        max_elevation_m: f.number("max_elevation"),
        geometry: f.geometry("geometry"),
        departure_point: f.position("departure_geom"),
        parking_location: f.position("parking_location"),
        points_reference: points_reference(f),
        cities: f.ids("cities"),
        city_codes: f.strings("city_codes"),
        districts: f.ids("districts"),
        departure_city: f.id("departure_city"),
        departure_city_code: f.string("departure_city_code"),
        children: f.ids("children"),
        parents: f.ids("parents"),
        previous: beside(f, "previous"),
        next: beside(f, "next"),
        attachments: attachments(f),
        attachments_accessibility: f
            .objects("attachments_accessibility", "accessibility_attachment")
            .iter_mut()
            .map(|f| AccessibilityPicture {
                uuid: f.string("uuid"),
                shows: f.string("info_accessibility").unwrap_or_default(),
                picture: picture(f),
            })
            .collect(),
        view_points: view_points(f),
        web_links: web_links(f),
        gpx: f.link("gpx"),
        kml: f.link("kml"),
        pdf: f.links("pdf"),
        published: f.published(),
        created_ms: f.time("create_datetime"),
        updated_ms: f.time("update_datetime"),
    })
}

/// `{"parent": stage or null}`, the parent's number in quotes as JSON's keys are.
fn beside(f: &mut Fields<'_>, field: &str) -> BTreeMap<Id, Option<Id>> {
    let by_parent: BTreeMap<String, Option<Id>> = f.value(field).unwrap_or_default();
    by_parent.into_iter().filter_map(|(parent, stage)| Some((parent.parse().ok()?, stage))).collect()
}
