//! ChangeKind changed since the last time.

use std::fmt::Write as _;

use jalon::Result;
use jalon::catalogue::ChangeKind;
use serde_json::{Value, json};

use super::Session;
use crate::answer::{Answer, iso, list, referred};
use crate::query;

pub(super) fn changes(session: &Session, territory: Option<&str>, since: Option<&str>) -> Result<Answer> {
    let catalogue = session.companion.catalogue();
    let territories = match territory {
        Some(name) => vec![catalogue.territory(name)?],
        None => catalogue.territories()?,
    };
    // All of that day counts.
    let after_ms = since.map(query::day_ms).transpose()?.map(|ms| ms - 1);
    let mut items: Vec<Value> = Vec::new();
    let mut words = String::new();
    for territory in &territories {
        for changed in catalogue.change_history(territory, after_ms)? {
            let mut languages = session.languages();
            languages.push(&territory.default_language);
            let (name, lang) = changed
                .names
                .find(&languages)
                .map(|found| (found.text.to_owned(), found.lang.to_owned()))
                .unwrap_or_default();
            let sign = match changed.change_kind {
                ChangeKind::Added => '+',
                ChangeKind::Changed => '~',
                ChangeKind::Withdrawn => '-',
            };
            let _ = write!(words, "{sign} {:<16} {}/{:<7} {name}", changed.kind, changed.territory, changed.id);
            if !changed.fields.is_empty() {
                let _ = write!(words, "  ({})", changed.fields.join(", "));
            }
            words.push('\n');
            let mut item = referred(&json!({
                "territory": changed.territory, "kind": changed.kind, "id": changed.id, "name": name, "lang": lang,
            }));
            item["change_kind"] = json!(changed.change_kind);
            item["fields"] = json!(changed.fields);
            item["at"] = iso(changed.at_ms).into();
            items.push(item);
        }
    }
    if items.is_empty() {
        words.push_str("Nothing changed.\n");
    }
    Ok(Answer::of(list(items.len(), items), words))
}
