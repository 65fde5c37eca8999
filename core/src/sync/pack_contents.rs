//! The objects that belong to a pack, and the files that they show.

use std::collections::{BTreeMap, BTreeSet};

use super::pack_media::{self, Pictograms, Shown};
use super::route_items::{ROUTE_ITEM_MAX_OFFSET_M, near_route};
use crate::catalogue::{Catalogue, PackSubject, PictureSize, Territory, WriteTransaction};
use crate::error::Result;
use crate::geotrek::{NEAR_LISTS, kind_of};
use crate::id::{ObjectKey, TerritoryId};
use crate::model::{Bounds, Geometry, Id, Kind, Object};
use crate::nearby::Route;
use crate::ordered;

/// The objects that belong to a pack.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct PackContents {
    pub(super) objects: BTreeSet<ObjectKey>,
    /// The area of the pack: a new object there may belong to it.
    pub(super) bounds: Option<Bounds>,
}

/// A file that a pack needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NeededMedia {
    pub(super) url: String,
    pub(super) shown: Shown,
    pub(super) priority: i32,
    /// The objects that show it.
    pub(super) objects: Vec<ObjectKey>,
}

/// The objects of a pack: for a trek as its server listed them, or by distance if it has not yet.
pub(super) fn pack_contents(
    catalogue: &Catalogue,
    territory: &Territory,
    subject: &PackSubject,
) -> Result<PackContents> {
    match subject {
        PackSubject::Bounds(bounds) => contents_of_area(catalogue, territory, bounds),
        PackSubject::Trek(id) => contents_of_trek(catalogue, territory, *id),
    }
}

fn contents_of_trek(catalogue: &Catalogue, territory: &Territory, id: Id) -> Result<PackContents> {
    let mut contents = PackContents::default();
    let mut treks = vec![id];
    if let Object::Trek(trek) = catalogue.object(territory, Kind::Trek, id)? {
        treks.extend(trek.children);
    }
    for id in treks {
        let Some(Object::Trek(trek)) = catalogue.find_object(territory, Kind::Trek, id)? else { continue };
        contents.objects.insert(ObjectKey::new(Kind::Trek, id));
        contents.objects.extend(trek.information_desks.iter().map(|id| ObjectKey::new(Kind::InformationDesk, *id)));
        contents.objects.extend(trek.cities.iter().map(|id| ObjectKey::new(Kind::City, *id)));
        contents.objects.extend(trek.districts.iter().map(|id| ObjectKey::new(Kind::District, *id)));
        let Some(route) = trek.geometry.as_ref().map(Route::new).transpose()?.flatten() else { continue };
        let window = route.window(ROUTE_ITEM_MAX_OFFSET_M);
        contents.bounds = Some(contents.bounds.map_or(window, |known| known.union(&window)));
        let is_reported = catalogue.is_reported(territory, id)?;
        for (endpoint, _) in NEAR_LISTS {
            let kind = kind_of(endpoint);
            let ids = if is_reported {
                catalogue.route_item_ids(territory, id, kind)?
            } else {
                near_route(catalogue, territory, &route, kind)?.into_iter().map(|(id, _)| id).collect()
            };
            contents.objects.extend(ids.into_iter().map(|id| ObjectKey::new(kind, id)));
        }
        let views = catalogue.views_of(territory, id)?;
        contents.objects.extend(views.into_iter().map(|id| ObjectKey::new(Kind::HdView, id)));
    }
    retain_existing(catalogue, territory, &mut contents)?;
    Ok(contents)
}

fn contents_of_area(catalogue: &Catalogue, territory: &Territory, bounds: &Bounds) -> Result<PackContents> {
    let mut contents = PackContents { bounds: Some(*bounds), ..PackContents::default() };
    for kind in Kind::ALL.into_iter().filter(|kind| kind.is_spatial()) {
        let candidates = catalogue.geometries_in(Some(territory.key), kind, bounds)?;
        let inside =
            candidates.into_iter().filter(|(_, _, geometry): &(TerritoryId, Id, Geometry)| geometry.intersects(bounds));
        contents.objects.extend(inside.map(|(_, id, _)| ObjectKey::new(kind, id)));
    }
    Ok(contents)
}

/// Removes objects that are referenced but not in the catalogue.
fn retain_existing(catalogue: &Catalogue, territory: &Territory, contents: &mut PackContents) -> Result<()> {
    let kinds = ordered::set(contents.objects.iter().map(|object| object.kind));
    for kind in kinds {
        let existing = catalogue.ids(territory, kind)?;
        contents.objects.retain(|object| object.kind != kind || existing.contains(&object.id));
    }
    Ok(())
}

/// The files that objects show, each once: pictures at a chosen size, pictograms, and all attached files.
pub(super) fn needed_media(
    catalogue: &Catalogue,
    territory: &Territory,
    objects: &BTreeSet<ObjectKey>,
    size: PictureSize,
) -> Result<Vec<NeededMedia>> {
    let pictograms = catalogue.objects(territory, Kind::Term)?.into_iter().filter_map(|term| match term {
        Object::Term(term) => Some(((term.vocabulary.clone(), term.id), term.pictogram.clone()?)),
        _ => None,
    });
    let pictograms: Pictograms = ordered::map(pictograms);
    let mut media: Vec<NeededMedia> = Vec::new();
    let mut index_by_url: BTreeMap<String, usize> = BTreeMap::new();
    for key in objects {
        let object = catalogue.object(territory, key.kind, key.id)?;
        for (shown, url) in pack_media::of(&object, size, &pictograms) {
            let priority = match (key.kind, shown) {
                (Kind::Trek, Shown::Cover) => 3,
                (Kind::Trek, Shown::Picture) | (_, Shown::Cover | Shown::Pictogram) => 2,
                (_, Shown::Picture) => 1,
                // They are large: the pictures come first.
                (_, Shown::AttachedFile) => 0,
            };
            match index_by_url.get(&url) {
                Some(index) => {
                    let known = &mut media[*index];
                    known.priority = known.priority.max(priority);
                    known.shown = known.shown.min(shown);
                    known.objects.push(*key);
                }
                None => {
                    index_by_url.insert(url.clone(), media.len());
                    media.push(NeededMedia { url, shown, priority, objects: vec![*key] });
                }
            }
        }
    }
    Ok(media)
}

/// Metres from a trek to each of some objects that its server listed, read within a transaction. An object without a geometry
/// gets [`ROUTE_ITEM_MAX_OFFSET_M`].
pub(super) fn distances_from_trek(
    transaction: &WriteTransaction<'_>,
    territory: &Territory,
    trek: Id,
    kind: Kind,
    ids: &BTreeSet<Id>,
) -> Result<BTreeMap<Id, f64>> {
    let mut distances = BTreeMap::new();
    let trek = transaction.object(territory, Kind::Trek, trek)?;
    let route = trek.as_ref().and_then(Object::geometry).map(Route::new).transpose()?.flatten();
    for id in ids {
        let Some(object) = transaction.object(territory, kind, *id)? else { continue };
        let location = match (&route, object.geometry()) {
            (Some(route), Some(geometry)) => route.locate(geometry)?,
            _ => None,
        };
        distances.insert(*id, location.map_or(ROUTE_ITEM_MAX_OFFSET_M, |location| location.offset_m));
    }
    Ok(distances)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::NewTerritory;
    use crate::model::{Position, SensitiveArea, Trek};

    fn line(points: &[(f64, f64)]) -> Vec<Position> {
        points.iter().map(|(lon, lat)| Position::new(*lon, *lat)).collect()
    }

    #[test]
    fn pack_contains_the_area_between_two_vertices_of_its_trek() {
        let folder = tempfile::tempdir().unwrap();
        let catalogue = Catalogue::open(folder.path()).unwrap();
        let new = NewTerritory { name: "park".into(), url: "https://park.example".into(), ..NewTerritory::default() };
        let way = Geometry::line_string(line(&[(6.0, 44.9), (6.06, 44.9)]));
        let ring = line(&[(6.0305, 44.87), (6.0325, 44.87), (6.0325, 44.93), (6.0305, 44.93)]);
        let area = Some(Geometry::polygon([ring]));
        let territory = catalogue
            .write(|change| {
                let territory = change.add_territory(&new)?;
                change.put(&territory, Trek { id: 1, geometry: Some(way), ..Trek::default() }.into())?;
                change.put(&territory, SensitiveArea { id: 7, geometry: area, ..SensitiveArea::default() }.into())?;
                let ids = BTreeSet::from([7]);
                let distances = distances_from_trek(change, &territory, 1, Kind::SensitiveArea, &ids)?;
                assert_eq!(distances, BTreeMap::from([(7, 0.0)]));
                Ok(territory)
            })
            .unwrap();
        let contents = pack_contents(&catalogue, &territory, &PackSubject::Trek(1)).unwrap();
        assert!(contents.objects.contains(&ObjectKey::new(Kind::SensitiveArea, 7)), "{contents:?}");
    }
}
