"""Labels on what stands at a place: ``@choice``, ``@insert``, ``@change``, ends, frames and lengths."""

from __future__ import annotations

from collections.abc import Callable

from biowright.bio import CODONS, genetic_code
from biowright.core import InputError, Location, Span

from ..codons import CodonUsage
from .labels_call import Call
from .rules import Avoid, Choice, Different, GCContent, Identity, Occurrence, Rule

__all__ = ["ABSENT", "PLACES", "PLACES_LONG", "SHORT", "changes", "place_label"]

ABSENT = {
    "AllowPrimer": "design primers for the result: `biowright design primers`",
    "AvoidBlastMatches": "[[constraints]] rule = 'unique', host = 'GENOME.fa' in a specification",
    "AvoidHeterodimerization": "design primers for the result: `biowright design primers`",
    "AvoidMatches": "[[constraints]] rule = 'unique', host = 'GENOME.fa' in a specification",
    "EnforceMeltingTemperature": "@gc(...) on the place bounds it",
    "EnforceRegionsCompatibility": "@all_unique_kmers(...) keeps regions from each other",
}
"""What DNA Chisel has beside these, by its names, and what comes nearest."""
SHORT = {"no_match": "AvoidMatches", "primer": "AllowPrimer", "tm": "EnforceMeltingTemperature"}


def _plain(word: str) -> str:
    return word.strip().removesuffix("_site")


def _choice(call: Call, location: Location, usage: CodonUsage) -> list[Rule]:
    said = call.text("choices")
    if said is None:
        raise InputError("nothing to choose from", expected="such as @choice(ATT|ATC)")
    return [Choice(tuple(_plain(word) for word in said.split("|")), location)]


def _insert(call: Call, location: Location, usage: CodonUsage) -> list[Rule]:
    pattern = call.text("pattern")
    if pattern is None:
        raise InputError("no pattern is named", expected="such as @insert(BsaI_site)")
    count = call.number("occurences", 1)
    if count is None or count != int(count):
        raise InputError(f"{count} occurrences", expected="a whole number")
    said = call.text("strand", "from_location")
    sides = {"both": (1, -1), "0": (1, -1), "1": (1,), "-1": (-1,)}
    sides["from_location"] = (location.strand or 1,)
    if said not in sides:
        raise InputError(f"strand={said}", expected="both, 1 or -1")
    return [Occurrence(_plain(pattern), int(count), location, sides[said])]


def _change(call: Call, location: Location, usage: CodonUsage) -> list[Rule]:
    if call.text("minimum") not in (None, "100%"):
        raise InputError(
            "only a change of every letter can be a constraint here",
            hint="say @change, or ~change(amount) to come near an amount",
        )
    return [Different(location)]


def changes(call: Call, location: Location, usage: CodonUsage) -> list[Rule]:
    """Make an objective of ``~change``: as many changes as pay, or so many."""
    share = _amount(call, location)
    if share is None or share == 1:
        return [Identity(location, -(call.number("boost", 1.0) or 1.0))]
    if call.text("boost") is not None:
        raise InputError("an amount is met whatever it costs: 'boost' changes nothing")
    return [Identity(location, target=1 - share)]


def _amount(call: Call, location: Location) -> float | None:
    said = call.text("amount")
    if said is None:
        percent = call.number("amount_percent")
        return None if percent is None else _share(percent / 100)
    number = call.number("amount")
    assert number is not None
    return _share(number if said.endswith("%") else number / max(len(location), 1))


def _share(value: float) -> float:
    if not 0 <= value <= 1:
        raise InputError(f"changes of {100 * value:g} % of the letters", expected="0 to 100 %")
    return value


def _terminal(call: Call, location: Location, usage: CodonUsage) -> list[Rule]:
    size = call.number("window_size")
    if size is None or size != int(size) or not 1 <= size <= len(location):
        raise InputError(f"a window of {size}", expected=f"1 to {len(location)} letters")
    low, high = call.number("mini", 0.0) or 0.0, call.number("maxi", 1.0)
    ends = (
        (location.start, location.start + int(size)),
        (location.end - int(size), location.end),
    )
    return [GCContent(low, 1.0 if high is None else high, None, Location.of(end)) for end in ends]


def _open_frame(call: Call, location: Location, usage: CodonUsage) -> list[Rule]:
    if len(location.parts) != 1 or len(location) % 3:
        raise InputError(
            f"the region of {len(location)} letters is no whole number of codons in one piece"
        )
    table = call.text("genetic_table", "Standard") or "Standard"
    code = genetic_code(1 if table in ("default", "Standard") else table)
    strand = location.strand or 1
    codons = tuple(Span(at, at + 3, strand) for at in range(location.start, location.end, 3))
    stops = [codon for codon in CODONS if code[codon] == "*"]
    name = "stop codon in frame"
    return [Avoid(codon, Location(codons), (strand,), name) for codon in stops]


def _length(call: Call, location: Location, usage: CodonUsage) -> list[Rule]:
    least, most = call.number("min_length", 0.0) or 0.0, call.number("max_length")
    # no rule inserts or removes letters: it holds or not
    if len(location) < least or (most is not None and len(location) > most):
        bounds = f"{least:g} to {'any' if most is None else f'{most:g}'}"
        raise InputError(f"the region has {len(location)} letters", expected=bounds)
    return []


PLACES: dict[str, tuple[Callable[[Call, Location, CodonUsage], list[Rule]], tuple[str, ...]]] = {
    "choice": (_choice, ("choices", "boost")),
    "insert": (_insert, ("pattern", "occurences", "strand", "center", "boost")),
    "change": (_change, ("minimum", "boost")),
    "no_stop_codons": (_open_frame, ("genetic_table", "boost")),
    "terminal_gc": (_terminal, ("window_size", "mini", "maxi", "boost")),
    "length": (_length, ("min_length", "max_length", "boost")),
}
PLACES_LONG = {
    "EnforceChoice": "choice",
    "EnforcePatternOccurence": "insert",
    "EnforceChanges": "change",
    "AvoidStopCodons": "no_stop_codons",
    "EnforceTerminalGCContent": "terminal_gc",
    "SequenceLengthBounds": "length",
}


def place_label(rule: Choice | Occurrence | Different) -> str:
    """Write such a rule as a label."""
    if isinstance(rule, Choice):
        return f"@choice({'|'.join(_site(word) for word in rule.choices)})"
    if isinstance(rule, Different):
        return "@change"
    said = [_site(rule.pattern)]
    said += [] if rule.count == 1 else [f"occurences={rule.count}"]
    said.append(f"strand={'both' if len(rule.strands) == 2 else rule.strands[0]}")
    return f"@insert({', '.join(said)})"


def _site(word: str) -> str:
    return f"{word}_site" if set(word.upper()) - set("ACGTUMRWSYKVHDBN") else word
