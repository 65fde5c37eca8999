//! A walk as SVG: the map with the route, the positions and the matched path, and the profile with the place over time.

use jalon::guide::{Guide, GuideState, GuideUpdate};
use jalon::model::{Fix, Position};
use svg::Document;
use svg::node::element::path::Data;
use svg::node::element::{Circle, Group, Line, Path, Rectangle, Text, Title};

use crate::export::xml_name;
use crate::printable;
use crate::units::Units;

/// Width of the page, and heights of its parts, pixels.
const WIDTH: f64 = 1000.0;
const MAP_HEIGHT: f64 = 640.0;
const PROFILE_HEIGHT: f64 = 220.0;
const MARGIN: f64 = 30.0;

/// Most positions that are drawn; of more, every nth.
const MAX_POSITIONS: usize = 5_000;

const ROUTE: &str = "#9a9a8c";
const MATCHED: &str = "#1668b0";
const INK: &str = "#222222";

fn color(state: GuideState) -> &'static str {
    match state {
        GuideState::OnRoute => "#2e8b57",
        GuideState::OffRoute => "#c0392b",
        GuideState::WrongWay => "#d98e04",
        GuideState::Arrived => "#1668b0",
        GuideState::NoFix => "#bbbbbb",
    }
}

/// Positions to points on the map.
struct Projection {
    west: f64,
    north: f64,
    shrink: f64,
    scale: f64,
    left: f64,
    top: f64,
}

impl Projection {
    fn new(positions: impl Iterator<Item = Position> + Clone, origin: Position) -> Projection {
        let lons = positions.clone().map(|position| unwrapped(position.lon, origin.lon));
        let (west, east) = extremes(lons);
        let (south, north) = extremes(positions.map(|position| position.lat));
        let shrink = ((south + north) / 2.0).to_radians().cos().max(0.01);
        let (width, height) = (WIDTH - 2.0 * MARGIN, MAP_HEIGHT - 2.0 * MARGIN);
        let (across, up) = (((east - west) * shrink).max(1e-6), (north - south).max(1e-6));
        let scale = (width / across).min(height / up);
        let (left, top) = (MARGIN + (width - across * scale) / 2.0, MARGIN + (height - up * scale) / 2.0);
        Projection { west, north, shrink, scale, left, top }
    }

    fn point(&self, position: Position) -> (f64, f64) {
        let lon = unwrapped(position.lon, self.west);
        (self.left + (lon - self.west) * self.shrink * self.scale, self.top + (self.north - position.lat) * self.scale)
    }
}

/// A longitude within 180° of another one.
fn unwrapped(lon: f64, near: f64) -> f64 {
    lon + 360.0 * ((near - lon) / 360.0).round()
}

fn extremes(values: impl Iterator<Item = f64>) -> (f64, f64) {
    values.fold((f64::INFINITY, f64::NEG_INFINITY), |(min, max), value| (min.min(value), max.max(value)))
}

/// Draws a walk. The page has about 100 bytes for each position.
pub(super) fn svg(guide: &Guide, updates: &[(Fix, GuideUpdate)], units: Units) -> String {
    let step = updates.len().div_ceil(MAX_POSITIONS).max(1);
    let updates: Vec<&(Fix, GuideUpdate)> =
        updates.iter().step_by(step).filter(|(fix, _)| fix.position.is_valid()).collect();
    let height = MAP_HEIGHT + PROFILE_HEIGHT;
    let document = Document::new()
        .set("viewBox", (0, 0, WIDTH, height))
        .set("width", WIDTH)
        .set("height", height)
        .set("font-family", "sans-serif")
        .add(Rectangle::new().set("width", WIDTH).set("height", height).set("fill", "#ffffff"))
        .add(map(guide, &updates))
        .add(profile(guide, &updates, units))
        .add(legend(&updates));
    document.to_string()
}

fn map(guide: &Guide, updates: &[&(Fix, GuideUpdate)]) -> Group {
    let route = guide.route().line().positions();
    let projection = Projection::new(route.iter().copied(), route[0]);
    let mut group = Group::new();
    let route: Vec<_> = route.iter().map(|position| projection.point(*position)).collect();
    group = group.add(polyline(&route).set("stroke", ROUTE).set("stroke-width", 6).set("stroke-opacity", 0.6));
    let matched: Vec<_> = updates.iter().filter_map(|(_, update)| Some(projection.point(update.point?))).collect();
    group = group.add(polyline(&matched).set("stroke", MATCHED).set("stroke-width", 1.5));
    for (fix, update) in updates {
        let (x, y) = projection.point(fix.position);
        group = group
            .add(Circle::new().set("cx", round(x)).set("cy", round(y)).set("r", 1.6).set("fill", color(update.state)));
    }
    for (_, update) in updates {
        for event in &update.events {
            let Some(point) = update.point else { continue };
            let (x, y) = projection.point(point);
            let title = Title::new(xml_name(&printable::single_line(&event.text)));
            let mark = Circle::new().set("cx", round(x)).set("cy", round(y)).set("r", 5).set("fill", "none");
            group = group.add(mark.set("stroke", INK).set("stroke-width", 1.5).set("pointer-events", "all").add(title));
        }
    }
    group
}

/// Elevation over distance, and below it the place over time: a walk back or a jump is seen at once.
fn profile(guide: &Guide, updates: &[&(Fix, GuideUpdate)], units: Units) -> Group {
    let route = guide.route();
    let (left, right) = (MARGIN + 40.0, WIDTH - MARGIN);
    let (top, middle, bottom) = (MAP_HEIGHT + 10.0, MAP_HEIGHT + 110.0, MAP_HEIGHT + PROFILE_HEIGHT - 30.0);
    let x = |along_m: f64| left + (along_m / route.length_m()).clamp(0.0, 1.0) * (right - left);
    let mut group = Group::new();
    let line = route.line();
    let known: Vec<(f64, f64)> = line
        .positions()
        .iter()
        .zip(line.distances_m())
        .filter_map(|(position, along_m)| Some((*along_m, position.elevation?)))
        .collect();
    let (low, high) = extremes(known.iter().map(|(_, elevation)| *elevation));
    if high >= low {
        let y = |elevation: f64| middle - 5.0 - (elevation - low) / (high - low).max(1.0) * (middle - top - 15.0);
        let points: Vec<_> = known.iter().map(|(along_m, elevation)| (x(*along_m), y(*elevation))).collect();
        group = group.add(polyline(&points).set("stroke", INK).set("stroke-width", 1.2));
        for elevation in [low, high] {
            group = group.add(label(left - 6.0, y(elevation) + 4.0, "end", &units.short().format(elevation)));
        }
    }
    let (first_ms, last_ms) = match (updates.first(), updates.last()) {
        (Some((first, _)), Some((last, _))) => (first.time_ms, last.time_ms.max(first.time_ms + 1)),
        _ => return group,
    };
    let y = |time_ms: i64| middle + (time_ms - first_ms) as f64 / (last_ms - first_ms) as f64 * (bottom - middle);
    for (_, update) in updates {
        let Some(along_m) = update.along_m else { continue };
        let dot = Circle::new().set("cx", round(x(along_m))).set("cy", round(y(update.time_ms))).set("r", 1.2);
        group = group.add(dot.set("fill", color(update.state)));
    }
    let axis = |y: f64| Line::new().set("x1", left).set("x2", right).set("y1", y).set("y2", y).set("stroke", "#cccccc");
    group = group.add(axis(middle)).add(axis(bottom));
    group
        .add(label(left, bottom + 14.0, "start", &units.format_distance(0.0)))
        .add(label(right, bottom + 14.0, "end", &units.format_distance(route.length_m())))
        .add(label(left - 6.0, middle + 12.0, "end", "start"))
        .add(label(left - 6.0, bottom, "end", "end"))
}

/// The states of the walk with their colours.
fn legend(updates: &[&(Fix, GuideUpdate)]) -> Group {
    let states =
        [GuideState::OnRoute, GuideState::OffRoute, GuideState::WrongWay, GuideState::Arrived, GuideState::NoFix];
    let mut group = Group::new();
    let mut x = MARGIN + 40.0;
    for state in states.into_iter().filter(|state| updates.iter().any(|(_, update)| update.state == *state)) {
        let y = MAP_HEIGHT + PROFILE_HEIGHT - 4.0;
        let words = state.as_str().replace('_', " ");
        group = group.add(Circle::new().set("cx", x + 150.0).set("cy", y - 4.0).set("r", 4).set("fill", color(state)));
        group = group.add(label(x + 158.0, y, "start", &words));
        x += 20.0 + 8.0 * words.len() as f64;
    }
    group
}

fn polyline(points: &[(f64, f64)]) -> Path {
    let mut data = Data::new();
    for (index, (x, y)) in points.iter().enumerate() {
        let point = (round(*x), round(*y));
        data = if index == 0 { data.move_to(point) } else { data.line_to(point) };
    }
    Path::new().set("d", data).set("fill", "none").set("stroke-linejoin", "round")
}

fn label(x: f64, y: f64, anchor: &str, words: &str) -> Text {
    Text::new(xml_name(words))
        .set("x", round(x))
        .set("y", round(y))
        .set("font-size", 12)
        .set("fill", INK)
        .set("text-anchor", anchor)
}

/// Tenths of a pixel.
fn round(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}
