//! Full-text search: SQLite's FTS5 over folded words. `jalon_search` says whose text a row of `jalon_search_words` is,
//! which keeps no text of its own. Terms are not found: they are labels of other objects, and have no page to open.

pub(super) mod text_fold;

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension};
use serde::Serialize;

use super::{Catalogue, Territory};
use crate::error::{Error, Result};
use crate::model::{Id, Kind, Localized, Object, RichText};

/// The tables. Words are folded before they come here, so that the plainest tokenizer is the right one.
pub(super) const TABLES: &str = "
CREATE TABLE jalon_search (
  row INTEGER PRIMARY KEY AUTOINCREMENT, territory INTEGER NOT NULL, kind TEXT NOT NULL, id INTEGER NOT NULL, names TEXT,
  UNIQUE (territory, kind, id));
CREATE VIRTUAL TABLE jalon_search_words USING fts5(
  name, summary, body, around, content='', contentless_delete=1, tokenize='ascii', prefix='1 2 3');
";

/// What a search found.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct SearchResults {
    /// How many objects match, on this page or not.
    pub total: usize,
    /// One page of them, the best first.
    pub items: Vec<SearchHit>,
}

/// One object that a search found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SearchHit {
    /// Short name of its territory.
    pub territory: String,
    /// What sort of thing it is.
    pub kind: Kind,
    /// The server's number.
    pub id: Id,
    /// Its name; empty where it has none.
    pub name: String,
    /// Language of that name.
    pub lang: String,
    /// Where the words stand in the name: start and end in bytes of its UTF-8, in their order. Empty where they were
    /// found elsewhere in the object, or in its name in another language.
    pub highlights: Vec<(usize, usize)>,
    /// How well it matches: more is better. Only to compare hits of one search.
    pub score: f64,
}

impl Catalogue {
    /// Finds objects by their words, whatever their accents, capitals, ligatures, hyphens and apostrophes, in every
    /// language and every territory. Every word of `text` must be there, whole or as the beginning of one; the first 32
    /// count. `kinds` limits what is found, unless it is empty; `languages` is the order in which names are wanted.
    /// The best come first (a name counts more than a teaser, a teaser more than the rest, and what lies around a trek least), like ones by name, then
    /// number. A `text` without a letter or a digit is [`Error::InvalidInput`].
    pub fn search(
        &self,
        text: &str,
        kinds: &[Kind],
        languages: &[&str],
        limit: usize,
        offset: usize,
    ) -> Result<SearchResults> {
        let query = expression(text).ok_or_else(|| Error::invalid("text", "at least one letter or digit"))?;
        self.read(|connection| {
            let mut found = find(connection, &query, kinds)?;
            found.sort_by(|one, other| other.score.total_cmp(&one.score));
            let total = found.len();
            // Names are read of those only that stand on the page, or tie with one who does.
            let page = offset.min(total)..offset.saturating_add(limit).min(total);
            let mut items = Vec::with_capacity(page.len());
            let mut start = 0;
            for like in found.chunk_by(|one, other| one.score == other.score) {
                let end = start + like.len();
                if start < page.end && page.start < end {
                    let mut hits = named(connection, like, languages)?;
                    hits.sort_by_cached_key(|hit| {
                        (text_fold::sort_key(&hit.name), hit.id, hit.kind, hit.territory.clone())
                    });
                    let from = page.start.saturating_sub(start);
                    items.extend(hits.drain(from..(page.end - start).min(like.len())));
                }
                start = end;
            }
            for hit in &mut items {
                hit.highlights =
                    text_fold::highlight(&hit.name, text).into_iter().map(|range| (range.start, range.end)).collect();
            }
            Ok(SearchResults { total, items })
        })
    }

    /// How well each object of a kind matches, as [`Catalogue::search`] would tell: number of its territory, number.
    pub fn scores(&self, text: &str, kind: Kind) -> Result<HashMap<(i64, Id), f64>> {
        let query = expression(text).ok_or_else(|| Error::invalid("text", "at least one letter or digit"))?;
        self.read(|connection| {
            let found = find(connection, &query, &[kind])?;
            Ok(found.into_iter().map(|found| ((found.territory, found.id), found.score)).collect())
        })
    }
}

/// The query in FTS5's language. Folded words are letters and digits only, and quoted, so nothing that a person types
/// is ever syntax.
fn expression(text: &str) -> Option<String> {
    let prefix = |word: &String| format!("\"{word}\"*");
    let words: Vec<String> = text_fold::query_words(text)
        .iter()
        .map(|word| {
            let parts: Vec<String> = word.parts.iter().map(prefix).collect();
            match (&word.joined, parts.is_empty()) {
                (None, _) => parts.join(" AND "),
                (Some(joined), true) => prefix(joined),
                (Some(joined), false) => format!("(({}) OR {})", parts.join(" AND "), prefix(joined)),
            }
        })
        .filter(|word| !word.is_empty())
        .collect();
    (!words.is_empty()).then(|| words.join(" AND "))
}

/// What matches, with how well it does.
struct Match {
    row: i64,
    territory: i64,
    id: Id,
    score: f64,
}

fn find(connection: &Connection, query: &str, kinds: &[Kind]) -> Result<Vec<Match>> {
    let words: Vec<String> = kinds.iter().map(|kind| format!("'{kind}'")).collect();
    let limited = if kinds.is_empty() { String::new() } else { format!(" AND s.kind IN ({})", words.join(", ")) };
    let mut statement = connection.prepare_cached(&format!(
        "SELECT s.row, s.territory, s.id, -bm25(jalon_search_words, 10.0, 4.0, 1.0, 0.5)
           FROM jalon_search_words JOIN jalon_search s ON s.row = jalon_search_words.rowid
           WHERE jalon_search_words MATCH ?1{limited}"
    ))?;
    let rows = statement.query_map([query], |row| {
        Ok(Match { row: row.get(0)?, territory: row.get(1)?, id: row.get(2)?, score: row.get(3)? })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Whose the rows are.
fn named(connection: &Connection, matches: &[Match], languages: &[&str]) -> Result<Vec<SearchHit>> {
    let mut statement = connection.prepare_cached(
        "SELECT t.name, t.default_language, s.kind, s.id, s.names FROM jalon_search s
           JOIN jalon_territory t ON t.territory = s.territory WHERE s.row = ?1",
    )?;
    let mut hits = Vec::with_capacity(matches.len());
    let damaged = || Error::Corrupt { detail: "a row of the search cannot be read".to_owned() };
    for Match { row, score, .. } in matches {
        let mut found = statement.query([row])?;
        let row = found.next()?.ok_or_else(damaged)?;
        let default_language: String = row.get(1)?;
        let kind: String = row.get(2)?;
        let names: Option<String> = row.get(4)?;
        let names: Localized =
            names.map_or(Ok(Localized::default()), |json| serde_json::from_str(&json)).map_err(|_| damaged())?;
        let mut wanted = languages.to_vec();
        wanted.push(&default_language);
        let (lang, name) =
            names.find(&wanted).map(|found| (found.lang.to_owned(), found.text.to_owned())).unwrap_or_default();
        hits.push(SearchHit {
            territory: row.get(0)?,
            kind: kind.parse().map_err(|_| damaged())?,
            id: row.get(3)?,
            name,
            lang,
            highlights: Vec::new(),
            score: *score,
        });
    }
    Ok(hits)
}

/// The words of one object, on their way into the index.
#[derive(Debug)]
pub(super) struct Words {
    territory: i64,
    kind: Kind,
    id: Id,
    names: Option<String>,
    /// Name, summary, body, around.
    columns: [String; 4],
}

impl Words {
    /// The words of an object. `route_items` are texts of what belongs to it.
    pub(super) fn of(territory: &Territory, object: &Object, names: Option<String>, around: &[Localized]) -> Words {
        let (summary, body) = texts(object);
        let columns = [object.name().into_iter().collect(), summary, body, around.iter().collect()];
        let columns = columns.map(|texts| folded(&texts));
        Words { territory: territory.key, kind: object.kind(), id: object.id(), names, columns }
    }

    pub(super) fn bytes(&self) -> usize {
        self.columns.iter().map(String::len).sum()
    }
}

/// Writes words in the place of those that their objects had. Many at a time, and all into FTS5 in one go: it sorts what
/// it was given whenever another statement comes in between that could fail half-way.
pub(super) fn write(connection: &Connection, words: &mut Vec<Words>) -> Result<()> {
    let mut rows = Vec::with_capacity(words.len());
    let mut insert =
        connection.prepare_cached("INSERT INTO jalon_search (territory, kind, id, names) VALUES (?1, ?2, ?3, ?4)")?;
    let mut old = Vec::new();
    for words in words.drain(..) {
        old.extend(take_row(connection, words.territory, words.kind, words.id)?);
        if words.columns.iter().any(|column| !column.is_empty()) {
            insert.execute((words.territory, words.kind.as_str(), words.id, words.names))?;
            rows.push((connection.last_insert_rowid(), words.columns));
        }
    }
    let mut delete = connection.prepare_cached("DELETE FROM jalon_search_words WHERE rowid = ?1")?;
    for row in old {
        delete.execute([row])?;
    }
    let mut insert = connection.prepare_cached(
        "INSERT INTO jalon_search_words (rowid, name, summary, body, around) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?;
    for (row, [name, summary, body, around]) in rows {
        insert.execute((row, name, summary, body, around))?;
    }
    Ok(())
}

/// Removes the row that says whose words they are, and gives its number.
fn take_row(connection: &Connection, territory: i64, kind: Kind, id: Id) -> Result<Option<i64>> {
    let row: Option<i64> = connection
        .prepare_cached("SELECT row FROM jalon_search WHERE territory = ?1 AND kind = ?2 AND id = ?3")?
        .query_row((territory, kind.as_str(), id), |row| row.get(0))
        .optional()?;
    if let Some(row) = row {
        connection.prepare_cached("DELETE FROM jalon_search WHERE row = ?1")?.execute([row])?;
    }
    Ok(row)
}

/// Forgets an object's words.
pub(super) fn remove(connection: &Connection, territory: i64, kind: Kind, id: Id) -> Result<()> {
    if let Some(row) = take_row(connection, territory, kind, id)? {
        connection.prepare_cached("DELETE FROM jalon_search_words WHERE rowid = ?1")?.execute([row])?;
    }
    Ok(())
}

/// Forgets the words of a whole territory.
pub(super) fn remove_all(connection: &Connection, territory: &Territory) -> Result<()> {
    connection.execute(
        "DELETE FROM jalon_search_words WHERE rowid IN (SELECT row FROM jalon_search WHERE territory = ?1)",
        [territory.key],
    )?;
    connection.execute("DELETE FROM jalon_search WHERE territory = ?1", [territory.key])?;
    Ok(())
}

fn folded(texts: &[&Localized]) -> String {
    let words: Vec<String> =
        texts.iter().flat_map(|text| text.iter()).flat_map(|(_, text)| text_fold::fold(text)).collect();
    words.join(" ")
}

/// What an object says beside its name: in short (places and teaser), and at length.
fn texts(object: &Object) -> (Vec<&Localized>, Vec<&Localized>) {
    fn plain<const N: usize>(texts: [&RichText; N]) -> Vec<&Localized> {
        texts.map(|text| &text.plain).to_vec()
    }
    match object {
        Object::Trek(o) => (
            vec![&o.departure, &o.arrival, &o.description_teaser.plain],
            plain([
                &o.description,
                &o.ambiance,
                &o.access,
                &o.advice,
                &o.advised_parking,
                &o.gear,
                &o.public_transport,
                &o.ratings_description,
                &o.disabled_infrastructure,
                &o.accessibility_advice,
                &o.accessibility_covering,
                &o.accessibility_exposure,
                &o.accessibility_signage,
                &o.accessibility_slope,
                &o.accessibility_width,
            ]),
        ),
        Object::Poi(o) => (vec![&o.type_label], plain([&o.description])),
        Object::TouristicContent(o) => {
            (plain([&o.description_teaser]), plain([&o.description, &o.practical_info, &o.accessibility, &o.contact]))
        }
        Object::TouristicEvent(o) => {
            let mut body = plain([&o.description, &o.practical_info, &o.accessibility, &o.booking, &o.contact]);
            body.extend([&o.target_audience, &o.cancellation_reason]);
            (vec![&o.meeting_point, &o.description_teaser.plain], body)
        }
        Object::SensitiveArea(o) => (Vec::new(), plain([&o.description, &o.contact])),
        Object::InformationDesk(o) => (vec![&o.type_label], plain([&o.description, &o.accessibility])),
        Object::Signage(o) => (Vec::new(), plain([&o.description])),
        Object::Infrastructure(o) => (Vec::new(), plain([&o.description, &o.accessibility])),
        Object::Site(o) => (
            plain([&o.description_teaser]),
            plain([&o.description, &o.ambiance, &o.advice, &o.accessibility, &o.period]),
        ),
        Object::Course(o) => (
            Vec::new(),
            plain([&o.description, &o.advice, &o.equipment, &o.gear, &o.accessibility, &o.ratings_description]),
        ),
        Object::HdView(o) => (Vec::new(), plain([&o.legend])),
        Object::FlatPage(o) => (Vec::new(), plain([&o.content])),
        Object::MenuItem(o) => (vec![&o.page_title], Vec::new()),
        Object::Service(_) | Object::City(_) | Object::District(_) | Object::Term(_) => (Vec::new(), Vec::new()),
    }
}
