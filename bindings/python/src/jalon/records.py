"""Records with additions for Python: `__geo_interface__` if there is a geometry, and a notebook view of trek details."""

from __future__ import annotations

import html
import json
from typing import Any

from .geometry import geojson
from .jalon_ffi import jalon_ffi as _ffi
from .pack_tiles import PackTiles
from .svg import safe_name, trek_svg

__all__ = ["FeatureItem", "NearbyItem", "Object", "TrekDetails", "TrekItem"]


def _feature(id: str, geometry: dict[str, Any] | None, properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "Feature", "id": id, "geometry": geometry, "properties": properties}


def _point(point: _ffi.Position | None) -> dict[str, Any] | None:
    return None if point is None else {"type": "Point", "coordinates": [point.lon, point.lat]}


def _object_feature(record: _ffi.Object | _ffi.FeatureItem) -> dict[str, Any]:
    kind = record.kind.name.lower()
    geometry = None if record.geometry is None else geojson(record.geometry)
    properties = {"name": record.name, "kind": kind, "territory": record.territory}
    return _feature(f"{record.territory}/{kind}/{record.id}", geometry, properties)


class TrekItem(_ffi.TrekItem):
    """A trek in a list. Its GeoJSON geometry is the point of the trek that is nearest to the position of the query."""

    @property
    def __geo_interface__(self) -> dict[str, Any]:
        numbers = {"duration_h": self.duration_h, "length_m": self.length_m, "ascent_m": self.ascent_m}
        terms = {"practice": self.practice, "difficulty": self.difficulty}
        properties = {"name": self.name, "territory": self.territory, **terms, **numbers}
        return _feature(f"{self.territory}/trek/{self.id}", _point(self.point), properties)


class NearbyItem(_ffi.NearbyItem):
    """A result of a nearest-neighbour search. Its GeoJSON geometry is its point that is nearest to the query's position."""

    @property
    def __geo_interface__(self) -> dict[str, Any]:
        kind = self.kind.name.lower()
        properties = {"name": self.name, "kind": kind, "territory": self.territory, "distance_m": self.distance_m}
        return _feature(f"{self.territory}/{kind}/{self.id}", _point(self.point), properties)


class FeatureItem(_ffi.FeatureItem):
    """An object in a box, with its geometry."""

    @property
    def __geo_interface__(self) -> dict[str, Any]:
        return _object_feature(self)


class Object(_ffi.Object):
    """An object of a territory, of any kind."""

    @property
    def data(self) -> dict[str, Any]:
        """All fields of the object, in all languages."""
        fields: dict[str, Any] = json.loads(self.json)
        return fields

    @property
    def __geo_interface__(self) -> dict[str, Any]:
        return _object_feature(self)


class TrekDetails(_ffi.TrekDetails):
    """All fields of a trek, and the items along its route. In a notebook it is shown with a map and an elevation profile.

    The map has raster tiles below the line if the pack of the trek has an offline map of pictures.
    """

    _tiles: PackTiles | None = None

    @property
    def __geo_interface__(self) -> dict[str, Any]:
        geometry = None if self.geometry is None else geojson(self.geometry)
        numbers = {"duration_h": self.duration_h, "length_m": self.length_m, "ascent_m": self.ascent_m}
        properties = {"name": self.name, "territory": self.territory, "practice": self.practice, **numbers}
        return _feature(f"{self.territory}/trek/{self.id}", geometry, properties)

    def _repr_html_(self) -> str:
        parts = [self.practice, self.difficulty]
        if self.length_m is not None:
            parts.append(f"{self.length_m / 1000:.1f} km")
        if self.ascent_m is not None:
            parts.append(f"+{self.ascent_m:.0f} m")
        if self.duration_h is not None:
            parts.append(f"{self.duration_h:g} h")
        summary = " · ".join(html.escape(safe_name(part)) for part in parts if part)
        pois = [
            (item.point.lon, item.point.lat, item.name)
            for item in self.route_items
            if item.kind == _ffi.Kind.POI and item.point is not None
        ]
        picture = "" if self.geometry is None else trek_svg(geojson(self.geometry), pois, self._tiles)
        # The library sanitizes this HTML when it downloads it.
        teaser = "" if self.description_teaser is None else self.description_teaser.html
        return f"<div><h3>{html.escape(safe_name(self.name))}</h3><p>{summary}</p>{picture}<div>{teaser}</div></div>"


# The generated module looks up its record classes by name when it reads a result. Replace them by the classes above.
for _record in (TrekItem, NearbyItem, FeatureItem, Object, TrekDetails):
    setattr(_ffi, _record.__name__, _record)
