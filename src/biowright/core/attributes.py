"""An ordered multi-map of strings: what a feature or a record says about itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import overload

from .errors import InputError

__all__ = ["Attributes"]

_Pairs = tuple[tuple[str, str | None], ...]

# Beyond so many pairs, an index of the keys is worth its making.
_MANY = 16


class Attributes(Mapping[str, tuple[str, ...]]):
    """Keys with one or several values each, in the order of the file; immutable.

    GenBank calls them qualifiers, GFF3 attributes. The order of the pairs, repeats of a key and
    flags (a key without a value, such as ``/pseudo``) are kept, so that nothing is lost on the way
    back.

    Parameters
    ----------
    pairs : iterable of (key, value), or a mapping of key to value or values
        A value of None is a flag.

    Raises
    ------
    InputError
        What is given are no pairs, or a value of a mapping is no text.

    Examples
    --------
    >>> pairs = [("gene", "lacZ"), ("db_xref", "GI:1"), ("pseudo", None), ("db_xref", "EC:2")]
    >>> q = Attributes(pairs)
    >>> q["db_xref"]
    ('GI:1', 'EC:2')
    >>> q.first("gene"), "pseudo" in q, q.first("product")
    ('lacZ', True, None)
    >>> q.with_value("gene", "lacY").first("gene")
    'lacY'
    """

    __slots__ = ("_index", "pairs")

    pairs: _Pairs
    _index: dict[str, tuple[str, ...]] | None

    def __init__(
        self,
        pairs: Iterable[tuple[str, str | None]]
        | Mapping[str, str | Iterable[str | None] | None] = (),
    ) -> None:
        if isinstance(pairs, Attributes):
            flat: _Pairs = pairs.pairs
        elif isinstance(pairs, Mapping):
            flat = tuple(
                (key, value) for key, given in pairs.items() for value in _values(key, given)
            )
        else:
            flat = tuple(pairs)
            for pair in flat:
                if not isinstance(pair, tuple) or len(pair) != 2:
                    raise InputError(f"{pair!r} is no pair of key and value")
        object.__setattr__(self, "pairs", flat)
        object.__setattr__(self, "_index", None)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError("Attributes is immutable; use with_value, added or without")

    def __delattr__(self, name: str) -> None:
        raise AttributeError("Attributes is immutable; use with_value, added or without")

    def __reduce__(self) -> tuple[object, ...]:
        return Attributes, (self.pairs,)

    def _indexed(self) -> dict[str, tuple[str, ...]]:
        if self._index is None:
            lists: dict[str, list[str]] = {}
            for key, value in self.pairs:
                lists.setdefault(key, []).append(value or "")
            object.__setattr__(self, "_index", {key: tuple(v) for key, v in lists.items()})
        assert self._index is not None
        return self._index

    def __getitem__(self, key: str) -> tuple[str, ...]:
        if len(self.pairs) > _MANY:
            return self._indexed()[key]
        values = tuple(v or "" for k, v in self.pairs if k == key)
        if not values:
            raise KeyError(key)
        return values

    def __contains__(self, key: object) -> bool:
        if len(self.pairs) > _MANY:
            return key in self._indexed()
        return any(k == key for k, _ in self.pairs)

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys(k for k, _ in self.pairs))

    def __len__(self) -> int:
        return len({k for k, _ in self.pairs})

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Attributes):
            return self.pairs == other.pairs
        return NotImplemented

    def __hash__(self) -> int:
        return hash(self.pairs)

    def __repr__(self) -> str:
        return f"Attributes({list(self.pairs)!r})"

    @overload
    def first(self, key: str) -> str | None: ...
    @overload
    def first(self, key: str, default: str) -> str: ...
    def first(self, key: str, default: str | None = None) -> str | None:
        """Return the first value of a key ('' for a flag), or the default."""
        for k, v in self.pairs:
            if k == key:
                return v or ""
        return default

    def added(self, key: str, value: str | None) -> Attributes:
        """Return a copy with one more pair at the end."""
        return Attributes((*self.pairs, (key, value)))

    def with_value(self, key: str, *values: str | None) -> Attributes:
        """Return a copy where the key has exactly these values, at its old place if it had one."""
        fresh = [(key, value) for value in values]
        pairs: list[tuple[str, str | None]] = []
        placed = False
        for pair in self.pairs:
            if pair[0] != key:
                pairs.append(pair)
            elif not placed:
                pairs += fresh
                placed = True
        return Attributes(pairs if placed else pairs + fresh)

    def without(self, *keys: str) -> Attributes:
        """Return a copy without these keys."""
        return Attributes(pair for pair in self.pairs if pair[0] not in keys)


def _values(key: str, given: object) -> Iterable[str | None]:
    if given is None or isinstance(given, str):
        return (given,)
    if isinstance(given, Iterable):
        values = tuple(given)
        if all(value is None or isinstance(value, str) for value in values):
            return values
    raise InputError(
        f"the value of '{key}' is {given!r}", expected="text, None for a flag, or several of them"
    )
