"""One writes while eight read: a search sees all of a write or nothing of it."""

from __future__ import annotations

import multiprocessing
import random
from pathlib import Path

from biowright.core import Record, Sequence
from biowright.library import Filters, Library, search
from biowright.library.searching import index_of

BATCHES, SIZE, READERS = 12, 5, 8


def marker(batch: int) -> str:
    return "".join(random.Random(batch).choices("ACGT", k=30))


def records(batch: int) -> list[Record]:
    """Make parts that share a stretch: on both strands, and over the origins of circles."""
    rng = random.Random(1000 + batch)
    made = []
    for place in range(SIZE):
        letters = marker(batch) + "".join(rng.choices("ACGT", k=70 + batch))
        at = rng.randrange(len(letters)) if place % 2 else 0
        sequence = Sequence(
            letters[at:] + letters[:at], topology="circular" if place % 2 else "linear"
        )
        if place % 3 == 0:
            sequence = sequence.reverse_complement()
        made.append(Record(sequence, f"part{batch}x{place}", description=f"batch{batch}"))
    return made


def write(folder: Path, done) -> None:  # type: ignore[no-untyped-def]
    with Library.open(folder) as library:
        for batch in range(BATCHES):
            library.add(records(batch))
            with done.get_lock():
                done.value = batch + 1  # acknowledged
            if batch % 3 == 2:
                index_of(library).update()


def read(folder: Path, done, reader: int, answers) -> None:  # type: ignore[no-untyped-def]
    """Search until all is there; tell what was seen of each batch, and what was acknowledged."""
    wrong = []
    looks = 0
    with Library.open(folder) as library:
        kinds = ("contains", "motif", "similar", "text", "exact", "filter")
        while True:
            known = done.value
            batch = min(known, BATCHES - 1) if looks % 2 else looks % BATCHES
            kind = kinds[(reader + looks) % len(kinds)]
            looks += 1
            if kind == "filter":
                # versions of a batch have a length of their own
                size = 100 + batch
                seen = len(library.select(Filters(min_length=size, max_length=size)))
            elif kind == "exact":
                query = records(batch)[1].sequence.rotate(7)
                seen = SIZE * len(list(search(library, "exact", [("q", query)])))
            else:
                query = f"batch{batch}" if kind == "text" else marker(batch)
                seen = len({hit.number for hit in search(library, kind, [("q", query)])})  # type: ignore[arg-type]
                seen = min(seen, SIZE) if kind == "text" else seen
            if seen != SIZE and (seen or batch < known):
                wrong.append((kind, batch, seen, known))
            if known == BATCHES and looks > 3 * len(kinds):
                break
    answers.put((reader, looks, wrong))


def test_eight_readers_see_whole_writes(tmp_path: Path) -> None:
    folder = tmp_path / "parts"
    Library.create(folder).close()
    forks = multiprocessing.get_context("fork")
    done = forks.Value("i", 0)
    answers = forks.Queue()
    readers = [
        forks.Process(target=read, args=(folder, done, reader, answers))
        for reader in range(READERS)
    ]
    writer = forks.Process(target=write, args=(folder, done))
    for process in (*readers, writer):
        process.start()
    told = [answers.get(timeout=300) for _ in readers]
    for process in (*readers, writer):
        process.join(60)
        assert process.exitcode == 0
    assert [row for row in told if row[2]] == []
    assert all(looks > 10 for _, looks, _ in told)
    with Library.open(folder) as library:
        assert library.last() == BATCHES * SIZE


def test_a_part_is_found_as_soon_as_it_is_written(tmp_path: Path) -> None:
    with (
        Library.create(tmp_path / "parts") as library,
        Library.open(tmp_path / "parts") as other,
    ):
        list(search(other, "contains", [("q", marker(0))]))
        for batch in range(3):
            library.add(records(batch))
            hits = list(search(other, "contains", [("q", marker(batch))]))
            assert len(hits) == SIZE
