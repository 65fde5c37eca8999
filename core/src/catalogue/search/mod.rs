//! Full-text search: SQLite's FTS5 over folded words. `jalon_search_words` is the index, without the texts; `jalon_search`
//! maps its rows to objects. Terms are not indexed: they are labels of other objects and have no page to open.

pub(super) mod text_fold;

use std::collections::{HashMap, HashSet};

use rusqlite::{Connection, OptionalExtension};
use serde::Serialize;

use super::{Catalogue, Territory, read};
use crate::error::{Error, Result};
use crate::id::TerritoryId;
use crate::model::event_dates::last_day;
use crate::model::fields::{Field, TextUse};
use crate::model::{EventDates, Id, Kind, Localized, Object};

/// The tables. Words are folded before they are indexed, so the simplest tokenizer is enough.
pub(super) const TABLES: &str = "
CREATE TABLE jalon_search (
  row INTEGER PRIMARY KEY AUTOINCREMENT, territory INTEGER NOT NULL, kind TEXT NOT NULL, id INTEGER NOT NULL, names TEXT,
  name_keys TEXT,
  UNIQUE (territory, kind, id));
CREATE VIRTUAL TABLE jalon_search_words USING fts5(
  name, summary, body, around, content='', contentless_delete=1, tokenize='ascii', prefix='1 2 3');
";

/// Words to search for, selection and page of a search.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SearchQuery {
    /// Words, or starts of words, that the texts of an object must have. A text without a letter and a digit finds nothing.
    pub text: String,
    /// Kinds to find; empty for all.
    pub kinds: Vec<Kind>,
    /// Whether to find touristic events that have ended, too.
    pub past_events: bool,
    /// Maximum number of objects on the page.
    pub limit: usize,
    /// Number of objects before the page.
    pub offset: usize,
}

/// Result of a search.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct SearchResults {
    /// Number of matching objects on all pages.
    pub total: usize,
    /// Objects of this page, the best match first.
    pub items: Vec<SearchHit>,
}

/// One object that matches a search.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SearchHit {
    /// Short name of its territory.
    pub territory: String,
    /// Kind of the object.
    pub kind: Kind,
    /// Identifier on the server.
    pub id: Id,
    /// Name, or the label of its type if it has none, as services have; empty if there is neither.
    pub name: String,
    /// Language of the name.
    pub lang: String,
    /// Matching words of the name: start and end in bytes of its UTF-8, in order. Empty if the match is elsewhere in the
    /// object, or in its name in another language.
    pub highlights: Vec<(usize, usize)>,
    /// Score of the match; higher is better. Comparable within one search only.
    pub score: f64,
    /// Its dates, if it is a touristic event.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub event: Option<EventDates>,
    /// Time at which a refresh noticed that the server no longer publishes the object, Unix ms. A pack keeps such an object.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub withdrawn_ms: Option<i64>,
}

impl Catalogue {
    /// Finds objects by their words; see [`Companion::search`](crate::Companion::search). `today` is the current day,
    /// YYYY-MM-DD.
    ///
    /// # Errors
    /// [`Error::Closed`], [`Error::Corrupt`] and errors of the disk.
    #[doc(hidden)]
    pub fn search(&self, query: &SearchQuery, languages: &[&str], today: &str) -> Result<SearchResults> {
        let SearchQuery { text, kinds, past_events, limit, offset } = query;
        let (limit, offset) = (*limit, *offset);
        let Some(query) = Query::new(text) else { return Ok(SearchResults::default()) };
        self.read(|connection| {
            let mut found = find(connection, &query, kinds)?;
            if !past_events {
                found = without_past_events(connection, found, today)?;
            }
            found.sort_unstable_by(|one, other| other.score.total_cmp(&one.score));
            let total = found.len();
            // Only names of objects on the page are read, and of objects with the same score as one of them.
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
                add_state(connection, hit, today)?;
                hit.highlights =
                    text_fold::highlight(&hit.name, text).into_iter().map(|range| (range.start, range.end)).collect();
            }
            Ok(SearchResults { total, items })
        })
    }

    /// The score of each matching object of a kind, as in [`Catalogue::search`], by territory and id. `None` if the text has
    /// no letter and no digit: such a text selects nothing and excludes nothing.
    pub(crate) fn scores(&self, text: &str, kind: Kind) -> Result<Option<HashMap<(TerritoryId, Id), f64>>> {
        let Some(query) = Query::new(text) else { return Ok(None) };
        self.read(|connection| {
            let found = find(connection, &query, &[kind])?;
            Ok(Some(found.into_iter().map(|found| ((found.territory, found.id), found.score)).collect()))
        })
    }
}

/// A text to search for.
struct Query {
    /// In FTS5's syntax.
    expression: String,
    /// The text as names are compared with it.
    name_key: String,
}

impl Query {
    /// `None` if the text has no letter and no digit.
    fn new(text: &str) -> Option<Query> {
        Some(Query { expression: expression(text)?, name_key: text_fold::sort_key(text) })
    }
}

/// The query in FTS5's syntax. Folded words are letters and digits only, and quoted, so no input is ever syntax.
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

/// A matching row with its score.
struct Match {
    row: i64,
    territory: TerritoryId,
    id: Id,
    is_event: bool,
    score: f64,
}

/// Added to the score of a match for each step from texts to words of the name, start of the name and whole name. The score
/// of FTS5 stays below: each of at most 32 compounds of 8 words adds less than 40.
const NAME_STEP: f64 = 100_000.0;

fn find(connection: &Connection, query: &Query, kinds: &[Kind]) -> Result<Vec<Match>> {
    let in_names = format!("{{name}} : ({})", query.expression);
    let mut statement =
        connection.prepare_cached("SELECT rowid FROM jalon_search_words WHERE jalon_search_words MATCH ?1")?;
    let in_names: HashSet<i64> = statement.query_map([in_names], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    let words: Vec<String> = kinds.iter().map(|kind| format!("'{kind}'")).collect();
    let limited = if kinds.is_empty() { String::new() } else { format!(" AND s.kind IN ({})", words.join(", ")) };
    let mut statement = connection.prepare_cached(&format!(
        "SELECT s.row, s.territory, s.id, -bm25(jalon_search_words, 10.0, 4.0, 1.0, 0.5),
             (instr(name_keys, ?2) > 0) + (instr(name_keys, ?3) > 0), s.kind = 'touristic_event'
           FROM jalon_search_words JOIN jalon_search s ON s.row = jalon_search_words.rowid
           WHERE jalon_search_words MATCH ?1{limited}"
    ))?;
    // Each key stands between two line feeds.
    let (start, whole) = (format!("\n{}", query.name_key), format!("\n{}\n", query.name_key));
    let rows = statement.query_map([&query.expression, &start, &whole], |row| {
        let (row_id, score): (i64, f64) = (row.get(0)?, row.get(3)?);
        let name_steps = row.get::<_, Option<u8>>(4)?.unwrap_or_default() + u8::from(in_names.contains(&row_id));
        let score = score + NAME_STEP * f64::from(name_steps);
        Ok(Match { row: row_id, territory: row.get(1)?, id: row.get(2)?, is_event: row.get(5)?, score })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// The matches without touristic events whose last day is before `today`.
fn without_past_events(connection: &Connection, matches: Vec<Match>, today: &str) -> Result<Vec<Match>> {
    let mut statement = connection
        .prepare_cached("SELECT begin_date, end_date FROM touristic_event WHERE territory = ?1 AND id = ?2")?;
    let mut kept = Vec::with_capacity(matches.len());
    for found in matches {
        let mut is_past = false;
        if found.is_event {
            let dates =
                statement.query_row((found.territory, found.id), |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
            let (begin, end): (Option<String>, Option<String>) = dates.unwrap_or_default();
            is_past = last_day(begin.as_deref(), end.as_deref()).is_some_and(|last| last < today);
        }
        if !is_past {
            kept.push(found);
        }
    }
    Ok(kept)
}

/// The objects of the rows, with their names.
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
            event: None,
            withdrawn_ms: None,
        });
    }
    Ok(hits)
}

/// Reads when the server withdrew the object of a hit, and the dates of an event.
fn add_state(connection: &Connection, hit: &mut SearchHit, today: &str) -> Result<()> {
    let sql = format!(
        "SELECT o.withdrawn_ms, {} FROM {} o JOIN jalon_territory t ON t.territory = o.territory
           WHERE t.name = ?1 AND o.id = ?2",
        read::event_columns(hit.kind),
        hit.kind
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let row = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, (row.get(1)?, row.get(2)?, row.get(3)?)));
    if let Some((withdrawn_ms, (begin, end, cancelled))) =
        statement.query_row((&hit.territory, hit.id), row).optional()?
    {
        hit.withdrawn_ms = withdrawn_ms;
        hit.event = (hit.kind == Kind::TouristicEvent).then(|| EventDates::new(begin, end, cancelled, today));
    }
    Ok(())
}

/// The words of one object, to be indexed.
#[derive(Debug)]
pub(super) struct Words {
    territory: TerritoryId,
    kind: Kind,
    id: Id,
    names: Option<String>,
    /// The names as texts are compared with them, each between two line feeds.
    name_keys: Option<String>,
    /// The columns of the index: name, summary, body, around.
    columns: [String; 4],
}

impl Words {
    /// The words of an object. `name` is the label of its type if it has no name of its own. `around` are texts of the objects
    /// along a trek.
    pub(super) fn of(territory: &Territory, object: &Object, name: &Localized, around: &[Localized]) -> Result<Words> {
        let columns = [
            vec![name],
            texts(object, &[TextUse::Summary]),
            texts(object, &[TextUse::Description, TextUse::Body]),
            around.iter().collect(),
        ];
        let columns = columns.map(|texts| folded(&texts));
        let names = serde_json::to_string(name).map_err(Error::internal)?;
        let keys: String = name.iter().map(|(_, text)| text_fold::sort_key(text) + "\n").collect();
        let name_keys = (!keys.is_empty()).then(|| format!("\n{keys}"));
        let (territory, kind, id) = (territory.key, object.kind(), object.id());
        Ok(Words { territory, kind, id, names: Some(names), name_keys, columns })
    }

    pub(super) fn bytes(&self) -> usize {
        self.columns.iter().map(String::len).sum()
    }
}

/// Replaces the words of objects. All are written to FTS5 in one sequence, as it sorts its pending words at each other
/// statement that could fail half-way.
pub(super) fn write(connection: &Connection, words: &mut Vec<Words>) -> Result<()> {
    let mut rows = Vec::with_capacity(words.len());
    let mut insert = connection.prepare_cached(
        "INSERT INTO jalon_search (territory, kind, id, names, name_keys) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?;
    let mut old = Vec::new();
    for words in words.drain(..) {
        old.extend(take_row(connection, words.territory, words.kind, words.id)?);
        if words.columns.iter().any(|column| !column.is_empty()) {
            insert.execute((words.territory, words.kind.as_str(), words.id, words.names, words.name_keys))?;
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

/// Removes the row that maps an object to the index, and gives its number.
fn take_row(connection: &Connection, territory: TerritoryId, kind: Kind, id: Id) -> Result<Option<i64>> {
    let row: Option<i64> = connection
        .prepare_cached("SELECT row FROM jalon_search WHERE territory = ?1 AND kind = ?2 AND id = ?3")?
        .query_row((territory, kind.as_str(), id), |row| row.get(0))
        .optional()?;
    if let Some(row) = row {
        connection.prepare_cached("DELETE FROM jalon_search WHERE row = ?1")?.execute([row])?;
    }
    Ok(row)
}

/// Removes the words of an object.
pub(super) fn remove(connection: &Connection, territory: TerritoryId, kind: Kind, id: Id) -> Result<()> {
    if let Some(row) = take_row(connection, territory, kind, id)? {
        connection.prepare_cached("DELETE FROM jalon_search_words WHERE rowid = ?1")?.execute([row])?;
    }
    Ok(())
}

/// Removes the words of a territory.
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

/// The texts of an object that have one of some uses, without markup.
fn texts<'o>(object: &'o Object, uses: &[TextUse]) -> Vec<&'o Localized> {
    let is_wanted = |field: &Field| field.text.is_some_and(|text_use| uses.contains(&text_use));
    let values = object.record().values().filter(|(field, _)| is_wanted(field));
    values.filter_map(|(_, value)| value.plain_text()).collect()
}
