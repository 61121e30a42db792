"""Guides that silence or activate: starts of transcription, strands, seeds, operons, over the origin."""

from __future__ import annotations

import json
import random
import re
from pathlib import Path

import pytest

from biowright.cli import main
from biowright.core import Feature, FormatError, InputError, Location, Record, Sequence, rotate
from biowright.design import nuclease
from biowright.design.guides import (
    HOSTS,
    TranscriptionStart,
    find_starts,
    find_target,
    operon,
    read_starts,
    regulatory_guides,
    repression_score,
    seed_table,
)
from biowright.design.offtargets import Pam, index_records
from biowright.formats import write

TABLE = str.maketrans("ACGT", "TGCA")


def mirror(text: str) -> str:
    return text.translate(TABLE)[::-1]


def cds(name: str, start: int, end: int, strand: int = 1) -> Feature:
    return Feature("CDS", Location.of((start, end), strand=strand), {"gene": name})


@pytest.fixture(scope="module")
def genome() -> Record:
    text = "".join(random.Random(8).choices("ACGT", k=6000))
    features = [
        cds("a", 1000, 1600),
        cds("b", 1620, 2200),
        cds("c", 2240, 2600),
        cds("d", 2700, 3000),
        cds("e", 300, 900, -1),
        cds("f", 4000, 4900, -1),
        cds("g", 4930, 5500, -1),
    ]
    return Record(Sequence(text, topology="circular"), "toy", "toy.1", features=features)


def test_operons(genome: Record) -> None:
    assert operon(genome, 1000, 1600, 1) == ([], ["b", "c"])
    assert operon(genome, 2240, 2600, 1) == (["b", "a"], [])
    assert operon(genome, 4930, 5500, -1) == ([], ["f"])
    assert operon(genome, 4000, 4900, -1) == (["g"], [])
    stop = Feature("regulatory", Location.of((1605, 1612)), {"regulatory_class": "terminator"})
    cut = genome.changed(features=[*genome.features, stop])
    assert operon(cut, 1000, 1600, 1) == ([], [])
    for shift in (1300, 1610, 2100, 2230):  # the operon lies over the origin
        turned = rotate(genome, shift)
        where = next(f for f in turned.features if f.label == "a").location
        assert operon(turned, where.start, where.end, 1) == ([], ["b", "c"]), shift


def test_starts_of_transcription(genome: Record) -> None:
    host = HOSTS["bacteria"]
    (guess,) = find_starts(genome, 1000, 1600, 1, host)
    assert (guess.position, guess.guessed) == (963, True)
    assert "37 nt before" in guess.source
    (back,) = find_starts(genome, 4930, 5500, -1, host)
    assert back.position == 5499 + 37
    promoter = Feature("regulatory", Location.of((880, 930)), {"regulatory_class": "promoter"})
    marked = genome.changed(features=[*genome.features, promoter])
    assert [s.position for s in find_starts(marked, 1000, 1600, 1, host)] == [929]
    said = Feature("misc_feature", Location.of((940, 941)), {"note": "TSS of a (primer extension)"})
    marked = marked.changed(features=[*marked.features, said])
    assert [s.position for s in find_starts(marked, 1000, 1600, 1, host)] == [940]
    given = [TranscriptionStart(955, 1, "mine"), TranscriptionStart(955, -1, "another strand")]
    assert find_starts(marked, 1000, 1600, 1, host, given=given) == (given[0],)
    far = [TranscriptionStart(100, 1, "far away")]
    assert find_starts(genome, 1000, 1600, 1, host, given=far)[0].guessed


@pytest.mark.parametrize("name", ["a", "g"])
@pytest.mark.parametrize("shift", [0, 990, 5520])
def test_bacterial_rules(genome: Record, name: str, shift: int) -> None:
    """The same guides in the same order, on both strands and wherever the circle begins."""
    turned = rotate(genome, shift)
    target = find_target([turned], name)
    found = regulatory_guides(
        [turned], target, nuclease("dCas9"), index_records([turned], "NGG"), "repress"
    )
    assert found.guides
    strand = 1 if name == "a" else -1
    text = str(turned.sequence) * 2
    start = found.start.position
    for guide in found.guides:
        placed = guide.ranked.guide
        read = text[placed.start : placed.end]
        read = read if placed.strand == 1 else mirror(read)
        assert read == placed.spacer + placed.pam
        # the guide pairs with the coding strand, and so reads as the other one, if it is to stop it
        assert guide.strand == ("non-template" if placed.strand == -strand else "template")
        middle = (placed.start + placed.end) // 2
        off = ((middle - start) * strand + 3000) % 6000 - 3000
        assert guide.distance == off
        assert -60 <= off <= 300
        said = " ".join(guide.reasons)
        if off > 20 and guide.strand == "template":
            assert "the polymerase passes" in said
            assert guide.share <= 0.1
        # the model knows guides that stop a polymerase, from the letters around them
        if off > 20 and guide.strand == "non-template":
            low, high = (4, 3) if placed.strand == 1 else (3, 4)
            around = (text[-10:] + text)[placed.start + 10 - low : placed.end + 10 + high]
            (score,) = repression_score([around if placed.strand == 1 else mirror(around)])
            assert guide.ranked.activity == pytest.approx(score)
            assert f"repression {score:.2f}" in said
            rest = guide.ranked.specificity * 0.9 ** len(guide.ranked.problems)
            rest *= 0.8 ** min(guide.seeds.starts, 10)
            rest *= 0.7 ** min(max(guide.seeds.twelve - 1, 0), 10)
            assert guide.share == pytest.approx((0.45 + 0.5 * min(max(score, 0), 1)) * rest)
        else:
            assert guide.ranked.activity is None
    assert not any("TTTT" in p for g in found.guides for p in g.ranked.problems)
    assert found.model == "repression"
    assert "learned in E. coli" in found.notices[0]
    best = found.guides[0]
    assert best.strand == "non-template" or best.distance <= 20
    expected = {"a": "silences b, c too", "g": "silences f too"}[name]
    assert any(expected in notice for notice in found.notices)
    assert any("guessed" in notice for notice in found.notices)
    whole = find_target([genome], name)
    plain = regulatory_guides(
        [genome], whole, nuclease("dCas9"), index_records([genome], "NGG"), "repress"
    )
    assert [g.ranked.guide.spacer for g in plain.guides] == [
        g.ranked.guide.spacer for g in found.guides
    ]


def test_windows_of_other_hosts_and_of_activation(genome: Record) -> None:
    target = find_target([genome], "a")
    index = index_records([genome], "NGG")
    for host, purpose in (("animal", "repress"), ("animal", "activate"), ("yeast", "repress")):
        found = regulatory_guides(
            [genome], target, nuclease("dCas9"), index, purpose, host=host,
            starts=[TranscriptionStart(980, 1, "known")],
        )  # fmt: skip
        low, high = getattr(HOSTS[host], purpose)
        assert found.guides
        assert all(low <= g.distance <= high for g in found.guides)
        assert not found.start.guessed
    # e is transcribed the other way from close by
    assert any("e is transcribed the other way" in notice for notice in found.notices)


def test_where_the_model_does_not_hold_the_distance_orders(genome: Record) -> None:
    target, index = find_target([genome], "a"), index_records([genome], "NGG")
    for values in ({"host": "animal"}, {"spacer": 18}, {"purpose": "activate"}):
        asked = {"purpose": "repress", **values}
        found = regulatory_guides([genome], target, nuclease("dCas9"), index, **asked)  # type: ignore[arg-type]
        assert found.guides
        assert not found.model
        assert all(g.ranked.activity is None for g in found.guides)
        assert not any("repression" in text for text in found.notices)
    short = regulatory_guides([genome], target, nuclease("dCas9"), index, "repress", spacer=18)
    stops = [g for g in short.guides if g.distance > 20 and g.strand == "non-template"]
    for guide in stops:
        rest = guide.ranked.specificity * 0.9 ** len(guide.ranked.problems)
        rest *= 0.8 ** min(guide.seeds.starts, 10)
        rest *= 0.7 ** min(max(guide.seeds.twelve - 1, 0), 10)
        assert guide.share == pytest.approx((0.95 - 0.5 * guide.distance / 600) * rest)
    assert len(stops) > 2
    # a guide without 4 letters before it, at the end of a contig, falls back on the distance too
    whole = regulatory_guides([genome], target, nuclease("dCas9"), index, "repress")
    best = max(
        (g for g in whole.guides if g.distance > 20 and g.strand == "non-template"),
        key=lambda g: g.ranked.guide.end,
    )
    assert best.ranked.activity is not None
    assert best.ranked.guide.end > 1100
    end = best.ranked.guide.end + 3  # on the reverse strand the letters before it lie behind
    linear = genome.changed(
        sequence=Sequence(str(genome.sequence)[:end]),
        features=[cds("a", 1000, end)],
    )
    found = regulatory_guides(
        [linear],
        find_target([linear], "a"),
        nuclease("dCas9"),
        index_records([linear], "NGG"),
        "repress",
    )
    last = next(g for g in found.guides if g.ranked.guide.end == best.ranked.guide.end)
    assert last.ranked.activity is None
    assert found.model == "repression"
    assert "repression" not in " ".join(last.reasons)
    assert last.share > 0.1


def test_seeds_are_those_of_a_plain_count(genome: Record) -> None:
    text = str(genome.sequence)
    doubled = text + text[:40]
    for motif, side, pattern in (
        ("NGG", 3, "(?=(.{12})[ACGT]GG)"),
        ("TTTV", 5, "(?=TTT[ACG](.{12}))"),
    ):
        table = seed_table([genome], Pam(motif, side), HOSTS["bacteria"])
        words = []
        for letters in (doubled, mirror(doubled)):
            words += [m[1] for m in re.finditer(pattern, letters)]
        for word in words[::37]:
            spacer = "ACGTACGT" + word if side == 3 else word + "ACGTACGT"
            counts = table.counts(spacer)
            nine = word[-9:] if side == 3 else word[:9]
            near = re.compile(f"(?={nine}[ACGT]GG)" if side == 3 else f"(?=TTT[ACG]{nine})")
            places = set()
            for strand, letters in ((1, doubled), (-1, mirror(doubled))):
                size = 12 if side == 3 else 13
                for m in near.finditer(letters):
                    at = m.start() if strand == 1 else len(doubled) - m.start() - size
                    places.add((at % 6000, strand))
            assert counts.nine == len(places)
            assert counts.twelve >= 1


def test_tables_of_starts(tmp_path: Path, genome: Record) -> None:
    file = tmp_path / "starts.tsv"
    file.write_text("sequence\tposition\tstrand\tname\ntoy.1\t950\t+\tP1\ntoy\t5530\t-\tP2\n")
    starts = read_starts(file, [genome])
    assert [(s.position, s.strand, s.source) for s in starts["toy.1"]] == [
        (950, 1, "table: P1"),
        (5530, -1, "table: P2"),
    ]
    gff = tmp_path / "starts.gff3"
    gff.write_text("##gff-version 3\ntoy.1\tx\tTSS\t951\t951\t.\t+\t.\tID=1\n")
    assert read_starts(gff, [genome])["toy.1"][0].position == 950
    for text, said in (
        ("# nothing\n", "empty"),
        ("sequence,strand\ntoy,+\n", "no column 'position'"),
        ("sequence,position,strand\ntoy,9999,+\n", "is no position"),
        ("sequence,position,strand\ntoy,99,x\n", "is no strand"),
        ("sequence,position,strand\nother,99,+\n", "no sequence 'other'"),
    ):
        file.write_text(text)
        with pytest.raises(FormatError, match=said):
            read_starts(file, [genome])


def test_what_is_refused(genome: Record) -> None:
    target, index = find_target([genome], "a"), index_records([genome], "NGG")
    with pytest.raises(InputError, match="no dead nuclease"):
        regulatory_guides([genome], target, nuclease("SpCas9"), index, "repress")
    with pytest.raises(InputError, match="no purpose"):
        regulatory_guides([genome], target, nuclease("dCas9"), index, "kill")
    with pytest.raises(InputError, match="no host"):
        regulatory_guides([genome], target, nuclease("dCas9"), index, "repress", host="plant")
    region = find_target([genome], "toy:100..300")
    with pytest.raises(InputError, match="no coding sequence"):
        regulatory_guides([genome], region, nuclease("dCas9"), index, "repress")


def test_the_command(tmp_path: Path, genome: Record, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "toy.gb"
    write([genome], file)
    call = ["design", "guides", "a", "--genome", str(file), "--nuclease", "dCas9"]
    call += ["--index", str(tmp_path / "index")]
    out = tmp_path / "guides.tsv"
    assert main([*call, "--purpose", "repress", "--tss", "955", "--out", str(out)]) == 0
    assert "transcription starts at 955 (as given)" in capsys.readouterr().out
    assert out.read_text().startswith("target\trank\tguide")
    far = ["design", "guides", "d", *call[3:], "--purpose", "repress", "--tss", "1300"]
    assert main(far) == 0  # a start of one's own is taken wherever it is
    assert "starts at 1,300 (as given)" in capsys.readouterr().out
    assert main([*call, "--purpose", "repress", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["start"]["guessed"] is True
    assert "repression" in out.read_text().splitlines()[0].split("\t")
    assert main([*call, "--purpose", "repress", "--score", "repression"]) == 0
    assert "ordered by repression, learned in E. coli" in capsys.readouterr().err
    assert main([*call, "--tss", "955"]) == 2
    assert "--tss has no effect with guides that cut" in capsys.readouterr().err
    assert main(["RfxCas13d" if word == "dCas9" else word for word in call]) == 2
    assert "--index has no effect with RfxCas13d, which cuts RNA" in capsys.readouterr().err
    for more in (["--host", "animal"], ["--spacer", "18"]):
        assert main([*call, "--purpose", "repress", "--score", "repression", *more]) == 2
        assert "repression does not hold" in capsys.readouterr().err
    assert main([*call, "--tss", "955"]) == 2
    assert "give --purpose" in capsys.readouterr().err
    protein = tmp_path / "protein.fasta"
    protein.write_text(">p\nMKLVWQEEFRHIPLNDDYSTGACMKLVWQEEF\n")
    assert main(["design", "guides", str(protein), *call[3:]]) == 2
    error = capsys.readouterr().err
    assert "protein.fasta" in error
    assert "this is a protein" in error
