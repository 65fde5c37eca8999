//! Lists of treks and POIs.

use serde_json::{Value, json};

use super::super::{Territory, text};
use super::{pictogram, pictured, translated, with};

const PRACTICES: [[&str; 3]; 7] = [
    ["À pied", "Hiking", "A piedi"],
    ["VTT", "Mountain bike", "Mountain bike"],
    ["Cheval", "Horse riding", ""],
    ["Vélo de route", "Road cycling", ""],
    ["Trail", "Trail running", ""],
    ["Refuge à refuge", "", ""],
    ["Raquettes", "Snowshoeing", "Ciaspole"],
];
/// In ascending order of difficulty.
const DIFFICULTIES: [[&str; 3]; 5] = [
    ["Très facile", "Very easy", "Molto facile"],
    ["Facile", "Easy", "Facile"],
    ["Intermédiaire", "Medium", ""],
    ["Difficile", "Difficult", "Difficile"],
    ["Très difficile", "Very difficult", ""],
];
const ROUTES: [[&str; 3]; 3] =
    [["Boucle", "Loop", "Anello"], ["Aller-retour", "Out and back", ""], ["Traversée", "Crossing", ""]];
const NETWORKS: [[&str; 3]; 5] =
    [["GR", "GR", ""], ["GRP", "GRP", ""], ["PR", "PR", ""], ["VTT", "Mountain bike", ""], ["Équestre", "", ""]];
const ACCESSIBILITIES: [[&str; 3]; 3] = [
    ["Fauteuil roulant", "Wheelchair", ""],
    ["Poussette", "Pushchair", "Passeggino"],
    ["Joëlette", "All-terrain wheelchair", ""],
];
const LEVELS: [[&str; 3]; 2] = [["Débutant", "Beginner", ""], ["Expérimenté", "Experienced", ""]];
const POIS: [[&str; 3]; 15] = [
    ["Faune", "Wildlife", "Fauna"],
    ["Flore", "Flora", "Flora"],
    ["Chapelle", "Chapel", "Cappella"],
    ["Col", "Pass", ""],
    ["Sommet", "Summit", "Cima"],
    ["Lac", "Lake", "Lago"],
    ["Cascade", "Waterfall", ""],
    ["Point de vue", "Viewpoint", ""],
    ["Géologie", "Geology", ""],
    ["Hameau", "Hamlet", ""],
    ["Four à pain", "Bread oven", ""],
    ["Pastoralisme", "Pastoralism", ""],
    ["Œuvre d'art", "Work of art", ""],
    ["Refuge", "Mountain hut", "Rifugio"],
    ["Canal", "", ""],
];
/// Scales of ratings: name, practice and ratings. The ratings of the last scale have an order, the others do not.
const SCALES: [([&str; 3], usize, &[&str]); 3] = [
    (["Difficulté VTT", "", ""], 2, &["Verte", "Bleue", "Rouge", "Noire"]),
    (["Engagement", "", ""], 5, &["I", "II", "III"]),
    (["Effort", "Effort", ""], 1, &["Facile", "Assez facile", "Peu difficile"]),
];

/// The label and the pictogram of a type of POI, which POIs repeat.
pub(in crate::generator) fn poi_type(id: usize) -> (Value, String) {
    (text::term(POIS[id - 1]), pictogram("poi_type", id))
}

/// The name of a type of POI in French and English.
pub(in crate::generator) fn poi_kind(id: usize) -> [&'static str; 2] {
    let [fr, en, _] = POIS[id - 1];
    [fr, if en.is_empty() { "Place" } else { en }]
}

pub(super) fn fill(territory: &mut Territory) {
    let practices = with(pictured("trek_practice", translated(1, "name", &PRACTICES)), "order", |_| Value::Null);
    territory.insert_module("trek_practice", practices);
    let difficulties = pictured("trek_difficulty", translated(1, "label", &DIFFICULTIES));
    territory.insert_module("trek_difficulty", with(difficulties, "cirkwi_level", |id| json!(id)));
    territory.insert_module("trek_route", pictured("trek_route", translated(1, "route", &ROUTES)));
    territory.insert_module("trek_network", pictured("trek_network", translated(1, "label", &NETWORKS)));
    territory
        .insert_module("trek_accessibility", pictured("trek_accessibility", translated(1, "name", &ACCESSIBILITIES)));
    territory.insert_module("trek_accessibility_level", translated(1, "name", &LEVELS));
    territory.insert_module("poi_type", pictured("poi_type", translated(1, "label", &POIS)));
    let mut ratings = Vec::new();
    let mut scales = Vec::new();
    for (at, (name, practice, values)) in SCALES.iter().enumerate() {
        scales.push(json!({"id": at + 1, "name": text::term(*name), "practice": practice}));
        for (rank, value) in values.iter().enumerate() {
            let order = (at + 1 == SCALES.len()).then_some(rank + 1);
            ratings.push(json!({"id": ratings.len() + 21, "name": text::name(value, ""), "scale": at + 1,
                "order": order, "color": "", "description": text::empty()}));
        }
    }
    territory.insert_module("trek_rating", ratings);
    territory.insert_module("trek_ratingscale", scales);
}
