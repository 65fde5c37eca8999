"""Packs: treks and areas that are downloaded for offline use."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .errors import await_future
from .jalon_ffi import jalon_ffi as _ffi
from .jalon_ffi.jalon_ffi import AttachedFileSizes, Bounds, Estimate, Pack, PictureSize, RefreshOptions
from .progress import Update, with_progress

__all__ = ["Packs"]

#: The id of a trek, or a bounding box.
Subject = int | Bounds


def _to_ffi(subject: Subject) -> _ffi.PackSubject:
    # UniFFI adds the variants to the class at run time, so a type checker does not know them.
    variants: Any = _ffi.PackSubject
    converted: _ffi.PackSubject
    if isinstance(subject, Bounds):
        converted = variants.BOUNDS(subject)
    else:
        converted = variants.TREK(subject)
    return converted


class Packs:
    """Downloads, updates and removes packs. The subject of a pack is the id of a trek, or a bounding box."""

    def __init__(self, inner: _ffi.Packs) -> None:
        self._ffi = inner

    async def list(self, territory: str | None = None) -> Sequence[Pack]:
        """Returns the packs of one or all territories, in the order in which they were requested."""
        return await await_future(self._ffi.list(territory))

    async def estimate(self, territory: str, subject: Subject, pictures: PictureSize | None = None) -> Estimate:
        """Estimates the size of a pack from local data, without a network.

        Attached files are counted separately, so that an app can show the size with and without them.
        """
        return await await_future(self._ffi.estimate(territory, _to_ffi(subject), pictures))

    async def fetch_file_sizes(
        self, territory: str, subject: Subject, *, options: RefreshOptions | None = None
    ) -> AttachedFileSizes:
        """Asks for the sizes of a pack's attached files, which :meth:`estimate` then includes.

        Each file whose size is not known costs a request. Raises Offline, ServerError, Busy and NotFound.
        """
        converted = _to_ffi(subject)
        return await await_future(self._ffi.fetch_file_sizes(territory, converted, options, None))

    async def download(
        self,
        territory: str,
        subject: Subject,
        *,
        options: RefreshOptions | None = None,
        pictures: PictureSize | None = None,
        files: bool = False,
        progress: Update | None = None,
    ) -> Pack:
        """Downloads a pack, resumes its download, or updates it.

        If the call is cancelled or interrupted, the next call continues where it stopped. Raises Offline, ServerError,
        Busy, StorageFull and NotFound, and InvalidInput for a territory that was never refreshed. ``files``
        downloads attached files too, such as PDF topo-guides and audio.
        """
        converted = _to_ffi(subject)
        return await with_progress(
            lambda watch: self._ffi.download(territory, converted, options, pictures, files, None, watch), progress
        )

    async def update(
        self, territory: str, *, options: RefreshOptions | None = None, progress: Update | None = None
    ) -> Sequence[Pack]:
        """Updates the packs of a territory that are stale or incomplete. Returns the updated packs."""
        return await with_progress(lambda watch: self._ffi.update(territory, options, None, watch), progress)

    async def remove(self, territory: str, subject: Subject) -> int:
        """Removes a pack and the files that no other pack uses. Returns the number of bytes that it freed."""
        return await await_future(self._ffi.remove(territory, _to_ffi(subject)))
