"""Defects on purpose, to see what an app makes of one."""

from __future__ import annotations

from .errors import awaited, called
from .jalon_ffi import jalon_ffi as _ffi


def provoke_panic() -> None:
    """Panics inside the library: raises Internal, always, and the process lives."""
    called(_ffi.provoke_panic)


async def provoke_panic_in_background() -> None:
    """The same on one of the library's own threads."""
    await awaited(_ffi.provoke_panic_in_background())
