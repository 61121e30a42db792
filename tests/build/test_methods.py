"""Each cloning method by itself: random cases beside pydna or a plain twin, and what makes it different."""

from __future__ import annotations

import itertools
import random
import warnings
from collections.abc import Callable

import pytest

from biowright.bio import cut_sites
from biowright.build.simulation import (
    Duplex,
    Product,
    Products,
    add_tails,
    crispr,
    cut,
    excise_uracil,
    gateway,
    gibson,
    golden_gate,
    homologous_recombination,
    in_fusion,
    ligase_cycling,
    ligate,
    overlap_extension,
    pcr,
    restrict_and_ligate,
)
from biowright.core import InputError, Record, Sequence, cdseguid, ldseguid, reverse_complement

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from Bio.Restriction import BamHI, EcoRI, EcoRV, KpnI, SmaI
    from pydna import assembly2 as peer
    from pydna.dseqrecord import Dseqrecord

Dice = random.Random


def dna(dice: Dice, length: int) -> str:
    return "".join(dice.choice("ACGT") for _ in range(length))


def other(text: str) -> str:
    return text[::-1].translate(str.maketrans("ACGTU", "TGCAA"))


def turned(dice: Dice, text: str) -> str:
    return other(text) if dice.random() < 0.5 else text


def circle(text: str) -> Sequence:
    return Sequence(text, topology="circular")


def seguid(text: str, closed: bool = True) -> str:
    return cdseguid(circle(text)) if closed else ldseguid(text)


def peers(products: list[Dseqrecord]) -> set[str]:
    return {product.seq.seguid() for product in products}


def ours(products: Products | list[Product]) -> set[str]:
    return {product.seguid for product in products}


def overlapping(dice: Dice, size: int) -> list[str]:
    """Pieces whose ends come from a few sequences, so that they meet in several ways and both ways."""
    pool = [dna(dice, size) for _ in range(dice.randint(2, 4))]
    return [
        turned(dice, dice.choice(pool) + dna(dice, dice.randint(5, 30)) + dice.choice(pool))
        for _ in range(dice.randint(1, 4))
    ]


@pytest.mark.parametrize(
    ("react", "expect", "size"),
    [
        pytest.param(in_fusion, peer.in_fusion_assembly, 20, id="In-Fusion"),
        pytest.param(overlap_extension, peer.fusion_pcr_assembly, 20, id="overlap-extension PCR"),
        pytest.param(gibson, peer.gibson_assembly, 26, id="Gibson"),
    ],
)
def test_homologous_ends_are_joined_as_pydna_joins_them(
    react: Callable[..., Products], expect: Callable[..., list[Dseqrecord]], size: int
) -> None:
    some = back = 0
    for seed in range(40):
        dice = Dice(seed)
        pieces = overlapping(dice, size)
        try:
            expected = peers(expect([Dseqrecord(piece) for piece in pieces], size - 1))
        except ValueError:
            continue  # none, or more than pydna counts
        found = react(pieces, overlap=size - 1, each=True)
        assert ours(found) == expected, pieces
        some += any(product.circular for product in found)
        back += any(part.strand == -1 for product in found for part in product.parts)
    assert some > 5
    assert back > 5


@pytest.mark.filterwarnings("ignore:.*partially digested")
def test_ends_of_every_kind_are_ligated_as_pydna_ligates_them() -> None:
    some = back = 0
    sites = {EcoRI: "GAATTC", BamHI: "GGATCC", KpnI: "GGTACC", SmaI: "CCCGGG", EcoRV: "GATATC"}
    for seed in range(60):
        dice = Dice(seed)
        scissors = dice.sample(list(sites), 2)
        given = []
        for _ in range(dice.randint(1, 2)):
            closed = dice.random() < 0.5
            first, last = dice.choice(scissors), dice.choice(scissors)
            text = sites[first] + dna(dice, dice.randint(9, 25)) + sites[last] + dna(dice, 12)
            at = dice.randrange(len(text)) if closed else 0
            given.append((turned(dice, text[at:] + text[:at]), closed))
        try:
            expected = peers(
                peer.restriction_ligation_assembly(
                    [Dseqrecord(text, circular=closed) for text, closed in given],
                    scissors,
                    circular_only=True,
                )
            )
        except ValueError:
            continue
        found = restrict_and_ligate(
            [circle(text) if closed else Sequence(text) for text, closed in given],
            [str(each) for each in scissors],
            circular=True,
            each=True,
        )
        assert ours(found) <= expected, given
        # pydna also takes two fragments of one input
        every = restrict_and_ligate(
            [circle(text) if closed else Sequence(text) for text, closed in given],
            [str(each) for each in scissors],
            circular=True,
        )
        assert expected <= ours(every), given
        some += bool(expected)
        back += any(part.strand == -1 for product in found for part in product.parts)
    assert some > 10
    assert back > 3


B = {"attB1": "ACAAGTTTGTACAAAAAAGCAGGCT", "attB2": "ACCCAGCTTTCTTGTACAAAGTGGT"}
P1 = (
    "CAAATAATGATTTTATTTTGACTGATAGTGACCTGTTCGTTGCAACACATTGATGAGCAATGCTTTTTTATAATGCCAACTTT"
    "GTACAAAAAAGCTGAACGAGAAACGTAAAATGATATAAATATCAATATATTAAATTAGATTTTGCATAAAAAACAGACTACATAATAC"
    "TGTAAAACACAACATATCCAGTCACTATG"
)
P2 = (
    "CATAGTGACTGGATATGTTGTGTTTTACAGTATTATGTAGTCTGTTTTTTATGCAAAATCTAATTTAATATATTGATATTTATATCATT"
    "TTACGTTTCTCGTTCAGCTTTCTTGTACAAAGTTGGCATTATAAGAAAGCATTGCTTATCAATTTGTTGCAACGAACAGGTCACTATCA"
    "GTCAAAATAAAATCATTATTTG"
)


def test_gateway_gives_what_pydna_gives_there_and_back() -> None:
    for seed in range(8):
        dice = Dice(seed)
        insert = f"{dna(dice, 8)}{B['attB1']}{dna(dice, 40)}{B['attB2']}{dna(dice, 8)}"
        donor = f"{P1}{dna(dice, 50)}{P2}{dna(dice, 60)}"
        at = dice.randrange(len(donor))
        donor = turned(dice, donor[at:] + donor[:at])
        insert = turned(dice, insert)
        expected = peers(
            peer.gateway_assembly(
                [Dseqrecord(insert), Dseqrecord(donor, circular=True)],
                "BP",
                greedy=True,
                multi_site_only=True,
            )
        )
        found = gateway([insert, circle(donor)], "BP")
        assert expected <= ours(found)
        entry = next(p for p in found if p.circular and p.seguid in expected)
        assert {part.input for part in entry.parts} == {0, 1}
        # and LR brings the insert into a destination vector
        whole = len(insert) + len(donor) - len(entry)
        left = next(p for p in found if not p.circular and len(p) == whole)
        back = gateway([left.duplex, entry.duplex], "LR")
        assert seguid(donor) in ours(back)
        assert seguid(insert, closed=False) in ours(back)


def test_moclo_in_three_levels() -> None:
    dice = Dice(3)
    ends = ["GGAG", "AATG", "GCTT", "CGCT", "TACT", "CCAT", "AGCC", "ACC"]

    def plain(size: int) -> str:
        while True:
            text = dna(dice, size)
            around = [end + text + end for end in ends]
            if not any(cut_sites(each, ["BsaI", "BsmBI", "BbsI"]) for each in around):
                return text

    def level0(first: str, last: str) -> tuple[Record, str]:
        """A part in its plasmid, anywhere in the circle and on either strand."""
        body = plain(40)
        text = f"GGTCTCA{first}{body}{last}TGAGACC{plain(50)}"
        at = dice.randrange(len(text))
        return Record(circle(turned(dice, text[at:] + text[:at])), "part"), body

    sites = ends[:4]
    units, bodies = [], []
    for first, last in (("TACT", "CCAT"), ("CCAT", "AGCC")):
        rows = [level0(a, b) for a, b in itertools.pairwise(sites)]
        bodies.append([body for _, body in rows])
        vector = Record(
            circle(
                f"CGTCTCA{first}{plain(9)}GGAGTGAGACC{plain(30)}GGTCTCACGCT{plain(9)}{last}TGAGACG{plain(60)}"
            ),
            "level 1",
        )
        made = golden_gate([*(r for r, _ in rows), vector], "BsaI").only()
        assert not cut_sites(made.sequence, "BsaI")
        assert len(made.parts) == 4
        units.append(made)
    goal = circle(f"{plain(40)}TACTTGAGACG{plain(20)}CGTCTCAAGCC{plain(40)}")
    final = golden_gate([*(u.duplex for u in units), goal], "BsmBI").only()
    assert final.circular
    text = str(final.sequence) * 2
    order = [body for row in bodies for body in row]
    places = [(text + other(text)).find(body) for body in order]
    assert -1 not in places
    forward = text if order[0] in text else other(text)
    begin = forward.index(order[0])
    at = [forward.index(body, begin) for body in order]
    assert at == sorted(at)
    assert not cut_sites(final.sequence, ["BsaI", "BsmBI"])
    # the wrong enzyme at a level gives no circle
    assert not golden_gate([*(u.duplex for u in units), goal], "BbsI").circles


def bridged(pieces: list[str], bridges: list[str], anneal: int) -> set[str]:
    """Try every order, orientation and number of the pieces: circles whose joints all have a bridge."""
    found = set()
    oligos = {text for bridge in bridges for text in (bridge, other(bridge))}
    for count in range(1, len(pieces) + 1):
        for chosen in itertools.permutations(range(len(pieces)), count):
            if chosen[0] != min(chosen):
                continue
            for strands in itertools.product((1, -1), repeat=count):
                row = [
                    p if s == 1 else other(p)
                    for p, s in zip([pieces[i] for i in chosen], strands, strict=True)
                ]
                joints = zip(row, row[1:] + row[:1], strict=True)
                if all(
                    any(
                        a.endswith(oligo[:i]) and b.startswith(oligo[i:])
                        for oligo in oligos
                        for i in range(anneal, len(oligo) - anneal + 1)
                    )
                    for a, b in joints
                ):
                    found.add(seguid("".join(row)))
    return found


def test_ligase_cycling_makes_all_circles_that_bridges_allow() -> None:
    some = unwanted = 0
    for seed in range(40):
        dice = Dice(seed)
        pieces = [dna(dice, dice.randint(20, 40)) for _ in range(dice.randint(1, 4))]
        bridges = []
        for a, b in zip(pieces, pieces[1:] + pieces[:1], strict=True):
            bridges.append(turned(dice, a[-dice.randint(8, 11) :] + b[: dice.randint(8, 11)]))
        if dice.random() < 0.5:
            # one bridge too many, by which pieces are left out or lie the other way round
            bridges.append(pieces[0][-9:] + turned(dice, pieces[-1])[:9])
        given = [turned(dice, piece) for piece in pieces]
        found = ligase_cycling(given, bridges, anneal=8)
        circles = ours(list(found.circles))
        assert circles == bridged(given, bridges, 8), (given, bridges)
        assert seguid("".join(pieces)) in circles
        some += len(pieces) > 2
        unwanted += len(circles) > 1
    assert some > 8
    assert unwanted > 3


def test_ligase_cycling_takes_blunt_ends_only() -> None:
    sticky = cut("AAAACCGAATTCGGTTTTGACCATT", "EcoRI")[1].duplex
    found = ligase_cycling([sticky, "TTGACCATGCAAC"], ["TTTGACCATTTTGACCATGC"], anneal=8)
    assert not found
    assert "not linear and blunt" in found.notes[0]
    with pytest.raises(InputError, match="1 or more"):
        ligase_cycling(["ACGTACGT"], [], anneal=0)


@pytest.mark.parametrize("polymerase", ["T4", "T5"])
def test_slic_chews_one_strand_and_leaves_the_overhangs_of_the_other(polymerase: str) -> None:
    dice = Dice(11)
    left, right, insert = dna(dice, 30), dna(dice, 30), dna(dice, 50)
    # a vector opened by KpnI (3' ends) or by EcoRI (5' ends)
    site, name = ("GGTACC", "KpnI") if polymerase == "T4" else ("GAATTC", "EcoRI")
    vector = circle(right + dna(dice, 40) + left + site)
    opened = cut(vector, name)[0].duplex
    arms = str(opened.record.sequence)
    size = len(opened.left.overhang)
    fragment = arms[-25 - size : -size] + insert + arms[size : size + 25]
    react = in_fusion if polymerase == "T4" else gibson
    product = react([opened, turned(dice, fragment)], overlap=25).only()
    # the overhang that the exonuclease takes away is in no product
    assert product.circular
    assert len(product) == len(arms) - 2 * size + len(insert)
    wrong = gibson if polymerase == "T4" else in_fusion
    assert not wrong([opened, fragment], overlap=25).circles


def user_primers(body: str, left: str, right: str) -> tuple[str, str]:
    """Primers with dU behind the junction letters at both ends of a body."""
    return left[:-1] + "U" + body[:16], other(right)[:-1] + "U" + other(body[-16:])


def test_user_joins_several_fragments_in_the_order_of_their_ends() -> None:
    for seed in range(6):
        dice = Dice(seed)
        count = dice.randint(2, 4)
        # a junction ends with T where the next body begins, and begins with A where the last one ended
        joints = ["A" + dna(dice, 6) + "T" for _ in range(count)]
        if len({*joints, *map(other, joints)}) < 2 * count:
            continue
        bodies = [dna(dice, 60) for _ in range(count)]
        molecules = []
        for i, body in enumerate(bodies):
            primers = user_primers(body, joints[i], joints[(i + 1) % count])
            template = circle(dna(dice, 30) + turned(dice, body))
            made = pcr(template, *primers).only()
            molecules.append(excise_uracil(made.duplex, *primers))
        drawn = "".join(joint + body for joint, body in zip(joints, bodies, strict=True))
        assert ligate(molecules, circular=True).only().seguid == seguid(drawn)
        # read on the other strand they are the same molecules
        back = [molecule.reverse_complement() for molecule in molecules]
        assert ligate(back, circular=True).only().seguid == seguid(drawn)


def test_user_without_uracil_leaves_a_blunt_end() -> None:
    body = dna(Dice(1), 60)
    forward, reverse = "ACCTTGGU" + body[:16], other(body[-16:])
    molecule = excise_uracil(pcr(body, forward, reverse).only().duplex, forward, reverse)
    assert (molecule.left.kind, molecule.right.kind) == ("3'", "blunt")
    assert not ligate([molecule, molecule], circular=True)


def test_ta_cloning_in_both_orientations_and_not_with_itself() -> None:
    dice = Dice(12)
    insert, backbone = dna(dice, 40), dna(dice, 60)
    vector = add_tails(cut(circle(backbone + "GATATC"), "EcoRV")[0].duplex, "T")
    found = ligate([add_tails(insert), vector], circular=True)
    opened = "ATC" + backbone + "GAT"
    wanted = {seguid(f"{opened}T{text}A".replace("TT", "TT")) for text in (insert, other(insert))}
    assert ours(found) == wanted
    assert [p.probability for p in found] == [found[0].probability] * 2
    # the vector does not close, an insert does not join another one, and G does not pair with A
    assert not ligate([vector, vector])
    assert not ligate([add_tails(insert), add_tails(insert)])
    assert not ligate(
        [add_tails(insert), add_tails(str(vector.record.sequence), "G")], circular=True
    )


def test_blunt_ligation_makes_every_orientation_and_dimer() -> None:
    dice = Dice(13)
    one, two = dna(dice, 20), dna(dice, 25)
    found = ligate([one, two], blunt=True, circular=True)
    wanted = {seguid(one), seguid(two), seguid(one + two), seguid(one + other(two))}
    assert ours(found) == wanted
    twice = ligate([one, one], blunt=True, circular=True)
    assert ours(twice) == {seguid(one), seguid(one + one), seguid(one + other(one))}


@pytest.mark.parametrize("at", ["5'", "middle", "3'"])
def test_degenerate_primers_amplify_every_template_that_they_fit(at: str) -> None:
    dice = Dice(14)
    core = [dna(dice, 20), dna(dice, 20)]
    place = {"5'": 1, "middle": 9, "3'": 19}[at]
    variants = []
    for letter in "ACGT":
        first = core[0][:place] + letter + core[0][place + 1 :]
        variants.append(dna(dice, 15) + first + dna(dice, 60) + core[1] + dna(dice, 15))
    primer = core[0][:place] + "R" + core[0][place + 1 :]
    reverse = other(core[1])
    fitting = []
    for template in variants:
        turn = dice.randrange(len(template))
        given = circle(turned(dice, template[turn:] + template[:turn]))
        found = [p for p in pcr(given, primer, reverse, anneal=20) if not p.notes]
        fitting.append(len(found))
        if found:
            # the product keeps the primer's ambiguity: it stands for each of its molecules
            assert str(found[0].sequence)[place] == "R"
    assert fitting == [1, 0, 1, 0]  # R is A or G
    # a mismatch is tolerated where it is allowed, and never in silence
    assert len(pcr(variants[1], primer, reverse, anneal=20, mismatches=1)) == 1


def test_recombination_in_vivo_takes_a_chain_of_inserts_on_either_strand() -> None:
    for seed in range(12):
        dice = Dice(seed)
        left, right, inner = dna(dice, 45), dna(dice, 45), dna(dice, 45)
        genome = dna(dice, 60) + left + dna(dice, 80) + right + dna(dice, 60)
        first = left + dna(dice, 30) + inner
        second = inner + dna(dice, 30) + right
        wanted = genome.split(left)[0] + first[:-45] + second[:-45] + right + genome.split(right)[1]
        closed = bool(seed % 2)
        at = dice.randrange(len(genome)) if closed else 0
        given = turned(dice, genome[at:] + genome[:at])
        inserts = [turned(dice, first), turned(dice, second)]
        dice.shuffle(inserts)
        found = homologous_recombination(circle(given) if closed else given, inserts)
        assert seguid(wanted, closed) in ours(found), seed
        # one insert alone has one homology only, and gives nothing
        assert not homologous_recombination(given if not closed else circle(given), inserts[:1])


def test_a_cut_chooses_among_what_homology_allows_on_a_circle() -> None:
    dice = Dice(15)
    left, right = dna(dice, 45), dna(dice, 45)
    guide = "GACTTGACCATGCAATCGTA"
    genome = left + dna(dice, 10) + guide + "AGG" + dna(dice, 10) + right + dna(dice, 120)
    insert = left + "TTAATTAA" + right
    for at in range(0, len(genome), 17):
        # the origin goes through arms, protospacer and PAM
        given = circle(genome[at:] + genome[:at])
        wanted = seguid(insert + genome[genome.index(right) + 45 :])
        assert crispr(given, insert, guide).only().seguid == wanted
        back = circle(str(reverse_complement(Record(given)).sequence))
        assert crispr(back, other(insert), guide).only().seguid == wanted


def test_a_duplex_of_another_kind_is_no_input_of_a_method() -> None:
    with pytest.raises(InputError, match="blunt"):
        excise_uracil(Duplex(Record(circle("ACGTACGTACGT"))), "ACGU", "ACGU")
    notes = overlap_extension([circle("ACGTACGTACGTACGT"), "ACGTTTTTTTTTTTTTTTTTT"]).notes
    assert any("is a circle" in note for note in notes)
