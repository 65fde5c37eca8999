"""The records that know more in Python than elsewhere: those with a geometry speak `__geo_interface__`, and a trek's sheet
shows itself in a notebook."""

from __future__ import annotations

import html
import json
from typing import Any

from .drawing import drawing
from .geometry import geojson
from .jalon_ffi import jalon_ffi as _ffi

__all__ = ["NearbyItem", "Object", "TrekItem", "TrekDetails"]


def _feature(identity: str, geometry: dict[str, Any] | None, properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "Feature", "id": identity, "geometry": geometry, "properties": properties}


def _point(point: _ffi.Position | None) -> dict[str, Any] | None:
    return None if point is None else {"type": "Point", "coordinates": [point.lon, point.lat]}


class TrekItem(_ffi.TrekItem):
    """One trek in a list; on a map it stands at its point that is nearest to where was asked from."""

    @property
    def __geo_interface__(self) -> dict[str, Any]:
        figures = {"practice": self.practice, "difficulty": self.difficulty, "duration_h": self.duration_h}
        figures |= {"length_m": self.length_m, "ascent_m": self.ascent_m}
        properties = {"name": self.name, "territory": self.territory, **figures}
        return _feature(f"{self.territory}/trek/{self.id}", _point(self.point), properties)


class NearbyItem(_ffi.NearbyItem):
    """Something that is near; on a map it stands at its nearest point."""

    @property
    def __geo_interface__(self) -> dict[str, Any]:
        kind = self.kind.name.lower()
        properties = {"name": self.name, "kind": kind, "territory": self.territory, "distance_m": self.distance_m}
        return _feature(f"{self.territory}/{kind}/{self.id}", _point(self.point), properties)


class Object(_ffi.Object):
    """Any object of a territory."""

    @property
    def data(self) -> dict[str, Any]:
        """Everything that is known of it, in all languages."""
        read: dict[str, Any] = json.loads(self.json)
        return read

    @property
    def __geo_interface__(self) -> dict[str, Any]:
        kind = self.kind.name.lower()
        geometry = None if self.geometry is None else geojson(self.geometry)
        properties = {"name": self.name, "kind": kind, "territory": self.territory}
        return _feature(f"{self.territory}/{kind}/{self.id}", geometry, properties)


class TrekDetails(_ffi.TrekDetails):
    """A trek with what belongs to it."""

    @property
    def __geo_interface__(self) -> dict[str, Any]:
        geometry = None if self.geometry is None else geojson(self.geometry)
        figures = {"duration_h": self.duration_h, "length_m": self.length_m, "ascent_m": self.ascent_m}
        properties = {"name": self.name, "territory": self.territory, "practice": self.practice, **figures}
        return _feature(f"{self.territory}/trek/{self.id}", geometry, properties)

    def _repr_html_(self) -> str:
        words = [self.practice, self.difficulty]
        if self.length_m is not None:
            words.append(f"{self.length_m / 1000:.1f} km")
        if self.ascent_m is not None:
            words.append(f"+{self.ascent_m:.0f} m")
        if self.duration_h is not None:
            words.append(f"{self.duration_h:g} h")
        figures = " · ".join(html.escape(word) for word in words if word)
        highlights = [
            (item.point.lon, item.point.lat, item.name)
            for item in self.beside
            if item.kind == _ffi.Kind.POI and item.point is not None
        ]
        picture = "" if self.geometry is None else drawing(geojson(self.geometry), highlights)
        # The library has cleaned this HTML when it came in.
        teaser = "" if self.description_teaser is None else self.description_teaser.html
        return f"<div><h3>{html.escape(self.name)}</h3><p>{figures}</p>{picture}<div>{teaser}</div></div>"


# What the generated module reads it makes by these names, so from here on it makes ours.
for _record in (TrekItem, NearbyItem, Object, TrekDetails):
    setattr(_ffi, _record.__name__, _record)
