//! A walk on a sheet of paper: A4 upright, with a map, a legend and the elevation profile, as one SVG picture that a
//! browser prints. It is for the pocket, where no battery is needed. There is no background map, because none may be
//! printed without asking whose it is; what helps to find the way is drawn from the catalogue, and the degrees at the
//! edges tie it to any map. Here is the sheet and how it is divided; the parts are drawn by the modules below.

mod frame;
mod ground;
mod legend;
mod paint;
mod places;
mod slope;
mod space;
mod trail;

use jalon::model::{Geometry, Position};
use svg::Document;
use svg::node::element::Group;

use crate::measure::Units;
use ground::Ground;
use legend::Section;
use paint::{Area, GREY, at, named, number, text, wrapped};
use space::Space;
use trail::Trail;

/// The page in tenths of a millimetre.
const PAGE: (f64, f64) = (2100.0, 2970.0);
/// What the map, the legend and the profile stand in, from side to side.
const SIDES: (f64, f64) = (130.0, 2000.0);
/// Where the first line begins and the last one ends.
const ENDS: (f64, f64) = (90.0, 2890.0);
/// The least height of the map, however long the legend is.
const LEAST_MAP: f64 = 760.0;
/// The map is not made flatter than this for a walk that is, where there is paper.
const FLAT_MAP: f64 = 1300.0;
/// Paper between the map, the legend and the profile.
const GAP: f64 = 24.0;
/// Paper for the degrees below the map.
const DEGREES: f64 = 60.0;
/// The height of the profile.
const PROFILE: f64 = 400.0;

/// What is on a sheet.
#[derive(Debug, Clone, Default)]
pub(crate) struct MapSheet {
    /// The walk's name.
    pub(crate) title: String,
    /// What people query it by: practice, difficulty, time, length, climb.
    pub(crate) stats: String,
    /// What else to say of it in a line or two.
    pub(crate) subtitle: String,
    /// For an itinerary, its stages in order: name and line.
    pub(crate) stages: Vec<(String, Vec<Position>)>,
    /// The line to walk.
    pub(crate) line: Vec<Vec<Position>>,
    /// Points of interest: name and place.
    pub(crate) pois: Vec<(String, Position)>,
    /// Sensitive zones: name with the months, and where.
    pub(crate) zones: Vec<(String, Geometry)>,
    /// Whose data it is.
    pub(crate) attribution: String,
    /// The person's units.
    pub(crate) units: Units,
}

/// Draws a sheet. Whatever is missing or not on the globe is left out; an empty sheet still has its title.
pub(crate) fn svg(sheet: &MapSheet) -> String {
    let mut page = Group::new();
    let (head, top) = head(sheet);
    let (foot, bottom) = foot(sheet);
    page = page.add(head).add(foot);

    let walk = walk(sheet);
    let profile = |top| {
        let area = Area { left: 70.0, top, right: SIDES.1 + 40.0, bottom: top + PROFILE };
        slope::drawn(&walk, area, sheet.units)
    };
    let bottom = if profile(0.0).is_some() { bottom - PROFILE - GAP } else { bottom };

    let width = SIDES.1 - SIDES.0;
    let positions = shown_positions(sheet, &walk);
    let fit = |most: f64| Ground::fit(&positions, at(SIDES.0, top), width, FLAT_MAP, most.max(LEAST_MAP));
    // Which zones are on the map depends on its height, this on the legend, and the legend on the zones.
    let mut shown = Vec::new();
    let mut sections = legend(sheet, &shown, bottom - top);
    let mut ground = fit(bottom - top - legend_height(&sections));
    for _ in 0..4 {
        let zones = ground.map_or_else(Vec::new, |ground| places::zones(&sheet.zones, &ground));
        let now: Vec<usize> = zones.iter().map(|zone| zone.index).collect();
        if now == shown {
            break;
        }
        shown = now;
        sections = legend(sheet, &shown, bottom - top);
        ground = fit(bottom - top - legend_height(&sections));
    }

    let mut on_map = vec![false; sheet.pois.len()];
    let mut below = top;
    if let Some(ground) = ground {
        let (map, seen) = map(sheet, &ground, sections[1].listed(), &shown);
        page = page.add(map);
        on_map = seen;
        below = ground.frame.bottom + DEGREES;
    }
    for section in &sections {
        let area = Area { left: SIDES.0, top: below, right: SIDES.1, bottom: below + Section::height(section) };
        page = page.add(section.drawn(area, &on_map));
        below = area.bottom;
    }
    page = profile((below + GAP).min(bottom + GAP)).into_iter().fold(page, Group::add);

    let paper = Area { left: 0.0, top: 0.0, right: PAGE.0, bottom: PAGE.1 }.drawn().set("fill", "#ffffff");
    let document = Document::new()
        .set("viewBox", format!("0 0 {} {}", number(PAGE.0), number(PAGE.1)))
        .set("width", "210mm")
        .set("height", "297mm")
        .set("font-family", "'DejaVu Sans', 'Noto Sans', 'Open Sans', Arial, sans-serif")
        .add(places::hatching())
        .add(paper)
        .add(named(page, &sheet.title));
    format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{document}\n")
}

/// Stages, points of interest and zones, in what `height` leaves beside the smallest map.
fn legend(sheet: &MapSheet, shown: &[usize], height: f64) -> [Section; 3] {
    let (width, room) = (SIDES.1 - SIDES.0, height - LEAST_MAP - DEGREES);
    let stages = legend::stages(sheet, width, room / 4.0);
    let others = stages.height() + legend::pois(sheet, width, room).height();
    let zones = legend::zones(sheet, shown, width, (room - others).max(room / 4.0));
    let pois = legend::pois(sheet, width, room - stages.height() - zones.height());
    [stages, pois, zones]
}

/// The legend's height, and the degrees' above it.
fn legend_height(sections: &[Section]) -> f64 {
    sections.iter().map(Section::height).sum::<f64>() + DEGREES
}

/// Title, figures and subtitle, and where they end.
fn head(sheet: &MapSheet) -> (Group, f64) {
    let mut group = Group::new();
    let mut y = ENDS.0;
    let figures = (!sheet.stats.is_empty()).then_some((&sheet.stats, 34.0, "bold"));
    let title = [(&sheet.title, 58.0, "bold")].into_iter();
    for (content, size, weight) in title.chain(figures).chain([(&sheet.subtitle, 32.0, "normal")]) {
        // Bold letters are a tenth wider.
        for line in wrapped(content, size, (SIDES.1 - SIDES.0) * 0.9, 2).iter().filter(|line| !line.is_empty()) {
            y += size;
            group = group.add(text(at(SIDES.0, y), size, line).set("font-weight", weight));
            y += size * 0.25;
        }
        y += 8.0;
    }
    (group, y + GAP)
}

/// The attribution, and where it begins.
fn foot(sheet: &MapSheet) -> (Group, f64) {
    let size = 22.0;
    let lines = wrapped(&sheet.attribution, size, SIDES.1 - SIDES.0, 2);
    let top = ENDS.1 - lines.len() as f64 * size * 1.3;
    let mut group = Group::new();
    for (n, line) in lines.iter().enumerate() {
        let place = at(SIDES.0, top + (n as f64 + 1.0) * size * 1.3);
        group = group.add(text(place, size, line).set("fill", GREY));
    }
    (group, top - GAP)
}

/// The lines to walk, one after the other: the stages with their colours, or the line where there are none.
fn walk(sheet: &MapSheet) -> Vec<(&[Position], Option<&'static str>)> {
    if sheet.stages.is_empty() {
        return sheet.line.iter().map(|line| (line.as_slice(), None)).collect();
    }
    let stages = sheet.stages.iter().enumerate();
    stages.map(|(n, (_, line))| (line.as_slice(), Some(trail::stage_colour(n)))).collect()
}

/// What has to be on the map.
fn shown_positions(sheet: &MapSheet, walk: &[(&[Position], Option<&str>)]) -> Vec<Position> {
    let lines = walk.iter().map(|(line, _)| *line).chain(sheet.line.iter().map(Vec::as_slice));
    let walk: Vec<Position> = lines.flatten().copied().collect();
    let mut rest: Vec<Position> = sheet.pois.iter().map(|(_, position)| *position).collect();
    if walk.is_empty() {
        sheet.zones.iter().for_each(|(_, zone)| rest.extend(zone.positions()));
    }
    ground::shown(&walk, &rest)
}

/// The map, and which points of interest are on it. What is looked for most is given its place first.
fn map(sheet: &MapSheet, ground: &Ground, listed: usize, lettered: &[usize]) -> (Group, Vec<bool>) {
    let trail = Trail::new(sheet, ground);
    let zones = places::zones(&sheet.zones, ground);
    let mut space = Space::new(ground.frame);
    trail.keep(&mut space);
    sheet.pois.iter().filter_map(|(_, position)| ground.place(*position)).for_each(|place| space.keep_point(place));
    let ends = trail.ends(&mut space);
    let furniture = frame::furniture(ground, sheet.units, &mut space);
    let names = trail.names(&mut space);
    let mut letters = Group::new();
    for zone in &zones {
        let letter = lettered.iter().position(|index| *index == zone.index).map(places::letter);
        let letter = letter.and_then(|letter| zone.lettered(&letter, ground, &mut space));
        letters = letter.into_iter().fold(letters, Group::add);
    }
    let points = places::points(&sheet.pois, listed, ground, &mut space);
    let arrows = trail.arrows(&mut space);

    let background = ground.frame.drawn().set("fill", "#fbfaf5");
    let mut inside = Group::new().set("clip-path", "url(#frame)").add(background).add(frame::crosses(ground));
    inside = zones.iter().fold(inside, |inside, zone| inside.add(zone.drawn()));
    inside = inside.add(points.leaders).add(trail.drawn()).add(arrows).add(points.dots).add(ends).add(points.numbers);
    inside = inside.add(letters).add(names).add(furniture);
    (Group::new().add(places::frame_clip(ground.frame)).add(inside).add(frame::edges(ground)), points.on_map)
}

#[cfg(test)]
mod tests;
