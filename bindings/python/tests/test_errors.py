"""Every exception, raised as an app would see it."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path
from typing import Any

import jalon
import pytest
from conftest import GeotrekServer
from jalon import Companion, Kind
from jalon.errors import _convert
from jalon.jalon_ffi import jalon_ffi


def test_invalid_argument_raises_error_with_its_name(data: Path) -> None:
    async def scenario() -> None:
        async with await Companion.open(data) as companion:
            with pytest.raises(jalon.InvalidInput) as raised:
                await companion.add_territory("Not A Name", "https://example.org")
            assert raised.value.field == "name" and "lower-case" in raised.value.rule
            with pytest.raises(jalon.InvalidInput, match="url"):
                await companion.add_territory("park", "ftp://example.org")
            with pytest.raises(jalon.InvalidInput, match="limit"):
                await companion.catalogue.treks(limit=0)
            with pytest.raises(jalon.InvalidInput):
                await companion.nearby.nearest((200.0, 95.0))
            with pytest.raises(jalon.NotFound, match="nowhere"):
                await companion.refresh("nowhere")
            with pytest.raises(jalon.NotFound):
                await companion.nearby.nearest((6.0, 45.0), territory="nowhere")
            with pytest.raises(jalon.InvalidInput, match="photo"):
                await companion.add_territory("park", "https://geotrek.invalid")
                report = await companion.reports.new_report("park", "x")
                await companion.reports.attach_photo(report.id, data / "nothing.jpg")

    asyncio.run(scenario())


def test_refresh_server_error_or_unreachable_raises_matching_error(geotrek: GeotrekServer, data: Path) -> None:
    async def scenario() -> None:
        async with await Companion.open(data) as companion:
            await companion.add_territory("demo", geotrek.url)
            no_retries = jalon.RefreshOptions(max_attempts=1)
            geotrek.command("status 403 /api/")
            with pytest.raises(jalon.ServerError) as raised:
                await companion.refresh("demo", options=no_retries)
            assert raised.value.status == 403
            geotrek.command("stop")
            with pytest.raises(jalon.Offline):
                await companion.refresh("demo", options=no_retries)

    asyncio.run(scenario())


def test_refresh_while_another_refresh_runs_raises_busy(geotrek: GeotrekServer, data: Path) -> None:
    async def scenario() -> None:
        async with await Companion.open(data) as companion, await Companion.open(data) as other:
            await companion.add_territory("demo", geotrek.url)
            geotrek.command("hold /api/ 1")
            first = asyncio.create_task(companion.refresh("demo"))
            while geotrek.command("requests") == "0":
                await asyncio.sleep(0)
            with pytest.raises(jalon.Busy):
                await other.refresh("demo")
            geotrek.command("release")
            await first

    asyncio.run(scenario())


def test_suspended_closed_or_newer_file_raises_matching_error(data: Path) -> None:
    async def scenario() -> None:
        companion = await Companion.open(data)
        await companion.suspend()
        with pytest.raises(jalon.Closed):
            await companion.territories()
        with pytest.raises(jalon.Closed):
            await companion.nearby.nearest((6.0, 45.0))
        await companion.resume()
        assert await companion.territories() == []
        await companion.close()
        with pytest.raises(jalon.Closed):
            await companion.resume()

    asyncio.run(scenario())
    connection = sqlite3.connect(data / "catalogue.gpkg")
    connection.execute("UPDATE jalon_schema SET version = 999")
    connection.commit()
    connection.close()
    with pytest.raises(jalon.TooNew, match="999"):
        asyncio.run(Companion.open(data))


def test_open_damaged_journal_recovers_reports(geotrek: GeotrekServer, data: Path) -> None:
    async def scenario() -> None:
        async with await Companion.open(data) as companion:
            await companion.add_territory("demo", geotrek.url)
            await companion.reports.new_report("demo", "Panneau arraché")
            assert await companion.journal.recovery() is None
        file = data / "journal" / "journal.gpkg"
        file.write_bytes(b"damaged!" + file.read_bytes()[8:])
        async with await Companion.open(data) as companion:
            recovery = await companion.journal.recovery()
            assert recovery is not None and recovery.reports_from_rows + recovery.reports_from_sidecars == 1
            assert [report.content.comment for report in await companion.reports.list()] == ["Panneau arraché"]

    asyncio.run(scenario())


def test_convert_every_variant_has_its_convert_class() -> None:
    variants: Any = jalon_ffi.JalonError
    cases = [
        (variants.Offline("x"), jalon.Offline),
        (variants.ServerError(None, "x"), jalon.ServerError),
        (variants.InvalidInput("f", "r"), jalon.InvalidInput),
        (variants.NotFound("x"), jalon.NotFound),
        (variants.Busy("x"), jalon.Busy),
        (variants.StorageFull(), jalon.StorageFull),
        (variants.ReadOnly(), jalon.ReadOnly),
        (variants.TooNew(2, 1), jalon.TooNew),
        (variants.Corrupt("x"), jalon.Corrupt),
        (variants.Cancelled(), jalon.Cancelled),
        (variants.Closed(), jalon.Closed),
        (variants.Internal("x"), jalon.Internal),
    ]
    names = {name for name in vars(variants) if name[0].isupper()}
    assert {type(error).__name__ for error, _ in cases} == names
    for error, expected in cases:
        assert type(_convert(error)) is expected


def test_panic_raises_internal_and_process_survives(data: Path) -> None:
    with pytest.raises(jalon.Internal, match="provoked by the app"):
        jalon.debug_panic()

    async def scenario() -> None:
        for _ in range(20):
            with pytest.raises(jalon.Internal, match="provoked by the app"):
                await jalon.debug_panic_in_background()
        async with await Companion.open(data) as companion:
            assert await companion.territories() == []
            with pytest.raises(jalon.NotFound):
                await companion.catalogue.object("nowhere", Kind.POI, 1)

    asyncio.run(scenario())
