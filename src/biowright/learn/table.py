"""An explicit list of candidates: sequences, or rows of factors."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from biowright.core import InputError, suggest

from .columns import Column, ColumnKind
from .letters import NUCLEOTIDES, PROTEIN

__all__ = ["Table", "as_number"]

# more varying sites than this are learned from composition and principal components
_SITES = 48
_COMPONENTS = 16


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """A space of listed designs; made by `of_sequences` or `of_factors`.

    Parameters
    ----------
    keys : sequence
        The designs' ids, each once.
    columns : tuple of Column
        What models see.
    rows : numpy.ndarray
        Shape (designs, columns): the codes of the levels.

    Examples
    --------
    >>> table = Table.of_sequences(["a", "NA"], ["MKV", "MKL"])
    >>> table.size, table.columns[0].name, table.locate("NA")
    (2, 'site 3', 1)
    """

    keys: Sequence[Hashable]
    columns: tuple[Column, ...]
    rows: np.ndarray
    _places: dict[Hashable, int] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        places = dict(zip(self.keys, range(len(self.keys)), strict=True))
        if len(places) != len(self.keys):
            twice = next(k for n, k in enumerate(self.keys) if places[k] != n)
            raise InputError(
                f"the candidate '{twice}' is listed twice", hint="give each candidate its own id"
            )
        object.__setattr__(self, "_places", places)

    @classmethod
    def of_sequences(
        cls,
        ids: Sequence[Hashable],
        sequences: Sequence[str],
        *,
        kind: Literal["protein", "dna"] | None = None,
    ) -> Table:
        """List sequences, of equal length (compared site by site) or not (by composition).

        `kind` says what the letters are; None: nucleotides where all letters are A, C, G, T, U or
        N, else amino acids.
        """
        if len(ids) != len(sequences):
            raise InputError(f"{len(ids)} ids but {len(sequences)} sequences")
        for key, sequence in zip(ids, sequences, strict=True):
            if not sequence or not sequence.isascii():
                raise InputError(f"the sequence of '{key}' is empty or not plain letters")
        if not ids:
            return cls((), (), np.zeros((0, 0), dtype=np.int32))
        lengths = {len(sequence) for sequence in sequences}
        text = "".join(sequences).upper().encode("ascii")
        letters = np.frombuffer(text, dtype=np.uint8)
        if kind is None:
            kind = "dna" if set(text) <= set(b"ACGTUN") else "protein"
        if len(lengths) == 1:
            grid = letters.reshape(len(sequences), -1)
            varying = np.flatnonzero((grid != grid[0]).any(axis=0))
            if len(varying) <= _SITES:
                return cls(ids, *_site_columns(grid, varying, kind))
            features = _indicators(grid[:, varying])
        else:
            features = _composition([s.upper() for s in sequences], kind)
        names = [f"component {k}" for k in range(1, _COMPONENTS + 1)]
        values = _principal_components(features)
        data = {name: values[:, k] for k, name in enumerate(names[: values.shape[1]])}
        return cls.of_factors(ids, data)

    @classmethod
    def of_factors(
        cls,
        ids: Sequence[Hashable],
        factors: Mapping[str, Sequence[object] | np.ndarray],
    ) -> Table:
        """List rows of factors: a column of numbers is a number, any other a category."""
        columns, codes = [], []
        for name, cells in factors.items():
            if len(cells) != len(ids):
                raise InputError(f"{len(ids)} ids but {len(cells)} entries of '{name}'")
            kind, entries = _read_column(name, cells)
            levels, inverse = np.unique(entries, return_inverse=True)
            columns.append(Column(name, kind, levels.tolist()))
            codes.append(inverse.ravel())
        if not columns:
            raise InputError("the candidates have no factors", hint="give a sequence or factors")
        return cls(ids, tuple(columns), np.stack(codes, axis=1).astype(np.int32))

    @property
    def size(self) -> int:
        """The count of candidates."""
        return len(self.keys)

    def codes(self, indices: np.ndarray) -> np.ndarray:
        """Give the codes (m, columns) of the candidates with these numbers (m,)."""
        return self.rows[indices]

    def allow(self, codes: np.ndarray) -> np.ndarray | None:
        """Allow all."""
        return None

    def locate(self, design: Hashable) -> int:
        """Give the number of a candidate by its id."""
        if design not in self._places:
            near = suggest(str(design), [str(key) for key in self.keys[:20000]])
            raise InputError(f"there is no candidate '{design}'", hint=near or None)
        return self._places[design]

    def design(self, index: int) -> Hashable:
        """Give the id of the candidate with this number."""
        return self.keys[index]

    def identify(self, design: Hashable) -> str:
        """Give the id as text."""
        return str(design)


def as_number(cell: object) -> float | None:
    """Read a finite number; None where the cell holds none ("NA", "inf" and "" are none)."""
    try:
        value = float(cell)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return None
    return value if math.isfinite(value) else None


def _read_column(name: str, cells: Sequence[object] | np.ndarray) -> tuple[ColumnKind, np.ndarray]:
    if isinstance(cells, np.ndarray) and cells.dtype.kind in "fiu":
        numbers: list[float | None] = cells.tolist()
    else:
        numbers = [as_number(cell) for cell in cells]
    missing = [
        row for row, value in enumerate(numbers) if value is None or not math.isfinite(value)
    ]
    if not missing:
        return "number", np.array(numbers, dtype=float)
    if 2 * len(missing) < len(numbers):
        raise InputError(
            f"the factor '{name}' holds numbers, but '{cells[missing[0]]}' in row {missing[0] + 1}",
            hint="fill the cell, or make the whole column names",
        )
    return "category", np.array([str(cell) for cell in cells])


def _site_columns(
    grid: np.ndarray, varying: np.ndarray, kind: str
) -> tuple[tuple[Column, ...], np.ndarray]:
    sites = varying if len(varying) else np.array([0])
    columns = []
    codes = np.empty((len(grid), len(sites)), dtype=np.int32)
    for c, site in enumerate(sites):
        present = np.zeros(256, dtype=bool)
        present[grid[:, site]] = True
        lookup = np.cumsum(present) - 1
        codes[:, c] = lookup[grid[:, site]]
        levels = "".join(map(chr, np.flatnonzero(present)))
        columns.append(
            Column(f"site {site + 1}", "protein" if kind == "protein" else "category", levels)
        )
    return tuple(columns), codes


def _indicators(grid: np.ndarray) -> np.ndarray:
    """Give one column of 0 and 1 a letter of each site."""
    parts = [grid[:, [site]] == np.unique(grid[:, site])[None] for site in range(grid.shape[1])]
    return np.concatenate(parts, axis=1).astype(np.float32)


def _composition(sequences: Sequence[str], kind: str) -> np.ndarray:
    """Give the frequencies of all words of up to 2 amino acids or 4 nucleotides, and log length."""
    alphabet, longest = (PROTEIN, 2) if kind == "protein" else (NUCLEOTIDES, 4)
    code = np.full(256, -1)
    for k, letter in enumerate(alphabet):
        code[ord(letter)] = k
    if kind == "dna":
        code[ord("U")] = code[ord("T")]
    rows = []
    for sequence in sequences:
        digits = code[np.frombuffer(sequence.encode("ascii"), dtype=np.uint8)]
        parts = [np.array([math.log(len(sequence))])]
        words = np.zeros(len(digits), dtype=np.int64)
        good = np.ones(len(digits), dtype=bool)
        for length in range(1, longest + 1):
            if length > 1:
                words, good = words[:-1], good[:-1]
            tail = digits[length - 1 :]
            words = words * len(alphabet) + tail
            good = good & (tail >= 0)
            counts = np.bincount(words[good], minlength=len(alphabet) ** length)
            parts.append(np.sqrt(counts / max(1, len(sequence))))
        rows.append(np.concatenate(parts))
    return np.array(rows, dtype=np.float32)


def _principal_components(features: np.ndarray) -> np.ndarray:
    """Project on the leading directions of the variance of (a spread of) the rows."""
    from .threads import single_thread

    some = features[:: max(1, len(features) // 4000)].astype(float)
    centre = some.mean(axis=0)
    with single_thread():
        _, vectors = np.linalg.eigh((some - centre).T @ (some - centre))
        leading = vectors[:, ::-1][:, : min(_COMPONENTS, len(features))]
        signs = np.sign(leading[np.abs(leading).argmax(axis=0), np.arange(leading.shape[1])])
        return (features - centre) @ (leading * signs)
