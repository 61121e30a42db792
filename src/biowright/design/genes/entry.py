"""Tables of TOML, taken key by key: whatever is wrong is told in one go, each with its line."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from biowright.core import InputError
from biowright.formats.toml import toml_line, toml_lines

__all__ = ["Entry", "Faults", "nearest_first", "read_toml"]

Place = tuple[str | int, ...]
Made = TypeVar("Made")
_WORDS = {
    str: "text",
    float: "a number",
    int: "a whole number",
    list: "a list",
    dict: "a table",
    bool: "true or false",
}


def nearest_first(word: str, known: Iterable[str]) -> str:
    """List known names, the one that is most alike first.

    Examples
    --------
    >>> nearest_first("windov", ["high", "low", "window"])
    'known: window, low, high'
    """

    def alike(name: str) -> float:
        return -difflib.SequenceMatcher(None, word.lower(), name.lower()).ratio()

    return f"known: {', '.join(sorted(sorted(known), key=alike))}"


class Faults:
    """What is wrong with a file, and where."""

    def __init__(self) -> None:
        self.found: list[tuple[Place, str]] = []

    def add(self, place: Place, error: InputError | str) -> None:
        """Note a fault."""
        text = error if isinstance(error, str) else str(InputError(error.what, **_said(error)))
        self.found.append((place, text))

    def check(self, text: str = "") -> None:
        """Raise an error that tells all faults, in the order of their lines in `text`."""
        if not self.found:
            return
        lines = toml_lines(text)
        told = sorted((toml_line(lines, place), says) for place, says in self.found)
        if len(told) == 1:
            raise InputError(told[0][1], line=told[0][0] if text else None)
        heads = [f"line {line}: {says}" if text else says for line, says in told]
        raise InputError("\n  ".join([f"{len(told)} things are wrong", *heads]))


def _said(error: InputError) -> dict[str, Any]:
    return {
        name: getattr(error, name)
        for name in ("path", "record", "position", "expected", "hint")
        if getattr(error, name) is not None
    }


class Entry:
    """One table of the file, whose keys are taken one by one, so that none is overlooked."""

    def __init__(
        self, values: Mapping[str, Any], where: str, folder: Path, faults: Faults, place: Place = ()
    ) -> None:
        self.values = dict(values)
        self.where = where
        self.folder = folder
        self.faults = faults
        self.place = place
        self.known: set[str] = set()
        self.given = set(values)
        self.misread = False

    def fault(self, key: str, says: str, expected: str | None = None, hint: str | None = None):
        """Note what is wrong with a key, or with the table."""
        error = InputError(f"{self.where}: {says}", expected=expected, hint=hint)
        self.faults.add((*self.place, *([key] if key else [])), error)

    def take(self, key: str, kind: type | tuple[type, ...], default: Any = None) -> Any:
        """Give the value of a key; the default where there is none, or a wrong one, which is noted."""
        self.known.add(key)
        value = self.values.pop(key, default)
        if value is default:
            return value
        kinds = kind if isinstance(kind, tuple) else (kind,)
        asked = " or ".join(_WORDS.get(k, k.__name__) for k in kinds)
        if isinstance(value, bool) and bool not in kinds:
            kinds = ()
        if float in kinds and isinstance(value, int) and not isinstance(value, bool):
            value = float(value)
        if not isinstance(value, kinds) or value != value:
            self.fault(key, f"{key} = {value!r}", asked)
            self.misread = True
            return default
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """Give a list of texts."""
        values = self.take(key, list, [])
        for value in values:
            if not isinstance(value, str):
                self.fault(key, f"{key}: {value!r}", "text")
                self.misread = True
        return tuple(value for value in values if isinstance(value, str))

    def only(self, key: str, applies: bool, when: str) -> None:
        """Refuse a key that is given where it changes nothing."""
        if key in self.given and not applies:
            self.fault(key, f"'{key}' changes nothing here", hint=when)

    def make(self, maker: Callable[[], Made], otherwise: Made) -> Made:
        """Make something of the table; what is wrong with it is noted."""
        try:
            return maker()
        except InputError as error:
            if not self.misread:  # else it may only miss what could not be read
                self.fault("", str(InputError(error.what, **_said(error))))
            return otherwise

    def finish(self) -> None:
        """Refuse all keys that were not taken."""
        for key in self.values:
            self.fault(key, f"there is no '{key}' here", hint=nearest_first(key, self.known))


def read_toml(path: str | Path) -> tuple[dict[str, Any], str]:
    """Read a TOML file; give what it holds, and its text.

    Raises
    ------
    InputError
        It cannot be read, or is no TOML.
    """
    try:
        text = Path(path).read_bytes().decode("utf-8")
    except OSError as error:
        raise InputError(f"the file cannot be read ({error.strerror})", path=path) from None
    except UnicodeDecodeError as error:
        raise InputError(f"byte {error.start} is no UTF-8", path=path) from None
    try:
        return tomllib.loads(text), text
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise InputError(f"this is no TOML: {error}", path=path) from None
