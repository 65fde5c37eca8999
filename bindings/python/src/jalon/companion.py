"""The front door."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from .catalogue import Catalogue, Nearby
from .errors import awaited, called
from .jalon_ffi import jalon_ffi as _ffi
from .jalon_ffi.jalon_ffi import StorageUsage, Changes, RefreshOptions, RefreshSummary, Territory
from .journal import Journal, Reports
from .packs import Packs
from .watching import Told, watched

__all__ = ["Companion"]


class Companion:
    """Everything that Jalon knows and does, for one pair of directories. Open it once and share it between tasks:

        async with await Companion.open("data") as companion:
            ...

    Several processes may open the same directories.
    """

    def __init__(self, within: _ffi.Companion, languages: Sequence[str]) -> None:
        self._ffi = within
        #: The downloaded territories.
        self.catalogue = Catalogue(called(within.catalogue), languages)
        #: What is near.
        self.nearby = Nearby(called(within.nearby), languages)
        #: What is wholly on the device.
        self.packs = Packs(called(within.packs))
        #: Favourites and notes, export and import.
        self.journal = Journal(called(within.journal), languages)
        #: Field reports.
        self.reports = Reports(called(within.reports))

    @classmethod
    async def open(
        cls,
        directory: str | os.PathLike[str],
        *,
        journal: str | os.PathLike[str] | None = None,
        languages: Sequence[str] = (),
    ) -> Self:
        """Opens the files in a directory, and makes them where there are none.

        `journal` is the directory of what the person made (its default is the folder `journal` in the first): the one
        worth backing up. `languages` is the order in which texts are wanted. Raises TooNew, StorageFull.
        """
        catalogue = Path(directory).absolute()
        own = Path(journal).absolute() if journal is not None else catalogue / "journal"
        directories = _ffi.Directories(catalogue=str(catalogue), journal=str(own))
        return cls(await awaited(_ffi.Companion.open(directories)), languages)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Ends it: stops what takes long and closes the files."""
        await awaited(self._ffi.shutdown())

    async def territories(self) -> list[Territory]:
        """Every territory, by name."""
        return await awaited(self._ffi.territories())

    async def add_territory(
        self, name: str, url: str, *, portals: Sequence[int] = (), default_language: str = ""
    ) -> Territory:
        """Adds a territory, still empty: refresh takes it in. Raises InvalidInput naming the argument."""
        new = _ffi.NewTerritory(name=name, url=url, portals=list(portals), default_language=default_language)
        return await awaited(self._ffi.add_territory(new))

    async def remove_territory(self, name: str) -> None:
        """Forgets a territory and everything in it, packs included."""
        await awaited(self._ffi.remove_territory(name))

    async def refresh(
        self, territory: str, *, options: RefreshOptions | None = None, progress: Told | None = None
    ) -> RefreshSummary:
        """Takes a territory in over the network, by what changed since the last time.

        Cancelled or interrupted at any byte, the next call goes on from there; until it is done everything answers as
        before. Raises Offline, ServerRefused, Busy, StorageFull.
        """
        return await watched(lambda watch: self._ffi.refresh(territory, options, None, watch), progress)

    async def account(self) -> StorageUsage:
        """What everything costs on the disk."""
        return await awaited(self._ffi.account())

    async def clean_up(self) -> int:
        """Removes files that nobody needs; gives the bytes that are free now. Raises Busy."""
        return await awaited(self._ffi.clean_up())

    @property
    def was_damaged(self) -> bool:
        """Whether the catalogue was found damaged when it was opened, and moved aside: refresh its territories."""
        return called(self._ffi.was_damaged)

    async def changes(self) -> AsyncIterator[Changes]:
        """Tells the numbers of changes as they are now, and then whenever something has changed; what comes fast is told
        once."""
        watch = called(self._ffi.watch)
        yield called(watch.current)
        while (numbers := await awaited(watch.next())) is not None:
            yield numbers

    async def suspend(self) -> None:
        """Stops what takes long and releases every lock on the files; everything answers Closed until resume."""
        await awaited(self._ffi.suspend())

    async def resume(self) -> None:
        """Goes on after suspend."""
        await awaited(self._ffi.resume())
