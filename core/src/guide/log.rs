//! Session logs: a session as JSON lines, which replay to the same updates. The first line has the route, the contents and the
//! options; each further line has a fix and its update. That is how a defect in the field is reported, so a log contains
//! the hiker's positions: an app asks before it sends one.

use std::borrow::Cow;
use std::io::{BufRead, Read};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::contents::GuideContents;
use super::route::GuideRoute;
use super::session::{Guide, GuideOptions};
use super::update::GuideUpdate;
use crate::error::{Error, Result};
use crate::model::{Fix, Position};

/// Version of the format.
const VERSION: u32 = 1;

/// Longest line of a log, bytes, and most fixes of a log.
const MAX_LINE: u64 = 64 * 1024 * 1024;
const MAX_FIXES: usize = 1_000_000;

#[derive(Serialize, Deserialize)]
struct Head<'a> {
    jalon_guide_log: u32,
    /// Lines of the route: longitude, latitude, elevation.
    lines: Vec<Vec<Position>>,
    options: Cow<'a, GuideOptions>,
    contents: Cow<'a, GuideContents>,
}

#[derive(Serialize, Deserialize)]
struct Entry<'a> {
    fix: Fix,
    update: Cow<'a, GuideUpdate>,
}

/// A replayed session.
#[derive(Debug)]
pub struct Replay {
    /// The guide after the last fix.
    pub guide: Guide,
    /// The fixes, with the updates of the replay.
    pub updates: Vec<(Fix, GuideUpdate)>,
    /// Index of the first update that differs from the recorded one.
    pub first_difference: Option<usize>,
    /// True if the log ends within a line, as after the end of a process.
    pub is_truncated: bool,
}

impl Guide {
    /// The first line of a log of this session, without the end of the line.
    ///
    /// # Errors
    /// [`Error::Internal`] if the contents cannot be written as JSON.
    pub fn log_head(&self) -> Result<String> {
        let (options, contents) = (Cow::Borrowed(self.options()), Cow::Borrowed(self.contents()));
        to_json(&Head { jalon_guide_log: VERSION, lines: self.route().lines(), options, contents })
    }
}

/// The line of a fix, without the end of the line.
///
/// # Errors
/// [`Error::Internal`] if a coordinate of the fix is not finite. Such a fix changes no session, so a log is complete without it.
pub fn log_entry(fix: &Fix, update: &GuideUpdate) -> Result<String> {
    // JSON has no such numbers: they would become null.
    if !(fix.position.lon.is_finite() && fix.position.lat.is_finite()) {
        return Err(Error::internal("a fix without finite coordinates cannot be written"));
    }
    to_json(&Entry { fix: *fix, update: Cow::Borrowed(update) })
}

/// Replays a log.
///
/// # Errors
/// [`Error::InvalidInput`] if the first line is not that of a log of this version, or another line than the last is damaged;
/// errors of the reader as [`Error::Internal`].
pub fn replay_log(reader: &mut impl BufRead) -> Result<Replay> {
    let mut line = String::new();
    read_line(reader, &mut line)?;
    let head: Head = serde_json::from_str(&line)
        .map_err(|_| Error::invalid("log", "must begin with the line of a guide log of Jalon"))?;
    if head.jalon_guide_log != VERSION {
        return Err(Error::invalid("log", format!("must have version {VERSION}")));
    }
    let route = Arc::new(GuideRoute::new(&head.lines)?);
    let mut guide = Guide::new(route, head.options.into_owned(), head.contents.into_owned());
    let (mut updates, mut first_difference, mut is_truncated) = (Vec::new(), None, false);
    while read_line(reader, &mut line)? {
        let Ok(entry) = serde_json::from_str::<Entry>(&line) else {
            // Only the last line can be damaged.
            let number = updates.len() + 2;
            if !line.ends_with('\n') {
                is_truncated = true;
                break;
            }
            return Err(Error::invalid("log", format!("must have a fix and its update in line {number}")));
        };
        if updates.len() >= MAX_FIXES {
            return Err(Error::invalid("log", format!("must have at most {MAX_FIXES} fixes")));
        }
        let update = guide.update(&entry.fix);
        if first_difference.is_none() && !is_same(&update, &entry.update) {
            first_difference = Some(updates.len());
        }
        updates.push((entry.fix, update));
    }
    Ok(Replay { guide, updates, first_difference, is_truncated })
}

/// True if two updates say the same. Numbers that were written and read again can differ in their last digit.
fn is_same(replayed: &GuideUpdate, recorded: &GuideUpdate) -> bool {
    let is_near = |a: Option<f64>, b: Option<f64>| match (a, b) {
        (Some(a), Some(b)) => (a - b).abs() < 0.01,
        (a, b) => a.is_none() && b.is_none(),
    };
    let texts =
        |update: &GuideUpdate| update.events.iter().map(|event| (event.kind, event.text.clone())).collect::<Vec<_>>();
    replayed.state == recorded.state
        && replayed.ambiguous == recorded.ambiguous
        && is_near(replayed.along_m, recorded.along_m)
        && is_near(replayed.offset_m, recorded.offset_m)
        && texts(replayed) == texts(recorded)
}

/// Reads a line with its end. Returns `false` at the end of the log.
fn read_line(reader: &mut impl BufRead, line: &mut String) -> Result<bool> {
    line.clear();
    let read = reader
        .by_ref()
        .take(MAX_LINE)
        .read_line(line)
        .map_err(|_| Error::invalid("log", "must be a readable file of UTF-8 text"))?;
    if read as u64 == MAX_LINE {
        return Err(Error::invalid("log", "must have lines of at most 64 MiB"));
    }
    Ok(read > 0)
}

fn to_json(value: &impl Serialize) -> Result<String> {
    serde_json::to_string(value).map_err(|error| Error::internal(format!("a log line cannot be written: {error}")))
}
