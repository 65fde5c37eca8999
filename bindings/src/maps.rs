//! Offline maps of packs.

use std::sync::Arc;

use jalon::Companion as Core;
#[cfg(feature = "tiles")]
use jalon::companion::MapOptions;
#[cfg(feature = "tiles")]
use jalon::tiles::{LocalFiles, Style};

#[cfg(feature = "tiles")]
use crate::convert::all;
use crate::error::Result;
use crate::records::{MapEstimate, MapSource, Pack, PackSubject, Progress, RefreshOptions, StyleFiles, Tile};
#[cfg(feature = "tiles")]
use crate::state::with_client;
use crate::state::{Lock, with_feature};
#[cfg(feature = "tiles")]
use crate::transfers::Work;
use crate::{CancelToken, Packs, ProgressWatch, Transfers};

#[cfg(feature = "tiles")]
fn options(source: MapSource, options: Option<RefreshOptions>, estimate_only: bool) -> MapOptions {
    MapOptions { source, estimate_only, fetch: options.unwrap_or_default().core() }
}

#[uniffi::export]
impl Packs {
    /// Downloads the map of a pack, resumes its download, or replaces it: the tiles along its trek, or of its box, are cut out
    /// of a PMTiles archive on a web server by range requests. The pack must have been downloaded. It keeps its previous map
    /// until the new one is complete. Tiles that the map of another pack has of the same version of the archive are copied, not
    /// downloaded. With `style_url`, a MapLibre style is downloaded too, with its glyphs and sprites.
    ///
    /// # Errors
    /// As [`Packs::download`]; `ServerError` if there is no archive or no style at the URL, or if the server does not support
    /// ranges; `InvalidInput` for a style that cannot be used, or if the library was built without the feature `tiles`.
    #[uniffi::method(default(options = None, cancel = None, progress = None))]
    pub async fn download_map(
        &self,
        territory: String,
        subject: PackSubject,
        source: MapSource,
        options: Option<RefreshOptions>,
        cancel: Option<Arc<CancelToken>>,
        progress: Option<Arc<ProgressWatch>>,
    ) -> Result<Pack> {
        let work = move |core: &Core, cancel: &_, progress: &dyn Fn(Progress)| {
            with_feature!("tiles", using(core, territory, subject, source, options, cancel, progress), {
                let options = self::options(source, options, false);
                with_client!(using(core, territory, subject, options, cancel, progress), {
                    let name = subject.to_string();
                    let progress = |made| progress(Progress::of(made, &name));
                    Ok(core.download_map(&territory, &subject, &options, cancel, progress)?.into())
                })
            })
        };
        self.shared.run_cancellable(Lock::Territory, (cancel, progress), |versions| versions.packs += 1, work).await
    }

    /// The size of the map of a pack, before it is downloaded: from the index of the remote archive, of which it downloads the
    /// needed parts. The pack itself need not have been downloaded.
    ///
    /// # Errors
    /// As [`Packs::download_map`].
    #[uniffi::method(default(options = None, cancel = None))]
    pub async fn fetch_map_estimate(
        &self,
        territory: String,
        subject: PackSubject,
        source: MapSource,
        options: Option<RefreshOptions>,
        cancel: Option<Arc<CancelToken>>,
    ) -> Result<MapEstimate> {
        let work = move |core: &Core, cancel: &_, _: &dyn Fn(Progress)| {
            with_feature!("tiles", using(core, territory, subject, source, options, cancel), {
                let options = self::options(source, options, true);
                with_client!(using(core, territory, subject, options, cancel), {
                    Ok(core.fetch_map_estimate(&territory, &subject, &options, cancel)?.into())
                })
            })
        };
        self.shared.run_cancellable(Lock::Territory, (cancel, None), |_| {}, work).await
    }

    /// Plans the download of a map for the platform's HTTP client, or resumes it: see [`Transfers`].
    ///
    /// # Errors
    /// `Busy` during another refresh or download of the territory; `InvalidInput` if the library was built without the feature
    /// `tiles`.
    #[uniffi::method(default(options = None))]
    pub async fn plan_map(
        &self,
        territory: String,
        subject: PackSubject,
        source: MapSource,
        options: Option<RefreshOptions>,
    ) -> Result<Arc<Transfers>> {
        let shared = Arc::clone(&self.shared);
        let plan = move |core: &Core| {
            with_feature!("tiles", using(core, shared, territory, subject, source, options), {
                let job = core.plan_map(&territory, &subject, &self::options(source, options, false))?;
                Transfers::new(shared, Work::Map(Box::new(job)))
            })
        };
        self.shared.write_catalogue(|_| {}, plan).await
    }

    /// Plans the requests of [`Packs::fetch_map_estimate`] for the platform's HTTP client: see [`Transfers`].
    ///
    /// # Errors
    /// As [`Packs::plan_map`].
    #[uniffi::method(default(options = None))]
    pub async fn plan_map_estimate(
        &self,
        territory: String,
        subject: PackSubject,
        source: MapSource,
        options: Option<RefreshOptions>,
    ) -> Result<Arc<Transfers>> {
        let shared = Arc::clone(&self.shared);
        let plan = move |core: &Core| {
            with_feature!("tiles", using(core, shared, territory, subject, source, options), {
                let job = core.plan_map(&territory, &subject, &self::options(source, options, true))?;
                Transfers::new(shared, Work::MapEstimate(Box::new(job)))
            })
        };
        self.shared.write_catalogue(|_| {}, plan).await
    }

    /// A tile of the map of a pack by its zoom level, column and row (XYZ: row 0 is in the north); none if the map does not
    /// have it. For map views that cannot open a PMTiles archive: MapLibre opens the archive itself.
    ///
    /// # Errors
    /// `InvalidInput` for a tile that no map has, and if the library was built without the feature `tiles`.
    pub async fn map_tile(
        &self,
        territory: String,
        subject: PackSubject,
        z: u8,
        x: u32,
        y: u32,
    ) -> Result<Option<Tile>> {
        let read = move |core: &Core| {
            with_feature!("tiles", using(core, territory, subject, z, x, y), {
                Ok(core.map_tile(&territory, &subject, z, x, y)?.map(Into::into))
            })
        };
        self.shared.run_blocking(read).await
    }

    /// The attribution of the map of a pack as plain text, which must be shown wherever the map is shown; none if it has none.
    ///
    /// # Errors
    /// `InvalidInput` if the library was built without the feature `tiles`.
    pub async fn map_attribution(&self, territory: String, subject: PackSubject) -> Result<Option<String>> {
        let read = move |core: &Core| {
            with_feature!("tiles", using(core, territory, subject), {
                Ok(Core::map_attribution(&core.open_map(&territory, &subject)?))
            })
        };
        self.shared.run_blocking(read).await
    }

    /// The MapLibre style (JSON) that was downloaded with the map of a pack: it draws the map without a network, with the glyphs
    /// and sprites on the device. Sources that need a network are left out, with their layers.
    ///
    /// # Errors
    /// `NotFound` if no style was downloaded; `InvalidInput` if the library was built without the feature `tiles`.
    pub async fn downloaded_style(&self, territory: String, subject: PackSubject) -> Result<String> {
        let read = move |core: &Core| {
            with_feature!("tiles", using(core, territory, subject), { core.downloaded_style(&territory, &subject) })
        };
        self.shared.run_blocking(read).await
    }

    /// A MapLibre style that draws the map of a pack without a network: `style` (JSON) with the local archive as the address
    /// of its tiles. `source` names the source of the map in the style; if it is none, the map is that of the sources with the
    /// URL that it was downloaded from, or else of the only source of tiles. `glyphs` and `sprites` are absolute paths of
    /// folders with the files of [`Packs::style_files`]; if they are none, the style keeps its addresses.
    ///
    /// # Errors
    /// `InvalidInput` for a style or a source that cannot be used, and if the library was built without the feature `tiles`.
    #[uniffi::method(default(source = None, glyphs = None, sprites = None))]
    pub async fn map_style(
        &self,
        territory: String,
        subject: PackSubject,
        style: String,
        source: Option<String>,
        glyphs: Option<String>,
        sprites: Option<String>,
    ) -> Result<String> {
        let localize = move |core: &Core| {
            with_feature!("tiles", using(core, territory, subject, style, source, glyphs, sprites), {
                let files = LocalFiles {
                    archives: Default::default(),
                    glyphs: glyphs.map(Into::into),
                    sprites: sprites.map(Into::into),
                };
                core.map_style(&territory, &subject, &Style::parse(&style)?, source.as_deref(), &files)
            })
        };
        self.shared.run_blocking(localize).await
    }

    /// The glyphs and sprites that a MapLibre style needs, for an app to download or to bundle. Glyphs are those of Latin
    /// scripts and of `glyph_blocks`: block `n` has the code points 256·n to 256·n + 255.
    ///
    /// # Errors
    /// `InvalidInput` for a style with an address or a name that cannot be used, for a block above 255, and if the library was
    /// built without the feature `tiles`.
    #[uniffi::method(default(glyph_blocks = []))]
    pub async fn style_files(&self, style: String, glyph_blocks: Vec<u16>) -> Result<StyleFiles> {
        let list = move |_: &Core| {
            with_feature!("tiles", using(style, glyph_blocks), {
                let block = |block: u16| {
                    u8::try_from(block).map_err(|_| jalon::Error::invalid("glyph_blocks", "must be from 0 to 255"))
                };
                let blocks = glyph_blocks.into_iter().map(block).collect::<jalon::Result<Vec<_>>>()?;
                let style = Style::parse(&style)?;
                Ok(StyleFiles { glyphs: all(style.glyph_files(&blocks)?), sprites: all(style.sprite_files()?) })
            })
        };
        self.shared.run_blocking(list).await
    }
}
