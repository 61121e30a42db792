"""The audit shows every change, and goes on after a kill."""

from __future__ import annotations

import itertools
import json
import shutil
from pathlib import Path

import pytest

from biowright.core import FormatError, InputError
from biowright.safety import Audit

KEY = b"a key for tests"


@pytest.fixture
def audit(tmp_path: Path) -> Audit:
    audit = Audit(tmp_path / "audit.jsonl", KEY)
    for number in range(5):
        audit.append("screened", {"n": number, "text": "µ\n"})
    return audit


def test_entries_are_chained(audit: Audit) -> None:
    entries = audit.read()
    assert [entry.number for entry in entries] == [1, 2, 3, 4, 5]
    assert [entry.told["n"] for entry in entries] == [0, 1, 2, 3, 4]
    for before, entry in itertools.pairwise(entries):
        assert entry.before == before.hash
    assert audit.append("cleared", {}).number == 6


def change(line: bytes) -> bytes:
    entry = json.loads(line)
    entry["told"]["n"] = 77
    return json.dumps(entry).encode()


@pytest.mark.parametrize(
    "tamper",
    [
        lambda lines: lines[:2] + lines[3:],  # removed
        lambda lines: lines[:-1],  # cut off
        lambda lines: [],
        lambda lines: [lines[1], lines[0], *lines[2:]],
        lambda lines: [*lines, lines[-1]],
        lambda lines: [*lines[:2], change(lines[2]), *lines[3:]],
        lambda lines: [*lines[:-1], change(lines[-1])],
        lambda lines: [*lines[:2], b"nonsense", *lines[3:]],
    ],
)
def test_tampering_is_found(audit: Audit, tamper: object) -> None:
    lines = audit.path.read_bytes().splitlines()
    audit.path.write_bytes(b"".join(line + b"\n" for line in tamper(lines)))  # type: ignore[operator]
    with pytest.raises(FormatError, match="tampered with"):
        audit.read()


@pytest.mark.parametrize(
    "cut", [lambda lines: lines[:-1], lambda lines: lines[:-2], lambda lines: []]
)
def test_nothing_is_added_to_a_truncated_audit(audit: Audit, cut: object) -> None:
    lines = audit.path.read_bytes().splitlines()
    audit.path.write_bytes(b"".join(line + b"\n" for line in cut(lines)))  # type: ignore[operator]
    with pytest.raises(FormatError, match="tampered with"):
        audit.append("screened", {})


def test_the_head_is_guarded_too(audit: Audit) -> None:
    head = audit.path.with_name("audit.jsonl.head")
    told = json.loads(head.read_bytes())
    head.write_text(json.dumps({**told, "count": 4}))
    with pytest.raises(FormatError, match="head that was changed"):
        audit.read()
    head.write_text("{}")
    with pytest.raises(FormatError, match="cannot be read"):
        audit.read()
    head.unlink()
    with pytest.raises(FormatError, match="no head"):
        audit.read()


def test_another_key_does_not_fit(audit: Audit) -> None:
    with pytest.raises(FormatError):
        Audit(audit.path, b"another").read()


def test_a_roll_back_is_found_with_a_head_that_was_kept(audit: Audit, tmp_path: Path) -> None:
    for name in ("audit.jsonl", "audit.jsonl.head"):
        shutil.copy(tmp_path / name, tmp_path / f"old-{name}")
    kept = audit.append("override", {"reviewer": "R"}).head
    assert len(audit.read(kept)) == 6
    for name in ("audit.jsonl", "audit.jsonl.head"):
        shutil.copy(tmp_path / f"old-{name}", tmp_path / name)
    assert len(audit.read()) == 5  # whole in itself
    with pytest.raises(FormatError, match="rolled back"):
        audit.read(kept)
    for wrong in ("7", "x:y", "-1:" + "0" * 64, "0:" + "1" * 64):
        with pytest.raises((InputError, FormatError)):
            audit.read(wrong)


@pytest.mark.parametrize("left", [1, 40, None])
def test_a_killed_writer_leaves_an_audit_that_goes_on(audit: Audit, left: int | None) -> None:
    # killed while the entry was written, and between the entry and the head
    head = audit.path.with_name("audit.jsonl.head")
    old = head.read_bytes()
    whole = audit.path.read_bytes()
    audit.append("screened", {"n": 5})
    line = audit.path.read_bytes()[len(whole) :]
    audit.path.write_bytes(whole + (line if left is None else line[:left]))
    head.write_bytes(old)
    assert len(audit.read()) == (6 if left is None else 5)
    audit.append("screened", {"n": 6})
    assert [entry.told["n"] for entry in audit.read()][-1] == 6
