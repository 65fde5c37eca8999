//! What every kind refers to: themes, labels, sources, structures, portals, types of files; and those of reports.

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
/// Statuses of reports, with their identifiers and colours. New reports get the one that is named so.
const STATUSES: [(&str, [&str; 3], &str); 5] = [
    ("filed", ["Déposé", "Filed", ""], "#c1292e"),
    ("waiting", ["En cours", "Under way", ""], "#f1a208"),
    ("solved", ["Résolu", "Solved", ""], "#2e933c"),
    ("classified", ["Classé sans suite", "", ""], "#8d99ae"),
    ("new", ["Nouveau", "New", ""], "#e30613"),
];
const FILE_TYPES: [&str; 5] = ["Photographie", "Dessin", "Topo-guide", "Vidéo", "Arrêté municipal"];

pub(super) fn fill(made: &mut Territory) {
    made.put("theme", pictured("theme", translated(1, "label", &THEMES)));
    made.put("label", labels());
    let file_types = with(plain(1, "type", &FILE_TYPES), "structure", |_| Value::Null);
    made.put("file_type", file_types);
    made.put("structure", plain(1, "name", &["Parc de la Brune", "Communauté de communes d'Œuf"]));
    made.put("organism", plain(1, "name", &["Club alpin de Sauvallon"]));
    made.put("reservationsystem", plain(1, "name", &["Réserv'Alpes"]));
    let sources = plain(1, "name", &["Parc de la Brune", "Office de tourisme de Sauvallon", "Association L'Œil"]);
    let sites = ["https://parc.example.org", "https://tourisme.example.org/?a=1&b=2", ""];
    let sources = with(with(sources, "website", |id| json!(sites[id - 1])), "pictogram", |_| Value::Null);
    made.put("source", sources);
    made.put("portal", portals());
    let web = [
        ["Météo", "Weather", ""],
        ["Transports", "Transport", ""],
        ["Topo", "", ""],
        ["Réglementation", "Rules", ""],
        ["Hébergement", "Lodging", ""],
    ];
    made.put("weblink_category", pictured("weblink_category", translated(1, "label", &web)));
    let notes = [["Sommet", "Summit", ""], ["Refuge", "Mountain hut", ""], ["Glacier", "Glacier", ""]];
    made.put("annotation_category", pictured("annotation_category", translated(1, "label", &notes)));
    made.put("feedback_activity", translated(1, "label", &ACTIVITIES));
    made.put("feedback_category", translated(1, "label", &CATEGORIES));
    made.put("feedback_magnitude", translated(1, "label", &MAGNITUDES));
    let status = |(at, (identifier, label, color)): (usize, &(&str, [&str; 3], &str))| {
        let label = text::term(*label);
        json!({"id": at + 1, "identifier": identifier, "label": label, "color": color})
    };
    made.put("feedback_status", STATUSES.iter().enumerate().map(status).collect());
}

/// Labels carry an advice in HTML, and some can be filtered by. The second one advises nothing.
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
