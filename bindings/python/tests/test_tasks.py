"""Tasks: cancelled, side by side, and watched."""

from __future__ import annotations

import asyncio
from pathlib import Path

import jalon
import pytest
from conftest import Geotrek
from jalon import Companion


def test_a_cancelled_task_stops_the_work_and_the_next_goes_on(geotrek: Geotrek, data: Path) -> None:
    async def story() -> None:
        async with await Companion.open(data) as companion:
            await companion.add_territory("demo", geotrek.url)
            geotrek.say("delay 20 /api/")
            refreshing = asyncio.create_task(companion.refresh("demo"))
            while int(geotrek.say("requests")) < 3:
                await asyncio.sleep(0)
            refreshing.cancel()
            with pytest.raises(asyncio.CancelledError):
                await refreshing
            # The library's own thread has let the territory go when somebody else may have it.
            geotrek.say("repair")
            while True:
                try:
                    taken = await companion.refresh("demo")
                    break
                except jalon.Busy:
                    await asyncio.sleep(0)
            asked = int(geotrek.say("requests"))
            assert taken.objects
            # What had come was not asked for again: fewer than two whole refreshes.
            await companion.refresh("demo", options=jalon.RefreshOptions(sweep=jalon.RefreshMode.NOW))
            whole = int(geotrek.say("requests")) - asked
            assert asked < 2 * whole

    asyncio.run(story())


def test_suspending_stops_what_takes_long(geotrek: Geotrek, data: Path) -> None:
    async def story() -> None:
        async with await Companion.open(data) as companion:
            await companion.add_territory("demo", geotrek.url)
            geotrek.say("hold /api/")
            refreshing = asyncio.create_task(companion.refresh("demo"))
            while geotrek.say("requests") == "0":
                await asyncio.sleep(0)
            await companion.suspend()
            with pytest.raises(jalon.Cancelled):
                await refreshing
            geotrek.say("release")
            geotrek.say("repair")
            await companion.resume()
            assert (await companion.refresh("demo")).objects

    asyncio.run(story())


def test_many_at_once_and_all_right(geotrek: Geotrek, data: Path) -> None:
    async def story() -> None:
        async with await Companion.open(data) as companion:
            await companion.add_territory("demo", geotrek.url)
            await companion.refresh("demo")
            alone = await companion.catalogue.treks(limit=200)
            again = companion.refresh("demo", options=jalon.RefreshOptions(sweep=jalon.RefreshMode.NOW))
            refreshing = asyncio.create_task(again)
            pages = await asyncio.gather(*(companion.catalogue.treks(limit=200) for _ in range(50)))
            assert (await refreshing).is_full
            ids = [item.id for item in alone.items]
            assert all([item.id for item in page.items] == ids for page in pages)

    asyncio.run(story())


def test_whoever_watches_is_told_of_changes(geotrek: Geotrek, data: Path) -> None:
    async def story() -> None:
        async with await Companion.open(data) as companion:
            seen: list[jalon.Changes] = []

            async def follow() -> None:
                async for numbers in companion.changes():
                    seen.append(numbers)

            following = asyncio.create_task(follow())
            await asyncio.sleep(0)
            await companion.add_territory("demo", geotrek.url)
            await companion.refresh("demo")
            await companion.journal.add_note("x")
        await following
        assert seen and seen[-1].catalogue >= 2 and seen[-1].journal == 1

    asyncio.run(story())
