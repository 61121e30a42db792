"""FASTQ: letters, qualities and offsets."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from biowright.core import FormatError, Record, Sequence
from biowright.formats import fastq, open_source


def read(data: bytes) -> list[Record]:
    return list(fastq.read(open_source(io.BytesIO(data), name="x.fq")))


def written(*records: Record) -> bytes:
    out = io.BytesIO()
    fastq.write(records, out)
    return out.getvalue()


def test_one_record() -> None:
    (record,) = read(b"@r1 a read\nACGTN.\n+\n!I~@+5\n")
    assert (record.name, record.description, str(record.sequence)) == ("r1", "a read", "ACGTN.")
    assert record.quality == bytes([0, 40, 93, 31, 10, 20])


reads = st.lists(
    st.tuples(
        st.text(st.sampled_from("ab1 \té"), max_size=8),
        st.lists(st.tuples(st.sampled_from("ACGTNacgtn"), st.integers(0, 93)), max_size=30),
    ),
    min_size=1,
    max_size=6,
)


@given(reads, st.integers(1, 40), st.booleans())
def test_records_come_back_on_any_number_of_lines(
    entries: list[tuple[str, list[tuple[str, int]]]], width: int, repeat: bool
) -> None:
    text = ""
    for title, pairs in entries:
        letters = "".join(letter for letter, _ in pairs)
        quality = "".join(chr(33 + score) for _, score in pairs)
        text += f"@{title}\n"
        text += "".join(letters[i : i + width] + "\n" for i in range(0, len(letters), width))
        text += f"+{title if repeat else ''}\n"
        text += "".join(quality[i : i + width] + "\n" for i in range(0, len(quality), width))
    records = read(text.encode())
    assert [list(zip(str(r.sequence), r.quality or b"", strict=True)) for r in records] == [
        pairs for _, pairs in entries
    ]
    again = written(*records)
    assert read(again) == records
    assert [line[1:] for line in again.decode().split("\n")[0:-1:4]] == [t for t, _ in entries]


@pytest.mark.parametrize(
    ("data", "line", "what"),
    [
        (b"@a\nACGT\n+\nIII\n", 1, "ends within this record"),
        (b"@a\nACGT\n+\n", 1, "ends within this record"),
        (b"@a\nACGT\n", 1, "ends within this record"),
        (b"@a\n", 1, "ends within this record"),
        (b"@a\nACGT\n+\nIIIII\n", 4, "5 quality letters for 4 letters"),
        (b"@a\nACGT\n+\nIII\n@b\nA\n+\nI\n", 5, "5 quality letters for 4"),
        (b"@a\nACGT\n+b\nIIII\n", 3, "another one"),
        (b"@a\nACGT\n+\nII I\n", 4, "quality letter ' ' is none"),
        (b"@a\nACGE\n+\nIIII\n", 2, "'E' at column 4 is no letter of DNA"),
        (b"@a\nA\n+\nI\nACGT\n", 5, "no title line"),
        (b"@\xe9\nA\n+\nI\n", 1, "not UTF-8"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(data: bytes, line: int, what: str) -> None:
    with pytest.raises(FormatError, match=what) as caught:
        read(data)
    assert caught.value.line == line


def test_an_offset_of_64_is_refused_when_it_is_proven() -> None:
    old = b"".join(b"@r%d\n%b\n+\n%b\n" % (i, b"A" * 36, b"hhhgfeB;B" * 4) for i in range(40))
    with pytest.raises(FormatError, match=r"offset of 64.*seqtk"):
        read(old)
    for sanger in (
        old.replace(b";", b"#"),  # a score below 26
        old.replace(b"h", b"~"),  # long reads and consensus go up to 93
        old.replace(b"h", b"J").replace(b"g", b"J").replace(b"f", b"I").replace(b"e", b"I"),
        b"".join(old.splitlines(keepends=True)[:8]),  # two reads prove nothing
    ):
        assert len(read(sanger)) >= 2


def test_qualities_are_never_made_up() -> None:
    with pytest.raises(FormatError, match=r"needs the quality.*write FASTA"):
        written(Record(Sequence("ACGT"), "a"))
    with pytest.raises(FormatError, match="no protein"):
        written(Record(Sequence("MKLE", "protein"), "a", quality=bytes(4)))
    out = io.BytesIO()
    losses = fastq.write([Record(Sequence("AC"), "a", quality=bytes([40, 99]))], out)
    assert [loss.what for loss in losses] == ["quality"]
    assert out.getvalue() == b"@a\nAC\n+\nI~\n"


def test_a_read_over_many_lines_takes_linear_time() -> None:
    data = b"@a\n" + b"ACGT\n" * 100_000 + b"+\n" + b"IIII\n" * 100_000
    (record,) = read(data)
    assert len(record) == 400_000


@pytest.mark.reference
@pytest.mark.parametrize("name", ["crispresso/Both.Cas9.fastq", "plasmid/wfcv_barcode03.fastq"])
def test_reads_are_those_of_biopython(reference: Path, name: str) -> None:
    from Bio import SeqIO

    path = reference / "editing" / name
    theirs = [
        (r.id, str(r.seq), bytes(r.letter_annotations["phred_quality"]))
        for r in SeqIO.parse(path, "fastq")
    ]
    ours = list(fastq.read(open_source(path)))
    assert [(r.name, str(r.sequence), r.quality) for r in ours] == theirs
    assert written(*ours) == path.read_bytes()
