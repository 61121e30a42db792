"""Cut sites against Bio.Restriction, for all enzymes, and by the laws of circles."""

from __future__ import annotations

import random
from collections import defaultdict
from pathlib import Path

import pytest
from Bio import Restriction
from Bio.Seq import Seq
from hypothesis import given, settings
from hypothesis import strategies as st

from biowright.bio import CutSite, Enzyme, cut_sites, enzyme, enzymes
from biowright.core import InputError, Record, Sequence, SequenceError

ALL = list(enzymes())
MIXED = ["EcoRI", "KpnI", "SmaI", "BsaI", "SapI", "BcgI", "BtsI", "HpaII", "MseI", "TspRI", "MnlI"]


def random_dna(seed: int, length: int) -> str:
    return "".join(random.Random(seed).choices("ACGT", k=length))


def as_biopython_counts(sites: list[CutSite]) -> dict[str, set[int]]:
    """Give the top cuts of those sites that Biopython looks for.

    Where a site reads in both directions at once (MspJI's CNNR in CNNG), Biopython
    finds one of them; two enzymes cut a palindrome unevenly (HauII, SgeI), and it finds one side.
    """
    forward = {(s.enzyme.name, s.start) for s in sites if s.strand == 1}
    cuts: dict[str, set[int]] = defaultdict(set)
    for site in sites:
        if site.strand == 1 or (site.enzyme.name, site.start) not in forward:
            cuts[site.enzyme.name] |= {cut.top for cut in site.cuts if not cut.falls_off}
    return cuts


def check_against_biopython(text: str, circular: bool, chosen: list[Enzyme]) -> None:
    sites = cut_sites(Sequence(text, topology="circular" if circular else "linear"), chosen)
    batch = Restriction.RestrictionBatch(
        [getattr(Restriction, e.name.replace("-", "_")) for e in chosen]
    )
    ours = as_biopython_counts(sites)
    for theirs, found in batch.search(Seq(text), linear=not circular).items():
        name = str(theirs).replace("_", "-")
        expected = {(place - 1) % len(text) if circular else place - 1 for place in found}
        differing = ours[name] ^ expected
        if not circular:
            # near an end, Biopython asks whether the top strand is cut, and we whether both are; it
            # also leaves out a cut near the end of a record whose other cut falls off
            differing = {cut for cut in differing if 40 < cut < len(text) - 40}
        assert not differing, name


@settings(max_examples=12)
@given(st.integers(0, 2**32), st.booleans())
def test_all_enzymes_cut_as_in_biopython(seed: int, circular: bool) -> None:
    check_against_biopython(random_dna(seed, 500), circular, ALL)


@pytest.mark.reference
def test_lambda_is_cut_as_in_biopython(reference: Path) -> None:
    text = (reference / "build/genomes/lambda_NC_001416.gb").read_text()
    _, _, origin = text.partition("ORIGIN")
    letters = "".join(filter(str.isalpha, origin)).upper()
    assert len(letters) == 48502
    # the enzymes with the shortest sites, which cut everywhere, are left to the test above
    check_against_biopython(letters, False, [e for e in ALL if len(e.site.replace("N", "")) > 4])


def test_a_site_and_its_cut() -> None:
    sites = cut_sites("AAGAATTCAAGGTCTCACCCCAA", ["BsaI", "EcoRI"])
    assert [(s.enzyme.name, s.start, s.end, s.strand) for s in sites] == [
        ("EcoRI", 2, 8, 1),
        ("BsaI", 10, 16, 1),
    ]
    [cut] = sites[1].cuts
    assert (cut.top, cut.bottom, cut.overhang, cut.ends) == (17, 21, "CCCC", "5'")


def test_sites_on_the_other_strand_cut_to_their_left() -> None:
    [site] = cut_sites("AACCCCTGAGACCAA", "BsaI")
    [cut] = site.cuts
    assert (site.start, site.strand) == (7, -1)
    assert (cut.top, cut.bottom, cut.overhang, cut.ends) == (2, 6, "CCCC", "5'")


def test_double_cutters() -> None:
    text = "A" * 20 + "CGATTTTTTTGC" + "C" * 20
    [site] = cut_sites(text, "BcgI")
    left, right = site.cuts
    assert (left.top, left.bottom, left.overhang, left.ends) == (10, 8, "AA", "3'")
    assert (right.top, right.bottom, right.overhang, right.ends) == (44, 42, "CC", "3'")
    [half] = cut_sites(text[12:], "BcgI")
    assert [cut.falls_off for cut in half.cuts] == [True, False]


def test_cuts_off_the_end_are_flagged() -> None:
    [site] = cut_sites("AAGGTCTCAAA", "BsaI")
    [cut] = site.cuts
    assert cut.falls_off
    assert (cut.top, cut.bottom, cut.overhang) == (9, 13, "")
    assert [c.falls_off for s in cut_sites("GATCAA", "Sau3AI") for c in s.cuts] == [True]
    assert [c.falls_off for s in cut_sites("AGATCA", "Sau3AI") for c in s.cuts] == [False]


def test_cuts_across_the_origin() -> None:
    circle = Sequence("TTCAAAAGAA", topology="circular")
    [site] = cut_sites(circle, "EcoRI")
    [cut] = site.cuts
    assert (site.start, site.end) == (7, 13)
    assert (cut.top, cut.bottom, cut.overhang) == (8, 2, "AATT")


def test_a_circle_that_the_cut_goes_round() -> None:
    # MmeI cuts 20 letters from its site, on a circle of 10 that is two turns on
    circle = Sequence("TCCAACGGGG", topology="circular")
    [site] = cut_sites(circle, "MmeI")
    [cut] = site.cuts
    assert enzyme("MmeI").cuts == ((26, 24),)
    assert (cut.top, cut.bottom) == (6, 4)


def test_ambiguous_letters_are_cut_only_where_it_is_sure() -> None:
    assert cut_sites("AAGAANTCAA", "EcoRI") == []
    assert len(cut_sites("AAGANTCAAA", "HinfI")) == 1
    assert cut_sites("AAGA-TCAAA", "HinfI") == []


@given(st.integers(0, 2**32), st.integers(-400, 400))
def test_sites_turn_with_the_circle(seed: int, origin: int) -> None:
    circle = Sequence(random_dna(seed, 150), topology="circular")

    def found(sequence: Sequence, shift: int) -> set[object]:
        return {
            (
                s.enzyme.name,
                (s.start + shift) % 150,
                s.strand,
                tuple(
                    ((c.top + shift) % 150, (c.bottom + shift) % 150, c.overhang) for c in s.cuts
                ),
                s.effects,
            )
            for s in cut_sites(sequence, MIXED, methylation=["Dam", "Dcm", "CpG"])
        }

    assert found(circle.rotate(origin), origin) == found(circle, 0)


@given(st.integers(0, 2**32), st.booleans())
def test_the_other_strand_is_cut_at_the_same_places(seed: int, circular: bool) -> None:
    sequence = Sequence(random_dna(seed, 150), topology="circular" if circular else "linear")

    def found(read: Sequence, mirror: bool) -> set[object]:
        places = set()
        for site in cut_sites(read, MIXED, methylation=["Dam", "Dcm", "CpG"]):
            for cut in site.cuts:
                top, bottom = cut.top, cut.bottom
                if mirror:
                    top, bottom = 150 - bottom, 150 - top
                if circular:
                    top, bottom = top % 150, bottom % 150
                places.add((site.enzyme.name, top, bottom, cut.falls_off, site.effects))
        return places

    assert found(sequence.reverse_complement(), True) == found(sequence, False)


def test_what_is_not_dna_is_refused() -> None:
    with pytest.raises(SequenceError, match="restriction enzymes cut DNA"):
        cut_sites(Sequence("GAAUUC", "RNA"), "EcoRI")
    with pytest.raises(SequenceError, match="protein"):
        cut_sites(Record(Sequence("MKV", "protein")), "EcoRI")
    with pytest.raises(InputError, match="EcoRI"):
        cut_sites("GAATTC", ["EcoR1"])
    with pytest.raises(InputError, match="did you mean 'Dam'"):
        cut_sites("GAATTC", "EcoRI", methylation=["Damm"])
    assert cut_sites("", ["EcoRI"]) == cut_sites("GAATTC", []) == []
    assert cut_sites("GAATTC", "EcoRI", methylation="dam")[0].effects == ()
