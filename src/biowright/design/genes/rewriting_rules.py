"""The rules by which a genome is rewritten, as values and in TOML."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from biowright.core import InputError, suggest

from .spec import Entry

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
    file = Path(path)
    try:
        content = tomllib.loads(file.read_bytes().decode("utf-8"))
    except OSError as error:
        raise InputError(f"the file cannot be read ({error.strerror})", path=path) from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise InputError(f"this is no TOML: {error}", path=path) from None
    try:
        return _parsed(content, file.parent)
    except InputError as error:
        raise error.located(path=path) from None


def _parsed(content: Mapping[str, Any], folder: Path) -> tuple[GenomeRule, ...]:
    top = Entry(content, "at the top", folder)
    version = top.take("version", int, 1)
    if version != 1:
        raise InputError(f"version = {version}", expected="1")
    rules = []
    for number, values in enumerate(top.take("rules", list, []), 1):
        if not isinstance(values, dict):
            raise InputError(f"rule {number} is no table", hint="write [[rules]]")
        entry = Entry(values, f"rule {number}", folder)
        name = entry.take("rule", str)
        if name not in _MAKERS:
            hint = suggest(name or "", _MAKERS)
            raise InputError(f"rule {number}: there is no rule '{name}'", hint=hint)
        entry.where = f"rule {number} ({name})"
        rules.append(_MAKERS[name](entry))
        entry.finish()
    top.finish()
    if not rules:
        raise InputError("there is no rule", hint="write [[rules]]")
    return tuple(rules)


def _recode(entry: Entry) -> GenomeRule:
    codons = entry.take("codons", dict, {})
    for old, new in codons.items():
        for codon in (old, new):
            if not isinstance(codon, str) or len(codon) != 3 or set(codon.upper()) - set("ACGTU"):
                raise InputError(f"{entry.where}: {codon!r} is no codon")
    if not codons:
        raise InputError(f"{entry.where}: no codons", expected='codons = {TAG = "TAA"}')
    return RecodeCodons(codons)


def _remove(entry: Entry) -> GenomeRule:
    names = (*entry.texts("enzymes"), *entry.texts("patterns"))
    if not names:
        raise InputError(f"{entry.where}: nothing to remove", expected="enzymes or patterns")
    return RemoveSites(names)


def _insert(entry: Entry) -> GenomeRule:
    sequence = entry.take("sequence", str, "")
    if not sequence or set(sequence.upper()) - set("ACGT"):
        raise InputError(f"{entry.where}: sequence = '{sequence}'", expected="letters of ACGT")
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
