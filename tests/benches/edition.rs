//! An edition of 2,000 treks of 500 positions: its build, beside GDAL that writes the same layers as FlatGeobuf; and its
//! bytes and requests for a phone that reads a box of 0.1°, beside GDAL that reads the same box of the treks' file over the
//! same server; and for a phone that has all of it, when nothing and when 1 % of the treks changed.

use std::path::Path;
use std::process::Command;

use jalon::catalogue::NewTerritory;
use jalon::companion::{RefreshMode, RefreshOptions, RefreshSummary};
use jalon::edition::{BuildOptions, SecretKey, new_key};
use jalon::model::{Bounds, Kind};
use jalon::transfer::CancelToken;
use jalon::{Companion, Directories};
use jalon_tests::fixture_server::{Options, TestGeotrek};

use crate::Done;
use crate::data::{self, Scale, TERRITORY};
use crate::measure::{Table, Told, argument, bytes, run_command, spawn, tell, timed};
use crate::open::text;

pub(crate) const BUILD: &str = "edition-build";
/// Width and height of the box, in degrees.
const BOX_DEG: f64 = 0.1;

/// Writes each layer of a GeoPackage with a geometry as FlatGeobuf into a folder, in batches.
const WRITE_FLATGEOBUF: &str = "
import sys, time, pyogrio
start = time.perf_counter_ns()
for layer, kind in pyogrio.list_layers(sys.argv[1]):
    if kind is None:
        continue
    with pyogrio.raw.open_arrow(sys.argv[1], layer=layer, where='geom IS NOT NULL', use_pyarrow=False) as (about, stream):
        pyogrio.raw.write_arrow(stream, f'{sys.argv[2]}/{layer}.fgb', driver='FlatGeobuf', layer=layer, crs=about['crs'],
            geometry_type='Unknown', geometry_name=about['geometry_name'] or 'geom')
took = time.perf_counter_ns() - start
lines = [line for line in open('/proc/self/status') if line.startswith('VmHWM')]
print(took, int(lines[0].split()[1]) * 1024)
print('done')
";
/// Reads the features of a box of a remote FlatGeobuf file, and prints their number.
const READ_BOX: &str = "
import sys, pyogrio
west, south, east, north = map(float, sys.argv[2:6])
fields = pyogrio.raw.read('/vsicurl/' + sys.argv[1], bbox=(west, south, east, north))
print(len(fields[2]))
";

/// What a reader asked of the server.
struct Traffic {
    requests: usize,
    bytes: u64,
}

impl Traffic {
    /// The requests since the last call. `part` is in the paths of those that count.
    fn of(server: &TestGeotrek, part: &str) -> Traffic {
        let requests: Vec<_> = server.requests().into_iter().filter(|request| request.path.contains(part)).collect();
        Traffic { requests: requests.len(), bytes: requests.iter().map(|request| request.wire as u64).sum() }
    }
}

pub(crate) fn row(scale: &Scale) -> Done {
    let folder = tempfile::tempdir()?;
    let geotrek = TestGeotrek::start(data::territory(scale.treks, 60), Options::default());
    let office = folder.path().join("office");
    let companion = Companion::open(&Directories::within(&office))?;
    let url = geotrek.url().to_owned();
    companion.add_territory(&NewTerritory { name: TERRITORY.into(), url, ..NewTerritory::default() })?;
    let refresh = |companion: &Companion, mode| -> Done<RefreshSummary> {
        let options = RefreshOptions { mode, ..RefreshOptions::default() };
        Ok(companion.refresh(TERRITORY, &options, &CancelToken::default(), |_| {})?)
    };
    refresh(&companion, RefreshMode::Auto)?;
    let key = folder.path().join("key");
    std::fs::write(&key, new_key(None)?.0)?;
    let files = folder.path().join("files");
    std::fs::create_dir(&files)?;
    let edition = files.join("park");
    let build = |number: &str| spawn(BUILD, &[&text(&office)?, &text(&edition)?, &text(&key)?, number]);
    let built = build("1")?;
    let edition_bytes: u64 = built.answer.trim().parse()?;
    builds(&office, folder.path(), scale, &built, edition_bytes)?;

    let host = TestGeotrek::start(data::territory(6, 0), Options { files: Some(files), ..Options::default() });
    let bounds = busiest_box(&companion)?;
    let phone = |name: &str, bounds| -> Done<Companion> {
        let phone = Companion::open(&Directories::within(folder.path().join(name)))?;
        let url = format!("{}/files/park/datapackage.json", host.url());
        phone.add_territory(&NewTerritory { name: TERRITORY.into(), url, bounds, ..NewTerritory::default() })?;
        Ok(phone)
    };
    first_box(&host, &phone("box", Some(bounds))?, &refresh, bounds, &edition)?;

    let whole = phone("whole", None)?;
    host.forget_requests();
    refresh(&whole, RefreshMode::Auto)?;
    let all = Traffic::of(&host, "/files/");
    host.forget_requests();
    refresh(&whole, RefreshMode::Auto)?;
    let nothing = Traffic::of(&host, "/files/");
    geotrek.territory().change_in("trek", 1, 1.0);
    refresh(&companion, RefreshMode::Delta)?;
    build("2")?;
    host.forget_requests();
    let summary = refresh(&whole, RefreshMode::Auto)?;
    let little = Traffic::of(&host, "/files/");
    let changed = summary.changed.get(&Kind::Trek).copied().unwrap_or_default();
    let mut table = Table::new(
        &format!("An edition of {} treks, {}, read by a phone that has all of it", scale.treks, bytes(edition_bytes)),
        "1 % changed: ≤ 2 % of the bytes; nothing changed: ≤ 3 requests",
        &["", "requests", "bytes", "of the edition"],
    );
    let changed = format!("{changed} treks changed");
    for (name, traffic) in [("all", &all), ("nothing changed", &nothing), (&changed, &little)] {
        let share = traffic.bytes as f64 / edition_bytes as f64 * 100.0;
        table.row([name.to_owned(), traffic.requests.to_string(), bytes(traffic.bytes), format!("{share:.2} %")]);
    }
    table.print();
    if nothing.requests > 3 || little.bytes >= all.bytes {
        return Err("a refresh of what changed costs too much".into());
    }
    Ok(())
}

/// Prints how long the build took, beside GDAL.
fn builds(office: &Path, folder: &Path, scale: &Scale, built: &Told, edition_bytes: u64) -> Done {
    let told = |peak: Option<u64>| peak.map_or_else(|| "not told here".to_owned(), bytes);
    let mut table = Table::new(
        &format!("Build an edition of {} treks and what is around them", scale.treks),
        "no slower than GDAL, memory flat",
        &["", "took", "peak", "size"],
    );
    let took = |told: &Told| format!("{:.2?}", told.took);
    table.row(["Jalon, all layers, signed".to_owned(), took(built), told(built.peak), bytes(edition_bytes)]);
    match std::env::var_os("JALON_GDAL_PYTHON") {
        Some(python) => {
            let target = folder.join("gdal");
            std::fs::create_dir(&target)?;
            let from = Companion::open(&Directories::within(office))?.catalogue().path().to_owned();
            let gdal = run_command(Command::new(python).args(["-c", WRITE_FLATGEOBUF]).arg(from).arg(&target), true)?;
            let mut size = 0;
            for file in std::fs::read_dir(&target)? {
                size += file?.metadata()?.len();
            }
            table.row(["GDAL (pyogrio), layers with a geometry".to_owned(), took(&gdal), told(gdal.peak), bytes(size)]);
        }
        None => println!("\nGDAL is skipped: JALON_GDAL_PYTHON names no Python with pyogrio"),
    }
    table.print();
    Ok(())
}

/// The box of [`BOX_DEG`] around the first position of the trek in the middle of the list.
fn busiest_box(companion: &Companion) -> Done<Bounds> {
    let territory = companion.catalogue().territory(TERRITORY)?;
    let treks = companion.catalogue().objects(&territory, Kind::Trek)?;
    let middle = treks.get(treks.len() / 2).and_then(|trek| trek.geometry()?.first_position());
    let middle = middle.ok_or("no trek has a line")?;
    let half = BOX_DEG / 2.0;
    Ok(Bounds { west: middle.lon - half, south: middle.lat - half, east: middle.lon + half, north: middle.lat + half })
}

fn first_box(
    host: &TestGeotrek,
    phone: &Companion,
    refresh: &dyn Fn(&Companion, RefreshMode) -> Done<RefreshSummary>,
    bounds: Bounds,
    edition: &Path,
) -> Done {
    host.forget_requests();
    let summary = refresh(phone, RefreshMode::Auto)?;
    let treks = summary.objects.get(&Kind::Trek).copied().unwrap_or_default();
    let (layer, all) = (Traffic::of(host, "/layers/trek-"), Traffic::of(host, "/files/"));
    let (manifest, signature) = (Traffic::of(host, "datapackage"), Traffic::of(host, "signatures"));
    let mut table = Table::new(
        &format!("First read of a box of {BOX_DEG}°"),
        "≤ bytes and requests of GDAL",
        &["", "treks", "requests", "bytes"],
    );
    let mut tell = |name: &str, treks: u64, traffic: &Traffic| {
        table.row([name.to_owned(), treks.to_string(), traffic.requests.to_string(), bytes(traffic.bytes)]);
    };
    tell("Jalon, the treks", treks, &layer);
    tell(
        "Jalon, manifest and signature",
        0,
        &Traffic { requests: manifest.requests + signature.requests, bytes: manifest.bytes + signature.bytes },
    );
    tell("Jalon, all layers, with both", treks, &all);
    if let Some(python) = std::env::var_os("JALON_GDAL_PYTHON") {
        let name = std::fs::read_dir(edition.join("layers"))?
            .filter_map(|file| file.ok()?.file_name().into_string().ok())
            .find(|name| name.starts_with("trek-") && name.ends_with(".fgb"))
            .ok_or("the edition has no treks")?;
        host.forget_requests();
        let output = Command::new(python)
            .env("CPL_VSIL_CURL_ALLOWED_EXTENSIONS", ".fgb")
            .env("GDAL_DISABLE_READDIR_ON_OPEN", "EMPTY_DIR")
            .args(["-c", READ_BOX, &format!("{}/files/park/layers/{name}", host.url())])
            .args([bounds.west, bounds.south, bounds.east, bounds.north].map(|edge| edge.to_string()))
            .output()?;
        let found = String::from_utf8_lossy(&output.stdout)
            .trim()
            .parse()
            .map_err(|_| format!("GDAL did not read the box: {}", String::from_utf8_lossy(&output.stderr)))?;
        tell("GDAL /vsicurl, the treks", found, &Traffic::of(host, "/layers/trek-"));
    }
    table.print();
    Ok(())
}

pub(crate) fn build(arguments: &[String]) -> Done {
    let companion = Companion::open(&Directories::within(argument(arguments, 0)?))?;
    let key = std::fs::read_to_string(argument(arguments, 2)?)?;
    let options = BuildOptions {
        directory: argument(arguments, 1)?.into(),
        edition: Some(argument(arguments, 3)?.parse()?),
        key: Some(SecretKey::parse(&key, || unreachable!("the key has no password"))?),
        ..BuildOptions::default()
    };
    let (took, summary) = timed(|| companion.build_edition(TERRITORY, &options, &CancelToken::default(), |_| {}));
    tell(took, &summary?.bytes.to_string())
}
