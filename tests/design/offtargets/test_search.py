"""The search finds what brute force finds, in every corner of a genome."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from biowright.core import InputError, Record, Sequence, SequenceError
from biowright.design.offtargets import (
    Guide,
    Pam,
    SiteHits,
    building,
    index_records,
    lookup,
    search_sites,
)

from .brute import brute, reverse

PAMS = [("NGG", 3), ("TTTV", 5), ("NNGRRT", 3), ("N", 3), ("CC", 5), ("NRG", 3)]


def found(hits: SiteHits) -> set[tuple[str, str, int, int, str, int, int, int]]:
    listed = [
        (h.guide, h.chromosome, h.start, h.strand, h.site, h.mismatches, h.dna_bulge, h.rna_bulge)
        for h in hits
    ]
    assert len(listed) == len(set(listed))
    loci = {(g, c, s if b == 1 else s + len(t), b) for g, c, s, b, t, *_ in listed}
    assert loci
    return set(listed)


def genome_of(
    rng: random.Random, guides: list[str], pam: str, side: int, letters: str = "ACGT"
) -> list[Record]:
    """Contigs with planted sites that differ from the guides by changes, gaps and odd letters."""
    records = []
    for number in range(rng.randint(1, 3)):
        pieces = ["".join(rng.choices(letters, k=rng.randint(0, 40)))]
        for _ in range(6):
            site = list(rng.choice(guides))
            for _ in range(rng.randint(0, 4)):
                at = rng.randrange(len(site))
                what = rng.random()
                if what < 0.6:
                    site[at] = rng.choice("ACGTACGTACGTNRY")
                elif what < 0.8:
                    site.insert(at, rng.choice("ACGT"))
                elif len(site) > 12:
                    del site[at]
            motif = "".join(rng.choice({"N": "ACGT", "V": "ACG", "R": "AG"}.get(c, c)) for c in pam)
            text = "".join(site) + motif if side == 3 else motif + "".join(site)
            pieces.append(text if rng.random() < 0.5 else reverse(text))
            pieces.append("".join(rng.choices(letters, k=rng.choice((0, 0, 1, 3, 9)))))
        text = "".join(pieces)
        text = "".join(c.lower() if rng.random() < 0.3 else c for c in text)
        shape = rng.choice(("linear", "circular"))
        sequence = Sequence(text, topology=shape)
        if shape == "circular":
            sequence = sequence.rotate(rng.randrange(len(text)))
        records.append(Record(sequence, f"c{number}"))
    return records


@pytest.mark.parametrize("seed", range(12))
def test_it_finds_what_brute_force_finds(seed: int) -> None:
    rng = random.Random(seed)
    pam, side = PAMS[seed % len(PAMS)]
    size = rng.choice((14, 17, 20, 20, 23))
    guides = sorted({"".join(rng.choices("ACGT", k=size)) for _ in range(3)})
    records = genome_of(rng, guides, pam, side)
    index = index_records(records, Pam(pam, side))
    for mismatches, dna, rna in ((0, 0, 0), (4, 0, 0), (2, 1, 1), (1, 2, 2), (3, 0, 1), (7, 0, 0)):
        hits = search_sites(
            index,
            [Guide(guide) for guide in guides],  # as they are: 23 letters may end like the motif
            mismatches=mismatches,
            dna_bulges=dna,
            rna_bulges=rna,
        )
        wanted = brute(records, pam, side, guides, mismatches, dna, rna)
        assert {
            (
                h.guide,
                h.chromosome,
                h.start,
                h.strand,
                h.site,
                h.mismatches,
                h.dna_bulge,
                h.rna_bulge,
            )
            for h in hits
        } == wanted
        assert len(hits) == len(wanted)


@pytest.mark.parametrize("cost", [(1e-9, 1e-9), (1e9, 1e9)])
@pytest.mark.parametrize("span", [1 << 8, 1 << 23])
def test_chunks_and_ways_of_looking_make_no_difference(
    monkeypatch: pytest.MonkeyPatch, cost: tuple[float, float], span: int
) -> None:
    monkeypatch.setattr(building, "span_of", lambda _: span)
    monkeypatch.setattr(lookup, "_COST_KEY", cost[0])
    monkeypatch.setattr(lookup, "_COST_PLACE", cost[1])
    monkeypatch.setattr(lookup, "_BATCH", 50)
    for seed in range(3):
        rng = random.Random(100 + seed)
        pam, side = PAMS[2 * seed]
        guides = sorted({"".join(rng.choices("ACGT", k=20)) for _ in range(3)})
        records = genome_of(rng, guides, pam, side)
        index = index_records(records, Pam(pam, side))
        hits = search_sites(index, guides, mismatches=4, dna_bulges=1)
        assert found(hits) == brute(records, pam, side, guides, 4, 1, 0)
        with ThreadPoolExecutor(2) as executor:
            again = search_sites(index, guides, mismatches=4, dna_bulges=1, executor=executor)
        assert list(again) == list(hits)


def test_a_larger_genome_is_complete() -> None:
    """Against a comparison of every place in plain numpy."""
    rng = np.random.default_rng(3)
    codes = rng.integers(0, 4, 400_000)
    guides = [codes[at : at + 20].copy() for at in rng.integers(0, 399_000, 40)]
    for guide in guides:  # four relatives of each somewhere
        for at in rng.integers(0, 399_000, 4):
            near = guide.copy()
            near[rng.integers(0, 20, 3)] = rng.integers(0, 4, 3)
            codes[at : at + 23] = np.r_[near, 0, 2, 2]
    text = np.array(list("ACGT"))[codes]
    record = Record(Sequence("".join(text)), "big")
    spacers = ["".join(np.array(list("ACGT"))[g]) for g in guides]
    hits = search_sites(index_records(record, "NGG"), spacers, mismatches=4)
    wanted = set()
    for strand in (1, -1):
        plus = codes if strand == 1 else 3 - codes[::-1]
        view = np.lib.stride_tricks.sliding_window_view(plus, 23)
        view = view[(view[:, 21] == 2) & (view[:, 22] == 2)]
        starts = np.flatnonzero((plus[21:-1] == 2) & (plus[22:] == 2))
        for spacer, guide in zip(spacers, guides, strict=True):
            wrong = (view[:, :20] != guide).sum(axis=1)
            for row in np.flatnonzero(wrong <= 4):
                start = int(starts[row]) if strand == 1 else 400_000 - int(starts[row]) - 23
                wanted.add((spacer, start, strand, int(wrong[row])))
    assert {(h.guide, h.start, h.strand, h.mismatches) for h in hits} == wanted
    assert len(wanted) > 150


def test_a_site_over_the_origin_is_found_once_wherever_the_circle_begins() -> None:
    guide = "GACGCATAAAGATGAGACGC"
    text = guide + "TGG" + "A" * 30
    for at in range(len(text)):
        sequence = Sequence(text, topology="circular").rotate(at)
        for turned in (sequence, sequence.reverse_complement()):
            (hit,) = search_sites(index_records(Record(turned, "p"), "NGG"), [guide])
            assert hit.site == guide + "TGG"
            size = len(text)
            window = turned.window(hit.start, hit.start + 23)
            assert str(window if hit.strand == 1 else window.reverse_complement()) == hit.site
            assert 0 <= hit.start < size


def test_a_circle_shorter_than_the_site_has_none_and_one_as_long_has_it() -> None:
    guide = "GACGCATAAAGATGAGACGC"
    short = Record(Sequence(guide + "GG", topology="circular"), "p")
    assert len(search_sites(index_records(short, "GGG"), [guide], mismatches=9)) == 0
    exact = Record(Sequence(guide + "TGG", topology="circular").rotate(7), "p")
    assert [h.mismatches for h in search_sites(index_records(exact, "NGG"), [guide])] == [0]


def test_overlapping_palindromic_motifs_are_two_loci() -> None:
    # CCNNGG carries a motif on both strands
    guide = "GACGCATAAAGATGAGACGC"
    record = Record(Sequence(guide + "CCAAGG" + reverse(guide)), "p")
    hits = search_sites(index_records(record, Pam("CCNNGG")), [guide])
    assert [(h.start, h.strand) for h in hits] == [(0, 1), (20, -1)]


def test_an_unknown_letter_is_a_mismatch_and_fits_only_n_in_the_motif() -> None:
    guide = "GACGCATAAAGATGAGACGC"
    for text, wanted in (
        (guide + "NGG", 0),
        (guide + "TNG", None),
        ("N" + guide[1:] + "TGG", 1),
        (guide[:10] + "R" + guide[11:] + "TGG", 1),
    ):
        hits = list(search_sites(index_records(Record(Sequence(text), "p"), "NGG"), [guide]))
        assert [h.mismatches for h in hits] == ([] if wanted is None else [wanted])
        assert all(h.site == text for h in hits)
    ambiguous = Record(Sequence(guide + "AAGRAT"), "p")
    assert len(search_sites(index_records(ambiguous, "NNGRRT"), [guide])) == 1


def test_a_run_of_n_costs_nothing_and_hides_nothing() -> None:
    guide = "GACGCATAAAGATGAGACGC"
    record = Record(Sequence("N" * 5000 + guide + "TGG" + "N" * 5000), "p")
    index = index_records(record, Pam("N"))
    assert [h.start for h in search_sites(index, [guide])] == [5000]
    assert sum(len(chunk.odd) for chunk in index.chunks) < 200


def test_repeats_are_counted_and_listed_up_to_the_limit() -> None:
    guide = "GACGCATAAAGATGAGACGC"
    other = "TTTTTTTTTTTTTTTTTTTT"
    record = Record(Sequence((guide + "TGG") * 3000 + other + "AGG"), "p")
    index = index_records(record, "NGG")
    hits = search_sites(index, [guide, other], mismatches=1, limit=100)
    assert hits.counts[0].tolist() == [3000, 0]
    assert hits.perfect.tolist() == [3000, 1]
    assert len(hits.of(guide)) == 100
    assert len(hits.of(other)) == 1
    assert hits.unlisted == 2900
    assert len(search_sites(index, [guide], mismatches=1)) == 3000


def test_a_locus_comes_once_with_its_best_alignment() -> None:
    guide = "AAAAAAAAAAAAAAAAAAAA"
    record = Record(Sequence("C" + "A" * 24 + "TGG"), "p")
    (hit,) = search_sites(
        index_records(record, "NGG"), [guide], mismatches=3, dna_bulges=2, rna_bulges=2
    )
    assert (hit.mismatches, hit.bulge) == (0, "none")


def test_alignments_show_where_the_bulge_is() -> None:
    guide = "GACGCATAAAGATGAGACGC"
    for text, pair in (
        ("GACGCATACAAGATGAGACGC", ("GACGCATA-AAGATGAGACGC", "GACGCATACAAGATGAGACGC")),
        ("GACGCATAAATGAGACGC", None),
        ("GACGCATAAAATGAGACGC", ("GACGCATAAAGATGAGACGC", "GACGCATAAA-ATGAGACGC")),
    ):
        for site, pam in ((text + "TGG", Pam("TGG")), ("TTTC" + text, Pam("TTTC", 5))):
            hits = search_sites(
                index_records(Record(Sequence(site), "p"), pam),
                [guide],
                mismatches=0,
                dna_bulges=1,
                rna_bulges=1,
            )
            if pair is None:
                assert len(hits) == 0
            else:
                assert hits.alignment(0) == pair


def test_guides_of_several_lengths_go_together() -> None:
    rng = random.Random(5)
    guides = ["".join(rng.choices("ACGT", k=k)) for k in (14, 17, 20, 24, 32)]
    records = [Record(Sequence("TGG".join(["", *guides, ""])), "p")]
    hits = search_sites(index_records(records, "NGG"), guides, mismatches=2)
    assert found(hits) == brute(records, "NGG", 3, guides, 2)
    assert len(hits) == 5


@pytest.mark.parametrize(
    ("kwargs", "message"),
    [
        ({"mismatches": -1}, "-1 mismatches"),
        ({"mismatches": 10}, "0 to 9"),
        ({"dna_bulges": 3}, "0 to 2"),
        ({"rna_bulges": -1}, "-1 RNA bulges"),
        ({"limit": 0}, "limit of 0"),
    ],
)
def test_numbers_out_of_range_are_refused(kwargs: dict[str, int], message: str) -> None:
    index = index_records(Record(Sequence("GACGCATAAAGATGAGACGCTGG"), "p"), "NGG")
    with pytest.raises(InputError, match=message):
        search_sites(index, ["GACGCATAAAGATGAGACGC"], **kwargs)


def test_what_is_no_guide_is_refused() -> None:
    index = index_records(Record(Sequence("GACGCATAAAGATGAGACGCTGG"), "p"), "NGG")
    with pytest.raises(InputError, match="no guide"):
        search_sites(index, [])
    for wrong in ("GACGCATAAAGATGAGACGN", "GACG", "A" * 40, "GACGCATAAAG TGAGACGC"):
        with pytest.raises(SequenceError):
            search_sites(index, [wrong])
    with pytest.raises(InputError, match="32 letters or fewer"):
        search_sites(index, ["A" * 32], dna_bulges=1)
    assert Guide.of("gacgcauaaagaugagacgcugg", Pam("NGG")).spacer == "GACGCATAAAGATGAGACGC"
