"""Maps of letters: aligned, as wide as asked, safe, and complete."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from biowright.core import Attributes, Feature, Location, Record, Sequence, Span
from biowright.core.maps import draw_text
from biowright.core.maps.lettering import cells


def record(*features: Feature, length: int = 1000, topology: str = "circular") -> Record:
    return Record(Sequence(b"ACGT" * (length // 4), "DNA", topology), "pTest", features=features)


def named(label: str, *bounds: tuple[int, int], strand: int = 1, type: str = "CDS") -> Feature:
    return Feature(type, Location.of(*bounds, strand=strand), Attributes({"label": label}))


def test_arrows_point_along_their_strand() -> None:
    text = draw_text(
        record(named("fwd", (100, 400)), named("rev", (500, 900), strand=-1), topology="linear"),
        width=50,
        table=0,
    )
    assert text.splitlines()[-1] == "     ━━━━━ fwd ━━━━▶     ◀━━━━━━ rev ━━━━━━━━"


def test_a_feature_over_the_origin_shows_at_both_ends() -> None:
    text = draw_text(record(named("over", (800, 1200))), width=50, table=0)
    row = text.splitlines()[-1]
    assert row.startswith("«━ over ━▶")
    assert row.endswith("━━ over ━»")


def test_introns_sites_and_a_region() -> None:
    split = named("split", (100, 300), (600, 800))
    site = named("site", (500, 500), type="variation")
    text = draw_text(record(split, site), width=100, table=0)
    assert "━┄┄┄" in text
    assert "╿ site" in text
    region = draw_text(record(split, site), width=50, start=450, end=550, table=0)
    assert "451..550 of 1,000 bp" in region
    assert "╿ site" in region


def test_wide_letters_keep_the_rows_aligned() -> None:
    text = draw_text(record(named("质粒质粒", (100, 400)), named("尾", (990, 995))), width=60)
    rows = text.splitlines()
    assert max(map(cells, rows)) <= 60
    inside = next(row for row in rows if "质粒质粒 ━" in row)
    assert cells(inside[: inside.index("▶") + 1]) == 24


def test_ascii() -> None:
    text = draw_text(record(named("β-gal 质", (100, 400))), width=60, ascii_only=True)
    assert text.isascii()
    assert "?-gal ?" in text
    assert "===>" in text


def test_colours_only_where_they_are_asked_for() -> None:
    plain = draw_text(record(named("a", (100, 400))))
    painted = draw_text(record(named("a", (100, 400))), color=True)
    assert "\x1b" not in plain
    assert "\x1b[38;2;78;169;223m" in painted
    assert painted.count("\x1b[0m") == painted.count("\x1b[38;2;")


def test_the_table_says_how_many_more() -> None:
    many = [named(f"f{i}", (10 * i, 10 * i + 5)) for i in range(50)]
    text = draw_text(record(*many), table=10)
    assert text.endswith("and 40 more features\n")
    assert "complement(11..20)" in draw_text(record(named("r", (10, 20), strand=-1)))


def test_many_features_become_a_density() -> None:
    many = [named(f"f{i}", (10 * i, 10 * i + 10)) for i in range(500)]
    rows = draw_text(record(*many, length=10_000), width=50, table=0).splitlines()
    assert rows[-2] == "█" * 25
    assert rows[-1] == ""


def test_cut_sites() -> None:
    text = draw_text(record(), enzymes={"EcoRI": [500]}, width=50)
    assert text.splitlines()[-1] == " " * 25 + "╿ EcoRI 500"


@settings(max_examples=60)
@given(
    st.lists(
        st.tuples(st.integers(0, 999), st.integers(0, 999), st.text(max_size=30), st.booleans()),
        max_size=60,
    ),
    st.integers(40, 150),
    st.sampled_from(("linear", "circular")),
    st.booleans(),
)
def test_no_line_is_too_wide_and_nothing_moves_the_cursor(
    drawn: list[tuple[int, int, str, bool]], width: int, topology: str, ascii_only: bool
) -> None:
    features = [
        Feature(
            "CDS",
            Location((Span(s, s + n if topology == "circular" else min(1000, s + n), 1 - 2 * d),)),
            Attributes({"label": name}),
        )
        for s, n, name, d in drawn
    ]
    text = draw_text(record(*features, topology=topology), width=width, ascii_only=ascii_only)
    lines = text.split("\n")
    assert all(cells(line) <= width for line in lines)
    assert all(c.isprintable() for line in lines for c in line)


@pytest.mark.parametrize("length", [0, 1, 4])
def test_tiny_records(length: int) -> None:
    for topology in ("linear", "circular"):
        draw_text(Record(Sequence("A" * length, "DNA", topology), ""))
