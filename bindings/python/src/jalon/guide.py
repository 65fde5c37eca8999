"""Following a trek."""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import Self

from .errors import call
from .jalon_ffi import jalon_ffi as _ffi
from .jalon_ffi.jalon_ffi import Fix, GuideContents, GuideEvent, GuidePlaceKind, GuideTarget, GuideUpdate

__all__ = ["GuideEvents", "GuideSession"]


class GuideEvents:
    """An asynchronous iterator over the announcements of a session, from its creation to the end of the session."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._queue: asyncio.Queue[GuideEvent | None] = asyncio.Queue()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> GuideEvent:
        event = await self._queue.get()
        if event is None:
            # A second reader, or a second call, ends as well.
            self._queue.put_nowait(None)
            raise StopAsyncIteration
        return event

    def _put(self, event: GuideEvent | None) -> None:
        # `update` may run on another thread than the loop, or after the end of the loop.
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._queue.put_nowait, event)


class GuideSession:
    """Follows a trek: see `Companion.guide`. Its calls need no disk and no network.

    A session ends with `close`, or with the `with` block in which it stands; then the iterators of `events` end.
    """

    def __init__(self, inner: _ffi.GuideSession) -> None:
        self._ffi = inner
        self._readers: list[GuideEvents] = []
        self._is_closed = False

    def update(self, fix: Fix) -> GuideUpdate:
        """Takes a fix into account, in some microseconds. Its announcements are in the result, and in `events`."""
        update = call(lambda: self._ffi.update(fix))
        for event in update.events:
            for reader in self._readers:
                reader._put(event)
        return update

    def events(self) -> GuideEvents:
        """Returns the announcements of the next updates. Each iterator has all of them; `update` never waits for one."""
        events = GuideEvents()
        if self._is_closed:
            events._put(None)
        else:
            self._readers.append(events)
        return events

    def nearest_place(self, kind: GuidePlaceKind, *, is_behind: bool = False) -> GuideTarget | None:
        """Returns the nearest place of a kind ahead or behind, by the time of walking. None if the route was not near yet."""
        return call(lambda: self._ffi.nearest_place(kind, is_behind))

    def contents(self) -> GuideContents:
        """Returns the objects along the route. They do not change: read them once."""
        return call(self._ffi.contents)

    def snapshot(self) -> str:
        """Returns the state as JSON, some kilobytes: keep it in a file, so that the session survives the process."""
        return call(self._ffi.snapshot)

    def restore(self, snapshot: str) -> bool:
        """Goes on with a session of the same trek. Returns False if the snapshot is damaged, or of another route or version."""
        return call(lambda: self._ffi.restore(snapshot))

    def log_head(self) -> str:
        """Returns the first line of a log of this session. A log has the hiker's positions: ask before you send it."""
        return call(self._ffi.log_head)

    def log_entry(self, fix: Fix, update: GuideUpdate) -> str:
        """Returns the line of a fix and its update in a log, without the end of the line."""
        return call(lambda: self._ffi.log_entry(fix, update))

    def close(self) -> None:
        """Ends the iterators of `events`."""
        self._is_closed = True
        for reader in self._readers:
            reader._put(None)
        self._readers.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
