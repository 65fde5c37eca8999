//! Lists of outdoor sites, courses and sensitive areas. Their ids differ from those of treks, so that a lookup of an outdoor
//! rating among the ratings of treks fails.

use serde_json::{Value, json};

use super::super::{Territory, text};
use super::{translated, with};

const PRACTICES: [[&str; 3]; 5] = [
    ["Escalade", "Climbing", "Arrampicata"],
    ["Parapente", "Paragliding", ""],
    ["Via ferrata", "Via ferrata", "Via ferrata"],
    ["Canyonisme", "Canyoning", ""],
    ["Ski de randonnée", "", ""],
];
/// The name and the colour of a rating.
type Rating = (&'static str, &'static str);
/// Scales: name, practice and ratings.
const SCALES: [([&str; 3], usize, &[Rating]); 2] = [
    (["Cotation d'escalade", "Climbing grade", ""], 101, &[("4a", ""), ("5c+", ""), ("6b", ""), ("7a", "")]),
    (["Via ferrata", "", ""], 103, &[("F", "#4caf50"), ("PD", "#2196f3"), ("AD", "#f44336"), ("D", "#212121")]),
];
const SPECIES: [[&str; 3]; 4] = [
    ["Aigle royal", "Golden eagle", "Aquila reale"],
    ["Gypaète barbu", "Bearded vulture", ""],
    ["Tétras-lyre", "Black grouse", ""],
    ["Chamois", "", ""],
];

/// The ratings of each practice with a scale: the first id and the number.
pub(in crate::generator) const RATINGS: [(usize, usize); 2] = [(201, 4), (205, 4)];

/// The name of a species, which areas repeat, and the radius around its nest in metres.
pub(in crate::generator) fn species(id: usize) -> (Value, Option<usize>) {
    (text::term(SPECIES[id - 1]), (id < 4).then_some(id * 150))
}

pub(super) fn fill(territory: &mut Territory) {
    let practices = with(translated(101, "name", &PRACTICES), "pictogram", |_| Value::Null);
    territory.insert_module(
        "outdoor_practice",
        with(practices, "sector", |id| json!((id == 101 || id == 103).then_some(1))),
    );
    territory.insert_module("outdoor_sector", translated(1, "name", &[["Vertical", "Vertical", ""]]));
    let climbing = |entries| with(entries, "practice", |_| json!(101));
    territory.insert_module("outdoor_sitetype", climbing(translated(1, "name", &[["École", "Practice crag", ""]])));
    territory.insert_module(
        "outdoor_coursetype",
        climbing(translated(1, "name", &[["Grande voie", "Multi-pitch route", ""]])),
    );
    let mut ratings = Vec::new();
    let mut scales = Vec::new();
    for (at, (name, practice, values)) in SCALES.iter().enumerate() {
        scales.push(json!({"id": at + 11, "name": text::term(*name), "practice": practice}));
        for (rank, (value, color)) in values.iter().enumerate() {
            let description = if rank == 0 {
                text::nothing()
            } else {
                json!({"fr": "<p>Œil sûr exigé.</p>", "en": "", "it": null})
            };
            ratings.push(json!({"id": 201 + ratings.len(), "name": text::name(value, ""), "scale": at + 11,
                "order": rank + 1, "color": color, "description": description}));
        }
    }
    territory.insert_module("outdoor_rating", ratings);
    territory.insert_module("outdoor_ratingscale", scales);
    let practices = [["Terrestre", "On the ground", ""], ["Aérienne", "In the air", ""], ["Verticale", "", ""]];
    territory.insert_module("sensitivearea_practice", translated(1, "name", &practices));
    let mut kinds = translated(1, "name", &SPECIES);
    for (at, kind) in kinds.iter_mut().enumerate() {
        kind["radius"] = json!(species(at + 1).1);
        kind["url"] = json!(if at == 3 { "" } else { "https://example.org/espece" });
        kind["practices"] = json!(if at == 0 { vec![2, 3] } else { vec![1, 2] });
        for month in 1..=12 {
            kind[format!("period{month:02}")] = json!((at + 2..at + 6).contains(&month));
        }
    }
    territory.insert_module("sensitivearea_species", kinds);
}
