use super::fields::records;
use super::{Attachment, Geometry, HdView, Id, Localized, Position, RichText, WebLink};

records! {
    /// An outdoor site: a crag, a canyon, a take-off.
    pub struct Site in "outdoor_site" {
        /// Identifier on the server.
        id: Id;
        /// Identifier that is stable across servers.
        uuid: Option<String>;
        /// Name.
        name: Localized => name;
        /// Short description.
        description_teaser: RichText => summary;
        /// Description.
        description: RichText => description;
        /// Atmosphere and interest of the site.
        ambiance: RichText => body;
        /// Recommendations.
        advice: RichText => body;
        /// Accessibility.
        accessibility: RichText => body;
        /// Recommended period of the year.
        period: RichText => body;
        /// Vocabulary `outdoor_practice`.
        practice: Option<Id> => refers_to("outdoor_practice"), fetch_missing, column;
        /// Vocabulary `outdoor_sector`.
        sector: Option<Id> => refers_to("outdoor_sector");
        /// Vocabulary `outdoor_sitetype`.
        site_type: Option<Id> => wire("type"), refers_to("outdoor_sitetype"), fetch_missing, object_type;
        /// Aspects of the site: N, NE, E, …
        orientation: Vec<String> => set;
        /// Suitable wind directions: N, NE, E, …
        wind: Vec<String> => set;
        /// Vocabulary `outdoor_rating`.
        ratings: Vec<Id> => refers_to("outdoor_rating"), fetch_missing, set;
        /// Vocabulary `label`.
        labels: Vec<Id> => refers_to("label"), fetch_missing, set;
        /// Vocabulary `theme`.
        themes: Vec<Id> => refers_to("theme"), fetch_missing, set;
        /// Managers (vocabulary `organism`).
        managers: Vec<Id> => refers_to("organism"), set;
        /// Information desks for the site.
        information_desks: Vec<Id> => refers_to("informationdesk"), fetch_missing, set;
        /// Sources (vocabulary `source`).
        source: Vec<Id> => refers_to("source"), fetch_missing, set;
        /// Portals that show the site (vocabulary `portal`).
        portal: Vec<Id> => refers_to("portal"), set;
        /// Organisation that maintains the site (vocabulary `structure`).
        structure: Option<Id> => refers_to("structure"), fetch_missing;
        /// Parent site.
        parent: Option<Id>;
        /// UUID of the parent site.
        parent_uuid: Option<String>;
        /// Child sites.
        children: Vec<Id>;
        /// UUIDs of the child sites.
        children_uuids: Vec<String>;
        /// Courses on the site.
        courses: Vec<Id> => set;
        /// UUIDs of these courses.
        courses_uuids: Vec<String> => set;
        /// Municipalities that the site lies in.
        cities: Vec<Id> => set;
        /// Official codes of these municipalities.
        city_codes: Vec<String> => set;
        /// Districts that the site lies in.
        districts: Vec<Id> => set;
        /// Geometry of the site.
        geometry: Option<Geometry>;
        /// Web links.
        web_links: Vec<WebLink> => set;
        /// Panoramas in high definition.
        view_points: Vec<HdView>;
        /// Pictures, files and videos, the cover first.
        attachments: Vec<Attachment>;
        /// Addresses of the printable sheet, by language.
        pdf: Localized => link;
        /// Provider from whose system the site was imported.
        provider: Option<String>;
        /// Identifier in the provider's system.
        external_id: Option<String> => wire("eid");
        /// Languages in which the site is published.
        published: Vec<String> => languages;
    }

    /// An outdoor course: a climb, a descent.
    pub struct Course in "outdoor_course" {
        /// Identifier on the server.
        id: Id;
        /// Identifier that is stable across servers.
        uuid: Option<String>;
        /// Name.
        name: Localized => name;
        /// Description.
        description: RichText => description;
        /// Recommendations.
        advice: RichText => body;
        /// Equipment in place.
        equipment: RichText => body;
        /// Equipment to bring.
        gear: RichText => body;
        /// Accessibility.
        accessibility: RichText => body;
        /// Explanation of the ratings.
        ratings_description: RichText => body;
        /// Vocabulary `outdoor_coursetype`.
        course_type: Option<Id> => wire("type"), refers_to("outdoor_coursetype"), fetch_missing, object_type;
        /// Vocabulary `outdoor_rating`.
        ratings: Vec<Id> => refers_to("outdoor_rating"), fetch_missing, set;
        /// Duration, hours.
        duration_h: Option<f64> => wire("duration"), column;
        /// Height, metres.
        height_m: Option<f64> => wire("height"), column;
        /// Length, metres.
        length_m: Option<f64> => wire("length");
        /// Lowest elevation, metres.
        min_elevation_m: Option<f64> => wire("min_elevation");
        /// Highest elevation, metres.
        max_elevation_m: Option<f64> => wire("max_elevation");
        /// Numbered points of the description; the first is number 1.
        points_reference: Vec<Position>;
        /// Sites that the course is on.
        sites: Vec<Id> => set;
        /// UUIDs of these sites.
        sites_uuids: Vec<String> => set;
        /// Child courses, in order.
        children: Vec<Id>;
        /// UUIDs of the child courses.
        children_uuids: Vec<String>;
        /// Parent courses.
        parents: Vec<Id> => set;
        /// UUIDs of the parent courses.
        parents_uuids: Vec<String> => set;
        /// Municipalities that the course lies in.
        cities: Vec<Id> => set;
        /// Official codes of these municipalities.
        city_codes: Vec<String> => set;
        /// Districts that the course lies in.
        districts: Vec<Id> => set;
        /// Geometry of the course.
        geometry: Option<Geometry>;
        /// Organisation that maintains the course (vocabulary `structure`).
        structure: Option<Id> => refers_to("structure"), fetch_missing;
        /// Pictures, files and videos, the cover first.
        attachments: Vec<Attachment>;
        /// Addresses of the printable sheet, by language.
        pdf: Localized => link;
        /// Provider from whose system the course was imported.
        provider: Option<String>;
        /// Identifier in the provider's system.
        external_id: Option<String> => wire("eid");
        /// Languages in which the course is published.
        published: Vec<String> => languages;
    }
}
