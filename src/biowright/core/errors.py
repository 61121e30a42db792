"""The one tree of errors.

Every error of Biowright derives from `BiowrightError`, whose docstring draws the tree. An error
says what happened, where (file, line, record, position), what was expected and what to do next.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from os import PathLike

__all__ = [
    "BiowrightError",
    "ConflictError",
    "EditError",
    "FormatError",
    "InputError",
    "LocationError",
    "NegativeResult",
    "ScreeningRefused",
    "SequenceError",
    "UnitError",
    "UnknownFormatError",
    "suggest",
]


class BiowrightError(Exception):
    """The root of all errors that Biowright raises on purpose.

    ::

        BiowrightError
        ├── InputError              something given to us is wrong (exit code 2)
        │   ├── FormatError         a file does not hold what its format promises
        │   │   └── UnknownFormatError   no format fits the content
        │   ├── SequenceError       a letter or an operation that the molecule does not have
        │   ├── LocationError       a place outside of the sequence, or no place at all
        │   ├── EditError           an edit that cannot be carried out as asked
        │   ├── UnitError           a unit that is unknown or does not fit
        │   └── ConflictError       something is there already, or has changed meanwhile
        └── NegativeResult          the work ran and the answer is no (exit code 1)
            └── ScreeningRefused    an order or protocol may not leave: flagged, or not screened

    Parameters
    ----------
    what : str
        What happened, in one sentence without a full stop.
    path, line, record, position : optional
        Where: the file, its line (from 1), the record's name, the position (0-based) in the
        sequence.
    expected : str, optional
        What would have been right.
    hint : str, optional
        What to do next.

    Examples
    --------
    >>> print(FormatError("the LOCUS line has no length", path="a.gb", line=1, hint="add '120 bp'"))
    a.gb, line 1: the LOCUS line has no length (add '120 bp')
    """

    exit_code = 70

    def __init__(
        self,
        what: str,
        *,
        path: str | PathLike[str] | None = None,
        line: int | None = None,
        record: str | None = None,
        position: int | None = None,
        expected: str | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(what)
        self.what = what
        self.path = None if path is None else str(path)
        self.line = line
        self.record = record
        self.position = position
        self.expected = expected
        self.hint = hint

    def __str__(self) -> str:
        where = []
        if self.path is not None:
            where.append(self.path)
        if self.line is not None:
            where.append(f"line {self.line}")
        if self.record:
            where.append(f"record {self.record}")
        if self.position is not None:
            where.append(f"position {self.position}")
        text = f"{', '.join(where)}: {self.what}" if where else self.what
        if self.expected:
            text += f"; expected {self.expected}"
        if self.hint:
            text += f" ({self.hint})"
        return text

    def __reduce__(self) -> tuple[object, ...]:
        # keyword-only arguments would be lost between processes otherwise
        return _rebuild, (type(self), self.what, self.__dict__)

    def located(
        self,
        *,
        path: str | PathLike[str] | None = None,
        line: int | None = None,
        record: str | None = None,
        position: int | None = None,
    ) -> BiowrightError:
        """Fill in what is not known yet of the place, and return the same error."""
        if self.path is None and path is not None:
            self.path = str(path)
        if self.line is None:
            self.line = line
        if self.record is None:
            self.record = record
        if self.position is None:
            self.position = position
        return self


def _rebuild(kind: type[BiowrightError], what: str, state: dict[str, object]) -> BiowrightError:
    error = kind(what)
    error.__dict__.update(state)
    return error


class InputError(BiowrightError):
    """Something given to us is wrong: a file, an argument, a value."""

    exit_code = 2


class FormatError(InputError):
    """A file does not hold what its format promises."""


class UnknownFormatError(FormatError):
    """No format that we read fits the content."""


class SequenceError(InputError):
    """A letter that the molecule does not have, or an operation it does not know."""


class LocationError(InputError):
    """A place that lies outside of the sequence, or that is none."""


class EditError(InputError):
    """An edit that cannot be carried out as it was asked for."""


class UnitError(InputError):
    """A unit that is unknown, or does not fit the dimension."""


class ConflictError(InputError):
    """Something is there already, or was changed by somebody else meanwhile."""


class NegativeResult(BiowrightError):  # noqa: N818 - it is an answer, not a fault
    """The work ran and the answer is no: infeasible, not verified, refused."""

    exit_code = 1


class ScreeningRefused(NegativeResult):
    """No export: the pieces are flagged, were not screened, or could not be."""


# letters that are read for one another: BsaI is often typed as Bsal
_ALIKE = str.maketrans("i10", "llo")


def suggest(word: str, known: Iterable[str]) -> str | None:
    """Say which known word was probably meant, or list them when there are few.

    Examples
    --------
    >>> suggest("genebank", ["genbank", "embl", "fasta"])
    "did you mean 'genbank'?"
    >>> suggest("Bsal", ["BslI", "BsaI"])
    "did you mean 'BsaI'?"
    """
    names = sorted(known)
    folded: dict[str, list[str]] = {}
    for name in names:
        folded.setdefault(name.lower().translate(_ALIKE), []).append(name)
    close = difflib.get_close_matches(word.lower().translate(_ALIKE), folded, n=1)
    if close:
        # of names that differ in their case only, the one that is written most alike
        meant = difflib.get_close_matches(word, folded[close[0]], n=1, cutoff=0.0)
        return f"did you mean '{meant[0]}'?"
    return f"known: {', '.join(names)}" if names and len(names) <= 30 else None
