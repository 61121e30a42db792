"""Guides against RNA: antisense, flanks, other transcripts by brute force, over the origin."""

from __future__ import annotations

import json
import random
from pathlib import Path

import numpy as np
import pytest

from biowright.bio import fold
from biowright.cli import main
from biowright.core import Feature, InputError, Location, Record, Sequence, rotate
from biowright.design import nuclease
from biowright.design.guides import Transcript, find_target, rna_guides, transcripts
from biowright.design.guides.rna_places import count_places
from biowright.formats import write

TABLE = str.maketrans("ACGT", "TGCA")


def mirror(text: str) -> str:
    return text.translate(TABLE)[::-1]


@pytest.fixture(scope="module")
def genome() -> Record:
    dice = random.Random(2)
    text = "".join(dice.choices("ACGT", k=1600))
    # a piece of a stands in b with one letter changed, and in no transcript as it is elsewhere
    piece = text[120:160]
    changed = piece[:20] + mirror(piece[20]) + piece[21:]
    text = text[:620] + mirror(changed) + text[660:1300] + piece + text[1340:]
    features = [
        Feature("CDS", Location.of((60, 420)), {"gene": "a"}),
        Feature("CDS", Location.of((560, 860), strand=-1), {"gene": "b"}),
        Feature("mRNA", Location.of((40, 430)), {"gene": "a"}),
        Feature("CDS", Location.of((900, 950), (1000, 1100)), {"gene": "c"}),
    ]
    return Record(Sequence(text, topology="circular"), "toy", "toy.1", features=features)


@pytest.mark.parametrize("shift", [0, 640, 925])
@pytest.mark.parametrize("name", ["a", "b", "c"])
def test_guides_and_other_places_by_brute_force(genome: Record, shift: int, name: str) -> None:
    record = rotate(genome, shift)
    places = {t.name: t.letters for t in transcripts([record])}
    text = str(genome.sequence)
    assert places == {
        "a": text[40:430],
        "b": mirror(text[560:860]),
        "c": text[900:950] + text[1000:1100],
    }
    found = rna_guides([record], find_target([record], name), nuclease("RfxCas13d"), mismatches=3)
    own = places[name]
    assert {g.start for g in found} == set(range(len(own) - 22))
    for guide in found[::29]:
        assert guide.protospacer == own[guide.start : guide.start + 23]
        assert guide.spacer == mirror(guide.protospacer)
        counts = [0] * 4
        for other, letters in places.items():
            for at in range(len(letters) - 22):
                wrong = sum(
                    x != y for x, y in zip(letters[at : at + 23], guide.protospacer, strict=True)
                )
                if wrong <= 3 and (other, at) != (name, guide.start):
                    counts[wrong] += 1
        assert guide.sites == tuple(counts)
    if name == "a":
        assert any(g.sites[1] for g in found)
        assert {g.perfect for g in found} == {1}  # the copy outside of transcripts does not count


@pytest.mark.parametrize(("size", "mismatches"), [(20, 0), (23, 4), (28, 3), (32, 9), (11, 7)])
def test_places_are_those_of_a_plain_count(size: int, mismatches: int) -> None:
    """Unknown letters, repeats, isoforms that share places, words at the ends, both strands."""
    dice = random.Random(size)
    text = "".join(dice.choices("ACGT", k=700))
    text = text[:300] + text[40:90] + text[350:]  # a repeat
    text = text[:500] + "N" + text[501:530] + "R" + text[531:]
    record = Record(Sequence(text, topology="circular"), "toy", "toy")
    spans = [
        Location.of((0, 380)),
        Location.of((20, 100), (200, 290)),  # shares its first part with the one above
        Location.of((400, 640), strand=-1),
        Location.of((680, 730)),  # over the origin
        Location.of((390, 390 + size - 1)),  # too short for any word
    ]
    features = [Feature("mRNA", place, {"gene": str(n)}) for n, place in enumerate(spans)]
    every = transcripts([record.changed(features=features)])
    assert [t.letters for t in every] == [str(s.extract(record.sequence)) for s in spans]
    assert [t.places.tolist() for t in every] == [list(s.positions(700)) for s in spans]
    own = Transcript("own", text[45 : 45 + size] + "ACGT")
    words = [
        t.letters[at : at + size] for t in every for at in range(0, len(t.letters) - size + 1, 9)
    ]
    words.append(own.letters[:size])
    words = [word for word in dict.fromkeys(words) if set(word) <= set("ACGT")]
    plain = np.zeros((len(words), mismatches + 1), int)
    for number, word in enumerate(words):
        best: dict[tuple[object, ...], int] = {}
        for t in [*every, own]:
            for at in range(len(t.letters) - size + 1):
                pairs = zip(t.letters[at : at + size], word, strict=True)
                wrong = sum(x != y for x, y in pairs)
                key = (t.contig, t.strand, int(t.places[at]))
                if wrong <= min(mismatches, best.get(key, size)):
                    best[key] = wrong
        for wrong in best.values():
            plain[number, wrong] += 1
    assert (count_places([*every, own], words, mismatches) == plain).all()
    assert plain[:, 0].max() >= 2


def test_more_places_than_there_is_room_for_at_first() -> None:
    every = [Transcript("a", "ACGT" * 20_000), Transcript("b", "")]
    counts = count_places(every, ["ACGT" * 5, "CGTA" * 5, "A" * 20], 1)
    assert counts[:, 0].tolist() == [19_996, 19_995, 0]
    with pytest.raises(InputError, match="12 mismatches"):
        count_places(every, ["ACGT" * 5], 12)
    with pytest.raises(InputError, match="spacer of 33"):
        count_places(every, ["A" * 33], 1)


def test_flanks_are_those_of_the_row(genome: Record) -> None:
    target = find_target([genome], "a")
    every = rna_guides([genome], target, nuclease("LwaCas13a"))
    some = rna_guides([genome], target, nuclease("LshCas13a"))
    assert {g.start for g in some} == {g.start for g in every if not g.flank.startswith("G")}
    assert len(some) < len(every)
    assert any(not g.flank for g in some)  # at the very end nothing follows
    with pytest.raises(InputError, match="cuts DNA"):
        rna_guides([genome], target, nuclease("SpCas9"))
    with pytest.raises(InputError, match="spacers of 40"):
        rna_guides([genome], target, nuclease("LshCas13a"), spacer=40)
    with pytest.raises(InputError, match="no transcript"):
        rna_guides([genome], find_target([genome], "toy:100..300"), nuclease("RfxCas13d"))


def test_what_is_hidden_in_a_hairpin_comes_last() -> None:
    dice = random.Random(1)
    stem = "".join(dice.choices("GC", k=24))
    loose = "AATCAACATACAAACTACATAACATCAATCAAACATAACA"
    own = loose + stem + "GAAA" + mirror(stem) + loose
    record = Record(Sequence(own), "mine")
    from biowright.design.guides import Target

    found = rna_guides([], Target(record, 0, len(own), "mine"), nuclease("RfxCas13d"))
    assert fold(own).structure[40:64] == "(" * 24
    openness = {g.start: g.open for g in found}
    assert openness[40] == 0
    assert openness[2] > 0.8
    assert found[0].open > 0.8


def test_the_command(tmp_path: Path, genome: Record, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "toy.gb"
    write([genome], file)
    call = ["design", "guides", "b", "--genome", str(file), "--nuclease", "CasRx"]
    out = tmp_path / "guides.tsv"
    assert main([*call, "--out", str(out)]) == 0
    assert "cuts RNA at random" in capsys.readouterr().err
    assert len(out.read_text().splitlines()) == 300 - 22 + 1
    assert main([*call, "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["guides"][0]["rank"] == 1
    assert main([*call, "--score", "rule-set-2"]) == 2
