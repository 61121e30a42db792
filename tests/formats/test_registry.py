"""Which formats there are, which of them a file is in, and what each must do."""

from __future__ import annotations

import io
from collections.abc import Iterator
from importlib.metadata import EntryPoint

import pytest

from biowright.core import Record, Sequence, UnknownFormatError
from biowright.formats import Format, Loss, find_format, formats, open_source, registry
from biowright.formats.conformance import check_format


def found(data: bytes, name: str = "x") -> str:
    return find_format(open_source(io.BytesIO(data), name=name)).name


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b">a\nACGT\n", "fasta"),
        (b"\n\n;a comment\n>a\nACGT\n", "fasta"),
        (b"@r\nACGT\n+\nIIII\n", "fastq"),
        (b"@r\nAC\nGT\n+r\nIIII\n", "fastq"),
        (b"@r\n" + b"ACGT" * 20_000, "fastq"),
        (b"##gff-version 3\n", "gff3"),
        (b"##gff-version   3.1.26\n", "gff3"),
        (b"# made by hand\nchr1\t.\tgene\t1\t9\t.\t+\t.\tID=a\n", "gff3"),
        (b"name,sequence\na,ACGT\n", "csv"),
        (b"Part Name;DNA Sequence\na;ACGT\n", "csv"),
        (b"sep=;\nname;seq\na;ACGT\n", "csv"),
        (b"id\tseq\na\tACGT\n", "tsv"),
        (b"\x43\x27\x41\x1a" + bytes(12), "2bit"),
        (b"\x1a\x41\x27\x43" + bytes(12), "2bit"),
    ],
)
def test_formats_are_found_from_the_content(data: bytes, name: str) -> None:
    assert found(data) == name
    assert found(data.replace(b"\n", b"\r\n")) == name
    assert found(b"\xef\xbb\xbf" + data) == name or data[:1] in b"\x43\x1a"


@pytest.mark.parametrize(
    "data",
    [
        b"time,od,strain\n0,0.1,MG1655\n",  # a measurement, no parts
        b"sequence,score\nACGT,1.5\n",  # sequences without names
        b"name,sequence\na,see the notebook\n",
        b"@r\nnot letters\n+\n",
        b"hello\n",
        b"\0" * 100,
    ],
)
def test_other_content_is_not_taken(data: bytes) -> None:
    assert not any(f.sniff(data) for name, f in formats().items() if name in OWN)
    with pytest.raises(UnknownFormatError, match="it begins with"):
        found(data)


OWN = ("fasta", "fastq", "gff3", "csv", "tsv", "2bit")


def test_white_space_alone_and_misleading_names_are_told() -> None:
    with pytest.raises(UnknownFormatError, match="nothing but white space"):
        found(b" \n\t\n")
    with pytest.raises(UnknownFormatError, match=r"is not FASTA, in spite of the name.*'hello'"):
        found(b"hello\n", "x.fa.gz")


@pytest.mark.parametrize("name", sorted(formats()))
def test_every_format_conforms(name: str) -> None:
    assert check_format(formats()[name]) == []


def _never(head: bytes) -> bool:
    return False


@pytest.fixture
def plugged(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, object]]:
    offered: dict[str, object] = {}

    class Entry(EntryPoint):
        def load(self) -> object:
            value = offered[self.name]
            if isinstance(value, Exception):
                raise value
            return value

    monkeypatch.setattr(
        registry,
        "entry_points",
        lambda group: [Entry(name, f"plug.{name}", group) for name in offered],
    )
    formats.cache_clear()
    yield offered
    monkeypatch.undo()
    formats.cache_clear()


def test_an_installed_package_adds_formats(plugged: dict[str, object]) -> None:
    plugged["tiny"] = Format("tiny", "Tiny", (".tiny",), lambda head: head.startswith(b"TINY"))
    plugged["more"] = (Format("other", "Other", (".oth",), _never),)
    assert {"tiny", "other", "fasta"} <= set(formats())
    assert found(b"TINY format") == "tiny"


@pytest.mark.parametrize(
    "value",
    [
        ImportError("no module named 'x'"),
        "no format",
        [1],
        Format("fasta", "A thief", (".fa",), _never),
    ],
)
def test_a_broken_package_is_left_out_with_a_warning(
    plugged: dict[str, object], value: object
) -> None:
    plugged["bad"] = value
    with pytest.warns(RuntimeWarning, match=r"formats of 'plug\.bad' \(bad\) are left out"):
        known = formats()
    assert known["fasta"].title == "FASTA"


def test_content_that_fits_two_formats_is_not_guessed(plugged: dict[str, object]) -> None:
    plugged["two"] = Format("two", "Two", (".two",), lambda head: head.startswith(b">"))
    with pytest.raises(UnknownFormatError, match=r"'fasta' and 'two'.*--from"):
        found(b">a\nAC\n")
    assert found(b">a\nAC\n", "x.two") == "two"
    assert found(b">a\nAC\n", "x.fa") == "fasta"


def test_the_check_finds_what_it_is_for() -> None:
    """A format that does everything wrong is told so, point by point."""
    count = iter(range(1000))

    def write(records: object, output: io.BytesIO) -> list[Loss]:
        output.write(b">x %d\n" % next(count))
        return []

    def read(source: object) -> list[Record]:
        return [Record(Sequence("A"))] if next(count) % 2 else [1 / 0]  # type: ignore[list-item]

    bad = Format("bad", "Bad", (".bad",), lambda head: head.startswith(b"{"), read, write)
    findings = "\n".join(check_format(bad))
    for what in (
        "sniff does not know its own content",
        "the format 'fasta' takes its content too",
        "sniff takes b'{}",
        "written differently the second time",
        "ZeroDivisionError",
    ):
        assert what in findings
