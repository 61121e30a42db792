"""Sanger traces: as Biopython reads them, trimmed, and damaged."""

from __future__ import annotations

import ast
import io
import struct
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from biowright.core import BiowrightError, FormatError, Record, Sequence, SequenceError
from biowright.formats import read
from biowright.formats.abi import Trace, quality_span, read_trace, trim

READS = (
    "310",
    "3100",
    "3730",
    "A6_1-DB3",
    "TN9W63_1_pREX0008",
    "empty",
    "no_smpl1",
    "nonascii_encoding",
)


def abif(tags: list[tuple[str, int, int, int, bytes]]) -> bytes:
    """A file of tags: (name, number, kind, count, bytes)."""
    body, entries = b"", b""
    for name, number, kind, count, data in tags:
        place = struct.unpack(">i", data.ljust(4, b"\0"))[0] if len(data) <= 4 else 128 + len(body)
        if len(data) > 4:
            body += data
        entries += struct.pack(
            ">4sihhiiii", name.encode(), number, kind, 1, count, len(data), place, 0
        )
    directory = struct.pack(
        ">4sihhiiii", b"tdir", 1, 1023, 28, len(tags), len(entries), 128 + len(body), 0
    )
    return (b"ABIF" + struct.pack(">h", 101) + directory).ljust(128, b"\0") + body + entries


SMALL = [
    ("PBAS", 2, 2, 8, b"ATGCNRAT"),
    ("PCON", 2, 2, 8, bytes([2, 30, 40, 40, 0, 5, 40, 3])),
    ("PLOC", 2, 4, 8, struct.pack(">8h", *range(5, 85, 10))),
    ("FWO_", 1, 2, 4, b"GATC"),
    *(("DATA", n, 4, 90, struct.pack(">90h", *([n] * 90))) for n in range(9, 13)),
    ("SMPL", 1, 18, 4, b"\x03abc"),
    ("RUND", 1, 10, 1, struct.pack(">hBB", 2009, 12, 31)),
    ("RUNT", 1, 11, 1, bytes([23, 59, 1, 50])),
]


@pytest.mark.reference
@pytest.mark.parametrize("name", READS)
def test_equals_biopython(reference: Path, name: str) -> None:
    from Bio import SeqIO

    path = reference / "editing" / "ab1" / f"{name}.ab1"
    (ours,) = read(path)
    theirs = SeqIO.read(path, "abi")
    raw = theirs.annotations["abif_raw"]
    assert str(ours.sequence) == str(theirs.seq)
    assert list(ours.quality or ()) == theirs.letter_annotations.get("phred_quality", [])
    assert (ours.name, ours.id) == (theirs.name, theirs.id.replace("<unknown id>", ""))
    for key, said in (("run_start", "RUND1"), ("run_finish", "RUND2")):
        when = ours.annotations.first(key)
        assert when == (
            theirs.annotations[key].replace(" ", "T").split(".")[0] if said in raw else None
        )
    for key in ("sample_well", "machine_model"):
        expected = theirs.annotations[key]
        assert ours.annotations.first(key) == (expected and expected.decode().strip())
    trace = ours.extras["abi"]
    assert isinstance(trace, Trace)
    assert trace.base_order == raw["FWO_1"].decode()
    for number, base in enumerate(trace.base_order, 9):
        assert trace.channels[base].tolist() == list(raw[f"DATA{number}"])
    assert trace.peaks.tolist() == list(raw.get("PLOC2", raw["PLOC1"]))


@pytest.mark.reference
def test_expected_values(reference: Path) -> None:
    folder = reference / "editing" / "ab1"
    text = (folder / "expected_abi_test_data.txt").read_text().split("=", 1)[1]
    for expected in ast.literal_eval(text.strip()).values():
        (record,) = read(folder / f"{expected['id']}.ab1")
        assert str(record.sequence) == expected["seq"]
        assert list(record.quality or ()) == expected["qual"]
        assert record.annotations.first("sample") == expected["sample"]
        assert record.annotations.first("sample_well") == expected["sample_well"]
        assert record.annotations.first("machine_model") == expected["machine_model"]


@pytest.mark.reference
@pytest.mark.parametrize("name", READS)
def test_trimming_against_biopython(reference: Path, name: str) -> None:
    """Ours is the best part; Biopython leaves its last base out and may begin it too early."""
    from Bio import SeqIO

    path = reference / "editing" / "ab1" / f"{name}.ab1"
    (record,) = read(path)
    assert record.quality is not None
    start, end = quality_span(record.quality)
    assert len(trim(record)) == end - start
    theirs = str(SeqIO.read(path, "abi-trim").seq)
    if end - start == 0 or len(record) <= 20:
        assert theirs in ("", str(record.sequence))
        return
    assert str(record.sequence)[start : end - 1] in theirs
    assert theirs.endswith(str(record.sequence)[start : end - 1])


@pytest.mark.reference
def test_refused_files(reference: Path) -> None:
    folder = reference / "editing" / "ab1"
    with pytest.raises(FormatError, match="content"):
        read(folder / "fake.ab1")
    with pytest.raises(FormatError, match="8 channels of signal, but no called bases"):
        read(folder / "test.fsa")
    trace = read_trace(folder / "test.fsa")
    assert trace.value("DATA1") is not None
    assert all(trace.value(tag) is not None for tag in trace.entries)


def test_small_file() -> None:
    (record,) = read(io.BytesIO(abif(SMALL)))
    assert (str(record.sequence), record.id) == ("ATGCNRAT", "abc")
    assert record.annotations.first("run_start") == "2009-12-31T23:59:01"
    assert record.provenance[0].at == "2009-12-31T23:59:01"
    trace = record.extras["abi"]
    assert isinstance(trace, Trace)
    assert {base: signal[0] for base, signal in trace.channels.items()} == {
        "G": 9,
        "A": 10,
        "T": 11,
        "C": 12,
    }
    trimmed = trim(record)
    assert str(trimmed.sequence) == "TGC"
    assert trimmed.quality == bytes([30, 40, 40])
    kept = trimmed.extras["abi"]
    assert isinstance(kept, Trace)
    assert kept.peaks.tolist() == [15, 25, 35]
    again = trim(trimmed, 0.0005).extras["abi"]
    assert isinstance(again, Trace)
    assert again.peaks.tolist() == [25, 35]


def test_a_macbinary_header_is_skipped() -> None:
    (record,) = read(io.BytesIO(bytes(128) + abif(SMALL)))
    assert str(record.sequence) == "ATGCNRAT"


@given(st.binary(max_size=40), st.sampled_from([0.05, 0.01, 0.2]))
def test_quality_span_is_the_best_part(quality: bytes, cutoff: float) -> None:
    worth = [cutoff - 10 ** (-q / 10) for q in quality]
    best = max(
        (sum(worth[i:j]) for i in range(len(worth)) for j in range(i + 1, len(worth) + 1)),
        default=0.0,
    )
    start, end = quality_span(quality, cutoff)
    assert sum(worth[start:end]) == pytest.approx(max(best, 0.0))


def test_no_quality_no_trimming() -> None:
    with pytest.raises(SequenceError, match="no quality"):
        trim(Record(Sequence("ATG")))


def _with(tag_name: str, **changes: object) -> bytes:
    keys = ("name", "number", "kind", "count", "data")
    tags = []
    for tag in SMALL:
        said = dict(zip(keys, tag, strict=True))
        if tag[0] == tag_name:
            said |= changes
        tags.append(tuple(said.values()))
    return abif(tags)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (abif(SMALL)[:20], "ends in its header"),
        (abif(SMALL)[:400], "directory .* does not lie in the file"),
        (
            b"ABIF\x00\x65" + struct.pack(">4sihhiiii", b"tdir", 1, 1023, 28, 2**31 - 1, 0, 128, 0),
            "directory",
        ),
        (
            b"ABIF\x00\x65" + struct.pack(">4sihhiiii", b"tdir", 1, 1023, 0, 9, 0, 128, 0),
            "directory",
        ),
        (
            b"ABIF\x00\x65" + struct.pack(">4sihhiiii", b"tdir", 1, 1023, 28, 1, 0, -99, 0),
            "directory",
        ),
        (_with("PLOC", count=2**30), "'PLOC2' says 1,073,741,824 elements in 16 bytes"),
        (_with("PCON", data=b"12345", count=5), "5 quality values"),
        (_with("PBAS", data=b"ATGC!RAT"), "called bases: '!'"),
        (_with("PBAS", name="XXXX"), "no called bases"),
        (_with("RUND", data=struct.pack(">hBB", 2009, 13, 1)), "RUND1 is damaged"),
    ],
)
def test_damaged(data: bytes, message: str) -> None:
    with pytest.raises(FormatError, match=message):
        read(io.BytesIO(data))


def test_an_offset_that_lies() -> None:
    data = abif(SMALL)
    at = data.index(b"PLOC") + 20
    for place in (-1, 2**31 - 1, len(data) - 1):
        with pytest.raises(FormatError, match=r"'PLOC2' .* does not lie in the file"):
            read(io.BytesIO(data[:at] + struct.pack(">i", place) + data[at + 4 :]))


@settings(max_examples=300)
@given(st.data())
def test_mutations_never_crash(data: st.DataObject) -> None:
    damaged = bytearray(abif(SMALL))
    for _ in range(data.draw(st.integers(1, 5))):
        at = data.draw(st.integers(0, len(damaged) - 1))
        damaged[at : at + 4] = data.draw(st.binary(max_size=8))
    try:
        (record,) = read(io.BytesIO(bytes(damaged)), format="abi")
        trace = record.extras["abi"]
        assert isinstance(trace, Trace)
        assert len(trace.channels) <= 4
        assert trace.peaks is not None
        trim(record)
        for tag in trace.entries:
            trace.value(tag)
    except BiowrightError:
        pass
