"""Variants with at most so many changes: counted and numbered, never written out."""

from __future__ import annotations

import re
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from biowright.core import InputError
from biowright.learn import Column

if TYPE_CHECKING:
    import numpy as np

__all__ = ["Changes"]

_CHANGE = re.compile(r"([A-Z])(-?\d+)([A-Z])")


@dataclass(frozen=True, slots=True)
class Changes:
    """All variants of a parent that differ from it at up to `limit` of its sites.

    Variants are numbered by the count of their changes, then by where the first one stands (the last
    site first), then by its residue, and so on; the parent is number 0. The identity of a variant
    is its changes in the order of the sites: ``V39F+D40W``, or ``parent``.

    Parameters
    ----------
    residues : str
        The parent's residue at each site.
    numbers : sequence of int
        The number that each site is known by, ascending.
    options : sequence of str
        The residues that each site may change to, without the parent's own.
    limit : int
        At most this many changes.

    Examples
    --------
    >>> space = Changes("VD", (39, 40), ("AF", "W"), 2)
    >>> [space.design(i) for i in range(space.size)]
    ['parent', 'D40W', 'V39A', 'V39F', 'V39A+D40W', 'V39F+D40W']
    >>> space.locate("V39F+D40W")
    5
    """

    residues: str
    numbers: Sequence[int]
    options: Sequence[str]
    limit: int
    _counts: tuple[tuple[int, ...], ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        # _counts[i][r]: in how many ways r of the sites from i on can change
        counts = [(1, *[0] * self.limit)]
        for letters in reversed(self.options):
            after = counts[0]
            counts.insert(
                0,
                (1, *(after[r] + len(letters) * after[r - 1] for r in range(1, self.limit + 1))),
            )
        object.__setattr__(self, "_counts", tuple(counts))

    @property
    def size(self) -> int:
        """The count of variants, the parent among them."""
        return sum(self._counts[0])

    @property
    def columns(self) -> tuple[Column, ...]:
        """One column a site; its first level is the parent's residue."""
        return tuple(
            Column(f"{old}{number}", "protein", old + letters)
            for old, number, letters in zip(self.residues, self.numbers, self.options, strict=True)
        )

    def codes(self, indices: np.ndarray) -> np.ndarray:
        """Give the codes (m, sites) of the variants with these numbers (m,)."""
        import numpy as np

        rest = np.array(indices, dtype=np.int64)
        bounds = np.cumsum(self._counts[0])
        left = np.searchsorted(bounds, rest, side="right")
        rest -= np.concatenate([[0], bounds])[left]
        out = np.zeros((len(rest), len(self.options)), dtype=np.int32)
        for site in range(len(self.options)):
            after = np.array(self._counts[site + 1], dtype=np.int64)
            kept = after[left]
            changed = np.flatnonzero((left > 0) & (rest >= kept))
            if not len(changed):
                continue
            letter, below = np.divmod(rest[changed] - kept[changed], after[left[changed] - 1])
            out[changed, site] = letter + 1
            rest[changed] = below
            left[changed] -= 1
        return out

    def allow(self, codes: np.ndarray) -> np.ndarray | None:
        """Allow all."""
        return None

    def design(self, index: int) -> str:
        """Give the identity of the variant with this number."""
        import numpy as np

        codes = self.codes(np.array([index]))[0].tolist()
        changes = [
            f"{self.residues[site]}{self.numbers[site]}{self.options[site][code - 1]}"
            for site, code in enumerate(codes)
            if code
        ]
        return "+".join(changes) or "parent"

    def identify(self, design: Hashable) -> str:
        """Give the identity itself."""
        return str(design)

    def locate(self, design: Hashable) -> int:
        """Give the number of a variant.

        Raises
        ------
        InputError
            It is not in the space.
        """
        codes = self._parse(str(design))
        left = sum(code > 0 for code in codes)
        number = sum(self._counts[0][:left])
        for site, code in enumerate(codes):
            if code:
                after = self._counts[site + 1]
                number += after[left] + (code - 1) * after[left - 1]
                left -= 1
        return number

    def _parse(self, id: str) -> list[int]:
        codes = [0] * len(self.options)
        places = {number: site for site, number in enumerate(self.numbers)}
        changes = [] if id == "parent" else id.split("+")
        last = -1
        for change in changes:
            match = _CHANGE.fullmatch(change)
            site = places.get(int(match[2])) if match else None
            if match is None or site is None or match[1] != self.residues[site]:
                raise InputError(
                    f"'{id}' is no variant of this space: '{change}' is no change at its sites",
                    hint="write changes as V39F, joined by +, or 'parent'",
                )
            if match[3] not in self.options[site]:
                raise InputError(
                    f"'{id}' is no variant of this space: {match[1]}{match[2]} does not become "
                    f"{match[3]}",
                    expected=f"one of {self.options[site]}",
                )
            if site <= last:
                raise InputError(
                    f"'{id}': the changes stand twice or out of order", hint="order them by number"
                )
            codes[site] = self.options[site].index(match[3]) + 1
            last = site
        if len(changes) > self.limit:
            raise InputError(f"'{id}' has {len(changes)} changes", expected=f"at most {self.limit}")
        return codes
