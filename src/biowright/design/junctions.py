"""What joining and editing do to signals: new promoters, terminators and starts, and starts that suffer.

Parts are sound alone and may still make a promoter, a terminator, a start of translation or an enzyme's
site where they meet, and what comes before a gene decides how often it is translated. Sites are
looked for around the places where something is new, by the models of `biowright.bio`, and compared
with those at the same letters in what the parts come from.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from biowright.bio import (
    TranslationStart,
    enzyme,
    find_many,
    find_promoters,
    find_terminators,
    find_translation_starts,
    other_strand,
    translation_start,
)
from biowright.core import InputError, Record

from .genes.rules_signals import KINDS

__all__ = ["SignalChange", "Stretch", "edited_signals", "junction_signals"]

REACH = 160
"""Letters on both sides of a place that are looked at: more than any signal spans."""
START = 36
"""Letters before and behind a start codon that its energy depends on."""
TAIL = 15
BEHIND = 3
"""Letters behind the second box of a promoter that count."""
LOOSE = {"promoter": 0.5, "terminator": -5.0, "start": 1.0}
"""How much weaker a site may have been that was there: by this factor, or by so much."""
SIGHT = 20
"""Letters before a start that must be known in its source for the two to be compared, and 36 behind."""
WORSE = 1.6
"""By how much the energy of a start may rise, in kcal/mol: its rate falls to a half."""
BOUND = 6.0
"""The energy up to which a start is thought to be one of bacteria."""
_GAP = "N" * 40  # no hairpin, box or duplex reaches across
_KOZAK = ("weak", "adequate", "strong")
_DNA = "ACGT"


@dataclass(frozen=True, slots=True)
class SignalChange:
    """A signal that was not there before, or one that suffers.

    Parameters
    ----------
    kind : str
        ``promoter``, ``terminator``, ``start`` (of translation), ``site`` (of an enzyme): what is new.
        ``ribosome binding``, ``Kozak``, ``start codon``: what a gene's start has lost.
    start, end : int
        0-based and half-open, on the forward strand; on a circle the end may exceed the length.
    strand : int
    score : float
        The strength of a promoter, the score of a terminator, the energy of a start (kcal/mol); 0 to 2
        for weak, adequate and strong by Kozak; 1 for a site.
    before : float or None
        The same where the letters come from; None where it was none.
    reason : str
    """

    kind: str
    start: int
    end: int
    strand: int
    score: float
    before: float | None
    reason: str

    def __str__(self) -> str:
        return f"{self.start + 1}-{self.end} ({self.strand:+d}): {self.reason}"


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of a sequence that comes from somewhere.

    Parameters
    ----------
    source : Record
        Where it comes from, with what lies around it there.
    start, end : int
        In the source, 0-based and half-open; on a circle the end may exceed the length.
    strand : int
        +1, or -1 where the source is read on its other strand.
    at : int
        Where it begins in the sequence; on a circle it may lie before 0 or behind the end.
    """

    source: Record
    start: int
    end: int
    strand: int
    at: int

    def __len__(self) -> int:
        return self.end - self.start

    def letter(self, place: int) -> int:
        """Give the letter of the source that stands at a place of the sequence."""
        offset = place - self.at
        return self.start + offset if self.strand == 1 else self.end - 1 - offset


@dataclass(frozen=True, slots=True)
class _Site:
    """A site: its letters, the letters that it depends on, and the one that tells it from others."""

    kind: str
    start: int
    end: int
    strand: int
    low: int
    high: int
    anchor: int
    score: float
    says: str

    def moved(self, by: int) -> _Site:
        ends = (self.start + by, self.end + by)
        depends = (self.low + by, self.high + by, self.anchor + by)
        return _Site(self.kind, *ends, self.strand, *depends, self.score, self.says)


def junction_signals(
    record: Record,
    stretches: Sequence[Stretch],
    *,
    near: Iterable[tuple[int, int]] | None = None,
    enzymes: Iterable[str] = ("BsaI", "BsmBI", "BbsI", "SapI"),
    promoter: float = KINDS["promoter"][1],
    terminator: float = KINDS["terminator"][1],
    start: float = KINDS["start"][1],
) -> list[SignalChange]:
    """Find the signals that arise, or suffer, where stretches meet.

    A site is new if it reaches across a place of `near` and is not there in any source that holds its
    telling letter: the last of the -10 box, of the hairpin, the first of the start codon. Of promoters that
    overlap the strongest is told. The starts of CDS features are no new starts; they are compared with what
    they were: by the energy of the ribosome if that was at most 6 kcal/mol, else by the letters -3 and +4
    (Kozak 1987, doi:10.1093/nar/15.20.8125).

    Parameters
    ----------
    record : Record
        What is made, with its features.
    stretches : sequence of Stretch
        What it is made of; they may overlap, and leave letters that are new.
    near : iterable of (start, end), optional
        The places that are new; by default where stretches begin and end.
    enzymes : iterable of str
        Whose sites are told.
    promoter, terminator, start : float
        From where a site counts: the least strength, the least score, the highest energy.

    Returns
    -------
    list of SignalChange
        By place.

    Raises
    ------
    InputError
        An enzyme is not known.

    Examples
    --------
    >>> from biowright.core import Sequence
    >>> left = Record(Sequence("ACCATCAGATACCATCAGGTC"), "left")
    >>> right = Record(Sequence("TCGATCACATCAGGACATC"), "right")
    >>> both = Record(Sequence(str(left.sequence) + str(right.sequence)))
    >>> pieces = [Stretch(left, 0, 21, 1, 0), Stretch(right, 0, 19, 1, 21)]
    >>> [str(change) for change in junction_signals(both, pieces)]
    ['18-23 (+1): a site of BsaI across left and right']
    """
    size = len(record)
    places = sorted(set(_seams(record, stretches) if near is None else near))
    patterns = {name: enzyme(name).site for name in enzymes}
    if not places or not size:
        return []
    sources = _Sources(record, stretches)
    limits = {"promoter": promoter, "terminator": terminator, "start": start}
    genes = _gene_starts(record)
    sites = _across(record, places, _found(record, places, limits, patterns))
    fresh = [s for s in sites if s.kind != "start" or (s.anchor % size, s.strand) not in genes]
    looser = {
        "promoter": promoter * LOOSE["promoter"],
        "terminator": terminator + LOOSE["terminator"],
        "start": start + LOOSE["start"],
    }
    changes = [
        SignalChange(
            site.kind,
            site.start % size if record.circular else site.start,
            (site.start % size if record.circular else site.start) + site.end - site.start,
            site.strand,
            site.score,
            None,
            f"{site.says} {_where(sources, site)}",
        )
        for site in _strongest(_unknown(sources, fresh, looser, patterns))
    ]
    changes += _suffering(record, sources, places, genes)
    return sorted(changes, key=lambda c: (c.start, -c.strand, c.kind, c.reason))


def edited_signals(
    before: Record,
    after: Record,
    *,
    enzymes: Iterable[str] = ("BsaI", "BsmBI", "BbsI", "SapI"),
) -> list[SignalChange]:
    """Find the signals that arise, or suffer, where letters were changed.

    Parameters
    ----------
    before, after : Record
        As long as each other.
    enzymes : iterable of str
        Whose sites are told.

    Raises
    ------
    InputError
        They are not as long as each other.

    Examples
    --------
    >>> from biowright.core import Sequence
    >>> before = Record(Sequence("ACCATCAGAT" * 3 + "GGTCTTACCATCAGAT"))
    >>> after = Record(Sequence("ACCATCAGAT" * 3 + "GGTCTCACCATCAGAT"))
    >>> [str(change) for change in edited_signals(before, after)]
    ['31-36 (+1): a site of BsaI where letters were changed']
    """
    if len(before) != len(after) or before.circular != after.circular:
        raise InputError(
            f"{len(after)} letters instead of {len(before)}",
            record=after.name,
            expected="a record as long as before",
        )
    old, new = before.sequence.upper().data, after.sequence.upper().data
    near: list[tuple[int, int]] = []
    for place in (i for i, (a, b) in enumerate(zip(old, new, strict=True)) if a != b):
        if near and place - near[-1][1] < BEHIND:
            near[-1] = (near[-1][0], place + 1)
        else:
            near.append((place, place + 1))
    whole = Stretch(before, 0, len(before), 1, 0)
    return junction_signals(after, [whole], near=near, enzymes=enzymes)


def _seams(record: Record, stretches: Sequence[Stretch]) -> Iterator[tuple[int, int]]:
    size = len(record)
    for stretch in stretches:
        for place in (stretch.at, stretch.at + len(stretch)):
            if record.circular:
                yield place % size, place % size
            elif 0 < place < size:
                yield place, place


def _window(record: Record, low: int, high: int) -> tuple[str, int]:
    """Give the letters around a place, once round a circle at most, and where they begin."""
    size = len(record)
    low, high = low - REACH, high + REACH
    if not record.circular:
        low, high = max(low, 0), min(high, size)
        return str(record.sequence.window(low, high)).upper(), low
    if high - low > size:
        low = (low + high - size) // 2
        high = low + size
    turned = low % size
    return str(record.sequence.window(turned, turned + high - low)).upper(), low


def _sites(
    texts: Sequence[str], limits: dict[str, float], patterns: dict[str, str]
) -> list[list[_Site]]:
    """Find the sites of each text; all are laid out in one, so that they are searched once."""
    begins = [0]
    for text in texts[:-1]:
        begins.append(begins[-1] + len(text) + len(_GAP))
    found: list[list[_Site]] = [[] for _ in texts]
    for site in _all_sites(_GAP.join(texts), limits, patterns):
        number = bisect_right(begins, site.start) - 1
        found[number].append(site.moved(-begins[number]))
    return found


def _all_sites(text: str, limits: dict[str, float], patterns: dict[str, str]) -> Iterator[_Site]:
    for p in find_promoters(text, strength=limits["promoter"]):
        ends = (p.start, p.end + BEHIND) if p.strand == 1 else (p.start - BEHIND, p.end)
        anchor = p.end - 1 if p.strand == 1 else p.start
        says = f"a promoter of strength {p.strength:.2g}"
        yield _Site("promoter", p.start, p.end, p.strand, *ends, anchor, p.strength, says)
    for t in find_terminators(text, score=limits["terminator"]):
        ends = (t.start, t.end + TAIL) if t.strand == 1 else (t.start - TAIL, t.end)
        anchor = t.end - 1 if t.strand == 1 else t.start
        says = f"a terminator of score {t.score:.0f}"
        yield _Site("terminator", t.start, t.end, t.strand, *ends, anchor, t.score, says)
    for s in find_translation_starts(text, energy=limits["start"]):
        anchor = s.start if s.strand == 1 else s.end - 1
        ends = (anchor - START, anchor + START + 1)
        says = f"a start of translation ({s.codon}, {s.energy:.1f} kcal/mol)"
        yield _Site("start", s.start, s.end, s.strand, *ends, anchor, s.energy, says)
    for name, hits in find_many(text, patterns).items():
        for hit in hits:
            says = f"a site of {name}"
            yield _Site(
                "site", hit.start, hit.end, hit.strand, hit.start, hit.end, hit.start, 1.0, says
            )


def _found(
    record: Record,
    places: Sequence[tuple[int, int]],
    limits: dict[str, float],
    patterns: dict[str, str],
) -> Iterator[tuple[tuple[int, int], _Site]]:
    """Give each place with the sites around it that depend on no letter outside of its window."""
    windows = [_window(record, *place) for place in places]
    found = _sites([text for text, _ in windows], limits, patterns)
    for place, (text, offset), sites in zip(places, windows, found, strict=True):
        whole = record.circular and len(text) == len(record)
        first = whole or (not record.circular and offset == 0)
        last = whole or (not record.circular and offset + len(text) == len(record))
        for site in sites:
            if (first or site.low >= 0) and (last or site.high <= len(text)):
                yield place, site.moved(offset)


def _across(
    record: Record,
    places: Sequence[tuple[int, int]],
    found: Iterable[tuple[tuple[int, int], _Site]],
) -> list[_Site]:
    """Give the sites that reach across their place, each once."""
    size = len(record)
    kept: dict[tuple[object, ...], _Site] = {}
    for (low, high), site in found:
        if site.low < high and site.high > low:
            kept.setdefault((site.kind, site.start % size, site.strand, site.says), site)
    return list(kept.values())


class _Sources:
    """The stretches of a record, by their places."""

    def __init__(self, record: Record, stretches: Sequence[Stretch]) -> None:
        self.record = record
        self.stretches = sorted(stretches, key=lambda stretch: stretch.at)
        self.begins = [stretch.at for stretch in self.stretches]
        self.longest = max(map(len, self.stretches), default=0)

    def holding(self, place: int) -> Iterator[tuple[Stretch, int]]:
        """Give the stretches that hold a letter, and which letter of their source it is."""
        size = len(self.record)
        for turn in (0, size, -size) if self.record.circular else (0,):
            at = place % size + turn if self.record.circular else place
            first = bisect_left(self.begins, at - self.longest)
            for stretch in self.stretches[first : bisect_right(self.begins, at)]:
                if at < stretch.at + len(stretch):
                    letter = stretch.letter(at)
                    source = stretch.source
                    yield stretch, letter % len(source) if source.circular else letter


def _unknown(
    sources: _Sources,
    sites: Sequence[_Site],
    limits: dict[str, float],
    patterns: dict[str, str],
) -> list[_Site]:
    """Give the sites that no source has at the same letters."""
    asked: dict[tuple[int, int], int] = {}
    windows: list[tuple[str, int]] = []
    for site in sites:
        for stretch, letter in sources.holding(site.anchor):
            key = (id(stretch.source), letter)
            if key not in asked:
                asked[key] = len(windows)
                windows.append(_window(stretch.source, letter, letter + 1))
    known = _sites([text for text, _ in windows], limits, patterns)

    def held(site: _Site) -> bool:
        for stretch, letter in sources.holding(site.anchor):
            number = asked[id(stretch.source), letter]
            there = letter - windows[number][1]
            for other in known[number]:
                anchor, strand = other.anchor, site.strand * stretch.strand
                if site.kind == "site":  # it is told by its leftmost letter, and by its enzyme
                    anchor = other.end - 1 if stretch.strand == -1 else other.start
                    strand = other.strand if other.says == site.says else 0
                near = 3 if site.kind == "terminator" else 0
                same = (other.kind, other.strand) == (site.kind, strand)
                if same and abs(anchor - there) <= near:
                    return True
        return False

    return [site for site in sites if not held(site)]


def _strongest(sites: Sequence[_Site]) -> list[_Site]:
    """Of promoters that overlap on one strand, keep the strongest."""
    kept: list[_Site] = []
    for site in sorted(sites, key=lambda site: -site.score if site.kind == "promoter" else 0):
        if site.kind != "promoter" or not any(
            other.kind == "promoter"
            and other.strand == site.strand
            and other.start < site.end
            and site.start < other.end
            for other in kept
        ):
            kept.append(site)
    return kept


def _where(sources: _Sources, site: _Site) -> str:
    """Say which stretches a site reaches across."""
    names: dict[str, None] = {}
    for place in range(site.low, site.high):
        for stretch, _ in sources.holding(place):
            names[stretch.source.name or "a piece without a name"] = None
    told = list(names)
    if len(told) < 2:
        return (
            "where letters were changed"
            if len(sources.stretches) == 1
            else f"at the end of {told[0]}"
        )
    return f"across {', '.join(told[:-1])} and {told[-1]}"


def _gene_starts(record: Record) -> dict[tuple[int, int], str]:
    """Give the first letters of coding sequences, with their strands, and whose they are."""
    found = {}
    for feature in record.features:
        if feature.type == "CDS" and feature.location.local:
            first = feature.location.local[0]
            place = first.start if first.strand == 1 else first.end - 1
            name = next(
                (
                    str(value)
                    for key in ("gene", "label", "locus_tag", "product")
                    if (value := feature.qualifiers.first(key, ""))
                ),
                "a gene",
            )
            found[place % max(len(record), 1), first.strand] = name
    return found


def _start_of(record: Record, place: int, strand: int) -> TranslationStart | None:
    """Give the start of translation whose codon has its first letter at a place; None if none is."""
    low = place if strand == 1 else place - 2
    try:
        return translation_start(record, low % len(record) if record.circular else low, strand)
    except InputError:
        return None


def _kozak(record: Record, place: int, strand: int) -> int:
    """Weigh the letters -3 and +4 of a start: 0 for weak, 1 for adequate, 2 for strong."""
    letters = []
    for offset in (-3, 3):
        at = place + offset * strand
        if record.circular:
            at %= len(record)
        letter = record.sequence.data[at : at + 1].decode().upper() if 0 <= at < len(record) else ""
        letters.append(other_strand(letter) if strand == -1 and letter in _DNA else letter)
    return (letters[0] in ("A", "G")) + (letters[1] == "G")


def _suffering(
    record: Record,
    sources: _Sources,
    places: Sequence[tuple[int, int]],
    genes: dict[tuple[int, int], str],
) -> Iterator[SignalChange]:
    """Give the starts of genes that have lost of what they had."""
    size = len(record)
    turns = (0, size, -size) if record.circular else (0,)
    for (place, strand), name in genes.items():
        reached = any(
            place - START < high + turn and place + START + 1 > low + turn
            for low, high in places
            for turn in turns
        )
        if not reached:
            continue
        told = []
        for stretch, letter in sources.holding(place):
            side = strand * stretch.strand
            source = stretch.source
            before, behind = (letter, len(source) - letter)[::side]
            if not source.circular and (before < SIGHT or behind < START):
                continue  # a primer, or the end of a part: what stood around it is not known
            was = _start_of(source, letter, side)
            if was is None:
                continue
            told.append(_lost(record, place, strand, name, source, letter, side, was))
        # a source in which it stood no better
        if told and all(change is not None for change in told):
            yield next(change for change in told if change is not None)


def _lost(
    record: Record,
    place: int,
    strand: int,
    name: str,
    source: Record,
    letter: int,
    side: int,
    was: TranslationStart,
) -> SignalChange | None:
    """Say what a start has lost that it had in a source; None for nothing of weight."""
    now = _start_of(record, place, strand)
    low = place if strand == 1 else place - 2
    if record.circular:
        low %= len(record)
    where = (low, low + 3, strand)
    home = source.name or "its source"
    if now is None:
        return SignalChange(
            "start codon", *where, 0.0, was.energy, f"{name} has lost its start codon {was.codon}"
        )
    if was.energy <= BOUND:
        if now.energy - was.energy < WORSE:
            return None
        reason = (
            f"{name} is translated at {now.rate / was.rate:.0%} of its rate in {home} "
            f"({was.energy:.1f} to {now.energy:.1f} kcal/mol)"
        )
        return SignalChange("ribosome binding", *where, now.energy, was.energy, reason)
    old, new = _kozak(source, letter, side), _kozak(record, place, strand)
    if new >= old:
        return None
    reason = (
        f"the context of the start of {name} by Kozak is {_KOZAK[new]}, {_KOZAK[old]} in {home}"
    )
    return SignalChange("Kozak", *where, float(new), float(old), reason)
