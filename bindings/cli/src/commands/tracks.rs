//! `record` and `track`: recorded tracks, in from a file and out to a file.

use std::fmt::Write as _;
use std::fs::File;
use std::path::Path;

use jalon::clock::now_ms;
use jalon::gpx::{GpxFile, read_geojson, read_gpx};
use jalon::journal::{NewTrack, TrackSummary};
use serde_json::{Map, Value, json};

use super::Session;
use super::export::{extension, write_file};
use crate::args::{RecordArgs, TrackCommand};
use crate::error::{CliError, Result};
use crate::lookup;
use crate::output::{Output, iso_time};
use crate::units::{Units, format_hours};

/// Records the points of a file.
pub(super) fn record(session: &Session, args: RecordArgs) -> Result<Output> {
    let RecordArgs { gpx, name, trek, dry_run } = args;
    let file = read_track_file(&gpx)?;
    let trek = trek.map(|reference| lookup::object_ref(&session.companion, &reference)).transpose()?;
    let new = NewTrack { name, trek };
    let imported = if dry_run {
        jalon::journal::record_file(new, &file, now_ms())?.0
    } else {
        session.companion.journal()?.import_track(new, &file, now_ms())?
    };
    let track = &imported.track;
    let rejected: Map<String, Value> =
        imported.rejected.iter().map(|(reason, count)| (reason.as_str().to_owned(), (*count).into())).collect();
    let mut json = track_json(track);
    json["rejected"] = rejected.into();
    json["without_time"] = imported.without_time.into();
    json["problems"] = serde_json::to_value(&file.problems).unwrap_or_default();
    if dry_run {
        json["id"] = Value::Null;
    }
    let mut text = match dry_run {
        true => String::new(),
        false => format!("Stored track {}.\n", short_id(track)),
    };
    text.push_str(&stats_text(track, session.units));
    for (reason, count) in &imported.rejected {
        let _ = writeln!(text, "{count} points were not recorded: {}.", reason.as_str().replace('_', " "));
    }
    if imported.without_time > 0 {
        let _ = writeln!(text, "{} points have no time and were not recorded.", imported.without_time);
    }
    let mut output = Output::new(json, text);
    output.hints.extend(file.problems.iter().map(ToString::to_string));
    Ok(output)
}

/// Reads a file of tracks by its extension.
pub(super) fn read_track_file(path: &Path) -> Result<GpxFile> {
    let file = File::open(path)
        .map_err(|error| CliError::invalid("gpx", format!("must be the path of a readable file ({error})")))?;
    match extension(path).as_deref() {
        Some("geojson" | "json") => Ok(read_geojson(file)?),
        _ => Ok(read_gpx(file)?),
    }
}

pub(super) fn run(session: &Session, command: TrackCommand) -> Result<Output> {
    let journal = session.companion.journal()?;
    match command {
        TrackCommand::List => {
            let tracks = journal.tracks()?;
            let mut text = String::new();
            for track in &tracks {
                let length = session.units.format_distance(track.stats.distance_m);
                let start = track.start_ms.unwrap_or(track.created_ms);
                let head = format!("{}  {}  {length:>9}  ", short_id(track), iso_time(start));
                let _ = writeln!(text, "{head}{}", session.fit(&track.name, head.chars().count()));
            }
            if tracks.is_empty() {
                text.push_str("No tracks. Add one with: jalon record --gpx FILE\n");
            }
            if let Some(unfinished) = journal.unfinished_recording()? {
                let points = unfinished.stats.points;
                let _ = writeln!(text, "A recording with {points} points is not finished yet.");
            }
            Ok(Output::list(tracks.iter().map(track_json).collect(), text))
        }
        TrackCommand::Show { id } => {
            let track = find(session, &id)?;
            let mut text = String::new();
            if !track.name.is_empty() {
                let _ = writeln!(text, "{}", session.fit(&track.name, 0));
            }
            text.push_str(&stats_text(&track, session.units));
            Ok(Output::new(track_json(&track), text))
        }
        TrackCommand::Export { id, output } => {
            let track = journal.track(&find(session, &id)?.id)?;
            let file = track.to_gpx_file();
            let content = match extension(&output).as_deref() {
                Some("gpx") => file.to_gpx()?,
                Some("geojson" | "json") => format!("{}\n", file.to_geojson()),
                _ => return Err(CliError::invalid("output", "must be a file with the extension .gpx or .geojson")),
            };
            write_file(&output, &content, &track.summary.id)
        }
        TrackCommand::Rename { id, name } => {
            let track = journal.rename_track(&find(session, &id)?.id, &name)?;
            Ok(Output::new(track_json(&track), "Renamed.\n".to_owned()))
        }
        TrackCommand::Remove { id } => {
            let removed = journal.remove_track(&find(session, &id)?.id)?;
            Ok(Output::new(json!({"removed": removed}), "Removed.\n".to_owned()))
        }
    }
}

/// The track whose id starts with `prefix`.
fn find(session: &Session, prefix: &str) -> Result<TrackSummary> {
    let mut tracks = session.companion.journal()?.tracks()?;
    tracks.retain(|track| !prefix.is_empty() && track.id.starts_with(prefix));
    match tracks.len() {
        1 => Ok(tracks.remove(0)),
        0 => Err(jalon::Error::NotFound { detail: "a track with this id".to_owned() }.into()),
        _ => Err(CliError::invalid("id", "must have more characters: several tracks start with these")),
    }
}

fn short_id(track: &TrackSummary) -> &str {
    track.id.get(..8).unwrap_or(&track.id)
}

fn stats_text(track: &TrackSummary, units: Units) -> String {
    let stats = &track.stats;
    let mut text = format!("Distance   {}\n", units.format_distance(stats.distance_m));
    if let (Some(ascent_m), Some(descent_m)) = (stats.ascent_m, stats.descent_m) {
        let short = units.short();
        let _ = writeln!(text, "Ascent     {}\nDescent    {}", short.format(ascent_m), short.format(descent_m));
    }
    let _ = writeln!(text, "Moving     {}", format_hours(stats.moving_s / 3_600.0));
    let _ = writeln!(text, "Total      {}", format_hours(stats.total_s / 3_600.0));
    let _ = writeln!(text, "Points     {}", stats.points);
    text
}

fn track_json(track: &TrackSummary) -> Value {
    let TrackSummary { id, name, trek, created_ms, start_ms, end_ms, stats } = track;
    json!({
        "id": id, "name": name, "trek": trek.as_ref().map(|(territory, id)| format!("{territory}/{id}")),
        "created_at": iso_time(*created_ms), "start": start_ms.map(iso_time), "end": end_ms.map(iso_time),
        "distance_m": stats.distance_m, "ascent_m": stats.ascent_m, "descent_m": stats.descent_m,
        "moving_s": stats.moving_s, "total_s": stats.total_s, "points": stats.points,
    })
}
