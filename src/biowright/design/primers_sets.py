"""Sets of primers: one that tells an edit from its parent, one that reads a whole construct."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from biowright.core import NegativeResult, Record

from .primers import PrimerPair, Template, best_primers, flank, letters_of
from .primers_judging import Primer, PrimerRules
from .primers_sites import amplicons, binding_sites

__all__ = ["Genotyping", "genotyping_primers", "sequencing_primers"]


@dataclass(frozen=True, slots=True)
class Genotyping:
    """A pair of primers, and the bands that tell two genotypes apart.

    Parameters
    ----------
    pair : PrimerPair
        Its places are those in the first genotype.
    before, after : int or None
        The length of the product in either genotype, in bp; None where there is none.
    """

    pair: PrimerPair
    before: int | None
    after: int | None


def genotyping_primers(
    before: Template,
    after: Template,
    start: int,
    end: int,
    *,
    product: tuple[int, int] = (200, 1500),
    margin: int = 60,
    rules: PrimerRules | None = None,
    count: int = 3,
) -> list[Genotyping]:
    """Choose primers outside of an edit whose products tell both genotypes apart.

    Parameters
    ----------
    before, after : Record, Sequence or str
        The parent and what the edit makes of it; whole genomes, if others of their sites count.
    start, end : int
        What the edit replaces in the parent, 0-based and half-open.
    product : (int, int), default (200, 1500)
        In the parent, in bp.
    margin : int, default 60
        Bases that a read from a primer loses before it is good.
    rules, count
        As in `flank`.

    Returns
    -------
    list of Genotyping
        The best first. Bands that differ by less than a tenth come with a reason: sequence them.

    Raises
    ------
    NegativeResult
        There is no such pair.
    """
    found = []
    for pair in flank(
        before, start, end, product=product, margin=margin, rules=rules, count=3 * count
    ):
        templates = [after]
        sites = binding_sites([pair.forward.annealing, pair.reverse.annealing], templates)
        made = amplicons(sites, templates, longest=20_000, coldest=pair.forward.melting - 5)
        made = [a for a in made if (a.forward, a.reverse) == (0, 1)]
        band = made[0].length if len(made) == 1 else None
        extra = ()
        if band is None:
            extra = (f"{len(made) or 'no'} products in the edited genotype",)
        elif abs(band - pair.length) < max(20, 0.1 * pair.length):
            extra = ("the bands are alike: sequence the product",)
        penalty = pair.penalty + (5.0 if extra else 0.0)
        judged = replace(pair, penalty=penalty, reasons=(*pair.reasons, *extra))
        found.append(Genotyping(judged, pair.length, band))
    found.sort(key=lambda g: round(g.pair.penalty, 9))
    return found[:count]


def sequencing_primers(
    construct: Record | Template,
    start: int = 0,
    end: int | None = None,
    *,
    read: int = 700,
    lost: int = 60,
    rules: PrimerRules | None = None,
    have: Sequence[Primer] = (),
) -> list[Primer]:
    """Choose primers whose reads cover a region, one after the other.

    Parameters
    ----------
    construct : Record, Sequence or str
    start, end : int
        The region; a whole circle by default, or a whole linear construct, whose first bases are then
        read backwards from inside.
    read : int, default 700
        Good bases that a read gives.
    lost : int, default 60
        Bases between a primer and the first good base.
    rules : PrimerRules, optional
        By default 18 to 25 bases that melt at 58 °C.
    have : sequence of Primer
        Primers that are there already; their reads count.

    Returns
    -------
    list of Primer
        By place.

    Raises
    ------
    NegativeResult
        A stretch holds no primer.
    """
    rules = rules or PrimerRules(melting=58.0, shortest=18, longest=25)
    letters = letters_of(construct)
    length = len(letters)
    end = length if end is None else end
    chosen: list[Primer] = []
    covered = start
    reads = sorted((p.end + lost, p.end + lost + read) for p in have if p.strand == 1)
    while covered < end:
        for low, high in reads:
            if low <= covered < high:
                covered = high
        if covered >= end:
            break
        primer = _reader(letters, covered, lost, rules)
        if primer is None and not letters.circular and covered - lost < rules.longest + 40:
            # at the left end of a linear construct: read it from inside, backwards
            back = _backward(letters, covered, min(read, end - covered), lost, rules)
            if back is not None:
                chosen.append(back)
                covered = back.start - lost
                continue
        if primer is None:
            raise NegativeResult(
                "there is no primer from which this place can be read",
                position=covered % length,
                hint="allow colder primers, or read less",
            )
        chosen.append(primer)
        # its end as the place is counted, which may be a turn away
        last = covered - lost - (covered - lost - primer.end) % length
        covered = last + lost + read
    return chosen


def _reader(letters, covered: int, lost: int, rules: PrimerRules) -> Primer | None:  # type: ignore[no-untyped-def]
    """Choose a primer that ends up to 60 bases before where its read must be good."""
    places = []
    for stop in range(covered - lost - 60, covered - lost + 1):
        for size in range(rules.shortest, rules.longest + 1):
            low = stop - size
            if letters.circular or low >= 0:
                places.append((low, stop))
    unique = _unique(letters, best_primers(letters, places, "", 1, rules, 12))
    return unique[0] if unique else None


def _backward(letters, covered: int, read: int, lost: int, rules: PrimerRules) -> Primer | None:  # type: ignore[no-untyped-def]
    places = []
    for low in range(
        covered + lost + read // 2, min(covered + lost + read, len(letters) - rules.shortest)
    ):
        for size in range(rules.shortest, rules.longest + 1):
            if low + size <= len(letters) and low - lost > covered:
                places.append((low, low + size))
    found = _unique(letters, best_primers(letters, places, "", -1, rules, 12))
    return found[0] if found else None


def _unique(letters, primers: Sequence[Primer]) -> list[Primer]:  # type: ignore[no-untyped-def]
    """Keep those that bind nowhere else, or all of them with their sites where none does."""
    if not primers:
        return []
    sites = binding_sites([primer.annealing for primer in primers], [letters])
    length = len(letters)
    judged = []
    for primer, found in zip(primers, sites, strict=True):
        others = tuple(
            s
            for s in found
            if s.melting >= primer.melting - 12
            and not (s.start == primer.start % length and s.strand == primer.strand)
        )
        reasons = (*primer.reasons, f"{len(others)} other sites") if others else primer.reasons
        penalty = primer.penalty + 20.0 * len(others)
        judged.append(replace(primer, sites=others, reasons=reasons, penalty=penalty))
    return sorted(judged, key=lambda p: (round(p.penalty, 9), p.start))
