//! POIs, sensitive areas, cities and districts, and the office's pages and menu.

use super::attached::{attachments, view_points};
use super::fields::Fields;
use crate::model::{City, District, FlatPage, Id, MenuItem, Object, Poi, Rule, Season, SensitiveArea};

pub(super) fn poi(f: &mut Fields<'_>) -> Option<Poi> {
    Some(Poi {
        id: f.own_id()?,
        uuid: f.string("uuid"),
        name: f.text("name"),
        description: f.rich("description"),
        poi_type: f.id("type"),
        type_label: f.text("type_label"),
        type_pictogram: f.link("type_pictogram"),
        geometry: f.geometry("geometry"),
        attachments: attachments(f),
        view_points: view_points(f),
        external_id: f.string("external_id"),
        provider: f.string("provider"),
        structure: f.id("structure"),
        published: f.published(),
        created_ms: f.time("create_datetime"),
        updated_ms: f.time("update_datetime"),
    })
}

pub(super) fn sensitive_area(f: &mut Fields<'_>) -> Option<SensitiveArea> {
    Some(SensitiveArea {
        id: f.own_id()?,
        name: f.text("name"),
        species: f.id("species_id"),
        description: f.rich("description"),
        contact: f.rich("contact"),
        info_url: f.string("info_url"),
        practices: f.ids("practices"),
        // Without a readable period an area holds all year: better one warning too many.
        season: Season { months: f.value("period").unwrap_or([true; 12]) },
        elevation_m: f.number("elevation"),
        radius_m: f.number("radius"),
        geometry: f.geometry("geometry"),
        rules: f.objects("rules", "rule").iter_mut().filter_map(rule).collect(),
        kml_url: f.link("kml_url"),
        openair_url: f.link("openair_url"),
        is_published: f.flag("published"),
        attachments: attachments(f),
        provider: f.string("provider"),
        structure: f.id("structure"),
        created_ms: f.time("create_datetime"),
        updated_ms: f.time("update_datetime"),
    })
}

fn rule(f: &mut Fields<'_>) -> Option<Rule> {
    Some(Rule {
        id: f.own_id()?,
        code: f.string("code"),
        name: f.text("name"),
        description: f.rich("description"),
        pictogram: f.link("pictogram"),
        url: f.string("url"),
    })
}

pub(super) fn city(f: &mut Fields<'_>) -> Option<City> {
    Some(City {
        id: f.own_id()?,
        name: f.text("name"),
        code: f.string("code"),
        geometry: f.outline("geometry"),
        is_published: f.flag("published"),
    })
}

pub(super) fn district(f: &mut Fields<'_>) -> Option<District> {
    let is_published = f.flag("published");
    Some(District { id: f.own_id()?, name: f.text("name"), geometry: f.outline("geometry"), is_published })
}

pub(super) fn flat_page(f: &mut Fields<'_>) -> Option<FlatPage> {
    Some(FlatPage {
        id: f.own_id()?,
        title: f.text("title"),
        content: f.rich("content"),
        source: f.ids("source"),
        portals: f.ids("portals"),
        parent: f.id("parent"),
        children: f.ids("children"),
        attachments: attachments(f),
        published: f.published(),
    })
}

/// An entry and, in the tree, those below it.
pub(super) fn menu(mut f: Fields<'_>, parent: Option<Id>) -> Vec<Object> {
    let Some(id) = f.own_id() else { return Vec::new() };
    // The tree has whole entries below an entry, the detail their numbers.
    let nested = f.peek("children").is_some_and(|children| children.contains('{'));
    let below: Vec<Object> = if nested {
        f.objects("children", "menu_item").into_iter().flat_map(|f| menu(f, Some(id))).collect()
    } else {
        Vec::new()
    };
    let own_children = below.iter().filter_map(|object| match object {
        Object::MenuItem(item) if item.parent == Some(id) => Some(item.id),
        _ => None,
    });
    let children = if nested { own_children.collect() } else { f.ids("children") };
    let item = MenuItem {
        id,
        title: f.text("title"),
        target_type: f.string("target_type").unwrap_or_default(),
        link_url: f.text("link_url"),
        page: f.id("page"),
        page_title: f.text("page_title"),
        portals: f.ids("portals"),
        open_in_new_tab: f.flag("open_in_new_tab"),
        pictogram: f.link("pictogram"),
        parent: f.id("parent").or(parent),
        children,
        attachments: attachments(&mut f),
        published: f.published(),
    };
    std::iter::once(item.into()).chain(below).collect()
}
