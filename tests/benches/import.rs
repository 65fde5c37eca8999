//! 33 MB of GeoJSON, 2,000 treks of 500 positions with texts in three languages, from a file into a catalogue: read as a
//! server's answer is (object by object, texts cleaned), written in one change with R-tree and search, and the index in
//! memory built. GDAL makes a GeoPackage of the same file, with an R-tree; it cleans nothing and indexes no text. Each in
//! a process of its own, whose peak memory is told; Jalon also for a quarter of the treks, as memory should not grow.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use jalon::catalogue::{NewTerritory, SearchQuery};
use jalon::geotrek::{Limits, Reader, read_list};
use jalon::model::Kind;
use jalon::{Companion, Directories};
use rusqlite::Connection;
use serde_json::{Map, Value, json};

use crate::Done;
use crate::data::{self, Scale};
use crate::measure::{Contender, Table, Told, argument, bytes, compare, median, spawn, tell, timed};
use crate::open::text;
use crate::peers::gdal::Gdal;

pub(crate) const JALON: &str = "take-in";
/// What of a trek makes 33 MB together with its line.
const PROPERTIES: [&str; 15] = [
    "uuid",
    "name",
    "departure",
    "arrival",
    "description_teaser",
    "description",
    "practice",
    "difficulty",
    "route",
    "themes",
    "duration",
    "length_2d",
    "ascent",
    "descent",
    "update_datetime",
];

pub(crate) fn row(scale: &Scale) -> Done {
    let directory = tempfile::tempdir()?;
    let (all, part) = (directory.path().join("treks.geojson"), directory.path().join("part.geojson"));
    let made = data::territory(scale.treks, 0);
    let treks = made.module("trek");
    write(&all, treks)?;
    write(&part, &treks[..treks.len() / 4])?;
    let count = treks.len();
    let size = std::fs::metadata(&all)?.len();
    let title = format!("Take in {} of GeoJSON, {count} treks, with search and index", bytes(size));
    let gdal = Gdal::find();
    let (mut own_peaks, mut gdal_peaks) = (Vec::new(), Vec::new());
    let mut contenders = vec![Contender::new("Jalon", || {
        let told = import(&all, count)?;
        own_peaks.extend(told.peak);
        Ok(vec![told.took])
    })];
    match &gdal {
        Some(gdal) => contenders.push(Contender::new(gdal.name(), || {
            let told = convert(gdal, &all, count)?;
            gdal_peaks.extend(told.peak);
            Ok(vec![told.took])
        })),
        None => println!("\nGDAL is skipped: no ogr2ogr here, and JALON_GDAL_PYTHON names no Python with pyogrio"),
    }
    compare(&title, "≥ 1.5 × faster than GDAL", scale.long_rounds, contenders)?;
    let mut table = Table::new("Peak memory of taking in", "flat", &["", "peak"]);
    let told = |peak: Option<u64>| peak.map_or_else(|| "not told here".to_owned(), bytes);
    let some = |peaks: &[u64]| (!peaks.is_empty()).then(|| median(peaks));
    table.row([format!("Jalon, {count} treks"), told(some(&own_peaks))]);
    table.row([format!("Jalon, {} treks", count / 4), told(import(&part, count / 4)?.peak)]);
    if let Some(gdal) = &gdal {
        table.row([format!("{}, {count} treks", gdal.name()), told(some(&gdal_peaks))]);
    }
    table.print();
    Ok(())
}

fn write(path: &Path, treks: &[Value]) -> Done {
    let mut file = BufWriter::new(File::create(path)?);
    file.write_all(b"{\"type\": \"FeatureCollection\", \"features\": [\n")?;
    for (number, trek) in treks.iter().enumerate() {
        let properties: Map<String, Value> =
            PROPERTIES.iter().map(|field| ((*field).to_owned(), trek[*field].clone())).collect();
        let (id, geometry) = (&trek["id"], &trek["geometry"]);
        let feature = json!({"type": "Feature", "id": id, "properties": properties, "geometry": geometry});
        write!(file, "{}{feature}", if number == 0 { "" } else { ",\n" })?;
    }
    file.write_all(b"\n]}\n")?;
    Ok(file.flush()?)
}

fn import(from: &Path, count: usize) -> Done<Told> {
    let directory = tempfile::tempdir()?;
    let told = spawn(JALON, &[&text(from)?, &text(directory.path())?])?;
    let companion = Companion::open(&Directories::within(directory.path()))?;
    let taken = companion.catalogue().count_all(Kind::Trek)?;
    let query = SearchQuery { text: "crete".to_owned(), kinds: vec![Kind::Trek], limit: 1, ..SearchQuery::default() };
    let found = companion.search(&query, &["fr"])?.total;
    if taken == count && found > 0 {
        return Ok(told);
    }
    Err(format!("{taken} of {count} treks came, {found} are found").into())
}

fn convert(gdal: &Gdal, from: &Path, count: usize) -> Done<Told> {
    let directory = tempfile::tempdir()?;
    let file = directory.path().join("treks.gpkg");
    let told = gdal.convert(from, &file)?;
    let written = Connection::open(&file)?.query_row("SELECT count(*) FROM trek", [], |row| row.get::<_, i64>(0))?;
    if written == count as i64 { Ok(told) } else { Err(format!("GDAL wrote {written} of {count} treks").into()) }
}

pub(crate) fn jalon(arguments: &[String]) -> Done {
    let (took, companion) = timed(|| -> Done<_> {
        let companion = Companion::open(&Directories::within(argument(arguments, 1)?))?;
        let file = File::open(argument(arguments, 0)?)?;
        let new = NewTerritory {
            name: data::TERRITORY.into(),
            url: "https://geotrek.example.org".into(),
            default_language: "fr".into(),
            ..NewTerritory::default()
        };
        let territory = companion.add_territory(&new)?;
        let limits = Limits::default();
        let reader = Reader::new(url::Url::parse(&new.url).ok(), "fr", &limits);
        companion.catalogue().write(|change| {
            let put = |json: &str| reader.read("trek", json).into_iter().try_for_each(|o| change.put(&territory, o));
            read_list(file, &limits, put)
        })?;
        companion.warm_up()?;
        Ok(companion)
    });
    drop(companion?);
    tell(took, "done")
}
