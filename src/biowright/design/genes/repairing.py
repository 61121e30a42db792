"""Repair of what no automaton knows: stems of hairpins, and signals that models find.

The letters of such a place are forbidden where they stand, and the sequence is solved anew.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from biowright.core import Location, Record

from .breaches import Breach, find_breaches
from .chain import Answer
from .compiling import with_patterns
from .kernels import BREACH
from .layout import Layout
from .new_signals import find_signals
from .rules import Avoid, NoHairpins, Rule
from .rules_signals import NoNewSignal
from .uniqueness import hairpins

__all__ = ["OPENINGS", "Repair", "repaired"]

OPENINGS = 40
"""How often places are forbidden and the sequence is solved anew."""


@dataclass(slots=True)
class Repair:
    """What was forbidden so far, and what of it cannot be changed."""

    layout: Layout
    rules: Sequence[Rule]
    words: dict[tuple[int, str], Avoid] = field(default_factory=dict)
    stuck: set[tuple[int, str]] = field(default_factory=set)
    causes: list[Breach] = field(default_factory=list)

    @property
    def forbidden(self) -> list[Rule]:
        """Give all rules."""
        return [*self.rules, *self.words.values()]

    def more(self, record: Record) -> list[Avoid]:
        """Forbid the places of a record that break a rule; give what is newly forbidden."""
        added = []
        for rule in self.rules:
            if isinstance(rule, NoHairpins):
                data = record.sequence.data
                for a, b in hairpins(data, record.circular, rule.stem, rule.window):
                    halves = [(a, a + rule.stem), (b, b + rule.stem)]
                    # the half that can change more; one change opens a stem
                    halves.sort(key=lambda half: -self._free(*half))
                    added += self._forbid(record, halves[:1], "stem of a hairpin", None)
            elif isinstance(rule, NoNewSignal):
                for signal in find_signals(record, rule):
                    cause = Breach(signal.start, signal.end, str(rule), signal.what, signal.strand)
                    added += self._forbid(record, signal.parts, f"part of a {rule.kind}", cause)
        return added

    def _free(self, start: int, end: int) -> int:
        places = np.arange(start, end)
        if start < 0 or end > len(self.layout):
            return 0
        return int((self.layout.allowed[places] > 0).sum())

    def _forbid(
        self,
        record: Record,
        parts: Sequence[tuple[int, int]],
        name: str,
        cause: Breach | None,
    ) -> list[Avoid]:
        for start, end in parts:
            if not self._free(start, end):
                continue
            word = record.sequence.data[start:end].decode().upper()
            if set(word) - set("ACGT") or (start, word) in self.stuck | set(self.words):
                continue
            avoid = Avoid(word, Location.of((start, end)), (1,), name)
            self.words[start, word] = avoid
            if cause is not None:
                self.causes.append(cause)
            return [avoid]
        return []

    def give_up(self, record: Record) -> None:
        """Allow again what a record shows cannot be avoided."""
        for key, avoid in list(self.words.items()):
            if find_breaches(record, [avoid]):
                del self.words[key]
                self.stuck.add(key)


def repaired(
    layout: Layout,
    rules: Sequence[Rule],
    answer: Answer,
    solved: Callable[[Layout], Answer],
    spelled: Callable[[npt.NDArray[np.uint8]], Record],
) -> tuple[Answer, list[Breach]]:
    """Repair an answer; the bound stays that of the answer without the repair.

    Returns
    -------
    answer
    causes
        The signals that were in the way.
    """
    repair = Repair(layout, rules)
    now, best = answer, answer
    for _ in range(OPENINGS):
        if now.letters is None:
            break
        record = spelled((1 << np.maximum(now.letters, 0).astype(np.uint8)).astype(np.uint8))
        if now.worth < answer.worth - BREACH / 2 or now.breaches > answer.breaches:
            repair.give_up(record)
        else:
            best = now
        if not repair.more(record) and best is now:
            break
        now = solved(with_patterns(layout, repair.forbidden))
    return Answer(best.letters, best.worth, answer.bound, best.breaches), repair.causes
