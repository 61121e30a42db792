"""Specifications in TOML: constraints and objectives as one writes them by hand."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from biowright.core import InputError, Location, Molecule, Record, Span, suggest

from ..codons import CodonUsage, codon_usage, read_usage
from .rules import (
    Avoid,
    Choice,
    CodonUse,
    Different,
    Dinucleotides,
    FixedSequence,
    GCContent,
    Identity,
    Keep,
    KeepProtein,
    NoHairpins,
    NoNewSignal,
    Occurrence,
    Rule,
    StartFolding,
    UniqueKmers,
)

__all__ = ["Entry", "Specification", "read_specification"]


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


class Entry:
    """One table of the file, whose keys are taken one by one, so that none is overlooked."""

    def __init__(self, values: Mapping[str, Any], where: str, folder: Path) -> None:
        self.values = dict(values)
        self.where = where
        self.folder = folder
        self.known: set[str] = set()

    def take(self, key: str, kind: type | tuple[type, ...], default: Any = None) -> Any:
        self.known.add(key)
        value = self.values.pop(key, default)
        if value is default:
            return value
        kinds = kind if isinstance(kind, tuple) else (kind,)
        if isinstance(value, bool) and bool not in kinds:
            kinds = ()
        if float in kinds and isinstance(value, int) and not isinstance(value, bool):
            value = float(value)
        if not isinstance(value, kinds) or value != value:
            names = " or ".join(
                _WORDS.get(k, k.__name__) for k in (kind if isinstance(kind, tuple) else (kind,))
            )
            raise InputError(f"{self.where}: {key} = {value!r}", expected=names)
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        values = self.take(key, list, [])
        for value in values:
            if not isinstance(value, str):
                raise InputError(f"{self.where}: {key}: {value!r}", expected="text")
        return tuple(values)

    def finish(self) -> None:
        for key in self.values:
            raise InputError(
                f"{self.where}: there is no '{key}' here", hint=suggest(key, self.known)
            )


_WORDS = {
    str: "text",
    float: "a number",
    int: "a whole number",
    list: "a list",
    bool: "true or false",
}


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
        The file is no TOML, or says something that is unknown; the error names the table.
    """
    file = Path(path)
    try:
        text = file.read_bytes().decode("utf-8")
    except OSError as error:
        raise InputError(f"the file cannot be read ({error.strerror})", path=path) from None
    except UnicodeDecodeError as error:
        raise InputError(f"byte {error.start} is no UTF-8", path=path) from None
    try:
        content = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise InputError(f"this is no TOML: {error}", path=path) from None
    try:
        return parse_specification(content, record, file.parent)
    except InputError as error:
        raise error.located(path=path) from None


def parse_specification(
    content: Mapping[str, Any], record: Record | None = None, folder: Path = Path()
) -> Specification:
    """Make a specification of what a TOML file holds; see `read_specification`."""
    top = Entry(content, "at the top", folder)
    host = top.take("host", str, "Escherichia coli")
    table = top.take("codons", str)
    usage = _usage(table or host, folder)
    change = top.take("change", str, "coding")
    overlaps = top.take("overlaps", str, "recode")
    for value, choice, key in (
        (change, ("coding", "all"), "change"),
        (overlaps, ("recode", "keep"), "overlaps"),
    ):
        if value not in choice:
            raise InputError(f"{key} = '{value}'", expected=" or ".join(choice))
    flanks = Entry(top.take("flanks", dict, {}), "[flanks]", folder)
    left, right = flanks.take("left", str, ""), flanks.take("right", str, "")
    stop = flanks.take("stop", str, "TAA")
    flanks.finish()
    labels = top.take("labels", bool, True)
    constraints = _rules(top, "constraints", record, usage)
    objectives = _rules(top, "objectives", record, usage)
    top.finish()
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


def _usage(name: str, folder: Path) -> CodonUsage:
    if name.endswith((".csv", ".tsv")):
        path = Path(name)
        return read_usage(path if path.is_absolute() else folder / path)
    return codon_usage(name)


def _rules(top: Entry, key: str, record: Record | None, usage: CodonUsage) -> list[Rule]:
    entries = top.take(key, list, [])
    rules: list[Rule] = []
    for number, values in enumerate(entries, 1):
        where = f"{key} {number}"
        if not isinstance(values, dict):
            raise InputError(f"{where} is no table", hint=f"write [[{key}]]")
        entry = Entry(values, where, top.folder)
        name = entry.take("rule", str)
        soft = key == "objectives"
        makers = _OBJECTIVES if soft else _CONSTRAINTS
        if name is None:
            raise InputError(f"{where} names no rule", expected=f"rule = {' | '.join(makers)}")
        if name not in makers:
            raise InputError(f"{where}: there is no rule '{name}'", hint=suggest(name, makers))
        entry.where = f"{where} ({name})"
        region = _region(entry, record)
        try:
            rules += makers[name](entry, region, usage)
        except InputError as error:
            if not error.what.startswith(where):
                error.what = f"{entry.where}: {error.what}"
                error.args = (error.what,)
            raise
        entry.finish()
    return rules


def _region(entry: Entry, record: Record | None) -> Location | None:
    text = entry.take("region", str)
    feature = entry.take("feature", str)
    strand = entry.take("strand", int, 1)
    if text is not None and feature is not None:
        raise InputError(f"{entry.where}: region and feature exclude each other")
    if text is not None:
        start, dots, end = text.partition("..")
        try:
            span = Span(int(start), int(end), strand)
        except ValueError:
            raise InputError(
                f"{entry.where}: region = '{text}'", expected="start..end, 0-based and half-open"
            ) from None
        del dots
        # a protein has no letters of DNA yet: its region is checked when they are laid out
        if (
            record is not None
            and record.sequence.molecule is not Molecule.PROTEIN
            and (
                span.start > len(record)
                or (span.end > len(record) and not record.circular)
                or not len(span)
            )
        ):
            raise InputError(f"{entry.where}: {text} lies outside of {len(record)} letters")
        return Location((span,))
    if feature is None:
        return None
    found = [f for f in (record.features if record else ()) if f.label == feature]
    kinds = {str(f.location) for f in found}
    if len(kinds) != 1:
        labels = {f.label for f in (record.features if record else ())}
        raise InputError(
            f"{entry.where}: {len(kinds) or 'no'} places are named '{feature}'",
            hint=suggest(feature, labels) if not found else "say region = 'start..end'",
        )
    return found[0].location


def _protein(entry: Entry, region: Location | None, usage: CodonUsage) -> list[Rule]:
    return [
        KeepProtein(
            region,
            entry.take("code", (int, str), usage.code),
            entry.take("protein", str),
            entry.take("start", str, "keep"),
            entry.take("stop", str, "any"),
        )
    ]


def _strands(entry: Entry) -> tuple[int, ...]:
    strands = entry.take("strands", str, "both")
    sides = {"both": (1, -1), "forward": (1,), "reverse": (-1,)}
    if strands not in sides:
        raise InputError(f"strands = '{strands}'", expected="both, forward or reverse")
    return sides[strands]


def _avoid(entry: Entry, region: Location | None, usage: CodonUsage) -> list[Rule]:
    strands = _strands(entry)
    names = [*entry.take("enzymes", list, []), *entry.take("patterns", list, [])]
    for name in names:
        if not isinstance(name, str):
            raise InputError(f"{name!r} is no pattern", expected="text")
    rules: list[Rule] = [Avoid(name, region, strands) for name in names]
    longest = entry.take("homopolymer", (int, dict))
    if longest is not None:
        runs = longest if isinstance(longest, dict) else dict.fromkeys("ACGT", longest)
        for letter, size in runs.items():
            if letter not in "ACGT" or not isinstance(size, int) or not 1 <= size <= 500:
                raise InputError(
                    f"homopolymer: {letter} = {size}", expected="a letter of ACGT, 1 to 500"
                )
            rules.append(Avoid.homopolymer(letter, size, region))
    repeats = entry.take("repeats", list, [])
    for repeat in repeats:
        if not (
            isinstance(repeat, dict)
            and isinstance(repeat.get("unit"), int)
            and isinstance(repeat.get("times"), int)
            and 1 <= repeat["unit"] <= 4
            and 2 <= repeat["times"] <= 50
        ):
            raise InputError(f"repeats: {repeat!r}", expected="{unit = 1 to 4, times = 2 to 50}")
        rules += tandem_repeats(repeat["unit"], repeat["times"], region)
    if not rules:
        raise InputError("nothing to avoid", expected="enzymes, patterns, homopolymer or repeats")
    return rules


def tandem_repeats(unit: int, times: int, region: Location | None = None) -> list[Rule]:
    """Forbid every word of `unit` letters from standing `times` times in a row."""
    from itertools import product

    words = ("".join(letters) for letters in product("ACGT", repeat=unit))
    kept = [
        word
        for word in words
        if not any(unit % n == 0 and word == word[:n] * (unit // n) for n in range(1, unit))
    ]
    return [Avoid(word * times, region, (1,), f"run of {times} {word} or more") for word in kept]


def _gc(entry: Entry, region: Location | None, usage: CodonUsage) -> list[Rule]:
    return [
        GCContent(
            entry.take("low", float, 0.0),
            entry.take("high", float, 1.0),
            entry.take("window", int),
            region,
        )
    ]


def _gc_target(entry: Entry, region: Location | None, usage: CodonUsage) -> list[Rule]:
    target = entry.take("target", float)
    if target is None:
        raise InputError("no target", expected="target = 0 to 1")
    return [GCContent(region=region, target=target)]


def _kmers(entry: Entry, region: Location | None, usage: CodonUsage) -> list[Rule]:
    host = entry.take("host", str)
    letters: tuple[bytes, ...] = ()
    if host is not None:
        from biowright.formats import read

        path = Path(host)
        letters = tuple(
            r.sequence.data for r in read(path if path.is_absolute() else entry.folder / path)
        )
    return [UniqueKmers(entry.take("k", int, 15), region, letters)]


def _hairpins(entry: Entry, region: Location | None, usage: CodonUsage) -> list[Rule]:
    return [NoHairpins(entry.take("stem", int, 12), entry.take("window", int, 100), region)]


def _signals(entry: Entry, region: Location | None, usage: CodonUsage) -> list[Rule]:
    rules: list[Rule] = []
    for kind in ("promoter", "terminator", "start"):
        said = entry.take(kind + "s", (bool, float))
        if said is True or (said is not None and said is not False):
            rules.append(NoNewSignal(kind, None if said is True else said, region))
    if not rules:
        raise InputError(
            "no signal is named", expected="promoters, terminators or starts = true or a number"
        )
    return rules


def _keep(entry: Entry, region: Location | None, usage: CodonUsage) -> list[Rule]:
    return [Keep(region)]


def _fixed(entry: Entry, region: Location | None, usage: CodonUsage) -> list[Rule]:
    sequence = entry.take("sequence", str)
    if sequence is None or region is None:
        raise InputError("a sequence and its region are needed")
    return [FixedSequence(sequence, region)]


def _choice(entry: Entry, region: Location | None, usage: CodonUsage) -> list[Rule]:
    choices = entry.texts("choices")
    if region is None:
        raise InputError("the region of the choice is needed")
    return [Choice(choices, region)]


def _occurrence(entry: Entry, region: Location | None, usage: CodonUsage) -> list[Rule]:
    pattern = entry.take("pattern", str)
    if pattern is None:
        raise InputError("no pattern is named", expected="letters, or the name of an enzyme")
    return [Occurrence(pattern, entry.take("count", int, 1), region, _strands(entry))]


def _different(entry: Entry, region: Location | None, usage: CodonUsage) -> list[Rule]:
    return [Different(region)]


def _codons(entry: Entry, region: Location | None, usage: CodonUsage) -> list[Rule]:
    host, source = entry.take("host", str), entry.take("source", str)
    chosen = _usage(host, entry.folder) if host else usage
    method = entry.take("method", str, "cai")
    pairs = None
    genome = entry.take("genome", str)
    if method == "pairs":
        from biowright.formats import read

        from ..codons import codon_pair_scores

        if genome is None:
            raise InputError("codon pairs are counted in a genome", hint="say genome = 'FILE.gb'")
        path = Path(genome)
        pairs = codon_pair_scores(read(path if path.is_absolute() else entry.folder / path))
    return [
        CodonUse(
            chosen,
            method,
            region,
            entry.take("weight", float, 1.0),
            _usage(source, entry.folder) if source else None,
            entry.take("least", float, 0.1),
            pairs,
        )
    ]


def _identity(entry: Entry, region: Location | None, usage: CodonUsage) -> list[Rule]:
    return [Identity(region, entry.take("weight", float, 1.0))]


def _dinucleotides(entry: Entry, region: Location | None, usage: CodonUsage) -> list[Rule]:
    return [
        Dinucleotides(
            entry.take("pair", str, "CG"),
            entry.take("weight", float, -1.0),
            entry.take("target", float),
            region,
        )
    ]


def _folding(entry: Entry, region: Location | None, usage: CodonUsage) -> list[Rule]:
    return [
        StartFolding(
            region,
            entry.take("before", int, 4),
            entry.take("after", int, 37),
            entry.take("weight", float, 1.0),
        )
    ]


_Maker = Callable[[Entry, Location | None, CodonUsage], list[Rule]]
_CONSTRAINTS: dict[str, _Maker] = {
    "protein": _protein,
    "avoid": _avoid,
    "gc": _gc,
    "unique": _kmers,
    "hairpins": _hairpins,
    "signals": _signals,
    "keep": _keep,
    "sequence": _fixed,
    "choice": _choice,
    "insert": _occurrence,
    "change": _different,
}
_OBJECTIVES: dict[str, _Maker] = {
    "codons": _codons,
    "identity": _identity,
    "dinucleotides": _dinucleotides,
    "folding": _folding,
    "gc": _gc_target,
}
