"""Draws a trek as one SVG image for notebooks: a map of its line, and its elevation profile."""

from __future__ import annotations

import html
import math
import unicodedata
from collections.abc import Sequence
from typing import Any

from .pack_tiles import PackTiles, PlacedTile

_WIDTH, _MAP, _PROFILE, _GAP = 480.0, 260.0, 110.0, 26.0
_METRES_PER_DEGREE = 111_195.0
# Characters of the longest name in a drawing.
_MAX_NAME = 200


def line_coordinates(geometry: dict[str, Any]) -> list[list[list[float]]]:
    """Returns the coordinates of the lines of a GeoJSON geometry; an empty list for points and polygons."""
    if geometry["type"] == "LineString":
        return [geometry["coordinates"]]
    if geometry["type"] == "MultiLineString":
        return list(geometry["coordinates"])
    return []


def safe_name(name: str) -> str:
    """Returns a name of a server on one line, without characters that change how the text around it is shown.

    U+FFFD replaces control characters and bidirectional overrides. A long name is cut.
    """
    line = " ".join(name.split())
    line = "".join("\ufffd" if _is_unsafe(char) else char for char in line)
    return line if len(line) <= _MAX_NAME else line[: _MAX_NAME - 1] + "…"


def _is_unsafe(char: str) -> bool:
    return unicodedata.category(char) == "Cc" or "\u202a" <= char <= "\u202e" or "\u2066" <= char <= "\u2069"


def _svg_points(points: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)


def _mercator(lon: float, lat: float) -> tuple[float, float]:
    """Returns the position in Web Mercator: 0 to 1 from west to east, and from north to south."""
    north = math.asinh(math.tan(math.radians(min(max(lat, -85.0), 85.0)))) / math.pi
    return (lon + 180) / 360, (1 - north) / 2


def _map(lines: list[list[list[float]]], pois: list[tuple[float, float, str]], tiles: PackTiles | None) -> str:
    positions = [_mercator(position[0], position[1]) for line in lines for position in line]
    north, south = min(y for _, y in positions), max(y for _, y in positions)
    west, east = min(x for x, _ in positions), max(x for x, _ in positions)
    width, height = max(east - west, 1e-12), max(south - north, 1e-12)
    scale = min((_WIDTH - 2 * _GAP) / width, (_MAP - 2 * _GAP) / height)
    left, top = west - (_WIDTH / scale - width) / 2, north - (_MAP / scale - height) / 2

    def project(lon: float, lat: float) -> tuple[float, float]:
        x, y = _mercator(lon, lat)
        return (x - left) * scale, (y - top) * scale

    elements = [f'<rect width="{_WIDTH:.0f}" height="{_MAP:.0f}" fill="#f4f1ea"/>']
    placed: list[PlacedTile] = []
    attribution = ""
    if tiles is not None:
        placed, attribution = tiles.read(left, top, left + _WIDTH / scale, top + _MAP / scale, scale)
    if placed:
        # The tiles reach beyond the map, so an inner image cuts them.
        elements.append(f'<svg width="{_WIDTH:.0f}" height="{_MAP:.0f}">')
        for tile in placed:
            # Half a pixel more hides the seams between tiles.
            x, y, size = (tile.x - left) * scale, (tile.y - top) * scale, tile.size * scale + 0.5
            box = f'x="{x:.1f}" y="{y:.1f}" width="{size:.1f}" height="{size:.1f}"'
            elements.append(f'<image {box} href="{tile.url}"/>')
        elements.append("</svg>")
    for lon, lat, name in pois:
        x, y = project(lon, lat)
        if 0 <= x <= _WIDTH and 0 <= y <= _MAP:
            title = html.escape(safe_name(name))
            elements.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="#3b7a57"><title>{title}</title></circle>')
    for line in lines:
        path = _svg_points([project(p[0], p[1]) for p in line])
        elements.append(f'<polyline points="{path}" fill="none" stroke="#c0392b" stroke-width="2.5"/>')
    x, y = project(*lines[0][0][:2])
    elements.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5" fill="#fff" stroke="#c0392b" stroke-width="2"/>')
    if placed and attribution:
        text = html.escape(safe_name(attribution))
        style = 'text-anchor="end" font-family="sans-serif" font-size="9" fill="#333" stroke="#fff" stroke-width="2"'
        elements.append(f'<text x="{_WIDTH - 4:.0f}" y="{_MAP - 5:.0f}" paint-order="stroke" {style}>{text}</text>')
    return "".join(elements)


def _profile(lines: list[list[list[float]]]) -> str:
    samples: list[tuple[float, float]] = []
    metres = 0.0
    for line in lines:
        for index, position in enumerate(line):
            if index:
                before = line[index - 1]
                lon_scale = math.cos(math.radians(position[1]))
                metres += math.hypot((position[0] - before[0]) * lon_scale, position[1] - before[1]) * _METRES_PER_DEGREE
            if len(position) > 2:
                samples.append((metres, position[2]))
    if len(samples) < 2 or samples[-1][0] <= samples[0][0]:
        return ""
    low, top = min(s[1] for s in samples), max(s[1] for s in samples)
    # A minimum span of 50 m keeps the profile of a flat trek flat.
    span, length = max(top - low, 50.0), samples[-1][0] - samples[0][0]
    bottom, height = _MAP + _GAP + _PROFILE, _PROFILE - 8
    points = [
        (_GAP + (m - samples[0][0]) / length * (_WIDTH - 2 * _GAP), bottom - (e - low) / span * height)
        for m, e in samples
    ]
    area = _svg_points([(points[0][0], bottom), *points, (points[-1][0], bottom)])
    font = 'font-family="sans-serif" font-size="11" fill="#444"'
    return (
        f'<polygon points="{area}" fill="#c9d8c5" stroke="#3b7a57"/>'
        f'<text x="{_GAP:.0f}" y="{_MAP + 18:.0f}" {font}>{low:.0f}–{top:.0f} m</text>'
        f'<text x="{_WIDTH - _GAP:.0f}" y="{_MAP + 18:.0f}" text-anchor="end" {font}>{length / 1000:.1f} km</text>'
    )


def trek_svg(
    geometry: dict[str, Any], pois: list[tuple[float, float, str]], tiles: PackTiles | None = None
) -> str:
    """Returns an SVG image of a trek and its points of interest (lon, lat, name); an empty string if it has no line.

    `tiles` are drawn below the line.
    """
    lines = [line for line in line_coordinates(geometry) if len(line) > 1]
    if not lines:
        return ""
    profile = _profile(lines)
    height = _MAP + (_PROFILE + 2 * _GAP if profile else 0)
    size = f'width="{_WIDTH:.0f}" height="{height:.0f}" viewBox="0 0 {_WIDTH:.0f} {height:.0f}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size}>{_map(lines, pois, tiles)}{profile}</svg>'
