"""Tables of parts."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from biowright.core import Attributes, FormatError, Molecule, Record, Sequence, Topology
from biowright.formats import open_source, part_table


def read(data: bytes | str) -> list[Record]:
    data = data.encode() if isinstance(data, str) else data
    return list(part_table.read(open_source(io.BytesIO(data), name="x.csv")))


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_delimiters_and_line_ends(delimiter: str, end: str) -> None:
    text = end.join(delimiter.join(row) for row in (("Name", "Seq", "Source"), ("a", "AC", "x")))
    (record,) = read(text)
    assert (record.name, str(record.sequence)) == ("a", "AC")
    assert record.annotations == Attributes({"Source": "x"})


@pytest.mark.parametrize(
    ("header", "cells", "field", "value"),
    [
        ("Part Name,DNA-Sequence", "a,AC", "name", "a"),
        ("gene name,FASTA_seq", "NA,AC", "name", "NA"),
        ("id,sequence", "1e5,AC", "name", "1e5"),
        ("id,name,sequence", "X1,a,AC", "id", "X1"),
        ("name,sequence,Desc", "a,AC,a part", "description", "a part"),
        ("name,sequence,Circular", "a,AC,TRUE", "topology", Topology.CIRCULAR),
        ("name,sequence,topology", "a,AC,", "topology", Topology.LINEAR),
        ("name,sequence,Molecule", "a,MAGA,Protein", "molecule", Molecule.PROTEIN),
        ("name,protein", "a,MAGA", "molecule", Molecule.PROTEIN),
        ("name,RNA sequence", "a,ACG", "molecule", Molecule.RNA),
        ("name,seq", "a,MALWMR*", "molecule", Molecule.PROTEIN),
        ("#name,seq", "a,AC", "name", "a"),
        ("name,label,seq", "a,b,AC", "annotations", Attributes({"label": "b"})),
        ("name,seq,Type", "a,AC,promoter", "annotations", Attributes({"role": "promoter"})),
        ("name,seq,k,k", "a,AC,1,2", "annotations", Attributes([("k", "1"), ("k", "2")])),
    ],
)
def test_columns(header: str, cells: str, field: str, value: object) -> None:
    (record,) = read(f"{header}\n{cells}\n")
    assert getattr(record, field) == value


def test_excel_says_its_delimiter_and_quotes_lines() -> None:
    (record,) = read('\ufeffsep=;\r\n\r\nname;seq;note\r\n"a;b";AC;"one\r\ntwo"\r\n;;\r\n')
    assert (record.name, record.annotations.first("note")) == ("a;b", "one\r\ntwo")


@pytest.mark.parametrize(
    ("data", "line", "what"),
    [
        ("name,sequence\na,AC\nb,ACG7\n", 3, "column 'sequence': '7' at letter 4"),
        ('name,sequence,k\n"a\nb",AC,\nb,AC GT,\n', 4, "' ' at letter 3"),
        ("name,DNA\na,MKLE\n", 2, "column 'DNA': 'L' at letter 3 is no letter of DNA"),
        ("name,sequence\na,AC,x\n", 2, "3 cells; expected 2"),
        ("name,sequence\na\n", 2, "1 cells; expected 2"),
        ('name,sequence\n"a,AC\n', 2, "broken.*quote"),
        ("name,sequence,topology\na,AC,round\n", 2, "'round' is no topology"),
        ("name,sequence,molecule\na,AC,sugar\n", 2, "'sugar' is no molecule"),
        ("name,value\na,1\n", 1, "no column of the first row holds sequences"),
    ],
)
def test_what_is_wrong_is_told_with_its_line_and_column(data: str, line: int, what: str) -> None:
    with pytest.raises(FormatError, match=what) as caught:
        read(data)
    assert caught.value.line == line


def test_long_sequences_fit_in_a_cell() -> None:
    assert len(read("name,sequence\na," + "ACGT" * 100_000)[0]) == 400_000


cells = st.text(st.sampled_from("ab,;\t\"'\n\r é=#"), max_size=8)


@given(
    st.lists(
        st.tuples(
            cells,
            cells,
            cells,
            st.sampled_from([("ACGU", "RNA"), ("MAGA", "protein"), ("acgt", "DNA"), ("", "RNA")]),
            st.sampled_from(Topology),
            st.lists(
                st.tuples(st.sampled_from(["role", "note", "x y", "name", " k"]), cells), max_size=4
            ),
        ),
        min_size=1,
        max_size=5,
    ),
    st.sampled_from([part_table.write_csv, part_table.write_tsv]),
)
def test_records_come_back_up_to_their_losses(rows, write) -> None:  # type: ignore[no-untyped-def]
    records = [
        Record(
            Sequence(*letters, topology), name, part_id, description, annotations=Attributes(pairs)
        )
        for name, part_id, description, letters, topology, pairs in rows
    ]
    out = io.BytesIO()
    losses = {loss.record for loss in write(records, out) if loss.what == "annotations"}
    back = read(out.getvalue())
    assert len(back) == len(records)
    for ours, theirs in zip(records, back, strict=True):
        assert theirs.changed(annotations=Attributes()) == ours.changed(annotations=Attributes())
        if ours.name not in losses:
            assert sorted(theirs.annotations.pairs) == sorted(ours.annotations.pairs)


@pytest.mark.reference
def test_real_tables(reference: Path) -> None:
    parts = list(part_table.read(open_source(reference / "build/synthesis/halper_dev.csv")))
    assert len(parts) == 192
    for name in ("floor/growth/sim96.csv", "build/ligation/b3-01h-25c.overhangs.csv"):
        head = (reference / name).read_bytes()[:65536]
        assert not part_table.sniff_csv(head)
