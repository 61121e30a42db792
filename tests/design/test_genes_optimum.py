"""The optimum of genes under constraints, against enumeration and against a peer."""

from __future__ import annotations

import itertools
import math
import random

import pytest

from biowright.bio import genetic_code, translate, translate_feature
from biowright.core import (
    Attributes,
    Feature,
    Location,
    NegativeResult,
    Record,
    Sequence,
    Span,
    rotate,
)
from biowright.design import (
    Avoid,
    CodonUse,
    GCContent,
    Identity,
    Infeasible,
    Keep,
    KeepProtein,
    codon_usage,
    encode_protein,
    find_breaches,
    optimise,
    roll_back,
    synonymous_fix,
)

ECOLI = codon_usage("Escherichia coli")
ADAPTED = ECOLI.adaptiveness()
ACIDS = "ACDEFGHIKLMNPQRSTVWY"


def gene(letters: str, *spans: tuple[int, int, int], circular: bool = False, **said: str) -> Record:
    features = [
        Feature("CDS", Location((Span(start, end, strand),)), Attributes(dict(said)))
        for start, end, strand in spans
    ]
    topology = "circular" if circular else "linear"
    return Record(Sequence(letters, topology=topology), "toy", features=features)


def enumerated(record: Record, rules: list, usage=ECOLI) -> float | None:
    """Try every synonymous sequence of a linear record with one forward gene."""
    location = record.features[0].location
    start, end = location.start, location.end
    text = str(record.sequence)
    code = genetic_code(1)
    families = []
    for at in range(start, end, 3):
        codon = text[at : at + 3]
        same = [c for c in ADAPTED if code[c] == code[codon]]
        families.append([codon] if at == start and codon in code.start_codons else same)
    best = None
    for chosen in itertools.product(*families):
        worth = sum(math.log(ADAPTED[c]) for c in chosen)
        if best is not None and worth <= best:
            continue
        tried = record.changed(sequence=Sequence(text[:start] + "".join(chosen) + text[end:]))
        if not find_breaches(tried, rules):
            best = worth
    return best


@pytest.mark.parametrize("seed", range(16))
def test_the_worth_is_that_of_the_best_of_all_sequences(seed: int) -> None:
    rng = random.Random(seed)
    protein = "M" + "".join(rng.choice("LRSAVKFNW") for _ in range(4))
    coding = "".join(
        rng.choice([c for c in ADAPTED if genetic_code(1)[c] == acid]) for acid in protein
    )
    left, right = ("".join(rng.choice("ACGT") for _ in range(7)) for _ in range(2))
    record = gene(left + "ATG" + coding[3:] + right, (7, 7 + len(coding), 1))
    rules: list = [
        Avoid("".join(rng.choice("ACGTRYNSW") for _ in range(4))),
        Avoid("".join(rng.choice("ACGTRYK") for _ in range(3)), Location.of((5, 20))),
        Avoid.homopolymer("A", 2),
        GCContent(0.25, 0.75, 8),
        GCContent(0.3, 0.7, None, Location.of((7, 25))),
    ]
    best = enumerated(record, rules)
    asked = ([KeepProtein(), *rules], [CodonUse(ECOLI)])
    if best is None:
        with pytest.raises(Infeasible) as caught:
            optimise(record, *asked)
        assert caught.value.conflict is not None
        assert caught.value.conflict.proven
        return
    design = optimise(record, *asked)
    assert design.proven
    assert design.worth == pytest.approx(best, abs=1e-9)
    assert not find_breaches(design.record, rules)
    assert roll_back(design.record, design.changes).sequence == record.sequence


@pytest.mark.parametrize("seed", range(3))
def test_windows_that_bind_everywhere_are_proven_as_well(seed: int) -> None:
    rng = random.Random(seed)
    protein = "M" + "".join(rng.choice(ACIDS) for _ in range(120))
    record = gene(str(encode_protein(protein, ECOLI.host)), (0, 363, 1))
    rules = [GCContent(0.44, 0.56, 40), Avoid("GGTNCC"), Avoid.homopolymer("A", 4)]
    design = optimise(record, [KeepProtein(), *rules], [CodonUse(ECOLI)])
    assert design.proven
    # a path that is best without windows is above, and every synonymous step from here is not better
    free = optimise(record, [KeepProtein(), *rules[1:]], [CodonUse(ECOLI)])
    assert free.worth > design.worth
    text = str(design.record.sequence)
    for at in range(3, 363, 3):
        for codon in ADAPTED:
            same = genetic_code(1)[codon] == genetic_code(1)[text[at : at + 3]]
            if same and ADAPTED[codon] > ADAPTED[text[at : at + 3]]:
                tried = record.changed(sequence=Sequence(text[:at] + codon + text[at + 3 :]))
                assert find_breaches(tried, rules), "a single better codon was overlooked"


@pytest.mark.parametrize("seed", range(4))
def test_a_peer_finds_the_same_optimum(seed: int) -> None:
    peer = pytest.importorskip("codon_constrain")
    rng = random.Random(seed)
    protein = "M" + "".join(rng.choice(ACIDS) for _ in range(40))
    start = str(encode_protein(protein, ECOLI.host))
    low, high = 0.40, 0.48
    asked = peer.Constraints(
        gc_min=low, gc_max=high, forbidden_motifs=("GAATTC", "GCGC"), homopolymer_max=4
    )
    theirs = peer.optimize(protein, host="ecoli", input_type="protein", constraints=asked)
    table = next(v for v in vars(peer.optimizer).values() if isinstance(v, dict) and "ecoli" in v)
    weights = {codon: table["ecoli"].get(codon, 1) * 1e6 for codon in ADAPTED}
    usage = type(ECOLI)("peer", 1, "codon-constrain", weights)
    rules = [GCContent(low, high), Avoid("GAATTC"), Avoid("GCGC")]
    rules += [Avoid.homopolymer(letter, 4) for letter in "ACGT"]
    ours = optimise(
        gene(start, (0, len(start), 1)), [KeepProtein(start="any"), *rules], [CodonUse(usage)]
    )
    assert ours.proven
    adapted = usage.adaptiveness()
    worth = sum(
        math.log(adapted[theirs.coding_sequence[at : at + 3]]) for at in range(0, len(start), 3)
    )
    assert ours.worth == pytest.approx(worth, abs=1e-6)


def test_both_strands_frames_and_the_origin_give_one_answer() -> None:
    text = "GGCC" + "ATGGAATTCCTATTAAGATCTTAA" + "CCGGCCTTGG"
    rules = [KeepProtein(), Avoid("EcoRI"), Avoid("BglII"), GCContent(0.1, 0.85, 12)]
    plain = gene(text, (4, 28, 1), circular=True)
    with pytest.raises(Infeasible) as caught:  # CGGCCTTGGGGC, over the origin
        optimise(plain, [KeepProtein(), GCContent(0.2, 0.8, 12)], [CodonUse(ECOLI)])
    conflict = caught.value.conflict
    assert conflict is not None
    assert conflict.proven
    assert conflict.end - conflict.start == 12
    assert len(conflict.constraints) == 2
    expected = optimise(plain, rules, [CodonUse(ECOLI)])
    for record in (rotate(plain, 11), rotate(plain, 30)):
        for turned in (record, record.changed()):
            design = optimise(turned, rules, [CodonUse(ECOLI)])
            assert design.worth == pytest.approx(expected.worth)
            assert not find_breaches(design.record, rules)
            assert roll_back(design.record, design.changes).sequence == turned.sequence
    from biowright.core import reverse_complement

    mirrored = optimise(reverse_complement(plain), rules, [CodonUse(ECOLI)])
    assert mirrored.worth == pytest.approx(expected.worth)


def test_overlapping_genes_keep_both_proteins() -> None:
    rng = random.Random(3)
    for strand in (1, -1):
        for _ in range(20):
            text = "".join(rng.choice("ACGT") for _ in range(60))
            record = Record(
                Sequence(text),
                features=[
                    Feature("CDS", Location.of((0, 30))),
                    Feature("CDS", Location.of((19, 49), strand=strand)),
                ],
            )
            target = text[20:26]
            before = [str(translate_feature(record, f)) for f in record.features]
            design = optimise(
                record,
                [KeepProtein(), Avoid(target)],
                [CodonUse(ECOLI)],
                allow_breaches=True,
            )
            after = [str(translate_feature(design.record, f)) for f in design.record.features]
            assert before == after


def test_starts_exceptions_and_shifts_of_the_frame_stay() -> None:
    # GTG starts; a TGA that is selenocysteine; a frame that shifts by one letter
    said = {"transl_table": "11", "transl_except": "(pos:4..6,aa:Sec)"}
    record = gene("GTGTGACTACTACTATAA", (0, 18, 1), **said)
    design = optimise(record, [KeepProtein(), Avoid("CTACTA")], [CodonUse(ECOLI)])
    text = str(design.record.sequence)
    assert text[:6] == "GTGTGA"
    assert "CTACTA" not in text
    shifted = Record(
        Sequence("ATG" + "CTA" * 30 + "G" + "CTA" * 30 + "TAA"),
        features=[Feature("CDS", Location.of((0, 93), (94, 187)))],
    )
    feature = shifted.features[0]
    design = optimise(shifted, [KeepProtein()], [CodonUse(ECOLI)])
    assert str(translate_feature(design.record, feature)) == "M" + "L" * 60
    near = slice(93 - 57, 93 + 57)
    assert design.record.sequence.data[near] == shifted.sequence.data[near]
    assert design.record.sequence.data[3:6] == b"CTG"


@pytest.mark.parametrize("code", [2, 4, 11, 12, 27])
def test_other_genetic_codes(code: int) -> None:
    table = genetic_code(code)
    text = "ATG" + "".join(c for c in ADAPTED if table[c] != "*" and c not in table.dual_codons)
    text += table.stop_codons[0]
    record = gene(text, (0, len(text), 1), transl_table=str(code))
    usage = type(ECOLI)("other", code, "", dict(ECOLI.counts))
    design = optimise(record, [KeepProtein(), Avoid.homopolymer("A", 3)], [CodonUse(usage)])
    assert str(translate(design.record.sequence, code)) == str(translate(record.sequence, code))
    assert str(design.record.sequence) != text
    assert "AAAA" not in str(design.record.sequence)


def test_a_conflict_is_smallest_and_names_its_place() -> None:
    record = gene("ATGGAATTTCTATGGTAACCC", (0, 18, 1))
    with pytest.raises(Infeasible) as caught:
        optimise(record, [KeepProtein(), Avoid("EcoRI"), Avoid("ATGG"), Avoid("GGTA")])
    conflict = caught.value.conflict
    assert conflict is not None
    assert conflict.proven
    assert conflict.start == 0
    assert conflict.end == 4
    assert len(conflict.constraints) == 2
    assert caught.value.exit_code == 1
    kept = gene("AAAAGAATTCAAAATGTAA", (13, 19, 1))
    with pytest.raises(NegativeResult, match="kept"):
        optimise(kept, [KeepProtein(), Avoid("EcoRI")])
    left = optimise(kept, [KeepProtein(), Avoid("EcoRI")], allow_breaches=True)
    assert [breach.start for breach in left.breaches] == [4]


def test_free_letters_and_regions_are_taken_as_said() -> None:
    record = Record(Sequence("AAAAAAAAAAGAATTCAAAAAAAAAA"))
    rules = [Avoid("EcoRI", Location.of((8, 20))), Keep(Location.of((0, 11)))]
    design = optimise(record, rules, [Identity()], change="all")
    assert len(design.changes) == 1
    assert design.changes[0].start >= 11
    assert design.worth == 25


def test_a_fix_is_synonymous_and_small() -> None:
    record = gene("ATGGGTCTCTTAAAAGGTCTCTAA", (0, 24, 1))
    changes = synonymous_fix(record, [Avoid("BsaI")], (3, 9), usage=ECOLI)
    assert changes is not None
    assert 0 < len(changes) <= 2
    assert synonymous_fix(gene("ATGATGTAA", (0, 9, 1)), [Avoid("ATGATG")], (0, 6)) is None
