//! Vocabularies: a number, a label, perhaps a pictogram and an order; what else an entry has stays as the server wrote it.

use std::collections::BTreeMap;

use serde_json::Value;

use super::fields::Fields;
use crate::model::{Id, Localized, Object, Term};

/// What the vocabularies call their label, in the order in which one is looked for: some have several of them.
const LABELS: [&str; 5] = ["label", "name", "route", "type", "title"];

/// An entry; of a category of contents, its types after it.
pub(super) fn read(vocabulary: &str, mut f: Fields<'_>) -> Vec<Object> {
    let Some(id) = f.own_id() else { return Vec::new() };
    let types = if vocabulary == "touristiccontent_category" { content_types(&mut f, id) } else { Vec::new() };
    let label = LABELS.into_iter().find(|field| f.has(field)).map(|field| f.text(field)).unwrap_or_default();
    let pictogram = f.link("pictogram");
    let order = f.integer("order");
    let rest = f.rest();
    let properties = rest.into_iter().filter_map(|field| Some((field.clone(), f.value::<Value>(&field)?))).collect();
    let term = Term { vocabulary: vocabulary.to_owned(), id, label, pictogram, order, properties };
    std::iter::once(term.into()).chain(types).collect()
}

/// The two lists of types that a category has, each type once, with its category and the number and label of its list.
fn content_types(f: &mut Fields<'_>, category: Id) -> Vec<Object> {
    let mut terms = Vec::new();
    for mut list in f.objects("types", "list_of_content_types") {
        let number = list.own_id();
        let list_label = list.text("label");
        for mut value in list.objects("values", "content_type") {
            let Some(id) = value.own_id() else { continue };
            let mut properties = BTreeMap::from([("category".to_owned(), Value::from(category))]);
            properties.insert("list".to_owned(), Value::from(number));
            properties.insert("list_label".to_owned(), texts(&list_label));
            let (label, pictogram) = (value.text("label"), value.link("pictogram"));
            let vocabulary = "touristiccontent_type".to_owned();
            terms.push(Term { vocabulary, id, label, pictogram, order: None, properties }.into());
        }
    }
    terms
}

fn texts(label: &Localized) -> Value {
    label
        .iter()
        .map(|(language, text)| (language.to_owned(), Value::from(text)))
        .collect::<serde_json::Map<_, _>>()
        .into()
}
