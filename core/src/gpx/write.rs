//! Writes GPX 1.1. Accuracy, speed and direction are extensions, under the names that OpenTracks and Garmin gave them.

use std::io::Write;

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

use super::{GpxFile, GpxPoint, GpxRoute, GpxTrack, GpxWaypoint};
use crate::error::{Error, Result};
use crate::model::Position;

const NAMESPACES: [(&str, &str); 3] = [
    ("xmlns", "http://www.topografix.com/GPX/1/1"),
    ("xmlns:gpxtpx", "http://www.garmin.com/xmlschemas/TrackPointExtension/v2"),
    ("xmlns:opentracks", "http://opentracksapp.com/xmlschemas/v1"),
];
/// Maximum length of a name, in characters: what a device can list.
const MAX_NAME: usize = 200;

type Out<W> = Writer<W>;
type IoResult = std::io::Result<()>;

impl GpxFile {
    /// The file as GPX 1.1. Invalid positions are left out, because one of them would make a reader reject the whole file.
    /// Names are on one line and have at most 200 characters. U+FFFD stands for each character that XML cannot hold, and for
    /// each control character or bidirectional override, which would change how a device shows the text around it. The
    /// creator is Jalon.
    ///
    /// # Errors
    /// [`Error::Internal`] never occurs in practice.
    pub fn to_gpx(&self) -> Result<String> {
        let mut bytes = Vec::new();
        self.write_gpx(&mut bytes)?;
        String::from_utf8(bytes).map_err(Error::internal)
    }

    /// Writes the file as [`GpxFile::to_gpx`].
    ///
    /// # Errors
    /// Errors of the target.
    pub fn write_gpx(&self, target: impl Write) -> Result<()> {
        let mut out = Writer::new_with_indent(target, b' ', 1);
        out.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
        let root = out.create_element("gpx").with_attributes([("version", "1.1"), ("creator", "Jalon")]);
        root.with_attributes(NAMESPACES).write_inner_content(|out| self.write_content(out))?;
        out.get_mut().write_all(b"\n")?;
        Ok(())
    }

    fn write_content<W: Write>(&self, out: &mut Out<W>) -> IoResult {
        if self.name.is_some() || self.description.is_some() {
            out.create_element("metadata").write_inner_content(|out| {
                name(out, self.name.as_deref())?;
                description(out, self.description.as_deref())
            })?;
        }
        self.waypoints.iter().filter(|one| one.position.is_valid()).try_for_each(|one| write_waypoint(out, one))?;
        self.routes.iter().try_for_each(|one| write_route(out, one))?;
        self.tracks.iter().try_for_each(|one| write_track(out, one))
    }
}

fn write_waypoint<W: Write>(out: &mut Out<W>, waypoint: &GpxWaypoint) -> IoResult {
    write_position(out, "wpt", waypoint.position, |out| {
        // The order is that of the schema.
        time(out, waypoint.time_ms)?;
        name(out, waypoint.name.as_deref())?;
        description(out, waypoint.description.as_deref())?;
        line(out, "sym", waypoint.symbol.as_deref())?;
        line(out, "type", waypoint.kind.as_deref())
    })
}

fn write_route<W: Write>(out: &mut Out<W>, route: &GpxRoute) -> IoResult {
    out.create_element("rte").write_inner_content(|out| {
        name(out, route.name.as_deref())?;
        description(out, route.description.as_deref())?;
        route.points.iter().try_for_each(|point| write_point(out, "rtept", point))
    })?;
    Ok(())
}

fn write_track<W: Write>(out: &mut Out<W>, track: &GpxTrack) -> IoResult {
    out.create_element("trk").write_inner_content(|out| {
        name(out, track.name.as_deref())?;
        description(out, track.description.as_deref())?;
        line(out, "type", track.kind.as_deref())?;
        track.segments.iter().try_for_each(|segment| {
            out.create_element("trkseg")
                .write_inner_content(|out| segment.iter().try_for_each(|point| write_point(out, "trkpt", point)))?;
            Ok(())
        })
    })?;
    Ok(())
}

fn write_point<W: Write>(out: &mut Out<W>, element: &str, point: &GpxPoint) -> IoResult {
    if !point.position.is_valid() {
        return Ok(());
    }
    write_position(out, element, point.position, |out| {
        time(out, point.time_ms)?;
        let known = |value: Option<f64>| value.filter(|value| value.is_finite() && *value >= 0.0);
        let (accuracy_m, speed_mps, bearing_deg) =
            (known(point.accuracy_m), known(point.speed_mps), known(point.bearing_deg));
        if accuracy_m.is_none() && speed_mps.is_none() && bearing_deg.is_none() {
            return Ok(());
        }
        out.create_element("extensions").write_inner_content(|out| {
            number(out, "opentracks:accuracy_horizontal", accuracy_m)?;
            if speed_mps.is_some() || bearing_deg.is_some() {
                out.create_element("gpxtpx:TrackPointExtension").write_inner_content(|out| {
                    number(out, "gpxtpx:speed", speed_mps)?;
                    number(out, "gpxtpx:course", bearing_deg)
                })?;
            }
            Ok(())
        })?;
        Ok(())
    })
}

fn write_position<W: Write>(
    out: &mut Out<W>,
    element: &str,
    position: Position,
    content: impl FnOnce(&mut Out<W>) -> IoResult,
) -> IoResult {
    let (lat, lon) = (position.lat.to_string(), position.lon.to_string());
    let element = out.create_element(element).with_attributes([("lat", lat.as_str()), ("lon", lon.as_str())]);
    element.write_inner_content(|out| {
        number(out, "ele", position.elevation.filter(|metres| metres.is_finite()))?;
        content(out)
    })?;
    Ok(())
}

fn number<W: Write>(out: &mut Out<W>, element: &str, value: Option<f64>) -> IoResult {
    text(out, element, value.map(|value| value.to_string()))
}

fn time<W: Write>(out: &mut Out<W>, time_ms: Option<i64>) -> IoResult {
    text(out, "time", time_ms.and_then(rfc_3339))
}

/// A time in UTC; `None` beyond the year 9999.
pub(super) fn rfc_3339(time_ms: i64) -> Option<String> {
    Some(jiff::Timestamp::from_millisecond(time_ms).ok()?.to_string())
}

fn name<W: Write>(out: &mut Out<W>, value: Option<&str>) -> IoResult {
    line(out, "name", value)
}

fn line<W: Write>(out: &mut Out<W>, element: &str, value: Option<&str>) -> IoResult {
    text(out, element, value.map(single_line))
}

fn description<W: Write>(out: &mut Out<W>, value: Option<&str>) -> IoResult {
    text(out, "desc", value.map(|text| text.replace("\r\n", "\n").chars().map(safe).collect()))
}

fn text<W: Write>(out: &mut Out<W>, element: &str, value: Option<String>) -> IoResult {
    let Some(value) = value.as_deref().map(str::trim).filter(|value| !value.is_empty()) else { return Ok(()) };
    out.create_element(element).write_text_content(BytesText::new(value))?;
    Ok(())
}

/// A text on one line: white space in a row becomes one space.
fn single_line(text: &str) -> String {
    let line: String = text.split_whitespace().collect::<Vec<_>>().join(" ").chars().map(safe).collect();
    match line.char_indices().nth(MAX_NAME) {
        None => line,
        Some(_) => line.chars().take(MAX_NAME - 1).chain(['…']).collect(),
    }
}

fn safe(c: char) -> char {
    match c {
        '\t' | '\n' => c,
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{fffe}' | '\u{ffff}' => char::REPLACEMENT_CHARACTER,
        c if c.is_control() => char::REPLACEMENT_CHARACTER,
        c => c,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{read_geojson, read_gpx};
    use super::*;

    fn position() -> impl Strategy<Value = Position> {
        // JSON's reader gives the nearest number only for those with few digits.
        (-1_800_000_000..=1_800_000_000, -900_000_000..=900_000_000, optional(-5_000..90_000)).prop_map(
            |(lon, lat, elevation)| Position { lon: f64::from(lon) / 1e7, lat: f64::from(lat) / 1e7, elevation },
        )
    }

    fn optional(tenths: std::ops::Range<i32>) -> impl Strategy<Value = Option<f64>> {
        proptest::option::of(tenths.prop_map(|tenths| f64::from(tenths) / 10.0))
    }

    fn point() -> impl Strategy<Value = GpxPoint> {
        let time = proptest::option::of(-1_000_000_000_000_i64..10_000_000_000_000);
        (position(), time, optional(0..5_000), optional(0..500), optional(0..3_600)).prop_map(
            |(position, time_ms, accuracy_m, speed_mps, bearing_deg)| GpxPoint {
                position,
                time_ms,
                accuracy_m,
                speed_mps,
                bearing_deg,
            },
        )
    }

    fn label() -> impl Strategy<Value = Option<String>> {
        proptest::option::of("[a-zé<>&\"']{1,12}")
    }

    fn file() -> impl Strategy<Value = GpxFile> {
        let segments = prop::collection::vec(prop::collection::vec(point(), 1..6), 1..4);
        let track = (label(), label(), label(), segments).prop_map(|(name, description, kind, segments)| GpxTrack {
            name,
            description,
            kind,
            segments,
        });
        let route = (label(), label(), prop::collection::vec(point(), 1..6))
            .prop_map(|(name, description, points)| GpxRoute { name, description, points });
        let waypoint = (position(), proptest::option::of(0_i64..2_000_000_000_000), label(), label(), label(), label())
            .prop_map(|(position, time_ms, name, description, kind, symbol)| GpxWaypoint {
                position,
                time_ms,
                name,
                description,
                kind,
                symbol,
            });
        (
            label(),
            label(),
            prop::collection::vec(track, 0..3),
            prop::collection::vec(route, 0..3),
            prop::collection::vec(waypoint, 0..3),
        )
            .prop_map(|(name, description, tracks, routes, waypoints)| GpxFile {
                name,
                description,
                creator: Some("Jalon".to_owned()),
                tracks,
                routes,
                waypoints,
                problems: Vec::new(),
            })
    }

    proptest! {
        #[test]
        fn written_file_reads_back(file in file()) {
            let written = file.to_gpx().unwrap();
            prop_assert_eq!(read_gpx(written.as_bytes()).unwrap(), file.clone());
            let written = file.to_geojson().to_string();
            prop_assert_eq!(read_geojson(written.as_bytes()).unwrap(), file);
        }

        /// The crate `gpx` is strict.
        #[test]
        fn written_file_is_read_by_another_program(file in file()) {
            let read = gpx::read(file.to_gpx().unwrap().as_bytes()).map_err(|error| error.to_string());
            // It refuses a longitude of 180°.
            if let Ok(read) = read {
                prop_assert_eq!(read.tracks.len(), file.tracks.len());
                for (own, other) in file.tracks.iter().zip(&read.tracks) {
                    prop_assert_eq!(&own.name, &other.name);
                    let points = other.segments.iter().flat_map(|segment| &segment.points);
                    for (own, other) in own.segments.iter().flatten().zip(points) {
                        prop_assert_eq!((own.position.lon, own.position.lat), other.point().x_y());
                        prop_assert_eq!(own.position.elevation, other.elevation);
                    }
                }
            } else {
                let has_180 = file.to_gpx().unwrap().contains("lon=\"180\"");
                prop_assert!(has_180, "{read:?}");
            }
        }
    }

    #[test]
    fn texts_are_safe_for_xml_and_for_devices() {
        let track = GpxTrack {
            name: Some("a\u{0}b\nc\u{202e}d  \u{ffff}".to_owned()),
            description: Some("one\r\ntwo\u{1b}[2J".to_owned()),
            segments: vec![vec![GpxPoint::new(Position::new(f64::NAN, 0.0))]],
            ..GpxTrack::default()
        };
        let long = GpxTrack { name: Some("é".repeat(500)), ..GpxTrack::default() };
        let written = GpxFile { tracks: vec![track, long], ..GpxFile::default() }.to_gpx().unwrap();
        assert!(written.contains("<name>a\u{fffd}b c\u{fffd}d \u{fffd}</name>"), "{written}");
        assert!(written.contains("<desc>one\ntwo\u{fffd}[2J</desc>"), "{written}");
        assert!(written.contains(&format!("<name>{}…</name>", "é".repeat(199))), "{written}");
        assert!(!written.contains("trkpt"), "{written}");
    }
}
