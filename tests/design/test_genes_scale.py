"""What is global: unique k-mers, long records, labels of features; checked by brute force."""

from __future__ import annotations

import itertools
import os
import random
from pathlib import Path

import pytest

from biowright.bio import genetic_code, translate_feature
from biowright.core import Attributes, Feature, InputError, Location, Record, Sequence
from biowright.design import (
    Avoid,
    CodonUse,
    FixedSequence,
    GCContent,
    Identity,
    Keep,
    KeepProtein,
    NoHairpins,
    UniqueKmers,
    codon_usage,
    count_usage,
    encode_protein,
    find_breaches,
    optimise,
    read_labels,
    roll_back,
    rule_label,
    write_labels,
)
from biowright.design.genes import solving
from biowright.formats import read

ECOLI = codon_usage("Escherichia coli")
CODE = genetic_code(11)
SYNONYMS = {c: [d for d in ECOLI.counts if CODE[d] == CODE[c]] for c in ECOLI.counts}
REFERENCE = Path(
    os.environ.get(
        "BIOWRIGHT_REFERENCE_DATA", Path(__file__).resolve().parents[3] / "shared" / "data"
    )
)


def gene(letters: str, *spans: tuple[int, int, int], circular: bool = False) -> Record:
    features = [Feature("CDS", Location.of((a, b), strand=s)) for a, b, s in spans]
    topology = "circular" if circular else "linear"
    return Record(Sequence(letters, topology=topology), "toy", features=features)


def kmers(text: str, k: int) -> list[str]:
    found = []
    for at in range(len(text) - k + 1):
        word = text[at : at + k]
        found.append(min(word, str(Sequence(word).reverse_complement())))
    return found


@pytest.mark.parametrize("strand", [1, -1])
def test_a_protein_of_repeats_gets_no_kmer_twice(strand: int) -> None:
    protein = "M" + "GAGAGSGAGAGY" * 8 + "VPGVG" * 12
    coding = encode_protein(protein, ECOLI.host)
    letters = str(coding if strand == 1 else coding.reverse_complement())
    record = gene(letters, (0, len(letters), strand))
    rules = [KeepProtein(), UniqueKmers(12), Avoid("BsaI"), GCContent(0.3, 0.85, 40)]
    design = optimise(record, rules, [CodonUse(ECOLI)])
    found = kmers(str(design.record.sequence), 12)
    assert len(set(found)) == len(found)
    assert str(translate_feature(design.record, record.features[0])) == protein
    assert design.bound >= design.worth
    assert roll_back(design.record, design.changes).sequence == record.sequence


def test_kmers_of_a_host_and_of_kept_letters_are_avoided() -> None:
    rng = random.Random(1)
    protein = "M" + "".join(rng.choice("ACDEFGHIKLNPQRSTVY") for _ in range(60))
    coding = str(encode_protein(protein, ECOLI.host))
    host = coding[30:90]
    record = gene(coding[100:130] + coding, (30, 30 + len(coding), 1))
    design = optimise(
        record, [KeepProtein(), UniqueKmers(11, host=(host.encode(),))], [CodonUse(ECOLI)]
    )
    ours = kmers(str(design.record.sequence), 11)
    assert len(set(ours)) == len(ours)
    assert not set(ours) & set(kmers(host, 11))


def test_hairpins_are_opened() -> None:
    stem = "GCGCTGGAACTGAAA"
    text = "ATG" + stem + "GCGGCAAAT" + str(Sequence(stem).reverse_complement()) + "TAA"
    record = gene(text, (0, len(text), 1))
    rules = [NoHairpins(8, 60)]
    assert find_breaches(record, rules)
    design = optimise(record, [KeepProtein(), *rules], [CodonUse(ECOLI)])
    assert not find_breaches(design.record, rules)


def breach_count(text: str, record: Record, rules: list) -> int:
    return len(find_breaches(record.changed(sequence=Sequence(text)), rules))


def test_no_single_synonymous_change_removes_a_breach_that_is_left(monkeypatch) -> None:
    """A record with kept letters between genes, walked piece by piece as a genome is."""
    monkeypatch.setattr(solving, "LONGEST", 100)
    monkeypatch.setattr("biowright.design.genes.scale.PIECE", 150)
    rng = random.Random(7)
    sense = [c for c in ECOLI.counts if CODE[c] != "*"]
    text, spans = "", []
    for _ in range(6):
        text += "".join(rng.choice("ACGT") for _ in range(45))
        body = "ATG" + "".join(rng.choice(sense) for _ in range(70)) + "TAA"
        strand = rng.choice([1, -1])
        spans.append((len(text), len(text) + len(body), strand))
        text += body if strand == 1 else str(Sequence(body).reverse_complement())
    text += "GAATTC" + text[50:70] + "ACGT"
    record = gene(text, *spans)
    rules = [
        Avoid("EcoRI"),
        Avoid("GATC"),
        Avoid("RYRY" + "CC"),
        Avoid.homopolymer("A", 4),
        GCContent(0.3, 0.7, 30),
        UniqueKmers(9),
    ]
    design = optimise(
        record, [KeepProtein(code=11), *rules], [CodonUse(ECOLI)], allow_breaches=True
    )
    for feature in record.features:
        assert translate_feature(design.record, feature, 11) == translate_feature(
            record, feature, 11
        )
    assert {b.rule for b in design.breaches if b.why == "fixed"}
    final = str(design.record.sequence)
    spoiled = set(design.breaches)
    for start, end, strand in spans:
        for at in range(start, end, 3):
            if at == (start if strand == 1 else end - 3):
                continue  # a start stays
            codon = final[at : at + 3]
            read_codon = codon if strand == 1 else str(Sequence(codon).reverse_complement())
            touched = [b for b in spoiled if b.start - 12 < at + 3 and at < b.end + 12]
            if not touched:
                continue
            for other in SYNONYMS[read_codon]:
                fresh = other if strand == 1 else str(Sequence(other).reverse_complement())
                tried = final[:at] + fresh + final[at + 3 :]
                new = find_breaches(record.changed(sequence=Sequence(tried)), rules)
                gone = [b for b in touched if not any(_same(b, n) for n in new)]
                added = [n for n in new if not any(_same(b, n) for b in spoiled)]
                assert not gone or added, f"{codon}>{fresh} at {at} removes {gone}"


def _same(a, b) -> bool:
    return a.rule == b.rule and a.start < b.end and b.start < a.end


def test_labels_are_read_written_and_obeyed() -> None:
    rules = [
        Avoid("BsaI"),
        Avoid("AATAAA", strands=(1,)),
        Avoid.homopolymer("G", 5),
        GCContent(0.4, 0.6, 50),
        UniqueKmers(12),
        NoHairpins(10, 80),
        Keep(Location.of((0, 9))),
        FixedSequence("RYN", Location.of((12, 15))),
    ]
    soft = [CodonUse(ECOLI), CodonUse(ECOLI, "frequency", weight=2), Identity(weight=0.5)]
    record = Record(Sequence("ATGAAACGC" * 10))
    labelled = write_labels(record, rules, soft)
    hard, wanted = read_labels(labelled, ECOLI)
    assert [rule_label(r) for r in hard] == [rule_label(r) for r in rules]
    assert [rule_label(r, soft=True) for r in wanted] == [rule_label(r, soft=True) for r in soft]
    said = {
        "@no(BsmBI_site) & @gc(40-60%/50)": 2,
        "@AvoidPattern(9xA)": 1,
        "@no(2x6mer)": 4**6 - 64 - 16 + 4,
        "@EnforceGCContent(mini=40%, maxi:0.6, window=50)": 1,
        "@cds(genetic_table=Bacterial, start_codon=keep)": 1,
        "@keep": 1,
    }
    for text, count in said.items():
        feature = Feature("misc_feature", Location.of((0, 90)), Attributes({"label": text}))
        hard, _ = read_labels(record.changed(features=[feature]), ECOLI)
        assert len(hard) == count, text
    for text, what in {
        "@nothing(1)": "there is no 'nothing'",
        "~cds": "only a constraint",
        "@no": "no pattern",
        "@no(BsaJ_sote)": "BsaJ_sote",
        "@gc(mini=x)": "no number",
        "@no(A, size=3)": "no argument 'size'",
    }.items():
        feature = Feature("misc_feature", Location.of((0, 90)), Attributes({"label": text}))
        with pytest.raises(InputError, match=what):
            read_labels(record.changed(features=[feature]), ECOLI)


@pytest.mark.reference
def test_thirty_kilobases_of_e_coli(ecoli_30kb: Record) -> None:
    rules = [Avoid(e) for e in ("BsaI", "BsmBI", "EcoRI", "NotI")]
    rules += [Avoid.homopolymer(letter, 8) for letter in "ACGT"]
    rules += [GCContent(0.25, 0.75, 50), UniqueKmers(15)]
    design = optimise(
        ecoli_30kb,
        [KeepProtein(code=11), *rules],
        [CodonUse(ECOLI)],
        overlaps="keep",
        allow_breaches=True,
    )
    for feature in ecoli_30kb.features:
        if feature.type == "CDS" and "pseudo" not in feature.qualifiers:
            assert translate_feature(design.record, feature) == translate_feature(
                ecoli_30kb, feature
            )
    assert len(design.breaches) < len(find_breaches(ecoli_30kb, rules))
    assert design.figures[f"CAI {ECOLI.host}"] > 0.93
    assert all(b.why for b in design.breaches)


@pytest.fixture(scope="module")
def ecoli_30kb() -> Record:
    from biowright.core import extract

    path = REFERENCE / "build/genomes/ecoli_MG1655_NC_000913.3.gbff.gz"
    if not path.is_file():
        pytest.skip("needs the reference data")
    whole = extract(read(path)[0], 0, 30_000)
    return whole.changed(features=[f for f in whole.features if not f.cuts])


@pytest.mark.reference
@pytest.mark.parametrize(
    ("host", "names", "genes"),
    [
        ("Escherichia coli", ["ecoli_MG1655_NC_000913.3.gbff.gz"], 4298),
        ("Saccharomyces cerevisiae", [f"S288C_chr{n}.gb.gz" for n in ("03", "06", "09")], 509),
        ("JCVI-syn3A", ["JCVI-syn3A.gb.gz"], 455),
    ],
)
def test_tables_that_come_along_are_counted_anew(host: str, names: list[str], genes: int) -> None:
    paths = [REFERENCE / "build/genomes" / name for name in names]
    if not all(path.is_file() for path in paths):
        pytest.skip("needs the reference data")
    shipped = codon_usage(host)
    counted = count_usage((record for path in paths for record in read(path)), host)
    assert counted.genes == genes
    assert (counted.code, counted.source) == (shipped.code, shipped.source)
    assert counted.counts == shipped.counts


def test_words_of_two_letters_are_all_forbidden() -> None:
    from biowright.design.genes.spec_rules import tandem_repeats

    found = {rule.motif for rule in tandem_repeats(2, 3)}
    expected = {a + b for a, b in itertools.product("ACGT", repeat=2) if a != b}
    assert found == {word * 3 for word in expected}
