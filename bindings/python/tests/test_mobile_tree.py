"""A territory from the static files of Geotrek's mobile app, with pictures from an archive of them."""

from __future__ import annotations

import asyncio
import urllib.request
from pathlib import Path

import jalon
import pytest
from conftest import GeotrekServer
from jalon import Companion


def test_pictures_of_an_archive_are_not_requested(geotrek: GeotrekServer, data: Path, tmp_path: Path) -> None:
    archive = tmp_path / "1.zip"

    async def scenario() -> None:
        async with await Companion.open(data) as companion:
            await companion.add_territory("tree", f"{geotrek.url}/mobile/")
            await companion.refresh("tree")
            with urllib.request.urlopen(f"{geotrek.url}/mobile/1.zip") as response:
                archive.write_bytes(response.read())
            imported = await companion.packs.import_archive("tree", 1, archive)
            assert imported.files > 0 and imported.bytes > 0 and imported.refused == []
            pack = await companion.packs.download("tree", 1)
            assert pack.state == jalon.PackState.READY and pack.files >= imported.files
            archive.write_bytes(b"no archive")
            with pytest.raises(jalon.InvalidInput):
                await companion.packs.import_archive("tree", 1, archive)

    asyncio.run(scenario())
