"""Long calls: their progress is told to whoever asked for it, and cancelling the task stops the work."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from .errors import awaited, called
from .jalon_ffi import jalon_ffi as _ffi

__all__ = ["Told", "watched"]

T = TypeVar("T")
#: Is told how far a call is, from the event loop's own thread, as often as there is something new and it is read.
Told = Callable[[_ffi.Progress], None]


async def watched(call: Callable[[_ffi.ProgressWatch | None], Awaitable[T]], told: Told | None) -> T:
    """Makes a call, and tells how far it is while it runs."""
    if told is None:
        return await awaited(call(None))
    tell = told
    watch = called(_ffi.ProgressWatch)

    async def follow() -> None:
        while (progress := await awaited(watch.next())) is not None:
            tell(progress)

    following = asyncio.create_task(follow())
    try:
        answer = await awaited(call(watch))
        # The watch ends with the call; what was still to be told is told before the answer.
        await following
        return answer
    finally:
        following.cancel()
