//! The map furniture: north arrow and scale bar, each in the corner where it covers least of the route.

use svg::node::element::{Group, Path, Rectangle};

use super::canvas::{INK, Point, Rect, path_data, point};
use super::placement::Placement;
use super::projection::Projection;
use super::text::{text, text_width};
use crate::axis::Ticks;
use crate::units::Units;

/// Font size of the scale bar.
const FONT_SIZE: f64 = 22.0;

/// The corners of the map.
const UPPER_LEFT: usize = 0;
const UPPER_RIGHT: usize = 1;
const LOWER_LEFT: usize = 2;
const LOWER_RIGHT: usize = 3;

/// Draws the north arrow and the scale bar.
pub(super) fn draw(projection: &Projection, units: Units, placement: &mut Placement) -> Group {
    let corners = [UPPER_RIGHT, UPPER_LEFT, LOWER_RIGHT, LOWER_LEFT];
    let arrow = place_in_corner(projection.frame, 80.0, 130.0, corners, placement);
    let arrow = Group::new().add(panel(arrow)).add(north_arrow(arrow));
    let (length, labels) = scale(projection, units);
    let width = length + text_width(&labels[2], FONT_SIZE) + 40.0;
    let corners = [LOWER_LEFT, LOWER_RIGHT, UPPER_LEFT, UPPER_RIGHT];
    let bar = place_in_corner(projection.frame, width, 76.0, corners, placement);
    arrow.add(panel(bar)).add(scale_bar(bar, length, &labels))
}

fn scale_bar(area: Rect, length: f64, labels: &[String; 3]) -> Group {
    let left = area.left + 24.0;
    let mut group = Group::new();
    for (start, fill) in [(0.0, INK), (0.5, "#ffffff")] {
        let (start, end) = (left + length * start, left + length * (start + 0.5));
        let half = Rect { left: start, top: area.bottom - 28.0, right: end, bottom: area.bottom - 16.0 };
        group = group.add(half.element().set("fill", fill).set("stroke", INK).set("stroke-width", "2.5"));
    }
    for (fraction, label) in [0.0, 0.5, 1.0].into_iter().zip(labels) {
        // The number is centred above its tick, the unit follows the last number.
        let number = label.split(' ').next().unwrap_or_default();
        let x = left + length * fraction - text_width(number, FONT_SIZE) / 2.0;
        group = group.add(text(point(x, area.top + 34.0), FONT_SIZE, label));
    }
    group
}

/// The length of the scale bar on the page, and its three labels.
pub(super) fn scale(projection: &Projection, units: Units) -> (f64, [String; 3]) {
    let width_m = projection.frame.width() * projection.metres_per_unit;
    let unit = if width_m * 0.3 >= units.long().metres { units.long() } else { units.short() };
    let length = Ticks::new(width_m * 0.13 / unit.metres, 1).step;
    let half = Ticks { step: length / 2.0 };
    let last = format!("{} {}", Ticks { step: length }.label(length), unit.symbol);
    (length * unit.metres / projection.metres_per_unit, ["0".to_owned(), half.label(length / 2.0), last])
}

/// A rectangle in the free corner where it covers least; `order` breaks ties and decides if no corner is free.
fn place_in_corner(frame: Rect, width: f64, height: f64, order: [usize; 4], placement: &mut Placement) -> Rect {
    let inner = frame.expanded(-22.0);
    let (left, right) = (inner.left + width / 2.0, inner.right - width / 2.0);
    let (top, bottom) = (inner.top + height / 2.0, inner.bottom - height / 2.0);
    let centres = [point(left, top), point(right, top), point(left, bottom), point(right, bottom)];
    let candidates = order.map(|corner| Rect::centred(centres[corner], width, height));
    placement.place_best(candidates.into_iter()).unwrap_or(candidates[0])
}

fn panel(area: Rect) -> Rectangle {
    area.element().set("fill", "#ffffff").set("fill-opacity", "0.85").set("rx", "8")
}

fn north_arrow(area: Rect) -> Group {
    let x = area.centre().x;
    let (tip, notch) = (point(x, area.top + 46.0), point(x, area.bottom - 26.0));
    let half = |corner: Point, fill: &str| {
        let path = Path::new().set("d", path_data(&[tip, corner, notch], true)).set("fill", fill);
        path.set("stroke", INK).set("stroke-width", "3").set("stroke-linejoin", "round")
    };
    let (left, right) = (point(x - 24.0, area.bottom - 8.0), point(x + 24.0, area.bottom - 8.0));
    let letter = text(point(x, area.top + 36.0), 34.0, "N").set("text-anchor", "middle").set("font-weight", "bold");
    Group::new().add(letter).add(half(left, INK)).add(half(right, "#ffffff"))
}
