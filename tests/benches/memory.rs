//! The memory of a process that has a large territory open and answers: the index in memory stands, it has told what is
//! near with names, and has searched.

use jalon::catalogue::SearchQuery;
use jalon::companion::NearbyQuery;
use jalon::{Companion, Directories};

use crate::Done;
use crate::data::{self, Scale};
use crate::measure::{Table, argument, bytes, spawn, tell, timed};
use crate::open::text;

pub(crate) const JALON: &str = "memory";

pub(crate) fn row(scale: &Scale) -> Done {
    let directory = tempfile::tempdir()?;
    // Areas aside, this many POIs make the 50,000 of the design.
    let pois = scale.pois + scale.treks + scale.areas;
    data::fill(directory.path(), data::objects(&data::territory(scale.treks, pois), 0))?;
    let told = spawn(JALON, &[&text(directory.path())?, &scale.questions.to_string()])?;
    let title = format!("Peak memory, {} treks and {pois} POIs open, near and search answered", scale.treks);
    let mut table = Table::new(&title, "≤ 32 MB", &["", "peak"]);
    table.row(["Jalon".to_owned(), told.peak.map_or_else(|| "not told here".to_owned(), bytes)]);
    table.print();
    Ok(())
}

pub(crate) fn jalon(arguments: &[String]) -> Done {
    let questions = data::questions(argument(arguments, 1)?.parse()?);
    let (took, answered) = timed(|| -> Done<_> {
        let companion = Companion::open(&Directories::within(argument(arguments, 0)?))?;
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
