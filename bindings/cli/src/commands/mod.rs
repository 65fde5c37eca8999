//! One function for each command: it asks the library, and returns the result as text and as JSON.
//!
//! * `territory`, `refresh`, `status`: territories and what is on disk.
//! * `download`, `packs`: treks and areas for offline use.
//! * `treks`, `near`, `features`, `trek`, `changes`: the catalogue.
//! * `guide`: a walk along a trek.
//! * `sos`, `check`: emergencies, and what to know before leaving.
//! * `editions`: a territory as static files.
//! * `export`, `map`: a trek as a file.
//! * `reports`, `favourites`, `notes`, `tracks`: the journal.
//! * `network`: the progress bar and Ctrl-C. `remarks`: dates and withdrawals after a name. `far_away`: a hint for
//!   positions with their numbers in the wrong order.

mod changes;
mod check;
mod download;
mod editions;
mod export;
mod far_away;
mod favourites;
mod features;
mod guide;
mod map;
mod map_style;
mod map_tile;
mod near;
mod network;
mod notes;
mod packs;
mod refresh;
mod remarks;
mod reports;
mod sos;
mod status;
mod territory;
mod tracks;
mod trek;
mod treks;

use std::cell::RefCell;
use std::io::Write;
use std::path::PathBuf;

use etcetera::BaseStrategy;
use jalon::catalogue::Territory;
use jalon::companion::Localizer;
use jalon::model::Object;
use jalon::{Companion, Directories};

use crate::args::{Cli, Command, EditionCommand, GlobalArgs, MapCommand};
use crate::error::{CliError, Result};
use crate::output::Output;
use crate::units::Units;
use crate::{printable, width};

/// Columns that every name has, even on a terminal that is too narrow for the figures before it.
const MIN_NAME_COLUMNS: usize = 16;

/// Reported if the catalogue was damaged when it was opened.
const DAMAGED: &str =
    "the catalogue was damaged and was moved aside: its territories are empty until \"jalon refresh\"";

/// The open data directory and the user's preferences.
struct Session {
    companion: Companion,
    languages: Vec<String>,
    units: Units,
    /// Columns of the printed text.
    columns: usize,
    /// Remarks for the user, printed on standard error.
    hints: RefCell<Vec<String>>,
}

impl Session {
    fn open(global: &GlobalArgs) -> Result<Session> {
        let data = match &global.data {
            Some(data) => data.clone(),
            None => default_data_directory()?,
        };
        let companion = Companion::open(&Directories::within(data))?;
        let languages = if global.lang.is_empty() { locale_languages() } else { global.lang.clone() };
        let columns = width::columns(global.columns);
        Ok(Session { companion, languages, units: global.units.into(), columns, hints: RefCell::default() })
    }

    /// The user's languages, without the default language of a territory.
    fn languages(&self) -> Vec<&str> {
        self.languages.iter().map(String::as_str).collect()
    }

    /// The texts of a territory in the user's languages. Each vocabulary is read once, so a command needs only one.
    fn localizer(&self, territory: &Territory) -> Localizer<'_> {
        self.companion.localizer(territory, &self.languages())
    }

    /// A name on one line, safe to print, cut to the columns that are left after `used` ones.
    fn fit(&self, name: &str, used: usize) -> String {
        let columns = self.columns.saturating_sub(used).max(MIN_NAME_COLUMNS);
        printable::truncate(&printable::single_line(name), columns)
    }

    /// The name of an object in the user's languages; the label of its type if it has none.
    fn object_name(&self, territory: &Territory, object: &Object) -> Result<String> {
        Ok(self.localizer(territory).object_name(object)?.0)
    }
}

fn default_data_directory() -> Result<PathBuf> {
    let strategy = etcetera::choose_base_strategy()
        .map_err(|_| CliError::invalid("data", "must be given with --data DIR, because there is no home directory"))?;
    Ok(strategy.data_dir().join("jalon"))
}

/// The language of the locale, as a language tag.
fn locale_languages() -> Vec<String> {
    let variables = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().filter_map(|name| std::env::var(name).ok());
    let locale = variables.into_iter().find(|locale| !locale.is_empty()).unwrap_or_default();
    language_tag(&locale).into_iter().collect()
}

/// The language tag of a POSIX locale: `pt-BR` for `pt_BR.UTF-8`. `None` for `C` and `POSIX`, which have no language.
fn language_tag(locale: &str) -> Option<String> {
    let tag = locale.split(['.', '@']).next().unwrap_or_default().replace('_', "-");
    (!matches!(tag.to_lowercase().as_str(), "" | "c" | "posix")).then_some(tag)
}

/// Runs the command that was typed. Damage that was found when the catalogue was opened is reported on `err` at once, because
/// the command may fail, and in the JSON of the result.
pub(crate) fn run(cli: Cli, err: &mut dyn Write) -> Result<Output> {
    // Only the build of a territory needs the data directory, which opening would create.
    if let Command::Edition { command } = &cli.command
        && !matches!(command, EditionCommand::Build(args) if args.mapping.is_none())
    {
        return editions::run(None, command, cli.global.units.into());
    }
    let session = Session::open(&cli.global)?;
    let is_damaged = session.companion.catalogue().was_damaged();
    if is_damaged {
        // If standard error is closed, the JSON and the exit status still report the damage.
        let _ = writeln!(err, "jalon: {DAMAGED}");
    }
    let refreshes = matches!(cli.command, Command::Refresh(_));
    let mut output = run_command(&session, cli.command)?;
    output.hints.append(&mut session.hints.borrow_mut());
    if is_damaged {
        output.json["catalogue_was_damaged"] = true.into();
        output.is_complete &= refreshes;
    }
    Ok(output)
}

fn run_command(session: &Session, command: Command) -> Result<Output> {
    match command {
        Command::Territory { command } => territory::run(session, command),
        Command::Refresh(args) => refresh::refresh(session, &args),
        Command::Download(args) => download::download(session, &args),
        Command::Packs { territory } => packs::packs(session, territory.as_deref()),
        Command::Remove { ids } => packs::remove(session, &ids),
        Command::Edition { command } => editions::run(Some(session), &command, session.units),
        Command::Report { command } => reports::run(session, command),
        Command::Send { allow_http } => reports::send(session, allow_http),
        Command::Favourite { command } => favourites::run(session, command),
        Command::Note { command } => notes::run(session, command),
        Command::Guide(args) => guide::guide(session, args),
        Command::Record(args) => tracks::record(session, args),
        Command::Track { command } => tracks::run(session, command),
        Command::Changes { territory, since } => changes::changes(session, territory.as_deref(), since.as_deref()),
        Command::Treks(args) => treks::treks(session, &args),
        Command::Trek { id, past } => trek::trek(session, &id, past),
        Command::Near(args) => near::near(session, &args),
        Command::Features(args) => features::features(session, &args),
        Command::Sos(args) => sos::sos(session, &args),
        Command::Check(args) => check::check(session, &args),
        Command::Status => status::status(session),
        Command::Export { id, output } => export::export(session, &id, &output),
        Command::Map { command: Some(MapCommand::Tile { z, x, y, pack, output }), .. } => {
            map_tile::write(session, (z, x, y), &pack, &output)
        }
        Command::Map { command: Some(MapCommand::Style { pack, output }), .. } => {
            map_style::write(session, &pack, &output)
        }
        Command::Map { id, output, command: None } => {
            // clap requires both unless there is a subcommand.
            map::map(session, &id.unwrap_or_default(), &output.unwrap_or_default())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn language_tag_keeps_the_region() {
        assert_eq!(language_tag("pt_BR.UTF-8").as_deref(), Some("pt-BR"));
        assert_eq!(language_tag("fr").as_deref(), Some("fr"));
        assert_eq!(language_tag("C.UTF-8"), None);
    }
}
