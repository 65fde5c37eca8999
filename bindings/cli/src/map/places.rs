//! What lies around the walk: points of interest as numbered dots, sensitive zones as hatched areas with a letter. The
//! legend below the map says what they are, because names beside two hundred points would leave no map.

use geo_types::{Geometry as Shape, LineString, Point, Polygon};
use jalon::model::{Geometry, Position};
use svg::node::element::{Definitions, Group, Path, Pattern};

use super::ground::Ground;
use super::paint::{Area, At, at, badge, badge_size, dot, named, number, straight, through};
use super::space::Space;

/// The colour of points of interest.
pub(super) const POINT: &str = "#134f7c";
/// The colour of sensitive zones.
pub(super) const ZONE: &str = "#b84a00";
/// From so many points on, none is put on the line.
const CROWD: usize = 40;
/// The letters' size on the zones.
pub(super) const LETTER: f64 = 28.0;

/// How large the numbers are, by how many there are.
pub(super) fn number_size(count: usize) -> f64 {
    match count {
        0..=30 => 26.0,
        31..=80 => 22.0,
        _ => 18.0,
    }
}

/// The letter of a zone: A to Z, then AA.
pub(super) fn letter(zone: usize) -> String {
    let last = char::from(b'A' + (zone % 26) as u8);
    if zone < 26 { last.to_string() } else { format!("{}{last}", letter(zone / 26 - 1)) }
}

/// The points of interest on the map, in layers: what lies below the walk, on it, and above everything.
#[derive(Debug)]
pub(super) struct Points {
    /// From a number that had to stand aside to its place.
    pub(super) leaders: Group,
    /// The exact places of these.
    pub(super) dots: Group,
    /// The numbers.
    pub(super) numbers: Group,
    /// Which are on the map.
    pub(super) on_map: Vec<bool>,
}

/// The numbered points. Those after the first `listed` are dots without a number.
pub(super) fn points(pois: &[(String, Position)], listed: usize, ground: &Ground, space: &mut Space) -> Points {
    let size = number_size(listed);
    let (mut leaders, mut dots, mut numbers) = (Group::new(), Group::new(), Group::new());
    let mut on_map = vec![false; pois.len()];
    for (n, (name, position)) in pois.iter().enumerate() {
        let Some(place) = ground.place(*position).filter(|place| ground.frame.has(*place)) else { continue };
        on_map[n] = true;
        let label = (n + 1).to_string();
        let (width, height) = badge_size(&label, size);
        let room = if n < listed { space.take_near(place, width, height, listed > CROWD) } else { None };
        let Some(area) = room else {
            dots = dots.add(named(Group::new().add(dot(place, 6.0, POINT)), name));
            continue;
        };
        if area.centre().to(place) > 1.0 {
            leaders = leaders.add(straight(place, area.centre(), POINT, 2.5));
            dots = dots.add(dot(place, 6.0, POINT).set("stroke", "#ffffff").set("stroke-width", "2"));
        }
        numbers = numbers.add(named(badge(area.centre(), &label, size, POINT, true), name));
    }
    Points { leaders, dots, numbers, on_map }
}

/// The hatching of the zones.
pub(super) fn hatching() -> Definitions {
    let line = straight(at(0.0, 0.0), at(0.0, 20.0), ZONE, 5.0).set("stroke-opacity", "0.45");
    let pattern = Pattern::new().set("id", "hatching").set("width", "20").set("height", "20");
    let pattern = pattern.set("patternUnits", "userSpaceOnUse").set("patternTransform", "rotate(45)");
    Definitions::new().add(pattern.add(line))
}

/// A field with the zones' filling.
pub(super) fn hatched(data: &str) -> Group {
    let wash = Path::new().set("d", data).set("fill", ZONE).set("fill-opacity", "0.10").set("fill-rule", "evenodd");
    let lines = Path::new().set("d", data).set("fill", "url(#hatching)").set("fill-rule", "evenodd");
    let lines = lines.set("stroke", ZONE).set("stroke-width", "4").set("stroke-dasharray", "18 8");
    Group::new().add(wash).add(lines.set("stroke-linejoin", "round"))
}

/// A sensitive zone on the paper.
#[derive(Debug)]
pub(super) struct Zone {
    /// Its number among the sheet's zones.
    pub(super) index: usize,
    name: String,
    rings: Vec<Vec<At>>,
}

/// The zones that reach onto the map.
pub(super) fn zones(zones: &[(String, Geometry)], ground: &Ground) -> Vec<Zone> {
    let all = zones.iter().enumerate().map(|(index, (name, geometry))| {
        let mut rings = Vec::new();
        outlines(geometry.as_geo(), ground, &mut rings);
        Zone { index, name: name.clone(), rings }
    });
    all.filter(|zone| zone.bounds().is_some_and(|bounds| bounds.meets(ground.frame))).collect()
}

/// The outlines of a geometry; a place is a small square, a line an area without width.
fn outlines(geometry: &Shape<f64>, ground: &Ground, rings: &mut Vec<Vec<At>>) {
    let square = |point: &Point<f64>| {
        let area = Area::around(ground.place((*point).into())?, 50.0, 50.0);
        Some(vec![
            at(area.left, area.top),
            at(area.right, area.top),
            at(area.right, area.bottom),
            at(area.left, area.bottom),
        ])
    };
    let line = |line: &LineString<f64>| ground.line(&line.coords().map(|at| (*at).into()).collect::<Vec<_>>());
    let polygon = |polygon: &Polygon<f64>, rings: &mut Vec<Vec<At>>| {
        rings.extend(std::iter::once(polygon.exterior()).chain(polygon.interiors()).map(line));
    };
    match geometry {
        Shape::Point(point) => rings.extend(square(point)),
        Shape::MultiPoint(points) => rings.extend(points.iter().filter_map(square)),
        Shape::LineString(own) => rings.push(line(own)),
        Shape::MultiLineString(lines) => rings.extend(lines.iter().map(line)),
        Shape::Polygon(own) => polygon(own, rings),
        Shape::MultiPolygon(polygons) => polygons.iter().for_each(|own| polygon(own, rings)),
        Shape::GeometryCollection(parts) => parts.iter().for_each(|part| outlines(part, ground, rings)),
        Shape::Line(_) | Shape::Rect(_) | Shape::Triangle(_) => {}
    }
}

impl Zone {
    fn bounds(&self) -> Option<Area> {
        let mut places = self.rings.iter().flatten();
        let first = *places.next()?;
        Some(places.fold(Area::around(first, 0.2, 0.2), |area, place| Area {
            left: area.left.min(place.x),
            top: area.top.min(place.y),
            right: area.right.max(place.x),
            bottom: area.bottom.max(place.y),
        }))
    }

    /// Whether a place lies inside, by the even–odd rule.
    fn has(&self, place: At) -> bool {
        let crosses = |(from, to): (&At, &At)| {
            (from.y > place.y) != (to.y > place.y)
                && place.x < from.x + (place.y - from.y) / (to.y - from.y) * (to.x - from.x)
        };
        let edges = self.rings.iter().flat_map(|ring| ring.iter().zip(ring.iter().cycle().skip(1)));
        edges.filter(|edge| crosses(*edge)).count() % 2 == 1
    }

    /// Its area.
    pub(super) fn drawn(&self) -> Group {
        let data: Vec<String> = self.rings.iter().map(|ring| through(ring, true)).collect();
        named(hatched(&data.concat()), &self.name)
    }

    /// Its letter, inside it where there is room.
    pub(super) fn lettered(&self, label: &str, ground: &Ground, space: &mut Space) -> Option<Group> {
        let bounds = self.bounds()?;
        let seen = Area {
            left: bounds.left.max(ground.frame.left),
            top: bounds.top.max(ground.frame.top),
            right: bounds.right.min(ground.frame.right),
            bottom: bounds.bottom.min(ground.frame.bottom),
        };
        let (width, height) = badge_size(label, LETTER);
        let steps = || (0..15).map(|n| (f64::from(n) + 0.5) / 15.0);
        let inside = steps().flat_map(|down| {
            steps().map(move |over| at(seen.left + over * seen.width(), seen.top + down * seen.height()))
        });
        let mut inside: Vec<At> = inside.filter(|place| self.has(*place)).collect();
        let middle = seen.centre();
        inside.sort_by(|one, other| one.to(middle).total_cmp(&other.to(middle)));
        let area = space
            .take_best(inside.iter().map(|place| Area::around(*place, width, height)))
            .or_else(|| space.take_near(inside.first().copied().unwrap_or(middle), width, height, true))?;
        Some(named(badge(area.centre(), label, LETTER, ZONE, false), &self.name))
    }
}

/// What clips the map to its frame.
pub(super) fn frame_clip(frame: Area) -> Definitions {
    let clip = svg::node::element::ClipPath::new().set("id", "frame");
    Definitions::new().add(clip.add(frame.drawn().set("rx", number(0.0))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_go_on_after_z() {
        assert_eq!([0, 25, 26, 51, 52].map(letter), ["A", "Z", "AA", "AZ", "BA"]);
    }
}
