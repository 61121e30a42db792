"""How often the seed of a guide stands beside a PAM, and how often there where genes begin.

dCas9 needs little more than its seed to stay on DNA: 9 nt beside a PAM are enough to silence a gene of
*E. coli* (Cui et al. 2018, doi:10.1038/s41467-018-04209-5).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from biowright.bio import find
from biowright.core import Record
from biowright.design.offtargets.pams import Pam

from .starts import Host

__all__ = ["SeedCounts", "SeedTable", "seed_table"]

_WORDS = (9, 12)
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class SeedCounts:
    """How often a guide's seed stands beside a PAM in a genome, its own site among them.

    Parameters
    ----------
    nine, twelve : int
        Sites at which the 9, and the 12, letters beside the PAM are those of the guide.
    starts : int
        Of the sites with 9, those in the window in which a gene would be silenced, without its own.
    """

    nine: int
    twelve: int
    starts: int


@dataclass(frozen=True)
class SeedTable:
    """The seeds at all PAMs of a genome, sorted.

    Parameters
    ----------
    pam : Pam
    words : tuple of arrays of int
        For 9 and 12 letters, sorted.
    at_starts : array of bool
        For the 9 letters: whether a gene begins there.
    """

    pam: Pam
    words: tuple[Ints, ...]
    at_starts: npt.NDArray[np.bool_]

    def counts(self, spacer: str) -> SeedCounts:
        """Count the sites of a spacer's seed."""
        found = []
        for size, words in zip(_WORDS, self.words, strict=True):
            word = _packed(spacer[-size:] if self.pam.side == 3 else spacer[:size])
            low, high = np.searchsorted(words, [word, word + 1])
            found.append((int(low), int(high)))
        (low, high), (first, last) = found
        near = int(self.at_starts[low:high].sum())
        return SeedCounts(high - low, last - first, near)


def seed_table(records: Sequence[Record], pam: Pam, host: Host) -> SeedTable:
    """Look up the seeds at all PAMs of a genome, both strands, over origins.

    Parameters
    ----------
    records : sequence of Record
    pam : Pam
    host : Host
        Says how far around the beginning of a gene it is silenced.
    """
    columns: list[list[Ints]] = [[] for _ in _WORDS]
    flags: list[npt.NDArray[np.bool_]] = []
    for record in records:
        length = len(record)
        zone = _zone(record, host)
        codes = _codes(record)
        longest = max(_WORDS)
        for strand in (1, -1):
            hits = find(record, pam.pattern, strands=(strand,))
            starts = np.array([hit.start for hit in hits], np.int64)
            after = (pam.side == 3) == (strand == 1)  # the motif lies right of the protospacer
            for number, size in enumerate(_WORDS):
                low = starts - size if after else starts + len(pam)
                places = low[:, None] + np.arange(size)
                if record.circular and length:
                    places %= length
                    inside = np.ones(len(low), bool)
                else:
                    wide = starts - longest if after else starts + len(pam)
                    inside = (wide >= 0) & (wide + longest <= length)
                    places = np.clip(places, 0, max(length - 1, 0))
                letters = codes[places]
                known = inside & (letters < 4).all(axis=1)
                if strand == -1:
                    letters = 3 - letters[:, ::-1]
                words = np.zeros(len(low), np.int64)
                for i in range(size):
                    words = words << 2 | letters[:, i]
                columns[number].append(words[known])
                if number == 0:
                    flags.append(zone[places[:, 0]][known] if len(low) else np.zeros(0, bool))
    nine = np.concatenate(columns[0]) if columns[0] else np.zeros(0, np.int64)
    order = np.argsort(nine, kind="stable")
    at_starts = np.concatenate(flags)[order] if flags else np.zeros(0, bool)
    return SeedTable(pam, (nine[order], np.sort(np.concatenate(columns[1]))), at_starts)


def _codes(record: Record) -> Ints:
    table = np.full(256, 9, np.int64)
    for i, letter in enumerate(b"ACGT"):
        table[letter] = table[letter + 32] = i
    return table[np.frombuffer(record.sequence.data, np.uint8)]


def _zone(record: Record, host: Host) -> npt.NDArray[np.bool_]:
    length = len(record)
    zone = np.zeros(max(length, 1), bool)
    low, high = host.repress
    for feature in record.features:
        if feature.type != "CDS":
            continue
        part = feature.location.local[0]
        first = part.start if part.strand == 1 else part.end - 1
        start = first - part.strand * host.leader
        ends = sorted((start + part.strand * low, start + part.strand * high))
        window = np.arange(ends[0], ends[1] + 1)
        window = (
            window % length
            if record.circular and length
            else window[(window >= 0) & (window < length)]
        )
        zone[window] = True
    return zone


def _packed(word: str) -> int:
    value = 0
    for letter in word:
        value = value << 2 | "ACGT".index(letter)
    return value
