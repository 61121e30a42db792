"""The folder of an index: new parts at once, damage, processes that write, read and are killed."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from tests.library.sources import Parts, naive, random_parts

from biowright.library.index import SequenceIndex, folder, segment
from biowright.library.index import segments as module
from biowright.library.index.segment import Segment

ROOT = Path(__file__).resolve().parents[2]


def answers(index: SequenceIndex, parts: Parts, seed: int = 0) -> None:
    """Search for stretches of parts, and compare with a naive search."""
    rng = random.Random(seed)
    for _ in range(6):
        letters, _ = rng.choice([part for part in parts.parts if len(part[0]) >= 16])
        query = letters[:16]
        found = [(h.number, h.start, h.end, h.strand) for h in index.find([query])]
        assert found == naive(parts, query)


@pytest.fixture
def told() -> list[str]:
    return []


def opened(path: Path, parts: Parts, told: list[str]) -> SequenceIndex:
    return SequenceIndex(path, parts, tell=told.append)


def test_new_parts_are_found_at_once_and_segments_merge(
    tmp_path: Path, told: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "TAIL", 4000)
    parts = Parts()
    writer, reader = opened(tmp_path, parts, told), opened(tmp_path, parts, told)
    rng = random.Random(1)
    for step in range(40):
        parts.parts += random_parts(rng, 8).parts
        newest = next(p for p in reversed(parts.parts) if len(p[0]) >= 16)[0][:20]
        for index in (writer, reader):
            assert {h.number for h in index.find([newest])} == {r[0] for r in naive(parts, newest)}
        covered = [(s.first, s.last) for s in writer.segments()]
        assert covered[0][0] == 1
        assert covered[-1][1] == parts.last()
        assert all(a[1] + 1 == b[0] for a, b in pairwise(covered))
        # sizes grow by more than a factor from the end to the beginning, so there are few
        assert len(covered) <= 8, step
    writer.update()
    fresh = opened(tmp_path, parts, told)
    answers(fresh, parts)
    files = {file.name for file in tmp_path.iterdir()} - {"lock", "manifest.json"}
    assert all(name.endswith(".segment") for name in files)
    assert len(files) == len(fresh.segments())
    assert not told


def test_numbers_without_a_sequence_are_passed_over(tmp_path: Path, told: list[str]) -> None:
    parts = Parts([("", False), ("ACGTTGCAACGGT", True), ("", True), ("", False)])
    index = opened(tmp_path, parts, told)
    assert index.find(["TTGCAACG"]).number.tolist() == [2, 2]
    index.update()
    assert [(s.first, s.last) for s in index.segments()] == [(1, 4)]
    assert not SequenceIndex(tmp_path / "none", Parts()).find(["ACGT"])


@pytest.mark.parametrize("damage", ["bit", "cut", "gone", "empty", "manifest", "head"])
def test_damage_is_detected_told_and_made_good(
    damage: str, tmp_path: Path, told: list[str]
) -> None:
    parts = random_parts(random.Random(2), 80)
    opened(tmp_path, parts, told).update()
    [file] = tmp_path.glob("*.segment")
    content = bytearray(file.read_bytes())
    if damage == "bit":
        content[4100] ^= 4
        file.write_bytes(content)
    elif damage == "head":
        content[60] ^= 4
        file.write_bytes(content)
    elif damage == "cut":
        file.write_bytes(content[:-5000])
    elif damage == "empty":
        file.write_bytes(b"")
    elif damage == "gone":
        file.unlink()
    else:
        (tmp_path / "manifest.json").write_text("{}")
    answers(opened(tmp_path, parts, told), parts)
    assert told
    assert "made anew" in told[0]
    told.clear()
    answers(opened(tmp_path, parts, told), parts)
    assert opened(tmp_path, parts, told).verify()
    assert not told


def test_a_copy_with_other_times_is_read_once_more(
    tmp_path: Path, told: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    parts = random_parts(random.Random(3), 20)
    opened(tmp_path, parts, told).update()
    for path in tmp_path.glob("*.segment"):
        os.utime(path, ns=(1, 1))
    read: list[bool] = []

    def load(path: Path, *, verify: bool = True) -> Segment:
        read.append(verify)
        return segment.load(path, verify=verify)

    monkeypatch.setattr(folder, "segments", SimpleNamespace(load=load, save=segment.save))
    for _ in range(3):
        answers(opened(tmp_path, parts, told), parts)
    assert read == [True, False, False]
    assert not told


def test_a_folder_that_cannot_be_written_is_no_hindrance(tmp_path: Path, told: list[str]) -> None:
    (tmp_path / "file").write_text("")
    parts = random_parts(random.Random(4), 30)
    answers(opened(tmp_path / "file", parts, told), parts)
    assert (tmp_path / "file").read_text() == ""


def test_segments_are_searched_in_other_processes(
    tmp_path: Path, told: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "GROWTH", 0)
    parts = random_parts(random.Random(5), 40)
    index = opened(tmp_path, parts, told)
    for seed in range(3):
        index.update()
        parts.parts += random_parts(random.Random(seed), 20).parts
    assert len(index.segments()) == 4
    queries = [part[0][:18] for part in parts.parts if len(part[0]) >= 18][:5]
    with ProcessPoolExecutor(2) as executor:
        one, other = index.find(queries, executor=executor, limit=3), index.find(queries, limit=3)
    assert list(one) == list(other)


PROGRAM = """
import random, sys
from pathlib import Path
from biowright.library.index import SequenceIndex, folder, segment
from biowright.library.index import segments as module
from biowright.library.index.segment import Segment
from tests.library.sources import Parts, random_parts
module.TAIL = 1000
parts = Parts()
index = SequenceIndex(sys.argv[1], parts)
rng = random.Random(7)
while True:
    parts.parts += random_parts(rng, 10).parts
    index.update()
    print(parts.last(), flush=True)
"""


def test_a_writer_that_is_killed_leaves_an_index_that_works(
    tmp_path: Path, told: list[str]
) -> None:
    rng = random.Random(7)
    parts = Parts()
    for _ in range(400):
        parts.parts += random_parts(rng, 10).parts
    for delay in (0.0, 0.017):
        writer = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, str(tmp_path)],
            stdout=subprocess.PIPE,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"},
        )
        assert writer.stdout is not None
        done = 0
        for line in writer.stdout:
            done = int(line)
            # a reader beside the writer never sees half a file
            seen = opened(tmp_path, Parts(parts.parts[:done]), told)
            answers(seen, Parts(parts.parts[:done]), done)
            if done >= 60:
                time.sleep(delay)
                writer.send_signal(signal.SIGKILL)
                break
        writer.wait()
        writer.stdout.close()
        answers(opened(tmp_path, Parts(parts.parts[:done]), told), Parts(parts.parts[:done]))
    index = opened(tmp_path, parts, told)
    index.update()
    assert not list(tmp_path.glob(".*.part"))
    answers(index, parts)
    assert not told


def test_a_million_equal_parts(tmp_path: Path, told: list[str]) -> None:
    class Equal:
        def last(self) -> int:
            return 1_000_000

        def read(self, first: int, last: int):  # type: ignore[no-untyped-def]
            for number in range(first, last + 1):
                yield number, b"GGATCCTTACAATTGCGGCCGCATACG", True

    index = SequenceIndex(tmp_path, Equal(), tell=told.append)
    hits = index.find(["CATACGGGATCCTT", "GCGGCCGC"], limit=10)
    assert hits.number.tolist() == [*range(1, 11), *sorted([*range(1, 6)] * 2)]
    assert hits.start[:10].tolist() == [21] * 10
    assert hits.end[:10].tolist() == [8] * 10
    chosen = np.zeros(1_000_001, bool)
    chosen[999_999] = True
    assert index.find(["CATACGGGATCCTT"], allowed=chosen).number.tolist() == [999_999]
