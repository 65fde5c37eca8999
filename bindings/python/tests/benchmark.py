"""Calls per second on the territory `demo` of a data directory, one call at a time. Prints NAME<TAB>CALLS_PER_SECOND lines."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Any

from jalon import Companion, Kind
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
        new_token: Any = jalon_ffi.CancelToken
        token = new_token()
        await measure("page of 50 treks", lambda _: companion.catalogue.treks(limit=50))
        await measure("nearest 10", lambda n: companion.nearby.nearest(points[n % len(points)], limit=10))
        await measure("trek details", lambda n: companion.catalogue.trek_details("demo", treks[n % 20].id))
        await measure("empty call", lambda _: token.is_cancelled())


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
