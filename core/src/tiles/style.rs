//! A MapLibre style that draws without a network: which glyphs and sprites it needs, and the same style with the addresses
//! of local files. Keys that are not known here are kept.
//!
//! Format: <https://maplibre.org/maplibre-style-spec/>.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};
use url::Url;

use crate::error::{Error, Result};

/// Maximum length of a style.
const MAX_STYLE_BYTES: usize = 8 << 20;
/// The glyph blocks that every text in a Latin script needs: 0–255 and 256–511.
const LATIN_BLOCKS: [u8; 2] = [0, 1];
/// The fonts of a layer that names none, by the style specification.
const DEFAULT_FONTS: [&str; 2] = ["Open Sans Regular", "Arial Unicode MS Regular"];
/// The name of a sprite that has no id, by the style specification.
const DEFAULT_SPRITE: &str = "default";
const PMTILES_SCHEME: &str = "pmtiles://";
/// Maximum length of the address of the glyphs, which is part of the address of each file.
const MAX_TEMPLATE_BYTES: usize = 2_000;
/// Maximum number of font stacks, and of sprites. Styles have fewer than ten.
const MAX_STACKS: usize = 100;
const MAX_SPRITES: usize = 100;

/// A MapLibre style.
#[derive(Debug, Clone, PartialEq)]
pub struct Style {
    pub(super) root: Map<String, Value>,
}

/// A source of tiles or other data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StyleSource {
    /// Name of the source in the style.
    pub id: String,
    /// `vector`, `raster`, `raster-dem`, `geojson`, …
    pub kind: String,
    /// Address of the PMTiles archive, without `pmtiles://`, if the source is one.
    pub pmtiles_url: Option<String>,
}

impl StyleSource {
    /// Whether the source has tiles: `vector`, `raster` or `raster-dem`.
    pub fn has_tiles(&self) -> bool {
        has_tiles(&self.kind)
    }
}

/// A file with the glyphs of 256 code points of a font stack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GlyphFile {
    /// Address.
    pub url: String,
    /// Path in [`LocalFiles::glyphs`].
    pub path: PathBuf,
}

/// A file of a sprite: its index or its picture, of single or double density.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpriteFile {
    /// Address.
    pub url: String,
    /// Path in [`LocalFiles::sprites`].
    pub path: PathBuf,
}

/// The local files that a style is to use. Paths must be absolute.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LocalFiles {
    /// PMTiles archives by the names of the sources. Other sources keep their address.
    pub archives: BTreeMap<String, PathBuf>,
    /// The folder of the glyph files; `None` keeps their address.
    pub glyphs: Option<PathBuf>,
    /// The folder of the sprite files; `None` keeps their address.
    pub sprites: Option<PathBuf>,
}

impl Style {
    /// Parses a style.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if it is no JSON object or longer than 8 MiB.
    pub fn parse(json: &str) -> Result<Style> {
        if json.len() > MAX_STYLE_BYTES {
            return Err(invalid("must be at most 8 MiB long"));
        }
        match serde_json::from_str(json) {
            Ok(root) => Ok(Style { root }),
            Err(_) => Err(invalid("must be a JSON object")),
        }
    }

    /// The sources, sorted by name.
    pub fn sources(&self) -> Vec<StyleSource> {
        let sources = self.root.get("sources").and_then(Value::as_object).into_iter().flatten();
        let mut sources: Vec<_> = sources
            .map(|(id, source)| {
                let text = |field: &str| source.get(field).and_then(Value::as_str);
                let pmtiles_url = text("url").and_then(|url| url.strip_prefix(PMTILES_SCHEME)).map(str::to_owned);
                StyleSource { id: id.clone(), kind: text("type").unwrap_or_default().to_owned(), pmtiles_url }
            })
            .collect();
        sources.sort_by(|a, b| a.id.cmp(&b.id));
        sources
    }

    /// The glyph files that the style needs: for each font stack the blocks 0 and 1 (Latin), and others. The block `n` has
    /// the code points 256·n to 256·n + 255. Empty if the style has no glyphs. A font that an expression computes from the
    /// data is not known here.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if the address of the glyphs has no `{fontstack}` or `{range}`, is not absolute or longer than
    /// 2,000 bytes, if a font's name cannot be part of a path, or if there are more than 100 font stacks.
    pub fn glyph_files(&self, other_blocks: &[u8]) -> Result<Vec<GlyphFile>> {
        let Some(template) = self.root.get("glyphs").and_then(Value::as_str) else { return Ok(Vec::new()) };
        if !template.contains("{fontstack}") || !template.contains("{range}") {
            return Err(invalid("must have {fontstack} and {range} in the address of its glyphs"));
        }
        if template.len() > MAX_TEMPLATE_BYTES {
            return Err(invalid("must have an address of its glyphs of at most 2,000 bytes"));
        }
        let stacks = self.font_stacks();
        if stacks.len() > MAX_STACKS {
            return Err(invalid("must have at most 100 font stacks"));
        }
        let blocks: BTreeSet<u8> = LATIN_BLOCKS.into_iter().chain(other_blocks.iter().copied()).collect();
        let mut files = Vec::new();
        for stack in stacks {
            check_name(&stack)?;
            for block in &blocks {
                let start = u32::from(*block) * 256;
                let range = format!("{start}-{}", start + 255);
                let url = template.replace("{fontstack}", &stack).replace("{range}", &range);
                let path = Path::new(&stack).join(format!("{range}.pbf"));
                files.push(GlyphFile { url: absolute_url(&url)?, path });
            }
        }
        Ok(files)
    }

    /// The files of the sprites, four for each. Empty if the style has none.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if an address is not absolute, if an id cannot be part of a path, or if there are more than 100
    /// sprites.
    pub fn sprite_files(&self) -> Result<Vec<SpriteFile>> {
        if self.sprites().nth(MAX_SPRITES).is_some() {
            return Err(invalid("must have at most 100 sprites"));
        }
        let mut files = Vec::new();
        for (id, url) in self.sprites() {
            check_name(&id)?;
            let (base, query) = url.split_at(url.find(['?', '#']).unwrap_or(url.len()));
            for suffix in [".json", ".png", "@2x.json", "@2x.png"] {
                let url = absolute_url(&format!("{base}{suffix}{query}"))?;
                files.push(SpriteFile { url, path: PathBuf::from(format!("{id}{suffix}")) });
            }
        }
        Ok(files)
    }

    /// The style as JSON, with the addresses of local files. A source of an archive loses its zoom levels and its box: those
    /// in the archive's header count, which may have fewer levels.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if an archive is for a source that the style does not have or that has no tiles, or if a path
    /// is not absolute.
    pub fn localize(&self, files: &LocalFiles) -> Result<String> {
        let mut root = self.root.clone();
        for (id, path) in &files.archives {
            let source = root.get_mut("sources").and_then(|sources| sources.get_mut(id)).and_then(Value::as_object_mut);
            let is_of_tiles =
                |source: &&mut Map<String, Value>| source.get("type").and_then(Value::as_str).is_some_and(has_tiles);
            let Some(source) = source.filter(is_of_tiles) else {
                return Err(Error::invalid(
                    "archives",
                    format!("must name a source of tiles of the style, not {id:?}"),
                ));
            };
            source.insert("url".to_owned(), format!("{PMTILES_SCHEME}{}", file_url("archives", path)?).into());
            // A list of addresses would take precedence, and the archive's header has its own levels and box.
            for field in ["tiles", "minzoom", "maxzoom", "bounds", "scheme"] {
                source.remove(field);
            }
        }
        if let Some(folder) = &files.glyphs
            && root.contains_key("glyphs")
        {
            let url = format!("{}/{{fontstack}}/{{range}}.pbf", file_url("glyphs", folder)?);
            root.insert("glyphs".to_owned(), url.into());
        }
        if let Some(folder) = &files.sprites
            && let Some(sprite) = root.get("sprite")
        {
            let folder_url = file_url("sprites", folder)?;
            let local = |id: &str| Value::from(format!("{folder_url}/{id}"));
            let sprite = match sprite {
                Value::Array(_) => self.sprites().map(|(id, _)| json!({ "url": local(&id), "id": id })).collect(),
                _ => local(DEFAULT_SPRITE),
            };
            root.insert("sprite".to_owned(), sprite);
        }
        Ok(Value::Object(root).to_string())
    }

    /// Ids and addresses of the sprites.
    fn sprites(&self) -> impl Iterator<Item = (String, &str)> {
        let sprite = self.root.get("sprite");
        let single = sprite.and_then(Value::as_str).map(|url| (DEFAULT_SPRITE.to_owned(), url));
        let several = sprite.and_then(Value::as_array).into_iter().flatten();
        let several =
            several.filter_map(|sprite| Some((sprite.get("id")?.as_str()?.to_owned(), sprite.get("url")?.as_str()?)));
        single.into_iter().chain(several)
    }

    /// The font stacks of all layers, each with its fonts separated by commas.
    fn font_stacks(&self) -> BTreeSet<String> {
        let mut stacks = BTreeSet::new();
        for layer in self.root.get("layers").and_then(Value::as_array).into_iter().flatten() {
            let Some(layout) = layer.get("layout") else { continue };
            match layout.get("text-font") {
                Some(fonts) => add_stacks(fonts, &mut stacks),
                None if layout.get("text-field").is_some() => {
                    stacks.insert(DEFAULT_FONTS.join(","));
                }
                None => {}
            }
        }
        stacks
    }
}

/// Whether sources of this type have tiles.
fn has_tiles(kind: &str) -> bool {
    matches!(kind, "vector" | "raster" | "raster-dem")
}

/// Adds the font stacks of a value of `text-font`: a list of names, an expression with literal lists, or a function with
/// stops.
fn add_stacks(value: &Value, stacks: &mut BTreeSet<String>) {
    match value {
        Value::Array(items) => match items.as_slice() {
            [operator, literal] if operator == "literal" => stacks.extend(joined(literal)),
            // An expression that reads the font from the data.
            [operator, ..] if operator == "get" || operator == "var" => {}
            _ if items.iter().all(Value::is_string) => stacks.extend(joined(value)),
            _ => items.iter().filter(|item| item.is_array()).for_each(|item| add_expression(item, stacks)),
        },
        Value::Object(function) => {
            let stops = function.get("stops").and_then(Value::as_array).into_iter().flatten();
            let values = stops.filter_map(|stop| stop.get(1)).chain(function.get("default"));
            values.for_each(|value| stacks.extend(joined(value)));
        }
        _ => {}
    }
}

/// Adds the literal lists in an expression. Other lists of texts are labels.
fn add_expression(value: &Value, stacks: &mut BTreeSet<String>) {
    let Value::Array(items) = value else { return };
    match items.as_slice() {
        [operator, literal] if operator == "literal" => stacks.extend(joined(literal)),
        _ => items.iter().for_each(|item| add_expression(item, stacks)),
    }
}

fn joined(fonts: &Value) -> Option<String> {
    let names: Option<Vec<&str>> = fonts.as_array()?.iter().map(Value::as_str).collect();
    names.filter(|names| !names.is_empty()).map(|names| names.join(","))
}

/// Refuses a name that could leave its folder, or change an address.
fn check_name(name: &str) -> Result<()> {
    let has_other = name.chars().any(|c| c.is_control() || "/\\:*?\"<>|#%{}".contains(c));
    if name.is_empty() || name.len() > 200 || name.starts_with('.') || has_other {
        return Err(invalid("must have fonts and sprites whose names can be part of a path"));
    }
    Ok(())
}

fn absolute_url(url: &str) -> Result<String> {
    match Url::parse(url) {
        Ok(url) if matches!(url.scheme(), "http" | "https") => Ok(url.into()),
        _ => Err(invalid("must have absolute HTTP addresses of glyphs and sprites")),
    }
}

fn file_url(field: &'static str, path: &Path) -> Result<String> {
    Url::from_file_path(path).map(String::from).map_err(|()| Error::invalid(field, "must have absolute paths"))
}

fn invalid(rule: &'static str) -> Error {
    Error::invalid("style", rule)
}
