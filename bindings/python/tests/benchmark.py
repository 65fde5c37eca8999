"""Calls per second on the territory `demo` of a data directory, one call at a time. Prints NAME<TAB>CALLS_PER_SECOND lines."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Any

from jalon import Companion, Fix, Kind, Position, geojson
from jalon.jalon_ffi import jalon_ffi

WARM_UP_CALLS, SECONDS = 200, 2.0


async def measure(name: str, call: Callable[[int], Awaitable[object] | object]) -> None:
    async def once(index: int) -> None:
        result = call(index)
        if isinstance(result, Awaitable):
            await result

    for index in range(WARM_UP_CALLS):
        await once(index)
    start, calls = time.perf_counter(), 0
    while time.perf_counter() - start < SECONDS:
        await once(calls)
        calls += 1
    print(f"{name}\t{calls / (time.perf_counter() - start):.0f}", flush=True)


async def main(data: str) -> None:
    async with await Companion.open(data, languages=["fr", "en"]) as companion:
        await companion.nearby.warm_up()
        treks = (await companion.catalogue.treks(limit=50)).items
        near = await companion.nearby.nearest((6.2, 44.8), kinds=[Kind.TREK], limit=50)
        points = [item.point for item in near]
        # The first trek with a line.
        walked = next(item.id for item in treks if item.length_m is not None)
        line = (await companion.catalogue.trek_details("demo", walked)).geometry
        geometry = geojson(line or b"")
        lines = [geometry["coordinates"]] if geometry["type"] == "LineString" else geometry["coordinates"]
        vertices = [Position(lon=point[0], lat=point[1]) for part in lines for point in part]
        guide = await companion.guide("demo", walked)

        def follow(number: int) -> object:
            position = vertices[number % len(vertices)]
            return guide.update(Fix(position=position, time_ms=number * 10_000, accuracy_m=5.0))

        new_token: Any = jalon_ffi.CancelToken
        token = new_token()
        await measure("page of 50 treks", lambda _: companion.catalogue.treks(limit=50))
        await measure("nearest 10", lambda n: companion.nearby.nearest(points[n % len(points)], limit=10))
        await measure("trek details", lambda n: companion.catalogue.trek_details("demo", treks[n % 20].id))
        await measure("guide update", follow)
        await measure("empty call", lambda _: token.is_cancelled())


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
