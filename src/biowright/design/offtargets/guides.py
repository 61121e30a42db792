"""Guides as people write them: with or without their motif, RNA or DNA, in lines or FASTA."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

from biowright.core import InputError, SequenceError

from .pams import Pam

__all__ = ["LONGEST_SPACER", "SHORTEST_SPACER", "Guide", "encoded", "read_guides"]

SHORTEST_SPACER = 14
LONGEST_SPACER = 32
_CODES = bytes.maketrans(b"ACGT", b"\0\1\2\3")


@dataclass(frozen=True, slots=True)
class Guide:
    """A guide: its spacer as DNA in upper case, and a name.

    Parameters
    ----------
    spacer : str
        5'→3', without the motif, 14 to 32 letters A, C, G, T.
    name : str
        May be empty.

    Raises
    ------
    SequenceError
        A letter is none of A, C, G, T, U, or there are too few or too many.

    Examples
    --------
    >>> Guide("gacgcauaaagaugagacgc")
    Guide(spacer='GACGCATAAAGATGAGACGC', name='')
    >>> Guide.of("GACGCATAAAGATGAGACGCTGG", Pam("NGG")).spacer
    'GACGCATAAAGATGAGACGC'
    """

    spacer: str
    name: str = ""

    def __post_init__(self) -> None:
        spacer = self.spacer.upper().replace("U", "T")
        for at, letter in enumerate(spacer):
            if letter not in "ACGT":
                raise SequenceError(
                    f"{self.spacer[at]!r} in the guide '{self.spacer[:60]}' is no base",
                    position=at,
                    expected="A, C, G, T or U",
                )
        if not SHORTEST_SPACER <= len(spacer) <= LONGEST_SPACER:
            raise SequenceError(
                f"the guide '{self.spacer[:60]}' has {len(spacer)} letters",
                expected=f"{SHORTEST_SPACER} to {LONGEST_SPACER}, without the PAM",
            )
        object.__setattr__(self, "spacer", spacer)

    @classmethod
    def of(cls, letters: str, pam: Pam, name: str = "") -> Guide:
        """Read a guide that may carry its motif (see `Pam.apart`)."""
        return cls(pam.apart(letters.upper().replace("U", "T"))[0], name)


def encoded(guides: Iterable[Guide], side: int) -> npt.NDArray[np.uint8]:
    """Give guides of one length as numbers (A 0, C 1, G 2, T 3), counted from the motif on."""
    rows = [guide.spacer.encode().translate(_CODES) for guide in guides]
    codes = np.frombuffer(b"".join(rows), np.uint8).reshape(len(rows), -1)
    return codes[:, ::-1] if side == 3 else codes


def read_guides(
    path: str | os.PathLike[str] | BinaryIO, pam: Pam
) -> tuple[list[Guide], tuple[str, ...]]:
    """Read guides from a file: one a line, with a name behind it if wanted, or FASTA.

    Empty lines and lines that begin with ``#`` are skipped. A guide that comes again is read once.

    Parameters
    ----------
    path : path, or binary file object
    pam : Pam
        The motif, which guides may carry.

    Returns
    -------
    guides : list of Guide
        Distinct, in the order of the file.
    notices : tuple of str
        What a person should know: motifs that were taken off, guides that came again.

    Raises
    ------
    InputError
        There is no guide in the file.
    SequenceError
        A line holds no guide; the error names it.
    """
    from biowright.formats import open_source

    with open_source(path) as source:
        lines, where = list(source.lines()), source.name
    guides: dict[str, Guide] = {}
    again = trimmed = long = 0
    title = ""
    for number, line in enumerate(lines, 1):
        text = line.strip()
        if text.startswith(">"):
            title = text[1:].strip()
            continue
        if not text or text.startswith("#"):
            continue
        letters, *rest = text.replace(",", " ").split(maxsplit=1)
        name = rest[0].strip() if rest else title
        title = ""
        letters = letters.upper().replace("U", "T")
        try:
            spacer, motif = pam.apart(letters)
            guide = Guide(spacer, name)
        except SequenceError as error:
            raise error.located(path=where, line=number) from None
        trimmed += bool(motif)
        long += not motif and len(letters) == 20 + len(pam)
        again += guide.spacer in guides
        guides.setdefault(guide.spacer, guide)
    if not guides:
        raise InputError(
            "there is no guide in the file", path=where, expected="one guide a line, or FASTA"
        )
    notices = []
    if trimmed:
        notices.append(f"{_of(trimmed)} given with the PAM {pam.pattern}, which is not counted")
    if long:
        notices.append(
            f"{_of(long)} as long as a spacer of 20 with its PAM, but the letters there are not "
            f"{pam.pattern}: they are taken for a spacer"
        )
    if again:
        notices.append(f"{_of(again)} there more than once, and searched once")
    return list(guides.values()), tuple(notices)


def _of(count: int) -> str:
    return "1 guide is" if count == 1 else f"{count:,} guides are"
