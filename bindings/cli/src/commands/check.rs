//! `check`: what to know of a trek before leaving.

use std::fmt::Write as _;

use jalon::companion::{SensitiveAreaInSeason, TrekCheck};
use jalon::model::Kind;
use jalon::safety::{Daylight, SunCrossings};
use serde_json::json;

use super::Session;
use crate::args::CheckArgs;
use crate::error::Result;
use crate::lookup;
use crate::output::{Output, iso_time, with_ref};
use crate::units::format_hours;

pub(super) fn check(session: &Session, args: &CheckArgs) -> Result<Output> {
    let (territory, id) = lookup::object_ref(&session.companion, &args.id)?;
    let check = session.companion.check_trek(&territory, id, args.date.as_deref(), &session.languages())?;
    let zone_json = |zone: &SensitiveAreaInSeason| {
        let mut json = with_ref(zone);
        json["kind"] = json!(Kind::SensitiveArea);
        json
    };
    let zones: Vec<_> = check.zones.iter().map(zone_json).collect();
    let json = json!({
        "territory": check.territory, "kind": Kind::Trek, "id": check.id,
        "ref": format!("{}/{}", check.territory, check.id), "name": check.name, "lang": check.lang,
        "date": check.date, "offline": check.offline, "pack_state": check.pack_state, "as_of_ms": check.as_of_ms,
        "zones": zones,
        "daylight": check.sun.daylight, "sunrise_ms": check.sun.rise_ms, "sunset_ms": check.sun.set_ms,
        "civil_dawn_ms": check.civil_twilight.rise_ms, "civil_dusk_ms": check.civil_twilight.set_ms,
        "walking_time_h": check.walking_time_h, "walking_times": check.walking_times,
        "latest_start_ms": check.latest_start_ms, "warnings": check.warnings,
    });
    Ok(Output::new(json, text(session, &check)))
}

fn text(session: &Session, check: &TrekCheck) -> String {
    let reference = format!("  ({}/{})  {}", check.territory, check.id, check.date);
    let name = if check.name.is_empty() { "—" } else { &check.name };
    let mut text = format!("{}{reference}\n", session.fit(name, reference.len()));
    let offline = match (check.offline, check.pack_state) {
        (true, _) => "yes".to_owned(),
        (false, Some(state)) => format!("no (the download is {})", state.as_str()),
        (false, None) => "no".to_owned(),
    };
    let _ = writeln!(text, "Offline: {offline}");
    if let Some(ms) = check.as_of_ms {
        let _ = writeln!(text, "Data as of: {}", iso_time(ms));
    }
    let _ = writeln!(text, "Sun: {}", crossings_text(&check.sun, "rises", "sets"));
    let _ = writeln!(text, "Civil twilight: {}", crossings_text(&check.civil_twilight, "from", "to"));
    let times = [
        (check.walking_times.office_h, "office"),
        (check.walking_times.din_33466_h, "DIN 33466"),
        (check.walking_times.swiss_h, "Swiss"),
    ];
    let times = times.into_iter().filter_map(|(hours, name)| Some(format!("{} ({name})", format_hours(hours?))));
    let times: Vec<String> = times.collect();
    let times = if times.is_empty() { "unknown".to_owned() } else { times.join(" · ") };
    let _ = writeln!(text, "Walking time: {times}");
    if let Some(ms) = check.latest_start_ms {
        let _ = writeln!(text, "Latest start, to arrive by sunset: {}", iso_time(ms));
    }
    if !check.zones.is_empty() {
        text.push_str("\nSensitive areas in season\n");
    }
    for zone in &check.zones {
        let start = format!("  {:>9}  ", session.units.long().format(zone.along_m));
        let air = if zone.aerial_only { ", in the air only" } else { "" };
        let reference = format!("{}/{}", zone.territory, zone.id);
        let end = format!(" ({reference}, {} off{air})", session.units.format_distance(zone.offset_m));
        let name = if zone.name.is_empty() { "—" } else { &zone.name };
        let _ = writeln!(text, "{start}{}{end}", session.fit(name, start.len() + end.chars().count()));
    }
    if !check.warnings.is_empty() {
        text.push_str("\nWarnings\n");
    }
    for warning in &check.warnings {
        let _ = writeln!(text, "  - {}", warning.text.replace('\n', "\n    "));
    }
    text
}

fn crossings_text(crossings: &SunCrossings, rise: &str, set: &str) -> String {
    let time = |word: &str, ms: Option<i64>| Some(format!("{word} {}", iso_time(ms?)));
    let times: Vec<String> = time(rise, crossings.rise_ms).into_iter().chain(time(set, crossings.set_ms)).collect();
    match crossings.daylight {
        Daylight::AlwaysUp => "the whole day".to_owned(),
        Daylight::AlwaysDown => "never".to_owned(),
        Daylight::RisesAndSets => times.join(", "),
    }
}
