"""Runs the code of the READMEs and the examples."""

from __future__ import annotations

import ast
import asyncio
import contextlib
import io
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from conftest import GeotrekServer
from jalon import Companion, ReportState

PACKAGE = Path(__file__).parent.parent


def code_block(file: Path, marker: str) -> str:
    """Returns the Python code that follows the comment `<!-- MARKER: python -->`."""
    text = file.read_text(encoding="utf-8").split(f"<!-- {marker}: python -->", 1)[1]
    block = re.search(r"```python\n(.*?)```", text, re.DOTALL)
    assert block is not None
    return block[1]


def run(code: str, directory: Path) -> str:
    """Runs a program in a directory and returns its standard output."""
    command = [sys.executable, "-c", code]
    result = subprocess.run(command, cwd=directory, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    return result.stdout


def test_readme_walkthrough_delivers_report(geotrek: GeotrekServer, data: Path) -> None:
    names: dict[str, Any] = {}
    exec(compile(code_block(PACKAGE / "README.md", "walkthrough"), "README.md", "exec"), names)
    asyncio.run(names["walkthrough"](geotrek.url, data))
    assert geotrek.command("reports") == "1"

    async def check() -> None:
        async with await Companion.open(data) as companion:
            assert [report.state for report in await companion.reports.list()] == [ReportState.ACCEPTED]
            assert len(await companion.packs.list("park")) == 1

    asyncio.run(check())


def test_readme_first_program_prints_nearest_poi(geotrek: GeotrekServer, tmp_path: Path) -> None:
    code = code_block(PACKAGE / "README.md", "first program").replace("http://127.0.0.1:8100", geotrek.url)
    assert re.search(r"^ *\d+ m  .", run(code, tmp_path), re.MULTILINE)


def test_root_readme_example_prints_nearest_pois(geotrek: GeotrekServer, tmp_path: Path) -> None:
    code = code_block(PACKAGE.parent.parent / "README.md", "example")
    assert len(code.splitlines()) <= 12
    output = run(code.replace("https://geotrek.example.org", geotrek.url), tmp_path)
    assert len(re.findall(r"^ *\d+ m  .", output, re.MULTILINE)) == 3


def test_incomplete_treks_broken_links_are_listed(geotrek: GeotrekServer) -> None:
    def run() -> subprocess.CompletedProcess[str]:
        command = [sys.executable, str(PACKAGE / "examples" / "incomplete_treks.py"), geotrek.url]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    # The links of the generated data have hosts that do not exist.
    result = run()
    assert result.returncode == 1 and "does not answer" in result.stdout, result.stderr
    assert "answers 404" not in result.stdout
    geotrek.command("status 404 /media/")
    result = run()
    assert result.returncode == 1 and "answers 404" in result.stdout, result.stderr
    geotrek.command("stop")
    result = run()
    assert result.returncode == 1 and result.stderr.startswith("incomplete_treks: no answer from the network")


def test_reports_in_doubt_exported_journal_lists_them(geotrek: GeotrekServer, data: Path, tmp_path: Path) -> None:
    export = tmp_path / "mine.zip"

    async def export_journal() -> str:
        async with await Companion.open(data) as companion:
            await companion.add_territory("demo", geotrek.url)
            await companion.refresh("demo")
            report = await companion.reports.new_report("demo", "Arbre tombé", email="me@example.org")
            await companion.reports.queue(report.id)
            geotrek.command("mail-outage")
            (report,) = await companion.reports.send()
            await companion.reports.new_report("demo", "Un brouillon")
            await companion.journal.export(export)
            return report.reference

    reference = asyncio.run(export_journal())
    command = [sys.executable, str(PACKAGE / "examples" / "reports_in_doubt.py")]
    result = subprocess.run([*command, str(export)], capture_output=True, text=True, check=False)
    assert result.returncode == 1 and reference in result.stdout and "in_doubt" in result.stdout, result.stderr
    assert "1 of 2 reports" in result.stderr
    result = subprocess.run([*command, str(tmp_path / "missing.zip")], capture_output=True, text=True, check=False)
    assert result.returncode == 1
    assert result.stderr == "reports_in_doubt: file: must be the path of a readable file\n"


def test_notebook_publishes_and_reads_an_edition(geotrek: GeotrekServer, tmp_path: Path) -> None:
    notebook = json.loads((PACKAGE / "examples" / "publish_edition.ipynb").read_text())
    cells = ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert len(cells) > 5 and not any(cell.get("outputs") for cell in notebook["cells"])
    cells[0] = cells[0].replace("https://geotrek.example.org", geotrek.url)
    cells[0] = cells[0].replace("Path(tempfile.mkdtemp())", f"Path({str(tmp_path)!r})")
    printed = io.StringIO()

    async def run() -> None:
        names: dict[str, object] = {}
        for number, cell in enumerate(cells):
            # As in a notebook, a cell may await, and its names stay for the next cells.
            code = compile(cell, f"cell {number}", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
            result = eval(code, names)
            if result is not None:
                await result

    with contextlib.redirect_stdout(printed):
        asyncio.run(run())
    output = printed.getvalue()
    assert re.search(r"^edition \d+: [1-9]\d* objects in \d+ files", output, re.MULTILINE), output
    assert re.search(r"^[1-9]\d* treks in the box: ", output, re.MULTILINE), output
    assert "nothing changed: 1 request," in output and len(re.findall(r"^ *\d+ m  .", output, re.MULTILINE)) == 5


def test_publish_edition_twice_writes_editions_that_are_read(host: GeotrekServer, files: Path, tmp_path: Path) -> None:
    command = [sys.executable, str(PACKAGE / "examples" / "publish_edition.py")]
    arguments = [host.url, str(files / "park"), str(tmp_path / "edition.key")]
    outputs = []
    for _ in range(2):
        result = subprocess.run([*command, *arguments], capture_output=True, text=True, check=False)
        assert result.returncode == 0, result.stderr
        outputs.append(result.stdout)
    key = re.search(r"^public key: (RW\S+)$", outputs[0], re.MULTILINE)
    assert key is not None and "public key" not in outputs[1]
    numbers = [int(re.findall(r"^edition (\d+): \d+ objects", output, re.MULTILINE)[0]) for output in outputs]
    assert numbers[0] < numbers[1]
    assert (tmp_path / "edition.key").stat().st_mode & 0o077 == 0

    async def read() -> None:
        async with await Companion.open(tmp_path / "phone") as companion:
            await companion.add_territory("park", f"{host.url}/files/park/datapackage.json", public_keys=[key[1]])
            await companion.refresh("park")
            (territory,) = await companion.territories()
            assert territory.edition is not None and territory.edition.number == numbers[1]

    asyncio.run(read())
