//! What is met along the way: POIs, contents, events, desks, services, signage, infrastructure, sensitive areas, cities.

use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};

use super::{HOST, Size, Territory, picture, shapes, text, uuid};
use crate::day::Day;

const DATES: [&str; 3] =
    ["2023-08-30T06:32:42+02:00", "2026-07-01T23:59:59.917026+02:00", "2026-03-03T06:18:00.917026+01:00"];

pub(super) fn fill(made: &mut Territory, size: Size, rng: &mut ChaCha8Rng) {
    made.put("poi", (1..=size.pois).map(|id| poi(id, rng)).collect());
    made.put("touristiccontent", (1..=size.contents).map(|id| content(id, rng)).collect());
    let today = made.today;
    made.put("touristicevent", (1..=size.events).map(|id| event(id, today, rng)).collect());
    made.put("sensitivearea", (1..=6).map(|id| sensitive(id, rng)).collect());
    made.put("informationdesk", (1..=3).map(|id| desk(id, rng)).collect());
    made.put("service", (1..=8).map(|id| base(7, id, shapes::point3(rng), json!({"type": id % 3 + 1}))).collect());
    made.put("signage", (1..=10).map(|id| signage(id, rng)).collect());
    made.put("infrastructure", (1..=8).map(|id| infrastructure(id, rng)).collect());
    for (module, count, half) in [("city", 4, 0.05), ("district", 2, 0.2)] {
        let areas = (1..=count).map(|id| {
            let rings = json!([[shapes::ring(shapes::spot(rng), half)]]);
            json!({"id": id, "code": format!("050{id:02}"), "name": format!("Saint-Étienne-d'Œuf {id}"), "published": true,
                "geometry": {"type": "MultiPolygon", "coordinates": rings.as_array()}})
        });
        let areas = areas.collect();
        made.put(module, areas);
    }
}

/// What services, signage and infrastructure have in common.
fn base(kind: u32, id: usize, geometry: Value, more: Value) -> Value {
    let mut object =
        json!({"id": id, "uuid": uuid(kind, id), "eid": "", "geometry": geometry, "provider": null, "structure": 1});
    if let (Value::Object(object), Value::Object(more)) = (&mut object, more) {
        object.extend(more);
    }
    object
}

fn poi(id: usize, rng: &mut ChaCha8Rng) -> Value {
    json!({"id": id, "uuid": uuid(2, id), "url": format!("{HOST}/api/v2/poi/{id}/"), "external_id": "", "structure": 1,
        "name": text::name(&format!("Chapelle de l'Été {}", id / 4), &format!("Chapel {}", id / 4)),
        "description": text::html(id), "geometry": shapes::point3(rng), "type": id % 3 + 1,
        "type_label": text::name("Patrimoine", "Heritage"), "type_pictogram": format!("{HOST}/media/upload/poi.svg"),
        "attachments": picture("trekking_poi", id), "provider": null, "published": text::published(id),
        "view_points": [], "create_datetime": DATES[0], "update_datetime": DATES[id % 2 + 1]})
}

/// The fields contents and events share.
fn tourism(module: &str, id: usize, geometry: Value, more: Value) -> Value {
    let pdf = |lang| format!("{HOST}/api/{lang}/{module}s/{id}/t.pdf");
    let common = json!({"url": format!("{HOST}/api/v2/{module}/{id}/"), "accessibility": {"fr": "", "en": "", "it": null},
        "approved": false, "attachments": picture(module, id), "cities": [1], "city_codes": ["05001"], "districts": [1],
        "description": text::html(id), "description_teaser": text::html(id + 1), "practical_info": text::html(id + 2),
        "pdf": {"fr": pdf("fr"), "en": pdf("en"), "it": pdf("it")}, "portal": [], "published": text::published(id),
        "source": [], "themes": [1, 2], "contact": "", "email": null, "website": null, "external_id": "",
        "create_datetime": DATES[0], "update_datetime": DATES[id % 2 + 1]});
    let mut object = base(3, id, geometry, common);
    if let (Value::Object(object), Value::Object(more)) = (&mut object, more) {
        object.remove("eid");
        object.extend(more);
    }
    object
}

fn content(id: usize, rng: &mut ChaCha8Rng) -> Value {
    let (x, y) = shapes::spot(rng);
    let geometry = match id % 6 {
        4 => json!({"type": "LineString", "coordinates": [[x, y], [x + 0.01, y]]}),
        5 => json!({"type": "Polygon", "coordinates": [shapes::ring((x, y), 0.002)]}),
        _ => json!({"type": "Point", "coordinates": [x, y]}),
    };
    let category = id % 3 + 1;
    let types = [(format!("{category}01"), json!([1])), (format!("{category}02"), json!([]))];
    let types: Value = Value::Object(types.into_iter().collect());
    tourism(
        "touristiccontent",
        id,
        geometry,
        json!({"name": text::name(&format!("Gîte {}", id / 3), ""),
        "category": category, "types": types, "departure_city": 1, "departure_city_code": "05001",
        "label_accessibility": null, "reservation_system": null, "reservation_id": ""}),
    )
}

/// An event: over for one in four, under way, on its last day, or to come.
fn event(id: usize, today: Day, rng: &mut ChaCha8Rng) -> Value {
    let (from, lasts) = match id % 8 {
        0 | 4 => (-(id as i64) - 9, 4),
        1 => (0, 0),
        2 => (-3, 12),
        3 => (-2, 2),
        _ => (id as i64 * 3 % 200, id as i64 % 4),
    };
    let begin = today.plus(from);
    tourism(
        "touristicevent",
        id,
        shapes::point2(rng),
        json!({"name": text::name(&format!("Fête {}", id / 2), "Fair"),
        "begin_date": begin.to_string(), "end_date": begin.plus(lasts).to_string(), "start_time": "09:00:00", "end_time": null,
        "meeting_time": "09:00:00", "meeting_point": "", "duration": "", "bookable": false, "booking": "",
        "cancelled": false, "cancellation_reason": null, "capacity": 0, "participant_number": "None", "price": "5.00",
        "organizer": "", "organizers": "", "organizers_id": [1], "place": null, "speaker": "Hélène",
        "target_audience": null, "type": id % 3 + 1}),
    )
}

fn sensitive(id: usize, rng: &mut ChaCha8Rng) -> Value {
    let geometry = match id {
        6 => Value::Null,
        5 => json!({"type": "MultiPolygon", "coordinates": [[shapes::ring(shapes::spot(rng), 0.01)]]}),
        _ => json!({"type": "Polygon", "coordinates": [shapes::ring(shapes::spot(rng), 0.01)]}),
    };
    let period: Vec<bool> = (1..=12).map(|month| id == 1 || month % 6 == id % 6).collect();
    let rules = if id.is_multiple_of(2) {
        json!([{"id": 20, "code": "DRONE-FORBIDDEN", "name": text::name("Drones interdits", "No drones"), "url": "",
            "pictogram": format!("{HOST}/media/upload/rules/d.svg"), "description": {"fr": "", "en": "", "it": null}}])
    } else {
        json!([])
    };
    json!({"id": id, "url": format!("{HOST}/api/v2/sensitivearea/{id}/"), "name": text::name("Tétras-lyre", "Black grouse"),
        "description": text::html(id), "geometry": geometry, "period": period, "practices": [1, 2], "published": true,
        "rules": rules, "species_id": if id.is_multiple_of(3) { None } else { Some(id % 3) }, "elevation": 100, "contact": "",
        "info_url": "", "kml_url": format!("{HOST}/api/fr/sensitiveareas/{id}.kml"), "openair_url": null,
        "attachments": [], "provider": null, "structure": 1, "create_datetime": DATES[0], "update_datetime": DATES[id % 2 + 1]})
}

fn desk(id: usize, rng: &mut ChaCha8Rng) -> Value {
    let (x, y) = shapes::spot(rng);
    let place = (id != 3).then_some((x, y));
    json!({"id": id, "uuid": uuid(6, id), "name": {"fr": "Maison du parc", "en": "Park house", "it": ""},
        "description": text::html(id), "accessibility": {"fr": "", "en": "", "it": null}, "label_accessibility": null,
        "latitude": place.map(|p| p.1), "longitude": place.map(|p| p.0), "email": "a@example.org", "phone": null,
        "photo_url": "", "municipality": "Villar-d'Arêne", "postal_code": "05480", "street": "4 place de l'Église",
        "provider": null, "website": null, "type": {"id": 1, "label": text::name("Maisons", ""),
        "pictogram": format!("{HOST}/media/upload/informationdesk_type-1.svg")}})
}

fn signage(id: usize, rng: &mut ChaCha8Rng) -> Value {
    let blades = if id.is_multiple_of(3) {
        json!([])
    } else {
        json!([{"id": id, "number": "1", "color": 2, "direction": 2, "lines": [{"id": id, "direction": 1,
            "text": "Col de l'Œil", "pictograms": [], "distance": "3.500", "time": "02:55:00"}]}])
    };
    base(
        4,
        id,
        shapes::point3(rng),
        json!({"name": text::name(&format!("Poteau {}", id / 2), "Post"),
        "description": text::html(id), "attachments": [], "blades": blades, "code": "", "condition": null,
        "conditions": [1, 2], "implantation_year": 2019, "printed_elevation": null, "sealing": 1, "type": id % 3 + 1}),
    )
}

fn infrastructure(id: usize, rng: &mut ChaCha8Rng) -> Value {
    let geometry = if id.is_multiple_of(4) {
        json!({"type": "LineString", "coordinates": shapes::trace(2, rng)[..10]})
    } else {
        shapes::point3(rng)
    };
    base(
        5,
        id,
        geometry,
        json!({"name": text::name("Passerelle", "Footbridge"), "description": text::html(id),
        "accessibility": {"fr": "", "en": "", "it": null}, "attachments": [], "conditions": [1, 2],
        "implantation_year": null, "maintenance_difficulty": null, "usage_difficulty": 1, "type": id % 3 + 1}),
    )
}
