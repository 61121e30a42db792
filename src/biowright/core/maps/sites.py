"""Cut sites on maps: one label a place, the names of all enzymes that cut there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .items import View
from .lettering import clean

__all__ = ["Site", "cut_sites"]


@dataclass(frozen=True, slots=True)
class Site:
    """A place where enzymes cut.

    Parameters
    ----------
    position : int
        The cut in the upper strand, as a boundary in map coordinates.
    text : str
        The enzymes' names and the 1-based number of the letter before the cut.
    unique : bool
        Whether all of them cut only here.
    """

    position: int
    text: str
    unique: bool


def cut_sites(enzymes: Mapping[str, Sequence[int]] | None, view: View) -> list[Site]:
    """Gather the cuts that lie in a view, in order.

    Parameters
    ----------
    enzymes : mapping of name to positions, optional
        Boundaries in the record: a cut after the tenth letter is 10.
    view : View
    """
    if not enzymes or not view.extent:
        return []
    at: dict[int, list[str]] = {}
    for name, positions in enzymes.items():
        for position in positions:
            offset = position - view.start
            if view.record.circular:
                offset %= view.extent
            if 0 <= offset <= view.length:
                at.setdefault(offset, []).append(name)
    sites = []
    for offset, names in sorted(at.items()):
        number = (view.start + offset - 1) % view.extent + 1
        shown = [clean(name[:40]) for name in sorted(names)]
        text = ", ".join(shown[:4]) + (f" +{len(shown) - 4}" if len(shown) > 4 else "")
        unique = all(len(enzymes[name]) == 1 for name in names)
        sites.append(Site(offset, f"{text} {number:,}", unique))
    return sites
