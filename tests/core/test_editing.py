"""Random edits against the slow model, and the laws of editing."""

from __future__ import annotations

import random

import pytest
from tagged import Tagged

from biowright.core import Feature, Fuzz, FuzzKind, Location, Record, Sequence, Span
from biowright.core.edit import delete, insert, replace, reverse_complement, rotate


def _random_span(rng: random.Random, length: int, circular: bool) -> Span:
    start = rng.randint(0, max(length - circular, 0))
    size = rng.choice((0, 1, 2, 3, length, rng.randint(0, length)))
    size = min(size, length if circular else length - start)
    strand = rng.choice((1, -1))
    if not size or rng.random() < 0.7:
        return Span(start, start + size, strand)
    fuzzes = (None, *map(Fuzz, (FuzzKind.BEFORE, FuzzKind.AFTER, FuzzKind.UNKNOWN)))
    return Span(start, start + size, strand, rng.choice(fuzzes), rng.choice(fuzzes))


def _random_record(rng: random.Random) -> Record:
    length = rng.choice((0, 1, 2, 5, 9, 20))
    circular = rng.random() < 0.6
    features = []
    for _ in range(rng.randint(1, 4)):
        parts = [_random_span(rng, length, circular) for _ in range(rng.choice((1, 1, 2, 3)))]
        if rng.random() < 0.1:
            parts.append(Span(3, 9, 1, accession="J00194.1"))
        features.append(Feature("gene", Location(tuple(parts))))
    return Record(
        Sequence("".join(rng.choices("ACGTRYn", k=length)), "DNA", "circular" if circular else "linear"),
        features=features,
        quality=bytes(rng.choices(range(40), k=length)) if rng.random() < 0.3 else None,
    )


def _random_edit(rng: random.Random, record: Record, model: Tagged) -> tuple[Record, str]:
    length = len(record)
    verb = rng.choice(
        ("insert", "delete", "replace", "substitute", "reverse") + ("rotate",) * record.circular
    )
    start = rng.randint(0, max(length - record.circular, 0))
    most = length if record.circular else length - start
    end = start + rng.choice((0, min(1, most), min(3, most), rng.randint(0, most), most))
    size = end - start if verb == "substitute" else rng.randint(0, 4)
    text = "".join(rng.choices("acgt", k=size))
    if verb == "insert":
        start = rng.randint(0, length)
        model.replace(start, start, text)
        return insert(record, start, text), f"insert {start} {text}"
    if verb == "delete":
        model.replace(start, end, "")
        return delete(record, start, end), f"delete {start}..{end}"
    if verb == "rotate":
        model.rotate(start)
        return rotate(record, start), f"rotate {start}"
    if verb == "reverse":
        model.reverse_complement()
        return reverse_complement(record), "reverse-complement"
    model.replace(start, end, text)
    return replace(record, start, end, text), f"replace {start}..{end} {text}"


@pytest.mark.parametrize("seed", range(8))
def test_random_edits_agree_with_the_model(seed: int) -> None:
    rng = random.Random(seed)
    for _ in range(250):
        first = record = _random_record(rng)
        model = Tagged(record)
        done: list[str] = []
        for _ in range(rng.randint(1, 5)):
            record, said = _random_edit(rng, record, model)
            done.append(said)
            try:
                model.agrees(record)
            except AssertionError as error:
                error.add_note(f"{first!r} {first.sequence} {list(first.features)}\n{done}")
                raise
        assert len(record.features) == len(first.features)
