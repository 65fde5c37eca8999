"""The raster tiles of a trek's offline map, for its drawing in a notebook."""

from __future__ import annotations

import asyncio
import base64
import math
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from .errors import JalonError, await_future
from .jalon_ffi import jalon_ffi as _ffi
from .packs import to_subject

__all__ = ["PackTiles", "PlacedTile"]

_PICTURES = ("image/png", "image/jpeg", "image/webp")
# A drawing of 480 by 260 pixels has at most 3 by 3 tiles of 160 pixels or more at its zoom level.
_MAX_TILES = 24


@dataclass(frozen=True)
class PlacedTile:
    """A picture in Web Mercator: its west and north edge and its size as parts of the world, and its address."""

    x: float
    y: float
    size: float
    url: str


class PackTiles:
    """Reads the tiles of the map of one trek's pack."""

    def __init__(self, packs: _ffi.Packs, territory: str, id: int) -> None:
        self._packs, self._territory, self._id = packs, territory, id

    def read(
        self, west: float, north: float, east: float, south: float, scale: float
    ) -> tuple[list[PlacedTile], str]:
        """Returns the pictures in a box of Web Mercator, and the attribution of the map.

        `scale` is the number of pixels of the world's width. Returns an empty list if the pack has no map of pictures. Blocks for some milliseconds, because a notebook asks for
        the drawing without waiting for a task.
        """
        with ThreadPoolExecutor(max_workers=1) as thread:
            return thread.submit(asyncio.run, self._read(west, north, east, south, scale)).result()

    async def _read(
        self, west: float, north: float, east: float, south: float, scale: float
    ) -> tuple[list[PlacedTile], str]:
        tiles: list[PlacedTile] = []
        try:
            map = await self._map()
            if map is None:
                return [], ""
            zoom = min(max(math.ceil(math.log2(scale / 256)), map.min_zoom), map.max_zoom)
            count = 2**zoom
            columns = range(max(int(west * count), 0), min(int(east * count), count - 1) + 1)
            rows = range(max(int(north * count), 0), min(int(south * count), count - 1) + 1)
            if len(columns) * len(rows) > _MAX_TILES:
                return [], ""
            subject = to_subject(self._id)
            attribution = await await_future(self._packs.map_attribution(self._territory, subject))
            for x, y in ((x, y) for y in rows for x in columns):
                tile = await await_future(self._packs.map_tile(self._territory, subject, zoom, x, y))
                if tile is not None and tile.media_type in _PICTURES and tile.content_encoding is None:
                    data = base64.b64encode(tile.bytes).decode("ascii")
                    url = f"data:{tile.media_type};base64,{data}"
                    tiles.append(PlacedTile(x / count, y / count, 1 / count, url))
        except JalonError:
            # A drawing without its background is better than none: the pack may have been removed, or the files closed.
            return [], ""
        return tiles, attribution or ""

    async def _map(self) -> _ffi.PackMap | None:
        for pack in await await_future(self._packs.list(self._territory)):
            if pack.subject == to_subject(self._id) and pack.map is not None and pack.map.path is not None:
                return pack.map
        return None
