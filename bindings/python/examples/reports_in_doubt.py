"""Lists the reports of an exported journal that need a decision of a user.

    python examples/reports_in_doubt.py mine.zip

`mine.zip` is a journal that an app exported. Search the reports of Geotrek for each reference: if it is there, the report was
delivered.
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


async def reports_in_doubt(file: str) -> int:
    # Imports into a temporary journal: nothing changes on the phone, and nothing is sent.
    with tempfile.TemporaryDirectory() as folder:
        async with await jalon.Companion.open(folder) as companion:
            await companion.journal.import_from(file)
            reports = await companion.reports.list()
    pending = [report for report in reports if report.needs_user_action]
    for report in pending:
        print(f"{report.reference}\t{report.territory}\t{report.state.name.lower()}\tcreated {date(report.created_ms)}")
        for attempt in report.attempts:
            print(f"\tattempt {date(attempt.at_ms)}: {attempt.outcome or 'no response'}")
        for field in report.refused_fields:
            print(f"\t{field.name}: {' '.join(field.messages)}")
    print(f"{len(pending)} of {len(reports)} reports need a decision", file=sys.stderr)
    return 1 if pending else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="List the reports of an exported journal that need a decision.")
    parser.add_argument("file", help="the export of an app or of `jalon report export`")
    try:
        sys.exit(asyncio.run(reports_in_doubt(parser.parse_args().file)))
    except jalon.JalonError as error:
        sys.exit(f"reports_in_doubt: {error}")
