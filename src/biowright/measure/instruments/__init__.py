"""Instrument files: one row a kind of file that plate readers write.

A new instrument is one module with an `Instrument`, and its name in `INSTRUMENTS`.
"""

from __future__ import annotations

from collections.abc import Sequence

from .agilent import GEN5
from .bmg import MARS, SMART_CONTROL
from .molecular_devices import SOFTMAX_PRO
from .reads import Instrument, Read
from .revvity import ENVISION, KALEIDO
from .sheets import Sheet, read_sheets
from .tecan import MAGELLAN
from .thermo import SKANIT

__all__ = ["INSTRUMENTS", "Instrument", "Read", "Sheet", "read_sheets", "recognise"]

INSTRUMENTS = (GEN5, SOFTMAX_PRO, MARS, SMART_CONTROL, ENVISION, KALEIDO, MAGELLAN, SKANIT)


def recognise(sheets: Sequence[Sheet]) -> Instrument | None:
    """Find what wrote some sheets; None where it is none of the instruments."""
    return next((kind for kind in INSTRUMENTS if sheets and kind.recognise(sheets)), None)
