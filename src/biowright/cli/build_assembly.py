"""`biowright build fidelity`, `overhangs` and `simulate`: assemblies before they are made."""

from __future__ import annotations

import json as json_
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from biowright.build import (
    LigationMatrix,
    Replayed,
    SetFidelity,
    best_overhangs,
    ligation_matrix,
    read_ligation_matrix,
    replay_file,
    set_fidelity,
)
from biowright.core import BiowrightError, InputError

from . import STDIN
from .arguments import Json
from .output import note, print_json, print_table

__all__ = ["fidelity", "overhangs", "simulate"]

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


def overhangs(
    *,
    count: int,
    enzyme: Enzyme = None,
    matrix: Matrix = None,
    require: Annotated[list[str] | None, Parameter(consume_multiple=True, negative=())] = None,
    exclude: Annotated[list[str] | None, Parameter(consume_multiple=True, negative=())] = None,
    strength: float = 0.1,
    seed: int = 0,
    json: Json = False,
) -> int:
    """Find the set of overhangs that ligates most surely, and how sure any set could be.

    Parameters
    ----------
    count
        How many junctions.
    require
        Overhangs that must be in the set.
    exclude
        Overhangs that must not be in it; each stands for its other strand too.
    strength
        No overhang that ligates more rarely than this share of the mean.
    seed
        Of the search; the same question with the same seed has the same answer.
    """
    measured = _matrix(enzyme, matrix)
    found = best_overhangs(
        count,
        measured,
        require=_parted(" ".join(require or ())),
        exclude=_parted(" ".join(exclude or ())),
        strength=strength,
        seed=seed,
    )
    if json:
        print_json(
            {
                "overhangs": list(found.overhangs),
                "fidelity": found.fidelity,
                "bound": found.bound,
                "proven": found.proven,
                "matrix": found.matrix,
            }
        )
        return 0
    sys.stdout.write(f"{' '.join(found.overhangs)}\n")
    proof = "no set is better" if found.proven else f"no set exceeds {found.bound:.4%}"
    sys.stdout.write(f"fidelity {found.fidelity:.4%} ({found.matrix}); {proof}\n")
    return 0


def simulate(file: Path, *, json: Json = False) -> int:
    """Replay a cloning history or a plan: every product is made again, in the computer.

    Each step is put together as it is recorded and simulated anew. The exit code is 1 where a product is
    not the recorded one, or the simulated reaction does not make it.

    Parameters
    ----------
    file
        A history of OpenCloning, or a plan of `biowright build plan`, as JSON.
    """
    found = replay_file(file)
    wrong = [each for each in found if not each.agrees]
    for each in found:
        for remark in each.notes:
            note(f"{each.key}: {remark}")
        for change in each.signals:
            note(f"{each.key}, {change}")
    if json:
        print_json({"products": [_replayed(each) for each in found]})
        return 1 if wrong else 0
    rows = [
        (
            each.key,
            each.kind.removesuffix("Source"),
            each.length,
            each.topology,
            f"{each.probability:.4g}",
            len(each.others),
            "yes" if each.agrees else "NO",
            each.seguid,
        )
        for each in found
    ]
    print_table(
        ("product", "by", "length", "topology", "probability", "others", "agrees", "seguid"), rows
    )
    return 1 if wrong else 0


def _replayed(each: Replayed) -> dict[str, object]:
    return {
        "seguid": each.seguid,
        "length": each.length,
        "topology": each.topology,
        "probability": each.probability,
        "product": each.key,
        "by": each.kind,
        "agrees": each.agrees,
        "final": each.final,
        "others": [
            {"seguid": seguid, "length": length, "topology": topology, "probability": probability}
            for seguid, length, topology, probability in each.others
        ],
        "notes": list(each.notes),
        "signals": [asdict(change) for change in each.signals],
    }


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
