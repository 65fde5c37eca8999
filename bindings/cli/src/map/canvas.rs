//! Points and rectangles on the page, and the SVG elements that are drawn with them. The unit is a tenth of a
//! millimetre; x runs to the right and y down, from the upper left corner of the page.

use svg::node::element::{Circle, Element, Group, Path, Rectangle};

use super::text::{text, text_width};
use crate::export::xml_name;

/// The colour of texts and axes.
pub(super) const INK: &str = "#222222";
/// The colour of secondary texts and lines.
pub(super) const GREY: &str = "#8a8a80";

/// A point on the page.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Point {
    pub(super) x: f64,
    pub(super) y: f64,
}

/// A point on the page.
pub(super) fn point(x: f64, y: f64) -> Point {
    Point { x, y }
}

impl Point {
    pub(super) fn distance_to(self, other: Point) -> f64 {
        (other.x - self.x).hypot(other.y - self.y)
    }

    /// The point at `fraction` (0 to 1) of the way to another.
    pub(super) fn towards(self, other: Point, fraction: f64) -> Point {
        point(self.x + (other.x - self.x) * fraction, self.y + (other.y - self.y) * fraction)
    }
}

/// The length of a polyline on the page.
pub(super) fn polyline_length(line: &[Point]) -> f64 {
    line.windows(2).map(|pair| pair[0].distance_to(pair[1])).sum()
}

/// The point at a distance along a polyline; its first or last vertex beyond the ends.
pub(super) fn point_along(line: &[Point], distance: f64) -> Option<Point> {
    let mut remaining = distance.max(0.0);
    for pair in line.windows(2) {
        let length = pair[0].distance_to(pair[1]);
        if remaining <= length && length > 0.0 {
            return Some(pair[0].towards(pair[1], remaining / length));
        }
        remaining -= length;
    }
    line.last().copied()
}

/// A rectangle on the page.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Rect {
    pub(super) left: f64,
    pub(super) top: f64,
    pub(super) right: f64,
    pub(super) bottom: f64,
}

impl Rect {
    pub(super) fn centred(centre: Point, width: f64, height: f64) -> Rect {
        let (w, h) = (width / 2.0, height / 2.0);
        Rect { left: centre.x - w, top: centre.y - h, right: centre.x + w, bottom: centre.y + h }
    }

    /// The rectangle with each side moved out by `margin`, or in if it is negative.
    pub(super) fn expanded(self, margin: f64) -> Rect {
        Rect {
            left: self.left - margin,
            top: self.top - margin,
            right: self.right + margin,
            bottom: self.bottom + margin,
        }
    }

    pub(super) fn contains(self, point: Point) -> bool {
        (self.left..=self.right).contains(&point.x) && (self.top..=self.bottom).contains(&point.y)
    }

    pub(super) fn contains_rect(self, other: Rect) -> bool {
        self.contains(point(other.left, other.top)) && self.contains(point(other.right, other.bottom))
    }

    pub(super) fn intersects(self, other: Rect) -> bool {
        self.left < other.right && other.left < self.right && self.top < other.bottom && other.top < self.bottom
    }

    pub(super) fn width(self) -> f64 {
        self.right - self.left
    }

    pub(super) fn height(self) -> f64 {
        self.bottom - self.top
    }

    pub(super) fn centre(self) -> Point {
        point((self.left + self.right) / 2.0, (self.top + self.bottom) / 2.0)
    }

    /// The corners, clockwise from the upper left.
    pub(super) fn corners(self) -> [Point; 4] {
        [
            point(self.left, self.top),
            point(self.right, self.top),
            point(self.right, self.bottom),
            point(self.left, self.bottom),
        ]
    }

    /// The SVG element, without fill and stroke.
    pub(super) fn element(self) -> Rectangle {
        Rectangle::new()
            .set("x", number(self.left))
            .set("y", number(self.top))
            .set("width", number(self.width().max(0.0)))
            .set("height", number(self.height().max(0.0)))
    }
}

/// A number as SVG text, to a hundredth of a millimetre; 0 if it is not finite.
pub(super) fn number(value: f64) -> String {
    let value = if value.is_finite() { value } else { 0.0 };
    // Adding zero turns −0 into 0.
    let text = format!("{:.1}", (value * 10.0).round() / 10.0 + 0.0);
    text.strip_suffix(".0").unwrap_or(&text).to_owned()
}

/// The data of an SVG path through points.
pub(super) fn path_data(points: &[Point], closed: bool) -> String {
    let mut data = String::new();
    for (n, point) in points.iter().enumerate() {
        let command = if n == 0 { 'M' } else { 'L' };
        data.push_str(&format!("{command}{} {}", number(point.x), number(point.y)));
    }
    if closed && !points.is_empty() {
        data.push('Z');
    }
    data
}

/// A path with a stroke and no fill.
pub(super) fn stroke(data: String, colour: &str, width: f64) -> Path {
    Path::new()
        .set("d", data)
        .set("fill", "none")
        .set("stroke", colour)
        .set("stroke-width", number(width))
        .set("stroke-linejoin", "round")
        .set("stroke-linecap", "round")
}

/// A straight line.
pub(super) fn segment(start: Point, end: Point, colour: &str, width: f64) -> Path {
    stroke(path_data(&[start, end], false), colour, width)
}

/// A filled circle.
pub(super) fn circle(centre: Point, radius: f64, colour: &str) -> Circle {
    Circle::new().set("cx", number(centre.x)).set("cy", number(centre.y)).set("r", number(radius)).set("fill", colour)
}

/// A group with a `title`: viewers show it under the pointer, screen readers read it.
pub(super) fn titled(group: Group, title: &str) -> Group {
    let mut element = Element::new("title");
    svg::Node::append(&mut element, svg::node::Text::new(xml_name(title)));
    group.add(element)
}

/// Width and height of a badge.
pub(super) fn badge_size(label: &str, font_size: f64) -> (f64, f64) {
    let height = font_size * 1.3;
    (height.max(text_width(label, font_size) + font_size * 0.6), height)
}

/// A short label on a coloured background: round for a point, angular for a stage or an area.
pub(super) fn badge(centre: Point, label: &str, font_size: f64, colour: &str, round: bool) -> Group {
    let (width, height) = badge_size(label, font_size);
    let background = Rect::centred(centre, width, height).element().set("fill", colour);
    let background = background.set("stroke", "#ffffff").set("stroke-width", number(font_size / 8.0));
    let label = text(point(centre.x, centre.y + font_size * 0.36), font_size, label);
    let label = label.set("text-anchor", "middle").set("font-weight", "bold").set("fill", "#ffffff");
    Group::new().add(background.set("rx", number(if round { height / 2.0 } else { font_size / 8.0 }))).add(label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn number_is_short_and_finite() {
        assert_eq!([number(1.0), number(-0.01), number(2.26), number(f64::NAN)], ["1", "0", "2.3", "0"]);
    }

    #[test]
    fn point_along_stops_at_the_ends() {
        let line = [point(0.0, 0.0), point(10.0, 0.0), point(10.0, 0.0), point(10.0, 10.0)];
        assert_eq!(polyline_length(&line), 20.0);
        assert_eq!(point_along(&line, 15.0), Some(point(10.0, 5.0)));
        assert_eq!(point_along(&line, -1.0), Some(point(0.0, 0.0)));
        assert_eq!(point_along(&line, 99.0), Some(point(10.0, 10.0)));
        assert_eq!(point_along(&[], 1.0), None);
    }
}
