//! The map's frame: degrees along its edges with fine crosses where they meet, the north arrow and the scale bar, each in
//! the corner where it hides least of the walk.

use svg::node::element::{Group, Path};

use super::ground::Ground;
use super::paint::{Area, At, GREY, INK, at, number, straight, text, text_width, through};
use super::space::Space;
use crate::measure::{Ticks, Units};

/// Seconds of arc between two lines of the graticule.
const STEPS: [f64; 19] = [
    1.0, 2.0, 5.0, 10.0, 15.0, 20.0, 30.0, 60.0, 120.0, 300.0, 600.0, 900.0, 1200.0, 1800.0, 3600.0, 7200.0, 18000.0,
    36000.0, 108000.0,
];

/// Paper between two lines of the graticule, at least.
const APART: f64 = 330.0;

/// The letters' size along the edges.
const SMALL: f64 = 22.0;

/// The fine crosses of the graticule, below everything else.
pub(super) fn crosses(ground: &Ground) -> Group {
    let mut group = Group::new();
    for (x, _) in meridians(ground) {
        for (y, _) in parallels(ground) {
            let across = straight(at(x - 12.0, y), at(x + 12.0, y), GREY, 2.0);
            group = group.add(across).add(straight(at(x, y - 12.0), at(x, y + 12.0), GREY, 2.0));
        }
    }
    group
}

/// The frame with ticks and degrees: longitudes below, latitudes at the left.
pub(super) fn edges(ground: &Ground) -> Group {
    let frame = ground.frame;
    let mut group = Group::new();
    for (x, label) in meridians(ground) {
        group = group.add(straight(at(x, frame.top), at(x, frame.top + 14.0), INK, 3.0));
        group = group.add(straight(at(x, frame.bottom - 14.0), at(x, frame.bottom), INK, 3.0));
        if fits(x, &label, frame.left, frame.right) {
            group = group.add(text(at(x, frame.bottom + SMALL + 6.0), SMALL, &label).set("text-anchor", "middle"));
        }
    }
    for (y, label) in parallels(ground) {
        group = group.add(straight(at(frame.left, y), at(frame.left + 14.0, y), INK, 3.0));
        group = group.add(straight(at(frame.right - 14.0, y), at(frame.right, y), INK, 3.0));
        if !fits(y, &label, frame.top, frame.bottom) {
            continue;
        }
        let turned = format!("translate({} {}) rotate(-90)", number(frame.left - 10.0), number(y));
        let label = text(at(0.0, 0.0), SMALL, &label).set("text-anchor", "middle");
        group = group.add(label.set("transform", turned));
    }
    group.add(frame.drawn().set("fill", "none").set("stroke", INK).set("stroke-width", "4"))
}

/// Whether a label in the middle of a place stays between the frame's corners.
fn fits(place: f64, label: &str, from: f64, to: f64) -> bool {
    let half = text_width(label, SMALL) / 2.0;
    (from + half..=to - half).contains(&place)
}

fn meridians(ground: &Ground) -> Vec<(f64, String)> {
    let (from, to) = (ground.lon_at(ground.frame.left), ground.lon_at(ground.frame.right));
    let lines = graticule(from, to, ground.frame.width()).into_iter();
    lines.map(|seconds| (ground.x_at(seconds / 3600.0), degrees(seconds, ['E', 'W']))).collect()
}

fn parallels(ground: &Ground) -> Vec<(f64, String)> {
    let (from, to) = (ground.lat_at(ground.frame.bottom), ground.lat_at(ground.frame.top));
    let lines = graticule(from.max(-90.0), to.min(90.0), ground.frame.height()).into_iter();
    lines.map(|seconds| (ground.y_at(seconds / 3600.0), degrees(seconds, ['N', 'S']))).collect()
}

/// Round seconds of arc from one number of degrees to another.
fn graticule(from: f64, to: f64, paper: f64) -> Vec<f64> {
    let seconds = (to - from) * 3600.0;
    let step = STEPS.into_iter().find(|step| step / seconds * paper >= APART).unwrap_or(108_000.0);
    Ticks { step }.between(from * 3600.0, to * 3600.0)
}

/// An angle as a map writes it, with as many of minutes and seconds as it has.
fn degrees(seconds: f64, sides: [char; 2]) -> String {
    let turn = 1_296_000.0;
    let around = if sides[0] == 'E' { (seconds + turn / 2.0).rem_euclid(turn) - turn / 2.0 } else { seconds };
    let whole = around.abs().round() as u64;
    let side =
        if whole == 0 || whole == 648_000 { String::new() } else { sides[usize::from(around < 0.0)].to_string() };
    match (whole / 3600, whole / 60 % 60, whole % 60) {
        (degrees, 0, 0) => format!("{degrees}°{side}"),
        (degrees, minutes, 0) => format!("{degrees}°{minutes:02}′{side}"),
        (degrees, minutes, seconds) => format!("{degrees}°{minutes:02}′{seconds:02}″{side}"),
    }
}

/// The north arrow and the scale bar.
pub(super) fn furniture(ground: &Ground, units: Units, space: &mut Space) -> Group {
    let group = Group::new();
    let north = corner(ground.frame, 80.0, 130.0, [1, 0, 3, 2], space);
    let group = group.add(panel(north)).add(arrow(north));
    let (length, parts) = scale(ground, units);
    let width = length + text_width(&parts[2], SMALL) + 40.0;
    let bar = corner(ground.frame, width, 76.0, [2, 3, 0, 1], space);
    let left = bar.left + 24.0;
    let mut group = group.add(panel(bar));
    for (half, fill) in [(0.0, INK), (0.5, "#ffffff")] {
        let (from, to) = (left + length * half, left + length * (half + 0.5));
        let field = Area { left: from, top: bar.bottom - 28.0, right: to, bottom: bar.bottom - 16.0 };
        group = group.add(field.drawn().set("fill", fill).set("stroke", INK).set("stroke-width", "2.5"));
    }
    for (part, label) in [0.0, 0.5, 1.0].into_iter().zip(&parts) {
        // The number stands above its tick, the unit to the right of the last number.
        let number = label.split(' ').next().unwrap_or_default();
        let x = left + length * part - text_width(number, SMALL) / 2.0;
        group = group.add(text(at(x, bar.top + 34.0), SMALL, label));
    }
    group
}

/// How long the scale bar is on paper, and its three labels.
fn scale(ground: &Ground, units: Units) -> (f64, [String; 3]) {
    let shown = ground.frame.width() * ground.metres;
    let unit = if shown * 0.3 >= units.far().metres { units.far() } else { units.high() };
    let length = Ticks::new(shown * 0.13 / unit.metres, 1).step;
    let half = Ticks { step: length / 2.0 };
    let last = format!("{} {}", Ticks { step: length }.label(length), unit.sign);
    (length * unit.metres / ground.metres, ["0".to_owned(), half.label(length / 2.0), last])
}

/// The free corner of a size that hides least; corners are counted like the letters of a page: 0 and 1 above, 2 and 3
/// below.
fn corner(frame: Area, width: f64, height: f64, order: [usize; 4], space: &mut Space) -> Area {
    let (w, h) = (width / 2.0 + 22.0, height / 2.0 + 22.0);
    let (left, right, top, bottom) = (frame.left + w, frame.right - w, frame.top + h, frame.bottom - h);
    let corners = [at(left, top), at(right, top), at(left, bottom), at(right, bottom)];
    let areas = order.map(|n| Area::around(corners[n], width, height));
    space.take_best(areas.into_iter()).unwrap_or(areas[0])
}

fn panel(area: Area) -> svg::node::element::Rectangle {
    area.drawn().set("fill", "#ffffff").set("fill-opacity", "0.85").set("rx", "8")
}

fn arrow(area: Area) -> Group {
    let middle = area.centre();
    let tip = at(middle.x, area.top + 46.0);
    let foot = at(middle.x, area.bottom - 26.0);
    let (left, right) = (at(middle.x - 24.0, area.bottom - 8.0), at(middle.x + 24.0, area.bottom - 8.0));
    let half = |side: At, fill: &str| {
        let path = Path::new().set("d", through(&[tip, side, foot], true)).set("fill", fill);
        path.set("stroke", INK).set("stroke-width", "3").set("stroke-linejoin", "round")
    };
    let letter = text(at(middle.x, area.top + 36.0), 34.0, "N").set("text-anchor", "middle").set("font-weight", "bold");
    Group::new().add(letter).add(half(left, INK)).add(half(right, "#ffffff"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn angles_are_written_as_on_a_map() {
        assert_eq!(degrees(6.5 * 3600.0, ['E', 'W']), "6°30′E");
        assert_eq!(degrees(181.0 * 3600.0, ['E', 'W']), "179°W");
        assert_eq!(degrees(-17.0 * 3600.0 - 5.0, ['N', 'S']), "17°00′05″S");
        assert_eq!(degrees(0.0, ['N', 'S']), "0°");
        assert_eq!(degrees(-648_000.0, ['E', 'W']), "180°");
    }
}
