"""Recombinases and integrases: what they take for a site, where such sites lie, and sites to order.

A recombinase cuts two sites at the same core and joins the left arm of each to the right arm of the
other. The table of what they take is ``data/recombinases.tsv``, that of sites to order
``data/recombination_sites.tsv``, each row with its source.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from biowright.core import InputError, Record, Sequence, suggest

from .search import find

__all__ = [
    "AttachmentSite",
    "RecombinaseSite",
    "attachment_site",
    "attachment_sites",
    "find_recombinase_sites",
    "recombinases",
]


class _Kind(NamedTuple):
    """A kind of site that a recombinase takes."""

    name: str
    partners: tuple[str, ...]
    letters: str
    never: str


@dataclass(frozen=True, slots=True)
class RecombinaseSite:
    """A site at which a recombinase acts.

    Parameters
    ----------
    name : str
        Its kind, such as ``loxP`` or ``attB``; what the kind leaves open is in `letters`.
    start, end : int
        The whole site; on a circle the end may exceed the length.
    core : tuple of (start, end)
        Where the strands are exchanged.
    strand : int
        The strand on which the site reads as its row does.
    letters : str
        The core on that strand.
    partners : tuple of str
        The kinds with which it recombines, if their cores are the same.
    """

    name: str
    start: int
    end: int
    core: tuple[int, int]
    strand: int
    letters: str
    partners: tuple[str, ...]

    def recombines(self, other: RecombinaseSite) -> bool:
        """Whether the two sites recombine with each other."""
        return (
            self.letters == other.letters
            and other.name in self.partners
            and self.name in other.partners
        )


@dataclass(frozen=True, slots=True)
class AttachmentSite:
    """A site as it is ordered.

    Parameters
    ----------
    name : str
    recombinase : str
        One of `recombinases`.
    letters : str
        5'→3'.
    doi : str
        Where it is described.
    """

    name: str
    recombinase: str
    letters: str
    doi: str


@cache
def _kinds() -> dict[str, list[_Kind]]:
    kinds: dict[str, list[_Kind]] = {}
    for system, site, partners, letters, never in _table("recombinases.tsv", 5):
        kinds.setdefault(system, []).append(_Kind(site, tuple(partners.split(",")), letters, never))
    return kinds


@cache
def _sites() -> dict[str, AttachmentSite]:
    return {
        name: AttachmentSite(name, system, letters, doi)
        for system, name, letters, doi in _table("recombination_sites.tsv", 4)
    }


def _table(name: str, columns: int) -> list[list[str]]:
    text = files("biowright.bio").joinpath("data", name).read_text("utf-8")
    rows = [line.split("\t") for line in text.splitlines() if not line.startswith("#")][1:]
    assert all(len(row) == columns for row in rows)
    return rows


def recombinases() -> tuple[str, ...]:
    """Give the names of the recombinases that are known.

    Examples
    --------
    >>> recombinases()
    ('Cre', 'FLP', 'Dre', 'VCre', 'PhiC31', 'Bxb1', 'TP901', 'Lambda', 'HK022', 'Phi80', 'P186', 'BP', 'LR')
    """
    return tuple(_kinds())


def attachment_sites(recombinase: str = "") -> tuple[AttachmentSite, ...]:
    """Give the sites that can be ordered, all or those of a recombinase.

    Examples
    --------
    >>> [site.name for site in attachment_sites("FLP")]
    ['FRT', 'F3', 'F5']
    """
    wanted = _system(recombinase) if recombinase else ""
    return tuple(site for site in _sites().values() if wanted in ("", site.recombinase))


def attachment_site(name: str) -> AttachmentSite:
    """Find a site that can be ordered by its name, in either case.

    Raises
    ------
    InputError
        There is none of that name.

    Examples
    --------
    >>> attachment_site("lox2272").letters
    'ATAACTTCGTATAGGATACTTTATACGAAGTTAT'
    """
    folded = name.strip().casefold()
    for site in _sites().values():
        if site.name.casefold() == folded:
            return site
    raise InputError(f"there is no recombination site '{name[:40]}'", hint=suggest(name, _sites()))


def find_recombinase_sites(
    sequence: Record | Sequence | str, recombinase: str
) -> list[RecombinaseSite]:
    """Find the sites of a recombinase, on both strands and over the origin.

    A site with arms that mirror each other, such as loxP, is found on both strands; which way it points
    is in its core.

    Raises
    ------
    InputError
        There is no such recombinase.

    Examples
    --------
    >>> lox = "ATAACTTCGTATAGCATACATTATACGAAGTTAT"
    >>> {(s.name, s.start, s.letters) for s in find_recombinase_sites("CC" + lox, "Cre") if s.strand == 1}
    {('loxP', 2, 'GCATACAT')}
    """
    letters_of = sequence.sequence if isinstance(sequence, Record) else Sequence(str(sequence))
    if isinstance(sequence, Sequence):
        letters_of = sequence
    whole = len(letters_of)
    found = []
    for kind in _kinds()[_system(recombinase)]:
        inside = [i for i, letter in enumerate(kind.letters) if letter.islower()]
        low, high = inside[0], inside[-1] + 1
        never = {(h.start, h.strand) for h in find(letters_of, kind.never)} if kind.never else set()
        for strand in (1, -1):
            for hit in find(letters_of, kind.letters, strands=[strand]):
                size = hit.end - hit.start
                core = (low, high) if strand == 1 else (size - high, size - low)
                if kind.never:
                    longer = len(kind.never) - size
                    place = hit.start if strand == 1 else hit.start - longer
                    if letters_of.circular:
                        place %= whole
                    if (place, strand) in never:
                        continue
                place_of = (hit.start + core[0], hit.start + core[1])
                text = _window(letters_of, *place_of)
                text = text if strand == 1 else text.reverse_complement()
                found.append(
                    RecombinaseSite(
                        kind.name,
                        hit.start,
                        hit.end,
                        place_of,
                        strand,
                        str(text).upper(),
                        kind.partners,
                    )
                )
    return sorted(found, key=lambda s: (s.start, -s.strand, s.name))


def _system(name: str) -> str:
    known = _kinds()
    folded = name.strip().casefold()
    found = next((system for system in known if system.casefold() == folded), None)
    if found is None:
        raise InputError(
            f"there is no recombinase '{name[:40]}'",
            hint=suggest(name, known) or f"known are {', '.join(known)}",
        )
    return found


def _window(letters: Sequence, start: int, end: int) -> Sequence:
    """Read a window that may lie behind the origin altogether."""
    if start >= len(letters):
        start, end = start - len(letters), end - len(letters)
    return letters.window(start, end)
