"""Which treks of a territory have no picture, or a link or file that does not answer.

    python examples/lacking.py https://geotrek.example.org

Prints one line a trek; the exit status is 1 where something is lacking. The territory is kept in a temporary folder.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import urllib.error
import urllib.request

import jalon


def broken(url: str) -> str | None:
    """Why an address cannot be had; None where it can."""
    if not url.startswith(("http://", "https://")):
        return "no web address"
    request = urllib.request.Request(url, method="HEAD", headers={"User-Agent": "jalon-lacking"})
    try:
        with urllib.request.urlopen(request, timeout=20):
            return None
    except urllib.error.HTTPError as error:
        return f"answers {error.code}"
    except (OSError, ValueError):
        return "does not answer"


async def lacking(url: str) -> int:
    count = 0
    with tempfile.TemporaryDirectory() as folder:
        async with await jalon.Companion.open(folder) as companion:
            await companion.add_territory("office", url)
            await companion.refresh("office")
            offset, total = 0, 1
            while offset < total:
                page = await companion.catalogue.treks(sort=jalon.TrekSort.NAME, limit=200, offset=offset)
                offset, total = offset + len(page.items), page.total
                for item in page.items:
                    sheet = await companion.catalogue.sheet("office", item.id, beside=[jalon.Kind.POI])
                    wanting = [] if sheet.pictures else ["no picture"]
                    addresses = [link.url for link in sheet.web_links] + [picture.url for picture in sheet.pictures]
                    reasons = await asyncio.gather(*(asyncio.to_thread(broken, address) for address in addresses))
                    wanting += [f"{address} {why}" for address, why in zip(addresses, reasons, strict=True) if why]
                    if wanting:
                        count += 1
                        print(f"{item.id}\t{item.name}\t{'; '.join(wanting)}")
    print(f"{count} of {total} treks lack something", file=sys.stderr)
    return 1 if count else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Treks without pictures, or with a broken link.")
    parser.add_argument("url", help="the Geotrek's address")
    try:
        sys.exit(asyncio.run(lacking(parser.parse_args().url)))
    except jalon.JalonError as error:
        sys.exit(f"lacking: {error}")
