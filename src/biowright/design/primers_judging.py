"""Primers and what is wrong with them: melting, composition, the 3' end, hairpins and dimers."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from biowright.bio import (
    PCR,
    Buffer,
    dimer_energies,
    end_stabilities,
    hairpin_energies,
    melting_temperatures,
)
from biowright.core import InputError

from .primers_sites import BindingSite

__all__ = ["Primer", "PrimerRules", "judge_primers", "judged_at"]


@dataclass(frozen=True, slots=True)
class PrimerRules:
    """What a primer should be like.

    Parameters
    ----------
    melting : float, default 62
        °C that the annealing part aims at, in `buffer`.
    shortest, longest : int, default 17 and 40
        Of the annealing part.
    gc : (float, float), default (0.35, 0.65)
        The share of G and C that costs nothing.
    run : int, default 4
        The longest run of one base that costs nothing.
    hairpin, dimer, end_dimer : float, default -2, -6 and -5
        Free energies at `temperature` in kcal/mol; what is more stable costs.
    end : float, default -9
        Free energy of the last five bases in kcal/mol; firmer ends prime where they should not.
    temperature : float, default 37
        °C at which structures are judged.
    buffer : Buffer, optional
        An ordinary PCR by default.
    """

    melting: float = 62.0
    shortest: int = 17
    longest: int = 40
    gc: tuple[float, float] = (0.35, 0.65)
    run: int = 4
    hairpin: float = -2.0
    dimer: float = -6.0
    end_dimer: float = -5.0
    end: float = -9.0
    temperature: float = 37.0
    buffer: Buffer = PCR

    def __post_init__(self) -> None:
        if not 8 <= self.shortest <= self.longest <= 200:
            raise InputError(
                f"annealing parts of {self.shortest} to {self.longest} bases",
                expected="8 or more, up to 200",
            )
        if not 0 <= self.gc[0] <= self.gc[1] <= 1:
            raise InputError(f"a GC share from {self.gc[0]} to {self.gc[1]}", expected="0 to 1")


@dataclass(frozen=True, slots=True)
class Primer:
    """A primer, and what speaks for and against it.

    Parameters
    ----------
    sequence : str
        5'→3', the tail first.
    tail : str
    start, end : int
        What the annealing part covers of the template, 0-based and half-open on its forward strand;
        over the origin of a circle the end exceeds the length.
    strand : int
        +1 if it reads as the forward strand.
    melting : float
        Of the annealing part, in °C.
    hairpin, dimer, end_stability : float
        Free energies in kcal/mol: the whole primer's hairpin, its dimer with itself, and the last five
        bases.
    penalty : float
        0 for a perfect one.
    reasons : tuple of str
        What the penalty is for.
    sites : tuple of BindingSite
        Where else it binds.
    """

    sequence: str
    tail: str
    start: int
    end: int
    strand: int
    melting: float
    hairpin: float
    dimer: float
    end_stability: float
    penalty: float
    reasons: tuple[str, ...] = ()
    sites: tuple[BindingSite, ...] = ()

    @property
    def annealing(self) -> str:
        """The part that binds the template."""
        return self.sequence[len(self.tail) :]


def judge_primers(
    sequences: Sequence[str],
    *,
    tails: Sequence[str] | None = None,
    rules: PrimerRules | None = None,
) -> list[Primer]:
    """Judge primers that one has: melting temperature, hairpin, dimer, 3' end, and what is wrong.

    Parameters
    ----------
    sequences : sequence of str
        Annealing parts, 5'→3'.
    tails : sequence of str, optional
        The 5' tail of each.
    rules : PrimerRules, optional

    Returns
    -------
    list of Primer
        In the same order; they lie nowhere, from 0 to their length.

    Examples
    --------
    >>> good, bad = judge_primers(["GTAAAACGACGGCCAGTGAG", "GGGGGGCCCCCCGGGGGG"])
    >>> good.penalty < 3 < bad.penalty
    True
    """
    rules = rules or PrimerRules()
    words = [sequence.upper() for sequence in sequences]
    ends = [""] * len(words) if tails is None else [tail.upper() for tail in tails]
    return judged_at(words, ends, [(0, len(word)) for word in words], 1, rules)


def judged_at(
    words: Sequence[str],
    tails: Sequence[str],
    places: Sequence[tuple[int, int]],
    strand: int,
    rules: PrimerRules,
) -> list[Primer]:
    """Judge annealing parts that lie at places of a template."""
    whole = [tail + word for tail, word in zip(tails, words, strict=True)]
    with_rules = {"temperature": rules.temperature, "buffer": rules.buffer}
    melting = melting_temperatures(words, buffer=rules.buffer).tolist()
    hairpins = hairpin_energies(whole, **with_rules).tolist()  # type: ignore[arg-type]
    dimers = dimer_energies(whole, **with_rules).tolist()  # type: ignore[arg-type]
    anchored = dimer_energies(whole, end=True, **with_rules).tolist()  # type: ignore[arg-type]
    ends = end_stabilities(words).tolist()
    judged = []
    for k, word in enumerate(words):
        costs: list[tuple[float, str]] = []
        far = abs(melting[k] - rules.melting)
        costs.append((far, f"melts at {melting[k]:.1f} °C" if far > 1 else ""))
        gc = sum(letter in "GC" for letter in word) / len(word)
        outside = max(rules.gc[0] - gc, gc - rules.gc[1], 0.0)
        costs.append((10 * outside, f"{gc:.0%} G and C"))
        costs.append((1.0 if word[-1] in "AT" else 0.0, f"ends with {word[-1]}"))
        run = _longest_run(word)
        costs.append((0.8 * max(0, run - rules.run), f"a run of {run}"))
        costs.append((max(0.0, rules.hairpin - hairpins[k]), f"hairpin {hairpins[k]:.1f} kcal/mol"))
        costs.append((max(0.0, rules.dimer - dimers[k]), f"dimer {dimers[k]:.1f} kcal/mol"))
        costs.append(
            (max(0.0, rules.end_dimer - anchored[k]), f"3' dimer {anchored[k]:.1f} kcal/mol")
        )
        costs.append((max(0.0, rules.end - ends[k]), f"3' end {ends[k]:.1f} kcal/mol"))
        judged.append(
            Primer(
                whole[k],
                tails[k],
                *places[k],
                strand,
                melting[k],
                hairpins[k],
                dimers[k],
                ends[k],
                sum(cost for cost, _ in costs),
                tuple(why for cost, why in costs if cost > 0 and why),
            )
        )
    return judged


def _longest_run(word: str) -> int:
    best = run = 1
    for a, b in itertools.pairwise(word):
        run = run + 1 if a == b else 1
        best = max(best, run)
    return best
