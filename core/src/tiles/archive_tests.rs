//! Local map files: good ones, damaged ones, and ones that were made to do harm.

use std::path::{Path, PathBuf};

use rusqlite::Connection;

use super::archive::{Tile, TileArchive, TileArchiveFormat};
use super::coord::TileCoord;
use super::cut_tests::Random;
use super::header::{Compression, TileType};
use super::test_archive::{Layout, build, tiles};
use crate::model::Bounds;

fn mbtiles(folder: &Path, sql: &str) -> PathBuf {
    let path = folder.join("map.any");
    let _ = std::fs::remove_file(&path);
    Connection::open(&path).unwrap().execute_batch(sql).unwrap();
    path
}

const TILES: &str = "CREATE TABLE tiles (zoom_level INTEGER, tile_column INTEGER, tile_row INTEGER, tile_data BLOB);";
const METADATA: &str = "CREATE TABLE metadata (name TEXT, value TEXT);";

#[test]
fn mbtiles_are_read_with_rows_from_the_north() {
    let folder = tempfile::tempdir().unwrap();
    let path = mbtiles(
        folder.path(),
        &format!(
            "{TILES} {METADATA}
            INSERT INTO tiles VALUES (3, 5, 6, x'1f8b0800'), (4, 1, 2, x''), (4, 1, 3, 'text');
            INSERT INTO metadata VALUES ('name', 'Écrins'), ('format', 'pbf'), ('minzoom', 3), ('maxzoom', '4'),
                ('bounds', '5.8,44.5,6.8,45.1'), ('attribution', '© A'), ('other', x'00'),
                ('json', '{{\"vector_layers\":[{{\"id\":\"path\"}},7,{{\"id\":\"peak\"}}]}}');"
        ),
    );
    let archive = TileArchive::open(&path).unwrap();
    let info = archive.info();
    assert_eq!((info.format, info.tile_type), (TileArchiveFormat::MbTiles, TileType::Mvt));
    assert_eq!((info.min_zoom, info.max_zoom, info.tile_compression), (3, 4, Compression::Gzip));
    assert_eq!(info.bounds, Some(Bounds { west: 5.8, south: 44.5, east: 6.8, north: 45.1 }));
    assert_eq!((info.name.as_deref(), info.attribution.as_deref()), (Some("Écrins"), Some("© A")));
    assert_eq!(info.vector_layers, ["path", "peak"]);
    let tile = Tile {
        bytes: vec![0x1f, 0x8b, 8, 0],
        media_type: "application/vnd.mapbox-vector-tile",
        content_encoding: Some("gzip"),
    };
    assert_eq!(archive.tile(3, 5, 1).unwrap(), Some(tile));
    for (z, x, y) in [(3, 5, 6), (4, 1, 13), (4, 1, 12), (31, 0, 0)] {
        assert_eq!(archive.tile(z, x, y).unwrap(), None, "{z}/{x}/{y}");
    }
    assert_eq!(archive.tile(3, 8, 0).unwrap_err().code(), "invalid_input");
}

#[test]
fn mbtiles_without_metadata_are_described_by_their_tiles() {
    let folder = tempfile::tempdir().unwrap();
    let path = mbtiles(
        folder.path(),
        &format!(
            "{TILES} INSERT INTO tiles VALUES (7, 1, 2, x'89504e470d0a'), (9, 1, 2, x'89504e47'), ('x', 1, 1, x'00');"
        ),
    );
    let archive = TileArchive::open(&path).unwrap();
    let info = archive.info();
    assert_eq!((info.min_zoom, info.max_zoom, info.tile_type), (7, 9, TileType::Png));
    let tile = archive.tile(7, 1, 125).unwrap().unwrap();
    assert_eq!((tile.media_type, tile.content_encoding), ("image/png", None));
}

#[test]
fn read_only_mbtiles_are_opened_and_nothing_is_written_beside() {
    let folder = tempfile::tempdir().unwrap();
    let path = mbtiles(
        folder.path(),
        &format!("PRAGMA journal_mode = delete; {TILES} INSERT INTO tiles VALUES (0, 0, 0, x'01');"),
    );
    let mut permissions = std::fs::metadata(&path).unwrap().permissions();
    permissions.set_readonly(true);
    std::fs::set_permissions(&path, permissions).unwrap();
    let archive = TileArchive::open(&path).unwrap();
    assert_eq!(archive.tile(0, 0, 0).unwrap().unwrap().bytes, [1]);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn hostile_mbtiles_are_refused_within_bounds() {
    let folder = tempfile::tempdir().unwrap();
    let endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)";
    let columns = "0 AS zoom_level, 0 AS tile_column, 0 AS tile_row";
    let hostile = [
        ("no tables", String::new()),
        ("no column", "CREATE TABLE tiles (a);".to_owned()),
        (
            "endless tiles",
            format!(
                "CREATE VIEW tiles AS {endless} SELECT 9 AS zoom_level, 1 AS tile_column, i AS tile_row, x'00' AS tile_data FROM n WHERE i < 0;"
            ),
        ),
        (
            "endless metadata",
            format!("{TILES} CREATE VIEW metadata AS {endless} SELECT 'a' AS name, i AS value FROM n WHERE i < 0;"),
        ),
        ("large blob", format!("CREATE VIEW tiles AS SELECT {columns}, zeroblob(900000000) AS tile_data;")),
        (
            "long search",
            format!("CREATE VIEW tiles AS SELECT {columns}, instr(zeroblob(16000000), x'0001') AS tile_data;"),
        ),
        ("long pattern", format!("CREATE VIEW tiles AS SELECT {columns}, 'aaaa' LIKE '%a%a%a%ab' AS tile_data;")),
        ("own functions", format!("CREATE VIEW tiles AS SELECT {columns}, load_extension('x') AS tile_data;")),
        ("view of itself", "CREATE VIEW tiles AS SELECT * FROM tiles;".to_owned()),
    ];
    for (name, sql) in hostile {
        let error = TileArchive::open(&mbtiles(folder.path(), &sql)).unwrap_err();
        assert_eq!(error.code(), "corrupt", "{name}: {error}");
    }
    // Metadata of too many rows are cut off, and the map stays usable.
    let many = format!(
        "{TILES} INSERT INTO tiles VALUES (0, 0, 0, x'01'); CREATE TABLE metadata (name, value);
        INSERT INTO metadata {endless} SELECT 'a' || i, i FROM n LIMIT 20000;"
    );
    let archive = TileArchive::open(&mbtiles(folder.path(), &many)).unwrap();
    assert!(archive.tile(0, 0, 0).unwrap().is_some());
    // Texts and numbers in the place of a tile.
    let mistyped = format!("{TILES} INSERT INTO tiles VALUES (0, 0, 0, 'text'), (1, 0, 0, 7), (1, 1, 1, NULL);");
    let archive = TileArchive::open(&mbtiles(folder.path(), &mistyped)).unwrap();
    assert_eq!([archive.tile(0, 0, 0), archive.tile(1, 0, 1), archive.tile(1, 1, 0)], [Ok(None), Ok(None), Ok(None)]);
}

#[test]
fn mutated_mbtiles_are_read_or_refused() {
    let folder = tempfile::tempdir().unwrap();
    let rows: Vec<String> = (0..64).map(|row| format!("(6, {row}, {row}, zeroblob({}))", 1 + row * 20)).collect();
    let path = mbtiles(
        folder.path(),
        &format!(
            "PRAGMA page_size = 512; {TILES} {METADATA} CREATE UNIQUE INDEX i ON tiles (zoom_level, tile_column, tile_row);
            INSERT INTO tiles VALUES {}; INSERT INTO metadata VALUES ('format', 'png'), ('name', 'Map');",
            rows.join(",")
        ),
    );
    let good = std::fs::read(&path).unwrap();
    let (mut random, mut opened) = (Random(11), 0);
    for _ in 0..1_000 {
        let mut bytes = good.clone();
        for _ in 0..=random.below(8) {
            // Past the magic number.
            let at = 16 + random.below(bytes.len() - 16);
            bytes[at] = random.below(256) as u8;
        }
        std::fs::write(&path, bytes).unwrap();
        match TileArchive::open(&path) {
            Ok(archive) => {
                opened += 1;
                (0..64).for_each(|x| drop(archive.tile(6, x, 63 - x)));
            }
            Err(error) => assert_ne!(error.code(), "internal", "{error}"),
        }
    }
    assert!((1..1_000).contains(&opened), "{opened}");
}

#[test]
fn mutated_pmtiles_are_read_or_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("map");
    let tiles = tiles(6, 20..24, 10..14);
    let layouts = [(4, 2, Compression::None), (64, 0, Compression::Gzip)];
    let archives = layouts
        .map(|(leaf_entries, depth, compression)| build(&tiles, Layout { leaf_entries, depth, compression, gap: 0 }));
    let (mut random, mut outcomes) = (Random(3), [0, 0]);
    for round in 0..4_000 {
        let mut bytes = archives[round % 2].clone();
        for _ in 0..=random.below(4) {
            let end = if random.below(2) == 0 { 200 } else { bytes.len() };
            let at = random.below(end);
            bytes[at] = random.below(256) as u8;
        }
        bytes.truncate(bytes.len() - random.below(3) * random.below(40));
        std::fs::write(&path, bytes).unwrap();
        match TileArchive::open(&path) {
            Ok(archive) => {
                outcomes[0] += 1;
                for tile in tiles.keys().filter_map(|id| TileCoord::from_id(*id)) {
                    if let Err(error) = archive.tile(tile.z(), tile.x(), tile.y()) {
                        assert_eq!(error.code(), "corrupt", "{error}");
                    }
                }
            }
            Err(error) => {
                outcomes[1] += 1;
                assert_eq!(error.code(), "corrupt", "{error}");
            }
        }
    }
    assert!(outcomes.iter().all(|count| *count > 500), "{outcomes:?}");
}

#[test]
fn other_files_are_refused_by_their_content() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("map.pmtiles");
    assert_eq!(TileArchive::open(&path).unwrap_err().code(), "not_found");
    for bytes in [&b""[..], b"GIF89a", b"PMTiles", b"SQLite format 3\0", b"PMTiles\x02 an older version"] {
        std::fs::write(&path, bytes).unwrap();
        assert_eq!(TileArchive::open(&path).unwrap_err().code(), "corrupt", "{bytes:?}");
    }
}
