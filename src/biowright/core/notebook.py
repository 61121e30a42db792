"""How a record shows itself in a notebook."""

from __future__ import annotations

from .location import location_text
from .maps import draw_svg
from .maps.items import HIDDEN, unit_of
from .maps.legend import plural
from .maps.lettering import clean, escape
from .record import Record

__all__ = ["record_html"]

_MOST_ROWS = 100
_CHECKSUM_UP_TO = 1_000_000  # letters; above, it takes longer than a glance may
_CELL = "padding:2px 10px 2px 0;text-align:left;vertical-align:top;"


def record_html(record: Record) -> str:
    """Write a record as HTML: a header, its map, and its features in a table that unfolds.

    Everything that came from a file is escaped. The size is bounded: at most 100 rows, and genomes
    are drawn as tracks.

    Parameters
    ----------
    record : Record

    Returns
    -------
    str
        One ``<div>``.

    Examples
    --------
    >>> from biowright.core import Sequence
    >>> html = record_html(Record(Sequence("ATGGCATAA"), "<tiny>"))
    >>> "<strong>&lt;tiny&gt;</strong> 9 bp linear DNA" in html
    True
    """
    name = _text(record.name or record.id or "unnamed")
    head = f"<strong>{name}</strong> {len(record):,} {unit_of(record)} {record.topology}"
    head += f" {record.molecule}, {plural(len(record.features))}"
    lines = [f"<div>{head}</div>"]
    if record.description:
        lines.append(f"<div>{_text(record.description[:300])}</div>")
    if 0 < len(record) <= _CHECKSUM_UP_TO:
        lines.append(f"<div><code>{_text(record.seguid)}</code></div>")
    if len(record) or record.features:
        lines.append(draw_svg(record).replace("<svg ", '<svg style="max-width:100%" ', 1))
    if record.features:
        lines.append(_table(record))
    return '<div class="biowright-record">\n' + "\n".join(lines) + "\n</div>"


def _table(record: Record) -> str:
    shown = [f for f in record.features if f.type not in HIDDEN]
    circle = len(record) if record.circular else None
    cells = "".join(
        f'<th style="{_CELL}">{title}</th>'
        for title in ("type", "label", "location", "strand", "length")
    )
    rows = [f"<tr>{cells}</tr>"]
    for feature in shown[:_MOST_ROWS]:
        where = location_text(feature.location, circle)
        strand = {1: "+", -1: "−"}.get(feature.location.strand or 0, "±")
        values = (
            _text(feature.type[:60]),
            _text(feature.label[:120]),
            _text(where if len(where) <= 120 else where[:119] + "…"),
            strand,
            f"{len(feature.location):,}",
        )
        rows.append("<tr>" + "".join(f'<td style="{_CELL}">{v}</td>' for v in values) + "</tr>")
    more = len(shown) - _MOST_ROWS
    note = f"<div>and {plural(more, 'more feature')}</div>" if more > 0 else ""
    return (
        f"<details><summary>{plural(len(shown))}</summary>"
        f'<table style="border-collapse:collapse">{"".join(rows)}</table>{note}</details>'
    )


def _text(value: str) -> str:
    return escape(clean(value))
