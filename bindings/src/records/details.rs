//! The details of a trek and its elevation profile.

use super::{EventDates, Kind, Position};

/// A text in one language.
#[derive(uniffi::Record)] pub struct RichText {
    /** The text without markup, for lists and speech. */ pub plain: String,
    /** The text as cleaned HTML: no scripts, styles, forms or event handlers. */ pub html: String,
    /** Its language. */ pub lang: String,
}

/// A picture and its credits.
#[derive(uniffi::Record)] pub struct Picture {
    /** Its file on the device; none if no pack contains it. */ pub path: Option<String>,
    /** URL of the original. */ pub url: String,
    /** URL of a small version; empty if there is none. */ pub thumbnail: String,
    /** Title. */ pub title: String,
    /** Caption. */ pub legend: String,
    /** Author. */ pub author: String,
    /** Licence. */ pub license: String,
}

/// A file or a video that is attached to an object: a PDF topo-guide, an audio commentary, a linked film.
#[derive(uniffi::Record)] pub struct AttachedFile {
    /** Title; the file name if the office gave none. */ pub title: String,
    /** Caption. */ pub legend: String,
    /** Author. */ pub author: String,
    /** Licence. */ pub license: String,
    /** The office's class of attachment (`Topo-guide`). */ pub file_type: String,
    /** `file` or `video`. */ pub media: String,
    /** Host of a linked video (`Youtube`); empty for files on the server. */ pub backend: String,
    /** URL of the file, or of the page of a linked video. */ pub url: String,
    /** Size, bytes; none if it is not known. */ pub bytes: Option<u64>,
    /** Its file on the device; none if no pack contains it. */ pub path: Option<String>,
}

/// A link.
#[derive(uniffi::Record)] pub struct WebLink {
    /** Its name. */ pub name: String,
    /** Its URL. */ pub url: String,
}

/// A stage of an itinerary.
#[derive(uniffi::Record)] pub struct Stage {
    /** Its position in the itinerary, from 1. */ pub number: u32,
    /** Id of its trek on the server. */ pub id: i64,
    /** Its name. */ pub name: String,
    /** Duration, hours. */ pub duration_h: Option<f64>,
    /** Length, metres. */ pub length_m: Option<f64>,
    /** Ascent, metres. */ pub ascent_m: Option<f64>,
    /** Time at which a refresh noticed that the server no longer publishes it, Unix ms. */ pub withdrawn_ms: Option<i64>,
}

/// An object along the route of a trek.
#[derive(uniffi::Record)] pub struct RouteItem {
    /** Its kind. */ pub kind: Kind,
    /** Its id on the server. */ pub id: i64,
    /** Its name, or the label of its type if it has none. */ pub name: String,
    /** Language of the name. */ pub lang: String,
    /** Metres from the route to the nearest point of the object; 0 if the route crosses it. */ pub offset_m: f64,
    /** Metres along the route to the point nearest to the object. */ pub along_m: f64,
    /** True if the object was associated by distance rather than listed by the server. */ pub estimated: bool,
    /** Its first position. */ pub point: Option<Position>,
    /** Touristic events only: dates. */ pub event: Option<EventDates>,
    /** Time at which a refresh noticed that the server no longer publishes it, Unix ms. */ pub withdrawn_ms: Option<i64>,
}

/// An information desk for a trek: a tourist office, a park house.
#[derive(uniffi::Record)] pub struct InformationDesk {
    /** Its id on the server. */ pub id: i64,
    /** Its name, or the label of its type if it has none. */ pub name: String,
    /** Language of the name. */ pub lang: String,
    /** Label of its type. */ pub type_label: Option<String>,
    /** Description. */ pub description: Option<RichText>,
    /** E-mail address. */ pub email: Option<String>,
    /** Web address. */ pub website: Option<String>,
    /** Telephone number. */ pub phone: Option<String>,
    /** Street. */ pub street: Option<String>,
    /** Postal code. */ pub postal_code: Option<String>,
    /** Town. */ pub municipality: Option<String>,
    /** Its position. */ pub point: Option<Position>,
    /** Time at which a refresh noticed that the server no longer publishes it, Unix ms. */ pub withdrawn_ms: Option<i64>,
}

/// A trek with its texts, pictures, stages and the objects along its route.
#[derive(uniffi::Record)] pub struct TrekDetails {
    /** Name of its territory. */ pub territory: String,
    /** Its id on the server. */ pub id: i64,
    /** Its name. */ pub name: String,
    /** Language of the name. */ pub lang: String,
    /** Name of the practice. */ pub practice: Option<String>,
    /** Name of the difficulty. */ pub difficulty: Option<String>,
    /** Name of the type of route: loop, out and back, traverse. */ pub route: Option<String>,
    /** Duration, hours. */ pub duration_h: Option<f64>,
    /** Length, metres. */ pub length_m: Option<f64>,
    /** Ascent, metres. */ pub ascent_m: Option<f64>,
    /** Descent, metres; zero or negative, as on the server. */ pub descent_m: Option<f64>,
    /** Lowest elevation, metres. */ pub min_elevation_m: Option<f64>,
    /** Highest elevation, metres. */ pub max_elevation_m: Option<f64>,
    /** True if a complete pack of it is on the device. */ pub offline: bool,
    /** Name of the departure. */ pub departure: Option<String>,
    /** Name of the arrival. */ pub arrival: Option<String>,
    /** Themes. */ pub themes: Vec<String>,
    /** Labels of the office. */ pub labels: Vec<String>,
    /** Networks of waymarked paths. */ pub networks: Vec<String>,
    /** Ratings, such as grades of difficulty. */ pub ratings: Vec<String>,
    /** Accessibility: for whom. */ pub accessibilities: Vec<String>,
    /** Level of accessibility. */ pub accessibility_level: Option<String>,
    /** Sources of the data. */ pub sources: Vec<String>,
    /** Organisation that maintains it. */ pub structure: Option<String>,
    /** Cities that it crosses. */ pub cities: Vec<String>,
    /** Districts that it crosses. */ pub districts: Vec<String>,
    /** Short description. */ pub description_teaser: Option<RichText>,
    /** Introduction. */ pub ambiance: Option<RichText>,
    /** Step-by-step description. */ pub description: Option<RichText>,
    /** Advice. */ pub advice: Option<RichText>,
    /** Gear to bring. */ pub gear: Option<RichText>,
    /** Access by road. */ pub access: Option<RichText>,
    /** Access by public transport. */ pub public_transport: Option<RichText>,
    /** Advised parking. */ pub advised_parking: Option<RichText>,
    /** Description of the ratings. */ pub ratings_description: Option<RichText>,
    /** Facilities for people with disabilities. */ pub disabled_infrastructure: Option<RichText>,
    /** Accessibility: advice. */ pub accessibility_advice: Option<RichText>,
    /** Accessibility: surface. */ pub accessibility_covering: Option<RichText>,
    /** Accessibility: exposure. */ pub accessibility_exposure: Option<RichText>,
    /** Accessibility: signage. */ pub accessibility_signage: Option<RichText>,
    /** Accessibility: slope. */ pub accessibility_slope: Option<RichText>,
    /** Accessibility: width. */ pub accessibility_width: Option<RichText>,
    /** Its line, as ISO WKB; none if the server published none. */ pub geometry: Option<Vec<u8>>,
    /** Vertices of its line. */ pub vertices: u32,
    /** Vertices of its line whose elevation is unknown: the server has none, or an impossible one. The profile is straight between the others. */ pub unknown_elevations: u32,
    /** Numbered points of the description; the first has number 1. */ pub points_reference: Vec<Position>,
    /** Position of the parking. */ pub parking_location: Option<Position>,
    /** Pictures, the cover first. */ pub pictures: Vec<Picture>,
    /** Attached files and linked videos. */ pub files: Vec<AttachedFile>,
    /** Links. */ pub web_links: Vec<WebLink>,
    /** Information desks, wherever they are. */ pub information_desks: Vec<InformationDesk>,
    /** Stages, in order. */ pub stages: Vec<Stage>,
    /** Objects along the route, ordered by `along_m`. */ pub route_items: Vec<RouteItem>,
    /** Time at which a refresh noticed that the server no longer publishes it, Unix ms. */ pub withdrawn_ms: Option<i64>,
    /** Time of its last change on the server, Unix ms. */ pub updated_ms: Option<i64>,
}

/// Elevation over distance, to draw: evenly spaced samples.
#[derive(uniffi::Record)] pub struct Profile {
    /** Distance of each sample from the start, metres. */ pub distance_m: Vec<f64>,
    /** Elevation of each sample, metres above sea level. */ pub elevation_m: Vec<f64>,
    /** Position of each sample on the line. */ pub positions: Vec<Position>,
    /** Lowest elevation of the line itself, metres. */ pub min_m: f64,
    /** Highest elevation of the line itself, metres. */ pub max_m: f64,
    /** Ascent, metres; changes of less than 7 m count as noise. */ pub ascent_m: f64,
    /** Descent, metres, zero or positive; changes of less than 7 m count as noise. */ pub descent_m: f64,
}
