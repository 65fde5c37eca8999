//! Lists of all kinds: themes, labels, sources, structures, portals and file types; and the lists of reports.

use serde_json::{Value, json};

use super::super::{Territory, text};
use super::{pictured, plain, translated, with};

const THEMES: [[&str; 3]; 10] = [
    ["Lac et eau", "Lakes and water", "Laghi e acqua"],
    ["Faune", "Wildlife", "Fauna"],
    ["Flore", "Flora", "Flora"],
    ["Géologie", "Geology", ""],
    ["Histoire et architecture", "History and architecture", ""],
    ["Pastoralisme", "Pastoralism", ""],
    ["Point de vue", "Viewpoint", "Punto panoramico"],
    ["Refuge", "Mountain hut", "Rifugio"],
    ["Glacier", "Glacier", ""],
    ["Archéologie et « vieux métiers »", "", ""],
];
const ACTIVITIES: [[&str; 3]; 4] = [
    ["Randonnée pédestre", "Hiking", ""],
    ["VTT", "Mountain biking", ""],
    ["Équestre", "", ""],
    ["Trail", "Trail", ""],
];
const CATEGORIES: [[&str; 3]; 4] = [
    ["Environnement", "Environment", ""],
    ["Balisage / signalétique", "Waymarks and signs", ""],
    ["Incident / sécurité", "Incident / safety", ""],
    ["Conflit d'usage", "", ""],
];
const MAGNITUDES: [[&str; 3]; 3] = [
    ["Utilisation possible", "Can be used", ""],
    ["Utilisation difficile", "Hard to use", ""],
    ["Utilisation impossible", "Cannot be used", ""],
];
/// Statuses of reports: identifier, label and colour. A new report gets the status with the French label `Nouveau`.
const STATUSES: [(&str, [&str; 3], &str); 5] = [
    ("filed", ["Déposé", "Filed", ""], "#c1292e"),
    ("waiting", ["En cours", "Under way", ""], "#f1a208"),
    ("solved", ["Résolu", "Solved", ""], "#2e933c"),
    ("classified", ["Classé sans suite", "", ""], "#8d99ae"),
    ("new", ["Nouveau", "New", ""], "#e30613"),
];
const FILE_TYPES: [&str; 5] = ["Photographie", "Dessin", "Topo-guide", "Vidéo", "Arrêté municipal"];

pub(super) fn fill(territory: &mut Territory) {
    territory.insert_module("theme", pictured("theme", translated(1, "label", &THEMES)));
    territory.insert_module("label", labels());
    let file_types = with(plain(1, "type", &FILE_TYPES), "structure", |_| Value::Null);
    territory.insert_module("file_type", file_types);
    territory.insert_module("structure", plain(1, "name", &["Parc de la Brune", "Communauté de communes d'Œuf"]));
    territory.insert_module("organism", plain(1, "name", &["Club alpin de Sauvallon"]));
    territory.insert_module("reservationsystem", plain(1, "name", &["Réserv'Alpes"]));
    let sources = plain(1, "name", &["Parc de la Brune", "Office de tourisme de Sauvallon", "Association L'Œil"]);
    let sites = ["https://parc.example.org", "https://tourisme.example.org/?a=1&b=2", ""];
    let sources = with(with(sources, "website", |id| json!(sites[id - 1])), "pictogram", |_| Value::Null);
    territory.insert_module("source", sources);
    territory.insert_module("portal", portals());
    let web = [
        ["Météo", "Weather", ""],
        ["Transports", "Transport", ""],
        ["Topo", "", ""],
        ["Réglementation", "Rules", ""],
        ["Hébergement", "Lodging", ""],
    ];
    territory.insert_module("weblink_category", pictured("weblink_category", translated(1, "label", &web)));
    let notes = [["Sommet", "Summit", ""], ["Refuge", "Mountain hut", ""], ["Glacier", "Glacier", ""]];
    territory.insert_module("annotation_category", pictured("annotation_category", translated(1, "label", &notes)));
    territory.insert_module("feedback_activity", translated(1, "label", &ACTIVITIES));
    territory.insert_module("feedback_category", translated(1, "label", &CATEGORIES));
    territory.insert_module("feedback_magnitude", translated(1, "label", &MAGNITUDES));
    let status = |(at, (identifier, label, color)): (usize, &(&str, [&str; 3], &str))| {
        let label = text::term(*label);
        json!({"id": at + 1, "identifier": identifier, "label": label, "color": color})
    };
    territory.insert_module("feedback_status", STATUSES.iter().enumerate().map(status).collect());
}

/// Labels with an advice in HTML, except for the second one. Some are filters.
fn labels() -> Vec<Value> {
    let advice = [
        json!({"fr": "<p>Cœur du parc&nbsp;: chiens interdits, même en laisse.</p>",
            "en": "<p>Heart of the park: no dogs, even on a lead.</p>", "it": ""}),
        json!({"fr": "", "en": "", "it": ""}),
        json!({"fr": "<p>Réserve naturelle&nbsp;: ni cueillette ni bivouac.</p>", "en": "", "it": ""}),
    ];
    let names =
        [["Cœur de parc", "Heart of the park", ""], ["Itinéraire remarquable", "", ""], ["Réserve", "Reserve", ""]];
    let labels = with(translated(1, "name", &names), "advice", |id| advice[id - 1].clone());
    with(with(labels, "filter", |id| json!(id != 3)), "pictogram", |_| Value::Null)
}

fn portals() -> Vec<Value> {
    let describe = |id| match id {
        1 => json!({"fr": "Randos en Brune", "en": "Hikes", "it": ""}),
        _ => json!({"fr": "", "en": "", "it": ""}),
    };
    let portals = with(plain(1, "name", &["Grand public", "Vallée d'Œuf"]), "description", describe);
    let portals = with(portals, "title", |_| json!({"fr": "Mon rando", "en": "My hikes", "it": "Le mie escursioni"}));
    with(portals, "website", |id| json!(format!("https://portail-{id}.example.org")))
}
