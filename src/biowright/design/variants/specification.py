"""A library as a file says it: TOML, one table, one of four kinds.

    [library]
    kind = "targets"             # or saturation, error-prone, recombination
    targets = "proteins.fasta"   # aligned proteins, FASTA or Clustal
    limit = 1e5                  # DNA variants of all sublibraries together
    sublibraries = 2
    codons_per_site = 1          # up to 3 are mixed
    host = "Escherichia coli"

Paths are relative to the file.
"""

from __future__ import annotations

import csv
import os
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

from biowright.core import InputError, Molecule
from biowright.formats import read, toml_errors

__all__ = [
    "ErrorProneLibrary",
    "RecombinationLibrary",
    "SaturationLibrary",
    "TargetLibrary",
    "read_contacts",
    "read_library",
    "read_targets",
]

_STRICT = ConfigDict(extra="forbid")
Count = Annotated[int, Field(ge=1)]
Share = Annotated[float, Field(gt=0, lt=1)]


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetLibrary:
    """``kind = "targets"``: given proteins, as many as possible.

    Parameters
    ----------
    targets : path
        Aligned proteins of one length.
    limit : float
        DNA variants of all sublibraries together.
    sublibraries : int, default 1
    codons_per_site : int, default 1
        Up to 3 degenerate codons are mixed at a site.
    weights : mapping of str to float
        What a target is worth; 1 by default.
    host : str, default "Escherichia coli"
    code : int, default 1
    seed : int, default 0
    """

    __pydantic_config__ = _STRICT

    kind: Literal["targets"]
    targets: Path
    limit: Annotated[float, Field(ge=1, le=1e15)]
    sublibraries: Annotated[int, Field(ge=1, le=20)] = 1
    codons_per_site: Annotated[int, Field(ge=1, le=3)] = 1
    weights: dict[str, float] = field(default_factory=dict)
    host: str = "Escherichia coli"
    code: int = 1
    seed: Annotated[int, Field(ge=0)] = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SaturationLibrary:
    """``kind = "saturation"``: chosen residues at chosen sites of a parent, all combined.

    Parameters
    ----------
    parent : str
        A file with the coding DNA or the protein, or the protein's letters.
    sites : mapping of str to str
        For each site (``V39``) a scheme (``NNK``, ``22c``, ``Tang``, ``trimers``), three IUPAC letters,
        or the wanted residues after ``=``: ``"=AVIL"`` gives the best codon, ``"~AVIL"`` the best mixture.
    first : int, default 1
        The number of the first residue.
    share : float, default 0.95
        The expected share of the proteins that the screen is to show.
    host : str, default "Escherichia coli"
    code : int, default 1
    """

    __pydantic_config__ = _STRICT

    kind: Literal["saturation"]
    parent: str
    sites: Annotated[dict[str, str], Field(min_length=1, max_length=12)]
    first: int = 1
    share: Share = 0.95
    host: str = "Escherichia coli"
    code: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorProneLibrary:
    """``kind = "error-prone"``: random mutations with the bias of a polymerase.

    Parameters
    ----------
    parent : str
        A file with the coding DNA.
    mean : float
        Substitutions a clone.
    clones : float
        How many are screened.
    bias : str or mapping, default "Mutazyme II"
    cycles : int, default 30
    efficiency : float, default 0.6
    first : int, default 1
    code : int, default 1
    """

    __pydantic_config__ = _STRICT

    kind: Literal["error-prone"]
    parent: str
    mean: float
    clones: float
    bias: str | dict[str, float] = "Mutazyme II"
    cycles: int = 30
    efficiency: float = 0.6
    first: int = 1
    code: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class RecombinationLibrary:
    """``kind = "recombination"``: blocks of aligned parents, exchanged where few contacts break.

    Parameters
    ----------
    parents : path
        Aligned proteins, gaps as ``-``.
    contacts : path
        CSV with two columns of alignment columns, from 1.
    crossovers : int
    shortest : int, default 4
    """

    __pydantic_config__ = _STRICT

    kind: Literal["recombination"]
    parents: Path
    contacts: Path
    crossovers: Count
    shortest: Count = 4


Library = Annotated[
    TargetLibrary | SaturationLibrary | ErrorProneLibrary | RecombinationLibrary,
    Field(discriminator="kind"),
]


@dataclass(frozen=True, slots=True)
class _File:
    __pydantic_config__ = _STRICT

    library: Library


def read_library(
    path: str | os.PathLike[str],
) -> TargetLibrary | SaturationLibrary | ErrorProneLibrary | RecombinationLibrary:
    """Read a specification.

    Raises
    ------
    InputError
        There is no such file, it is no TOML, or says something wrong.
    """
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8-sig")
        raw = tomllib.loads(text)
    except FileNotFoundError:
        raise InputError("there is no such file", path=path) from None
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"the specification cannot be read ({error})", path=path) from None
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"this is no TOML: {error}", path=path) from None
    if "library" not in raw:
        raise InputError(
            "there is no [library]" if raw or text.strip() else "the specification is empty",
            path=path,
            expected='[library] with kind = "targets", "saturation", "error-prone" or "recombination"',
            hint="see docs/variants.md for what a specification says",
        )
    try:
        return TypeAdapter(_File).validate_python(raw).library
    except ValidationError as error:
        raise InputError(
            "; ".join(toml_errors(error, text)),
            path=path,
            hint="see docs/variants.md for what a specification says",
        ) from None


def read_targets(path: str | os.PathLike[str]) -> dict[str, str]:
    """Read aligned proteins by name: Clustal, or any format that Biowright reads.

    Raises
    ------
    InputError, FormatError
        The file cannot be read, or names stand twice.
    """
    path = Path(path)
    try:
        with path.open("rb") as file:
            clustal = file.read(7) == b"CLUSTAL"
        text = path.read_text("ascii") if clustal else ""
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"the proteins cannot be read ({error})", path=path) from None
    found: dict[str, str] = {}
    if clustal:
        for number, line in enumerate(text.splitlines()[1:], 2):
            words = line.split()
            if not line[:1].strip():
                continue  # blank, or the marks of conservation
            if len(words) not in (2, 3):
                raise InputError("this is no line of an alignment", path=path, line=number)
            found[words[0]] = found.get(words[0], "") + words[1].upper()
        return found
    for record in read(path):
        name = record.name or record.id
        if name in found:
            raise InputError("two proteins have this name", path=path, record=name)
        if record.molecule is not Molecule.PROTEIN and set(str(record.sequence).upper()) - set(
            "ACGTN"
        ):
            raise InputError("this is no protein", path=path, record=name)
        found[name] = str(record.sequence).upper()
    return found


def read_contacts(path: str | os.PathLike[str]) -> list[tuple[int, int]]:
    """Read contacts: two alignment columns a line, from 1; a head is skipped.

    Raises
    ------
    InputError
        The file cannot be read, or a line holds no two numbers.
    """
    path = Path(path)
    try:
        rows = list(csv.reader(path.read_text("ascii").splitlines()))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"the contacts cannot be read ({error})", path=path) from None
    contacts = []
    for number, row in enumerate(rows, 1):
        try:
            first, second = (int(cell) for cell in row[:2])
        except ValueError:
            if number == 1 or not any(cell.strip() for cell in row):
                continue
            raise InputError(
                "this is no contact", path=path, line=number, expected="two numbers"
            ) from None
        contacts.append((first - 1, second - 1))
    return contacts
