"""Design spaces that are counted, never written out: sites of a molecule, slots of a construct.

A design is a number in mixed radix, its digits the codes of the letters or options, so that ten
million designs take no memory until their turn comes.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np

from biowright.core import InputError, suggest

from .columns import Column

__all__ = ["Sites", "Slots", "Space"]


class Space(Protocol):
    """What a recommender needs of a set of designs that is numbered from 0."""

    @property
    def size(self) -> int:
        """The count of numbers; some of them may not be allowed."""

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns that models see."""

    def codes(self, indices: np.ndarray) -> np.ndarray:
        """Give the codes (m, columns) of the levels of the designs with these numbers (m,)."""

    def allow(self, codes: np.ndarray) -> np.ndarray | None:
        """Say which of the designs `codes` may be made; None: all."""

    def locate(self, design: Hashable) -> int:
        """Give the number of a design; InputError where it is not in the space."""

    def design(self, index: int) -> Hashable:
        """Give the design with this number."""

    def identify(self, design: Hashable) -> str:
        """Give the design's id in tables and reports."""


class _Radix:
    """Numbers to codes and back, the last column running fastest."""

    __slots__ = ()

    @property
    def columns(self) -> tuple[Column, ...]:
        raise NotImplementedError

    @property
    def size(self) -> int:
        """The count of combinations."""
        return math.prod(len(column.levels) for column in self.columns)

    def codes(self, indices: np.ndarray) -> np.ndarray:
        """Give the codes (m, columns) of the designs with these numbers (m,)."""
        rest = np.asarray(indices, dtype=np.int64)
        radices = [len(column.levels) for column in self.columns]
        out = np.empty((len(rest), len(radices)), dtype=np.int32)
        for c in range(len(radices) - 1, -1, -1):
            rest, out[:, c] = np.divmod(rest, radices[c])
        return out

    def design(self, index: int) -> Hashable:
        """Give the design with this number."""
        digits = self.codes(np.array([index]))[0]
        levels = [str(c.levels[d]) for c, d in zip(self.columns, digits, strict=True)]
        return self._join(levels)

    def locate(self, design: Hashable) -> int:
        """Give the number of a design."""
        columns = self.columns
        if not isinstance(design, (str, tuple)) or len(design) != len(columns):
            raise InputError(
                f"the design {design!r} has not one entry for each of {len(columns)} columns"
            )
        number = 0
        for column, entry in zip(columns, design, strict=True):
            if entry not in column.levels:
                options = [str(level) for level in column.levels]
                raise InputError(
                    f"{column.name} has no '{entry}' (design {design!r})",
                    hint=suggest(str(entry), options) or f"it may be {', '.join(options)}",
                )
            number = number * len(column.levels) + list(column.levels).index(entry)
        return number

    def _join(self, levels: list[str]) -> Hashable:
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Sites(_Radix):
    """Variants at chosen sites: every combination of the letters allowed at each.

    Parameters
    ----------
    alphabets : sequence of str
        The letters allowed at each site.
    kind : {"protein", "dna"}
        What the letters are.

    Examples
    --------
    >>> space = Sites(("ACDEFGHIKLMNPQRSTVWY",) * 4)
    >>> space.size, space.design(0), space.locate("YYYY")
    (160000, 'AAAA', 159999)
    """

    alphabets: Sequence[str]
    kind: Literal["protein", "dna"] = "protein"

    def __post_init__(self) -> None:
        if not self.alphabets:
            raise InputError("a space of sites needs at least one site")
        for number, letters in enumerate(self.alphabets, 1):
            if not letters or len(set(letters)) != len(letters):
                raise InputError(
                    f"the letters of site {number} are '{letters}'",
                    hint="name each allowed letter once",
                )

    @property
    def columns(self) -> tuple[Column, ...]:
        """One column a site."""
        kind: Literal["protein", "category"] = "protein" if self.kind == "protein" else "category"
        return tuple(
            Column(f"site {number}", kind, letters)
            for number, letters in enumerate(self.alphabets, 1)
        )

    def allow(self, codes: np.ndarray) -> np.ndarray | None:
        """Allow all."""
        return None

    def identify(self, design: Hashable) -> str:
        """Give the design itself: its letters."""
        return str(design)

    def _join(self, levels: list[str]) -> Hashable:
        return "".join(levels)


@dataclass(frozen=True, slots=True)
class Slots(_Radix):
    """Constructs: one option in each slot, some combinations excluded.

    Parameters
    ----------
    slots : sequence of (str, sequence of str)
        The slots in their order, each with its options.
    exclusions : sequence, optional
        Each exclusion is two or more (slot, option) that may not occur together.

    Examples
    --------
    >>> space = Slots((("promoter", ("pA", "pB")), ("rbs", ("r1", "r2"))),
    ...               exclusions=((("promoter", "pA"), ("rbs", "r2")),))
    >>> space.size, space.design(3), space.allow(space.codes(np.arange(4))).tolist()
    (4, ('pB', 'r2'), [True, False, True, True])
    """

    slots: Sequence[tuple[str, Sequence[str]]]
    exclusions: Sequence[Sequence[tuple[str, str]]] = ()

    def __post_init__(self) -> None:
        names = [name for name, _ in self.slots]
        if not names or len(set(names)) != len(names):
            raise InputError("a space of slots needs slots with names of their own")
        for name, options in self.slots:
            if not options or len(set(options)) != len(options):
                raise InputError(f"slot '{name}' has no options, or one of them twice")
        options_of = dict(self.slots)
        for exclusion in self.exclusions:
            for slot, option in exclusion:
                if slot not in options_of:
                    raise InputError(
                        f"an exclusion names a slot '{slot}'", hint=suggest(slot, names) or None
                    )
                if option not in options_of[slot]:
                    raise InputError(
                        f"an exclusion names '{option}', which slot '{slot}' does not offer",
                        hint=suggest(option, options_of[slot]) or None,
                    )

    @property
    def columns(self) -> tuple[Column, ...]:
        """One column a slot."""
        return tuple(Column(name, "category", tuple(options)) for name, options in self.slots)

    def allow(self, codes: np.ndarray) -> np.ndarray | None:
        """Refuse the designs that hold all parts of an exclusion."""
        if not self.exclusions:
            return None
        place = {name: c for c, (name, _) in enumerate(self.slots)}
        options_of = dict(self.slots)
        allowed = np.ones(len(codes), dtype=bool)
        for exclusion in self.exclusions:
            together = np.ones(len(codes), dtype=bool)
            for slot, option in exclusion:
                together &= codes[:, place[slot]] == list(options_of[slot]).index(option)
            allowed &= ~together
        return allowed

    def identify(self, design: Hashable) -> str:
        """Give the options joined by a bar."""
        return "|".join(design) if isinstance(design, tuple) else str(design)

    def _join(self, levels: list[str]) -> Hashable:
        return tuple(levels)
