"""Prints the sizes that bindings/size has built, and compares them with bindings/size.txt."""

import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

MAX_GROWTH = 1.02
VARIANTS = {
    "photos-net": "all: photos and net",
    "photos": "without net",
    "bare": "without net and photos",
}
# What each part is made of, by the crates its symbols are of.
PARTS = {
    "HTML": "ammonia html5ever markup5ever cssparser cssparser_macros tendril string_cache web_atoms maplit",
    "JSON": "serde serde_json serde_core itoa zmij ryu",
    "geodesy and projections": "proj4rs proj4rs_geodesic geographiclib_rs",
    "images": "image zune_jpeg zune_core png moxcms image_webp fdeflate pxfm",
    "zip": "zip zlib_rs flate2 miniz_oxide crc32fast typed_path",
    "UniFFI and the records": "jalon_ffi uniffi uniffi_core futures_channel event_listener",
    "SQLite's Rust side": "rusqlite libsqlite3_sys hashlink",
    "dates, addresses, folding": "jiff jiff_core url idna unicode_normalization percent_encoding",
    "Jalon": "jalon",
    "standard library": "std core alloc gimli addr2line rustc_demangle hashbrown",
}
OF_CRATE = {crate: part for part, crates in PARTS.items() for crate in crates.split()}
SQLITE = re.compile(r"^(sqlite3|vdbe|btree|pager|wal|json|rtree|where|expr|select|analyze|unix|mem|func|date|str)", re.I)


def shares(library: Path) -> Counter:
    told = subprocess.run(["nm", "-S", "-C", str(library)], capture_output=True, text=True, check=True).stdout
    found: Counter = Counter()
    for line in told.splitlines():
        if not (parts := re.match(r"[0-9a-f]+ ([0-9a-f]+) \w (.*)", line)):
            continue
        size, name = int(parts[1], 16), parts[2]
        if name.startswith("fts5") or "catalogue::search" in name or "catalogue::fold" in name:
            found["search (FTS5 and folding)"] += size
        elif crate := re.match(r"<?[&\[( ]*(?:mut |dyn )?([a-z_0-9]+)(?:\[[0-9a-f]+\])?::", name):
            found[OF_CRATE.get(crate[1], "other crates")] += size
        elif SQLITE.match(name) or "_" not in name:
            found["SQLite"] += size
        else:
            found["other symbols"] += size
    return found


def main() -> int:
    folder, word = Path(sys.argv[1]), sys.argv[2]
    budget_file = Path(__file__).with_suffix(".txt")
    sizes = {name: (folder / f"{name}.so").stat().st_size for name in VARIANTS}
    for name, what in VARIANTS.items():
        print(f"{sizes[name]:>12,} bytes  {what}")
    print(f"{sizes['photos-net'] - sizes['photos']:>12,} bytes  of it net")
    print(f"{sizes['photos'] - sizes['bare']:>12,} bytes  of it photos")
    if (folder / "ferrostar.so").exists():
        print(f"{(folder / 'ferrostar.so').stat().st_size:>12,} bytes  beside it: Ferrostar, without storage and net")
    print("code and data without net, by what it is of (tables for unwinding and relocation beside it):")
    for part, size in shares(folder / "photos.symbols.so").most_common():
        print(f"{size:>12,} bytes  {part}")
    if word == "--write":
        budget_file.write_text("".join(f"{name} {size}\n" for name, size in sizes.items()), encoding="utf-8")
        return 0
    budget = dict(line.split() for line in budget_file.read_text(encoding="utf-8").splitlines())
    grown = [name for name in VARIANTS if sizes[name] > int(budget[name]) * MAX_GROWTH]
    for name in grown:
        print(f"size: {name} has {sizes[name]:,} bytes, its budget is {int(budget[name]):,} and 2 %", file=sys.stderr)
    return 1 if grown else 0


if __name__ == "__main__":
    sys.exit(main())
