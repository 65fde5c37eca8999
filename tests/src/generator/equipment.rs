//! Services, signage and infrastructure. They have no `update_datetime`.

use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};

use super::shapes::{point3, spot, trek_line};
use super::{HOST, Territory, attachments, merge, text, uuid};

pub(super) fn fill(territory: &mut Territory, rng: &mut ChaCha8Rng) {
    let service = |id: usize, rng: &mut ChaCha8Rng| {
        let mut service = base(7, id, point3(spot(rng), rng), rng);
        let eid = if id.is_multiple_of(4) { format!("node/{id}") } else { String::new() };
        merge(&mut service, json!({"type": id % 4 + 11, "eid": eid}));
        service
    };
    territory.insert_module("service", (1..=8).map(|id| service(id, rng)).collect());
    territory.insert_module("signage", (1..=10).map(|id| signage(id, rng)).collect());
    territory.insert_module("infrastructure", (1..=8).map(|id| infrastructure(id, rng)).collect());
}

/// The fields of all three.
fn base(kind: u32, id: usize, geometry: Value, rng: &mut ChaCha8Rng) -> Value {
    json!({"id": id, "uuid": uuid(kind, id), "eid": "", "geometry": geometry, "provider": null,
        "structure": text::pick(&[1, 2], rng)})
}

/// A line of a blade: the kilometres are a string, and the duration is a time of day.
fn line(id: usize, rank: usize) -> Value {
    let mark = json!({"label": "GR", "code": "GR", "pictogram": format!("{HOST}/media/upload/gr.svg"),
        "description": "Balisage GR"});
    let (distance, time) = [(Some("12.6"), None), (Some("3.500"), Some("02:55:00")), (None, None)][(id + rank) % 3];
    json!({"id": id * 10 + rank, "direction": rank % 3 + 1, "text": text::place_name("Col", id + rank),
        "pictograms": if rank == 0 { vec![mark] } else { vec![] }, "distance": distance, "time": time})
}

fn signage(id: usize, rng: &mut ChaCha8Rng) -> Value {
    let blade = |rank: usize| {
        let lines: Vec<Value> = (0..(id + rank) % 3).map(|line_rank| line(id * 4 + rank, line_rank)).collect();
        json!({"id": id * 4 + rank, "number": (rank + 1).to_string(), "color": (rank == 0).then_some(1 + id % 2),
            "direction": rank % 3 + 1, "lines": lines})
    };
    let blades: Vec<Value> = if id.is_multiple_of(3) { vec![] } else { (0..1 + id % 3).map(blade).collect() };
    let conditions: Vec<u64> = if text::chance(65, rng) { text::sample(&[1, 2], 60, rng) } else { vec![] };
    let description = match id % 2 {
        0 => text::term(["Au carrefour, côté œil-de-bœuf", "At the crossroads", ""]),
        _ => text::empty(),
    };
    let mut signage = base(4, id, point3(spot(rng), rng), rng);
    let more = json!({"name": text::name(&text::place_name("Poteau", id / 2), "Post"),
        "description": description,
        "attachments": attachments::pictures("signage_signage", 4, id, 1, rng), "blades": blades,
        "code": if id == 5 { String::new() } else { format!("PNB-{id:03}") }, "condition": conditions.first(),
        "conditions": conditions, "implantation_year": text::pick(&[Some(2004), Some(2019), None], rng),
        "printed_elevation": text::pick(&[Some(1480), None], rng),
        "sealing": text::pick(&[Some(1), Some(2), Some(4), None], rng),
        "type": id % 6 + 1});
    merge(&mut signage, more);
    signage
}

/// Infrastructure: points, and a line for one of four.
fn infrastructure(id: usize, rng: &mut ChaCha8Rng) -> Value {
    let geometry = if id.is_multiple_of(4) {
        json!({"type": "LineString", "coordinates": trek_line(2, rng)[..10]})
    } else {
        point3(spot(rng), rng)
    };
    let mut infrastructure = base(5, id, geometry, rng);
    let more = json!({"name": text::name(&text::place_name("Passerelle", id), "Footbridge"),
        "description": text::term(["Chêne et acier ; à revoir au printemps", "Oak and steel", ""]),
        "accessibility": text::optional_html(if id % 3 == 1 { 100 } else { 0 }, rng),
        "attachments": attachments::pictures("infrastructure_infrastructure", 5, id, 1, rng),
        "conditions": if id.is_multiple_of(2) { text::sample(&[1, 2, 3, 4, 5], 30, rng) } else { vec![] },
        "implantation_year": (!id.is_multiple_of(3)).then_some(1990 + id),
        "maintenance_difficulty": text::pick(&[Some(1), Some(3), None], rng),
        "usage_difficulty": text::pick(&[Some(2), None], rng), "type": id % 10 + 1});
    merge(&mut infrastructure, more);
    infrastructure
}
