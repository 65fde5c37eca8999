"""Prints the sizes of the libraries that bindings/size built, and compares them with bindings/size.txt."""

import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

MAX_GROWTH = 1.02
# The parts of the library by the crates of their symbols.
PARTS = {
    "HTML": "ammonia html5ever markup5ever cssparser cssparser_macros tendril string_cache web_atoms maplit phf",
    "JSON": "serde serde_json serde_core itoa zmij ryu",
    "geometry and index": "geo geo_types rstar robust i_overlay i_float i_shape i_tree i_key_sort geographiclib_rs proj4rs "
    "proj4rs_geodesic",
    "images": "image zune_jpeg zune_core png moxcms image_webp fdeflate pxfm",
    "zip": "zip zlib_rs flate2 miniz_oxide crc32fast typed_path",
    "UniFFI, records, threads": "jalon_ffi uniffi uniffi_core futures_channel event_listener",
    "SQLite's Rust side": "rusqlite libsqlite3_sys hashlink",
    "dates, URLs, text folding": "jiff jiff_core url idna idna_adapter unicode_bidi unicode_joining_type unicode_normalization "
    "percent_encoding",
    "Jalon": "jalon",
    "standard library": "std core alloc gimli addr2line rustc_demangle hashbrown",
}
PART_OF_CRATE = {crate: part for part, crates in PARTS.items() for crate in crates.split()}
SQLITE = re.compile(r"^(sqlite3|vdbe|btree|pager|wal|json|rtree|where|expr|select|analyze|unix|mem|func|date|str)", re.I)


def parts(library: Path) -> Counter[str]:
    """Bytes of code and data by part. Folded functions have several names and count once."""
    symbols = subprocess.run(["nm", "-S", "-C", str(library)], capture_output=True, text=True, check=True).stdout
    sizes: Counter[str] = Counter()
    seen: set[str] = set()
    for line in symbols.splitlines():
        if not (symbol := re.match(r"([0-9a-f]+) ([0-9a-f]+) \w (.*)", line)) or symbol[1] in seen:
            continue
        seen.add(symbol[1])
        size, name = int(symbol[2], 16), symbol[3]
        if name.startswith("fts5") or "catalogue::search" in name:
            sizes["search (FTS5 and folding)"] += size
        elif crate := re.match(r"<?[&\[( ]*(?:mut |dyn )?([a-z_0-9]+)(?:\[[0-9a-f]+\])?::", name):
            sizes[PART_OF_CRATE.get(crate[1], "other crates")] += size
        elif SQLITE.match(name) or "_" not in name:
            sizes["SQLite"] += size
        else:
            sizes["other symbols"] += size
    return sizes


def sections(library: Path) -> Counter[str]:
    """Bytes of the file by section."""
    lines = subprocess.run(["readelf", "-SW", str(library)], capture_output=True, text=True, check=True).stdout
    found = re.findall(r"^ +\[ *\d+\] (\.\S+) +(?!NOBITS)\S+ +[0-9a-f]+ [0-9a-f]+ ([0-9a-f]+)", lines, re.MULTILINE)
    return Counter({name: int(size, 16) for name, size in found})


def main() -> int:
    folder, option = Path(sys.argv[1]), sys.argv[2]
    budget_file = Path(__file__).with_suffix(".txt")
    names = sorted(library.name.removesuffix(".symbols.so") for library in folder.glob("*.symbols.so"))
    sizes = {name: (folder / f"{name}.so").stat().st_size for name in names}
    print(f"{sizes['phone']:>12,} bytes  the library of a phone: all features but net")
    print(f"{sizes['all']:>12,} bytes  with net, which adds {sizes['all'] - sizes['phone']:,}")
    for name in names:
        if feature := name.removeprefix("phone-without-") if name.startswith("phone-without-") else "":
            print(f"{sizes[name]:>12,} bytes  without {feature}, which adds {sizes['phone'] - sizes[name]:,}")
    if (folder / "ferrostar.so").exists():
        print(f"{(folder / 'ferrostar.so').stat().st_size:>12,} bytes  Ferrostar, which has neither storage nor net")
    print("Code and data of the phone's library by part:")
    for part, size in parts(folder / "phone.symbols.so").most_common():
        print(f"{size:>12,} bytes  {part}")
    print("The same file by section, with the tables for unwinding (.eh_frame) and relocation (.rela.dyn):")
    for section, size in sections(folder / "phone.so").most_common(9):
        print(f"{size:>12,} bytes  {section}")
    if option == "--write":
        budget_file.write_text("".join(f"{name} {size}\n" for name, size in sizes.items()), encoding="utf-8")
        return 0
    budget = dict(line.split() for line in budget_file.read_text(encoding="utf-8").splitlines())
    grown = [name for name in names if sizes[name] > int(budget.get(name, 0)) * MAX_GROWTH]
    for name in grown:
        print(f"size: {name} has {sizes[name]:,} bytes, its budget is {budget.get(name, 'none')} and 2 %", file=sys.stderr)
    return 1 if grown else 0


if __name__ == "__main__":
    sys.exit(main())
