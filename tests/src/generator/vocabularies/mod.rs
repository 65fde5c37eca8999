//! The lists that objects refer to by id, with the fields of their kind: some have a pictogram, some a pictogram that is
//! always null, some none; some have a structure that is always null.
//!
//! * `common`: themes, labels, sources, structures, portals, file types, and the lists of reports.
//! * `walking`: lists of treks and POIs. `tourism`: of contents, events, desks and services. `outdoor`: of sites, courses and
//!   sensitive areas. `equipment`: of signage and infrastructure.

mod common;
mod equipment;
pub(super) mod outdoor;
pub(super) mod tourism;
pub(super) mod walking;

use serde_json::{Value, json};

use super::{HOST, Territory, text};

pub(super) fn fill(territory: &mut Territory) {
    common::fill(territory);
    walking::fill(territory);
    tourism::fill(territory);
    equipment::fill(territory);
    outdoor::fill(territory);
}

/// The address of an entry's pictogram.
fn pictogram(module: &str, id: usize) -> String {
    let kind = if module == "poi_type" { "png" } else { "svg" };
    format!("{HOST}/media/upload/{module}-{id}.{kind}")
}

/// Entries with translated labels and ids from `first`. `field` is the field of the label.
fn translated(first: usize, field: &str, labels: &[[&str; 3]]) -> Vec<Value> {
    let entry = |(at, texts): (usize, &[&str; 3])| json!({"id": first + at, field: text::term(*texts)});
    labels.iter().enumerate().map(entry).collect()
}

/// Entries with labels in one language and ids from `first`.
fn plain(first: usize, field: &str, labels: &[&str]) -> Vec<Value> {
    labels.iter().enumerate().map(|(at, label)| json!({"id": first + at, field: label})).collect()
}

/// Adds a field whose value follows from the id.
fn with(mut entries: Vec<Value>, field: &str, value: impl Fn(usize) -> Value) -> Vec<Value> {
    for entry in &mut entries {
        let id = entry["id"].as_u64().and_then(|id| usize::try_from(id).ok()).unwrap_or(0);
        entry[field] = value(id);
    }
    entries
}

/// Adds a pictogram to each entry.
fn pictured(module: &str, entries: Vec<Value>) -> Vec<Value> {
    with(entries, "pictogram", |id| json!(pictogram(module, id)))
}
