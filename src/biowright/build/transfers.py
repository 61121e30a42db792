"""Liquid transfers: whole drops for an acoustic dispenser, and the source plates that they come from.

A liquid that is drawn more often than one source well allows stands in as many wells as it needs, one
after the other.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

from biowright.core import InputError
from biowright.design import Candidate
from biowright.measure import SHAPES, Well, well_name

from .plan import BuildPlan, Transfer

__all__ = ["DROP", "dispense_pieces", "mix_stocks", "transfer_rows", "whole_drops"]

DNA, STOCKS = "DNA", "stocks"  # what the source plates are called
DROP = 2_500  # pL
DNA_VOLUME = 1_000_000  # pL of each piece of DNA a well: acoustics and pipettes both give it
SOURCE_VOLUME = 45_000_000  # pL that can be drawn from a well of a 384-well source plate
SOURCE_WELLS = 384

_Demand = tuple[Well, str, int]
_Place = tuple[str, str]


def whole_drops(volume: float) -> int:
    """Round a volume in pL to whole drops of 2.5 nL.

    Examples
    --------
    >>> whole_drops(99_000), whole_drops(1_200)
    (100000, 0)
    """
    return math.floor(volume / DROP + 0.5) * DROP


def dispense_pieces(
    layout: Sequence[Well], use: Mapping[str, Sequence[str]], plan: BuildPlan
) -> tuple[list[Transfer], dict[str, list[_Place]]]:
    """Bring the pieces of DNA of each design into its wells, 1 µL of each.

    Parameters
    ----------
    layout : sequence of Well
    use : mapping of design to names of pieces
    plan : BuildPlan

    Returns
    -------
    transfers : list of Transfer
    places : dict of piece to list of (plate, well)
        Where each piece stands in the source plates, in the order of the designs.

    Raises
    ------
    InputError
        The pieces of a design are more than its well holds.
    """
    for design, names in use.items():
        if len(names) * DNA_VOLUME > plan.volume * 1_000_000:
            raise InputError(
                f"design {design} needs {len(names)} pieces of DNA of 1 µL in a well of "
                f"{plan.volume:g} µL",
                hint="raise the volume in [build]",
            )
    demands = [(well, name, DNA_VOLUME) for well in layout for name in use.get(well.design, ())]
    order = [name for names in use.values() for name in names]
    return _draw(demands, order, DNA)


def mix_stocks(
    layout: Sequence[Well], candidates: Mapping[str, Candidate], plan: BuildPlan
) -> tuple[list[Transfer], dict[str, list[_Place]], list[str]]:
    """Mix each well from stocks, filled up with diluent.

    The volume of a stock is ``final volume * concentration / stock concentration`` in whole drops. Wells
    whose content is no design, such as a blank, get diluent only.

    Returns
    -------
    transfers : list of Transfer
    places : dict of stock to its source wells
    notices : list of str
        Concentrations that whole drops miss by more than 5 %, and factors that are not pipetted.

    Raises
    ------
    InputError
        The stocks of a design need more than the well's volume, or a concentration is no number.
    """
    total = whole_drops(plan.volume * 1_000_000)
    demands: list[_Demand] = []
    notices: dict[str, None] = {}
    for well in layout:
        candidate = candidates.get(well.design)
        volumes = {} if candidate is None else _volumes(candidate, plan, total)
        demands += [(well, name, volume) for name, volume in volumes.items() if volume]
        fill = total - sum(volumes.values())
        if fill:
            demands.append((well, "diluent", fill))
        for name, volume in volumes.items():
            assert candidate is not None
            stock, unit = plan.stocks[name]
            wanted, reached = float(candidate.factors[name]), volume / total * stock
            if wanted and abs(reached - wanted) > 0.05 * wanted:
                notices[
                    f"{name}: whole drops give {reached:.4g} {unit} where {well.design} asks for "
                    f"{wanted:.4g}; dilute the stock"
                ] = None
    dry = {name for c in candidates.values() for name in c.factors if name not in plan.stocks}
    if dry:
        notices[f"not mixed from stocks, see designs.csv: {', '.join(sorted(dry))}"] = None
    transfers, places = _draw(demands, [*plan.stocks, "diluent"], STOCKS)
    return transfers, places, list(notices)


def _volumes(candidate: Candidate, plan: BuildPlan, total: int) -> dict[str, int]:
    """Give the volume of each stock in whole drops; together no more than the well's."""
    exact: dict[str, float] = {}
    for name, (stock, _) in plan.stocks.items():
        try:
            wanted = float(candidate.factors[name])
        except ValueError:
            wanted = math.nan
        if not 0 <= wanted < math.inf:
            raise InputError(
                f"design {candidate.id}: {name} = {candidate.factors[name]} is no concentration",
                hint="a factor with a stock takes numbers from 0 on",
            )
        exact[name] = total * wanted / stock
    if sum(exact.values()) > total + DROP / 2:
        raise InputError(
            f"design {candidate.id} needs {sum(exact.values()) / 1e6:.1f} µL of stocks in a well of "
            f"{plan.volume:g} µL",
            hint="use stronger stocks, or a sum bound on the factors",
        )
    volumes = {name: whole_drops(volume) for name, volume in exact.items()}
    while sum(volumes.values()) > total:  # rounded up too often: take back where it errs least
        name = max(volumes, key=lambda name: volumes[name] - exact[name])
        volumes[name] -= DROP
    return volumes


def _draw(
    demands: Sequence[_Demand], order: Iterable[str], plates: str
) -> tuple[list[Transfer], dict[str, list[_Place]]]:
    """Draw liquids from source wells, which stand in order and are left when they are empty."""
    wanted: dict[str, list[_Demand]] = {name: [] for name in order}
    for demand in demands:
        wanted[demand[1]].append(demand)
    places: dict[str, list[_Place]] = {}
    transfers = []
    count = 0
    for name, draws in wanted.items():
        left = 0
        for well, _, volume in draws:
            for part in _split(volume):
                if left < part:
                    places.setdefault(name, []).append(_source(plates, count))
                    count += 1
                    left = SOURCE_VOLUME
                transfers.append(Transfer(*places[name][-1], well.plate, well.name, part, name))
                left -= part
    return transfers, places


def _split(volume: int) -> list[int]:
    """Split a volume into even parts of whole drops that one source well gives."""
    parts = -(-volume // SOURCE_VOLUME)
    drops, more = divmod(volume // DROP, parts)
    return [(drops + (i < more)) * DROP for i in range(parts)]


def _source(plates: str, count: int) -> _Place:
    plate, place = divmod(count, SOURCE_WELLS)
    return f"{plates}-{plate + 1}", well_name(*divmod(place, SHAPES[SOURCE_WELLS][1]))


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
