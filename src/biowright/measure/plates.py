"""Plates: well names, and where designs, replicates and controls stand.

The layout rule: the usable wells of a plate are put in a random order by a generator seeded with the
campaign's seed, the round and the plate. Controls take the first wells of that order that lie in
different quadrants, so that every quadrant of a plate sees them in turn. The replicates of a design go
to different plates as far as there are plates, and otherwise to wells as they come in that order; random
places keep row, column and edge effects from being taken for effects of the designs (randomisation:
Fisher, The Design of Experiments, 1935).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from biowright.core import InputError

__all__ = ["SHAPES", "Well", "arrange_wells", "parse_well", "well_name"]

SHAPES = {96: (8, 12), 384: (16, 24), 1536: (32, 48)}
_WELL = re.compile(r"^\s*([A-Za-z]{1,2})\s*0*([1-9]\d?)\s*$")


@dataclass(frozen=True, slots=True)
class Well:
    """A well and what stands in it.

    Parameters
    ----------
    plate : int
        From 1.
    row, column : int
        From 0.
    design : str
        The identity of the design, or the name of the control.
    role : str
        ``design``, ``control`` or ``repeat`` (a design measured again).
    replicate : int
        From 1.
    """

    plate: int
    row: int
    column: int
    design: str
    role: str = "design"
    replicate: int = 1

    @property
    def name(self) -> str:
        """The well's name with two digits: ``A01``."""
        return well_name(self.row, self.column)


def well_name(row: int, column: int) -> str:
    """Give a well's name from its row and column (from 0).

    Examples
    --------
    >>> well_name(0, 0), well_name(31, 47)
    ('A01', 'AF48')
    """
    letters = chr(65 + row) if row < 26 else "A" + chr(65 + row - 26)
    return f"{letters}{column + 1:02d}"


def parse_well(text: str, wells: int = 96) -> tuple[int, int]:
    """Read a well's name: A1, A01 and a01 are the same.

    Returns
    -------
    row, column : int
        From 0.

    Raises
    ------
    InputError
        It is no well of a plate with that many wells.

    Examples
    --------
    >>> parse_well("h12"), parse_well("AF48", 1536)
    ((7, 11), (31, 47))
    """
    rows, columns = SHAPES[wells]
    match = _WELL.match(text)
    if match:
        letters, column = match[1].upper(), int(match[2]) - 1
        row = ord(letters[-1]) - 65 + (26 if len(letters) == 2 and letters[0] == "A" else 0)
        if (len(letters) == 1 or letters[0] == "A") and row < rows and column < columns:
            return row, column
    raise InputError(
        f"'{text.strip()}' is no well of a plate of {wells}",
        expected=f"A1 to {well_name(rows - 1, columns - 1)}",
    )


def arrange_wells(
    designs: Sequence[str],
    *,
    repeats: Sequence[str] = (),
    controls: Sequence[str] = (),
    replicates: int = 1,
    control_wells: int = 2,
    wells: int = 96,
    edge: bool = True,
    seed: int = 0,
    round: int = 1,
) -> list[Well]:
    """Place designs, repeats and controls on as many plates as they need, by the rule of this module.

    Parameters
    ----------
    designs, repeats : sequence of str
        New designs, and designs that are measured again.
    controls : sequence of str
        Each stands in `control_wells` wells of every plate.
    replicates : int
        Wells a design.
    edge : bool
        Whether the outer wells are used.
    seed, round : int

    Returns
    -------
    list of Well
        By plate, row and column.

    Raises
    ------
    InputError
        The controls leave no room on a plate.

    Examples
    --------
    >>> layout = arrange_wells(["a", "b", "c"], controls=["blank"], replicates=2, seed=7)
    >>> len(layout), sorted({well.design for well in layout})
    (8, ['a', 'b', 'blank', 'c'])
    """
    import numpy as np

    rows, columns = SHAPES[wells]
    margin = 0 if edge else 1
    usable = [(r, c) for r in range(margin, rows - margin) for c in range(margin, columns - margin)]
    room = len(usable) - len(controls) * control_wells
    if room < 1:
        raise InputError(
            f"{len(controls)} controls in {control_wells} wells each fill a plate of "
            f"{len(usable)} usable wells",
            hint="use fewer control wells, or plates of 384",
        )
    todo = [
        (name, role, replicate)
        for replicate in range(1, replicates + 1)
        for role, names in (("design", designs), ("repeat", repeats))
        for name in names
    ]
    plates = max(1, -(-len(todo) // room))
    # replicate after replicate, so that the next replicate of a design is on the next plate
    share = -(-len(todo) // plates)
    layout: list[Well] = []
    for plate in range(1, plates + 1):
        generator = np.random.default_rng([seed, round, plate])
        order = [usable[i] for i in generator.permutation(len(usable))]
        quadrants: list[list[tuple[int, int]]] = [[], [], [], []]
        for row, column in order:
            quadrants[2 * (row >= rows // 2) + (column >= columns // 2)].append((row, column))
        taken: set[tuple[int, int]] = set()
        turn = int(generator.integers(4))
        for number in range(1, control_wells + 1):
            for control in controls:
                row, column = quadrants[turn % 4].pop(0)
                turn += 1
                taken.add((row, column))
                layout.append(Well(plate, row, column, control, "control", number))
        free = iter(place for place in order if place not in taken)
        for name, role, replicate in todo[(plate - 1) * share : plate * share]:
            row, column = next(free)
            layout.append(Well(plate, row, column, name, role, replicate))
    return sorted(layout, key=lambda w: (w.plate, w.row, w.column))
