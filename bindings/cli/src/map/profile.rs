//! The elevation profile at the foot of the sheet: a filled area over the distance walked, with the limits of the
//! stages. It is as wide as the map.

use jalon::line::Profile;
use jalon::model::Position;
use svg::node::element::{Group, Path};

use super::canvas::{GREY, INK, Point, Rect, badge, badge_size, path_data, point, segment, stroke};
use super::text::{text, text_width};
use crate::axis::Ticks;
use crate::elevation::{length_m, route_profile};
use crate::units::Units;

/// Font size of the axes.
const FONT_SIZE: f64 = 22.0;

/// The smallest span of the elevation axis, so that a flat route looks flat.
const MIN_SPAN_M: f64 = 60.0;

/// Width of a sample on the page; finer detail cannot be seen.
const SAMPLE_WIDTH: f64 = 2.0;

/// A line of the route, with the colour of its stage if the trek has stages.
pub(super) type RouteLine<'a> = (&'a [Position], Option<&'static str>);

/// Draws the profile of lines that follow one another, with its axes, in `area`. `None` if no elevation is known.
pub(super) fn draw(lines: &[RouteLine<'_>], area: Rect, units: Units) -> Option<Group> {
    Some(draw_with_axes(lines, area, units)?.0)
}

/// As [`draw`], with the axes, for a drawing below it.
pub(super) fn draw_with_axes(lines: &[RouteLine<'_>], area: Rect, units: Units) -> Option<(Group, Axes)> {
    let positions: Vec<&[Position]> = lines.iter().map(|(line, _)| *line).collect();
    let profile = route_profile(&positions)?;
    let unit = units.short();
    let (lowest, highest) = (profile.min_m() / unit.metres, profile.max_m() / unit.metres);
    let top = highest.max(lowest + MIN_SPAN_M / unit.metres);
    let ticks = Ticks::new(top - lowest, 4);
    let bottom = ticks.floor(lowest);
    let levels = ticks.between(bottom, top).into_iter().map(|tick| (tick, ticks.label(tick)));
    let levels: Vec<(f64, String)> = levels.map(|(tick, label)| (tick, format!("{label} {}", unit.symbol))).collect();
    let label_width = levels.iter().map(|(_, label)| text_width(label, FONT_SIZE)).fold(0.0, f64::max);
    let plot = Rect {
        left: area.left + label_width + 14.0,
        top: area.top + if lines.len() > 1 { 44.0 } else { 14.0 },
        right: area.right - 40.0,
        bottom: area.bottom - FONT_SIZE - 14.0,
    };
    let axes = Axes { plot, start_m: profile.samples()[0].distance_m, length_m: profile.length_m() };
    let y = |elevation: f64| plot.bottom - (elevation - bottom) / (top - bottom) * plot.height();

    let mut group = Group::new();
    for (tick, label) in &levels {
        let level = y(*tick);
        group = group.add(segment(point(plot.left, level), point(plot.right, level), "#d9d9d2", 2.0));
        let start = point(plot.left - 10.0, level + FONT_SIZE * 0.36);
        group = group.add(text(start, FONT_SIZE, label).set("text-anchor", "end"));
    }
    let outline = outline(&profile, &axes, |metres| y(metres / unit.metres));
    let mut area = outline.clone();
    area.extend([point(plot.right, plot.bottom), point(plot.left, plot.bottom)]);
    group = group.add(Path::new().set("d", path_data(&area, true)).set("fill", "#dfe6d3"));
    group = group.add(stroke(path_data(&outline, false), "#4d6b2f", 5.0));
    Some((group.add(axes.distance_axis(units)).add(axes.stage_limits(lines)), axes))
}

/// The vertices of the profile and samples between them, in order, without those that are too close to be seen.
fn outline(profile: &Profile, axes: &Axes, y: impl Fn(f64) -> f64) -> Vec<Point> {
    let columns = (axes.plot.width() / SAMPLE_WIDTH).max(2.0) as usize;
    let distances = (0..=columns).map(|n| axes.start_m + axes.length_m * n as f64 / columns as f64);
    let sampled = distances.filter_map(|distance_m| Some((distance_m, profile.elevation_m_at(distance_m).ok()?)));
    let vertices = profile.samples().iter().map(|sample| (sample.distance_m, sample.elevation_m));
    let mut samples: Vec<(f64, f64)> = sampled.chain(vertices).collect();
    samples.sort_by(|a, b| a.0.total_cmp(&b.0));
    samples.dedup_by(|a, b| axes.x(a.0) - axes.x(b.0) < 1.0);
    samples.into_iter().map(|(distance_m, elevation_m)| point(axes.x(distance_m), y(elevation_m))).collect()
}

/// The distances on the horizontal axis.
pub(super) struct Axes {
    pub(super) plot: Rect,
    /// Distance of the first known elevation.
    start_m: f64,
    /// Distance from there to the last one.
    length_m: f64,
}

impl Axes {
    /// Axes of a route without a profile.
    pub(super) fn of(plot: Rect, length_m: f64) -> Axes {
        Axes { plot, start_m: 0.0, length_m }
    }

    /// The horizontal place of a distance.
    pub(super) fn x(&self, distance_m: f64) -> f64 {
        self.plot.left + (distance_m - self.start_m) / self.length_m * self.plot.width()
    }

    fn distance_axis(&self, units: Units) -> Group {
        let (plot, unit) = (self.plot, units.long());
        let base = segment(point(plot.left, plot.bottom), point(plot.right, plot.bottom), INK, 3.0);
        let mut group = Group::new().add(base);
        let length = self.length_m / unit.metres;
        let ticks = Ticks::new(length, 10);
        let all = ticks.between(0.0, length);
        for (n, tick) in all.iter().enumerate() {
            let x = self.x(self.start_m + tick * unit.metres);
            group = group.add(segment(point(x, plot.bottom), point(x, plot.bottom + 9.0), INK, 3.0));
            let label = ticks.label(*tick);
            // The number is centred, the unit follows the last one.
            let start = x - text_width(&label, FONT_SIZE) / 2.0;
            let label = if n + 1 == all.len() { format!("{label} {}", unit.symbol) } else { label };
            group = group.add(text(point(start, plot.bottom + FONT_SIZE + 10.0), FONT_SIZE, &label));
        }
        group
    }

    /// The limits of the stages, and above the profile their numbers as far as they fit.
    fn stage_limits(&self, lines: &[RouteLine<'_>]) -> Group {
        let plot = self.plot;
        let x = |distance_m: f64| self.x(distance_m).clamp(plot.left, plot.right);
        let mut group = Group::new();
        let mut end_m = 0.0_f64;
        let mut free_from = f64::MIN;
        for (n, (line, colour)) in lines.iter().enumerate() {
            let Some(colour) = colour else { continue };
            let start_m = end_m.max(self.start_m);
            end_m += length_m(line);
            if n > 0 {
                let limit = segment(point(x(start_m), plot.top), point(x(start_m), plot.bottom), GREY, 2.5);
                group = group.add(limit.set("stroke-dasharray", "8 8"));
            }
            let label = (n + 1).to_string();
            let middle = (x(start_m) + x(end_m)) / 2.0;
            let half_width = badge_size(&label, FONT_SIZE).0 / 2.0;
            if middle - half_width > free_from {
                group = group.add(badge(point(middle, plot.top - 24.0), &label, FONT_SIZE, colour, false));
                free_from = middle + half_width + 4.0;
            }
        }
        group
    }
}
