"""SBOL 2: nothing is lost in a round trip, records are what the designs say, edits stay small."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import rdflib
from rdflib.compare import isomorphic

from biowright.core import (
    Attributes,
    Feature,
    FormatError,
    Fuzz,
    FuzzKind,
    InputError,
    Location,
    Record,
    Sequence,
    Span,
)
from biowright.formats import Document, read, write
from biowright.formats.rdf.graph import Graph
from biowright.formats.rdf.xml_reader import read_xml
from biowright.formats.sbol.entry import serialisation_of, version_of
from biowright.formats.sbol.read import read_document

SUITE = "library/roundtrip/sboltestsuite_sbol1_2_3.tar.xz"
V2 = "http://sbols.org/v2#"
DESIGN = "http://x.org/plasmid"


def document(body: str) -> bytes:
    return f"""<?xml version="1.0"?>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:sbol="{V2}"
 xmlns:dcterms="http://purl.org/dc/terms/" xmlns:gb="http://sbols.org/genBankConversion#"
 xmlns:my="http://my.org/"><!-- -->{body}</rdf:RDF>""".encode()


def sequence(name: str, letters: str) -> str:
    return f"""<sbol:Sequence rdf:about="http://x.org/{name}">
<sbol:displayId>{name}</sbol:displayId><sbol:elements>{letters}</sbol:elements>
<sbol:encoding rdf:resource="http://www.chem.qmul.ac.uk/iubmb/misc/naseq.html"/></sbol:Sequence>"""


def design(name: str, inside: str, kind: str = "DnaRegion", used: str = "s") -> str:
    return f"""<sbol:ComponentDefinition rdf:about="http://x.org/{name}">
<sbol:displayId>{name}</sbol:displayId>
<sbol:type rdf:resource="http://www.biopax.org/release/biopax-level3.owl#{kind}"/>
<sbol:sequence rdf:resource="http://x.org/{used}"/>{inside}</sbol:ComponentDefinition>"""


def annotation(name: str, places: str, inside: str = "") -> str:
    about = f"{DESIGN}/{name}"
    return f"""<sbol:sequenceAnnotation><sbol:SequenceAnnotation rdf:about="{about}">
{inside}{places}</sbol:SequenceAnnotation></sbol:sequenceAnnotation>"""


def place(kind: str, name: str, **numbers: int) -> str:
    said = "".join(f"<sbol:{key}>{value}</sbol:{key}>" for key, value in numbers.items())
    return f"""<sbol:location><sbol:{kind} rdf:about="{DESIGN}/{name}">{said}
<my:kept>{name}</my:kept></sbol:{kind}></sbol:location>"""


def read_bytes(data: bytes) -> Document:
    return read(io.BytesIO(data))


def graph_of(records: object, path: Path) -> Graph:
    write(records, path, format="sbol2", force=True)  # type: ignore[arg-type]
    return read_xml(path.read_bytes(), "written")


def one(inside: str, letters: str = "ATGCATGCAT", **more: str) -> Record:
    return read_bytes(document(design("plasmid", inside, **more) + sequence("s", letters)))[0]


CIRCLE = '<sbol:type rdf:resource="http://identifiers.org/so/SO:0000988"/>'
ROLE = '<sbol:role rdf:resource="http://identifiers.org/so/SO:{}"/>'


@pytest.mark.reference
def test_the_whole_suite_comes_back(unpacked: Callable[[str], Path], tmp_path: Path) -> None:
    root = unpacked(SUITE)
    files = [
        path
        for folder in ("SBOL2", "SBOL2_bp", "SBOL2_ic", "SBOL2_nc", "RDF")
        for path in sorted((root / folder).glob("*.xml*"))
    ]
    assert len(files) > 300
    for number, path in enumerate(files):
        before = read_xml(path.read_bytes(), path.name)
        doc = read_document(before, path.name) if number % 12 else read(path)
        out = tmp_path / "out.xml"
        assert write(doc, out, force=True) == [], path
        after = read_xml(out.read_bytes(), "out")
        assert before == after, path
        assert before.prefixes.items() <= after.prefixes.items(), path
        if number % 12 == 0 and path.stat().st_size < 30_000:
            graphs = [
                rdflib.Graph().parse(data=p.read_bytes(), format="xml", publicID="http://b.org/")
                for p in (path, out)
            ]
            assert isomorphic(*graphs), path


@pytest.mark.reference
def test_invalid_documents_are_read_or_refused(
    unpacked: Callable[[str], Path], tmp_path: Path
) -> None:
    root = unpacked("library/roundtrip/sbol_invalid_odd.tar.xz")
    refused = []
    for path in sorted(root.rglob("*.xml")):
        try:
            doc = read(path)
        except InputError as error:
            refused.append((path.name, error.line))
            continue
        write(doc, tmp_path / "out.xml", force=True)
    # the two that no RDF parser reads
    assert refused == [("sbol-10105.xml", 4), ("sbol-12404.xml", 1586)]


@pytest.mark.reference
def test_sbol1_is_refused_by_name(unpacked: Callable[[str], Path]) -> None:
    for path in sorted((unpacked(SUITE) / "SBOL1").glob("*.xml"))[:4]:
        with pytest.raises(FormatError, match="this is SBOL 1"):
            read(path)


@pytest.mark.reference
def test_libsbolj_converted_this_from_genbank(unpacked: Callable[[str], Path]) -> None:
    record = read(unpacked(SUITE) / "SBOL2" / "EF587312.xml")[0]
    assert (record.name, record.id) == ("EF587312", "http://www.async.ece.utah.edu/EF587312/1")
    assert record.annotations.first("division") == "SYN"
    assert record.references[0].pubmed == "17704231"
    assert record.references[0].bases == ((0, 705),)
    assert [f.type for f in record.features] == ["source", "CDS"]
    assert record.features[1].qualifiers.first("protein_id") == "ABQ43169.1"


@pytest.mark.reference
def test_pysbol2_reads_what_is_written_from_genbank(
    unpacked: Callable[[str], Path], tmp_path: Path
) -> None:
    sbol2 = pytest.importorskip("sbol2")
    root = unpacked("library/roundtrip/sboltestsuite_genbank.tar.xz")
    for path in sorted(root.rglob("*.gb"))[::12]:
        doc = read(path)
        if sum(map(len, doc)) > 50_000:
            continue
        write(doc, tmp_path / "out.xml", force=True)
        theirs = sbol2.Document()
        theirs.read(str(tmp_path / "out.xml"))
        assert len(theirs.componentDefinitions) == len(doc)
        for record, component in zip(doc, theirs.componentDefinitions, strict=True):
            assert len(component.sequenceAnnotations) == len(record.features)


def test_a_design_becomes_a_record() -> None:
    inside = (
        CIRCLE
        + ROLE.format("0000804")
        + "<dcterms:title>A plasmid</dcterms:title>"
        + "<dcterms:description>of ours</dcterms:description>"
        + annotation(
            "a",
            place("Range", "a/r", start=2, end=4),
            "<dcterms:title>P</dcterms:title>" + ROLE.format("0000167"),
        )
        + annotation("b", place("Cut", "b/c", at=5), ROLE.format("0000057"))
        + annotation("c", place("GenericLocation", "c/g"))
        + annotation(
            "d", place("Range", "d/1", start=9, end=10) + place("Range", "d/2", start=1, end=2)
        )
        + annotation("e", place("Range", "e/1", start=8, end=99))
    )
    record = one(inside)
    assert (record.name, record.id, record.description) == ("plasmid", DESIGN, "of ours")
    assert record.circular
    assert record.annotations.pairs == (("role", "SO:0000804"), ("title", "A plasmid"))
    found = {f.id.rpartition("/")[2]: f for f in record.features}
    assert (found["a"].type, found["a"].label) == ("promoter", "P")
    assert found["a"].location == Location.of((1, 4))
    assert found["b"].location.parts == (Span(5, 5),)
    assert (found["b"].type, found["b"].qualifiers["role"]) == ("protein_bind", ("SO:0000057",))
    unknown = Fuzz(FuzzKind.UNKNOWN)
    assert found["c"].location.parts == (Span(0, 10, 1, unknown, unknown),)
    assert found["d"].location.parts == (Span(8, 12),)  # one piece over the origin
    assert "e" not in found
    assert record.provenance[0].used == (f"{DESIGN}/e",)


@pytest.mark.parametrize("letters", ["", "ATG"])
def test_a_composite_without_its_own_sequence_invents_none(letters: str, tmp_path: Path) -> None:
    places = annotation("a", place("Range", "a/r", start=200, end=400))
    data = document(design("plasmid", places, used="s" if letters else "none"))
    if letters:
        data = data.replace(b"</rdf:RDF>", sequence("s", letters).encode() + b"</rdf:RDF>")
    doc = read_bytes(data)
    assert str(doc[0].sequence) == letters
    assert len(doc[0].features) == 0
    assert doc[0].provenance[0].used == (f"{DESIGN}/a",)
    assert graph_of(doc, tmp_path / "x.xml") == read_xml(data, "x")


def test_wrong_letters_are_refused_with_the_design() -> None:
    with pytest.raises(FormatError, match=r"plasmid.*IUPAC letter of DNA"):
        one("", letters="ATGEFI")


def test_a_component_is_a_feature_that_shows_its_definition(tmp_path: Path) -> None:
    part = design(
        "part", ROLE.format("0000316") + "<dcterms:title>gfp</dcterms:title>", used="none"
    )
    inside = f"""<sbol:component><sbol:Component rdf:about="{DESIGN}/c">
<sbol:definition rdf:resource="http://x.org/part"/></sbol:Component></sbol:component>"""
    inside += annotation(
        "a",
        place("Range", "a/r", start=1, end=3),
        f'<sbol:component rdf:resource="{DESIGN}/c"/>',
    )
    data = document(design("plasmid", inside) + part + sequence("s", "ATGCAT"))
    doc = read_bytes(data)
    record = next(r for r in doc if r.name == "plasmid")
    feature = record.features[0]
    assert (feature.type, feature.label) == ("CDS", "gfp")
    assert feature.qualifiers["definition"] == ("http://x.org/part",)
    # the link survives the way to the other version
    write(doc, tmp_path / "x.ttl")
    again = next(r for r in read(tmp_path / "x.ttl") if r.name == "plasmid")
    assert (again.features[0].type, again.features[0].label) == ("CDS", "gfp")
    assert "sbol:SubComponent" in (tmp_path / "x.ttl").read_text()


FEATURES = annotation(
    "a",
    place("Range", "a/r", start=2, end=4),
    "<dcterms:title>P</dcterms:title><gb:gene>lacZ</gb:gene><my:colour>red</my:colour>",
) + annotation("b", place("Range", "b/r", start=5, end=6), ROLE.format("0000141"))
PLAIN = document(
    design("plasmid", FEATURES + "<my:owner>me</my:owner>")
    + design("other", "")
    + sequence("s", "ATGCATGCAT")
    + '<sbol:Collection rdf:about="http://x.org/all">'
    + '<sbol:member rdf:resource="http://x.org/other"/></sbol:Collection>'
)


def changes(before: Graph, after: Graph) -> tuple[set[tuple[str, str]], set[tuple[str, str]]]:
    a, b = set(before.triples()), set(after.triples())
    tail = [
        {
            (s.removeprefix("http://x.org/"), p.rpartition("#")[2].rpartition("/")[2])
            for s, p, _ in t
        }
        for t in (a - b, b - a)
    ]
    return tail[0], tail[1]


def plasmid(doc: Document) -> tuple[int, Record]:
    return next((i, r) for i, r in enumerate(doc) if r.name == "plasmid")


def test_an_edit_changes_only_what_says_otherwise(tmp_path: Path) -> None:
    before = read_xml(PLAIN, "x")
    doc = read_bytes(PLAIN)
    at, record = plasmid(doc)
    doc[at] = record.changed(description="new")
    assert changes(before, graph_of(doc, tmp_path / "x.xml")) == (
        set(),
        {("plasmid", "description")},
    )
    first = record.features[0]
    moved = replace(first, location=Location.of((0, 4), strand=-1))
    doc[at] = record.changed(features=[moved, record.features[1]])
    assert changes(before, graph_of(doc, tmp_path / "x.xml")) == (
        {("plasmid/a/r", "start")},
        {("plasmid/a/r", "start"), ("plasmid/a/r", "orientation")},
    )
    named = replace(first, qualifiers=first.qualifiers.with_value("label", "Q"))
    doc[at] = record.changed(features=[named, record.features[1]])
    written = changes(before, graph_of(doc, tmp_path / "x.xml"))
    assert written[0] == {("plasmid/a", "title")}
    assert read(tmp_path / "x.xml")[at].features[0].label == "Q"


def test_a_removed_feature_goes_with_its_places_and_a_new_one_comes(tmp_path: Path) -> None:
    doc = read_bytes(PLAIN)
    at, record = plasmid(doc)
    new = Feature("CDS", Location.of((0, 3)), Attributes([("gene", "x"), ("pseudo", None)]))
    doc[at] = record.changed(features=[record.features[1], new])
    written = graph_of(doc, tmp_path / "x.xml")
    assert not any(node.startswith(f"{DESIGN}/a") for node in written.nodes)
    assert written.text(DESIGN, "http://my.org/owner") == "me"
    again = read(tmp_path / "x.xml")[at]
    assert [(f.type, f.location, f.qualifiers) for f in again.features] == [
        (f.type, f.location, f.qualifiers) for f in doc[at].features
    ]


def test_an_edited_shared_sequence_becomes_its_own(tmp_path: Path) -> None:
    doc = read_bytes(PLAIN)
    at, record = plasmid(doc)
    doc[at] = record.changed(sequence=Sequence("TTTTTTTTTTTT"), features=())
    assert write(doc, tmp_path / "x.xml") == []
    letters = {r.name: str(r.sequence) for r in read(tmp_path / "x.xml")}
    assert letters == {"plasmid": "TTTTTTTTTTTT", "other": "ATGCATGCAT"}


def test_a_subset_brings_only_what_is_its_own(tmp_path: Path) -> None:
    written = graph_of(plasmid(read_bytes(PLAIN))[1], tmp_path / "x.xml")
    assert "http://x.org/all" not in written
    assert "http://x.org/other" not in written
    assert f"{DESIGN}/a/r" in written
    assert "http://x.org/s" in written


def test_two_truths_about_one_design_are_refused(tmp_path: Path) -> None:
    _, record = plasmid(read_bytes(PLAIN))
    with pytest.raises(FormatError, match="other things"):
        write([record, record.changed(description="else")], tmp_path / "x.xml")
    write([record, record], tmp_path / "x.xml")
    assert len(read(tmp_path / "x.xml")) == 1


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1"])
def test_the_document_says_its_encoding(encoding: str) -> None:
    text = document(design("plasmid", "<dcterms:description>é</dcterms:description>")).decode()
    declared = encoding.removesuffix("-sig")
    text = text.replace('"1.0"?>', f'"1.0" encoding="{declared}"?>')
    assert read_bytes(text.encode(encoding))[0].description == "é"
    if encoding != "utf-8-sig":
        stated = read(io.BytesIO(text.encode(encoding)), encoding=encoding)
        assert stated[0].description == "é"


def test_the_version_is_found_from_the_content() -> None:
    assert version_of(PLAIN) == 2
    assert serialisation_of(PLAIN) == "xml"
    late = b"<!--" + b"x" * 70_000 + b"-->"
    assert read_bytes(PLAIN.replace(b"<!-- -->", late)).format == "sbol2"
    # even where the namespace is declared behind all that is looked at
    inner = PLAIN.replace(f' xmlns:sbol="{V2}"'.encode(), b"")
    inner = inner.replace(
        b"<sbol:ComponentDefinition ", f'<sbol:ComponentDefinition xmlns:sbol="{V2}" '.encode()
    )
    inner = inner.replace(b"<sbol:Sequence ", f'<sbol:Sequence xmlns:sbol="{V2}" '.encode())
    inner = inner.replace(b"<sbol:Collection ", f'<sbol:Collection xmlns:sbol="{V2}" '.encode())
    doc = read_bytes(inner.replace(b"<!-- -->", late))
    assert len(doc) == 2


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"/>', "nothing in it"),
        (document('<sbol:Range rdf:about="a"')[:-9], "malformed"),
        (PLAIN[: len(PLAIN) // 2], "malformed"),
        (b'<!DOCTYPE x [<!ENTITY e "e">]>' + PLAIN.partition(b"?>")[2], "entity"),
    ],
)
def test_what_is_no_sbol_is_refused(data: bytes, says: str) -> None:
    with pytest.raises(FormatError, match=says):
        read_bytes(data)


def test_the_same_records_give_the_same_bytes(tmp_path: Path) -> None:
    (tmp_path / "in.xml").write_bytes(PLAIN)
    code = (
        "import sys; from biowright.formats import read, write; "
        "d = read(sys.argv[1]); [write(d, sys.argv[2] + e) for e in ('.xml', '.ttl', '.jsonld')]"
    )
    written = []
    for seed in ("1", "2"):
        out = tmp_path / seed
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        subprocess.run(
            [sys.executable, "-c", code, tmp_path / "in.xml", out], check=True, env=environment
        )
        written.append([Path(f"{out}{e}").read_bytes() for e in (".xml", ".ttl", ".jsonld")])
    assert written[0] == written[1]
