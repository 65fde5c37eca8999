//! Touristic contents and events, information desks.

use std::collections::BTreeMap;

use super::attached::attachments;
use super::fields::Fields;
use super::value::AnyId;
use crate::model::{Geometry, InformationDesk, Position, TouristicContent, TouristicEvent};

pub(super) fn content(f: &mut Fields<'_>) -> Option<TouristicContent> {
    let types: BTreeMap<String, Vec<AnyId>> = f.value("types").unwrap_or_default();
    let types = types
        .into_iter()
        .filter_map(|(list, ids)| Some((list.parse().ok()?, ids.into_iter().map(|id| id.0).collect())));
    Some(TouristicContent {
        id: f.own_id()?,
        uuid: f.string("uuid"),
        name: f.text("name"),
        description_teaser: f.rich("description_teaser"),
        description: f.rich("description"),
        practical_info: f.rich("practical_info"),
        accessibility: f.rich("accessibility"),
        label_accessibility: f.id("label_accessibility"),
        category: f.id("category"),
        types: types.collect(),
        themes: f.ids("themes"),
        geometry: f.geometry("geometry"),
        contact: f.rich("contact"),
        email: f.string("email"),
        website: f.string("website"),
        reservation_system: f.id("reservation_system"),
        reservation_id: f.string("reservation_id").unwrap_or_default(),
        departure_city: f.id("departure_city"),
        departure_city_code: f.string("departure_city_code"),
        cities: f.ids("cities"),
        city_codes: f.strings("city_codes"),
        districts: f.ids("districts"),
        source: f.ids("source"),
        portal: f.ids("portal"),
        structure: f.id("structure"),
        provider: f.string("provider"),
        external_id: f.string("external_id"),
        approved: f.flag("approved"),
        attachments: attachments(f),
        pdf: f.links("pdf"),
        published: f.published(),
        created_ms: f.time("create_datetime"),
        updated_ms: f.time("update_datetime"),
    })
}

pub(super) fn event(f: &mut Fields<'_>) -> Option<TouristicEvent> {
    Some(TouristicEvent {
        id: f.own_id()?,
        uuid: f.string("uuid"),
        name: f.text("name"),
        description_teaser: f.rich("description_teaser"),
        description: f.rich("description"),
        practical_info: f.rich("practical_info"),
        accessibility: f.rich("accessibility"),
        event_type: f.id("type"),
        themes: f.ids("themes"),
        geometry: f.geometry("geometry"),
        begin_date: f.string("begin_date"),
        end_date: f.string("end_date"),
        start_time: f.string("start_time"),
        end_time: f.string("end_time"),
        duration: f.string("duration").unwrap_or_default(),
        meeting_point: f.text("meeting_point"),
        booking: f.rich("booking"),
        bookable: f.flag("bookable"),
        target_audience: f.text("target_audience"),
        capacity: f.integer("capacity"),
        // The server writes Python's word for nothing.
        participant_number: f.string("participant_number").filter(|number| number != "None"),
        price: f.string("price"),
        organizers: f.string("organizers").unwrap_or_default(),
        organizers_id: f.ids("organizers_id"),
        speaker: f.string("speaker").unwrap_or_default(),
        contact: f.rich("contact"),
        email: f.string("email"),
        website: f.string("website"),
        place: f.string("place"),
        cancelled: f.flag("cancelled"),
        cancellation_reason: f.text("cancellation_reason"),
        cities: f.ids("cities"),
        city_codes: f.strings("city_codes"),
        districts: f.ids("districts"),
        source: f.ids("source"),
        portal: f.ids("portal"),
        structure: f.id("structure"),
        provider: f.string("provider"),
        external_id: f.string("external_id"),
        approved: f.flag("approved"),
        attachments: attachments(f),
        pdf: f.links("pdf"),
        published: f.published(),
        created_ms: f.time("create_datetime"),
        updated_ms: f.time("update_datetime"),
    })
}

pub(super) fn desk(f: &mut Fields<'_>) -> Option<InformationDesk> {
    let mut desk_type = f.object("type", "type_of_desk");
    let place = f.number("longitude").zip(f.number("latitude")).map(|(lon, lat)| Position::new(lon, lat));
    if place.is_some_and(|place| !place.is_valid()) {
        f.note("latitude", "positions that are not on the Earth");
    }
    Some(InformationDesk {
        id: f.own_id()?,
        uuid: f.string("uuid"),
        name: f.text("name"),
        description: f.rich("description"),
        accessibility: f.rich("accessibility"),
        label_accessibility: f.id("label_accessibility"),
        desk_type: desk_type.as_mut().and_then(|f| f.id("id")),
        type_label: desk_type.as_mut().map(|f| f.text("label")).unwrap_or_default(),
        type_pictogram: desk_type.as_mut().and_then(|f| f.link("pictogram")),
        email: f.string("email"),
        website: f.string("website"),
        phone: f.string("phone"),
        street: f.string("street"),
        postal_code: f.string("postal_code"),
        municipality: f.string("municipality"),
        geometry: place.filter(Position::is_valid).map(Geometry::point),
        photo_url: f.link("photo_url"),
        provider: f.string("provider"),
    })
}
