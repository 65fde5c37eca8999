//! A trek in detail as JSON. Keys are the names of the library's fields.

use jalon::companion::{Localizer, RouteItem, TrekDesk, TrekDetails};
use jalon::model::{Attachment, Geometry, Kind, Localized, Object, Trek};
use serde_json::{Value, json};

use super::rich_texts;
use crate::commands::Session;
use crate::error::Result;
use crate::export::position_json;

pub(super) fn details_json(session: &Session, localizer: &Localizer<'_>, details: &TrekDetails) -> Result<Value> {
    let TrekDetails { territory, trek, .. } = details;
    let text = |localized| localizer.text(localized).map(|found| found.text);
    let mut document = summary_json(session, localizer, details, trek)?;
    let fields = json!({
        "route": localizer.label("trek_route", trek.route)?,
        "descent_m": trek.descent_m, "min_elevation_m": trek.min_elevation_m, "max_elevation_m": trek.max_elevation_m,
        "departure": text(&trek.departure), "arrival": text(&trek.arrival),
        "themes": localizer.labels("theme", &trek.themes)?,
        "labels": localizer.labels("label", &trek.labels)?,
        "networks": localizer.labels("trek_network", &trek.networks)?,
        "ratings": localizer.labels("trek_rating", &trek.ratings)?,
        "accessibilities": localizer.labels("trek_accessibility", &trek.accessibilities)?,
        "accessibility_level": localizer.label("trek_accessibility_level", trek.accessibility_level)?,
        "sources": localizer.labels("source", &trek.source)?,
        "structure": localizer.label("structure", trek.structure)?,
        "cities": localizer.labels("city", &trek.cities)?,
        "districts": localizer.labels("district", &trek.districts)?,
        "published": trek.published, "created_ms": trek.created_ms, "updated_ms": trek.updated_ms,
        "attachments": attachments_json(session, &trek.attachments)?, "web_links": trek.web_links,
        "geometry": &trek.geometry, "vertices": trek.geometry.as_ref().map(Geometry::vertex_count),
        "unknown_elevations": trek.geometry.as_ref().map(Geometry::unknown_elevations),
        "points_reference": trek.points_reference.iter().map(position_json).collect::<Vec<_>>(),
        "parking_location": trek.parking_location.as_ref().map(position_json),
    });
    if let (Value::Object(document), Value::Object(fields)) = (&mut document, fields) {
        document.extend(fields);
    }
    add_withdrawn_ms(&mut document, details.withdrawn_ms);
    let desks = details.information_desks.iter().map(|desk| desk_json(localizer, &territory.name, desk));
    document["information_desks"] = desks.collect::<Result<Vec<Value>>>()?.into();
    for (field, rich) in rich_texts(trek) {
        if let Some(found) = localizer.text(&rich.plain) {
            let html = rich.html.in_language(found.lang);
            document[field] = json!({"text": found.text, "html": html, "lang": found.lang});
        }
    }
    let stages = details.stages.iter().enumerate().map(|(index, stage)| {
        let mut document = summary_json(session, localizer, details, &stage.trek)?;
        document["number"] = (index + 1).into();
        add_withdrawn_ms(&mut document, stage.withdrawn_ms);
        Ok(document)
    });
    document["stages"] = stages.collect::<Result<Vec<Value>>>()?.into();
    let route_items = details.route_items.iter().map(|item| route_item_json(localizer, &territory.name, item));
    document["route_items"] = route_items.collect::<Result<Vec<Value>>>()?.into();
    Ok(document)
}

/// The fields that a trek and its stages share with an item of a list of treks.
fn summary_json(session: &Session, localizer: &Localizer<'_>, details: &TrekDetails, trek: &Trek) -> Result<Value> {
    let territory = &details.territory;
    let (name, lang) = name_and_language(localizer, &trek.name);
    Ok(json!({
        "territory": territory.name, "kind": Kind::Trek, "id": trek.id,
        "ref": format!("{}/{}", territory.name, trek.id), "name": name, "lang": lang,
        "practice": localizer.label("trek_practice", trek.practice)?,
        "difficulty": localizer.label("trek_difficulty", trek.difficulty)?,
        "duration_h": trek.duration_h, "length_m": trek.length_m(), "ascent_m": trek.ascent_m,
        "offline": session.companion.is_offline(territory, trek.id)?,
    }))
}

fn name_and_language<'t>(localizer: &Localizer<'_>, name: &'t Localized) -> (&'t str, &'t str) {
    localizer.text(name).map_or(("", ""), |found| (found.text, found.lang))
}

/// The attachments, each with the path of its file if it is on disk. One that is no picture has its size, if it is known.
fn attachments_json(session: &Session, attachments: &[Attachment]) -> Result<Vec<Value>> {
    let attachment_json = |attachment: &Attachment| {
        let mut item = serde_json::to_value(attachment).unwrap_or_default();
        match session.companion.attached_files(std::slice::from_ref(attachment))?.pop() {
            Some(file) => {
                item["title"] = file.title.into();
                item["bytes"] = json!(file.bytes);
                item["path"] = json!(file.path);
            }
            None => item["path"] = json!(session.companion.picture_path(&attachment.picture)?),
        }
        Ok(item)
    };
    attachments.iter().map(attachment_json).collect()
}

fn desk_json(localizer: &Localizer<'_>, territory: &str, desk: &TrekDesk) -> Result<Value> {
    let TrekDesk { desk, withdrawn_ms } = desk;
    let (name, lang) = localizer.object_name(&Object::from(desk.clone()))?;
    let point = desk.geometry.as_ref().and_then(Geometry::first_position);
    let mut document = json!({
        "territory": territory, "kind": Kind::InformationDesk, "id": desk.id, "ref": format!("{territory}/{}", desk.id),
        "name": name, "lang": lang, "type": localizer.text(&desk.type_label).map(|found| found.text),
        "description": localizer.text(&desk.description.plain).map(|found| found.text),
        "phone": desk.phone, "email": desk.email, "website": desk.website,
        "street": desk.street, "postal_code": desk.postal_code, "municipality": desk.municipality,
        "point": point.as_ref().and_then(position_json),
    });
    add_withdrawn_ms(&mut document, *withdrawn_ms);
    Ok(document)
}

/// Adds the time of a withdrawal; an object that the server still publishes has none.
fn add_withdrawn_ms(document: &mut Value, withdrawn_ms: Option<i64>) {
    if let Some(ms) = withdrawn_ms {
        document["withdrawn_ms"] = ms.into();
    }
}

fn route_item_json(localizer: &Localizer<'_>, territory: &str, item: &RouteItem) -> Result<Value> {
    let object = &item.object;
    let (name, lang) = localizer.object_name(object)?;
    let point = object.geometry().and_then(Geometry::first_position);
    let mut document = json!({
        "territory": territory, "kind": object.kind(), "id": object.id(),
        "ref": format!("{territory}/{}", object.id()), "name": name, "lang": lang,
        "along_m": item.along_m, "offset_m": item.offset_m, "estimated": item.estimated,
        "point": point.as_ref().and_then(position_json),
    });
    // The keys are those of the list of objects near a position.
    if let (Value::Object(document), Ok(Value::Object(event))) = (&mut document, serde_json::to_value(&item.event)) {
        document.extend(event);
    }
    add_withdrawn_ms(&mut document, item.withdrawn_ms);
    Ok(document)
}
