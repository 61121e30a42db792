"""Specifications in TOML: constraints and objectives as one writes them by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from biowright.core import InputError, Record

from ..codons import CodonUsage, codon_usage
from .entry import Entry, Faults, read_toml
from .rules import Rule
from .spec_rules import read_rules, usage_of

__all__ = ["Specification", "parse_specification", "read_specification"]


@dataclass(frozen=True, slots=True)
class Specification:
    """What a design is asked for.

    Parameters
    ----------
    constraints, objectives : tuple of Rule
    host : str
        Whose codons a protein is first written with.
    change : str
        ``coding`` or ``all``; see `optimise`.
    overlaps : str
        ``recode`` or ``keep``.
    left, right : str
        Fixed letters around a protein that is given as FASTA.
    stop : str
        The stop codon that is put behind a protein; empty for none.
    labels : bool
        Whether feature labels such as ``@no(BsaI_site)`` are rules too.
    """

    constraints: tuple[Rule, ...] = ()
    objectives: tuple[Rule, ...] = ()
    host: str = "Escherichia coli"
    change: str = "coding"
    overlaps: str = "recode"
    left: str = ""
    right: str = ""
    stop: str = "TAA"
    labels: bool = True
    usage: CodonUsage | None = field(default=None, repr=False)


def read_specification(path: str | Path, record: Record | None = None) -> Specification:
    """Read a specification.

    Parameters
    ----------
    path : path
        A TOML file; `docs/genes.md` shows all that it may hold.
    record : Record, optional
        What regions that name a feature are looked up in.

    Raises
    ------
    InputError
        The file is no TOML, or says what cannot be: all of it is told, each fault with its line.
    """
    content, text = read_toml(path)
    try:
        return parse_specification(content, record, Path(path).parent, text)
    except InputError as error:
        raise error.located(path=path) from None


def parse_specification(
    content: Mapping[str, Any],
    record: Record | None = None,
    folder: Path = Path(),
    text: str = "",
) -> Specification:
    """Make a specification of what a TOML file holds; `text` tells on which lines."""
    faults = Faults()
    top = Entry(content, "at the top", folder, faults)
    host = top.take("host", str, "Escherichia coli")
    table = top.take("codons", str)
    top.only("host", table is None, "the table in 'codons' says how codons are used")
    usage = top.make(lambda: usage_of(table or host, folder), codon_usage("Escherichia coli"))
    change = top.take("change", str, "coding")
    overlaps = top.take("overlaps", str, "recode")
    for value, choice, key in (
        (change, ("coding", "all"), "change"),
        (overlaps, ("recode", "keep"), "overlaps"),
    ):
        if value not in choice:
            top.fault(key, f"{key} = '{value}'", " or ".join(choice))
    flanks = Entry(top.take("flanks", dict, {}), "[flanks]", folder, faults, ("flanks",))
    left, right = flanks.take("left", str, ""), flanks.take("right", str, "")
    stop = flanks.take("stop", str, "TAA")
    flanks.finish()
    labels = top.take("labels", bool, True)
    constraints = read_rules(top, "constraints", record, usage)
    objectives = read_rules(top, "objectives", record, usage)
    top.finish()
    faults.check(text)
    return Specification(
        tuple(constraints),
        tuple(objectives),
        host,
        change,
        overlaps,
        left,
        right,
        stop,
        labels,
        usage,
    )
