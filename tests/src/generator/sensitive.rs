//! Sensitive areas: of a species, or of a rule. One has no geometry.

use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};

use super::shapes::{ring, spot};
use super::vocabularies::outdoor::species;
use super::{HOST, Territory, attachments, text};

pub(super) fn fill(territory: &mut Territory, rng: &mut ChaCha8Rng) {
    territory.insert_module("sensitivearea", (1..=6).map(|id| area(id, rng)).collect());
}

fn rule(id: usize) -> Value {
    let (code, fr, en) =
        [("DRONE-FORBIDDEN", "Drones interdits", "No drones"), ("CAMPING-FORBIDDEN", "Bivouac interdit", "")][id % 2];
    json!({"id": id, "code": code, "name": text::name(fr, en), "url": "", "description": text::empty(),
        "pictogram": format!("{HOST}/media/upload/rules/rule-{id}.svg")})
}

/// An area. The first one is sensitive all year, the others in two months each.
fn area(id: usize, rng: &mut ChaCha8Rng) -> Value {
    let geometry = match id {
        6 => Value::Null,
        5 => json!({"type": "MultiPolygon", "coordinates": [ring(spot(rng), 0.01, rng), ring(spot(rng), 0.008, rng)]}),
        _ => json!({"type": "Polygon", "coordinates": ring(spot(rng), 0.01, rng)}),
    };
    let period: Vec<bool> = (1..=12).map(|month| id == 1 || month % 6 == id % 6).collect();
    let kind = (!id.is_multiple_of(3)).then_some(id % 4 + 1);
    let (name, radius) = kind.map_or_else(|| (text::name("Réserve de l'Œil", "Eye reserve"), None), species);
    let [created, updated] = text::dates(rng);
    let description = if id == 4 { json!({"fr": "", "en": "", "it": ""}) } else { text::full(1, rng) };
    let rules: Vec<Value> = if id.is_multiple_of(2) { (20..20 + id % 3).map(rule).collect() } else { vec![] };
    let pictures =
        if id == 2 { json!([attachments::picture("sensitivity_sensitivearea", 11, id, 0, rng)]) } else { json!([]) };
    json!({"id": id, "url": format!("{HOST}/api/v2/sensitivearea/{id}/"), "name": name, "species_id": kind,
        "description": description,
        "geometry": geometry, "period": period, "practices": text::sample(&[1, 2, 3], 50, rng), "published": true,
        "rules": rules, "elevation": radius, "contact": text::pick(&["<p>garde@example.org</p>", ""], rng),
        "info_url": if kind.is_some() { "https://example.org/espece" } else { "" }, "openair_url": null,
        "kml_url": format!("{HOST}/api/fr/sensitiveareas/{id}.kml"),
        "attachments": pictures,
        "provider": kind.map(|_| "Biodiv'sports"), "structure": 1, "create_datetime": created,
        "update_datetime": updated})
}
