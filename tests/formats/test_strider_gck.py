"""DNA Strider's and Gene Construction Kit's files: as Biopython reads them, and damaged."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from biowright.core import BiowrightError, FormatError
from biowright.formats import read

FILES = "library/roundtrip/biopython_genbank_vendor.tar.xz"
SAMPLES = (
    ("Xdna/sample-a.xdna", "xdna"),
    ("Xdna/sample-b.xdna", "xdna"),
    ("Xdna/sample-c.xprt", "xdna"),
    ("Gck/artificial.gck", "gck"),
)


@pytest.mark.reference
@pytest.mark.parametrize(("name", "format"), SAMPLES)
def test_equals_biopython(unpacked: Callable[[str], Path], name: str, format: str) -> None:
    from Bio import SeqIO

    path = unpacked(FILES) / "Tests" / name
    found = read(path)
    (ours,) = found
    theirs = SeqIO.read(path, format)
    assert found.format == format
    assert str(ours.sequence) == str(theirs.seq)
    assert ours.topology == theirs.annotations["topology"]
    assert ours.annotations.first("molecule_type") == theirs.annotations.get("molecule_type", "DNA")
    assert theirs.description in (ours.description, ours.name)
    assert len(ours.features) == len(theirs.features)
    for one, other in zip(ours.features, theirs.features, strict=True):
        part = other.location
        assert (one.type, one.location.start, one.location.end, one.location.strand) == (
            other.type,
            part.start,
            part.end,
            part.strand,
        )
        said = {
            k: list(v) for k, v in one.qualifiers.items() if k not in ("color", "directionality")
        }
        assert said == other.qualifiers


@pytest.mark.reference
def test_colors_are_kept(unpacked: Callable[[str], Path]) -> None:
    (record,) = read(unpacked(FILES) / "Tests" / "Xdna" / "sample-a.xdna")
    assert record.features[0].qualifiers.first("color") == "#bfaf16"


def strider(
    letters: bytes = b"ATGCATGC", comment: bytes = b"made here", tail: bytes = b""
) -> bytes:
    header = bytearray(112)
    header[1], header[2], header[111] = 1, 1, 0xFF
    header[28:32] = len(letters).to_bytes(4, "big")
    header[96:100] = len(comment).to_bytes(4, "big")
    return bytes(header) + letters + comment + tail


def pascal(*strings: bytes) -> bytes:
    return b"".join(bytes([len(s)]) + s for s in strings)


FEATURE = pascal(b"a", b'gene="x"\rseen', b"CDS", b"7", b"2") + b"\1\1\0\1" + pascal(b"255,0,16,")
TAIL = b"\0" + pascal(b"2") + b"AA" + pascal(b"-1") + b"C" + b"\1" + FEATURE


def test_overhangs_and_a_feature_over_the_origin() -> None:
    (record,) = read(io.BytesIO(strider(tail=TAIL)))
    (feature,) = record.features
    assert (feature.location.start, feature.location.end) == (6, 10)
    assert feature.qualifiers.pairs == (
        ("label", "a"),
        ("gene", "x"),
        ("note", "seen"),
        ("color", "#ff0010"),
    )
    assert record.extras["xdna"].overhangs == ((2, "AA"), (-1, "C"))  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (strider()[:118], "within the sequence"),
        (strider()[:124], "within the comment"),
        (strider(tail=TAIL[:-3]), "within feature 1"),
        (strider(tail=TAIL.replace(b"\0017\0012", b"\0019\0012")), r"lies at 9\.\."),
        (strider(tail=TAIL.replace(b"\0017\0012", b"\001x\0012")), "feature 1 is 'x'"),
        (
            bytes([0, 0, 0, 12]) * 2 + bytes(19) + bytes([8, 0, 0, 0, 4]) + b"ATGC",
            "within the size",
        ),
    ],
)
def test_damaged(data: bytes, message: str) -> None:
    with pytest.raises(FormatError, match=message):
        read(io.BytesIO(data))


@pytest.mark.reference
@pytest.mark.parametrize(("name", "format"), SAMPLES)
def test_truncation_is_told(unpacked: Callable[[str], Path], name: str, format: str) -> None:
    data = (unpacked(FILES) / "Tests" / name).read_bytes()
    for size in range(1, len(data), 41):
        with contextlib.suppress(FormatError):  # and nothing else
            read(io.BytesIO(data[:size]), format=format)


@settings(max_examples=150)
@given(st.data())
def test_mutations_never_crash(data: st.DataObject) -> None:
    damaged = bytearray(strider(tail=TAIL))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(damaged) - 1))
        damaged[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    with contextlib.suppress(BiowrightError):
        read(io.BytesIO(bytes(damaged)), format="xdna")
