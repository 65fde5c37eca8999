//! Sensitive areas on the map: hatched polygons, each with a letter that the legend explains.

use geo_types::{Geometry as Shape, LineString, Point as GeoPoint, Polygon};
use jalon::model::Geometry;
use svg::node::element::{Definitions, Group, Path, Pattern};

use super::canvas::{Point, Rect, badge, badge_size, path_data, point, segment, titled};
use super::placement::Placement;
use super::projection::Projection;

/// The colour of sensitive areas.
pub(super) const COLOUR: &str = "#b84a00";
/// Font size of the letters.
pub(super) const FONT_SIZE: f64 = 28.0;

/// Side of the square that stands for an area whose geometry is a point.
const POINT_SIZE: f64 = 50.0;
/// Rows and columns of the grid on which a place for the letter is searched.
const GRID: u32 = 15;

/// The letter of an area: A to Z, then AA.
pub(super) fn letter(index: usize) -> String {
    let last = char::from(b'A' + (index % 26) as u8);
    if index < 26 { last.to_string() } else { format!("{}{last}", letter(index / 26 - 1)) }
}

/// The hatching pattern.
pub(super) fn pattern() -> Definitions {
    let line = segment(point(0.0, 0.0), point(0.0, 20.0), COLOUR, 5.0).set("stroke-opacity", "0.45");
    let pattern = Pattern::new().set("id", "hatching").set("width", "20").set("height", "20");
    let pattern = pattern.set("patternUnits", "userSpaceOnUse").set("patternTransform", "rotate(45)");
    Definitions::new().add(pattern.add(line))
}

/// A hatched shape with a dashed outline.
pub(super) fn hatched(data: &str) -> Group {
    let fill = Path::new().set("d", data).set("fill", COLOUR).set("fill-opacity", "0.10").set("fill-rule", "evenodd");
    let hatching = Path::new().set("d", data).set("fill", "url(#hatching)").set("fill-rule", "evenodd");
    let hatching = hatching.set("stroke", COLOUR).set("stroke-width", "4").set("stroke-dasharray", "18 8");
    Group::new().add(fill).add(hatching.set("stroke-linejoin", "round"))
}

/// A sensitive area on the page.
#[derive(Debug)]
pub(super) struct AreaShape {
    /// Its index among the areas of the sheet.
    pub(super) index: usize,
    name: String,
    rings: Vec<Vec<Point>>,
}

/// The areas that intersect the frame.
pub(super) fn visible(areas: &[(String, Geometry)], projection: &Projection) -> Vec<AreaShape> {
    let shapes = areas.iter().enumerate().map(|(index, (name, geometry))| {
        let mut rings = Vec::new();
        add_rings(geometry.as_geo(), projection, &mut rings);
        AreaShape { index, name: name.clone(), rings }
    });
    shapes.filter(|shape| shape.bounds().is_some_and(|bounds| bounds.intersects(projection.frame))).collect()
}

/// The outlines of a geometry. A point becomes a small square, a line an area without width.
fn add_rings(geometry: &Shape<f64>, projection: &Projection, rings: &mut Vec<Vec<Point>>) {
    let square = |point: &GeoPoint<f64>| {
        let square = Rect::centred(projection.project((*point).into())?, POINT_SIZE, POINT_SIZE);
        Some(square.corners().to_vec())
    };
    let line = |line: &LineString<f64>| {
        projection.project_line(&line.coords().map(|coord| (*coord).into()).collect::<Vec<_>>())
    };
    let polygon = |polygon: &Polygon<f64>, rings: &mut Vec<Vec<Point>>| {
        rings.extend(std::iter::once(polygon.exterior()).chain(polygon.interiors()).map(line));
    };
    match geometry {
        Shape::Point(point) => rings.extend(square(point)),
        Shape::MultiPoint(points) => rings.extend(points.iter().filter_map(square)),
        Shape::LineString(own) => rings.push(line(own)),
        Shape::MultiLineString(lines) => rings.extend(lines.iter().map(line)),
        Shape::Polygon(own) => polygon(own, rings),
        Shape::MultiPolygon(polygons) => polygons.iter().for_each(|own| polygon(own, rings)),
        Shape::GeometryCollection(parts) => parts.iter().for_each(|part| add_rings(part, projection, rings)),
        Shape::Line(_) | Shape::Rect(_) | Shape::Triangle(_) => {}
    }
}

impl AreaShape {
    fn bounds(&self) -> Option<Rect> {
        let mut points = self.rings.iter().flatten();
        let first = *points.next()?;
        Some(points.fold(Rect::centred(first, 0.2, 0.2), |bounds, point| Rect {
            left: bounds.left.min(point.x),
            top: bounds.top.min(point.y),
            right: bounds.right.max(point.x),
            bottom: bounds.bottom.max(point.y),
        }))
    }

    /// Whether a point is inside, by the even–odd rule.
    fn contains(&self, point: Point) -> bool {
        let crosses = |(start, end): (&Point, &Point)| {
            (start.y > point.y) != (end.y > point.y)
                && point.x < start.x + (point.y - start.y) / (end.y - start.y) * (end.x - start.x)
        };
        let edges = self.rings.iter().flat_map(|ring| ring.iter().zip(ring.iter().cycle().skip(1)));
        edges.filter(|edge| crosses(*edge)).count() % 2 == 1
    }

    /// The hatched area.
    pub(super) fn draw(&self) -> Group {
        let data: Vec<String> = self.rings.iter().map(|ring| path_data(ring, true)).collect();
        titled(hatched(&data.concat()), &self.name)
    }

    /// The badge with the letter, inside the area if there is room, as near to its middle as possible.
    pub(super) fn draw_letter(
        &self,
        letter: &str,
        projection: &Projection,
        placement: &mut Placement,
    ) -> Option<Group> {
        let (bounds, frame) = (self.bounds()?, projection.frame);
        let visible = Rect {
            left: bounds.left.max(frame.left),
            top: bounds.top.max(frame.top),
            right: bounds.right.min(frame.right),
            bottom: bounds.bottom.min(frame.bottom),
        };
        let (width, height) = badge_size(letter, FONT_SIZE);
        let fractions = || (0..GRID).map(|n| (f64::from(n) + 0.5) / f64::from(GRID));
        let grid = fractions().flat_map(|down| {
            fractions()
                .map(move |right| point(visible.left + right * visible.width(), visible.top + down * visible.height()))
        });
        let mut inside: Vec<Point> = grid.filter(|point| self.contains(*point)).collect();
        let middle = visible.centre();
        inside.sort_by(|a, b| a.distance_to(middle).total_cmp(&b.distance_to(middle)));
        let candidates = inside.iter().map(|point| Rect::centred(*point, width, height));
        let place = placement.place_best(candidates).or_else(|| {
            let target = inside.first().copied().unwrap_or(middle);
            placement.place_near(target, width, height, true)
        })?;
        Some(titled(badge(place.centre(), letter, FONT_SIZE, COLOUR, false), &self.name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letter_after_z_has_two_characters() {
        assert_eq!([0, 25, 26, 51, 52].map(letter), ["A", "Z", "AA", "AZ", "BA"]);
    }
}
