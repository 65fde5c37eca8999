//! `near`: the objects nearest to a position.

use std::fmt::Write as _;

use jalon::companion::NearbyQuery;

use super::Session;
use super::far_away::FAR_M;
use super::remarks::remarks;
use crate::args::NearArgs;
use crate::error::Result;
use crate::output::{Output, with_ref};
use crate::units::compass_point;

pub(super) fn near(session: &Session, args: &NearArgs) -> Result<Output> {
    let position = args.position.position()?;
    let query = NearbyQuery {
        kinds: args.filter.kind.clone(),
        territory: args.filter.territory.clone(),
        max_distance_m: args.radius,
        limit: args.limit,
        past_events: args.filter.past,
    };
    let items = session.companion.nearest(position, &query, &session.languages())?;
    if items.first().is_none_or(|nearest| nearest.distance_m > FAR_M) {
        session.check_position(position)?;
    }
    let mut text = String::new();
    for item in &items {
        let start = format!(
            "{:>9} {:<2} {:<17} {:<12} ",
            session.units.format_distance(item.distance_m),
            compass_point(item.bearing_deg),
            item.kind,
            format!("{}/{}", item.territory, item.id),
        );
        let name = if item.name.is_empty() { "—" } else { &item.name };
        let end = remarks(item.event.as_ref(), item.withdrawn_ms);
        let name = session.fit(name, start.chars().count() + end.chars().count());
        let _ = writeln!(text, "{start}{name}{end}");
    }
    if items.is_empty() {
        text.push_str("No objects found.\n");
    }
    Ok(Output::list(items.iter().map(with_ref).collect(), text))
}
