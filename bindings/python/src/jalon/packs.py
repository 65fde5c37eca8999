"""Packs: what is wholly on the device."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .errors import awaited
from .jalon_ffi import jalon_ffi as _ffi
from .jalon_ffi.jalon_ffi import Bounds, Estimate, Pack, PictureSize, RefreshOptions
from .watching import Told, watched

__all__ = ["Packs"]

#: A trek, by its server's number, or a box.
Subject = int | Bounds


def _subject(subject: Subject) -> _ffi.PackSubject:
    # The variants are no subclasses of their enum for a checker; at run time they are.
    kinds: Any = _ffi.PackSubject
    wanted: _ffi.PackSubject
    if isinstance(subject, Bounds):
        wanted = kinds.BOX(subject)
    else:
        wanted = kinds.TREK(subject)
    return wanted


class Packs:
    """What is wholly on the device: made, brought up to date, removed."""

    def __init__(self, within: _ffi.Packs) -> None:
        self._ffi = within

    async def list(self, territory: str | None = None) -> Sequence[Pack]:
        """Every pack, in the order in which they were first wanted."""
        return await awaited(self._ffi.list(territory))

    async def estimate(self, territory: str, subject: Subject, pictures: PictureSize | None = None) -> Estimate:
        """What a pack will cost, from what is known without its server."""
        return await awaited(self._ffi.estimate(territory, _subject(subject), pictures))

    async def download(
        self,
        territory: str,
        subject: Subject,
        *,
        options: RefreshOptions | None = None,
        pictures: PictureSize | None = None,
        progress: Told | None = None,
    ) -> Pack:
        """Makes a pack, goes on with it, or brings it up to date.

        Cancelled or interrupted at any byte, the next call goes on from there. Raises Offline, ServerRefused, Busy,
        StorageFull, NotFound; InvalidInput for a territory that was never refreshed.
        """
        wanted = _subject(subject)
        return await watched(
            lambda watch: self._ffi.download(territory, wanted, options, pictures, None, watch), progress
        )

    async def follow(
        self, territory: str, *, options: RefreshOptions | None = None, progress: Told | None = None
    ) -> Sequence[Pack]:
        """Brings the packs of a territory up to date that a refresh has made stale, or that are not whole yet."""
        return await watched(lambda watch: self._ffi.follow(territory, options, None, watch), progress)

    async def remove(self, territory: str, subject: Subject) -> int:
        """Removes a pack with all that no other needs, and gives the bytes that are free now."""
        return await awaited(self._ffi.remove(territory, _subject(subject)))
