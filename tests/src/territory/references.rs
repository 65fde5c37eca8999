//! References that lead nowhere, on purpose: everything else refers to what is there. On a real server an id can be
//! missing from a list because its entry is not published or serves no published object; sometimes the detail still
//! gives it, sometimes nothing does.

use serde_json::{Value, json};

use super::{Territory, text};

/// The theme only the unpublished stage has: it is not in the list, and its detail answers.
pub(super) const THEME: u64 = 11;

/// Module, id of the object, field, and the id that is nowhere.
pub const DANGLING: [(&str, u64, &str, u64); 4] = [
    ("trek", 6, "information_desks", 99),
    ("trek", 4, "cities", 999),
    ("touristicevent", 2, "organizers_id", 99),
    ("signage", 4, "sealing", 99),
];

pub(super) fn fill(made: &mut Territory) {
    let theme = json!({"id": THEME, "label": text::name("Archives", "Archives"),
        "pictogram": format!("{}/media/upload/theme-{THEME}.svg", super::HOST)});
    made.hidden.insert("theme".to_owned(), vec![theme]);
    for (module, id, field, nowhere) in DANGLING {
        let mut objects = made.modules.get_mut(module).into_iter().flatten();
        let Some(object) = objects.find(|object| object["id"] == id) else { continue };
        match &mut object[field] {
            Value::Array(ids) => ids.push(json!(nowhere)),
            value => *value = json!(nowhere),
        }
    }
}
