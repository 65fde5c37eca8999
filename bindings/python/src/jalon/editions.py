"""Editions: keys, and the check before an edition is published. `Companion.build_edition` writes one."""

from __future__ import annotations

import os
from collections.abc import Sequence

from .errors import await_future
from .jalon_ffi import jalon_ffi as _ffi
from .jalon_ffi.jalon_ffi import EditionCheck, EditionKey
from .progress import Update, with_progress

__all__ = ["fetch_edition", "new_edition_key", "verify_edition"]


async def new_edition_key(password: str | None = None) -> EditionKey:
    """Makes a key pair that signs editions, in the format of minisign.

    With a password the secret key is encrypted, which takes about a second. Readers accept only editions that the key signed:
    keep it in a file that only its owner can read, and keep a copy.
    """
    return await await_future(_ffi.new_edition_key(password))


async def fetch_edition(
    url: str,
    directory: str | os.PathLike[str],
    *,
    allow_plain_http: bool = False,
    progress: Update | None = None,
) -> None:
    """Downloads the files of a published edition into a directory that exists, as phones see them.

    verify_edition can then check them. `url` is the address of the manifest. `progress` counts files and bytes, without a
    total. Raises Offline, and ServerError if there is no manifest at the address.
    """
    path = os.path.abspath(directory)
    await with_progress(lambda watch: _ffi.fetch_edition(url, path, allow_plain_http, None, watch), progress)


async def verify_edition(directory: str | os.PathLike[str], public_keys: Sequence[str] = ()) -> EditionCheck:
    """Checks an edition: its signature, the SHA-256 of every file, every object, every picture that an object names.

    The signature is verified if there are `public_keys`. What is wrong with the edition is in the result. Raises InvalidInput
    for a public key that is none.
    """
    return await await_future(_ffi.verify_edition(os.fspath(directory), list(public_keys)))
