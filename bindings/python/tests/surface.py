"""The public names of the package, a line each, compared with a file: `surface.py FILE [--write]`."""

from __future__ import annotations

import difflib
import enum
import inspect
import re
import sys
from pathlib import Path
from typing import Any

import jalon


def signature(function: Any) -> str:
    told = str(inspect.signature(function)).replace("jalon.jalon_ffi.jalon_ffi.", "")
    # What stands for a default that UniFFI fills in has an address.
    return re.sub(r"<object object at 0x[0-9a-f]+>", "...", told)


def members(name: str, kind: type) -> list[str]:
    if issubclass(kind, enum.Enum):
        return [f"{name}.{member.name}" for member in kind]
    lines = []
    for own, member in sorted(inspect.getmembers(kind)):
        if own.startswith("_") and own not in ("__init__", "__geo_interface__", "_repr_html_"):
            continue
        raw = inspect.getattr_static(kind, own)
        if own == "__init__" and not inspect.isfunction(member):
            continue  # an exception's own
        if own == "__init__":
            lines.append(f"{name}{signature(kind)}")
        elif isinstance(raw, property):
            lines.append(f"{name}.{own}: property")
        elif inspect.isclass(member):
            # The variants of an enum with fields.
            lines.append(f"{name}.{own}{signature(member)}")
        elif inspect.isfunction(member) or inspect.ismethod(member):
            waits = "async " if inspect.iscoroutinefunction(member) or inspect.isasyncgenfunction(member) else ""
            lines.append(f"{waits}{name}.{own}{signature(member)}")
    return lines


def surface() -> list[str]:
    lines = []
    for name in sorted(jalon.__all__):
        thing = getattr(jalon, name)
        if inspect.isclass(thing):
            bases = [base.__name__ for base in thing.__mro__[1:-1] if base.__module__.startswith("jalon")]
            lines.append(f"class {name}({', '.join(base for base in bases if base != name)})")
            lines += members(name, thing)
        else:
            waits = "async " if inspect.iscoroutinefunction(thing) else ""
            lines.append(f"{waits}def {name}{signature(thing)}")
    return lines


def main() -> int:
    file, now = Path(sys.argv[1]), [line + "\n" for line in surface()]
    if "--write" in sys.argv[2:]:
        file.write_text("".join(now), encoding="utf-8")
        return 0
    before = file.read_text(encoding="utf-8").splitlines(keepends=True)
    differences = list(difflib.unified_diff(before, now, str(file), "the package"))
    sys.stderr.writelines(differences)
    if differences:
        print("the public names of the Python package have changed; meant? bindings/python/test --write", file=sys.stderr)
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
