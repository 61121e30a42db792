"""Where primers bind in templates and genomes: both strands, circles, exact and nearly exact 3' ends."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from biowright.bio import PCR, Buffer, melting_temperatures, other_strand
from biowright.core import InputError, Record
from biowright.core import Sequence as Letters
from biowright.core.kernels import kernel

__all__ = ["Amplicon", "BindingSite", "amplicons", "binding_sites"]

SEED = 15
"""Bases at the 3' end that are compared everywhere."""
FIRM = 2
"""Bases at the very 3' end that must pair for a polymerase to begin."""
_DIGITS = bytes(
    min(b"ACGT".find(bytes([x]).upper().replace(b"U", b"T")) & 255, 4) for x in range(256)
)


@dataclass(frozen=True, slots=True, order=True)
class BindingSite:
    """A place where a primer can begin.

    Parameters
    ----------
    template : int
        Which of the templates, from 0.
    start, end : int
        What the annealing part covers, 0-based and half-open on the template's forward strand; over
        the origin of a circle the end exceeds the length. At the end of a linear template less may
        be covered than the primer has.
    strand : int
        +1 where the primer reads as the template's forward strand and is extended to the right.
    mismatches : int
        Over the whole annealing part.
    melting : float
        °C at which half of it is bound, with the mismatches.
    """

    template: int
    start: int
    end: int
    strand: int
    mismatches: int
    melting: float


@dataclass(frozen=True, slots=True)
class Amplicon:
    """What two primers, or one alone, would copy exponentially.

    Parameters
    ----------
    forward, reverse : int
        Which of the primers, from 0.
    left, right : BindingSite
    length : int
        From the left end of the left site to the right end of the right one, in bp.
    """

    forward: int
    reverse: int
    left: BindingSite
    right: BindingSite
    length: int


@kernel
def _scan(codes, seeds, size, firm_forward, firm_backward, most, out):
    """Find the windows of `size` bases that are nearly one of the `seeds`, on either strand.

    `codes` are bases, 4 for what is none. A row of `seeds` (n, 2) holds the 3' end, and its reverse
    complement, two bits a base. `firm_*` mask the bases that must be equal. Rows of `out` take the
    seed, the start and the strand; the number of finds is returned, which may exceed the rows.
    """
    full = (np.uint64(1) << np.uint64(2 * size)) - np.uint64(1)
    odd = np.uint64(0x5555555555555555)
    count = 0
    window, known = np.uint64(0), 0
    for p in range(len(codes)):
        if codes[p] == 4:
            known = 0
            continue
        window = ((window << np.uint64(2)) | np.uint64(codes[p])) & full
        known += 1
        if known < size:
            continue
        for k in range(len(seeds)):
            for side in range(2):
                differs = window ^ seeds[k, side]
                differs = (differs | (differs >> np.uint64(1))) & odd
                if differs & (firm_forward if side == 0 else firm_backward):
                    continue
                wrong = 0
                while differs:
                    differs &= differs - np.uint64(1)
                    wrong += 1
                    if wrong > most:
                        break
                if wrong <= most:
                    if count < len(out):
                        out[count, 0], out[count, 1] = k, p - size + 1
                        out[count, 2] = 1 if side == 0 else -1
                    count += 1
    return count


def binding_sites(
    primers: Sequence[str],
    templates: Iterable[Record | Letters | str],
    *,
    mismatches: int = 2,
    buffer: Buffer = PCR,
) -> list[list[BindingSite]]:
    """Find where each primer can begin on templates, also where it fits only nearly.

    Among the last 15 bases up to `mismatches` may differ, but none of the last two; what lies before
    may differ anyhow. Letters that are not A, C, G or T bind nothing.

    Parameters
    ----------
    primers : sequence of str
        Annealing parts without their tails, 5'→3'; 8 bases at least.
    templates : iterable of Record, Sequence or str
        Linear or circular; a genome of some Mb takes a few ms a primer.
    mismatches : int, default 2
    buffer : Buffer, optional

    Returns
    -------
    list of list of BindingSite
        For each primer, the warmest first.

    Raises
    ------
    InputError
        A primer is too short or holds a letter that is no base.

    Examples
    --------
    >>> [site] = binding_sites(["GGATTACAGATTACC"], ["TTTTGGATTACAGATTACCTTTT"])[0]
    >>> site.start, site.end, site.strand, site.mismatches
    (4, 19, 1, 0)
    """
    words = [primer.upper().replace("U", "T") for primer in primers]
    for word in words:
        if len(word) < 8 or set(word) - set("ACGT"):
            raise InputError(f"the primer '{word[:40]}'", expected="8 or more of A, C, G and T")
    found: list[list[BindingSite]] = [[] for _ in words]
    for number, template in enumerate(templates):
        letters = template.sequence if isinstance(template, Record) else template
        letters = letters if isinstance(letters, Letters) else Letters(letters)
        for size in sorted({min(SEED, len(word)) for word in words}):
            chosen = [k for k, word in enumerate(words) if min(SEED, len(word)) == size]
            _look(words, chosen, size, letters, number, mismatches, buffer, found)
    return [sorted(sites, key=lambda s: (-s.melting, s)) for sites in found]


def _look(
    words: Sequence[str],
    chosen: Sequence[int],
    size: int,
    letters: Letters,
    number: int,
    mismatches: int,
    buffer: Buffer,
    found: list[list[BindingSite]],
) -> None:
    length = len(letters)
    if length < size:
        return
    data = letters.data + letters.data[: size - 1] if letters.circular else letters.data
    codes = np.frombuffer(data.translate(_DIGITS), np.uint8)
    seeds = np.array(
        [[_packed(words[k][-size:]), _packed(other_strand(words[k][-size:]))] for k in chosen],
        np.uint64,
    )
    firm = min(FIRM, size)
    forward = np.uint64(sum(1 << 2 * i for i in range(firm)))
    backward = np.uint64(sum(1 << 2 * (size - 1 - i) for i in range(firm)))
    room = 1 << 12
    while True:
        out = np.zeros((room, 3), np.int64)
        count = _scan(codes, seeds, size, forward, backward, mismatches, out)
        if count <= room:
            break
        room = count
    primers, sites, places = [], [], []
    for k, start, strand in out[:count].tolist():
        word = words[chosen[k]]
        low = start + size - len(word) if strand == 1 else start
        if letters.circular:
            if len(word) > length:
                continue
            low %= length
            text = str(letters.window(low, low + len(word))).upper()
        else:
            high = min(low + len(word), length)
            low = max(low, 0)
            text = str(letters[low:high]).upper()
        text = text if strand == 1 else other_strand(text)
        covered = word[len(word) - len(text) :]
        if set(text) - set("ACGT"):
            continue
        primers.append(covered)
        sites.append(text)
        wrong = sum(a != b for a, b in zip(covered, text, strict=True)) + len(word) - len(covered)
        places.append((chosen[k], low, low + len(text), strand, wrong))
    if not places:
        return
    melting = melting_temperatures(primers, sites, buffer=buffer)
    for (k, low, high, strand, wrong), degrees in zip(places, melting.tolist(), strict=True):
        found[k].append(BindingSite(number, low, high, strand, wrong, degrees))


def amplicons(
    sites: Sequence[Sequence[BindingSite]],
    templates: Sequence[Record | Letters | str],
    *,
    longest: int = 5_000,
    coldest: float = 45.0,
) -> list[Amplicon]:
    """Find what primers amplify together: pairs of sites that face each other.

    Parameters
    ----------
    sites : sequence of sequence of BindingSite
        As `binding_sites` gives them, for the primers that are in one tube.
    templates : sequence of Record, Sequence or str
    longest : int, default 5000
        In bp.
    coldest : float, default 45
        Sites that melt below this many °C are left out.

    Returns
    -------
    list of Amplicon
        By template and place.
    """
    found = []
    warm = [(k, site) for k, each in enumerate(sites) for site in each if site.melting >= coldest]
    for k, left in warm:
        if left.strand != 1:
            continue
        template = templates[left.template]
        letters = template.sequence if isinstance(template, Record) else template
        circular = isinstance(letters, Letters) and letters.circular
        for m, right in warm:
            if right.strand != -1 or right.template != left.template:
                continue
            length = right.end - left.start
            if circular and right.start < left.start:
                length += len(letters)
            if length < max(left.end - left.start, right.end - right.start) or length > longest:
                continue
            found.append(Amplicon(k, m, left, right, length))
    return sorted(found, key=lambda a: (a.left.template, a.left.start, a.length, a.forward))


def _packed(word: str) -> int:
    value = 0
    for letter in word:
        value = value << 2 | "ACGT".index(letter)
    return value
