"""SBOL 3: every serialisation, GenBank through it and back, and what SBOL's own library thinks."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
import rdflib
from hypothesis import given, settings
from hypothesis import strategies as st
from rdflib.compare import isomorphic

from biowright.core import (
    Attributes,
    Feature,
    FormatError,
    Fuzz,
    FuzzKind,
    Location,
    Molecule,
    Record,
    Reference,
    Sequence,
    Span,
)
from biowright.formats import Document, Loss, read, write
from biowright.formats.conformance import check_format
from biowright.formats.rdf.text import read_turtle, write_ntriples
from biowright.formats.registry import find_format, formats
from biowright.formats.sbol.keys import decoded_key, encoded_key
from biowright.formats.sbol.objects import display_id
from biowright.formats.sbol.terms import NAMESPACE, role_of, type_of
from biowright.formats.source import open_source

logging.getLogger("rdflib").setLevel(logging.ERROR)
SUITE = "library/roundtrip/sboltestsuite_sbol1_2_3.tar.xz"
FORMATS = ("sbol3", "sbol3-xml", "sbol3-jsonld", "sbol3-nt", "sbol3-rdfjson")
BY_ENDING = {
    "ttl": "turtle", "rdf": "xml", "nt": "nt", "jsonld": "json-ld", "jsonld_expanded": "json-ld",
}  # fmt: skip
HEAD = """@prefix : <https://x.org/lab/> . @prefix sbol: <http://sbols.org/v3#> .
@prefix SO: <https://identifiers.org/SO:> . @prefix SBO: <https://identifiers.org/SBO:> .
@prefix EDAM: <https://identifiers.org/edam:> . @prefix my: <https://my.org/#> .
"""
DESIGN = """:plasmid a sbol:Component ; sbol:displayId "plasmid" ;
  sbol:hasNamespace <https://x.org/lab> ; sbol:type SBO:0000251 , SO:0000987 ;
  sbol:hasSequence :s ; sbol:hasFeature %s .
:s a sbol:Sequence ; sbol:displayId "s" ; sbol:hasNamespace <https://x.org/lab> ;
  sbol:elements "ATGCATGCAT" ; sbol:encoding EDAM:format_1207 .
"""


def written(records: Record | Iterable[Record], name: str) -> tuple[bytes, list[Loss]]:
    output = io.BytesIO()
    write_to = formats()[name].write
    assert write_to is not None
    losses = write_to([records] if isinstance(records, Record) else records, output)
    return output.getvalue(), losses


def turtle(text: str) -> Document:
    return read(io.BytesIO((HEAD + text).encode()))


def same(a: Record, b: Record, *, ids: bool = True) -> None:
    assert a.sequence == b.sequence
    assert (a.name, a.description) == (b.name, b.description)
    if ids:
        assert a.id == b.id
    assert a.annotations == b.annotations
    assert a.references == b.references
    assert [(f.type, f.location, f.qualifiers) for f in a.features] == [
        (f.type, f.location, f.qualifiers) for f in b.features
    ]


@pytest.mark.reference
def test_every_file_comes_back_in_every_serialisation(unpacked: Callable[[str], Path]) -> None:
    folder = unpacked(SUITE) / "SBOL3"
    count = 0
    for path in sorted(folder.rglob("*.*")):
        if path.name.startswith("catalog"):
            continue
        doc = read(path)
        reference = path if path.suffix[1:] in BY_ENDING else path.with_suffix(".ttl")
        expected = rdflib.Graph().parse(reference, format=BY_ENDING[reference.suffix[1:]])
        for name in FORMATS if path.suffix == ".ttl" else (doc.format or "sbol3",):
            data, losses = written(doc, name)
            assert losses == [], (path, name)
            lines, _ = written(read(io.BytesIO(data)), "sbol3-nt")
            again = rdflib.Graph().parse(data=lines, format="nt")
            assert set(again) == set(expected) or isomorphic(again, expected), (path, name)
        if path.suffix == ".ttl":
            for name, theirs_is in zip(FORMATS, ("turtle", "xml", "json-ld", "nt"), strict=False):
                theirs = rdflib.Graph().parse(data=written(doc, name)[0], format=theirs_is)
                assert isomorphic(theirs, expected), (path, name)
        count += 1
    assert count == 119


@pytest.mark.reference
def test_genbank_goes_through_both_versions_and_loses_nothing(
    unpacked: Callable[[str], Path],
) -> None:
    root = unpacked("library/roundtrip/sboltestsuite_genbank.tar.xz")
    seen = 0
    for path in sorted(root.rglob("*.gb"))[::3]:
        if path.stat().st_size > 100_000:
            continue
        doc = read(path)
        for name in ("sbol3", "sbol2"):
            data, losses = written(doc, name)
            assert losses == [], path
            back = read(io.BytesIO(data))
            assert len(back) == len(doc)
            by_name = {record.name: record for record in back}
            for record in doc:
                same(record, by_name[record.name])
            seen += 1
    assert seen > 40


@pytest.mark.reference
def test_pysbol3_finds_no_error_in_what_is_written(
    unpacked: Callable[[str], Path], tmp_path: Path
) -> None:
    sbol3 = pytest.importorskip("sbol3")
    root = unpacked("library/roundtrip/sboltestsuite_genbank.tar.xz")
    old = unpacked(SUITE) / "SBOL2"
    files = [*sorted(root.rglob("*.gb"))[::20], old / "pICSL50007.xml", old / "BBa_I0462.xml"]
    for path in files:
        doc = read(path)
        write(doc, tmp_path / "x.ttl", force=True)
        theirs = sbol3.Document()
        theirs.read(str(tmp_path / "x.ttl"), file_format="ttl")
        report = theirs.validate()
        assert not report.errors, (path, list(report.errors))
        assert len([o for o in theirs.objects if isinstance(o, sbol3.Component)]) == len(doc)


def test_a_component_becomes_a_record() -> None:
    doc = turtle(
        DESIGN % ":f1 , :f2 , :f3 , :f4 , :f5"
        + """:f1 a sbol:SequenceFeature ; sbol:name "P" ; sbol:role SO:0000167 ; sbol:hasLocation
          [ a sbol:Range ; sbol:start 2 ; sbol:end 4 ; sbol:hasSequence :s ] ;
          sbol:orientation SO:0001031 .
        :f2 a sbol:SubComponent ; sbol:instanceOf :part ; sbol:hasLocation :f2a , :f2b .
        :f2a a sbol:Range ; sbol:start 8 ; sbol:end 9 ; sbol:order 1 ; sbol:hasSequence :s .
        :f2b a sbol:Range ; sbol:start 5 ; sbol:end 6 ; sbol:order 2 ; sbol:hasSequence :s .
        :f3 a sbol:LocalSubComponent ; sbol:type SBO:0000251 ; sbol:hasLocation
          [ a sbol:EntireSequence ; sbol:hasSequence :s ] .
        :f4 a sbol:ExternallyDefined ; sbol:definition <https://e.org/1> ; sbol:hasLocation
          [ a sbol:Cut ; sbol:at 3 ; sbol:hasSequence :s ] .
        :f5 a sbol:SubComponent ; sbol:instanceOf :ligand .
        :part a sbol:Component ; sbol:type SBO:0000251 ; sbol:role SO:0000139 ; sbol:name "rbs" .
        :ligand a sbol:Component ; sbol:type SBO:0000247 .
        """
    )
    assert [record.name for record in doc] == ["part", "plasmid"]
    record = doc[1]
    assert record.id == "https://x.org/lab/plasmid"
    assert record.annotations.first("sbol_namespace") == "https://x.org/lab"
    found = {f.id.rpartition("/")[2]: f for f in record.features}
    assert found["f1"].location == Location.of((1, 4), strand=-1)
    assert (found["f1"].type, found["f1"].label) == ("promoter", "P")
    assert found["f2"].location.parts == (Span(7, 9), Span(4, 6))
    assert (found["f2"].type, found["f2"].label) == ("RBS", "rbs")
    assert found["f3"].location == Location.of((0, 10))
    assert found["f4"].location.parts == (Span(3, 3),)
    assert found["f4"].qualifiers["definition"] == ("https://e.org/1",)
    assert "f5" not in found
    assert "https://x.org/lab/ligand" in doc.remainder.graph  # type: ignore[attr-defined]


def test_the_sequence_that_fits_the_molecule_is_shown() -> None:
    text = """:p a sbol:Component ; sbol:type SBO:0000252 ; sbol:hasSequence :a , :b , :c .
    :a a sbol:Sequence ; sbol:elements "CCO" ; sbol:encoding EDAM:format_1196 .
    :b a sbol:Sequence ; sbol:elements "MKV*" ; sbol:encoding EDAM:format_1208 .
    :c a sbol:Sequence ; sbol:elements "ATG" ; sbol:encoding EDAM:format_1207 .
    """
    record = turtle(text)[0]
    assert (record.molecule, str(record.sequence)) == (Molecule.PROTEIN, "MKV*")
    data, _ = written(record, "sbol3-nt")
    assert data == write_ntriples(read_turtle(HEAD + text, "x"))


def test_a_document_without_records_comes_back() -> None:
    doc = turtle(':all a sbol:Collection ; sbol:displayId "all" ; my:said [ my:what "x" ] .')
    assert list(doc) == []
    assert len(written(doc, "sbol3-nt")[0].splitlines()) == 4
    data, losses = written(doc, "sbol2")
    assert [loss.what for loss in losses] == ["objects"]
    assert read(io.BytesIO(data)) == []


def test_a_feature_that_others_refer_to_stays_without_a_place() -> None:
    text = (
        DESIGN % ":f"
        + """:f a sbol:SubComponent ; sbol:instanceOf :part ; sbol:hasLocation :r .
        :r a sbol:Range ; sbol:start 2 ; sbol:end 4 ; sbol:hasSequence :s .
        :plasmid sbol:hasConstraint :c . :c a sbol:Constraint ; sbol:subject :f .
        """
    )
    record = turtle(text)[0]
    data, losses = written(record.changed(features=()), "sbol3")
    graph = read_turtle(data.decode(), "x")
    assert losses == []
    assert "https://x.org/lab/f" in graph
    assert "https://x.org/lab/r" not in graph


HARD = Record(
    Sequence("ATGCATGCATGGATCCATGC", topology="circular"),
    "5'-hard name/1",
    "X1.2",
    "a record with everything",
    [
        Feature("CDS", Location((Span(18, 24, -1),)), Attributes({"label": "over"})),
        Feature("gene", Location((Span(0, 4), Span(10, 12, -1))), Attributes({"gene": "mixed"})),
        Feature("CDS", Location.of((0, 4), (6, 9), strand=-1, operator="order")),
        Feature("exon", Location((Span(2, 6, 1, Fuzz(FuzzKind.BEFORE), Fuzz(FuzzKind.AFTER)),))),
        Feature("misc_feature", Location((Span(2, 6, 1, Fuzz(FuzzKind.WITHIN, (1, 2))),))),
        Feature("variation", Location((Span(5, 5),))),
        Feature("gene", Location((Span(1, 9, 1, None, None, "J00194.1"), Span(3, 5)))),
        Feature("gene", Location((Span(1, 9, 1, None, None, "J00194.1"),))),
        Feature(
            "my feature!",
            Location.of((3, 9)),
            Attributes(
                [
                    ("note", "b"),
                    ("pseudo", None),
                    ("note", "a"),
                    ("note", "b"),
                    ("a key", "ü\n\"'<&>"),
                    ("featureType", "x"),
                    ("", "no key"),
                    ("label", "L"),
                    ("label", "M"),
                    ("gene", "L"),
                ]
            ),
            id="gff-1",
        ),
        Feature("promoter", Location.of((3, 9)), Attributes({"role": "SO:0001203"})),
    ],
    Attributes(
        [
            ("role", "SO:0000155"),
            ("molecule_type", "ds-DNA"),
            ("comment", "2"),
            ("comment", "1"),
            ("keywords", "k"),
            ("comment", "2"),
            ("flag", None),
            ("title", "T"),
            ("version", "7"),
        ]
    ),
    [
        Reference("t", "a", "j", pubmed="1", bases=((0, 4), (6, 9))),
        Reference(scope="sites"),
        Reference(),
    ],
)


@pytest.mark.parametrize("name", [*FORMATS, "sbol2"])
def test_everything_a_record_can_say_survives(name: str) -> None:
    data, losses = written(HARD, name)
    assert losses == []
    back = read(io.BytesIO(data))
    same(HARD, back[0])
    assert back[0].features[-2].id == "gff-1"
    assert written(back, name)[0] == data
    # and an edited one says the new things, not the old
    edited = back[0].changed(
        name="other",
        description="",
        sequence=Sequence("ATGCATGC", topology="linear"),
        features=[
            Feature("CDS", Location.of((0, 6)), Attributes({"gene": "z"}), back[0].features[0].id)
        ],
        annotations=Attributes({"comment": "3"}),
        references=[Reference("new")],
    )
    data, losses = written(edited, name)
    assert losses == []
    same(edited, read(io.BytesIO(data))[0])


words = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=6)
pairs = st.lists(
    st.tuples(st.sampled_from(["label", "note", "gene", "role", "a b", "title", "type"]), words),
    max_size=5,
)
spans = st.builds(
    lambda start, size, strand: Span(start, start + size, strand),
    st.integers(0, 11),
    st.integers(0, 8),
    st.sampled_from([1, -1]),
)


@settings(max_examples=60)
@given(
    st.lists(
        st.builds(
            Feature,
            st.sampled_from(["CDS", "promoter", "operator", "misc_feature", "x y"]),
            st.builds(
                lambda parts: Location(tuple(parts)), st.lists(spans, min_size=1, max_size=3)
            ),
            st.builds(Attributes, pairs),
        ),
        max_size=4,
    ),
    st.builds(Attributes, pairs),
    words,
    st.sampled_from(["sbol3-nt", "sbol2"]),
)
def test_any_record_comes_back_or_is_told_as_a_loss(
    features: list[Feature], annotations: Attributes, name: str, format: str
) -> None:
    record = Record(
        Sequence("ATGCATGCATGC", topology="circular"), name, "", "d", features, annotations
    )
    data, losses = written(record, format)
    back = read(io.BytesIO(data))[0]
    if not losses:
        same(record, back)
    assert back.sequence == record.sequence


def test_the_writer_takes_the_namespace_that_it_is_given() -> None:
    record = Record(
        Sequence("ATG"), "a", annotations=Attributes({"sbol_namespace": "https://l.org/"})
    )
    data, _ = written([record, Record(Sequence("A"), "a"), Record(Sequence("C"), "a")], "sbol3")
    assert sorted(r.extras["sbol3"].identity for r in read(io.BytesIO(data))) == [
        f"{NAMESPACE}/a",
        f"{NAMESPACE}/a_2",
        "https://l.org/a",
    ]
    wrong = record.changed(annotations=Attributes({"sbol_namespace": "no iri"}))
    with pytest.raises(FormatError, match="is no IRI"):
        written(wrong, "sbol3")


def test_another_program_is_believed_over_our_hints() -> None:
    data, _ = written(HARD, "sbol3")
    text = data.decode().replace('gbConv:note "a", "b"', 'gbConv:note "c"')
    back = read(io.BytesIO(text.encode()))[0]
    assert back.features[-2].qualifiers["note"] == ("c",)


def test_quality_is_told_as_lost() -> None:
    record = Record(Sequence("ATG"), "r", quality=bytes([1, 2, 3]))
    assert [loss.what for loss in written(record, "sbol3")[1]] == ["quality"]


def test_between_versions_what_has_no_place_is_told() -> None:
    doc = turtle(
        DESIGN % ":f" + ':plasmid my:colour "red" ; sbol:hasInteraction [ a sbol:Interaction ] .'
    )
    data, losses = written(doc, "sbol2")
    assert [(loss.what, loss.detail) for loss in losses] == [
        ("property", "<http://sbols.org/v3#hasInteraction>"),
        ("objects", "1 of http://sbols.org/v3#Interaction"),
    ]
    assert b'"https://my.org/#"' in data
    assert b">red<" in data


@pytest.mark.parametrize("name", [*FORMATS, "sbol2"])
def test_the_formats_keep_the_house_rules(name: str) -> None:
    assert check_format(formats()[name]) == []


@pytest.mark.parametrize("name", [*FORMATS, "sbol2"])
def test_each_serialisation_is_known_again(name: str) -> None:
    data, _ = written(HARD, name)
    with open_source(io.BytesIO(data)) as source:
        assert find_format(source).name == name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("# a comment\n\n" + HEAD, "sbol3"),
        ("PREFIX sbol: <http://sbols.org/v3#>\n", "sbol3"),
        ('[{"@id": "urn:a", "@type": "http:\\/\\/sbols.org\\/v3#Component"}]', "sbol3-jsonld"),
        ('{"@graph": [], "@context": {"sbol": "http://sbols.org/v3#"}}', "sbol3-jsonld"),
        ("<http://sbols.org/v3#a> <http://b> <http://c> .\n", "sbol3-nt"),
        ("<https://a> <http://b> <http://c> .\n", "rdf"),
        ('<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">', "rdf"),
        ("@prefix dc: <http://purl.org/dc/terms/> .", "rdf"),
    ],
)  # fmt: skip
def test_the_beginning_tells_the_format(text: str, name: str) -> None:
    with open_source(io.BytesIO(text.encode())) as source:
        assert find_format(source).name == name


@pytest.mark.parametrize(
    "data",
    [b">seq\nACGT", b"LOCUS x", b'{"a": 1}', b"[1, 2]", b"<svg xmlns='http://www.w3.org/2000/svg'/>",
     b"<sbml><annotation><rdf:RDF xmlns:rdf='x'/></annotation></sbml>", b"@read\nACGT\n+\nIIII",
     b"\xff\xfe\x00\xd8\x00", b"\x00" * 100, b"prefix is a word", b"##gff-version 3"],
)  # fmt: skip
def test_other_content_is_left_to_others(data: bytes) -> None:
    assert not [
        f.name for f in formats().values() if "sbol" in f.name + f.title.lower() and f.sniff(data)
    ]


def test_sbol_is_found_behind_64_kib() -> None:
    filler = "".join(f'<https://x.org/{i}> <https://my.org/p> "{i:060}" .\n' for i in range(800))
    text = filler + (
        "<https://x.org/lab/c> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> "
        "<http://sbols.org/v3#Component> .\n<https://x.org/lab/c> <http://sbols.org/v3#type> "
        "<https://identifiers.org/SBO:0000251> .\n"
    )
    assert len(filler) > 1 << 16
    assert [record.name for record in read(io.BytesIO(text.encode()))] == ["c"]
    with pytest.raises(FormatError, match="nothing in it is of SBOL"):
        read(io.BytesIO(filler.encode()))


def test_a_context_that_lies_elsewhere_is_refused() -> None:
    data = json.dumps({"@context": "http://sbols.org/v3#context.jsonld", "@id": "https://x.org/a"})
    with pytest.raises(FormatError, match="nothing is fetched"):
        read(io.BytesIO(data.encode()))


@given(
    st.text(max_size=12) | st.sampled_from(["_x41_", "_x_", "featureType", "a_xF_b", "-10_signal"])
)
def test_keys_are_spelled_reversibly(key: str) -> None:
    if any(0xD800 <= ord(c) < 0xE000 for c in key):
        return
    spelled = encoded_key(key)
    assert decoded_key(spelled) == key
    assert (
        spelled.replace(".", "").replace("-", "").replace("_", "").isalnum()
        or spelled.strip("_") == ""
    )
    assert display_id(key).isidentifier()


def test_terms_and_keys_agree() -> None:
    for key in ("CDS", "promoter", "RBS", "terminator", "rep_origin", "5'UTR", "misc_feature"):
        assert type_of([role_of(key)]) == key


@pytest.mark.reference
def test_the_terms_are_those_of_the_sequence_ontology(reference: Path) -> None:
    import lzma

    from biowright.formats.sbol.terms import _KEY_OF

    with lzma.open(reference / "standards/ontologies/so-simple.obo.xz", "rt") as file:
        text = file.read()
    entries = [entry for entry in text.split("[Term]") if "is_obsolete: true" not in entry]
    known = {entry.partition("id: ")[2].partition("\n")[0]: entry for entry in entries}
    assert set(_KEY_OF) <= set(known)
    for term, key in _KEY_OF.items():
        if f'"INSDC_feature:{key}"' in text:
            related = [k for k, entry in known.items() if f'"INSDC_feature:{key}"' in entry]
            assert term in related or key in (
                "misc_feature",
                "protein_bind",
                "misc_binding",
                "ncRNA",
                "misc_recomb",
                "regulatory",
            ), (term, key)
