"""Progress callbacks of long calls. Cancelling the task that awaits such a call stops the call in the library."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from .errors import await_future, call
from .jalon_ffi import jalon_ffi as _ffi

__all__ = ["Update", "with_progress"]

T = TypeVar("T")
#: A progress callback. It is called on the event loop's thread with the latest state; intermediate states may be skipped.
Update = Callable[[_ffi.Progress], None]


async def with_progress(start: Callable[[_ffi.ProgressWatch | None], Awaitable[T]], update: Update | None) -> T:
    """Awaits the call that `start` makes and reports its progress to `update` while it runs."""
    if update is None:
        return await await_future(start(None))
    on_progress = update
    watch = call(_ffi.ProgressWatch)

    async def report() -> None:
        while (progress := await await_future(watch.next())) is not None:
            on_progress(progress)

    reporter = asyncio.create_task(report())
    try:
        result = await await_future(start(watch))
        # The watch ends with the call. Deliver the last update before the result.
        await reporter
        return result
    finally:
        reporter.cancel()
