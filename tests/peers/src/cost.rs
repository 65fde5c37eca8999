//! Time and allocations of a fix, on a thread of its own: nothing else runs.

use std::hint::black_box;
use std::time::Instant;

use jalon::guide::{GuideContents, GuidePlace, GuidePlaceKind, GuideZone};
use rand::SeedableRng as _;
use rand_chacha::ChaCha8Rng;

use crate::counting::allocations;
use crate::follower::Follower;
use crate::ours::Jalon;
use crate::theirs::Ferrostar;
use crate::trial::STEPS;
use crate::walk::{Behaviour, Receiver, Route, Walk};

/// Seed of the walk.
const SEED: u64 = 900_001;

/// Prints percentiles of the time of a fix, and the allocations.
pub(crate) fn compare() {
    let mut rng = ChaCha8Rng::seed_from_u64(SEED);
    let route = long_route();
    let walk = Walk::new(&route, Behaviour::Forward, &mut rng);
    let fixes = Receiver::new(5.0).fixes(&walk, &mut rng);
    let (length_km, vertices) = (route.length_m() / 1000.0, route.vertices.len());
    println!(
        "\nCost of a fix on an out-and-back route of {length_km:.1} km, {vertices} vertices, {} fixes",
        fixes.len()
    );
    println!("{:42} {:>9} {:>9} {:>9} {:>12}", "", "p50 µs", "p99 µs", "mean µs", "allocations");
    let followers: [(&str, Box<dyn Follower>); 4] = [
        ("Jalon", Box::new(Jalon::new(&route))),
        ("Jalon, 50 zones and 60 places announced", Box::new(Jalon::with_contents(&route, contents(&route)))),
        ("Ferrostar, 1 step", Box::new(Ferrostar::new(&route, 1, 50.0))),
        ("Ferrostar, 20 steps", Box::new(Ferrostar::new(&route, STEPS, 50.0))),
    ];
    for (name, mut follower) in followers {
        let mut nanos = Vec::with_capacity(fixes.len());
        let mut count = 0;
        for (fix, _) in &fixes {
            let (start, before) = (Instant::now(), allocations());
            black_box(follower.update(black_box(fix)));
            nanos.push(start.elapsed().as_nanos() as f64);
            count += allocations() - before;
        }
        let mean = nanos.iter().sum::<f64>() / nanos.len() as f64 / 1000.0;
        nanos.sort_by(f64::total_cmp);
        let percentile = |percent: usize| nanos[(nanos.len() - 1) * percent / 100] / 1000.0;
        let per_fix = count as f64 / fixes.len() as f64;
        println!("{name:42} {:9.2} {:9.2} {mean:9.2} {per_fix:12.2}", percentile(50), percentile(99));
    }
}

/// 10 km in bends, and the same way back, with a vertex about every 10 m.
fn long_route() -> Route {
    let way_out: Vec<[f64; 3]> = (0..1_000)
        .map(|index| {
            let metres = f64::from(index) * 9.0;
            let [lon, lat, _] = crate::walk::shape::to_degrees(150.0 * (metres / 350.0).sin(), metres, 0.0);
            [lon, lat, 1_000.0 + 300.0 * (metres / 1_500.0).sin()]
        })
        .collect();
    let back: Vec<[f64; 3]> = way_out.iter().rev().skip(1).copied().collect();
    Route::of_positions(&[way_out, back].concat())
}

fn contents(route: &Route) -> GuideContents {
    let at = |index: u32, count: u32| route.length_m() * f64::from(index) / f64::from(count);
    GuideContents {
        places: (0..60)
            .map(|index| GuidePlace {
                kind: GuidePlaceKind::Poi,
                id: format!("park/poi/{index}"),
                name: format!("Cascade {index}"),
                along_m: at(index, 60),
                offset_m: 20.0,
            })
            .collect(),
        zones: (0..50)
            .map(|index| GuideZone {
                id: format!("park/sensitivearea/{index}"),
                name: format!("Aire {index}"),
                rules: "Restez sur le sentier.".into(),
                contact: String::new(),
                months: [true; 12],
                crossings_m: vec![(at(index, 50), at(index, 50) + 150.0)],
            })
            .collect(),
        languages: vec!["fr".into()],
        ..GuideContents::default()
    }
}
