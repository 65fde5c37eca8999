//! Points of interest on the map: numbered badges. The legend below the map has their names, because the names of two
//! hundred points would cover the map.

use jalon::model::Position;
use svg::node::element::Group;

use super::canvas::{badge, badge_size, circle, segment, titled};
use super::placement::Placement;
use super::projection::Projection;

/// The colour of points of interest.
pub(super) const COLOUR: &str = "#134f7c";

/// If there are more points, their badges avoid the route.
const MAX_ON_ROUTE: usize = 40;

/// The font size of the numbers, for a number of points.
pub(super) fn font_size(count: usize) -> f64 {
    match count {
        0..=30 => 26.0,
        31..=80 => 22.0,
        _ => 18.0,
    }
}

/// The points of interest, in layers from bottom to top.
#[derive(Debug)]
pub(super) struct PoiLayers {
    /// Leader lines from displaced badges to their points.
    pub(super) leaders: Group,
    /// Dots at the points of displaced badges, and at points without a badge.
    pub(super) dots: Group,
    /// Numbered badges.
    pub(super) badges: Group,
    /// For each point, whether it is inside the frame.
    pub(super) on_map: Vec<bool>,
}

/// Draws the points. The first `listed_count`, which the legend lists, have a number; the others are dots.
pub(super) fn draw(
    pois: &[(String, Position)],
    listed_count: usize,
    projection: &Projection,
    placement: &mut Placement,
) -> PoiLayers {
    let font_size = font_size(listed_count);
    let (mut leaders, mut dots, mut badges) = (Group::new(), Group::new(), Group::new());
    let mut on_map = vec![false; pois.len()];
    for (n, (name, position)) in pois.iter().enumerate() {
        let point = projection.project(*position).filter(|point| projection.frame.contains(*point));
        let Some(point) = point else { continue };
        on_map[n] = true;
        let label = (n + 1).to_string();
        let (width, height) = badge_size(&label, font_size);
        let avoid_route = listed_count > MAX_ON_ROUTE;
        let place = if n < listed_count { placement.place_near(point, width, height, avoid_route) } else { None };
        let Some(place) = place else {
            dots = dots.add(titled(Group::new().add(circle(point, 6.0, COLOUR)), name));
            continue;
        };
        if place.centre().distance_to(point) > 1.0 {
            leaders = leaders.add(segment(point, place.centre(), COLOUR, 2.5));
            dots = dots.add(circle(point, 6.0, COLOUR).set("stroke", "#ffffff").set("stroke-width", "2"));
        }
        badges = badges.add(titled(badge(place.centre(), &label, font_size, COLOUR, true), name));
    }
    PoiLayers { leaders, dots, badges, on_map }
}
