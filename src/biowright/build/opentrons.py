"""An Opentrons protocol for a plate of a round: plain Python that its own simulator accepts.

A pipette does not reach an acoustic dispenser's volumes: a P20 starts at 1 µL. Where the transfer list
holds less, the protocol scales the plate's DNA up to 1 µL a piece, and says so in its comments.
"""

from __future__ import annotations

from collections.abc import Sequence

from .plan import Transfer

__all__ = ["write_protocol"]

_PLATES = {96: "nest_96_wellplate_100ul_pcr_full_skirt", 384: "corning_384_wellplate_112ul_flat"}
_SOURCE = "corning_384_wellplate_112ul_flat"
_TIPS = 96

_TEMPLATE = '''"""{title}

Made by Biowright. Labware: {sources} source plate(s) of 384 wells, one plate of {wells} wells.
"""

from opentrons import protocol_api

metadata = {{"protocolName": {name!r}, "author": "Biowright", "apiLevel": "2.13"}}

# (source plate, source well, destination well, volume in µL)
TRANSFERS = {transfers}


def run(protocol: protocol_api.ProtocolContext) -> None:
    plate = protocol.load_labware({plate!r}, 1)
    sources = {{
{load_sources}
    }}
    small_tips = [protocol.load_labware("opentrons_96_tiprack_20ul", slot) for slot in {small}]
    large_tips = [protocol.load_labware("opentrons_96_tiprack_300ul", slot) for slot in {large}]
    small = protocol.load_instrument("p20_single_gen2", "right", tip_racks=small_tips)
    large = protocol.load_instrument("p300_single_gen2", "left", tip_racks=large_tips)
    {comment}
    last = None
    for source, well, destination, volume in TRANSFERS:
        pipette = small if volume <= 20 else large
        if last != (pipette.mount, source, well):
            for used in (small, large):
                if used.has_tip:
                    used.drop_tip()
            for used in (small, large):
                # racks are exchanged when they are empty
                if used is pipette and not _tips_left(used):
                    protocol.pause("Put fresh tip racks in.")
                    used.reset_tipracks()
            pipette.pick_up_tip()
            last = (pipette.mount, source, well)
        left = volume
        while left > 0:
            part = min(left, pipette.max_volume)
            if 0 < left - part < pipette.min_volume:
                part = left - pipette.min_volume
            pipette.aspirate(part, sources[source][well])
            pipette.dispense(part, plate[destination].top(-2))
            left = round(left - part, 4)
    for used in (small, large):
        if used.has_tip:
            used.drop_tip()


def _tips_left(pipette) -> bool:
    return any(well.has_tip for rack in pipette.tip_racks for well in rack.wells())
'''


def write_protocol(title: str, transfers: Sequence[Transfer], wells: int) -> str:
    """Write the protocol of one destination plate.

    Parameters
    ----------
    title : str
    transfers : sequence of Transfer
        To one plate. Transfers from one source well follow one another and share a tip, because the
        pipette dispenses from above the liquid.
    wells : int
        Of the destination plate: 96 or 384.
    """
    smallest = min((t.volume for t in transfers), default=1_000_000)
    scale = max(1.0, 1_000_000 / smallest) if smallest < 1_000_000 else 1.0
    sources = sorted({t.source for t in transfers})
    rows = [
        (t.source, _short(t.source_well), _short(t.well), round(t.volume * scale / 1_000_000, 3))
        for t in sorted(transfers, key=lambda t: (t.source, t.source_well, t.well))
    ]
    free = [slot for slot in range(2, 12) if slot != 11]
    source_slots = free[: len(sources)]
    tips = free[len(sources) :]
    small = tips[: max(1, len(tips) // 2)]
    large = tips[len(small) :]
    comment = (
        f'protocol.comment("Volumes are {scale:g} times those of the transfer list.")'
        if scale > 1
        else 'protocol.comment("Volumes are those of the transfer list.")'
    )
    lines = ",\n".join(f"    {row!r}" for row in rows)
    return _TEMPLATE.format(
        title=title,
        name=title,
        sources=len(sources),
        wells=wells,
        transfers=f"[\n{lines},\n]" if rows else "[]",
        plate=_PLATES[wells],
        load_sources="\n".join(
            f'        {name!r}: protocol.load_labware("{_SOURCE}", {slot}),'
            for name, slot in zip(sources, source_slots, strict=True)
        ),
        small=small,
        large=large,
        comment=comment,
    )


def _short(well: str) -> str:
    return well[0] + str(int(well[1:]))
