//! A trek's sheet, in the languages of whoever asks.

use jalon::companion::{self, Localizer, TrekStats};
use jalon::line::{MeasuredLine, Profile as CoreProfile, TURNING_POINT_THRESHOLD_M};
use jalon::model::{self, Geometry, Localized, Object};

use crate::error::Result;
use crate::kind::Kind;
use crate::position::Position;

/// A text in one language.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct RichText {
    /// Without markup, for lists and for speech.
    pub plain: String,
    /// Cleaned HTML: no scripts, styles, forms or event handlers.
    pub html: String,
    /// The language in which it was found.
    pub lang: String,
}

/// A picture with what must be told beside it.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Picture {
    /// Where it is on the device; none where no pack brought it.
    pub path: Option<String>,
    /// Where the original is on the network.
    pub url: String,
    /// Where a small one is on the network; empty where there is none.
    pub thumbnail: String,
    /// Title.
    pub title: String,
    /// Legend.
    pub legend: String,
    /// Who made it.
    pub author: String,
    /// Under which licence.
    pub license: String,
}

/// A link.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct WebLink {
    /// What it is called.
    pub name: String,
    /// Where it leads.
    pub url: String,
}

/// A stage of an itinerary.
#[derive(Debug, Clone, PartialEq, uniffi::Record)]
pub struct Stage {
    /// Place in the itinerary, from 1.
    pub number: u32,
    /// The server's number of the trek that it is.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// Hours.
    pub duration_h: Option<f64>,
    /// Metres along it.
    pub length_m: Option<f64>,
    /// Metres up.
    pub ascent_m: Option<f64>,
}

/// An object along a trek's route.
#[derive(Debug, Clone, PartialEq, uniffi::Record)]
pub struct RouteItem {
    /// What sort of thing it is.
    pub kind: Kind,
    /// The server's number.
    pub id: i64,
    /// Its name; empty where it has none.
    pub name: String,
    /// Language of that name.
    pub lang: String,
    /// Metres from the route to the nearest vertex of the object; 0 if the route crosses it.
    pub offset_m: f64,
    /// Metres along the line to the point that is nearest to it.
    pub along_m: f64,
    /// True if the object was associated by distance rather than listed by the server.
    pub estimated: bool,
    /// Where it is, or begins.
    pub point: Option<Position>,
}

/// A trek with what belongs to it.
#[derive(Debug, Clone, PartialEq, uniffi::Record)]
pub struct TrekDetails {
    /// Short name of its territory.
    pub territory: String,
    /// The server's number.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// Language of the name.
    pub lang: String,
    /// Its practice, in words.
    pub practice: Option<String>,
    /// Its difficulty, in words.
    pub difficulty: Option<String>,
    /// Loop, there and back, crossing.
    pub route: Option<String>,
    /// Hours.
    pub duration_h: Option<f64>,
    /// Metres along it.
    pub length_m: Option<f64>,
    /// Metres up.
    pub ascent_m: Option<f64>,
    /// Metres down, zero or negative as the server writes them.
    pub descent_m: Option<f64>,
    /// Lowest point, metres.
    pub min_elevation_m: Option<f64>,
    /// Highest point, metres.
    pub max_elevation_m: Option<f64>,
    /// Whether all that belongs to it is on the device.
    pub offline: bool,
    /// Name of the departure.
    pub departure: Option<String>,
    /// Name of the arrival.
    pub arrival: Option<String>,
    /// What it is about.
    pub themes: Vec<String>,
    /// Labels of the office.
    pub labels: Vec<String>,
    /// Waymarking.
    pub networks: Vec<String>,
    /// Cities that it lies in.
    pub cities: Vec<String>,
    /// Districts that it lies in.
    pub districts: Vec<String>,
    /// Short description.
    pub description_teaser: Option<RichText>,
    /// What it is like.
    pub ambiance: Option<RichText>,
    /// Step by step.
    pub description: Option<RichText>,
    /// Recommendations.
    pub advice: Option<RichText>,
    /// What to bring.
    pub gear: Option<RichText>,
    /// How to get there.
    pub access: Option<RichText>,
    /// By bus or train.
    pub public_transport: Option<RichText>,
    /// Where to park.
    pub advised_parking: Option<RichText>,
    /// About the ratings.
    pub ratings_description: Option<RichText>,
    /// Facilities for people with disabilities.
    pub disabled_infrastructure: Option<RichText>,
    /// Accessibility: advice.
    pub accessibility_advice: Option<RichText>,
    /// Accessibility: what the ground is made of.
    pub accessibility_covering: Option<RichText>,
    /// Accessibility: exposure.
    pub accessibility_exposure: Option<RichText>,
    /// Accessibility: signage.
    pub accessibility_signage: Option<RichText>,
    /// Accessibility: slope.
    pub accessibility_slope: Option<RichText>,
    /// Accessibility: width.
    pub accessibility_width: Option<RichText>,
    /// The line to walk, as ISO WKB; none where the server gave none.
    pub geometry: Option<Vec<u8>>,
    /// Numbered points of the description, the first is number 1.
    pub points_reference: Vec<Position>,
    /// Where to park.
    pub parking_location: Option<Position>,
    /// Pictures, the cover first.
    pub pictures: Vec<Picture>,
    /// Links.
    pub web_links: Vec<WebLink>,
    /// Its stages, in order.
    pub stages: Vec<Stage>,
    /// Objects along the route, ordered by `along_m`.
    pub route_items: Vec<RouteItem>,
    /// When the server says it was last changed, Unix ms.
    pub updated_ms: Option<i64>,
}

/// A text, if there is one.
pub(crate) fn rich(words: &Localizer<'_>, text: &model::RichText) -> Option<RichText> {
    let model::RichText { html, plain } = text;
    let found = words.text(html)?;
    let of_lang = |text: &Localized| text.in_language(found.lang).unwrap_or_default().to_owned();
    Some(RichText { plain: of_lang(plain), html: found.text.to_owned(), lang: found.lang.to_owned() })
}

/// A name and its language; both empty where there is none.
pub(crate) fn named(words: &Localizer<'_>, name: Option<&Localized>) -> (String, String) {
    let found = name.and_then(|name| words.text(name));
    found.map(|found| (found.text.to_owned(), found.lang.to_owned())).unwrap_or_default()
}

/// A picture, with where it is on the device.
pub(crate) fn picture(companion: &jalon::companion::Companion, picture: &model::Picture) -> Result<Picture> {
    let path = companion.picture_path(picture)?.map(|path| path.to_string_lossy().into_owned());
    let model::Picture { url, thumbnail, title, legend, author, license } = picture.clone();
    Ok(Picture { path, url, thumbnail, title, legend, author, license })
}

/// The pictures among attachments.
pub(crate) fn pictures(
    companion: &jalon::companion::Companion,
    attachments: &[model::Attachment],
) -> Result<Vec<Picture>> {
    let pictures = attachments.iter().filter(|attachment| attachment.media == "image");
    pictures.map(|attachment| picture(companion, &attachment.picture)).collect()
}

impl TrekDetails {
    /// The sheet in words. A trek has many more fields than a sheet shows: all of them are in the JSON of
    /// [`crate::Catalogue::object`].
    pub(crate) fn of(
        companion: &jalon::companion::Companion,
        sheet: companion::TrekDetails,
        languages: &[&str],
    ) -> Result<TrekDetails> {
        let companion::TrekDetails { territory, trek, stages, route_items } = sheet;
        let words = companion.localizer(&territory, languages);
        let text = |text: &Localized| words.text(text).map(|found| found.text.to_owned());
        let (name, lang) = named(&words, Some(&trek.name));
        let link =
            |link: &model::WebLink| WebLink { name: text(&link.name).unwrap_or_default(), url: link.url.clone() };
        let stage = |(place, stage): (usize, &model::Trek)| {
            let TrekStats { duration_h, length_m, ascent_m, .. } = stats(stage);
            let (number, name) = (place as u32 + 1, text(&stage.name).unwrap_or_default());
            Stage { number, id: stage.id, name, duration_h, length_m, ascent_m }
        };
        Ok(TrekDetails {
            id: trek.id,
            name,
            lang,
            practice: words.label("trek_practice", trek.practice)?,
            difficulty: words.label("trek_difficulty", trek.difficulty)?,
            route: words.label("trek_route", trek.route)?,
            duration_h: trek.duration_h,
            length_m: trek.length_3d_m.or(trek.length_2d_m),
            ascent_m: trek.ascent_m,
            descent_m: trek.descent_m,
            min_elevation_m: trek.min_elevation_m,
            max_elevation_m: trek.max_elevation_m,
            offline: companion.is_offline(&territory, trek.id)?,
            departure: text(&trek.departure),
            arrival: text(&trek.arrival),
            themes: words.labels("theme", &trek.themes)?,
            labels: words.labels("label", &trek.labels)?,
            networks: words.labels("trek_network", &trek.networks)?,
            cities: words.labels("city", &trek.cities)?,
            districts: words.labels("district", &trek.districts)?,
            description_teaser: rich(&words, &trek.description_teaser),
            ambiance: rich(&words, &trek.ambiance),
            description: rich(&words, &trek.description),
            advice: rich(&words, &trek.advice),
            gear: rich(&words, &trek.gear),
            access: rich(&words, &trek.access),
            public_transport: rich(&words, &trek.public_transport),
            advised_parking: rich(&words, &trek.advised_parking),
            ratings_description: rich(&words, &trek.ratings_description),
            disabled_infrastructure: rich(&words, &trek.disabled_infrastructure),
            accessibility_advice: rich(&words, &trek.accessibility_advice),
            accessibility_covering: rich(&words, &trek.accessibility_covering),
            accessibility_exposure: rich(&words, &trek.accessibility_exposure),
            accessibility_signage: rich(&words, &trek.accessibility_signage),
            accessibility_slope: rich(&words, &trek.accessibility_slope),
            accessibility_width: rich(&words, &trek.accessibility_width),
            geometry: trek.geometry.as_ref().map(Geometry::to_wkb),
            points_reference: trek.points_reference.iter().map(|point| (*point).into()).collect(),
            parking_location: trek.parking_location.map(Into::into),
            pictures: pictures(companion, &trek.attachments)?,
            web_links: trek.web_links.iter().map(link).collect(),
            stages: stages.iter().enumerate().map(stage).collect(),
            route_items: route_items.into_iter().map(|item| route_item(&words, item)).collect(),
            updated_ms: trek.updated_ms,
            territory: territory.name,
        })
    }
}

/// Duration, length and ascent of a trek.
fn stats(trek: &model::Trek) -> TrekStats {
    TrekStats {
        duration_h: trek.duration_h,
        length_m: trek.length_3d_m.or(trek.length_2d_m),
        ascent_m: trek.ascent_m,
        ..TrekStats::default()
    }
}

fn route_item(words: &Localizer<'_>, item: companion::RouteItem) -> RouteItem {
    let companion::RouteItem { object, along_m, offset_m, estimated } = item;
    let (name, lang) = named(words, object.name());
    let point = object.geometry().and_then(Geometry::first_position).map(Into::into);
    RouteItem { kind: object.kind().into(), id: object.id(), name, lang, offset_m, along_m, estimated, point }
}

/// Elevation over distance, to draw: as many samples as were asked for, evenly spread.
#[derive(Debug, Clone, PartialEq, uniffi::Record)]
pub struct Profile {
    /// Metres from the start, one for each sample.
    pub distance_m: Vec<f64>,
    /// Metres above sea level, one for each sample.
    pub elevation_m: Vec<f64>,
    /// Lowest point of the line itself, metres.
    pub min_m: f64,
    /// Highest point of the line itself, metres.
    pub max_m: f64,
    /// Metres up, rises of less than 7 m taken as noise.
    pub ascent_m: f64,
    /// Metres down, zero or more, counted likewise.
    pub descent_m: f64,
}

impl Profile {
    /// The profile of an object's line; none where it has no line, or no elevations.
    pub(crate) fn of(object: &Object, columns: u32) -> Result<Option<Profile>> {
        let line: Vec<model::Position> = object.geometry().map(|line| line.lines().concat()).unwrap_or_default();
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
