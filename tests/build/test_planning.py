"""Plans are proven by simulation; hard targets are planned, or refused with the place."""

from __future__ import annotations

import random

import pytest

from biowright.bio import find, translate
from biowright.build.planning import (
    SynthesisPlan,
    best_cover,
    choose_plan,
    domesticate,
    find_matches,
    offer_fixes,
    plan_synthesis,
    products,
    prove,
)
from biowright.core import Feature, InputError, Location, NegativeResult, Record, Sequence

COMPLEMENT = str.maketrans("ACGT", "TGCA")
TWIST = ["twist-gene-fragments"]


def dna(seed: int, length: int, gc: float = 0.5) -> str:
    return "".join(random.Random(seed).choices("ACGT", [1 - gc, gc, gc, 1 - gc], k=length))


def record(letters: str, name: str = "target", circular: bool = False) -> Record:
    return Record(Sequence(letters, topology="circular" if circular else "linear"), name)


def other(text: str) -> str:
    return text.translate(COMPLEMENT)[::-1]


def planned(target: Record, **how) -> SynthesisPlan:  # type: ignore[no-untyped-def]
    found = plan_synthesis([target], **how)
    for alternative in found:
        if alternative.plan is not None:
            assert alternative.plan.proven
            tube = prove(alternative.plan)
            made = tube[alternative.plan.products[target.name]]
            assert made.circular == target.circular
            assert len(made) == len(target)
    return choose_plan(found)


@pytest.mark.parametrize("circular", [False, True])
@pytest.mark.parametrize("method", ["gibson", "golden-gate"])
def test_plasmids_and_linear_targets_are_made_of_fragments(method: str, circular: bool) -> None:
    for seed in (1, 2):
        letters = dna(seed, 3700 if circular else 6000)
        for site in ("GGTCTC", "GAGACC"):
            letters = letters.replace(site, "GGTATC")
        plan = planned(
            record(letters, circular=circular), methods=[method], vendors=["idt-eblocks"]
        )
        assert plan.method == method
        assert 2 <= len(plan.orders) <= 6
        sizes = [len(order.sequence) for order in plan.orders]
        assert max(sizes) <= 1500
        assert min(sizes) >= 300
        [assembly] = plan.reactions
        assert len(assembly.junctions) == len(plan.orders) - (not circular)
        for junction in assembly.junctions:
            around = letters + letters
            assert around[junction.start : junction.end] == junction.sequence
        assert assembly.enzyme == ("BsaI" if method == "golden-gate" else "")


def test_a_tiny_target_is_annealed_and_a_tiny_circle_refused() -> None:
    plan = planned(record(dna(3, 60)))
    assert plan.method == "annealing"
    assert [len(order.sequence) for order in plan.primers] == [60, 60]
    with pytest.raises(NegativeResult, match="a circle of 60 bp cannot be closed"):
        plan_synthesis([record(dna(3, 60), circular=True)])


@pytest.mark.parametrize("length", [1, 3])
def test_a_target_shorter_than_an_overlap_is_refused(length: int) -> None:
    with pytest.raises(NegativeResult, match="there is no way to make it"):
        plan_synthesis([record(dna(3, length))])
    with pytest.raises(NegativeResult, match="shorter than an overlap of 4 bp"):
        plan_synthesis([record(dna(3, length))], methods=["golden-gate"])


def test_a_short_piece_is_ordered_whole_or_made_of_oligos() -> None:
    found = plan_synthesis([record(dna(4, 700))])
    ways = {a.method: a.plan for a in found if a.plan is not None}
    assert len(ways["order"].orders) == 1
    oligos = ways["pca"].primers
    assert all(len(order.sequence) <= 60 for order in oligos)
    assert {a for alternative in found for a in alternative.best} == {
        "cheapest",
        "fastest",
        "safest",
    }
    prices = [a.plan.price for a in found if a.plan is not None]
    assert prices == sorted(prices)


@pytest.mark.parametrize("turned", [False, True])
def test_what_one_has_is_copied_out_on_both_strands_and_over_both_origins(turned: bool) -> None:
    vector, insert = dna(5, 2600), dna(6, 900)
    have = Sequence(vector, topology="circular").rotate(1200)
    if turned:
        have = have.reverse_complement()
    target = record(vector + insert, circular=True)
    target = Record(target.sequence.rotate(700), "target")
    plan = planned(target, have=[Record(have, "vector")], vendors=TWIST, methods=["gibson"])
    assert list(plan.stock) == ["vector"]
    [order] = plan.orders
    assert len(order.sequence) <= 900 + 2 * 32 + 4
    assert len(plan.primers) == 2
    text = str(target.sequence) * 2
    if "GCTCTTC" not in text and "GAAGAGC" not in text:
        how = {"vendors": TWIST, "methods": ["golden-gate"], "enzymes": ["SapI"]}
        golden = planned(target, have=[Record(have, "vector")], **how)
        assert list(golden.stock) == ["vector"]
        assert len(golden.primers) == 2


def test_a_short_gap_between_copied_pieces_is_in_the_primers() -> None:
    one, two = dna(7, 1500), dna(8, 1800)
    target = record(one + "GATTACAGATTACA" + two, circular=True)
    plan = planned(
        target, have=[record(one, "one"), record(two, "two")], vendors=TWIST, methods=["gibson"]
    )
    assert not plan.orders
    assert len(plan.primers) == 4
    assert set(plan.stock) == {"one", "two"}


def test_what_is_there_already_needs_nothing() -> None:
    target = record(dna(9, 3000), circular=True)
    have = Record(target.sequence.rotate(1000), "mine")
    plan = planned(target, have=[have], vendors=TWIST)
    assert not plan.orders
    assert not plan.primers
    assert not plan.reactions


def brute_matches(target: str, source: str, least: int) -> set[tuple[int, int, int]]:
    found = set()
    for strand, text in ((1, source), (-1, other(source))):
        for i in range(len(target)):
            for j in range(len(text)):
                if target[i] != text[j] or (i and j and target[i - 1] == text[j - 1]):
                    continue
                size = 0
                while (
                    i + size < len(target)
                    and j + size < len(text)
                    and target[i + size] == text[j + size]
                ):
                    size += 1
                if size >= least:
                    at = j if strand == 1 else len(text) - j - size
                    found.add((i, i + size, at * strand))
    return found


def test_matches_are_those_that_brute_force_finds() -> None:
    dice = random.Random(10)
    parts = [dna(20 + i, dice.randint(30, 60)) for i in range(6)]
    for _ in range(6):
        target = "".join(dice.choice([p, other(p)]) for p in dice.sample(parts, 4))
        source = "".join(dice.choice([p, other(p)]) for p in dice.sample(parts, 4))
        found = find_matches(Sequence(target), [record(source)], 26)
        assert {(m.start, m.end, m.at * m.strand) for m in found} == brute_matches(
            target, source, 26
        )


def test_matches_cross_both_origins_and_hold_what_they_say() -> None:
    circle = Sequence(dna(11, 500), topology="circular")
    source = Record(circle.rotate(137).reverse_complement(), "source")
    [match] = find_matches(circle, [source], 100)
    assert len(match) == 500
    piece = str(circle.window(match.start, match.end))
    assert other(str(source.sequence.window(match.at, match.at + 500))) == piece
    other_half = find_matches(circle, [record(str(circle) * 2, "twice")], 100)
    assert max(map(len, other_half)) == 500
    cover = best_cover(
        find_matches(
            Sequence(dna(12, 900)), [record(dna(12, 900)[:600]), record(dna(12, 900)[400:])]
        ),
        900,
        False,
    )
    assert [(m.start, m.end) for m in cover] == [(0, 600), (600, 900)]


@pytest.mark.parametrize("gc", [0.24, 0.75])
def test_extreme_composition_is_planned_and_breaches_are_told(gc: float) -> None:
    plan = planned(record(dna(13, 3000, gc), circular=True), vendors=TWIST, methods=["gibson"])
    breaches = [breach for order in plan.orders for breach in order.breaches]
    assert {breach.rule for breach in breaches} & {"gc", "gc-spread", "homopolymer"}
    assert all(breach.source and breach.end > breach.start for breach in breaches)
    assert "break rules" in " ".join(plan.notices)


def test_repeats_longer_than_the_overlap_are_not_cut_in() -> None:
    repeat = dna(14, 400)
    letters = dna(15, 1500) + repeat + dna(16, 1500) + repeat + dna(17, 1500)
    plan = planned(record(letters, circular=True), vendors=["idt-eblocks"], methods=["gibson"])
    for junction in plan.reactions[-1].junctions:
        around = letters + letters
        assert around[: len(letters) + 31].count(junction.sequence) == 1
        assert not junction.note


def test_a_tandem_repeat_wider_than_a_piece_is_refused_or_proven() -> None:
    letters = dna(18, 800) + dna(19, 40) * 60 + dna(20, 800)
    with pytest.raises(NegativeResult, match="not proven"):
        planned(record(letters), vendors=["idt-eblocks"], methods=["gibson"])


def test_letters_that_cannot_be_made_are_refused_with_their_place() -> None:
    letters = dna(21, 500)
    with pytest.raises(
        InputError, match="record target, position 123: 'N' cannot be made"
    ) as caught:
        plan_synthesis([record(letters[:123] + "N" + letters[124:])])
    assert caught.value.position == 123
    with pytest.raises(InputError, match="nothing to make"):
        plan_synthesis([record("")])


def test_an_enzyme_that_cuts_inside_is_exchanged_and_all_of_them_refused() -> None:
    letters = dna(22, 3000)
    for site in ("GGTCTC", "CGTCTC", "GAAGAC", "GCTCTTC"):
        for word in (site, other(site)):
            letters = letters.replace(word, "A" * len(word))
    with_bsai = letters[:1000] + "GGTCTC" + letters[1000:]
    plan = planned(
        record(with_bsai, circular=True), vendors=["idt-eblocks"], methods=["golden-gate"]
    )
    assert plan.reactions[0].enzyme == "BsmBI"
    everything = with_bsai[:500] + "CGTCTCAGAAGACAGCTCTTC" + with_bsai[500:]
    with pytest.raises(NegativeResult, match="every enzyme cuts inside: BsaI at 1022"):
        plan_synthesis(
            [record(everything, circular=True)], vendors=["idt-eblocks"], methods=["golden-gate"]
        )


def test_forty_kilobases_are_made_level_by_level() -> None:
    target = record(dna(23, 40_000), circular=True)
    plan = planned(target, vendors=TWIST, methods=["gibson"])
    assert {reaction.level for reaction in plan.reactions} == {1, 2}
    assert plan.reactions[-1].method == "tar"
    assert len(plan.reactions[-1].junctions) == len(plan.reactions[-1].inputs)
    assert sum(len(order.sequence) for order in plan.orders) < 42_500


def test_several_targets_share_their_pieces() -> None:
    letters = dna(24, 900)
    found = plan_synthesis(
        [record(letters, "one"), record(letters, "two")], vendors=TWIST, methods=["order"]
    )
    assert len(choose_plan(found).orders) == 1
    with pytest.raises(InputError, match="two targets are named 'one'"):
        plan_synthesis([record(letters, "one"), record(dna(25, 900), "one")])


def test_combinations_share_parts_and_junctions() -> None:
    vector, genes = dna(50, 2200), [dna(70 + i, 900) for i in range(3)]
    promoters = [dna(60 + i, 400) for i in range(3)]
    targets = [
        record(_without_sites(vector + one + "AATG" + two), f"c{i}{j}", circular=True)
        for i, one in enumerate(promoters)
        for j, two in enumerate(genes)
    ]
    found = plan_synthesis(targets, vendors=["idt-gblocks"], methods=["golden-gate"])
    plan = choose_plan(found)
    prove(plan)
    assert len(plan.orders) == 1 + 3 + 3
    assert len(plan.reactions) == 9
    overhangs = {tuple(j.sequence for j in reaction.junctions) for reaction in plan.reactions}
    assert len(overhangs) == 1
    assert "AATG" in next(iter(overhangs))


def _without_sites(letters: str) -> str:
    for site in ("GGTCTC", "GAGACC"):
        letters = letters.replace(site, "A" * 6)
    return letters


def test_sites_in_genes_are_removed_and_the_protein_stays() -> None:
    codons = [a + b + c for a in "ACG" for b in "ACGT" for c in "ACGT"]
    gene = "ATG" + "".join(random.Random(31).choices(codons, k=300)) + "GGTCTC" + "TAA"
    target = Record(
        Sequence(dna(32, 700).replace("GGTCTC", "A" * 6) + gene, topology="circular"),
        "target",
        features=[Feature("CDS", Location.of((700, 700 + len(gene))))],
    )
    made, name, changes = domesticate(target, ["BsaI"])
    assert name == "BsaI"
    assert changes
    assert not find(made, "GGTCTC")
    [before], [after] = target.features, made.features
    assert translate(target.extract(before)) == translate(made.extract(after))
    plan = planned(made, vendors=["idt-eblocks"], methods=["golden-gate"])
    assert plan.reactions[-1].enzyme == "BsaI"
    with pytest.raises(NegativeResult, match="no synonymous change removes BsaI at 101"):
        domesticate(record(dna(33, 100).replace("GGTCTC", "A" * 6) + "GGTCTC" + "A" * 60), ["BsaI"])


def test_a_breach_in_a_gene_comes_with_a_synonymous_fix() -> None:
    gene = "ATG" + "GCTGATCGT" * 20 + "AAA" * 5 + "CGTGATGCT" * 20 + "TAA"
    target = Record(Sequence(gene), "gene", features=[Feature("CDS", Location.of((0, len(gene))))])
    plan = offer_fixes(planned(target, vendors=TWIST, methods=["order"]))
    [breach] = [b for b in plan.orders[0].breaches if b.rule == "homopolymer"]
    assert "AAA>AAG" in breach.fix


def test_the_same_plan_comes_out_again() -> None:
    target = record(dna(26, 5000), circular=True)
    first, again = (planned(target, vendors=TWIST).describe() for _ in range(2))
    assert first == again


def test_rule_packs_name_their_sources_and_dates() -> None:
    for made in products().values():
        assert made.rules
        for rule in (*made.rules, made.price, made.days):
            assert rule.source
            assert rule.standing in ("", "assumed", "unchecked")
            assert not (rule.assumption and rule.checked)
        least, most = made.lengths
        assert made.cost(most) >= made.cost(least) > 0


def test_unknown_methods_and_vendors_are_told() -> None:
    with pytest.raises(InputError, match=r"no method 'gibsn'.*did you mean 'gibson'"):
        plan_synthesis([record(dna(1, 900))], methods=["gibsn"])
    with pytest.raises(InputError, match="there is no vendor's product 'twist'"):
        plan_synthesis([record(dna(1, 900))], vendors=["twist"])
    with pytest.raises(InputError, match=r"EcoRI.*no enzyme for Golden Gate"):
        plan_synthesis([record(dna(1, 900))], enzymes=["EcoRI"])
    with pytest.raises(InputError, match="reuse of -5 bp"):
        plan_synthesis([record(dna(1, 900))], reuse=-5)
