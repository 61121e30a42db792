"""Restriction enzymes: what each recognises and where it cuts, from REBASE through Biopython."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

from biowright.core import InputError, suggest

from .iupac import mirrored_masks, pattern_masks

__all__ = ["Enzyme", "enzyme", "enzymes", "suppliers"]


@dataclass(frozen=True, slots=True)
class Enzyme:
    """A restriction enzyme.

    Parameters
    ----------
    name : str
    site : str
        What it recognises, in IUPAC letters, 5'→3'.
    cuts : tuple of (top, bottom)
        Where it cuts the two strands, as boundaries counted from the start of the site on the top
        strand: EcoRI, G^AATTC, is ((1, 5),). Two pairs where it cuts on both sides of the site
        (BcgI), none where it is not known.
    suppliers : tuple of str
        The letters by which REBASE calls those who sell it; see `suppliers`.
    rebase : int
        REBASE's number.

    Examples
    --------
    >>> bsai = enzyme("BsaI")
    >>> str(bsai), bsai.cuts, bsai.ends, bsai.overhang, bsai.type
    ('GGTCTC(1/5)', ((7, 11),), "5'", 4, 'IIS')
    """

    name: str
    site: str
    cuts: tuple[tuple[int, int], ...]
    suppliers: tuple[str, ...] = ()
    rebase: int = 0

    def __str__(self) -> str:
        """Write the site as REBASE does: G^AATTC, GGTCTC(1/5), (10/12)CGANNNNNNTGC(12/10)."""
        size = len(self.site)
        if not self.cuts:
            return self.site
        if len(self.cuts) == 1:
            top, bottom = self.cuts[0]
            if self.symmetric and 0 <= top <= size:
                return f"{self.site[:top]}^{self.site[top:]}"
            if max(top, bottom) <= 0:
                return f"({-top}/{-bottom}){self.site}"
            return f"{self.site}({top - size}/{bottom - size})"
        (top, bottom), (top_after, bottom_after) = self.cuts
        return f"({-top}/{-bottom}){self.site}({top_after - size}/{bottom_after - size})"

    @property
    def palindromic(self) -> bool:
        """Whether the site reads the same on both strands."""
        sets = pattern_masks(self.site)
        return sets == mirrored_masks(sets)

    @property
    def symmetric(self) -> bool:
        """Whether the site and its cuts are the same on both strands."""
        size = len(self.site)
        mirror = tuple((size - bottom, size - top) for top, bottom in reversed(self.cuts))
        return self.palindromic and mirror == self.cuts

    @property
    def overhang(self) -> int | None:
        """The letters that stand over after a cut, 0 for a blunt one; None where it is unknown."""
        return abs(self.cuts[0][1] - self.cuts[0][0]) if self.cuts else None

    @property
    def ends(self) -> str | None:
        """What ends a cut leaves: "5'", "3'" or "blunt"; None if the cut is not known."""
        if not self.cuts:
            return None
        top, bottom = self.cuts[0]
        return "blunt" if top == bottom else "5'" if top < bottom else "3'"

    @property
    def type(self) -> str:
        """The subtype, as far as site and cuts tell (Roberts et al. 2003, doi:10.1093/nar/gkg274).

        IIB cuts on both sides of its site, IIS outside of it, IIP within a palindrome, IIA within
        an asymmetric site; II where the cut is not known.
        """
        if not self.cuts:
            return "II"
        if len(self.cuts) == 2:
            return "IIB"
        top, bottom = self.cuts[0]
        size = len(self.site)
        # an enzyme that cuts right beside a palindrome (Sau3AI, ^GATC) is still IIP
        if self.symmetric:
            return "IIP"
        return "IIA" if 0 <= top <= size and 0 <= bottom <= size else "IIS"


@cache
def _tables() -> Any:
    # the package Bio.Restriction makes a thousand classes when it is imported (0.3 s); its data
    # alone takes 5 ms
    package = find_spec("Bio")
    for folder in (package.submodule_search_locations or []) if package else []:
        path = Path(folder) / "Restriction" / "Restriction_Dictionary.py"
        spec = spec_from_file_location("biowright.bio._rebase", path)
        if path.is_file() and spec is not None and spec.loader is not None:
            module = module_from_spec(spec)
            spec.loader.exec_module(module)
            return module
    from Bio.Restriction import Restriction_Dictionary

    return Restriction_Dictionary


@cache
def _known() -> dict[str, Enzyme]:
    known = {}
    for key, row in _tables().rest_dict.items():
        name, site = key.replace("_", "-"), row["site"]
        if "|" in site:  # HpyUM037X, with two sites of different lengths and unknown cuts
            continue
        size = len(site)
        cuts = []
        if row["fst5"] is not None:
            cuts.append((row["fst5"], row["fst3"] + size))
        if row["scd5"] is not None:
            cuts.append((row["scd5"], row["scd3"] + size))
        known[name] = Enzyme(name, site, tuple(cuts), tuple(row["suppl"]), row["id"])
    return dict(sorted(known.items(), key=lambda item: natural(item[0])))


def natural(name: str) -> list[tuple[int, str]]:
    """Give a key that sorts names with numbers as people do: Acc16I before Acc113I."""
    return [
        (int(part), "") if part.isdigit() else (-1, part.casefold())
        for part in re.split(r"(\d+)", name)
        if part
    ]


def enzyme(name: str | Enzyme) -> Enzyme:
    """Find a restriction enzyme by its name, in either case.

    Raises
    ------
    InputError
        There is no such enzyme; the error suggests one.

    Examples
    --------
    >>> enzyme("EcoRI")
    Enzyme(name='EcoRI', site='GAATTC', cuts=((1, 5),), suppliers=(...), rebase=993)
    >>> enzyme("EcoR1")
    Traceback (most recent call last):
    ...
    biowright.core.errors.InputError: there is no restriction enzyme 'EcoR1' (did you mean 'EcoRI'?)
    """
    if isinstance(name, Enzyme):
        return name
    known = _known()
    if name in known:
        return known[name]
    same = [key for key in known if key.casefold() == name.casefold()]
    if len(same) == 1:
        return known[same[0]]
    raise InputError(f"there is no restriction enzyme {name!r}", hint=_suggestion(name, known))


_ROMAN = {"1": "I", "2": "II", "3": "III", "4": "IV", "5": "V"}


def _suggestion(name: str, known: dict[str, Enzyme]) -> str | None:
    # EcoR1, Eco RV, HindIII-HF, hind3: the usual ways to write them
    plain = re.sub(r"[\s_]|-?HF(v2)?®?$", "", name)
    spelled = re.sub(r"[1-5]$", lambda digit: _ROMAN[digit[0]], plain)
    for guess in (plain, spelled):
        for key in known:
            if key.casefold() == guess.casefold():
                return f"did you mean '{key}'?"
    return suggest(plain, known)


def enzymes(
    *, supplier: str | None = None, site: int | None = None, cutting: bool = True
) -> tuple[Enzyme, ...]:
    """Give all restriction enzymes, in natural order of their names.

    They are those of REBASE (Roberts et al. 2023, doi:10.1093/nar/gkac975) in the release that the
    installed Biopython carries.

    Parameters
    ----------
    supplier : str, optional
        Only those that this supplier sells, by REBASE's letter (``N``) or name; see `suppliers`.
    site : int, optional
        Only those whose site has this many letters.
    cutting : bool, default True
        Only those whose cuts are known.

    Raises
    ------
    InputError
        There is no such supplier.

    Examples
    --------
    >>> [e.name for e in enzymes(supplier="N", site=7)][:3]
    ['BbvCI', 'BlpI', 'Bpu10I']
    """
    letter = None
    if supplier is not None:
        letter = next(
            (
                k
                for k, v in suppliers().items()
                if supplier.casefold() in (k.casefold(), v.casefold())
            ),
            None,
        )
        if letter is None:
            raise InputError(
                f"there is no supplier {supplier!r}", hint=suggest(supplier, suppliers().values())
            )
    return tuple(
        e
        for e in _known().values()
        if (e.cuts or not cutting)
        and (letter is None or letter in e.suppliers)
        and (site is None or len(e.site) == site)
    )


@cache
def suppliers() -> dict[str, str]:
    """Give the names of the suppliers by the letters that REBASE calls them by.

    Examples
    --------
    >>> suppliers()["N"]
    'New England Biolabs'
    """
    return {letter: row[0] for letter, row in sorted(_tables().suppliers.items())}
