"""The exceptions of Jalon. An app handles each of them differently."""

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
    "ReadOnly",
    "ServerError",
    "StorageFull",
    "TooNew",
]

T = TypeVar("T")


class JalonError(Exception):
    """Base class of all exceptions of Jalon. A message never contains a position, an e-mail address or a comment."""


class Offline(JalonError):
    """No network, or the server cannot be reached. Try again later; downloaded data remains available."""


class ServerError(JalonError):
    """The server answered with an error status or with an invalid response."""

    def __init__(self, message: str, status: int | None) -> None:
        super().__init__(message)
        #: The HTTP status; None if the response was invalid.
        self.status = status


class InvalidInput(JalonError, ValueError):
    """An argument breaks a rule."""

    def __init__(self, message: str, field: str, rule: str) -> None:
        super().__init__(message)
        #: The name of the argument.
        self.field = field
        #: The rule that the argument must follow.
        self.rule = rule


class NotFound(JalonError, LookupError):
    """The territory, object, pack or report does not exist."""


class Busy(JalonError):
    """Another call or another process is doing the same work."""


class StorageFull(JalonError):
    """The disk is full."""


class ReadOnly(JalonError):
    """The files cannot be written: the file system is read-only, or the permission is missing. Reads still work."""


class TooNew(JalonError):
    """A newer version of Jalon wrote the file. Update Jalon."""


class Corrupt(JalonError):
    """A file is damaged."""


class Cancelled(JalonError):
    """The call was cancelled, by a token or because the companion was suspended."""


class Closed(JalonError):
    """The companion is suspended or closed."""


class Internal(JalonError):
    """A defect of Jalon or of the system. Please report it."""


def _convert(error: Any) -> Any:
    # UniFFI adds the variants to the class at run time, so a type checker does not know them.
    variants: Any = _ffi.JalonError
    match error:
        case variants.Offline():
            return Offline(f"no answer from the network: {error.detail}")
        case variants.ServerError():
            response = "sent an invalid response" if error.status is None else f"answered {error.status}"
            return ServerError(f"the server {response}: {error.detail}", error.status)
        case variants.InvalidInput():
            return InvalidInput(f"{error.field}: {error.rule}", error.field, error.rule)
        case variants.NotFound():
            return NotFound(f"{error.detail} was not found")
        case variants.Busy():
            return Busy(f"busy: {error.detail}")
        case variants.StorageFull():
            return StorageFull("the storage is full")
        case variants.ReadOnly():
            return ReadOnly("the storage is read-only")
        case variants.TooNew():
            return TooNew(f"the file has schema version {error.found}; this version of Jalon reads up to {error.supported}")
        case variants.Corrupt():
            return Corrupt(f"the file is damaged: {error.detail}")
        case variants.Cancelled():
            return Cancelled("cancelled")
        case variants.Closed():
            return Closed("closed")
        case variants.Internal():
            return Internal(f"internal error: {error.detail}")
        case _ffi.InternalError():
            return Internal(f"internal error: {error}")
        case _:
            return error


async def await_future(future: Awaitable[T]) -> T:
    """Awaits a call of the library and converts its errors to the exceptions of this module."""
    try:
        return await future
    except (_ffi.JalonError, _ffi.InternalError) as error:
        raise _convert(error) from None


def call(function: Callable[[], T]) -> T:
    """Makes a synchronous call of the library and converts its errors to the exceptions of this module."""
    try:
        return function()
    except (_ffi.JalonError, _ffi.InternalError) as error:
        raise _convert(error) from None
