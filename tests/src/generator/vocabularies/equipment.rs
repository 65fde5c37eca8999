//! What signage and infrastructure refer to. Their labels are in one language, and a real server gives most of them a
//! structure that is always null.

use serde_json::{Value, json};

use super::super::Territory;
use super::{pictogram, plain, with};

/// Types of infrastructure; the first seven are facilities, the others buildings.
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

pub(super) fn fill(made: &mut Territory) {
    let owned = |entries| with(entries, "structure", |_| Value::Null);
    let infrastructures = with(owned(plain(1, "label", &INFRASTRUCTURES)), "pictogram", |id| {
        if id == 1 { json!(pictogram("infrastructure_type", id)) } else { Value::Null }
    });
    let kind = |id| json!(if id <= 7 { "Équipement" } else { "Bâtiment" });
    made.put("infrastructure_type", with(infrastructures, "type", kind));
    let conditions = ["Neuf", "Bon état", "Usé", "Dégradé", "À remplacer"];
    made.put("infrastructure_condition", owned(plain(1, "label", &conditions)));
    let levels = ["Facile", "Moyen", "Difficile"];
    made.put("infrastructure_maintenance_difficulty_level", owned(plain(1, "label", &levels)));
    made.put("infrastructure_usage_difficulty_level", owned(plain(1, "label", &levels)));
    made.put("signage_type", with(owned(plain(1, "label", &SIGNAGES)), "pictogram", |_| Value::Null));
    made.put("signage_blade_type", owned(plain(1, "label", &["Lame", "Bague", "Plaque"])));
    made.put("signage_color", plain(1, "label", &["Jaune", "Rouge et blanc"]));
    made.put("signage_direction", plain(1, "label", &["À gauche", "À droite", "Des deux côtés"]));
    made.put("signage_condition", owned(plain(1, "label", &["Bon état", "Dégradé"])));
    made.put("signage_sealing", owned(plain(1, "label", &["Béton", "Terre", "Rocher", "Mur"])));
}
