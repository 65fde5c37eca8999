//! The elevation profile at the foot of the sheet: a filled area over the distance walked, with the borders between the
//! stages. It stands on paper below the map, as wide as the map, so that a finger can follow both.

use jalon::model::Position;
use svg::node::element::{Group, Path};

use super::paint::{Area, GREY, INK, at, badge, badge_size, straight, stroke, text, text_width, through};
use crate::measure::{Ticks, Units, elevation_at, elevations, length};

/// The letters' size on the axes.
const SMALL: f64 = 22.0;

/// A flat walk is drawn flat: the axis never spans less than this.
const LEAST_SPAN_M: f64 = 60.0;

/// The profile of the lines one after the other in an area, axes included; each with its number and colour if it is a
/// stage. `None` where nothing is known of elevations.
pub(super) fn drawn(lines: &[(&[Position], Option<&str>)], area: Area, units: Units) -> Option<Group> {
    let only: Vec<&[Position]> = lines.iter().map(|(line, _)| *line).collect();
    let known = elevations(&only);
    let (from, to) = (known.first()?.0, known.last()?.0);
    let (far, high) = (units.far(), units.high());
    let heights = known.iter().map(|(_, metres)| metres / high.metres);
    let (low, top) = heights.fold((f64::MAX, f64::MIN), |(low, top), height| (low.min(height), top.max(height)));
    let wide = top.max(low + LEAST_SPAN_M / high.metres);
    let ticks = Ticks::new(wide - low, 4);
    let (low, top) = (ticks.floor(low), wide);

    let levels: Vec<(f64, String)> = ticks
        .between(low, top)
        .into_iter()
        .map(|tick| (tick, format!("{} {}", ticks.label(tick), high.sign)))
        .collect();
    let margin = levels.iter().map(|(_, label)| text_width(label, SMALL)).fold(0.0, f64::max) + 14.0;
    let plot = Area {
        left: area.left + margin,
        top: area.top + if lines.len() > 1 { 44.0 } else { 14.0 },
        right: area.right - 40.0,
        bottom: area.bottom - SMALL - 14.0,
    };
    let x = |along: f64| plot.left + (along - from) / (to - from) * plot.width();
    let y = |metres: f64| plot.bottom - (metres / high.metres - low) / (top - low) * plot.height();

    let mut group = Group::new();
    for (tick, label) in &levels {
        let level = y(tick * high.metres);
        group = group.add(straight(at(plot.left, level), at(plot.right, level), "#d9d9d2", 2.0));
        let place = at(plot.left - 10.0, level + SMALL * 0.36);
        group = group.add(text(place, SMALL, label).set("text-anchor", "end"));
    }
    // Two millimetres of paper hold all that an eye can see of a slope.
    let columns = (plot.width() / 2.0).max(2.0) as usize;
    let sampled = (0..=columns).map(|n| from + (to - from) * n as f64 / columns as f64);
    let mut slope: Vec<(f64, f64)> =
        sampled.filter_map(|along| Some((along, elevation_at(&known, along)?))).chain(known.iter().copied()).collect();
    slope.sort_by(|one, other| one.0.total_cmp(&other.0));
    slope.dedup_by(|one, other| x(one.0) - x(other.0) < 1.0);
    let outline: Vec<_> = slope.into_iter().map(|(along, metres)| at(x(along), y(metres))).collect();
    let mut filled = outline.clone();
    filled.extend([at(plot.right, plot.bottom), at(plot.left, plot.bottom)]);
    group = group.add(Path::new().set("d", through(&filled, true)).set("fill", "#dfe6d3"));
    group = group.add(stroke(through(&outline, false), "#4d6b2f", 5.0));

    group = group.add(straight(at(plot.left, plot.bottom), at(plot.right, plot.bottom), INK, 3.0));
    let distances = Ticks::new((to - from) / far.metres, 10);
    let all = distances.between(0.0, (to - from) / far.metres);
    for (n, tick) in all.iter().enumerate() {
        let place = x(from + tick * far.metres);
        group = group.add(straight(at(place, plot.bottom), at(place, plot.bottom + 9.0), INK, 3.0));
        let label = distances.label(*tick);
        let start = place - text_width(&label, SMALL) / 2.0;
        let label = if n + 1 == all.len() { format!("{label} {}", far.sign) } else { label };
        group = group.add(text(at(start, plot.bottom + SMALL + 10.0), SMALL, &label));
    }
    Some(group.add(stages(lines, from, to, plot)))
}

/// The borders between the stages, and their numbers above where they fit.
fn stages(lines: &[(&[Position], Option<&str>)], from: f64, to: f64, plot: Area) -> Group {
    let mut group = Group::new();
    let mut along = 0.0_f64;
    let mut free = f64::MIN;
    for (n, (line, colour)) in lines.iter().enumerate() {
        let Some(colour) = colour else { continue };
        let start = along.max(from);
        along += length(line);
        let x = |along: f64| plot.left + ((along - from) / (to - from)).clamp(0.0, 1.0) * plot.width();
        if n > 0 {
            let border = straight(at(x(start), plot.top), at(x(start), plot.bottom), GREY, 2.5);
            group = group.add(border.set("stroke-dasharray", "8 8"));
        }
        let label = (n + 1).to_string();
        let middle = (x(start) + x(along)) / 2.0;
        let half = badge_size(&label, SMALL).0 / 2.0;
        if middle - half > free {
            group = group.add(badge(at(middle, plot.top - 24.0), &label, SMALL, colour, false));
            free = middle + half + 4.0;
        }
    }
    group
}
