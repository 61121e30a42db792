"""Measurements: one value a well, replicates as repeated designs, plates and rounds as labels."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np

from biowright.core import InputError

__all__ = ["Measured", "Summary", "summarise"]


@dataclass(frozen=True, slots=True)
class Measured:
    """What has been measured so far: one entry a well.

    Parameters
    ----------
    designs : sequence
        The key of the design in each well, as its space spells it; a repeated key is a replicate.
    values : sequence of float
        The measured values. A missing measurement is left out, never given as zero or NaN.
    plates, rounds : sequence, optional
        Labels; their additive effects are fitted from the designs that they share, and removed.

    Examples
    --------
    >>> wells = Measured(["FWAA", "FWAA", "VDGV"], [8.1, 8.9, 1.0])
    >>> len(wells)
    3
    """

    designs: Sequence[Hashable]
    values: Sequence[float]
    plates: Sequence[Hashable] | None = None
    rounds: Sequence[Hashable] | None = None

    def __post_init__(self) -> None:
        for name in ("values", "plates", "rounds"):
            given = getattr(self, name)
            if given is not None and len(given) != len(self.designs):
                raise InputError(f"{len(self.designs)} designs but {len(given)} {name}")
        for design, value in zip(self.designs, self.values, strict=True):
            if not np.isfinite(value):
                raise InputError(
                    f"the value of {design!r} is {value}",
                    hint="leave a missing measurement out; it is not zero",
                )

    def __len__(self) -> int:
        return len(self.designs)

    @classmethod
    def empty(cls) -> Measured:
        """Make the state before the first measurement."""
        return cls((), ())


@dataclass(frozen=True, slots=True, eq=False)
class Summary:
    """The measurements by design: index in the space, mean, wells; and the noise of one well."""

    indices: np.ndarray
    means: np.ndarray
    wells: np.ndarray
    values: np.ndarray
    owners: np.ndarray
    noise: float | None
    notices: tuple[str, ...]


def summarise(indices: np.ndarray, measured: Measured) -> Summary:
    """Gather the wells by design (`indices`, one a well), plate and round effects removed.

    The noise is the pooled sd among replicates, None where nothing was replicated.
    """
    values = np.asarray(measured.values, dtype=float)
    designs, owners = np.unique(np.asarray(indices, dtype=np.int64), return_inverse=True)
    notices: list[str] = []
    for name, labels in (("plate", measured.plates), ("round", measured.rounds)):
        if labels is not None and len(labels):
            values = _remove_effects(name, labels, values, owners, len(designs), notices)
    wells = np.bincount(owners, minlength=len(designs)).astype(float)
    means = np.bincount(owners, values, len(designs)) / np.maximum(wells, 1.0)
    freedom = len(values) - len(designs)
    noise = float(np.sqrt(((values - means[owners]) ** 2).sum() / freedom)) if freedom else None
    return Summary(designs, means, wells, values, owners, noise, tuple(notices))


def _remove_effects(
    name: str,
    labels: Sequence[Hashable],
    values: np.ndarray,
    owners: np.ndarray,
    count: int,
    notices: list[str],
) -> np.ndarray:
    """Subtract the additive effect of each label, by least squares on the designs they share."""
    names = {label: k for k, label in enumerate(dict.fromkeys(labels))}
    places = np.array([names[label] for label in labels])
    if len(names) == 1:
        return values
    pairs = np.unique(np.stack([owners, places]), axis=1)
    sharing = np.bincount(pairs[0], minlength=count) > 1
    linked = np.isin(places, pairs[1][sharing[pairs[0]]])
    if not linked.any():
        notices.append(f"no design is shared between {name}s: their effects are not removed")
        return values
    if not linked.all():
        notices.append(f"some {name}s share no design with another: their effects stay")
    kept = sharing[owners]
    shared, compact = np.unique(owners[kept], return_inverse=True)
    matrix = np.zeros((kept.sum() + 1, len(shared) + len(names)))
    rows = np.arange(kept.sum())
    matrix[rows, compact] = 1.0
    matrix[rows, len(shared) + places[kept]] = 1.0
    matrix[-1, len(shared) :] = 1.0
    fitted = np.linalg.lstsq(matrix, np.append(values[kept], 0.0), rcond=None)[0]
    effects = np.where(np.isin(np.arange(len(names)), places[linked]), fitted[len(shared) :], 0.0)
    return values - effects[places]
