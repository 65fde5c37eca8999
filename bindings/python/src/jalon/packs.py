"""Packs: treks and areas that are downloaded for offline use."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from typing import Any

from .errors import await_future
from .jalon_ffi import jalon_ffi as _ffi
from .jalon_ffi.jalon_ffi import (
    ArchiveImport,
    AttachedFileSizes,
    Bounds,
    Estimate,
    MapEstimate,
    MapSource,
    Pack,
    PictureSize,
    RefreshOptions,
    StyleFiles,
    Tile,
)
from .progress import Update, with_progress

__all__ = ["Packs"]

#: The id of a trek, or a bounding box.
Subject = int | Bounds


def to_subject(subject: Subject) -> _ffi.PackSubject:
    # UniFFI adds the variants to the class at run time, so a type checker does not know them.
    variants: Any = _ffi.PackSubject
    converted: _ffi.PackSubject
    if isinstance(subject, Bounds):
        converted = variants.BOUNDS(subject)
    else:
        converted = variants.TREK(subject)
    return converted


def _to_source(source: str | MapSource) -> MapSource:
    return MapSource(url=source) if isinstance(source, str) else source


def _to_path(path: str | os.PathLike[str] | None) -> str | None:
    return None if path is None else os.path.abspath(path)


class Packs:
    """Downloads, updates and removes packs. The subject of a pack is the id of a trek, or a bounding box."""

    def __init__(self, inner: _ffi.Packs) -> None:
        self._ffi = inner

    async def list(self, territory: str | None = None) -> Sequence[Pack]:
        """Returns the packs of one or all territories, in the order in which they were requested."""
        return await await_future(self._ffi.list(territory))

    async def estimate(self, territory: str, subject: Subject, pictures: PictureSize | None = None) -> Estimate:
        """Estimates the size of a pack from local data, without a network.

        Attached files are counted separately, so that an app can show the size with and without them.
        """
        return await await_future(self._ffi.estimate(territory, to_subject(subject), pictures))

    async def fetch_file_sizes(
        self, territory: str, subject: Subject, *, options: RefreshOptions | None = None
    ) -> AttachedFileSizes:
        """Asks for the sizes of a pack's attached files, which :meth:`estimate` then includes.

        Each file whose size is not known costs a request. Raises Offline, ServerError, Busy and NotFound.
        """
        converted = to_subject(subject)
        return await await_future(self._ffi.fetch_file_sizes(territory, converted, options, None))

    async def download(
        self,
        territory: str,
        subject: Subject,
        *,
        options: RefreshOptions | None = None,
        pictures: PictureSize | None = None,
        files: bool = False,
        progress: Update | None = None,
    ) -> Pack:
        """Downloads a pack, resumes its download, or updates it.

        If the call is cancelled or interrupted, the next call continues where it stopped. Raises Offline, ServerError,
        Busy, StorageFull and NotFound, and InvalidInput for a territory that was never refreshed. ``files``
        downloads attached files too, such as PDF topo-guides and audio.
        """
        converted = to_subject(subject)
        return await with_progress(
            lambda watch: self._ffi.download(territory, converted, options, pictures, files, None, watch), progress
        )

    async def update(
        self, territory: str, *, options: RefreshOptions | None = None, progress: Update | None = None
    ) -> Sequence[Pack]:
        """Updates the packs of a territory that are stale or incomplete. Returns the updated packs."""
        return await with_progress(lambda watch: self._ffi.update(territory, options, None, watch), progress)

    async def download_map(
        self,
        territory: str,
        subject: Subject,
        source: str | MapSource,
        *,
        options: RefreshOptions | None = None,
        progress: Update | None = None,
    ) -> Pack:
        """Downloads the map of a pack, resumes its download, or replaces it.

        The tiles along the trek, or of the box, are cut out of a PMTiles archive on a web server by range requests. `source` is
        the URL of the archive, or says more: the distance to either side of a trek, the last zoom level, the size, the URL of a
        MapLibre style to download with its glyphs and sprites. The pack must have been downloaded; it keeps its previous map
        until the new one is complete. Tiles that another map on this device has are copied, not downloaded. Raises Offline,
        ServerError, Busy, StorageFull, NotFound and InvalidInput.
        """
        converted = to_subject(subject)
        return await with_progress(
            lambda watch: self._ffi.download_map(territory, converted, _to_source(source), options, None, watch), progress
        )

    async def fetch_map_estimate(
        self, territory: str, subject: Subject, source: str | MapSource, *, options: RefreshOptions | None = None
    ) -> MapEstimate:
        """Returns the size of the map of a pack before it is downloaded, from the index of the remote archive.

        The pack itself need not have been downloaded. Raises the same exceptions as :meth:`download_map`.
        """
        converted = to_subject(subject)
        return await await_future(self._ffi.fetch_map_estimate(territory, converted, _to_source(source), options, None))

    async def map_tile(self, territory: str, subject: Subject, z: int, x: int, y: int) -> Tile | None:
        """Returns a tile of the map of a pack by zoom level, column and row (row 0 is in the north); None if it has none."""
        return await await_future(self._ffi.map_tile(territory, to_subject(subject), z, x, y))

    async def map_attribution(self, territory: str, subject: Subject) -> str | None:
        """Returns the attribution of the map of a pack, which must be shown wherever the map is shown; None if it has none."""
        return await await_future(self._ffi.map_attribution(territory, to_subject(subject)))

    async def downloaded_style(self, territory: str, subject: Subject) -> dict[str, Any]:
        """Returns the MapLibre style that was downloaded with the map of a pack: it draws the map without a network.

        Its glyphs and sprites are files on this device. Sources that need a network are left out, with their layers. Raises
        NotFound if the map was downloaded without `style_url`.
        """
        style: dict[str, Any] = json.loads(await await_future(self._ffi.downloaded_style(territory, to_subject(subject))))
        return style

    async def map_style(
        self,
        territory: str,
        subject: Subject,
        style: Mapping[str, Any],
        *,
        source: str | None = None,
        glyphs: str | os.PathLike[str] | None = None,
        sprites: str | os.PathLike[str] | None = None,
    ) -> dict[str, Any]:
        """Returns a MapLibre style that draws the map of a pack without a network: its tiles are those of the local archive.

        `source` names the source of the map in the style. If it is None, the map is that of the sources with the URL that it was
        downloaded from, or else of the only source of tiles. `glyphs` and `sprites` are folders with the files of
        :meth:`style_files`; if they are None, the style keeps its addresses. Raises NotFound and InvalidInput.
        """
        localized = await await_future(
            self._ffi.map_style(
                territory, to_subject(subject), json.dumps(style), source, _to_path(glyphs), _to_path(sprites)
            )
        )
        parsed: dict[str, Any] = json.loads(localized)
        return parsed

    async def style_files(self, style: Mapping[str, Any], glyph_blocks: Sequence[int] = ()) -> StyleFiles:
        """Returns the URLs of the glyphs and sprites that a MapLibre style needs, and their paths in local folders.

        Glyphs are those of Latin scripts and of `glyph_blocks`: block `n` has the code points 256·n to 256·n + 255. Raises
        InvalidInput.
        """
        return await await_future(self._ffi.style_files(json.dumps(style), list(glyph_blocks)))

    async def import_archive(
        self,
        territory: str,
        subject: Subject,
        archive: str | os.PathLike[str],
        *,
        pictures: PictureSize | None = None,
        files: bool = False,
    ) -> ArchiveImport:
        """Takes the pictures of a pack from an archive of its territory's mobile tree, without a network.

        The archive is `global.zip` or `<trek>.zip`. The download then requests what is still missing. Raises InvalidInput if the
        territory is no mobile tree, or if the file is no archive or exceeds a limit.
        """
        path = os.path.abspath(archive)
        return await await_future(self._ffi.import_archive(territory, to_subject(subject), path, pictures, files))

    async def remove(self, territory: str, subject: Subject) -> int:
        """Removes a pack and the files that no other pack uses. Returns the number of bytes that it freed."""
        return await await_future(self._ffi.remove(territory, to_subject(subject)))
