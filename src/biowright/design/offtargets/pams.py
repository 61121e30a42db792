"""Protospacer-adjacent motifs: which letters, and on which side of the protospacer."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

from biowright.core import InputError, SequenceError

__all__ = ["Pam"]

_USUAL = 20
"""Letters of a spacer beyond which more letters may be its PAM."""
_LETTERS = {
    "A": 1, "C": 2, "G": 4, "T": 8, "M": 3, "R": 5, "W": 9, "S": 6, "Y": 10, "K": 12,
    "V": 7, "H": 11, "D": 13, "B": 14, "N": 15,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Pam:
    """A motif beside the protospacer, written 5'→3' on the protospacer's strand.

    Parameters
    ----------
    pattern : str
        IUPAC letters; lower case and U are taken for what they mean.
    side : int, default 3
        3 where the motif follows the protospacer (Cas9), 5 where it precedes it (Cas12a).

    Raises
    ------
    SequenceError
        A letter is not IUPAC, or there is none.
    InputError
        The side is neither 3 nor 5, or the motif has more than 12 letters.

    Examples
    --------
    >>> Pam("ngg")
    Pam(pattern='NGG', side=3)
    >>> Pam("TTTV", side=5).density    # of places with the motif, both strands, in random DNA
    0.0234375
    """

    pattern: str
    side: int = 3

    def __post_init__(self) -> None:
        pattern = self.pattern.strip().upper().replace("U", "T").replace("X", "N")
        if not pattern:
            raise SequenceError("the PAM is empty", expected="IUPAC letters", hint="say N for none")
        for at, letter in enumerate(pattern):
            if letter not in _LETTERS:
                raise SequenceError(
                    f"{letter!r} in the PAM '{self.pattern}' is no IUPAC letter", position=at
                )
        if len(pattern) > 12:
            raise InputError(f"the PAM '{pattern}' has {len(pattern)} letters", expected="up to 12")
        if self.side not in (3, 5):
            raise InputError(f"the PAM is on side {self.side}", expected="3 (Cas9) or 5 (Cas12a)")
        object.__setattr__(self, "pattern", pattern)

    @classmethod
    def of(cls, text: str, side: int | None = None) -> Pam:
        """Read a motif; without a side it is on the one where the known nucleases have it.

        A motif that no nuclease in the table has, or that both kinds have, is on the 3' side.

        Examples
        --------
        >>> Pam.of("TTTV"), Pam.of("NGG"), Pam.of("TTTV", 3)
        (Pam(pattern='TTTV', side=5), Pam(pattern='NGG', side=3), Pam(pattern='TTTV', side=3))
        """
        if side is None:
            from biowright.design.nuclease_table import motif_sides

            side = 5 if motif_sides().get(text.strip().upper()) == {5} else 3
        return cls(text, side)

    def __str__(self) -> str:
        return f"{self.pattern} ({self.side}')"

    def __len__(self) -> int:
        return len(self.pattern)

    @property
    def density(self) -> float:
        """The share of places in random DNA, both strands together, that have the motif."""
        return 2 * prod(mask.bit_count() / 4 for mask in self.masks)

    @property
    def masks(self) -> bytes:
        """The set of bases of each letter (A 1, C 2, G 4, T 8)."""
        return bytes(_LETTERS[letter] for letter in self.pattern)

    def fits(self, letters: str) -> bool:
        """Tell whether letters, which may be ambiguous themselves, can be this motif."""
        if len(letters) != len(self.pattern):
            return False
        return all(
            _LETTERS.get(letter, 0) & allowed
            for letter, allowed in zip(letters.upper(), self.masks, strict=True)
        )

    def apart(self, letters: str) -> tuple[str, str]:
        """Take a guide that may carry its motif apart, into spacer and motif.

        The letters at the motif's end are taken for the motif if they can be it and at least 20
        letters are left beside them.

        Examples
        --------
        >>> Pam("NGG").apart("GACGCATAAAGATGAGACGCTGG")
        ('GACGCATAAAGATGAGACGC', 'TGG')
        >>> Pam("NGG").apart("GACGCATAAAGATGAGACGG")
        ('GACGCATAAAGATGAGACGG', '')
        """
        cut = len(letters) - len(self)
        if cut < _USUAL:
            return letters, ""
        if self.side == 3 and self.fits(letters[cut:]):
            return letters[:cut], letters[cut:]
        if self.side == 5 and self.fits(letters[: len(self)]):
            return letters[len(self) :], letters[: len(self)]
        return letters, ""
