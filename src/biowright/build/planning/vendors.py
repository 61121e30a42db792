"""What vendors make: rule packs as data, checks with positions, prices and days.

A pack is a dated TOML file for one product; each rule names its source. ``data`` of the package holds
those that come along; a file of one's own is read in the same form.
"""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

from biowright.core import FormatError, InputError, suggest
from biowright.formats import toml_errors

from .difficulty import find_breaches

__all__ = ["Breach", "Price", "Product", "Rule", "product", "products", "read_product"]

Kind = Literal["fragment", "clone", "oligo", "pool"]
_DATE = re.compile(r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?")
_LIMITS = {"homopolymer": ("most_gc", "most_at"), "hairpin": ("stem",)}
RULES = ("length", "gc", "gc-spread", "homopolymer", "repeat", "tandem", "hairpin")


Faults = list[tuple[str, str]]  # a key, and what is wrong with it


class _PackError(InputError, ValueError):
    """A rule pack says what cannot be; `toml_errors` tells each fault with its line."""

    def __init__(self, faults: Faults) -> None:
        super().__init__("; ".join(fault for _, fault in faults))
        self.faults = faults


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule of a product.

    Parameters
    ----------
    rule : str
        ``length``, ``gc`` (share; `window` 0 is the whole), ``gc-spread`` (between the richest and the
        poorest window), ``homopolymer``, ``repeat`` (longest k-mer that occurs twice, both strands),
        ``tandem`` (bases in a repeat in a row), ``hairpin`` (stem).
    least, most, most_gc, most_at, window, stem
        The limits, in bases or shares; the limit itself is allowed.
    source, as_of : str
        Where it is written, and of when.
    checked : str
        The day on which somebody read it there, ``2026-08-28``; empty where nobody has.
    assumption : bool
        Whether it is not published, but guessed from what is.
    """

    rule: str
    source: str
    as_of: str
    checked: str = ""
    least: float = 0.0
    most: float = math.inf
    most_gc: int = 10**9
    most_at: int = 10**9
    window: int = 0
    stem: int = 10**9
    assumption: bool = False

    def __post_init__(self) -> None:
        faults: Faults = []
        if self.rule not in RULES:
            offer = suggest(self.rule, RULES) or f"known: {', '.join(RULES)}"
            faults.append(("", f"no rule '{self.rule[:40]}' ({offer})"))
        if not 0 <= self.least <= self.most:
            faults.append(("", f"{self.rule[:40]} from {self.least} to {self.most}"))
        needed = _LIMITS.get(self.rule, ())
        if needed and all(getattr(self, name) == 10**9 for name in needed):
            faults.append(("", f"a rule of {self.rule} without {' and '.join(needed)}"))
        if self.rule in ("repeat", "tandem") and not math.isfinite(self.most):
            faults.append(("", f"a rule of {self.rule} without most"))
        for name in ("window", "most_gc", "most_at", "stem"):
            if (value := getattr(self, name)) < 0:
                faults.append((name, f"a negative number, {value}"))
        _refuse(faults, self.as_of, self.checked)

    @property
    def standing(self) -> str:
        """How well it is known: empty where it was read at its source, or what is missing."""
        return _standing(self.assumption, self.checked)


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """What a product costs.

    Parameters
    ----------
    currency : str
    base, least : float
        A base, and the least for a piece.
    tiers : tuple of (int, float)
        Lengths up to which a piece costs so much, instead.
    pools : tuple of (int, int, float)
        Numbers of oligos and their length up to which a pool costs so much, instead.
    source, as_of, checked : str
    assumption : bool
        As of a `Rule`.
    """

    currency: str
    source: str
    as_of: str
    checked: str = ""
    base: float = 0.0
    least: float = 0.0
    tiers: tuple[tuple[int, float], ...] = ()
    pools: tuple[tuple[int, int, float], ...] = ()
    assumption: bool = False

    def __post_init__(self) -> None:
        sums = (self.base, self.least, *(t[-1] for t in self.tiers), *(p[-1] for p in self.pools))
        faults: Faults = []
        if not all(0 <= each < math.inf for each in sums):
            faults.append(("", "a price that is no number of 0 or more"))
        if not any(sums):
            faults.append(("", "no price: say base, tiers or pools"))
        _refuse(faults, self.as_of, self.checked)

    @property
    def standing(self) -> str:
        """How well it is known; see `Rule`."""
        return _standing(self.assumption, self.checked)


@dataclass(frozen=True, slots=True, kw_only=True)
class Days:
    """How long a vendor takes, in business days."""

    least: int
    most: int
    source: str
    as_of: str
    checked: str = ""
    assumption: bool = False

    def __post_init__(self) -> None:
        faults: Faults = []
        if not 0 <= self.least <= self.most:
            faults.append(("", f"{self.least} to {self.most} days"))
        _refuse(faults, self.as_of, self.checked)

    @property
    def standing(self) -> str:
        """How well they are known; see `Rule`."""
        return _standing(self.assumption, self.checked)


@dataclass(frozen=True, slots=True)
class Breach:
    """A place where a piece breaks a vendor's rule.

    Parameters
    ----------
    rule : str
    start, end : int
        In the piece, 0-based and half-open.
    says : str
        What is there, and what is allowed.
    source : str
    fix : str
        A synonymous change that helps, where a coding sequence allows one.
    """

    rule: str
    start: int
    end: int
    says: str
    source: str
    fix: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """What a vendor makes, and under which rules.

    Parameters
    ----------
    id : str
        The name of the pack.
    vendor, product : str
    kind : str
        ``fragment`` (double-stranded), ``clone``, ``oligo`` (single-stranded) or ``pool``.
    columns : tuple of (str, str)
        The table that orders are uploaded as: head and content of each column; ``{name}``,
        ``{sequence}``, ``{length}``, ``{well}`` and ``{plate}`` are filled in.
    rules : tuple of Rule
    price : Price
    days : Days
    errors : float
        Bases an error, before cloning and sequencing.
    delivered : float
        How much comes, in ng of a fragment or nmol of an oligo.
    version : int
    as_of : str
    """

    vendor: str
    product: str
    kind: Kind
    columns: tuple[tuple[str, str], ...]
    rules: tuple[Rule, ...]
    price: Price
    days: Days
    version: int
    as_of: str
    errors: float = float("inf")
    delivered: float = 0.0
    id: str = ""

    def __post_init__(self) -> None:
        faults = _pack_faults(
            [rule.rule for rule in self.rules], self.columns, self.errors, self.delivered
        )
        _refuse(faults, self.as_of, "")

    @property
    def unchecked(self) -> tuple[str, ...]:
        """What of the pack nobody has read at the vendor's: rules, price, days, each with why.

        Examples
        --------
        >>> product("idt-gblocks").unchecked[-2:]
        ('price (assumed)', 'days (assumed)')
        """
        told = [(rule.rule, rule.standing) for rule in self.rules]
        told += [("price", self.price.standing), ("days", self.days.standing)]
        return tuple(dict.fromkeys(f"{name} ({why})" for name, why in told if why))

    @property
    def lengths(self) -> tuple[int, int]:
        """The shortest and the longest piece."""
        for rule in self.rules:
            if rule.rule == "length":
                return int(rule.least), int(min(rule.most, 10**9))
        return 1, 10**9

    def cost(self, length: int, pieces: int = 1) -> float:
        """Give the list price of pieces of a length, in the product's currency.

        Examples
        --------
        >>> product("twist-gene-fragments").cost(1000)
        70.0
        """
        price = self.price
        if price.pools:
            fits = [cost for many, size, cost in price.pools if pieces <= many and length <= size]
            most, _, dearest = max(price.pools, key=lambda pool: pool[2])
            return min(fits, default=dearest * -(-pieces // most))
        if price.tiers:
            fits = [cost for size, cost in price.tiers if length <= size]
            return pieces * min(fits, default=price.tiers[-1][1])
        return pieces * round(max(price.least, price.base * length), 2)

    def breaches(self, sequence: str) -> tuple[Breach, ...]:
        """Check a piece; the most telling breach of each rule comes first.

        Examples
        --------
        >>> [b.rule for b in product("twist-gene-fragments").breaches("ACGTTGCA" * 60)]
        ['repeat', 'tandem', 'hairpin']
        """
        return tuple(
            Breach(
                rule.rule,
                start,
                end,
                says,
                rule.source + (f" ({rule.standing})" if rule.standing else ""),
            )
            for rule in self.rules
            for start, end, says in find_breaches(rule, sequence)
        )


@cache
def products() -> Mapping[str, Product]:
    """Give the products that come along, by the names of their packs.

    Examples
    --------
    >>> sorted(products())[:3]
    ['eurofins-genestrands', 'genscript-gene-fragments', 'idt-eblocks']
    """
    folder = files("biowright.build").joinpath("vendors")
    made = {}
    for entry in sorted(folder.iterdir(), key=lambda e: e.name):
        if entry.name.endswith(".toml"):
            made[entry.name.removesuffix(".toml")] = _parsed(entry.read_text("utf-8"), entry.name)
    return made


def product(name: str) -> Product:
    """Give a product by the name of its pack, or from a file of that form.

    Raises
    ------
    InputError
        There is none, or the file says something wrong.
    """
    if name.endswith(".toml"):
        return read_product(Path(name))
    known = products()
    if name not in known:
        raise InputError(
            f"there is no vendor's product '{name}'",
            hint=suggest(name, known) or f"known: {', '.join(sorted(known))}",
        )
    return known[name]


def read_product(path: Path) -> Product:
    """Read a rule pack.

    Raises
    ------
    FormatError
        It is no TOML, or says something wrong.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise InputError("there is no such rule pack", path=path) from None
    except (OSError, UnicodeDecodeError) as error:
        raise FormatError(f"the rule pack cannot be read ({error})", path=path) from None
    return _parsed(text, path)


def _parsed(text: str, path: object) -> Product:
    from dataclasses import replace

    from pydantic import TypeAdapter, ValidationError

    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise FormatError(f"the rule pack is no TOML: {error}", path=str(path)) from None
    wrong = [(("id",), "a rule pack has no id: its file's name is its id")] if "id" in raw else []
    error = None
    try:
        made = TypeAdapter(Product, config=None).validate_python(
            {key: value for key, value in raw.items() if key != "id"}
        )
    except ValidationError as found:
        error = found
        # what is wrong with a part keeps the whole from being looked at
        if not any(not each["loc"] for each in found.errors()):
            wrong += [((key,) if key else (), fault) for key, fault in _raw_faults(raw)]
    if error is not None or wrong:
        told = toml_errors(error, text, _keys(), wrong)
        count = f"{len(told)} error{'s' if len(told) > 1 else ''} in the rule pack"
        raise FormatError("\n  ".join([count, *told]), path=str(path)) from None
    return replace(made, id=Path(str(path)).stem)


def _raw_faults(raw: Mapping[str, Any]) -> Faults:
    """Give what is wrong with a pack as a whole, of which parts may be anything."""
    rules, columns = raw.get("rules"), raw.get("columns")
    names = [rule.get("rule") for rule in rules if isinstance(rule, dict)] if rules else []
    if any(suggest(str(name), RULES) == suggest("lengt", RULES) for name in names):
        names.append("length")  # it is misspelled, which is told
    pairs = [
        (pair[0], pair[1])
        for pair in (columns if isinstance(columns, list) else ())
        if isinstance(pair, list) and len(pair) == 2 and all(isinstance(x, str) for x in pair)
    ]
    numbers = [raw.get(key, least) for key, least in (("errors", 1.0), ("delivered", 0.0))]
    errors, delivered = (x if isinstance(x, int | float) else 1.0 for x in numbers)
    faults = _pack_faults(names, pairs, errors, delivered)
    if isinstance(date := raw.get("as_of"), str):
        faults += _date_faults(date, "")
    return faults


def _pack_faults(
    rules: Iterable[object],
    columns: Iterable[tuple[str, str]],
    errors: float,
    delivered: float,
) -> Faults:
    faults: Faults = []
    if "length" not in rules:
        faults.append(("rules", "no rule of length: what is the shortest and the longest piece?"))
    if not errors > 0:
        faults.append(("errors", f"{errors} bases an error"))
    if not delivered >= 0:
        faults.append(("delivered", f"{delivered} delivered"))
    for head, cell in columns:
        try:
            cell.format(name="", sequence="", length=0, well="", plate="")
        except (KeyError, IndexError, ValueError, AttributeError):
            fault = (
                f"the column {head} takes '{cell[:40]}', and there are {{name}}, {{sequence}}, "
                "{length}, {well} and {plate}"
            )
            faults.append(("columns", fault))
    return faults


def _keys() -> Mapping[str, list[str]]:
    kinds = {"": Product, "rules": Rule, "price": Price, "days": Days}
    return {
        table: [each.name for each in fields(kind) if each.name != "id"]
        for table, kind in kinds.items()
    }


def _standing(assumption: bool, checked: str) -> str:
    return "assumed" if assumption else "" if checked else "unchecked"


def _date_faults(as_of: str, checked: str) -> Faults:
    return [
        (key, f"'{each[:30]}' is no date such as 2026-08-28, 2026-08 or 2026")
        for key, each in (("as_of", as_of), ("checked", checked or as_of))
        if not _DATE.fullmatch(each) and (key == "as_of" or checked)
    ]


def _refuse(faults: Faults, as_of: str, checked: str) -> None:
    """Raise all that is wrong with a table, with its dates."""
    faults += _date_faults(as_of, checked)
    if faults:
        raise _PackError(faults)


for _kind in (Rule, Price, Days, Product):
    _kind.__pydantic_config__ = {"extra": "forbid"}  # type: ignore[attr-defined]
