"""The readers and writers of RDF against rdflib, and what they refuse."""

from __future__ import annotations

import logging
import socket
import subprocess
import sys
from itertools import pairwise

import pytest
import rdflib
from hypothesis import given, settings
from hypothesis import strategies as st
from rdflib.compare import isomorphic

from biowright.core import FormatError
from biowright.formats.rdf.graph import RDF, XSD, Graph, Literal, Term, resolve
from biowright.formats.rdf.json_ld import read_json, write_jsonld, write_rdfjson
from biowright.formats.rdf.text import (
    read_ntriples,
    read_turtle,
    write_ntriples,
    write_turtle,
)
from biowright.formats.rdf.xml_reader import read_xml
from biowright.formats.rdf.xml_writer import write_xml

logging.getLogger("rdflib").setLevel(logging.ERROR)
BASE = "http://base.org/d/"


def by_rdflib(data: bytes | str, format: str) -> rdflib.Graph:
    graph = rdflib.Graph()
    graph.parse(data=data, format=format, publicID=BASE)
    return graph


def as_rdflib(graph: Graph) -> rdflib.Graph:
    return by_rdflib(write_ntriples(graph), "nt")


XML = [
    '<d:C r:about="x"><d:p>1</d:p><d:q r:resource="#y"/></d:C>',
    '<d:C><d:p r:datatype="http://www.w3.org/2001/XMLSchema#integer">007</d:p></d:C>',
    '<r:Description r:ID="here" d:a="1" r:type="http://t.org/T" xml:lang="de" d:b="zwei"/>',
    '<d:C r:nodeID="n"><d:p r:nodeID="m"/></d:C><r:Description r:nodeID="m" d:x="1"/>',
    '<d:C r:about="x"><d:p r:parseType="Resource"><d:q>in</d:q><d:q>it</d:q></d:p></d:C>',
    '<d:C r:about="x"><d:p r:parseType="Collection"><d:A r:about="a"/><d:B/></d:p></d:C>',
    '<d:C r:about="x"><d:p r:parseType="Collection"/></d:C>',
    '<r:Seq r:about="x"><r:li>a</r:li><r:li r:resource="b"/></r:Seq>',
    '<d:C r:about="x" xml:base="http://other.org/e/f"><d:p r:resource="g"/></d:C>',
    '<d:C r:about="x"><d:p d:a="1" d:b="2"/></d:C>',
    '<d:C r:about="x"><d:p r:ID="fact">said</d:p></d:C>',
    '<d:C r:about="x"><d:p xml:lang="en-GB">colour</d:p><d:p xml:lang="">none</d:p></d:C>',
    "<d:C r:about=''><d:p></d:p><d:q>  </d:q><d:p>a\n b &amp; &lt; é 質</d:p></d:C>",
    '<d:C r:about="x"><d:p><d:D r:about="y"><d:p><d:E/></d:p></d:D></d:p></d:C>',
]


@pytest.mark.parametrize("text", XML)
def test_rdf_xml_is_read_as_rdflib_reads_it(text: str) -> None:
    data = f'<r:RDF xmlns:r="{RDF}" xmlns:d="http://d.org/v#">{text}</r:RDF>'
    assert isomorphic(as_rdflib(read_xml(data.encode(), "a", BASE)), by_rdflib(data, "xml"))


TURTLE = [
    "<x> a v:C ; v:p 1, -2.5, +1e3, .5e-1, 'a', \"b\"@en-GB ;; v:q true . ",
    "[] v:p [ v:q (1 2 (3)) ; v:r [] ] .",
    "[ v:p v:q ] .",
    "() v:p () .",
    "_:a v:p _:b . _:b v:p _:a.",
    'v:a.b v:c%20d v:e\\,f . v:x v:y """a "quoted" \\n\\u00e9 \n line""" .',
    "<x> v:p '''it's''', 'x'^^v:t , \"\"^^<http://t.org/> . # comment <y>",
    "PREFIX w: <http://w.org/>\nBASE <http://b.org/>\n<x> w:p <#y> , <?q> , <../z> .",
    "@prefix : <http://e.org/> . :a:b :c :d .",
    "v:a v:b v:c .v:d v:e 5 .",
]


@pytest.mark.parametrize("text", TURTLE)
def test_turtle_is_read_as_rdflib_reads_it(text: str) -> None:
    data = f"@prefix v: <http://v.org/#> .\n{text}"
    mine = as_rdflib(read_turtle(data, "a", BASE))
    assert isomorphic(mine, by_rdflib(data, "turtle"))


nodes = st.sampled_from(
    ["http://a.org/x", "http://a.org/x/y", "urn:uuid:1-2", "so:1", "SO:1", "_:one", "_:two"]
)
predicates = st.sampled_from(["http://a.org/p", "http://b.org/v#q_1", "http://b.org/1", "urn:p:q"])
texts = st.text(
    st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("\n\t\r\"\\'<>&"), max_size=8
)
literals = st.builds(
    Literal,
    texts,
    st.sampled_from(["", "", "http://t.org/d", XSD + "string"]),
    st.just(""),
)
terms: st.SearchStrategy[Term] = (
    nodes | literals | st.builds(Literal, texts, st.just(""), st.sampled_from(["en", "de-at"]))
)


@settings(max_examples=40)
@given(st.lists(st.tuples(nodes, predicates, terms), max_size=8))
def test_every_graph_survives_every_serialisation(triples: list[tuple[str, str, Term]]) -> None:
    graph = Graph(triples, {"a": "http://a.org/", "so": "http://b.org/v#", "": "urn:p:"})
    expected = as_rdflib(graph)
    owners = {"http://a.org/x/y": ("http://a.org/x", "http://a.org/p")}
    xml, unsaid = write_xml(graph, owners)
    if not any(p == "http://b.org/1" for _, p, _ in triples):
        assert isomorphic(by_rdflib(xml, "xml"), expected)
        assert isomorphic(as_rdflib(read_xml(xml, "a")), expected)
        assert not [loss for loss in unsaid if "control" not in loss]
    else:
        assert any("http://b.org/1" in loss for loss in unsaid)
    turtle = write_turtle(graph).decode()
    assert isomorphic(by_rdflib(turtle, "turtle"), expected)
    assert isomorphic(as_rdflib(read_turtle(turtle, "a")), expected)
    lines = write_ntriples(graph).decode()
    assert isomorphic(as_rdflib(read_ntriples(lines, "a")), expected)
    jsonld, _ = write_jsonld(graph)
    assert isomorphic(as_rdflib(read_json(jsonld.decode(), "a")), expected)
    if triples:
        rdfjson = write_rdfjson(graph).decode()
        assert isomorphic(as_rdflib(read_json(rdfjson, "a")), expected)


def test_literals_keep_their_spelling() -> None:
    line = f'<http://a.org/s> <http://a.org/p> "007"^^<{XSD}integer> .'
    graph = read_ntriples(line, "a")
    assert write_ntriples(graph).decode().strip() == line
    assert read_turtle(write_turtle(graph).decode(), "a") == graph
    assert read_xml(write_xml(graph, {})[0], "a") == graph


def test_without_a_base_relative_references_stay_relative() -> None:
    graph = read_turtle("<x> <p> <../y> .", "a")
    assert list(graph.triples()) == [("x", "p", "../y")]
    assert resolve("http://a.org/b/c", "../y") == "http://a.org/y"


REFUSED = [
    (read_ntriples, '<http://a.org/s> <http://a.org/p> "x" .\n<s> <p> .', 2),
    (read_ntriples, '<http://a.org/s> <http://a.org/p> "\\uD800" .', 1),
    (read_turtle, "\n\nv:x v:y v:z .", 3),
    (read_turtle, "<x> <y> <z> .\n<x> <y> ", 2),
    (read_turtle, "<x> <y> 'open .", 1),
    (read_turtle, '<x> <y> """' + "open " * 20_000, 1),
    (read_turtle, "<x> <y> " + "[ <p> " * 100_000, 1),
    (read_turtle, "<x> <y> " + "(" * 100_000, 1),
    (read_turtle, "{ <x> <y> <z> }", 1),
    (read_json, '{"@id":\n nope}', 2),
    (read_json, "[" * 100_000, None),
    (read_json, '{"@context": "http://a.invalid/c.jsonld", "@id": "http://a.org/s"}', None),
    (read_json, '{"@context": [{}, "c.jsonld"], "@id": "http://a.org/s"}', None),
    (read_json, '{"@context": {"@import": "http://a.invalid/c"}, "@id": "http://a.org/s"}', None),
    (read_json, '{"a": {"@context": "file:///etc/passwd"}}', None),
    (read_json, '{"@context": {"t": {"@id": "http://t.org/", "@context": "http://c/"}}}', None),
    (read_json, '{"@id": "http://a.org/g", "@graph": [{"@id": "http://a.org/s"}]}', None),
    (read_json, '{"@id": "a:s", "@id": "a:t"}', None),
    (read_json, '{"@id": "http://a.org/s", "http://a.org/p": "\\ud800"}', None),
    (read_json, '{"@id": "http://a.org/s", "http://a.org/p": ' + "9" * 5000 + "}", None),
    (read_json, '{"@id": "http://a.org/s", "http://a.org/p": NaN}', None),
]


@pytest.mark.parametrize(("reader", "text", "line"), REFUSED)
def test_what_is_malformed_or_unsafe_is_refused(
    reader: object, text: str, line: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_network(*_: object) -> None:
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket, "socket", no_network)
    monkeypatch.setattr("urllib.request.urlopen", no_network)
    with pytest.raises(FormatError) as caught:
        reader(text, "odd")  # type: ignore[operator]
    assert caught.value.path == "odd"
    assert caught.value.line == line


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('<d:C r:about="x">\n text</d:C>', 2),
        ('<d:C r:about="x"><d:p>\n<d:D/><d:D/></d:p></d:C>', 2),
        ('<d:C r:about="x" r:ID="y"/>', 1),
        ('<d:C r:ID="y"/>\n<d:C r:ID="y"/>', 2),
        ('<d:C r:aboutEach="x"/>', 1),
        ('<d:C about2="x"/>', 1),
        ("<C/>", 1),
        ("<d:C><p>1</p></d:C>", 1),
        ("<e:C/>", 1),
        ('<d:C xml:lang="en_GB"/>', 1),
        ('<d:C><d:p r:resource="x">text\n<d:D/></d:p></d:C>', 2),
    ],
)
def test_malformed_rdf_xml_names_its_line(text: str, line: int) -> None:
    data = f'<r:RDF xmlns:r="{RDF}" xmlns:d="http://d.org/v#">{text}</r:RDF>'
    with pytest.raises(FormatError) as caught:
        read_xml(data.encode(), "odd")
    assert caught.value.line == line


def test_what_xml_cannot_say_is_told() -> None:
    graph = Graph([("http://a.org/s", "http://a.org/p", Literal("a\x07b"))])
    data, unsaid = write_xml(graph, {})
    assert "control characters" in unsaid[0]
    assert read_xml(data, "a").text("http://a.org/s", "http://a.org/p") == "a\ufffdb"


def test_deep_ownership_is_written_without_deep_recursion() -> None:
    chain = [f"http://a.org/{i}" for i in range(5000)]
    graph = Graph((a, "http://a.org/p", b) for a, b in pairwise(chain))
    graph.add(chain[-1], "http://a.org/p", Literal("end"))
    owners = {b: (a, "http://a.org/p") for a, b in pairwise(chain)}
    assert read_xml(write_xml(graph, owners)[0], "a") == graph


def test_rdflib_is_loaded_for_json_only() -> None:
    code = (
        "import sys;"
        "from biowright.formats.registry import formats; formats();"
        "from biowright.formats.rdf.text import read_turtle;"
        "read_turtle('<a:x> <a:y> <a:z> .', 'n');"
        "sys.exit('rdflib' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
