//! Points of interest.

use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};

use super::vocabularies::walking;
use super::{HOST, Territory, attachments, shapes, text, uuid};

pub(super) fn fill(territory: &mut Territory, count: usize, rng: &mut ChaCha8Rng) {
    territory.insert_module("poi", (1..=count).map(|id| poi(id, rng)).collect());
}

fn poi(id: usize, rng: &mut ChaCha8Rng) -> Value {
    let kind = id / 2 * 11 % 15 + 1;
    let (label, pictogram) = walking::poi_type(kind);
    let [fr, en] = walking::poi_kind(kind);
    // Names repeat, because there are fewer places than points.
    let name = text::name(&text::place_name(fr, id / 4), &format!("{en} {}", id / 4));
    let [created, updated] = text::dates(rng);
    let provider = text::chance(70, rng).then(|| text::pick(&["OpenStreetMap", "Parc de la Brune"], rng));
    let external = if text::chance(33, rng) { format!("node/{}", 40_000 + id) } else { String::new() };
    json!({"id": id, "uuid": uuid(2, id), "url": format!("{HOST}/api/v2/poi/{id}/"), "external_id": external,
        "name": name, "description": text::html(1, rng), "geometry": shapes::point3(shapes::spot(rng), rng),
        "type": kind,
        "type_label": label, "type_pictogram": pictogram,
        "attachments": attachments::pictures("trekking_poi", 2, id, 3, rng),
        "provider": provider, "structure": text::pick(&[1, 1, 2], rng), "published": text::published(id),
        "view_points": [], "create_datetime": created, "update_datetime": updated})
}
