"""Every error, as an app meets it."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path
from typing import Any

import jalon
import pytest
from conftest import Geotrek
from jalon import Companion, Kind
from jalon.errors import _own
from jalon.jalon_ffi import jalon_ffi


def test_what_a_person_gets_wrong_is_named(data: Path) -> None:
    async def story() -> None:
        async with await Companion.open(data) as companion:
            with pytest.raises(jalon.InvalidInput) as refused:
                await companion.add_territory("Not A Name", "https://example.org")
            assert refused.value.field == "name" and "lower-case" in refused.value.rule
            with pytest.raises(jalon.InvalidInput, match="url"):
                await companion.add_territory("park", "ftp://example.org")
            with pytest.raises(jalon.InvalidInput, match="limit"):
                await companion.catalogue.treks(limit=0)
            with pytest.raises(jalon.InvalidInput):
                companion.nearby.nearest((200.0, 95.0))
            with pytest.raises(jalon.NotFound, match="nowhere"):
                await companion.refresh("nowhere")
            with pytest.raises(jalon.NotFound):
                companion.nearby.nearest((6.0, 45.0), territory="nowhere")
            with pytest.raises(jalon.InvalidInput, match="photo"):
                await companion.add_territory("park", "https://geotrek.invalid")
                report = await companion.reports.begin("park", "x")
                await companion.reports.attach_photo(report.id, data / "nothing.jpg")

    asyncio.run(story())


def test_a_server_that_is_gone_or_refuses_is_told(geotrek: Geotrek, data: Path) -> None:
    async def story() -> None:
        async with await Companion.open(data) as companion:
            await companion.add_territory("demo", geotrek.url)
            hasty = jalon.RefreshOptions(max_attempts=1)
            geotrek.say("status 403 /api/")
            with pytest.raises(jalon.ServerRefused) as refused:
                await companion.refresh("demo", options=hasty)
            assert refused.value.status == 403
            geotrek.say("stop")
            with pytest.raises(jalon.Offline):
                await companion.refresh("demo", options=hasty)

    asyncio.run(story())


def test_only_one_refreshes_a_territory_at_a_time(geotrek: Geotrek, data: Path) -> None:
    async def story() -> None:
        async with await Companion.open(data) as companion, await Companion.open(data) as other:
            await companion.add_territory("demo", geotrek.url)
            geotrek.say("hold /api/ 1")
            first = asyncio.create_task(companion.refresh("demo"))
            while geotrek.say("requests") == "0":
                await asyncio.sleep(0)
            with pytest.raises(jalon.Busy):
                await other.refresh("demo")
            geotrek.say("release")
            await first

    asyncio.run(story())


def test_files_of_a_newer_version_and_a_closed_companion(data: Path) -> None:
    async def story() -> None:
        companion = await Companion.open(data)
        await companion.suspend()
        with pytest.raises(jalon.Closed):
            await companion.territories()
        with pytest.raises(jalon.Closed):
            companion.nearby.nearest((6.0, 45.0))
        await companion.resume()
        assert await companion.territories() == []
        await companion.close()
        with pytest.raises(jalon.Closed):
            await companion.resume()

    asyncio.run(story())
    connection = sqlite3.connect(data / "catalogue.gpkg")
    connection.execute("UPDATE jalon_schema SET version = 999")
    connection.commit()
    connection.close()
    with pytest.raises(jalon.TooNew, match="999"):
        asyncio.run(Companion.open(data))


def test_a_damaged_journal_is_salvaged_and_a_photo_that_was_changed_is_corrupt(geotrek: Geotrek, data: Path) -> None:
    async def story() -> None:
        async with await Companion.open(data) as companion:
            await companion.add_territory("demo", geotrek.url)
            await companion.reports.begin("demo", "Panneau arraché")
            assert await companion.journal.salvaged() is None
        file = data / "journal" / "journal.gpkg"
        file.write_bytes(b"nonsense" + file.read_bytes()[8:])
        async with await Companion.open(data) as companion:
            salvaged = await companion.journal.salvaged()
            assert salvaged is not None and salvaged.reports_from_rows + salvaged.reports_from_sidecars == 1
            assert [report.content.comment for report in await companion.reports.list()] == ["Panneau arraché"]

    asyncio.run(story())


def test_every_variant_has_an_error_of_its_own() -> None:
    kinds: Any = jalon_ffi.JalonError
    told = [
        (kinds.Offline("x"), jalon.Offline),
        (kinds.Server(None, "x"), jalon.ServerRefused),
        (kinds.InvalidInput("f", "r"), jalon.InvalidInput),
        (kinds.NotFound("x"), jalon.NotFound),
        (kinds.Busy("x"), jalon.Busy),
        (kinds.StorageFull(), jalon.StorageFull),
        (kinds.TooNew(2, 1), jalon.TooNew),
        (kinds.Corrupt("x"), jalon.Corrupt),
        (kinds.Cancelled(), jalon.Cancelled),
        (kinds.Closed(), jalon.Closed),
        (kinds.Internal("x"), jalon.Internal),
    ]
    variants = {name for name in vars(kinds) if name[0].isupper()}
    assert {type(error).__name__ for error, _ in told} == variants
    for error, own in told:
        assert type(_own(error)) is own


def test_a_panic_is_an_error_and_the_process_lives(data: Path) -> None:
    with pytest.raises(jalon.Internal, match="provoked"):
        jalon.debug_panic()

    async def story() -> None:
        for _ in range(20):
            with pytest.raises(jalon.Internal, match="provoked"):
                await jalon.debug_panic_in_background()
        async with await Companion.open(data) as companion:
            assert await companion.territories() == []
            with pytest.raises(jalon.NotFound):
                await companion.catalogue.object("nowhere", Kind.POI, 1)

    asyncio.run(story())
