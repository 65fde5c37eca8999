"""The tests' Geotrek, as a process: `bindings/python/test` builds it and says where it is."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest


class Geotrek:
    """A Geotrek that can be broken by a word."""

    def __init__(self, *arguments: str) -> None:
        binary = os.environ["JALON_TEST_GEOTREK"]
        command = [binary, "--port", "0", "--seed", "1", *arguments]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.url = ""
        while not (self.url and "Ctrl-C" in self.line):
            if found := re.search(r"at (http://[0-9.:]+)/api", self._read()):
                self.url = found[1]

    def _read(self) -> str:
        assert self.process.stdout is not None
        self.line = self.process.stdout.readline()
        assert self.line, "the test Geotrek has ended"
        return self.line

    def say(self, words: str) -> str:
        """Says a line (see `geotrek --help`) and gives its answer."""
        assert self.process.stdin is not None
        self.process.stdin.write(words + "\n")
        self.process.stdin.flush()
        answer = self._read().split(maxsplit=1)
        assert answer[0] == "ok", answer
        return answer[1].strip() if len(answer) > 1 else ""

    def close(self) -> None:
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def geotrek() -> Iterator[Geotrek]:
    server = Geotrek()
    yield server
    server.close()


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"
