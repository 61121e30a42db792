"""Verdicts bind to content and time; whatever fails, nothing leaves."""

from __future__ import annotations

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from biowright.core import InputError, Record, ScreeningRefused, Sequence
from biowright.safety import (
    Backing,
    Batch,
    Clearance,
    Finding,
    Gate,
    SafetySettings,
    Verdict,
    build_reference,
    check_clearance,
    default_gate,
    gather,
    load_safety_settings,
    new_key,
    require,
    screen,
)

from .stand_ins import PROTEINS, recode, split

HARMLESS = {"a": "ATGGCTAGCAAAGGTTGATTC", "b": "TTGACAGCTAGCTCAGTCCTAGGTATAATGCTAGC"}
NO_SCREENER = 'folder = "gate"\nscreener = []'
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
FLAGGED = {"x": recode(PROTEINS["demo-protein-1"], random.Random(1))}


class Answers:
    """A back end that answers what a test wants."""

    name = "answers"

    def __init__(self, dated: str = "2026-11-20", crash: BaseException | None = None) -> None:
        self.dated, self.crash = dated, crash
        self.seen: list[Batch] = []

    def backing(self) -> Backing:
        return Backing(self.name, "reference", "", self.dated)

    def screen(self, batch: Batch) -> list[Finding]:
        self.seen.append(batch)
        if self.crash is not None:
            raise self.crash
        return []


def write_settings(
    folder: Path, records: list[Record] | None = None, dated: str = "2026-11-20"
) -> Path:
    """Write the settings of an operator with a reference and reviewers of his own."""
    key = new_key(folder / "concern.key")
    new_key(folder / "reviewers.key")
    made_up = [Record(Sequence(PROTEINS["demo-protein-1"], "protein"), "stand-in")]
    reference = build_reference(records or made_up, name="ours", key=key, dated=dated)
    reference.write(folder / "concern.screen")
    path = folder / "safety.toml"
    path.write_text(
        'folder = "gate"\n[override]\nkey = "reviewers.key"\n'
        '[[screener]]\nkind = "kmers"\nreference = "concern.screen"\nkey = "concern.key"\n'
    )
    return path


@pytest.fixture
def operated(tmp_path: Path) -> Callable[[], Gate]:
    settings = load_safety_settings(write_settings(tmp_path))
    return lambda: Gate(settings)


def test_what_passes_may_leave_and_is_marked() -> None:
    verdict = screen(HARMLESS)
    clearance = require(verdict, HARMLESS)
    assert clearance.marking == "screened with the DEMO reference: not for ordering"
    assert check_clearance(clearance, HARMLESS) is clearance
    # the names and the case of the letters make no difference to the content
    require(verdict, {"other": HARMLESS["b"].lower()})


def test_what_is_flagged_may_not_leave() -> None:
    verdict = screen(FLAGGED)
    assert verdict.outcome == "flagged"
    with pytest.raises(ScreeningRefused, match="flagged: demo-protein-1"):
        require(verdict, FLAGGED)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda v: None, "nothing leaves without a screening verdict"),
        (lambda v: "pass", "nothing leaves without a screening verdict"),
        (
            lambda v: replace(v, customer="another"),
            "not made by this gate, or was changed",
        ),
        (lambda v: replace(v, pieces=("0" * 64,)), "not made by this gate, or was changed"),
        (lambda v: replace(v, gate="0" * 16), "not made by this gate"),
        (lambda v: replace(v, expires="2999-01-01T00:00:00+00:00"), "or was changed"),
        (lambda v: Verdict.from_json(v.to_json().replace('"pass"', '"pas"')), "or was changed"),
    ],
)
def test_no_verdict_or_a_forged_one_is_refused(
    change: Callable[[Verdict], Verdict], told: str
) -> None:
    with pytest.raises(ScreeningRefused, match=told):
        require(change(screen(HARMLESS)), HARMLESS)


def test_a_verdict_is_for_these_pieces_only() -> None:
    verdict = screen(HARMLESS)
    with pytest.raises(ScreeningRefused, match="for other pieces: c was not screened"):
        require(verdict, {**HARMLESS, "c": "ATGCATGCATGC"})
    circle = Record(Sequence(HARMLESS["a"], topology="circular"), "a")
    with pytest.raises(ScreeningRefused, match="other pieces"):
        require(verdict, circle)


def test_a_verdict_expires_and_is_not_from_the_future() -> None:
    verdict = screen(HARMLESS, now=NOW)
    require(verdict, HARMLESS, now=NOW + timedelta(hours=23))
    with pytest.raises(ScreeningRefused, match="expired"):
        require(verdict, HARMLESS, now=NOW + timedelta(hours=25))
    with pytest.raises(ScreeningRefused, match="still to come"):
        require(verdict, HARMLESS, now=NOW - timedelta(hours=1))


def test_a_verdict_survives_json() -> None:
    verdict = screen(FLAGGED)
    assert Verdict.from_json(verdict.to_json()) == verdict
    for text in ("", "{}", "[1]", verdict.to_json()[:-20]):
        with pytest.raises(InputError, match="no verdict"):
            Verdict.from_json(text)


def test_a_clearance_cannot_be_made_up() -> None:
    verdict = screen(HARMLESS)
    for forged in (None, "cleared", Clearance(verdict, frozenset("ab"))):
        with pytest.raises(ScreeningRefused, match="nothing leaves"):
            check_clearance(forged)  # type: ignore[arg-type]
    genuine = require(verdict, HARMLESS)
    with pytest.raises(ScreeningRefused, match="not screened: c"):
        check_clearance(genuine, ["a", "c"])
    with pytest.raises(ScreeningRefused, match="nothing leaves"):
        check_clearance(replace(genuine, names=frozenset("abc")), ["c"])


@pytest.mark.parametrize(
    "crash", [ValueError("boom"), MemoryError(), KeyError("x"), OSError(5, "io")]
)
def test_a_back_end_that_crashes_is_a_refusal(crash: Exception) -> None:
    with pytest.raises(ScreeningRefused, match="back end answers failed"):
        Gate(screeners=[Answers(), Answers(crash=crash)]).screen(HARMLESS)


@pytest.mark.parametrize(
    ("dated", "told"),
    [
        ("2026-08-01", "stale"),
        ("2026-12-24", "still to come"),
        ("", "how old"),
        ("soon", "how old"),
    ],
)
def test_a_stale_reference_is_a_refusal(dated: str, told: str) -> None:
    with pytest.raises(ScreeningRefused, match=told):
        Gate(screeners=[Answers(dated)]).screen(HARMLESS, now=NOW)


def test_no_back_end_is_a_refusal() -> None:
    with pytest.raises(ScreeningRefused, match="no back end"):
        Gate(screeners=[]).screen(HARMLESS)


def test_all_back_ends_see_pieces_and_junctions() -> None:
    back = Answers()
    gate = Gate(screeners=[back])
    pieces = split("ACGTTGCA" * 20, 30, overlap=15)
    assert gate.screen(pieces, now=NOW).passed
    assert back.seen[0].items == gather(pieces)
    assert back.seen[0].joined


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda folder: (folder / "concern.screen").unlink(), "back end is missing"),
        (lambda folder: (folder / "concern.key").unlink(), "back end is missing"),
        (lambda folder: (folder / "concern.key").write_text("00" * 16), "does not fit the key"),
        (lambda folder: (folder / "concern.screen").write_bytes(b"PK"), "no screening reference"),
        (lambda folder: (folder / "safety.toml").unlink(), "nothing leaves"),
        (lambda folder: (folder / "safety.toml").write_text("folder = 3"), "wrong safety settings"),
        (lambda folder: (folder / "safety.toml").write_text("["), "no TOML"),
        (
            lambda folder: (folder / "safety.toml").write_text('folder = "g"\nscreener = []'),
            "too_short|at least 1",
        ),
    ],
)
def test_settings_that_do_not_work_fail_closed(
    spoil: Callable[[Path], object], told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BIOWRIGHT_SAFETY", str(write_settings(tmp_path)))
    assert not screen(HARMLESS, now=NOW).demo
    spoil(tmp_path)
    with pytest.raises(ScreeningRefused, match=told):
        default_gate().screen(HARMLESS, now=NOW)


def test_the_operator_is_asked_for_a_reference_of_his_own(tmp_path: Path) -> None:
    path = write_settings(tmp_path)
    key = bytes.fromhex((tmp_path / "concern.key").read_text())
    made_up = Record(Sequence(PROTEINS["demo-protein-1"], "protein"), "x")
    build_reference([made_up], name="x", key=key, demo=True).write(
        tmp_path / "concern.screen", force=True
    )
    with pytest.raises(ScreeningRefused, match="demo reference"):
        Gate(load_safety_settings(path)).screen(HARMLESS)


def test_a_gate_with_state_marks_with_its_reference(operated: Callable[[], Gate]) -> None:
    verdict = operated().screen(HARMLESS, now=NOW)
    assert (
        operated().require(verdict, HARMLESS, now=NOW).marking == "screened with ours (2026-11-20)"
    )
    # a verdict of the demonstration clears nothing here, nor the other way round
    with pytest.raises(ScreeningRefused, match="not made by this gate"):
        operated().require(screen(HARMLESS), HARMLESS)
    with pytest.raises(ScreeningRefused, match="not made by this gate"):
        require(verdict, HARMLESS)


def test_orders_of_a_customer_are_looked_at_together(operated: Callable[[], Gate]) -> None:
    gene = recode(PROTEINS["demo-protein-1"][:40], random.Random(3))
    second = {"3": gene[45:75]}
    gate = operated()
    for other in ("someone", "else"):
        pieces = {"3": gene[45:75]} if other == "else" else {"1": gene[:45]}
        verdict = gate.screen(pieces, customer=other, now=NOW)
        gate.require(verdict, pieces, now=NOW)
    early = gate.screen(second, customer="someone", now=NOW)
    assert early.outcome == "flagged"
    assert {place.item for place in early.findings[0].places} == {"3", "earlier 1"}
    # after the memory, the earlier order counts no longer
    later = NOW + timedelta(days=400)
    assert not gate.history.pieces("someone", (), later)  # type: ignore[union-attr]


def test_two_halves_that_were_screened_apart_cannot_both_leave(
    operated: Callable[[], Gate],
) -> None:
    gene = recode(PROTEINS["demo-protein-1"][:30], random.Random(5))
    halves = {"1": gene[:45]}, {"2": gene[45:]}
    gate = operated()
    verdicts = [gate.screen(half, customer="c", now=NOW) for half in halves]
    assert all(verdict.passed for verdict in verdicts)
    gate.require(verdicts[0], halves[0], now=NOW)
    gate.require(verdicts[0], halves[0], now=NOW)  # the same again is no other order
    with pytest.raises(ScreeningRefused, match="other orders of this customer"):
        gate.require(verdicts[1], halves[1], now=NOW)


def test_an_override_is_signed_logged_and_for_this_content(
    operated: Callable[[], Gate], tmp_path: Path
) -> None:
    gate = operated()
    verdict = gate.screen(FLAGGED, now=NOW)
    key = bytes.fromhex((tmp_path / "reviewers.key").read_text())
    with pytest.raises(ScreeningRefused, match="flagged"):
        gate.require(verdict, FLAGGED, now=NOW)
    with pytest.raises(InputError, match="not the reviewers' key"):
        gate.override(verdict, reviewer="R", reason="a stand-in of ours", key=bytes(16))
    with pytest.raises(InputError, match="reason"):
        gate.override(verdict, reviewer="R", reason="ok", key=key)
    signed = gate.override(verdict, reviewer="R", reason="a stand-in of ours", key=key, now=NOW)
    assert "released by R" in gate.require(signed, FLAGGED, now=NOW).marking
    # screened again, what was decided about the same content still holds; other content does not
    again = operated().screen(FLAGGED, now=NOW)
    assert operated().require(again, FLAGGED, now=NOW)
    more = {**FLAGGED, "y": "ATGCATGCATGCAAA"}
    with pytest.raises(ScreeningRefused, match="flagged"):
        gate.require(gate.screen(more, now=NOW), more, now=NOW)
    forged = replace(signed.override, reviewer="S")  # type: ignore[type-var]
    with pytest.raises(ScreeningRefused, match="signature does not fit"):
        gate.require(replace(signed, override=forged).sealed(gate._key), FLAGGED, now=NOW)
    events = [entry.event for entry in gate.audit.read()]  # type: ignore[union-attr]
    assert events.count("override") == 1
    assert events[:4] == ["screened", "refused", "override", "cleared"]


def test_the_demonstration_has_no_reviewers() -> None:
    with pytest.raises(InputError, match="no reviewers"):
        Gate().override(screen(FLAGGED), reviewer="R", reason="because I say so", key=bytes(16))


def test_settings_are_a_value(tmp_path: Path) -> None:
    settings = load_safety_settings(write_settings(tmp_path))
    assert isinstance(settings, SafetySettings)
    assert settings.screener[0].age == 90


def test_two_processes_cannot_both_clear_their_half(tmp_path: Path) -> None:
    settings = load_safety_settings(write_settings(tmp_path))
    gene = recode(PROTEINS["demo-protein-1"][:30], random.Random(5))
    halves = [{"1": gene[:45]}, {"2": gene[45:]}]
    gate = Gate(settings)
    verdicts = [gate.screen(half, customer="c", now=NOW) for half in halves]

    def clear(number: int) -> bool:
        try:
            Gate(settings).require(verdicts[number], halves[number], now=NOW)
        except ScreeningRefused:
            return False
        return True

    with ThreadPoolExecutor(2) as threads:
        assert sorted(threads.map(clear, range(2))) == [False, True]
