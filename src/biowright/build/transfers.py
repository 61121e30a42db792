"""Liquid transfers: whole drops for an acoustic dispenser, and the source plates that they come from."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

from biowright.core import InputError
from biowright.design import Candidate
from biowright.measure import SHAPES, Well, well_name

from .plan import BuildPlan, Transfer

__all__ = ["DROP", "dispense_pieces", "mix_stocks", "whole_drops"]

DROP = 2_500  # pL
DNA_VOLUME = 100_000  # pL of each piece of DNA a well
SOURCE_VOLUME = 45_000_000  # pL that can be drawn from a well of a 384-well source plate
SOURCE_WELLS = 384


def whole_drops(volume: float) -> int:
    """Round a volume in pL to whole drops of 2.5 nL.

    Examples
    --------
    >>> whole_drops(99_000), whole_drops(1_200)
    (100000, 0)
    """
    return math.floor(volume / DROP + 0.5) * DROP


def _source_wells() -> list[str]:
    rows, columns = SHAPES[SOURCE_WELLS]
    return [well_name(row, column) for row in range(rows) for column in range(columns)]


def dispense_pieces(
    layout: Sequence[Well], use: Mapping[str, Sequence[str]], order: Sequence[str]
) -> tuple[list[Transfer], dict[str, tuple[str, str]]]:
    """Bring the pieces of DNA of each design into its wells.

    Parameters
    ----------
    layout : sequence of Well
    use : mapping of design to names of pieces
    order : sequence of str
        All pieces, in the order in which they stand in the source plates.

    Returns
    -------
    transfers : list of Transfer
    places : dict of piece to (plate, well)
        Where each piece stands in the source plates.
    """
    wells = _source_wells()
    places = {
        name: (f"DNA-{i // len(wells) + 1}", wells[i % len(wells)]) for i, name in enumerate(order)
    }
    transfers = [
        Transfer(*places[name], well.plate, well.name, DNA_VOLUME, name)
        for well in layout
        for name in use.get(well.design, ())
    ]
    return transfers, places


def mix_stocks(
    layout: Sequence[Well], candidates: Mapping[str, Candidate], plan: BuildPlan
) -> tuple[list[Transfer], dict[str, list[tuple[str, str]]], list[str]]:
    """Mix each well from stocks, filled up with diluent.

    The volume of a stock is ``final volume * concentration / stock concentration`` in whole drops.

    Returns
    -------
    transfers : list of Transfer
    places : dict of stock to its source wells
    notices : list of str
        Concentrations that whole drops miss by more than 5 %.

    Raises
    ------
    InputError
        The stocks of a design need more than the well's volume.
    """
    total = round(plan.volume * 1_000_000)
    demands: list[tuple[Well, str, int]] = []
    notices: dict[str, None] = {}
    for well in layout:
        candidate = candidates.get(well.design)
        used = 0
        for name, (stock, unit) in plan.stocks.items() if candidate else ():
            wanted = float(candidate.factors[name])  # type: ignore[union-attr]
            volume = whole_drops(total * wanted / stock)
            reached = volume / total * stock
            if wanted and abs(reached - wanted) > 0.05 * wanted:
                notices[
                    f"{name}: whole drops give {reached:.4g} {unit} where {well.design} asks for "
                    f"{wanted:.4g}; dilute the stock"
                ] = None
            used += volume
            if volume:
                demands.append((well, name, volume))
        if used > total:
            raise InputError(
                f"design {well.design} needs {used / 1e6:.1f} µL of stocks in a well of "
                f"{plan.volume:g} µL",
                hint="use stronger stocks, or a sum bound on the factors",
            )
        fill = whole_drops(total - used)
        if fill:
            demands.append((well, "diluent", fill))
    free = iter(_source_wells() * 100)
    places: dict[str, list[tuple[str, str]]] = {}
    left: dict[str, int] = {}
    count = 0
    transfers = []
    for well, name, volume in sorted(demands, key=lambda d: d[1]):
        while volume:
            if left.get(name, 0) < DROP:
                plate = f"stocks-{count // SOURCE_WELLS + 1}"
                places.setdefault(name, []).append((plate, next(free)))
                left[name] = SOURCE_VOLUME
                count += 1
            part = min(volume, left[name] // DROP * DROP)
            transfers.append(Transfer(*places[name][-1], well.plate, well.name, part, name))
            left[name] -= part
            volume -= part
    return transfers, places, list(notices)


def transfer_rows(transfers: Iterable[Transfer]) -> list[list[str]]:
    """Give the rows of an Echo pick list, the head first; volumes in nL."""
    head = [
        "Source Plate Name",
        "Source Plate Type",
        "Source Well",
        "Destination Plate Name",
        "Destination Well",
        "Transfer Volume",
        "Sample Name",
    ]
    return [head] + [
        [
            t.source,
            "384PP_AQ_BP",
            t.source_well,
            f"plate-{t.plate}",
            t.well,
            f"{t.volume / 1000:.1f}",
            t.what,
        ]
        for t in transfers
    ]
