"""The rules of a specification in TOML: what each of them may say."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from pathlib import Path

from biowright.core import InputError, Location, Molecule, Record, Span

from ..codons import CodonUsage, codon_usage, read_usage
from .entry import Entry, nearest_first
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

__all__ = ["read_rules", "tandem_repeats", "usage_of"]

_STRANDED = ("protein", "sequence", "choice", "insert", "codons", "folding")
"""Rules for which it matters on which strand their region lies."""


def usage_of(name: str, folder: Path) -> CodonUsage:
    """Give the codon usage of a host, or of a table in a file."""
    if name.endswith((".csv", ".tsv")):
        path = Path(name)
        return read_usage(path if path.is_absolute() else folder / path)
    return codon_usage(name)


def read_rules(top: Entry, key: str, record: Record | None, usage: CodonUsage) -> list[Rule]:
    """Read the constraints or the objectives; what is wrong with them is noted."""
    rules: list[Rule] = []
    makers = _OBJECTIVES if key == "objectives" else _CONSTRAINTS
    for number, values in enumerate(top.take(key, list, [])):
        place, where = (key, number), f"{key} {number + 1}"
        if not isinstance(values, dict):
            top.faults.add(place, InputError(f"{where} is no table", hint=f"write [[{key}]]"))
            continue
        entry = Entry(values, where, top.folder, top.faults, place)
        name = entry.take("rule", str)
        if name not in makers:
            if "rule" not in values:
                entry.fault("", "it names no rule", f"rule = {' | '.join(makers)}")
            elif name is not None:
                entry.fault("rule", f"there is no rule '{name}'", hint=nearest_first(name, makers))
            continue
        entry.where = f"{where} ({name})"
        misread = len(top.faults.found)
        region = _region(entry, record, name in _STRANDED)
        entry.misread |= len(top.faults.found) > misread
        maker = makers[name]
        rules += entry.make(lambda maker=maker, e=entry, r=region: maker(e, r, usage), [])
        entry.finish()
    return rules


def _region(entry: Entry, record: Record | None, stranded: bool) -> Location | None:
    text = entry.take("region", str)
    feature = entry.take("feature", str)
    strand = entry.take("strand", int, 1)
    if strand not in (1, -1):
        entry.fault("strand", f"strand = {strand}", "1 or -1")
        strand = 1
    else:
        entry.only("strand", stranded and text is not None, "it is that of a region of letters")
    if text is not None and feature is not None:
        entry.fault("feature", "region and feature exclude each other")
        return None
    if text is not None:
        start, _, end = text.partition("..")
        try:
            span = Span(int(start), int(end), strand)
        except ValueError:
            entry.fault("region", f"region = '{text}'", "start..end, 0-based and half-open")
            return None
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
            entry.fault("region", f"{text} lies outside of {len(record)} letters")
            return None
        return Location((span,))
    if feature is None:
        return None
    found = [f for f in (record.features if record else ()) if f.label == feature]
    kinds = {str(f.location) for f in found}
    if len(kinds) != 1:
        labels = {f.label for f in (record.features if record else ())}
        entry.fault(
            "feature",
            f"{len(kinds) or 'no'} places are named '{feature}'",
            hint="say region = 'start..end'"
            if found or not labels
            else nearest_first(feature, labels),
        )
        return None
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
    worded = bool({"enzymes", "patterns"} & entry.given)
    entry.only("strands", worded, "runs and repeats are those of the strand that is given")
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
    chosen = usage_of(host, entry.folder) if host else usage
    method = entry.take("method", str, "cai")
    entry.only("source", method == "harmonise", "method = 'harmonise' needs it")
    entry.only("least", method == "rare", "method = 'rare' needs it")
    entry.only("genome", method == "pairs", "method = 'pairs' needs it")
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
            usage_of(source, entry.folder) if source else None,
            entry.take("least", float, 0.1),
            pairs,
        )
    ]


def _identity(entry: Entry, region: Location | None, usage: CodonUsage) -> list[Rule]:
    return [Identity(region, entry.take("weight", float, 1.0))]


def _dinucleotides(entry: Entry, region: Location | None, usage: CodonUsage) -> list[Rule]:
    entry.only("weight", "target" not in entry.given, "a target is met whatever it costs")
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
