//! The graticule: meridians and parallels as crosses on the map, and as ticks and degrees on its frame.

use svg::node::element::Group;

use super::canvas::{GREY, INK, number, point, segment};
use super::projection::Projection;
use super::text::{text, text_width};
use crate::axis::Ticks;

/// Possible distances between two lines, in seconds of arc.
const STEPS: [f64; 19] = [
    1.0, 2.0, 5.0, 10.0, 15.0, 20.0, 30.0, 60.0, 120.0, 300.0, 600.0, 900.0, 1200.0, 1800.0, 3600.0, 7200.0, 18000.0,
    36000.0, 108000.0,
];

/// The smallest distance between two lines on the page.
const MIN_SPACING: f64 = 330.0;

/// Font size of the degrees.
const FONT_SIZE: f64 = 22.0;

/// Fine crosses where the lines meet.
pub(super) fn crosses(projection: &Projection) -> Group {
    let mut group = Group::new();
    for (x, _) in meridians(projection) {
        for (y, _) in parallels(projection) {
            let horizontal = segment(point(x - 12.0, y), point(x + 12.0, y), GREY, 2.0);
            group = group.add(horizontal).add(segment(point(x, y - 12.0), point(x, y + 12.0), GREY, 2.0));
        }
    }
    group
}

/// The frame with its ticks; longitudes are below it, latitudes at its left.
pub(super) fn frame(projection: &Projection) -> Group {
    let frame = projection.frame;
    let mut group = Group::new();
    for (x, label) in meridians(projection) {
        group = group.add(segment(point(x, frame.top), point(x, frame.top + 14.0), INK, 3.0));
        group = group.add(segment(point(x, frame.bottom - 14.0), point(x, frame.bottom), INK, 3.0));
        if fits(x, &label, frame.left, frame.right) {
            let label = text(point(x, frame.bottom + FONT_SIZE + 6.0), FONT_SIZE, &label);
            group = group.add(label.set("text-anchor", "middle"));
        }
    }
    for (y, label) in parallels(projection) {
        group = group.add(segment(point(frame.left, y), point(frame.left + 14.0, y), INK, 3.0));
        group = group.add(segment(point(frame.right - 14.0, y), point(frame.right, y), INK, 3.0));
        if fits(y, &label, frame.top, frame.bottom) {
            let rotated = format!("translate({} {}) rotate(-90)", number(frame.left - 10.0), number(y));
            let label = text(point(0.0, 0.0), FONT_SIZE, &label).set("text-anchor", "middle");
            group = group.add(label.set("transform", rotated));
        }
    }
    group.add(frame.element().set("fill", "none").set("stroke", INK).set("stroke-width", "4"))
}

/// Whether a label centred at `middle` stays between `start` and `end`.
fn fits(middle: f64, label: &str, start: f64, end: f64) -> bool {
    let half = text_width(label, FONT_SIZE) / 2.0;
    (start + half..=end - half).contains(&middle)
}

/// The meridians on the map: `x` and label.
fn meridians(projection: &Projection) -> Vec<(f64, String)> {
    let (west, east) = (projection.lon_at(projection.frame.left), projection.lon_at(projection.frame.right));
    let lines = lines(west, east, projection.frame.width()).into_iter();
    lines.map(|seconds| (projection.x_at(seconds / 3600.0), format_angle(seconds, ['E', 'W']))).collect()
}

/// The parallels on the map: `y` and label.
fn parallels(projection: &Projection) -> Vec<(f64, String)> {
    let (south, north) = (projection.lat_at(projection.frame.bottom), projection.lat_at(projection.frame.top));
    let lines = lines(south.max(-90.0), north.min(90.0), projection.frame.height()).into_iter();
    lines.map(|seconds| (projection.y_at(seconds / 3600.0), format_angle(seconds, ['N', 'S']))).collect()
}

/// Round seconds of arc from `start_deg` to `end_deg`, which are `length` apart on the page.
fn lines(start_deg: f64, end_deg: f64, length: f64) -> Vec<f64> {
    let seconds = (end_deg - start_deg) * 3600.0;
    let step = STEPS.into_iter().find(|step| step / seconds * length >= MIN_SPACING).unwrap_or(108_000.0);
    Ticks { step }.between(start_deg * 3600.0, end_deg * 3600.0)
}

/// Seconds of arc as degrees, with minutes and seconds if they are not zero, and a hemisphere.
fn format_angle(seconds: f64, hemispheres: [char; 2]) -> String {
    const FULL_TURN: f64 = 1_296_000.0;
    const HALF_TURN: u64 = 648_000;
    let is_lon = hemispheres[0] == 'E';
    let seconds = if is_lon { (seconds + FULL_TURN / 2.0).rem_euclid(FULL_TURN) - FULL_TURN / 2.0 } else { seconds };
    let whole = seconds.abs().round() as u64;
    let hemisphere = match whole {
        0 | HALF_TURN => String::new(),
        _ => hemispheres[usize::from(seconds < 0.0)].to_string(),
    };
    match (whole / 3600, whole / 60 % 60, whole % 60) {
        (degrees, 0, 0) => format!("{degrees}°{hemisphere}"),
        (degrees, minutes, 0) => format!("{degrees}°{minutes:02}′{hemisphere}"),
        (degrees, minutes, seconds) => format!("{degrees}°{minutes:02}′{seconds:02}″{hemisphere}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn format_angle_writes_degrees_minutes_and_seconds() {
        assert_eq!(format_angle(6.5 * 3600.0, ['E', 'W']), "6°30′E");
        assert_eq!(format_angle(181.0 * 3600.0, ['E', 'W']), "179°W");
        assert_eq!(format_angle(-17.0 * 3600.0 - 5.0, ['N', 'S']), "17°00′05″S");
        assert_eq!(format_angle(0.0, ['N', 'S']), "0°");
        assert_eq!(format_angle(-648_000.0, ['E', 'W']), "180°");
    }
}
