"""What vendors make: rule packs as data, checks with positions, prices and days.

A pack is a dated TOML file for one product; each rule names its source. ``data`` of the package holds
those that come along; a file of one's own is read in the same form.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Literal

from biowright.core import FormatError, InputError, suggest

from .difficulty import find_breaches

__all__ = ["Breach", "Price", "Product", "Rule", "product", "products", "read_product"]

Kind = Literal["fragment", "clone", "oligo", "pool"]
RULES = ("length", "gc", "gc-spread", "homopolymer", "repeat", "tandem", "hairpin")


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
    assumption : bool
        Whether it is not published, but guessed from what is.
    """

    rule: str
    source: str
    as_of: str
    least: float = 0.0
    most: float = float("inf")
    most_gc: int = 10**9
    most_at: int = 10**9
    window: int = 0
    stem: int = 10**9
    assumption: bool = False

    def __post_init__(self) -> None:
        if self.rule not in RULES:
            raise InputError(f"no rule '{self.rule}'", expected=", ".join(RULES))
        if not self.least <= self.most:
            raise InputError(f"{self.rule} from {self.least} to {self.most}")


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
    source, as_of : str
    assumption : bool
    """

    currency: str
    source: str
    as_of: str
    base: float = 0.0
    least: float = 0.0
    tiers: tuple[tuple[int, float], ...] = ()
    pools: tuple[tuple[int, int, float], ...] = ()
    assumption: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Days:
    """How long a vendor takes, in business days."""

    least: int
    most: int
    source: str
    as_of: str
    assumption: bool = False


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
                rule.rule, start, end, says, rule.source + (" (assumed)" if rule.assumption else "")
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
    if "id" in raw:
        raise FormatError("a rule pack has no id", path=str(path), hint="its file's name is its id")
    try:
        made = TypeAdapter(Product, config=None).validate_python(raw)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise FormatError(f"{place}: {first['msg']}", path=str(path)) from None
    except InputError as error:
        raise error.located(path=str(path)) from None
    return replace(made, id=Path(str(path)).stem)


for _kind in (Rule, Price, Days, Product):
    _kind.__pydantic_config__ = {"extra": "forbid"}  # type: ignore[attr-defined]
