"""Constraints and objectives as labels of features, in DNA Chisel's notation.

``@no(BsaI_site)`` is a constraint on the feature's place, ``~optimize(e_coli)`` an objective;
several are joined by ``&``. Arguments are separated by a comma and a blank, named ones are written
``name=value`` or ``name:value``. The notation is that of DNA Chisel
(doi:10.1093/bioinformatics/btaa558); coordinates are those of the feature.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from biowright.core import (
    Attributes,
    BiowrightError,
    Feature,
    InputError,
    Location,
    Record,
    suggest,
)

from ..codons import CodonUsage, codon_usage, short_name
from .labels_call import Call, strands_of
from .labels_places import ABSENT, PLACES, PLACES_LONG, SHORT, changes, place_label
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
    UniqueKmers,
)
from .spec_rules import tandem_repeats

__all__ = ["read_labels", "rule_label", "write_labels"]

_LABEL = re.compile(r"([@~])\s*([A-Za-z_]\w*)\s*(?:\((.*)\))?\s*", re.DOTALL)
_REPEAT = re.compile(r"(\d+)x(\d+)mer|(\d+)x([ACGT]+)|([ACGT])x(\d+)")


def _avoid(call: Call, location: Location, usage: CodonUsage) -> list[Rule]:
    pattern = call.text("pattern")
    if pattern is None:
        raise InputError("no pattern is named", expected="such as @no(BsaI_site)")
    strands = strands_of(call, location)
    repeat = _REPEAT.fullmatch(pattern)
    if repeat and repeat[1]:
        return list(tandem_repeats(int(repeat[2]), int(repeat[1]), location))
    if repeat and repeat[3]:
        return [Avoid(repeat[4] * int(repeat[3]), location, strands)]
    if repeat:
        return [Avoid(repeat[5] * int(repeat[6]), location, strands)]
    return [Avoid(pattern.removesuffix("_site"), location, strands)]


def _protein(call: Call, location: Location, usage: CodonUsage) -> list[Rule]:
    table = call.text("genetic_table", "Standard") or "Standard"
    start = call.text("start_codon")
    code: int | str = 1 if table in ("default", "Standard") else table
    return [
        KeepProtein(
            location, code, call.text("translation"), "any" if start in (None, "False") else start
        )
    ]


def _gc(call: Call, location: Location, usage: CodonUsage) -> list[Rule]:
    first = call.text("mini")
    short = re.fullmatch(r"([\d.]+)%?-([\d.]+)%(?:/(\d+)(?:bp)?)?", first or "")
    if short:  # 40-60%/80
        width = int(short[3]) if short[3] else None
        return [GCContent(float(short[1]) / 100, float(short[2]) / 100, width, location)]
    window = call.number("window")
    target = call.number("target")
    return [
        GCContent(
            call.number("mini", 0.0) or 0.0,
            call.number("maxi", 1.0) or 1.0,
            int(window) if window else None,
            location,
            target,
        )
    ]


def _gc_target(call: Call, location: Location, usage: CodonUsage) -> list[Rule]:
    for name in ("mini", "maxi", "window"):
        if call.text(name) is not None:
            raise InputError(f"an objective on GC knows no '{name}'", expected="such as ~gc(50%)")
    if "-" in (said := call.text("target") or "") or "/" in said:
        raise InputError("an objective on GC is one share of all", expected="such as ~gc(50%)")
    target = call.number("target")
    if target is None:
        raise InputError("no share is named", expected="such as ~gc(50%)")
    return [GCContent(region=location, target=target)]


def _kmers(call: Call, location: Location, usage: CodonUsage) -> list[Rule]:
    k = call.number("k")
    if k is None:
        raise InputError("k is missing", expected="such as @all_unique_kmers(15)")
    if call.text("include_reverse_complement", "True") not in ("True", "true", "1"):
        raise InputError("k-mers are looked for on both strands, which cannot be turned off")
    return [UniqueKmers(int(k), location)]


def _hairpins(call: Call, location: Location, usage: CodonUsage) -> list[Rule]:
    stem, window = call.number("stem_size", 20), call.number("hairpin_window", 200)
    return [NoHairpins(int(stem or 20), int(window or 200), location)]


def _signal(call: Call, location: Location, usage: CodonUsage) -> list[Rule]:
    kind = call.text("kind")
    if kind is None:
        raise InputError("no signal is named", expected="such as @no_new(promoter)")
    strands = strands_of(call, location)
    return [NoNewSignal(kind, call.number("limit"), location, strands)]


def _keep(call: Call, location: Location, usage: CodonUsage) -> list[Rule]:
    return [Keep(location)]


def _keep_softly(call: Call, location: Location, usage: CodonUsage) -> list[Rule]:
    return [Identity(location, call.number("boost", 1.0) or 1.0)]


def _sequence(call: Call, location: Location, usage: CodonUsage) -> list[Rule]:
    return [FixedSequence(call.text("sequence") or "", location)]


def _host(call: Call, name: str, usage: CodonUsage) -> CodonUsage:
    species = call.text(name)
    return usage if species is None else codon_usage(species)


_METHODS = {
    "use_best_codon": "cai",
    "match_codon_usage": "frequency",
    "harmonize_rca": "harmonise",
}


def _codons(method: str | None) -> Callable[[Call, Location, CodonUsage], list[Rule]]:
    def make(call: Call, location: Location, usage: CodonUsage) -> list[Rule]:
        said = call.text("method", "use_best_codon") or ""
        if method is None and said not in _METHODS:
            raise InputError(f"there is no method '{said}'", hint=suggest(said, _METHODS))
        chosen = method or _METHODS[said]
        source = _host(call, "original_species", usage) if chosen == "harmonise" else None
        return [
            CodonUse(
                _host(call, "species", usage),
                chosen,
                location,
                call.number("boost", 1.0) or 1.0,
                source,
                call.number("min_frequency", 0.1) or 0.1,
            )
        ]

    return make


_Maker = Callable[[Call, Location, CodonUsage], list[Rule]]
_KNOWN: dict[str, tuple[_Maker, tuple[str, ...]]] = {
    "no": (_avoid, ("pattern", "strand", "boost")),
    "cds": (_protein, ("genetic_table", "start_codon", "translation", "boost")),
    "keep": (_keep, ("boost",)),
    "gc": (_gc, ("mini", "maxi", "target", "window", "boost")),
    "all_unique_kmers": (_kmers, ("k", "include_reverse_complement", "boost")),
    "no_hairpins": (_hairpins, ("stem_size", "hairpin_window", "boost")),
    "no_new": (_signal, ("kind", "limit", "strand", "boost")),
    "sequence": (_sequence, ("sequence", "boost")),
    **PLACES,
}
_CODON_ARGUMENTS = ("species", "method", "original_species", "boost")
_SOFT: dict[str, tuple[_Maker, tuple[str, ...]]] = {
    "optimize": (_codons(None), _CODON_ARGUMENTS),
    "use_best_codon": (_codons("cai"), ("species", "boost")),
    "match_codon_usage": (_codons("frequency"), ("species", "boost")),
    "harmonize_rca": (_codons("harmonise"), ("species", "original_species", "boost")),
    "no_rare_codons": (_codons("rare"), ("min_frequency", "species", "boost")),
    "keep": (_keep_softly, ("boost",)),
    "change": (changes, ("amount", "amount_percent", "boost")),
    "gc": (_gc_target, ("target", "mini", "maxi", "window", "boost")),
}
_LONG = {
    "AvoidPattern": "no",
    "EnforceTranslation": "cds",
    "AvoidChanges": "keep",
    "EnforceGCContent": "gc",
    "UniquifyAllKmers": "all_unique_kmers",
    "AvoidHairpins": "no_hairpins",
    "EnforceSequence": "sequence",
    "CodonOptimize": "optimize",
    "MaximizeCAI": "use_best_codon",
    "MatchTargetCodonUsage": "match_codon_usage",
    "HarmonizeRCA": "harmonize_rca",
    "AvoidRareCodons": "no_rare_codons",
    "optimise": "optimize",
    **PLACES_LONG,
}


def read_labels(record: Record, usage: CodonUsage) -> tuple[list[Rule], list[Rule]]:
    """Read the constraints and objectives that the features of a record hold.

    Parameters
    ----------
    record : Record
    usage : CodonUsage
        For a label that names no species.

    Returns
    -------
    constraints, objectives : list of Rule

    Raises
    ------
    InputError
        A label begins with ``@`` or ``~`` and cannot be understood, or asks for something that
        there is none of here; the error names the feature.

    Examples
    --------
    >>> from biowright.core import Sequence
    >>> from biowright.design import codon_usage
    >>> said = Attributes({"label": "@no(BsaI_site) & @gc(40-60%/50)"})
    >>> feature = Feature("misc_feature", Location.of((0, 60)), said)
    >>> record = Record(Sequence("ACGT" * 15), features=[feature])
    >>> [str(rule) for rule in read_labels(record, codon_usage("Escherichia coli"))[0]]
    ['no BsaI site (GGTCTC)', 'GC 40 to 60 % in windows of 50']
    """
    hard: list[Rule] = []
    soft: list[Rule] = []
    for feature in record.features:
        text = next(
            (
                value
                for key, value in feature.qualifiers.pairs
                if key in ("label", "note") and value and value[0] in "@~"
            ),
            None,
        )
        if text is None:
            continue
        for piece in re.split(r"\s*&\s*", text):
            try:
                role, rules = _parse(piece, feature.location, usage)
            except BiowrightError as error:
                raise InputError(
                    f"the label '{piece}' of the feature at {feature.location}: {error.what}",
                    record=record.name or None,
                    expected=error.expected,
                    hint=error.hint,
                ) from None
            (hard if role == "@" else soft).extend(rules)
    return hard, soft


def _parse(piece: str, location: Location, usage: CodonUsage) -> tuple[str, list[Rule]]:
    match = _LABEL.fullmatch(piece)
    if match is None:
        raise InputError("it cannot be read", expected="@name(arguments) or ~name(arguments)")
    role, name, arguments = match.groups()
    name = _LONG.get(name, name)
    table = _KNOWN if role == "@" else _SOFT
    if name not in table:
        if name in _SOFT or name in _KNOWN:
            other = "an objective" if role == "@" else "a constraint"
            raise InputError(f"'{name}' is only {other} here")
        if (long := SHORT.get(name, name)) in ABSENT:
            raise InputError(
                f"DNA Chisel's '{name}' has no counterpart here",
                hint=f"nearest is: {ABSENT[long]}; take the label off, or say labels = false",
            )
        raise InputError(f"there is no '{name}'", hint=suggest(name, [*table, *_LONG]))
    maker, names = table[name]
    return role, maker(Call(arguments, names), location, usage)


def rule_label(rule: Rule, *, soft: bool = False) -> str:
    """Write a rule as a label; `read_labels` reads it back.

    Raises
    ------
    InputError
        The notation has no word for it.

    Examples
    --------
    >>> rule_label(Avoid("BsaI")), rule_label(GCContent(0.4, 0.6, 50))
    ('@no(BsaI_site)', '@gc(mini=0.4, maxi=0.6, window=50)')
    """
    match rule:
        case Avoid() if not soft:
            site = rule.name and not rule.name.startswith("run ")
            strand = "" if len(rule.strands) == 2 else f", strand={rule.strands[0]}"
            return f"@no({f'{rule.name}_site' if site else rule.motif}{strand})"
        case KeepProtein() if not soft:
            said = [] if str(rule.code) == "1" else [f"genetic_table={rule.code}"]
            said += [] if rule.start == "any" else [f"start_codon={rule.start}"]
            said += [f"translation={rule.protein}"] if rule.protein else []
            return f"@cds({', '.join(said)})" if said else "@cds"
        case GCContent() if not soft:
            window = f", window={rule.window}" if rule.window else ""
            return f"@gc(mini={rule.low:g}, maxi={rule.high:g}{window})"
        case UniqueKmers() if not rule.host and not soft:
            return f"@all_unique_kmers({rule.k})"
        case NoHairpins() if not soft:
            return f"@no_hairpins(stem_size={rule.stem}, hairpin_window={rule.window})"
        case NoNewSignal() if not soft:
            strand = "" if len(rule.strands) == 2 else f", strand={rule.strands[0]}"
            return f"@no_new({rule.kind}, limit={rule.limit:g}{strand})"
        case Keep() if not soft:
            return "@keep"
        case FixedSequence() if not soft:
            return f"@sequence({rule.sequence})"
        case Choice() | Occurrence() | Different() if not soft:
            return place_label(rule)
        case GCContent() if rule.target is not None:
            return f"~gc({100 * rule.target:g}%)"
        case Identity() if rule.reference is None and rule.target is not None:
            return f"~change(amount_percent={100 * (1 - rule.target):g})"
        case Identity() if rule.reference is None and rule.weight < 0:
            return "~change" if rule.weight == -1 else f"~change(boost={-rule.weight:g})"
        case Identity() if rule.reference is None:
            return "~keep" if rule.weight == 1 else f"~keep(boost={rule.weight:g})"
        case CodonUse() if rule.method != "pairs":
            names = {"rare": "no_rare_codons", **{v: k for k, v in _METHODS.items()}}
            said = [f"species={short_name(rule.usage.host)}"]
            if rule.source is not None:
                said.append(f"original_species={short_name(rule.source.host)}")
            if rule.method == "rare":
                said.insert(0, f"min_frequency={rule.least:g}")
            if rule.weight != 1:
                said.append(f"boost={rule.weight:g}")
            return f"~{names[rule.method]}({', '.join(said)})"
        case Dinucleotides():
            raise InputError("the notation has no word for dinucleotides")
        case _:
            raise InputError(f"the notation has no word for '{rule}'")


def write_labels(
    record: Record, constraints: Sequence[Rule], objectives: Sequence[Rule] = ()
) -> Record:
    """Give a record with its rules as features, so that a GenBank file carries them.

    A rule on the whole record becomes a feature over all of it; one on every CDS a feature at each.

    Raises
    ------
    InputError
        The notation has no word for a rule.
    """
    added = []
    whole = Location.of((0, len(record)))
    for soft, rules in ((False, constraints), (True, objectives)):
        for rule in rules:
            region = getattr(rule, "region", None)
            places = [region or whole]
            if region is None and isinstance(rule, KeepProtein | CodonUse):
                places = [f.location for f in record.features if f.type == "CDS"] or [whole]
            label = rule_label(rule, soft=soft)
            said = Attributes({"label": label, "role": "objective" if soft else "constraint"})
            added += [Feature("misc_feature", place, said) for place in places]
    return record.changed(features=[*record.features, *added])
