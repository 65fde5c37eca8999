"""Defects on purpose, to see what an app makes of one."""

from __future__ import annotations

from .errors import awaited, called
from .jalon_ffi import jalon_ffi as _ffi


def debug_panic() -> None:
    """Panics inside the library: raises Internal, always, and the process lives."""
    called(_ffi.debug_panic)


async def debug_panic_in_background() -> None:
    """The same on one of the library's own threads."""
    await awaited(_ffi.debug_panic_in_background())
