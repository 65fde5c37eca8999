//! Itineraries: treks with stages. The second itinerary has an unpublished stage.

use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};

use super::zones::Zones;
use super::{Territory, stage_lines, treks};

/// The ids of two itineraries and of their stages.
const TOURS: [(usize, &[usize]); 2] = [(1, &[3, 4]), (2, &[5, UNPUBLISHED, 6])];
/// The stage that is in an itinerary and can be read by id, but is not in the list.
pub(super) const UNPUBLISHED: usize = 9001;

pub(super) fn fill(territory: &mut Territory, count: usize, zones: &Zones, rng: &mut ChaCha8Rng) {
    let mut all: Vec<Value> = (1..=count.max(6)).map(|id| treks::trek(id, territory, zones, rng)).collect();
    let mut unpublished = treks::trek(UNPUBLISHED, territory, zones, rng);
    unpublished["published"] = json!({"fr": false, "en": false, "it": false});
    unpublished["themes"] = json!([1, super::references::THEME]);
    for (parent, children) in TOURS {
        all[parent - 1]["children"] = json!(children);
        for (at, id) in children.iter().enumerate() {
            let stage = if *id == UNPUBLISHED { &mut unpublished } else { &mut all[id - 1] };
            let key = parent.to_string();
            stage["parents"] = json!([parent]);
            stage["previous"] = json!({ &key: at.checked_sub(1).map(|before| children[before]) });
            stage["next"] = json!({ key: children.get(at + 1) });
        }
        let position = |id: &usize| children.iter().position(|stage| stage == id);
        let mut itinerary = all[parent - 1].take();
        let mut own: Vec<(usize, &mut Value)> = all
            .iter_mut()
            .enumerate()
            .filter_map(|(at, trek)| Some((position(&(at + 1))?, trek)))
            .chain(position(&UNPUBLISHED).map(|at| (at, &mut unpublished)))
            .collect();
        own.sort_by_key(|(at, _)| *at);
        stage_lines::join(&mut itinerary, own.into_iter().map(|(_, stage)| stage).collect(), zones);
        all[parent - 1] = itinerary;
    }
    territory.insert_module("trek", all);
    territory.hidden.insert("trek".to_owned(), vec![unpublished]);
}

/// Rebuilds the tours, with their embedded stages, from the published treks with stages.
pub(super) fn rebuild(territory: &mut Territory) {
    let all = || territory.module("trek").iter().chain(territory.hidden.get("trek").into_iter().flatten());
    let stages = |trek: &Value| trek["children"].as_array().cloned().unwrap_or_default();
    let tours = territory.module("trek").iter().filter(|trek| !stages(trek).is_empty()).map(|trek| {
        let mut tour = trek.clone();
        tour["count_children"] = json!(stages(trek).len());
        let steps = stages(trek).into_iter().filter_map(|id| all().find(|trek| trek["id"] == id));
        tour["steps"] = steps.cloned().collect();
        tour
    });
    let tours = tours.collect();
    territory.insert_module("tour", tours);
}

/// Removes a trek from itineraries, and its own stages from it.
pub(super) fn remove_stage(territory: &mut Territory, id: u64) {
    let key = id.to_string();
    let mut chains = Vec::new();
    for trek in territory.modules.get_mut("trek").into_iter().chain(territory.hidden.get_mut("trek")).flatten() {
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
    for trek in territory.modules.get_mut("trek").into_iter().chain(territory.hidden.get_mut("trek")).flatten() {
        for (parent, stages) in &chains {
            let Some(at) = stages.iter().position(|stage| *stage == trek["id"]) else { continue };
            trek["previous"][parent] = json!(at.checked_sub(1).map(|before| &stages[before]));
            trek["next"][parent] = json!(stages.get(at + 1));
        }
    }
}
