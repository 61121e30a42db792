"""Histories as files: the JSON of OpenCloning, schema version 5, so that they go to and fro.

A sequence is what a source of the same number made; a source names the sequences that went in and, for an
assembly, which stretch of each: its left and right location are what it shares with its neighbours.
"""

from __future__ import annotations

import io
import json
import os
import re
from collections.abc import Iterable, Mapping
from typing import cast

from biowright.bio import End
from biowright.core import FormatError, InputError, Record
from biowright.core import Sequence as Letters
from biowright.formats import open_output, open_source, read, write

from .history import Fragment, History, Place, Step
from .simulation import Duplex

__all__ = ["read_history", "write_history"]

_SIZE = 1 << 28  # bytes
_SCHEMA = 5
_PLACE = re.compile(r"^(?:join\()?(\d+)(?:\.\.(\d+)|\^(\d+))?(?:,(\d+)(?:\.\.(\d+))?\))?$")


def read_json(path: str | os.PathLike[str]) -> object:
    """Read a JSON file.

    Raises
    ------
    FormatError
        It is no JSON, or too big.
    InputError
        The file cannot be read.
    """
    name = str(path)
    with open_source(path) as source:
        data = source.stream.read(_SIZE + 1)
    if len(data) > _SIZE:
        raise FormatError(f"the file is above {_SIZE >> 20} MiB", path=name)
    try:
        document: object = json.loads(data)
    except (ValueError, RecursionError) as error:
        line = getattr(error, "lineno", None)
        raise FormatError(f"this is no JSON: {str(error)[:100]}", path=name, line=line) from None
    return document


def read_history(path: str | os.PathLike[str]) -> History:
    """Read a cloning history.

    Raises
    ------
    FormatError
        It is no JSON, no history, or a sequence, source or location in it cannot be understood; the
        error says where.
    InputError
        The file cannot be read.
    """
    document = read_json(path)
    try:
        return history_of(document)
    except InputError as error:
        raise error.located(path=str(path)) from None


def history_of(document: object) -> History:
    """Read a history from what JSON gives."""
    if not isinstance(document, dict) or not {"sequences", "sources"} <= document.keys():
        raise FormatError(
            "this is no cloning history", expected="an object with 'sequences' and 'sources'"
        )
    sequences: dict[int, Duplex] = {}
    for entry in _list(document["sequences"], "sequences"):
        key = _number(entry, "id", "sequence")
        if entry.get("type") == "TemplateSequence" or not entry.get("file_content"):
            raise FormatError(f"sequence {key} has no letters")
        sequences[key] = _molecule(entry, key)
    primers: dict[int, Record] = {}
    for entry in _list(document.get("primers") or [], "primers"):
        key = _number(entry, "id", "primer")
        try:
            letters = Letters(str(entry.get("sequence", "")))
        except InputError as error:
            raise FormatError(f"primer {key}: {error.what}") from None
        primers[key] = Record(letters, str(entry.get("name") or f"primer{key}"))
    steps = []
    for entry in _list(document["sources"], "sources"):
        steps.append(_step(entry, sequences, primers))
    made = {step.key for step in steps}
    if len(made) != len(steps):
        raise FormatError("two sources made the same sequence")
    for key in sequences:
        if key not in made:
            steps.append(Step(key, "ManuallyTypedSource", (), sequences[key].circular))
    return History(
        sequences, primers, tuple(_ordered(steps)), str(document.get("description") or "")
    )


def _list(value: object, what: str) -> list[dict[str, object]]:
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        raise FormatError(f"'{what}' is no list of objects")
    return cast("list[dict[str, object]]", value)


def _number(entry: Mapping[str, object], name: str, what: str) -> int:
    value = entry.get(name)
    if not isinstance(value, int) or isinstance(value, bool):
        raise FormatError(f"a {what} has no number '{name}'")
    return value


def _molecule(entry: Mapping[str, object], key: int) -> Duplex:
    form = str(entry.get("sequence_file_format") or "genbank")
    try:
        records = read(io.BytesIO(str(entry["file_content"]).encode()), format=form)
    except InputError as error:
        raise FormatError(f"sequence {key}: {error.what}") from None
    if len(records) != 1:
        raise FormatError(f"sequence {key} has {len(records)} records", expected="one")
    record = records[0]
    left = _overhang(entry, "overhang_crick_3prime", record, left=True)
    right = _overhang(entry, "overhang_watson_3prime", record, left=False)
    try:
        return Duplex(record, left, right)
    except InputError as error:
        raise FormatError(f"sequence {key}: {error.what}") from None


def _overhang(entry: Mapping[str, object], name: str, record: Record, *, left: bool) -> End:
    """Read an overhang: below 0 the 5' end stands over, above 0 the 3' end."""
    size = entry.get(name) or 0
    if not isinstance(size, int) or abs(size) >= max(len(record), 1):
        raise FormatError(
            f"'{name}' is {size!r}", record=record.name, expected="a number of letters"
        )
    if not size:
        return End("blunt")
    count = abs(size)
    letters = record.sequence[:count] if left else record.sequence[len(record) - count :]
    top = (size < 0) == left
    own = letters if top else letters.reverse_complement()
    return End("5'" if size < 0 else "3'", str(own).upper())


def _step(
    entry: Mapping[str, object], sequences: Mapping[int, Duplex], primers: Mapping[int, Record]
) -> Step:
    key = _number(entry, "output" if isinstance(entry.get("output"), int) else "id", "source")
    if key not in sequences:
        raise FormatError(f"source {key} made a sequence that is not there")
    kind = str(entry.get("type") or "")
    fragments = []
    for given in _list(entry.get("input") or [], "input"):
        number = _number(given, "sequence", "source's input")
        if number not in sequences and number not in primers:
            raise FormatError(f"source {key} takes sequence {number}, which is not there")
        fragments.append(
            Fragment(
                number,
                _place(given.get("left_location"), key),
                _place(given.get("right_location"), key),
                -1 if given.get("reverse_complemented") else 1,
                "left_location" in given or given.get("type") == "AssemblyFragment",
            )
        )
    options = {
        name: value
        for name, value in entry.items()
        if name not in ("id", "type", "input", "circular", "output") and value is not None
    }
    return Step(key, kind, tuple(fragments), bool(entry.get("circular")), options)


def _place(value: object, key: int) -> Place | None:
    """Read a location: 1-based and inclusive in the file; a join of two crosses the origin."""
    if value is None:
        return None
    found = _PLACE.match(str(value).replace(" ", ""))
    if not found:
        raise FormatError(
            f"source {key}: '{str(value)[:60]}' is no location", expected="such as 12..15"
        )
    first, last, between, again, end = (int(x) if x else None for x in found.groups())
    assert first is not None
    if between is not None:
        return first, first
    start, stop = first - 1, last if last is not None else first
    if again is not None:
        if again != 1:
            raise FormatError(f"source {key}: '{value}' does not cross the origin")
        stop += end if end is not None else 1
    if stop < start:
        raise FormatError(f"source {key}: '{value}' ends before it begins")
    return start, stop


def _ordered(steps: Iterable[Step]) -> list[Step]:
    """Sort steps so that each comes after what it needs, and otherwise stays where it was."""
    waiting = {step.key: step for step in steps}
    done: list[Step] = []

    def ready(step: Step) -> bool:
        return not any(fragment.key in waiting for fragment in step.fragments)

    while waiting:
        step = next(filter(ready, waiting.values()), None)
        if step is None:
            raise FormatError(f"the sources {sorted(waiting)} need each other in a circle")
        done.append(step)
        del waiting[step.key]
    return done


def write_history(history: History, path: str | os.PathLike[str], *, force: bool = False) -> None:
    """Write a history as JSON.

    Raises
    ------
    ConflictError
        The file exists and `force` is not given.
    """
    with open_output(path, force=force) as output:
        output.write(json.dumps(history_document(history), indent=1).encode() + b"\n")


def history_document(history: History) -> dict[str, object]:
    """Give what JSON writes of a history."""
    return {
        "sequences": [
            _sequence_entry(key, history.sequences[key]) for key in sorted(history.sequences)
        ],
        "sources": [_source_entry(step, history) for step in history.steps],
        "primers": [
            {"id": key, "type": "Primer", "name": p.name, "sequence": str(p.sequence)}
            for key, p in sorted(history.primers.items())
        ],
        "description": history.description,
        "schema_version": _SCHEMA,
    }


def _sequence_entry(key: int, molecule: Duplex) -> dict[str, object]:
    buffer = io.BytesIO()
    write(molecule.record, buffer, format="genbank")
    sizes = [
        len(end.overhang) * (-1 if end.kind == "5'" else 1)
        for end in (molecule.left, molecule.right)
    ]
    return {
        "id": key,
        "type": "TextFileSequence",
        "sequence_file_format": "genbank",
        "overhang_crick_3prime": sizes[0],
        "overhang_watson_3prime": sizes[1],
        "file_content": buffer.getvalue().decode(),
    }


def _source_entry(step: Step, history: History) -> dict[str, object]:
    inputs = []
    for fragment in step.fragments:
        if not fragment.placed:
            inputs.append({"type": "SourceInput", "sequence": fragment.key})
            continue
        given = history.sequences.get(fragment.key)
        size = len(given) if given is not None and given.circular else None
        inputs.append(
            {
                "type": "AssemblyFragment",
                "sequence": fragment.key,
                "left_location": _place_text(fragment.left, size),
                "right_location": _place_text(fragment.right, size),
                "reverse_complemented": fragment.strand == -1,
            }
        )
    return {
        "id": step.key,
        "type": step.kind,
        "input": inputs,
        "circular": step.circular,
        **step.options,
    }


def _place_text(place: Place | None, size: int | None) -> str | None:
    """Write a location; `size` is the length of a circle."""
    if place is None:
        return None
    start, end = place
    if size:
        start, end = start % size, start % size + (end - start)
        if start < size < end:
            return f"join({start + 1}..{size},1..{end - size})"
    if start == end:
        return f"{start}^{start + 1}"
    return f"{start + 1}..{end}"
