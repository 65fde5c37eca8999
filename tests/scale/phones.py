"""Reads a box of each edition as a fresh phone, refreshes it, and downloads one trek of those that have pictures; counts requests and bytes in the
log of nginx."""

import json
import shutil
import statistics
import subprocess
import sys
from pathlib import Path

jalon, site, work, count = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4])
log, kept = work / "access.log", work / "phones.log"
public_key = work / "key.pub"


def run(data: Path, *arguments: str) -> dict:
    command = [jalon, "--data", str(data), "--json", *arguments]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(arguments)}: {done.stderr}")
    return json.loads(done.stdout)


def requests() -> list[tuple[int, int]]:
    """The requests since the last call: status and bytes."""
    lines = log.read_text().splitlines()
    with kept.open("a") as file:
        file.writelines(line + "\n" for line in lines)
    with log.open("r+") as file:
        file.truncate(0)
    return [(int(line.split()[-2]), int(line.split()[-1])) for line in lines]


kept.write_text("")
sizes = [sum(file.stat().st_size for file in (site / f"park-{number}").rglob("*") if file.is_file()) for number in range(1, count + 1)]
print(f"{count} editions, {sum(sizes) / 1e6:.0f} MB, {statistics.mean(sizes) / 1e6:.2f} MB each")
traffic: dict[str, list[tuple[int, int]]] = {"first box": [], "nothing changed": [], "pack of a trek": []}
treks = []
for number in range(1, count + 1):
    data = work / "phone"
    shutil.rmtree(data, ignore_errors=True)
    manifest = json.loads((site / f"park-{number}" / "datapackage.json").read_text())
    west, south, east, north = manifest["jalon"]["layers"][0]["bbox"]
    width, height = (east - west) / 4, (north - south) / 4
    box = f"{west + 1.5 * width},{south + 1.5 * height},{west + 2.5 * width},{south + 2.5 * height}"
    requests()

    def told(name: str) -> None:
        seen = requests()
        wrong = [status for status, _ in seen if status not in (200, 206, 304)]
        assert not wrong, f"{name}: status {wrong}"
        traffic[name].append((len(seen), sum(size for _, size in seen)))

    url = f"http://127.0.0.1:8199/park-{number}/datapackage.json"
    run(data, "territory", "add", url, "--name", "park", "--bbox", box, "--public-key", str(public_key))
    run(data, "refresh")
    told("first box")
    run(data, "refresh")
    told("nothing changed")
    held = run(data, "treks")
    treks.append(held["total"])
    if held["items"] and manifest["jalon"]["pictures"]["count"]:
        run(data, "download", str(held["items"][0]["id"]))
        told("pack of a trek")
    else:
        requests()
print(f"a box of a sixteenth of each territory: {statistics.mean(treks):.0f} treks")
for name, counted in traffic.items():
    number = statistics.mean(requests for requests, _ in counted)
    size = statistics.mean(size for _, size in counted)
    worst = max(requests for requests, _ in counted), max(size for _, size in counted)
    print(f"{name:16} {number:6.1f} requests, {size / 1e3:8.1f} kB on average; at most {worst[0]}, {worst[1] / 1e3:.1f} kB")
