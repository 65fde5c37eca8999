//! The style of a map: it is requested with the index of the archive, its glyphs and sprites with the tiles. Then a folder is
//! written from which MapLibre draws the map without a network.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use url::Url;

use super::planner::MapRole;
use crate::catalogue::{Catalogue, REMOTE_STYLE, STYLE, Territory, directory_size, url_hash};
use crate::error::{Error, Result};
use crate::storage::FileSystem;
use crate::sync::planner::PendingRequest;
use crate::sync::staging::remove_folder;
use crate::tiles::{LocalFiles, Style, StyleEstimate, TileType};
use crate::transfer::{BodyKind, Validators};

/// The block of punctuation such as ’ and –, which names on maps have in any language.
const PUNCTUATION_BLOCK: u8 = 0x20;
/// Maximum number of blocks of code points beside these and the Latin ones: those of most names are taken.
const MAX_OTHER_BLOCKS: usize = 16;
/// Maximum number of font stacks, and of sprite files: four of each sprite.
const MAX_STACKS: usize = 20;
const MAX_SPRITE_FILES: usize = 20 * 4;
/// Maximum length of a file, and of all files together. A glyph file has about 100 KB, a sprite some hundred.
const MAX_FILE_BYTES: u64 = 8 << 20;
const MAX_BYTES: u64 = 64 << 20;
/// Folders beside the local style.
const GLYPHS: &str = "glyphs";
const SPRITES: &str = "sprites";

/// The files of a style in progress.
#[derive(Debug, Clone)]
pub(super) struct StyleDownload {
    url: String,
    /// The folder of the job.
    folder: PathBuf,
    other_blocks: Vec<u8>,
    pub(super) is_requested: bool,
    pub(super) are_files_requested: bool,
    style: Option<Style>,
    files: Vec<StyleFile>,
    /// The sources of the style that show the map.
    sources: Vec<String>,
    bytes: u64,
}

/// A glyph file or a sprite file.
#[derive(Debug, Clone)]
struct StyleFile {
    url: String,
    /// Path in the folder of the style.
    path: PathBuf,
}

impl StyleDownload {
    /// The style at an address. The glyphs are those of Latin scripts, and those that the names of the territory need.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if the address is none of the web; errors of the catalogue.
    pub(super) fn new(
        catalogue: &Catalogue,
        territory: &Territory,
        url: &str,
        folder: PathBuf,
    ) -> Result<StyleDownload> {
        let url = Url::parse(url).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
        let url = url.ok_or_else(|| Error::invalid("style_url", "must be the web address of a MapLibre style"))?;
        let mut other_blocks = catalogue.glyph_blocks(territory)?;
        other_blocks.retain(|block| *block > 1 && *block != PUNCTUATION_BLOCK);
        other_blocks.truncate(MAX_OTHER_BLOCKS);
        other_blocks.push(PUNCTUATION_BLOCK);
        Ok(StyleDownload {
            url: url.into(),
            folder,
            other_blocks,
            is_requested: false,
            are_files_requested: false,
            style: None,
            files: Vec::new(),
            sources: Vec::new(),
            bytes: 0,
        })
    }

    pub(super) fn request(&mut self) -> PendingRequest<MapRole> {
        self.is_requested = true;
        file_request(MapRole::Style, &self.url, BodyKind::File, Some(self.target(&self.url)))
    }

    /// Reads the style, and returns why it cannot be read, if so.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] for a style with names or addresses that cannot be used, or with too many files.
    pub(super) fn read(&mut self, file: &Path) -> Result<Option<Error>> {
        if fs::metadata(file)?.len() > MAX_FILE_BYTES {
            return Ok(Some(server_error("the style is longer than 8 MiB")));
        }
        let Some(style) = fs::read_to_string(file).ok().and_then(|json| Style::parse(&json).ok()) else {
            return Ok(Some(server_error("there is no MapLibre style at this address")));
        };
        match self.list_files(&style) {
            Ok(files) => (self.files, self.style) = (files, Some(style)),
            // The next download requests the style again: it may have been corrected.
            Err(error) => return fs::remove_file(file).map_err(Error::from).and(Err(error)),
        }
        Ok(None)
    }

    fn list_files(&self, style: &Style) -> Result<Vec<StyleFile>> {
        let (glyphs, sprites) = (style.glyph_files(&self.other_blocks)?, style.sprite_files()?);
        let stacks = crate::ordered::set(glyphs.iter().filter_map(|file| file.path.parent()));
        if stacks.len() > MAX_STACKS || sprites.len() > MAX_SPRITE_FILES {
            return Err(Error::invalid("style", "must have at most 20 font stacks and 20 sprites"));
        }
        let glyphs =
            glyphs.into_iter().map(|file| StyleFile { url: file.url, path: Path::new(GLYPHS).join(file.path) });
        let sprites =
            sprites.into_iter().map(|file| StyleFile { url: file.url, path: Path::new(SPRITES).join(file.path) });
        Ok(glyphs.chain(sprites).collect())
    }

    /// Finds the sources of the style that show the archive.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if it is none or may be several.
    pub(super) fn match_archive(&mut self, archive_url: &str, tile_type: TileType) -> Result<()> {
        let sources = self.style.as_ref().and_then(|style| style.sources_of(archive_url, tile_type));
        let Some(sources) = sources else {
            // As in `read`.
            fs::remove_file(self.target(&self.url))?;
            let rule = "must have a source with the address of the map, or only one source of tiles of its type";
            return Err(Error::invalid("style", rule));
        };
        self.sources = sources;
        Ok(())
    }

    /// Requests for the glyphs and sprites.
    pub(super) fn file_requests(&mut self) -> Vec<PendingRequest<MapRole>> {
        self.are_files_requested = true;
        let files = self.files.iter().enumerate();
        let request = |(index, file): (usize, &StyleFile)| {
            file_request(MapRole::StyleFile(index), &file.url, BodyKind::File, Some(self.target(&file.url)))
        };
        files.map(request).collect()
    }

    /// Requests for the sizes of the glyphs and sprites that are not known.
    pub(super) fn size_requests(&mut self, catalogue: &Catalogue, now_ms: i64) -> Result<Vec<PendingRequest<MapRole>>> {
        self.are_files_requested = true;
        let mut requests = Vec::new();
        for (index, file) in self.files.iter().enumerate() {
            if !self.target(&file.url).is_file() && !catalogue.has_recent_file_size(&file.url, now_ms)? {
                requests.push(file_request(MapRole::StyleFileSize(index), &file.url, BodyKind::FileSize, None));
            }
        }
        Ok(requests)
    }

    pub(super) fn file_url(&self, index: usize) -> Option<&str> {
        self.files.get(index).map(|file| file.url.as_str())
    }

    /// Checks a glyph file or a sprite file, and returns why it cannot be used, if so.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if all files together are too long.
    pub(super) fn check_file(&mut self, index: usize, file: &Path) -> Result<Option<Error>> {
        // A status such as 204 has no file.
        let Ok(metadata) = fs::metadata(file) else { return Ok(None) };
        if metadata.len() > MAX_FILE_BYTES {
            return Ok(Some(server_error("a glyph or sprite file of the style is longer than 8 MiB")));
        }
        self.bytes += metadata.len();
        if self.bytes > MAX_BYTES {
            return Err(Error::invalid("style", "must need at most 64 MiB of glyphs and sprites"));
        }
        let content = fs::read(file)?;
        let path = self.files.get(index).map(|file| file.path.as_path()).unwrap_or(Path::new(""));
        let is_valid = match path.extension().and_then(|extension| extension.to_str()) {
            Some("png") => content.starts_with(b"\x89PNG\r\n\x1a\n"),
            Some("json") => serde_json::from_slice::<serde_json::Map<String, serde_json::Value>>(&content).is_ok(),
            // The first field of the message, a font stack; or none.
            _ => content.first().is_none_or(|byte| *byte == 0x0a),
        };
        Ok((!is_valid).then(|| server_error("the server sent something else than a glyph or sprite file of the style")))
    }

    /// The size of all files, as far as it is known.
    pub(super) fn estimate(&self, catalogue: &Catalogue) -> Result<StyleEstimate> {
        let mut estimate = StyleEstimate { files: 1 + self.files.len() as u64, ..StyleEstimate::default() };
        for url in self.files.iter().map(|file| &file.url).chain([&self.url]) {
            let on_disk = fs::metadata(self.target(url)).ok().map(|metadata| metadata.len());
            match on_disk.map_or_else(|| catalogue.file_size(url), |bytes| Ok(Some(bytes)))? {
                Some(bytes) => estimate.bytes = estimate.bytes.saturating_add(bytes),
                None => estimate.unknown += 1,
            }
        }
        Ok(estimate)
    }

    /// Checks that a style with labels has at least one glyph file.
    ///
    /// # Errors
    /// [`Error::Server`] if the server has none of them.
    pub(super) fn check_glyphs(&self) -> Result<()> {
        let mut glyphs = self.files.iter().filter(|file| file.path.starts_with(GLYPHS)).peekable();
        if glyphs.peek().is_some() && !glyphs.any(|file| self.target(&file.url).is_file()) {
            return Err(server_error("the server has none of the glyphs of the style"));
        }
        Ok(())
    }

    /// Writes the folder of the style in the place of an older one, and returns its bytes. `archive` is the path of the map.
    ///
    /// # Errors
    /// Those of the file system.
    pub(super) fn write(&self, archive: &Path, folder: &Path, file_system: &dyn FileSystem) -> Result<u64> {
        let Some(style) = &self.style else { return Err(Error::internal("a style was not received")) };
        let [new, old] = ["style", "old-style"].map(|name| self.folder.join(name));
        remove_folder(&new)?;
        remove_folder(&old)?;
        file_system.create_dir_all(&new)?;
        let write = |path: &Path, bytes: &[u8]| -> Result<()> {
            if let Some(parent) = path.parent() {
                file_system.create_dir_all(parent)?;
            }
            let mut file = file_system.open(path, 0)?;
            file.write_all(bytes)?;
            Ok(file.sync()?)
        };
        for file in &self.files {
            match fs::read(self.target(&file.url)) {
                Ok(bytes) => write(&new.join(&file.path), &bytes)?,
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                Err(error) => return Err(error.into()),
            }
        }
        self.write_empty_glyphs(&new, file_system)?;
        write(&new.join(REMOTE_STYLE), &fs::read(self.target(&self.url))?)?;
        write(&new.join(STYLE), localize(style, &self.sources, archive, folder)?.as_bytes())?;
        if folder.is_dir() {
            file_system.rename(folder, &old)?;
        }
        file_system.rename(&new, folder)?;
        if let Some(parent) = folder.parent() {
            file_system.sync_dir(parent)?;
        }
        remove_folder(&old)?;
        Ok(directory_size(folder))
    }

    /// Writes an empty file for each glyph file that is not here. MapLibre draws no label of a tile if it cannot read the
    /// glyphs of one of them; with an empty file, the others are drawn.
    fn write_empty_glyphs(&self, folder: &Path, file_system: &dyn FileSystem) -> Result<()> {
        let glyphs = self.files.iter().filter(|file| file.path.starts_with(GLYPHS));
        let stacks: BTreeSet<PathBuf> =
            crate::ordered::set(glyphs.filter_map(|file| Some(folder.join(file.path.parent()?))));
        for stack in stacks {
            file_system.create_dir_all(&stack)?;
            for start in (0..65_536_u32).step_by(256) {
                let path = stack.join(format!("{start}-{}.pbf", start + 255));
                if !path.exists() {
                    file_system.open(&path, 0)?.flush()?;
                }
            }
        }
        Ok(())
    }

    fn target(&self, url: &str) -> PathBuf {
        self.folder.join(format!("style-{}.part", url_hash(url)))
    }
}

/// A style with the addresses of the local files, and without what needs a network.
pub(super) fn localize(style: &Style, sources: &[String], archive: &Path, folder: &Path) -> Result<String> {
    let mut files =
        LocalFiles { glyphs: Some(folder.join(GLYPHS)), sprites: Some(folder.join(SPRITES)), ..Default::default() };
    for source in sources {
        files.archives.insert(source.clone(), archive.to_owned());
    }
    style.without_remote_sources(sources).localize(&files)
}

fn file_request(role: MapRole, url: &str, body: BodyKind, target: Option<PathBuf>) -> PendingRequest<MapRole> {
    let (url, validators) = (url.to_owned(), Validators::default());
    PendingRequest { role, url, language: None, body, range: None, validators, priority: 0, target }
}

fn server_error(detail: &str) -> Error {
    Error::Server { status: None, detail: detail.to_owned() }
}
