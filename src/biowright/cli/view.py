"""`biowright view`: a map of a record in the terminal, or as SVG."""

from __future__ import annotations

import os
import shutil
import sys
from typing import Annotated, Any, Literal

from cyclopts import Parameter

from biowright.core import InputError, Record, suggest
from biowright.core.location import location_text
from biowright.core.maps import draw_svg, draw_text
from biowright.formats import open_output, read

from .arguments import Encoding, Force, From, Json, given, named
from .output import note, print_json

__all__ = ["view"]

_MOST_MAPS = 10


def view(
    file: str,
    *,
    svg: Annotated[str | None, Parameter(help="Write the map as SVG to this file.")] = None,
    record: str | None = None,
    start: int | None = None,
    end: int | None = None,
    shape: Literal["auto", "circular", "linear"] = "auto",
    width: int | None = None,
    theme: Literal["auto", "light", "dark"] = "auto",
    enzymes: str | None = None,
    from_: From = None,
    encoding: Encoding = None,
    force: Force = False,
    json: Json = False,
) -> int:
    """Draw a map in the terminal, or as SVG.

    Coordinates are 0-based and half-open. On a circle a region whose end lies before its start goes
    over the origin. Colours follow the terminal and NO_COLOR.

    Parameters
    ----------
    file
        A file in any format that is read; `-` is the standard input.
    record
        The name of the record to draw, where the file holds several.
    start
        Where the region to draw starts.
    end
        Where the region to draw ends.
    shape
        The shape of the SVG map; circular for circular records by default.
    width
        In columns for the terminal, in pixels for SVG.
    theme
        The colours of the SVG map; by default they follow the reader's preference.
    enzymes
        Restriction enzymes whose cuts are marked, separated by commas: EcoRI,BamHI.
    """
    chosen = _chosen(read(given(file), format=from_, encoding=encoding), record, file)
    if svg is not None and len(chosen) > 1:
        raise InputError(
            f"the file holds {len(chosen)} records", path=file, hint="name one with --record"
        )
    answers = []
    for one in chosen if json or svg is not None else chosen[:_MOST_MAPS]:
        low, high = _region(one, start, end)
        cuts = _cuts(one, enzymes)
        if svg is not None:
            drawn = draw_svg(
                one, shape=shape, start=low, end=high, width=width, enzymes=cuts, theme=theme
            )
            with open_output(named(svg), force=force) as output:
                output.write(drawn.encode())
        if json:
            answers.append(_answer(one, low, high, cuts, svg))
        elif svg is not None:
            sys.stdout.write(f"{one.name or 'unnamed'}: {svg}\n")
        else:
            columns = width or shutil.get_terminal_size((100, 24)).columns
            sys.stdout.write(
                draw_text(
                    one,
                    width=columns,
                    color=_colourful(),
                    ascii_only=not _speaks_unicode(),
                    start=low,
                    end=high,
                    enzymes=cuts,
                )
            )
            if one is not chosen[-1]:
                sys.stdout.write("\n")
    if json:
        print_json({"records": answers})
    elif svg is None and len(chosen) > _MOST_MAPS:
        note(f"{len(chosen) - _MOST_MAPS:,} more records; name one with --record")
    return 0


def _chosen(records: list[Record], name: str | None, file: str) -> list[Record]:
    if name is None:
        if not records:
            raise InputError("the file holds no records", path=file)
        return list(records)
    matching = [r for r in records if name in (r.name, r.id)]
    if not matching:
        names = [r.name for r in records]
        raise InputError(f"no record is named '{name}'", path=file, hint=suggest(name, names))
    return matching


def _region(record: Record, start: int | None, end: int | None) -> tuple[int | None, int | None]:
    if start is not None and end is not None and end <= start and record.circular:
        return start, end + len(record)
    return start, end


def _cuts(record: Record, names: str | None) -> dict[str, list[int]]:
    if not names:
        return {}
    from biowright.bio import cut_sites

    wanted = [name.strip() for name in names.split(",") if name.strip()]
    cuts: dict[str, list[int]] = {}
    for site in cut_sites(record, wanted):
        tops = cuts.setdefault(site.enzyme.name, [])
        tops += [cut.top for cut in site.cuts if not cut.falls_off and cut.top not in tops]
    missing = [name for name in wanted if not cuts.get(name)]
    if missing:
        note(f"{record.name}: not cut by {', '.join(missing)}")
    return {name: sorted(tops) for name, tops in cuts.items()}


def _answer(
    record: Record,
    start: int | None,
    end: int | None,
    cuts: dict[str, list[int]],
    svg: str | None,
) -> dict[str, Any]:
    circle = len(record) if record.circular else None
    low = start or 0
    high = len(record) if end is None else end
    inside = record.features.overlapping(low, high, circle) if record.features else []
    return {
        "name": record.name,
        "length": len(record),
        "topology": str(record.topology),
        "start": low,
        "end": high,
        "svg": svg,
        "cuts": cuts,
        "features": [
            {
                "type": feature.type,
                "label": feature.label,
                "location": location_text(feature.location, circle),
                "strand": feature.location.strand,
                "length": len(feature.location),
            }
            for feature in (record.features[i] for i in inside)
        ],
    }


def _colourful() -> bool:
    """Tell whether colours are wanted (https://no-color.org)."""
    if os.environ.get("NO_COLOR"):
        return False
    return sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def _speaks_unicode() -> bool:
    try:
        "━▶◀┄»█".encode(sys.stdout.encoding or "ascii")
    except (LookupError, UnicodeEncodeError):
        return False
    return True
