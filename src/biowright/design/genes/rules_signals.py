"""The rule that no new promoter, terminator or start of translation is made."""

from __future__ import annotations

from dataclasses import dataclass, field

from biowright.core import InputError, Location, suggest

__all__ = ["KINDS", "NoNewSignal"]

KINDS = {
    "promoter": ("strength", 0.003),
    "terminator": ("score", 0.0),
    "start": ("energy", 0.0),
}
"""What each kind is measured by, and where it counts unless it is said."""


@dataclass(frozen=True, slots=True)
class NoNewSignal:
    """No promoter, terminator or start of translation that was not there before.

    A site is one that was there if it lies on the same strand and at the same place: that of the start
    of transcription, of the end of the hairpin (to three letters), or of the start codon. Start codons of
    CDS features are none.

    Parameters
    ----------
    kind : str
        ``promoter``, ``terminator`` or ``start``.
    limit : float, optional
        From where a site counts: the least strength of a promoter (0.003), the least score of a
        terminator (0), the highest energy of a start in kcal/mol (0); see
        `biowright.bio.find_promoters`, `find_terminators` and `find_translation_starts`.
    region : Location, optional
        A site inside of it is a breach; None is the whole record.
    strands : tuple of int, default (1, -1)
    known : frozenset, optional
        The sites that were there; `optimise` takes them from the record that it is given. Empty: any
        site is a breach.

    Examples
    --------
    >>> str(NoNewSignal("promoter"))
    'no new promoter (strength 0.003)'
    """

    kind: str
    limit: float | None = None
    region: Location | None = None
    strands: tuple[int, ...] = (1, -1)
    known: frozenset[tuple[int, int]] | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise InputError(f"there is no signal '{self.kind}'", hint=suggest(self.kind, KINDS))
        if not self.strands or set(self.strands) - {1, -1}:
            raise InputError(f"strands {self.strands}", expected="+1, -1 or both")
        if self.limit is None:
            object.__setattr__(self, "limit", KINDS[self.kind][1])
        elif self.limit != self.limit or (self.kind == "promoter" and self.limit <= 0):
            raise InputError(f"{KINDS[self.kind][0]} {self.limit}", expected="a number")

    def __str__(self) -> str:
        name = "start of translation" if self.kind == "start" else self.kind
        return f"no new {name} ({KINDS[self.kind][0]} {self.limit:g})"
