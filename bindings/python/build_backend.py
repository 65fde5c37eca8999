"""The build backend of the package (PEP 517): maturin, with a faster build of the generator of the bindings.

maturin would build the generator in the dev profile, and compile its dependencies a second time. This backend builds it in the profile
`wheel`, where it shares dependencies with the library, and puts it on PATH as `uniffi-bindgen`, where maturin finds it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import maturin
from maturin import (
    build_sdist,
    get_requires_for_build_editable,
    get_requires_for_build_sdist,
    get_requires_for_build_wheel,
    prepare_metadata_for_build_editable,
    prepare_metadata_for_build_wheel,
)

__all__ = [
    "build_editable",
    "build_sdist",
    "build_wheel",
    "get_requires_for_build_editable",
    "get_requires_for_build_sdist",
    "get_requires_for_build_wheel",
    "prepare_metadata_for_build_editable",
    "prepare_metadata_for_build_wheel",
]

ROOT = Path(__file__).resolve().parent.parent.parent
Settings = Mapping[str, Any] | None


@contextmanager
def generator_on_path() -> Iterator[None]:
    """Builds the generator and puts it on PATH."""
    subprocess.run(["cargo", "build", "--locked", "--profile", "wheel", "-p", "jalon-bindgen"], cwd=ROOT, check=True)
    target = ROOT / os.environ.get("CARGO_TARGET_DIR", "target")
    suffix = ".exe" if os.name == "nt" else ""
    path = os.environ["PATH"]
    with tempfile.TemporaryDirectory() as directory:
        shutil.copy(target / "wheel" / f"jalon-bindgen{suffix}", Path(directory, f"uniffi-bindgen{suffix}"))
        os.environ["PATH"] = directory + os.pathsep + path
        try:
            yield
        finally:
            os.environ["PATH"] = path


def build_wheel(wheel_directory: str, config_settings: Settings = None, metadata_directory: str | None = None) -> str:
    with generator_on_path():
        return maturin.build_wheel(wheel_directory, config_settings, metadata_directory)


def build_editable(wheel_directory: str, config_settings: Settings = None, metadata_directory: str | None = None) -> str:
    with generator_on_path():
        return maturin.build_editable(wheel_directory, config_settings, metadata_directory)
