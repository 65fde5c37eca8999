//! Lists of signage and infrastructure. Their labels are in one language, and most have a structure that is always null.

use serde_json::{Value, json};

use super::super::Territory;
use super::{pictogram, plain, with};

/// Types of infrastructure. The first seven are facilities, the others buildings.
const INFRASTRUCTURES: [&str; 10] = [
    "Passerelle",
    "Banc",
    "Table d'orientation",
    "Barrière",
    "Main courante",
    "Gué",
    "Clôture",
    "Abri",
    "Cabane pastorale",
    "Toilettes sèches",
];
const SIGNAGES: [&str; 6] =
    ["Directionnelle", "Panneau d'accueil", "Réglementaire", "Table de lecture", "Balise", "Œuvre d'Émile"];

pub(super) fn fill(territory: &mut Territory) {
    let owned = |entries| with(entries, "structure", |_| Value::Null);
    let infrastructures = with(owned(plain(1, "label", &INFRASTRUCTURES)), "pictogram", |id| {
        if id == 1 { json!(pictogram("infrastructure_type", id)) } else { Value::Null }
    });
    let kind = |id| json!(if id <= 7 { "Équipement" } else { "Bâtiment" });
    territory.insert_module("infrastructure_type", with(infrastructures, "type", kind));
    let conditions = ["Neuf", "Bon état", "Usé", "Dégradé", "À remplacer"];
    territory.insert_module("infrastructure_condition", owned(plain(1, "label", &conditions)));
    let levels = ["Facile", "Moyen", "Difficile"];
    territory.insert_module("infrastructure_maintenance_difficulty_level", owned(plain(1, "label", &levels)));
    territory.insert_module("infrastructure_usage_difficulty_level", owned(plain(1, "label", &levels)));
    territory.insert_module("signage_type", with(owned(plain(1, "label", &SIGNAGES)), "pictogram", |_| Value::Null));
    territory.insert_module("signage_blade_type", owned(plain(1, "label", &["Lame", "Bague", "Plaque"])));
    territory.insert_module("signage_color", plain(1, "label", &["Jaune", "Rouge et blanc"]));
    territory.insert_module("signage_direction", plain(1, "label", &["À gauche", "À droite", "Des deux côtés"]));
    territory.insert_module("signage_condition", owned(plain(1, "label", &["Bon état", "Dégradé"])));
    territory.insert_module("signage_sealing", owned(plain(1, "label", &["Béton", "Terre", "Rocher", "Mur"])));
}
