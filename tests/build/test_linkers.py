"""BASIC assembly: published linkers between random parts, beside pydna's ends, and what goes wrong."""

from __future__ import annotations

import random
import warnings

import pytest

from biowright.bio import cut_sites
from biowright.build import History, replay
from biowright.build.simulation import (
    Duplex,
    basic,
    basic_linkers,
    clip,
    ligate,
    linker_halves,
    pcr,
)
from biowright.core import Feature, InputError, Location, Record, Sequence, cdseguid

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from Bio.Restriction import BsaI
    from pydna.dseq import Dseq
    from pydna.dseqrecord import Dseqrecord

PREFIX, SUFFIX = "TCTGGTGGGTCTCTGTCC", "GGCTCGGGAGACCTATCG"
NEUTRAL = ["L1", "L2", "L3", "L4", "L5", "L6"]
ALL = ["L1", "L3", "L6", "LMP", "LMS", "UTR1-RBS2", "UTR2-RBS1", "UTR3-RBS3"]


def other(text: str) -> str:
    return text[::-1].translate(str.maketrans("ACGT", "TGCA"))


def dna(dice: random.Random, length: int) -> str:
    while True:
        text = "".join(dice.choice("ACGT") for _ in range(length))
        if not cut_sites(f"TCC{text}GGC", "BsaI"):
            return text


def stored(dice: random.Random, insert: str) -> str:
    """Put a part into a plasmid, opened anywhere and read on either strand."""
    plasmid = PREFIX + insert + SUFFIX + dna(dice, 60)
    at = dice.randrange(len(plasmid))
    turned = plasmid[at:] + plasmid[:at]
    return other(turned) if dice.random() < 0.5 else turned


def circle(text: str) -> Sequence:
    return Sequence(text, topology="circular")


def joined(inserts: list[str], linkers: list[str]) -> str:
    """What the method's papers draw: the inserts, and GG and the linker behind each."""
    rows = zip(inserts, linkers, strict=True)
    return "".join(insert + "GG" + basic_linkers()[name].upper() for insert, name in rows)


def drawn(inserts: list[str], linkers: list[str]) -> str:
    return cdseguid(circle(joined(inserts, linkers)))


@pytest.mark.parametrize("count", [1, 2, 3, 5, 7])
def test_parts_and_linkers_close_to_the_circle_that_is_drawn(count: int) -> None:
    for seed in range(6):
        dice = random.Random(100 * count + seed)
        inserts = [dna(dice, dice.randint(20, 90)) for _ in range(count)]
        linkers = dice.sample(ALL, count)
        given = [
            circle(stored(dice, i)) if dice.random() < 0.7 else Sequence("A" + PREFIX + i + SUFFIX)
            for i in inserts
        ]
        product = basic(given, linkers).only()
        assert product.seguid == drawn(inserts, linkers), (inserts, linkers)
        assert len(product.parts) == count
        assert product.probability == pytest.approx(1.0, abs=1e-6)


def test_clips_have_the_ends_that_pydna_gives_them() -> None:
    for seed in range(20):
        dice = random.Random(seed)
        insert, names = dna(dice, dice.randint(15, 60)), dice.sample(ALL, 2)
        plasmid = stored(dice, insert)
        pieces = Dseqrecord(plasmid, circular=True).cut(BsaI)
        part = min(pieces, key=lambda p: not _holds(str(p.seq), insert)).seq
        before, behind = (basic_linkers()[name] for name in names)
        low = next(i for i, letter in enumerate(before) if letter.isupper())
        high = max(i for i, letter in enumerate(behind) if letter.isupper()) + 1
        pairing = sum(map(str.isupper, before))
        # two oligos each: the long one with the single strand, and the short one
        prefix = Dseq(before[low + pairing : -4].upper(), other(before[low:].upper()), ovhg=pairing)
        start = next(i for i, letter in enumerate(behind) if letter.isupper())
        suffix = Dseq(behind[:high].upper(), other(behind[4:start].upper()), ovhg=-4)
        if not _holds(str(part), insert, strand=1):
            part = part.reverse_complement()
        expected = prefix + part + suffix
        found = clip(circle(plasmid), *names).only()
        assert found.seguid == expected.seguid(), (insert, names)
        assert found.duplex.reverse_complement().seguid == expected.seguid()


def _holds(text: str, insert: str, strand: int = 0) -> bool:
    return insert in text.upper() or (strand == 0 and other(insert) in text.upper())


def test_the_order_of_the_linkers_is_the_order_of_the_parts() -> None:
    dice = random.Random(1)
    inserts = [dna(dice, 40) for _ in range(4)]
    parts = [circle(stored(dice, insert)) for insert in inserts]
    right = basic(parts, ["L1", "L2", "L3", "L4"]).only()
    # what holds the parts together is the linkers, not the order in which they are given
    order = [2, 0, 3, 1]
    clips = [clip(parts[i], NEUTRAL[i - 1 if i else 3], NEUTRAL[i]).only() for i in order]
    assert ligate([c.duplex for c in clips], circular=True).only().seguid == right.seguid
    wrong = basic(parts, ["L1", "L3", "L2", "L4"]).only()
    assert wrong.seguid != right.seguid
    assert wrong.seguid == drawn(inserts, ["L1", "L3", "L2", "L4"])


def test_a_linker_that_is_there_twice_gives_unwanted_circles() -> None:
    dice = random.Random(2)
    inserts = [dna(dice, 40) for _ in range(4)]
    parts = [circle(stored(dice, insert)) for insert in inserts]
    linkers = ["L1", "L2", "L1", "L4"]
    whole = basic(parts, linkers)
    # the parts behind the two L1 trade places, which is the same circle, or others are left out
    assert drawn(inserts, linkers) in {p.seguid for p in whole}
    every = basic(parts, linkers, each=False)
    sizes = sorted(len(p.parts) for p in every)
    assert sizes == [2, 2, 4]
    short = {drawn(inserts[1:3], linkers[1:3])}
    assert short <= {p.seguid for p in every}
    assert all(p.probability < 1 for p in every)
    # an RBS library on one suffix half: each variant is a product
    rows = [clip(parts[1], f"UTR1-RBS{i}", "L2").only().duplex for i in (1, 2, 3)]
    first = clip(parts[0], "L2", "UTR1-RBS1").only().duplex
    found = ligate([first, *rows], circular=True)
    wanted = {drawn(inserts[:2], [f"UTR1-RBS{i}", "L2"]) for i in (1, 2, 3)}
    assert {p.seguid for p in found} == wanted
    assert sum(p.probability for p in found) <= 1


def test_a_product_between_methylated_linkers_is_a_part_again() -> None:
    dice = random.Random(3)
    inserts = [dna(dice, 50) for _ in range(3)]
    parts = [circle(stored(dice, insert)) for insert in inserts]
    first = basic(parts, ["L1", "LMS", "LMP"]).only()
    assert len(cut_sites(first.sequence, "BsaI")) == 2
    # the cell does not keep the marks of the oligos: it is released by BsaI, from LMP to LMS
    core = joined([inserts[0]], ["L1"]) + inserts[1]
    again = basic([first.duplex, circle(stored(dice, "ACCA" * 5))], ["L5", "L6"]).only()
    assert again.seguid == drawn([core, "ACCA" * 5], ["L5", "L6"])
    # with marks on the plasmid it is not
    assert not clip(first.record, "L5", "L6", methylation=["M.BsaI"])


def test_without_their_marks_these_linkers_are_cut_again() -> None:
    part = circle(stored(random.Random(4), "ACGTTCAGGACTTACG"))
    behind = linker_halves("LMP", methylated=False)[1]
    found = clip(part, behind, "L2")
    assert not found
    assert any("BsaI site arises and is cut again" in note for note in found.notes)
    ahead = linker_halves("LMS", methylated=False)[0]
    assert not clip(part, "L1", ahead)
    assert clip(part, *(linker_halves(n, methylated=False)[i] for i, n in ((1, "L1"), (0, "L2"))))


def test_parts_that_are_no_parts() -> None:
    dice = random.Random(5)
    good = circle(stored(dice, dna(dice, 30)))
    for bad in (dna(dice, 80), PREFIX + "ACGT" * 5, PREFIX + "AAGGTCTCAACCATTAC" + SUFFIX):
        with pytest.raises(InputError, match="gives nothing") as caught:
            basic([good, circle(bad)], ["L1", "L2"])
        assert "part2" in str(caught.value)
    with pytest.raises(InputError, match="2 parts and 1 linkers"):
        basic([good, good], ["L1"])
    with pytest.raises(InputError, match="did you mean 'LMP'"):
        basic([good], ["LMPP"])
    for letters in (
        "ctcgAAAAgtcc",
        "aaaaCCCCCCCCCCgtcc",
        "ctcgACGTACGTaACGTgtcc",
        "CTCGTTTTTTTTTTGTCC",
    ):
        with pytest.raises(InputError, match="no BASIC linker"):
            linker_halves(letters)


def test_a_linker_of_ones_own_and_features() -> None:
    dice = random.Random(6)
    insert = dna(dice, 60)
    own = "ctcgaagTTGACCATTGGATCCAgcagtcc"
    plasmid = Record(
        circle(insert[30:] + SUFFIX + dna(dice, 40) + PREFIX + insert[:30]),
        "part",
        features=[Feature("CDS", Location.of((118, 158)), {"label": "over the origin"})],
    )
    label = str(plasmid.features[0].extract(plasmid.sequence))
    product = basic([plasmid], [own]).only()
    assert len(product) == len(insert) + 2 + len(own)
    [feature] = [f for f in product.record.features if f.label == "over the origin"]
    assert str(feature.extract(product.sequence)) == label


def test_primers_bring_the_prefix_and_the_suffix() -> None:
    dice = random.Random(7)
    gene = dna(dice, 200)
    amplified = pcr(gene, "GG" + PREFIX + gene[:20], "TT" + other(gene[-20:] + SUFFIX)).only()
    product = basic([amplified.duplex], ["L1"]).only()
    assert product.seguid == drawn([gene], ["L1"])


def test_the_history_of_a_basic_assembly_goes_to_and_fro() -> None:
    dice = random.Random(8)
    parts = [circle(stored(dice, dna(dice, 30))) for _ in range(2)]
    product = basic(parts, ["L1", "L2"]).only()
    history = History()
    for given in (parts[0], parts[1]):
        names = ("L2", "L1") if given is parts[0] else ("L1", "L2")
        made = clip(given, *names).only()
        history = history.adding(made, "golden_gate", restriction_enzymes=["BsaI"])
    history = history.adding(product, "ligate")
    found = replay(history)
    assert [each.agrees for each in found] == [True, True, True]
    assert found[-1].seguid == product.seguid


def test_halves_fit_each_other_and_no_one_else() -> None:
    ends = {}
    for name in basic_linkers():
        first, second = linker_halves(name)
        assert isinstance(first, Duplex)
        assert first.right.fits(second.left)
        ends[name] = first.right
    for name, end in ends.items():
        for mate in basic_linkers():
            same = name[:4] == mate[:4] if name.startswith("UTR") else name == mate
            assert end.fits(linker_halves(mate)[1].left) == same
