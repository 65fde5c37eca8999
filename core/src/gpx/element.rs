//! The elements that the reader knows, by their local names: programs use any prefix for the namespace, or a wrong one.

/// An element of a GPX file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Element {
    Gpx,
    Metadata,
    Track,
    Segment,
    TrackPoint,
    Route,
    RoutePoint,
    Waypoint,
    /// Extensions of a point, and every unknown element in them.
    Extensions,
    /// An element with a text.
    Field(Field),
    /// An unknown element, and everything in it.
    Unknown,
}

/// A known element with a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    Name,
    Description,
    Comment,
    Kind,
    Symbol,
    Time,
    Elevation,
    Hdop,
    Accuracy,
    Speed,
    Course,
}

impl Element {
    /// The element with a local name in `parent`.
    pub(super) fn child(parent: Element, name: &[u8]) -> Element {
        match (parent, name) {
            (Element::Gpx, b"metadata") => Element::Metadata,
            (Element::Gpx, b"trk") => Element::Track,
            (Element::Gpx, b"rte") => Element::Route,
            (Element::Gpx, b"wpt") => Element::Waypoint,
            (Element::Track, b"trkseg") => Element::Segment,
            // Some programs write the points of a track without a segment.
            (Element::Track | Element::Segment, b"trkpt") => Element::TrackPoint,
            (Element::Route, b"rtept") => Element::RoutePoint,
            // Name and description of the file in GPX 1.0.
            (Element::Gpx | Element::Metadata | Element::Track | Element::Route | Element::Waypoint, b"name") => {
                Element::Field(Field::Name)
            }
            (Element::Gpx | Element::Metadata | Element::Track | Element::Route | Element::Waypoint, b"desc") => {
                Element::Field(Field::Description)
            }
            (Element::Track | Element::Route | Element::Waypoint, b"cmt") => Element::Field(Field::Comment),
            (Element::Track | Element::Waypoint, b"type") => Element::Field(Field::Kind),
            (Element::Waypoint, b"sym") => Element::Field(Field::Symbol),
            (Element::TrackPoint | Element::RoutePoint | Element::Waypoint, b"extensions") => Element::Extensions,
            (Element::TrackPoint | Element::RoutePoint | Element::Waypoint, _) => point_field(name),
            (Element::Extensions, _) => extension(name),
            _ => Element::Unknown,
        }
    }
}

fn point_field(name: &[u8]) -> Element {
    match name {
        b"ele" => Element::Field(Field::Elevation),
        b"time" => Element::Field(Field::Time),
        b"hdop" => Element::Field(Field::Hdop),
        // Both are of GPX 1.0.
        b"speed" => Element::Field(Field::Speed),
        b"course" => Element::Field(Field::Course),
        _ => Element::Unknown,
    }
}

/// Names of OpenTracks, OsmAnd, Garmin, GPSLogger and Jalon. There is no standard for the accuracy.
fn extension(name: &[u8]) -> Element {
    match name {
        b"accuracy" | b"accuracy_horizontal" | b"horizontalAccuracy" | b"hacc" | b"hAcc" => {
            Element::Field(Field::Accuracy)
        }
        b"speed" => Element::Field(Field::Speed),
        b"course" | b"bearing" => Element::Field(Field::Course),
        _ => Element::Extensions,
    }
}
