//! The details of a trek, in the languages of the caller, and its elevation profile.

use jalon::Companion as Core;
use jalon::companion::{self, Localizer};
use jalon::line::{ElevationGain, MeasuredLine, Profile as CoreProfile, ProfileSample, TURNING_POINT_THRESHOLD_M};
use jalon::model::{self, Geometry, Localized, Trek};

use crate::records::{
    AttachedFile, InformationDesk, Picture, Profile, RichText, RouteItem, Stage, TrekDetails, WebLink,
};

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

/// The attachments that are no pictures.
pub(crate) fn files(core: &Core, attachments: &[model::Attachment]) -> jalon::Result<Vec<AttachedFile>> {
    let file = |file| {
        let companion::AttachedFile { title, legend, author, license, file_type, media, backend, url, bytes, path } =
            file;
        let path = path.map(|path| path.to_string_lossy().into_owned());
        AttachedFile { title, legend, author, license, file_type, media, backend, url, bytes, path }
    };
    Ok(core.attached_files(attachments)?.into_iter().map(file).collect())
}

impl TrekDetails {
    /// Takes the fields that a details screen shows; [`crate::Catalogue::object`] has all fields as JSON.
    pub(crate) fn of(core: &Core, details: companion::TrekDetails, languages: &[&str]) -> jalon::Result<TrekDetails> {
        let companion::TrekDetails { territory, trek, stages, withdrawn_ms, information_desks, route_items } = details;
        let localizer = core.localizer(&territory, languages);
        let text = |text: &Localized| localizer.text(text).map(|found| found.text.to_owned());
        let rich = |text: &model::RichText| rich_text(&localizer, text);
        let (name, lang) = name_of(&localizer, Some(&trek.name));
        let link = |link: &model::WebLink| {
            let model::WebLink { name, url, category: _, category_label: _, category_pictogram: _ } = link;
            WebLink { name: text(name).unwrap_or_default(), url: url.clone() }
        };
        #[rustfmt::skip]
        let details = TrekDetails {
            id: trek.id, name, lang,
            practice: localizer.label("trek_practice", trek.practice)?,
            difficulty: localizer.label("trek_difficulty", trek.difficulty)?,
            route: localizer.label("trek_route", trek.route)?,
            duration_h: trek.duration_h, length_m: length_m(&trek), ascent_m: trek.ascent_m, descent_m: trek.descent_m,
            min_elevation_m: trek.min_elevation_m, max_elevation_m: trek.max_elevation_m,
            offline: core.is_offline(&territory, trek.id)?,
            departure: text(&trek.departure), arrival: text(&trek.arrival),
            themes: localizer.labels("theme", &trek.themes)?,
            labels: localizer.labels("label", &trek.labels)?,
            networks: localizer.labels("trek_network", &trek.networks)?,
            ratings: localizer.labels("trek_rating", &trek.ratings)?,
            accessibilities: localizer.labels("trek_accessibility", &trek.accessibilities)?,
            accessibility_level: localizer.label("trek_accessibility_level", trek.accessibility_level)?,
            sources: localizer.labels("source", &trek.source)?,
            structure: localizer.label("structure", trek.structure)?,
            cities: localizer.labels("city", &trek.cities)?,
            districts: localizer.labels("district", &trek.districts)?,
            description_teaser: rich(&trek.description_teaser), ambiance: rich(&trek.ambiance),
            description: rich(&trek.description), advice: rich(&trek.advice), gear: rich(&trek.gear),
            access: rich(&trek.access), public_transport: rich(&trek.public_transport),
            advised_parking: rich(&trek.advised_parking), ratings_description: rich(&trek.ratings_description),
            disabled_infrastructure: rich(&trek.disabled_infrastructure),
            accessibility_advice: rich(&trek.accessibility_advice),
            accessibility_covering: rich(&trek.accessibility_covering),
            accessibility_exposure: rich(&trek.accessibility_exposure),
            accessibility_signage: rich(&trek.accessibility_signage),
            accessibility_slope: rich(&trek.accessibility_slope), accessibility_width: rich(&trek.accessibility_width),
            geometry: trek.geometry.as_ref().map(Geometry::to_wkb),
            vertices: trek.geometry.as_ref().map_or(0, Geometry::vertex_count) as u32,
            unknown_elevations: trek.geometry.as_ref().map_or(0, Geometry::unknown_elevations) as u32,
            points_reference: trek.points_reference, parking_location: trek.parking_location,
            pictures: pictures(core, &trek.attachments)?, files: files(core, &trek.attachments)?,
            web_links: trek.web_links.iter().map(link).collect(),
            stages: (1..).zip(&stages).map(|(number, of)| stage(&localizer, number, of)).collect(),
            information_desks: information_desks.into_iter().map(|desk| information_desk(&localizer, desk)).collect::<jalon::Result<_>>()?,
            route_items: route_items.into_iter().map(|item| route_item(&localizer, item)).collect::<jalon::Result<_>>()?,
            withdrawn_ms, updated_ms: trek.updated_ms, territory: territory.name,
        };
        Ok(details)
    }
}

fn length_m(trek: &Trek) -> Option<f64> {
    trek.length_3d_m.or(trek.length_2d_m)
}

fn stage(localizer: &Localizer<'_>, number: u32, stage: &companion::TrekStage) -> Stage {
    let companion::TrekStage { trek, withdrawn_ms } = stage;
    let (name, _) = name_of(localizer, Some(&trek.name));
    let Trek { id, duration_h, ascent_m, .. } = *trek;
    Stage { number, id, name, duration_h, length_m: length_m(trek), ascent_m, withdrawn_ms: *withdrawn_ms }
}

fn information_desk(localizer: &Localizer<'_>, desk: companion::TrekDesk) -> jalon::Result<InformationDesk> {
    let companion::TrekDesk { desk, withdrawn_ms } = desk;
    let object = model::Object::from(desk.clone());
    let (name, lang) = localizer.object_name(&object)?;
    let point = object.geometry().and_then(Geometry::first_position);
    let type_label = localizer.text(&desk.type_label).map(|found| found.text.to_owned());
    let description = rich_text(localizer, &desk.description);
    let model::InformationDesk { id, email, website, phone, street, postal_code, municipality, .. } = desk;
    #[rustfmt::skip]
    let desk = InformationDesk {
        id, name, lang, type_label, description, email, website, phone, street, postal_code, municipality, point,
        withdrawn_ms,
    };
    Ok(desk)
}

fn route_item(localizer: &Localizer<'_>, item: companion::RouteItem) -> jalon::Result<RouteItem> {
    let companion::RouteItem { object, along_m, offset_m, estimated, event, withdrawn_ms } = item;
    let (name, lang) = localizer.object_name(&object)?;
    let point = object.geometry().and_then(Geometry::first_position);
    let (kind, id) = (object.kind(), object.id());
    Ok(RouteItem { kind, id, name, lang, offset_m, along_m, estimated, point, event, withdrawn_ms })
}

impl Profile {
    /// The profile of an object's line; none if it has no line or no elevations.
    pub(crate) fn of(object: &model::Object, columns: u32) -> jalon::Result<Option<Profile>> {
        let lines = object.geometry().map(Geometry::lines).unwrap_or_default();
        if lines.iter().all(|line| line.len() < 2) {
            return Ok(None);
        }
        let line = MeasuredLine::from_lines(&lines)?;
        let Some(profile) = CoreProfile::of_line(&line) else { return Ok(None) };
        let drawn = profile.resample(columns as usize)?;
        let (distance_m, elevation_m) =
            drawn.samples().iter().map(|sample| (sample.distance_m, sample.elevation_m)).unzip();
        let at = |sample: &ProfileSample| line.position_at(sample.distance_m);
        let positions = drawn.samples().iter().map(at).collect::<jalon::Result<_>>()?;
        let ElevationGain { ascent_m, descent_m } = profile.elevation_gain(TURNING_POINT_THRESHOLD_M)?;
        let (min_m, max_m) = (profile.min_m(), profile.max_m());
        Ok(Some(Profile { distance_m, elevation_m, positions, min_m, max_m, ascent_m, descent_m }))
    }
}
