//! The details of a trek, in the languages of the caller, and its elevation profile.

use jalon::companion::{self, Companion as Core, Localizer};
use jalon::line::{MeasuredLine, Profile as CoreProfile, TURNING_POINT_THRESHOLD_M};
use jalon::model::{self, Geometry, Localized, Object, Trek};

use crate::kind::Kind;
use crate::position::Position;

/// A text in one language.
#[derive(Debug, uniffi::Record)]
pub struct RichText {
    /// The text without markup, for lists and speech.
    pub plain: String,
    /// The text as cleaned HTML: no scripts, styles, forms or event handlers.
    pub html: String,
    /// Its language.
    pub lang: String,
}

/// A picture and its credits.
#[derive(Debug, uniffi::Record)]
pub struct Picture {
    /// Its file on the device; none if no pack contains it.
    pub path: Option<String>,
    /// URL of the original.
    pub url: String,
    /// URL of a small version; empty if there is none.
    pub thumbnail: String,
    /// Title.
    pub title: String,
    /// Caption.
    pub legend: String,
    /// Author.
    pub author: String,
    /// Licence.
    pub license: String,
}

/// A link.
#[derive(Debug, uniffi::Record)]
pub struct WebLink {
    /// Its name.
    pub name: String,
    /// Its URL.
    pub url: String,
}

/// A stage of an itinerary.
#[derive(Debug, uniffi::Record)]
pub struct Stage {
    /// Its position in the itinerary, from 1.
    pub number: u32,
    /// Id of its trek on the server.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// Duration, hours.
    pub duration_h: Option<f64>,
    /// Length, metres.
    pub length_m: Option<f64>,
    /// Ascent, metres.
    pub ascent_m: Option<f64>,
}

/// An object along the route of a trek.
#[derive(Debug, uniffi::Record)]
pub struct RouteItem {
    /// Its kind.
    pub kind: Kind,
    /// Its id on the server.
    pub id: i64,
    /// Its name; empty if it has none.
    pub name: String,
    /// Language of the name.
    pub lang: String,
    /// Metres from the route to the nearest vertex of the object; 0 if the route crosses it.
    pub offset_m: f64,
    /// Metres along the route to the point nearest to the object.
    pub along_m: f64,
    /// True if the object was associated by distance rather than listed by the server.
    pub estimated: bool,
    /// Its first position.
    pub point: Option<Position>,
}

/// A trek with its texts, pictures, stages and the objects along its route.
#[derive(Debug, uniffi::Record)]
pub struct TrekDetails {
    /// Name of its territory.
    pub territory: String,
    /// Its id on the server.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// Language of the name.
    pub lang: String,
    /// Name of the practice.
    pub practice: Option<String>,
    /// Name of the difficulty.
    pub difficulty: Option<String>,
    /// Name of the type of route: loop, out and back, traverse.
    pub route: Option<String>,
    /// Duration, hours.
    pub duration_h: Option<f64>,
    /// Length, metres.
    pub length_m: Option<f64>,
    /// Ascent, metres.
    pub ascent_m: Option<f64>,
    /// Descent, metres; zero or negative, as on the server.
    pub descent_m: Option<f64>,
    /// Lowest elevation, metres.
    pub min_elevation_m: Option<f64>,
    /// Highest elevation, metres.
    pub max_elevation_m: Option<f64>,
    /// True if a complete pack of it is on the device.
    pub offline: bool,
    /// Name of the departure.
    pub departure: Option<String>,
    /// Name of the arrival.
    pub arrival: Option<String>,
    /// Themes.
    pub themes: Vec<String>,
    /// Labels of the office.
    pub labels: Vec<String>,
    /// Networks of waymarked paths.
    pub networks: Vec<String>,
    /// Cities that it crosses.
    pub cities: Vec<String>,
    /// Districts that it crosses.
    pub districts: Vec<String>,
    /// Short description.
    pub description_teaser: Option<RichText>,
    /// Introduction.
    pub ambiance: Option<RichText>,
    /// Step-by-step description.
    pub description: Option<RichText>,
    /// Advice.
    pub advice: Option<RichText>,
    /// Gear to bring.
    pub gear: Option<RichText>,
    /// Access by road.
    pub access: Option<RichText>,
    /// Access by public transport.
    pub public_transport: Option<RichText>,
    /// Advised parking.
    pub advised_parking: Option<RichText>,
    /// Description of the ratings.
    pub ratings_description: Option<RichText>,
    /// Facilities for people with disabilities.
    pub disabled_infrastructure: Option<RichText>,
    /// Accessibility: advice.
    pub accessibility_advice: Option<RichText>,
    /// Accessibility: surface.
    pub accessibility_covering: Option<RichText>,
    /// Accessibility: exposure.
    pub accessibility_exposure: Option<RichText>,
    /// Accessibility: signage.
    pub accessibility_signage: Option<RichText>,
    /// Accessibility: slope.
    pub accessibility_slope: Option<RichText>,
    /// Accessibility: width.
    pub accessibility_width: Option<RichText>,
    /// Its line, as ISO WKB; none if the server published none.
    pub geometry: Option<Vec<u8>>,
    /// Numbered points of the description; the first has number 1.
    pub points_reference: Vec<Position>,
    /// Position of the parking.
    pub parking_location: Option<Position>,
    /// Pictures, the cover first.
    pub pictures: Vec<Picture>,
    /// Links.
    pub web_links: Vec<WebLink>,
    /// Stages, in order.
    pub stages: Vec<Stage>,
    /// Objects along the route, ordered by `along_m`.
    pub route_items: Vec<RouteItem>,
    /// Time of its last change on the server, Unix ms.
    pub updated_ms: Option<i64>,
}

/// A text in the caller's language; none if it is empty in all languages.
pub(crate) fn rich_text(localizer: &Localizer<'_>, text: &model::RichText) -> Option<RichText> {
    let model::RichText { html, plain } = text;
    let found = localizer.text(html)?;
    let plain = plain.in_language(found.lang).unwrap_or_default().to_owned();
    Some(RichText { plain, html: found.text.to_owned(), lang: found.lang.to_owned() })
}

/// A name and its language; both empty if there is no name.
pub(crate) fn name_of(localizer: &Localizer<'_>, name: Option<&Localized>) -> (String, String) {
    let found = name.and_then(|name| localizer.text(name));
    found.map(|found| (found.text.to_owned(), found.lang.to_owned())).unwrap_or_default()
}

/// The pictures among attachments.
pub(crate) fn pictures(core: &Core, attachments: &[model::Attachment]) -> jalon::Result<Vec<Picture>> {
    let picture = |attachment: &model::Attachment| {
        let path = core.picture_path(&attachment.picture)?.map(|path| path.to_string_lossy().into_owned());
        let model::Picture { url, thumbnail, title, legend, author, license } = attachment.picture.clone();
        Ok(Picture { path, url, thumbnail, title, legend, author, license })
    };
    attachments.iter().filter(|attachment| attachment.media == "image").map(picture).collect()
}

impl TrekDetails {
    /// Takes the fields that a details screen shows; [`crate::Catalogue::object`] has all fields as JSON.
    pub(crate) fn of(core: &Core, details: companion::TrekDetails, languages: &[&str]) -> jalon::Result<TrekDetails> {
        let companion::TrekDetails { territory, trek, stages, route_items } = details;
        let localizer = core.localizer(&territory, languages);
        let text = |text: &Localized| localizer.text(text).map(|found| found.text.to_owned());
        let rich = |text: &model::RichText| rich_text(&localizer, text);
        let (name, lang) = name_of(&localizer, Some(&trek.name));
        let link = |link: &model::WebLink| {
            let model::WebLink { name, url, category: _, category_label: _, category_pictogram: _ } = link;
            WebLink { name: text(name).unwrap_or_default(), url: url.clone() }
        };
        Ok(TrekDetails {
            id: trek.id,
            name,
            lang,
            practice: localizer.label("trek_practice", trek.practice)?,
            difficulty: localizer.label("trek_difficulty", trek.difficulty)?,
            route: localizer.label("trek_route", trek.route)?,
            duration_h: trek.duration_h,
            length_m: length_m(&trek),
            ascent_m: trek.ascent_m,
            descent_m: trek.descent_m,
            min_elevation_m: trek.min_elevation_m,
            max_elevation_m: trek.max_elevation_m,
            offline: core.is_offline(&territory, trek.id)?,
            departure: text(&trek.departure),
            arrival: text(&trek.arrival),
            themes: localizer.labels("theme", &trek.themes)?,
            labels: localizer.labels("label", &trek.labels)?,
            networks: localizer.labels("trek_network", &trek.networks)?,
            cities: localizer.labels("city", &trek.cities)?,
            districts: localizer.labels("district", &trek.districts)?,
            description_teaser: rich(&trek.description_teaser),
            ambiance: rich(&trek.ambiance),
            description: rich(&trek.description),
            advice: rich(&trek.advice),
            gear: rich(&trek.gear),
            access: rich(&trek.access),
            public_transport: rich(&trek.public_transport),
            advised_parking: rich(&trek.advised_parking),
            ratings_description: rich(&trek.ratings_description),
            disabled_infrastructure: rich(&trek.disabled_infrastructure),
            accessibility_advice: rich(&trek.accessibility_advice),
            accessibility_covering: rich(&trek.accessibility_covering),
            accessibility_exposure: rich(&trek.accessibility_exposure),
            accessibility_signage: rich(&trek.accessibility_signage),
            accessibility_slope: rich(&trek.accessibility_slope),
            accessibility_width: rich(&trek.accessibility_width),
            geometry: trek.geometry.as_ref().map(Geometry::to_wkb),
            points_reference: trek.points_reference,
            parking_location: trek.parking_location,
            pictures: pictures(core, &trek.attachments)?,
            web_links: trek.web_links.iter().map(link).collect(),
            stages: (1..).zip(&stages).map(|(number, trek)| stage(&localizer, number, trek)).collect(),
            route_items: route_items.into_iter().map(|item| route_item(&localizer, item)).collect(),
            updated_ms: trek.updated_ms,
            territory: territory.name,
        })
    }
}

fn length_m(trek: &Trek) -> Option<f64> {
    trek.length_3d_m.or(trek.length_2d_m)
}

fn stage(localizer: &Localizer<'_>, number: u32, trek: &Trek) -> Stage {
    let (name, _) = name_of(localizer, Some(&trek.name));
    let Trek { id, duration_h, ascent_m, .. } = *trek;
    Stage { number, id, name, duration_h, length_m: length_m(trek), ascent_m }
}

fn route_item(localizer: &Localizer<'_>, item: companion::RouteItem) -> RouteItem {
    let companion::RouteItem { object, along_m, offset_m, estimated } = item;
    let (name, lang) = name_of(localizer, object.name());
    let point = object.geometry().and_then(Geometry::first_position);
    RouteItem { kind: object.kind(), id: object.id(), name, lang, offset_m, along_m, estimated, point }
}

/// Elevation over distance, to draw: evenly spaced samples.
#[derive(Debug, uniffi::Record)]
pub struct Profile {
    /// Distance of each sample from the start, metres.
    pub distance_m: Vec<f64>,
    /// Elevation of each sample, metres above sea level.
    pub elevation_m: Vec<f64>,
    /// Lowest elevation of the line itself, metres.
    pub min_m: f64,
    /// Highest elevation of the line itself, metres.
    pub max_m: f64,
    /// Ascent, metres; changes of less than 7 m count as noise.
    pub ascent_m: f64,
    /// Descent, metres, zero or positive; changes of less than 7 m count as noise.
    pub descent_m: f64,
}

impl Profile {
    /// The profile of an object's line; none if it has no line or no elevations.
    pub(crate) fn of(object: &Object, columns: u32) -> jalon::Result<Option<Profile>> {
        let line: Vec<Position> = object.geometry().map(|geometry| geometry.lines().concat()).unwrap_or_default();
        if line.len() < 2 {
            return Ok(None);
        }
        let Some(profile) = CoreProfile::of_line(&MeasuredLine::new(&line)?) else { return Ok(None) };
        let drawn = profile.resample(columns as usize)?;
        let gain = profile.elevation_gain(TURNING_POINT_THRESHOLD_M)?;
        Ok(Some(Profile {
            distance_m: drawn.samples().iter().map(|sample| sample.distance_m).collect(),
            elevation_m: drawn.samples().iter().map(|sample| sample.elevation_m).collect(),
            min_m: profile.min_m(),
            max_m: profile.max_m(),
            ascent_m: gain.ascent_m,
            descent_m: gain.descent_m,
        }))
    }
}
