//! Walks on lines of a real territory, read from the answer of a Geotrek server.

use std::path::Path;

use rand::SeedableRng as _;
use rand_chacha::ChaCha8Rng;
use serde_json::Value;

use crate::table::{place_head, place_row, receiver_name};
use crate::trial::{FOLLOWERS, Setting, follow};
use crate::walk::{Behaviour, Receiver, Route, Score, Walk};

/// Treks that are walked: the first by their ids with a length in this range, metres.
const MAX_TREKS: usize = 6;
const LENGTHS_M: std::ops::RangeInclusive<f64> = 2_500.0..=8_000.0;

/// Walks on each trek, forward and with a turn back, and prints the wrong places. Prints a line if there is no folder.
pub(crate) fn compare(folder: Option<&Path>, base: u64) -> Result<(), Box<dyn std::error::Error>> {
    println!("\nWrong places on lines of a real territory, %");
    let path = folder.map(|folder| folder.join("lists/all/trek.json")).filter(|path| path.is_file());
    let Some(path) = path else {
        println!("skipped: no folder with lists/all/trek.json is given (--recorded)");
        return Ok(());
    };
    let answer: Value = serde_json::from_slice(&std::fs::read(path)?)?;
    let mut treks: Vec<(i64, Route)> = answer["results"].as_array().into_iter().flatten().filter_map(trek).collect();
    treks.sort_by_key(|(id, _)| *id);
    treks.retain(|(_, route)| LENGTHS_M.contains(&route.length_m()));
    treks.truncate(MAX_TREKS);
    place_head("behaviour");
    for sigma_m in [5.0, 12.0] {
        for (behaviour, name) in [(Behaviour::Forward, "forward"), (Behaviour::TurnsBack, "turns back twice")] {
            let mut scores: [Score; FOLLOWERS] = Default::default();
            for (id, route) in &treks {
                let mut rng = ChaCha8Rng::seed_from_u64(base.wrapping_add_signed(*id));
                let walk = Walk::new(route, behaviour, &mut rng);
                let setting = Setting { behaviour, receiver: Receiver::new(sigma_m), is_mirrored: false, alone: false };
                follow(route, &walk, setting, &mut rng, &mut scores);
            }
            place_row(name, &receiver_name(sigma_m, 1), &scores);
        }
    }
    println!("{} treks of 2.5 to 8 km, the first by their ids", treks.len());
    Ok(())
}

fn trek(value: &Value) -> Option<(i64, Route)> {
    let positions: Vec<[f64; 3]> = value["geometry"]["coordinates"]
        .as_array()?
        .iter()
        .map(|at| Some([at[0].as_f64()?, at[1].as_f64()?, at[2].as_f64().unwrap_or(0.0)]))
        .collect::<Option<_>>()?;
    (positions.len() >= 2).then(|| Some((value["id"].as_i64()?, Route::of_positions(&positions))))?
}
