"""Signals at junctions: against a plain search of whole and parts, on real parts, strands and circles."""

from __future__ import annotations

import random

import pytest

from biowright.bio import find, find_promoters, find_translation_starts, translation_start
from biowright.core import Attributes, Feature, InputError, Location, Record, Sequence
from biowright.design import Stretch, edited_signals, junction_signals

# parts of the Registry of Standard Biological Parts
J23100 = "TTGACGGCTAGCTCAGTCCTAGGTACAGTGCTAGC"
B0034 = "AAAGAGGAGAAA"
SFGFP = (
    "ATGCGTAAAGGCGAAGAGCTGTTCACTGGTGTCGTCCCTATTCTGGTGGAACTGGATGGTGATGTCAACGGTCATAAGTTTTCCGTGCGT"
    "GGCGAGGGTGAAGGTGACGCAACTAATGGTAAACTGACGCTGAAGTTCATCTGTACTACTGGTAAACTGCCGGTACCTTGG"
)
QUIET = "ACCATCACCATCGACCATCCACATCACCGACATCCACCATC"


def joined(
    *parts: tuple[str, str], between: str = "", circular: bool = False, cds: str = ""
) -> tuple[Record, list[Stretch]]:
    """Join named parts; the gene of that name gets its feature."""
    text, pieces, features = "", [], []
    for name, letters in parts:
        if pieces:
            text += between
        if name == cds:
            place = Location.of((len(text), len(text) + len(letters)))
            features.append(Feature("CDS", place, Attributes({"label": name})))
        pieces.append(Stretch(Record(Sequence(letters), name), 0, len(letters), 1, len(text)))
        text += letters
    topology = "circular" if circular else "linear"
    return Record(Sequence(text, topology=topology), "both", features=features), pieces


def test_new_signals_are_those_of_the_whole_less_those_of_the_parts() -> None:
    rng = random.Random(4)
    some = {"promoter": 0, "start": 0, "site": 0}
    for _ in range(18):
        parts = [
            (f"p{n}", "".join(rng.choice("ACGTATTGA") for _ in range(rng.randint(30, 160))))
            for n in range(9)
        ]
        record, pieces = joined(*parts)
        seams = [piece.at for piece in pieces[1:]]
        changes = junction_signals(record, pieces, enzymes=["MseI"], promoter=0.01, start=4.0)
        for kind in some:
            told = {(c.start, c.strand) for c in changes if c.kind == kind}
            some[kind] += len(told)

            def across(low: int, high: int, seams: list[int] = seams) -> bool:
                return any(low < seam < high for seam in seams)

            wanted = set()
            if kind == "promoter":
                known = {
                    (s.at + (p.end if p.strand == 1 else p.start), p.strand)
                    for s in pieces
                    for p in find_promoters(s.source, strength=0.005)
                }
                for p in find_promoters(record, strength=0.01):
                    low, high = (0, 3) if p.strand == 1 else (3, 0)
                    place = p.end if p.strand == 1 else p.start
                    if across(p.start - low, p.end + high) and (place, p.strand) not in known:
                        wanted.add((p.start, p.strand))
            elif kind == "start":
                known = {
                    (s.at + t.start, t.strand)
                    for s in pieces
                    for t in find_translation_starts(s.source, energy=5.0)
                }
                for t in find_translation_starts(record, energy=4.0):
                    first = t.start if t.strand == 1 else t.end - 1
                    if across(first - 36, first + 37) and (t.start, t.strand) not in known:
                        wanted.add((t.start, t.strand))
            else:
                hits = [h for h in find(record, "TTAA") if across(h.start, h.end)]
                wanted = {(h.start, h.strand) for h in hits}
            if kind == "promoter":  # of those that overlap the strongest is told
                assert told <= wanted
                for start, strand in wanted:
                    assert any(side == strand and abs(at - start) < 34 for at, side in told)
            else:
                assert told == wanted, kind
    assert min(some.values()) > 1


def test_halves_of_a_promoter_make_one_where_they_meet() -> None:
    left, right = QUIET + "TTGACA", "ATTAATCATCGGCTCGTATAATGTGTGG" + QUIET
    record, pieces = joined(("left", left), ("right", right))
    strongest = max(junction_signals(record, pieces), key=lambda c: c.score)
    assert (strongest.kind, strongest.strand, strongest.before) == ("promoter", 1, None)
    assert strongest.score > 0.5
    assert "across left and right" in str(strongest)
    assert str(record.sequence)[strongest.start : strongest.start + 6] == "TTGACA"
    # the same on the other strand, and over the origin of a circle
    turned = record.sequence.reverse_complement()
    back = [Stretch(p.source, 0, len(p), -1, len(record) - p.at - len(p)) for p in reversed(pieces)]
    other = max(junction_signals(Record(turned), back), key=lambda c: c.score)
    assert (other.strand, other.score) == (-1, strongest.score)
    assert (len(record) - other.end, len(record) - other.start) == (strongest.start, strongest.end)
    circle, around = joined(("right", right), ("left", left), circular=True)
    over = max(junction_signals(circle, around), key=lambda c: c.score)
    assert over.score == strongest.score
    assert over.start == len(circle) - 6
    assert over.end > len(circle)


def test_halves_of_a_terminator_make_one_where_they_meet() -> None:
    left, right = QUIET + "AGCCCGCACCTGACAG", "TGCGGGCTTTTTTTTTCGACC" + QUIET
    record, pieces = joined(("left", left), ("right", right))
    [change] = [c for c in junction_signals(record, pieces) if c.kind == "terminator"]
    assert change.score > 20
    assert change.strand == 1
    # where one of them had it all the time, it is nothing new
    whole = Record(record.sequence, "whole")
    assert not junction_signals(record, [*pieces, Stretch(whole, 0, len(whole), 1, 0)])


def test_a_scar_moves_a_gene_away_from_its_ribosome_binding_site() -> None:
    without, parts = joined(("J23100", J23100), ("B0034", B0034), ("sfGFP", SFGFP), cds="sfGFP")
    sources = [Stretch(without, p.at, p.at + len(p), 1, p.at) for p in parts]
    assert not junction_signals(without, sources)
    told = {}
    for scar in ("ACTA", "CATCACCATCAACATC", "CATCACCATCAACATCCATCAACCATC"):
        record, pieces = joined(
            ("J23100", J23100), ("B0034", B0034), ("sfGFP", SFGFP), between=scar, cds="sfGFP"
        )
        moved = [
            Stretch(without, s.start, s.end, 1, p.at) for s, p in zip(sources, pieces, strict=True)
        ]
        told[scar] = [c for c in junction_signals(record, moved) if c.kind == "ribosome binding"]
        start = pieces[2].at
        rise = translation_start(record, start).energy
        rise -= translation_start(without, parts[2].at).energy
        assert bool(told[scar]) == (rise >= 1.6)
        for change in told[scar]:
            assert (change.start, change.end, change.strand) == (start, start + 3, 1)
            assert change.score - (change.before or 0) == pytest.approx(rise)
            assert "sfGFP is translated at" in change.reason
    assert [bool(changes) for changes in told.values()] == [False, True, True]
    # what was before the gene is not known: nothing to compare with
    assert not [c for c in junction_signals(record, pieces) if c.kind == "ribosome binding"]


def test_kozak_counts_where_no_ribosome_of_bacteria_binds() -> None:
    # the human beta globin's start: GCACCATGG
    leader = "ACACTTGCTTTTGACACAACTGTGTTCACTAGCAACCTCAAACAGACACC"
    gene = "ATGGTGCATCTGACTCCTGAGGAGAAGTCTGCCGTTACTGCCCTGTGGGGC"
    cds = Feature("CDS", Location.of((50, 101)), Attributes({"gene": "HBB"}))
    source = Record(Sequence(leader + gene), "mRNA", features=[cds])
    assert translation_start(source, 50).energy > 6
    for scar, kinds in (("ACC", []), ("TCC", ["Kozak"])):
        record = source.changed(sequence=Sequence(leader[:-3] + scar + gene))
        pieces = [Stretch(source, 0, 47, 1, 0), Stretch(source, 50, 101, 1, 50)]
        changes = junction_signals(record, pieces)
        assert [c.kind for c in changes] == kinds
        if changes:
            assert (changes[0].score, changes[0].before) == (1, 2)
            assert "HBB by Kozak is adequate, strong in mRNA" in str(changes[0])


def test_a_lost_start_codon_and_an_edit_are_told() -> None:
    source = Record(
        Sequence(QUIET + "AAGGAGGTACATC" + SFGFP),
        "gene",
        features=[Feature("CDS", Location.of((54, 54 + len(SFGFP))), Attributes({"gene": "gfp"}))],
    )
    letters = str(source.sequence)
    lost = source.changed(sequence=Sequence(letters[:54] + "ACG" + letters[57:]))
    assert "start codon" in {c.kind for c in edited_signals(source, lost)}
    weak = source.changed(sequence=Sequence(letters.replace("AAGGAGGT", "AACCACCT")))
    assert {c.kind for c in edited_signals(source, weak)} == {"ribosome binding"}
    assert not edited_signals(source, source)
    with pytest.raises(InputError, match="letters instead of"):
        edited_signals(source, Record(Sequence("ACGT")))
    with pytest.raises(InputError, match="no restriction enzyme 'BsaX'"):
        edited_signals(source, lost, enzymes=["BsaX"])


def test_a_plasmid_that_is_only_turned_has_nothing_new() -> None:
    rng = random.Random(6)
    plasmid = Record(Sequence("".join(rng.choices("ACGTAT", k=700)), topology="circular"), "p")
    for cut in (1, 77, 350):
        letters = str(plasmid.sequence)
        turned = Record(Sequence(letters[cut:] + letters[:cut], topology="circular"))
        halves = [
            Stretch(plasmid, cut, cut + 300, 1, 0),
            Stretch(plasmid, cut + 300, cut + 700, 1, 300),
        ]
        assert not junction_signals(turned, halves, promoter=0.001, start=5, terminator=-20)
