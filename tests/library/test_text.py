"""Words are found where they stand, with typos, in new parts at once, from damaged files too."""

from __future__ import annotations

import random

import numpy as np
import pytest

from biowright.core import Attributes, InputError, Record, Sequence
from biowright.library import Filters, Library
from biowright.library.text import index as text_index
from biowright.library.text.words import likeness


def part(name: str, description: str = "", role: str = "") -> Record:
    said = Attributes({"role": role} if role else {})
    return Record(Sequence("ACGTT"), name, description=description, annotations=said)


PARTS = [
    part("BBa_J23100", "constitutive promoter family member", "SO:0000167"),
    part("pTac", "hybrid of trp and lac, inducible by IPTG"),
    part("GFPmut3b", "green fluorescent protein"),
    part("sfGFP", "superfolder green fluorescent protein\nwith a line end"),
    part("Ecölogy", "name with an accent"),
    part("12345", "digits only 67890"),
]


@pytest.fixture(params=[10_000, 2])
def full(
    library: Library, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Library:
    monkeypatch.setattr(text_index, "TAIL", request.param)
    for record in PARTS:
        library.add([record])
        library.find_text("anything")
    return library


def names(library: Library, words: str, **options: object) -> list[str]:
    hits = library.find_text(words, **options)  # type: ignore[arg-type]
    return [version.name for version in library.describe([hit.number for hit in hits])]


def test_words_and_typos(full: Library) -> None:
    assert names(full, "j23100") == ["BBa_J23100"]
    assert names(full, "promotor")[0] == "BBa_J23100"  # a letter wrong
    assert names(full, "promoter")[0] == "BBa_J23100"
    assert names(full, "flourescent") == ["GFPmut3b", "sfGFP"]  # two letters changed places
    assert names(full, "gfp") == ["GFPmut3b", "sfGFP"]
    assert names(full, "superfolder gfp")[0] == "sfGFP"
    assert names(full, "ECOLOGY") == ["Ecölogy"]
    assert names(full, "12345") == ["12345"]
    assert names(full, "12346") == []  # a number with a typo is another number
    assert full.find_text("ptac")[0].score == 1
    assert names(full, "line end") == ["sfGFP"]
    with pytest.raises(InputError, match="no word"):
        full.find_text("--- !")


def test_labels_filters_and_limits(full: Library) -> None:
    full.alias(2, "Ptac-de-Boer")
    full.tag(3, "favourite")
    assert names(full, "boer") == ["pTac"]
    assert names(full, "favorite") == ["GFPmut3b"]
    assert names(full, "green", limit=1) == ["GFPmut3b"]
    assert names(full, "green promoter", filters=Filters(role="promoter")) == ["BBa_J23100"]
    full.withdraw(3, "wrong")
    assert names(full, "green") == ["sfGFP"]
    full.add([part("sfGFP", "a better description")])
    assert names(full, "superfolder") == []  # the newest version says it no more


def test_a_damaged_segment_is_made_again(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_index, "TAIL", 2)
    library.add(PARTS)
    assert names(library, "superfolder") == ["sfGFP"]
    (path,) = (library.folder / "text").glob("*.text")
    data = bytearray(path.read_bytes())
    for harm in (data[:-1], data[:20], b"", bytes([*data[:-3], data[-3] ^ 1, *data[-2:]])):
        path.write_bytes(harm)
        with Library.open(library.folder) as again:
            assert names(again, "superfolder") == ["sfGFP"]
            assert names(again, "lac") == ["pTac"]


def test_segments_grow_to_a_size_and_no_further(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(text_index, "TAIL", 2)
    monkeypatch.setattr(text_index, "FULL", 8)
    there = 0
    for count in (3, 5, 2, 30, 1, 9, 2, 2, 2):
        library.add([part(f"word{there + n}", "shared") for n in range(count)])
        there += count
        library.text_index.update(library.last())
        assert len(library.find_text("shared", 100)) == there
        for number in (0, there - 1, there // 2):
            assert names(library, f"word{number}", limit=1) == [f"word{number}"]
        spans = sorted(
            tuple(map(int, path.stem.split("-")))
            for path in (library.folder / "text").glob("*.text")
        )
        assert all(high - low < 8 for low, high in spans)
        assert [low for low, _ in spans] == [1, *(high + 1 for _, high in spans[:-1])]
        # none but the last few are small
        assert len(spans) <= there // 8 + 3


def distance(one: bytes, other: bytes) -> int:
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        before, row[0] = row[0], i
        for j, b in enumerate(other, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (a != b))
    return row[-1]


def test_likeness_is_the_edit_distance() -> None:
    rng = random.Random(5)
    words = [bytes(rng.choices(b"abc", k=rng.randint(1, 11))) for _ in range(300)]
    bounds = np.cumsum([0, *map(len, words)])
    blob = np.frombuffer(b"".join(words), np.uint8)
    for wanted in words[:60]:
        most = 0 if len(wanted) < 4 else 1 if len(wanted) < 8 else 2
        for word, found in zip(words, likeness(blob, bounds, wanted).tolist(), strict=True):
            d = distance(wanted, word)
            if word == wanted:
                expected = 1.0
            elif word.startswith(wanted):
                expected = 0.85
            elif d == 1 and most:
                expected = 0.7
            elif len(wanted) >= 3 and wanted in word:
                expected = 0.55
            else:
                expected = 0.45 if d == 2 and most == 2 else 0.0
            assert found == pytest.approx(expected)
