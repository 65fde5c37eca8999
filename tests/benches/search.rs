//! Search as you type: names and texts of 2,000 treks, 150 words each, asked for after every letter of two words that
//! stand in one of them. An answer is the best twenty. FTS5 as it comes ignores accents too (`remove_diacritics`); `LIKE`
//! is given a column without accents, with a blank before every word, and no order but the name's.

use std::collections::BTreeSet;
use std::time::Duration;

use jalon::catalogue::{SearchQuery, TrekSort, fold};
use jalon::companion::TrekQuery;
use jalon::model::{Kind, RichText, Trek};
use jalon::{Companion, Directories};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rusqlite::Connection;

use crate::Done;
use crate::data::{self, Scale, Text};
use crate::measure::{Contender, compare, timed};

const COUNT: usize = 20;

pub(crate) fn row(scale: &Scale) -> Done {
    let texts = data::texts(scale.treks);
    let directory = tempfile::tempdir()?;
    let treks = texts.iter().enumerate().map(|(id, text)| {
        let description = RichText { plain: Text::localized(&text.body), html: Text::localized(&text.body) };
        Trek { id: id as i64, name: Text::localized(&text.name), description, ..Trek::default() }.into()
    });
    data::fill(directory.path(), treks.collect())?;
    let companion = Companion::open(&Directories::within(directory.path()))?;
    let peer = peer(&directory.path().join("peer.sqlite"), &texts)?;
    let typed = typed(&texts, scale.questions / 100 + 1);
    for text in &typed {
        check(&companion, &peer, text)?;
    }
    let find = |text: &str| companion.search(&query(text, COUNT), &["fr"]);
    let list = |text: &str| {
        let query =
            TrekQuery { text: Some(text.to_owned()), sort: TrekSort::Relevance, limit: COUNT, ..TrekQuery::default() };
        companion.treks(&query, &["fr"])
    };
    compare(
        &format!("Search as you type, {} treks × 150 words, {} questions", texts.len(), typed.len()),
        "p99 ≤ 5 ms",
        scale.long_rounds,
        vec![
            Contender::new("Jalon, search", || each(&typed, |text| Ok(find(text)?.items.len()))),
            Contender::new("Jalon, list of treks", || each(&typed, |text| Ok(list(text)?.items.len()))),
            Contender::new("FTS5 raw", || each(&typed, |text| best_of_fts(&peer, text))),
            Contender::new("LIKE", || each(&typed, |text| first_of_like(&peer, text))),
        ],
    )
}

/// What people have typed after each letter.
fn typed(texts: &[Text], phrases: usize) -> Vec<String> {
    let mut rng = ChaCha8Rng::seed_from_u64(data::SEED + 3);
    let mut typed = Vec::new();
    for _ in 0..phrases {
        let text = &texts[rng.random_range(0..texts.len())];
        let mut word = |of: &str| {
            let words: Vec<&str> = of.split(' ').collect();
            words[rng.random_range(0..words.len())].to_owned()
        };
        let phrase = format!("{} {}", word(&text.name), word(&text.body));
        let ends = phrase.char_indices().map(|(at, letter)| at + letter.len_utf8());
        typed.extend(ends.map(|end| phrase[..end].to_owned()).filter(|typed| !typed.ends_with(' ')));
    }
    typed
}

fn each(typed: &[String], ask: impl Fn(&str) -> Done<usize>) -> Done<Vec<Duration>> {
    let ask = |text: &String| {
        let (took, answer) = timed(|| ask(text));
        if answer? > 0 { Ok(took) } else { Err(format!("nothing has “{text}”").into()) }
    };
    typed.iter().map(ask).collect()
}

fn peer(path: &std::path::Path, texts: &[Text]) -> Done<Connection> {
    let mut connection = Connection::open(path)?;
    connection.execute_batch(
        "PRAGMA journal_mode = wal;
         CREATE VIRTUAL TABLE raw USING fts5(name, body, tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3');
         CREATE TABLE folded (id INTEGER PRIMARY KEY, name TEXT NOT NULL, words TEXT NOT NULL);",
    )?;
    let transaction = connection.transaction()?;
    for (id, text) in texts.iter().enumerate() {
        transaction
            .prepare_cached("INSERT INTO raw (rowid, name, body) VALUES (?1, ?2, ?3)")?
            .execute((id as i64, &text.name, &text.body))?;
        let words = [fold(&text.name), fold(&text.body)].concat();
        transaction.prepare_cached("INSERT INTO folded VALUES (?1, ?2, ?3)")?.execute((
            id as i64,
            &text.name,
            format!(" {}", words.join(" ")),
        ))?;
    }
    transaction.commit()?;
    Ok(connection)
}

/// Every word quoted, as an app must, and each a beginning.
fn expression(text: &str) -> String {
    let words: Vec<String> = text.split(' ').map(|word| format!("\"{word}\"*")).collect();
    words.join(" AND ")
}

fn best_of_fts(peer: &Connection, text: &str) -> Done<usize> {
    let mut statement =
        peer.prepare_cached("SELECT rowid, name FROM raw WHERE raw MATCH ?1 ORDER BY bm25(raw, 10.0, 1.0) LIMIT ?2")?;
    let rows = statement.query_map((expression(text), COUNT as i64), |row| row.get::<_, String>(1))?;
    Ok(rows.collect::<Result<Vec<_>, _>>()?.len())
}

/// The condition for `LIKE`: folded words have neither `%` nor `_`.
fn like(text: &str) -> String {
    let words: Vec<String> = fold(text).iter().map(|word| format!("words LIKE '% {word}%'")).collect();
    words.join(" AND ")
}

fn first_of_like(peer: &Connection, text: &str) -> Done<usize> {
    let sql = format!("SELECT id, name FROM folded WHERE {} ORDER BY name LIMIT {COUNT}", like(text));
    let mut statement = peer.prepare(&sql)?;
    let rows = statement.query_map([], |row| row.get::<_, String>(1))?;
    Ok(rows.collect::<Result<Vec<_>, _>>()?.len())
}

fn query(text: &str, limit: usize) -> SearchQuery {
    SearchQuery { text: text.to_owned(), kinds: vec![Kind::Trek], limit, ..SearchQuery::default() }
}

/// Fails where Jalon and its peers do not find the same treks.
fn check(companion: &Companion, peer: &Connection, text: &str) -> Done {
    let hits = companion.search(&query(text, usize::MAX), &["fr"])?;
    let own: BTreeSet<i64> = hits.items.iter().map(|hit| hit.id).collect();
    let ids = |sql: &str, parameters: &[&dyn rusqlite::ToSql]| -> Done<BTreeSet<i64>> {
        let mut statement = peer.prepare(sql)?;
        let rows = statement.query_map(parameters, |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    };
    let raw = ids("SELECT rowid FROM raw WHERE raw MATCH ?1", &[&expression(text)])?;
    let liked = ids(&format!("SELECT id FROM folded WHERE {}", like(text)), &[])?;
    if own == raw && own == liked {
        return Ok(());
    }
    Err(format!("“{text}”: Jalon finds {}, FTS5 {}, LIKE {}", own.len(), raw.len(), liked.len()).into())
}
