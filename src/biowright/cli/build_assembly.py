"""`biowright build fidelity`, `overhangs` and `simulate`: assemblies before they are made."""

from __future__ import annotations

import json as json_
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from biowright.build import (
    LigationMatrix,
    SetFidelity,
    ligation_matrix,
    read_ligation_matrix,
    set_fidelity,
)
from biowright.core import BiowrightError, InputError

from . import STDIN
from .arguments import Json
from .output import note, print_json, print_table

__all__ = ["fidelity"]

Enzyme = Annotated[
    str | None, Parameter(help="A shipped matrix: BsaI, BsmBI, Esp3I, BbsI (4 letters), SapI (3).")
]
Matrix = Annotated[
    Path | None, Parameter(help="A measured table as it is published, .xlsx or .csv.")
]


def fidelity(
    *overhangs: str, enzyme: Enzyme = None, matrix: Matrix = None, json: Json = False
) -> int:
    """Compute how surely a set of overhangs is ligated as it should be.

    Parameters
    ----------
    overhangs
        5'→3', one a junction, parted by blanks or commas; `-` reads one set a line from the standard
        input and answers with one JSON line each.
    """
    measured = _matrix(enzyme, matrix)
    if STDIN in overhangs:
        if len(overhangs) > 1:
            raise InputError(
                "'-' reads the sets, but there are overhangs too", hint="give one of the two"
            )
        for number, names in _lines():
            try:
                found = set_fidelity(names, measured)
            except BiowrightError as error:
                raise error.located(path=STDIN, line=number) from None
            sys.stdout.write(json_.dumps(_document(found, measured), ensure_ascii=False) + "\n")
        return 0
    found = set_fidelity(_parted(" ".join(overhangs)), measured)
    for remark in found.notes:
        note(remark)
    if json:
        print_json(_document(found, measured))
        return 0
    sys.stdout.write(
        f"{found.fidelity:.4%} of assemblies with {len(found.junctions)} junctions are ligated as they "
        f"should be ({measured.name})\n"
    )
    rows = [
        (
            j.overhang,
            f"{j.fidelity:.4%}",
            f"{j.strength:.2f}",
            ", ".join(f"{a} to {b} {share:.2%}" for a, b, share in j.mispairs[:3]),
        )
        for j in found.junctions
    ]
    print_table(("overhang", "fidelity", "strength", "wrong ligations"), rows)
    return 0


def _matrix(enzyme: str | None, matrix: Path | None) -> LigationMatrix:
    if (enzyme is None) == (matrix is None):
        raise InputError(
            "there are two ligation matrices" if enzyme else "there is no ligation matrix",
            expected="either --enzyme NAME or --matrix FILE",
        )
    return ligation_matrix(enzyme) if enzyme is not None else read_ligation_matrix(matrix or "")


def _lines() -> Iterator[tuple[int, list[str]]]:
    try:
        for number, line in enumerate(sys.stdin, 1):
            if line.strip():
                yield number, _parted(line)
    except UnicodeDecodeError:
        raise InputError(
            "this is no text", path=STDIN, expected="one set of overhangs a line"
        ) from None


def _parted(text: str) -> list[str]:
    return text.replace(",", " ").replace(";", " ").split()


def _document(found: SetFidelity, matrix: LigationMatrix) -> dict[str, object]:
    return {
        "fidelity": found.fidelity,
        "matrix": matrix.name,
        "junctions": [
            {
                "overhang": j.overhang,
                "fidelity": j.fidelity,
                "correct": j.correct,
                "total": j.total,
                "strength": j.strength,
                "mispairs": [{"overhangs": [a, b], "share": share} for a, b, share in j.mispairs],
            }
            for j in found.junctions
        ],
        "notes": list(found.notes),
    }
