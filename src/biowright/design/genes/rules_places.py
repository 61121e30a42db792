"""Rules on what stands at a place: one of several sequences, a pattern so many times, or anything new."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product

from biowright.bio import enzyme
from biowright.bio.iupac import pattern_masks
from biowright.core import InputError, Location, Sequence

__all__ = ["Choice", "Different", "Occurrence"]

MOST_VARIANTS = 1_024
"""Sequences that a choice may stand for, its ambiguous letters spelled out."""
_BASES = "ACGT"


@dataclass(frozen=True, slots=True)
class Choice:
    """At a place stands one of several sequences.

    Parameters
    ----------
    choices : tuple of str
        IUPAC letters, or names of enzymes (for their sites), each as long as the region; read on the
        region's strand.
    region : Location
        In one piece.

    Examples
    --------
    >>> rule = Choice(("ATT", "ATC"), Location.of((3, 6)))
    >>> str(rule), [word for _, word in rule.excluded()]
    ('one of ATT, ATC', ['C', 'G', 'T', 'AA', 'AC', 'AG', 'ATA', 'ATG'])
    """

    choices: tuple[str, ...]
    region: Location
    variants: frozenset[str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        if len(self.region.parts) != 1:
            raise InputError("a choice needs a region in one piece")
        found: set[str] = set()
        for choice in self.choices:
            word = _letters(choice)
            if len(word) != len(self.region):
                raise InputError(
                    f"the choice '{choice}' has {len(word)} letters for a region of {len(self.region)}",
                    expected="as many letters as the region has",
                )
            sets = [
                [b for i, b in enumerate(_BASES) if mask >> i & 1] for mask in pattern_masks(word)
            ]
            number = 1
            for bases in sets:
                number *= len(bases)
            if number + len(found) > MOST_VARIANTS:
                raise InputError(
                    f"'{choice}' stands for {number:,} sequences",
                    expected=f"at most {MOST_VARIANTS:,} in all",
                    hint="FixedSequence takes any number of ambiguous letters",
                )
            found.update("".join(letters) for letters in product(*sets))
        if not found:
            raise InputError("there is nothing to choose from", expected="such as ATT and ATC")
        if self.region.strand == -1:
            found = {str(Sequence(word).reverse_complement()) for word in found}
        object.__setattr__(self, "variants", frozenset(found))

    def excluded(self) -> Iterator[tuple[int, str]]:
        """Give the shortest beginnings that no choice has, on the forward strand, with their last place.

        A sequence has none of them exactly if it is one of the choices.
        """
        begun = {word[:n] for word in self.variants for n in range(len(self.region) + 1)}
        for start in sorted(begun):
            if len(start) < len(self.region):
                yield from ((len(start), start + b) for b in _BASES if start + b not in begun)

    def __str__(self) -> str:
        shown = ", ".join(self.choices[:4])
        return f"one of {shown}{', ...' if len(self.choices) > 4 else ''}"


@dataclass(frozen=True, slots=True)
class Occurrence:
    """A pattern occurs a certain number of times.

    Parameters
    ----------
    pattern : str
        IUPAC letters, or the name of an enzyme.
    count : int, default 1
    region : Location, optional
        Only matches inside of it count; None is the whole record.
    strands : tuple of int, default (1, -1)
        On which they count, and are put. A pattern that is its own mirror counts once.

    Examples
    --------
    >>> str(Occurrence("BsaI")), str(Occurrence("TATAAT", 2))
    ('BsaI site (GGTCTC) once', 'TATAAT 2 times')
    """

    pattern: str
    count: int = 1
    region: Location | None = None
    strands: tuple[int, ...] = (1, -1)
    motif: str = field(init=False)

    def __post_init__(self) -> None:
        motif = _letters(self.pattern)
        if set(motif) == {"N"}:
            raise InputError(f"the pattern '{self.pattern}' fits everything")
        if not 0 <= self.count <= 100:
            raise InputError(f"{self.count} occurrences", expected="0 to 100")
        if not self.strands or set(self.strands) - {1, -1}:
            raise InputError(f"strands {self.strands}", expected="+1, -1 or both")
        if motif == str(Sequence(motif).reverse_complement()):
            object.__setattr__(self, "strands", (1,))
        object.__setattr__(self, "motif", motif)

    def __str__(self) -> str:
        name = self.pattern.upper().replace("U", "T")
        what = self.motif if name == self.motif else f"{self.pattern} site ({self.motif})"
        return f"{what} {'once' if self.count == 1 else f'{self.count} times'}"


@dataclass(frozen=True, slots=True)
class Different:
    """Every letter of a region differs from what stood there."""

    region: Location | None = None

    def __str__(self) -> str:
        return "every letter changes"


def _letters(text: str) -> str:
    """Read IUPAC letters, or the site of an enzyme."""
    motif = text.upper().replace("U", "T")
    if not motif or set(motif) - set("ACGTMRWSYKVHDBN"):
        motif = enzyme(text).site
    pattern_masks(motif)
    return motif
