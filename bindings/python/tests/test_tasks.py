"""Cancellation, suspension, concurrency and change streams."""

from __future__ import annotations

import asyncio
from pathlib import Path

import jalon
import pytest
from conftest import GeotrekServer
from jalon import Companion


def test_refresh_cancelled_then_repeated_resumes(geotrek: GeotrekServer, data: Path) -> None:
    async def scenario() -> None:
        async with await Companion.open(data) as companion:
            await companion.add_territory("demo", geotrek.url)
            geotrek.command("delay 20 /api/")
            refreshing = asyncio.create_task(companion.refresh("demo"))
            while int(geotrek.command("requests")) < 3:
                await asyncio.sleep(0)
            refreshing.cancel()
            with pytest.raises(asyncio.CancelledError):
                await refreshing
            geotrek.command("repair")
            # The call waits until the cancelled one has released the territory.
            summary = await companion.refresh("demo")
            requests = int(geotrek.command("requests"))
            assert summary.objects
            # Completed responses were not requested again: fewer requests than two full refreshes.
            await companion.refresh("demo", options=jalon.RefreshOptions(mode=jalon.RefreshMode.FULL))
            full = int(geotrek.command("requests")) - requests
            assert requests < 2 * full

    asyncio.run(scenario())


def test_cancelled_edit_does_not_overwrite_a_later_one(geotrek: GeotrekServer, data: Path) -> None:
    async def scenario() -> None:
        async with await Companion.open(data) as companion:
            await companion.add_territory("demo", geotrek.url)
            reports = companion.reports
            report = await reports.new_report("demo", "new")
            for round in range(100):
                older = jalon.ReportContent(comment="older")
                edits = [asyncio.create_task(reports.edit(report.id, older)) for _ in range(4)]
                # The tasks make their calls now.
                await asyncio.sleep(0)
                for edit in edits:
                    edit.cancel()
                await reports.edit(report.id, jalon.ReportContent(comment=str(round)))
                assert (await reports.get(report.id)).content.comment == str(round)

    asyncio.run(scenario())


def test_suspend_during_refresh_cancels_it(geotrek: GeotrekServer, data: Path) -> None:
    async def scenario() -> None:
        async with await Companion.open(data) as companion:
            await companion.add_territory("demo", geotrek.url)
            geotrek.command("hold /api/")
            refreshing = asyncio.create_task(companion.refresh("demo"))
            while geotrek.command("requests") == "0":
                await asyncio.sleep(0)
            await companion.suspend()
            with pytest.raises(jalon.Cancelled):
                await refreshing
            geotrek.command("release")
            geotrek.command("repair")
            await companion.resume()
            assert (await companion.refresh("demo")).objects

    asyncio.run(scenario())


def test_queries_during_refresh_return_consistent_pages(geotrek: GeotrekServer, data: Path) -> None:
    async def scenario() -> None:
        async with await Companion.open(data) as companion:
            await companion.add_territory("demo", geotrek.url)
            await companion.refresh("demo")
            expected = await companion.catalogue.treks(limit=200)
            refresh = companion.refresh("demo", options=jalon.RefreshOptions(mode=jalon.RefreshMode.FULL))
            refreshing = asyncio.create_task(refresh)
            pages = await asyncio.gather(*(companion.catalogue.treks(limit=200) for _ in range(50)))
            assert (await refreshing).is_full
            ids = [item.id for item in expected.items]
            assert all([item.id for item in page.items] == ids for page in pages)

    asyncio.run(scenario())


def test_watch_changes_yields_new_versions_until_close(geotrek: GeotrekServer, data: Path) -> None:
    async def scenario() -> None:
        async with await Companion.open(data) as companion:
            seen: list[jalon.DataVersions] = []

            async def collect() -> None:
                async for versions in companion.watch_changes():
                    seen.append(versions)

            collector = asyncio.create_task(collect())
            await asyncio.sleep(0)
            await companion.add_territory("demo", geotrek.url)
            await companion.refresh("demo")
            await companion.journal.add_note("x")
        await collector
        assert seen and seen[-1].catalogue >= 2 and seen[-1].journal == 1

    asyncio.run(scenario())
