//! `features`: the objects in a bounding box.

use std::fmt::Write as _;

use jalon::companion::FeatureQuery;

use super::Session;
use crate::args::FeaturesArgs;
use crate::error::Result;
use crate::output::{Output, list, with_ref};
use crate::parse;

pub(super) fn features(session: &Session, args: &FeaturesArgs) -> Result<Output> {
    let bounds = parse::bounds("bbox", &args.bbox)?;
    let query = FeatureQuery {
        kinds: args.filter.kind.clone(),
        territory: args.filter.territory.clone(),
        tolerance_m: args.tolerance,
        limit: args.limit,
        past_events: args.filter.past,
    };
    let page = session.companion.features(&bounds, &query, &session.languages())?;
    if page.total == 0 {
        session.check_bounds(&bounds)?;
    }
    let mut text = String::new();
    for item in &page.items {
        let start = format!("{:<17} {:<12} ", item.kind, format!("{}/{}", item.territory, item.id));
        let name = if item.name.is_empty() { "—" } else { &item.name };
        let _ = writeln!(text, "{start}{}", session.fit(name, start.chars().count()));
    }
    match page.total {
        0 => text.push_str("No objects found.\n"),
        total if total > page.items.len() => {
            let _ = writeln!(text, "{} of {total} objects; list more with --limit.", page.items.len());
        }
        _ => {}
    }
    let items = page.items.iter().map(with_ref).collect();
    Ok(Output::new(list(page.total, items), text))
}
