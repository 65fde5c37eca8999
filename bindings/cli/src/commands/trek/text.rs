//! A trek in detail as text for a terminal.

use std::fmt::Write as _;

use jalon::companion::{Localizer, ROUTE_ITEM_KINDS, TrekDetails};
use jalon::model::{Geometry, Kind, Position, Trek};

use super::{key_figures, object_name, rich_texts};
use crate::commands::Session;
use crate::error::Result;
use crate::printable::single_line;
use crate::terminal_profile;

/// Largest size of the elevation profile, in characters.
const PROFILE_COLUMNS: usize = 72;
const PROFILE_ROWS: usize = 8;

/// How many kinds of texts are printed; the accessibility details are in the JSON only.
const PRINTED_TEXTS: usize = 8;

pub(super) fn details_text(session: &Session, localizer: &Localizer<'_>, details: &TrekDetails) -> Result<String> {
    let (trek, units) = (&details.trek, session.units);
    let name = |trek| name_or_dash(localizer, trek);
    let reference = format!("  ({}/{})", details.territory.name, trek.id);
    let mut text = format!("{}{reference}\n", session.fit(name(trek), reference.len()));
    let _ = writeln!(text, "{}", single_line(&key_figures(localizer, details, units)?));
    for (label, place) in [("From", &trek.departure), ("To", &trek.arrival)] {
        if let Some(found) = localizer.text(place) {
            let _ = writeln!(text, "{label}: {}", session.fit(found.text, label.len() + 2));
        }
    }
    if !details.stages.is_empty() {
        text.push_str("\nStages\n");
    }
    for (index, stage) in details.stages.iter().enumerate() {
        let length = stage.length_m().map(|metres| units.long().format(metres)).unwrap_or_default();
        let (start, end) = (format!("  {}. ", index + 1), format!("  {length}"));
        let _ = writeln!(text, "{start}{}{end}", session.fit(name(stage), start.len() + end.len()));
    }
    let lines = trek.geometry.as_ref().map(Geometry::lines).unwrap_or_default();
    let lines: Vec<&[Position]> = lines.iter().map(Vec::as_slice).collect();
    let columns = session.columns.min(PROFILE_COLUMNS);
    if let Some(profile) = terminal_profile::draw(&lines, columns, PROFILE_ROWS, units) {
        let _ = writeln!(text, "\n{profile}");
    }
    for (field, rich) in rich_texts(trek).into_iter().take(PRINTED_TEXTS) {
        if let Some(found) = localizer.text(&rich.plain) {
            let _ = writeln!(text, "\n{}\n{}", heading(field), found.text);
        }
    }
    write_pictures(&mut text, session, trek)?;
    write_route_items(&mut text, session, localizer, details)?;
    Ok(text)
}

fn name_or_dash<'t>(localizer: &Localizer<'_>, trek: &'t Trek) -> &'t str {
    localizer.text(&trek.name).map_or("—", |found| found.text)
}

/// The pictures on disk, with their credits.
fn write_pictures(text: &mut String, session: &Session, trek: &Trek) -> Result<()> {
    let mut on_disk = Vec::new();
    for attachment in &trek.attachments {
        if let Some(path) = session.companion.picture_path(&attachment.picture)? {
            on_disk.push((&attachment.picture, path));
        }
    }
    if !on_disk.is_empty() {
        text.push_str("\nPictures\n");
    }
    for (picture, path) in on_disk {
        let credits = [&picture.title, &picture.author, &picture.license];
        let credits: Vec<&str> = credits.into_iter().map(String::as_str).filter(|credit| !credit.is_empty()).collect();
        let _ = writeln!(text, "  {}  {}", path.display(), session.fit(&credits.join(", "), 0));
    }
    Ok(())
}

/// The objects along the route by kind, in the order in which a walker passes them.
fn write_route_items(
    text: &mut String,
    session: &Session,
    localizer: &Localizer<'_>,
    details: &TrekDetails,
) -> Result<()> {
    let units = session.units;
    for kind in ROUTE_ITEM_KINDS {
        let mut items = details.route_items.iter().filter(|item| item.object.kind() == kind).peekable();
        if let Some(first) = items.peek() {
            let source = if first.estimated { " (by distance from the route)" } else { "" };
            let _ = writeln!(text, "\n{}{source}", kind_heading(kind));
        }
        for item in items {
            let (name, _) = object_name(localizer, &item.object)?;
            let start = format!("  {:>9}  ", units.long().format(item.along_m));
            let end = format!(" ({} off)", units.format_distance(item.offset_m));
            let name = session.fit(&name, start.len() + end.len());
            let _ = writeln!(text, "{start}{name}{end}");
        }
    }
    Ok(())
}

/// The name of a field as a heading: `Public transport` for `public_transport`.
fn heading(field: &str) -> String {
    let (first, rest) = field.split_at(field.len().min(1));
    format!("{}{}", first.to_uppercase(), rest.replace('_', " "))
}

fn kind_heading(kind: Kind) -> String {
    let heading = match kind {
        Kind::Poi => "Points of interest",
        Kind::TouristicContent => "Touristic contents",
        Kind::TouristicEvent => "Touristic events",
        Kind::SensitiveArea => "Sensitive areas",
        Kind::Service => "Services",
        Kind::Site => "Outdoor sites",
        Kind::InformationDesk => "Information desks",
        other => return heading(other.as_str()),
    };
    heading.to_owned()
}
