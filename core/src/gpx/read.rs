//! Reads GPX 1.0 and 1.1. One pass without recursion: time and memory grow with the size of the file.

use std::collections::BTreeMap;
use std::io::Read;

use quick_xml::events::{BytesStart, Event};
use quick_xml::{Error as XmlError, Reader};

use super::element::{Element, Field};
use super::text::{self, Encoding};
use super::{
    GpxFile, GpxPoint, GpxProblem, GpxProblemKind, GpxRoute, GpxTrack, GpxWaypoint, MAX_BYTES, MAX_DEPTH, MAX_POINTS,
    MAX_WAYPOINTS,
};
use crate::error::{Error, Result};
use crate::model::Position;

/// Attributes of an element after these are not read. A root has its namespaces first.
const MAX_ATTRIBUTES: usize = 64;
/// Elevations in metres: the deepest and the highest place, with a wide margin.
const ELEVATIONS_M: (f64, f64) = (-12_000.0, 100_000.0);
/// Accuracy in metres for a horizontal dilution of precision of 1, for an ordinary receiver.
const METRES_PER_HDOP: f64 = 5.0;

/// Reads a GPX file of version 1.0 or 1.1. Unknown elements are skipped; invalid points and values are left out and counted;
/// of a damaged or too long file the beginning is read. Reads at most [`MAX_BYTES`] into memory; the time is linear in
/// the size.
///
/// # Errors
/// [`Error::InvalidInput`] if the file is no GPX file; errors of the source.
pub fn read_gpx(source: impl Read) -> Result<GpxFile> {
    let mut bytes = Vec::new();
    source.take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
    let max_bytes = usize::try_from(MAX_BYTES).unwrap_or(usize::MAX);
    let is_too_long = bytes.len() > max_bytes;
    bytes.truncate(max_bytes);
    parse(&bytes, is_too_long)
}

fn parse(bytes: &[u8], is_too_long: bool) -> Result<GpxFile> {
    let (bytes, encoding) = text::decode(bytes);
    let mut parser = Parser::new(encoding);
    let stop = parser.run(&bytes)?;
    parser.finish_all();
    match stop {
        Some(GpxProblemKind::Truncated) if is_too_long => parser.count(GpxProblemKind::TooLong),
        Some(stop) => parser.count(stop),
        None => {}
    }
    let problems = parser.problems.into_iter().map(|(kind, count)| GpxProblem { kind, count });
    parser.file.problems = problems.collect();
    Ok(parser.file)
}

/// The state between two events of the XML parser.
struct Parser {
    encoding: Encoding,
    file: GpxFile,
    problems: BTreeMap<GpxProblemKind, u64>,
    /// The open elements, from the root.
    stack: Vec<Element>,
    /// Text of the open field.
    text: String,
    is_text_valid: bool,
    /// Points of tracks and routes so far.
    point_count: usize,
    track: GpxTrack,
    segment: Vec<GpxPoint>,
    route: GpxRoute,
    point: Option<PendingPoint>,
}

/// An open point. A value counts only when its element has ended: a cut one may lack digits.
struct PendingPoint {
    waypoint: GpxWaypoint,
    accuracy_m: Option<f64>,
    hdop: Option<f64>,
    speed_mps: Option<f64>,
    bearing_deg: Option<f64>,
}

impl Parser {
    fn new(encoding: Encoding) -> Parser {
        Parser {
            encoding,
            file: GpxFile::default(),
            problems: BTreeMap::new(),
            stack: Vec::new(),
            text: String::new(),
            is_text_valid: true,
            point_count: 0,
            track: GpxTrack::default(),
            segment: Vec::new(),
            route: GpxRoute::default(),
            point: None,
        }
    }

    fn count(&mut self, kind: GpxProblemKind) {
        *self.problems.entry(kind).or_default() += 1;
    }

    /// Reads the root. Returns why the reading ended before its end, if it did.
    fn run(&mut self, bytes: &[u8]) -> Result<Option<GpxProblemKind>> {
        let no_gpx = || Error::invalid("file", "must be a GPX file");
        let mut reader = Reader::from_reader(bytes);
        let config = reader.config_mut();
        config.expand_empty_elements = true;
        config.allow_dangling_amp = true;
        loop {
            let event = reader.read_event();
            match event {
                Ok(Event::Start(start)) => {
                    let name = start.local_name();
                    let element = match self.stack.last() {
                        Some(parent) => Element::child(*parent, name.as_ref()),
                        None if name.as_ref() == b"gpx" => Element::Gpx,
                        None => return Err(no_gpx()),
                    };
                    if self.stack.len() == MAX_DEPTH {
                        return Ok(Some(GpxProblemKind::TooDeep));
                    }
                    self.stack.push(element);
                    self.start(element, &start);
                }
                Ok(Event::End(_)) => {
                    if let Some(element) = self.stack.pop() {
                        self.end(element);
                    }
                    if self.stack.is_empty() {
                        return Ok(None);
                    }
                }
                Ok(Event::Text(part)) => self.append(&part),
                Ok(Event::CData(part)) => self.append(&part),
                Ok(Event::GeneralRef(reference)) => {
                    let character = match &*reference {
                        b"amp" => Some('&'),
                        b"lt" => Some('<'),
                        b"gt" => Some('>'),
                        b"quot" => Some('"'),
                        b"apos" => Some('\''),
                        // An entity of a document type is not resolved.
                        _ => reference.resolve_char_ref().ok().flatten(),
                    };
                    if let (Some(Element::Field(_)), Some(character)) = (self.stack.last(), character)
                        && self.text.len() + character.len_utf8() <= text::MAX_TEXT
                    {
                        self.text.push(character);
                    }
                }
                Ok(Event::Eof) if self.stack.is_empty() => return Err(no_gpx()),
                Ok(Event::Eof) => return Ok(Some(GpxProblemKind::Truncated)),
                // An empty element comes as its start and its end.
                Ok(Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) | Event::Empty(_)) => {}
                Err(_) if self.stack.is_empty() => return Err(no_gpx()),
                // The parser misses the end of a tag, comment or the like.
                Err(XmlError::Syntax(_)) => return Ok(Some(GpxProblemKind::Truncated)),
                Err(_) => return Ok(Some(GpxProblemKind::Malformed)),
            }
        }
    }

    fn append(&mut self, bytes: &[u8]) {
        if matches!(self.stack.last(), Some(Element::Field(_))) {
            self.is_text_valid &= self.encoding.append(bytes, &mut self.text);
        }
    }

    fn start(&mut self, element: Element, start: &BytesStart<'_>) {
        match element {
            Element::Gpx => {
                self.file.creator = self.attribute(start, b"creator").filter(|creator| !creator.is_empty());
            }
            Element::Track => self.track = GpxTrack::default(),
            Element::Route => self.route = GpxRoute::default(),
            Element::TrackPoint | Element::RoutePoint | Element::Waypoint => self.start_point(element, start),
            Element::Field(_) => {
                self.text.clear();
                self.is_text_valid = true;
            }
            Element::Metadata | Element::Segment | Element::Extensions | Element::Unknown => {}
        }
    }

    fn start_point(&mut self, element: Element, start: &BytesStart<'_>) {
        let is_full = match element {
            Element::Waypoint => self.file.waypoints.len() >= MAX_WAYPOINTS,
            _ => self.point_count >= MAX_POINTS,
        };
        if is_full {
            return self.count(GpxProblemKind::TooManyPoints);
        }
        let degrees = |name: &[u8], max: f64| text::number(&self.attribute(start, name)?, -max, max);
        let (Some(lon), Some(lat)) = (degrees(b"lon", 180.0), degrees(b"lat", 90.0)) else {
            return self.count(GpxProblemKind::InvalidPosition);
        };
        let waypoint = GpxWaypoint {
            position: Position::new(lon, lat),
            time_ms: None,
            name: None,
            description: None,
            kind: None,
            symbol: None,
        };
        self.point = Some(PendingPoint { waypoint, accuracy_m: None, hdop: None, speed_mps: None, bearing_deg: None });
    }

    /// The value of an attribute. Duplicates are not looked for, because that takes quadratic time.
    fn attribute(&self, start: &BytesStart<'_>, name: &[u8]) -> Option<String> {
        let mut attributes = start.attributes();
        let mut known = attributes.with_checks(false).take(MAX_ATTRIBUTES).flatten();
        let attribute = known.find(|attribute| attribute.key.as_ref() == name)?;
        let mut value = String::new();
        self.encoding.append(&attribute.value, &mut value);
        Some(quick_xml::escape::unescape(&value).map_or(value.clone(), |text| text.into_owned()))
    }

    fn end(&mut self, element: Element) {
        match element {
            Element::Field(field) => self.end_field(field),
            Element::TrackPoint | Element::RoutePoint | Element::Waypoint => self.finish_point(element),
            Element::Segment => self.finish_segment(),
            Element::Track => self.finish_track(),
            Element::Route => self.finish_route(),
            Element::Gpx | Element::Metadata | Element::Extensions | Element::Unknown => {}
        }
    }

    /// Ends every open element, when the file is cut off.
    fn finish_all(&mut self) {
        while let Some(element) = self.stack.pop() {
            if !matches!(element, Element::Field(_)) {
                self.end(element);
            }
        }
    }

    fn finish_point(&mut self, element: Element) {
        let Some(PendingPoint { waypoint, accuracy_m, hdop, speed_mps, bearing_deg }) = self.point.take() else {
            return;
        };
        if element == Element::Waypoint {
            return self.file.waypoints.push(waypoint);
        }
        let accuracy_m = accuracy_m.or(hdop.map(|hdop| hdop * METRES_PER_HDOP));
        let GpxWaypoint { position, time_ms, .. } = waypoint;
        let point = GpxPoint { position, time_ms, accuracy_m, speed_mps, bearing_deg };
        self.point_count += 1;
        match element {
            Element::RoutePoint => self.route.points.push(point),
            _ => self.segment.push(point),
        }
    }

    fn finish_segment(&mut self) {
        if !self.segment.is_empty() {
            self.track.segments.push(std::mem::take(&mut self.segment));
        }
    }

    fn finish_track(&mut self) {
        self.finish_segment();
        let track = std::mem::take(&mut self.track);
        if !track.segments.is_empty() {
            self.file.tracks.push(track);
        }
    }

    fn finish_route(&mut self) {
        let route = std::mem::take(&mut self.route);
        if !route.points.is_empty() {
            self.file.routes.push(route);
        }
    }

    fn end_field(&mut self, field: Field) {
        let value = std::mem::take(&mut self.text);
        let value = value.trim();
        if !self.is_text_valid {
            self.count(GpxProblemKind::InvalidText);
        }
        let Some(parent) = self.stack.last() else { return };
        match parent {
            Element::TrackPoint | Element::RoutePoint | Element::Waypoint | Element::Extensions => {
                if let Some(problem) = self.point.as_mut().and_then(|point| point.set(field, value)) {
                    self.count(problem);
                }
            }
            parent => {
                let (name, description, kind) = match parent {
                    Element::Track => (&mut self.track.name, &mut self.track.description, Some(&mut self.track.kind)),
                    Element::Route => (&mut self.route.name, &mut self.route.description, None),
                    _ => (&mut self.file.name, &mut self.file.description, None),
                };
                set_text(field, value, name, description, kind);
            }
        }
        // The buffer of a long text is freed; that of a short one is used again.
        self.text.clear();
    }
}

/// Sets a text; a comment only where there is no description.
fn set_text(
    field: Field,
    value: &str,
    name: &mut Option<String>,
    description: &mut Option<String>,
    kind: Option<&mut Option<String>>,
) {
    if value.is_empty() {
        return;
    }
    match field {
        Field::Name => *name = Some(value.to_owned()),
        Field::Description => *description = Some(value.to_owned()),
        Field::Comment if description.is_none() => *description = Some(value.to_owned()),
        Field::Kind => {
            if let Some(kind) = kind {
                *kind = Some(value.to_owned());
            }
        }
        _ => {}
    }
}

impl PendingPoint {
    /// Sets a field; returns the problem with its value.
    fn set(&mut self, field: Field, value: &str) -> Option<GpxProblemKind> {
        let set = |target: &mut Option<f64>, min: f64, max: f64| {
            let number = text::number(value, min, max);
            *target = number.or(*target);
            // An empty element means an unknown value.
            (number.is_none() && !value.is_empty()).then_some(GpxProblemKind::InvalidNumber)
        };
        match field {
            Field::Elevation => set(&mut self.waypoint.position.elevation, ELEVATIONS_M.0, ELEVATIONS_M.1),
            Field::Hdop => set(&mut self.hdop, 0.0, 1_000.0),
            Field::Accuracy => set(&mut self.accuracy_m, 0.0, 1e6),
            Field::Speed => set(&mut self.speed_mps, 0.0, 1e5),
            Field::Course => set(&mut self.bearing_deg, 0.0, 360.0),
            Field::Time => {
                let time_ms = text::time_ms(value);
                self.waypoint.time_ms = time_ms.or(self.waypoint.time_ms);
                (time_ms.is_none() && !value.is_empty()).then_some(GpxProblemKind::InvalidTime)
            }
            Field::Symbol => {
                self.waypoint.symbol = Some(value.to_owned()).filter(|symbol| !symbol.is_empty());
                None
            }
            Field::Name | Field::Description | Field::Comment | Field::Kind => {
                let GpxWaypoint { name, description, kind, .. } = &mut self.waypoint;
                set_text(field, value, name, description, Some(kind));
                None
            }
        }
    }
}

#[cfg(test)]
#[path = "read_tests.rs"]
mod tests;
