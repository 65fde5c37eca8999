"""Lists the treks of a territory that have no picture, or a link or picture that does not answer.

    python examples/incomplete_treks.py https://geotrek.example.org

Prints one line for each trek. The exit status is 1 if there is any. The territory is downloaded to a temporary directory.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import urllib.error
import urllib.request

import jalon


def check(url: str) -> str | None:
    """Returns the problem of a URL; None if it answers."""
    if not url.startswith(("http://", "https://")):
        return "is not a web address"
    request = urllib.request.Request(url, method="HEAD", headers={"User-Agent": "jalon-incomplete-treks"})
    try:
        with urllib.request.urlopen(request, timeout=20):
            return None
    except urllib.error.HTTPError as error:
        return f"answers {error.code}"
    except (OSError, ValueError):
        return "does not answer"


async def incomplete_treks(url: str) -> int:
    count = 0
    with tempfile.TemporaryDirectory() as folder:
        async with await jalon.Companion.open(folder) as companion:
            await companion.add_territory("park", url)
            await companion.refresh("park")
            offset, total = 0, 1
            while offset < total:
                page = await companion.catalogue.treks(sort=jalon.TrekSort.NAME, limit=200, offset=offset)
                offset, total = offset + len(page.items), page.total
                for item in page.items:
                    details = await companion.catalogue.trek_details("park", item.id, kinds=[jalon.Kind.POI])
                    problems = [] if details.pictures else ["no picture"]
                    urls = [link.url for link in details.web_links] + [picture.url for picture in details.pictures]
                    results = await asyncio.gather(*(asyncio.to_thread(check, url) for url in urls))
                    problems += [f"{url} {problem}" for url, problem in zip(urls, results, strict=True) if problem]
                    if problems:
                        count += 1
                        print(f"{item.id}\t{item.name}\t{'; '.join(problems)}")
    print(f"{count} of {total} treks are incomplete", file=sys.stderr)
    return 1 if count else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="List treks without a picture or with a broken link.")
    parser.add_argument("url", help="the address of the Geotrek server")
    try:
        sys.exit(asyncio.run(incomplete_treks(parser.parse_args().url)))
    except jalon.JalonError as error:
        sys.exit(f"incomplete_treks: {error}")
