"""Calls per second of a folder's territory `demo`, one call at a time: a line `NAME<TAB>CALLS_PER_SECOND` each."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Any

from jalon import Companion, Kind
from jalon.jalon_ffi import jalon_ffi

WARM_UP, SECONDS = 200, 2.0


async def measure(name: str, call: Callable[[int], Awaitable[object] | object]) -> None:
    async def once(number: int) -> None:
        answer = call(number)
        if isinstance(answer, Awaitable):
            await answer

    for number in range(WARM_UP):
        await once(number)
    since, calls = time.perf_counter(), 0
    while time.perf_counter() - since < SECONDS:
        await once(calls)
        calls += 1
    print(f"{name}\t{calls / (time.perf_counter() - since):.0f}", flush=True)


async def main(data: str) -> None:
    async with await Companion.open(data, languages=["fr", "en"]) as companion:
        await companion.nearby.warm_up()
        treks = (await companion.catalogue.treks(limit=50)).items
        near = companion.nearby.nearest((6.2, 44.8), kinds=[Kind.TREK], limit=50)
        places = [item.point for item in near]
        made: Any = jalon_ffi.CancelToken
        token = made()
        await measure("page of 50 treks", lambda _: companion.catalogue.treks(limit=50))
        await measure("nearest 10", lambda n: companion.nearby.nearest(places[n % len(places)], limit=10))
        await measure("sheet", lambda n: companion.catalogue.sheet("demo", treks[n % 20].id))
        await measure("empty call", lambda _: token.is_cancelled())


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
