"""Location text of the INSDC feature table, as GenBank, EMBL and DDBJ write it, and as it is met.

The grammar is that of the feature table definition, section 3.4
(https://www.insdc.org/submitting-standards/feature-table/), old forms included: ``<`` and ``>``,
``102.110``, ``(102.110)``, ``123^124``, ``145^177``, ``one-of()``, ``order()``, ``bond()``, parts
in other records, ``complement()`` inside and outside of ``join()``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from biowright.core import Fuzz, FuzzKind, Location, LocationError, Span
from biowright.core.location import location_text

__all__ = ["parse_location", "simple_location", "write_location"]

# Real locations nest four deep at most; a deeper one is no location but an attack on the parser.
DEEPEST = 20
_SIMPLE = re.compile(r"(complement\()?([1-9][0-9]{0,14})\.\.([1-9][0-9]{0,14})(\)?)")
_TOKEN = re.compile(
    r"(?P<open>(?:join|order|bond|complement)\()"
    r"|(?P<close>\))"
    r"|(?P<comma>,)"
    r"|(?P<accession>[A-Za-z0-9_.|-]{1,80}:)?"
    r"(?P<first>[<>]?[0-9]{1,15}|\([0-9]{1,15}\.[0-9]{1,15}\)|one-of\([0-9,]{1,2000}\)|\?[0-9]{0,15})"
    r"(?:(?P<link>\.\.|\^|\.)"
    r"(?P<second>[<>]?[0-9]{1,15}|\([0-9]{1,15}\.[0-9]{1,15}\)|one-of\([0-9,]{1,2000}\)|\?[0-9]{0,15}))?",
    re.IGNORECASE,
)
_FUZZ = {"<": Fuzz(FuzzKind.BEFORE), ">": Fuzz(FuzzKind.AFTER)}
_UNKNOWN = Fuzz(FuzzKind.UNKNOWN)


def simple_location(text: str, length: int) -> Location | None:
    """Read ``a..b`` or ``complement(a..b)`` of two letters or more, and nothing else, fast.

    Examples
    --------
    >>> print(simple_location("complement(3..9)", 20))
    complement(3..9)
    >>> simple_location("join(1..2,5..6)", 20) is None
    True
    """
    match = _SIMPLE.fullmatch(text)
    if match is None:
        return None
    reverse, first, second, closed = match.groups()
    start, end = int(first) - 1, int(second)
    if start + 1 >= end or end > length or (reverse is None) is not (closed == ""):
        return None
    return Location((Span(start, end, -1 if reverse else 1),))


def parse_location(text: str, length: int, *, circular: bool, wraps: bool = True) -> Location:
    """Read a location.

    Pieces that meet at the origin of a circle become one span whose end exceeds the length. A piece
    that runs backwards (``4990..20`` on 5,000 letters), as maps drawn from circles have it, goes
    through the end and on from the first letter: one span on a circle, two on a linear record.

    Parameters
    ----------
    text : str
        Without white space.
    length : int
        Of the sequence; positions must lie in it unless they name another record.
    circular : bool
        Whether the record is a circle.
    wraps : bool, default True
        Whether pieces may run backwards; those of proteins may not.

    Raises
    ------
    LocationError
        It is no location, or lies outside of the sequence.

    Examples
    --------
    >>> parse_location("join(4990..5000,1..20)", 5000, circular=True).parts
    (Span(start=4989, end=5020, strand=1, start_fuzz=None, end_fuzz=None, accession=None),)
    >>> print(parse_location("complement(join(<5..9,12..14))", 100, circular=False))
    complement(join(<5..9,12..14))
    """
    location = _parsed(text, length, circular, wraps)
    if circular and len(location.parts) > 1:
        return Location(tuple(_closed(location.parts, length)), location.operator)
    return location


def write_location(location: Location, length: int) -> str:
    """Write a location on a sequence of that length; `parse_location` gives the same one back.

    Examples
    --------
    >>> write_location(Location.of((4989, 5020)), 5000)
    'join(4990..5000,1..20)'
    """
    parts = location.parts
    part = parts[0]
    if len(parts) > 1:
        return location_text(location, length)
    if part.start == part.end and part.start_fuzz is not None and part.start_fuzz.positions:
        low, high = part.start_fuzz.positions[0], part.start_fuzz.positions[-1]
        text = f"{part.accession}:{low}^{high + 1}" if part.accession else f"{low}^{high + 1}"
        text = f"complement({text})" if part.strand == -1 else text
    else:
        text = location_text(location, length)
    return text if location.operator == "join" else f"{location.operator}({text})"


def _parsed(text: str, length: int, circular: bool, wraps: bool) -> Location:
    # an explicit stack of (operator, its parts so far), because brackets may nest without end
    stack: list[tuple[str, list[Span]]] = [("", [])]
    operator = ""
    at, wants_item = 0, True
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise _no_location(text, at)
        at = match.end()
        if match["open"]:
            if not wants_item:
                raise _no_location(text, match.start())
            if len(stack) > DEEPEST:
                raise LocationError(
                    f"'{_short(text)}' is nested more than {DEEPEST} deep",
                    hint="no real location is; the file is damaged",
                )
            name = match["open"][:-1].lower()
            stack.append((name, []))
            operator = operator or ("" if name == "complement" else name)
        elif match["close"]:
            if wants_item or len(stack) == 1:
                raise _no_location(text, match.start())
            name, parts = stack.pop()
            stack[-1][1].extend(_turned(parts) if name == "complement" else parts)
        elif match["comma"]:
            if wants_item or stack[-1][0] in ("", "complement"):
                raise _no_location(text, match.start())
            wants_item = True
        else:
            if not wants_item:
                raise _no_location(text, match.start())
            stack[-1][1].extend(_piece(match, length, circular, wraps))
            wants_item = False
    if wants_item or len(stack) > 1:
        raise _no_location(text, len(text))
    return Location(tuple(stack[0][1]), operator or "join")


def _piece(match: re.Match[str], length: int, circular: bool, wraps: bool) -> list[Span]:
    first, link, second = match["first"], match["link"], match["second"]
    accession = match["accession"]
    remote = accession[:-1] if accession else None
    if link == "^":
        return [_site(match[0], first, second, length, circular, remote)]
    if link == ".":  # one letter, somewhere from the first to the second
        first = second = f"({first}.{second})"
    start, start_fuzz = _boundary(first, 1, 0)
    end, end_fuzz = _boundary(second or first.strip("<>"), 0, length)
    if first[0] == ">" and second is None:
        start_fuzz, end_fuzz = None, _FUZZ[">"]
    if remote is None:
        _check_inside(match[0], (start, start_fuzz), (end, end_fuzz), length)
    elif start < 0:
        raise LocationError(f"'{match[0]}' counts from 0", expected="positions from 1")
    if start < end:
        return [Span(start, end, 1, start_fuzz, end_fuzz, remote)]
    if remote is not None or not wraps:
        raise LocationError(f"'{match[0]}' runs backwards", expected="the smaller position first")
    if circular:
        moved = end_fuzz and end_fuzz.moved(lambda p: p + length)
        return [Span(start, end + length, 1, start_fuzz, moved)]
    return [Span(start, length, 1, start_fuzz), Span(0, end, 1, None, end_fuzz)]


def _boundary(text: str, offset: int, unknown: int) -> tuple[int, Fuzz | None]:
    """Read one position as a boundary: `offset` is 1 for a start, 0 for an end."""
    mark = text[0]
    if mark in "<>":
        return int(text[1:]) - offset, _FUZZ[mark]
    if mark == "?":
        return (int(text[1:]) - offset if text[1:] else unknown), _UNKNOWN
    if mark not in "(oO":
        return int(text) - offset, None
    kind = FuzzKind.WITHIN if mark == "(" else FuzzKind.ONE_OF
    numbers = re.findall("[0-9]+", text)
    if not numbers:
        raise LocationError(f"'{text}' names no position")
    positions = tuple(int(number) - offset for number in numbers)
    return (min if offset else max)(positions), Fuzz(kind, positions)


def _site(
    text: str, first: str, second: str, length: int, circular: bool, remote: str | None
) -> Span:
    """Read a place between letters: ``123^124``, ``length^1`` of a circle, or ``145^177``."""
    if not (first.isdigit() and second.isdigit()):
        raise LocationError(f"'{text}' is no place between two letters", expected="123^124")
    low, high = int(first), int(second)
    if remote is None and (low, high) == (length, 1):
        return Span(0, 0) if circular else Span(low, low)
    if high <= low or (remote is None and high > length):
        raise LocationError(
            f"'{text}' is no place between two letters of {length:,}", expected="123^124"
        )
    if high == low + 1:
        return Span(low, low, 1, None, None, remote)
    fuzz = Fuzz(FuzzKind.WITHIN, (low, high - 1))
    return Span(low, low, 1, fuzz, fuzz, remote)


def _check_inside(
    text: str, start: tuple[int, Fuzz | None], end: tuple[int, Fuzz | None], length: int
) -> None:
    starts = start[1].positions if start[1] is not None and start[1].positions else (start[0],)
    ends = end[1].positions if end[1] is not None and end[1].positions else (end[0],)
    if min(starts) < 0 or min(ends) < 1 or max(starts) >= length or max(ends) > length:
        raise LocationError(
            f"'{text}' lies outside of the sequence of {length:,} letters",
            expected=f"positions from 1 to {length}" if length else "no feature",
        )


def _turned(parts: list[Span]) -> list[Span]:
    return [
        Span(p.start, p.end, -p.strand, p.start_fuzz, p.end_fuzz, p.accession)
        for p in reversed(parts)
    ]


def _closed(parts: tuple[Span, ...], length: int) -> Iterator[Span]:
    """Join neighbours, in reading order, that meet at the origin without any uncertainty."""
    held = parts[0]
    for part in parts[1:]:
        before, after = (held, part) if part.strand == 1 else (part, held)
        if (
            held.strand == part.strand
            and held.accession is None
            and part.accession is None
            and before.end == length
            and after.start == 0
            and before.end_fuzz is None
            and after.start_fuzz is None
            and len(before) > 0
            and 0 < len(after) <= length - len(before)
        ):
            fuzz = after.end_fuzz and after.end_fuzz.moved(lambda p: p + length)
            held = Span(before.start, length + after.end, part.strand, before.start_fuzz, fuzz)
        else:
            yield held
            held = part
    yield held


def _no_location(text: str, at: int) -> LocationError:
    if text.startswith("-", at):
        what = f"'{_short(text)}' has a negative position"
    elif at >= len(text):
        what = f"the location '{_short(text)}' ends too early" if text else "there is no location"
    else:
        what = f"'{_short(text)}' is no location, from '{_short(text[at:], 20)}' on"
    return LocationError(what, expected="such as 10..20, complement(10..20) or join(1..5,9..20)")


def _short(text: str, width: int = 60) -> str:
    return text if len(text) <= width else text[: width - 3] + "..."
