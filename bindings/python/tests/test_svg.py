"""Names of a server in the notebook view."""

from __future__ import annotations

from jalon.svg import safe_name, trek_svg


def test_safe_name_replaces_controls_and_bidi_overrides() -> None:
    assert safe_name("Lac\x1b[2J\x07\u202e\nde tout") == "Lac\ufffd[2J\ufffd\ufffd de tout"
    assert safe_name("Cœur des Écrins") == "Cœur des Écrins"
    assert len(safe_name("x" * 2000)) == 200


def test_trek_svg_has_safe_titles() -> None:
    line = {"type": "LineString", "coordinates": [[6.0, 45.0], [6.1, 45.1]]}
    drawing = trek_svg(line, [(6.05, 45.05, "Cabane\x00\u202e<b>")])
    assert "<title>Cabane\ufffd\ufffd&lt;b&gt;</title>" in drawing
