"""Annotation: features over the origin, on both strands, nested, partial; real plasmids laid bare."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from biowright import formats
from biowright.bio import CODONS, genetic_code, translate
from biowright.cli import main
from biowright.core import Attributes, Feature, InputError, Location, Record, Sequence, Span
from biowright.library import ROLES, Annotation, Library, annotate
from biowright.library.common import common_library

RNG = random.Random(21)


def letters(size: int) -> str:
    return "".join(RNG.choices("ACGT", k=size))


def part(name: str, text: str, kind: str = "misc_feature") -> Record:
    feature = Feature(kind, Location((Span(0, len(text), 1),)))
    return Record(Sequence(text), name, features=[feature])


def reverse(text: str) -> str:
    return str(Sequence(text).reverse_complement())


PROMOTER, GENE, ORIGIN, OPERATOR = letters(60), letters(600), letters(400), letters(18)
HOST = PROMOTER[:20] + OPERATOR + PROMOTER[38:]


@pytest.fixture
def library(tmp_path: Path) -> Library:
    made = Library.create(tmp_path / "features")
    made.add(
        [
            part("promoter", HOST, "promoter"),
            part("gene", GENE, "CDS"),
            part("origin", ORIGIN, "rep_origin"),
            part("operator", OPERATOR, "operator"),
        ]
    )
    return made


def found(record: Record, library: Library, **options: float) -> list[Annotation]:
    return list(annotate(record, library, orf=0, **options).annotations)


@pytest.mark.parametrize("turn", [0, 30, 100, 400, 700, 1100, 1290])
def test_a_circle_is_annotated_whatever_its_origin(library: Library, turn: int) -> None:
    rng = random.Random(3)
    filler = ["".join(rng.choices("ACGT", k=100)) for _ in range(3)]
    circle = filler[0] + HOST + filler[1] + reverse(GENE) + filler[2] + ORIGIN
    size = len(circle)
    turned = circle[turn:] + circle[:turn]
    record = Record(Sequence(turned.lower(), topology="circular"), "plasmid")
    places = {"promoter": (100, 1), "operator": (120, 1), "gene": (260, -1), "origin": (960, 1)}
    lengths = {"promoter": 60, "operator": 18, "gene": 600, "origin": 400}
    hits = {hit.name: hit for hit in found(record, library)}
    assert set(hits) == set(places)
    for name, (start, strand) in places.items():
        hit = hits[name]
        at = (start - turn) % size
        end = at + lengths[name]
        assert (hit.start, hit.end, hit.strand) == (at, end - size * (end > size), strand)
        assert hit.whole
    done = annotate(record, library, orf=0).record
    by_label = {feature.label: feature for feature in done.features}
    assert str(by_label["gene"].extract(done.sequence)).upper() == GENE
    assert by_label["origin"].type == "rep_origin"


def test_fragments_and_relatives_are_graded(library: Library) -> None:
    rng = random.Random(4)
    relative = "".join(x if rng.random() < 0.88 else rng.choice("ACGT") for x in GENE)
    record = Record(Sequence(letters(80) + ORIGIN[:300] + letters(80) + relative + letters(50)))
    origin, gene = found(record, library)
    assert (origin.name, origin.whole) == ("origin", False)
    assert origin.coverage == pytest.approx(0.75, abs=0.01)
    assert 0.85 < gene.identity < 0.95
    assert gene.coverage > 0.97
    assert [hit.name for hit in found(record, library, coverage=0.8)] == ["gene"]
    strict = {"identity": 0.97, "protein_identity": 0.97}
    assert [hit.name for hit in found(record, library, **strict)] == ["origin"]
    # what differs too much in its letters may still be found by its protein
    assert [hit.protein for hit in found(record, library, identity=0.97)] == [False, True]


def test_the_better_of_two_like_features_stays(library: Library) -> None:
    library.add([part("gene variant", GENE[:300] + "A" + GENE[301:590] + letters(10), "CDS")])
    record = Record(Sequence(letters(50) + GENE + letters(50)))
    assert [hit.name for hit in found(record, library)] == ["gene"]
    twice = Record(Sequence(GENE + letters(30) + reverse(GENE)))
    assert [(h.start, h.strand) for h in found(twice, library)] == [(0, 1), (630, -1)]


def test_reading_frames_where_nothing_is_known(library: Library) -> None:
    codons = [a + b + c for a in "ACGT" for b in "ACGT" for c in "ACGT"]
    sense = [codon for codon in codons if codon not in ("TAA", "TAG", "TGA")]
    frame = "ATG" + "".join(RNG.choices(sense, k=150)) + "TAA"
    record = Record(Sequence("TAACTAACTAA" + frame + "TAACTAACTAA"))
    done = annotate(record, library)
    assert [(x.start, x.end, x.strand, x.kind) for x in done.annotations if x.strand == 1] == [
        (11, 11 + len(frame), 1, "CDS")
    ]
    assert "151 amino acids" in done.annotations[0].name
    library.add([part("known", frame, "CDS")])
    assert {x.name for x in annotate(record, library).annotations if x.strand == 1} == {"known"}


def test_the_command(library: Library, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bare, out = tmp_path / "bare.fa", tmp_path / "out.gb"
    bare.write_text(f">x\n{letters(40)}{GENE}{letters(40)}\n")
    command = ["library", "annotate", str(bare), "--library", str(library.folder), "--orf", "0"]
    assert main([*command, "--out", str(out), "--json"]) == 0
    [document] = json.loads(capsys.readouterr().out)["records"]
    assert [(f["name"], f["start"], f["whole"]) for f in document["features"]] == [
        ("gene", 40, True)
    ]
    [record] = formats.read(out)
    assert [(f.type, f.label) for f in record.features] == [("CDS", "gene")]
    assert main([*command, "--out", str(out)]) == 2
    assert "--force" in capsys.readouterr().err
    with pytest.raises(InputError, match="share"):
        annotate(Record(Sequence("ACGT")), library, coverage=0)


@pytest.mark.reference
def test_real_plasmids_laid_bare(
    reference: Path, unpacked: Callable[[str], Path], tmp_path: Path
) -> None:
    """The features of pUC19 that another plasmid has, too, are found where they are."""
    vendor = unpacked("library/roundtrip/biopython_genbank_vendor.tar.xz") / "Tests/GenBank"
    known = formats.read(vendor / "addgene-plasmid-39296-sequence-49545.gbk")[0]
    parts = [
        part(str(f.label), str(f.extract(known.sequence)).upper(), f.type)
        for f in known.features
        if f.label and f.type not in ("source", "primer_bind")
    ]
    target = formats.read(reference / "build/formats/puc19_snapgene.gb")[0]
    size = len(target.sequence)
    truth = {
        str(f.label): (f.location.start, f.location.end - size * (f.location.end > size))
        for f in target.features
        if f.type != "source"
    }
    with Library.create(tmp_path / "features") as library:
        library.add(parts)
        hits = {x.name: x for x in found(Record(target.sequence, "bare"), library)}
    shared = {"AmpR promoter", "AmpR", "ori"}
    assert shared <= set(hits)
    for name in shared:
        assert (hits[name].start, hits[name].end) == truth[name]
    assert set(hits) <= set(truth) | {"kanMX", "KanR"}


def test_recoded_genes_are_found_by_their_proteins(tmp_path: Path) -> None:
    rng = random.Random(31)
    choices: dict[str, list[str]] = {}
    for codon, letter in zip(CODONS, genetic_code(1).amino_acids, strict=True):
        choices.setdefault(letter, []).append(codon)
    protein = "".join(rng.choices("ACDEFGHIKLMNPQRSTVWY", k=180))
    gene, recoded = (
        "ATG" + "".join(rng.choice(choices[letter]) for letter in protein) + "TAA" for _ in range(2)
    )
    other = "M" + "".join(rng.choices("ACDEFGHIKLMNPQRSTVWY", k=150))
    spelled = "".join(rng.choice(choices[letter]) for letter in other)
    flank = "".join(rng.choices("ACGT", k=400))
    with Library.create(tmp_path / "parts") as library:
        library.add(
            [
                Record(Sequence(gene), "gene", annotations=Attributes({"role": "CDS"})),
                Record(Sequence(gene + "ACGT"), "no gene"),
                Record(Sequence(other, "protein"), "enzyme"),
            ]
        )
        circle = recoded[300:] + flank + str(Sequence(spelled).reverse_complement()) + recoded[:300]
        record = Record(Sequence(circle, topology="circular"), "p")
        found = {each.name: each for each in annotate(record, library, orf=0).annotations}
        assert set(found) == {"gene", "enzyme"}
        assert (found["gene"].start, found["gene"].end) == (len(circle) - 300, 246)
        assert (found["gene"].strand, found["enzyme"].strand) == (1, -1)
        assert all(each.protein and each.identity == 1.0 for each in found.values())
        assert found["enzyme"].end - found["enzyme"].start == len(spelled)
        [feature, *_] = annotate(record, library, orf=0).record.features
        assert "amino acids" in str(feature.qualifiers.first("note"))
        # what is there letter by letter is found as it was
        plain = annotate(Record(Sequence(flank + gene + flank), "q"), library, orf=0)
        [known] = [each for each in plain.annotations if each.name == "gene"]
        assert not known.protein


def test_without_a_library_common_features_are_looked_for(
    examples: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["library", "annotate", str(examples / "puc19.gb"), "--json"]) == 0
    out, said = capsys.readouterr()
    assert "common features" in said
    [document] = json.loads(out)["records"]
    found = {each["name"]: (each["start"], each["end"]) for each in document["features"]}
    assert found["AmpR"] == (1283, 2144)
    assert found["pMB1/ColE1 ori"] == (2314, 217)  # over the origin


def test_common_features_are_what_their_roles_say() -> None:
    with common_library() as library:
        versions = library.describe(library.select())
        assert len({version.name for version in versions}) == len(versions) > 100
        assert all(version.roles and version.source for version in versions)
        for version in versions:
            letters = library.letters(version.number).decode()
            if "CDS" in [ROLES[role] for role in version.roles]:
                assert "*" not in str(translate(letters)).rstrip("*"), version.name


def test_reading_frames_have_a_length(tmp_path: Path, capsys) -> None:
    (tmp_path / "one.fa").write_text(">one\nATGAAACCCGGGTTTTAA\n")
    assert main(["library", "annotate", str(tmp_path / "one.fa"), "--orf", "-1"]) == 2
    assert "0 for none" in capsys.readouterr().err
