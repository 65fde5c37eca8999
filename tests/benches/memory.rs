//! The memory of a process that has a large territory open and answers: the index in memory stands, it has told what is
//! near with names, and has searched. Another one also follows a trek.

use jalon::catalogue::SearchQuery;
use jalon::companion::{NearbyQuery, TrekQuery};
use jalon::model::{Fix, Geometry};
use jalon::{Companion, Directories};

use crate::Done;
use crate::data::{self, Scale, TERRITORY};
use crate::measure::{Table, argument, bytes, spawn, tell, timed};
use crate::open::text;

pub(crate) const JALON: &str = "memory";

pub(crate) fn row(scale: &Scale) -> Done {
    let directory = tempfile::tempdir()?;
    // Areas aside, this many POIs make the 50,000 of the design.
    let pois = scale.pois + scale.treks + scale.areas;
    data::fill(directory.path(), data::objects(&data::territory(scale.treks, pois), 0))?;
    let title = format!("Peak memory, {} treks and {pois} POIs open", scale.treks);
    let mut table = Table::new(&title, "≤ 32 MB", &["", "peak"]);
    let questions = scale.questions;
    for (name, questions, fixes) in [
        ("Jalon, near and search answered", questions, 0),
        ("Jalon, a trek followed for 5,000 fixes", 0, 5_000),
        ("Jalon, all of it", questions, 5_000),
    ] {
        let told = spawn(JALON, &[&text(directory.path())?, &questions.to_string(), &fixes.to_string()])?;
        table.row([name.to_owned(), told.peak.map_or_else(|| "not told here".to_owned(), bytes)]);
    }
    table.print();
    Ok(())
}

pub(crate) fn jalon(arguments: &[String]) -> Done {
    let questions = data::questions(argument(arguments, 1)?.parse()?);
    let fixes: usize = argument(arguments, 2)?.parse()?;
    let (took, answered) = timed(|| -> Done<_> {
        let companion = Companion::open(&Directories::within(argument(arguments, 0)?))?;
        follow(&companion, fixes)?;
        if questions.is_empty() {
            return Ok(1);
        }
        companion.warm_up()?;
        for from in &questions {
            companion.nearest(*from, &NearbyQuery { limit: 10, ..NearbyQuery::default() }, &["fr"])?;
        }
        Ok(companion
            .search(&SearchQuery { text: "crete".to_owned(), limit: 20, ..SearchQuery::default() }, &["fr"])?
            .total)
    });
    if answered? == 0 {
        return Err("nothing is found".into());
    }
    tell(took, "done")
}

/// Follows the first trek with a line, a vertex every 10 seconds.
fn follow(companion: &Companion, fixes: usize) -> Done {
    if fixes == 0 {
        return Ok(());
    }
    let page = companion.treks(&TrekQuery { limit: 20, ..TrekQuery::default() }, &["fr"])?;
    let trek = page.items.iter().find(|trek| trek.stats.length_m.is_some()).ok_or("no trek has a line")?;
    let details = companion.trek_details(TERRITORY, trek.id, &[])?;
    let vertices = details.trek.geometry.as_ref().map(Geometry::lines).unwrap_or_default().concat();
    let mut guide = companion.guide(TERRITORY, trek.id, Some(1_780_000_000_000), &["fr"])?;
    for (index, vertex) in vertices.iter().cycle().take(fixes).enumerate() {
        let fix = Fix { accuracy_m: Some(5.0), ..Fix::new(*vertex, 1_780_000_000_000 + index as i64 * 10_000) };
        guide.update(&fix);
    }
    Ok(())
}
