"""Converts geometries from ISO WKB, the format of the library, to GeoJSON (RFC 7946). shapely reads the WKB directly."""

from __future__ import annotations

import math
import struct
from typing import Any

__all__ = ["geojson"]

_NAMES = {
    1: "Point",
    2: "LineString",
    3: "Polygon",
    4: "MultiPoint",
    5: "MultiLineString",
    6: "MultiPolygon",
    7: "GeometryCollection",
}


class _Reader:
    def __init__(self, wkb: bytes) -> None:
        self.wkb = wkb
        self.offset = 0

    def take(self, form: str) -> tuple[Any, ...]:
        values = struct.unpack_from(form, self.wkb, self.offset)
        self.offset += struct.calcsize(form)
        return values

    def count(self) -> int:
        return int(self.take("<I")[0])

    def position(self, has_z: bool) -> list[float]:
        if not has_z:
            return list(self.take("<2d"))
        lon, lat, elevation = self.take("<3d")
        # An unknown elevation is NaN, which JSON cannot represent.
        return [lon, lat] if math.isnan(elevation) else [lon, lat, elevation]

    def line(self, has_z: bool) -> list[list[float]]:
        return [self.position(has_z) for _ in range(self.count())]

    def geometry(self) -> dict[str, Any]:
        order, code = self.take("<BI")
        if order != 1 or code // 1000 not in (0, 1) or code % 1000 not in _NAMES:
            raise ValueError("geometry: must be little-endian ISO WKB, with or without elevations")
        has_z, kind = code >= 1000, code % 1000
        name = _NAMES[kind]
        if kind == 7:
            return {"type": name, "geometries": [self.geometry() for _ in range(self.count())]}
        coordinates: Any
        if kind == 1:
            coordinates = self.position(has_z)
        elif kind == 2:
            coordinates = self.line(has_z)
        elif kind == 3:
            coordinates = [self.line(has_z) for _ in range(self.count())]
        else:
            coordinates = [self.geometry()["coordinates"] for _ in range(self.count())]
        return {"type": name, "coordinates": coordinates}


def geojson(wkb: bytes) -> dict[str, Any]:
    """Converts a geometry to GeoJSON: longitude, latitude, and the elevation in metres if it is known.

    Raises ValueError if the bytes are not a geometry.
    """
    try:
        return _Reader(wkb).geometry()
    except struct.error:
        raise ValueError("geometry: must be complete WKB") from None
