use super::*;
use crate::model::Fix;

fn read(xml: &str) -> GpxFile {
    read_gpx(xml.as_bytes()).unwrap()
}

/// A file with one track of one segment.
fn track(points: &str) -> String {
    format!("<gpx version=\"1.1\"><trk><trkseg>{points}</trkseg></trk></gpx>")
}

fn problems(file: &GpxFile) -> Vec<(GpxProblemKind, u64)> {
    file.problems.iter().map(|problem| (problem.kind, problem.count)).collect()
}

#[test]
fn gpx_1_1_with_everything_is_read() {
    let file = read(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<gpx version="1.1" creator="A &amp; B" xmlns="http://www.topografix.com/GPX/1/1" xmlns:x="urn:x">
  <metadata><name>File</name><desc>Of two days</desc><author><name>Nobody</name></author><time>2026-06-01T08:00:00Z</time></metadata>
  <wpt lat="44.85" lon="6.15"><ele>1250.5</ele><magvar>1.2</magvar><name>Caf&#233; &lt;b&gt;</name><cmt>Comment</cmt><sym>Lodge</sym><type>hut</type></wpt>
  <rte><name>Way</name><rtept lat="44.8" lon="6.1"/><rtept lat="44.9" lon="6.2"><name>Col</name><ele>2000</ele></rtept></rte>
  <trk><name><![CDATA[Day <1>]]></name><desc>First</desc><type>hiking</type>
    <trkseg>
      <trkpt lat="44.1" lon="6.1"><ele>1000</ele><time>2026-06-01T08:00:00.250+02:00</time><hdop>1.2</hdop></trkpt>
      <trkpt lat="44.2" lon="6.2"><time>2026-06-01T06:00:01Z</time><hdop>2</hdop><extensions><x:wrap><x:accuracy>4.5</x:accuracy><x:speed>1.25</x:speed><x:course>270</x:course></x:wrap></extensions></trkpt>
    </trkseg>
    <trkseg/>
    <trkseg><trkpt lat="-44.3" lon="180"></trkpt></trkseg>
  </trk>
</gpx>"#,
    );
    assert_eq!(file.problems, []);
    assert_eq!((file.name.as_deref(), file.description.as_deref()), (Some("File"), Some("Of two days")));
    assert_eq!(file.creator.as_deref(), Some("A & B"));
    let [waypoint] = &file.waypoints[..] else { panic!("one waypoint") };
    assert_eq!(waypoint.name.as_deref(), Some("Café <b>"));
    assert_eq!(waypoint.description.as_deref(), Some("Comment"));
    assert_eq!((waypoint.symbol.as_deref(), waypoint.kind.as_deref()), (Some("Lodge"), Some("hut")));
    assert_eq!(waypoint.position, Position { elevation: Some(1250.5), ..Position::new(6.15, 44.85) });
    let [route] = &file.routes[..] else { panic!("one route") };
    assert_eq!((route.name.as_deref(), route.points.len()), (Some("Way"), 2));
    assert_eq!(route.points[1].position.elevation, Some(2000.0));
    let [track] = &file.tracks[..] else { panic!("one track") };
    assert_eq!(track.name.as_deref(), Some("Day <1>"));
    assert_eq!((track.description.as_deref(), track.kind.as_deref()), (Some("First"), Some("hiking")));
    let [first, second] = &track.segments[..] else { panic!("two segments") };
    assert_eq!(first[0].time_ms, Some(1_780_293_600_250));
    assert_eq!((first[0].position.elevation, first[0].accuracy_m), (Some(1000.0), Some(6.0)));
    let expected = Fix {
        position: Position::new(6.2, 44.2),
        time_ms: 1_780_293_601_000,
        accuracy_m: Some(4.5),
        speed_mps: Some(1.25),
        bearing_deg: Some(270.0),
    };
    assert_eq!(first[1].fix(), Some(expected));
    assert_eq!(second[0].position, Position::new(180.0, -44.3));
    assert_eq!(second[0].fix(), None);
}

#[test]
fn gpx_1_0_is_read() {
    let file = read(
        "  <?xml version='1.0'?><gpx version='1.0'><name>Old</name><url>http://localhost</url><trk><number>1</number>\
         <trkpt lat='44' lon='6'><ele>10</ele><course>90.5</course><speed>1.5</speed></trkpt></trk></gpx>",
    );
    assert_eq!((file.problems.len(), file.name.as_deref()), (0, Some("Old")));
    let point = file.tracks[0].segments[0][0];
    assert_eq!((point.bearing_deg, point.speed_mps), (Some(90.5), Some(1.5)));
}

#[test]
fn invalid_points_and_values_are_left_out_and_counted() {
    let file = read(&track(
        "<trkpt lat='44'/><trkpt lat='91' lon='6'><ele>1</ele></trkpt><trkpt lat='x' lon='6'/><trkpt lat='NaN' lon='6'/>\
         <trkpt lat=' 44 ' lon='6'><ele>high</ele><time>noon</time><hdop>-1</hdop></trkpt>\
         <trkpt lat='44.1' lon='6'><ele></ele><time/><ele>inf</ele></trkpt>",
    ));
    let points = &file.tracks[0].segments[0];
    let bare = |lat: f64| GpxPoint::new(Position::new(6.0, lat));
    assert_eq!(points[..], [bare(44.0), bare(44.1)]);
    let expected =
        [(GpxProblemKind::InvalidPosition, 4), (GpxProblemKind::InvalidNumber, 3), (GpxProblemKind::InvalidTime, 1)];
    assert_eq!(problems(&file), expected);
    assert_eq!(file.problems[0].to_string(), "4 points were left out: their positions are invalid");
}

#[test]
fn cut_file_gives_the_points_before_the_cut() {
    let whole = track(&"<trkpt lat=\"44.5\" lon=\"6.25\"><ele>1234.5</ele></trkpt>".repeat(3));
    let all = read(&whole).tracks[0].segments[0].clone();
    let mut counts = std::collections::BTreeSet::new();
    for end in 0..whole.len() {
        let Ok(file) = read_gpx(&whole.as_bytes()[..end]) else {
            assert!(end < "<gpx version=\"1.1\">".len(), "{end}");
            continue;
        };
        assert_eq!(problems(&file), [(GpxProblemKind::Truncated, 1)], "{end}");
        let points = file.tracks.first().map_or(&[][..], |track| &track.segments[0][..]);
        counts.insert(points.len());
        for (point, own) in points.iter().zip(&all) {
            assert_eq!((point.position.lon, point.position.lat), (own.position.lon, own.position.lat), "{end}");
            assert!(point.position.elevation.is_none_or(|metres| metres == 1234.5), "{end}");
        }
    }
    assert_eq!(Vec::from_iter(counts), [0, 1, 2, 3]);
}

#[test]
fn damaged_file_gives_the_points_before_the_damage() {
    let file = read(&track("<trkpt lat='44' lon='6'/></trk><trkpt lat='45' lon='6'/>"));
    assert_eq!(problems(&file), [(GpxProblemKind::Malformed, 1)]);
    assert_eq!(file.tracks[0].segments[0].len(), 1);
}

#[test]
fn other_files_are_refused_by_a_sentence() {
    for bytes in [&b""[..], b"{}", b"<html/>", b"<kml><trk/></kml>", &[0, 1, 2], b"<?xml version='1.0'?>", b"<gpx"] {
        let error = read_gpx(bytes).unwrap_err();
        assert_eq!(error.to_string(), "file: must be a GPX file", "{bytes:?}");
    }
}

#[test]
fn texts_are_read_in_every_encoding() {
    let xml = "<?xml version=\"1.0\" encoding=\"iso-8859-1\"?><gpx><name>Caf\u{e9}</name></gpx>";
    let latin1: Vec<u8> = xml.chars().map(|c| c as u8).collect();
    let utf16: Vec<u8> = [0xFEFF].into_iter().chain(xml.encode_utf16()).flat_map(u16::to_be_bytes).collect();
    let utf8 = xml.replace("iso-8859-1", "UTF-8");
    let marked = format!("\u{feff}{utf8}");
    for bytes in [&latin1[..], &utf16, utf8.as_bytes(), marked.as_bytes()] {
        let file = read_gpx(bytes).unwrap();
        assert_eq!((file.name.as_deref(), file.problems.len()), (Some("Caf\u{e9}"), 0), "{bytes:?}");
    }
    let broken = read_gpx(&b"<gpx><name>Caf\xE9</name></gpx>"[..]).unwrap();
    assert_eq!(broken.name.as_deref(), Some("Caf\u{fffd}"));
    assert_eq!(problems(&broken), [(GpxProblemKind::InvalidText, 1)]);
}

#[test]
fn entities_of_a_document_type_are_not_resolved() {
    let file = read(
        "<!DOCTYPE gpx [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;'>]><gpx><name>x &b; & y &amp;</name></gpx>",
    );
    assert_eq!(file.name.as_deref(), Some("x  & y &"));
}

#[test]
fn nested_elements_end_the_reading_in_linear_time() {
    let deep = format!("{}{}", "<trkpt lat='44' lon='6'/></trkseg>", "<x>".repeat(200_000));
    let file = read(&track(&deep));
    assert_eq!(problems(&file), [(GpxProblemKind::TooDeep, 1)]);
    assert_eq!(file.tracks[0].segments[0].len(), 1);
}

#[test]
fn points_beyond_the_maximum_are_counted() {
    let waypoints = "<wpt lat='44' lon='6'/>".repeat(MAX_WAYPOINTS + 2);
    let file = read(&format!("<gpx>{waypoints}</gpx>"));
    assert_eq!(file.waypoints.len(), MAX_WAYPOINTS);
    assert_eq!(problems(&file), [(GpxProblemKind::TooManyPoints, 2)]);
}

#[test]
fn too_long_file_gives_its_beginning() {
    let head = "<gpx><trk><trkseg><trkpt lat='44' lon='6'/><!--".as_bytes();
    let file = read_gpx(head.chain(std::io::repeat(b' '))).unwrap();
    assert_eq!(problems(&file), [(GpxProblemKind::TooLong, 1)]);
    assert_eq!(file.tracks[0].segments[0].len(), 1);
}
