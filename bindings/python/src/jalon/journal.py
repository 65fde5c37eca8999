"""What the person made: reports, favourites, notes."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from .catalogue import Place, position
from .errors import awaited
from .jalon_ffi import jalon_ffi as _ffi
from .jalon_ffi.jalon_ffi import (
    Favourite,
    ImportSummary,
    Kind,
    Note,
    Queued,
    RefreshOptions,
    Report,
    ReportContent,
    ReportPosition,
    RecoverySummary,
)
from .watching import Told, watched

__all__ = ["Journal", "Reports"]

# The variants are no subclasses of their enum for a checker; at run time they are.
_RESOLUTION: Any = _ffi.Resolution


class Journal:
    """Favourites and notes, export and import of all that the person made."""

    def __init__(self, within: _ffi.Journal, languages: Sequence[str]) -> None:
        self._ffi = within
        self._languages = list(languages)

    async def add_favourite(self, territory: str, kind: Kind, number: int) -> Favourite:
        """Marks an object. Raises NotFound."""
        return await awaited(self._ffi.add_favourite(territory, kind, number, self._languages))

    async def remove_favourite(self, territory: str, kind: Kind, number: int) -> bool:
        """Unmarks an object; tells whether it was marked."""
        return await awaited(self._ffi.remove_favourite(territory, kind, number))

    async def favourites(self) -> list[Favourite]:
        """What is marked, the first first."""
        return await awaited(self._ffi.favourites())

    async def add_note(
        self, text: str, *, place: Place | None = None, about: tuple[str, Kind, int] | None = None
    ) -> Note:
        """Writes something down, at a place (longitude, latitude) or about an object (territory, kind, number)."""
        at = None if place is None else position(place)
        territory, kind, number = about if about is not None else (None, None, None)
        return await awaited(self._ffi.add_note(text, at, territory, kind, number))

    async def remove_note(self, note: str) -> bool:
        """Removes a note by its id; tells whether it was there."""
        return await awaited(self._ffi.remove_note(note))

    async def notes(self) -> list[Note]:
        """What was written down, the first first."""
        return await awaited(self._ffi.notes())

    async def export(self, path: str | os.PathLike[str], *, all: bool = False) -> int:
        """Writes what is not accepted yet (`all` for that too) to a zip file that must not exist; gives how many
        reports."""
        return await awaited(self._ffi.export(os.path.abspath(path), all))

    async def import_from(self, path: str | os.PathLike[str]) -> ImportSummary:
        """Takes over what an export has and this journal has not. Raises InvalidInput for a file that is no export."""
        return await awaited(self._ffi.import_from(os.path.abspath(path)))

    async def salvaged(self) -> RecoverySummary | None:
        """What was saved out of a damaged file when this journal was opened; None where it was sound."""
        return await awaited(self._ffi.salvaged())


class Reports:
    """Field reports: written, queued, sent at max once unless somebody decides otherwise."""

    def __init__(self, within: _ffi.Reports) -> None:
        self._ffi = within

    async def begin(
        self,
        territory: str,
        comment: str = "",
        *,
        email: str = "",
        place: Place | ReportPosition | None = None,
        category: int | None = None,
        activity: int | None = None,
        magnitude: int | None = None,
        trek: int | None = None,
        signage: int | None = None,
        language: str = "",
    ) -> Report:
        """Begins a report, as a draft; `place` is longitude, latitude. Raises NotFound for the territory."""
        if place is not None and not isinstance(place, ReportPosition):
            at = position(place)
            place = ReportPosition(lon=at.lon, lat=at.lat)
        content = ReportContent(
            comment=comment,
            email=email,
            category=category,
            activity=activity,
            magnitude=magnitude,
            place=place,
            trek=trek,
            signage=signage,
        )
        return await awaited(self._ffi.begin(territory, content, language))

    async def edit(self, report: str, content: ReportContent) -> Report:
        """Writes a report on: `content` takes the place of what it says."""
        return await awaited(self._ffi.edit(report, content))

    async def attach_photo(self, report: str, path: str | os.PathLike[str]) -> Report:
        """Adds a photo (JPEG, PNG, WebP): turned, made smaller, without its metadata."""
        return await awaited(self._ffi.attach_photo(report, os.path.abspath(path)))

    async def detach_photo(self, report: str, photo: str) -> Report:
        """Takes a photo out of a report, by its id."""
        return await awaited(self._ffi.detach_photo(report, photo))

    async def queue(self, report: str) -> Queued:
        """Queues a report; when this returns it is on stable storage. Raises InvalidInput naming the field."""
        return await awaited(self._ffi.queue(report))

    async def list(self) -> Sequence[Report]:
        """Every report, in the order in which they were begun."""
        return await awaited(self._ffi.list())

    async def get(self, report: str) -> Report:
        """A report by its id. Raises NotFound."""
        return await awaited(self._ffi.get(report))

    async def send(
        self, *, options: RefreshOptions | None = None, now: bool = False, progress: Told | None = None
    ) -> Sequence[Report]:
        """Goes once over the reports that are due, and gives each as it is then; `now` tries what is to wait, too.

        What could not be sent stays queued. Raises Busy where another process sends.
        """
        return await watched(lambda watch: self._ffi.send(options, now, None, watch), progress)

    async def resend(self, report: str) -> Report:
        """Of a report in doubt: send it again, marked as a possible double."""
        return await awaited(self._ffi.resolve(report, _RESOLUTION.RESEND()))

    async def leave(self, report: str) -> Report:
        """Of a report in doubt: leave it so."""
        return await awaited(self._ffi.resolve(report, _RESOLUTION.LEAVE()))

    async def arrived(self, report: str, server_id: int | None = None) -> Report:
        """Of a report in doubt: somebody saw it at the office, perhaps under this number."""
        return await awaited(self._ffi.resolve(report, _RESOLUTION.ARRIVED(server_id)))

    async def discard(self, report: str) -> None:
        """Removes a report that only its writer has seen."""
        await awaited(self._ffi.discard(report))

    async def purge_accepted(self, before_ms: int) -> int:
        """Removes reports that were accepted before a moment (Unix ms), and tells how many."""
        return await awaited(self._ffi.purge_accepted(before_ms))
