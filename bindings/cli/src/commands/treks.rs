//! Finding treks, and what is near.

use std::fmt::Write as _;

use jalon::Result;
use jalon::catalogue::{Facet, Filters, SortOrder, TrekSort};
use jalon::companion::{NearbyQuery, TrekItem, TrekQuery};

use super::Session;
use crate::answer::{Answer, list, referred};
use crate::arguments::{NearArguments, SortArgument, TreksArguments};
use crate::measure::Units;
use crate::query;

pub(super) fn treks(session: &Session, arguments: &TreksArguments) -> Result<Answer> {
    let near = arguments.near.as_deref().map(|words| query::place("near", words)).transpose()?;
    let query = TrekQuery {
        text: arguments.text.clone(),
        filters: filters(session, arguments)?,
        near,
        max_distance_m: arguments.radius,
        sort: match arguments.sort {
            Some(SortArgument::Relevance) => TrekSort::Relevance,
            Some(SortArgument::Name) => TrekSort::Name,
            Some(SortArgument::Distance) => TrekSort::Distance,
            Some(SortArgument::Length) => TrekSort::Length,
            Some(SortArgument::Ascent) => TrekSort::Ascent,
            Some(SortArgument::Duration) => TrekSort::Duration,
            Some(SortArgument::Difficulty) => TrekSort::Difficulty,
            None if arguments.text.is_none() && near.is_some() => TrekSort::Distance,
            None => TrekSort::Relevance,
        },
        order: if arguments.reverse { SortOrder::Descending } else { SortOrder::Ascending },
        limit: arguments.limit,
        offset: arguments.offset,
        facet_counts: arguments.facets,
    };
    let found = session.companion.treks(&query, &session.languages())?;
    let mut words = String::new();
    for item in &found.items {
        line(&mut words, item, session.units);
    }
    let shown = found.items.len();
    let _ = writeln!(words, "{shown} of {} treks", found.total);
    for (facet, choices) in found.facet_counts.iter().flatten() {
        let _ = writeln!(words, "{}:", facet.as_str());
        for choice in choices.iter().filter(|choice| !choice.name.is_empty()) {
            let _ = writeln!(words, "  {:>5} {}", choice.count, choice.name);
        }
    }
    let mut json = list(found.total, found.items.iter().map(referred).collect());
    if let Some(counts) = &found.facet_counts {
        json["facets"] = serde_json::to_value(counts).unwrap_or_default();
    }
    Ok(Answer::of(json, words))
}

fn filters(session: &Session, arguments: &TreksArguments) -> Result<Filters> {
    let mut filters = Filters::default();
    for (facet, words) in [
        (Facet::Practice, &arguments.practice),
        (Facet::Difficulty, &arguments.difficulty),
        (Facet::Route, &arguments.route),
        (Facet::Theme, &arguments.theme),
        (Facet::Label, &arguments.label),
        (Facet::Network, &arguments.network),
        (Facet::City, &arguments.city),
        (Facet::District, &arguments.district),
        (Facet::Accessibility, &arguments.accessibility),
        (Facet::Structure, &arguments.structure),
    ] {
        filters.values.insert(facet, query::values(&session.companion, &session.languages(), facet, words)?);
    }
    filters.excluded_labels =
        query::values(&session.companion, &session.languages(), Facet::Label, &arguments.exclude_label)?;
    let ranges =
        |field, words: &[String]| words.iter().map(|words| query::interval(field, words)).collect::<Result<_>>();
    filters.duration_h = ranges("duration", &arguments.duration)?;
    filters.length_m = ranges("length", &arguments.length)?;
    filters.ascent_m = ranges("ascent", &arguments.ascent)?;
    filters.bounds = arguments.bounds.as_deref().map(query::bounds).transpose()?;
    if let Some(territory) = &arguments.territory {
        filters.territory = Some(session.companion.catalogue().territory(territory)?.key);
    }
    Ok(filters)
}

fn line(words: &mut String, item: &TrekItem, units: Units) {
    let _ = write!(words, "{:<12} {}", format!("{}/{}", item.territory, item.id), marked(item));
    let stats = &item.stats;
    let details = [
        stats.practice.clone(),
        stats.difficulty.clone(),
        stats.duration_h.map(hours),
        stats.length_m.map(|metres| units.far().write(metres)),
        stats.ascent_m.map(|metres| format!("+{}", units.high().write(metres))),
        item.distance_m.map(|metres| format!("{} away", distance(metres, units))),
    ];
    let details: Vec<String> = details.into_iter().flatten().collect();
    let _ = writeln!(words, "\n             {}", details.join(" · "));
}

/// The name with the words that were asked for in brackets.
fn marked(item: &TrekItem) -> String {
    let mut name = item.name.clone();
    for (start, end) in item.highlights.iter().rev() {
        name.insert(*end, ']');
        name.insert(*start, '[');
    }
    name
}

pub(super) fn near(session: &Session, arguments: &NearArguments) -> Result<Answer> {
    let from = query::position("LAT LON", arguments.lat, arguments.lon)?;
    let query = NearbyQuery {
        kinds: arguments.kind.clone(),
        territory: arguments.territory.clone(),
        max_distance_m: arguments.radius,
        limit: arguments.limit,
    };
    let found = session.companion.nearest(from, &query, &session.languages())?;
    let mut words = String::new();
    for item in &found {
        let name = if item.name.is_empty() { "—" } else { &item.name };
        let _ = writeln!(
            words,
            "{:>9} {:<2} {:<16} {:<12} {name}",
            distance(item.distance_m, session.units),
            compass(item.bearing_deg),
            item.kind,
            format!("{}/{}", item.territory, item.id),
        );
    }
    if found.is_empty() {
        words.push_str("Nothing is near.\n");
    }
    Ok(Answer::of(list(found.len(), found.iter().map(referred).collect()), words))
}

/// Metres near by, kilometres beyond.
pub(super) fn distance(metres: f64, units: Units) -> String {
    let (near, far) = (units.high(), units.far());
    if metres < 1_000.0 { near.write(metres) } else { far.write(metres) }
}

/// Hours as people say them: 2 h 30.
pub(super) fn hours(hours: f64) -> String {
    let minutes = (hours * 60.0).round() as i64;
    if minutes % 60 == 0 { format!("{} h", minutes / 60) } else { format!("{} h {:02}", minutes / 60, minutes % 60) }
}

fn compass(bearing_deg: f64) -> &'static str {
    let winds = ["N", "NE", "E", "SE", "S", "SW", "W", "NW"];
    winds[((bearing_deg / 45.0).round() as usize) % winds.len()]
}
