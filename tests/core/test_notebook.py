"""Records in notebooks: a header, the map, a table; safe and bounded."""

from __future__ import annotations

from html.parser import HTMLParser

from biowright.core import Attributes, Feature, Location, Record, Sequence


class Reader(HTMLParser):
    """Checks that tags are closed in order, and gathers them and the text."""

    VOID = ("path", "rect", "circle")

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.said: list[str] = []
        self.feed(html)
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        assert not any(name.startswith("on") for name, _ in attrs)
        self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.said.append(data)


def record(count: int, label: str = "gene") -> Record:
    features = [
        Feature("CDS", Location.of((10 * i, 10 * i + 9)), Attributes({"label": f"{label} {i}"}))
        for i in range(count)
    ]
    return Record(
        Sequence("ACGT" * (5 * count + 1), topology="circular"), "pBook", features=features
    )


def test_header_map_and_table() -> None:
    html = record(3)._repr_html_()
    reader = Reader(html)
    assert {"svg", "details", "table"} <= reader.tags
    said = " ".join(reader.said)
    assert "pBook" in said
    assert "64 bp circular DNA, 3 features" in said
    assert record(3).seguid in said
    assert "21..29" in said


def test_names_from_files_are_escaped() -> None:
    evil = '"><img src=x onerror=alert(1)></text><script>'
    html = record(2, evil).changed(name=evil, description=evil)._repr_html_()
    assert not {"img", "script"} & Reader(html).tags


def test_a_large_record_stays_small() -> None:
    html = record(5000)._repr_html_()
    Reader(html)
    assert len(html) < 400_000
    assert "and 4,900 more features" in html


def test_an_empty_record_shows_too() -> None:
    assert "svg" not in Reader(Record(Sequence(""), "nothing")._repr_html_()).tags
