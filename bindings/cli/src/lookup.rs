//! Ids from the names that a user types: territories, treks, and values of filters.

use std::collections::BTreeSet;

use jalon::catalogue::{Facet, fold};
use jalon::model::{Id, Localized};
use jalon::{Companion, Error, TerritoryId};

use crate::error::{CliError, Result};

/// How many known values an error lists.
const MAX_SUGGESTIONS: usize = 12;

/// The territory and id of an object, from `pne/31`, or from `31` if there is only one territory.
pub(crate) fn object_ref(companion: &Companion, reference: &str) -> Result<(String, Id)> {
    let (territory, id) = match reference.split_once('/') {
        Some((territory, id)) => (Some(territory), id),
        None => (None, reference),
    };
    let invalid =
        |_| CliError::invalid("id", "must be the server's number, such as 31, or TERRITORY/ID, such as pne/31");
    let id: Id = id.parse().map_err(invalid)?;
    if let Some(territory) = territory {
        return Ok((territory.to_owned(), id));
    }
    let territories = companion.catalogue().territories()?;
    let choices: Vec<String> = territories.iter().map(|territory| format!("{}/{id}", territory.name)).collect();
    let rule = format!("must name one of the territories: {}", choices.join(", "));
    Ok((single_territory(companion, "id", rule)?, id))
}

/// The name of the only territory. `rule` is the error if there are several.
pub(crate) fn single_territory(companion: &Companion, field: &'static str, rule: String) -> Result<String> {
    match companion.catalogue().territories()?.as_slice() {
        [territory] => Ok(territory.name.clone()),
        [] => Err(CliError::NoTerritory),
        _ => Err(CliError::invalid(field, rule)),
    }
}

/// The territory that `--territory` names, or else the only one.
pub(crate) fn territory_or_single(companion: &Companion, name: Option<&str>) -> Result<String> {
    match name {
        Some(name) => Ok(companion.catalogue().territory(name)?.name),
        None => {
            let rule = "must be given with --territory, because there are several territories";
            single_territory(companion, "territory", rule.to_owned())
        }
    }
}

/// The values of a filter, each by its id or by its name in any language; accents and case are ignored. An argument may
/// hold several values, separated by commas. Each value is its territory's key and its id.
pub(crate) fn facet_values(
    companion: &Companion,
    languages: &[&str],
    facet: Facet,
    arguments: &[String],
) -> Result<Vec<(TerritoryId, Id)>> {
    if arguments.is_empty() {
        return Ok(Vec::new());
    }
    let labels = companion.catalogue().labels(facet.vocabulary().unwrap_or(facet.as_str()))?;
    let find = |argument: &str| -> Vec<(TerritoryId, Id)> {
        let (id, folded) = (argument.trim().parse(), fold(argument));
        let matches = |key: Id, label: &Localized| {
            id == Ok(key) || label.iter().any(|(_, name)| !folded.is_empty() && fold(name) == folded)
        };
        labels.iter().filter(|((_, id), label)| matches(*id, label)).map(|(key, _)| *key).collect()
    };
    let mut values = Vec::new();
    for argument in arguments {
        let mut found = find(argument);
        if found.is_empty() {
            // The whole argument comes first, because a name may contain a comma.
            let parts: Vec<_> = argument.split(',').map(&find).collect();
            if parts.iter().all(|found| !found.is_empty()) {
                found = parts.concat();
            }
        }
        if found.is_empty() {
            let rule = match known_names(companion, languages, &labels)?.as_slice() {
                [] => "must not be used: no territory has any".to_owned(),
                names => format!("must be one of {}; \"{argument}\" is none of them", names.join(", ")),
            };
            return Err(Error::invalid(facet.as_str(), rule).into());
        }
        values.extend(found);
    }
    Ok(values)
}

/// The first names of a vocabulary, in the preferred languages.
fn known_names<'l>(
    companion: &Companion,
    languages: &[&str],
    labels: impl IntoIterator<Item = (&'l (TerritoryId, Id), &'l Localized)>,
) -> Result<Vec<String>> {
    let territories = companion.catalogue().territories()?;
    let names = labels.into_iter().filter_map(|((key, _), label)| {
        let territory = territories.iter().find(|territory| territory.key == *key);
        let default = territory.map(|territory| territory.default_language.as_str());
        let preferred: Vec<&str> = languages.iter().copied().chain(default).collect();
        Some(label.find(&preferred)?.text.to_owned())
    });
    Ok(names.collect::<BTreeSet<String>>().into_iter().take(MAX_SUGGESTIONS).collect())
}
