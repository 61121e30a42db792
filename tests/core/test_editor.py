"""The undoable session and the text of operations."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import records

from biowright.core import (
    BiowrightError,
    EditError,
    Editor,
    Feature,
    InputError,
    Location,
    Operation,
    Record,
    Sequence,
    parse_operation,
)


@settings(max_examples=100)
@given(records(min_size=1), st.data())
def test_undo_restores_every_state_and_redo_returns(record: Record, data: st.DataObject) -> None:
    editor = Editor(record)
    states = [editor.record]
    for _ in range(data.draw(st.integers(1, 6))):
        length = len(editor.record)
        start = data.draw(st.integers(0, length))
        end = data.draw(st.integers(start, length))
        verb = data.draw(st.sampled_from(("insert", "delete", "replace", "turn", "shift", "open")))
        if verb == "insert":
            editor.insert(start, "ACG")
        elif verb == "delete":
            editor.delete(start, end)
        elif verb == "replace":
            editor.replace(start, end, "TT")
        elif verb == "turn":
            editor.reverse_complement()
        elif verb == "shift" and editor.record.circular:
            editor.rotate(start)
        elif editor.record.circular:
            editor.linearise(start)
        elif length:
            editor.circularise()
        else:
            editor.rename("empty")
        states.append(editor.record)
    last = editor.record
    lines = editor.history
    assert len(lines) == len(states) - 1
    for state in reversed(states[:-1]):
        editor.undo()
        assert editor.record == state
        assert editor.record.provenance == state.provenance
    assert editor.history == ()
    editor.redo(len(lines))
    assert editor.record == last
    assert editor.history == lines


def test_undo_keeps_only_what_an_edit_changed() -> None:
    genome = Record(Sequence("ACGTTGCA" * 10_000, topology="circular"))
    editor = Editor(genome)
    editor.delete(100, 112).insert(5, "ACGT").rotate(999).reverse_complement()
    kept = sum(len(step.shell.sequence) for step in editor._done)
    assert kept < 50
    assert editor.undo(4).record == genome


def test_rna_that_does_not_complement_back_is_restored_all_the_same() -> None:
    record = Record(Sequence("ACUTTU", "RNA"))
    assert Editor(record).reverse_complement().undo().record == record


def test_features_are_added_changed_and_removed_by_name() -> None:
    editor = Editor(Record(Sequence("ATGGCATAA"), "tiny"))
    editor.add_feature(Feature("CDS", Location.of((0, 9)), {"gene": "abc"}))
    editor.rename_feature("abc", "xyz").change_feature("xyz", type="gene")
    feature = editor.record.features[0]
    assert (feature.label, feature.type, feature.qualifiers.first("gene")) == ("xyz", "gene", "xyz")
    editor.remove_feature(feature)
    assert len(editor.record.features) == 0
    assert editor.history == (
        "add CDS 'abc'",
        "change qualifiers of CDS 'abc'",
        "change type of CDS 'xyz'",
        "remove gene 'xyz'",
    )
    with pytest.raises(EditError, match="does not lie"):
        editor.add_feature(Feature("CDS", Location.of((0, 99))))
    with pytest.raises(EditError, match="there is no 'abc'"):
        editor.remove_feature("abc")
    twins = editor.undo(4).add_feature(Feature("a", Location.of((0, 1))))
    twins.add_feature(Feature("a", Location.of((1, 2))))
    with pytest.raises(EditError, match="by its index: 0, 1"):
        twins.remove_feature("a")
    with pytest.raises(EditError, match="did you mean 'location'"):
        twins.change_feature(0, locaton=Location.of((0, 2)))


def test_a_savepoint_is_all_or_nothing_and_a_trial_is_always_taken_back() -> None:
    editor = Editor(Record(Sequence("ATGGCATAA"))).insert(0, "CC")
    before = editor.record
    with pytest.raises(EditError, match="beyond"), editor.savepoint():
        editor.delete(0, 3).delete(5, 500)
    assert editor.record == before
    with editor.savepoint():
        editor.delete(0, 2)
    with editor.trial():
        assert len(editor.set_topology("circular").rotate(4).record) == 9
    assert not editor.record.circular
    assert len(editor.history) == 2


def test_a_failed_edit_changes_nothing() -> None:
    editor = Editor(Record(Sequence("ATG")))
    with pytest.raises(InputError):
        editor.insert(2, "!")
    with pytest.raises(EditError, match="0 steps can be undone"):
        editor.undo()
    with pytest.raises(EditError, match="0 steps can be done again"):
        editor.redo()
    assert editor.record == Record(Sequence("ATG"))


@pytest.mark.parametrize(
    ("text", "operation"),
    [
        ("insert 100 ATGC", Operation("insert", 100, letters="ATGC")),
        ("INSERT 100 atg ccc", Operation("insert", 100, letters="atgccc")),
        ("delete 200..210", Operation("delete", 200, 210)),
        ("replace 5..10 GGG", Operation("replace", 5, 10, "GGG")),
        ("rotate -5", Operation("rotate", -5)),
        ("reverse-complement", Operation("reverse-complement")),
        ("linearise", Operation("linearise")),
        ("linearise 7", Operation("linearise", 7)),
    ],
)
def test_operations_are_read_and_written(text: str, operation: Operation) -> None:
    assert parse_operation(text) == operation
    assert parse_operation(str(operation)) == operation


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the operation is empty"),
        ("delte 1..2", "did you mean 'delete'"),
        ("delete 12", "expected delete START..END"),
        ("delete 1..2 3", "'3' is too much"),
        ("insert ATG", "there is no position"),
        ("insert 5", "there are no letters"),
        ("rotate", "there is no position"),
        ("rotate 99999999999999999999999", "there is no position"),
        ("reverse-complement 5", "too much"),
    ],
)
def test_operations_that_cannot_be_read_say_why(text: str, message: str) -> None:
    with pytest.raises(EditError, match=message):
        parse_operation(text)


def test_operations_run_through_the_editor() -> None:
    editor = Editor(Record(Sequence("ATGGCATAA", topology="circular")))
    for text in ("delete 0..3", "rotate 2", "replace 0..1 CCC", "reverse-complement"):
        editor.apply(text)
    assert str(editor.record.sequence) == "GCTTAGGG"
    assert editor.history[0] == "delete 3 nt at 0..3"


def test_splicing_by_text() -> None:
    record = Record(Sequence("ATGgtaTAAcccGGG"), "gene")
    editor = Editor(record)
    editor.apply("splice 0..3,6..9, 12-15")
    assert str(editor.record.sequence) == "ATGTAAGGG"
    operation = parse_operation("splice 0..3,6..9")
    assert parse_operation(str(operation)) == operation
    for wrong in ("splice", "splice 5", "splice 0..3,", "splice 0..99,1..2", "splice 5..2"):
        with pytest.raises(BiowrightError):
            Editor(record).apply(wrong)
