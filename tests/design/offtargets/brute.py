"""The plain twin of the search: every place, every alignment, letter by letter."""

from __future__ import annotations

from functools import cache

from biowright.bio import IUPAC
from biowright.core import Record

COMPLEMENT = str.maketrans("ACGTUMRWSYKVHDBN", "TGCAAKYWSRMBDHVN")


def reverse(text: str) -> str:
    return text.translate(COMPLEMENT)[::-1]


def fits(letter: str, pattern: str) -> bool:
    return set(IUPAC[letter]) <= set(IUPAC[pattern])


def fewest(guide: str, letters: str, dna: int, rna: int) -> int | None:
    """The fewest mismatches of a guide along all letters, with exactly so many bulging.

    Both are read from the motif on; the last letter of the genome is paired.
    """
    if len(letters) != len(guide) + dna - rna:
        return None

    @cache
    def walk(i: int, j: int, d: int, r: int) -> int:
        if i == len(guide) and j == len(letters):
            return 0 if d == r == 0 else 999
        best = 999
        if i < len(guide) and j < len(letters):
            best = (letters[j] != guide[i]) + walk(i + 1, j + 1, d, r)
        if d and j < len(letters) - 1:
            best = min(best, walk(i, j + 1, d - 1, r))
        if r and i < len(guide):
            best = min(best, walk(i + 1, j, d, r - 1))
        return best

    found = walk(0, 0, dna, rna)
    return found if found < 999 else None


def brute(
    records: list[Record],
    pam: str,
    side: int,
    guides: list[str],
    mismatches: int,
    dna: int = 0,
    rna: int = 0,
) -> set[tuple[str, str, int, int, str, int, int, int]]:
    """All loci: guide, chromosome, start, strand, site, mismatches, DNA and RNA bulge."""
    out = set()
    kinds = [(0, 0), *((d, 0) for d in range(1, dna + 1)), *((0, r) for r in range(1, rna + 1))]
    for record in records:
        text = str(record.sequence).upper().replace("U", "T")
        length = len(text)
        for strand in (1, -1):
            plus = text if strand == 1 else reverse(text)
            turns = plus * 4 if record.circular else plus
            # the motif begins at `at` where it follows the protospacer, and ends there otherwise
            for at in range(length) if record.circular else range(length + 1):
                if record.circular:
                    at += length * 2
                seen = turns[at : at + len(pam)] if side == 3 else turns[max(at - len(pam), 0) : at]
                if len(seen) < len(pam) or not all(map(fits, seen, pam)):
                    continue
                for guide in guides:
                    ways = []
                    for d, r in kinds:
                        size = len(guide) + d - r
                        begin = at - size if side == 3 else at - len(pam)
                        end = begin + size + len(pam)
                        if begin < 0 or end > len(turns) or size + len(pam) > length:
                            continue
                        proto = turns[at - size : at][::-1] if side == 3 else turns[at : at + size]
                        toward = guide[::-1] if side == 3 else guide
                        found = fewest(toward, proto, d, r)
                        if found is not None and found <= mismatches:
                            ways.append((found + d + r, d + r, r, d, found, begin, end))
                    if ways:
                        _, _, r, d, found, begin, end = min(ways)
                        start = begin % length if strand == 1 else (length - end) % length
                        site = turns[begin:end]
                        out.add((guide, record.name, start, strand, site, found, d, r))
    return out
