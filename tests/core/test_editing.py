"""Random edits against the slow model, and the laws of editing."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import records
from tagged import Tagged

from biowright.core import (
    Feature,
    Fuzz,
    FuzzKind,
    InputError,
    Location,
    Record,
    Reference,
    Sequence,
    Span,
    Topology,
    circularise,
    concatenate,
    delete,
    extract,
    insert,
    linearise,
    replace,
    reverse_complement,
    rotate,
    splice,
)
from biowright.core.follow import joined, normalised


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
        Sequence(
            "".join(rng.choices("ACGTRYn", k=length)), "DNA", "circular" if circular else "linear"
        ),
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


def _letters(feature: Feature, record: Record) -> list[tuple[int, int]]:
    """The places of a feature's letters in reading order, each with its strand."""
    return [
        (position % len(record), part.strand)
        for part in feature.location.local
        for position in Location((part,)).positions()
    ]


@pytest.mark.parametrize("seed", range(4))
def test_pieces_carry_exactly_the_letters_of_features(seed: int) -> None:
    rng = random.Random(seed)
    for _ in range(250):
        record = _random_record(rng)
        length = len(record)
        if rng.random() < 0.5:
            start = rng.randint(0, max(length - 1, 0))
            size = rng.randint(0, length if record.circular else length - start)
            pieces = Location.of((start, start + size))
            taken = extract(record, start, start + size)
        else:
            bounds = sorted(rng.sample(range(length + 1), min(length + 1, 4) // 2 * 2))
            if not bounds:
                continue
            strand = rng.choice((1, -1))
            pieces = Location.of(*zip(bounds[::2], bounds[1::2], strict=True), strand=strand)
            if record.circular and length:
                pieces = normalised(pieces.shifted(rng.randrange(length)), length)
            taken = splice(record, pieces)
        assert taken.sequence == pieces.extract(record.sequence)
        assert not taken.circular
        new_place = {
            position % (length or 1): (place, part.strand)
            for part, offset in zip(pieces.parts, _offsets(pieces), strict=True)
            for place, position in enumerate(Location((part,)).positions(), offset)
        }
        # what is left of each feature that is left, in the same order
        expected = []
        for feature in record.features:
            left = [
                (new_place[place][0], strand * new_place[place][1])
                for place, strand in _letters(feature, record)
                if place in new_place
            ]
            if left:
                expected.append((left, len(left) < len(_letters(feature, record)), feature))
        got = [f for f in taken.features if _letters(f, taken)]
        assert [_letters(f, taken) for f in got] == [left for left, *_ in expected]
        for new, (_, cut, old) in zip(got, expected, strict=True):
            # a part without letters may lose its place too
            assert bool(new.cuts) == cut or not all(map(len, old.location.local))
        if record.quality is not None:
            at = {place: old for old, (place, _) in new_place.items()}
            assert taken.quality == bytes(record.quality[at[i]] for i in range(len(taken)))


def _offsets(pieces: Location) -> list[int]:
    offsets = [0]
    for part in pieces.parts[:-1]:
        offsets.append(offsets[-1] + len(part))
    return offsets


@settings(max_examples=60)
@given(records())
def test_reverse_complement_is_its_own_inverse(record: Record) -> None:
    assert reverse_complement(reverse_complement(record)) == record


@settings(max_examples=60)
@given(records(topology=Topology.CIRCULAR, min_size=1), st.integers(-100, 100))
def test_rotating_back_gives_the_same_record(record: Record, origin: int) -> None:
    back = rotate(rotate(record, origin), -origin)
    assert _spoken(back) == _spoken(record)
    assert rotate(rotate(record, origin), 5) == rotate(rotate(rotate(record, origin), 2), 3)


@settings(max_examples=60)
@given(records(topology=Topology.CIRCULAR, min_size=1, source=False), st.integers(0, 100))
def test_features_read_the_same_from_any_origin_and_strand(record: Record, origin: int) -> None:
    for turned in (rotate(record, origin), reverse_complement(record)):
        for old, new in zip(record.features, turned.features, strict=True):
            if not any(part.accession for part in old.location.parts):
                assert record.extract(old) == turned.extract(new)


@settings(max_examples=60)
@given(records(topology=Topology.LINEAR), st.data())
def test_concatenating_what_was_cut_gives_the_letters_back(
    record: Record, data: st.DataObject
) -> None:
    at = data.draw(st.integers(0, len(record)))
    both = concatenate([extract(record, 0, at), extract(record, at, len(record))])
    assert both.sequence == record.sequence
    assert both.quality == record.quality


@settings(max_examples=60)
@given(records(topology=Topology.CIRCULAR, min_size=1), st.integers(0, 50))
def test_opening_a_circle_keeps_every_letter(record: Record, at: int) -> None:
    opened = linearise(record, at)
    closed = circularise(opened)
    assert closed.sequence == rotate(record, at).sequence
    for old, new in zip(record.features, opened.features, strict=True):
        if old.type != "source" and not any(p.accession for p in old.location.parts):
            assert record.extract(old) == opened.extract(new)
            assert bool(new.cuts) == (len(new.location.parts) > len(old.location.parts)) or old.cuts


def _spoken(record: Record) -> tuple[object, ...]:
    """What a record says, however spans over the origin are put into parts."""
    return (
        record.sequence,
        [(f.type, joined(f.location, len(record)), f.qualifiers) for f in record.features],
        record.quality,
        [
            (r.title, sorted({p for s, e in r.bases for p in range(s, e)}))
            for r in record.references
        ],
    )


def test_the_rules_in_words() -> None:
    record = Record(
        Sequence("A" * 20),
        features=[
            Feature("source", Location.of((0, 20))),
            Feature("gene", Location.of((5, 15), strand=-1)),
            Feature("CDS", Location.of((5, 8), (10, 15))),
            Feature("site", Location.of((12, 12))),
        ],
        references=[Reference(bases=((0, 20),)), Reference(bases=((2, 6), (14, 18)))],
    )
    shorter = delete(record, 9, 17)
    assert [str(f.location) for f in shorter.features] == [
        "1..12",
        "complement(6..>9)",
        "6..>8",
        "9^10",
    ]
    assert [f.cuts for f in shorter.features] == [
        (),
        ("lost 6 nt at its 5' end (delete 9..17)",),
        ("lost 5 nt at its 3' end (delete 9..17)",),
        ("lost its place (delete 9..17)",),
    ]
    assert [r.bases for r in shorter.references] == [((0, 12),), ((2, 6), (9, 10))]
    assert shorter.provenance[-1].activity == "delete 8 nt at 9..17"
    longer = replace(record, 6, 7, "CCC")
    assert longer.features[1].cuts == ("lost 1 nt inside, with 3 nt in their place (replace 6..7)",)
    assert str(longer.features[1].location) == "complement(6..17)"
    assert replace(record, 6, 9, "CCC").features == record.features
    assert str(replace(record, 5, 15, "CC").features[1].location) == "complement(6..7)"
    nothing = delete(record, 0, 20)
    assert [len(f.location) for f in nothing.features] == [0, 0, 0, 0]
    assert insert(nothing, 0, "ACGT").features[0].location == Location.of((0, 4))


def test_fuzzy_positions_move_along() -> None:
    start = Fuzz(FuzzKind.WITHIN, (10, 14))
    end = Fuzz(FuzzKind.ONE_OF, (18, 20))
    feature = Feature("gene", Location((Span(10, 20, 1, start, end),)))
    record = Record(Sequence("ACGTA" * 6), features=[feature])
    moved = insert(record, 3, "GG").features[0]
    assert str(moved.location) == "(13.17)..one-of(20,22)"
    other = reverse_complement(record).features[0]
    assert str(other.location) == "complement(one-of(11,13)..(16.20))"


def test_features_of_an_inserted_record_come_along() -> None:
    plasmid = Record(Sequence("ACGTACGTAC", topology="circular"))
    part = Record(Sequence("GGGG"), features=[Feature("promoter", Location.of((1, 4)))])
    for at in (0, 4, 10):
        built = insert(plasmid, at, part)
        assert built.extract(built.features[0]) == Sequence("GGG")
    over = replace(plasmid, 8, 12, part)  # as many letters: the origin stays
    assert str(over.sequence) == "GGGTACGTGG"
    assert over.features[0].location == Location.of((9, 12))


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (lambda r: delete(r, 5, 2), "ends before it starts"),
        (lambda r: delete(r, -1, 2), "begins outside"),
        (lambda r: delete(r, 2, 99), "longer than the circle"),
        (lambda r: insert(r, 99, "A"), "no place between"),
        (lambda r: insert(r, 0, "A-Z"), "no IUPAC letter"),
        (lambda r: insert(r, 0, Sequence("ACGU", "RNA")), r"to_dna\(\)"),
        (lambda r: insert(r, 0, Sequence("ACG", topology="circular")), "linearise it first"),
        (lambda r: insert(r, 0, 12), "int cannot be inserted"),
        (lambda r: delete(r, 1.5, 2), "is no position"),
        (lambda r: circularise(r), "circle already"),
        (lambda r: rotate(linearise(r), 2), "only a circle"),
        (lambda r: delete(linearise(r), 2, 99), "beyond a linear sequence"),
        (lambda r: concatenate([r]), "no end to join"),
        (lambda r: concatenate([]), "nothing to concatenate"),
        (lambda r: reverse_complement(Record(Sequence("MK", "protein"))), "no other strand"),
        (
            lambda r: rotate(r.changed(features=[Feature("CDS", Location.of((3, 40)))]), 1),
            "does not lie",
        ),
        (
            lambda r: delete(
                Record(Sequence("A"), features=[Feature("x", Location.of((3, 4)))]), 0, 1
            ),
            "does not lie",
        ),
        (lambda r: splice(r, Location((Span(0, 3, accession="X1"),))), "another record"),
    ],
)
def test_what_cannot_be_done_is_refused_with_reason(
    edit: Callable[[Record], Record], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        edit(Record(Sequence("ACGTACGTAC", topology="circular"), "plasmid"))


def test_rna_takes_the_spelling_of_where_it_goes() -> None:
    spelled_with_t = Record(Sequence("ACGT", "RNA"))
    assert str(insert(spelled_with_t, 0, Sequence("UU", "RNA")).sequence) == "TTACGT"
    assert str(insert(Record(Sequence("ACGU", "RNA")), 4, "TT").sequence) == "ACGUUU"


def test_an_edit_of_a_genome_builds_only_the_features_that_it_touches() -> None:
    features = [Feature("gene", Location.of((i * 10, i * 10 + 8))) for i in range(500)]
    record = Record(Sequence("ACGTA" * 1000, topology="circular"), features=features)
    edited = rotate(reverse_complement(delete(record, 12, 14)), 777)
    assert (
        sum(old is new for old, new in zip(features, edited.features._state[0], strict=True)) > 495
    )
    assert all(len(f.location) == 8 for f in edited.features if not f.cuts)
