"""The feature table that GenBank, EMBL and DDBJ share: reading it.

https://www.insdc.org/submitting-standards/feature-table/ defines it. The dialects of other programs
are read as well: keys with blanks in them and a wider key column (Benchling), values without quotes
(Vector NTI, SnapGene), quotes inside of a value that are not doubled.

A table is first taken in one sweep of a pattern that knows the regular form, as the archives write
it. What that does not fit is read again line by line, with every irregularity and the line of each
error.
"""

from __future__ import annotations

import gc
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from biowright.core import Attributes, Feature, FormatError, Location, LocationError

from .location import parse_location, simple_location, write_location
from .text import joined
from .values import BARE_KEYS, KEY, SEQUENCE_KEYS, quoted_value, stands_bare, united

__all__ = ["FeatureSpelling", "Place", "read_features", "split_head"]

# A table is read in stretches of whole features, so that one odd line does not slow down all of it.
STRETCH = 1 << 16
_REGULAR = re.compile(r" {5}\S")
_HEAD = re.compile(r"\n(?= {5}\S)")
# What a line holds: a key with its sign, a plain value in quotes, one with doubled quotes or over
# several lines, a value without quotes; or the rest, of which blank lines are left out.
_TOKEN = re.compile(
    r'\n {21}/([^="\s]+=)(?:"(?:([^"\n]*+)|([^"\n]*+(?:(?:""|\n {6})[^"\n]*+)*+))" *+(?=\n)'
    r'|([^"\s][^\n]*(?:\n {21}[^/\s][^\n]*)*))'
    r"|\n( *+[^ \n][^\n]*)"
)
_FLAG = re.compile(r' {21}/([^="\s]+) *')


@dataclass(frozen=True, slots=True)
class Place:
    """What a location is read against: the length and the kind of its record."""

    length: int
    circular: bool = False
    wraps: bool = True


@dataclass(frozen=True, slots=True)
class FeatureSpelling:
    """How a file spelled what can be spelled in several ways, so that it is written so again.

    It is used only where it still says the same: for a location as long as the record has its
    length and topology, for a qualifier as long as it has its value.

    Parameters
    ----------
    place : Place
    locations : mapping of Location to str
        Those that are not spelled as `write_location` would.
    bare, quoted : frozenset of (key, value)
        Values without quotes that would get some, and the other way round.
    """

    place: Place
    locations: Mapping[Location, str] = field(default_factory=dict)
    bare: frozenset[tuple[str, str]] = frozenset()
    quoted: frozenset[tuple[str, str]] = frozenset()


def read_features(table: str, place: Place, line: int) -> tuple[list[Feature], FeatureSpelling]:
    r"""Read a feature table.

    Parameters
    ----------
    table : str
        Its lines, each with its line end, in GenBank's columns.
    place : Place
    line : int
        The number of its first line in the file.

    Raises
    ------
    FormatError
        With the line.

    Examples
    --------
    >>> table = '     gene            1..9\n' + ' ' * 21 + '/gene="a"\n'
    >>> features, _ = read_features(table, Place(9), 1)
    >>> features[0].label, str(features[0].location)
    ('a', '1..9')
    """
    reader = _TableReader(place)
    regular = _REGULAR.match(table) is not None
    start = 0
    with _paused_collection():
        while start < len(table):
            head = _HEAD.search(table, start + STRETCH) if regular else None
            end = head.start() + 1 if head else len(table)
            stretch = table[start:end]
            if not (regular and reader.sweep(stretch)):
                reader.walk(stretch, line + table.count("\n", 0, start))
            start = end
    return reader.features, reader.spelling()


@contextmanager
def _paused_collection() -> Iterator[None]:
    # thousands of small tuples make the collector look again and again at what is not garbage
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def split_head(text: str, more: str, place: Place) -> tuple[str, str]:
    """Divide the first line of a feature, without its indentation, into key and location text.

    The location begins in column 22; where the key is longer or the columns are others, it is the
    last word. `more` is what the next lines say of the location.
    """
    key, location = text[:15].strip(), "".join(f"{text[16:]}{more}".split())
    if key and text[15:16] == " " and text[16:17] not in ("", " "):
        try:
            parse_location(location, place.length, circular=place.circular, wraps=place.wraps)
        except LocationError:
            if " " not in text[16:].strip():
                return key, location
        else:
            return key, location
    key, _, location = text.strip().rpartition(" ")
    if not key:
        key, location = location, ""
    return key.strip(), "".join(f"{location}{more}".split())


class _TableReader:
    """The features of one table as they come, with how they were spelled."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.features: list[Feature] = []
        self.keys: dict[str, str] = {}
        self.names: dict[str, str] = {}
        self.known: dict[str, Location] = {}
        self.locations: dict[Location, str] = {}
        self.bare: set[tuple[str, str]] = set()
        self.quoted: set[tuple[str, str]] = set()
        self.usual: set[tuple[str, str]] = set()

    def spelling(self) -> FeatureSpelling:
        return FeatureSpelling(
            self.place, self.locations, frozenset(self.bare), frozenset(self.quoted)
        )

    def sweep(self, table: str) -> bool:
        """Read a table of regular form, or say that it is not and leave no trace of it."""
        made = len(self.features)
        if "\t" not in table and self._swept(table):
            return True
        del self.features[made:]
        return False

    def _swept(self, table: str) -> bool:
        names = self.names
        head = text = ""
        pairs: list[tuple[str, str | None]] = []
        for key, plain, value, bare, line in _TOKEN.findall("\n" + table):
            if plain:
                if " " in plain and key[:-1] in SEQUENCE_KEYS:
                    plain = united(key[:-1], [plain])
                pairs.append((names.get(key) or self._name(key, plain), plain))
            elif key and bare:
                bare = joined(bare.split("\n")) if "\n" in bare else bare.rstrip(" ")
                pairs.append((self._bare_name(key, bare), bare))
            elif key:
                if "\n" in value or key[:-1] in SEQUENCE_KEYS:
                    value = united(key[:-1], value.split("\n"))
                if '"' in value:
                    value = value.replace('""', '"')
                pairs.append((names.get(key) or self._name(key, value), value))
            elif line[:5] == "     " and line[5] not in " /":
                if head and not self._add(head, text, pairs):
                    return False
                words = line.split()
                if len(words) != 2:
                    return False
                head, text = words
                pairs = []
            elif flag := _FLAG.fullmatch(line):
                pairs.append((flag[1], None))
            elif pairs or not head or line[:21].strip(" ") or line[21] in '/"':
                return False  # a line that is no part of the regular form
            else:
                text += "".join(line.split())
        return not head or self._add(head, text, pairs)

    def _name(self, key: str, value: str) -> str:
        """Give the name of a key with its sign, and notice quotes that are not usual."""
        name = key[:-1]
        if name not in BARE_KEYS:
            return self.names.setdefault(key, name)
        if stands_bare(name, value):
            self.quoted.add((name, value))
        return name

    def _bare_name(self, key: str, value: str) -> str:
        """Give the name of a key with its sign, and notice that its value has no quotes."""
        name = self.keys.setdefault(key[:-1], key[:-1])
        pair = (name, value)
        if pair not in self.usual:
            (self.usual if stands_bare(name, value) else self.bare).add(pair)
        return name

    def _add(self, key: str, text: str, pairs: list[tuple[str, str | None]]) -> bool:
        location = self.known.get(text)
        if location is None:
            try:
                location = self.locate(text)
            except LocationError:
                return False
        key = self.keys.setdefault(key, key)
        self.features.append(Feature(key, location, Attributes(pairs)))
        return True

    def locate(self, text: str) -> Location:
        place = self.place
        location = simple_location(text, place.length)
        if location is None:
            location = parse_location(
                text, place.length, circular=place.circular, wraps=place.wraps
            )
            crosses = place.circular and location.end > place.length
            if not crosses and text != write_location(location, place.length):
                self.locations[location] = text
        self.known[text] = location
        return location

    def walk(self, table: str, line: int) -> None:
        """Read a table of any form, line by line."""
        for number, head, more in _grouped(table, line):
            rows = iter(more)
            texts = []
            first = next(rows, None)
            while first is not None and not first[1].startswith("/"):
                texts.append(first[1])
                first = next(rows, None)
            key, text = split_head(head, "".join(texts), self.place)
            try:
                location = self.known.get(text) or self.locate(text)
            except LocationError as error:
                raise FormatError(
                    f"the feature '{key[:40]}': {error.what}",
                    line=number,
                    expected=error.expected,
                    hint=error.hint,
                ) from None
            pairs: list[tuple[str, str | None]] = []
            lines = [] if first is None else [first, *rows]
            at = 0
            while at < len(lines):
                at = self._qualifier(lines, at, pairs)
            self.features.append(Feature(key, location, Attributes(pairs)))

    def _qualifier(
        self, lines: list[tuple[int, str]], at: int, pairs: list[tuple[str, str | None]]
    ) -> int:
        """Read the qualifier that begins at a line; give the index of the next one."""
        number, text = lines[at]
        if not text.startswith("/"):
            raise FormatError(
                f"'{text[:40]}' belongs to no qualifier",
                line=number,
                expected="a line that begins with / and a key",
                hint="is a quote missing or too many in the value before?",
            )
        key, sign, rest = (part.strip(" \t") for part in text[1:].partition("="))
        if not KEY.fullmatch(key) or (" " in key and not sign):
            raise FormatError(
                f"the qualifier '{text[:40]}' has no '='"
                if '"' in key
                else f"'{text[:40]}' is no qualifier",
                line=number,
                expected='/key="value", /key=value or /key',
            )
        if not sign:
            pairs.append((key, None))
            return at + 1
        end = at + 1
        if not rest and end < len(lines) and lines[end][1].startswith('"'):
            rest, end = lines[end][1], end + 1
        if rest.startswith('"'):
            # the blanks inside of the quotes are the value's own
            rest = rest if sign and end > at + 1 else text.partition("=")[2].lstrip(" \t")
            value, end = quoted_value(key, rest[1:], lines, end, number)
            if stands_bare(key, value):
                self.quoted.add((key, value))
            pairs.append((key, value))
            return end
        while end < len(lines) and not lines[end][1].startswith("/"):
            end += 1
        value = joined([rest, *(row for _, row in lines[at + 1 : end])])
        pairs.append((self._bare_name(f"{key}=", value), value))
        return end


def _grouped(table: str, line: int) -> Iterator[tuple[int, str, list[tuple[int, str]]]]:
    """Walk the features: the number and the text of the first line, and the lines that follow it.

    The first line says how far keys are indented; what is indented further continues a feature.
    """
    depth = 0
    number, head = line, ""
    more: list[tuple[int, str]] = []
    for at, row in enumerate(table.split("\n"), line):
        text = row.lstrip(" \t")
        if not text.rstrip(" \t"):
            continue
        indent = len(row[: len(row) - len(text)].expandtabs(8))
        if not head and text.startswith("/"):
            raise FormatError(
                f"the qualifier '{text[:40]}' belongs to no feature",
                line=at,
                expected="a feature key and a location",
            )
        depth = depth or indent
        if head and (indent > depth or text.startswith("/")):
            more.append((at, text.rstrip(" \t")))
            continue
        if head:
            yield number, head, more
        number, head, more = at, text.rstrip(), []
    if head:
        yield number, head, more
