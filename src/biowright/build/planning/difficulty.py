"""What breaks a vendor's rules, with positions: composition, runs, repeats, hairpins.

These are rules and no model of what can be made: nothing here is fitted to outcomes (decision 0027).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    from .vendors import Rule

__all__ = ["find_breaches", "longest_repeat", "tandem_repeats"]

_DIGITS = bytes(b"ACGT".find(bytes([x]).upper()) & 255 for x in range(256))
Found = Iterator[tuple[int, int, str]]


def find_breaches(rule: Rule, sequence: str) -> Found:
    """Give the places where a piece breaks a rule: start, end, and what is there."""
    checks: dict[str, Any] = {
        "length": _length,
        "gc": _gc,
        "gc-spread": _spread,
        "homopolymer": _runs,
        "repeat": _repeats,
        "tandem": _tandem,
        "hairpin": _hairpins,
    }
    yield from checks[rule.rule](rule, sequence.upper())


def _length(rule: Rule, text: str) -> Found:
    if not rule.least <= len(text) <= rule.most:
        yield 0, len(text), f"{len(text):,} bases; {rule.least:,.0f} to {rule.most:,.0f} are made"


def _shares(text: str, window: int) -> npt.NDArray[np.float64]:
    strong = np.frombuffer(text.encode("ascii"), np.uint8)
    sums = np.concatenate([[0], np.cumsum((strong == 67) | (strong == 71))])
    return (sums[window:] - sums[:-window]) / window


def _gc(rule: Rule, text: str) -> Found:
    window = min(rule.window or len(text), len(text))
    if not window:
        return
    shares = _shares(text, window)
    for bad, worst in (
        (shares < rule.least, shares.argmin()),
        (shares > rule.most, shares.argmax()),
    ):
        if bad.any():
            at = int(worst)
            where = f" in {window} bases" if window < len(text) else ""
            yield (
                at,
                at + window,
                f"{shares[at]:.0%} G and C{where}; {rule.least:.0%} to {rule.most:.0%} are allowed",
            )


def _spread(rule: Rule, text: str) -> Found:
    if len(text) < rule.window:
        return
    shares = _shares(text, rule.window)
    low, high = int(shares.argmin()), int(shares.argmax())
    if shares[high] - shares[low] > rule.most + 1e-9:
        start, end = min(low, high), max(low, high) + rule.window
        says = f"{shares[low]:.0%} to {shares[high]:.0%} G and C in windows of {rule.window}"
        yield start, end, f"{says}; {rule.most:.0%} apart is allowed"


def _runs(rule: Rule, text: str) -> Found:
    for match in re.finditer(r"(.)\1+", text):
        most = rule.most_gc if match[1] in "GC" else rule.most_at
        size = match.end() - match.start()
        if size > most:
            yield match.start(), match.end(), f"a run of {size} {match[1]}; {most} are allowed"


def kmer_codes(text: str, size: int) -> tuple[Any, Any, Any]:
    """Give k-mers as numbers, forward and of the other strand, and which hold only bases."""
    letters = np.frombuffer(text.encode("ascii").translate(_DIGITS), np.uint8)
    count = max(len(letters) - size + 1, 0)
    forward, backward = np.zeros((2, count), np.uint64)
    known = np.ones(count, bool)
    for i in range(size):
        letter = letters[i : i + count]
        known &= letter != 255
        forward = forward << np.uint64(2) | (letter & 3).astype(np.uint64)
        backward |= (3 - (letter & 3)).astype(np.uint64) << np.uint64(2 * i)
    return forward, backward, known


def longest_repeat(text: str, size: int) -> tuple[int, int, int] | None:
    """Find the longest stretch of `size` or more bases that occurs twice, on either strand.

    Returns
    -------
    (int, int, int) or None
        Where it begins, its length, and where it occurs before (the start of that copy).
    """
    if len(text) < size:
        return None
    forward, backward, known = kmer_codes(text, size)
    codes = np.minimum(forward, backward)
    codes = np.where(known, codes, np.uint64(0xFFFFFFFFFFFFFFFF))
    _, first, inverse, counts = np.unique(
        codes, return_index=True, return_inverse=True, return_counts=True
    )
    repeated = (counts[inverse] > 1) & known
    # a k-mer that is its own reverse complement occurs once all the same
    if not repeated.any():
        return None
    edges = np.flatnonzero(np.diff(np.concatenate([[0], repeated.astype(np.int8), [0]])))
    starts, ends = edges[::2], edges[1::2]
    longest = int((ends - starts).argmax())
    start = int(starts[longest])
    return start, int(ends[longest] - start) + size - 1, int(first[inverse[start]])


def _repeats(rule: Rule, text: str) -> Found:
    size = min(int(rule.most) + 1, 31)
    found = longest_repeat(text, size)
    if found is not None:
        start, length, before = found
        there = f" as at {before + 1}" if before != start else ""
        yield (
            start,
            start + length,
            f"{length} bases that occur elsewhere in it{there}; {int(rule.most)} are allowed",
        )


def tandem_repeats(text: str, most: int, unit: int = 60) -> Found:
    """Find stretches in which a unit of up to `unit` bases follows itself, longer than `most`."""
    letters = np.frombuffer(text.encode("ascii"), np.uint8)
    taken = np.zeros(len(letters), bool)
    for period in range(1, min(unit, len(letters) // 2) + 1):
        same = letters[period:] == letters[:-period]
        edges = np.flatnonzero(np.diff(np.concatenate([[0], same.astype(np.int8), [0]])))
        for start, end in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
            size = end - start + period
            if size > most and size >= 2 * period and not taken[start : start + size].all():
                taken[start : start + size] = True
                yield (
                    start,
                    start + size,
                    f"{size} bases repeat a unit of {period}; {most} are allowed",
                )


def _tandem(rule: Rule, text: str) -> Found:
    yield from tandem_repeats(text, int(rule.most))


def _hairpins(rule: Rule, text: str) -> Found:
    """Find perfect stems of the rule's length within 100 bases."""
    size = min(int(rule.stem) + 1, 31)
    if len(text) < 2 * size:
        return
    forward, backward, known = kmer_codes(text, size)
    order = np.argsort(forward, kind="stable")
    places = np.searchsorted(forward[order], backward)
    for i in np.flatnonzero(known).tolist():
        at = int(places[i])
        while at < len(order) and forward[order[at]] == backward[i]:
            j = int(order[at])
            if known[j] and j >= i + size and j - i - size <= 100:
                yield i, j + size, f"a stem of {size} bases; {int(rule.stem)} are allowed"
                return
            at += 1
