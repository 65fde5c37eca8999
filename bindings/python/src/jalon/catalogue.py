"""The downloaded territories, and nearest-neighbour search in them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import cast

from .errors import await_future, call
from .jalon_ffi import jalon_ffi as _ffi
from .jalon_ffi.jalon_ffi import (
    Bounds,
    ChangeRecord,
    FacetValue,
    FeaturePage,
    Kind,
    NumericRange,
    Position,
    Profile,
    SearchResults,
    Term,
    TrekPage,
    TrekSort,
)
from .pack_tiles import PackTiles
from .records import NearbyItem, Object, TrekDetails

__all__ = ["Catalogue", "Nearby", "PositionLike", "to_position"]

#: A position, or a tuple (longitude, latitude).
PositionLike = Position | tuple[float, float]


def to_position(position: PositionLike) -> Position:
    """Converts (longitude, latitude) to a Position."""
    if isinstance(position, Position):
        return position
    lon, lat = position
    return Position(lon=lon, lat=lat)


class Catalogue:
    """The downloaded territories: list treks, read trek details and objects, search, read the change history."""

    def __init__(self, inner: _ffi.Catalogue, languages: Sequence[str], packs: _ffi.Packs) -> None:
        self._ffi = inner
        self._packs = packs
        self._languages = list(languages)

    async def treks(
        self,
        text: str = "",
        *,
        territory: str | None = None,
        values: Sequence[FacetValue] = (),
        excluded_labels: Sequence[FacetValue] = (),
        duration_h: Sequence[NumericRange] = (),
        length_m: Sequence[NumericRange] = (),
        ascent_m: Sequence[NumericRange] = (),
        bounds: Bounds | None = None,
        offline: bool = False,
        near: PositionLike | None = None,
        max_distance_m: float | None = None,
        sort: TrekSort | None = None,
        descending: bool = False,
        limit: int = 50,
        offset: int = 0,
        facet_counts: bool = False,
    ) -> TrekPage:
        """Returns one page of the treks that match the text and all filters. `limit` is 1 to 200.

        With `offline`, only treks of which a complete pack is on the device.

        Raises InvalidInput with the name of the argument, and NotFound for an unknown territory.
        """
        query = _ffi.TrekQuery(
            text=text,
            territory=territory,
            values=list(values),
            excluded_labels=list(excluded_labels),
            duration_h=list(duration_h),
            length_m=list(length_m),
            ascent_m=list(ascent_m),
            bounds=bounds,
            offline=offline,
            near=None if near is None else to_position(near),
            max_distance_m=max_distance_m,
            sort=sort,
            descending=descending,
            limit=limit,
            offset=offset,
            facet_counts=facet_counts,
        )
        return await await_future(self._ffi.treks(query, self._languages))

    async def trek_details(
        self, territory: str, id: int, *, kinds: Sequence[Kind] = (), past_events: bool = False
    ) -> TrekDetails:
        """Returns a trek with the items along its route. `kinds` limits their kinds. Raises NotFound.

        Touristic events that have ended are left out, unless `past_events`.
        """
        found = await await_future(self._ffi.trek_details(territory, id, self._languages, list(kinds), past_events))
        details = cast(TrekDetails, found)
        if details.offline:
            details._tiles = PackTiles(self._packs, territory, id)
        return details

    async def profile(self, territory: str, id: int, columns: int = 200) -> Profile | None:
        """Returns the elevation profile of a trek as `columns` samples (2 to 65,536).

        Returns None if the line has no elevations. Raises NotFound.
        """
        return await await_future(self._ffi.profile(territory, id, columns))

    async def features(
        self,
        bounds: Bounds,
        *,
        kinds: Sequence[Kind] = (),
        territory: str | None = None,
        tolerance_m: float = 0.0,
        limit: int = 1000,
        past_events: bool = False,
    ) -> FeaturePage:
        """Returns the objects whose geometry has a point in a box, with geometries: what a map shows.

        `kinds` limits the kinds and orders the result. `tolerance_m` is by how many metres a geometry may be simplified. Objects
        that the server no longer publishes are left out, and touristic events that have ended, unless `past_events`.

        Raises InvalidInput for the box, the tolerance or the limit (1 to 5,000), and NotFound for an unknown territory.
        """
        query = _ffi.FeatureQuery(
            kinds=list(kinds), territory=territory, tolerance_m=tolerance_m, limit=limit, past_events=past_events
        )
        return await await_future(self._ffi.features(bounds, query, self._languages))

    async def object(self, territory: str, kind: Kind, id: int) -> Object:
        """Returns an object of any kind. Raises NotFound."""
        return cast(Object, await await_future(self._ffi.object(territory, kind, id, self._languages)))

    async def search(
        self, text: str, *, kinds: Sequence[Kind] = (), limit: int = 50, offset: int = 0, past_events: bool = False
    ) -> SearchResults:
        """Finds objects of any kind by the beginnings of their words. Ignores case and accents. `limit` is 1 to 200.

        Touristic events that have ended are left out, unless `past_events`.
        """
        return await await_future(self._ffi.search(text, self._languages, list(kinds), limit, offset, past_events))

    async def vocabulary(self, territory: str, vocabulary: str) -> list[Term]:
        """Returns the terms of a vocabulary (such as `trek_practice`, `feedback_category`, `city`), ordered by id."""
        return await await_future(self._ffi.vocabulary(territory, vocabulary, self._languages))

    async def change_history(
        self, territory: str, *, after_ms: int | None = None, limit: int = 200, offset: int = 0
    ) -> list[ChangeRecord]:
        """Returns the changes of a territory after a time (Unix ms), the latest first. `limit` is 1 to 200.

        Without a time, returns the changes of the last refresh that changed anything. Changes are kept for a year.
        """
        return await await_future(self._ffi.change_history(territory, after_ms, self._languages, limit, offset))

    async def export_trek(self, territory: str, id: int, path: str | os.PathLike[str]) -> None:
        """Writes a trek to a file: GPX 1.1, or GeoJSON if its name ends with .geojson or .json.

        Its points of interest and the ends of its stages are waypoints. An existing file is replaced.
        """
        await await_future(self._ffi.export_trek(territory, id, os.path.abspath(path), self._languages))

    async def export(self, path: str | os.PathLike[str]) -> None:
        """Writes a copy of the catalogue to a new file: a GeoPackage that QGIS opens."""
        await await_future(self._ffi.export(os.path.abspath(path)))


class Nearby:
    """Nearest-neighbour search in an index in memory."""

    def __init__(self, inner: _ffi.Nearby, languages: Sequence[str]) -> None:
        self._ffi = inner
        self._languages = list(languages)

    async def nearest(
        self,
        position: PositionLike,
        *,
        kinds: Sequence[Kind] = (),
        territory: str | None = None,
        max_distance_m: float | None = None,
        limit: int = 10,
        past_events: bool = False,
    ) -> list[NearbyItem]:
        """Returns the objects that are nearest to a position (longitude, latitude), the nearest first.

        Touristic events that have ended are left out, unless `past_events`. The index answers in microseconds; the names
        are read from the disk. Raises InvalidInput for the position or the limit (1 to 200), and NotFound for an unknown
        territory.
        """
        query = _ffi.NearbyQuery(
            kinds=list(kinds),
            territory=territory,
            max_distance_m=max_distance_m,
            limit=limit,
            past_events=past_events,
        )
        items = await await_future(self._ffi.nearest(to_position(position), query, self._languages))
        return cast(list[NearbyItem], items)

    def check_index(self) -> None:
        """Raises the error of the last build of the index in the background, once. Searches read the file until the index
        is built; one of them after a pause of a minute builds it again."""
        call(self._ffi.check_index)

    async def warm_up(self) -> None:
        """Builds the index and waits for it, so that the first query is as fast as the following ones."""
        await await_future(self._ffi.warm_up())
