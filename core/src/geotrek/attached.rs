//! What hangs on treks, POIs, sites and the rest alike: attachments, views, links, numbered points.

use geo_types::Geometry as Shape;

use super::fields::Fields;
use crate::model::{Attachment, HdView, Picture, Position, WebLink};

pub(super) fn points_reference(f: &mut Fields<'_>) -> Vec<Position> {
    let points = f.geometry("points_reference");
    let points = points.filter(|points| matches!(points.as_geo(), Shape::MultiPoint(_) | Shape::Point(_)));
    points.map(|points| points.positions().collect()).unwrap_or_default()
}

pub(super) fn attachments(f: &mut Fields<'_>) -> Vec<Attachment> {
    f.objects("attachments", "attachment")
        .iter_mut()
        .map(|f| {
            let mut file_type = f.object("filetype", "file_type_of_attachment");
            Attachment {
                uuid: f.string("uuid"),
                media: f.string("type").unwrap_or_default(),
                backend: f.string("backend").unwrap_or_default(),
                file_type: file_type.as_mut().and_then(|f| f.string("type")).unwrap_or_default(),
                file_type_id: file_type.as_mut().and_then(|f| {
                    // Whose class it is does not matter to who looks at the picture.
                    f.raw("structure");
                    f.id("id")
                }),
                picture: picture(f),
            }
        })
        .collect()
}

/// A picture; its original may be anybody's, its thumbnail is always the server's.
pub(super) fn picture(f: &mut Fields<'_>) -> Picture {
    let small = f.string("thumbnail").unwrap_or_default();
    let links = &f.context().links;
    Picture {
        url: f.string("url").map(|link| links.moved_with(&link, &small)).unwrap_or_default(),
        thumbnail: if small.is_empty() { small } else { links.moved(&small) },
        title: f.string("title").unwrap_or_default(),
        legend: f.string("legend").unwrap_or_default(),
        author: f.string("author").unwrap_or_default(),
        license: f.string("license").unwrap_or_default(),
    }
}

pub(super) fn view_points(f: &mut Fields<'_>) -> Vec<HdView> {
    f.objects("view_points", "hdviewpoint").iter_mut().filter_map(hd_view).collect()
}

pub(super) fn web_links(f: &mut Fields<'_>) -> Vec<WebLink> {
    f.objects("web_links", "web_link")
        .iter_mut()
        .map(|f| {
            let mut link =
                WebLink { name: f.text("name"), url: f.string("url").unwrap_or_default(), ..WebLink::default() };
            if let Some(mut category) = f.object("category", "category_of_web_link") {
                link.category = category.id("id");
                link.category_label = category.text("label");
                link.category_pictogram = category.link("pictogram");
            }
            link
        })
        .collect()
}

pub(super) fn hd_view(f: &mut Fields<'_>) -> Option<HdView> {
    let mut belongs_to = |field| f.object(field, "hd_reference").as_mut().and_then(|f| f.id("id"));
    let (trek, poi, site) = (belongs_to("trek"), belongs_to("poi"), belongs_to("site"));
    Some(HdView {
        id: f.own_id()?,
        uuid: f.string("uuid"),
        title: f.text("title"),
        legend: f.rich("legend"),
        author: f.string("author").unwrap_or_default(),
        license: f.string("license").unwrap_or_default(),
        geometry: f.geometry("geometry"),
        annotations: f.value("annotations").unwrap_or_default(),
        picture_tiles_url: f.link("picture_tiles_url").unwrap_or_default(),
        thumbnail_url: f.link("thumbnail_url").unwrap_or_default(),
        metadata_url: f.link("metadata_url").unwrap_or_default(),
        trek,
        poi,
        site,
        created_ms: f.time("create_datetime"),
        updated_ms: f.time("update_datetime"),
    })
}
