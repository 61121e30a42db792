"""Labels on what stands at a place: ``@choice``, ``@insert``, ``@change`` and ``~change``."""

from __future__ import annotations

from collections.abc import Callable

from biowright.core import InputError, Location

from ..codons import CodonUsage
from .labels_call import Call
from .rules import Choice, Different, Identity, Occurrence, Rule

__all__ = ["ABSENT", "PLACES", "PLACES_LONG", "changes", "place_label"]

ABSENT = frozenset(
    {
        "AllowPrimer",
        "AvoidBlastMatches",
        "AvoidHeterodimerization",
        "AvoidMatches",
        "AvoidStopCodons",
        "EnforceMeltingTemperature",
        "EnforceRegionsCompatibility",
        "EnforceTerminalGCContent",
        "SequenceLengthBounds",
        "no_match",
        "primer",
        "tm",
    }
)
"""What DNA Chisel has beside these, by its names."""


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
            hint="say @change, or ~change for as many changes as pay",
        )
    return [Different(location)]


def changes(call: Call, location: Location, usage: CodonUsage) -> list[Rule]:
    """Make an objective of ``~change``."""
    if call.text("amount") not in (None, "100%"):
        raise InputError(
            "an amount of changes cannot be aimed at here",
            hint="say ~change for as many changes as pay",
        )
    return [Identity(location, -(call.number("boost", 1.0) or 1.0))]


PLACES: dict[str, tuple[Callable[[Call, Location, CodonUsage], list[Rule]], tuple[str, ...]]] = {
    "choice": (_choice, ("choices", "boost")),
    "insert": (_insert, ("pattern", "occurences", "strand", "center", "boost")),
    "change": (_change, ("minimum", "boost")),
}
PLACES_LONG = {
    "EnforceChoice": "choice",
    "EnforcePatternOccurence": "insert",
    "EnforceChanges": "change",
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
