//! The route on the map: its line with a white border, arrows in the direction of walking, markers of its start and end,
//! and the stages in alternating colours with their names. Shapes and numbers carry the same information as colours, so
//! that the map can be printed in black and white.

use svg::node::element::{Group, Path};

use super::MapSheet;
use super::canvas::{
    INK, Point, Rect, badge, badge_size, circle, number, path_data, point, point_along, polyline_length, stroke, titled,
};
use super::placement::Placement;
use super::projection::Projection;
use super::text::{BOLD_FACTOR, text_width, text_with_halo, wrap};

/// The colours of the line; stages alternate between them.
const COLOURS: [&str; 2] = ["#d0105c", "#5b2a9d"];
const START_COLOUR: &str = "#1f7a33";
const END_COLOUR: &str = "#b3161b";

/// Radius of the marker of the start.
const MARKER_RADIUS: f64 = 24.0;
/// Start and end that are nearer to each other share one marker.
const LOOP_DISTANCE: f64 = 1.5 * MARKER_RADIUS;

/// Distance between two arrows.
const ARROW_SPACING: f64 = 230.0;
/// Side of the square that an arrow needs.
const ARROW_SIZE: f64 = 34.0;

/// Font size of the names of stages.
const FONT_SIZE: f64 = 30.0;
/// Width of the names of stages.
const NAME_WIDTH: f64 = 430.0;

/// The route on the page.
#[derive(Debug)]
pub(super) struct Route {
    /// The stages, or the whole route as one.
    stages: Vec<Stage>,
    /// The line of the whole trek, below the stages, which may not cover it.
    base: Vec<Vec<Point>>,
    has_stages: bool,
}

#[derive(Debug)]
struct Stage {
    name: String,
    colour: &'static str,
    lines: Vec<Vec<Point>>,
}

/// The colour of a stage; the first has index 0.
pub(super) fn stage_colour(index: usize) -> &'static str {
    COLOURS[index % COLOURS.len()]
}

impl Route {
    pub(super) fn new(sheet: &MapSheet, projection: &Projection) -> Route {
        let lines: Vec<Vec<Point>> = sheet.lines.iter().map(|line| projection.project_line(line)).collect();
        if sheet.stages.is_empty() {
            let whole = Stage { name: String::new(), colour: COLOURS[0], lines };
            return Route { stages: vec![whole], base: Vec::new(), has_stages: false };
        }
        let stages = sheet.stages.iter().enumerate().map(|(index, (name, lines))| Stage {
            name: name.clone(),
            colour: stage_colour(index),
            lines: lines.iter().map(|line| projection.project_line(line)).collect(),
        });
        Route { stages: stages.collect(), base: lines, has_stages: true }
    }

    fn lines(&self) -> impl Iterator<Item = &Vec<Point>> {
        self.stages.iter().flat_map(|stage| &stage.lines)
    }

    /// Asks labels to avoid the line.
    pub(super) fn avoid(&self, placement: &mut Placement) {
        self.lines().for_each(|line| placement.avoid_line(line));
    }

    /// The line, with dots between the stages.
    pub(super) fn draw_line(&self) -> Group {
        let base = self.base.iter().map(|line| (line, COLOURS[0]));
        let stages = self.stages.iter().flat_map(|stage| stage.lines.iter().map(|line| (line, stage.colour)));
        let all: Vec<_> = base.chain(stages).collect();
        let mut group = Group::new();
        for (line, _) in &all {
            group = group.add(stroke(path_data(line, false), "#ffffff", 22.0).set("stroke-opacity", "0.9"));
        }
        for (line, colour) in &all {
            group = group.add(stroke(path_data(line, false), colour, 10.0));
        }
        let joints = self.stages.iter().skip(1).filter_map(|stage| stage.lines.first()?.first());
        joints.fold(group, |group, joint| {
            group.add(circle(*joint, 11.0, "#ffffff").set("stroke", INK).set("stroke-width", "4"))
        })
    }

    /// The markers of the start (a triangle, as for "play") and of the end (a square, as for "stop"). A loop has a ring
    /// around its start instead of a marker of its end.
    pub(super) fn draw_ends(&self, placement: &mut Placement) -> Group {
        let start = self.lines().find_map(|line| line.first().copied());
        let end = self.lines().filter_map(|line| line.last().copied()).last();
        let (Some(start), Some(end)) = (start, end) else { return Group::new() };
        let is_loop = start.distance_to(end) < LOOP_DISTANCE;
        let mut group = Group::new();
        if is_loop && self.lines().map(Vec::len).sum::<usize>() > 1 {
            group = group.add(circle(start, MARKER_RADIUS + 10.0, END_COLOUR));
            group = group.add(circle(start, MARKER_RADIUS + 5.0, "#ffffff"));
        } else if !is_loop {
            let outer = Rect::centred(end, 1.8 * MARKER_RADIUS, 1.8 * MARKER_RADIUS);
            placement.occupy(outer.expanded(4.0));
            let inner = Rect::centred(end, 0.8 * MARKER_RADIUS, 0.8 * MARKER_RADIUS).element().set("fill", "#ffffff");
            let outer = outer.element().set("fill", END_COLOUR).set("stroke", "#ffffff").set("stroke-width", "5");
            group = group.add(outer.set("rx", "4")).add(inner);
        }
        placement.occupy(Rect::centred(start, 2.4 * MARKER_RADIUS, 2.4 * MARKER_RADIUS));
        let triangle = [(-8.0, -13.0), (15.0, 0.0), (-8.0, 13.0)].map(|(x, y)| point(start.x + x, start.y + y));
        group
            .add(circle(start, MARKER_RADIUS, START_COLOUR).set("stroke", "#ffffff").set("stroke-width", "5"))
            .add(Path::new().set("d", path_data(&triangle, true)).set("fill", "#ffffff"))
    }

    /// Arrows in the direction of walking, where there is room.
    pub(super) fn draw_arrows(&self, placement: &mut Placement) -> Group {
        let mut group = Group::new();
        for stage in &self.stages {
            for line in &stage.lines {
                let length = polyline_length(line);
                let count = (length / ARROW_SPACING).round().max(1.0);
                let distances = (0..count as usize).map(|n| (n as f64 + 0.5) * length / count);
                let arrows = distances.filter(|_| length > 60.0);
                group = arrows
                    .filter_map(|distance| draw_arrow(line, distance, stage.colour, placement))
                    .fold(group, Group::add);
            }
        }
        group
    }

    /// The numbers of the stages on the line, with their names beside them if there is room.
    pub(super) fn draw_stage_names(&self, placement: &mut Placement) -> Group {
        let mut group = Group::new();
        for (index, stage) in self.stages.iter().enumerate().filter(|_| self.has_stages) {
            let Some(line) = stage.lines.first().filter(|line| !line.is_empty()) else { continue };
            let number = (index + 1).to_string();
            let (width, height) = badge_size(&number, FONT_SIZE);
            let name_lines = wrap(&stage.name, FONT_SIZE, NAME_WIDTH, 2);
            let name_width =
                name_lines.iter().map(|line| text_width(line, FONT_SIZE)).fold(0.0, f64::max) * BOLD_FACTOR;
            let name_height = name_lines.len() as f64 * FONT_SIZE * 1.2;
            let fractions = [0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8];
            let length = polyline_length(line);
            let points = fractions.iter().filter_map(|fraction| point_along(line, fraction * length));
            let badges: Vec<Rect> = points.map(|point| Rect::centred(point, width, height)).collect();
            let free = badges.iter().filter(|badge| placement.is_free(**badge)).copied();
            let pairs =
                free.flat_map(|badge| name_places(badge, name_width, name_height).map(move |name| (badge, name)));
            let (badge_place, name_place) = match placement.best(pairs) {
                Some((badge, name)) => (badge, Some(name)),
                None => {
                    let target = badges.first().map_or(line[0], |badge| badge.centre());
                    let Some(badge) = placement.place_near(target, width, height, false) else { continue };
                    (badge, None)
                }
            };
            placement.occupy(badge_place.expanded(4.0));
            let badge = badge(badge_place.centre(), &number, FONT_SIZE, stage.colour, false);
            let mut label = Group::new().add(badge);
            if let Some(name_place) = name_place {
                placement.occupy(name_place.expanded(4.0));
                label = draw_name(label, &name_lines, name_place, badge_place);
            }
            group = group.add(titled(label, &stage.name));
        }
        group
    }
}

/// An arrow at a distance along a line; `None` if there is no room, or in a hairpin, where it would show no direction.
fn draw_arrow(line: &[Point], distance: f64, colour: &str, placement: &mut Placement) -> Option<Path> {
    let centre = point_along(line, distance)?;
    let (back, front) = (point_along(line, distance - 14.0)?, point_along(line, distance + 14.0)?);
    let area = Rect::centred(centre, ARROW_SIZE, ARROW_SIZE);
    if back.distance_to(front) < 18.0 || !placement.is_free(area) {
        return None;
    }
    placement.occupy(area);
    let angle = (front.y - back.y).atan2(front.x - back.x).to_degrees();
    let arrow = Path::new().set("d", "M-15 -17L19 0L-15 17L-7 0Z").set("fill", colour);
    let arrow = arrow.set("stroke", "#ffffff").set("stroke-width", "5").set("stroke-linejoin", "round");
    let transform = format!("translate({} {}) rotate({})", number(centre.x), number(centre.y), number(angle));
    Some(arrow.set("transform", transform))
}

/// Adds the lines of a name; a name at the left of its badge is aligned to the right.
fn draw_name(group: Group, lines: &[String], place: Rect, badge: Rect) -> Group {
    let (x, anchor) = if place.right < badge.left { (place.right, "end") } else { (place.left, "start") };
    lines.iter().enumerate().fold(group, |group, (row, line)| {
        let baseline = place.top + FONT_SIZE * (0.92 + row as f64 * 1.2);
        let line = text_with_halo(point(x, baseline), FONT_SIZE, line);
        group.add(line.set("font-weight", "bold").set("text-anchor", anchor))
    })
}

/// Places for a name around a badge, the nearest and most legible first.
fn name_places(badge: Rect, width: f64, height: f64) -> impl Iterator<Item = Rect> {
    let sides = [(1.0, 0.0), (-1.0, 0.0), (1.0, -1.0), (1.0, 1.0), (-1.0, -1.0), (-1.0, 1.0), (0.0, -1.0), (0.0, 1.0)];
    let gaps = [12.0, 22.0];
    gaps.into_iter().flat_map(move |gap| {
        sides.into_iter().map(move |(right, down)| {
            let dx = (badge.width() + width) / 2.0 + gap;
            // On a diagonal the name starts beside the badge, not beyond its corner.
            let dy = if right == 0.0 { (badge.height() + height) / 2.0 + gap } else { height * 0.8 };
            let centre = badge.centre();
            Rect::centred(point(centre.x + right * dx, centre.y + down * dy), width, height)
        })
    })
}
