"""Maps of letters for a terminal: a ruler, features as arrows in rows, and a table below."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ..feature import Feature
from ..location import location_text
from ..record import Record
from .items import Item, Piece, View, look_at
from .legend import plural
from .lettering import cell_width, cells, clean
from .palette import feature_colour
from .ruler import position_label, ticks
from .sites import Site, cut_sites
from .tracks import bin_edges, coverage

__all__ = ["draw_text"]

_MOST_ROWS = 40
_MOST_ARROWS = 400
_TABLE = 30
_EMPTY = ""  # the second column of a wide character


@dataclass(frozen=True, slots=True)
class _Glyphs:
    ruler: str
    tick: str
    body: str
    right: str
    left: str
    dot: str
    gap: str
    torn: str
    site: str
    on: str
    back: str
    bars: str
    dots: str


_UNICODE = _Glyphs("─", "┬", "━", "▶", "◀", "■", "┄", "┆", "╿", "»", "«", " ▁▂▃▄▅▆▇█", "…")
_ASCII = _Glyphs("-", "+", "=", ">", "<", "#", ".", ":", "|", "~", "~", " .:-=+*#@", "..")


def draw_text(
    record: Record,
    *,
    width: int = 100,
    color: bool = False,
    ascii_only: bool = False,
    start: int | None = None,
    end: int | None = None,
    features: Collection[str] | Callable[[Feature], bool] | None = None,
    enzymes: Mapping[str, Sequence[int]] | None = None,
    table: int = _TABLE,
) -> str:
    """Draw a map of a record in letters.

    Circles are cut open at their origin; features over it show ``»`` and ``«`` at the ends. Above
    400 features the map shows how densely each strand is covered.

    Parameters
    ----------
    record : Record
    width : int, default 100
        In columns; at least 40. East Asian wide characters count as two.
    color : bool, default False
        Paint with ANSI escape sequences (24 bits).
    ascii_only : bool, default False
        Use no characters but ASCII; others in names become ``?``.
    start, end, features, enzymes
        As in `draw_svg`.
    table : int, default 30
        How many features are listed below the map.

    Returns
    -------
    str
        Lines, each ended; no control characters but the colours that were asked for.

    Raises
    ------
    LocationError
        The region is empty, or leaves the record.

    Examples
    --------
    >>> from biowright.core import Attributes, Feature, Location, Record, Sequence
    >>> gene = Feature("CDS", Location.of((20, 80)), Attributes({"gene": "abc"}))
    >>> record = Record(Sequence("ACGT" * 25), name="tiny", features=[gene])
    >>> print(draw_text(record, width=40, table=0))
    tiny  100 bp linear DNA, 1 feature
    <BLANKLINE>
    1                  50                100
    ┬──────────────────┬───────────────────┬
            ━━━━━━━━━ abc ━━━━━━━━━▶
    <BLANKLINE>
    """
    columns = max(40, width)
    view = look_at(record, start, end, features=features)
    glyphs = _ASCII if ascii_only else _UNICODE
    head = _spelled(f"{view.name}  {_facts(view)}", glyphs)
    lines = [_shortened(head, columns, glyphs), ""]
    if view.length:
        lines += _ruler(view, columns, glyphs)
        if len(view.items) > _MOST_ARROWS:
            lines += _density(view, columns, glyphs)
        else:
            lines += _arrows(view, columns, glyphs, color, cut_sites(enzymes, view))
    if table and view.items:
        lines += ["", *_table(view, columns, table, glyphs)]
    return "".join(line.rstrip() + "\n" for line in lines)


def _facts(view: View) -> str:
    record = view.record
    text = f"{view.size_text} {record.topology} {record.molecule}, {plural(len(record.features))}"
    if not view.whole or len(view.items) != len(record.features):
        text += f", {len(view.items):,} shown"
    return text


def _ruler(view: View, columns: int, glyphs: _Glyphs) -> list[str]:
    step, marks = ticks(view.start, view.end, max(2, columns // 12), view.circle)
    scale = list(glyphs.ruler * columns)
    names = [" "] * columns
    free = 0
    for mark in sorted({view.start + 1, *marks}):
        column = _column(mark - 1 - view.start, view.length, columns)
        place = (mark - 1) % view.extent + 1
        text = position_label(place, step) if place % step == 0 else f"{place:,}"
        at = min(max(0, column - (len(text) - 1) // 2), columns - len(text))
        scale[column] = glyphs.tick
        if at >= free:
            names[at : at + len(text)] = text
            free = at + len(text) + 1
    return ["".join(names), "".join(scale)]


def _column(position: float, length: int, columns: int) -> int:
    return min(columns - 1, int(position * columns / length))


@dataclass(slots=True)
class _Row:
    """A row of the map: cells, their colours, and where it is taken."""

    letters: list[str]
    colours: list[str]
    taken: list[bool]


def _arrows(
    view: View, columns: int, glyphs: _Glyphs, color: bool, sites: Sequence[Site]
) -> list[str]:
    rows: list[_Row] = []
    hidden = 0
    for item in sorted(view.items, key=lambda i: (i.start - i.end, i.start)):
        drawn, name = _strip(item, view, columns, glyphs)
        hidden += not _put(rows, drawn, name, feature_colour(item.feature), columns)
    uncut = 0
    cuts: list[_Row] = []  # above the features, under the ruler
    for site in sites:
        drawn = {_column(site.position, view.length, columns): glyphs.site}
        uncut += not _put(cuts, drawn, _spelled(site.text, glyphs), "", columns)
    lines = [_painted(row) if color else "".join(row.letters) for row in (*cuts, *rows)]
    for count, noun in ((hidden, "more feature"), (uncut, "more cut site")):
        if count:
            said = f"({plural(count, noun)} not drawn: too many overlap)"
            lines.append(_shortened(said, columns, glyphs))
    return lines


def _put(rows: list[_Row], drawn: dict[int, str], name: str, paint: str, columns: int) -> bool:
    """Put something into the first row that has room for it, its name beside it if it has one."""
    low, high = min(drawn), max(drawn)
    name_cells = _cells_of(name)
    span = low, high + 1
    at = None
    if name_cells and high + 2 + len(name_cells) <= columns:
        at = high + 2
        span = low, at + len(name_cells)
    elif name_cells and low - 1 - len(name_cells) >= 0:
        at = low - 1 - len(name_cells)
        span = at, high + 1
    row = _free_row(rows, span, columns)
    if row is None:
        return False
    for column, letter in drawn.items():
        row.letters[column] = letter
        row.colours[column] = paint
    if at is not None:
        row.letters[at : at + len(name_cells)] = name_cells
    for column in range(max(0, span[0] - 2), min(columns, span[1] + 2)):
        row.taken[column] = True
    return True


def _free_row(rows: list[_Row], span: tuple[int, int], columns: int) -> _Row | None:
    for row in rows:
        if not any(row.taken[span[0] : span[1]]):
            return row
    if len(rows) == _MOST_ROWS:
        return None
    rows.append(_Row([" "] * columns, [""] * columns, [False] * columns))
    return rows[-1]


def _strip(item: Item, view: View, columns: int, glyphs: _Glyphs) -> tuple[dict[int, str], str]:
    """Draw one feature into columns; give the cells, and its name where it did not fit inside."""
    drawn: dict[int, str] = {}
    spans = []
    for piece in item.pieces:
        low = _column(piece.start, view.length, columns)
        high = max(low, _column(max(piece.start, piece.end - 1), view.length, columns))
        spans.append((low, high))
    for (_, left), (right, _) in pairwise(spans):
        drawn.update(dict.fromkeys(range(left + 1, right), glyphs.gap))
    mixed = len({p.strand for p in item.pieces}) > 1
    for i, (piece, (low, high)) in enumerate(zip(item.pieces, spans, strict=True)):
        head = piece.strand if mixed else item.direction
        ends = i == len(spans) - 1 if head == 1 else i == 0
        _piece(drawn, piece, low, high, head if mixed or ends else 0, glyphs)
    first, last = item.pieces[0], item.pieces[-1]
    if first.torn_start and first.start == 0 and _goes_on(item, view):
        drawn[spans[0][0]] = glyphs.back
    if last.torn_end and last.end == view.length and _goes_on(item, view):
        drawn[spans[-1][1]] = glyphs.on
    name = _spelled(item.label, glyphs)
    low, high = max(spans, key=lambda s: (s[1] - s[0], -s[0]))
    room = high - low - 3
    wide = cells(name)
    if wide + 2 <= room:
        letters = [" ", *_cells_of(name), " "]
        at = low + (high - low + 1 - len(letters)) // 2
        drawn.update(zip(range(at, at + len(letters)), letters, strict=True))
        return drawn, ""
    return drawn, _shortened(name, max(12, columns // 3), glyphs)


def _goes_on(item: Item, view: View) -> bool:
    location = item.feature.location
    return (
        location.start < view.start
        or location.end > view.end
        or (view.record.circular and location.end > view.extent)
    )


def _piece(
    drawn: dict[int, str], piece: Piece, low: int, high: int, head: int, glyphs: _Glyphs
) -> None:
    if piece.start == piece.end:
        drawn[low] = glyphs.site
        return
    if low == high:
        drawn[low] = {1: glyphs.right, -1: glyphs.left}.get(head, glyphs.dot)
        return
    drawn.update(dict.fromkeys(range(low, high + 1), glyphs.body))
    if piece.torn_start:
        drawn[low] = glyphs.torn
    if piece.torn_end:
        drawn[high] = glyphs.torn
    if head == 1:
        drawn[high] = glyphs.right
    elif head == -1:
        drawn[low] = glyphs.left


def _density(view: View, columns: int, glyphs: _Glyphs) -> list[str]:
    edges = bin_edges(view.length, columns)
    said = f"Letters in features, forward strand above, reverse below; full is {glyphs.bars[-1]}"
    lines = [_shortened(said, columns, glyphs)]
    for strand in (1, -1):
        shares = coverage(view.items, strand, edges)
        bars = [glyphs.bars[min(8, int(share * 8 + 0.999))] for share in shares]
        lines.append("".join(bars))
    return lines


def _table(view: View, columns: int, most: int, glyphs: _Glyphs) -> list[str]:
    order = sorted(view.items, key=lambda i: (i.start, i.end))
    if len(order) > most:  # the weightiest, in their order
        kept = set(sorted(range(len(order)), key=lambda k: (-order[k].weight, k))[:most])
        order = [item for k, item in enumerate(order) if k in kept]
    head = ("type", "label", "location", "strand", "length")
    rows: list[tuple[str, ...]] = [head]
    seen = set()
    for item in order:
        feature = item.feature
        if id(feature) in seen:  # both ends of a feature over the origin
            continue
        seen.add(id(feature))
        strand = {1: "+", -1: "-"}.get(feature.location.strand or 0, "+-")
        where = clean(location_text(feature.location, view.circle))
        size = f"{len(feature.location):,}"
        names = (_spelled(text, glyphs) for text in (clean(feature.type), item.label, where))
        rows.append((*names, strand, size))
    limits = [16, max(12, columns // 3), 0, 6, 13]
    others = [min(w, max(cells(row[i]) for row in rows)) for i, w in enumerate(limits)]
    limits[2] = max(14, columns - sum(others) - 8)
    short = [
        tuple(_shortened(c, w, glyphs) for c, w in zip(row, limits, strict=True)) for row in rows
    ]
    widths = [max(cells(row[i]) for row in short) for i in range(len(head))]
    lines = []
    for row in short:
        parts = [_padded(c, w) for c, w in zip(row[:-1], widths, strict=False)]
        line = "  ".join([*parts, row[-1].rjust(widths[-1])])
        lines.append(_shortened(line, columns, glyphs))
    more = len({id(i.feature) for i in view.items}) - (len(rows) - 1)
    if more > 0:
        lines.append(f"and {plural(more, 'more feature')}")
    return lines


def _cells_of(text: str) -> list[str]:
    """Spread a text over columns; combining marks stay with their letter."""
    spread: list[str] = []
    for character in text:
        wide = cell_width(character)
        if wide == 0 and spread:
            at = -2 if spread[-1] == _EMPTY and len(spread) > 1 else -1
            spread[at] += character
        else:
            spread += [character, *[_EMPTY] * (wide - 1)]
    return spread


def _shortened(text: str, columns: int, glyphs: _Glyphs) -> str:
    if cells(text) <= columns:
        return text
    room = columns - len(glyphs.dots)
    kept = 0
    for at, character in enumerate(text):
        room -= cell_width(character)
        if room < 0:
            break
        kept = at + 1
    return text[:kept].rstrip() + glyphs.dots


def _padded(text: str, columns: int) -> str:
    return text + " " * (columns - cells(text))


def _spelled(text: str, glyphs: _Glyphs) -> str:
    """Give a text in letters that the terminal has."""
    if glyphs is not _ASCII or text.isascii():
        return text
    return "".join(c if c.isascii() else "?" for c in text if cell_width(c))


def _painted(row: _Row) -> str:
    parts: list[str] = []
    current = ""
    for letter, paint in zip(row.letters, row.colours, strict=True):
        if paint != current:
            if current:
                parts.append("\x1b[0m")
            if paint:
                red, green, blue = (int(paint[i : i + 2], 16) for i in (1, 3, 5))
                parts.append(f"\x1b[38;2;{red};{green};{blue}m")
            current = paint
        parts.append(letter)
    if current:
        parts.append("\x1b[0m")
    return "".join(parts)
