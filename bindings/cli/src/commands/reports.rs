//! Field reports: writing, queueing, sending them, and deciding about those in doubt.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use jalon::clock::now_ms;
use jalon::companion::SendOptions;
use jalon::journal::{PhotoOptions, Report};
use jalon::report::{ReportContent, ReportPosition, ReportState, ReportWarning, Resolution};
use jalon::{Error, Result};
use serde_json::{Value, json};

use super::Session;
use super::online::{Bar, stopped_by_ctrl_c};
use crate::answer::{Answer, iso, list};
use crate::arguments::{ContentArguments, ReportCommand};
use crate::query;

pub(super) fn run(session: &Session, command: ReportCommand) -> Result<Answer> {
    let journal = session.companion.journal()?;
    if let Some(salvaged) = journal.recovery() {
        eprintln!(
            "The journal was damaged; {} reports were saved. The damaged file is {}.",
            salvaged.reports_from_rows + salvaged.reports_from_sidecars,
            salvaged.quarantined_path.display()
        );
    }
    match command {
        ReportCommand::New { content, photos, draft, territory } => {
            new(session, &content, &photos, draft, territory.as_deref())
        }
        ReportCommand::Edit { id, content } => {
            let content = read(&content)?;
            let report = journal.edit(&full(session, &id)?, |own| written_on(own, &content), now_ms())?;
            Ok(one(&report, &[], "Written on; queue it with: jalon report queue"))
        }
        ReportCommand::Photo { id, files } => {
            let id = full(session, &id)?;
            attach(session, &id, &files)?;
            Ok(one(&journal.report(&id)?, &[], "Added; queue it with: jalon report queue"))
        }
        ReportCommand::List => {
            let reports = journal.reports()?;
            let mut words = String::new();
            for report in &reports {
                line(report, &mut words);
            }
            if reports.is_empty() {
                words.push_str("No reports. Write one with: jalon report new --comment …\n");
            }
            let items: Vec<Value> = reports.iter().map(document).collect();
            Ok(Answer::of(list(items.len(), items), words))
        }
        ReportCommand::Show { id } => {
            let report = journal.report(&full(session, &id)?)?;
            Ok(Answer::of(document(&report), shown(session, &report)?))
        }
        ReportCommand::Queue { id } => queue(session, &full(session, &id)?),
        ReportCommand::Resolve { id, resend, abandon, delivered, server_id } => {
            let resolution = match (resend, abandon, delivered) {
                (true, _, _) => Resolution::Resend,
                (_, true, _) => Resolution::Abandon,
                (_, _, true) => Resolution::Delivered(server_id),
                _ => return Err(Error::invalid("resolve", "one of --resend, --abandon and --delivered")),
            };
            let report = session.companion.resolve_report(&full(session, &id)?, resolution, now_ms())?;
            Ok(one(&report, &[], "Decided"))
        }
        ReportCommand::Discard { id } => {
            let id = full(session, &id)?;
            journal.discard(&id)?;
            Ok(Answer::of(json!({"discarded": id}), "Removed.\n".to_owned()))
        }
        ReportCommand::Export { output, all } => {
            let reports = journal.export(&output, all)?;
            let words = format!("Wrote {reports} reports to {}.\n", output.display());
            Ok(Answer::of(json!({"reports": reports, "path": output.display().to_string()}), words))
        }
        ReportCommand::Import { file } => {
            let imported = journal.import(&file)?;
            let words = format!(
                "Took over {} reports, {} notes and {} favourites; {} reports were here already.\n",
                imported.reports, imported.notes, imported.favourites, imported.known
            );
            Ok(Answer::of(serde_json::to_value(imported).unwrap_or_default(), words))
        }
    }
}

/// Sends what is due. Not done is what waits or needs the person.
pub(super) fn send(session: &Session, allow_http: bool) -> Result<Answer> {
    let mut options = SendOptions { now: true, ..SendOptions::default() };
    options.net.allow_plain_http = allow_http;
    let bar = Bar::new("reports");
    let sent = session.companion.send_reports(&options, &stopped_by_ctrl_c(), |report, done, of| {
        bar.about(report.id.get(..8).unwrap_or_default());
        bar.bytes(done, of);
    })?;
    drop(bar);
    let mut words = String::new();
    for report in &sent {
        line(report, &mut words);
    }
    let left: Vec<Report> = session.companion.journal()?.reports()?;
    let waiting = left.iter().filter(|report| matches!(report.lifecycle.state, ReportState::Queued { .. })).count();
    let person = left.iter().filter(|report| report.lifecycle.needs_user_action()).count();
    if sent.is_empty() && waiting + person == 0 {
        words.push_str("Nothing to send.\n");
    }
    if waiting > 0 {
        let _ = writeln!(words, "{waiting} still to be sent: jalon send");
    }
    if person > 0 {
        let _ = writeln!(words, "{person} need you: see “jalon report list”");
    }
    let mut answer = Answer::of(list(sent.len(), sent.iter().map(document).collect()), words);
    answer.json["waiting"] = waiting.into();
    answer.json["need_person"] = person.into();
    answer.is_done = waiting + person == 0;
    Ok(answer)
}

fn new(
    session: &Session,
    content: &ContentArguments,
    photos: &[PathBuf],
    draft: bool,
    territory: Option<&str>,
) -> Result<Answer> {
    let territory = match territory {
        Some(name) => session.companion.catalogue().territory(name)?.name,
        None => query::only_territory(&session.companion, "territory", "its name with --territory")?,
    };
    let mut own = ReportContent::default();
    written_on(&mut own, &read(content)?);
    if !draft {
        // What cannot be queued is told before anything is kept.
        own.check(photos.len(), &jalon::report::KnownTerms::default())?;
    }
    for photo in photos {
        open(photo)?;
    }
    let language = session.languages().first().copied().unwrap_or_default().to_owned();
    let report = session.companion.new_report(&territory, &language, own, now_ms())?;
    let queued = attach(session, &report.id, photos).and_then(|()| {
        if draft {
            let report = session.companion.journal()?.report(&report.id)?;
            return Ok(one(&report, &[], "Kept as a draft; queue it with: jalon report queue"));
        }
        queue(session, &report.id)
    });
    queued.inspect_err(|_| {
        // Nobody has seen it: what was refused is not left behind. Where it stays, it is a draft in the list.
        let _ = session.companion.journal().and_then(|journal| journal.discard(&report.id));
    })
}

fn queue(session: &Session, id: &str) -> Result<Answer> {
    let (report, warnings) = session.companion.queue_report(id, now_ms())?;
    Ok(one(&report, &warnings, "Kept, and queued; send it with: jalon send"))
}

fn open(photo: &Path) -> Result<Vec<u8>> {
    std::fs::read(photo)
        .map_err(|_| Error::invalid("photo", format!("a file that is there: “{}” is not", photo.display())))
}

fn attach(session: &Session, id: &str, photos: &[PathBuf]) -> Result<()> {
    for photo in photos {
        session.companion.journal()?.attach(id, &open(photo)?, &PhotoOptions::default(), now_ms())?;
    }
    Ok(())
}

/// What was typed, and only that.
#[derive(Default)]
struct Typed {
    content: ReportContent,
    has_comment: bool,
    has_email: bool,
}

fn read(arguments: &ContentArguments) -> Result<Typed> {
    let position = match &arguments.at {
        None => None,
        Some(words) => {
            let at = query::place("at", words)?;
            Some(ReportPosition { lon: at.lon, lat: at.lat, accuracy_m: arguments.accuracy, at_ms: Some(now_ms()) })
        }
    };
    let content = ReportContent {
        comment: arguments.comment.clone().unwrap_or_default(),
        email: arguments.email.clone().unwrap_or_default(),
        category: arguments.category,
        activity: arguments.activity,
        magnitude: arguments.magnitude,
        position,
        trek: arguments.trek,
        signage: arguments.signage,
    };
    Ok(Typed { content, has_comment: arguments.comment.is_some(), has_email: arguments.email.is_some() })
}

fn written_on(own: &mut ReportContent, typed: &Typed) {
    let new = &typed.content;
    if typed.has_comment {
        own.comment.clone_from(&new.comment);
    }
    if typed.has_email {
        own.email.clone_from(&new.email);
    }
    own.category = new.category.or(own.category);
    own.activity = new.activity.or(own.activity);
    own.magnitude = new.magnitude.or(own.magnitude);
    own.position = new.position.or(own.position);
    own.trek = new.trek.or(own.trek);
    own.signage = new.signage.or(own.signage);
}

/// An id, or its beginning where only one report has it.
fn full(session: &Session, id: &str) -> Result<String> {
    let reports = session.companion.journal()?.reports()?;
    let found: Vec<&Report> = reports.iter().filter(|report| !id.is_empty() && report.id.starts_with(id)).collect();
    match found.as_slice() {
        [one] => Ok(one.id.clone()),
        [] => Err(Error::NotFound { detail: "a report of this id".to_owned() }),
        _ => Err(Error::invalid("id", "more of it: several reports begin so")),
    }
}

fn document(report: &Report) -> Value {
    let lifecycle = &report.lifecycle;
    let content = &report.content;
    let (server_id, accepted_at) = match &lifecycle.state {
        ReportState::Accepted { receipt } => (receipt.server_id, Some(iso(receipt.at_ms))),
        _ => (None, None),
    };
    let fields = match &lifecycle.state {
        ReportState::Refused { fields } => json!(fields),
        _ => json!({}),
    };
    let history = lifecycle.attempts.iter().map(|attempt| {
        json!({"revision": attempt.revision, "endpoint": attempt.endpoint, "at": iso(attempt.at_ms), "ended": attempt.outcome})
    });
    json!({
        "id": report.id, "territory": report.territory, "state": lifecycle.state.as_str(), "created_at": iso(report.created_ms),
        "comment": content.comment, "email": content.email, "category": content.category, "activity": content.activity,
        "magnitude": content.magnitude, "trek": content.trek, "signage": content.signage,
        "point": content.position.map(|position| [position.lon, position.lat]),
        "accuracy_m": content.position.and_then(|position| position.accuracy_m),
        "photos": report.photos, "reference": report.reference(), "server_id": server_id, "accepted_at": accepted_at,
        "attempts": lifecycle.attempt_count, "last_error": lifecycle.last_error, "next_attempt_at": lifecycle.next_attempt_ms.map(iso),
        "refused_fields": fields, "may_be_duplicate": lifecycle.may_be_duplicate, "history": history.collect::<Vec<_>>(),
    })
}

fn one(report: &Report, warnings: &[ReportWarning], said: &str) -> Answer {
    let mut json = document(report);
    json["warnings"] = json!(warnings);
    let mut words = format!("{said}\n");
    for warning in warnings {
        let _ = writeln!(
            words,
            "  mind: {}",
            match warning {
                ReportWarning::NoPosition => "it says no place (--at LAT,LON)",
                ReportWarning::OutsideTerritory => "the place is outside the territory",
                ReportWarning::FarFromTrek => "the place is more than a kilometre from the trek that it names",
                ReportWarning::NoEmail => "nobody can be asked (--email)",
            }
        );
    }
    line(report, &mut words);
    Answer::of(json, words)
}

fn line(report: &Report, words: &mut String) {
    let state = match &report.lifecycle.state {
        ReportState::Accepted { receipt } => match receipt.server_id {
            Some(id) => format!("accepted as number {id}"),
            None => "accepted".to_owned(),
        },
        ReportState::InDoubt { is_abandoned: true } => "in doubt, left so".to_owned(),
        other => other.as_str().replace('_', " "),
    };
    let comment: String = report.content.comment.chars().take(48).collect();
    let _ = writeln!(
        words,
        "{}  {:<10} {state}, {} photos  {}",
        report.id.get(..8).unwrap_or_default(),
        report.territory,
        report.photos.len(),
        comment.replace('\n', " ")
    );
    if let Some(error) = &report.lifecycle.last_error {
        let _ = writeln!(words, "          {error}");
    }
    if let ReportState::Refused { fields } = &report.lifecycle.state {
        for (field, said) in fields {
            let _ = writeln!(words, "          {field}: {}", said.join(" "));
        }
    }
    if matches!(report.lifecycle.state, ReportState::InDoubt { is_abandoned: false }) {
        let _ = writeln!(
            words,
            "          decide: jalon report resolve {} --resend | --abandon | --delivered",
            &report.id[..8]
        );
    }
}

fn shown(session: &Session, report: &Report) -> Result<String> {
    let mut words = String::new();
    line(report, &mut words);
    let _ = writeln!(words, "  {}", report.content.comment.replace('\n', "\n  "));
    if let Some(position) = report.content.position {
        let _ = writeln!(words, "  at {:.6}, {:.6}", position.lat, position.lon);
    }
    for photo in &report.photos {
        let _ = writeln!(words, "  {}", session.companion.journal()?.photo_path(photo).display());
    }
    for attempt in &report.lifecycle.attempts {
        let ended = attempt.outcome.as_deref().unwrap_or("not ended");
        let _ = writeln!(words, "  {}  {ended}", iso(attempt.at_ms));
    }
    Ok(words)
}
