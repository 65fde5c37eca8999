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

/// Makes the tours, whole stages included, once nothing changes in treks any more.
pub(super) fn gather(made: &mut Territory) {
    let find = |id: usize| {
        if id == UNPUBLISHED { made.hidden["trek"][0].clone() } else { made.module("trek")[id - 1].clone() }
    };
    let tours = TOURS.iter().map(|(parent, stages)| {
        let mut tour = find(*parent);
        tour["count_children"] = json!(stages.len());
        tour["steps"] = stages.iter().map(|id| find(*id)).collect();
        tour
    });
    let tours = tours.collect();
    made.put("tour", tours);
}
