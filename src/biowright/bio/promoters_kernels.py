"""Compiled loops over promoter sites."""

# mypy: disable-error-code="untyped-decorator, misc, no-untyped-def, no-any-return, no-untyped-call"

from __future__ import annotations

from typing import Any

import numpy as np

from biowright.core.kernels import kernel

__all__ = ["scan", "weigh"]

NEVER = 1e9


@kernel
def _first_boxes(codes: Any, first: Any) -> Any:
    """Give the energy of the first box at each place; `NEVER` where a letter is unknown."""
    count = max(len(codes) - len(first) + 1, 0)
    energies = np.empty(count, np.float32)
    for p in range(count):
        total = 0.0
        for k in range(len(first)):
            letter = codes[p + k]
            if letter > 3:
                total = NEVER
                break
            total += first[k, letter]
        energies[p] = total
    return energies


@kernel
def _second_box(codes: Any, q: int, second: Any, extended: float, size: int) -> float:
    """Give the energy of the second box at q, with the letters beside it.

    Letters of the discriminator that are unknown or lie behind the end count nothing.
    """
    total = 0.0
    for k in range(len(second)):
        if q + k >= len(codes):
            if k < size:
                return NEVER
            break
        letter = codes[q + k]
        if letter > 3:
            if k < size:
                return NEVER
            continue
        total += second[k, letter]
    if q >= 3 and codes[q - 3] == 3 and codes[q - 2] == 2:
        total -= extended
    return total


@kernel
def scan(
    codes: Any,
    begin: int,
    stop: int,
    first: Any,
    second: Any,
    extended: float,
    spacers: Any,
    shortest: int,
    limit: float,
) -> Any:
    """Give the second boxes in begin..stop whose best site is at most `limit`.

    Returns their places, the numbers of the spacers, and the energies.
    """
    boxes = _first_boxes(codes, first)
    size = len(first)
    room = 1024
    places = np.empty(room, np.int64)
    which = np.empty(room, np.int64)
    energies = np.empty(room, np.float64)
    made = 0
    for q in range(begin, stop):
        box = _second_box(codes, q, second, extended, size)
        if box > limit:
            continue
        best = NEVER
        index = 0
        for n in range(len(spacers)):
            p = q - shortest - n - size
            if p < 0:
                break
            energy = box + spacers[n] + boxes[p]
            if energy < best:
                best = energy
                index = n
        if best > limit:
            continue
        if made == room:
            room *= 2
            places = _longer(places, room)
            which = _longer(which, room)
            energies = _longer(energies, room)
        places[made] = q
        which[made] = index
        energies[made] = best
        made += 1
    return places[:made], which[:made], energies[:made]


@kernel
def _longer(old: Any, size: int) -> Any:
    new = np.empty(size, old.dtype)
    new[: len(old)] = old
    return new


@kernel
def weigh(
    codes: Any,
    first: Any,
    second: Any,
    extended: float,
    spacers: Any,
    shortest: int,
    length: int,
) -> float:
    """Add up the Boltzmann weights of all sites that begin in the first `length` letters."""
    boxes = _first_boxes(codes, first)
    size = len(first)
    total = 0.0
    for q in range(size + shortest, len(codes) - size + 1):
        box = _second_box(codes, q, second, extended, size)
        if box >= NEVER:
            continue
        for n in range(len(spacers)):
            p = q - shortest - n - size
            if p < 0:
                break
            if p < length and boxes[p] < NEVER:
                total += np.exp(-(box + spacers[n] + boxes[p]))
    return total
