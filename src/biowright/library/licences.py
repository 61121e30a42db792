"""Licences of parts: what each asks for, and what a composite of several asks for.

A licence is a set of conditions; that of a composite asks for all the conditions of its parts. The
order is that of the sets, so that the licence of a composite is the least upper bound of those of its
parts, whatever their order. A part without a licence leaves the composite without one: nothing is
guessed.

Sources: Creative Commons, https://creativecommons.org/licenses; OpenMTA, Kahl et al. 2018,
doi:10.1038/nbt.4263; the Uniform Biological Material Transfer Agreement, 60 FR 12771 (1995); SPDX,
https://spdx.org/licenses.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from biowright.core import InputError, suggest

__all__ = ["LICENCES", "combined", "conditions", "find_licence", "within"]

# conditions: attribution; the same licence for what is derived; no commercial use; nothing derived;
# notice (keep the text); no passing on; research only; by permission only
_A, _SA, _NC, _ND, _N, _P, _R, _O = (
    "attribution", "share alike", "no commercial use", "no derivatives", "notice",
    "no passing on", "research only", "by permission only",
)  # fmt: skip
LICENCES: dict[str, frozenset[str]] = {
    "public-domain": frozenset(),
    "CC0-1.0": frozenset(),
    "CC-BY-4.0": frozenset({_A}),
    "CC-BY-3.0": frozenset({_A}),
    "CC-BY-SA-4.0": frozenset({_A, _SA}),
    "CC-BY-NC-4.0": frozenset({_A, _NC}),
    "CC-BY-NC-SA-4.0": frozenset({_A, _NC, _SA}),
    "CC-BY-ND-4.0": frozenset({_A, _ND}),
    "CC-BY-NC-ND-4.0": frozenset({_A, _NC, _ND}),
    "MIT": frozenset({_N}),
    "BSD-3-Clause": frozenset({_N}),
    "Apache-2.0": frozenset({_N, _A}),
    "OpenMTA": frozenset({_A}),
    "UBMTA": frozenset({_A, _NC, _P, _R}),
    "proprietary": frozenset({_A, _NC, _ND, _P, _O}),
}
_SPELLINGS = {
    "cc0": "CC0-1.0", "cc-zero": "CC0-1.0", "pd": "public-domain", "public domain": "public-domain",
    "cc-by": "CC-BY-4.0", "cc by": "CC-BY-4.0", "cc-by-sa": "CC-BY-SA-4.0",
    "cc-by-nc": "CC-BY-NC-4.0", "cc-by-nd": "CC-BY-ND-4.0", "apache": "Apache-2.0",
    "bsd": "BSD-3-Clause", "bsd-3": "BSD-3-Clause",
}  # fmt: skip
_AND = " AND "


def find_licence(text: str) -> str:
    """Give a licence by its name, or by what people call it.

    Several are joined with AND; what begins with ``LicenseRef-`` is a licence of one's own, which asks
    for permission.

    Raises
    ------
    InputError
        There is no such licence.

    Examples
    --------
    >>> find_licence("cc-by 4.0"), find_licence("openmta")
    ('CC-BY-4.0', 'OpenMTA')
    """
    names = [_one(part) for part in re.split(r"\s+AND\s+", text.strip())]
    return _AND.join(sorted(set(names)))


def _one(text: str) -> str:
    if text.startswith("LicenseRef-"):
        return text
    plain = re.sub(r"[\s_]+", "-", text.strip().lower())
    plain = re.sub(r"^cc-by(.*)-(?:4|v4)$", r"cc-by\1-4.0", plain)
    for name in LICENCES:
        if plain in (name.lower(), name.lower().replace(".", "")):
            return name
    for spelling, name in _SPELLINGS.items():
        if plain == spelling.replace(" ", "-"):
            return name
    raise InputError(
        f"there is no licence '{text}'",
        hint=suggest(text, LICENCES) or "an own one is written LicenseRef-NAME",
    )


def conditions(licence: str) -> frozenset[str]:
    """Give what a licence asks for.

    Examples
    --------
    >>> sorted(conditions("CC-BY-SA-4.0"))
    ['attribution', 'share alike']
    """
    asked: frozenset[str] = frozenset()
    for name in find_licence(licence).split(_AND):
        asked |= LICENCES.get(name, LICENCES["proprietary"])
    return asked


def combined(licences: Iterable[str]) -> tuple[str, tuple[str, ...]]:
    """Give the licence of what is made of parts under several licences, and what stands against it.

    Parameters
    ----------
    licences : iterable of str
        "" for a part of which nobody said it.

    Returns
    -------
    licence : str
        "" where that of a part is not known. A licence that asks for nothing that another does not
        ask for is left out.
    conflicts : tuple of str
        What has to be settled before the composite is passed on.

    Examples
    --------
    >>> combined(["CC0-1.0", "CC-BY-4.0", "OpenMTA"])
    ('CC-BY-4.0 AND OpenMTA', ())
    >>> combined(["CC0-1.0", "MIT"])
    ('MIT', ())
    """
    said = list(licences)
    if not said or "" in said:
        missing = said.count("")
        what = f"{missing} part{'' if missing == 1 else 's'} without a licence"
        return "", (what,) if missing else ()
    names = {name for text in said for name in find_licence(text).split(_AND)}
    asking = {name for name in names if conditions(name)} or set(sorted(names)[:1])
    conflicts = [
        f"{name} permits nothing that is derived" for name in sorted(asking)
        if _ND in conditions(name)
    ]  # fmt: skip
    alike = sorted(name for name in asking if _SA in conditions(name))
    if len(alike) > 1 or (alike and any(_P in conditions(name) for name in asking)):
        conflicts.append(f"{' and '.join(alike)} wants the whole under the same licence")
    return _AND.join(sorted(asking)), tuple(conflicts)


def within(licence: str, limit: str) -> bool:
    """Tell whether a licence asks for nothing that another does not ask for.

    Examples
    --------
    >>> within("CC0-1.0", "CC-BY-4.0"), within("UBMTA", "OpenMTA")
    (True, False)
    """
    return bool(licence) and conditions(licence) <= conditions(limit)
