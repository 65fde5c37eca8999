"""The notebook view of a trek: names of a server, the tiles of an offline map."""

from __future__ import annotations

import asyncio
import re
import zipfile
from pathlib import Path

from jalon import Companion
from jalon.svg import safe_name, trek_svg


def test_safe_name_replaces_controls_and_bidi_overrides() -> None:
    assert safe_name("Lac\x1b[2J\x07\u202e\nde tout") == "Lac\ufffd[2J\ufffd\ufffd de tout"
    assert safe_name("Cœur des Écrins") == "Cœur des Écrins"
    assert len(safe_name("x" * 2000)) == 200


def test_trek_svg_has_safe_titles() -> None:
    line = {"type": "LineString", "coordinates": [[6.0, 45.0], [6.1, 45.1]]}
    drawing = trek_svg(line, [(6.05, 45.05, "Cabane\x00\u202e<b>")])
    assert "<title>Cabane\ufffd\ufffd&lt;b&gt;</title>" in drawing


def test_trek_svg_has_tiles_below_the_line_where_a_pack_has_pictures(data: Path) -> None:
    archive = Path(__file__).parents[3] / "android-sample" / "src" / "main" / "assets" / "demo-territory.zip"
    with zipfile.ZipFile(archive) as territory:
        territory.extractall(data)

    async def shown(id: int) -> str:
        async with await Companion.open(data) as companion:
            details = await companion.catalogue.trek_details("demo", id)
            return details._repr_html_()

    with_map = asyncio.run(shown(1))
    images = re.findall(r'<image x="([-0-9.]+)" y="([-0-9.]+)" width="([0-9.]+)" [^>]*href="data:image/png;base64,', with_map)
    assert 1 <= len(images) <= 24
    # Together they cover the drawing of 480 by 260 pixels, or as much of it as the corridor has.
    assert min(float(x) for x, _, _ in images) < 240 < max(float(x) + float(width) for x, _, width in images)
    assert "© Map makers" in with_map
    assert with_map.index("<image") < with_map.index("<polyline")
    assert "<image" not in asyncio.run(shown(2)), "this trek is not downloaded"
