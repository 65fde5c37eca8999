//! The list that an app opens with: the twenty nearest treks of 2,000 with their titles and figures, in a new process.
//! Once with the file in the page cache, and once after the system was told to forget it.

use std::fs::File;
use std::io;
use std::path::Path;
use std::process::Command;

use jalon::catalogue::{FILE_NAME, TrekSort};
use jalon::companion::TrekQuery;
use jalon::{Companion, Directories};

use crate::Done;
use crate::data::{self, Scale};
use crate::measure::{Contender, argument, compare, spawn, tell, timed};
use crate::open::{position, text};

pub(crate) const JALON: &str = "first-screen";
const COUNT: usize = 20;

pub(crate) fn row(scale: &Scale) -> Done {
    let directory = tempfile::tempdir()?;
    data::fill(directory.path(), data::objects(&data::territory(scale.treks, scale.pois), scale.areas))?;
    let folder = text(directory.path())?;
    let questions = data::questions(scale.rounds * 2 + 1);
    let mut asked = questions.iter().cycle();
    let mut ask = |forget: bool| {
        let file = directory.path().join(FILE_NAME);
        if forget {
            forget_pages(&file)?;
        } else {
            // What the other contender had forgotten comes back.
            io::copy(&mut File::open(&file)?, &mut io::sink())?;
        }
        let from = asked.next().ok_or("no question")?;
        let told = spawn(JALON, &[&folder, &from.lon.to_string(), &from.lat.to_string()])?;
        if told.answer.lines().count() != COUNT || told.answer.lines().any(str::is_empty) {
            return Err(format!("not {COUNT} titles:\n{}", told.answer).into());
        }
        Ok(vec![told.took])
    };
    let ask = std::cell::RefCell::new(&mut ask);
    compare(
        &format!("First screen: {COUNT} nearest of {} treks with titles, new process", scale.treks),
        "≤ 10 ms",
        scale.rounds,
        vec![
            Contender::new("Jalon", || (ask.borrow_mut())(false)),
            Contender::new("Jalon, out of the page cache", || (ask.borrow_mut())(true)),
        ],
    )
}

/// Has the system drop a file from its page cache, where it has GNU's `dd`.
fn forget_pages(file: &Path) -> Done {
    let mut dd = Command::new("dd");
    let output = dd
        .arg(format!("of={}", file.display()))
        .args(["oflag=nocache", "conv=notrunc,fdatasync", "count=0", "status=none"])
        .output()?;
    if output.status.success() { Ok(()) } else { Err("dd cannot drop a file from the page cache".into()) }
}

pub(crate) fn jalon(arguments: &[String]) -> Done {
    let (took, screen) = timed(|| -> Done<_> {
        let companion = Companion::open(&Directories::within(argument(arguments, 0)?))?;
        let near = Some(position(arguments)?);
        let query = TrekQuery { near, sort: TrekSort::Distance, limit: COUNT, ..TrekQuery::default() };
        let screen = companion.treks(&query, &["fr"])?;
        Ok((companion, screen))
    });
    let titles: Vec<String> = screen?.1.items.into_iter().map(|item| item.name).collect();
    tell(took, &titles.join("\n"))
}
