"""Nucleases and editors that are guided by RNA, as rows of data; anyone adds rows of their own.

The rows are in ``data/nucleases.toml``, each with its source.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from importlib.resources import files
from typing import BinaryIO

from biowright.core import FormatError, InputError, suggest

from .offtargets.pams import Pam

__all__ = ["Nuclease", "motif_sides", "nuclease", "nucleases", "read_nucleases"]

KINDS = (
    "nuclease",
    "nickase",
    "dead",
    "base editor",
    "prime editor",
    "transposase",
    "RNA",
)


@dataclass(frozen=True, slots=True)
class Nuclease:
    """A nuclease or editor that is guided by RNA.

    Parameters
    ----------
    name : str
    kind : str
        ``nuclease``, ``nickase``, ``dead``, ``base editor``, ``prime editor``, ``transposase`` or
        ``RNA`` (it cuts RNA).
    pam : str
        The motif in IUPAC letters, 5'→3' on the protospacer's strand.
    side : int
        3 where the motif follows the protospacer, 5 where it precedes it.
    spacer : int
        The usual length of a spacer.
    spacers : (int, int)
        The shortest and the longest that are known to work.
    cuts : (int, int), optional
        Letters between the motif and the cut, on the strand that reads as the guide and on the one
        that pairs with it; -1 where that strand is not cut. None: nothing is cut, or the place
        varies.
    seed : int
        Letters beside the motif where mismatches weigh most; 0: not known.
    window : (int, int), optional
        Letters that a base editor edits, counted from 1 from the guide's 5' end on.
    edit : str
        What it does there: ``C>T``, ``A>G``, ``C>G``.
    size : int
        Amino acids of the effector alone; 0: not stated.
    temperature : float
        Where it works well, in °C.
    doi : str
        Where it is described.
    note : str
    aliases : tuple of str

    Raises
    ------
    InputError
        The values do not fit each other.

    Examples
    --------
    >>> cas12a = nuclease("AsCpf1")
    >>> cas12a.name, cas12a.motif, cas12a.cuts
    ('AsCas12a', Pam(pattern='TTTV', side=5), (18, 23))
    """

    name: str
    kind: str
    pam: str
    side: int
    spacer: int
    spacers: tuple[int, int]
    cuts: tuple[int, int] | None = None
    seed: int = 0
    window: tuple[int, int] | None = None
    edit: str = ""
    size: int = 0
    temperature: float = 37.0
    doi: str = ""
    note: str = ""
    aliases: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        where = f"the nuclease '{self.name}'"
        if not self.name.strip():
            raise InputError("a nuclease has no name")
        if self.kind not in KINDS:
            raise InputError(f"{where} is of the kind '{self.kind}'", expected=", ".join(KINDS))
        object.__setattr__(self, "pam", Pam(self.pam, self.side).pattern)
        for name in ("spacers", "cuts", "window"):
            pair = getattr(self, name)
            if pair is not None:
                if len(pair) != 2 or not all(isinstance(n, int) for n in pair):
                    raise InputError(f"{where}: {name} are {pair}", expected="two whole numbers")
                object.__setattr__(self, name, tuple(pair))
        object.__setattr__(self, "aliases", tuple(self.aliases))
        short, long = self.spacers
        if not 10 <= short <= self.spacer <= long <= 40:
            raise InputError(
                f"{where}: spacers of {short} to {long}, usually {self.spacer}",
                expected="10 to 40, the usual length among them",
            )
        if self.window is not None and not 1 <= self.window[0] <= self.window[1] <= long:
            raise InputError(f"{where}: the window {self.window} is not in the spacer")

    @property
    def motif(self) -> Pam:
        """The motif with its side."""
        return Pam(self.pam, self.side)


def nucleases() -> Mapping[str, Nuclease]:
    """Give all nucleases that are known here, by name, in the order of the table.

    Examples
    --------
    >>> len(nucleases()) >= 40
    True
    """
    return _shipped()


def nuclease(name: str, rows: Mapping[str, Nuclease] | None = None) -> Nuclease:
    """Find a nuclease by its name or an alias, in either case.

    Parameters
    ----------
    name : str
    rows : mapping, optional
        Rows of your own (see `read_nucleases`), which come before those known here.

    Raises
    ------
    InputError
        There is none of that name; the error says which was probably meant.

    Examples
    --------
    >>> nuclease("spcas9").pam
    'NGG'
    """
    every = {**nucleases(), **(rows or {})}
    called: dict[str, Nuclease] = {}
    for row in every.values():
        for alias in row.aliases:
            called.setdefault(alias.casefold(), row)
    called |= {row.name.casefold(): row for row in every.values()}
    found = called.get(name.strip().casefold())
    if found is None:
        raise InputError(f"there is no nuclease '{name}'", hint=suggest(name, every))
    return found


def read_nucleases(path: str | os.PathLike[str] | BinaryIO) -> dict[str, Nuclease]:
    """Read rows of your own from a TOML file, with the fields of `Nuclease`.

    Raises
    ------
    FormatError
        It is no TOML, or a row lacks a field or has one that is unknown.
    InputError
        The file cannot be read, or the values of a row do not fit each other.

    Examples
    --------
    >>> import io
    >>> mine = io.BytesIO(b'''[[nuclease]]
    ... name = "MyCas"
    ... kind = "nuclease"
    ... pam = "NNGT"
    ... side = 3
    ... spacer = 20
    ... spacers = [19, 21]
    ... ''')
    >>> nuclease("mycas", read_nucleases(mine)).pam
    'NNGT'
    """
    from biowright.formats import open_source

    with open_source(path) as source:
        return _rows(source.text(), source.name)


@cache
def motif_sides() -> Mapping[str, frozenset[int]]:
    """Give for each motif in the table the sides where nucleases have it."""
    sides: dict[str, frozenset[int]] = {}
    for row in nucleases().values():
        sides[row.pam] = sides.get(row.pam, frozenset()) | {row.side}
    return sides


@cache
def _shipped() -> dict[str, Nuclease]:
    text = files("biowright.design").joinpath("data/nucleases.toml").read_text("utf-8")
    return _rows(text, "nucleases.toml")


def _rows(text: str, path: str) -> dict[str, Nuclease]:
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise FormatError(f"this is no TOML ({error})", path=path) from None
    entries = document.get("nuclease")
    if not isinstance(entries, list) or not entries or set(document) != {"nuclease"}:
        raise FormatError("the file holds no nucleases", path=path, expected="[[nuclease]] tables")
    known = {field.name for field in fields(Nuclease)}
    needed = ("name", "kind", "pam", "side", "spacer", "spacers")
    rows: dict[str, Nuclease] = {}
    for number, entry in enumerate(entries, 1):
        name = str(entry.get("name", f"number {number}"))
        for field in needed:
            if field not in entry:
                raise FormatError(f"the nuclease '{name}' has no '{field}'", path=path)
        for field in entry:
            if field not in known:
                raise FormatError(
                    f"the nuclease '{name}' has a field '{field}'",
                    path=path,
                    hint=suggest(field, known),
                )
        try:
            row = Nuclease(**entry)
        except InputError as error:
            raise error.located(path=path) from None
        except (TypeError, ValueError, AttributeError):
            raise FormatError(
                f"a field of the nuclease '{name}' is of the wrong kind", path=path
            ) from None
        if row.name in rows:
            raise FormatError(f"two nucleases are called '{name}'", path=path)
        rows[row.name] = row
    return rows
