//! Lists of contents, events, information desks and services.

use serde_json::{Value, json};

use super::super::{Territory, text};
use super::{pictured, plain, translated, with};

/// Categories of contents, with two lists of types each. The id of a list is 100 times that of the category, plus 1 or 2.
const CATEGORIES: [([&str; 3], [&[&str]; 2]); 8] = [
    (["Hébergement", "Lodging", "Alloggio"], [&["Gîte", "Hôtel", "Camping", "Refuge"], &["Clé d'or", "Accueil vélo"]]),
    (["Restaurant", "Restaurant", "Ristorante"], [&["Traditionnel", "Crêperie", "Table d'hôte"], &[]]),
    (["Produits du terroir", "Local produce", ""], [&["Fromage", "Miel", "Œufs"], &["Bio", "Du parc"]]),
    (["Musée", "Museum", "Museo"], [&["Écomusée", "Musée d'art"], &[]]),
    (["Loisirs", "Leisure", ""], [&["Baignade", "Parapente", "Équitation"], &["Famille"]]),
    (["Séjour", "", ""], [&["Avec un âne", "En refuge"], &[]]),
    (["Visite", "Tour", ""], [&["Village", "Ferme"], &["Gratuit", "Sur réservation"]]),
    (["Artisanat", "Crafts", ""], [&["Poterie", "Bois"], &[]]),
];
const EVENTS: [[&str; 3]; 6] = [
    ["Fête", "Fair", ""],
    ["Sortie nature", "Nature walk", ""],
    ["Concert", "Concert", "Concerto"],
    ["Exposition", "Exhibition", ""],
    ["Atelier", "Workshop", ""],
    ["Projection", "", ""],
];
/// Organizers of events.
pub(in crate::generator) const ORGANIZERS: [&str; 3] =
    ["Mairie de Sauvallon", "Parc de la Brune", "Association L'Œil et l'Oreille"];
/// Places of events.
pub(in crate::generator) const PLACES: [&str; 3] = ["Salle des fêtes", "Maison du parc", "Place de l'Église"];
/// Types of information desks, which are embedded in desks.
const DESKS: [[&str; 3]; 3] =
    [["Maison du parc", "Park house", ""], ["Office de tourisme", "Tourist office", ""], ["Gare", "", ""]];

/// The number of values in both lists of a category.
pub(in crate::generator) fn values(category: usize) -> [usize; 2] {
    CATEGORIES[category - 1].1.map(<[_]>::len)
}

/// The id of a value. Ids are unique over all lists.
pub(in crate::generator) fn value_id(category: usize, list: usize, rank: usize) -> usize {
    let before: usize = (1..category).map(|category| values(category).iter().sum::<usize>()).sum();
    before + values(category)[..list].iter().sum::<usize>() + rank + 1
}

/// The type of an information desk, as embedded in the desk.
pub(in crate::generator) fn desk_type(id: usize) -> Value {
    pictured("informationdesk_type", translated(1, "label", &DESKS))[id - 1].clone()
}

pub(super) fn fill(territory: &mut Territory) {
    let category = |(at, (label, lists)): (usize, &([&str; 3], [&[&str]; 2]))| {
        let list = |list: usize| {
            let value = |(rank, fr): (usize, &&str)| {
                let id = value_id(at + 1, list, rank);
                json!({"id": id, "label": text::name(fr, ""), "pictogram": null})
            };
            let label = [text::name("Type", "Type"), text::name("Label", "")][list].clone();
            let values: Vec<Value> = lists[list].iter().enumerate().map(value).collect();
            json!({"id": (at + 1) * 100 + list + 1, "label": label, "values": values})
        };
        json!({"id": at + 1, "label": text::term(*label), "order": null, "types": [list(0), list(1)]})
    };
    let categories = CATEGORIES.iter().enumerate().map(category).collect();
    territory.insert_module("touristiccontent_category", pictured("touristiccontent_category", categories));
    let events = with(translated(1, "type", &EVENTS), "pictogram", |_| Value::Null);
    territory.insert_module("touristicevent_type", events);
    territory.insert_module("touristicevent_organizer", plain(1, "label", &ORGANIZERS));
    let place = |id: usize| json!({"type": "Point", "coordinates": [6.1 + id as f64 / 10.0, 44.8]});
    territory.insert_module("touristicevent_place", with(plain(1, "name", &PLACES), "geometry", place));
    territory.insert_module("informationdesk_type", pictured("informationdesk_type", translated(1, "label", &DESKS)));
    let access = [
        ["Label handicap moteur", "Motor disability", ""],
        ["Label handicap auditif", "Hearing", ""],
        ["Label handicap visuel", "Sight", ""],
        ["Label handicap mental", "", ""],
    ];
    territory.insert_module("label_accessibility", pictured("label_accessibility", translated(1, "label", &access)));
    let services = [
        ["Point d'eau", "Drinking water", "Acqua potabile"],
        ["Arrêt de bus", "Bus stop", ""],
        ["Toilettes", "Toilets", ""],
        ["Réparation de vélos", "", ""],
    ];
    let services = pictured("service_type", translated(11, "name", &services));
    territory.insert_module(
        "service_type",
        with(services, "practices", |id| if id == 14 { json!([2, 4]) } else { json!([1, 2, 3]) }),
    );
}
