//! Inputs that cost time or memory out of proportion to their length, which fuzzing does not find: each would take seconds to
//! hours, or gigabytes, if a limit were missing. Nothing here is timed: a limit that is missing is a test that does not end.

#![allow(clippy::unwrap_used, reason = "helper functions of tests may panic, too")]

use std::io::{Cursor, Write};

use jalon::tiles::{Style, TileArchive};
use jalon_fuzz::target;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// Bytes of the longest inputs.
const MEGABYTE: usize = 1 << 20;

fn run(name: &str, input: &[u8]) {
    (target(name).unwrap().run)(input);
}

/// Repeats a text to a megabyte.
fn repeated(part: &str) -> String {
    part.repeat(MEGABYTE / part.len())
}

#[test]
fn html_that_is_nested_or_unclosed_ends() {
    let colours: String = (0..20_000).map(|colour| format!("<font color={colour}>")).collect();
    let names: String = (0..150_000).map(|name| format!(" a{name}")).collect();
    for html in [
        repeated("<div>"),
        repeated("<b><p>"),
        repeated("<table>"),
        repeated("<div></x>"),
        repeated("<a href='"),
        repeated("<!--"),
        repeated("&"),
        colours + &"<p>x".repeat(20_000),
        format!("<a{names}>"),
        format!("<a{}>", names.replace(' ', "/")),
    ] {
        run("html", html.as_bytes());
    }
}

#[test]
fn gpx_with_many_levels_attributes_or_tracks_ends() {
    let attributes: String = (0..100_000).map(|number| format!(" a{number}=''")).collect();
    run("gpx", format!("<gpx><trk><trkseg><trkpt lat='44' lon='6'{attributes}/></trkseg></trk></gpx>").as_bytes());
    for part in
        ["<x>", "<gpx>", "<trk>", "<trk><trkpt lat='4' lon='6'/></trk>", "<wpt lat='4' lon='6'/>", "&x;", "<!--"]
    {
        run("gpx", format!("<gpx>{}", repeated(part)).as_bytes());
    }
    run("gpx", format!("<gpx><name>{}</name></gpx>", repeated("&amp;")).as_bytes());
}

#[test]
fn json_with_many_members_or_levels_ends() {
    let members = |letter: char| (0..50_000).map(|name| format!("\"{letter}{name}\":1,")).collect::<String>();
    let feature = format!(r#"{{"type":"Feature","id":1,{}"properties":{{{}"b":1}}}}"#, members('a'), members('c'));
    let texts = format!(r#"{{"id":1,"name":{{{}"fr":"a"}}}}"#, members('l').replace(":1", ":\"x\""));
    let nested = |open: &str, close: &str| {
        let depth = MEGABYTE / 4 / (open.len() + close.len());
        format!("{}{}", open.repeat(depth), close.repeat(depth))
    };
    let deep = format!(r#"{{"id":1,"geometry":{}}}"#, nested(r#"{"type":"GeometryCollection","geometries":["#, "]}"));
    let arrays = format!(r#"{{"id":1,"geometry":{{"type":"MultiPolygon","coordinates":{}}}}}"#, nested("[", "]"));
    let menu = format!(r#"{{"id":1,"x":{}}}"#, nested(r#"{"id":2,"children":["#, "]}"));
    for object in [feature, texts, deep, arrays, menu, nested("[", "]")] {
        // Treks, whose objects have others in them, and two lists of plain objects.
        for list in 0..3 {
            run("api", &[&[list << 1 | 1], object.as_bytes()].concat());
        }
        for file in [0, 2, 3, 5] {
            run("mobile_file", &[&[file], object.as_bytes()].concat());
        }
    }
}

#[test]
fn terms_with_many_members_are_read_in_one_pass() {
    let members: String = (0..60_000).map(|name| format!("\"a{name}\":1,")).collect();
    let reader = jalon::geotrek::Reader::new(None, "fr", &jalon::geotrek::Limits::default());
    let objects = reader.read("theme", &format!("{{\"id\":1,{members}\"label\":\"Lac\"}}"));
    assert_eq!(objects.len(), 1);
}

/// A FlatGeobuf feature whose geometry is a table of parts, each of which is the same table of parts, and so on.
fn shared_parts(levels: usize, width: usize) -> Vec<u8> {
    // A feature: its length, the offset of its table, a vtable with the field `geometry`, the table.
    let mut bytes = vec![0, 0, 0, 0, 12, 0, 0, 0];
    bytes.extend([6, 0, 8, 0, 4, 0, 0, 0]);
    // The table: offset back to its vtable, offset of the geometry.
    bytes.extend([8, 0, 0, 0, 4, 0, 0, 0]);
    let mut level_start = bytes.len();
    for level in 0..levels {
        // A vtable with eight fields, of which the last, `parts`, is set if there is a next level.
        let parts = if level + 1 < levels { 4_u16 } else { 0 };
        let vtable: Vec<u8> = [20, 8, 0, 0, 0, 0, 0, 0, 0, parts].into_iter().flat_map(u16::to_le_bytes).collect();
        // The geometry's table comes first, as the level before points at it; its vtable follows.
        let table = level_start;
        bytes.extend((-8_i32).to_le_bytes());
        bytes.extend(if parts == 0 { 0 } else { 24_u32 }.to_le_bytes());
        bytes.extend(vtable);
        assert_eq!(bytes.len(), table + 28);
        if parts == 0 {
            break;
        }
        bytes.extend((width as u32).to_le_bytes());
        let next = bytes.len() + 4 * width;
        for index in 0..width {
            let at = bytes.len();
            assert_eq!(at, table + 32 + 4 * index);
            bytes.extend(((next - at) as u32).to_le_bytes());
        }
        level_start = next;
    }
    let length = (bytes.len() - 4) as u32;
    bytes[..4].copy_from_slice(&length.to_le_bytes());
    bytes
}

#[test]
fn flatgeobuf_features_with_shared_tables_end() {
    let feature = shared_parts(7, 10);
    let features = feature.repeat(MEGABYTE / feature.len());
    run("chunk", &features);
}

/// A map whose view `tiles` or `metadata` is computed.
fn mbtiles(sql: &str) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.mbtiles");
    rusqlite::Connection::open(&path).unwrap().execute_batch(sql).unwrap();
    std::fs::read(path).unwrap()
}

#[test]
fn mbtiles_with_computed_tiles_end() {
    let columns = "0 AS zoom_level, 0 AS tile_column, 0 AS tile_row";
    let doubled =
        (0..23).fold("SELECT 'aaaaaaaa' AS a".to_owned(), |sql, _| format!("SELECT a || a AS a FROM ({sql} LIMIT 1)"));
    let rows = "CREATE TABLE n (i); INSERT INTO n WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n LIMIT 2000;";
    for sql in [
        format!(
            "CREATE VIEW tiles AS SELECT {columns}, 1 AS tile_data FROM ({doubled}) WHERE a LIKE '%a%a%a%a%a%a%a%a%b';"
        ),
        format!(
            "CREATE VIEW tiles AS SELECT {columns}, instr(zeroblob(16000000), zeroblob(8000000) || x'01') AS tile_data;"
        ),
        format!(
            "CREATE VIEW tiles AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT {columns}, i AS tile_data FROM n WHERE i < 0;"
        ),
        format!(
            "{rows} CREATE VIEW tiles AS SELECT {columns}, x'01' AS tile_data FROM n a, n b, n c, n d WHERE a.i + b.i + c.i + d.i < 0;"
        ),
    ] {
        run("mbtiles", &mbtiles(&sql));
    }
}

#[test]
fn mbtiles_with_a_view_of_joined_tables_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.mbtiles");
    let sql = "CREATE TABLE map (z, x, y, id); CREATE TABLE images (id, data);
        INSERT INTO map VALUES (0, 0, 0, 1); INSERT INTO images VALUES (1, x'89504e47');
        CREATE VIEW tiles AS SELECT coalesce(z, 0) AS zoom_level, x AS tile_column, y AS tile_row, data AS tile_data
        FROM map JOIN images USING (id);";
    rusqlite::Connection::open(&path).unwrap().execute_batch(sql).unwrap();
    let archive = TileArchive::open(&path).unwrap();
    assert_eq!(archive.tile(0, 0, 0).unwrap().map(|tile| tile.media_type), Some("image/png"));
}

fn zip_of(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let deflated = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for (name, bytes) in entries {
        writer.start_file(*name, deflated).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// A little-endian u32 of a ZIP record.
fn number(bytes: &[u8], at: usize) -> usize {
    u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap()) as usize
}

/// An archive of one entry whose directory has it many times, under other names: the entries share their bytes.
fn shared_entries(count: usize) -> Vec<u8> {
    // Each entry has a ratio below 50: half of it cannot be compressed.
    let mut content: Vec<u8> = Vec::new();
    let mut state = 1_u32;
    for _ in 0..20_000 {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        content.push((state >> 24) as u8);
    }
    content.resize(800_000, 0);
    let one = zip_of(&[("1/media/00000.png", &content)]);
    let end = one.len() - 22;
    let start = number(&one, end + 16);
    let (data, header) = (&one[..start], &one[start..end]);
    let mut bytes = data.to_vec();
    for index in 0..count {
        let mut header = header.to_vec();
        header[46 + 8..46 + 13].copy_from_slice(format!("{index:05}").as_bytes());
        bytes.extend(header);
    }
    let mut record = one[end..].to_vec();
    record[8..10].copy_from_slice(&(count as u16).to_le_bytes());
    record[10..12].copy_from_slice(&(count as u16).to_le_bytes());
    record[12..16].copy_from_slice(&((bytes.len() - start) as u32).to_le_bytes());
    bytes.extend(record);
    bytes
}

#[test]
fn archives_whose_entries_share_their_bytes_end() {
    run("mobile_archive", &shared_entries(14_000));
}

#[test]
fn archives_with_many_end_records_end() {
    let mut bytes = shared_entries(5_000);
    let record = bytes[bytes.len() - 22..].to_vec();
    for index in 0..20_000_u16 {
        let mut record = record.clone();
        // One more entry than there are, and each record another number.
        let count = 5_001 + index % 1_000;
        record[8..10].copy_from_slice(&count.to_le_bytes());
        record[10..12].copy_from_slice(&count.to_le_bytes());
        bytes.extend(record);
    }
    run("mobile_archive", &bytes);
    run("journal_archive", &bytes);
}

#[test]
fn export_of_zeros_is_refused() {
    run("journal_archive", &zip_of(&[("journal.json", &vec![b' '; 65 << 20])]));
}

#[test]
fn style_with_many_fonts_or_a_long_address_is_refused() {
    let layers: Vec<String> = (0..20_000).map(|font| format!(r#"{{"layout":{{"text-font":["F{font}"]}}}}"#)).collect();
    let style = |glyphs: &str, layers: &str| {
        Style::parse(&format!(
            r#"{{"glyphs":"https://a.example/{{fontstack}}/{{range}}{glyphs}","layers":[{layers}]}}"#
        ))
        .unwrap()
    };
    assert!(style("", &layers.join(",")).glyph_files(&[]).is_err());
    assert!(style(&"a".repeat(MEGABYTE), &layers[..2].join(",")).glyph_files(&[]).is_err());
    assert_eq!(style("", &layers[..50].join(",")).glyph_files(&[]).unwrap().len(), 100);
    let sprites: Vec<String> = (0..101).map(|id| format!(r#"{{"id":"s{id}","url":"https://a.example/s"}}"#)).collect();
    let style = |sprites: &[String]| Style::parse(&format!(r#"{{"sprite":[{}]}}"#, sprites.join(","))).unwrap();
    assert!(style(&sprites).sprite_files().is_err());
    assert_eq!(style(&sprites[1..]).sprite_files().unwrap().len(), 400);
}

/// A progressive JPEG of a size, with many scans of a few bytes: each covers all blocks by runs of blocks without a coefficient.
fn progressive(side: u16, scans: usize) -> Vec<u8> {
    let mut bytes = b"\xFF\xD8\xFF\xC2\x00\x0B\x08".to_vec();
    bytes.extend(side.to_be_bytes());
    bytes.extend(side.to_be_bytes());
    bytes.extend(b"\x01\x01\x11\x00\xFF\xDB\x00\x43\x00");
    bytes.extend([1; 64]);
    // A table for DC with the value 0, and one for AC with the run 14: 2 to the power of 14 blocks.
    for (class, value) in [(0x00, 0x00), (0x10, 0xE0)] {
        bytes.extend([0xFF, 0xC4, 0x00, 0x14, class, 1]);
        bytes.extend([0; 15]);
        bytes.push(value);
    }
    for _ in 0..scans {
        bytes.extend(b"\xFF\xDA\x00\x08\x01\x01\x00\x01\x3F\x00");
        bytes.extend([0; 80]);
    }
    bytes.extend(b"\xFF\xD9");
    bytes
}

#[test]
fn photos_of_many_scans_or_pixels_end() {
    run("photo", &progressive(6_000, 10_000));
    run("photo", &progressive(65_500, 1));
    run("photo", &progressive(8_900, 1));
}
