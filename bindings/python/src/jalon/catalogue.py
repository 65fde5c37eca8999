"""The downloaded territories, and what is near."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import cast

from .errors import awaited, called
from .jalon_ffi import jalon_ffi as _ffi
from .jalon_ffi.jalon_ffi import (
    Bounds,
    Change,
    FacetValue,
    SearchResults,
    NumericRange,
    Kind,
    Label,
    Position,
    Profile,
    TrekPage,
    TrekSort,
)
from .records import NearbyItem, Object, TrekDetails

__all__ = ["Catalogue", "Nearby", "position"]

Place = Position | tuple[float, float]


def position(place: Place) -> Position:
    """A position, or (longitude, latitude)."""
    if isinstance(place, Position):
        return place
    lon, lat = place
    return Position(lon=lon, lat=lat)


class Catalogue:
    """The downloaded territories: finding treks, reading sheets and objects, what changed."""

    def __init__(self, within: _ffi.Catalogue, languages: Sequence[str]) -> None:
        self._ffi = within
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
        near: Place | None = None,
        max_distance_m: float | None = None,
        sort: TrekSort | None = None,
        descending: bool = False,
        limit: int = 50,
        offset: int = 0,
        counts: bool = False,
    ) -> TrekPage:
        """Finds treks: text, filters, place and order together, a page (1 to 200) at a time.

        Raises InvalidInput naming the argument, NotFound for a territory.
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
            near=None if near is None else position(near),
            max_distance_m=max_distance_m,
            sort=sort,
            descending=descending,
            limit=limit,
            offset=offset,
            counts=counts,
        )
        return await awaited(self._ffi.treks(query, self._languages))

    async def sheet(self, territory: str, trek: int, *, beside: Sequence[Kind] = ()) -> TrekDetails:
        """The sheet of a trek, with what lies beside its line; `beside` limits the kinds. Raises NotFound."""
        sheet = await awaited(self._ffi.sheet(territory, trek, self._languages, list(beside)))
        return cast(TrekDetails, sheet)

    async def profile(self, territory: str, trek: int, columns: int = 200) -> Profile | None:
        """Elevation over distance along a trek; None where its line has no elevations. Raises NotFound."""
        return await awaited(self._ffi.profile(territory, trek, columns))

    async def object(self, territory: str, kind: Kind, number: int) -> Object:
        """Any object, of any kind. Raises NotFound."""
        return cast(Object, await awaited(self._ffi.object(territory, kind, number, self._languages)))

    async def search(self, text: str, *, kinds: Sequence[Kind] = (), limit: int = 50, offset: int = 0) -> SearchResults:
        """Finds objects of any kind by their words, as far as they are typed, accents ignored."""
        return await awaited(self._ffi.search(text, self._languages, list(kinds), limit, offset))

    async def vocabulary(self, territory: str, vocabulary: str) -> list[Label]:
        """The entries of a vocabulary (`trek_practice`, `feedback_category`, `city`), by number."""
        return await awaited(self._ffi.vocabulary(territory, vocabulary, self._languages))

    async def changes(
        self, territory: str, *, after_ms: int | None = None, limit: int = 200, offset: int = 0
    ) -> list[Change]:
        """What changed after a moment (Unix ms), the latest first; without one, what the last refresh brought."""
        return await awaited(self._ffi.changes(territory, after_ms, self._languages, limit, offset))

    async def export(self, path: str | os.PathLike[str]) -> None:
        """Writes a copy of the catalogue, a GeoPackage that QGIS opens, to a file that must not exist."""
        await awaited(self._ffi.export(os.path.abspath(path)))


class Nearby:
    """What is near, from an index in memory."""

    def __init__(self, within: _ffi.Nearby, languages: Sequence[str]) -> None:
        self._ffi = within
        self._languages = list(languages)

    def nearest(
        self,
        place: Place,
        *,
        kinds: Sequence[Kind] = (),
        territory: str | None = None,
        max_distance_m: float | None = None,
        limit: int = 10,
    ) -> list[NearbyItem]:
        """What is nearest to a place (longitude, latitude), nearest first. Answers at once.

        Raises InvalidInput for the place or the limit (1 to 200), NotFound for the territory.
        """
        query = _ffi.NearbyQuery(kinds=list(kinds), territory=territory, max_distance_m=max_distance_m, limit=limit)
        found = called(lambda: self._ffi.nearest(position(place), query, self._languages))
        return cast(list[NearbyItem], found)

    async def warm_up(self) -> None:
        """Builds the index and waits for it: for who has the time before the first question."""
        await awaited(self._ffi.warm_up())
