"""Editions: built, checked, served by a static web host, read."""

from __future__ import annotations

import asyncio
from pathlib import Path

import jalon
import pytest
from conftest import GeotrekServer
from jalon import Companion, Kind


def test_edition_published_to_a_host_is_read_and_refreshed(host: GeotrekServer, files: Path, tmp_path: Path) -> None:
    manifest = f"{host.url}/files/park/datapackage.json"

    async def publish(office: Companion, key: jalon.EditionKey, edition: int) -> jalon.EditionSummary:
        updates: list[jalon.Progress] = []
        summary = await office.build_edition(
            "demo",
            files / "park",
            key=key.secret_key,
            edition=edition,
            created_ms=1_764_400_000_000 + edition,
            title="Demo park",
            licenses=[jalon.EditionLicense(name="CC-BY-4.0")],
            progress=updates.append,
        )
        assert updates[-1].done == updates[-1].planned == summary.objects
        assert summary.edition == edition and summary.signed_by == key.id
        return summary

    async def scenario() -> None:
        key, other = await jalon.new_edition_key(), await jalon.new_edition_key()
        async with await Companion.open(tmp_path / "office") as office, await Companion.open(tmp_path / "phone") as phone:
            await office.add_territory("demo", host.url)
            with pytest.raises(jalon.InvalidInput, match="territory"):
                await office.build_edition("demo", files / "park")
            await office.refresh("demo")
            await publish(office, key, 1)
            check = await jalon.verify_edition(files / "park", [key.public_key])
            assert check.valid and check.signed_by == key.id, check.problems
            assert not (await jalon.verify_edition(files / "park", [other.public_key])).valid

            (tmp_path / "fetched").mkdir()
            updates: list[jalon.Progress] = []
            await jalon.fetch_edition(manifest, tmp_path / "fetched", progress=updates.append)
            check = await jalon.verify_edition(tmp_path / "fetched", [key.public_key])
            assert check.valid and updates[-1].bytes > 0, check.problems
            with pytest.raises(jalon.ServerError):
                await jalon.fetch_edition(f"{host.url}/files/none/datapackage.json", tmp_path / "fetched")

            territory = await phone.add_territory("park", manifest, public_keys=[key.public_key])
            assert territory.edition is not None and territory.edition.number == 0
            summary = await phone.refresh("park")
            assert summary.is_full
            (territory,) = await phone.territories()
            assert territory.edition is not None and territory.edition.title == "Demo park"
            assert territory.edition.signed_by == key.id and territory.edition.licenses == ["CC-BY-4.0"]
            page = await phone.catalogue.treks(limit=200)
            assert page.total == (await office.catalogue.treks(limit=200)).total > 0

            await publish(office, key, 2)
            again = await phone.refresh("park")
            assert again.requests < summary.requests and again.changed == []
            (territory,) = await phone.territories()
            assert territory.edition is not None and territory.edition.number == 2

            # A box of the edition, and an edition of another key.
            box = jalon.Bounds(west=6.18, south=44.78, east=6.22, north=44.82)
            await phone.add_territory("box", manifest, bounds=box, public_keys=[key.public_key])
            part = await phone.refresh("box")
            assert part.bytes < summary.bytes
            await phone.add_territory("strict", manifest, public_keys=[other.public_key])
            with pytest.raises(jalon.ServerError, match="signed by another key"):
                await phone.refresh("strict")

    asyncio.run(scenario())


def test_edition_key_with_password_needs_it(host: GeotrekServer, files: Path, data: Path) -> None:
    async def scenario() -> None:
        key = await jalon.new_edition_key("col des vents")
        async with await Companion.open(data) as companion:
            await companion.add_territory("demo", host.url)
            await companion.refresh("demo")
            for password in (None, "wrong"):
                with pytest.raises(jalon.InvalidInput) as raised:
                    await companion.build_edition("demo", files / "park", key=key.secret_key, password=password)
                assert raised.value.field == "password"
            built = await companion.build_edition(
                "demo", files / "park", key=key.secret_key, password="col des vents"
            )
            assert built.signed_by == key.id and Path(built.manifest) == files / "park" / "datapackage.json"
            assert {count.kind for count in (await companion.refresh("demo")).objects} <= set(Kind)

    asyncio.run(scenario())


def test_damaged_edition_is_not_valid(host: GeotrekServer, files: Path, data: Path) -> None:
    async def scenario() -> None:
        async with await Companion.open(data) as companion:
            await companion.add_territory("demo", host.url)
            await companion.refresh("demo")
            await companion.build_edition("demo", files / "park")
            assert (await jalon.verify_edition(files / "park")).valid
            layer = max((files / "park").rglob("*.fgb"), key=lambda path: path.stat().st_size)
            layer.write_bytes(layer.read_bytes()[:-1] + b"\0")
            check = await jalon.verify_edition(files / "park")
            assert not check.valid and any(layer.name in problem for problem in check.problems)
            with pytest.raises(jalon.InvalidInput, match="public_key"):
                await jalon.verify_edition(files / "park", ["no key"])

    asyncio.run(scenario())
