//! A local MBTiles file: an SQLite database with the tables (or views) `metadata` and `tiles`. Rows count from the south.
//!
//! Format: <https://github.com/mapbox/mbtiles-spec/blob/master/1.3/spec.md>.

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rusqlite::config::DbConfig;
use rusqlite::hooks::{AuthAction, AuthContext, Authorization};
use rusqlite::limits::Limit;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, ErrorCode, OptionalExtension};

use super::archive::{MAX_METADATA_BYTES, TileArchiveFormat, TileArchiveInfo, is_gzip};
use super::coord::{MAX_ZOOM, TileCoord};
use super::header::{Compression, TileType};
use super::plan::MAX_TILE_BYTES;
use crate::db;
use crate::error::{Error, Result};
use crate::model::{Bounds, Position};
use crate::storage::Storage;

/// How long a query waits for a process that is writing the file.
const BUSY_TIMEOUT: Duration = Duration::from_secs(2);
/// SQLite calls the progress handler after so many instructions.
const STEP_INSTRUCTIONS: i32 = 100;
/// Maximum number of steps of one query: 50 million instructions, enough to scan 5 million tiles of a file without an index.
const MAX_STEPS: u64 = 500_000;
/// Number of steps of a query of the smallest file, and bytes of the file for each further step. A tile has at least ten bytes, and
/// a scan takes about ten instructions for it.
const MIN_STEPS: u64 = 20_000;
const BYTES_PER_STEP: u64 = 100;
/// Maximum duration of a query of the smallest and of the largest file, as one instruction may work on 16 MiB.
const MIN_DURATION: Duration = Duration::from_millis(500);
const MAX_DURATION: Duration = Duration::from_secs(10);
/// Bytes of a file that are read in a millisecond at least.
const BYTES_PER_MS: u64 = 10_000;
/// The SQL functions that a view may use. Others can work for hours within one instruction: `instr`, `like`, `replace`.
const FUNCTIONS: [&str; 9] = ["abs", "coalesce", "count", "ifnull", "length", "max", "min", "nullif", "typeof"];
/// Maximum number of rows of the table `metadata` that are read.
const MAX_METADATA_ROWS: usize = 1_000;

/// An MBTiles file that is open for reading.
#[derive(Debug)]
pub(super) struct MbTiles {
    connection: Mutex<Connection>,
    budget: Arc<Budget>,
}

/// What remains for the running query.
#[derive(Debug)]
struct Budget {
    max_steps: u64,
    max_duration: Duration,
    steps: AtomicU64,
    end: Mutex<Instant>,
}

impl Budget {
    /// The budget of each query of a file of so many bytes.
    fn new(file_bytes: u64) -> Budget {
        Budget {
            max_steps: (MIN_STEPS + file_bytes / BYTES_PER_STEP).min(MAX_STEPS),
            max_duration: (MIN_DURATION + Duration::from_millis(file_bytes / BYTES_PER_MS)).min(MAX_DURATION),
            steps: AtomicU64::new(0),
            end: Mutex::new(Instant::now()),
        }
    }

    fn reset(&self) {
        self.steps.store(self.max_steps, Ordering::Relaxed);
        *self.end.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now() + self.max_duration;
    }

    /// Counts a step. True if the query must end.
    fn is_spent(&self) -> bool {
        let remaining = self.steps.load(Ordering::Relaxed).saturating_sub(1);
        self.steps.store(remaining, Ordering::Relaxed);
        remaining == 0 || *self.end.lock().unwrap_or_else(PoisonError::into_inner) < Instant::now()
    }
}

impl MbTiles {
    pub(super) fn open(path: &Path) -> Result<(MbTiles, TileArchiveInfo)> {
        let mut connection = db::open_for_reading(path, &Storage::default(), BUSY_TIMEOUT, false).map_err(damaged)?;
        let budget = Arc::new(Budget::new(std::fs::metadata(path)?.len()));
        limit(&mut connection, &budget).map_err(|error| damaged(error.into()))?;
        let reader = MbTiles { connection: Mutex::new(connection), budget };
        let info = reader.read_info()?;
        Ok((reader, info))
    }

    pub(super) fn tile(&self, coord: TileCoord) -> Result<Option<Vec<u8>>> {
        const SQL: &str = "SELECT tile_data FROM tiles WHERE zoom_level = ?1 AND tile_column = ?2 AND tile_row = ?3";
        self.query(|connection| {
            let mut statement = connection.prepare_cached(SQL)?;
            let parameters = (coord.z(), coord.x(), coord.y_from_south());
            statement.query_row(parameters, |row| Ok(blob(row.get_ref(0)?))).optional()
        })
        .map(Option::flatten)
    }

    fn read_info(&self) -> Result<TileArchiveInfo> {
        let metadata = self.query(read_metadata)?;
        let value = |name: &str| metadata.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
        let zoom =
            |name: &str| value(name).and_then(|zoom| zoom.trim().parse::<u8>().ok()).filter(|zoom| *zoom <= MAX_ZOOM);
        let first_tile = self.query(|connection| {
            let mut statement = connection.prepare("SELECT tile_data FROM tiles LIMIT 1")?;
            statement.query_row([], |row| Ok(blob(row.get_ref(0)?))).optional()
        })?;
        let first_tile = first_tile.flatten().unwrap_or_default();
        let (min_zoom, max_zoom) = match zoom("minzoom").zip(zoom("maxzoom")) {
            Some(zooms) => zooms,
            None => self.query(|connection| {
                // Mistyped levels are no levels.
                let sql = "SELECT min(zoom_level), max(zoom_level) FROM tiles WHERE typeof(zoom_level) = 'integer'";
                let level =
                    |value: ValueRef<'_>| value.as_i64().map_or(0, |zoom| zoom.clamp(0, i64::from(MAX_ZOOM)) as u8);
                connection.query_row(sql, [], |row| Ok((level(row.get_ref(0)?), level(row.get_ref(1)?))))
            })?,
        };
        let mut info = TileArchiveInfo {
            format: TileArchiveFormat::MbTiles,
            tile_type: value("format").and_then(type_of_format).unwrap_or_else(|| type_of_content(&first_tile)),
            tile_compression: if is_gzip(&first_tile) { Compression::Gzip } else { Compression::None },
            min_zoom,
            max_zoom: max_zoom.max(min_zoom),
            bounds: value("bounds").and_then(parse_bounds),
            name: value("name").map(str::to_owned),
            attribution: value("attribution").map(str::to_owned),
            vector_layers: Vec::new(),
        };
        info.read_json(value("json").unwrap_or_default().as_bytes());
        Ok(info)
    }

    /// Runs a query within the limits.
    fn query<T>(&self, run: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T> {
        let connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        self.budget.reset();
        run(&connection).map_err(|error| match error.sqlite_error_code() {
            Some(ErrorCode::OperationInterrupted) => Error::corrupt("a query of the MBTiles file does not end"),
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked | ErrorCode::DiskFull) => error.into(),
            _ => damaged(error.into()),
        })
    }
}

/// The file must not run code of ours, or allocate without bounds.
fn limit(connection: &mut Connection, budget: &Arc<Budget>) -> rusqlite::Result<()> {
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    let limits = [
        (Limit::SQLITE_LIMIT_LENGTH, MAX_TILE_BYTES as i32),
        (Limit::SQLITE_LIMIT_SQL_LENGTH, 100_000),
        (Limit::SQLITE_LIMIT_COLUMN, 100),
        (Limit::SQLITE_LIMIT_EXPR_DEPTH, 100),
        (Limit::SQLITE_LIMIT_COMPOUND_SELECT, 10),
        (Limit::SQLITE_LIMIT_VDBE_OP, 25_000),
        (Limit::SQLITE_LIMIT_ATTACHED, 0),
    ];
    for (limit, value) in limits {
        connection.set_limit(limit, value)?;
    }
    connection.authorizer(Some(authorize))?;
    let budget = Arc::clone(budget);
    connection.progress_handler(STEP_INSTRUCTIONS, Some(move || budget.is_spent()))
}

/// Lets a statement, and the views that it reads, only read tables, by a few functions.
fn authorize(context: AuthContext<'_>) -> Authorization {
    match context.action {
        AuthAction::Select | AuthAction::Read { .. } => Authorization::Allow,
        AuthAction::Function { function_name }
            if FUNCTIONS.iter().any(|name| function_name.eq_ignore_ascii_case(name)) =>
        {
            Authorization::Allow
        }
        _ => Authorization::Deny,
    }
}

/// The texts of the table `metadata`. A file without the table has none.
fn read_metadata(connection: &Connection) -> rusqlite::Result<Vec<(String, String)>> {
    let sql = "SELECT count(*) FROM sqlite_master WHERE name = 'metadata' AND type IN ('table', 'view')";
    if connection.query_row(sql, [], |row| row.get::<_, i64>(0))? == 0 {
        return Ok(Vec::new());
    }
    let mut statement = connection.prepare("SELECT name, value FROM metadata")?;
    let mut rows = statement.query([])?;
    let mut metadata = Vec::new();
    let mut remaining = MAX_METADATA_BYTES;
    while let Some(row) = rows.next()? {
        let (Ok(name), Some(value)) = (row.get_ref(0)?.as_str(), text(row.get_ref(1)?)) else { continue };
        if metadata.len() == MAX_METADATA_ROWS {
            break;
        }
        // A text that is too long is left out, and not what follows.
        if let Some(rest) = remaining.checked_sub(name.len() + value.len()) {
            remaining = rest;
            metadata.push((name.to_owned(), value));
        }
    }
    Ok(metadata)
}

fn text(value: ValueRef<'_>) -> Option<String> {
    match value {
        ValueRef::Text(text) => std::str::from_utf8(text).ok().map(str::to_owned),
        ValueRef::Integer(number) => Some(number.to_string()),
        ValueRef::Real(number) => Some(number.to_string()),
        ValueRef::Null | ValueRef::Blob(_) => None,
    }
}

/// The bytes of a tile. Some writers store none for an empty tile, and any other type is no tile.
fn blob(value: ValueRef<'_>) -> Option<Vec<u8>> {
    value.as_blob().ok().filter(|bytes| !bytes.is_empty()).map(<[u8]>::to_vec)
}

fn type_of_format(format: &str) -> Option<TileType> {
    Some(match format.trim().to_ascii_lowercase().as_str() {
        "pbf" | "mvt" | "application/x-protobuf" | "application/vnd.mapbox-vector-tile" => TileType::Mvt,
        "mlt" | "application/vnd.maplibre-vector-tile" => TileType::Mlt,
        "png" | "image/png" => TileType::Png,
        "jpg" | "jpeg" | "image/jpeg" => TileType::Jpeg,
        "webp" | "image/webp" => TileType::Webp,
        "avif" | "image/avif" => TileType::Avif,
        _ => return None,
    })
}

/// The format of a tile of a file that does not state it. Compressed tiles are vector tiles.
fn type_of_content(tile: &[u8]) -> TileType {
    match tile {
        [0x89, b'P', b'N', b'G', ..] => TileType::Png,
        [0xff, 0xd8, 0xff, ..] => TileType::Jpeg,
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => TileType::Webp,
        _ if is_gzip(tile) => TileType::Mvt,
        _ => TileType::Unknown,
    }
}

/// `west,south,east,north` in degrees.
fn parse_bounds(text: &str) -> Option<Bounds> {
    let edges: Vec<f64> = text.split(',').map_while(|edge| edge.trim().parse().ok()).collect();
    let [west, south, east, north] = *edges.as_slice() else { return None };
    let corners = [Position::new(west, south), Position::new(east, north)];
    let is_valid = corners.iter().all(Position::is_valid) && west < east && south < north;
    is_valid.then_some(Bounds { west, south, east, north })
}

/// Any other error of SQLite is one of the file's content: a missing table, a wrong type, a limit.
fn damaged(error: Error) -> Error {
    match error {
        Error::Internal { .. } => Error::corrupt("the map file is no MBTiles file, or it is beyond the limits"),
        error => error,
    }
}
