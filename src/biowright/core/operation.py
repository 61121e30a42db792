"""Edits as values and as text: what the command line, a history and a script all speak."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from . import edit, excerpt
from .errors import BiowrightError, EditError, suggest
from .location import Location
from .record import Record

__all__ = ["Operation", "parse_operation"]


@dataclass(frozen=True, slots=True)
class Operation:
    """One edit, with everything that it needs but the record.

    Parameters
    ----------
    verb : str
        ``insert``, ``delete``, ``replace``, ``rotate``, ``reverse-complement``, ``extract``,
        ``splice``,
        ``circularise`` or ``linearise``.
    start : int, optional
        The place, or where the window starts.
    end : int, optional
        Where the window ends.
    letters : str, optional
        What is put in.
    windows : tuple of (start, end), optional
        What is kept and joined, in this order.

    Examples
    --------
    >>> from biowright.core import Sequence
    >>> operation = Operation("delete", 2, 4)
    >>> str(operation), str(operation.apply(Record(Sequence("ATGGCA"))).sequence)
    ('delete 2..4', 'ATCA')
    """

    verb: str
    start: int | None = None
    end: int | None = None
    letters: str | None = None
    windows: tuple[tuple[int, int], ...] | None = None

    def __post_init__(self) -> None:
        verb = _verb(self.verb)
        needed = [name for name in verb.needs if getattr(self, name) is None]
        given = (name for name in _FIELDS if getattr(self, name) is not None)
        useless = [name for name in given if name not in verb.needs + verb.may]
        if needed or useless:
            what = f"no {needed[0]}" if needed else f"a {useless[0]}, for which it has no use"
            raise EditError(f"'{self.verb}' has {what}", expected=verb.usage)

    def __str__(self) -> str:
        words = [self.verb]
        if self.end is not None:
            words.append(f"{self.start}..{self.end}")
        elif self.start is not None:
            words.append(str(self.start))
        if self.letters is not None:
            words.append(self.letters)
        if self.windows is not None:
            words.append(",".join(f"{start}..{end}" for start, end in self.windows))
        return " ".join(words)

    @property
    def values(self) -> tuple[int | str | Location, ...]:
        """What follows the verb, in order, as the function of that name takes it."""
        if self.windows is not None:
            return (Location.of(*self.windows),)
        values = (self.start, self.end, self.letters)
        return tuple(value for value in values if value is not None)

    def apply(self, record: Record) -> Record:
        """Carry the edit out.

        Raises
        ------
        EditError, SequenceError
            As the function of that name in `biowright.core`.
        """
        return _verb(self.verb).function(record, *self.values)


def parse_operation(text: str) -> Operation:
    """Read an edit from one line of text.

    Coordinates are 0-based and half-open; a window over the origin of a circle has an end above the
    length.

    Parameters
    ----------
    text : str
        ``insert AT LETTERS``, ``delete START..END``, ``replace START..END LETTERS``,
        ``rotate ORIGIN``, ``reverse-complement``, ``extract START..END``,
        ``splice START..END,START..END``, ``circularise`` or ``linearise [AT]``.

    Raises
    ------
    EditError
        The verb is unknown, or what follows it does not fit.

    Examples
    --------
    >>> parse_operation("replace 5..10 GGG")
    Operation(verb='replace', start=5, end=10, letters='GGG', windows=None)
    """
    shown = text if len(text) <= 60 else text[:57] + "..."
    words = text.split()
    if not words:
        raise EditError("the operation is empty", expected="such as 'delete 200..210'")
    name = words[0].lower()
    try:
        verb = _verb(name)
        if verb.needs == ("windows",):
            return Operation(name, windows=verb.read_windows(words[1:]))
        start, end, letters = verb.read(words[1:])
        return Operation(name, start, end, letters)
    except BiowrightError as error:
        error.what = f"'{shown}': {error.what}"
        raise


class _Verb(NamedTuple):
    function: Callable[..., Record]
    usage: str
    needs: tuple[str, ...] = ()
    may: tuple[str, ...] = ()

    def read_windows(self, words: list[str]) -> tuple[tuple[int, int], ...]:
        """Read windows with commas between them."""
        pieces = "".join(words).split(",")
        found = [re.fullmatch(r"(\d{1,18})(?:\.\.|-)(\d{1,18})", piece) for piece in pieces]
        if not all(found):
            raise EditError("these are no windows", expected=self.usage)
        return tuple((int(window[1]), int(window[2])) for window in found if window)

    def read(self, words: list[str]) -> tuple[int | None, int | None, str | None]:
        """Read the words after the verb."""
        start = end = letters = None
        rest = list(words)
        if "end" in self.needs:
            window = re.fullmatch(r"(-?\d{1,18})(?:\.\.|-)(-?\d{1,18})", rest[0]) if rest else None
            if not window:
                raise EditError("there is no window", expected=self.usage)
            start, end = int(window[1]), int(window[2])
            rest = rest[1:]
        elif "start" in self.needs + self.may and (rest or "start" in self.needs):
            if not rest or not re.fullmatch(r"-?\d{1,18}", rest[0]):
                raise EditError("there is no position", expected=self.usage)
            start = int(rest[0])
            rest = rest[1:]
        if "letters" in self.needs:
            if not rest:
                raise EditError("there are no letters", expected=self.usage)
            # letters may be written in groups, as sequence files do
            letters, rest = "".join(rest), []
        if rest:
            raise EditError(f"'{' '.join(rest)[:40]}' is too much", expected=self.usage)
        return start, end, letters


_FIELDS = ("start", "end", "letters", "windows")
_VERBS = {
    "insert": _Verb(edit.insert, "insert AT LETTERS", ("start", "letters")),
    "delete": _Verb(edit.delete, "delete START..END", ("start", "end")),
    "replace": _Verb(edit.replace, "replace START..END LETTERS", ("start", "end", "letters")),
    "rotate": _Verb(edit.rotate, "rotate ORIGIN", ("start",)),
    "reverse-complement": _Verb(edit.reverse_complement, "reverse-complement"),
    "extract": _Verb(excerpt.extract, "extract START..END", ("start", "end")),
    "splice": _Verb(excerpt.splice, "splice START..END,START..END", ("windows",)),
    "circularise": _Verb(edit.circularise, "circularise"),
    "linearise": _Verb(edit.linearise, "linearise [AT]", may=("start",)),
}


def _verb(name: str) -> _Verb:
    if name not in _VERBS:
        raise EditError(f"unknown operation '{name[:40]}'", hint=suggest(name[:40], _VERBS))
    return _VERBS[name]
