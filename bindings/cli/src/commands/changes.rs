//! `changes`: the objects that were added, changed or withdrawn.

use std::fmt::Write as _;

use jalon::catalogue::ChangeKind;
use serde_json::{Value, json};

use super::Session;
use crate::error::Result;
use crate::output::{Output, iso_time, with_ref};
use crate::parse;

pub(super) fn changes(session: &Session, territory: Option<&str>, since: Option<&str>) -> Result<Output> {
    let catalogue = session.companion.catalogue();
    let territories = match territory {
        Some(name) => vec![catalogue.territory(name)?],
        None => catalogue.territories()?,
    };
    // The catalogue lists the changes after a time: the first day counts from its first millisecond.
    let after_ms = since.map(|day| parse::day_start_ms("since", day)).transpose()?.map(|ms| ms - 1);
    let mut items: Vec<Value> = Vec::new();
    let mut text = String::new();
    for territory in &territories {
        let localizer = session.localizer(territory);
        for change in catalogue.change_history(territory, after_ms)? {
            let (name, lang) = localizer.text(&change.names).map_or(("", ""), |found| (found.text, found.lang));
            let sign = match change.change_kind {
                ChangeKind::Added => '+',
                ChangeKind::Changed => '~',
                ChangeKind::Withdrawn => '-',
            };
            let start = format!("{sign} {:<17} {}/{:<7} ", change.kind, change.territory, change.id);
            let _ = write!(text, "{start}{}", session.fit(name, start.chars().count()));
            if !change.fields.is_empty() {
                let _ = write!(text, "  ({})", change.fields.join(", "));
            }
            text.push('\n');
            items.push(with_ref(&json!({
                "territory": change.territory, "kind": change.kind, "id": change.id, "name": name, "lang": lang,
                "change_kind": change.change_kind, "fields": change.fields, "at": iso_time(change.at_ms),
            })));
        }
    }
    if items.is_empty() {
        text.push_str("No changes.\n");
    }
    Ok(Output::list(items, text))
}
