//! A trek's sheet.

use std::fmt::Write as _;

use jalon::Result;
use jalon::companion::{ROUTE_ITEM_KINDS, RouteItem, TrekDetails};
use jalon::model::{Attachment, Geometry, Id, Kind, Localized, Object, Position, RichText};
use serde_json::{Value, json};

use super::Session;
use super::treks::{distance, hours};
use crate::answer::Answer;
use crate::{export, profile, query};

const COLUMNS: usize = 72;
const ROWS: usize = 8;

/// A text in the person's languages, the territory's default after them.
pub(super) fn text<'a>(
    session: &'a Session,
    sheet: &'a TrekDetails,
    localized: &'a Localized,
) -> Option<(&'a str, &'a str)> {
    let mut wanted = session.languages();
    wanted.push(&sheet.territory.default_language);
    localized.find(&wanted).map(|found| (found.text, found.lang))
}

pub(super) fn trek(session: &Session, reference: &str) -> Result<Answer> {
    let (territory, id) = query::trek(&session.companion, reference)?;
    let sheet = session.companion.trek_details(&territory, id, &ROUTE_ITEM_KINDS)?;
    Ok(Answer::of(document(session, &sheet)?, words(session, &sheet)?))
}

fn label(session: &Session, sheet: &TrekDetails, vocabulary: &str, id: Option<Id>) -> Result<Option<String>> {
    session.companion.localizer(&sheet.territory, &session.languages()).label(vocabulary, id)
}

fn labels(session: &Session, sheet: &TrekDetails, vocabulary: &str, ids: &[Id]) -> Result<Vec<String>> {
    session.companion.localizer(&sheet.territory, &session.languages()).labels(vocabulary, ids)
}

fn texts(sheet: &TrekDetails) -> [(&'static str, &RichText); 16] {
    let trek = &sheet.trek;
    [
        ("description_teaser", &trek.description_teaser),
        ("ambiance", &trek.ambiance),
        ("description", &trek.description),
        ("advice", &trek.advice),
        ("gear", &trek.gear),
        ("access", &trek.access),
        ("public_transport", &trek.public_transport),
        ("advised_parking", &trek.advised_parking),
        ("ratings_description", &trek.ratings_description),
        ("disabled_infrastructure", &trek.disabled_infrastructure),
        ("accessibility_advice", &trek.accessibility_advice),
        ("accessibility_covering", &trek.accessibility_covering),
        ("accessibility_exposure", &trek.accessibility_exposure),
        ("accessibility_signage", &trek.accessibility_signage),
        ("accessibility_slope", &trek.accessibility_slope),
        ("accessibility_width", &trek.accessibility_width),
    ]
}

fn document(session: &Session, sheet: &TrekDetails) -> Result<Value> {
    let trek = &sheet.trek;
    let (name, lang) = text(session, sheet, &trek.name).unwrap_or_default();
    let mut document = json!({
        "territory": sheet.territory.name, "kind": Kind::Trek, "id": trek.id,
        "ref": format!("{}/{}", sheet.territory.name, trek.id), "name": name, "lang": lang,
        "practice": label(session, sheet, "trek_practice", trek.practice)?,
        "difficulty": label(session, sheet, "trek_difficulty", trek.difficulty)?,
        "route": label(session, sheet, "trek_route", trek.route)?,
        "duration_h": trek.duration_h, "length_m": trek.length_3d_m.or(trek.length_2d_m),
        "ascent_m": trek.ascent_m, "descent_m": trek.descent_m,
        "min_elevation_m": trek.min_elevation_m, "max_elevation_m": trek.max_elevation_m,
        "offline": session.companion.is_offline(&sheet.territory, trek.id)?,
        "departure": text(session, sheet, &trek.departure).map(|(text, _)| text),
        "arrival": text(session, sheet, &trek.arrival).map(|(text, _)| text),
        "themes": labels(session, sheet, "theme", &trek.themes)?,
        "labels": labels(session, sheet, "label", &trek.labels)?,
        "networks": labels(session, sheet, "trek_network", &trek.networks)?,
        "cities": labels(session, sheet, "city", &trek.cities)?,
        "districts": labels(session, sheet, "district", &trek.districts)?,
        "published": trek.published, "created_ms": trek.created_ms, "updated_ms": trek.updated_ms,
        "attachments": attachments(session, &trek.attachments)?, "web_links": trek.web_links,
        "geometry": trek.geometry.as_ref().map(export::geometry),
        "points_reference": trek.points_reference.iter().map(coordinates).collect::<Vec<_>>(),
        "parking_location": trek.parking_location.as_ref().map(coordinates),
    });
    for (field, rich) in texts(sheet) {
        if let Some((plain, lang)) = text(session, sheet, &rich.plain) {
            document[field] = json!({"text": plain, "html": rich.html.in_language(lang), "lang": lang});
        }
    }
    let stages = sheet.stages.iter().enumerate().map(|(place, stage)| {
        let (name, lang) = text(session, sheet, &stage.name).unwrap_or_default();
        Ok(json!({"territory": sheet.territory.name, "kind": Kind::Trek, "id": stage.id, "ref": format!("{}/{}", sheet.territory.name, stage.id),
            "number": place + 1, "name": name, "lang": lang,
            "practice": label(session, sheet, "trek_practice", stage.practice)?,
            "difficulty": label(session, sheet, "trek_difficulty", stage.difficulty)?,
            "duration_h": stage.duration_h, "length_m": stage.length_3d_m.or(stage.length_2d_m),
            "ascent_m": stage.ascent_m, "offline": session.companion.is_offline(&sheet.territory, stage.id)?}))
    });
    document["stages"] = stages.collect::<Result<Vec<Value>>>()?.into();
    let own = |kinds: &[Kind]| -> Result<Vec<Value>> {
        let own = sheet.route_items.iter().filter(|beside| kinds.contains(&beside.object.kind()));
        own.map(|beside| route_item_document(session, sheet, beside)).collect()
    };
    document["pois"] = own(&[Kind::Poi])?.into();
    document["sensitive_areas"] = own(&[Kind::SensitiveArea])?.into();
    let others: Vec<Kind> =
        ROUTE_ITEM_KINDS.into_iter().filter(|kind| !matches!(kind, Kind::Poi | Kind::SensitiveArea)).collect();
    document["others"] = own(&others)?.into();
    Ok(document)
}

/// The attachments, each with where it is on the device, if it is.
fn attachments(session: &Session, attachments: &[Attachment]) -> Result<Vec<Value>> {
    let one = |attachment: &Attachment| {
        let mut item = serde_json::to_value(attachment).unwrap_or_default();
        item["path"] = json!(session.companion.picture_path(&attachment.picture)?);
        Ok(item)
    };
    attachments.iter().map(one).collect()
}

fn coordinates(position: &Position) -> Value {
    match position.elevation {
        Some(elevation) => json!([position.lon, position.lat, elevation]),
        None => json!([position.lon, position.lat]),
    }
}

fn route_item_document(session: &Session, sheet: &TrekDetails, item: &RouteItem) -> Result<Value> {
    let object = &item.object;
    let (name, lang) = name(session, sheet, object)?;
    Ok(json!({"territory": sheet.territory.name, "kind": object.kind(), "id": object.id(),
        "ref": format!("{}/{}", sheet.territory.name, object.id()), "name": name, "lang": lang,
        "offset_m": item.offset_m, "along_m": item.along_m, "estimated": item.estimated,
        "point": object.geometry().and_then(Geometry::first_position).as_ref().map(coordinates)}))
}

/// The name of an object; of a service the name of its type.
pub(super) fn name(session: &Session, sheet: &TrekDetails, object: &Object) -> Result<(String, String)> {
    if let Object::Service(service) = object {
        let label = label(session, sheet, "service_type", service.service_type)?;
        return Ok((label.unwrap_or_default(), String::new()));
    }
    let found = object.name().and_then(|name| text(session, sheet, name));
    Ok(found.map(|(text, lang)| (text.to_owned(), lang.to_owned())).unwrap_or_default())
}

/// What people query it by, in a line.
pub(super) fn stats(session: &Session, sheet: &TrekDetails) -> Result<String> {
    let (trek, units) = (&sheet.trek, session.units);
    let stats = [
        label(session, sheet, "trek_practice", trek.practice)?,
        label(session, sheet, "trek_difficulty", trek.difficulty)?,
        label(session, sheet, "trek_route", trek.route)?,
        trek.duration_h.map(hours),
        trek.length_3d_m.or(trek.length_2d_m).map(|metres| units.far().write(metres)),
        trek.ascent_m.map(|metres| format!("+{}", units.high().write(metres))),
        trek.descent_m.map(|metres| format!("−{}", units.high().write(metres.abs()))),
    ];
    Ok(stats.into_iter().flatten().collect::<Vec<_>>().join(" · "))
}

fn words(session: &Session, sheet: &TrekDetails) -> Result<String> {
    let (trek, units) = (&sheet.trek, session.units);
    let (title, _) = text(session, sheet, &trek.name).unwrap_or(("—", ""));
    let mut words = format!("{title}  ({}/{})\n", sheet.territory.name, trek.id);
    let _ = writeln!(words, "{}", stats(session, sheet)?);
    for (heading, localized) in [("From", &trek.departure), ("To", &trek.arrival)] {
        if let Some((place, _)) = text(session, sheet, localized) {
            let _ = writeln!(words, "{heading}: {place}");
        }
    }
    if !sheet.stages.is_empty() {
        words.push_str("\nStages\n");
    }
    for (place, stage) in sheet.stages.iter().enumerate() {
        let (name, _) = text(session, sheet, &stage.name).unwrap_or(("—", ""));
        let length =
            stage.length_3d_m.or(stage.length_2d_m).map(|metres| units.far().write(metres)).unwrap_or_default();
        let _ = writeln!(words, "  {}. {name}  {length}", place + 1);
    }
    let line: Vec<Position> = trek.geometry.as_ref().map(|geometry| geometry.lines().concat()).unwrap_or_default();
    if let Some(drawing) = profile::draw(&line, COLUMNS, ROWS, units) {
        let _ = writeln!(words, "\n{drawing}");
    }
    for (heading, rich) in texts(sheet).into_iter().take(8) {
        if let Some((plain, _)) = text(session, sheet, &rich.plain) {
            let _ = writeln!(words, "\n{}\n{plain}", heading.replace('_', " "));
        }
    }
    let mut on_device = Vec::new();
    for attachment in &trek.attachments {
        if let Some(path) = session.companion.picture_path(&attachment.picture)? {
            on_device.push((&attachment.picture, path));
        }
    }
    if !on_device.is_empty() {
        words.push_str("\npictures\n");
    }
    for (picture, path) in on_device {
        let credits = [&picture.title, &picture.author, &picture.license].into_iter().filter(|text| !text.is_empty());
        let credits = credits.cloned().collect::<Vec<_>>().join(", ");
        let _ = writeln!(words, "  {}  {credits}", path.display());
    }
    let mut headed = None;
    for kind in ROUTE_ITEM_KINDS {
        for beside in sheet.route_items.iter().filter(|beside| beside.object.kind() == kind) {
            if headed != Some(kind) {
                let told = if beside.estimated { " (by their distance)" } else { "" };
                let _ = writeln!(words, "\n{}{told}", kind.as_str().replace('_', " "));
                headed = Some(kind);
            }
            let (name, _) = name(session, sheet, &beside.object)?;
            let along = units.far().write(beside.along_m);
            let _ = writeln!(words, "  {along:>9}  {name} ({} off)", distance(beside.offset_m, units));
        }
    }
    Ok(words)
}
