"""The recording of a track."""

from __future__ import annotations

from .errors import await_future, call
from .jalon_ffi import jalon_ffi as _ffi
from .jalon_ffi.jalon_ffi import (
    BatteryMode,
    Fix,
    RecordingState,
    Rejection,
    SamplingPlan,
    Track,
    TrackStats,
    TrackSummary,
)

__all__ = ["Recorder", "sampling_plan"]


class Recorder:
    """Records a track. If the process dies, nothing is lost: see `Journal.unfinished_recording`."""

    def __init__(self, inner: _ffi.Recorder) -> None:
        self._ffi = inner

    def push(self, fix: Fix) -> Rejection | None:
        """Records a fix. Returns the reason if it is not recorded. Raises Closed after `finish` or `discard`."""
        return call(lambda: self._ffi.push(fix))

    def pause(self) -> None:
        """Pauses the recording: until `resume` no fix is recorded."""
        call(self._ffi.pause)

    def resume(self) -> None:
        """Resumes the recording. The next fix starts a new section."""
        call(self._ffi.resume)

    def stats(self) -> TrackStats:
        """Returns the statistics so far."""
        return call(self._ffi.stats)

    def state(self) -> RecordingState:
        """Returns the recording so far."""
        return call(self._ffi.state)

    def rename(self, name: str) -> None:
        """Changes the name of the track."""
        call(lambda: self._ffi.rename(name))

    async def track(self) -> Track:
        """Returns the track so far, with its line."""
        return await await_future(self._ffi.track())

    async def finish(self) -> TrackSummary:
        """Ends the recording and stores the track. After any error but Closed it can be finished later."""
        return await await_future(self._ffi.finish())

    async def discard(self) -> None:
        """Ends the recording and deletes it."""
        await await_future(self._ffi.discard())


def sampling_plan(
    mode: BatteryMode,
    *,
    speed_mps: float | None = None,
    still_s: float = 0.0,
    battery_percent: float | None = None,
) -> SamplingPlan:
    """Returns what an app asks its receiver for now: `still_s` is that of the recording's state."""
    return call(lambda: _ffi.sampling_plan(mode, speed_mps, still_s, battery_percent))
