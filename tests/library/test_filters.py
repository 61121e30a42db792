"""Filters through columns: they follow the store, and agree with a look at every version."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from biowright.core import Record, Sequence
from biowright.library import Filters, Library
from biowright.library import columns as module


def truth(library: Library, filters: Filters) -> list[int]:
    """Look at each version that counts."""
    passing = []
    for version in library.describe(range(1, library.last() + 1)):
        if version.status != "current":
            continue
        for wanted, holds in (
            (filters.min_length, lambda bound, v=version: v.length >= bound),
            (filters.max_length, lambda bound, v=version: v.length <= bound),
            (filters.min_gc, lambda bound, v=version: v.gc is not None and v.gc >= bound),
            (filters.max_gc, lambda bound, v=version: v.gc is not None and v.gc <= bound),
            (filters.circular, lambda bound, v=version: v.circular == bound),
            (filters.tier, lambda bound, v=version: v.tier == bound),
            (filters.licence, lambda bound, v=version: v.licence == bound),
            (filters.screening, lambda bound, v=version: v.screening == bound),
        ):
            if wanted is not None and not holds(wanted):
                break
        else:
            passing.append(version.number)
    return passing


ASKED = (
    Filters(min_length=20),
    Filters(max_length=25, circular=True),
    Filters(min_gc=0.5, max_gc=0.75),
    Filters(min_gc=0.0),
    Filters(tier="characterised"),
    Filters(licence="CC0-1.0"),
    Filters(screening="passed", min_length=5),
)


def some(rng: random.Random, count: int) -> list[Record]:
    made = []
    for _ in range(count):
        letters = "".join(rng.choices("ACGT", k=rng.randint(1, 40)))
        circle = rng.random() < 0.5
        kind = Sequence(letters, topology="circular") if circle else Sequence(letters)
        made.append(Record(kind, f"part{rng.randint(1, 60)}"))
    made.append(Record(Sequence("MKV", molecule="protein"), f"protein{count}"))
    return made


def test_columns_follow_new_versions_and_what_is_said_anew(
    url: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BATCH", 16)
    rng = random.Random(3)
    with Library.create(tmp_path / "parts", url=url) as library:
        licences = iter(("CC0-1.0", "CC-BY-4.0"))
        for _ in range(2):
            library.add(some(rng, 30), licence=next(licences))
            for filters in ASKED:
                assert library.select(filters).tolist() == truth(library, filters)
        library.change(3, tier="characterised")
        library.change(4, screening="passed")
        library.change(5, licence="CC0-1.0")
        library.withdraw(7, "wrong letters")
        with Library.open(tmp_path / "parts") as other:
            for filters in ASKED:
                assert library.select(filters).tolist() == truth(library, filters)
                assert other.select(filters).tolist() == truth(library, filters)
                among = other.select(filters, among=range(1, 20))
                assert among.tolist() == [n for n in truth(library, filters) if n < 20]


@pytest.mark.parametrize("damage", ["cut", "none", "foreign", "bit"])
def test_columns_that_are_lost_are_made_again(
    damage: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BATCH", 16)
    with Library.create(tmp_path / "parts") as library:
        library.add(some(random.Random(4), 40))
        before = library.select(Filters(min_length=20)).tolist()
    file = tmp_path / "parts" / "columns.npz"
    content = file.read_bytes()
    if damage == "cut":
        file.write_bytes(content[: len(content) // 2])
    elif damage == "none":
        file.unlink()
    elif damage == "bit":
        rotten = bytearray(content)
        rotten[content.index(b"length.npy") + 200] ^= 4
        file.write_bytes(rotten)
    else:
        # of a larger library: what it says of versions that are not there is not believed
        with Library.create(tmp_path / "other") as other:
            other.add(some(random.Random(5), 90))
            other.select(Filters(min_length=20))
        file.write_bytes((tmp_path / "other" / "columns.npz").read_bytes())
    with Library.open(tmp_path / "parts") as library:
        assert library.select(Filters(min_length=20)).tolist() == before
    assert file.exists()
