use std::collections::BTreeMap;

use super::fields::records;
use super::{AccessibilityPicture, Attachment, Geometry, HdView, Id, Localized, Position, RichText};

records! {
    /// A hike, an itinerary of several days, or one stage of it.
    pub struct Trek in "trek" {
        /// Identifier on the server.
        id: Id;
        /// Identifier that is stable across servers.
        uuid: Option<String>;
        /// Name.
        name: Localized => name;
        /// Name of the departure.
        departure: Localized => summary;
        /// Name of the arrival.
        arrival: Localized => summary;
        /// Short description.
        description_teaser: RichText => summary;
        /// Description of the route, step by step.
        description: RichText => description;
        /// Atmosphere and interest of the route.
        ambiance: RichText => body;
        /// Directions to the departure.
        access: RichText => body;
        /// Recommendations.
        advice: RichText => body;
        /// Recommended car park.
        advised_parking: RichText => body;
        /// Equipment to bring.
        gear: RichText => body;
        /// Directions by bus or train.
        public_transport: RichText => body;
        /// Explanation of the ratings.
        ratings_description: RichText => body;
        /// Facilities for people with disabilities.
        disabled_infrastructure: RichText => body;
        /// Accessibility: advice.
        accessibility_advice: RichText => body;
        /// Accessibility: surface of the path.
        accessibility_covering: RichText => body;
        /// Accessibility: exposure.
        accessibility_exposure: RichText => body;
        /// Accessibility: signage.
        accessibility_signage: RichText => body;
        /// Accessibility: slope.
        accessibility_slope: RichText => body;
        /// Accessibility: width.
        accessibility_width: RichText => body;
        /// Vocabulary `trek_accessibility`.
        accessibilities: Vec<Id> => refers_to("trek_accessibility"), fetch_missing, set, column;
        /// Vocabulary `trek_accessibility_level`.
        accessibility_level: Option<Id> => refers_to("trek_accessibility_level"), fetch_missing;
        /// Vocabulary `trek_practice`.
        practice: Option<Id> => refers_to("trek_practice"), fetch_missing, column, object_type;
        /// Vocabulary `trek_difficulty`; the order of ids is the order of difficulty.
        difficulty: Option<Id> => refers_to("trek_difficulty"), fetch_missing, column;
        /// Loop, there and back, crossing (vocabulary `trek_route`).
        route: Option<Id> => refers_to("trek_route"), fetch_missing, column;
        /// Waymarking (vocabulary `trek_network`).
        networks: Vec<Id> => refers_to("trek_network"), fetch_missing, set, column;
        /// Vocabulary `theme`.
        themes: Vec<Id> => refers_to("theme"), fetch_missing, set, column;
        /// Vocabulary `label`.
        labels: Vec<Id> => refers_to("label"), fetch_missing, set, column;
        /// Vocabulary `trek_rating`.
        ratings: Vec<Id> => refers_to("trek_rating"), fetch_missing, set;
        /// Sources (vocabulary `source`).
        source: Vec<Id> => refers_to("source"), fetch_missing, set;
        /// Portals that show the trek (vocabulary `portal`).
        portal: Vec<Id> => refers_to("portal"), set;
        /// Organisation that maintains the trek (vocabulary `structure`).
        structure: Option<Id> => refers_to("structure"), fetch_missing, column;
        /// Information desks for the trek.
        information_desks: Vec<Id> => refers_to("informationdesk"), fetch_missing, set;
        /// Booking system (vocabulary `reservationsystem`).
        reservation_system: Option<Id> => refers_to("reservationsystem"), fetch_missing;
        /// Identifier in the booking system.
        reservation_id: String;
        /// Identifier in the provider's system.
        external_id: Option<String>;
        /// Second identifier in the provider's system.
        second_external_id: Option<String>;
        /// Provider from whose system the trek was imported.
        provider: Option<String>;
        /// Walking time that the office gives, hours.
        duration_h: Option<f64> => wire("duration"), column;
        /// Length on the map, metres.
        length_2d_m: Option<f64> => wire("length_2d"), column;
        /// Length along the slope, metres.
        length_3d_m: Option<f64> => wire("length_3d"), column_named("length_m");
        /// Ascent, metres.
        ascent_m: Option<f64> => wire("ascent"), column;
        /// Descent, metres; zero or negative, as the server writes it.
        descent_m: Option<f64> => wire("descent"), column;
        /// Lowest elevation, metres.
        min_elevation_m: Option<f64> => wire("min_elevation");
        /// Highest elevation, metres.
        max_elevation_m: Option<f64> => wire("max_elevation");
        /// Line of the route.
        geometry: Option<Geometry>;
        /// Position of the departure.
        departure_point: Option<Position> => wire("departure_geom");
        /// Position of the car park.
        parking_location: Option<Position>;
        /// Numbered points of the description; the first is number 1.
        points_reference: Vec<Position>;
        /// Municipalities that the route crosses ([`City`](super::City)).
        cities: Vec<Id> => set, column;
        /// Official codes of these municipalities.
        city_codes: Vec<String> => set;
        /// Districts that the route crosses.
        districts: Vec<Id> => set, column;
        /// Municipality of the departure.
        departure_city: Option<Id>;
        /// Official code of this municipality.
        departure_city_code: Option<String>;
        /// Stages of an itinerary, in order.
        children: Vec<Id> => column;
        /// Itineraries that the trek is a stage of.
        parents: Vec<Id> => set, column;
        /// Previous stage, by itinerary; `None` for the first stage.
        previous: BTreeMap<Id, Option<Id>>;
        /// Next stage, by itinerary; `None` for the last stage.
        next: BTreeMap<Id, Option<Id>>;
        /// Pictures, files and videos, the cover first.
        attachments: Vec<Attachment>;
        /// Pictures of the accessibility.
        attachments_accessibility: Vec<AccessibilityPicture>;
        /// Panoramas in high definition.
        view_points: Vec<HdView>;
        /// Web links.
        web_links: Vec<WebLink> => set;
        /// Address of the GPX file.
        gpx: Option<String> => link;
        /// Address of the KML file.
        kml: Option<String> => link;
        /// Addresses of the printable sheet, by language.
        pdf: Localized => link;
        /// Languages in which the trek is published.
        published: Vec<String> => languages, column;
        /// Time of creation, Unix ms.
        created_ms: Option<i64> => wire("create_datetime"), date;
        /// Time of the last change according to the server, Unix ms. A change of a many-to-many field does not move it.
        updated_ms: Option<i64> => wire("update_datetime"), date;
    }

    /// A web link with its category.
    pub struct WebLink in "web_link" {
        /// Name.
        name: Localized => name;
        /// Address.
        url: String;
        /// Vocabulary `weblink_category`.
        category: Option<Id> => wire("category.id"), refers_to("weblink_category");
        /// Label of the category.
        category_label: Localized => wire("category.label");
        /// Address of the category's pictogram.
        category_pictogram: Option<String> => wire("category.pictogram"), pictogram;
    }
}

impl Trek {
    /// The length in metres: along the slope if the server gives it, else on the map.
    pub fn length_m(&self) -> Option<f64> {
        self.length_3d_m.or(self.length_2d_m)
    }
}
