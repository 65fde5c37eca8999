"""The entry point of the library."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from .catalogue import Catalogue, Nearby
from .errors import await_future, call
from .guide import GuideSession
from .jalon_ffi import jalon_ffi as _ffi
from .jalon_ffi.jalon_ffi import (
    Bounds,
    DataVersions,
    EditionLicense,
    EditionOptions,
    EditionSource,
    EditionSummary,
    EmergencySheet,
    Fix,
    RefreshOptions,
    RefreshSummary,
    StorageUsage,
    Territory,
    TrekCheck,
)
from .journal import Journal, Reports
from .packs import Packs
from .progress import Update, with_progress

__all__ = ["Companion"]


class Companion:
    """All functions of Jalon for one pair of directories. Open it once and share it between tasks:

        async with await Companion.open("data") as companion:
            ...

    Several processes may open the same directories.
    """

    def __init__(self, inner: _ffi.Companion, languages: Sequence[str]) -> None:
        self._ffi = inner
        self._languages = list(languages)
        #: The downloaded territories.
        self.catalogue = Catalogue(call(inner.catalogue), languages, call(inner.packs))
        #: Nearest-neighbour search.
        self.nearby = Nearby(call(inner.nearby), languages)
        #: Treks and areas that are downloaded for offline use.
        self.packs = Packs(call(inner.packs))
        #: Favourites, notes, export and import.
        self.journal = Journal(call(inner.journal), languages)
        #: Field reports.
        self.reports = Reports(call(inner.reports))

    @classmethod
    async def open(
        cls,
        directory: str | os.PathLike[str],
        *,
        journal: str | os.PathLike[str] | None = None,
        languages: Sequence[str] = (),
    ) -> Self:
        """Opens the files in a directory and creates them if they do not exist.

        `journal` is the directory of the user's own data, which needs a backup; the default is the subdirectory `journal`.
        `languages` lists the languages of texts in the order of preference. Raises TooNew and StorageFull.
        """
        catalogue = Path(directory).absolute()
        own = Path(journal).absolute() if journal is not None else catalogue / "journal"
        directories = _ffi.Directories(catalogue=str(catalogue), journal=str(own))
        return cls(await await_future(_ffi.Companion.open(directories)), languages)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Stops running calls and closes the files. Every later call raises Closed."""
        await await_future(self._ffi.shutdown())

    async def territories(self) -> list[Territory]:
        """Returns all territories, ordered by name."""
        return await await_future(self._ffi.territories())

    async def add_territory(
        self,
        name: str,
        url: str,
        *,
        portals: Sequence[int] = (),
        default_language: str = "",
        bounds: Bounds | None = None,
        public_keys: Sequence[str] = (),
    ) -> Territory:
        """Adds an empty territory. Call refresh to download its data. Raises InvalidInput with the name of the argument.

        `url` is an address on the Geotrek server, that of its mobile tree (`…/mobile/`), or that of the manifest of an edition
        (`…/datapackage.json`). `portals` limits the territory to some portals of the server. `default_language` is the fallback
        language of texts; the server's default if empty. Of an edition, `bounds` is the box to read, and `public_keys` are the
        keys that may sign it; if there are none, the key of the first edition is trusted.
        """
        new = _ffi.NewTerritory(
            name=name,
            url=url,
            portals=list(portals),
            default_language=default_language,
            bounds=bounds,
            public_keys=list(public_keys),
        )
        return await await_future(self._ffi.add_territory(new))

    async def remove_territory(self, name: str) -> None:
        """Removes a territory with all its data and packs. Raises NotFound and Busy."""
        await await_future(self._ffi.remove_territory(name))

    async def refresh(
        self, territory: str, *, options: RefreshOptions | None = None, progress: Update | None = None
    ) -> RefreshSummary:
        """Downloads what has changed in a territory since the last refresh.

        If the call is cancelled or interrupted, the next call continues where it stopped. Until a refresh is complete, all
        queries return the previous data. Raises Offline, ServerError, Busy and StorageFull.
        """
        return await with_progress(lambda watch: self._ffi.refresh(territory, options, None, watch), progress)

    async def build_edition(
        self,
        territory: str,
        directory: str | os.PathLike[str],
        *,
        key: str | None = None,
        password: str | None = None,
        edition: int | None = None,
        created_ms: int | None = None,
        expires_ms: int | None = None,
        title: str = "",
        description: str = "",
        licenses: Sequence[EditionLicense] = (),
        sources: Sequence[EditionSource] = (),
        contributors: Sequence[EditionSource] = (),
        next_keys: Sequence[str] = (),
        remove_previous: bool = False,
        progress: Update | None = None,
    ) -> EditionSummary:
        """Writes a territory as an edition: static files that any web host serves.

        The edition holds every object of the last refresh, and the pictures that packs have on this device. `directory` is
        empty or new, or has the edition before; its files stay, so that phones which hold its manifest can read on, unless
        `remove_previous`. `key` is the text of the file of a secret key (see new_edition_key), and `password` that of an
        encrypted one; without a key the edition is not signed. `edition` is the number; the date and a counter by default.
        `next_keys` are public keys that may sign later editions. `progress` counts objects. Raises InvalidInput with the name
        of the argument, and StorageFull.
        """
        options = EditionOptions(
            directory=os.path.abspath(directory),
            edition=edition,
            created_ms=created_ms,
            expires_ms=expires_ms,
            title=title,
            description=description,
            licenses=list(licenses),
            sources=list(sources),
            contributors=list(contributors),
            next_keys=list(next_keys),
            remove_previous=remove_previous,
        )
        return await with_progress(
            lambda watch: self._ffi.build_edition(territory, options, key, password, None, watch), progress
        )

    async def emergency_sheet(self, fix: Fix) -> EmergencySheet:
        """Describes a position for the emergency services: coordinates, places nearby, numbers, and all of it as one text.

        The text is in French or English, by the languages of the companion. Raises InvalidInput for a fix without a position.
        """
        return await await_future(self._ffi.emergency_sheet(fix, self._languages))

    async def check_trek(self, territory: str, id: int, date: str | None = None) -> TrekCheck:
        """Checks a trek before leaving on a day, YYYY-MM-DD; without one on the current day.

        Tells whether it is downloaded, the sensitive areas in season, daylight, the latest start, and warnings with codes.
        Raises NotFound, and InvalidInput for the date.
        """
        return await await_future(self._ffi.check_trek(territory, id, date, self._languages))

    async def guide(self, territory: str, id: int, *, start_ms: int | None = None) -> GuideSession:
        """Returns a guide along a trek: it takes the fixes of the receiver, and tells the place and the announcements.

        It announces reference points, points of interest, water, shelter, stages, steep sections and the sensitive areas of all
        territories. `start_ms`, Unix ms, chooses the sunset; now if None. Raises NotFound, and InvalidInput if the trek has no line.
        """
        return GuideSession(await await_future(self._ffi.guide(territory, id, start_ms, self._languages)))

    async def storage_usage(self) -> StorageUsage:
        """Returns the disk space that each part uses."""
        return await await_future(self._ffi.storage_usage())

    async def clean_up(self) -> int:
        """Removes unused files. Returns the number of bytes that it freed. Raises Busy."""
        return await await_future(self._ffi.clean_up())

    @property
    def was_damaged(self) -> bool:
        """True if the catalogue was damaged when it was opened. It was replaced by an empty one: refresh its territories."""
        return call(self._ffi.was_damaged)

    async def watch_changes(self) -> AsyncIterator[DataVersions]:
        """Yields the data versions now and after every change. Intermediate versions may be skipped."""
        watch = call(self._ffi.watch_changes)
        yield call(watch.current)
        while (versions := await await_future(watch.next())) is not None:
            yield versions

    async def suspend(self, *, timeout_ms: int = 4_000) -> None:
        """Stops running calls and releases all file locks. Every call raises Closed until resume.

        Waits for pending writes, and interrupts them after half of `timeout_ms`. Raises Busy if a call has not ended after
        `timeout_ms`; its lock is released when it ends.
        """
        await await_future(self._ffi.suspend(timeout_ms))

    async def resume(self) -> None:
        """Resumes after suspend."""
        await await_future(self._ffi.resume())
