"""Fixtures: the test Geotrek server as a process, and a data directory. `bindings/python/test` builds the server."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest


class GeotrekServer:
    """A Geotrek server with generated data. Commands inject faults."""

    def __init__(self, *arguments: str) -> None:
        binary = os.environ["JALON_TEST_GEOTREK"]
        command = [binary, "--port", "0", "--seed", "1", *arguments]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.url = ""
        while not (self.url and "Ctrl-C" in self.line):
            if match := re.search(r"at (http://[0-9.:]+)/api", self._read_line()):
                self.url = match[1]

    def _read_line(self) -> str:
        assert self.process.stdout is not None
        self.line = self.process.stdout.readline()
        assert self.line, "the test server has exited"
        return self.line

    def command(self, line: str) -> str:
        """Sends a command (see `geotrek --help`) and returns its reply."""
        assert self.process.stdin is not None
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        reply = self._read_line().split(maxsplit=1)
        assert reply[0] == "ok", reply
        return reply[1].strip() if len(reply) > 1 else ""

    def close(self) -> None:
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def geotrek() -> Iterator[GeotrekServer]:
    server = GeotrekServer()
    yield server
    server.close()


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A directory that the fixture `host` serves."""
    directory = tmp_path / "files"
    directory.mkdir()
    return directory


@pytest.fixture
def host(files: Path) -> Iterator[GeotrekServer]:
    """A server with the territory, the directory `files` below `/files/`, and a map of the territory in it."""
    server = GeotrekServer("--files", str(files), "--map")
    yield server
    server.close()


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"
