"""An Opentrons protocol for a plate of a round: plain Python that its own simulator accepts.

The robot's smallest pipette reaches down to 1 µL. Smaller volumes are left to an acoustic dispenser, and
the protocol says so before it begins. From 5 µL on, liquid is dispensed from above the well, so that
transfers from one source well share a tip; less is put onto the bottom, with a fresh tip each time.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from biowright.core import InputError, suggest
from biowright.safety import Clearance, check_clearance

from .plan import Transfer
from .transfers import DNA

__all__ = ["ROBOTS", "SMALLEST", "robots", "write_protocol"]

SMALLEST = 1_000_000  # pL
_JET = 5  # µL that leave a tip by themselves

# by wells, the largest volume in µL and the labware that takes it
_PLATES = {
    96: (
        (100, "nest_96_wellplate_100ul_pcr_full_skirt"),
        (200, "nest_96_wellplate_200ul_flat"),
        (2000, "nest_96_wellplate_2ml_deep"),
    ),
    384: ((112, "corning_384_wellplate_112ul_flat"),),
}
_SOURCE = "corning_384_wellplate_112ul_flat"


@dataclass(frozen=True, slots=True)
class _Robot:
    name: str
    pipette: str
    mount: str
    largest: int  # µL
    tips: str
    slots: tuple[str, ...]  # the plate's first
    prepare: str  # lines that set the deck up
    configure: str  # lines before a volume is drawn


ROBOTS = {
    robot.name: robot
    for robot in (
        _Robot(
            "Flex",
            "flex_1channel_50",
            "left",
            50,
            "opentrons_flex_96_tiprack_50ul",
            ("D1", "C1", "C2", "C3", "B1", "B2", "B3", "A1", "A2", "D2", "D3"),
            '\n    protocol.load_trash_bin("A3")',
            "\n        pipette.configure_for_volume(volume / strokes)",
        ),
        _Robot(
            "OT-2",
            "p20_single_gen2",
            "right",
            20,
            "opentrons_96_tiprack_20ul",
            ("1", "4", "5", "6", "7", "8", "9", "10", "11", "2", "3"),
            "",
            "",
        ),
    )
}


def robots() -> tuple[str, ...]:
    """Give the names of the robots whose protocols are written.

    Examples
    --------
    >>> robots()
    ('Flex', 'OT-2')
    """
    return tuple(ROBOTS)


_TEMPLATE = '''"""{title}

Made by Biowright. Labware: {count} source plate(s) of 384 wells, one plate of {wells} wells.
"""

import math

from opentrons import protocol_api

metadata = {{"protocolName": {name!r}, "author": "Biowright"}}
requirements = {{"robotType": {robot!r}, "apiLevel": "2.16"}}

# the slot of each source plate; where two share a slot, the protocol pauses to exchange them
SOURCES = {sources}

# source plate, source well, destination well, volume in µL
TRANSFERS = {transfers}


def run(protocol: protocol_api.ProtocolContext) -> None:{prepare}
    plate = protocol.load_labware({plate!r}, {plate_slot!r})
    racks = [protocol.load_labware({tips!r}, slot) for slot in {racks}]
    pipette = protocol.load_instrument({pipette!r}, {mount!r}, tip_racks=racks)
    shelves, standing = {{}}, {{}}
    for source, slot in SOURCES.items():
        if slot not in shelves:
            shelves[slot] = protocol.load_labware({source!r}, slot, label=source)
            standing[slot] = source
    protocol.comment({comment!r})
    protocol.comment({marking!r})
    tips, held = 96 * len(racks), None
    for source, well, destination, volume in TRANSFERS:
        slot = SOURCES[source]
        if standing[slot] != source:
            protocol.pause(f"Put source plate {{source}} into slot {{slot}}, for {{standing[slot]}}.")
            standing[slot] = source
        if held != (source, well):
            if pipette.has_tip:
                pipette.drop_tip()
            if not tips:
                protocol.pause("Put fresh tip racks in.")
                pipette.reset_tipracks()
                tips = 96 * len(racks)
            pipette.pick_up_tip()
            tips -= 1
        from_above = volume >= {jet}
        target = plate[destination].top(-2) if from_above else plate[destination].bottom(1)
        strokes = math.ceil(volume / {largest}){configure}
        for _ in range(strokes):
            pipette.aspirate(volume / strokes, shelves[slot][well])
            pipette.dispense(volume / strokes, target)
        # a tip that touched the well does not go back into the source
        held = (source, well) if from_above else None
    if pipette.has_tip:
        pipette.drop_tip()
'''


def write_protocol(
    title: str,
    transfers: Sequence[Transfer],
    wells: int,
    volume: float,
    robot: str = "Flex",
    *,
    clearance: Clearance | None,
) -> str:
    """Write the protocol of one destination plate.

    Parameters
    ----------
    title : str
    transfers : sequence of Transfer
        To one plate. Those below 1 µL are not in the protocol.
    wells : int
        Of the destination plate: 96 or 384.
    volume : float
        The final volume of a well in µL, by which the plate is chosen.
    robot : {"Flex", "OT-2"}
    clearance : Clearance or None
        That the DNA in the transfers was screened: what `biowright.safety.require` gives.

    Raises
    ------
    ScreeningRefused
        There is no clearance, or it is not for the DNA in these transfers.
    InputError
        There is no such robot, or no plate takes the volume.
    """
    dna = {t.what for t in transfers if t.source.startswith(f"{DNA}-")}
    marking = check_clearance(clearance, dna).marking
    if robot not in ROBOTS:
        raise InputError(
            f"there is no robot '{robot}'",
            expected=" or ".join(ROBOTS),
            hint=suggest(robot, ROBOTS),
        )
    plates = _PLATES[wells]
    plate = next((name for largest, name in plates if volume <= largest), None)
    if plate is None:
        raise InputError(
            f"a plate of {wells} wells takes {plates[-1][0]} µL a well, not {volume:g}",
            hint="lower the volume in [build]" + ("" if wells == 96 else ", or use plates of 96"),
        )
    machine = ROBOTS[robot]
    reached = [t for t in transfers if t.volume >= SMALLEST]
    rows = [
        (t.source, _short(t.source_well), _short(t.well), t.volume / 1_000_000)
        for t in sorted(reached, key=lambda t: (_natural(t.source), t.source_well, t.well))
    ]
    shelves, racks = _share(machine.slots[1:], rows)
    names = sorted({row[0] for row in rows}, key=_natural)
    sources = {name: shelves[i % len(shelves)] for i, name in enumerate(names)}
    small = len(transfers) - len(reached)
    return _TEMPLATE.format(
        title=re.sub(r"[^\w ,.()-]", " ", title),
        name=title,
        robot=machine.name,
        count=len(sources),
        wells=wells,
        sources=repr(sources),
        transfers="[\n" + "".join(f"    {row!r},\n" for row in rows) + "]",
        prepare=machine.prepare,
        configure=machine.configure,
        plate=plate,
        plate_slot=machine.slots[0],
        tips=machine.tips,
        racks=repr(racks),
        pipette=machine.pipette,
        mount=machine.mount,
        source=_SOURCE,
        comment=f"{small} transfers below 1 µL are not in this protocol: let an acoustic dispenser "
        "do them first, from transfers.csv."
        if small
        else "All transfers of transfers.csv to this plate.",
        marking=marking,
        jet=_JET,
        largest=machine.largest,
    )


def _share(
    slots: Sequence[str], rows: Sequence[tuple[str, str, str, float]]
) -> tuple[list[str], list[str]]:
    """Share the deck between source plates and tip racks; at least two of each find room."""
    tips = sum(
        row[3] < _JET or i == 0 or rows[i - 1][:2] != row[:2] or rows[i - 1][3] < _JET
        for i, row in enumerate(rows)
    )
    plates = max(1, len({row[0] for row in rows}))
    racks = max(1, -(-tips // 96))
    plates = min(plates, max(2, len(slots) - racks))
    racks = min(racks, len(slots) - plates)
    return list(slots[:plates]), list(slots[plates : plates + racks])


def _natural(source: str) -> tuple[str, int]:
    name, _, number = source.rpartition("-")
    return name, int(number) if number.isdigit() else 0


def _short(well: str) -> str:
    return re.sub(r"^([A-Z]+)0+", r"\1", well)
