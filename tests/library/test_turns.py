"""Turned queries: the index tells where a circle begins as the store's letters do."""

from __future__ import annotations

import os
import random
from pathlib import Path

from biowright.core import Record, Sequence
from biowright.library import ExactHit, Library

OTHER = str.maketrans("ACGTRYN", "TGCAYRN")


def circles(rng: random.Random) -> list[str]:
    """Make circles that are random, repeat themselves, are their own reverse complement, are odd."""
    made = []
    for size in (5, 31, 32, 33, 63, 64, 65, 127, 300, 1000, 2048):
        letters = "".join(rng.choices("ACGT", k=size))
        repeat = (letters[: rng.choice((1, 2, 3, 7, 30))] * size)[:size]
        half = letters[: size // 2]
        made += [letters, repeat, half * 2, half + half[::-1].translate(OTHER)]
        made.append(letters[: size // 3] + rng.choice("NR") + letters[size // 3 + 1 :])
    return made


def expected(own: str, query: str) -> tuple[int, int]:
    """Look for a query in a circle that is written twice."""
    for strand, letters in ((1, query), (-1, query[::-1].translate(OTHER))):
        start = (own + own).find(letters)
        if start >= 0:
            return start, strand
    raise AssertionError("it is another circle")


def test_the_index_and_the_store_tell_the_same(tmp_path: Path) -> None:
    rng = random.Random(12)
    letters = circles(rng)
    records = [
        Record(Sequence(own, topology="circular" if number % 2 else "linear"), f"{number}")
        for number, own in enumerate(letters)
    ]
    told = 0
    with Library.create(tmp_path / "parts") as library:
        library.add(records)
        for indexed in (False, True):
            if indexed:
                library.index.update()
            for number, own in enumerate(letters, start=1):
                for _ in range(3):
                    at = rng.randrange(len(own))
                    query = own[at:] + own[:at]
                    if rng.random() < 0.5:
                        query = query[::-1].translate(OTHER)
                    start, strand = expected(own, query)
                    hits = {hit.number: hit for hit in library.find_exact(query)}
                    hit = hits[number]
                    assert (hit.start, hit.end) == (start, start or len(own))
                    if start or number % 2 == 0:
                        assert hit == ExactHit(number, start, strand, len(own), start > 0)
                    turned = library.index.turn(number, query.encode())
                    told += turned is not None
                    assert turned in (None, (start, strand))
        plain = [own for own in letters if len(own) >= 32 and set(own) <= set("ACGT")]
        assert told == 3 * len(plain)
        # what is no circle of the query, though as long
        assert library.index.turn(11, letters[11].encode()) is None
        assert library.index.turn(11, letters[10].encode()) == (0, 1)


def test_a_damaged_index_does_not_hide_a_part(tmp_path: Path) -> None:
    rng = random.Random(3)
    letters = "".join(rng.choices("ACGT", k=5000))
    turned = letters[1234:] + letters[:1234]
    with Library.create(tmp_path / "parts") as library:
        library.add([Record(Sequence(letters, topology="circular"), "ring")])
        library.index.update()
        assert library.find_exact(turned)[0].start == 1234
    [file] = (tmp_path / "parts" / "index").glob("*.segment")
    data = bytearray(file.read_bytes())
    before = file.stat()
    data[4096 + 100] ^= 255
    file.write_bytes(data)
    # as if nobody had touched it
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    with Library.open(tmp_path / "parts") as library:
        assert library.index.turn(1, turned.encode()) is None
        assert library.find_exact(turned)[0].start == 1234
