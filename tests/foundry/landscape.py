"""A small landscape that a simulated lab answers from."""

from __future__ import annotations

_WEIGHT = {"A": 0.0, "C": 0.4, "D": 0.1, "W": 1.0}


def fitness(factors: dict[str, str]) -> float:
    """Add the residues' weights, and more where the first and the last are both W."""
    residues = list(factors.values())
    return sum(_WEIGHT[r] for r in residues) + 2.0 * (residues[0] == residues[-1] == "W")


def two(factors: dict[str, str]) -> dict[str, float]:
    """Give two quantities that pull in opposite directions."""
    value = fitness(factors)
    return {"titre": value, "cost": value**2}
