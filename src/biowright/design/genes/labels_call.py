"""The arguments of a label in DNA Chisel's notation."""

from __future__ import annotations

import re
from collections.abc import Sequence

from biowright.core import InputError, Location, suggest

__all__ = ["Call", "strands_of"]


class Call:
    """The arguments of one label, taken by name or place."""

    def __init__(self, text: str, names: Sequence[str]) -> None:
        self.values: dict[str, str] = {}
        places = iter(names)
        for piece in (p.strip() for p in re.split(r",\s*(?![^(]*\))", text or "")):
            if not piece:
                continue
            named = re.match(r"([A-Za-z_]\w*)\s*[=:]\s*(.*)", piece, re.DOTALL)
            name = named[1] if named else next(places, "")
            value = (named[2] if named else piece).strip().strip("'\"")
            if not name:
                raise InputError(f"'{piece}' is one argument too many")
            if name not in names:
                raise InputError(f"there is no argument '{name}'", hint=suggest(name, names))
            self.values[name] = value

    def text(self, name: str, default: str | None = None) -> str | None:
        value = self.values.get(name, default)
        return None if value in (None, "None", "") else value

    def number(self, name: str, default: float | None = None) -> float | None:
        text = self.text(name)
        if text is None:
            return default
        try:
            value = float(text.removesuffix("%"))
        except ValueError:
            raise InputError(f"{name}={text} is no number") from None
        return value / 100 if text.endswith("%") else value


def strands_of(call: Call, location: Location) -> tuple[int, ...]:
    """Give the strands that a label means, 1 and -1."""
    said = call.text("strand", "from_location")
    if said in ("from_location", "both", "0"):
        # a feature on the forward strand means both here: a site is cut on whichever it lies
        return (1, -1)
    if said in ("1", "-1"):
        return (int(said),)
    raise InputError(f"strand={said}", expected="both, 1 or -1")
