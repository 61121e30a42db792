"""The lines of GFF3: nine columns, escapes and attributes, in both directions."""

from __future__ import annotations

import re
from dataclasses import dataclass

from biowright.core import FormatError, Fuzz, FuzzKind, Span

__all__ = ["Row", "escaped", "escaped_name", "unescaped"]

Pairs = tuple[tuple[str, str | None], ...]

_ESCAPES = re.compile(r"(?:%[0-9A-Fa-f]{2})+")
_RESERVED = re.compile(r"[\x00-\x1f\x7f%;=&,]")
_RESERVED_COLUMN = re.compile(r"[\x00-\x1f\x7f%]")
_NOT_NAME = re.compile(r"[^a-zA-Z0-9.:^*$@!+_?|-]")
_PART = re.compile(r"(\d+)(?:/\d+)?")


def unescaped(text: str) -> str:
    """Resolve ``%XX``; what is no UTF-8 stays as it stands.

    Examples
    --------
    >>> unescaped("a%3Bb %C3%A9 100%")
    'a;b é 100%'
    """
    return _ESCAPES.sub(_resolved, text) if "%" in text else text


def _resolved(match: re.Match[str]) -> str:
    try:
        return bytes.fromhex(match[0].replace("%", "")).decode("utf-8")
    except UnicodeDecodeError:
        return match[0]


def _as_hex(match: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in match[0].encode("utf-8", "surrogatepass"))


def escaped(text: str, *, column: bool = False) -> str:
    """Escape what has a meaning in an attribute, or in another column.

    Examples
    --------
    >>> escaped("2,3-diol; 100%")
    '2%2C3-diol%3B 100%25'
    """
    return (_RESERVED_COLUMN if column else _RESERVED).sub(_as_hex, text)


def escaped_name(name: str) -> str:
    """Escape all but the characters that the name of a landmark may have.

    Examples
    --------
    >>> escaped_name("T7 promoter")
    'T7%20promoter'
    """
    return _NOT_NAME.sub(_as_hex, name)


@dataclass(frozen=True, slots=True)
class Row:
    """A feature line, or one of several of a feature.

    Parameters
    ----------
    landmark, source, type : str
    span : Span
        With the fuzzy ends that ``start_range`` and ``end_range`` tell.
    score, strand, phase : str
        As they stand, with ``.`` for nothing.
    id : str
    attributes : tuple of (key, value)
        All others, unescaped, one pair a value.
    part : int
        Its place among the lines of its feature, where the line tells it; otherwise 0.
    number : int
        The number of the line.
    """

    landmark: str
    source: str
    type: str
    span: Span
    score: str
    strand: str
    phase: str
    id: str
    attributes: Pairs
    part: int
    number: int

    @classmethod
    def of(cls, line: str, number: int, path: str) -> Row:
        """Read a line.

        Raises
        ------
        FormatError
            It is no line of GFF3.
        """
        columns = line.split("\t")
        if len(columns) != 9:
            raise FormatError(
                f"there are {len(columns)} columns",
                path=path,
                line=number,
                expected="nine, separated by tabs",
                hint="are the tabs blanks?" if len(columns) == 1 else None,
            )
        name, source, kind, first, last, score, strand, phase, ninth = columns
        if not (first.isascii() and first.isdigit() and last.isascii() and last.isdigit()):
            raise FormatError(
                f"'{first[:20]}' to '{last[:20]}' are no coordinates", path=path, line=number
            )
        if len(first) > 18 or len(last) > 18 or not 0 < int(first) <= int(last):
            raise FormatError(
                f"{first[:20]}..{last[:20]} is no range",
                path=path,
                line=number,
                expected="1 <= start <= end",
                hint="over the origin of a circle, the end is above the length",
            )
        if strand not in ("+", "-", ".", "?"):
            raise FormatError(
                f"the strand {strand[:20]!r}", path=path, line=number, expected="+, -, . or ?"
            )
        if phase not in (".", "0", "1", "2"):
            raise FormatError(
                f"the phase {phase[:20]!r}", path=path, line=number, expected="0, 1, 2 or ."
            )
        identity, part = "", 0
        pairs: list[tuple[str, str | None]] = []
        ranges: dict[str, str] = {}
        for attribute in ninth.split(";") if ninth != "." else ():
            key, is_pair, value = attribute.lstrip().partition("=")
            if not key and not is_pair:
                continue
            if key == "ID":
                identity = unescaped(value)
            elif key == "part" and (numbered := _PART.fullmatch(unescaped(value))):
                part = int(numbered[1][:9])
            elif key in ("start_range", "end_range"):
                ranges[key] = value
            elif not is_pair:
                if '"' in key and " " in key:
                    raise FormatError(
                        "this is GTF or GFF version 2",
                        path=path,
                        line=number,
                        hint="convert it to GFF3, for example with gffread",
                    )
                pairs.append((unescaped(key), None))
            else:
                pairs += [(unescaped(key), unescaped(v)) for v in value.split(",")]
        start, end = int(first) - 1, int(last)
        start_fuzz = fuzz_of(ranges.get("start_range", ""), start, 1)
        end_fuzz = fuzz_of(ranges.get("end_range", ""), end, 0)
        for key, fuzz in (("start_range", start_fuzz), ("end_range", end_fuzz)):
            if key in ranges and fuzz is None:
                pairs += [(key, unescaped(v)) for v in ranges[key].split(",")]
        span = Span(start, end, -1 if strand == "-" else 1, start_fuzz, end_fuzz)
        return cls(
            unescaped(name),
            "" if source == "." else unescaped(source),
            "" if kind == "." else unescaped(kind),
            span,
            score,
            strand,
            phase,
            identity,
            tuple(pairs),
            part,
            number,
        )

    @property
    def key(self) -> tuple[object, ...]:
        """What lines of one feature have in common."""
        return self.id, self.type, self.source, self.score, self.attributes


def fuzz_of(text: str, boundary: int, offset: int) -> Fuzz | None:
    """Read the NCBI's ``start_range`` (offset 1) or ``end_range`` (offset 0) at a boundary.

    ``.,10`` says that the start lies before 10, ``10,20`` that it lies between them.
    """
    low, _, high = text.partition(",")
    here = str(boundary + offset)
    if offset and (low, high) == (".", here):
        return Fuzz(FuzzKind.BEFORE)
    if not offset and (low, high) == (here, "."):
        return Fuzz(FuzzKind.AFTER)
    if low.isdecimal() and high.isdecimal() and here in (low, high) and int(low) < int(high):
        return Fuzz(FuzzKind.WITHIN, (int(low) - offset, int(high) - offset))
    return None


def fuzz_text(fuzz: Fuzz, boundary: int, offset: int) -> str | None:
    """Write an uncertain boundary so that `fuzz_of` reads it, or None where it cannot be."""
    here = str(boundary + offset)
    if fuzz.kind is FuzzKind.BEFORE and offset:
        return f".,{here}"
    if fuzz.kind is FuzzKind.AFTER and not offset:
        return f"{here},."
    if fuzz.kind is FuzzKind.WITHIN and len(fuzz.positions) == 2:
        text = ",".join(str(p + offset) for p in fuzz.positions)
        return text if fuzz_of(text, boundary, offset) == fuzz else None
    return None
