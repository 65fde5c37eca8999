//! The picture of the documentation: the places that are told on one out-and-back walk, and their errors.

use std::path::Path;

use rand::SeedableRng as _;
use rand_chacha::ChaCha8Rng;
use svg::Document;
use svg::node::element::{Group, Line, Polyline, Rectangle, Text};

use crate::follower::Follower;
use crate::ours::Jalon;
use crate::theirs::Ferrostar;
use crate::trial::STEPS;
use crate::walk::{Behaviour, Receiver, Route, Shape, Walk};

const SEED: u64 = 900_002;
const SIGMA_M: f64 = 5.0;

/// Seconds between two points of a curve.
const STEP_S: usize = 15;

const WIDTH: f64 = 820.0;
const LEFT: f64 = 70.0;
const RIGHT: f64 = 20.0;
const PLACES: (f64, f64) = (62.0, 250.0);
const ERRORS: (f64, f64) = (305.0, 480.0);
const HEIGHT: f64 = 545.0;

/// Smallest and largest error of the logarithmic axis, metres.
const MIN_ERROR_M: f64 = 1.0;
const MAX_ERROR_M: f64 = 10_000.0;

/// A curve: distances along the route, metres, over seconds.
struct Curve {
    name: String,
    color: &'static str,
    points: Vec<(f64, f64)>,
    wrong_percent: f64,
}

/// Writes the picture to a file.
pub(crate) fn write(path: &Path) -> Result<(), Box<dyn std::error::Error>> {
    let mut rng = ChaCha8Rng::seed_from_u64(SEED);
    let route = Route::new(Shape::OutAndBack, &mut rng);
    let walk = Walk::new(&route, Behaviour::Forward, &mut rng);
    let fixes = Receiver::new(SIGMA_M).fixes(&walk, &mut rng);
    let length_m = route.length_m();
    let truth: Vec<(f64, f64)> = fixes.iter().map(|(_, truth)| (truth.time_s, truth.along_m)).collect();
    let followers: [(&str, &str, Box<dyn Follower>); 3] = [
        ("Ferrostar, 1 step", "#d95f02", Box::new(Ferrostar::new(&route, 1, 50.0))),
        ("Ferrostar, 20 steps", "#7570b3", Box::new(Ferrostar::new(&route, STEPS, 50.0))),
        ("Jalon", "#1b7837", Box::new(Jalon::new(&route))),
    ];
    let mut curves = Vec::new();
    for (name, color, mut follower) in followers {
        let points: Vec<(f64, f64)> = fixes
            .iter()
            .map(|(fix, truth)| (truth.time_s, follower.update(fix).share.unwrap_or(0.0) * length_m))
            .collect();
        let wrong = points.iter().zip(&truth).filter(|((_, told), (_, along))| (told - along).abs() > 50.0).count();
        let wrong_percent = 100.0 * wrong as f64 / points.len() as f64;
        println!("{name}: {wrong_percent:.2} % of the places are wrong by more than 50 m");
        curves.push(Curve { name: name.to_owned(), color, points, wrong_percent });
    }
    svg::save(path, &draw(&curves, &truth, length_m))?;
    Ok(())
}

fn draw(curves: &[Curve], truth: &[(f64, f64)], length_m: f64) -> Document {
    let end_s = truth.last().map_or(1.0, |(time_s, _)| *time_s);
    let x = |time_s: f64| LEFT + time_s / end_s * (WIDTH - LEFT - RIGHT);
    let place_y = |along_m: f64| PLACES.1 - along_m / length_m * (PLACES.1 - PLACES.0);
    let error_y = |error_m: f64| {
        let share = (error_m.clamp(MIN_ERROR_M, MAX_ERROR_M) / MIN_ERROR_M).ln() / (MAX_ERROR_M / MIN_ERROR_M).ln();
        ERRORS.1 - share * (ERRORS.1 - ERRORS.0)
    };
    let mut picture = Group::new().set("font-family", "sans-serif").set("font-size", 13).set("fill", "#222");
    picture = picture.add(
        text(LEFT, 22.0, "start", "Place on an out-and-back route of 6 km, error of the receiver 5 m RMS")
            .set("font-weight", "bold"),
    );
    for (top, bottom) in [PLACES, ERRORS] {
        let frame = Rectangle::new().set("x", LEFT).set("y", top).set("width", WIDTH - LEFT - RIGHT);
        picture = picture.add(frame.set("height", bottom - top).set("fill", "none").set("stroke", "#999"));
    }
    for km in 0..=(length_m / 1000.0) as u32 {
        let y = place_y(f64::from(km) * 1000.0);
        picture = picture.add(grid(LEFT, y, WIDTH - RIGHT, y)).add(text(LEFT - 8.0, y + 4.0, "end", &km.to_string()));
    }
    for metres in [1_u32, 10, 100, 1_000, 10_000] {
        let y = error_y(f64::from(metres));
        picture =
            picture.add(grid(LEFT, y, WIDTH - RIGHT, y)).add(text(LEFT - 8.0, y + 4.0, "end", &metres.to_string()));
    }
    let limit_y = error_y(50.0);
    picture =
        picture.add(grid(LEFT, limit_y, WIDTH - RIGHT, limit_y).set("stroke", "#b00").set("stroke-dasharray", "6 4"));
    for minutes in (0..=(end_s / 60.0) as u32).step_by(10) {
        let at = x(f64::from(minutes) * 60.0);
        picture = picture.add(grid(at, ERRORS.0, at, ERRORS.1)).add(grid(at, PLACES.0, at, PLACES.1)).add(text(
            at,
            ERRORS.1 + 18.0,
            "middle",
            &minutes.to_string(),
        ));
    }
    picture = picture
        .add(text(LEFT, PLACES.0 - 8.0, "start", "place told, km along the route (grey: truth), a point every 15 s"))
        .add(text(LEFT, ERRORS.0 - 8.0, "start", "error of that place, metres along the route; dashed: 50 m"))
        .add(text((LEFT + WIDTH - RIGHT) / 2.0, ERRORS.1 + 36.0, "middle", "minutes"));
    let places = |points: &[(f64, f64)]| points.iter().step_by(STEP_S).map(|(s, m)| (x(*s), place_y(*m))).collect();
    picture = picture.add(line(places(truth), "#bbb", 7.0));
    for (index, curve) in curves.iter().enumerate() {
        let errors = curve.points.iter().zip(truth).step_by(STEP_S);
        let errors = errors.map(|((s, told), (_, along))| (x(*s), error_y((told - along).abs()))).collect();
        picture = picture
            .add(line(places(&curve.points), curve.color, 1.8))
            .add(line(errors, curve.color, 1.8))
            .add(legend(index, curve));
    }
    let limit = text(WIDTH - RIGHT - 6.0, limit_y - 5.0, "end", "above: a wrong place").set("fill", "#b00");
    picture = picture.add(limit.set("stroke", "white").set("stroke-width", 4).set("paint-order", "stroke"));
    let background = Rectangle::new().set("width", WIDTH).set("height", HEIGHT).set("fill", "white");
    Document::new().set("viewBox", (0, 0, WIDTH, HEIGHT)).add(background).add(picture)
}

fn legend(index: usize, curve: &Curve) -> Group {
    let (x, y) = (LEFT + index as f64 * 255.0, HEIGHT - 8.0);
    let label = format!("{}: {:.1} % wrong", curve.name, curve.wrong_percent);
    Group::new().add(line(vec![(x, y - 4.0), (x + 24.0, y - 4.0)], curve.color, 3.0)).add(text(
        x + 30.0,
        y,
        "start",
        &label,
    ))
}

fn line(points: Vec<(f64, f64)>, color: &str, width: f64) -> Polyline {
    let points: Vec<String> = points.iter().map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
    Polyline::new().set("points", points.join(" ")).set("fill", "none").set("stroke", color).set("stroke-width", width)
}

fn grid(x1: f64, y1: f64, x2: f64, y2: f64) -> Line {
    let line = Line::new().set("x1", x1).set("y1", y1).set("x2", x2).set("y2", y2);
    line.set("stroke", "#ddd").set("stroke-width", 1)
}

fn text(x: f64, y: f64, anchor: &str, content: &str) -> Text {
    Text::new(content).set("x", x).set("y", y).set("text-anchor", anchor)
}
