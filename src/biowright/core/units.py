"""Units of measurement: one table, SI prefixes, and expressions such as ``mmol/gDW/h``.

Factors are exact fractions, so that 2.5 nL are 2,500 pL and not nearly so. What counts something
(nt, bp, cells, colonies, enzyme units) is a dimension of its own: nothing turns 10 nt into 10
cells. So is what has a meaning only against a reference (RPU, OD600, MEFL): without a calibration
there is no way from one to another, and none is guessed.

Sources: the SI brochure, 9th edition, https://www.bipm.org/en/publications/si-brochure; relative
promoter units, Kelly et al. 2009, doi:10.1186/1754-1611-3-4.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from .errors import UnitError, suggest

__all__ = ["DEFAULT_UNITS", "Unit", "find_unit", "product_symbol"]

DEFAULT_UNITS = {
    "sequence length": "nt",
    "temperature": "°C",
    "time": "s",
    "volume": "L",
    "amount": "mol",
    "concentration": "M",
    "mass": "g",
}

Dimension = tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit, as a multiple of the base units of its dimension.

    Parameters
    ----------
    symbol : str
        As it is written.
    factor : Fraction
        How many base units it is.
    dimension : tuple of (base, exponent)
        Sorted by base; empty for a plain number.
    offset : Fraction
        Where its zero lies on the scale of the base unit: 273.15 for °C. Such a scale has points,
        which can be compared and subtracted, but not multiplied.
    relative : bool
        Whether it means something only against a named reference.
    """

    symbol: str
    factor: Fraction = Fraction(1)
    dimension: Dimension = ()
    offset: Fraction = Fraction(0)
    relative: bool = False


# symbol, factor, dimension, whether it takes SI prefixes
_ROWS: tuple[tuple[str, str, dict[str, int], bool], ...] = (
    ("", "1", {}, False),
    ("%", "1/100", {}, False),
    ("ppm", "1/1000000", {}, False),
    ("m", "1", {"m": 1}, True),
    ("g", "1", {"g": 1}, True),
    ("s", "1", {"s": 1}, True),
    ("min", "60", {"s": 1}, False),
    ("h", "3600", {"s": 1}, False),
    ("d", "86400", {"s": 1}, False),
    ("mol", "1", {"mol": 1}, True),
    ("K", "1", {"K": 1}, True),
    ("A", "1", {"A": 1}, True),
    ("L", "1/1000", {"m": 3}, True),
    ("l", "1/1000", {"m": 3}, True),
    ("M", "1000", {"mol": 1, "m": -3}, True),
    ("Hz", "1", {"s": -1}, True),
    ("N", "1000", {"g": 1, "m": 1, "s": -2}, True),
    ("Pa", "1000", {"g": 1, "m": -1, "s": -2}, True),
    ("bar", "100000000", {"g": 1, "m": -1, "s": -2}, True),
    ("atm", "101325000", {"g": 1, "m": -1, "s": -2}, False),
    ("J", "1000", {"g": 1, "m": 2, "s": -2}, True),
    ("cal", "4184", {"g": 1, "m": 2, "s": -2}, True),
    ("W", "1000", {"g": 1, "m": 2, "s": -3}, True),
    ("V", "1000", {"g": 1, "m": 2, "s": -3, "A": -1}, True),
    ("nt", "1", {"nt": 1}, True),
    ("bp", "1", {"bp": 1}, True),
    ("kb", "1000", {"bp": 1}, False),
    ("Mb", "1000000", {"bp": 1}, False),
    ("aa", "1", {"aa": 1}, False),
    ("Da", "1", {"Da": 1}, True),
    ("gDW", "1", {"gDW": 1}, True),
    ("U", "1", {"U": 1}, True),
    ("cells", "1", {"cell": 1}, False),
    ("cell", "1", {"cell": 1}, False),
    ("cfu", "1", {"cfu": 1}, False),
    ("CFU", "1", {"cfu": 1}, False),
    ("copies", "1", {"copy": 1}, False),
    ("copy", "1", {"copy": 1}, False),
    ("rpm", "1", {"rpm": 1}, False),
    ("xg", "1", {"xg": 1}, False),
    ("pH", "1", {"pH": 1}, False),
)
# symbol, factor, zero on the kelvin scale
_SCALES = (("°C", "1", "27315/100"), ("°F", "5/9", "45967/180"))
_SPELLINGS = {"degC": "°C", "degF": "°F", "celsius": "°C", "x g": "xg", "dry": "gDW"}
_RELATIVE = ("RPU", "AU", "RFU", "RLU", "MEFL", "MEPE", "MEAP", "MEF")
_PREFIXES = {
    "T": 12, "G": 9, "M": 6, "k": 3, "h": 2, "d": -1, "c": -2, "m": -3, "µ": -6, "u": -6,
    "n": -9, "p": -12, "f": -15, "a": -18, "z": -21,
}  # fmt: skip

_KNOWN: dict[str, Unit] = {
    symbol: Unit(symbol, Fraction(factor), tuple(sorted(dimension.items())))
    for symbol, factor, dimension, _ in _ROWS
}
_KNOWN |= {
    symbol: Unit(symbol, Fraction(factor), (("K", 1),), Fraction(zero))
    for symbol, factor, zero in _SCALES
}
_KNOWN |= {symbol: Unit(symbol, dimension=((symbol, 1),), relative=True) for symbol in _RELATIVE}
_PREFIXED = {symbol for symbol, *_, prefixed in _ROWS if prefixed}
_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")


@lru_cache(maxsize=1024)
def find_unit(symbol: str) -> Unit:
    """Give the unit of that symbol, or of an expression of several.

    Parameters
    ----------
    symbol : str
        Such as ``nL``, ``°C``, ``ng/µL``, ``mmol/gDW/h``, ``1/h``, ``m^3`` or ``h⁻¹``; u stands
        for µ.

    Raises
    ------
    UnitError
        A symbol is unknown, or a temperature scale stands in an expression.

    Examples
    --------
    >>> find_unit("nL").factor
    Fraction(1, 1000000000000)
    >>> find_unit("mg/mL").dimension == find_unit("g/L").dimension
    True
    """
    text = symbol.strip().replace("μ", "µ").translate(_SUPERSCRIPTS)
    if len(text) > 80:
        raise UnitError(f"'{text[:40]}...' is no unit")
    text = _SPELLINGS.get(text, text)
    simple = _simple(text)
    if simple is not None:
        return simple
    factor, exponents, relative = Fraction(1), dict[str, int](), False
    for unit, power in _factors(text):
        if unit.offset:
            raise UnitError(
                f"'{unit.symbol}' cannot stand in '{text}'", hint="differences are given in K"
            )
        factor *= unit.factor**power
        relative |= unit.relative
        for base, exponent in unit.dimension:
            exponents[base] = exponents.get(base, 0) + power * exponent
    dimension = tuple(sorted((b, e) for b, e in exponents.items() if e))
    return Unit(_written(_factors(text)), factor, dimension, relative=relative)


def product_symbol(one: str, other: str, power: int) -> str:
    """Write the unit of a product (power 1) or quotient (power -1) of two units.

    Examples
    --------
    >>> product_symbol("ng/µL", "µL", 1), product_symbol("nt", "s", -1)
    ('ng', 'nt/s')
    """
    powers: dict[str, int] = {}
    units: dict[str, Unit] = {}
    factors = [*_factors(one), *((unit, power * exponent) for unit, exponent in _factors(other))]
    for unit, exponent in factors:
        units[unit.symbol] = unit
        powers[unit.symbol] = powers.get(unit.symbol, 0) + exponent
    return _written([(units[symbol], exponent) for symbol, exponent in powers.items()])


def _factors(text: str) -> list[tuple[Unit, int]]:
    """Take an expression apart; what stands behind a stroke is divided by."""
    factors: list[tuple[Unit, int]] = []
    sign = 1
    if text.endswith(("/", "^")):
        raise UnitError(f"'{text}' ends with a stroke", expected="such as 'g/L'")
    for word in re.split(r"([/·*\s])", text):
        if word == "/":
            sign = -1
        elif word == "1" or word in ("", "·", "*") or word.isspace():
            continue
        else:
            match = re.fullmatch(r"(.*[^\d^+-])\^?([+-]?\d{1,2})", word)
            unit, power = _simple(word), 1
            if unit is None and match:
                unit, power = _simple(match[1]), int(match[2])
            if unit is None:
                raise UnitError(f"unknown unit '{word}'", hint=_suggested(word))
            factors.append((unit, sign * power))
    return factors


def _written(factors: list[tuple[Unit, int]]) -> str:
    above = [(unit.symbol, power) for unit, power in factors if power > 0]
    below = [(unit.symbol, -power) for unit, power in factors if power < 0]
    texts = [
        [symbol if power == 1 else f"{symbol}^{power}" for symbol, power in side]
        for side in (above, below)
    ]
    top = "·".join(texts[0])
    return "/".join([top or "1", *texts[1]]) if texts[1] else top


def _simple(word: str) -> Unit | None:
    """Find a single symbol, with a prefix or without."""
    if word in _KNOWN:
        return _KNOWN[word]
    if re.fullmatch(r"OD\d{2,4}", word):
        return Unit(word, dimension=((word, 1),), relative=True)
    if len(word) > 1 and word[0] in _PREFIXES and word[1:] in _PREFIXED:
        unit = _KNOWN[word[1:]]
        scale = Fraction(10) ** _PREFIXES[word[0]]
        symbol = word.replace("u", "µ", 1) if word[0] == "u" else word
        return Unit(symbol, unit.factor * scale, unit.dimension)
    return None


def _suggested(word: str) -> str | None:
    by_case = [known for known in _KNOWN if known.lower() == word.lower()]
    if by_case:
        return f"did you mean '{by_case[0]}'?"
    prefixed = [prefix + symbol for prefix in "kmµnp" for symbol in ("L", "mol", "M", "g", "s")]
    folded = {known.lower().replace("µ", "u"): known for known in prefixed}
    if word.lower() in folded:
        return f"did you mean '{folded[word.lower()]}'?"
    return suggest(word, {**_KNOWN, **dict.fromkeys(prefixed)})
