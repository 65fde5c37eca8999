//! Entries of vocabularies: an id, a label, perhaps a pictogram and an order. The other members of an entry stay as the
//! server wrote them.

use std::collections::BTreeMap;

use serde_json::Value;

use super::object::WireObject;
use crate::model::{Id, Localized, Object, Term};

/// The names of the label, in the order of preference: some vocabularies have several.
const LABELS: [&str; 5] = ["label", "name", "route", "type", "title"];

/// An entry; for a category of contents, its types after it.
pub(super) fn read(vocabulary: &str, mut json: WireObject<'_>) -> Vec<Object> {
    let Some(id) = json.own_id() else { return Vec::new() };
    let types = if vocabulary == "touristiccontent_category" { content_types(&mut json, id) } else { Vec::new() };
    let label = LABELS.into_iter().find(|name| json.peek(name).is_some()).map(|name| json.text(name));
    let label = label.unwrap_or_default();
    let pictogram = json.link("pictogram");
    let order = json.value("order");
    let properties = json.take_rest();
    let term = Term { vocabulary: vocabulary.to_owned(), id, label, pictogram, order, properties };
    std::iter::once(term.into()).chain(types).collect()
}

/// The types of a category, each with its category and the number and label of the list that it is in.
fn content_types(json: &mut WireObject<'_>, category: Id) -> Vec<Object> {
    let mut terms = Vec::new();
    for mut list in json.objects("types", "list_of_content_types") {
        let number = list.own_id();
        let list_label = list.text("label");
        for mut value in list.objects("values", "content_type") {
            let Some(id) = value.own_id() else { continue };
            let mut properties = BTreeMap::new();
            properties.insert("category".to_owned(), Value::from(category));
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
