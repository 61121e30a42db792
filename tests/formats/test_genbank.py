"""GenBank files: round trips, dialects, and what is refused."""

from __future__ import annotations

import gzip
import io
import re
import warnings
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies_record import records, wild_records

from biowright.core import (
    Attributes,
    BiowrightError,
    Feature,
    FormatError,
    Location,
    Molecule,
    Record,
    Reference,
    Sequence,
    Topology,
)
from biowright.formats import Loss, open_source
from biowright.formats.insdc import genbank

SMALL = b"""\
LOCUS       tiny                      12 bp    DNA     linear   SYN 01-JAN-2020
DEFINITION  A small record
            on two lines.
ACCESSION   U00001 U00002 REGION: 1..12
VERSION     U00001.2  GI:77
DBLINK      BioProject: PRJNA1
            Sequence Read Archive: SRX1,
            SRX2
KEYWORDS    one; two words.
SOURCE      a plant (weed)
  ORGANISM  Planta planta
            Eukaryota; Viridiplantae;
            Planta.
REFERENCE   1  (bases 1 to 4; 6 to 9)
  AUTHORS   Doe,J. and
            Roe,R.
  CONSRTM   The Group
  TITLE     A title
  JOURNAL   Nature 1 (2), 3 (2004)
   PUBMED   123
  REMARK    A remark
REFERENCE   2  (sites)
  TITLE     Another
COMMENT     A comment
              with indentation
           \x20
            ##Data-START##
            Method :: x
STRANGE     kept as it is
              and so on
FEATURES             Location/Qualifiers
     gene            <1..>9
                     /gene="abc"
                     /pseudo
                     /codon_start=1
                     /label=bare
                     /number="2"
                     /note="a ""word"" of
                     /two lines"
     misc_feature    join(complement(5..6),complement(1..2))
BASE COUNT        3 a      3 c      3 g      3 t
ORIGIN
        1 acgtacgtac gt
//
"""


def read(data: bytes) -> list[Record]:
    return list(genbank.read(open_source(io.BytesIO(data), name="x.gb")))


def write(records: list[Record]) -> tuple[bytes, list[Loss]]:
    out = io.BytesIO()
    losses = genbank.write(records, out)
    return out.getvalue(), losses


def refusal(data: bytes) -> FormatError:
    with pytest.raises(FormatError) as caught:
        read(data)
    return caught.value


def test_every_field() -> None:
    [record] = read(SMALL)
    assert (record.name, record.id) == ("tiny", "U00001.2")
    assert record.description == "A small record on two lines"
    assert record.sequence == Sequence("ACGTACGTACGT")
    assert record.annotations.pairs == (
        ("molecule_type", "DNA"),
        ("division", "SYN"),
        ("date", "01-JAN-2020"),
        ("accession", "U00001"),
        ("accession", "U00002"),
        ("accession", "REGION: 1..12"),
        ("gi", "77"),
        ("dblink", "BioProject: PRJNA1"),
        ("dblink", "Sequence Read Archive: SRX1, SRX2"),
        ("keywords", "one"),
        ("keywords", "two words"),
        ("source", "a plant (weed)"),
        ("organism", "Planta planta"),
        ("taxonomy", "Eukaryota"),
        ("taxonomy", "Viridiplantae"),
        ("taxonomy", "Planta"),
        ("comment", "A comment\n  with indentation\n\n##Data-START##\nMethod :: x"),
    )
    assert record.references == (
        Reference(
            title="A title",
            authors="Doe,J. and Roe,R.",
            journal="Nature 1 (2), 3 (2004)",
            consortium="The Group",
            pubmed="123",
            remark="A remark",
            bases=((0, 4), (5, 9)),
        ),
        Reference(title="Another", scope="(sites)"),
    )
    gene, other = record.features
    assert str(gene.location) == "<1..>9"
    assert gene.qualifiers.pairs == (
        ("gene", "abc"),
        ("pseudo", None),
        ("codon_start", "1"),
        ("label", "bare"),
        ("number", "2"),
        ("note", 'a "word" of /two lines'),
    )
    assert [part.start for part in other.location] == [4, 0]


def test_a_file_that_is_only_read_and_written_keeps_its_lines() -> None:
    out, losses = write(read(SMALL))
    assert not losses
    # the line break in the note moves, as the value is one text
    assert out.decode().replace("of /two", "of\n" + " " * 21 + "/two") == SMALL.decode()


def test_an_edit_rewrites_only_what_it_changes() -> None:
    [record] = read(SMALL)
    values = record.annotations.with_value("keywords", "three")
    out, _ = write([record.changed(annotations=values, sequence=Sequence("ACGTACGTACGTA"))])
    before, after = SMALL.decode().splitlines(), out.decode().splitlines()
    changed = [line for line in before if line not in after]
    assert changed == [
        "LOCUS       tiny                      12 bp    DNA     linear   SYN 01-JAN-2020",
        "KEYWORDS    one; two words.",
        '                     /note="a ""word"" of',
        '                     /two lines"',
        # written in the usual way, because the record has another length now
        "     misc_feature    join(complement(5..6),complement(1..2))",
        "BASE COUNT        3 a      3 c      3 g      3 t",
        "        1 acgtacgtac gt",
    ]
    assert "STRANGE     kept as it is" in after
    assert "BASE COUNT       4 a      3 c      3 g      3 t" in after


@given(records())
@settings(max_examples=40)
def test_what_genbank_carries_comes_back(record: Record) -> None:
    out, losses = write([record])
    assert genbank.sniff(out)
    back = read(out)
    assert losses == []
    assert back == [record]
    assert write(back) == (out, [])


@given(wild_records())
@settings(max_examples=40)
def test_what_does_not_come_back_is_reported(record: Record) -> None:
    out, losses = write([record])
    [back] = read(out)
    said = sorted(pair for pair in record.annotations.pairs if pair[1])
    kept = {key for key, _ in said}
    same = (
        back.sequence == record.sequence
        and back.name == record.name
        and back.id in (record.id, back.annotations.first("accession"))
        and back.description == record.description
        and back.features == record.features
        and back.references == record.references
        and sorted(p for p in back.annotations.pairs if p[1] and p[0] in kept) == said
        and record.quality is None
    )
    assert same or losses


@given(st.data())
@settings(max_examples=40)
def test_damage_gives_a_record_or_an_error(data: st.DataObject) -> None:
    rows = SMALL.splitlines(keepends=True)
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(rows) - 1))
        match data.draw(st.sampled_from(["drop", "double", "cut", "put", "swap"])):
            case "drop":
                rows[at] = b""
            case "double":
                rows.insert(at, rows[at])
            case "cut":
                rows[at] = rows[at][: data.draw(st.integers(0, 80))]
            case "put":
                column = data.draw(st.integers(0, 80))
                text = data.draw(
                    st.sampled_from([b'"', b"/x=", b"\t", b"(", b"..", b"//", b"\xff"])
                )
                rows[at] = rows[at][:column] + text + rows[at][column:]
            case "swap":
                other = data.draw(st.integers(0, len(rows) - 1))
                rows[at], rows[other] = rows[other], rows[at]
    damaged = b"".join(rows)
    if not damaged:
        return
    try:
        found = read(damaged)
    except BiowrightError:
        return
    out, losses = write(found)
    assert read(out) == found or losses


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        (b"12 bp", b"", 1, "no length"),
        (b"12 bp", b"13 bp", 1, "says 13 letters, but the sequence has 12"),
        (b"        1 acgtacgtac gt\n", b"", 1, "ORIGIN is empty"),
        (b"acgtacgtac", b"acgt!cgtac", 43, "'!' is no IUPAC letter"),
        (b"<1..>9", b"<1..>90", 32, "'<1..>90' lies outside of the sequence of 12"),
        (b"<1..>9", b"-2..9", 32, "negative position"),
        (b"<1..>9", b"", 32, "there is no location"),
        (b"<1..>9", b"join(1..2", 32, "ends too early"),
        (b"<1..>9", b"complement(" * 50 + b"1", 32, "nested more than 20 deep"),
        (b'"abc"', b'"abc', 33, "/gene has no closing quote"),
        (b'/gene="abc"', b"gene", 32, "is no location"),
        (b"/pseudo", b"/a b", 34, "is no qualifier"),
        (b"FEATURES  ", b"FEATURE   ", 31, "did you mean 'FEATURES'"),
        (b"STRANGE", b"strange", 29, "'strange     kept as it is' is no keyword"),
        (b"DEFINITION", b"           ", 2, "LOCUS line goes on"),
        (b"LOCUS ", b"LOCAS ", 2, "DEFINITION stands before any LOCUS line"),
        (b"small", b"sm\xe4ll", 2, "not UTF-8"),
    ],
)
def test_a_refusal_says_what_and_where(old: bytes, new: bytes, line: int, message: str) -> None:
    error = refusal(SMALL.replace(old, new, 1))
    assert message in str(error)
    assert error.line == line


def test_a_cut_file_is_refused_wherever_it_is_cut() -> None:
    whole = SMALL.index(b"gt\n//") + 2  # with all letters, only the end mark is missing
    for at in range(20, whole, 7):
        assert refusal(SMALL[:at])
    assert read(SMALL[:whole]) == read(SMALL)


def test_records_are_walked_one_by_one_and_counted_in_lines() -> None:
    text = b"From: someone\nSubject: plasmids\n\n" + SMALL + b"\n\n" + SMALL + SMALL[:300]
    walk = genbank.read(open_source(io.BytesIO(text), name="x.gb"))
    assert next(walk) == next(walk)
    with pytest.raises(FormatError) as caught:
        next(walk)
    assert caught.value.line == text.count(b"\n") + 1
    # a record without its // ends where the next one begins
    assert len(read(SMALL.replace(b"//\n", b"") + SMALL)) == 2


def test_other_line_ends_and_tabs() -> None:
    assert read(SMALL.replace(b"\n", b"\r\n")) == read(SMALL)
    assert read(SMALL.replace(b"\n", b"\r")) == read(SMALL)
    assert read(SMALL.replace(b" " * 21, b"\t\t     ")) == read(SMALL)


@pytest.mark.parametrize(
    ("line", "molecule", "topology", "said"),
    [
        ("x 4 bp ds-DNA linear SYN 1-JAN-2020", "DNA", "linear", ("ds-DNA", "SYN", "1-JAN-2020")),
        ("x 4 bp DNA CIRCULAR", "DNA", "circular", ("DNA", None, None)),
        ("File 9 bp 4 bp mRNA linear", "RNA", "linear", ("mRNA", None, None)),
        ("x 4 aa linear BCT 10-OCT-2012", "protein", "linear", (None, "BCT", "10-OCT-2012")),
        ("x 4 bp cRNA PRI yyyy/mon/dd", "RNA", "linear", ("cRNA", "PRI", "yyyy/mon/dd")),
        ("4 bp", "DNA", "linear", (None, None, None)),
    ],
)
def test_locus_lines(line: str, molecule: str, topology: str, said: tuple[str | None, ...]) -> None:
    [record] = read(f"LOCUS       {line}\nORIGIN\n        1 acgg\n//\n".encode())
    assert (record.molecule, record.topology) == (molecule, topology)
    values = record.annotations
    assert tuple(values.first(key) for key in ("molecule_type", "division", "date")) == said
    out, losses = write([record])
    assert (read(out), losses) == ([record], [])


def test_case_of_letters() -> None:
    for given_, kept in (("acgt", "ACGT"), ("ACGT", "ACGT"), ("acGT", "acGT")):
        [record] = read(f"LOCUS x 4 bp DNA\nORIGIN\n 1 {given_}\n//\n".encode())
        assert str(record.sequence) == kept
    assert b"1 acgt" in write([Record(Sequence("ACGT"))])[0]
    assert b"1 acGT" in write([Record(Sequence("acGT"))])[0]


def test_a_record_without_letters_keeps_its_length() -> None:
    head = b"LOCUS       X             7000 bp    DNA     circular CON 01-JAN-2020\n"
    table = b"FEATURES             Location/Qualifiers\n     gene            6801..100\n"
    [record] = read(head + table + b"CONTIG      join(A1.1:1..10,\n            gap(5))\n//\n")
    assert len(record) == 0
    assert record.annotations.first("length") == "7000 bp"
    assert record.annotations.first("contig") == "join(A1.1:1..10,gap(5))"
    assert record.features[0].location == Location.of((6800, 7100))
    out, losses = write([record])
    assert (read(out), losses) == ([record], [])
    assert b"ORIGIN" not in out


def test_features_over_the_origin() -> None:
    text = (
        "LOCUS       x 20 bp DNA {}\nFEATURES             Location/Qualifiers\n"
        "     gene            {}\nORIGIN\n        1 aaaaaaaaaa cccccccccc\n//\n"
    )
    for location in ("join(16..20,1..5)", "16..5"):
        [record] = read(text.format("circular", location).encode())
        assert record.features[0].location == Location.of((15, 25))
        assert b"gene            join(16..20,1..5)\n" in write([record])[0]
    # what it means on a linear record is two pieces; it is written as it was
    [record] = read(text.format("linear", "16..5").encode())
    assert str(record.extract(record.features[0])) == "CCCCCAAAAA"
    assert b"gene            16..5\n" in write([record])[0]


def test_what_is_not_carried_is_told() -> None:
    record = Record(
        Sequence("ACGT"),
        "a\tb",
        features=[Feature("gene", Location.of((0, 4)), Attributes([("a=b", "1\n2")]), id="g1")],
        annotations=Attributes([("colour", "red"), ("date", "1-JAN-2020"), ("date", "x")]),
        references=[Reference(title="T", doi="10.1/x")],
        quality=b"\1\2\3\4",
        extras={"snapgene": object()},
    )
    _, losses = write([record])
    assert {loss.what for loss in losses} == {
        "annotations",
        "extras",
        "feature id",
        "name",
        "qualifier",
        "quality",
        "references",
    }


def test_a_feature_outside_is_not_written() -> None:
    record = Record(Sequence("ACGT"), "x", features=[Feature("gene", Location.of((0, 5)))])
    with pytest.raises(FormatError, match="outside of the sequence"):
        write([record])


@pytest.mark.parametrize(
    ("head", "taken"),
    [
        (SMALL, True),
        (b"GBVRL1.SEQ   Genetic Sequence Data Bank\n\n" + SMALL, True),
        (b">LOCUS\nACGT\n", False),
        (b"ID   X; SV 1; linear; DNA; STD; PLN; 4 BP.\nDE   x\nLOCUS 1 bp\n", False),
        (b"", False),
        (b"the LOCUS of power\n", False),
    ],
)
def test_sniffing(head: bytes, taken: bool) -> None:
    assert genbank.sniff(head) is taken


FILES = (".gb", ".gbk", ".gbwithparts", ".gp", ".seq", ".ape", ".gbff")
# Broken files, each with what is wrong; every other one is read.
BROKEN = {
    "invalid_misc_feature.gb": "there is no location",
    "invalid_product.gb": "has no '='",
    "negative_location.gb": "negative position",
    "no_origin_no_end.gb": "ends before the sequence",
    "qualifier_escaping_read.gb": "outside of the sequence of 182 letters",
    "pICSL50014.gb": "is not UTF-8",
    "CP001348_Ccellulolyticum_H10.gb.gz": "ORIGIN is empty",
    "malformed_read_test.gbk": "ends before the sequence",
    "pichia_chr1_head.gb": "2,891,190 letters, but the sequence has 7,320",
    "puc19_303_regression.gbk": "'3207..4007' lies outside",
}


@pytest.fixture(scope="module")
def files(reference: Path, unpacked: Callable[[str], Path]) -> list[Path]:
    folders = [
        unpacked("library/roundtrip/biopython_genbank_vendor.tar.xz"),
        unpacked("library/roundtrip/sboltestsuite_genbank.tar.xz"),
        *(reference / name for name in ("build/formats", "build/genomes", "editing/ab1")),
    ]
    found = [
        path
        for folder in folders
        for path in sorted(folder.rglob("*"))
        if path.name.removesuffix(".gz").removesuffix(".bgz").endswith(FILES)
    ]
    assert len(found) > 170
    return found


def plain(path: Path) -> bytes:
    data = (
        gzip.decompress(path.read_bytes()) if path.suffix in (".gz", ".bgz") else path.read_bytes()
    )
    return data.replace(b"\r\n", b"\n")


@pytest.mark.reference
def test_reference_files_are_read_and_come_back(files: list[Path]) -> None:
    refused = {}
    for path in files:
        data = plain(path)
        assert genbank.sniff(data[:65536]), path
        try:
            found = read(data)
        except FormatError as error:
            refused[path.name] = (error.line or 0, str(error))
            continue
        out, losses = write(found)
        assert losses == [], path
        assert read(out) == found, path
        assert features_of(data) == features_of(out) or turns(data), path
        # from the values alone, without the spelling of the file
        out, losses = write([record.changed(extras={}) for record in found])
        assert losses == [], path
        for before, after in zip(found, read(out), strict=True):
            assert dict(before.annotations) == dict(after.annotations), path
            assert before == after.changed(annotations=before.annotations), path
    assert refused.keys() == BROKEN.keys()
    for name, message in BROKEN.items():
        line, said = refused[name]
        assert line > 0
        assert message in said


def features_of(data: bytes) -> list[str]:
    """Give the feature tables without any white space."""
    tables = re.findall(rb"^FEATURES[^\n]*\n(.*?)^\S", data, re.M | re.S)
    return [re.sub(r"\s", "", table.decode()) for table in tables]


def turns(data: bytes) -> bool:
    """Tell whether a feature runs backwards, over the origin: that is put right."""
    pairs = re.findall(rb"^ {5}\S.*?<?(\d+)\.\.>?(\d+)\)*$", data, re.M)
    return any(int(first) > int(second) for first, second in pairs)


@pytest.mark.reference
def test_biopython_reads_the_same_from_what_we_write(files: list[Path]) -> None:
    compared = 0
    for path in files:
        if path.name in BROKEN or "NC_000913" in path.name or "S288C" in path.name:
            continue  # the genomes are slow; the other files have all that they have
        data = plain(path)
        try:
            theirs = by_biopython(data.decode())
        except ValueError:
            continue
        assert by_biopython(write(read(data))[0].decode()) == theirs, path
        compared += 1
    assert compared > 150


def by_biopython(text: str) -> list[dict[str, object]]:
    from Bio import SeqIO

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = list(SeqIO.parse(io.StringIO(text), "genbank"))
    return [
        {
            "id": record.id,
            "name": record.name,
            "description": record.description,
            "links": record.dbxrefs,
            "letters": str(record.seq).upper() if record.seq.defined else len(record.seq),
            "annotations": {k: v for k, v in record.annotations.items() if k != "references"},
            "references": [str(vars(r)) for r in record.annotations.get("references", [])],
            "features": [
                (f.type, str(f.location), list(f.qualifiers.items())) for f in record.features
            ],
        }
        for record in found
    ]


@pytest.mark.reference
def test_the_genome_of_e_coli_comes_back_to_the_byte(reference: Path) -> None:
    data = plain(reference / "build" / "genomes" / "ecoli_MG1655_NC_000913.3.gbff.gz")
    [record] = read(data)
    assert (len(record), len(record.features)) == (4_641_652, 9_261)
    assert (record.topology, record.molecule) == (Topology.CIRCULAR, Molecule.DNA)
    assert write([record]) == (data, [])
