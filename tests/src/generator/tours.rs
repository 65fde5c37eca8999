//! The itineraries: treks that have stages. The second one has a stage that is not published.

use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};

use super::zones::Zones;
use super::{Territory, stages, treks};

/// Two itineraries: the ids of the parent and of its stages.
const TOURS: [(usize, &[usize]); 2] = [(1, &[3, 4]), (2, &[5, UNPUBLISHED, 6])];
/// The stage that is in an itinerary and readable by detail, and not in the list.
pub(super) const UNPUBLISHED: usize = 9001;

pub(super) fn fill(made: &mut Territory, count: usize, zones: &Zones, rng: &mut ChaCha8Rng) {
    let mut all: Vec<Value> = (1..=count.max(6)).map(|id| treks::trek(id, made, zones, rng)).collect();
    let mut secret = treks::trek(UNPUBLISHED, made, zones, rng);
    secret["published"] = json!({"fr": false, "en": false, "it": false});
    secret["themes"] = json!([1, super::references::THEME]);
    for (parent, children) in TOURS {
        all[parent - 1]["children"] = json!(children);
        for (at, id) in children.iter().enumerate() {
            let stage = if *id == UNPUBLISHED { &mut secret } else { &mut all[id - 1] };
            let key = parent.to_string();
            stage["parents"] = json!([parent]);
            stage["previous"] = json!({ &key: at.checked_sub(1).map(|before| children[before]) });
            stage["next"] = json!({ key: children.get(at + 1) });
        }
        let place = |id: &usize| children.iter().position(|stage| stage == id);
        let mut itinerary = all[parent - 1].take();
        let mut own: Vec<(usize, &mut Value)> = all
            .iter_mut()
            .enumerate()
            .filter_map(|(at, trek)| Some((place(&(at + 1))?, trek)))
            .chain(place(&UNPUBLISHED).map(|at| (at, &mut secret)))
            .collect();
        own.sort_by_key(|(at, _)| *at);
        stages::join(&mut itinerary, own.into_iter().map(|(_, stage)| stage).collect(), zones);
        all[parent - 1] = itinerary;
    }
    made.put("trek", all);
    made.hidden.insert("trek".to_owned(), vec![secret]);
}

/// Makes the tours, whole stages included, out of the treks that have stages; the list has none of those that are not
/// published themselves.
pub(super) fn gather(made: &mut Territory) {
    let all = || made.module("trek").iter().chain(made.hidden.get("trek").into_iter().flatten());
    let stages = |trek: &Value| trek["children"].as_array().cloned().unwrap_or_default();
    let tours = made.module("trek").iter().filter(|trek| !stages(trek).is_empty()).map(|trek| {
        let mut tour = trek.clone();
        tour["count_children"] = json!(stages(trek).len());
        let steps = stages(trek).into_iter().filter_map(|id| all().find(|trek| trek["id"] == id));
        tour["steps"] = steps.cloned().collect();
        tour
    });
    let tours = tours.collect();
    made.put("tour", tours);
}

/// Closes the gap a trek leaves in itineraries, and frees its own stages.
pub(super) fn without(made: &mut Territory, id: u64) {
    let key = id.to_string();
    let mut chains = Vec::new();
    for trek in made.modules.get_mut("trek").into_iter().chain(made.hidden.get_mut("trek")).flatten() {
        if let Some(children) = trek["children"].as_array_mut().filter(|children| children.iter().any(|one| *one == id))
        {
            children.retain(|child| *child != id);
            chains.push((trek["id"].to_string(), trek["children"].as_array().cloned().unwrap_or_default()));
        }
        if let Some(parents) = trek["parents"].as_array_mut() {
            parents.retain(|parent| *parent != id);
        }
        for side in ["previous", "next"] {
            trek[side].as_object_mut().map(|others| others.remove(&key));
        }
    }
    for trek in made.modules.get_mut("trek").into_iter().chain(made.hidden.get_mut("trek")).flatten() {
        for (parent, stages) in &chains {
            let Some(at) = stages.iter().position(|stage| *stage == trek["id"]) else { continue };
            trek["previous"][parent] = json!(at.checked_sub(1).map(|before| &stages[before]));
            trek["next"][parent] = json!(stages.get(at + 1));
        }
    }
}
