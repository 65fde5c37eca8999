//! What a refresh costs: its bytes and requests where little or nothing changed, over a real socket with gzip; the memory
//! of a process that does nothing else; and how long people wait for answers while it is written.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use jalon::catalogue::{NewTerritory, SearchQuery};
use jalon::companion::{NearbyQuery, RefreshMode, RefreshOptions, RefreshSummary, TrekQuery};
use jalon::transfer::CancelToken;
use jalon::{Companion, Directories};
use jalon_tests::fixture_server::{Options, TestGeotrek};

use crate::Done;
use crate::data::{self, Scale, TERRITORY};
use crate::measure::{Table, Told, argument, bytes, spawn, tell, timed};
use crate::open::text;

pub(crate) const JALON: &str = "refresh";
pub(crate) const READING: &str = "refresh-reading";

pub(crate) fn row(scale: &Scale) -> Done {
    let server = TestGeotrek::start(data::territory(scale.treks, scale.pois.min(60)), Options::default());
    let directory = tempfile::tempdir()?;
    let refresh = |role: &str, mode: &str, directory: &Path| -> Done<(Told, u64, u64)> {
        server.forget_requests();
        let told = spawn(role, &[&text(directory)?, server.url(), mode])?;
        let requests = server.requests();
        Ok((told, requests.len() as u64, requests.iter().map(|request| request.wire as u64).sum()))
    };
    let all = refresh(JALON, "full", directory.path())?;
    let nothing = refresh(JALON, "changes", directory.path())?;
    server.territory().change_in("trek", 1, 1.0);
    let little = refresh(JALON, "changes", directory.path())?;
    let title = format!("A refresh of {} treks, gzip on in all", scale.treks);
    let mut table = Table::new(
        &title,
        "≤ 2 % of the bytes, ≤ 20 requests and one for each vocabulary",
        &["", "requests", "bytes", "of all", "took"],
    );
    for (name, (told, requests, came)) in
        [("all", &all), ("1 % of the treks changed", &little), ("nothing changed", &nothing)]
    {
        let share = *came as f64 / all.2.max(1) as f64 * 100.0;
        table.row([
            name.to_owned(),
            requests.to_string(),
            bytes(*came),
            format!("{share:.2} %"),
            format!("{:.1?}", told.took),
        ]);
    }
    table.print();
    if nothing.1 > 20 + 48 || little.2 >= all.2 {
        return Err("a refresh of what changed costs too much".into());
    }

    *server.territory() = data::territory(scale.treks, scale.pois + scale.treks + scale.areas);
    let directory = tempfile::tempdir()?;
    let all = refresh(JALON, "full", directory.path())?;
    let again = refresh(JALON, "full", directory.path())?;
    server.territory().change(2, 1.0);
    let little = refresh(JALON, "changes", directory.path())?;
    let pois = scale.pois + scale.treks + scale.areas;
    let title = format!("Peak memory of a refresh of {} treks and {pois} POIs", scale.treks);
    let mut table = Table::new(&title, "≤ 64 MB", &["", "peak", "took"]);
    for (name, (told, ..)) in [("first", &all), ("all again", &again), ("1 % of everything changed", &little)] {
        table.row([
            name.to_owned(),
            told.peak.map_or_else(|| "not told here".to_owned(), bytes),
            format!("{:.1?}", told.took),
        ]);
    }
    table.print();

    for trek in server.territory().modules.get_mut("trek").into_iter().flatten() {
        trek["description"]["fr"] = "<p>Autrement dit.</p>".into();
    }
    let (told, ..) = refresh(READING, "full", directory.path())?;
    let title =
        format!("Questions while a refresh of {} treks and {pois} POIs is written, every trek changed", scale.treks);
    let mut table = Table::new(&title, "p99 ≤ 2 × idle", &["", "p50", "p99", "longest", "questions"]);
    for line in told.answer.lines() {
        let cells: Vec<String> = line.split('\t').map(str::to_owned).collect();
        let cells: [String; 5] = cells.try_into().map_err(|_| "a line of five cells")?;
        table.row(cells);
    }
    table.print();
    Ok(())
}

fn open(arguments: &[String]) -> Done<(Companion, RefreshOptions)> {
    let companion = Companion::open(&Directories::within(argument(arguments, 0)?))?;
    if companion.catalogue().territories()?.is_empty() {
        let url = argument(arguments, 1)?.to_owned();
        companion.add_territory(&NewTerritory { name: TERRITORY.into(), url, ..NewTerritory::default() })?;
    }
    let mode = if argument(arguments, 2)? == "full" { RefreshMode::Full } else { RefreshMode::Delta };
    Ok((companion, RefreshOptions { mode, ..RefreshOptions::default() }))
}

fn refresh(companion: &Companion, options: &RefreshOptions) -> jalon::Result<RefreshSummary> {
    companion.refresh(TERRITORY, options, &CancelToken::default(), |_| {})
}

pub(crate) fn jalon(arguments: &[String]) -> Done {
    let (took, done) = timed(|| -> Done<RefreshSummary> {
        let (companion, options) = open(arguments)?;
        Ok(refresh(&companion, &options)?)
    });
    done?;
    tell(took, "done")
}

/// What a person asks: what is near, a page of treks, words.
fn questions(companion: &Companion, until: impl Fn(u32) -> bool) -> Done<Vec<Vec<Duration>>> {
    let places = data::questions(512);
    let mut took = vec![Vec::new(); 3];
    for at in 0.. {
        if until(at) {
            break;
        }
        let from = places[at as usize % places.len()];
        let started = Instant::now();
        companion.nearest(from, &NearbyQuery { limit: 10, ..NearbyQuery::default() }, &["fr"])?;
        took[0].push(started.elapsed());
        let started = Instant::now();
        let query = TrekQuery { near: Some(from), limit: 20, ..TrekQuery::default() };
        companion.treks(&query, &["fr"])?;
        took[1].push(started.elapsed());
        let started = Instant::now();
        companion.search(&SearchQuery { text: "crete".to_owned(), limit: 20, ..SearchQuery::default() }, &["fr"])?;
        took[2].push(started.elapsed());
    }
    Ok(took)
}

fn line(name: &str, mut took: Vec<Duration>) -> String {
    took.sort();
    let at = |share: f64| took[((took.len() - 1) as f64 * share) as usize];
    format!("{name}\t{:.0?}\t{:.0?}\t{:.0?}\t{}", at(0.5), at(0.99), at(1.0), took.len())
}

pub(crate) fn reading(arguments: &[String]) -> Done {
    let (companion, options) = open(arguments)?;
    companion.warm_up()?;
    let idle = questions(&companion, |at| at == 500)?;
    let (is_done, is_writing) = (AtomicBool::new(false), AtomicBool::new(false));
    let (took, busy) = timed(|| {
        std::thread::scope(|scope| {
            let refreshing = scope.spawn(|| {
                // The bytes come first: people ask while what came is written.
                let came = companion.refresh(TERRITORY, &options, &CancelToken::default(), |progress| {
                    is_writing.store(progress.done == progress.planned && progress.done > 20, Ordering::Release);
                });
                is_done.store(true, Ordering::Release);
                came
            });
            while !is_writing.load(Ordering::Acquire) && !is_done.load(Ordering::Acquire) {
                std::thread::yield_now();
            }
            let busy = questions(&companion, |_| is_done.load(Ordering::Acquire));
            (refreshing.join(), busy)
        })
    });
    busy.0.map_err(|_| "the refresh panicked")??;
    let mut lines = Vec::new();
    for ((name, idle), busy) in ["near", "treks", "search"].into_iter().zip(idle).zip(busy.1?) {
        lines.push(line(&format!("{name}, idle"), idle));
        if !busy.is_empty() {
            lines.push(line(&format!("{name}, meanwhile"), busy));
        }
    }
    tell(took, &lines.join("\n"))
}
