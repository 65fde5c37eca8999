//! The ten nearest of 50,000 mixed features, warm: each question is timed on its own. Jalon, and the R*Tree in a file of
//! SQLite, answer exactly on the ellipsoid; rstar and geo-index on a flat map that is right in the middle of the territory.

use std::time::Duration;

use jalon::model::Position;
use jalon::nearby::Nearby;

use crate::Done;
use crate::data::{self, Scale};
use crate::measure::{Contender, compare, timed};
use crate::peers::plane::{Plane, Shape};
use crate::peers::sqlite::Rtree;
use crate::peers::trees::{GeoIndex, Rstar};

const COUNT: usize = 10;
/// Exact answers may differ by so many metres.
const ROUNDING_M: f64 = 0.01;
/// A map that is right in the middle of a territory 60 km high is off by this share at its edge.
const FLATNESS: f64 = 0.01;

pub(crate) fn row(scale: &Scale) -> Done {
    let objects = data::objects(&data::territory(scale.treks, scale.pois), scale.areas);
    let features = data::features(&objects);
    drop(objects);
    let shapes: Vec<Shape> = features.iter().map(|feature| Shape::of(&feature.geometry)).collect();
    let directory = tempfile::tempdir()?;
    let path = directory.path().join("features.sqlite");
    Rtree::write(&path, shapes.iter().map(|shape| (String::new(), shape)))?;
    let sqlite = Rtree::open(&path)?;
    let plane = Plane::at(44.8);
    let flat: Vec<Shape> = shapes.iter().map(|shape| shape.on(&plane)).collect();
    let (rstar, geo_index) = (Rstar::build(&flat), GeoIndex::build(&flat));
    let nearby = Nearby::build(features);
    let questions = data::questions(scale.questions);
    let place = |from: &Position| plane.place(from.lon, from.lat);
    for from in &questions {
        let own: Vec<f64> = nearby.nearest(*from, COUNT, |_, _| true)?.iter().map(|found| found.distance_m).collect();
        let exact: Vec<f64> = sqlite.nearest(*from, COUNT)?.iter().map(|near| near.metres).collect();
        agree("SQLite R*Tree", &own, &exact, 0.0)?;
        for (name, found) in
            [("rstar", rstar.nearest(place(from), COUNT)), ("geo-index", geo_index.nearest(place(from), COUNT))]
        {
            agree(name, &own, &found.iter().map(|found| found.1).collect::<Vec<_>>(), FLATNESS)?;
        }
    }
    let title = format!("Nearest {COUNT} of {} mixed features, warm", nearby.len());
    let target = "p50 ≤ 11 µs, p99 ≤ 25 µs, ≥ 7 × faster than SQLite R*Tree, faster than planar rstar";
    compare(
        &title,
        target,
        scale.rounds,
        vec![
            Contender::new("Jalon, exact", || {
                each(&questions, |from| Ok(nearby.nearest(*from, COUNT, |_, _| true)?.len()))
            }),
            Contender::new("SQLite R*Tree, exact", || each(&questions, |from| Ok(sqlite.nearest(*from, COUNT)?.len()))),
            Contender::new("geo-index, planar", || {
                each(&questions, |from| Ok(geo_index.nearest(place(from), COUNT).len()))
            }),
            Contender::new("rstar, planar", || each(&questions, |from| Ok(rstar.nearest(place(from), COUNT).len()))),
        ],
    )
}

fn each(questions: &[Position], ask: impl Fn(&Position) -> Done<usize>) -> Done<Vec<Duration>> {
    let ask = |from| {
        let (took, answer) = timed(|| ask(from));
        if answer? == COUNT { Ok(took) } else { Err("an answer is too short".into()) }
    };
    questions.iter().map(ask).collect()
}

/// Fails where distances in their order are not the same. Features equally far may stand in any order.
pub(crate) fn agree(peer: &str, own: &[f64], other: &[f64], share: f64) -> Done {
    let near = |(own, other): (&f64, &f64)| (own - other).abs() <= ROUNDING_M + share * own.max(*other);
    if own.len() == other.len() && own.iter().zip(other).all(near) {
        return Ok(());
    }
    Err(format!("{peer} and Jalon do not agree: {other:?} and {own:?}").into())
}
