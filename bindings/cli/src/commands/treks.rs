//! `treks`: searching and filtering treks.

use std::fmt::Write as _;

use jalon::catalogue::{Facet, Filters, SortOrder, TrekSort};
use jalon::companion::{TrekItem, TrekQuery};

use super::Session;
use super::remarks::remarks;
use crate::args::TreksArgs;
use crate::error::Result;
use crate::output::{Output, list, with_ref};
use crate::units::format_hours;
use crate::{lookup, parse, printable};

pub(super) fn treks(session: &Session, args: &TreksArgs) -> Result<Output> {
    let near = args.near.as_deref().map(|position| parse::position("near", position)).transpose()?;
    if let Some(position) = near {
        session.check_position(position)?;
    }
    let default_sort = if args.text.is_none() && near.is_some() { TrekSort::Distance } else { TrekSort::Relevance };
    let query = TrekQuery {
        text: args.text.clone(),
        filters: filters(session, args)?,
        near,
        max_distance_m: args.radius,
        sort: args.sort.map_or(default_sort, TrekSort::from),
        order: if args.reverse { SortOrder::Descending } else { SortOrder::Ascending },
        limit: args.limit,
        offset: args.offset,
        facet_counts: args.facets,
    };
    let page = session.companion.treks(&query, &session.languages())?;
    let mut text = String::new();
    for item in &page.items {
        write_item(&mut text, session, item);
    }
    let _ = writeln!(text, "{} of {} treks", page.items.len(), page.total);
    for (facet, values) in page.facet_counts.iter().flatten() {
        let _ = writeln!(text, "{}:", facet.as_str());
        for value in values.iter().filter(|value| !value.name.is_empty()) {
            let _ = writeln!(text, "  {:>5} {}", value.count, session.fit(&value.name, 8));
        }
    }
    let mut json = list(page.total, page.items.iter().map(with_ref).collect());
    if let Some(counts) = &page.facet_counts {
        json["facet_counts"] = serde_json::to_value(counts).unwrap_or_default();
    }
    Ok(Output::new(json, text))
}

fn filters(session: &Session, args: &TreksArgs) -> Result<Filters> {
    let values =
        |facet, arguments: &[String]| lookup::facet_values(&session.companion, &session.languages(), facet, arguments);
    let ranges = |field, arguments: &[String]| -> jalon::Result<Vec<_>> {
        arguments.iter().map(|argument| parse::range(field, argument)).collect()
    };
    let mut filters = Filters { offline: args.offline, ..Filters::default() };
    for (facet, arguments) in [
        (Facet::Practice, &args.practice),
        (Facet::Difficulty, &args.difficulty),
        (Facet::Route, &args.route),
        (Facet::Theme, &args.theme),
        (Facet::Label, &args.label),
        (Facet::Network, &args.network),
        (Facet::City, &args.city),
        (Facet::District, &args.district),
        (Facet::Accessibility, &args.accessibility),
        (Facet::Structure, &args.structure),
    ] {
        filters.values.insert(facet, values(facet, arguments)?);
    }
    filters.excluded_labels = values(Facet::Label, &args.exclude_label)?;
    filters.duration_h = ranges("duration", &args.duration)?;
    filters.length_m = ranges("length", &args.length)?;
    filters.ascent_m = ranges("ascent", &args.ascent)?;
    filters.bounds = args.bbox.as_deref().map(|bbox| parse::bounds("bbox", bbox)).transpose()?;
    if let Some(bounds) = &filters.bounds {
        session.check_bounds(bounds)?;
    }
    if let Some(territory) = &args.territory {
        filters.territory = Some(session.companion.catalogue().territory(territory)?.key);
    }
    Ok(filters)
}

fn write_item(text: &mut String, session: &Session, item: &TrekItem) {
    let start = format!("{:<12} ", format!("{}/{}", item.territory, item.id));
    let end = remarks(None, item.withdrawn_ms);
    let name = session.fit(&highlighted_name(item), start.chars().count() + end.len());
    let _ = writeln!(text, "{start}{name}{end}");
    let (stats, units) = (&item.stats, session.units);
    let details = [
        stats.practice.clone(),
        stats.difficulty.clone(),
        stats.duration_h.map(format_hours),
        stats.length_m.map(|metres| units.long().format(metres)),
        stats.ascent_m.map(|metres| format!("+{}", units.short().format(metres))),
        item.distance_m.map(|metres| format!("{} away", units.format_distance(metres))),
    ];
    let details: Vec<String> = details.into_iter().flatten().collect();
    let _ = writeln!(text, "             {}", printable::single_line(&details.join(" · ")));
}

/// The name with the matching words in brackets.
fn highlighted_name(item: &TrekItem) -> String {
    let mut name = item.name.clone();
    for (start, end) in item.highlights.iter().rev() {
        name.insert(*end, ']');
        name.insert(*start, '[');
    }
    name
}
