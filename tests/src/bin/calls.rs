//! Calls per second from Rust: the first row of the table of `bindings/benchmark`, which compares the packages of other
//! languages with the core. With `--make`, generates the territory that all of them query.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use clap::Parser;
use jalon::catalogue::NewTerritory;
use jalon::companion::{NearbyQuery, ROUTE_ITEM_KINDS, RefreshOptions, TrekItem, TrekQuery};
use jalon::model::{Fix, Kind, Position};
use jalon::transfer::CancelToken;
use jalon::{Companion, Directories};
use jalon_tests::fixture_server::{Options, TestGeotrek};
use jalon_tests::generator::{Size, Territory};

const WARM_UP: usize = 200;
const LANGUAGES: [&str; 2] = ["fr", "en"];
/// The treks nearest to this position give the positions of the queries.
const CENTRE: Position = Position::new(6.2, 44.8);

/// Measures calls per second on the territory `demo` of a folder.
#[derive(Parser)]
struct Arguments {
    /// The folder of the companion.
    data: PathBuf,
    /// Makes the folder, with 500 treks and 5,000 POIs of seed 1.
    #[arg(long)]
    make: bool,
    /// Seconds of each measurement.
    #[arg(long, default_value_t = 2.0)]
    seconds: f64,
}

fn main() -> jalon::Result<()> {
    let Arguments { data, make, seconds } = Arguments::parse();
    let companion = Companion::open(&Directories::within(&data))?;
    if make {
        let size = Size { treks: 500, pois: 5_000, ..Size::default() };
        let server = TestGeotrek::start(Territory::generate(size, 1), Options::default());
        let new = NewTerritory { name: "demo".into(), url: server.url().into(), ..NewTerritory::default() };
        companion.add_territory(&new)?;
        companion.refresh("demo", &RefreshOptions::default(), &CancelToken::default(), |_| {})?;
        return Ok(());
    }
    companion.warm_up()?;
    let page = TrekQuery { limit: 50, ..TrekQuery::default() };
    let treks = companion.treks(&page, &LANGUAGES)?.items;
    let query = NearbyQuery { kinds: vec![Kind::Trek], limit: 50, ..NearbyQuery::default() };
    let positions: Vec<Position> = companion
        .nearest(CENTRE, &query, &LANGUAGES)?
        .iter()
        .map(|item| Position::new(item.point[0], item.point[1]))
        .collect();
    let nearest = NearbyQuery { limit: 10, ..NearbyQuery::default() };
    let details: Vec<&TrekItem> = treks.iter().take(20).collect();
    // The first trek with a line.
    let mut guide = details.iter().find_map(|item| companion.guide("demo", item.id, None, &LANGUAGES).ok());
    let vertices: Vec<Position> = guide.iter().flat_map(|guide| guide.route().lines()).flatten().collect();
    let token = CancelToken::default();
    let measure = |name: &str, mut call: Box<dyn FnMut(usize) -> jalon::Result<()> + '_>| -> jalon::Result<()> {
        for round in 0..WARM_UP {
            call(round)?;
        }
        let (start, duration, mut calls) = (Instant::now(), Duration::from_secs_f64(seconds), 0);
        while start.elapsed() < duration {
            call(calls)?;
            calls += 1;
        }
        println!("{name}\t{:.0}", calls as f64 / start.elapsed().as_secs_f64());
        Ok(())
    };
    measure("page of 50 treks", Box::new(|_| companion.treks(&page, &LANGUAGES).map(drop)))?;
    measure(
        "nearest 10",
        Box::new(|n| companion.nearest(positions[n % positions.len()], &nearest, &LANGUAGES).map(drop)),
    )?;
    measure(
        "trek details",
        Box::new(|n| companion.trek_details("demo", details[n % details.len()].id, &ROUTE_ITEM_KINDS).map(drop)),
    )?;
    measure(
        "guide update",
        Box::new(|n| {
            let position = vertices[n % vertices.len()];
            let fix = Fix { accuracy_m: Some(5.0), ..Fix::new(position, n as i64 * 10_000) };
            std::hint::black_box(guide.as_mut().map(|guide| guide.update(&fix)));
            Ok(())
        }),
    )?;
    measure(
        "empty call",
        Box::new(|_| {
            std::hint::black_box(token.is_cancelled());
            Ok(())
        }),
    )
}
