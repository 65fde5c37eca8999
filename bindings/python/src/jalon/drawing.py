"""A trek in a notebook: its line on paper and its profile, as one SVG without scripts."""

from __future__ import annotations

import html
import math
from collections.abc import Sequence
from typing import Any

_WIDTH, _MAP, _PROFILE, _GAP = 480.0, 260.0, 110.0, 26.0
_METRES_PER_DEGREE = 111_195.0


def lines_of(geometry: dict[str, Any]) -> list[list[list[float]]]:
    """The lines of a GeoJSON geometry; of anything else none."""
    if geometry["type"] == "LineString":
        return [geometry["coordinates"]]
    if geometry["type"] == "MultiLineString":
        return list(geometry["coordinates"])
    return []


def _points(points: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)


def _map(lines: list[list[list[float]]], highlights: list[tuple[float, float, str]]) -> str:
    every = [position for line in lines for position in line]
    south, north = min(p[1] for p in every), max(p[1] for p in every)
    west, east = min(p[0] for p in every), max(p[0] for p in every)
    # A degree of longitude is shorter than one of latitude.
    shrink = math.cos(math.radians((south + north) / 2))
    wide, high = max((east - west) * shrink, 1e-9), max(north - south, 1e-9)
    scale = min((_WIDTH - 2 * _GAP) / wide, (_MAP - 2 * _GAP) / high)
    left, top = (_WIDTH - wide * scale) / 2, (_MAP - high * scale) / 2

    def place(lon: float, lat: float) -> tuple[float, float]:
        return left + (lon - west) * shrink * scale, top + (north - lat) * scale

    drawn = [f'<rect width="{_WIDTH:.0f}" height="{_MAP:.0f}" fill="#f4f1ea"/>']
    for lon, lat, name in highlights:
        x, y = place(lon, lat)
        if 0 <= x <= _WIDTH and 0 <= y <= _MAP:
            title = html.escape(name)
            drawn.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="#3b7a57"><title>{title}</title></circle>')
    for line in lines:
        path = _points([place(p[0], p[1]) for p in line])
        drawn.append(f'<polyline points="{path}" fill="none" stroke="#c0392b" stroke-width="2.5"/>')
    x, y = place(*lines[0][0][:2])
    drawn.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5" fill="#fff" stroke="#c0392b" stroke-width="2"/>')
    return "".join(drawn)


def _profile(lines: list[list[list[float]]]) -> str:
    samples: list[tuple[float, float]] = []
    metres = 0.0
    for line in lines:
        for index, position in enumerate(line):
            if index:
                before = line[index - 1]
                shrink = math.cos(math.radians(position[1]))
                metres += math.hypot((position[0] - before[0]) * shrink, position[1] - before[1]) * _METRES_PER_DEGREE
            if len(position) > 2:
                samples.append((metres, position[2]))
    if len(samples) < 2 or samples[-1][0] <= samples[0][0]:
        return ""
    low, top = min(s[1] for s in samples), max(s[1] for s in samples)
    # A flat walk is drawn flat.
    span, length = max(top - low, 50.0), samples[-1][0] - samples[0][0]
    bottom, height = _MAP + _GAP + _PROFILE, _PROFILE - 8
    drawn = [
        (_GAP + (m - samples[0][0]) / length * (_WIDTH - 2 * _GAP), bottom - (e - low) / span * height)
        for m, e in samples
    ]
    area = _points([(drawn[0][0], bottom), *drawn, (drawn[-1][0], bottom)])
    font = 'font-family="sans-serif" font-size="11" fill="#444"'
    return (
        f'<polygon points="{area}" fill="#c9d8c5" stroke="#3b7a57"/>'
        f'<text x="{_GAP:.0f}" y="{_MAP + 18:.0f}" {font}>{low:.0f}–{top:.0f} m</text>'
        f'<text x="{_WIDTH - _GAP:.0f}" y="{_MAP + 18:.0f}" text-anchor="end" {font}>{length / 1000:.1f} km</text>'
    )


def drawing(geometry: dict[str, Any], highlights: list[tuple[float, float, str]]) -> str:
    """The line of a trek with what lies beside it, and its profile; empty where there is no line."""
    lines = [line for line in lines_of(geometry) if len(line) > 1]
    if not lines:
        return ""
    profile = _profile(lines)
    height = _MAP + (_PROFILE + 2 * _GAP if profile else 0)
    size = f'width="{_WIDTH:.0f}" height="{height:.0f}" viewBox="0 0 {_WIDTH:.0f} {height:.0f}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size}>{_map(lines, highlights)}{profile}</svg>'
