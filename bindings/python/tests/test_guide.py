"""Following a downloaded trek."""

from __future__ import annotations

import asyncio
from pathlib import Path

import jalon
from conftest import GeotrekServer
from jalon import Companion, Fix, GuideEventKind, GuideState, Position

START_MS = 1_780_000_000_000


async def fixes(companion: Companion, trek: int) -> list[Fix]:
    """Fixes at the vertices of the line of a trek, one a minute."""
    details = await companion.catalogue.trek_details("demo", trek)
    assert details.geometry is not None
    geometry = jalon.geojson(details.geometry)
    lines = [geometry["coordinates"]] if geometry["type"] == "LineString" else geometry["coordinates"]
    positions = [Position(lon=point[0], lat=point[1]) for line in lines for point in line]
    return [
        Fix(position=position, time_ms=START_MS + 60_000 * index, accuracy_m=5.0)
        for index, position in enumerate(positions)
    ]


def test_guide_follows_downloaded_trek_to_its_end(geotrek: GeotrekServer, data: Path) -> None:
    async def scenario() -> None:
        async with await Companion.open(data, languages=["fr"]) as companion:
            await companion.add_territory("demo", geotrek.url)
            await companion.refresh("demo")
            trek = (await companion.catalogue.treks()).items[0].id
            await companion.packs.download("demo", trek)
            geotrek.command("stop")
            walk = await fixes(companion, trek)
            with await companion.guide("demo", trek, start_ms=START_MS) as session:
                contents = session.contents()
                assert contents.languages[0] == "fr" and contents.places
                events, again = session.events(), session.events()
                told = []
                log = [session.log_head()]
                for fix in walk[: len(walk) // 2]:
                    update = session.update(fix)
                    log.append(session.log_entry(fix, update))
                    told += update.events
                middle = session.update(walk[len(walk) // 2])
                told += middle.events
                assert middle.along_m is not None and middle.along_m > 0 and middle.eta_ms is not None
                snapshot = session.snapshot()
                assert log[0].startswith('{"jalon_guide_log":') and log[1].startswith('{"fix":')

            # The iterators have the events of the updates, in order, and end with the session.
            assert [event async for event in events] == told
            assert [event async for event in again] == told

            # The app is killed; another process goes on.
            restored = await companion.guide("demo", trek, start_ms=START_MS)
            assert not restored.restore("")
            assert restored.restore(snapshot)
            for fix in walk[len(walk) // 2 + 1 :]:
                update = restored.update(fix)
                told += update.events
            # The receiver sends fixes after the last step, too.
            last = walk[-1]
            for seconds in range(1, 30):
                fix = Fix(position=last.position, time_ms=last.time_ms + 1_000 * seconds, accuracy_m=5.0)
                update = restored.update(fix)
                told += update.events
            assert update.state == GuideState.ARRIVED and update.left_m is not None and update.left_m < 50
            assert GuideEventKind.ARRIVED in [event.kind for event in told]
            assert all(event.text for event in told)
            assert [event async for event in _closed(restored).events()] == []

    asyncio.run(scenario())


def _closed(session: jalon.GuideSession) -> jalon.GuideSession:
    session.close()
    return session
