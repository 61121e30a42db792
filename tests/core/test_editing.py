"""Random edits against the slow model, and the laws of editing."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import records
from tagged import Tagged

from biowright.core import Record, Topology
from biowright.core.edit import delete, insert, replace, reverse_complement, rotate


@settings(max_examples=int(__import__("os").environ.get("N","1000")))
@given(records(source=False), st.data())
def test_random_edits_agree_with_the_model(record: Record, data: st.DataObject) -> None:
    model = Tagged(record)
    model.agrees(record)
    for _ in range(data.draw(st.integers(1, 5))):
        length = len(record)
        verbs = ["insert", "delete", "replace", "substitute", "reverse"]
        verb = data.draw(st.sampled_from(verbs + ["rotate"] * record.circular))
        start = data.draw(st.integers(0, max(length - record.circular, 0)))
        most = length if record.circular else length - start
        end = start + data.draw(st.integers(0, most))
        text = data.draw(st.text("ACGT", max_size=6))
        if verb == "insert":
            start = data.draw(st.integers(0, length))
            record = insert(record, start, text)
            model.replace(start, start, text)
        elif verb == "delete":
            record = delete(record, start, end)
            model.replace(start, end, "")
        elif verb == "replace":
            record = replace(record, start, end, text)
            model.replace(start, end, text)
        elif verb == "substitute":
            text = data.draw(st.text("ACGT", min_size=end - start, max_size=end - start))
            record = replace(record, start, end, text)
            model.replace(start, end, text)
        elif verb == "rotate":
            record = rotate(record, start)
            model.rotate(start)
        else:
            record = reverse_complement(record)
            model.reverse_complement()
        model.agrees(record)
    assert len(record.provenance) > 0


