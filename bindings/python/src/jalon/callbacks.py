"""Waits at interpreter exit for callbacks from threads of the library.

A callback wakes the event loop, so the program may end before the callback returns. CPython then ends the thread of the callback inside
the library, which aborts the process.
"""

from __future__ import annotations

import atexit
import threading
import time
from typing import Any

from .jalon_ffi import jalon_ffi as _ffi

_generated: Any = _ffi
_original = _generated._uniffi_continuation_callback
#: The ids of the threads that run a callback.
_threads: set[int] = set()


def _callback(future: int, poll_code: int) -> None:
    thread = threading.get_ident()
    _threads.add(thread)
    try:
        _original(future, poll_code)
    finally:
        _threads.discard(thread)


def _wait_for_callbacks() -> None:
    while _threads:
        time.sleep(0.001)


_generated._uniffi_continuation_callback = _generated._UNIFFI_RUST_FUTURE_CONTINUATION_CALLBACK(_callback)
atexit.register(_wait_for_callbacks)
