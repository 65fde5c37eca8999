//! All treks of a territory as an SVG element within a page of HTML. Its colours are classes of the page's style sheet: `trek`,
//! `trek flawed`, `frame`. It has no text, because a text in it would be too small on a phone.

use jalon::line::simplify;
use jalon::model::{Bounds, Position};
use svg::Document;
use svg::node::element::{Group, Path};

use super::canvas::{Point, circle, path_data, point, titled};
use super::furniture;
use super::projection::Projection;
use crate::units::Units;

/// Width of the drawing, in its own unit.
const WIDTH: f64 = 2000.0;
const MIN_HEIGHT: f64 = 900.0;
const MAX_HEIGHT: f64 = 2400.0;
/// Lines are simplified to this distance on the drawing: a pixel of a page that shows it 1,000 pixels wide.
const TOLERANCE: f64 = 2.0;
/// Radius of the dot of a trek whose line is too short to be seen.
const DOT_RADIUS: f64 = 8.0;

/// A drawing in progress.
pub(crate) struct Overview {
    projection: Projection,
    units: Units,
    tolerance_m: f64,
}

/// The lines of a trek on the drawing.
pub(crate) struct OverviewTrek {
    lines: Vec<Vec<Point>>,
}

/// A finished drawing.
pub(crate) struct OverviewMap {
    /// The SVG element.
    pub(crate) svg: String,
    /// Length of the scale bar, as a share of the width of the drawing.
    pub(crate) scale_share: f64,
    /// Distance that the scale bar stands for.
    pub(crate) scale_label: String,
}

impl Overview {
    /// A drawing of a box; `None` if the box is not on the Earth.
    pub(crate) fn new(bounds: Bounds, units: Units) -> Option<Overview> {
        let corners = [Position::new(bounds.west, bounds.south), Position::new(bounds.east, bounds.north)];
        // The middle keeps a wide box in one piece.
        let middle = Position::new((bounds.west + bounds.east) / 2.0, (bounds.south + bounds.north) / 2.0);
        let positions = [middle, corners[0], corners[1]];
        let projection = Projection::fit(&positions, point(0.0, 0.0), WIDTH, MIN_HEIGHT, MAX_HEIGHT)?;
        Some(Overview { projection, units, tolerance_m: TOLERANCE * projection.metres_per_unit })
    }

    /// The lines of a trek, simplified. Positions that are not on the Earth are left out.
    pub(crate) fn trek(&self, lines: &[Vec<Position>]) -> OverviewTrek {
        let project = |line: &Vec<Position>| {
            let valid: Vec<Position> = line.iter().copied().filter(Position::is_valid).collect();
            // The error is that of an empty line.
            let simple = simplify(&valid, self.tolerance_m).unwrap_or_default();
            self.projection.project_line(&simple)
        };
        OverviewTrek { lines: lines.iter().map(project).filter(|line| !line.is_empty()).collect() }
    }

    /// Draws treks: each with a name, for viewers and screen readers, and whether it has a problem. Those with problems are on
    /// top.
    pub(crate) fn draw(self, treks: &[(OverviewTrek, String, bool)], title: &str) -> OverviewMap {
        let mut group = Group::new();
        for wanted in [false, true] {
            for (trek, name, _) in treks.iter().filter(|(.., is_flawed)| *is_flawed == wanted) {
                let class = if wanted { "trek flawed" } else { "trek" };
                let mut own = Group::new().set("class", class);
                for line in &trek.lines {
                    own = match line[..] {
                        [only] => own.add(circle(only, DOT_RADIUS, "currentColor")),
                        _ => own.add(Path::new().set("d", path_data(line, false))),
                    };
                }
                if !trek.lines.is_empty() {
                    group = group.add(titled(own, name));
                }
            }
        }
        let frame = self.projection.frame;
        let (length, labels) = furniture::scale(&self.projection, self.units);
        let document = Document::new()
            .set("viewBox", format!("0 0 {} {}", frame.right.round(), frame.bottom.round()))
            .set("role", "img")
            .add(frame.element().set("class", "frame"))
            .add(titled(group, title));
        let [.., scale_label] = labels;
        OverviewMap { svg: document.to_string(), scale_share: length / frame.width(), scale_label }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn overview() -> Overview {
        Overview::new(Bounds { west: 6.0, south: 44.5, east: 6.5, north: 45.0 }, Units::Metric).unwrap()
    }

    #[test]
    fn trek_on_a_straight_line_has_two_points_and_a_dot_one() {
        let overview = overview();
        let straight: Vec<Position> = (0..500).map(|n| Position::new(6.1 + f64::from(n) * 1e-4, 44.6)).collect();
        let lines = [straight, vec![Position::new(f64::NAN, 0.0)], vec![Position::new(6.2, 44.7)]];
        let trek = overview.trek(&lines);
        assert_eq!(trek.lines.iter().map(Vec::len).collect::<Vec<_>>(), [2, 1]);
        let treks = [(trek, "<Tour & 1>\u{202e}".to_owned(), true)];
        let map = overview.draw(&treks, "Treks");
        assert_eq!((map.svg.matches("<path").count(), map.svg.matches("<circle").count()), (1, 1));
        assert!(map.svg.contains("&lt;Tour &amp; 1&gt;\u{fffd}") && map.svg.contains("trek flawed"), "{}", map.svg);
        assert_eq!(map.scale_label, "10 km");
        assert!(map.scale_share > 0.05 && map.scale_share < 0.3);
    }

    #[test]
    fn box_that_is_not_on_the_earth_has_no_map() {
        let bounds = Bounds { west: f64::NAN, south: f64::NAN, east: f64::NAN, north: f64::NAN };
        assert!(Overview::new(bounds, Units::Metric).is_none());
    }
}
