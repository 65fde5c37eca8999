//! What each command does: asks the companion, and says the answer in both forms.

mod changes;
mod draw;
mod journal;
mod online;
mod packs;
mod refresh;
mod reports;
mod show;
mod status;
mod treks;

use std::path::PathBuf;

use etcetera::BaseStrategy;
use jalon::companion::{Companion, Directories};
use jalon::{Error, Result};

use crate::answer::{Answer, Failure};
use crate::arguments::{Arguments, Command, Global};
use crate::measure::Units;

/// What every command has at hand.
pub(crate) struct Session {
    companion: Companion,
    languages: Vec<String>,
    units: Units,
}

impl Session {
    fn open(global: &Global) -> Result<Session> {
        let data = match &global.data {
            Some(data) => data.clone(),
            None => default_data()?,
        };
        let companion = Companion::open(&Directories::within(data))?;
        let languages = if global.lang.is_empty() { languages_of_the_shell() } else { global.lang.clone() };
        Ok(Session { companion, languages, units: global.units.into() })
    }

    fn languages(&self) -> Vec<&str> {
        self.languages.iter().map(String::as_str).collect()
    }
}

fn default_data() -> Result<PathBuf> {
    let strategy = etcetera::choose_base_strategy()
        .map_err(|_| Error::invalid("data", "there is no home folder: say where with --data DIR"))?;
    Ok(strategy.data_dir().join("jalon"))
}

/// `fr_FR.UTF-8` wants French.
fn languages_of_the_shell() -> Vec<String> {
    let locale = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().filter_map(|name| std::env::var(name).ok());
    let locale = locale.into_iter().find(|locale| !locale.is_empty()).unwrap_or_default();
    let language = locale.split(['_', '.', '@']).next().unwrap_or_default().to_lowercase();
    if language.is_empty() || language == "c" || language == "posix" { Vec::new() } else { vec![language] }
}

pub(crate) fn run(arguments: Arguments) -> Result<Answer, Failure> {
    let session = Session::open(&arguments.global)?;
    Ok(match arguments.command {
        Command::Territory { command } => status::territory(&session, command)?,
        Command::Refresh(arguments) => refresh::run(&session, &arguments)?,
        Command::Download(arguments) => packs::download(&session, &arguments)?,
        Command::Packs { territory } => packs::packs(&session, territory.as_deref())?,
        Command::Remove { ids } => packs::remove(&session, &ids)?,
        Command::Report { command } => reports::run(&session, command)?,
        Command::Send { allow_http } => reports::send(&session, allow_http)?,
        Command::Favourite { command } => journal::favourites(&session, command)?,
        Command::Note { command } => journal::notes(&session, command)?,
        Command::Changes { territory, since } => changes::changes(&session, territory.as_deref(), since.as_deref())?,
        Command::Treks(arguments) => treks::treks(&session, &arguments)?,
        Command::Trek { id } => show::trek(&session, &id)?,
        Command::Near(arguments) => treks::near(&session, &arguments)?,
        Command::Status => status::status(&session)?,
        Command::Export { id, output } => draw::export(&session, &id, &output)?,
        Command::Map { id, output } => draw::map(&session, &id, &output)?,
    })
}
