"""Measured values: a number with its unit, its uncertainty, how often it was measured, where."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import total_ordering

from .attributes import Attributes
from .errors import UnitError
from .units import Unit, find_unit, product_symbol

__all__ = ["Quantity"]

Number = int | float | Fraction


@total_ordering
@dataclass(frozen=True, slots=True, eq=False)
class Quantity:
    """A value with its unit.

    Conversions are exact: a float counts as the decimal number that it is written as. Two
    quantities are equal if they say the same in any unit of their dimension; comparing looks at
    the value alone.

    Parameters
    ----------
    value : int, float or Fraction
    unit : str, default ""
        Such as ``nL`` or ``mmol/gDW/h``; see `biowright.core.units`.
    uncertainty : number, optional
        The standard deviation, in the same unit.
    n : int, optional
        How many measurements it comes from.
    context : Attributes or mapping, default empty
        Under which conditions: host, medium, temperature; ``reference`` for a relative unit.

    Raises
    ------
    UnitError
        The unit is unknown, or a number is not finite.

    Examples
    --------
    >>> drop = Quantity(2.5, "nL")
    >>> drop.to("pL")
    Quantity(2500, 'pL')
    >>> print(drop * 4 + Quantity(1, "µL"))
    1010 nL
    >>> print(Quantity.parse("37 °C").to("K"))
    310.15 K
    """

    value: Number
    unit: str = ""
    uncertainty: Number | None = None
    n: int | None = None
    context: Attributes = field(default_factory=Attributes)

    def __init__(
        self,
        value: Number,
        unit: str = "",
        uncertainty: Number | None = None,
        n: int | None = None,
        context: Attributes | Mapping[str, str] | None = None,
    ) -> None:
        put = object.__setattr__
        put(self, "value", _finite(value, "value"))
        put(self, "unit", find_unit(unit).symbol)
        if uncertainty is not None and _finite(uncertainty, "uncertainty") < 0:
            raise UnitError(f"an uncertainty of {uncertainty}", expected="0 or more")
        put(self, "uncertainty", uncertainty)
        if n is not None and (not isinstance(n, int) or n < 1):
            raise UnitError(f"{n!r} measurements", expected="a whole number from 1")
        put(self, "n", n)
        put(self, "context", Attributes(() if context is None else context))

    @classmethod
    def parse(cls, text: str) -> Quantity:
        """Read a quantity such as ``2.5 nL``, ``37 °C``, ``1e-3 M`` or ``2.5 ± 0.1 nL``.

        Raises
        ------
        UnitError
            There is no number at the beginning, a decimal comma in it, or no known unit behind it.
        """
        plain = text.strip().replace("−", "-")
        shown = plain[:40]
        number = r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?"
        if len(plain) > 200:
            raise UnitError(f"'{shown}...' is no quantity", expected="such as '2.5 nL'")
        if re.match(r"[+-]?\d[\d.]*,\d", plain):
            raise UnitError(
                f"'{shown}' has a comma in its number",
                hint="write a decimal point, and thousands without a separator",
            )
        match = re.fullmatch(rf"({number})\s*(?:(?:±|\+/-)\s*({number}))?\s*(.*)", plain)
        if not match:
            raise UnitError(f"'{shown}' does not begin with a number", expected="such as '2.5 nL'")
        uncertainty = None if match[2] is None else _number(match[2])
        return cls(_number(match[1]), match[3], uncertainty)

    def to(self, unit: str) -> Quantity:
        """Give the same quantity in another unit.

        Raises
        ------
        UnitError
            The unit is unknown, or of another dimension.
        """
        old, new = find_unit(self.unit), find_unit(unit)
        self._same_dimension(old, new)
        value = (_exact(self.value) * old.factor + old.offset - new.offset) / new.factor
        uncertainty = None
        if self.uncertainty is not None:
            scaled = _exact(self.uncertainty) * old.factor / new.factor
            uncertainty = _tidy(scaled, self.uncertainty)
        return Quantity(_tidy(value, self.value), unit, uncertainty, self.n, self.context)

    @property
    def dimension(self) -> tuple[tuple[str, int], ...]:
        """The base units that it is made of, with their exponents."""
        return find_unit(self.unit).dimension

    def __str__(self) -> str:
        text = _text(self.value)
        if self.uncertainty is not None:
            text += f" ± {_text(self.uncertainty)}"
        if self.unit:
            text += self.unit if self.unit == "%" else f" {self.unit}"
        return f"{text} (n={self.n})" if self.n is not None else text

    def __repr__(self) -> str:
        words = [_text(self.value), repr(self.unit)]
        if self.uncertainty is not None:
            words.append(f"uncertainty={_text(self.uncertainty)}")
        if self.n is not None:
            words.append(f"n={self.n}")
        if self.context:
            words.append(f"context={dict(self.context.pairs)!r}")
        return f"Quantity({', '.join(words)})"

    def _key(self) -> tuple[object, ...]:
        unit = find_unit(self.unit)
        spread = None if self.uncertainty is None else _exact(self.uncertainty) * unit.factor
        return unit.dimension, self._base(), spread, self.n, self.context

    def _base(self) -> Fraction:
        unit = find_unit(self.unit)
        return _exact(self.value) * unit.factor + unit.offset

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Quantity):
            return NotImplemented
        return self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())

    def __lt__(self, other: Quantity) -> bool:
        if not isinstance(other, Quantity):
            return NotImplemented
        self._comparable(other)
        return self._base() < other._base()

    def __le__(self, other: Quantity) -> bool:
        if not isinstance(other, Quantity):
            return NotImplemented
        self._comparable(other)
        return self._base() <= other._base()

    def __bool__(self) -> bool:
        return True

    def __neg__(self) -> Quantity:
        return self * -1

    def __abs__(self) -> Quantity:
        return -self if self.value < 0 else self

    def __add__(self, other: Quantity) -> Quantity:
        if not isinstance(other, Quantity):
            return NotImplemented
        mine, its = find_unit(self.unit), find_unit(other.unit)
        self._comparable(other)
        if mine.offset and its.offset:
            raise UnitError("two temperatures have no sum", hint="a difference is given in K")
        if its.offset:
            return other + self
        return self._sum(other, 1, mine.symbol)

    def __sub__(self, other: Quantity) -> Quantity:
        if not isinstance(other, Quantity):
            return NotImplemented
        mine, its = find_unit(self.unit), find_unit(other.unit)
        self._comparable(other)
        if mine.offset and its.offset:
            return self.to("K")._sum(other.to("K"), -1, "K")
        if its.offset:
            raise UnitError(
                f"{other.unit} cannot be taken from {self.unit or 'a number'}",
                hint="say to('K') first",
            )
        return self._sum(other, -1, mine.symbol)

    def _sum(self, other: Quantity, sign: int, symbol: str) -> Quantity:
        unit, its = find_unit(symbol), find_unit(other.unit)
        ratio = its.factor / unit.factor
        value = _exact(self.value) + sign * _exact(other.value) * ratio
        spread = _both(self.uncertainty, other.uncertainty, 1.0, float(ratio))
        return Quantity(
            _tidy(value, self.value, other.value), symbol, spread, None, self._shared(other)
        )

    def __mul__(self, other: Quantity | Number) -> Quantity:
        return self._product(other, 1)

    __rmul__ = __mul__

    def __truediv__(self, other: Quantity | Number) -> Quantity:
        return self._product(other, -1)

    def __rtruediv__(self, other: Number) -> Quantity:
        if not isinstance(other, Number):
            return NotImplemented
        return Quantity(other)._product(self, -1)

    def _product(self, other: Quantity | Number, power: int) -> Quantity:
        if find_unit(self.unit).offset:
            raise UnitError(f"{self.unit} cannot be multiplied", hint="say to('K') first")
        if isinstance(other, Number):
            factor = _exact(_finite(other, "factor"))
            unit, n, context = self.unit, self.n, self.context
            spread: Number | None = None
            its_value: Number = other
        elif isinstance(other, Quantity):
            if find_unit(other.unit).offset:
                raise UnitError(f"{other.unit} cannot be multiplied", hint="say to('K') first")
            factor, its_value = _exact(other.value), other.value
            unit = product_symbol(self.unit, other.unit, power)
            n, context, spread = None, self._shared(other), other.uncertainty
        else:
            return NotImplemented
        if not factor and power == -1:
            raise UnitError("a quantity cannot be divided by zero")
        value = _tidy(_exact(self.value) * factor**power, self.value, its_value)
        mine = float(factor**power)
        its = float(self.value) * power * float(factor) ** (power - 1)
        return Quantity(value, unit, _both(self.uncertainty, spread, mine, its), n, context)

    def _comparable(self, other: Quantity) -> None:
        unit = find_unit(self.unit)
        self._same_dimension(unit, find_unit(other.unit))
        if unit.relative:
            mine, its = self.context.first("reference"), other.context.first("reference")
            if mine != its:
                raise UnitError(
                    f"{self.unit} against '{mine}' and against '{its}' do not compare",
                    hint="measure both against the same reference",
                )

    def _same_dimension(self, old: Unit, new: Unit) -> None:
        if old.dimension == new.dimension:
            return
        hint = None
        if old.relative or new.relative:
            relative = old if old.relative else new
            hint = f"{relative.symbol} is relative to its reference; a calibration gives the factor"
        raise UnitError(
            f"{old.symbol or 'a plain number'} cannot become {new.symbol or 'a plain number'}",
            hint=hint or "they measure different things",
        )

    def _shared(self, other: Quantity) -> Attributes:
        return self.context if self.context == other.context else Attributes()


def _finite(value: Number, what: str) -> Number:
    if isinstance(value, bool) or not isinstance(value, Number) or not math.isfinite(value):
        raise UnitError(f"a {what} of {value!r}", expected="a finite number")
    return value


def _exact(value: Number) -> Fraction:
    return Fraction(repr(float(value))) if isinstance(value, float) else Fraction(value)


def _tidy(value: Fraction, *like: Number) -> Number:
    """Give whole numbers as int and others as float, unless fractions were given."""
    if value.denominator == 1:
        return value.numerator
    if any(isinstance(number, Fraction) for number in like):
        return value
    return float(value)


def _both(one: Number | None, other: Number | None, mine: float, its: float) -> float | None:
    """Propagate two independent uncertainties through a sum or product, to first order."""
    if one is None and other is None:
        return None
    return math.hypot(float(one or 0) * mine, float(other or 0) * its)


def _number(text: str) -> Number:
    return int(text) if re.fullmatch(r"[+-]?\d{1,300}", text) else float(text)


def _text(value: Number) -> str:
    return repr(value) if isinstance(value, float) else str(value)
