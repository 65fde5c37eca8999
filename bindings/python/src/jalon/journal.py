"""The user's own data: reports, favourites, notes."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from .catalogue import PositionLike, to_position
from .errors import await_future
from .jalon_ffi import jalon_ffi as _ffi
from .jalon_ffi.jalon_ffi import (
    Favourite,
    ImportSummary,
    Kind,
    Note,
    QueuedReport,
    RecoverySummary,
    RefreshOptions,
    Report,
    ReportContent,
    ReportPosition,
    Track,
    TrackImport,
    TrackSummary,
)
from .progress import Update, with_progress
from .recorder import Recorder

__all__ = ["Journal", "Reports"]

# UniFFI adds the variants to the class at run time, so a type checker does not know them.
_RESOLUTION: Any = _ffi.Resolution


class Journal:
    """Favourites, notes and recorded tracks, and the export and import of the whole journal."""

    def __init__(self, inner: _ffi.Journal, languages: Sequence[str]) -> None:
        self._ffi = inner
        self._languages = list(languages)

    async def add_favourite(self, territory: str, kind: Kind, id: int) -> Favourite:
        """Marks an object as a favourite. Raises NotFound."""
        return await await_future(self._ffi.add_favourite(territory, kind, id, self._languages))

    async def remove_favourite(self, territory: str, kind: Kind, id: int) -> bool:
        """Removes a favourite. Returns False if the object was not one."""
        return await await_future(self._ffi.remove_favourite(territory, kind, id))

    async def favourites(self) -> list[Favourite]:
        """Returns all favourites, the oldest first."""
        return await await_future(self._ffi.favourites())

    async def add_note(
        self,
        text: str,
        *,
        position: PositionLike | None = None,
        territory: str | None = None,
        kind: Kind | None = None,
        object_id: int | None = None,
    ) -> Note:
        """Adds a note. It can have a position (longitude, latitude), and be about an object (territory, kind and id)."""
        at = None if position is None else to_position(position)
        return await await_future(self._ffi.add_note(text, at, territory, kind, object_id))

    async def remove_note(self, id: str) -> bool:
        """Removes a note. Returns False if it does not exist."""
        return await await_future(self._ffi.remove_note(id))

    async def notes(self) -> list[Note]:
        """Returns all notes, the oldest first."""
        return await await_future(self._ffi.notes())

    async def export(self, path: str | os.PathLike[str], *, all: bool = False, hand_over: bool = False) -> int:
        """Writes favourites, notes and the reports that are not accepted yet to a new zip file.

        With `all`, accepted reports are included. With `hand_over`, the device that imports the file sends the reports, and
        this one no longer does; import it on one device only. Without it, the imported copies are in doubt. Returns the
        number of reports.
        """
        return await await_future(self._ffi.export(os.path.abspath(path), all, hand_over))

    async def import_from(self, path: str | os.PathLike[str]) -> ImportSummary:
        """Adds the entries of an export that this journal does not have. Raises InvalidInput for any other file."""
        return await await_future(self._ffi.import_from(os.path.abspath(path)))

    async def start_recording(
        self, name: str = "", *, territory: str | None = None, trek: int | None = None
    ) -> Recorder:
        """Starts to record a track. `territory` and `trek` belong together: the trek that is walked.

        Raises InvalidInput if an unfinished recording must be continued first, and Busy if a track is being recorded.
        """
        return Recorder(await await_future(self._ffi.start_recording(name, territory, trek)))

    async def continue_recording(self) -> Recorder:
        """Continues the unfinished recording of a process that died. Raises NotFound if there is none."""
        return Recorder(await await_future(self._ffi.continue_recording()))

    async def unfinished_recording(self) -> TrackSummary | None:
        """Returns the unfinished recording: it is being recorded, or was when the process died."""
        return await await_future(self._ffi.unfinished_recording())

    async def tracks(self) -> Sequence[TrackSummary]:
        """Returns the finished tracks, the oldest first."""
        return await await_future(self._ffi.tracks())

    async def track(self, id: str) -> Track:
        """Returns a finished track with its line. Raises NotFound."""
        return await await_future(self._ffi.track(id))

    async def rename_track(self, id: str, name: str) -> TrackSummary:
        """Changes the name of a finished track. Raises NotFound."""
        return await await_future(self._ffi.rename_track(id, name))

    async def remove_track(self, id: str) -> bool:
        """Removes a finished track. Returns False if it does not exist."""
        return await await_future(self._ffi.remove_track(id))

    async def export_track(self, id: str, path: str | os.PathLike[str]) -> None:
        """Writes a finished track to a GPX 1.1 file, or to GeoJSON if the name ends with .geojson or .json."""
        await await_future(self._ffi.export_track(id, os.path.abspath(path)))

    async def import_track(
        self,
        path: str | os.PathLike[str],
        *,
        name: str = "",
        territory: str | None = None,
        trek: int | None = None,
    ) -> TrackImport:
        """Stores the tracks of a GPX or GeoJSON file as one track, as if its points had been recorded.

        Raises InvalidInput if no point has a time.
        """
        return await await_future(self._ffi.import_track(os.path.abspath(path), name, territory, trek))

    async def recovery(self) -> RecoverySummary | None:
        """Returns what was recovered from a damaged file when the journal was opened; None if it was not damaged."""
        return await await_future(self._ffi.recovery())


class Reports:
    """Field reports: write, queue and send them. A report is sent at most once, unless the user decides otherwise."""

    def __init__(self, inner: _ffi.Reports) -> None:
        self._ffi = inner

    async def new_report(
        self,
        territory: str,
        comment: str = "",
        *,
        email: str = "",
        position: PositionLike | ReportPosition | None = None,
        category: int | None = None,
        activity: int | None = None,
        magnitude: int | None = None,
        trek: int | None = None,
        signage: int | None = None,
        language: str = "",
    ) -> Report:
        """Creates a report as a draft. `position` is (longitude, latitude). Raises NotFound for an unknown territory.

        `category`, `activity`, `magnitude`, `trek` and `signage` are ids. `language` is the language of the server's
        messages; the territory's default if empty.
        """
        if position is not None and not isinstance(position, ReportPosition):
            at = to_position(position)
            position = ReportPosition(lon=at.lon, lat=at.lat)
        content = ReportContent(
            comment=comment,
            email=email,
            category=category,
            activity=activity,
            magnitude=magnitude,
            position=position,
            trek=trek,
            signage=signage,
        )
        return await await_future(self._ffi.new_report(territory, content, language))

    async def edit(self, id: str, content: ReportContent) -> Report:
        """Replaces the content of a report. A queued or refused report becomes a draft again."""
        return await await_future(self._ffi.edit(id, content))

    async def attach_photo(self, id: str, path: str | os.PathLike[str]) -> Report:
        """Adds a photo (JPEG, PNG or WebP) to a draft. The copy is rotated upright, reduced, and has no metadata."""
        return await await_future(self._ffi.attach_photo(id, os.path.abspath(path)))

    async def detach_photo(self, id: str, photo_id: str) -> Report:
        """Removes a photo from a draft."""
        return await await_future(self._ffi.detach_photo(id, photo_id))

    async def queue(self, id: str) -> QueuedReport:
        """Queues a report. When the call returns, the report is on stable storage.

        Raises InvalidInput with the name of the field that the server requires.
        """
        return await await_future(self._ffi.queue(id))

    async def list(self) -> Sequence[Report]:
        """Returns all reports, the oldest first."""
        return await await_future(self._ffi.list())

    async def get(self, id: str) -> Report:
        """Returns a report. Raises NotFound."""
        return await await_future(self._ffi.get(id))

    async def send(
        self, *, options: RefreshOptions | None = None, now: bool = False, progress: Update | None = None
    ) -> Sequence[Report]:
        """Tries once to send each report that is due, and returns these reports with their new state.

        A report that could not be sent stays queued. `now` includes reports that wait for their next attempt. Raises Busy
        if another process is sending.
        """
        return await with_progress(lambda watch: self._ffi.send(options, now, None, watch), progress)

    async def resend(self, id: str) -> Report:
        """Resolves a report in doubt: send it again, marked as a possible duplicate."""
        return await await_future(self._ffi.resolve(id, _RESOLUTION.RESEND()))

    async def abandon(self, id: str) -> Report:
        """Resolves a report in doubt: do not send it again."""
        return await await_future(self._ffi.resolve(id, _RESOLUTION.ABANDON()))

    async def delivered(self, id: str, server_id: int | None = None) -> Report:
        """Resolves a report in doubt: the server has it, with the given id if that is known."""
        return await await_future(self._ffi.resolve(id, _RESOLUTION.DELIVERED(server_id)))

    async def discard(self, id: str) -> None:
        """Deletes a draft or a refused report. Raises InvalidInput for a report in another state."""
        await await_future(self._ffi.discard(id))

    async def purge_accepted(self, before_ms: int) -> int:
        """Deletes the reports that were accepted before a time (Unix ms). Returns their number."""
        return await await_future(self._ffi.purge_accepted(before_ms))
