"""Conversion of WKB to GeoJSON."""

from __future__ import annotations

import struct

import pytest
from jalon import geojson


def wkb(code: int, body: bytes) -> bytes:
    return struct.pack("<BI", 1, code) + body


POINT = wkb(1, struct.pack("<2d", 6.2, 44.9))
LINE_Z = wkb(1002, struct.pack("<I6d", 2, 6.0, 44.0, 1200.0, 6.5, 44.5, float("nan")))


def test_geojson_each_geometry_type_is_converted() -> None:
    assert geojson(POINT) == {"type": "Point", "coordinates": [6.2, 44.9]}
    assert geojson(LINE_Z) == {"type": "LineString", "coordinates": [[6.0, 44.0, 1200.0], [6.5, 44.5]]}
    ring = struct.pack("<I8d", 4, 0, 0, 1, 0, 1, 1, 0, 0)
    polygon = wkb(3, struct.pack("<I", 1) + ring)
    corners = [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 0.0]]
    assert geojson(polygon) == {"type": "Polygon", "coordinates": [corners]}
    multi_polygon = wkb(6, struct.pack("<I", 1) + polygon)
    assert geojson(multi_polygon) == {"type": "MultiPolygon", "coordinates": [[corners]]}
    collection = wkb(7, struct.pack("<I", 2) + POINT + LINE_Z)
    assert [part["type"] for part in geojson(collection)["geometries"]] == ["Point", "LineString"]


@pytest.mark.parametrize("invalid", [b"", POINT[:-1], b"\x00" + POINT[1:], wkb(99, b""), wkb(2002, b"")])
def test_geojson_invalid_wkb_raises_value_error(invalid: bytes) -> None:
    with pytest.raises(ValueError):
        geojson(invalid)
