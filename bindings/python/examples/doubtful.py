"""Which reports of a phone's journal are in doubt, or want somebody to look at them.

    python examples/doubtful.py mine.zip

`mine.zip` is what the app exported. Look for each reference in Geotrek's reports: where it is, the report has arrived.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from datetime import datetime, timezone

import jalon


def date(unix_ms: int) -> str:
    return datetime.fromtimestamp(unix_ms / 1000, timezone.utc).strftime("%Y-%m-%d %H:%M UTC")


async def doubtful(file: str) -> int:
    # A copy is looked at: nothing here changes what the phone has, and nothing is sent.
    with tempfile.TemporaryDirectory() as folder:
        async with await jalon.Companion.open(folder) as companion:
            await companion.journal.import_from(file)
            reports = await companion.reports.list()
    wanting = [report for report in reports if report.needs_user_action]
    for report in wanting:
        print(f"{report.reference}\t{report.territory}\t{report.state.name.lower()}\tbegun {date(report.created_ms)}")
        for attempt in report.attempts:
            print(f"\ttried {date(attempt.at_ms)}: {attempt.ended or 'nobody knows how it ended'}")
        for field in report.refused_fields:
            print(f"\t{field.name}: {' '.join(field.messages)}")
    print(f"{len(wanting)} of {len(reports)} reports want somebody to look at them", file=sys.stderr)
    return 1 if wanting else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Reports in doubt, of a journal's export.")
    parser.add_argument("file", help="what `jalon report export`, or an app, has written")
    try:
        sys.exit(asyncio.run(doubtful(parser.parse_args().file)))
    except jalon.JalonError as error:
        sys.exit(f"doubtful: {error}")
