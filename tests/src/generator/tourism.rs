//! Touristic contents, touristic events and information desks.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};

use super::shapes::{Place, point2, ring, round, spot};
use super::vocabularies::tourism::{ORGANIZERS, PLACES, desk_type, value_id, values};
use super::word_lists::{PEOPLE, VILLAGES};
use super::zones::Zones;
use super::{HOST, Size, Territory, attachments, merge, text, uuid};
use crate::day::Day;

pub(super) fn fill(territory: &mut Territory, size: Size, zones: &Zones, rng: &mut ChaCha8Rng) {
    territory.insert_module("touristiccontent", (1..=size.contents).map(|id| content(id, zones, rng)).collect());
    let today = territory.today;
    territory.insert_module("touristicevent", (1..=size.events).map(|id| event(id, today, zones, rng)).collect());
    territory.insert_module("informationdesk", (1..=5).map(|id| desk(id, rng)).collect());
}

/// The fields of contents and events.
fn common(module: &str, kind: u32, id: usize, name: &str, place: Place, zones: &Zones, rng: &mut ChaCha8Rng) -> Value {
    let zoning = zones.of([place]);
    let [created, updated] = text::dates(rng);
    json!({"id": id, "uuid": uuid(kind, id), "url": format!("{HOST}/api/v2/{module}/{id}/"),
        "name": text::name(name, ""), "accessibility": text::empty(), "approved": text::chance(20, rng),
        "attachments": attachments::pictures(&format!("tourism_{module}"), kind, id, 3, rng),
        "cities": zoning.cities, "city_codes": zoning.codes(), "districts": zoning.districts,
        "description": text::html(2, rng), "description_teaser": text::html(1, rng),
        "practical_info": text::html(1, rng), "pdf": text::pdf(&format!("{module}s"), id, name),
        "published": text::published(id), "structure": text::pick(&[1, 1, 2], rng),
        "create_datetime": created, "update_datetime": updated,
        "contact": "Le Bourg, 05990 Sauvallon<br>Tél. : 04 00 00 00 00",
        "email": text::pick(&[Some("accueil@example.org"), None], rng),
        "website": text::pick(&[Some("https://example.org/œuf"), None], rng),
        "external_id": text::pick(&["", "", "APIDAE-4807"], rng), "provider": null, "portal": [], "source": [],
        "themes": if text::chance(65, rng) { text::sample(&[1, 2, 3, 5], 40, rng) } else { vec![] }})
}

fn content(id: usize, zones: &Zones, rng: &mut ChaCha8Rng) -> Value {
    let (x, y) = spot(rng);
    let geometry = match id % 12 {
        4 => json!({"type": "LineString", "coordinates": [[x, y], [round(x + 0.01), round(y + 0.004)]]}),
        5 => json!({"type": "Polygon", "coordinates": ring((x, y), 0.002, rng)}),
        _ => point2((x, y)),
    };
    let category = id % 8 + 1;
    let chosen = |list: usize, rng: &mut ChaCha8Rng| -> Vec<usize> {
        let ids = (0..values(category)[list]).map(|rank| value_id(category, list, rank));
        ids.filter(|_| text::chance(50, rng)).collect()
    };
    let types = json!({format!("{category}01"): chosen(0, rng), format!("{category}02"): chosen(1, rng)});
    let what =
        ["Gîte", "Restaurant", "Fromagerie", "Écomusée", "Base de loisirs", "Séjour", "Ferme", "Atelier"][category - 1];
    let mut content = common("touristiccontent", 3, id, &text::place_name(what, id / 3), (x, y), zones, rng);
    let (city, code) = if id % 40 == 7 { (None, None) } else { zones.of([(x, y)]).first() };
    let reserved = text::chance(20, rng);
    let more = json!({"geometry": geometry, "category": category, "types": types, "departure_city": city,
        "departure_city_code": code, "accessibility": text::optional_html(20, rng),
        "label_accessibility": text::chance(15, rng).then_some(id % 4 + 1),
        "provider": text::pick(&[Some("Apidae"), Some("Parc de la Brune"), None], rng),
        "contact": text::pick(&["<p>Le Bourg</p>", ""], rng),
        "portal": if id.is_multiple_of(6) { vec![1] } else { vec![] },
        "source": if id.is_multiple_of(2) { vec![2] } else { vec![] },
        "reservation_system": reserved.then_some(1),
        "reservation_id": if reserved { format!("G{id}") } else { String::new() }});
    merge(&mut content, more);
    content
}

/// An event. Two of eight are over; the others end today, take place, or are in the future.
fn event(id: usize, today: Day, zones: &Zones, rng: &mut ChaCha8Rng) -> Value {
    let (from, lasts) = match id % 8 {
        0 | 4 => (-(id as i64) - 9, 4),
        1 => (0, 0),
        2 => (-3, 12),
        3 => (-2, 2),
        _ => (id as i64 * 3 % 200 + 1, id as i64 % 4),
    };
    let (begin, place) = (today.plus(from), spot(rng));
    let kind = id % 6 + 1;
    let what = ["Fête", "Sortie nature", "Concert", "Exposition", "Atelier", "Projection"][kind - 1];
    let organizers: Vec<usize> = (1..=3).filter(|_| text::chance(45, rng)).collect();
    let names = organizers.iter().map(|id| ORGANIZERS[id - 1]).collect::<Vec<_>>().join(", ");
    let capacity = text::pick(&[Some(0), Some(20), Some(45), None], rng);
    let time =
        text::chance(70, rng).then(|| format!("{:02}:{}0:00", rng.random_range(8..21), text::pick(&[0, 3], rng)));
    let cancelled = id % 11 == 5;
    let mut event = common("touristicevent", 12, id, &text::place_name(what, id / 2), place, zones, rng);
    let more = json!({"geometry": point2(place), "begin_date": begin.to_string(),
        "end_date": begin.plus(lasts).to_string(), "start_time": time, "meeting_time": time,
        "end_time": time.as_ref().filter(|_| text::chance(25, rng)).map(|_| "22:00:00"),
        "meeting_point": text::pick(&["", "Devant l'église"], rng),
        "duration": text::pick(&["", "2 h", "½ journée"], rng),
        "bookable": id.is_multiple_of(3),
        "booking": if id.is_multiple_of(3) { "<p>Réserver la veille.</p>" } else { "" },
        "cancelled": cancelled,
        "cancellation_reason": if cancelled { text::name("Météo", "Weather") } else { Value::Null },
        // A real server writes Python's `None` here.
        "capacity": capacity, "participant_number": capacity.map_or("None".to_owned(), |number| number.to_string()),
        "price": text::pick(&[Some("0.00"), Some("12.50"), None], rng), "organizer": names, "organizers": names,
        "organizers_id": organizers, "place": text::pick(&[Some(PLACES[0]), Some(PLACES[1]), None], rng),
        "speaker": text::pick(&[PEOPLE[0], PEOPLE[3], ""], rng), "type": (!id.is_multiple_of(7)).then_some(kind),
        "target_audience": text::pick(&[Some("Tout public"), Some(""), None], rng)});
    merge(&mut event, more);
    event
}

/// An information desk: an address, and coordinates instead of a geometry. The third one has no coordinates.
fn desk(id: usize, rng: &mut ChaCha8Rng) -> Value {
    let place = (id != 3).then(|| spot(rng));
    let there = id != 4;
    let photo = if id.is_multiple_of(2) { String::new() } else { format!("{HOST}/media/upload/desk-{id}.jpg") };
    json!({"id": id, "uuid": uuid(6, id), "provider": null, "description": text::html(1, rng),
        "name": {"fr": text::place_name("Maison", id), "en": if id == 1 { "" } else { "Park house" }, "it": ""},
        "accessibility": text::optional_html(40, rng), "label_accessibility": (id == 2).then_some(1),
        "latitude": place.map(|p| p.1), "longitude": place.map(|p| p.0),
        "email": there.then_some("accueil@example.org"),
        "phone": there.then_some("04 00 00 00 00"), "website": (id < 4).then_some("https://example.org"),
        "photo_url": photo, "municipality": VILLAGES[id], "postal_code": format!("05{id}90"),
        "street": "4, place de l'Église", "type": desk_type(id % 3 + 1)})
}
