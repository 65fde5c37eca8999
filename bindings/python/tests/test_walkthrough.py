"""All functions in one scenario, against a server that goes away and comes back."""

from __future__ import annotations

import asyncio
import struct
import zlib
from pathlib import Path

import jalon
from conftest import GeotrekServer
from jalon import Companion, Kind


def png(path: Path, side: int = 64) -> None:
    """Writes a small grey picture."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    rows = b"".join(b"\0" + bytes((x * y) % 256 for x in range(side)) for y in range(side))
    head = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    picture = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + picture)


def test_walkthrough_server_away_and_back_delivers_report(geotrek: GeotrekServer, data: Path, tmp_path: Path) -> None:
    async def scenario() -> None:
        async with await Companion.open(data, languages=["fr", "en"]) as companion:
            await companion.add_territory("demo", geotrek.url)
            updates: list[jalon.Progress] = []
            summary = await companion.refresh("demo", progress=updates.append)
            objects = {count.kind: count.count for count in summary.objects}
            assert summary.is_full and objects[Kind.TREK] >= 12 and objects[Kind.POI] == 60
            assert updates and updates[-1].done == updates[-1].planned and updates[-1].bytes > 0
            assert [territory.name for territory in await companion.territories()] == ["demo"]

            page = await companion.catalogue.treks(
                sort=jalon.TrekSort.LENGTH, descending=True, limit=5, facet_counts=True
            )
            lengths = [item.length_m for item in page.items]
            assert page.total >= 12 and len(lengths) == 5
            assert lengths == sorted(lengths, key=lambda length: -(length or 0))
            assert any(counts.facet == jalon.Facet.PRACTICE for counts in page.facet_counts)
            first = page.items[0]
            word = max(first.name.split(), key=len)
            found = await companion.catalogue.treks(word.lower(), limit=200)
            hit = next(item for item in found.items if item.id == first.id)
            units = hit.name.encode("utf-16-le")
            highlighted = [units[2 * part.start : 2 * part.end].decode("utf-16-le") for part in hit.highlights]
            assert word in highlighted

            details = await companion.catalogue.trek_details("demo", first.id)
            assert isinstance(details, jalon.TrekDetails) and details.name == first.name
            feature = details.__geo_interface__
            assert feature["geometry"]["type"] in ("LineString", "MultiLineString")
            shown = details._repr_html_()
            assert "<polyline" in shown and "<polygon" in shown and "<script" not in shown
            along = [item.along_m for item in details.route_items]
            assert along == sorted(along)
            profile = await companion.catalogue.profile("demo", first.id, 100)
            assert profile is not None and len(profile.distance_m) == len(profile.elevation_m) == 100

            lon, lat = feature["geometry"]["coordinates"][0][:2]
            near = await companion.nearby.nearest((lon, lat), limit=5)
            distances = [item.distance_m for item in near]
            assert len(near) == 5 and distances == sorted(distances)
            assert near[0].__geo_interface__["geometry"]["type"] == "Point"
            box = jalon.Bounds(west=lon - 0.1, south=lat - 0.1, east=lon + 0.1, north=lat + 0.1)
            in_box = await companion.catalogue.features(box, kinds=[Kind.TREK, Kind.POI], tolerance_m=20)
            assert in_box.total == len(in_box.items) and {item.kind for item in in_box.items} == {Kind.TREK, Kind.POI}
            shapes = [item.__geo_interface__["geometry"] for item in in_box.items if isinstance(item, jalon.FeatureItem)]
            assert {shape["type"] for shape in shapes} >= {"LineString", "Point"} and len(shapes) == in_box.total
            pois = await companion.nearby.nearest((lon, lat), kinds=[Kind.POI], max_distance_m=50_000, limit=200)
            assert pois and {item.kind for item in pois} == {Kind.POI}
            poi = await companion.catalogue.object("demo", Kind.POI, pois[0].id)
            assert poi.data["id"] == pois[0].id and poi.geometry is not None
            hits = await companion.catalogue.search(pois[0].name)
            assert any((hit.kind, hit.id) == (Kind.POI, pois[0].id) for hit in hits.items)
            labels = await companion.catalogue.vocabulary("demo", "trek_practice")
            assert first.practice in {label.label for label in labels}

            # Trek 1 has a topo-guide and an audio commentary.
            sizes = await companion.packs.fetch_file_sizes("demo", 1)
            assert sizes == (await companion.packs.estimate("demo", 1)).attached_files
            assert sizes.files >= 2 and sizes.bytes > 0 and sizes.unknown == 0
            with_files = await companion.packs.download("demo", 1, pictures=jalon.PictureSize.NONE, files=True)
            assert with_files.with_files and with_files.state == jalon.PackState.READY
            files = [file for file in (await companion.catalogue.trek_details("demo", 1)).files if file.media == "file"]
            assert files[-2].title == "Topo-guide"
            assert all(Path(file.path or "").stat().st_size == file.bytes for file in files)
            await companion.packs.remove("demo", 1)

            estimate = await companion.packs.estimate("demo", first.id)
            assert estimate.files > 0 and not first.offline
            pack = await companion.packs.download("demo", first.id)
            assert pack.state == jalon.PackState.READY and pack.files > 0 and not pack.missing
            details = await companion.catalogue.trek_details("demo", first.id)
            assert details.offline
            offline = (await companion.catalogue.treks(offline=True)).items
            assert first.id in {item.id for item in offline} and all(item.offline for item in offline)
            await companion.catalogue.export_trek("demo", first.id, tmp_path / "trek.gpx")
            assert "<wpt" in (tmp_path / "trek.gpx").read_text()
            assert all(Path(picture.path or "").is_file() for picture in details.pictures)

            geotrek.command("stop")
            near = await companion.nearby.nearest((lon, lat), limit=5)
            assert [item.distance_m for item in near] == distances
            report = await companion.reports.new_report(
                "demo", "Passerelle emportée", email="me@example.org", position=(lon, lat), trek=first.id
            )
            photo = tmp_path / "bridge.png"
            png(photo)
            report = await companion.reports.attach_photo(report.id, photo)
            assert len(report.photos) == 1
            assert Path(report.photos[0].path).read_bytes().startswith(b"\xff\xd8\xff")
            queued = await companion.reports.queue(report.id)
            assert queued.report.state == jalon.ReportState.QUEUED and queued.warnings == []
            waiting = await companion.reports.send(now=True)
            assert [one.state for one in waiting] == [jalon.ReportState.QUEUED]
            await companion.journal.add_favourite("demo", Kind.TREK, first.id)
            await companion.journal.add_note(
                "Source à sec", position=(lon, lat), territory="demo", kind=Kind.POI, object_id=poi.id
            )

            geotrek.command("start")
            sent = await companion.reports.send(now=True)
            assert [one.state for one in sent] == [jalon.ReportState.ACCEPTED] and sent[0].server_id == 1
            assert geotrek.command("reports") == "1"
            again = await companion.refresh("demo")
            assert not again.is_full

            export = tmp_path / "mine.zip"
            assert await companion.journal.export(export, all=True) == 1
            await companion.catalogue.export(tmp_path / "catalogue.gpkg")
            usage = await companion.storage_usage()
            assert usage.media > 0 and usage.packs[0].subject == f"trek/{first.id}"
        async with await Companion.open(tmp_path / "other") as other:
            imported = await other.journal.import_from(export)
            assert (imported.reports, imported.favourites, imported.notes) == (1, 1, 1)
            assert (await other.journal.favourites())[0].name == first.name
            note = (await other.journal.notes())[0]
            assert note.text == "Source à sec" and note.kind == Kind.POI

    asyncio.run(scenario())


def test_report_in_doubt_resolved_as_delivered_is_accepted(geotrek: GeotrekServer, data: Path) -> None:
    async def scenario() -> None:
        async with await Companion.open(data) as companion:
            await companion.add_territory("demo", geotrek.url)
            await companion.refresh("demo")
            report = await companion.reports.new_report("demo", "Arbre tombé", email="me@example.org")
            await companion.reports.queue(report.id)
            geotrek.command("mail-outage")
            (in_doubt,) = await companion.reports.send()
            assert in_doubt.state == jalon.ReportState.IN_DOUBT and in_doubt.needs_user_action
            geotrek.command("repair")
            assert list(await companion.reports.send(now=True)) == []
            resolved = await companion.reports.delivered(report.id, 1)
            assert resolved.state == jalon.ReportState.ACCEPTED and resolved.server_id == 1

    asyncio.run(scenario())
