//! Packs: what belongs to one, what it will cost, which there are, and their removal.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use super::Companion;
use super::details::{self, ROUTE_ITEM_MAX_OFFSET_M};
use super::job::TerritoryLock;
use super::pack_media::{self, Pictograms, Shown};
use crate::catalogue::{Catalogue, Pack, PackSubject, PictureSize, Territory, WriteTransaction};
use crate::error::{Error, Result};
use crate::geotrek::{NEAR_LISTS, kind_of};
use crate::model::{Bounds, Geometry, Id, Kind, Object, Picture};

/// What a small picture has where none is known yet, with its spread, in bytes.
const SMALL: (f64, f64) = (30_000.0, 20_000.0);
/// The same of an original.
const LARGE: (f64, f64) = (900_000.0, 1_200_000.0);
/// The same of a pictogram.
const PICTOGRAM: (f64, f64) = (4_000.0, 4_000.0);
/// Pictures of a size that are worth a mean of their own.
const ENOUGH: u64 = 10;
/// What must stay free on the disk beside what a pack takes.
const RESERVE: u64 = 16 << 20;

/// What belongs to a pack.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Belonging {
    pub(super) objects: BTreeSet<(Kind, Id)>,
    /// Where it lies: something new there may belong to it.
    pub(super) bounds: Option<Bounds>,
}

/// A file that a pack wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NeededMedia {
    pub(super) url: String,
    pub(super) shown: Shown,
    pub(super) priority: i32,
    /// Whose it is.
    pub(super) of: Vec<(Kind, Id)>,
}

/// What a pack will cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Estimate {
    /// Objects that belong to it.
    pub objects: u64,
    /// Files that it shows.
    pub files: u64,
    /// Of them, files that are here already.
    pub files_here: u64,
    /// Bytes that are still to come, as it looks.
    pub bytes: u64,
    /// How far off that may be, in bytes: about two times out of three it is less.
    pub error_bytes: u64,
    /// Bytes that are free on the disk.
    pub free_bytes: u64,
}

impl Companion {
    /// Every pack. `territory` limits them to one.
    pub fn packs(&self, territory: Option<&str>) -> Result<Vec<Pack>> {
        let territory = territory.map(|name| self.catalogue.territory(name)).transpose()?;
        self.catalogue.packs(territory.as_ref())
    }

    /// Whether all that belongs to a trek is on the device: it is in a pack that is ready, or was and has something newer.
    pub fn is_offline(&self, territory: &Territory, id: Id) -> Result<bool> {
        Ok(self.catalogue.offline_treks()?.contains(&(territory.key, id)))
    }

    /// Where a picture is on the device, the original before the small one; none where no pack brought it.
    pub fn picture_path(&self, picture: &Picture) -> Result<Option<PathBuf>> {
        for url in [&picture.url, &picture.thumbnail] {
            if let Some(path) = self.catalogue.media_file(url)?.and_then(|medium| medium.path) {
                return Ok(Some(path));
            }
        }
        Ok(None)
    }

    /// What a pack will cost, from what is known without its server: objects by their distance, files by the mean of those
    /// like them that are here.
    pub fn estimate(&self, territory: &str, subject: &PackSubject, pictures: PictureSize) -> Result<Estimate> {
        subject.check()?;
        let territory = self.catalogue.territory(territory)?;
        let belonging = belonging(&self.catalogue, &territory, subject)?;
        let media = needed_media(&self.catalogue, &territory, &belonging.objects, pictures)?;
        let size = |like: &str, else_: (f64, f64)| -> Result<(f64, f64)> {
            let (mean, spread, count) = self.catalogue.media_size_stats(like)?;
            Ok(if count >= ENOUGH { (mean, spread) } else { else_ })
        };
        let pictogram = size("%/media/upload/%", PICTOGRAM)?;
        let picture = match pictures {
            PictureSize::Large => LARGE,
            PictureSize::Small | PictureSize::None => size("%/media/paperclip/%q85%", SMALL)?,
        };
        let (mut here, mut bytes, mut variance) = (0, 0.0, 0.0);
        for medium in &media {
            if self.catalogue.media_file(&medium.url)?.is_some_and(|known| known.path.is_some()) {
                here += 1;
                continue;
            }
            let (mean, spread) = if medium.shown == Shown::Pictogram { pictogram } else { picture };
            bytes += mean;
            variance += spread * spread;
        }
        Ok(Estimate {
            objects: belonging.objects.len() as u64,
            files: media.len() as u64,
            files_here: here,
            bytes: bytes as u64,
            error_bytes: variance.sqrt() as u64,
            free_bytes: self.catalogue.file_system().free_bytes(self.catalogue.directory())?,
        })
    }

    /// Refuses a pack that will not fit.
    pub(super) fn check_room(&self, territory: &Territory, subject: &PackSubject, pictures: PictureSize) -> Result<()> {
        let estimate = self.estimate(&territory.name, subject, pictures)?;
        let fits = estimate.bytes.saturating_add(RESERVE) <= estimate.free_bytes;
        if fits { Ok(()) } else { Err(Error::StorageFull) }
    }

    /// Removes a pack with all that no other pack needs, and gives the bytes of files that are free now.
    pub fn remove_pack(&self, territory: &str, subject: &PackSubject) -> Result<u64> {
        let _turn = TerritoryLock::try_acquire(&self.catalogue.staging_folder(), territory)?;
        let territory = self.catalogue.territory(territory)?;
        let Some(pack) = self.catalogue.pack(&territory, subject)? else {
            return Err(Error::NotFound { detail: format!("a pack of {subject}") });
        };
        if let Some(job) = self.catalogue.job(territory.key, &subject.to_string())? {
            self.catalogue.end_job(job.job)?;
        }
        self.catalogue.write(|change| change.remove_pack(&territory, &pack))?;
        self.catalogue.record_wanted()?;
        let freed = self.catalogue.remove_orphaned_media()?;
        self.remove_staging(&territory, None)?;
        self.rebuild_snapshot()?;
        Ok(freed)
    }

    /// Removes files that nobody needs, left by processes that died, and gives back what is empty in the catalogue where
    /// that pays. Gives the bytes that are free now. [`Error::Busy`] while something is on its way.
    pub fn clean_up(&self) -> Result<u64> {
        let territories = self.catalogue.territories()?;
        let turns: Result<Vec<TerritoryLock>> = territories
            .iter()
            .map(|territory| TerritoryLock::try_acquire(&self.catalogue.staging_folder(), &territory.name))
            .collect();
        let turns = turns?;
        let mut freed = self.catalogue.remove_orphaned_media()?;
        // A pack that is only planned may find its files again by their names, as after a damage.
        let packs = self.catalogue.packs(None)?;
        if packs.iter().all(|pack| pack.state != crate::catalogue::PackState::Planned) {
            freed += self.catalogue.remove_unknown_media()?;
        }
        for territory in &territories {
            freed += self.remove_staging(territory, None)?;
        }
        drop(turns);
        Ok(freed + self.catalogue.vacuum()?)
    }
}

/// What belongs to a subject: as its server told, or by the distance where it did not yet.
pub(super) fn belonging(catalogue: &Catalogue, territory: &Territory, subject: &PackSubject) -> Result<Belonging> {
    match subject {
        PackSubject::Bounds(bounds) => within(catalogue, territory, bounds),
        PackSubject::Trek(id) => around(catalogue, territory, *id),
    }
}

fn around(catalogue: &Catalogue, territory: &Territory, id: Id) -> Result<Belonging> {
    let mut belonging = Belonging::default();
    let mut treks = vec![id];
    if let Object::Trek(trek) = catalogue.object(territory, Kind::Trek, id)? {
        treks.extend(trek.children);
    }
    for id in treks {
        let trek = match catalogue.object(territory, Kind::Trek, id) {
            Ok(Object::Trek(trek)) => trek,
            Ok(_) | Err(Error::NotFound { .. }) => continue,
            Err(error) => return Err(error),
        };
        belonging.objects.insert((Kind::Trek, id));
        belonging.objects.extend(trek.information_desks.iter().map(|id| (Kind::InformationDesk, *id)));
        belonging.objects.extend(trek.cities.iter().map(|id| (Kind::City, *id)));
        belonging.objects.extend(trek.districts.iter().map(|id| (Kind::District, *id)));
        let Some(geometry) = &trek.geometry else { continue };
        if let Some(bounds) = geometry.bounds() {
            let wider = details::wider(bounds);
            belonging.bounds = Some(belonging.bounds.map_or(wider, |known| known.union(&wider)));
        }
        let is_reported = catalogue.is_reported(territory, id)?;
        for (endpoint, _) in NEAR_LISTS {
            let kind = kind_of(endpoint);
            let ids = if is_reported {
                catalogue.route_item_ids(territory, id, kind)?
            } else {
                details::near_line(catalogue, territory, geometry, kind)?.into_iter().map(|(id, _)| id).collect()
            };
            belonging.objects.extend(ids.into_iter().map(|id| (kind, id)));
        }
        let views = catalogue.views_of(territory, id)?;
        belonging.objects.extend(views.into_iter().map(|id| (Kind::HdView, id)));
    }
    keep_present(catalogue, territory, &mut belonging)?;
    Ok(belonging)
}

fn within(catalogue: &Catalogue, territory: &Territory, bounds: &Bounds) -> Result<Belonging> {
    let mut belonging = Belonging { bounds: Some(*bounds), ..Belonging::default() };
    for kind in Kind::ALL.into_iter().filter(|kind| kind.is_spatial()) {
        let there = catalogue.geometries_in(Some(territory.key), kind, bounds)?;
        let meets = there.into_iter().filter(|(_, _, geometry): &(i64, Id, Geometry)| geometry.meets(bounds));
        belonging.objects.extend(meets.map(|(_, id, _)| (kind, id)));
    }
    Ok(belonging)
}

/// Leaves out what is named and not there.
fn keep_present(catalogue: &Catalogue, territory: &Territory, belonging: &mut Belonging) -> Result<()> {
    let kinds: BTreeSet<Kind> = belonging.objects.iter().map(|(kind, _)| *kind).collect();
    for kind in kinds {
        let there = catalogue.ids(territory, kind)?;
        belonging.objects.retain(|(own, id)| *own != kind || there.contains(id));
    }
    Ok(())
}

/// The files that some objects show, each once, the most wanted first.
pub(super) fn needed_media(
    catalogue: &Catalogue,
    territory: &Territory,
    objects: &BTreeSet<(Kind, Id)>,
    size: PictureSize,
) -> Result<Vec<NeededMedia>> {
    let pictograms = catalogue.objects(territory, Kind::Term)?.into_iter().filter_map(|term| match term {
        Object::Term(term) => Some(((term.vocabulary.clone(), term.id), term.pictogram.clone()?)),
        _ => None,
    });
    let pictograms: Pictograms = pictograms.collect();
    let mut media: Vec<NeededMedia> = Vec::new();
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    for (kind, id) in objects {
        let object = catalogue.object(territory, *kind, *id)?;
        for (shown, url) in pack_media::of(&object, size, &pictograms)? {
            let priority = match (kind, shown) {
                (Kind::Trek, Shown::Cover) => 3,
                (Kind::Trek, _) | (_, Shown::Cover | Shown::Pictogram) => 2,
                (_, Shown::Picture) => 1,
            };
            match places.get(&url) {
                Some(place) => {
                    let known = &mut media[*place];
                    known.priority = known.priority.max(priority);
                    known.of.push((*kind, *id));
                }
                None => {
                    places.insert(url.clone(), media.len());
                    media.push(NeededMedia { url, shown, priority, of: vec![(*kind, *id)] });
                }
            }
        }
    }
    Ok(media)
}

/// Metres from a trek to each of some objects, within a change.
pub(super) fn distances(
    change: &WriteTransaction<'_>,
    territory: &Territory,
    trek: Id,
    kind: Kind,
    ids: &BTreeSet<Id>,
) -> Result<BTreeMap<Id, f64>> {
    let mut distances = BTreeMap::new();
    let line = change.object(territory, Kind::Trek, trek)?.and_then(|trek| trek.geometry().cloned());
    let line = line.map(|line| (details::index_of(&line), line));
    for id in ids {
        let Some(object) = change.object(territory, kind, *id)? else { continue };
        let metres = match (&line, object.geometry()) {
            (Some((index, line)), Some(other)) => details::distance(index, line, other)?,
            _ => None,
        };
        // Where nobody can tell, the server's word is that it is no further than this.
        distances.insert(*id, metres.unwrap_or(ROUTE_ITEM_MAX_OFFSET_M));
    }
    Ok(distances)
}
