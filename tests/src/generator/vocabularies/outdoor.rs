//! What outdoor sites, courses and sensitive areas refer to. Ids start far from those of treks, so that whoever looks
//! an outdoor rating up among those of treks finds nothing.

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
/// A rating and its colour.
type Rating = (&'static str, &'static str);
/// Scales: their name, their practice and their ratings.
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

/// The ratings of each outdoor practice that has a scale: the first id and how many there are.
pub(in crate::generator) const RATINGS: [(usize, usize); 2] = [(201, 4), (205, 4)];

/// The name of a species, which areas repeat, and the radius around its nest.
pub(in crate::generator) fn species(id: usize) -> (Value, Option<usize>) {
    (text::term(SPECIES[id - 1]), (id < 4).then_some(id * 150))
}

pub(super) fn fill(made: &mut Territory) {
    let practices = with(translated(101, "name", &PRACTICES), "pictogram", |_| Value::Null);
    made.put("outdoor_practice", with(practices, "sector", |id| json!((id == 101 || id == 103).then_some(1))));
    made.put("outdoor_sector", translated(1, "name", &[["Vertical", "Vertical", ""]]));
    let climbing = |entries| with(entries, "practice", |_| json!(101));
    made.put("outdoor_sitetype", climbing(translated(1, "name", &[["École", "Practice crag", ""]])));
    made.put("outdoor_coursetype", climbing(translated(1, "name", &[["Grande voie", "Multi-pitch route", ""]])));
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
    made.put("outdoor_rating", ratings);
    made.put("outdoor_ratingscale", scales);
    let practices = [["Terrestre", "On the ground", ""], ["Aérienne", "In the air", ""], ["Verticale", "", ""]];
    made.put("sensitivearea_practice", translated(1, "name", &practices));
    let mut kinds = translated(1, "name", &SPECIES);
    for (at, kind) in kinds.iter_mut().enumerate() {
        kind["radius"] = json!(species(at + 1).1);
        kind["url"] = json!(if at == 3 { "" } else { "https://example.org/espece" });
        kind["practices"] = json!(if at == 0 { vec![2, 3] } else { vec![1, 2] });
        for month in 1..=12 {
            kind[format!("period{month:02}")] = json!((at + 2..at + 6).contains(&month));
        }
    }
    made.put("sensitivearea_species", kinds);
}
