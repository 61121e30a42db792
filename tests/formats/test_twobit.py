"""2bit: against a writer of a few lines, and against py2bit where it is installed."""

from __future__ import annotations

import io
import re
import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from biowright.core import FormatError, InputError
from biowright.formats import open_source, twobit


def read(data: bytes) -> list[tuple[str, str]]:
    records = twobit.read(open_source(io.BytesIO(data), name="x.2bit"))
    return [(record.name, str(record.sequence)) for record in records]


def packed(entries: list[tuple[str, str]], order: str = "<", version: int = 0) -> bytes:
    """Write a file, slowly and after the letter of the specification."""
    head = struct.pack(f"{order}4I", 0x1A412743, version, len(entries), 0)
    offset = "Q" if version else "I"
    index = b"".join(
        bytes([len(n.encode())]) + n.encode() + b"\0" * (8 if version else 4) for n, _ in entries
    )
    at = len(head) + len(index)
    index, body = b"", b""
    for name, text in entries:
        index += bytes([len(name.encode())]) + name.encode() + struct.pack(order + offset, at)
        one = struct.pack(f"{order}I", len(text))
        for pattern in ("[Nn]+", "[a-z]+"):
            blocks = [match.span() for match in re.finditer(pattern, text)]
            numbers = [len(blocks), *(s for s, _ in blocks), *(e - s for s, e in blocks)]
            one += struct.pack(f"{order}{len(numbers)}I", *numbers)
        one += struct.pack(f"{order}I", 0)
        codes = ["TCAG".index(c) if c in "TCAG" else 0 for c in text.upper()]
        codes += [0] * (-len(codes) % 4)
        one += bytes(
            a << 6 | b << 4 | c << 2 | d
            for a, b, c, d in zip(*(codes[i::4] for i in range(4)), strict=True)
        )
        body += one
        at += len(one)
    return head + index + body


sequences = st.lists(
    st.tuples(st.text(min_size=1, max_size=9), st.text(st.sampled_from("ACGTacgtNn"), max_size=60)),
    max_size=5,
)


@given(sequences, st.sampled_from("<>"), st.sampled_from([0, 1]))
def test_sequences_come_back(entries: list[tuple[str, str]], order: str, version: int) -> None:
    assert read(packed(entries, order, version)) == entries


FILE = packed([("chr1", "ACGTNNNNacgt" * 5), ("chr2", "TTTTCCCC")])


@given(st.integers(0, len(FILE) - 1))
def test_every_cut_is_noticed(length: int) -> None:
    with pytest.raises(InputError):
        read(FILE[:length])


@given(st.integers(16, len(FILE) - 4), st.integers(0, 2**32 - 1))
def test_lying_numbers_give_errors_or_letters(at: int, number: int) -> None:
    broken = FILE[:at] + struct.pack("<I", number) + FILE[at + 4 :]
    try:
        entries = read(broken)
    except FormatError:
        return
    assert sum(len(text) for _, text in entries) <= 4 * len(FILE)


def test_a_bomb_of_many_names_for_one_sequence_is_refused() -> None:
    body = FILE[-100:]
    names = b"".join(b"\x01" + b"a" + struct.pack("<I", 16 + 6 * 1000) for _ in range(1000))
    with pytest.raises(FormatError, match="overlap"):
        read(
            struct.pack("<4I", 0x1A412743, 0, 1000, 0)
            + names
            + struct.pack("<4I", 0, 0, 0, 0)
            + body
        )


def test_a_bomb_of_overlapping_blocks_is_refused() -> None:
    blocks = struct.pack("<7I", 8, 2, 0, 0, 8, 8, 0)
    data = struct.pack("<4I", 0x1A412743, 0, 1, 0) + b"\x01a" + struct.pack("<I", 22)
    with pytest.raises(FormatError, match="overlaps"):
        read(data + blocks + struct.pack("<I", 0) + b"\0\0")


def test_other_versions() -> None:
    with pytest.raises(FormatError, match="version 7"):
        read(packed([], version=7))


@pytest.mark.reference
def test_the_yeast_genome_is_that_of_py2bit(reference: Path) -> None:
    py2bit = pytest.importorskip("py2bit")
    path = reference / "editing/offtarget/sacCer3.2bit"
    theirs = py2bit.open(str(path), True)
    ours = dict(read(path.read_bytes()))
    assert {name: theirs.sequence(name) for name in theirs.chroms()} == ours
