"""The rules by which a genome is rewritten, as values and in TOML."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from biowright.core import InputError

from .entry import Entry, Faults, nearest_first, read_toml

__all__ = [
    "GenomeRule",
    "InsertSite",
    "RecodeCodons",
    "RemoveSites",
    "SeparateOverlaps",
    "TagGenes",
    "read_rewriting_rules",
]

UPSTREAM = 20
"""Letters before a start that hold its ribosome binding site."""


@dataclass(frozen=True, slots=True)
class RecodeCodons:
    """Codons are exchanged for synonymous ones, in every gene.

    Parameters
    ----------
    codons : mapping of str to str
        ``{"TAG": "TAA"}``, ``{"TCG": "AGC", "TCA": "AGT"}``.
    """

    codons: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class RemoveSites:
    """Sites are removed by synonymous codons, with as few changed letters as can be."""

    patterns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class InsertSite:
    """A sequence is put behind the stop codons of genes, such as a loxPsym site.

    Parameters
    ----------
    sequence : str
    genes : tuple of str
        The labels of genes; empty means all.
    but : tuple of str
        Genes that are left out, essential ones perhaps.
    offset : int, default 3
        How far behind the stop codon.
    label : str
        What the inserted feature is called.
    """

    sequence: str
    genes: tuple[str, ...] = ()
    but: tuple[str, ...] = ()
    offset: int = 3
    label: str = "loxPsym"


@dataclass(frozen=True, slots=True)
class TagGenes:
    """In each gene a short stretch is recoded as far as synonymous codons can: a watermark.

    Two primers, one for the tag and one for what it replaces, then tell the two genomes apart.

    Parameters
    ----------
    length : int, default 27
        A multiple of three.
    least : int, default 9
        Letters that must differ; genes where fewer can are left out.
    margin : int, default 99
        Letters at both ends of a gene that are left alone.
    genes : tuple of str
        The labels of genes; empty means all.
    """

    length: int = 27
    least: int = 9
    margin: int = 99
    genes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SeparateOverlaps:
    """Genes that share letters are parted: what they share, with the second one's ribosome
    binding site, is there twice afterwards.

    Parameters
    ----------
    upstream : int, default 20
        Letters before the second start that are doubled with it.
    genes : tuple of str
        Either gene's label; empty means all.
    """

    upstream: int = UPSTREAM
    genes: tuple[str, ...] = ()


GenomeRule = RecodeCodons | RemoveSites | InsertSite | TagGenes | SeparateOverlaps


def read_rewriting_rules(path: str | Path) -> tuple[GenomeRule, ...]:
    """Read the rules of a rewriting from a TOML file; `docs/genes.md` shows all of them.

    Raises
    ------
    InputError
        The file is no TOML, or says something that is unknown.
    """
    content, text = read_toml(path)
    try:
        return _parsed(content, Path(path).parent, text)
    except InputError as error:
        raise error.located(path=path) from None


def _parsed(content: Mapping[str, Any], folder: Path, text: str) -> tuple[GenomeRule, ...]:
    faults = Faults()
    top = Entry(content, "at the top", folder, faults)
    version = top.take("version", int, 1)
    if version != 1:
        top.fault("version", f"version = {version}", "1")
    rules: list[GenomeRule] = []
    entries = top.take("rules", list, [])
    for number, values in enumerate(entries):
        where, place = f"rule {number + 1}", ("rules", number)
        if not isinstance(values, dict):
            faults.add(place, InputError(f"{where} is no table", hint="write [[rules]]"))
            continue
        entry = Entry(values, where, folder, faults, place)
        name = entry.take("rule", str)
        if name not in _MAKERS:
            hint = nearest_first(name or "", _MAKERS)
            entry.fault("rule", f"there is no rule '{name}'", hint=hint)
            continue
        entry.where = f"{where} ({name})"
        rules += entry.make(lambda maker=_MAKERS[name], e=entry: [maker(e)], [])
        entry.finish()
    if not entries:
        top.fault("", "there is no rule", hint="write [[rules]]")
    top.finish()
    faults.check(text)
    return tuple(rules)


def _recode(entry: Entry) -> GenomeRule:
    codons = entry.take("codons", dict, {})
    for old, new in codons.items():
        for codon in (old, new):
            if not isinstance(codon, str) or len(codon) != 3 or set(codon.upper()) - set("ACGTU"):
                raise InputError(f"{codon!r} is no codon")
    if not codons:
        raise InputError("no codons", expected='codons = {TAG = "TAA"}')
    return RecodeCodons(codons)


def _remove(entry: Entry) -> GenomeRule:
    names = (*entry.texts("enzymes"), *entry.texts("patterns"))
    if not names:
        raise InputError("nothing to remove", expected="enzymes or patterns")
    return RemoveSites(names)


def _insert(entry: Entry) -> GenomeRule:
    sequence = entry.take("sequence", str, "")
    if not sequence or set(sequence.upper()) - set("ACGT"):
        raise InputError(f"sequence = '{sequence}'", expected="letters of ACGT")
    return InsertSite(
        sequence,
        entry.texts("genes"),
        entry.texts("but"),
        entry.take("offset", int, 3),
        entry.take("label", str, "loxPsym"),
    )


def _tag(entry: Entry) -> GenomeRule:
    return TagGenes(
        entry.take("length", int, 27),
        entry.take("least", int, 9),
        entry.take("margin", int, 99),
        entry.texts("genes"),
    )


def _separate(entry: Entry) -> GenomeRule:
    return SeparateOverlaps(entry.take("upstream", int, UPSTREAM), entry.texts("genes"))


_MAKERS = {
    "recode": _recode,
    "remove": _remove,
    "insert": _insert,
    "tag": _tag,
    "separate": _separate,
}
