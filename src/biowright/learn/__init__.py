"""Learn from measurements and say what to make next.

The words are few. A *space* holds the designs that could be made: `Sites` of a molecule, `Slots` of
a construct, `Factors` of a medium or a process, or a `Table` of candidates. `Measured` holds one
value a well. `recommend` gives the next batch, `validate` says how far the models can be trusted.

>>> from biowright.learn import Measured, Sites, recommend
>>> space = Sites(("ACDEFGHIKLMNPQRSTVWY",) * 4)
>>> batch = recommend(space, batch=96, seed=1).picks      # nothing measured: covers the space
>>> len(batch), len(batch[0].design)
(96, 4)

Models look at columns of levels only, whatever the space; a new kind of space is a class with the
methods of `Space`.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .answers import Effect, MemberReport, ModelReport, Pick, Recommendation
    from .columns import Column
    from .factors import Factor, Factors, SumLimit
    from .files import read_candidates, read_data, read_measured, write_picks
    from .measured import Measured
    from .pareto import find_front, hypervolume, sort_fronts
    from .recommendation import recommend
    from .several import Aim, recommend_several
    from .spaces import Sites, Slots, Space
    from .table import Table
    from .validation import Figures, Validation, validate

_HOMES = {
    "answers": ("Effect", "MemberReport", "ModelReport", "Pick", "Recommendation"),
    "columns": ("Column",),
    "factors": ("Factor", "Factors", "SumLimit"),
    "files": ("read_candidates", "read_data", "read_measured", "write_picks"),
    "measured": ("Measured",),
    "pareto": ("find_front", "hypervolume", "sort_fronts"),
    "recommendation": ("recommend",),
    "several": ("Aim", "recommend_several"),
    "spaces": ("Sites", "Slots", "Space"),
    "table": ("Table",),
    "validation": ("Figures", "Validation", "validate"),
}
_HOME = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "Aim",
    "Column",
    "Effect",
    "Factor",
    "Factors",
    "Figures",
    "Measured",
    "MemberReport",
    "ModelReport",
    "Pick",
    "Recommendation",
    "Sites",
    "Slots",
    "Space",
    "SumLimit",
    "Table",
    "Validation",
    "find_front",
    "hypervolume",
    "read_candidates",
    "read_data",
    "read_measured",
    "recommend",
    "recommend_several",
    "sort_fronts",
    "validate",
    "write_picks",
]


def __getattr__(name: str) -> object:
    if name in _HOME:
        value = getattr(importlib.import_module(f".{_HOME[name]}", __name__), name)
        globals()[name] = value
        return value
    raise AttributeError(f"module 'biowright.learn' has no attribute '{name}'")


def __dir__() -> list[str]:
    return sorted(__all__)
