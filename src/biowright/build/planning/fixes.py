"""Synonymous ways out: for rules of vendors that pieces break, and for sites of enzymes inside a target.

A fix is only offered: it changes the target, which is the designer's decision. `domesticate` makes the
changes for sites and gives the new target with what was changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from biowright.bio import enzyme, find
from biowright.core import BiowrightError, NegativeResult, Record
from biowright.core import Sequence as Letters
from biowright.design import Avoid, Change, GCContent, edited_signals, synonymous_fix

from .steps import Order, SynthesisPlan
from .vendors import Breach, Product

__all__ = ["domesticate", "offer_fixes"]

MOST = 40
"""Breaches of a plan for which a fix is looked for."""
WAYS = 8
"""Ways to remove a site that are tried until one makes no new signal."""


def offer_fixes(plan: SynthesisPlan) -> SynthesisPlan:
    """Give the plan with a synonymous fix at each breach for which there is one.

    Runs of one base and windows of extreme composition can be mended where a coding sequence of the target
    allows it; repeats, hairpins and lengths cannot be mended by a few codons.
    """
    if not any(f.type == "CDS" for target in plan.targets for f in target.features):
        return plan
    left = MOST
    orders = []
    for order in plan.orders:
        breaches = []
        for breach in order.breaches:
            if left and breach.rule in ("homopolymer", "gc"):
                left -= 1
                breach = replace(breach, fix=_fix(plan, order, breach))
            breaches.append(breach)
        orders.append(replace(order, breaches=tuple(breaches)))
    return replace(plan, orders=tuple(orders))


def _fix(plan: SynthesisPlan, order: Order, breach: Breach) -> str:
    made = plan.packs[order.product]
    for target in plan.targets:
        place = _in_target(target, order, breach)
        if place is None:
            continue
        rules = _rules(made, order, breach)
        if not rules:
            return ""
        try:
            changes = synonymous_fix(target, rules, place)
        except BiowrightError:
            return ""
        return "; ".join(change.what or f"{change.old}>{change.new}" for change in changes or ())
    return ""


def _in_target(target: Record, order: Order, breach: Breach) -> tuple[int, int] | None:
    """Give where a breach lies in a target, if the piece is of it and the breach is not in its flanks."""
    if order.start < 0 or breach.start < order.flank:
        return None
    low = order.start + breach.start - order.flank
    high = order.start + breach.end - order.flank
    size = len(target)
    if not target.circular and high > size:
        return None
    low, high = (low % size, low % size + high - low) if target.circular else (low, high)
    there = str(target.sequence.window(low, high)).upper()
    return (low, high) if there == order.sequence[breach.start : breach.end] else None


def _rules(made: Product, order: Order, breach: Breach) -> list[Avoid | GCContent]:
    for rule in made.rules:
        if rule.rule != breach.rule:
            continue
        if rule.rule == "homopolymer":
            letter = order.sequence[breach.start]
            most = rule.most_gc if letter in "GC" else rule.most_at
            return [Avoid(letter * (most + 1))]
        if rule.rule == "gc" and rule.window and breach.end - breach.start == rule.window:
            return [GCContent(low=rule.least, high=rule.most, window=rule.window)]
    return []


def domesticate(target: Record, enzymes: Sequence[str]) -> tuple[Record, str, tuple[Change, ...]]:
    """Remove the sites of an enzyme by synonymous codons, of the first enzyme for which that can be done.

    Of several ways, one is taken that makes no site of the other enzymes, no promoter, terminator or start
    of translation, and weakens no gene's start (`biowright.design.edited_signals`), where there is one.

    Parameters
    ----------
    target : Record
        With its CDS features.
    enzymes : sequence of str
        In the order of preference.

    Returns
    -------
    record : Record
        The target without sites.
    enzyme : str
    changes : tuple of Change

    Raises
    ------
    NegativeResult
        No enzyme's sites can all be removed; the error names the places that are left.

    Examples
    --------
    >>> from biowright.core import Feature, Location
    >>> gene = Record(Letters("ATGGGTCTCGCTTAA"), "gene", features=[Feature("CDS", Location.of((0, 15)))])
    >>> record, enzyme, changes = domesticate(gene, ["BsaI"])
    >>> enzyme, [change.what for change in changes], "GGTCTC" in str(record.sequence)
    ('BsaI', ['CDS G2 GGT>GGA'], False)
    """
    told = []
    for name in enzymes:
        site = enzyme(name).site
        record, changes, stuck = target, [], None
        while hits := find(record, site):
            hit = hits[0]
            fix = _quiet_fix(record, name, (hit.start, hit.end), enzymes)
            if not fix:
                stuck = hit.start
                break
            record = _changed(record, fix)
            changes += fix
        if stuck is None:
            return record, name, tuple(changes)
        told.append(f"{name} at {stuck + 1}")
    raise NegativeResult(
        f"no synonymous change removes {'; '.join(told)}",
        record=target.name,
        hint="use Gibson assembly, or name other enzymes",
    )


def _quiet_fix(
    record: Record, name: str, place: tuple[int, int], enzymes: Sequence[str]
) -> tuple[Change, ...] | None:
    """Remove a site so that no signal arises or suffers; if there is no such way, remove it anyway."""
    first: tuple[Change, ...] | None = None
    refused: list[Avoid] = []
    for _ in range(WAYS):
        try:
            fix = synonymous_fix(record, [Avoid(name), *refused], place)
        except BiowrightError:  # what is refused lies in letters that cannot change
            fix = None
        if not fix:
            break
        first = first or fix
        done = _changed(record, fix)
        if not edited_signals(record, done, enzymes=enzymes):
            return fix
        low = max(min(change.start for change in fix) - 2, 0)
        high = max(change.start + len(change.new) for change in fix) + 2
        refused.append(Avoid(str(done.sequence.window(low, min(high, len(done)))).upper()))
    return first


def _changed(record: Record, changes: Sequence[Change]) -> Record:
    letters = bytearray(record.sequence.data)
    for change in changes:
        for offset, letter in enumerate(change.new):
            letters[(change.start + offset) % len(letters)] = ord(letter)
    made = Letters(bytes(letters), record.sequence.molecule, record.sequence.topology)
    return record.changed(sequence=made)
