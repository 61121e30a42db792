r"""Measurements: plates, and the tables that instruments and people fill.

>>> from biowright.measure import arrange_wells, read_measurements
>>> layout = arrange_wells(["a", "b"], seed=1)
>>> table = "well;OD600\n" + "".join(f"{well.name};0,5\n" for well in layout)
>>> [reading.value for reading in read_measurements(table, layout, {"OD600": ""})]
[0.5, 0.5]
"""

from .cells import guard_cell
from .filled import read_filled
from .plates import SHAPES, Well, arrange_wells, parse_well, well_name
from .tables import Reading, read_measurements, template

__all__ = [
    "SHAPES",
    "Reading",
    "Well",
    "arrange_wells",
    "guard_cell",
    "parse_well",
    "read_filled",
    "read_measurements",
    "template",
    "well_name",
]
