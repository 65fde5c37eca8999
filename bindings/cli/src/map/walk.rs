//! A walk along a trek, followed by a guide: the map with the positions and the matched path, the profile, and below it the place
//! on the trek over time, where a walk back or a jump is seen at once.

use jalon::guide::{Guide, GuideState, GuideUpdate};
use jalon::model::{Fix, Position};
use svg::Document;
use svg::node::element::Group;

use super::canvas::{GREY, INK, Point, Rect, circle, path_data, point, segment, stroke, titled};
use super::profile::{self, Axes};
use super::projection::Projection;
use super::text::text;
use crate::units::Units;

/// Width of the drawing, in its own unit.
const WIDTH: f64 = 2000.0;
const MIN_MAP_HEIGHT: f64 = 600.0;
const MAX_MAP_HEIGHT: f64 = 1500.0;
const PROFILE_HEIGHT: f64 = 300.0;
const TIME_HEIGHT: f64 = 260.0;
const LEGEND_HEIGHT: f64 = 60.0;
const FONT_SIZE: f64 = 22.0;

/// Most positions that are drawn; of more, every nth.
const MAX_POSITIONS: usize = 5_000;

const ROUTE: &str = "#c9c9bd";
const MATCHED: &str = "#1668b0";

fn colour(state: GuideState) -> &'static str {
    match state {
        GuideState::OnRoute => "#2e8b57",
        GuideState::OffRoute => "#c0392b",
        GuideState::WrongWay => "#d98e04",
        GuideState::Arrived => "#1668b0",
        GuideState::NoFix => "#bbbbbb",
    }
}

/// Draws a walk. The file has about 100 bytes for each position.
pub(crate) fn svg(guide: &Guide, updates: &[(Fix, GuideUpdate)], units: Units) -> String {
    let step = updates.len().div_ceil(MAX_POSITIONS).max(1);
    let updates: Vec<&(Fix, GuideUpdate)> =
        updates.iter().step_by(step).filter(|(fix, _)| fix.position.is_valid()).collect();
    let route = guide.route().line().positions();
    let projection = Projection::fit(route, point(0.0, 0.0), WIDTH, MIN_MAP_HEIGHT, MAX_MAP_HEIGHT);
    let bottom = projection.map_or(0.0, |projection| projection.frame.bottom);
    let part = |top: f64, height: f64| Rect { left: 40.0, top, right: WIDTH, bottom: top + height };
    let profile = profile::draw_with_axes(&[(route, None)], part(bottom, PROFILE_HEIGHT), units);
    let (profile, axes) =
        profile.unwrap_or_else(|| (Group::new(), Axes::of(part(bottom, PROFILE_HEIGHT), guide.route().length_m())));
    let times = part(bottom + PROFILE_HEIGHT + FONT_SIZE, TIME_HEIGHT);
    let height = times.bottom + LEGEND_HEIGHT;
    let page = Rect { left: 0.0, top: 0.0, right: WIDTH, bottom: height };
    let document = Document::new()
        .set("viewBox", format!("0 0 {WIDTH} {}", height.round()))
        .set("role", "img")
        .set("font-family", "sans-serif")
        .add(page.element().set("fill", "#ffffff"))
        .add(projection.map_or_else(Group::new, |projection| map(route, &updates, &projection)))
        .add(profile)
        .add(places_over_time(&updates, &axes, times))
        .add(legend(&updates, times.bottom + LEGEND_HEIGHT / 2.0));
    document.to_string()
}

fn map(route: &[Position], updates: &[&(Fix, GuideUpdate)], projection: &Projection) -> Group {
    let path = |points: &[Point], colour: &str, width: f64| stroke(path_data(points, false), colour, width);
    let matched: Vec<Position> = updates.iter().filter_map(|(_, update)| update.point).collect();
    let mut group = Group::new().add(path(&projection.project_line(route), ROUTE, 12.0)).add(path(
        &projection.project_line(&matched),
        MATCHED,
        3.0,
    ));
    for (fix, update) in updates {
        if let Some(place) = projection.project(fix.position) {
            group = group.add(circle(place, 3.0, colour(update.state)));
        }
    }
    for (_, update) in updates {
        let Some(place) = update.point.and_then(|position| projection.project(position)) else { continue };
        for event in &update.events {
            let mark =
                circle(place, 10.0, "none").set("stroke", INK).set("stroke-width", 3).set("pointer-events", "all");
            group = group.add(titled(Group::new().add(mark), &event.text));
        }
    }
    group
}

fn places_over_time(updates: &[&(Fix, GuideUpdate)], axes: &Axes, area: Rect) -> Group {
    let mut group = Group::new();
    let (Some((first, _)), Some((last, _))) = (updates.first(), updates.last()) else { return group };
    let (first_ms, span_ms) = (first.time_ms, (last.time_ms - first.time_ms).max(1) as f64);
    let plot = Rect { left: axes.plot.left, right: axes.plot.right, bottom: area.bottom - FONT_SIZE, ..area };
    for (level, words) in [(plot.top, "start"), (plot.bottom, "end")] {
        let start = point(plot.left - 10.0, level + FONT_SIZE * 0.36);
        group = group
            .add(segment(point(plot.left, level), point(plot.right, level), GREY, 2.0))
            .add(text(start, FONT_SIZE, words).set("text-anchor", "end"));
    }
    for (_, update) in updates {
        let Some(along_m) = update.along_m else { continue };
        let share = (update.time_ms - first_ms) as f64 / span_ms;
        let place = point(axes.x(along_m), plot.top + share * plot.height());
        group = group.add(circle(place, 2.5, colour(update.state)));
    }
    group
}

/// The states of the walk with their colours.
fn legend(updates: &[&(Fix, GuideUpdate)], y: f64) -> Group {
    let states = GuideState::ALL.into_iter();
    let mut group = Group::new();
    let mut x = 60.0;
    for state in states.filter(|state| updates.iter().any(|(_, update)| update.state == *state)) {
        let words = state.as_str().replace('_', " ");
        group = group.add(circle(point(x, y), 8.0, colour(state)));
        group = group.add(text(point(x + 16.0, y + FONT_SIZE * 0.36), FONT_SIZE, &words));
        x += 80.0 + super::text::text_width(&words, FONT_SIZE);
    }
    group
}
