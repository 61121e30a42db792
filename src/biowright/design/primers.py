"""Primers that amplify a region exactly, or that lie somewhere beside it.

Each candidate is judged by its melting temperature, composition, 3' end, hairpin and dimers; each pair
also by what the two do to each other and by where else they bind. The best come first, and each says why
it is where it is.

>>> from biowright.design import amplify
>>> template = "TTGACGGCTAGCTCAGTCCTAGGTACAGTGCTAGCATGCGTAAAGGCGAAGAACTGTTCACCGGTGTTGTTCCGATC" * 2
>>> best = amplify(template, 10, 130, tails=("GGTCTCA", "GGTCTCT"))[0]
>>> best.forward.sequence.startswith("GGTCTCAGCTCAGTCC"), best.length
(True, 134)
"""

from __future__ import annotations

import math
import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from biowright.bio import (
    dimer_energies,
    melting_temperatures,
    other_strand,
)
from biowright.core import NegativeResult, Record
from biowright.core import Sequence as Letters

from .primers_judging import Primer, PrimerRules, judged_at
from .primers_sites import amplicons, binding_sites

__all__ = ["PrimerPair", "amplify", "flank"]

Template = Record | Letters | str


@dataclass(frozen=True, slots=True)
class PrimerPair:
    """Two primers for one product.

    Parameters
    ----------
    forward, reverse : Primer
    length : int
        Of the product with both tails, in bp.
    dimer : float
        Free energy of the most stable dimer of the two, in kcal/mol.
    penalty : float
    reasons : tuple of str
    """

    forward: Primer
    reverse: Primer
    length: int
    dimer: float
    penalty: float
    reasons: tuple[str, ...] = ()


def amplify(
    template: Template,
    start: int,
    end: int,
    *,
    tails: tuple[str, str] = ("", ""),
    rules: PrimerRules | None = None,
    against: Sequence[Template] = (),
    count: int = 3,
) -> list[PrimerPair]:
    """Choose primers whose product is exactly a region between two tails.

    Parameters
    ----------
    template : Record, Sequence or str
        Linear or circular.
    start, end : int
        The region, 0-based and half-open; over the origin of a circle the end exceeds the length.
    tails : (str, str)
        The 5' tails of the forward and of the reverse primer, both 5'→3'.
    rules : PrimerRules, optional
    against : sequence of Record, Sequence or str
        What else is in the tube, such as a genome: sites there cost, as sites elsewhere in the
        template do.
    count : int, default 3
        How many pairs.

    Returns
    -------
    list of PrimerPair
        The best first.

    Raises
    ------
    LocationError, SequenceError
        The region does not lie in the template.
    NegativeResult
        There is no primer: an end of the region holds letters other than A, C, G and T, or is too
        short.
    """
    rules = rules or PrimerRules()
    letters = letters_of(template)
    letters.window(start, end)
    size = end - start
    forward = [(start, start + n) for n in range(rules.shortest, min(rules.longest, size) + 1)]
    reverse = [(end - n, end) for n in range(rules.shortest, min(rules.longest, size) + 1)]
    return _pairs(letters, forward, reverse, tails, rules, [template, *against], count, start, end)


def flank(
    template: Template,
    start: int,
    end: int,
    *,
    product: tuple[int, int] = (200, 1000),
    margin: int = 30,
    tails: tuple[str, str] = ("", ""),
    rules: PrimerRules | None = None,
    against: Sequence[Template] = (),
    count: int = 3,
    candidates: int = 40,
) -> list[PrimerPair]:
    """Choose primers on both sides of a place, for a product of some length.

    Parameters
    ----------
    template : Record, Sequence or str
    start, end : int
        What must lie between the primers; may be empty.
    product : (int, int), default (200, 1000)
        The shortest and the longest product without tails, in bp.
    margin : int, default 30
        Bases between a primer and the place, at least.
    tails, rules, against, count
        As in `amplify`.
    candidates : int, default 40
        How many primers a side are kept to make pairs of; fewer are faster.

    Returns
    -------
    list of PrimerPair
        The best first.

    Raises
    ------
    NegativeResult
        There is no room for a pair, or no primer.
    """
    rules = rules or PrimerRules(shortest=18, longest=30, melting=60.0)
    letters = letters_of(template)
    length = len(letters)
    letters.window(start, end)
    shortest, longest = product
    least = end - start + 2 * (margin + rules.shortest)
    if longest < max(shortest, least):
        raise NegativeResult(
            f"no product of {shortest} to {longest} bp around {end - start} bp",
            hint=f"allow {least} bp or more",
        )
    reach = longest - (end - start) - margin - rules.shortest
    low, high = start - margin - reach, end + margin + reach
    if letters.circular:
        spare = length - (end - start) - 2 * margin
        low, high = max(low, start - margin - spare // 2), min(high, end + margin + spare // 2)
    else:
        low, high = max(low, 0), min(high, length)
    sizes = range(rules.shortest, rules.longest + 1)
    forward = [(a, a + n) for n in sizes for a in range(low, start - margin - n + 1)]
    reverse = [(b - n, b) for n in sizes for b in range(end + margin + n, high + 1)]
    turn = length if letters.circular and low < 0 else 0
    forward = [(a + turn, b + turn) for a, b in forward]
    reverse = [(a + turn, b + turn) for a, b in reverse]
    return _pairs(
        letters,
        forward,
        reverse,
        tails,
        rules,
        [template, *against],
        count,
        None,
        None,
        product,
        candidates,
    )


def _pairs(
    letters: Letters,
    forward: Sequence[tuple[int, int]],
    reverse: Sequence[tuple[int, int]],
    tails: tuple[str, str],
    rules: PrimerRules,
    templates: Sequence[Template],
    count: int,
    start: int | None,
    end: int | None,
    product: tuple[int, int] | None = None,
    candidates: int = 6,
) -> list[PrimerPair]:
    lefts = best_primers(letters, forward, tails[0].upper(), 1, rules, candidates)
    rights = best_primers(letters, reverse, tails[1].upper(), -1, rules, candidates)
    for side, found, places in (("forward", lefts, forward), ("reverse", rights, reverse)):
        if not found:
            why = (
                f"the region has no {rules.shortest} bases"
                if not places
                else "there are only letters other than A, C, G and T"
            )
            raise NegativeResult(
                f"there is no {side} primer: {why}",
                position=start if side == "forward" else end,
                hint="move the region, or allow shorter primers",
            )
    chosen = []
    for left in lefts:
        for right in rights:
            size = right.end - left.start
            if letters.circular:
                size = (size - 1) % len(letters) + 1
            if product is None or product[0] <= size <= product[1]:
                chosen.append((left, right, size))
    if not chosen:
        raise NegativeResult(
            "there is no pair of primers for a product of that length", hint="allow more lengths"
        )
    chosen.sort(key=lambda three: three[0].penalty + three[1].penalty)
    chosen = chosen[:60]
    energies = dimer_energies(
        [left.sequence for left, _, _ in chosen],
        [right.sequence for _, right, _ in chosen],
        temperature=rules.temperature,
        buffer=rules.buffer,
    )
    pairs = []
    for (left, right, size), energy in zip(chosen, energies.tolist(), strict=True):
        apart = abs(left.melting - right.melting)
        penalty = left.penalty + right.penalty + 0.5 * apart + max(0.0, rules.dimer - energy)
        reasons = []
        if apart > 3:
            reasons.append(f"melting temperatures {apart:.1f} °C apart")
        if energy < rules.dimer:
            reasons.append(f"dimer of the two {energy:.1f} kcal/mol")
        length = len(left.tail) + size + len(right.tail)
        pairs.append(PrimerPair(left, right, length, energy, penalty, tuple(reasons)))
    pairs.sort(key=_order)
    specific = [
        _specific(pair, letters, templates, rules)
        for pair in pairs[: max(count, min(candidates, 8))]
    ]
    return sorted(specific, key=_order)[:count]


def _order(pair: PrimerPair) -> tuple[float, int, int, int, int]:
    left, right = pair.forward, pair.reverse
    return round(pair.penalty, 9), left.start, left.end, right.start, right.end


def best_primers(
    letters: Letters,
    places: Sequence[tuple[int, int]],
    tail: str,
    strand: int,
    rules: PrimerRules,
    count: int,
) -> list[Primer]:
    """Judge the places whose melting temperature is nearest to the wanted one."""
    length, circular = len(letters), letters.circular
    doubled = (letters.data + letters.data if circular else letters.data).upper()
    text = doubled.decode("ascii").replace("U", "T")
    other = other_strand(text)
    unknown = [match.start() for match in re.finditer("[^ACGT]", text)]
    words, kept = [], []
    for low, high in places:
        at = low % length if circular else low
        end = at + high - low
        if end > len(text) or (unknown and bisect_left(unknown, at) < bisect_left(unknown, end)):
            continue
        words.append(text[at:end] if strand == 1 else other[len(text) - end : len(text) - at])
        kept.append((at, end))
    if not words:
        return []
    melting = melting_temperatures(words, buffer=rules.buffer)
    # an A or T at the very end, and a far melting temperature, are what costs most
    rough = np.abs(melting - rules.melting) + np.array([w[-1] in "AT" for w in words]) * 1.0
    order = np.argsort(rough, kind="stable")[: 4 * count].tolist()
    judged = judged_at(
        [words[k] for k in order], [tail] * len(order), [kept[k] for k in order], strand, rules
    )
    return sorted(judged, key=lambda p: (round(p.penalty, 9), p.start, p.end))[:count]


def _specific(
    pair: PrimerPair, letters: Letters, templates: Sequence[Template], rules: PrimerRules
) -> PrimerPair:
    """Look for other sites and other products of a pair, and count them against it."""
    found = binding_sites(
        [pair.forward.annealing, pair.reverse.annealing], templates, buffer=rules.buffer
    )
    warm = rules.melting - 15.0
    primers, penalty, reasons = [], pair.penalty, list(pair.reasons)
    length = len(letters)
    for primer, sites in zip((pair.forward, pair.reverse), found, strict=True):
        own = primer.start % length if letters.circular else primer.start
        others = tuple(
            site
            for site in sites
            if site.melting >= warm
            and not (site.template == 0 and site.start == own and site.strand == primer.strand)
        )
        primers.append(replace(primer, sites=others))
        # a site as warm as the own one costs as much as ten degrees, a cold one little
        penalty += sum(10.0 * math.exp((site.melting - primer.melting) / 5.0) for site in others)
        if others:
            side = "forward" if primer.strand == 1 else "reverse"
            reasons.append(
                f"the {side} primer has {len(others)} other site{'s' * (len(others) > 1)}, "
                f"up to {others[0].melting:.0f} °C"
            )
    made = amplicons(found, templates, coldest=warm)
    wanted = pair.length - len(pair.forward.tail) - len(pair.reverse.tail)
    others_made = [
        a
        for a in made
        if not (
            a.left.template == 0
            and (a.forward, a.reverse) == (0, 1)
            and a.left.start
            == (primers[0].start % length if letters.circular else primers[0].start)
            and a.length == wanted
        )
    ]
    if others_made:
        penalty += 20.0 * len(others_made)
        reasons.append(
            f"{len(others_made)} other product{'s' * (len(others_made) > 1)}, such as "
            f"{others_made[0].length} bp"
        )
    return PrimerPair(primers[0], primers[1], pair.length, pair.dimer, penalty, tuple(reasons))


def letters_of(template: Template) -> Letters:
    """Give the letters of a template."""
    letters = template.sequence if isinstance(template, Record) else template
    return letters if isinstance(letters, Letters) else Letters(letters)
