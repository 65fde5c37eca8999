"""Compares the public names of the package with a golden file, or writes it: `public_api.py FILE [--write]`."""

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
    text = str(inspect.signature(function)).replace("jalon.jalon_ffi.jalon_ffi.", "")
    # The placeholder of a default value that UniFFI fills in is printed with its address.
    return re.sub(r"<object object at 0x[0-9a-f]+>", "...", text)


def members(name: str, kind: type) -> list[str]:
    if issubclass(kind, enum.Enum):
        return [f"{name}.{member.name}" for member in kind]
    lines = []
    for member_name, member in sorted(inspect.getmembers(kind)):
        if member_name.startswith("_") and member_name not in ("__init__", "__geo_interface__", "_repr_html_"):
            continue
        raw = inspect.getattr_static(kind, member_name)
        if member_name == "__init__" and not inspect.isfunction(member):
            continue  # inherited from Exception
        if member_name == "__init__":
            lines.append(f"{name}{signature(kind)}")
        elif isinstance(raw, property):
            lines.append(f"{name}.{member_name}: property")
        elif inspect.isclass(member):
            # The variants of an enum with fields.
            lines.append(f"{name}.{member_name}{signature(member)}")
        elif inspect.isfunction(member) or inspect.ismethod(member):
            is_async = inspect.iscoroutinefunction(member) or inspect.isasyncgenfunction(member)
            lines.append(f"{'async ' if is_async else ''}{name}.{member_name}{signature(member)}")
    return lines


def public_api() -> list[str]:
    lines = []
    for name in sorted(jalon.__all__):
        item = getattr(jalon, name)
        if inspect.isclass(item):
            bases = [base.__name__ for base in item.__mro__[1:-1] if base.__module__.startswith("jalon")]
            lines.append(f"class {name}({', '.join(base for base in bases if base != name)})")
            lines += members(name, item)
        else:
            prefix = "async " if inspect.iscoroutinefunction(item) else ""
            lines.append(f"{prefix}def {name}{signature(item)}")
    return lines


def main() -> int:
    file, current = Path(sys.argv[1]), [line + "\n" for line in public_api()]
    if "--write" in sys.argv[2:]:
        file.write_text("".join(current), encoding="utf-8")
        return 0
    golden = file.read_text(encoding="utf-8").splitlines(keepends=True)
    differences = list(difflib.unified_diff(golden, current, str(file), "the package"))
    sys.stderr.writelines(differences)
    if differences:
        print("the public API has changed; to accept the change: bindings/python/test --write", file=sys.stderr)
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
