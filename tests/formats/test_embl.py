"""EMBL files: round trips, old forms, and what becomes of a GenBank record."""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from strategies_record import records, wild_records

from biowright.core import FormatError, Molecule, Record, Reference, Topology
from biowright.formats import Loss, open_source
from biowright.formats.insdc import embl, genbank

# the form of the EMBL user manual's example, X56734, with a short sequence
SMALL = b"""\
ID   X56734; SV 1; linear; mRNA; STD; PLN; 12 BP.
XX
AC   X56734; S46826;
XX
PR   Project:PRJEB1;
XX
DT   12-SEP-1991 (Rel. 29, Created)
DT   25-NOV-2005 (Rel. 85, Last updated, Version 11)
XX
DE   Trifolium repens mRNA for non-cyanogenic
DE   beta-glucosidase
XX
KW   beta-glucosidase; two words.
XX
OS   Trifolium repens (white clover)
OC   Eukaryota; Viridiplantae;
OC   Trifolium.
XX
RN   [5]
RC   A remark
RP   1-4, 6-12
RX   DOI; 10.1007/BF00039495.
RX   PUBMED; 1907511.
RG   The Group;
RA   Oxtoby E., Dunn M.A.,
RA   Pancoro A.;
RT   "Nucleotide and derived amino acid sequence";
RL   Plant Mol. Biol. 17(2):209-219(1991).
XX
RN   [6]
RT   ;
RL   Submitted.
XX
DR   MD5; 1e51ca3a5450c43524b9185c236cc5cc.
XX
CC   A comment
CC     with indentation
XX
CC   Another.
XX
AH   LOCAL_SPAN     PRIMARY_IDENTIFIER
AS   1-12           AC004528.1
XX
FH   Key             Location/Qualifiers
FH
FT   source          1..12
FT                   /organism="Trifolium repens"
FT   CDS             <1..>9
FT                   /note="a ""word"" b"
XX
SQ   Sequence 12 BP; 3 A; 3 C; 3 G; 3 T; 0 other;
     acgtacgtac gt                                                            12
//
"""


def read(data: bytes) -> list[Record]:
    return list(embl.read(open_source(io.BytesIO(data), name="x.embl")))


def write(records: list[Record]) -> tuple[bytes, list[Loss]]:
    out = io.BytesIO()
    losses = embl.write(records, out)
    return out.getvalue(), losses


def test_every_field() -> None:
    assert embl.sniff(SMALL)
    [record] = read(SMALL)
    assert (record.name, record.id) == ("X56734", "X56734.1")
    assert record.description == "Trifolium repens mRNA for non-cyanogenic beta-glucosidase"
    assert (str(record.sequence), record.molecule) == ("ACGTACGTACGT", Molecule.RNA)
    assert record.annotations.pairs == (
        ("molecule_type", "mRNA"),
        ("division", "PLN"),
        ("accession", "X56734"),
        ("accession", "S46826"),
        ("date", "25-NOV-2005"),
        ("keywords", "beta-glucosidase"),
        ("keywords", "two words"),
        ("source", "Trifolium repens (white clover)"),
        ("organism", "Trifolium repens"),
        ("taxonomy", "Eukaryota"),
        ("taxonomy", "Viridiplantae"),
        ("taxonomy", "Trifolium"),
        ("comment", "A comment\n  with indentation"),
        ("comment", "Another."),
        ("dblink", "BioProject: PRJEB1"),
        ("dblink", "MD5: 1e51ca3a5450c43524b9185c236cc5cc"),
    )
    assert record.references == (
        Reference(
            title="Nucleotide and derived amino acid sequence",
            authors="Oxtoby E., Dunn M.A., Pancoro A.",
            journal="Plant Mol. Biol. 17(2):209-219(1991).",
            consortium="The Group",
            pubmed="1907511",
            doi="10.1007/BF00039495",
            remark="A remark",
            bases=((0, 4), (5, 12)),
        ),
        Reference(journal="Submitted."),
    )
    assert [(f.type, str(f.location)) for f in record.features] == [
        ("source", "1..12"),
        ("CDS", "<1..>9"),
    ]
    assert record.features[1].qualifiers.first("note") == 'a "word" b'
    assert write([record]) == (SMALL, [])


@given(records())
@settings(max_examples=25)
def test_what_embl_carries_comes_back(record: Record) -> None:
    out, losses = write([record])
    assert embl.sniff(out)
    assert not genbank.sniff(out)
    back = read(out)
    assert losses == []
    assert back == [record]
    assert write(back) == (out, [])


@given(wild_records())
@settings(max_examples=25)
def test_what_does_not_come_back_is_reported(record: Record) -> None:
    out, losses = write([record])
    [back] = read(out)
    same = (
        back.sequence == record.sequence
        and back.name == record.name
        and back.id == record.id
        and back.description == record.description
        and back.features == record.features
        and back.references == record.references
        and record.quality is None
    )
    assert same or losses


@given(records())
@settings(max_examples=25)
def test_through_genbank_and_back(record: Record) -> None:
    middle = io.BytesIO()
    assert genbank.write([record], middle) == []
    [between] = genbank.read(open_source(io.BytesIO(middle.getvalue()), name="x.gb"))
    out, losses = write([between])
    assert losses == []
    assert read(out) == [record]


@pytest.mark.parametrize(
    ("line", "name", "version", "topology", "molecule"),
    [
        ("TRBG361    standard; RNA; PLN; 4 BP.", "TRBG361", "", "linear", "RNA"),
        ("SC10H5 standard; circular DNA; PRO; 4 BP.", "SC10H5", "", "circular", "DNA"),
        (
            "CD789012; SV 4; circular; genomic DNA; HTG; MAM; 4 BP.",
            "CD789012",
            "4",
            "circular",
            "DNA",
        ),
        ("NRP_AX000635; PRT; NR1; 4 SQ", "NRP_AX000635", "", "linear", "protein"),
        ("XXX; XXX; linear; genomic DNA; XXX; XXX; 4 BP.", "XXX", "", "linear", "DNA"),
    ],
)
def test_id_lines(line: str, name: str, version: str, topology: str, molecule: str) -> None:
    data = f"ID   {line}\nXX\nAC   A1;\nXX\nSQ   Sequence 4 BP;\n     acgg\n//\n".encode()
    assert embl.sniff(data)
    [record] = read(data)
    assert record.name == name
    assert record.id == (f"A1.{version}" if version else "A1")
    assert (record.topology, record.molecule) == (topology, molecule)
    out, losses = write([record])
    assert (read(out), losses) == ([record], [])
    assert out.startswith(f"ID   {line}\n".encode())


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        (b"12 BP.", b"13 BP.", 1, "the ID line says 13 letters, but the sequence has 12"),
        (b"; 12 BP.", b"", 1, "not one of EMBL"),
        (b"<1..>9", b"1..99", 48, "outside of the sequence"),
        (b"DE   T", b"de   T", 10, "has no line code"),
        (b"RN   [5]\n", b"", 19, "'RC   A remark' follows no RN line"),
        (b"ID   X", b"IX   X", 1, "does not begin with an ID line"),
        (b'Trifolium repens"', b"Trifolium repens", 47, "no closing quote"),
    ],
)
def test_a_refusal_says_what_and_where(old: bytes, new: bytes, line: int, message: str) -> None:
    with pytest.raises(FormatError) as caught:
        read(SMALL.replace(old, new, 1))
    assert message in str(caught.value)
    assert caught.value.line == line


def test_a_cut_file_is_refused() -> None:
    for at in range(60, SMALL.index(b"gt    "), 11):
        with pytest.raises(FormatError):
            read(SMALL[:at])


def test_what_is_not_embl() -> None:
    assert not embl.sniff(b"ID   RL2_BACSU  Reviewed;  277 AA.\nAC   P42919;\n")
    assert not embl.sniff(b"LOCUS       x 4 bp\n")
    assert not embl.sniff(b"")


@pytest.mark.reference
def test_genbank_files_become_embl(unpacked: Callable[[str], Path]) -> None:
    """What both know is the same, and Biopython reads the letters and features from it."""
    from Bio import SeqIO

    folder = unpacked("library/roundtrip/biopython_genbank_vendor.tar.xz")
    compared = 0
    for path in sorted(folder.rglob("*.gb")):
        try:
            found = list(genbank.read(open_source(path)))
        except FormatError:
            continue
        out, losses = write(found)
        back = read(out)
        assert write(back) == (out, []), path
        lost = {loss.what for loss in losses}
        for before, after in zip(found, back, strict=True):
            assert (after.sequence, after.features) == (before.sequence, before.features), path
            assert (after.name, after.id, after.topology) == (
                before.name,
                before.id,
                before.topology,
            ), path
            assert after.references == before.references or "references" in lost, path
        if not all(record.sequence for record in found):
            continue
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            theirs = list(SeqIO.parse(io.StringIO(out.decode()), "embl"))
        for record, their in zip(found, theirs, strict=True):
            assert str(their.seq) == str(record.sequence).upper(), path
            assert len(their.features) == len(record.features), path
            topology = their.annotations["topology"]
            assert topology == record.topology or topology == Topology.LINEAR, path
        compared += 1
    assert compared > 25
