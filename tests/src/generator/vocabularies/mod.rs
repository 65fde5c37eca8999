//! The small lists objects refer to by id, each with the fields its kind has and no other: some have a picture, some a
//! picture that is always null, some none; some belong to a structure that is always null.

mod common;
mod equipment;
pub(super) mod outdoor;
pub(super) mod tourism;
pub(super) mod walking;

use serde_json::{Value, json};

use super::{HOST, Territory, text};

pub(super) fn fill(made: &mut Territory) {
    common::fill(made);
    walking::fill(made);
    tourism::fill(made);
    equipment::fill(made);
    outdoor::fill(made);
}

/// The picture of an entry.
fn pictogram(module: &str, id: usize) -> String {
    let kind = if module == "poi_type" { "png" } else { "svg" };
    format!("{HOST}/media/upload/{module}-{id}.{kind}")
}

/// Entries with a translated label, numbered from `first`; the label's field is `label`.
fn translated(first: usize, field: &str, labels: &[[&str; 3]]) -> Vec<Value> {
    let entry = |(at, texts): (usize, &[&str; 3])| json!({"id": first + at, field: text::term(*texts)});
    labels.iter().enumerate().map(entry).collect()
}

/// Entries with a label in one language, numbered from `first`.
fn plain(first: usize, field: &str, labels: &[&str]) -> Vec<Value> {
    labels.iter().enumerate().map(|(at, label)| json!({"id": first + at, field: label})).collect()
}

/// The entries with one more field, made from their id.
fn with(mut entries: Vec<Value>, field: &str, value: impl Fn(usize) -> Value) -> Vec<Value> {
    for entry in &mut entries {
        let id = entry["id"].as_u64().and_then(|id| usize::try_from(id).ok()).unwrap_or(0);
        entry[field] = value(id);
    }
    entries
}

/// The entries with a picture each.
fn pictured(module: &str, entries: Vec<Value>) -> Vec<Value> {
    with(entries, "pictogram", |id| json!(pictogram(module, id)))
}
