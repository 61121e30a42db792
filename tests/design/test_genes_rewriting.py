"""Rewriting genomes by rules, and the way back to the exact original."""

from __future__ import annotations

import itertools
import random

import pytest

from biowright.bio import find, translate_feature
from biowright.core import Attributes, Feature, InputError, Location, Record, Sequence
from biowright.design import (
    InsertSite,
    RecodeCodons,
    RemoveSites,
    SeparateOverlaps,
    TagGenes,
    codon_usage,
    cut_megachunks,
    read_edits,
    read_rewriting_rules,
    rewrite,
    undo_rewriting,
    write_edits,
)

LOX = "ATAACTTCGTATAATGTACATTATACGAAGTTAT"
SENSE = [
    c for c, n in codon_usage("Escherichia coli").counts.items() if c not in ("TAA", "TAG", "TGA")
]


def genome(seed: int, genes: int = 12, circular: bool = True) -> Record:
    """Genes on both strands, some of which share four letters or overlap tail to tail."""
    rng = random.Random(seed)
    text, features = "", []

    def add(start: int, end: int, strand: int) -> None:
        name = f"g{len(features) // 2}"
        said = Attributes({"gene": name, "transl_table": "11"})
        for kind in ("gene", "CDS"):
            features.append(Feature(kind, Location.of((start, end), strand=strand), said))

    for _ in range(genes):
        text += "".join(rng.choice("ACGT") for _ in range(rng.randint(20, 60)))
        size = rng.randint(60, 110)
        body = "ATG" + "".join(rng.choice(SENSE) for _ in range(size))
        stop = rng.choice(["TAA", "TAG", "TGA"])
        strand = rng.choice([1, -1])
        kind = rng.choice(["alone", "chained"])
        if kind == "chained":
            # the stop of the first, TGA, shares ATGA with the start of the second
            second = "ATGA" + "".join(rng.choice("ACGT") for _ in range(2))
            while second[3:6] in ("TAA", "TAG", "TGA"):
                second = "ATGA" + "".join(rng.choice("ACGT") for _ in range(2))
            tail = "".join(rng.choice(SENSE) for _ in range(50)) + stop
            letters = body + second + tail
            # the first ends in ..A TGA: shift it by putting A before TGA in frame
            first_end = len(body) + 4 - 1 + 0
            letters = body + "NNA" + letters[len(body) + 1 - 1 :]
            letters = body + "GC" + second + tail
            first_end = len(body) + 3 + 3
            spans = [(0, first_end), (len(body) + 2, len(letters))]
        else:
            letters = body + stop
            spans = [(0, len(letters))]
        start = len(text)
        if strand == -1:
            letters = str(Sequence(letters).reverse_complement())
            spans = [(len(letters) - b, len(letters) - a) for a, b in spans]
        text += letters
        for a, b in spans:
            add(start + a, start + b, strand)
    topology = "circular" if circular else "linear"
    return Record(Sequence(text + "ACGTT" * 5, topology=topology), "toy", features=features)


def proteins(record: Record) -> list[str]:
    return [str(translate_feature(record, f)) for f in record.features if f.type == "CDS"]


@pytest.mark.parametrize("seed", range(4))
def test_every_protein_stays_and_the_way_back_is_exact(seed: int, tmp_path) -> None:
    record = genome(seed)
    assert all("*" not in protein for protein in proteins(record))
    rules = [
        SeparateOverlaps(),
        RecodeCodons({"TAG": "TAA", "TCG": "AGC", "TCA": "AGT"}),
        RemoveSites(("EcoRI", "GATC")),
        InsertSite(LOX, but=("g0",)),
        TagGenes(length=27, least=6, margin=30),
    ]
    done = rewrite(record, rules)
    assert proteins(done.record) == proteins(record)
    assert sum(done.counts.values()) == len(done.edits)
    for feature in done.record.features:
        if feature.type != "CDS":
            continue
        letters = str(feature.extract(done.record.sequence))
        codons = [letters[i : i + 3] for i in range(0, len(letters), 3)]
        listed = [b for b in done.left if feature.label in b.what and "recode" in b.rule]
        if not listed and not any("tag" in str(e.why) for e in done.edits if "tag" in e.why):
            assert not {"TAG", "TCG", "TCA"} & set(codons)
    assert any(f.label == "loxPsym" for f in done.record.features)
    path = tmp_path / "edits.json"
    path.write_text(write_edits([done]))
    back = undo_rewriting(done.record, read_edits(path)["toy"])
    assert back.sequence == record.sequence
    assert back.features == record.features


def test_recoding_alone_leaves_no_such_codon_that_could_go() -> None:
    record = genome(9)
    done = rewrite(record, [SeparateOverlaps(), RecodeCodons({"TAG": "TAA", "TTA": "CTG"})])
    seen = 0
    for feature in done.record.features:
        if feature.type == "CDS":
            letters = str(feature.extract(done.record.sequence))
            found = [letters[i : i + 3] for i in range(0, len(letters), 3)]
            seen += sum(c in ("TAG", "TTA") for c in found)
    assert seen == len([b for b in done.left if "recode" in b.rule])


def test_separated_genes_share_no_letter() -> None:
    record = genome(2)
    done = rewrite(record, [SeparateOverlaps()])
    assert done.counts["1 separate"] > 0
    spans = sorted(
        (f.location.start, f.location.end) for f in done.record.features if f.type == "CDS"
    )
    assert all(a[1] <= b[0] for a, b in itertools.pairwise(spans))


def test_sites_go_and_codons_must_be_synonymous(tmp_path) -> None:
    record = genome(5)
    done = rewrite(record, [RemoveSites(("GATC",))])
    left = {b.start for b in done.left}
    assert {hit.start for hit in find(done.record, "GATC")} == left
    with pytest.raises(InputError, match="not synonymous"):
        rewrite(record, [RecodeCodons({"TTA": "TCA"})])
    with pytest.raises(InputError, match="there is no gene 'g99'"):
        rewrite(record, [InsertSite(LOX, genes=("g99",))])
    rules = tmp_path / "rules.toml"
    rules.write_text('[[rules]]\nrule = "recode"\ncodons = {TAG = "TAA"}\nwhat = 1\n')
    with pytest.raises(InputError, match="there is no 'what'"):
        read_rewriting_rules(rules)


@pytest.mark.parametrize("seed", range(3))
def test_megachunks_end_between_features_and_no_better_choice_exists(seed: int) -> None:
    record = genome(seed, genes=30)
    chunks = cut_megachunks(record, 1_500)
    assert chunks[0].start == 0
    assert chunks[-1].end == len(record)
    assert all(a.end == b.start for a, b in itertools.pairwise(chunks))
    for chunk in chunks[:-1]:
        assert not chunk.cuts
        assert 1_050 <= len(chunk) <= 1_950
        assert not any(f.location.start < chunk.end < f.location.end for f in record.features)
