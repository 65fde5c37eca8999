//! Ids from the names that a user types: territories, treks, and values of filters.

use std::collections::{BTreeSet, HashMap};

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

/// The values of a filter, each by its id, by its name in any language, or by words of the name or their beginnings;
/// accents and case are ignored. An argument may hold several values, separated by commas. Each value is its territory's
/// key and its id. Words that several names have are an error, which lists these names.
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
    let find = |argument: &str| -> Result<Vec<(TerritoryId, Id)>> {
        let exact = exact_values(&labels, argument);
        if !exact.is_empty() {
            return Ok(exact);
        }
        let found = values_with_words(&labels, argument);
        let names = known_names(companion, languages, labels.iter().filter(|(key, _)| found.contains(key)))?;
        if names.len() > 1 {
            let rule = format!("must name one value; \"{argument}\" fits {}", names.join(", "));
            return Err(Error::invalid(facet.as_str(), rule).into());
        }
        Ok(found)
    };
    let mut values = Vec::new();
    for argument in arguments {
        let mut found = find(argument)?;
        if found.is_empty() {
            // The whole argument comes first, because a name may contain a comma.
            let parts = argument.split(',').map(&find).collect::<Result<Vec<_>>>()?;
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

/// Labels by a key of their territory, and id.
type Labels<T> = HashMap<(T, Id), Localized>;

/// The entries of a vocabulary with an id, or with a name in any language.
fn exact_values<T: Copy>(labels: &Labels<T>, argument: &str) -> Vec<(T, Id)> {
    let (id, words) = (argument.trim().parse(), fold(argument));
    let has_name = |label: &Localized| !words.is_empty() && label.iter().any(|(_, name)| fold(name) == words);
    let found = labels.iter().filter(|((_, key), label)| id == Ok(*key) || has_name(label));
    found.map(|(key, _)| *key).collect()
}

/// The entries of a vocabulary whose name, in any language, has all the words or words that begin with them. None for a
/// number, which is an id.
fn values_with_words<T: Copy>(labels: &Labels<T>, argument: &str) -> Vec<(T, Id)> {
    let words = fold(argument);
    if words.is_empty() || argument.trim().parse::<Id>().is_ok() {
        return Vec::new();
    }
    let has_words = |name: &str| {
        let name = fold(name);
        words.iter().all(|word| name.iter().any(|own| own.starts_with(word.as_str())))
    };
    let found = labels.iter().filter(|(_, label)| label.iter().any(|(_, name)| has_words(name)));
    found.map(|(key, _)| *key).collect()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_found_by_whole_name_or_by_words() {
        let names = ["Cœur de parc", "Aire d’adhésion", "Parc", "Chien accepté"];
        let labels: Labels<u8> =
            (1..).zip(names).map(|(id, name)| ((1, id), [("fr", name)].into_iter().collect())).collect();
        let ids = |keys: Vec<(u8, Id)>| {
            let mut ids: Vec<Id> = keys.into_iter().map(|(_, id)| id).collect();
            ids.sort_unstable();
            ids
        };
        assert_eq!(ids(exact_values(&labels, "PARC")), [3]);
        assert_eq!(ids(exact_values(&labels, "2")), [2]);
        assert_eq!(ids(exact_values(&labels, "coeur")), [0; 0]);
        for argument in ["coeur", "Cœur", "coeur parc", "coeu"] {
            assert_eq!(ids(values_with_words(&labels, argument)), [1], "{argument}");
        }
        assert_eq!(ids(values_with_words(&labels, "par")), [1, 3]);
        assert_eq!(ids(values_with_words(&labels, "adhesion")), [2]);
        assert_eq!(ids(values_with_words(&labels, "9")), [0; 0]);
        assert_eq!(ids(values_with_words(&labels, "-")), [0; 0]);
    }
}
