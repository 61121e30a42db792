"""The feature table that GenBank, EMBL and DDBJ share: writing it."""

from __future__ import annotations

import re
from collections.abc import Iterable

from biowright.core import Feature, FormatError, Location, LocationError

from ..format import Loss
from .features import FeatureSpelling, Place, split_head
from .location import parse_location, write_location
from .text import break_at_commas, wrapped
from .values import BARE_KEYS, KEY, SEQUENCE_KEYS, stands_bare

__all__ = ["write_features"]

# NCBI's own lines end at column 79; values begin in column 22.
WIDTH = 58
_SPECIAL = BARE_KEYS | SEQUENCE_KEYS


def write_features(
    features: Iterable[Feature],
    place: Place,
    spelling: FeatureSpelling | None = None,
    *,
    record: str = "",
    tag: str = "     ",
) -> tuple[str, list[Loss]]:
    """Write a feature table that `read_features` reads back to the same features.

    Parameters
    ----------
    features : iterable of Feature
    place : Place
        The length and topology of their record.
    spelling : FeatureSpelling, optional
        How a file spelled them.
    record : str
        The record's name, for the losses.
    tag : str
        What stands in the first five columns of a line.

    Returns
    -------
    str
        The lines.
    list of Loss

    Raises
    ------
    FormatError
        A feature lies outside of the sequence.

    Examples
    --------
    >>> print(write_features([Feature("gene", Location.of((0, 9)))], Place(9))[0], end="")
         gene            1..9
    """
    writer = _TableWriter(place, spelling, record, tag)
    for feature in features:
        writer.add(feature)
    return "".join(writer.out), writer.losses()


class _TableWriter:
    def __init__(
        self, place: Place, spelling: FeatureSpelling | None, record: str, tag: str
    ) -> None:
        self.place, self.record, self.tag = place, record, tag
        fits = spelling is not None and spelling.place == place
        self.spelled = spelling.locations if spelling is not None and fits else {}
        self.bare = spelling.bare if spelling is not None else frozenset()
        self.quoted = spelling.quoted if spelling is not None else frozenset()
        self.indent = tag[:2] + " " * 19
        self.keys: dict[str, str] = {}
        self.out: list[str] = []
        self.changed: dict[str, list[str]] = {}
        self.ids = 0

    def add(self, feature: Feature) -> None:
        out, indent, keys, bare = self.out, self.indent, self.keys, self.bare
        text = self._location(feature.location)
        key = feature.type
        head = f"{self.tag}{key:<15} {text}\n"
        # a key without blanks and a location without breaks are the rule
        if len(head) > 80 or not key.isprintable() or " " in key or key[:1] in ("", "/"):
            head = self._head(key, text)
        out.append(head)
        for name, value in feature.qualifiers.pairs:
            name = keys.get(name) or self._key(name)
            if value is None:
                self._flag(name)
            elif (
                len(name) + len(value) < WIDTH - 3
                and value.isprintable()
                and '"' not in value
                and name not in _SPECIAL
                and (not bare or (name, value) not in bare)
            ):
                out.append(f'{indent}/{name}="{value}"\n')
            else:
                self._value(name, value)
        if feature.id:
            self.ids += 1

    def losses(self) -> list[Loss]:
        found = []
        for what, details in self.changed.items():
            more = f", and {len(details) - 1:,} more" if len(details) > 1 else ""
            found.append(Loss(self.record, what, details[0] + more))
        if self.ids:
            found.append(
                Loss(self.record, "feature id", f"the identities of {self.ids:,} features")
            )
        return found

    def _location(self, location: Location) -> str:
        if self.spelled and (text := self.spelled.get(location)) is not None:
            return text
        part = location.parts[0]
        if (
            len(location.parts) == 1
            and part.start_fuzz is None
            and part.end_fuzz is None
            and part.start + 1 < part.end <= self.place.length
            and part.accession is None
            and location.operator == "join"
        ):
            if part.strand == 1:
                return f"{part.start + 1}..{part.end}"
            return f"complement({part.start + 1}..{part.end})"
        if location.end > self.place.length and not self.place.circular:
            raise FormatError(
                f"the feature at {location} lies outside of the sequence of "
                f"{self.place.length:,} letters",
                record=self.record,
                hint="move or remove it",
            )
        text = write_location(location, self.place.length)
        try:
            back = parse_location(
                text, self.place.length, circular=self.place.circular, wraps=self.place.wraps
            )
        except LocationError as error:
            raise FormatError(
                f"a feature cannot be written: {error.what}",
                record=self.record,
                hint="move or remove it",
            ) from None
        if back != location:
            self._change("location", f"{location} is written as {text}")
        return text

    def _head(self, key: str, text: str) -> str:
        plain = re.sub(r"[^\S ]", " ", key).strip().lstrip("/ ") or "misc_feature"
        if " " in plain and split_head(f"{plain:<15} {text}", "", self.place) != (plain, text):
            plain = plain.replace(" ", "_")
        if plain != key:
            self._change("feature type", f"'{key}' is written as '{plain}'")
        first, *more = break_at_commas(text, WIDTH)
        lines = [f"{self.tag}{plain:<15} {first}\n"]
        lines += [f"{self.indent}{line}\n" for line in more]
        return "".join(lines)

    def _key(self, name: str) -> str:
        plain = name
        if not KEY.fullmatch(name):
            plain = re.sub(r'[\s="]+', "_", name).strip("_") or "note"
            self._change("qualifier", f"the key '{name}' is written as '{plain}'")
        self.keys[name] = plain
        return plain

    def _flag(self, name: str) -> None:
        plain = name.replace(" ", "_")
        if plain != name:
            self._change("qualifier", f"the key '{name}' is written as '{plain}'")
        self.out.append(f"{self.indent}/{plain}\n")

    def _value(self, name: str, value: str) -> None:
        if "\n" in value or "\r" in value:
            value = " ".join(line.strip(" \t") for line in re.split(r"[\r\n]+", value))
            self._change("qualifier", f"the line breaks in /{name}")
        pair = (name, value)
        if name in SEQUENCE_KEYS:
            plain = "".join(value.split())
            if plain != value:
                self._change("qualifier", f"the blanks in /{name}")
            text = f'/{name}="{_doubled(plain)}"'
            # a break must not part the two quotes that mean one
            width = WIDTH if '"' not in plain else len(text)
            lines = [text[at : at + width] for at in range(0, len(text), width)]
        elif pair in self.bare or (pair not in self.quoted and stands_bare(name, value)):
            lines = self._wrapped(name, value)
        else:
            lines = self._wrapped(name, f'"{_doubled(value)}"')
        self.out.append("".join([f"{self.indent}{line}\n" for line in lines]))

    def _wrapped(self, name: str, text: str) -> list[str]:
        prefix = f"/{name}="  # which must not be broken
        lines = wrapped(text, max(WIDTH - len(prefix), 1), WIDTH)
        lines[0] = prefix + lines[0]
        return lines

    def _change(self, what: str, detail: str) -> None:
        self.changed.setdefault(what, []).append(detail)


def _doubled(value: str) -> str:
    return value.replace('"', '""')
