//! `guide`: walks a recorded, simulated or logged walk along a trek, and tells what the hiker would hear.
//!
//! * `simulation`: fixes of a simulated walk.

mod simulation;

use std::fmt::Write as _;
use std::fs::File;
use std::io::{BufReader, BufWriter, Write as _};
use std::path::Path;

use jalon::guide::{Guide, GuideState, GuideUpdate, log_entry, replay_log};
use jalon::model::Fix;
use serde_json::{Value, json};

use super::Session;
use super::tracks::read_track_file;
use crate::args::GuideArgs;
use crate::error::{CliError, Result};
use crate::lookup;
use crate::map::walk;
use crate::output::{Output, iso_time};
use crate::units::format_hours;

/// A walk, and what the guide told.
struct Walked {
    guide: Guide,
    updates: Vec<(Fix, GuideUpdate)>,
    hints: Vec<String>,
}

pub(super) fn guide(session: &Session, args: GuideArgs) -> Result<Output> {
    let (reference, walked) = match &args.replay {
        Some(log) => (None, replay(log)?),
        None => walk(session, &args)?,
    };
    let Walked { guide, updates, hints } = walked;
    if let Some(path) = &args.svg {
        let drawing = walk::svg(&guide, &updates, session.units);
        std::fs::write(path, drawing).map_err(|error| unwritable("svg", &error))?;
    }
    let length_m = guide.route().length_m();
    let events: Vec<Value> = updates
        .iter()
        .flat_map(|(_, update)| &update.events)
        .map(|event| serde_json::to_value(event).unwrap_or_default())
        .collect();
    let json = json!({
        "trek": reference, "length_m": length_m,
        "updates": updates.iter().map(|(_, update)| update_json(update)).collect::<Vec<_>>(),
        "events": events,
    });
    let mut output = Output::new(json, text(session, &guide, &updates));
    output.hints = hints;
    Ok(output)
}

/// Follows a trek along a file or a simulation.
fn walk(session: &Session, args: &GuideArgs) -> Result<(Option<String>, Walked)> {
    let reference = args.trek.as_deref().unwrap_or_default();
    let (territory, id) = lookup::object_ref(&session.companion, reference)?;
    let mut hints = Vec::new();
    let recorded = match &args.gpx {
        Some(path) => Some(fixes_of(path, &mut hints)?),
        None if args.simulate => None,
        None => return Err(CliError::invalid("gpx", "must be the path of a file, or --simulate must be given")),
    };
    let start_ms = recorded.as_ref().and_then(|fixes| fixes.first()).map(|fix| fix.time_ms);
    let mut guide = session.companion.guide(&territory, id, start_ms, &session.languages())?;
    let fixes = match recorded {
        Some(fixes) => fixes,
        None => simulation::fixes(guide.route(), args.noise, args.interval, args.seed, jalon::clock::now_ms()),
    };
    let mut log = match &args.log {
        Some(path) => Some(BufWriter::new(File::create(path).map_err(|error| unwritable("log", &error))?)),
        None => None,
    };
    if let Some(log) = &mut log {
        writeln!(log, "{}", guide.log_head()?).map_err(|error| unwritable("log", &error))?;
    }
    let mut updates = Vec::with_capacity(fixes.len());
    for fix in fixes {
        let update = guide.update(&fix);
        if let Some(log) = &mut log {
            writeln!(log, "{}", log_entry(&fix, &update)?).map_err(|error| unwritable("log", &error))?;
        }
        updates.push((fix, update));
    }
    if let Some(log) = &mut log {
        log.flush().map_err(|error| unwritable("log", &error))?;
    }
    Ok((Some(format!("{territory}/{id}")), Walked { guide, updates, hints }))
}

fn replay(path: &Path) -> Result<Walked> {
    let file = File::open(path)
        .map_err(|error| CliError::invalid("replay", format!("must be the path of a readable file ({error})")))?;
    let replay = replay_log(&mut BufReader::new(file))?;
    let mut hints = Vec::new();
    if let Some(index) = replay.first_difference {
        hints.push(format!("from fix {} on, this version of Jalon tells something else than the log", index + 1));
    }
    if replay.is_truncated {
        hints.push("the log ends within a line".to_owned());
    }
    Ok(Walked { guide: replay.guide, updates: replay.updates, hints })
}

/// The points of all tracks of a file that have a time, in their order.
fn fixes_of(path: &Path, hints: &mut Vec<String>) -> Result<Vec<Fix>> {
    let file = read_track_file(path)?;
    hints.extend(file.problems.iter().map(ToString::to_string));
    let points: Vec<_> = file.tracks.iter().flat_map(|track| &track.segments).flatten().collect();
    let fixes: Vec<Fix> = points.iter().filter_map(|point| point.fix()).collect();
    if fixes.is_empty() {
        return Err(CliError::invalid("gpx", "must have a track with points that have a time"));
    }
    if fixes.len() < points.len() {
        hints.push(format!("{} points have no time and were left out", points.len() - fixes.len()));
    }
    Ok(fixes)
}

fn unwritable(field: &'static str, error: &std::io::Error) -> CliError {
    CliError::invalid(field, format!("must be the path of a file that can be written ({error})"))
}

fn update_json(update: &GuideUpdate) -> Value {
    json!({
        "time_ms": update.time_ms, "state": update.state.as_str(), "along_m": update.along_m, "left_m": update.left_m,
        "offset_m": update.offset_m, "ascent_left_m": update.ascent_left_m, "descent_left_m": update.descent_left_m,
        "eta_ms": update.eta_ms, "stage": update.stage, "confidence": update.confidence,
        "ambiguous": update.ambiguous, "point": update.point.map(|point| [point.lon, point.lat]),
        "back": update.back, "rejoin": update.rejoin,
    })
}

/// The announcements with their times, and a summary.
fn text(session: &Session, guide: &Guide, updates: &[(Fix, GuideUpdate)]) -> String {
    let mut text = String::new();
    for (_, update) in updates {
        for event in &update.events {
            let along = session.units.format_distance(update.along_m.unwrap_or(0.0));
            let _ = writeln!(text, "{}  {along:>9}  {}", iso_time(event.time_ms), event.text.replace('\n', " "));
        }
    }
    let share = |state: GuideState| {
        let count = updates.iter().filter(|(_, update)| update.state == state).count();
        (count > 0).then(|| format!("{} {count}", state.as_str().replace('_', " ")))
    };
    let states: Vec<String> = GuideState::ALL.into_iter().filter_map(share).collect();
    let length = session.units.format_distance(guide.route().length_m());
    let _ = writeln!(text, "{} positions on {length}: {}", updates.len(), states.join(", "));
    if let Some((fix, update)) = updates.last()
        && let (Some(left_m), Some(eta_ms)) = (update.left_m, update.eta_ms)
    {
        let left = session.units.format_distance(left_m);
        let hours = format_hours((eta_ms - fix.time_ms) as f64 / 3_600_000.0);
        let climb = update.ascent_left_m.map(|metres| format!(", {} up", session.units.short().format(metres)));
        let _ = writeln!(text, "Left at the end: {left}{}, {hours}", climb.unwrap_or_default());
    }
    text
}
