"""What the README and the examples say is run, word for word."""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from conftest import Geotrek
from jalon import Companion, ReportState

HERE = Path(__file__).parent.parent


def blocks(file: Path) -> list[str]:
    return re.findall(r"```python\n(.*?)```", file.read_text(encoding="utf-8"), re.DOTALL)


def test_the_story_of_the_readme(geotrek: Geotrek, data: Path) -> None:
    names: dict[str, Any] = {}
    exec(compile(blocks(HERE / "README.md")[0], "README.md", "exec"), names)
    asyncio.run(names["story"](geotrek.url, data))
    assert geotrek.say("reports") == "1"

    async def after() -> None:
        async with await Companion.open(data) as companion:
            assert [report.state for report in await companion.reports.list()] == [ReportState.ACCEPTED]
            assert len(await companion.packs.list("park")) == 1

    asyncio.run(after())


def test_which_treks_lack_something(geotrek: Geotrek) -> None:
    def run() -> subprocess.CompletedProcess[str]:
        command = [sys.executable, str(HERE / "examples" / "lacking.py"), geotrek.url]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    # The links of the made-up territory lead nowhere, as it is on no network.
    before = run()
    assert before.returncode == 1 and "does not answer" in before.stdout, before.stderr
    assert "answers 404" not in before.stdout
    geotrek.say("status 404 /media/")
    after = run()
    assert after.returncode == 1 and "answers 404" in after.stdout, after.stderr
    geotrek.say("stop")
    gone = run()
    assert gone.returncode == 1 and gone.stderr.startswith("lacking: no answer from the network")


def test_which_reports_are_in_doubt(geotrek: Geotrek, data: Path, tmp_path: Path) -> None:
    export = tmp_path / "mine.zip"

    async def file() -> str:
        async with await Companion.open(data) as companion:
            await companion.add_territory("demo", geotrek.url)
            await companion.refresh("demo")
            report = await companion.reports.begin("demo", "Arbre tombé", email="me@example.org")
            await companion.reports.queue(report.id)
            geotrek.say("mail-outage")
            (report,) = await companion.reports.send()
            await companion.reports.begin("demo", "Un brouillon")
            await companion.journal.export(export)
            return report.reference

    reference = asyncio.run(file())
    command = [sys.executable, str(HERE / "examples" / "doubtful.py")]
    told = subprocess.run([*command, str(export)], capture_output=True, text=True, check=False)
    assert told.returncode == 1 and reference in told.stdout and "in_doubt" in told.stdout, told.stderr
    assert "1 of 2 reports" in told.stderr
    wrong = subprocess.run([*command, str(tmp_path / "nothing.zip")], capture_output=True, text=True, check=False)
    assert wrong.returncode == 1 and wrong.stderr == "doubtful: file: the path of a file that can be read\n"
