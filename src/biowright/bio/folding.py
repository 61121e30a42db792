"""Folding of RNA: the structure of least free energy under the nearest-neighbour model."""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from functools import cache, reduce
from importlib.resources import files
from typing import TYPE_CHECKING

from biowright.core import Record, Sequence, SequenceError

from .iupac import masks, nucleotides

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Energies = dict[str, npt.NDArray[np.int32]]

__all__ = ["Fold", "fold", "fold_energy"]

_CODES = bytes({1: 1, 2: 2, 4: 3, 8: 4}.get(mask, 0) for mask in range(256))


@dataclass(frozen=True, slots=True)
class Fold:
    """A structure without pseudoknots.

    Parameters
    ----------
    energy : float
        The free energy at 37 °C in kcal/mol; 0 for an open strand.
    structure : str
        In dots and brackets.
    """

    energy: float
    structure: str


@cache
def _tables() -> Energies:
    """Read the Turner 2004 parameters (Mathews and others, doi:10.1073/pnas.0401799101).

    The numbers are those of the Nearest Neighbor Database (doi:10.1093/nar/gkp892).
    """
    import numpy as np

    from .folding_kernels import LONGEST

    packed = files("biowright.bio").joinpath("data/rna_turner2004.txt.gz").read_bytes()
    sections: dict[str, list[str]] = {}
    for line in gzip.decompress(packed).decode().splitlines():
        if line.startswith("# "):
            now = sections.setdefault(line[2:], [])
        else:
            now.append(line)

    def numbers(name: str) -> npt.NDArray[np.int32]:
        words = " ".join(sections[name]).split()
        return np.array([10**6 if word == "INF" else int(word) for word in words], np.int32)

    def whole(name: str, shape: tuple[int, ...]) -> npt.NDArray[np.int32]:
        """Put a table at the indices from 1 on; 0 is the letter N and no pair."""
        table = np.zeros(shape, np.int32)
        values = numbers(name)
        places = tuple(slice(1, 8) if size == 8 else slice(0, 5) for size in shape)
        table[places] = values.reshape([7 if size == 8 else 5 for size in shape])
        return table

    found = {"stack": whole("stack", (8, 8))}
    for name in ("hairpin", "interior", "interior_1n", "interior_23", "multi", "exterior"):
        found[name + "_mismatch"] = whole("mismatch_" + name, (8, 5, 5))
    for name in ("dangle5", "dangle3"):
        found[name] = np.minimum(whole(name, (8, 5)), 0)
    for name in ("multi_mismatch", "exterior_mismatch"):
        found[name] = np.minimum(found[name], 0)
    found["int11"] = whole("int11", (8, 8, 5, 5))
    found["int21"] = whole("int21", (8, 8, 5, 5, 5))
    int22 = np.zeros((8, 8, 5, 5, 5, 5), np.int32)
    int22[1:7, 1:7, 1:, 1:, 1:, 1:] = numbers("int22").reshape(6, 6, 4, 4, 4, 4)
    # an unknown letter is taken for the worst one
    for axis in range(2, 6):
        first = (slice(None),) * axis + (0,)
        rest = (slice(None),) * axis + (slice(1, 5),)
        int22[first] = int22[rest].max(axis=axis)
    found["int22"] = int22
    for name in ("hairpin", "bulge", "interior"):
        found[name] = numbers(name)
    # loops of more than 30 letters by the logarithm
    sizes = np.arange(31, LONGEST + 1)
    longer = found["hairpin"][30] + (107.856 * np.log(sizes / 30.0)).astype(np.int32)
    found["hairpin"] = np.concatenate([found["hairpin"], longer])
    found["multi"] = numbers("ML_params")
    found["ninio"] = numbers("NINIO")
    found["misc"] = numbers("Misc")
    found["floor"] = _floor(found)
    special = [
        (line.split()[0], int(line.split()[1]))
        for name in ("Triloops", "Tetraloops", "Hexaloops")
        for line in sections[name]
    ]
    found["special"] = np.array(
        [
            (len(letters), reduce(lambda code, x: code * 5 + "NACGU".index(x), letters, 0), energy)
            for letters, energy in special
        ],
        np.int32,
    )
    return found


def _floor(tables: Energies) -> npt.NDArray[np.int32]:
    """Give the least energy of a loop between two pairs by how many letters are unpaired."""
    import numpy as np

    slope, _, most = tables["ninio"].tolist()
    least = {name: int(table.min()) for name, table in tables.items()}
    floor = [least["stack"], int(tables["bulge"][1]) + least["stack"]]
    for size in range(2, 31):
        wide = int(tables["interior"][size])
        sides = [int(tables["bulge"][size])]
        sides.append(wide + min(most, (size - 2) * slope) + 2 * least["interior_1n_mismatch"])
        sides.append(wide + 2 * least["interior_mismatch"])
        sides += [
            least[name] for name, own in (("int11", 2), ("int21", 3), ("int22", 4)) if own == size
        ]
        if size == 5:
            sides.append(wide + slope + 2 * least["interior_23_mismatch"])
        floor.append(min(sides))
    return np.array(floor, np.int32)


def _codes(sequence: Sequence | Record | str) -> npt.NDArray[np.int8]:
    import numpy as np

    from .folding_kernels import LONGEST

    letters = nucleotides(sequence).data
    if len(letters) > LONGEST:
        raise SequenceError(
            f"{len(letters)} letters are too many to fold", expected=f"at most {LONGEST:,}"
        )
    return np.frombuffer(masks(letters).translate(_CODES), np.int8)


def fold_energy(sequence: Sequence | Record | str) -> float:
    """Give the least free energy that an RNA can fold to, in kcal/mol at 37 °C.

    The model is Turner's of 2004 with stacked and dangling ends on all branches, as RNAfold has it
    by default; DNA is read as the RNA of the same letters, and a circle as an open strand.

    Parameters
    ----------
    sequence : Sequence, Record or str
        At most 4,000 letters.

    Raises
    ------
    SequenceError
        It is a protein, or too long.

    Examples
    --------
    >>> fold_energy("GGGGAAAACCCC")
    -5.4
    """
    from .folding_kernels import minimum

    codes = _codes(sequence)
    return int(minimum(codes, energy_tables())) / 100


def fold(sequence: Sequence | Record | str) -> Fold:
    """Find a structure of least free energy; see `fold_energy`.

    Examples
    --------
    >>> fold("GGGGAAAACCCC")
    Fold(energy=-5.4, structure='((((....))))')
    """
    from .folding_kernels import structure

    codes = _codes(sequence)
    energy, pairs = structure(codes, energy_tables())
    text = ["."] * len(codes)
    for i, j in enumerate(pairs.tolist()):
        if j > i:
            text[i], text[j] = "(", ")"
    return Fold(int(energy) / 100, "".join(text))


@cache
def energy_tables() -> npt.NDArray[np.int32]:
    """Give the parameters as the compiled loops take them, in one array."""
    import numpy as np

    from .folding_kernels import TABLES

    tables = _tables()
    parts = [tables[name] for name, _ in TABLES] + [tables["special"]]
    return np.concatenate([part.ravel() for part in parts]).astype(np.int32)
