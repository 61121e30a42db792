"""Drawing a record as SVG: which of the maps fits, and the call for all of them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Literal

from ..errors import InputError
from ..feature import Feature
from ..record import Record
from .circular import draw_circular
from .genome import draw_circular_genome, draw_linear_genome
from .items import look_at
from .linear import draw_linear
from .svg import THEMES

__all__ = ["draw_svg"]

_MOST_ARROWS = 250  # above it, a map shows tracks
_WIDTH = 960.0


def draw_svg(
    record: Record,
    *,
    shape: Literal["auto", "circular", "linear"] = "auto",
    start: int | None = None,
    end: int | None = None,
    features: Collection[str] | Callable[[Feature], bool] | None = None,
    width: float | None = None,
    enzymes: Mapping[str, Sequence[int]] | None = None,
    theme: Literal["auto", "light", "dark"] = "auto",
) -> str:
    """Draw a map of a record, as an SVG document.

    The same record gives the same bytes. No two labels overlap; those that find no place are
    counted under the map. Above 250 features the map shows density, GC content and GC skew as
    tracks.

    Parameters
    ----------
    record : Record
    shape : {"auto", "circular", "linear"}, default "auto"
        Circular for whole circular records by default. A linear record is not drawn as a circle.
    start, end : int, optional
        The region to draw, 0-based and half-open; on a circle an end above the length lies beyond
        the origin. A region is drawn on a line.
    features : collection of str, or callable of Feature to bool, optional
        The feature types to draw, or a choice among the features. By default all but ``source``,
        and without genes that lie exactly where their CDS or RNA lies.
    width : float, optional
        In pixels; 960 for a line, and what the labels need for a circle, by default.
    enzymes : mapping of str to sequence of int, optional
        Cut positions by enzyme, as boundaries in the upper strand (a cut after letter 10 is 10).
        Enzymes that cut once are set in bold.
    theme : {"auto", "light", "dark"}, default "auto"
        ``auto`` follows the reader's preference; say ``light`` for print.

    Returns
    -------
    str
        SVG 1.1, with title, description and a tooltip for each feature.

    Raises
    ------
    InputError
        An argument that is none of the above, or a circle is asked of a linear record or a region.
    LocationError
        The region is empty, or leaves the record.

    Examples
    --------
    >>> from biowright.core import Feature, Location, Record, Sequence
    >>> plasmid = Record(Sequence("ATGGCATAAGAATTC" * 20, topology="circular"), name="pTiny",
    ...                  features=[Feature("CDS", Location.of((0, 9)))])
    >>> draw_svg(plasmid).startswith("<svg ")
    True
    """
    if shape not in ("auto", "circular", "linear"):
        raise InputError(f"unknown shape '{shape}'", expected="auto, circular or linear")
    if theme not in THEMES:
        raise InputError(f"unknown theme '{theme}'", expected="auto, light or dark")
    if width is not None and not 200 <= width <= 20_000:
        raise InputError(f"a map cannot be {width:g} pixels wide", expected="200 to 20,000")
    region = start is not None or end is not None
    if shape == "circular" and (region or not record.circular):
        what = "a region" if region else "a linear record"
        raise InputError(
            f"{what} cannot be drawn as a circle", record=record.name, hint="leave the shape open"
        )
    closed = record.circular and not region and shape != "linear"
    view = look_at(record, start, end, closed=closed, features=features)
    many = len(view.items) > _MOST_ARROWS
    if closed:
        if many:
            return draw_circular_genome(view, width=width, theme=theme)
        return draw_circular(view, width=width, theme=theme, enzymes=enzymes)
    if many:
        return draw_linear_genome(view, width=width or _WIDTH, theme=theme)
    return draw_linear(view, width=width or _WIDTH, theme=theme, enzymes=enzymes)
