//! The files of a tree: their names, which are the same in each language, and their addresses.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use url::Url;

use crate::error::{Error, Result};
use crate::geotrek::base_address;
use crate::model::{Id, Kind};

/// The file that every tree has.
const SETTINGS: &str = "settings.json";
/// The folder of a server below which it publishes its tree.
const MOBILE: &str = "mobile";
/// The folder of the files without a language.
const NO_LANGUAGE: &str = "nolang/";

/// How a web server finds the files of a language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Layout {
    /// By `Accept-Language`, which must be exactly the name of the language's folder: Geotrek's own web server.
    Negotiated,
    /// By the folder in the path: the tree as it lies on the disk, on any web server.
    Folders,
}

/// A part of what a trek's folder has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Part {
    Trek,
    Pois,
    TouristicContents,
    TouristicEvents,
    SensitiveAreas,
}

impl Part {
    pub(crate) const ALL: [Part; 5] =
        [Part::Trek, Part::Pois, Part::TouristicContents, Part::TouristicEvents, Part::SensitiveAreas];

    /// The kind of its objects.
    pub(crate) const fn kind(self) -> Kind {
        match self {
            Part::Trek => Kind::Trek,
            Part::Pois => Kind::Poi,
            Part::TouristicContents => Kind::TouristicContent,
            Part::TouristicEvents => Kind::TouristicEvent,
            Part::SensitiveAreas => Kind::SensitiveArea,
        }
    }

    /// The list of API v2 with the same objects.
    pub(crate) const fn list(self) -> &'static str {
        match self {
            Part::Trek => "trek",
            Part::Pois => "poi",
            Part::TouristicContents => "touristiccontent",
            Part::TouristicEvents => "touristicevent",
            Part::SensitiveAreas => "sensitivearea",
        }
    }

    const fn file(self) -> &'static str {
        match self {
            Part::Trek => "trek",
            Part::Pois => "pois",
            Part::TouristicContents => "touristic_contents",
            Part::TouristicEvents => "touristic_events",
            Part::SensitiveAreas => "sensitive_areas",
        }
    }

    /// The folder of the files of stages, within that of their itinerary.
    const fn folder(self) -> &'static str {
        match self {
            Part::Trek => "treks",
            other => other.file(),
        }
    }
}

/// A file of a tree, whatever its language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum FileName {
    /// Vocabularies, municipalities and districts.
    Settings,
    /// The list of treks.
    Treks,
    /// The list of pages.
    Pages,
    /// A page.
    Page(Id),
    /// A part of a trek, in its own folder.
    Trek(Id, Part),
    /// A part of a stage, in the folder of its itinerary: itinerary, stage, part.
    Stage(Id, Id, Part),
}

impl FileName {
    /// The trek that the file is about, and the trek whose folder has it.
    pub(crate) fn trek(&self) -> Option<(Id, Id)> {
        match *self {
            FileName::Trek(trek, _) => Some((trek, trek)),
            FileName::Stage(itinerary, stage, _) => Some((stage, itinerary)),
            _ => None,
        }
    }

    /// The part that the file has of a trek.
    pub(crate) fn part(&self) -> Option<Part> {
        match *self {
            FileName::Trek(_, part) | FileName::Stage(_, _, part) => Some(part),
            _ => None,
        }
    }
}

impl fmt::Display for FileName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FileName::Settings => f.write_str(SETTINGS),
            FileName::Treks => f.write_str("treks.geojson"),
            FileName::Pages => f.write_str("flatpages.json"),
            FileName::Page(id) => write!(f, "flatpages/{id}.json"),
            FileName::Trek(id, part) => write!(f, "{id}/{}.geojson", part.file()),
            FileName::Stage(itinerary, stage, part) => write!(f, "{itinerary}/{}/{stage}.geojson", part.folder()),
        }
    }
}

impl FromStr for FileName {
    type Err = Error;

    fn from_str(path: &str) -> Result<FileName> {
        let unknown = || Error::corrupt("the name of a file of a mobile tree cannot be read");
        let id = |text: &str| text.parse::<Id>().map_err(|_| unknown());
        let (stem, _) = path.rsplit_once('.').ok_or_else(unknown)?;
        let parts: Vec<&str> = stem.split('/').collect();
        let part = |name: &str, name_of: fn(Part) -> &'static str| {
            Part::ALL.into_iter().find(|part| name_of(*part) == name).ok_or_else(unknown)
        };
        match parts.as_slice() {
            ["settings"] => Ok(FileName::Settings),
            ["treks"] => Ok(FileName::Treks),
            ["flatpages"] => Ok(FileName::Pages),
            ["flatpages", page] => Ok(FileName::Page(id(page)?)),
            [trek, name] => Ok(FileName::Trek(id(trek)?, part(name, Part::file)?)),
            [itinerary, name, stage] => Ok(FileName::Stage(id(itinerary)?, id(stage)?, part(name, Part::folder)?)),
            _ => Err(unknown()),
        }
    }
}

impl Layout {
    /// The address of a file in a language. `tree` is the address of the tree.
    pub(crate) fn address(self, tree: &Url, language: &str, file: &FileName) -> Result<Url> {
        let path = match self {
            Layout::Negotiated => file.to_string(),
            Layout::Folders => format!("{language}/{file}"),
        };
        tree.join(&path).map_err(|_| Error::invalid("url", "must be a web address"))
    }
}

/// The address of the tree that an address names: a folder `mobile`, or the file `settings.json` of any folder, with or
/// without the folder of a language. It names the same tree again: a folder with another name has `settings.json` at its end.
/// `None` for an address of another kind.
///
/// # Errors
/// [`Error::InvalidInput`] if the address is not one of a web server, or contains a user name or a password.
pub(crate) fn tree_address(page: &str) -> Result<Option<Url>> {
    let Ok(mut url) = Url::parse(page) else { return Ok(None) };
    let path = url.path().to_owned();
    let mut parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    match parts.pop() {
        Some(SETTINGS) => {
            if parts.last().is_some_and(|part| is_language(part)) {
                parts.pop();
            }
        }
        Some(MOBILE) => parts.push(MOBILE),
        _ => return Ok(None),
    }
    // The checks of the scheme, the host and the user name.
    base_address(page)?;
    let mut path: String = parts.iter().map(|part| format!("{part}/")).collect();
    if parts.last() != Some(&MOBILE) {
        path.push_str(SETTINGS);
    }
    url.set_path(&format!("/{path}"));
    url.set_query(None);
    url.set_fragment(None);
    Ok(Some(url))
}

/// Whether the name of a folder is a language code as Geotrek writes it: `fr`, `pt-br`.
fn is_language(name: &str) -> bool {
    let is_code = |code: &str| code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_lowercase());
    match name.split_once('-') {
        Some((language, region)) => is_code(language) && is_code(region),
        None => is_code(name),
    }
}

/// The folder of a tree, from its address.
pub(crate) fn tree_folder(address: &str) -> Result<Url> {
    let folder = Url::parse(address).and_then(|address| address.join("."));
    folder.map_err(|_| Error::invalid("url", "must be a web address"))
}

/// The address of the Geotrek server that publishes a tree; `None` if the tree is a copy on another server.
pub(crate) fn server_address(tree: &str) -> Option<&str> {
    tree.strip_suffix("mobile/").filter(|server| server.ends_with('/'))
}

/// The address below which the pictures of a tree are.
pub(crate) fn media_address(tree: &Url, layout: Layout) -> Url {
    match layout {
        Layout::Negotiated => tree.clone(),
        Layout::Folders => tree.join(NO_LANGUAGE).unwrap_or_else(|_| tree.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tree_address_is_recognised_by_the_folder_or_the_settings() {
        for (page, tree) in [
            ("https://park.example/mobile", Some("https://park.example/mobile/")),
            ("https://park.example/geotrek/mobile/?x#y", Some("https://park.example/geotrek/mobile/")),
            ("https://park.example/mobile/settings.json", Some("https://park.example/mobile/")),
            ("https://files.example/copy/fr/settings.json", Some("https://files.example/copy/settings.json")),
            ("https://files.example/pt-br/settings.json", Some("https://files.example/settings.json")),
            ("https://files.example/settings.json", Some("https://files.example/settings.json")),
            ("https://park.example/mobile/1/trek.geojson", None),
            ("https://park.example/", None),
            ("https://park.example/datapackage.json", None),
            ("not an address", None),
        ] {
            assert_eq!(tree_address(page).unwrap().as_ref().map(Url::as_str), tree, "{page}");
            assert!(tree.is_none_or(|tree| tree_address(tree).unwrap().is_some_and(|again| again.as_str() == tree)));
        }
        assert!(tree_address("https://me:secret@park.example/mobile/").is_err());
        assert!(tree_address("ftp://park.example/mobile/").is_err());
    }

    #[test]
    fn name_of_a_file_reads_back() {
        let mut files = vec![FileName::Settings, FileName::Treks, FileName::Pages, FileName::Page(3)];
        files.extend(Part::ALL.into_iter().flat_map(|part| [FileName::Trek(7, part), FileName::Stage(7, 9, part)]));
        for file in files {
            assert_eq!(file.to_string().parse::<FileName>().unwrap(), file);
        }
        assert_eq!(FileName::Stage(66, 67, Part::Trek).to_string(), "66/treks/67.geojson");
        for path in ["", "x", "1/x.geojson", "../trek.geojson", "1/2/3/4.json"] {
            assert!(path.parse::<FileName>().is_err(), "{path}");
        }
    }

    #[test]
    fn addresses_follow_the_layout() {
        let tree = Url::parse("https://park.example/mobile/").unwrap();
        let file = FileName::Trek(4, Part::Pois);
        let address = |layout: Layout| String::from(layout.address(&tree, "fr", &file).unwrap());
        assert_eq!(address(Layout::Negotiated), "https://park.example/mobile/4/pois.geojson");
        assert_eq!(address(Layout::Folders), "https://park.example/mobile/fr/4/pois.geojson");
        assert_eq!(media_address(&tree, Layout::Folders).as_str(), "https://park.example/mobile/nolang/");
        assert_eq!(tree_folder("https://files.example/copy/settings.json").unwrap().path(), "/copy/");
        assert_eq!(tree_folder(tree.as_str()).unwrap(), tree);
        assert_eq!(server_address(tree.as_str()), Some("https://park.example/"));
        assert_eq!(server_address("https://files.example/automobile/"), None);
    }
}
