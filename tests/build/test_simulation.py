"""Simulated assemblies, beside pydna's on random cases, and the hard cases one by one."""

from __future__ import annotations

import random
import warnings
from collections.abc import Iterable, Iterator

import pytest

from biowright.bio import End, cut_sites
from biowright.build import set_fidelity
from biowright.build.simulation import (
    Duplex,
    Product,
    cut,
    gibson,
    golden_gate,
    in_fusion,
    ligate,
    overlap_extension,
    pcr,
    restrict_and_ligate,
)
from biowright.core import Feature, InputError, Location, Record, Sequence

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from Bio.Restriction import BsaI
    from pydna import assembly2 as peer
    from pydna.dseq import Dseq
    from pydna.dseqrecord import Dseqrecord
    from pydna.primer import Primer


class Dice(random.Random):
    def dna(self, length: int) -> str:
        return "".join(self.choice("ACGT") for _ in range(length))


def other(text: str) -> str:
    return text[::-1].translate(str.maketrans("ACGTacgt", "TGCAtgca"))


def circle(text: str) -> Sequence:
    return Sequence(text, topology="circular")


def peers(products: list[Dseqrecord]) -> set[str]:
    return {product.seq.seguid() for product in products}


def ours(products: object) -> set[str]:
    return {product.seguid for product in products}  # type: ignore[attr-defined]


def gibson_case(dice: Dice) -> list[str]:
    pool = [dice.dna(dice.randint(10, 14)) for _ in range(dice.randint(1, 4))]
    if dice.random() < 0.2:
        half = dice.dna(6)
        pool.append(half + other(half))
    pieces = []
    for _ in range(dice.randint(1, 4)):
        piece = dice.choice(pool) + dice.dna(dice.randint(0, 25)) + dice.choice(pool)
        pieces.append(other(piece) if dice.random() < 0.5 else piece)
    return pieces


def back(products: Iterable[Product]) -> bool:
    """Whether a product reads an input on its other strand."""
    return any(part.strand == -1 for product in products for part in product.parts)


def over(products: Iterable[Product]) -> bool:
    """Whether a product takes a stretch of a circle over its origin."""
    return any(
        part.end > len(product.inputs[part.input]) for product in products for part in product.parts
    )


def agreeing(seed: int, cases: int) -> Iterator[Dice]:
    for case in range(cases):
        yield Dice(1000 * seed + case)


def test_gibson_gives_what_pydna_gives() -> None:
    some = circles = turned = 0
    for dice in agreeing(1, 80):
        pieces = gibson_case(dice)
        try:
            expected = peers(peer.gibson_assembly([Dseqrecord(p) for p in pieces], 10))
        except ValueError:
            continue  # more than pydna counts, or homologies that it cannot join
        found = gibson(pieces, overlap=10, each=True)
        assert ours(found) == expected, pieces
        some += bool(expected)
        circles += bool(found.circles)
        turned += back(found)
    assert some > 30
    assert min(circles, turned) > 10


def golden_case(dice: Dice) -> list[tuple[str, bool]]:
    pool = [dice.dna(4) for _ in range(dice.randint(1, 4))]
    pieces = []
    for _ in range(dice.randint(1, 3)):
        first, last = dice.choice(pool), dice.choice(pool)
        closed = dice.random() < 0.3
        if closed:
            piece = f"{first}TGAGACC{dice.dna(8)}GGTCTCA{last}{dice.dna(20)}"
            at = dice.randrange(len(piece))  # the origin may lie in a site or an overhang
            piece = piece[at:] + piece[:at]
        else:
            piece = f"{dice.dna(5)}GGTCTCA{first}{dice.dna(dice.randint(5, 20))}{last}TGAGACC{dice.dna(5)}"
        pieces.append((other(piece) if dice.random() < 0.5 else piece, closed))
    return pieces


@pytest.mark.filterwarnings("ignore:.*partially digested")
def test_golden_gate_gives_what_pydna_gives() -> None:
    some = origin = turned = 0
    for dice in agreeing(2, 120):
        pieces = golden_case(dice)
        try:
            found = peer.golden_gate_assembly(
                [Dseqrecord(p, circular=c) for p, c in pieces], [BsaI], circular_only=True
            )
        except ValueError:
            continue
        expected = peers(found)
        given = [circle(p) if closed else Sequence(p) for p, closed in pieces]
        ligated = restrict_and_ligate(given, "BsaI", circular=True, each=True)
        assert ours(ligated) == expected, pieces
        # in one pot, what holds a site is cut again
        kept = {p.seguid for p in ligated if not cut_sites(p.sequence, "BsaI")}
        assert ours(golden_gate(given, "BsaI", circular=True, each=True)) == kept, pieces
        some += bool(expected)
        origin += over(ligated)
        turned += back(ligated)
    assert some > 10
    assert min(origin, turned) > 3


def test_pcr_gives_what_pydna_gives() -> None:
    some = origin = turned = 0
    for dice in agreeing(3, 100):
        closed = dice.random() < 0.6
        template = dice.dna(dice.randint(60, 120))
        if dice.random() < 0.3:
            template += template[10:30] + dice.dna(10)
        length = len(template)
        turns = template * 2 if closed else template
        sites = []
        for _ in range(2):
            size = dice.randint(12, 18)
            start = dice.randrange(length if closed else length - size)
            sites.append(turns[start : start + size])
        one, two = sites
        forward, reverse = (
            dice.dna(dice.randint(0, 6)) + one,
            dice.dna(dice.randint(0, 6)) + other(two),
        )
        if one in two or two in one:
            continue
        if dice.random() < 0.4:
            template = other(template)
        expected = peers(
            peer.pcr_assembly(
                Dseqrecord(template, circular=closed), Primer(forward), Primer(reverse), limit=12
            )
        )
        given = circle(template) if closed else Sequence(template)
        found = [p for p in pcr(given, forward, reverse, anneal=12) if not p.notes]
        assert ours(found) == expected, (template, closed, forward, reverse)
        some += bool(expected)
        origin += over(found)
        turned += any(
            product.parts[0].input == 2 for product in found
        )  # the reverse primer is first
    assert some > 30
    assert min(origin, turned) > 10


@pytest.mark.parametrize("left", ["5'", "3'", "blunt"])
@pytest.mark.parametrize("right", ["5'", "3'", "blunt"])
def test_checksums_of_ends_that_stand_over(left: str, right: str) -> None:
    letters = "AATTCGGATGCA"
    size = {"5'": -4, "3'": 4, "blunt": 0}
    theirs = Dseq.from_full_sequence_and_overhangs(
        letters, crick_ovhg=size[left], watson_ovhg=size[right]
    )
    ends = {
        ("left", "5'"): "AATT",
        ("left", "3'"): "AATT",
        ("right", "5'"): "TGCA",
        ("right", "3'"): "TGCA",
    }
    molecule = Duplex(
        Record(Sequence(letters)),
        End(left, ends.get(("left", left), "")),
        End(right, ends.get(("right", right), "")),
    )
    assert molecule.seguid == theirs.seguid()
    assert molecule.reverse_complement().seguid == theirs.seguid()


def test_ends_must_fit_the_letters() -> None:
    with pytest.raises(InputError, match="left end"):
        Duplex(Record(Sequence("AATTCGGATGCA")), End("5'", "AATA"))
    with pytest.raises(InputError, match="circle"):
        Duplex(Record(circle("AATTCGGATGCA")), End("5'", "AATT"))


def feature(name: str, start: int, end: int, strand: int = 1) -> Feature:
    return Feature("CDS", Location.of((start, end), strand=strand), {"label": name})


def labels(record: Record) -> dict[str, str]:
    return {f.label: str(f.extract(record.sequence)) for f in record.features}


def test_features_follow_into_every_part_of_a_circle() -> None:
    dice = Dice(5)
    a, b, c = (dice.dna(40) for _ in range(3))
    one = Record(Sequence(a + c + b), features=[feature("over", 20, 60), feature("last", 85, 120)])
    two = Record(
        Sequence(other(b + dice.dna(30) + a)),
        features=[feature("turned", 5, 35, -1), feature("last too", 70, 110, -1)],
    )
    product = gibson([one, two], overlap=40).only()
    found = product.record
    assert found.circular
    assert len(found) == 150
    before = {**labels(one), **labels(two)}
    assert labels(found) == before
    # the same from every place where it can be opened
    assert {f.label for f in found.features if f.cuts} == set()


def test_a_circle_that_is_cut_over_its_origin() -> None:
    plasmid = Record(
        circle("CCAATGTTTTTTTTTTTTTTTTTGCTTACCTGAGACCAAGGTCTCTAATGGT"[8:] + "CCAATGTT"),
        "vector",
    )
    fragments = cut(plasmid, "BsaI")
    assert sum(len(f.sequence) - 4 for f in fragments) == len(plasmid)
    assert [f.left.kind for f in fragments] == ["5'", "5'"]


def test_golden_gate_finds_the_fidelity_of_its_overhangs() -> None:
    dice = Dice(6)
    overhangs = ["AATG", "GCTT", "TACT", "CCAT"]
    parts = [
        f"GGTCTCA{a}{'ACGT' * 3}{dice.dna(9).replace('G', 'A')}{b}TGAGACC"
        for a, b in zip(overhangs, overhangs[1:] + overhangs[:1], strict=True)
    ]
    product = golden_gate(parts, "BsaI").only()
    assert product.circular
    assert product.probability == pytest.approx(set_fidelity(overhangs, "BsaI").fidelity)
    # two variants of a part share its place
    library = golden_gate([*parts, parts[0].replace("ACGTACGT", "ACCTACGT")], "BsaI")
    assert len(library) == 2
    assert sum(p.probability for p in library) < product.probability
    # with mispairs, products that lack a part appear, and say so
    more = golden_gate(parts, "BsaI", mispairs=1e-5)
    assert more[0].seguid == product.seguid
    assert all("ligated to" in " ".join(p.notes) for p in more[1:])


def test_nested_levels() -> None:
    dice = Dice(7)

    def plain(size: int) -> str:
        return dice.dna(size).replace("G", "T")

    one = f"GGTCTCAAATG{plain(30)}GCTTTGAGACC"
    # the vector of the next level brings sites of BsmBI
    vector = circle(f"{plain(20)}CGTCTCATACTAATGTGAGACC{plain(9)}GGTCTCAGCTTCCATTGAGACG{plain(20)}")
    first = golden_gate([one, vector], "BsaI").only()
    assert not cut_sites(first.sequence, "BsaI")
    assert len(cut_sites(first.sequence, "BsmBI")) == 2
    target = circle(f"TACTTGAGACG{plain(9)}CGTCTCACCAT{plain(30)}")
    second = golden_gate([first.duplex, target], "BsmBI").only()
    assert second.circular
    assert str(second.sequence).count("AATG") >= 1
    assert not cut_sites(second.sequence, ["BsaI", "BsmBI"])


def test_a_site_that_arises_at_a_junction_is_cut_again() -> None:
    # GGTC before the junction and TC behind it
    parts = ["GGTCTCAAATGCCCCCCTACTTGAGACC", "GGTCTCATACTCCCGGTCTCCATGAGACC"]
    found = golden_gate([parts[0], "GGTCTCATACTCCCCCCAATGTGAGACC"], "BsaI")
    assert len(found.circles) == 1
    odd = golden_gate(["GGTCTCAAATGCCGGTCTTGAGACC", "GGTCTCAGTCTCCCCCAATGTGAGACC"], "BsaI")
    assert odd.circles == ()
    assert any("arises" in note or "not cut" in note for note in odd.notes)


def test_methylation_blocks_a_circle_and_not_a_pcr_product() -> None:
    # ClaI's ATCGAT is blocked by Dam where GATC overlaps it
    vector = Record(circle("TTGATCGATAACCCGGAATTTCAGT"), "vector")
    assert len(cut(vector, "ClaI")) == 1
    assert cut(vector, "ClaI")[0].left.enzyme == "ClaI"
    blocked = cut(vector, "ClaI", methylation=["Dam"])
    assert blocked[0].circular
    assert "Dam" in blocked.notes[0]
    assert len(restrict_and_ligate([vector], "ClaI", methylation=["Dam"])) == 0


def test_the_same_molecule_twice_and_palindromes() -> None:
    piece = cut("AACTCGAGTTTTGGATCCAA", ["XhoI", "BamHI"])[1].duplex
    assert len(ligate([piece])) == 0
    twice = ligate([piece, piece])
    assert {(p.topology, len(p)) for p in twice} == {("circular", 2 * 14 - 8)}
    tail = cut("AAAAACTCGAGTT", "XhoI")[0].duplex
    assert {(p.topology, len(p)) for p in ligate([tail, tail])} == {("linear", 16)}


def test_blunt_ends_are_ligated_only_when_said() -> None:
    assert len(ligate(["AACCGGTTAC", "GGATATCCAG"])) == 0
    both = ligate(["AACCGGTTAC", "GGATATCCAG"], blunt=True)
    assert {p.topology for p in both} == {"circular"}
    assert len([p for p in both if len(p) == 20]) == 2


def test_what_chews_which_end() -> None:
    sticky = Duplex(Record(Sequence("AATTGGGTATACGC")), End("5'", "AATT"))
    mate = "TTTTTTAATTGGGTATAC"
    # a 5' exonuclease takes AATT away, a 3' one leaves it
    assert not gibson([mate, sticky], overlap=12)
    assert gibson([mate, sticky], overlap=8)
    assert in_fusion([mate, sticky], overlap=12)
    assert overlap_extension([mate, sticky], overlap=12)


def test_enumeration_stops_where_it_is_told_to() -> None:
    repeat = "ACGTTGCATGCCTAGCAT"
    pieces = [repeat + "A" * i + "CCGTC" + repeat for i in range(9)]
    found = gibson(pieces, overlap=18, limit=50)
    assert len(found) <= 50
    assert not found.complete
    assert any("more products" in note for note in found.notes)
    with pytest.raises(InputError, match="limit"):
        gibson(pieces, limit=0)


def test_pcr_on_circles_with_tails_mismatches_and_ambiguity() -> None:
    dice = Dice(8)
    plasmid = dice.dna(300)
    forward, reverse = plasmid[250:270], other(plasmid[230:250])
    whole = pcr(circle(plasmid), "GGGG" + forward, "CCCC" + reverse).only()
    assert str(whole.sequence) == "GGGG" + plasmid[250:] + plasmid[:250] + "GGGG"
    # one mismatch inside of what anneals: the product has the primer's letter
    wrong = forward[:12] + {"A": "C", "C": "A", "G": "T", "T": "G"}[forward[12]] + forward[13:]
    assert not pcr(circle(plasmid), wrong, reverse)
    changed = pcr(circle(plasmid), wrong, reverse, mismatches=1).only()
    assert str(changed.sequence).startswith(wrong)
    ambiguous = forward[:10] + "N" + forward[11:]
    assert str(pcr(circle(plasmid), ambiguous, reverse).only().sequence)[10] == "N"
    # a primer that anneals on both strands amplifies alone
    fold = plasmid[:20] + plasmid[100:150] + other(plasmid[:20])
    alone = pcr(fold, plasmid[:20], other(plasmid[110:130]))
    assert any("both ends" in " ".join(p.notes) for p in alone)
    with pytest.raises(InputError, match="must pair"):
        pcr(plasmid, "ACGT", reverse)


def test_features_follow_a_pcr_over_the_origin() -> None:
    dice = Dice(9)
    letters = dice.dna(200)
    plasmid = Record(circle(letters), features=[feature("over", 180, 230), feature("gone", 60, 90)])
    product = pcr(plasmid, letters[150:170], other(letters[20:40])).only().record
    assert labels(product) == {"over": (letters + letters)[180:230]}


@pytest.mark.parametrize("bad", [[], ["MKV*"], [""], [Sequence("MKV", "protein")], [3]])
def test_bad_input(bad: list[object]) -> None:
    with pytest.raises(InputError):
        gibson(bad)  # type: ignore[arg-type]
