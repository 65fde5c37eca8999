"""Deliberate panics, to test how an app handles a defect of the library."""

from __future__ import annotations

from .errors import await_future, call
from .jalon_ffi import jalon_ffi as _ffi


def debug_panic() -> None:
    """Panics inside the library. Always raises Internal; the process keeps running."""
    call(_ffi.debug_panic)


async def debug_panic_in_background() -> None:
    """Panics on one of the library's worker threads. Always raises Internal; the process keeps running."""
    await await_future(_ffi.debug_panic_in_background())
