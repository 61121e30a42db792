"""FASTA: letters, titles, topology, and what is told when they are wrong."""

from __future__ import annotations

import gzip
import io
import lzma
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from biowright.core import (
    Attributes,
    Feature,
    FormatError,
    Location,
    Molecule,
    Record,
    Sequence,
    Topology,
)
from biowright.formats import fasta, open_source
from biowright.formats.fasta import Title, wrapped
from biowright.formats.letters import molecule_of


def read(data: bytes, name: str = "x.fa") -> list[Record]:
    return list(fasta.read(open_source(io.BytesIO(data), name=name)))


def written(records: list[Record]) -> tuple[bytes, list[tuple[str, str]]]:
    out = io.BytesIO()
    losses = fasta.write(records, out)
    return out.getvalue(), [(loss.record, loss.what) for loss in losses]


def test_names_descriptions_and_letters() -> None:
    a, b, c = read(b">a first one\nACGT\nacgtnN-\n\n>b\nMKLE*\n>\n")
    assert (a.name, a.description, str(a.sequence)) == ("a", "first one", "ACGTacgtnN-")
    assert (b.name, b.description, b.molecule) == ("b", "", Molecule.PROTEIN)
    assert (c.name, len(c)) == ("", 0)


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
@pytest.mark.parametrize("last", [b"", b"\n"])
def test_line_ends(end: bytes, last: bytes) -> None:
    data = (b">a\nAC\n>b\nGT" + last).replace(b"\n", end)
    assert [str(r.sequence) for r in read(data)] == ["AC", "GT"]


titles = st.text(
    st.characters(codec="utf-8", exclude_characters="\r\n", exclude_categories=("Cs",)), max_size=30
) | st.sampled_from(["a b [topology=circular]", "1 length=5 circular=true", "\tx", "a  b ", " "])
letters = st.text(st.sampled_from("ACGTNacgtnRY-*MKLEFIU"), max_size=200)


@given(st.lists(st.tuples(titles, letters), min_size=1, max_size=5), st.integers(1, 80))
def test_a_file_comes_back_as_it_was(entries: list[tuple[str, str]], block: int) -> None:
    """Also where blocks are cut in the middle of titles and lines."""
    data = b"".join(f">{title}\n".encode() + wrapped(text.encode()) for title, text in entries)
    source = open_source(io.BytesIO(data))
    records = list(fasta.records_in(source.blocks(block), "x"))
    assert [str(record.sequence) for record in records] == [text for _, text in entries]
    assert written(records)[0] == data


names = st.text(st.sampled_from("abc1.|>;[]=é"), max_size=8)
words = st.text(st.sampled_from("ab =[]\t\n\r.é"), max_size=12)


@given(
    names,
    words,
    letters.filter(lambda t: molecule_of(t.encode()) is not None),
    st.sampled_from(Topology),
)
def test_a_record_comes_back_up_to_its_losses(
    name: str, description: str, text: str, topology: Topology
) -> None:
    molecule = molecule_of(text.encode())
    assert molecule is not None
    record = Record(Sequence(text, molecule, topology), name, description=description)
    data, losses = written([record])
    (back,) = read(data)
    assert back.sequence == record.sequence
    assert (back.name == name) or (name, "name") in losses
    assert (back.description == description) or (name, "description") in losses


def test_losses_are_reported_per_record() -> None:
    record = Record(
        Sequence("ACGU", "RNA"),
        "two words",
        "X1.1",
        "line\nline",
        features=[Feature("gene", Location.of((0, 2)))] * 12,
        annotations=Attributes({"organism": "E. coli", "division": "SYN"}),
        quality=b"\1\2\3\4",
        extras={"snapgene": 1, "fasta": 2},
    )
    out = io.BytesIO()
    losses = fasta.write([record], out)
    assert [(loss.what, loss.detail) for loss in losses] == [
        ("name", "'two words' is written as 'two_words'"),
        ("description", "it is written as 'line line'"),
        ("id", "X1.1"),
        ("features", "12 features"),
        ("annotations", "organism, division"),
        ("quality", "the quality of each letter"),
        ("extras", "what only snapgene keeps"),
    ]
    assert out.getvalue() == b">two_words line line\nACGU\n"


@pytest.mark.parametrize(
    ("text", "molecule", "lost"),
    [
        ("ACGT", Molecule.DNA, False),
        ("ACGU", Molecule.RNA, False),
        ("ACGT", Molecule.RNA, True),  # as INSDC spells it
        ("ACG", Molecule.RNA, True),
        ("MALWMR", Molecule.PROTEIN, False),
        ("MAGA", Molecule.PROTEIN, True),
    ],
)
def test_a_molecule_that_the_letters_do_not_tell_is_a_loss(
    text: str, molecule: Molecule, lost: bool
) -> None:
    data, losses = written([Record(Sequence(text, molecule), "a")])
    assert losses == ([("a", "molecule")] if lost else [])
    assert (read(data)[0].molecule is molecule) is not lost


def test_the_ending_faa_says_protein() -> None:
    assert read(b">a\nMAGA\n", "x.faa.gz")[0].molecule is Molecule.PROTEIN
    assert read(b">a\nMAGA\n", "x.fna")[0].molecule is Molecule.DNA


@pytest.mark.parametrize(
    ("title", "description", "circular"),
    [
        ("p [topology=circular]", "", True),
        ("p a [Topology = Circular] b", "a b", True),
        ("p [topology=linear] circular=true", "circular=true", False),
        ("1 length=5386 depth=1.00x circular=true", "length=5386 depth=1.00x circular=true", True),
        ("p circular=truest", "circular=truest", False),
        ("p the circular plasmid", "the circular plasmid", False),
        ("p [organism=E. coli] [topology=circular]", "[organism=E. coli]", True),
    ],
)
def test_topology_in_titles(title: str, description: str, circular: bool) -> None:
    data = f">{title}\nACGT\n".encode()
    (record,) = read(data)
    assert (record.description, record.circular) == (description, circular)
    assert written([record])[0] == data  # also linear ones that say so


def test_topology_that_changes_is_written() -> None:
    (record,) = read(b">p length=4 circular=true\nACGT\n")
    opened = record.changed(sequence=record.sequence.linear())
    assert written([opened])[0] == b">p length=4 circular=true [topology=linear]\nACGT\n"
    assert read(written([opened])[0]) == [opened]
    plasmid = Record(Sequence("ACGT", topology="circular"), "p", description="a plasmid")
    assert written([plasmid])[0] == b">p a plasmid [topology=circular]\nACGT\n"


def test_comments_are_kept() -> None:
    data = b";before\n;it\n>a\n;after\nAC\n;amid\nGT\n>b\nA\n"
    once, losses = written(read(data))
    assert once == b">a\n;before\n;it\n;after\n;amid\nACGT\n>b\nA\n"
    assert not losses
    assert written(read(once))[0] == once


@pytest.mark.parametrize(
    ("data", "line", "what"),
    [
        (b"ACGT\n", 1, "before the first title"),
        (b"\n\nhello\n>a\nAC\n", 3, "before the first title"),
        (b">a\n\n  1 acgt acgt\n", 3, "'1' at column 1.*remove the numbers"),
        (b">a\nACGT\nAC GT\n", 3, "' ' at column 3.*blanks"),
        (b">a\nACGT\n>b\nAC\nA!C\n", 5, "'!' at column 2"),
        (b">a\n20 20 31 40\n", 2, "quality values"),
        (b">a\nAC\0GT\n", 2, r"'\\x00' at column 3.*damaged"),
        (b">a\nAC\xe9\n", 2, "byte 0xe9"),
        (b">a \xe9\nAC\n", 1, "byte 0xe9 is not UTF-8"),
        (b">P1;CRAB_ANAPL\nALPHA CRYSTALLIN B\nMDITIHNPL*\n", 1, "PIR"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(data: bytes, line: int, what: str) -> None:
    for prefix, before in ((b"", 0), (b">ok\nACGT\n" * 3, 6)):
        if before and b"before" in what.encode():
            continue
        with pytest.raises(FormatError, match=what) as caught:
            read(prefix + data)
        assert caught.value.line == line + before


def test_blanks_around_lines_do_not_matter() -> None:
    assert str(read(b">a\n  ACGT  \n\tAC\t\n")[0].sequence) == "ACGTAC"


def test_records_are_streamed() -> None:
    taken = 0
    entry = b">a\n" + b"ACGT" * 24 + b"\n"

    class Endless(io.RawIOBase):
        def readable(self) -> bool:
            return True

        def readinto(self, buffer: object) -> int:
            nonlocal taken
            view = memoryview(buffer)  # type: ignore[arg-type]
            at = taken % len(entry)
            view[:] = (entry * (len(view) // len(entry) + 2))[at : at + len(view)]
            taken += len(view)
            return len(view)

    records = fasta.read(open_source(io.BufferedReader(Endless()), name="endless"))  # type: ignore[arg-type]
    for _ in range(50_000):
        assert len(next(records)) == 96
    assert taken < 50_000 * 100 + (4 << 20)


@given(st.binary(max_size=300), st.integers(1, 100))
def test_wrapping_is_cutting_every_width(data: bytes, width: int) -> None:
    slow = b"".join(data[at : at + width] + b"\n" for at in range(0, len(data), width))
    assert wrapped(data, width) == slow
    assert wrapped(data * 70, width) == b"".join(
        (data * 70)[at : at + width] + b"\n" for at in range(0, 70 * len(data), width)
    )


def test_titles_say_what_they_are() -> None:
    assert Title.of("a").text == "a"
    assert Title.of(" a  b ").name == "a"


@pytest.mark.reference
def test_genomes_are_read_as_biopython_reads_them(reference: Path) -> None:
    from Bio.SeqIO.FastaIO import SimpleFastaParser

    packed = (reference / "standards/genomes/Bacillus.fa.xz").read_bytes()
    coli = reference / "editing/offtarget/GCF_000005845.2_ASM584v2_genomic.fna.gz"
    for data in (lzma.decompress(packed), gzip.decompress(coli.read_bytes())):
        theirs = list(SimpleFastaParser(io.StringIO(data.decode())))
        ours = read(data)
        assert [(f"{r.name} {r.description}", str(r.sequence)) for r in ours] == theirs
