"""Offline maps: estimated, downloaded, read, and used by a style."""

from __future__ import annotations

import asyncio
import gzip
import json
from pathlib import Path

import jalon
import pytest
from conftest import GeotrekServer
from jalon import Companion

STYLE = {
    "version": 8,
    "glyphs": "https://fonts.example.org/{fontstack}/{range}.pbf",
    "sprite": "https://icons.example.org/sprite",
    "sources": {
        "map": {"type": "vector", "url": "https://tiles.example.org/map.json"},
        "line": {"type": "geojson", "data": {"type": "FeatureCollection", "features": []}},
    },
    "layers": [
        {
            "id": "names",
            "type": "symbol",
            "source": "map",
            "source-layer": "land",
            "layout": {"text-field": "a", "text-font": ["Noto Sans Regular"]},
        }
    ],
}


def test_map_of_a_pack_is_downloaded_and_read_without_a_network(host: GeotrekServer, data: Path) -> None:
    url = f"{host.url}/files/map.pmtiles"

    async def scenario() -> None:
        async with await Companion.open(data) as companion:
            await companion.add_territory("demo", host.url)
            await companion.refresh("demo")
            estimate = await companion.packs.fetch_map_estimate("demo", 1, url)
            assert estimate.tiles > 0 and estimate.download_bytes >= estimate.bytes > 0
            with pytest.raises(jalon.NotFound):
                await companion.packs.download_map("demo", 1, url)
            await companion.packs.download("demo", 1, pictures=jalon.PictureSize.NONE)
            with pytest.raises(jalon.NotFound, match="map"):
                await companion.packs.map_tile("demo", 1, 6, 33, 23)

            updates: list[jalon.Progress] = []
            pack = await companion.packs.download_map("demo", 1, url, progress=updates.append)
            assert pack.map is not None and pack.map.source == jalon.MapSource(url=url)
            assert pack.map.tiles == estimate.tiles and pack.map.max_zoom == estimate.max_zoom == 13
            assert updates and updates[-1].bytes > 0
            path = Path(pack.map.path or "")
            assert path.read_bytes().startswith(b"PMTiles") and path.stat().st_size == pack.map.bytes

            host.command("stop")
            # The tile of zoom level 6 that has 6.2° E, 44.8° N.
            tile = await companion.packs.map_tile("demo", 1, 6, 33, 23)
            assert tile is not None and tile.content_encoding == "gzip" and "vector-tile" in tile.media_type
            assert gzip.decompress(tile.bytes)
            assert await companion.packs.map_tile("demo", 1, 6, 0, 0) is None
            assert await companion.packs.map_attribution("demo", 1) == "© Map makers"
            with pytest.raises(jalon.InvalidInput):
                await companion.packs.map_tile("demo", 1, 6, 64, 0)

            style = await companion.packs.map_style("demo", 1, STYLE, glyphs=data / "glyphs", sprites=data / "sprites")
            assert style["sources"]["map"] == {"type": "vector", "url": "pmtiles://" + path.as_uri()}
            assert style["sources"]["line"] == json.loads(json.dumps(STYLE))["sources"]["line"]
            assert style["glyphs"] == (data / "glyphs").as_uri() + "/{fontstack}/{range}.pbf"
            assert style["sprite"] == (data / "sprites").as_uri() + "/default"
            kept = await companion.packs.map_style("demo", 1, STYLE, source="map")
            assert kept["glyphs"] == STYLE["glyphs"] and kept["sources"] == style["sources"]
            with pytest.raises(jalon.InvalidInput):
                await companion.packs.map_style("demo", 1, STYLE, source="line")

            needed = await companion.packs.style_files(STYLE, [30])
            assert [file.path for file in needed.glyphs] == [
                f"Noto Sans Regular/{start}-{start + 255}.pbf" for start in (0, 256, 7680)
            ]
            assert needed.sprites[0].url == "https://icons.example.org/sprite.json" and len(needed.sprites) == 4

    asyncio.run(scenario())


def test_map_with_options_has_fewer_tiles(host: GeotrekServer, data: Path) -> None:
    url = f"{host.url}/files/map.pmtiles"

    async def scenario() -> None:
        async with await Companion.open(data) as companion:
            await companion.add_territory("demo", host.url)
            await companion.refresh("demo")
            full = await companion.packs.fetch_map_estimate("demo", 1, url)
            narrow = jalon.MapSource(url=url, corridor_m=0.0, max_zoom=12)
            estimate = await companion.packs.fetch_map_estimate("demo", 1, narrow)
            assert estimate.max_zoom == 12 and 0 < estimate.tiles < full.tiles

    asyncio.run(scenario())


def test_style_of_a_map_is_downloaded_and_needs_no_network(host: GeotrekServer, data: Path, files: Path) -> None:
    url, style_url = f"{host.url}/files/map.pmtiles", f"{host.url}/files/style.json"
    background = {"id": "background", "type": "background"}
    land = {"id": "land", "type": "fill", "source": "map", "source-layer": "land"}
    hills = {"id": "hills", "type": "hillshade", "source": "hills"}
    sources = {
        "map": {"type": "vector", "url": f"pmtiles://{url}"},
        "hills": {"type": "raster-dem", "url": "https://hills.invalid/tiles.json"},
    }
    remote = {"version": 8, "sources": sources, "layers": [background, hills, land]}
    (files / "style.json").write_text(json.dumps(remote))

    async def scenario() -> None:
        async with await Companion.open(data) as companion:
            await companion.add_territory("demo", host.url)
            await companion.refresh("demo")
            await companion.packs.download("demo", 1, pictures=jalon.PictureSize.NONE)
            source = jalon.MapSource(url=url, style_url=style_url)
            estimate = await companion.packs.fetch_map_estimate("demo", 1, source)
            assert estimate.style is not None and (estimate.style.files, estimate.style.unknown) == (1, 0)
            with pytest.raises(jalon.NotFound):
                await companion.packs.downloaded_style("demo", 1)
            pack = await companion.packs.download_map("demo", 1, source)
            assert pack.map is not None and pack.map.path and pack.map.style_path
            style = await companion.packs.downloaded_style("demo", 1)
            assert style["sources"] == {"map": {"type": "vector", "url": "pmtiles://" + Path(pack.map.path).as_uri()}}
            assert style["layers"] == [background, land]
            assert json.loads(Path(pack.map.style_path).read_text()) == style
            # The same map once more is copied.
            again = await companion.packs.fetch_map_estimate("demo", 1, url)
            assert again.shared_tiles == again.unique_tiles and again.style is None

    asyncio.run(scenario())


def test_map_on_a_host_without_ranges_is_refused_without_its_body(host: GeotrekServer, data: Path) -> None:
    async def scenario() -> None:
        async with await Companion.open(data) as companion:
            await companion.add_territory("demo", host.url)
            await companion.refresh("demo")
            await companion.packs.download("demo", 1, pictures=jalon.PictureSize.NONE)
            # The host sends the whole file, and stops after some bytes: to read on would take until the time-out.
            host.command("ignore-range /files/")
            host.command("stall 10 /files/")
            with pytest.raises(jalon.ServerError, match="range"):
                await companion.packs.download_map("demo", 1, f"{host.url}/files/map.pmtiles")

    asyncio.run(scenario())
