"""The parameters of `biowright.bio.thermodynamics` as arrays, read from ``data/*.tsv``."""

from __future__ import annotations

import math
from functools import cache, lru_cache
from importlib.resources import files
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

__all__ = ["GAS", "WIDEST", "Folding", "Tables", "folding", "tables"]

Floats = npt.NDArray[np.float64]

GAS = 1.987
"""The gas constant in cal/(mol K), as the sources of the parameters round it."""
LONGEST_LOOP = 500
WIDEST = 12
"""Unpaired bases in an internal loop or bulge, at most; wider ones cost more than they bring."""
_BODY = 310.15  # K
_BASES = "ACGT"


class Tables(NamedTuple):
    """Nearest-neighbour parameters; enthalpies in kcal/mol, entropies in cal/(mol K).

    Bases are numbered A 0, C 1, G 2, T 3. The last axis of each array holds enthalpy and entropy.

    Parameters
    ----------
    step : ndarray, shape (4, 4, 4, 4, 2)
        ``[a, b, c, d]``: the step from pair a·c to pair b·d, top strand 5'→3'; NaN where it has no
        parameters.
    end : ndarray, shape (4, 4, 4, 4, 2)
        The mismatch b·d behind the last pair a·c.
    overhang_top : ndarray, shape (4, 4, 4, 2)
        ``[a, b, c]``: a top base b (a 3' end) that dangles behind the last pair a·c.
    overhang_bottom : ndarray, shape (4, 4, 4, 2)
        ``[a, c, d]``: a bottom base d (a 5' end) that dangles behind the last pair a·c.
    initiation, at_end, symmetry : ndarray, shape (2,)
    hairpin, bulge, internal : ndarray, shape (501,)
        The entropy of a loop by its unpaired bases.
    """

    step: Floats
    end: Floats
    overhang_top: Floats
    overhang_bottom: Floats
    initiation: Floats
    at_end: Floats
    symmetry: Floats
    hairpin: Floats
    bulge: Floats
    internal: Floats


def _rows(name: str) -> list[list[str]]:
    """Give the rows of a table of data, without its comments and its head."""
    text = files("biowright.bio").joinpath("data", name).read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [line.split("\t") for line in lines[1:]]


@cache
def tables() -> Tables:
    """Read the parameters, once."""
    step = np.full((4, 4, 4, 4, 2), math.nan)
    end = np.zeros((4, 4, 4, 4, 2))
    top_hangs = np.zeros((4, 4, 4, 2))
    bottom_hangs = np.zeros((4, 4, 4, 2))
    single = {}
    for motif, top, bottom, enthalpy, entropy, _ in _rows("nearest_neighbours.tsv"):
        value = (float(enthalpy), float(entropy))
        t, b = map(_numbers, (top, bottom))
        if motif in ("stack", "mismatch"):
            step[t[0], t[1], b[0], b[1]] = value
            step[b[1], b[0], t[1], t[0]] = value  # the same step, read along the other strand
        elif motif == "terminal mismatch":
            end[t[0], t[1], b[0], b[1]] = value
        elif motif == "dangling end" and top[0] == ".":
            top_hangs[b[1], b[0], t[1]] = value
        elif motif == "dangling end":
            bottom_hangs[b[1], t[1], t[0]] = value
        else:
            single[motif] = np.array(value)
    loops: dict[str, dict[int, float]] = {}
    for loop, size, energy, _ in _rows("loops.tsv"):
        loops.setdefault(loop, {})[int(size)] = float(energy)
    return Tables(
        step,
        end,
        top_hangs,
        bottom_hangs,
        single["initiation"],
        single["terminal AT"],
        single["symmetry"],
        *(_loop_entropy(loops[name]) for name in ("hairpin", "bulge", "internal")),
    )


class Folding(NamedTuple):
    """What structures are made of, at one temperature and in one buffer.

    The first axis of each array holds enthalpy, entropy and free energy; what has no parameters has
    an infinite free energy.

    Parameters
    ----------
    step, mismatch : ndarray, shape (3, 4, 4, 4, 4)
        Stacked pairs, with what salt adds to them; mismatches beside the pairs that close loops.
    end, overhang_top, overhang_bottom : ndarray
        What hangs on outer pairs; 0 where it would cost free energy, because it frays then.
    initiation, closing, skew : ndarray, shape (3,)
        Of a duplex; of an outer pair A·T; of each base that an internal loop has more on one side.
    hairpin, bulge, internal : ndarray, shape (3, 501)
    bounds : ndarray, shape (13, 13)
        The least free energy with which any chain continues over so many unpaired bases.
    """

    step: Floats
    mismatch: Floats
    end: Floats
    overhang_top: Floats
    overhang_bottom: Floats
    initiation: Floats
    closing: Floats
    skew: Floats
    hairpin: Floats
    bulge: Floats
    internal: Floats
    bounds: Floats


@lru_cache(maxsize=64)
def folding(kelvin: float, salt: float) -> Folding:
    """Give the parameters of structures at a temperature in K; salt adds its entropy to a stack."""
    known = tables()

    def parts(values: Floats) -> Floats:
        enthalpy, entropy = values[..., 0], values[..., 1]
        free = enthalpy - kelvin * entropy / 1000.0
        free = np.where(np.isnan(free), math.inf, free)
        return np.ascontiguousarray(np.stack([enthalpy, entropy, free]))

    def frayed(values: Floats) -> Floats:
        all_three = parts(values)
        return np.where(all_three[2] > 0.0, 0.0, all_three)

    def loop(entropy: Floats) -> Floats:
        return parts(np.stack([np.zeros_like(entropy), entropy], axis=-1))

    made = Folding(
        parts(known.step + np.array([0.0, salt])),
        parts(known.end),
        frayed(known.end),
        frayed(known.overhang_top),
        frayed(known.overhang_bottom),
        parts(known.initiation),
        parts(known.at_end),
        parts(np.array([0.0, -0.3 * 1000.0 / _BODY])),
        loop(known.hairpin),
        loop(known.bulge),
        loop(known.internal),
        np.zeros(0),
    )
    return made._replace(bounds=_bounds(made))


def _bounds(made: Folding) -> Floats:
    step, close = made.step[2].min(), 2.0 * min(0.0, made.closing[2])
    beside = 2.0 * made.mismatch[2].min()
    bounds = np.zeros((WIDEST + 1, WIDEST + 1))
    for up in range(WIDEST + 1):
        for down in range(WIDEST + 1):
            if up == 0 or down == 0:
                size = up + down
                loop = made.bulge[2, size] if size else 0.0
                bounds[up, down] = loop + (step if size < 2 else close)
            elif up == down == 1:
                bounds[up, down] = 2.0 * step
            else:
                bounds[up, down] = made.internal[2, up + down] + beside
    return bounds - 1e-9


def _numbers(bases: str) -> list[int]:
    return [_BASES.find(base) for base in bases]


def _loop_entropy(energies: dict[int, float]) -> Floats:
    """Give the entropy of a loop of each size; sizes below the first have none."""
    known = np.array(sorted(energies))
    sizes = np.arange(1, LONGEST_LOOP + 1)
    energy = np.interp(np.log(sizes), np.log(known), [energies[size] for size in known.tolist()])
    beyond = sizes > known[-1]
    energy[beyond] += 2.44 * GAS * _BODY / 1000 * np.log(sizes[beyond] / known[-1])
    entropy = -1000.0 * energy / _BODY
    entropy[sizes < known[0]] = -math.inf
    return np.concatenate([[-math.inf], entropy])
