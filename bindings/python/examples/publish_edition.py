"""Publishes a territory as an edition: signed static files for any web host.

    python examples/publish_edition.py https://geotrek.example.org /var/www/park edition.key

Run it from a timer. The first run makes the key and prints the public key, for readers to verify editions. Later runs write the next
edition to the same directory. The territory is downloaded to a directory beside the key. The exit status is 1 if the edition has
a problem.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from pathlib import Path

import jalon


async def secret_key(file: Path) -> str:
    """Returns the secret key in a file, which it makes if it does not exist."""
    if not file.exists():
        key = await jalon.new_edition_key()
        # Only its owner can read the file.
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(descriptor, "w", encoding="utf-8") as secret:
            secret.write(key.secret_key)
        print(f"public key: {key.public_key}")
    return file.read_text(encoding="utf-8")


async def publish(url: str, directory: Path, key_file: Path) -> int:
    async with await jalon.Companion.open(key_file.with_suffix(".data")) as companion:
        if not await companion.territories():
            await companion.add_territory("park", url)
        await companion.refresh("park")
        summary = await companion.build_edition("park", directory, key=await secret_key(key_file))
    check = await jalon.verify_edition(directory)
    for problem in check.problems:
        print(problem, file=sys.stderr)
    print(f"edition {summary.edition}: {summary.objects} objects, {summary.files} files, {summary.bytes} bytes")
    return 0 if check.valid else 1


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Publish a territory as an edition in a directory.")
    parser.add_argument("url", help="the address of the Geotrek server")
    parser.add_argument("directory", type=Path, help="the directory of the edition, which a web host serves")
    parser.add_argument("key", type=Path, help="the file of the secret key")
    arguments = parser.parse_args()
    try:
        sys.exit(asyncio.run(publish(arguments.url, arguments.directory, arguments.key)))
    except jalon.JalonError as error:
        sys.exit(f"publish_edition: {error}")
