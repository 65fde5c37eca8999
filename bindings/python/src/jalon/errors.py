"""The errors of Jalon: each is something that an app acts on."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from .jalon_ffi import jalon_ffi as _ffi

__all__ = [
    "Busy",
    "Cancelled",
    "Closed",
    "Corrupt",
    "Internal",
    "InvalidInput",
    "JalonError",
    "NotFound",
    "Offline",
    "ServerRefused",
    "StorageFull",
    "TooNew",
]

T = TypeVar("T")


class JalonError(Exception):
    """What went wrong, in a sentence. Nothing personal (position, address, comment) ever stands in one."""


class Offline(JalonError):
    """No network, or the server cannot be reached: try again later. What is on the device still answers."""


class ServerRefused(JalonError):
    """The server answered, and the answer is a refusal or cannot be read."""

    def __init__(self, sentence: str, status: int | None) -> None:
        super().__init__(sentence)
        #: HTTP status, where there was one.
        self.status = status


class InvalidInput(JalonError, ValueError):
    """An argument breaks a rule."""

    def __init__(self, sentence: str, field: str, rule: str) -> None:
        super().__init__(sentence)
        #: The argument's name.
        self.field = field
        #: The rule, and what would be right.
        self.rule = rule


class NotFound(JalonError, LookupError):
    """What was asked for is not here."""


class Busy(JalonError):
    """Somebody else is doing it: another call or another process."""


class StorageFull(JalonError):
    """The disk is full."""


class TooNew(JalonError):
    """The file was written by a newer version of Jalon: update it."""


class Corrupt(JalonError):
    """The file is damaged."""


class Cancelled(JalonError):
    """It was stopped, by a token or because the companion was suspended."""


class Closed(JalonError):
    """The companion was suspended or shut down."""


class Internal(JalonError):
    """A defect of Jalon, or of the system below it: please report it."""


def _own(error: Any) -> Any:
    # The variants are put on the class when it is made, which no annotation tells.
    kinds: Any = _ffi.JalonError
    match error:
        case kinds.Offline():
            return Offline(f"no answer from the network: {error.detail}")
        case kinds.Server():
            said = "nonsense" if error.status is None else error.status
            return ServerRefused(f"the server answered {said}: {error.detail}", error.status)
        case kinds.InvalidInput():
            return InvalidInput(f"{error.field}: {error.rule}", error.field, error.rule)
        case kinds.NotFound():
            return NotFound(f"{error.what} is not in the catalogue")
        case kinds.Busy():
            return Busy(f"busy: {error.what}")
        case kinds.StorageFull():
            return StorageFull("the storage is full")
        case kinds.TooNew():
            return TooNew(f"the file has schema version {error.found}, this Jalon reads up to {error.supported}")
        case kinds.Corrupt():
            return Corrupt(f"the file is damaged: {error.detail}")
        case kinds.Cancelled():
            return Cancelled("cancelled")
        case kinds.Closed():
            return Closed("closed")
        case kinds.Internal():
            return Internal(f"internal error: {error.detail}")
        case _ffi.InternalError():
            return Internal(f"internal error: {error}")
        case _:
            return error


async def awaited(call: Awaitable[T]) -> T:
    """The answer of a call, its errors in the package's own words."""
    try:
        return await call
    except (_ffi.JalonError, _ffi.InternalError) as error:
        raise _own(error) from None


def called(call: Callable[[], T]) -> T:
    """The same of a call that answers at once."""
    try:
        return call()
    except (_ffi.JalonError, _ffi.InternalError) as error:
        raise _own(error) from None
