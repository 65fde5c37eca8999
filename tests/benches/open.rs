//! A new process that opens the catalogue and asks what is near, with names: timed from the first line of its `main` to
//! the answer. The file is in the page cache.

use std::path::Path;

use jalon::companion::NearbyQuery;
use jalon::model::{Kind, Position};
use jalon::{Companion, Directories};

use crate::Done;
use crate::data::{self, Scale};
use crate::measure::{Contender, Told, argument, compare, spawn, tell, timed};
use crate::nearest::agree;
use crate::peers::plane::Shape;
use crate::peers::sqlite::Rtree;

pub(crate) const JALON: &str = "open-jalon";
pub(crate) const SQLITE: &str = "open-sqlite";
const COUNT: usize = 10;

pub(crate) fn row(scale: &Scale) -> Done {
    let directory = tempfile::tempdir()?;
    let objects = data::objects(&data::territory(scale.treks, scale.pois), scale.areas);
    let objects: Vec<_> = objects.into_iter().filter(|object| data::is_mixed(object.kind())).collect();
    let named: Vec<(String, Shape)> = objects
        .iter()
        .filter_map(|object| {
            let name = object.name().and_then(|name| name.find(&["fr"])).map(|name| name.text.to_owned());
            Some((name.unwrap_or_default(), Shape::of(object.geometry()?)))
        })
        .collect();
    let path = directory.path().join("features.sqlite");
    Rtree::write(&path, named.iter().map(|(name, shape)| (name.clone(), shape)))?;
    let count = named.len();
    drop(named);
    data::fill(directory.path(), objects)?;
    let (folder, file) = (text(directory.path())?, text(&path)?);
    let questions = data::questions(scale.rounds * 2 + 2);
    for from in questions.iter().take(3) {
        let told = |told: Told| told.answer.split(' ').filter_map(|metres| metres.parse().ok()).collect::<Vec<f64>>();
        agree("SQLite R*Tree", &told(ask(JALON, &folder, from)?), &told(ask(SQLITE, &file, from)?), 0.0)?;
    }
    let (mut first, mut second) = (questions.iter().cycle(), questions.iter().cycle());
    let mut jalon = || first.next().ok_or("no question".into()).and_then(|from| ask(JALON, &folder, from));
    let mut sqlite = || second.next().ok_or("no question".into()).and_then(|from| ask(SQLITE, &file, from));
    compare(
        &format!("Open and first nearest {COUNT} with names, new process, {count} features"),
        "≤ 2 × SQLite R*Tree (so that its factor here is ≥ 0.5)",
        scale.rounds * 2,
        vec![
            Contender::new("Jalon", || Ok(vec![jalon()?.took])),
            Contender::new("SQLite R*Tree", || Ok(vec![sqlite()?.took])),
        ],
    )
}

fn ask(role: &str, path: &str, from: &Position) -> Done<Told> {
    spawn(role, &[path, &from.lon.to_string(), &from.lat.to_string()])
}

pub(crate) fn text(path: &Path) -> Done<String> {
    Ok(path.to_str().ok_or("a path that is not Unicode")?.to_owned())
}

pub(crate) fn position(arguments: &[String]) -> Done<Position> {
    Ok(Position::new(argument(arguments, 1)?.parse()?, argument(arguments, 2)?.parse()?))
}

pub(crate) fn jalon(arguments: &[String]) -> Done {
    let (took, found) = timed(|| -> Done<_> {
        let companion = Companion::open(&Directories::within(argument(arguments, 0)?))?;
        let kinds = vec![Kind::Trek, Kind::Poi, Kind::SensitiveArea];
        let query = NearbyQuery { kinds, limit: COUNT, ..NearbyQuery::default() };
        let found = companion.nearest(position(arguments)?, &query, &["fr"])?;
        Ok((companion, found))
    });
    let answer: Vec<String> = found?.1.iter().map(|found| found.distance_m.to_string()).collect();
    tell(took, &answer.join(" "))
}

pub(crate) fn sqlite(arguments: &[String]) -> Done {
    let (took, found) = timed(|| -> Done<_> {
        let rtree = Rtree::open(Path::new(argument(arguments, 0)?))?;
        let found = rtree.nearest(position(arguments)?, COUNT)?;
        Ok((rtree, found))
    });
    let found = found?.1;
    if found.iter().any(|near| near.name.is_empty()) && found.iter().all(|near| near.name.is_empty()) {
        return Err("no feature has a name".into());
    }
    let answer: Vec<String> = found.iter().map(|near| near.metres.to_string()).collect();
    tell(took, &answer.join(" "))
}
