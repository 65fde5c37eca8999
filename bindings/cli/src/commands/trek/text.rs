//! A trek in detail as text for a terminal.

use std::fmt::Write as _;

use jalon::companion::{AttachedFile, Localizer, ROUTE_ITEM_KINDS, RouteItem, TrekDesk, TrekDetails};
use jalon::model::{Geometry, Kind, Object, Position, Trek};

use super::{key_figures, rich_texts};
use crate::commands::Session;
use crate::commands::remarks::remarks;
use crate::error::Result;
use crate::printable::single_line;
use crate::terminal_profile;
use crate::units::format_bytes;

/// Largest size of the elevation profile, in characters.
const PROFILE_COLUMNS: usize = 72;
const PROFILE_ROWS: usize = 8;

pub(super) fn details_text(session: &Session, localizer: &Localizer<'_>, details: &TrekDetails) -> Result<String> {
    let (trek, units) = (&details.trek, session.units);
    let name = |trek| name_or_dash(localizer, trek);
    let withdrawn = remarks(None, details.withdrawn_ms);
    let reference = format!("  ({}/{}){withdrawn}", details.territory.name, trek.id);
    let mut text = format!("{}{reference}\n", session.fit(name(trek), reference.len()));
    let _ = writeln!(text, "{}", single_line(&key_figures(localizer, details, units)?));
    for (label, place) in [("From", &trek.departure), ("To", &trek.arrival)] {
        if let Some(found) = localizer.text(place) {
            let _ = writeln!(text, "{label}: {}", session.fit(found.text, label.len() + 2));
        }
    }
    write_labels(&mut text, localizer, trek)?;
    if !details.stages.is_empty() {
        text.push_str("\nStages\n");
    }
    for (index, stage) in details.stages.iter().enumerate() {
        let length = stage.trek.length_m().map(|metres| units.long().format(metres)).unwrap_or_default();
        let (start, end) = (format!("  {}. ", index + 1), format!("  {length}{}", remarks(None, stage.withdrawn_ms)));
        let _ = writeln!(text, "{start}{}{end}", session.fit(name(&stage.trek), start.len() + end.len()));
    }
    let lines = trek.geometry.as_ref().map(Geometry::lines).unwrap_or_default();
    let lines: Vec<&[Position]> = lines.iter().map(Vec::as_slice).collect();
    let columns = session.columns.min(PROFILE_COLUMNS);
    if let Some(profile) = terminal_profile::draw(&lines, columns, PROFILE_ROWS, units) {
        let _ = writeln!(text, "\n{profile}");
    }
    if let Some(sentence) = trek.geometry.as_ref().and_then(unknown_elevations) {
        let _ = writeln!(text, "\n{sentence}");
    }
    for (field, rich) in rich_texts(trek) {
        if let Some(found) = localizer.text(&rich.plain) {
            let _ = writeln!(text, "\n{}\n{}", heading(field), found.text);
        }
    }
    write_desks(&mut text, session, localizer, details)?;
    write_pictures(&mut text, session, trek)?;
    write_files(&mut text, session, trek)?;
    write_route_items(&mut text, session, localizer, details)?;
    Ok(text)
}

/// The number of vertices without a known elevation, as a sentence; none if all are known or there is no line.
fn unknown_elevations(geometry: &Geometry) -> Option<String> {
    let (unknown, vertices) = (geometry.unknown_elevations(), geometry.vertex_count());
    match unknown {
        _ if geometry.lines().is_empty() => None,
        0 => None,
        _ if unknown == vertices => Some(format!("The elevation of all {vertices} vertices of the route is unknown.")),
        _ => Some(format!(
            "The elevation of {unknown} of the {vertices} vertices of the route is unknown; the profile is straight between the \
             others."
        )),
    }
}

fn name_or_dash<'t>(localizer: &Localizer<'_>, trek: &'t Trek) -> &'t str {
    localizer.text(&trek.name).map_or("—", |found| found.text)
}

/// The labels of the vocabularies that a walker or an office looks for, one vocabulary a line.
fn write_labels(text: &mut String, localizer: &Localizer<'_>, trek: &Trek) -> Result<()> {
    let level = localizer.label("trek_accessibility_level", trek.accessibility_level)?;
    let accessibility = localizer.labels("trek_accessibility", &trek.accessibilities)?;
    let lines = [
        ("Themes", localizer.labels("theme", &trek.themes)?),
        ("Labels", localizer.labels("label", &trek.labels)?),
        ("Ratings", localizer.labels("trek_rating", &trek.ratings)?),
        ("Accessibility", accessibility.into_iter().chain(level).collect()),
        ("Source", localizer.labels("source", &trek.source)?),
        ("Structure", localizer.label("structure", trek.structure)?.into_iter().collect()),
    ];
    for (name, labels) in lines.into_iter().filter(|(_, labels)| !labels.is_empty()) {
        let _ = writeln!(text, "{name}: {}", single_line(&labels.join(", ")));
    }
    Ok(())
}

/// The information desks of a trek, with how to reach them.
fn write_desks(text: &mut String, session: &Session, localizer: &Localizer<'_>, details: &TrekDetails) -> Result<()> {
    if !details.information_desks.is_empty() {
        text.push_str("\nInformation desks\n");
    }
    for TrekDesk { desk, withdrawn_ms } in &details.information_desks {
        let (name, _) = localizer.object_name(&Object::from(desk.clone()))?;
        let end = remarks(None, *withdrawn_ms);
        let _ = writeln!(text, "  {}{end}", session.fit(&name, 2 + end.len()));
        let town = [&desk.postal_code, &desk.municipality].into_iter().flatten().map(String::as_str);
        let town = Some(town.collect::<Vec<_>>().join(" ")).filter(|town| !town.is_empty());
        let contact = [desk.street.clone(), town, desk.phone.clone(), desk.email.clone(), desk.website.clone()];
        let contact: Vec<String> = contact.into_iter().flatten().collect();
        if !contact.is_empty() {
            let _ = writeln!(text, "    {}", single_line(&contact.join(", ")));
        }
    }
    Ok(())
}

/// The pictures on disk, with their credits.
fn write_pictures(text: &mut String, session: &Session, trek: &Trek) -> Result<()> {
    let mut on_disk = Vec::new();
    let pictures = trek.attachments.iter().filter(|attachment| !attachment.is_file());
    for attachment in pictures {
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

/// The attached files and linked videos: title, class and size, then the path of a file on disk, or else the address.
fn write_files(text: &mut String, session: &Session, trek: &Trek) -> Result<()> {
    let files = session.companion.attached_files(&trek.attachments)?;
    if !files.is_empty() {
        text.push_str("\nFiles\n");
    }
    for AttachedFile { title, file_type, backend, url, bytes, path, .. } in &files {
        let class = if backend.is_empty() { file_type } else { backend };
        let size = bytes.map(format_bytes).unwrap_or_default();
        let remarks: Vec<&str> = [class.as_str(), &size].into_iter().filter(|part| !part.is_empty()).collect();
        let remarks = if remarks.is_empty() { String::new() } else { format!(" ({})", remarks.join(", ")) };
        let remarks = single_line(&remarks);
        let _ = writeln!(text, "  {}{remarks}", session.fit(title, remarks.chars().count() + 2));
        let place = path.as_ref().map_or_else(|| single_line(url), |path| path.display().to_string());
        let _ = writeln!(text, "    {place}");
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
        let items: Vec<&RouteItem> = details.route_items.iter().filter(|item| item.object.kind() == kind).collect();
        if items.is_empty() {
            continue;
        }
        // Sensitive areas near the route are added to those that the server lists.
        let are_all_estimated = items.iter().all(|item| item.estimated);
        let source = if are_all_estimated { " (by distance from the route)" } else { "" };
        let _ = writeln!(text, "\n{}{source}", kind_heading(kind));
        for item in items {
            let (name, _) = localizer.object_name(&item.object)?;
            let name = if name.is_empty() { "—" } else { &name };
            let start = format!("  {:>9}  ", units.long().format(item.along_m));
            let remarks = remarks(item.event.as_ref(), item.withdrawn_ms);
            let source = if item.estimated && !are_all_estimated { ", by distance" } else { "" };
            let end = format!(" ({} off{source}){remarks}", units.format_distance(item.offset_m));
            let name = session.fit(name, start.len() + end.chars().count());
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
        Kind::InformationDesk => "Information desks along the way",
        other => return heading(other.as_str()),
    };
    heading.to_owned()
}
