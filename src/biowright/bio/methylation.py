"""Methylation: which bases methylases mark, and what that does to restriction enzymes.

Whether a site is blocked depends on what stands around it: XbaI (TCTAGA) is blocked by Dam only
where GATC overlaps the site. An enzyme's own methylase, M.BsaI for BsaI, protects each of its sites
(the nomenclature of Roberts et al. 2003, doi:10.1093/nar/gkg274); oligos that are ordered with a
methylated site count as marked by it. The rows of ``data/methylation.tsv`` are facts from REBASE (Roberts
et al. 2023, doi:10.1093/nar/gkac975); the overlap is computed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

from biowright.core import InputError, Sequence, suggest

from .rebase import Enzyme, enzyme
from .search import find

__all__ = ["METHYLASES", "Methylase", "MethylationEffect", "Sensitivity", "sensitivities"]


@dataclass(frozen=True, slots=True)
class Methylase:
    """An enzyme that methylates DNA.

    Parameters
    ----------
    name : str
    site : str
        IUPAC letters, 5'→3'.
    base : str
        What it makes: ``6mA`` or ``5mC``.
    top, bottom : int
        Which letters of the site it marks on either strand, both counted on the top strand.
    """

    name: str
    site: str
    base: str
    top: int
    bottom: int


METHYLASES = {
    m.name: m
    for m in (
        Methylase("Dam", "GATC", "6mA", 1, 2),
        Methylase("Dcm", "CCWGG", "5mC", 1, 3),
        Methylase("EcoKI", "AACNNNNNNGTGC", "6mA", 1, 10),
        Methylase("CpG", "CG", "5mC", 0, 1),
    )
}
"""The methylases whose effects are known: those of *E. coli* K-12, and that of CpG (M.SssI)."""


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """What one kind of methylation does to one restriction enzyme.

    Parameters
    ----------
    enzyme, methylation : str
        Names; the methylation is a methylase, or a modified base where any will do.
    effect : str
        ``blocked``, ``impaired``, ``variable`` (some overlaps block, and which is not recorded),
        ``cut`` (no effect) or ``required``.
    positions : tuple of (top, bottom), optional
        The methylated letters of the site that it takes, on each strand; None: any that is not N.
    """

    enzyme: str
    methylation: str
    effect: str
    positions: tuple[frozenset[int], frozenset[int]] | None = None


@dataclass(frozen=True, slots=True)
class MethylationEffect:
    """What methylation does to one site.

    Parameters
    ----------
    methylation : str
        The methylase; for an enzyme that needs methylation, the modified base or the methylase.
    outcome : str
        ``blocked``: not cut. ``impaired``: cut slowly. ``uncertain``: the site is methylated, and
        what that does is recorded for some such sites only, or for none.
    reason : str
        In words.
    """

    methylation: str
    outcome: Literal["blocked", "impaired", "uncertain"]
    reason: str


@cache
def _rows() -> dict[str, tuple[Sensitivity, ...]]:
    rows: dict[str, tuple[Sensitivity, ...]] = {}
    text = files("biowright.bio").joinpath("data/methylation.tsv").read_text("ascii")
    for line in text.splitlines():
        if line.startswith(("#", "enzyme\t")):
            continue
        name, methylation, effect, places = line.split("\t")
        positions = None
        if places:
            top, bottom = (
                frozenset(map(int, p.split(","))) if p else frozenset() for p in places.split("|")
            )
            positions = (top, bottom)
        rows[name] = (*rows.get(name, ()), Sensitivity(name, methylation, effect, positions))
    return rows


def sensitivities(enzyme: Enzyme) -> tuple[Sensitivity, ...]:
    """Give what is known of an enzyme and methylation; what is not listed is not known.

    Examples
    --------
    >>> from biowright.bio import enzyme
    >>> [(s.methylation, s.effect) for s in sensitivities(enzyme("ClaI"))]
    [('CpG', 'blocked'), ('Dam', 'blocked')]
    """
    return _rows().get(enzyme.name, ())


def methylases(names: Iterable[str]) -> tuple[Methylase, ...]:
    """Find methylases by name, in either case.

    Raises
    ------
    InputError
        There is no such methylase.
    """
    found = []
    for name in names:
        for known in METHYLASES.values():
            if known.name.casefold() == name.casefold():
                found.append(known)
                break
        else:
            raise InputError(
                f"there is no methylase {name!r}",
                expected=f"{', '.join(METHYLASES)}, or M. and the enzyme whose sites it protects",
                hint=suggest(name, METHYLASES),
            )
    return tuple(dict.fromkeys(found))


def _apart(names: Iterable[str]) -> tuple[list[str], dict[str, str]]:
    """Tell apart methylases with a site of their own, and those of enzymes: their sites and names."""
    if isinstance(names, str):
        names = (names,)
    others, own = [], {}
    for name in names:
        if name[:2].casefold() == "m.":
            own[enzyme(name[2:]).site] = f"M.{enzyme(name[2:]).name}"
        else:
            others.append(name)
    return others, own


class MethylationMap:
    """The methylated bases of a sequence: for each methylase, their positions on the two strands.

    Parameters
    ----------
    sequence : Sequence
    names : iterable of str
        The methylases that were at work.
    """

    def __init__(self, sequence: Sequence, names: Iterable[str]) -> None:
        self.length = len(sequence)
        self.marks: dict[Methylase, tuple[set[int], set[int]]] = {}
        others, self.own = _apart(names)
        for methylase in methylases(others):
            top: set[int] = set()
            bottom: set[int] = set()
            for hit in find(sequence, methylase.site):
                if hit.strand == 1:
                    first, second = methylase.top, methylase.bottom
                else:  # the strands change places, and so does the direction
                    size = hit.end - hit.start - 1
                    first, second = size - methylase.bottom, size - methylase.top
                top.add((hit.start + first) % self.length)
                bottom.add((hit.start + second) % self.length)
            self.marks[methylase] = (top, bottom)

    def judge(self, enzyme: Enzyme) -> Callable[[int, int], tuple[MethylationEffect, ...]]:
        """Make the function that tells, from start and strand of a site, what methylation does."""
        if enzyme.site in self.own:
            name = self.own[enzyme.site]
            kept = (MethylationEffect(name, "blocked", f"{name} protects this site"),)
            return lambda start, strand: kept
        rows = {row.methylation: row for row in sensitivities(enzyme)}
        needed = next((row for row in rows.values() if row.effect == "required"), None)
        if not self.marks:
            always = () if needed is None else _requirement(enzyme, needed, set(), set())
            return lambda start, strand: always
        size = len(enzyme.site)

        def effects(start: int, strand: int) -> tuple[MethylationEffect, ...]:
            places = [(start + i) % self.length for i in range(size)]
            if strand == -1:
                places.reverse()
            found = []
            met: tuple[set[int], set[int]] = (set(), set())
            for methylase, marks in self.marks.items():
                here, there = (
                    {i for i, place in enumerate(places) if place in marked}
                    for marked in marks[::strand]
                )
                if needed is None:
                    row = rows.get(methylase.name)
                    found.append(_effect(enzyme, row, methylase.name, here, there))
                elif needed.methylation in (methylase.name, methylase.base):
                    met[0].update(here)
                    met[1].update(there)
            if needed is not None:
                return _requirement(enzyme, needed, *met)
            return tuple(effect for effect in found if effect is not None)

        return effects


def _effect(
    enzyme: Enzyme, row: Sensitivity | None, name: str, top: set[int], bottom: set[int]
) -> MethylationEffect | None:
    told = {i for i, letter in enumerate(enzyme.site) if letter != "N"}
    if row is not None and row.positions is not None:
        if not _covers(enzyme, row, top, bottom):
            return None
    elif not (top | bottom) & told:
        return None
    if row is None:
        return MethylationEffect(
            name, "uncertain", f"{name} methylates this site, and {enzyme.name} was not tested"
        )
    if row.effect == "variable":
        return MethylationEffect(
            name,
            "uncertain",
            f"{name} methylates this site, which blocks {enzyme.name} in some contexts",
        )
    if row.effect == "impaired":
        return MethylationEffect(
            name, "impaired", f"{name} methylates this site and impairs {enzyme.name}"
        )
    if row.effect == "blocked":
        return MethylationEffect(
            name, "blocked", f"{name} methylates this site and blocks {enzyme.name}"
        )
    return None


def _requirement(
    enzyme: Enzyme, row: Sensitivity, top: set[int], bottom: set[int]
) -> tuple[MethylationEffect, ...]:
    need = (
        row.methylation if row.methylation not in METHYLASES else f"{row.methylation} methylation"
    )
    if row.positions is None and (top or bottom):
        return (
            MethylationEffect(
                row.methylation,
                "uncertain",
                f"{enzyme.name} cuts {need} in some places of its site only",
            ),
        )
    if row.positions is not None and _covers(enzyme, row, top, bottom):
        return ()
    return (
        MethylationEffect(row.methylation, "blocked", f"{enzyme.name} cuts only sites with {need}"),
    )


def _covers(enzyme: Enzyme, row: Sensitivity, top: set[int], bottom: set[int]) -> bool:
    if row.positions is None:
        return False
    need_top, need_bottom = row.positions
    if need_top <= top and need_bottom <= bottom:
        return True
    if not enzyme.symmetric:
        return False
    last = len(enzyme.site) - 1
    return need_top <= {last - i for i in bottom} and need_bottom <= {last - i for i in top}
