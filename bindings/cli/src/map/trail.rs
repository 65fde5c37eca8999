//! The walk on the map: its line with a white border, arrows in the direction of walking, where it starts and ends, and
//! for an itinerary its stages in alternating colours with their names. Colours alone say nothing: start and end differ
//! in shape, stages carry numbers, so that the sheet also works on a printer without colours.

use svg::node::element::{Group, Path};

use super::MapSheet;
use super::ground::Ground;
use super::paint::{
    Area, At, INK, at, badge, badge_size, dot, haloed, named, number, stroke, text_width, through, wrapped,
};
use super::space::Space;

/// The line's colour, and every second stage's.
const COLOURS: [&str; 2] = ["#d0105c", "#5b2a9d"];
const START: &str = "#1f7a33";
const END: &str = "#b3161b";

/// How large the start's marker is, from its middle.
const MARKER: f64 = 24.0;

/// How large the letters of a stage's name are.
const NAME: f64 = 30.0;

/// How much wider bold letters are.
const BOLD: f64 = 1.12;

/// The walk, ready to be drawn.
#[derive(Debug)]
pub(super) struct Trail {
    /// Each stage, or the walk in one.
    stretches: Vec<Stretch>,
    /// The whole line, where the stages may not cover it.
    below: Vec<Vec<At>>,
    staged: bool,
}

#[derive(Debug)]
struct Stretch {
    name: String,
    colour: &'static str,
    lines: Vec<Vec<At>>,
}

/// The colour of a stage, the first is number 0.
pub(super) fn stage_colour(stage: usize) -> &'static str {
    COLOURS[stage % COLOURS.len()]
}

impl Trail {
    pub(super) fn new(sheet: &MapSheet, ground: &Ground) -> Trail {
        let whole: Vec<Vec<At>> = sheet.line.iter().map(|line| ground.line(line)).collect();
        let stages = sheet.stages.iter().enumerate().map(|(n, (name, line))| Stretch {
            name: name.clone(),
            colour: stage_colour(n),
            lines: vec![ground.line(line)],
        });
        if sheet.stages.is_empty() {
            let walk = Stretch { name: String::new(), colour: COLOURS[0], lines: whole };
            return Trail { stretches: vec![walk], below: Vec::new(), staged: false };
        }
        Trail { stretches: stages.collect(), below: whole, staged: true }
    }

    fn lines(&self) -> impl Iterator<Item = &Vec<At>> {
        self.stretches.iter().flat_map(|stretch| &stretch.lines)
    }

    /// Asks that the line be left visible.
    pub(super) fn keep(&self, space: &mut Space) {
        self.lines().for_each(|line| space.keep_line(line));
    }

    /// The lines themselves.
    pub(super) fn drawn(&self) -> Group {
        let mut group = Group::new();
        let stretches =
            self.stretches.iter().flat_map(|stretch| stretch.lines.iter().map(|line| (line, stretch.colour)));
        let all: Vec<_> = self.below.iter().map(|line| (line, COLOURS[0])).chain(stretches).collect();
        for (line, _) in &all {
            group = group.add(stroke(through(line, false), "#ffffff", 22.0).set("stroke-opacity", "0.9"));
        }
        for (line, colour) in &all {
            group = group.add(stroke(through(line, false), colour, 10.0));
        }
        let joints = self.stretches.iter().skip(1).filter_map(|stretch| stretch.lines.first()?.first());
        joints.fold(group, |group, joint| {
            group.add(dot(*joint, 11.0, "#ffffff").set("stroke", INK).set("stroke-width", "4"))
        })
    }

    /// The markers of start and end: the signs for “play” and “stop”. A round tour has one for both.
    pub(super) fn ends(&self, space: &mut Space) -> Group {
        let start = self.lines().find_map(|line| line.first().copied());
        let end = self.lines().filter_map(|line| line.last().copied()).last();
        let (Some(start), Some(end)) = (start, end) else { return Group::new() };
        let round = start.to(end) < 1.5 * MARKER;
        let mut group = Group::new();
        if round && self.lines().map(Vec::len).sum::<usize>() > 1 {
            group = group.add(dot(start, MARKER + 10.0, END)).add(dot(start, MARKER + 5.0, "#ffffff"));
        } else if !round {
            let outer = Area::around(end, 1.8 * MARKER, 1.8 * MARKER);
            space.take(outer.grown(4.0));
            let inner = Area::around(end, 0.8 * MARKER, 0.8 * MARKER).drawn().set("fill", "#ffffff");
            let outer = outer.drawn().set("fill", END).set("stroke", "#ffffff").set("stroke-width", "5");
            group = group.add(outer.set("rx", "4")).add(inner);
        }
        space.take(Area::around(start, 2.4 * MARKER, 2.4 * MARKER));
        let tip = [(-8.0, -13.0), (15.0, 0.0), (-8.0, 13.0)].map(|(x, y)| at(start.x + x, start.y + y));
        group
            .add(dot(start, MARKER, START).set("stroke", "#ffffff").set("stroke-width", "5"))
            .add(Path::new().set("d", through(&tip, true)).set("fill", "#ffffff"))
    }

    /// Arrows every few centimetres, where there is room.
    pub(super) fn arrows(&self, space: &mut Space) -> Group {
        let mut group = Group::new();
        for stretch in &self.stretches {
            for line in &stretch.lines {
                let length = length(line);
                let count = (length / 230.0).round().max(1.0);
                let places = (0..count as usize).map(|n| (n as f64 + 0.5) * length / count);
                for along in places.filter(|_| length > 60.0) {
                    let (Some(here), Some(back), Some(on)) =
                        (along_line(line, along), along_line(line, along - 14.0), along_line(line, along + 14.0))
                    else {
                        continue;
                    };
                    let area = Area::around(here, 34.0, 34.0);
                    // In a hairpin no arrow tells the direction.
                    if back.to(on) < 18.0 || !space.is_free(area) {
                        continue;
                    }
                    space.take(area);
                    let turn = (on.y - back.y).atan2(on.x - back.x).to_degrees();
                    let arrow = Path::new().set("d", "M-15 -17L19 0L-15 17L-7 0Z").set("fill", stretch.colour);
                    let arrow = arrow.set("stroke", "#ffffff").set("stroke-width", "5").set("stroke-linejoin", "round");
                    let place = format!("translate({} {}) rotate({})", number(here.x), number(here.y), number(turn));
                    group = group.add(arrow.set("transform", place));
                }
            }
        }
        group
    }

    /// The stages' numbers with as much of their names as there is room for beside them.
    pub(super) fn names(&self, space: &mut Space) -> Group {
        let mut group = Group::new();
        let stretches = self.stretches.iter().enumerate().filter(|_| self.staged);
        for (n, stretch) in stretches {
            let Some(line) = stretch.lines.first().filter(|line| !line.is_empty()) else { continue };
            let label = (n + 1).to_string();
            let (width, height) = badge_size(&label, NAME);
            let lines = wrapped(&stretch.name, NAME, 430.0, 2);
            let wide = lines.iter().map(|line| text_width(line, NAME)).fold(0.0, f64::max) * BOLD;
            let high = lines.len() as f64 * NAME * 1.2;
            let parts = [0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8];
            let badges = parts.iter().filter_map(|part| along_line(line, part * length(line)));
            let badges: Vec<Area> = badges.map(|place| Area::around(place, width, height)).collect();
            let free = badges.iter().filter(|area| space.is_free(**area)).copied();
            let both = free.flat_map(|badge| beside(badge, wide, high).map(move |name| (badge, name)));
            let (place, name) = match space.best(both) {
                Some((_, badge, name)) => (badge, Some(name)),
                None => {
                    let middle = badges.first().map_or(line[0], |area| area.centre());
                    let Some(area) = space.take_near(middle, width, height, false) else { continue };
                    (area, None)
                }
            };
            space.take(place.grown(4.0));
            let mut stage = Group::new().add(badge(place.centre(), &label, NAME, stretch.colour, false));
            if let Some(name) = name {
                space.take(name.grown(4.0));
                // A name at the left of its number ends there.
                let (x, anchor) = if name.right < place.left { (name.right, "end") } else { (name.left, "start") };
                for (row, text) in lines.iter().enumerate() {
                    let line = haloed(at(x, name.top + NAME * (0.92 + row as f64 * 1.2)), NAME, text);
                    stage = stage.add(line.set("font-weight", "bold").set("text-anchor", anchor));
                }
            }
            group = group.add(named(stage, &stretch.name));
        }
        group
    }
}

/// Areas of a size on every side of another, the nearest and most legible first.
fn beside(other: Area, width: f64, height: f64) -> impl Iterator<Item = Area> {
    let sides = [(1.0, 0.0), (-1.0, 0.0), (1.0, -1.0), (1.0, 1.0), (-1.0, -1.0), (-1.0, 1.0), (0.0, -1.0), (0.0, 1.0)];
    let gaps = [12.0, 22.0];
    gaps.into_iter().flat_map(move |gap| {
        sides.into_iter().map(move |(east, south)| {
            let aside = (other.width() + width) / 2.0 + gap;
            // On a diagonal the name begins beside the badge, not beyond its corner.
            let below = if east == 0.0 { (other.height() + height) / 2.0 + gap } else { height * 0.8 };
            let centre = other.centre();
            Area::around(at(centre.x + east * aside, centre.y + south * below), width, height)
        })
    })
}

/// How long a line is on the paper.
fn length(line: &[At]) -> f64 {
    line.windows(2).map(|pair| pair[0].to(pair[1])).sum()
}

/// The place at a distance along a line, on the paper; its ends beyond them.
fn along_line(line: &[At], along: f64) -> Option<At> {
    let mut left = along.max(0.0);
    for pair in line.windows(2) {
        let piece = pair[0].to(pair[1]);
        if left <= piece && piece > 0.0 {
            return Some(pair[0].towards(pair[1], left / piece));
        }
        left -= piece;
    }
    line.last().copied()
}
