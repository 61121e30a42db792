"""Search by protein: in all reading frames of nucleotides, and in parts that are proteins.

A protein part is spelled as codons for an index of its own, so that one way of searching serves both.
A query of nucleotides is translated in six frames.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from biowright.bio import IUPAC, genetic_code, six_frames, translate
from biowright.bio.alignment import Alignment
from biowright.bio.proteins import (
    align_proteins,
    bit_score,
    blosum62,
    expected_hits,
    residue_codes,
)
from biowright.core import InputError, Molecule, Sequence, SequenceError

from .index import Hit, SequenceIndex
from .index.proteins import WantedProteins
from .parts import PartVersion
from .searching import Found
from .spelling import spelled_index

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from .library import Library

__all__ = [
    "ProteinAlignment",
    "align_found",
    "find_proteins",
    "frame_of",
    "protein_or_dna",
]

LONGEST = 120_000
"""Letters of the longest query: more than those of the largest protein, or of a phage."""
ROUND = 3_000
"""Letters of a circular query that are read again behind its end."""


def protein_or_dna(query: str | Sequence) -> Sequence:
    """Give the sequence that a query means.

    Parameters
    ----------
    query : str or Sequence
        Of a text, letters of which nine in ten can be A, C, G, T, U or N, and the others IUPAC
        letters of nucleotides, are DNA.

    Raises
    ------
    SequenceError
        It is empty, or holds what is no letter of a protein.

    Examples
    --------
    >>> str(protein_or_dna("MSKGEELFTG").molecule), str(protein_or_dna("ATGAGCAAAGGC").molecule)
    ('protein', 'DNA')
    """
    if isinstance(query, str):
        letters = "".join(query.split())
        upper = letters.upper()
        bases = sum(map(upper.count, "ACGTUN"))
        dna = set(upper) <= set(IUPAC) and 10 * bases >= 9 * len(upper)
        query = Sequence(letters, Molecule.DNA if dna else Molecule.PROTEIN)
    if not len(query):
        raise SequenceError("the query is empty", expected="a protein, or DNA to translate")
    return query


@dataclass(frozen=True, slots=True)
class _Piece:
    """A protein that is searched for: a query, or one reading frame of it."""

    query: int
    codes: np.ndarray
    strand: int
    offset: int
    letters: int  # of a query of nucleotides; 0 of a protein

    def place(self, start: int, end: int) -> tuple[int, int]:
        """Give the stretch of the query as it was given."""
        if not self.letters:
            return start, end
        low, high = self.offset + 3 * start, self.offset + 3 * end
        if self.strand < 0:
            low, high = self.letters - high, self.letters - low
        return low, high


def find_proteins(
    library: Library,
    index: SequenceIndex,
    queries: Iterable[tuple[str, str | Sequence]],
    *,
    allowed: np.ndarray | None = None,
    identity: float = 0.0,
    evalue: float = 1e-3,
    code: int | str = 1,
    limit: int | None = 25,
    executor: Executor | None = None,
) -> Iterator[Found]:
    """Find relatives of proteins, or of what nucleotides mean in six frames.

    Parameters
    ----------
    library : Library
    index : SequenceIndex
        Of its nucleotides.
    queries : iterable of (name, str or Sequence)
    allowed : ndarray of int64, optional
        The numbers that may be found.
    identity : float, default 0
        The least share of columns with the same amino acid.
    evalue : float, default 0.001
        The most hits as good that chance would make; what is nearly all of a short query is
        reported all the same.
    code : int or str, default 1
        The genetic code of parts, and of queries of nucleotides.
    limit : int, default 25
        The most hits a query.
    executor : concurrent.futures.Executor, optional

    Yields
    ------
    Found
        By query, the best first.

    Raises
    ------
    InputError, SequenceError
        A query, a code or a bound is none that can be.
    """
    if not 0 <= identity <= 1:
        raise InputError(f"an identity of {identity}", expected="0 to 1")
    if not 0 < evalue <= 1e6:
        raise InputError(f"an E-value of {evalue}", expected="above 0, at most 1,000,000")
    if limit is not None and limit < 1:
        raise InputError(f"a limit of {limit}", expected="1 or more")
    number = genetic_code(code).id
    named = [(name, protein_or_dna(query)) for name, query in queries]
    pieces = [piece for q, (_, query) in enumerate(named) for piece in _pieces(q, query, number)]
    spelled = spelled_index(library)
    segments = index.segments() + spelled.segments()
    letters = sum(4 * each.units for each in segments) // 3
    parts = sum(map(len, segments))
    found: list[list[tuple[float, _Piece, Hit]]] = [[] for _ in named]
    for source in (index, spelled):
        one = source is spelled
        wanted = WantedProteins(identity, evalue, letters, parts, 1 if one else number, one)
        hits = source.proteins(
            [piece.codes for piece in pieces],
            wanted,
            allowed=allowed,
            limit=limit,
            executor=executor,
        )
        for hit in hits:
            piece = pieces[hit.query]
            if one:
                hit = hit._replace(start=hit.start // 3, end=hit.end // 3)
            found[piece.query].append((hit.score, piece, hit))
    for (name, query), rows in zip(named, found, strict=True):
        rows.sort(key=lambda row: (-row[0], row[2].number, row[2].start, -row[2].strand))
        numbers = list(dict.fromkeys(hit.number for _, _, hit in rows))
        versions = dict(zip(numbers, library.describe(numbers), strict=True))
        made = [
            _found(name, piece, hit, versions[hit.number], letters, parts) for _, piece, hit in rows
        ]
        if query.molecule is not Molecule.PROTEIN:
            made = _apart(made, len(query), versions)
        yield from made[:limit]


def _found(
    name: str, piece: _Piece, hit: Hit, version: PartVersion, letters: int, parts: int
) -> Found:
    protein = version.molecule is Molecule.PROTEIN
    return Found(
        name,
        version.part,
        version.version,
        version.name,
        hit.start,
        hit.end,
        hit.strand,
        hit.identity,
        bit_score(hit.score),
        hit.number,
        expected_hits(hit.score, len(piece.codes), letters, parts),
        None if protein else frame_of(hit.start, hit.end, hit.strand, version.length),
        *piece.place(hit.query_start, hit.query_end),
        piece.strand,
    )


def _pieces(index: int, query: Sequence, code: int) -> Iterator[_Piece]:
    """Give the proteins that a query means."""
    if len(query) > LONGEST:
        raise InputError(
            f"a query of {len(query):,} letters",
            expected=f"at most {LONGEST:,}",
            hint="search for its genes one by one",
        )
    if query.molecule is Molecule.PROTEIN:
        yield _Piece(index, residue_codes(query.data), 1, 0, 0)
        return
    letters = query.data
    if query.circular:
        letters += (letters * 2)[: min(len(letters) - 1, ROUND)]
    for frame in six_frames(Sequence(letters, query.molecule), code):
        codes = residue_codes(frame.protein.data)
        yield _Piece(index, codes, frame.strand, frame.offset, len(letters))


def _apart(rows: list[Found], size: int, versions: dict[int, PartVersion]) -> list[Found]:
    """Leave out what lies mostly on a better hit, there and in the query: another frame of it."""
    kept: list[Found] = []
    on: dict[int, list[tuple[int, int, int, int]]] = {}
    for row in rows:
        start, end, first, last = (
            row.start or 0,
            row.end or 0,
            row.query_start or 0,
            row.query_end or 0,
        )
        length = versions[row.number].length
        if end <= start:
            end += length
        if first >= size:
            continue
        better = on.setdefault(row.number, [])
        if any(
            _overlap(start, end, s, e, length) and _overlap(first, last, f, g, size)
            for s, e, f, g in better
        ):
            continue
        better.append((start, end, first, last))
        kept.append(replace(row, query_end=last - size) if last > size else row)
    return kept


def _overlap(start: int, end: int, other: int, last: int, turn: int) -> bool:
    """Tell whether the second of two stretches covers most of the first, whatever the origin."""
    return any(
        2 * (min(end + by, last) - max(start + by, other)) > end - start for by in (-turn, 0, turn)
    )


@dataclass(frozen=True, slots=True)
class ProteinAlignment:
    """How a query and a part agree: `alignment`, and its columns in three lines of text.

    Parameters
    ----------
    alignment : Alignment
        Places count from the beginning of what was aligned.
    query, middle, target : str
        The middle line has the letter where both are equal, and ``+`` where they score above 0.
    """

    alignment: Alignment
    query: str
    middle: str
    target: str

    def __str__(self) -> str:
        lines = []
        for at in range(0, len(self.query), 60):
            end = at + 60
            lines += [
                f"query  {self.query[at:end]}",
                f"       {self.middle[at:end]}",
                f"part   {self.target[at:end]}",
                "",
            ]
        return "\n".join(lines[:-1])


def align_found(
    library: Library, found: Found, query: str | Sequence, code: int | str = 1
) -> ProteinAlignment:
    """Give the alignment of a hit of a protein.

    Parameters
    ----------
    library : Library
    found : Found
        A hit of `search` with the kind "protein".
    query : str or Sequence
        The query that it answers.
    code : int or str, default 1

    Examples
    --------
    >>> import tempfile
    >>> from biowright.core import Record
    >>> from biowright.library import Library, search
    >>> library = Library.create(tempfile.mkdtemp() + "/parts")
    >>> _ = library.add([Record(Sequence("ATGAGCAAAGGCGAAGAACTGTTTACCGGCGTGGTGCCG"), "start of GFP")])
    >>> [hit] = search(library, "protein", [("q", "MSKGEEVFTGVIP")])
    >>> print(align_found(library, hit, "MSKGEEVFTGVIP"))
    query  MSKGEEVFTGVIP
           MSKGEE+FTGV+P
    part   MSKGEELFTGVVP
    """
    if found.start is None or found.end is None or found.query_start is None:
        raise InputError("this hit is none of a search for a protein")
    known = protein_or_dna(query)
    if known.molecule is Molecule.PROTEIN:
        mine = known.data[found.query_start : found.query_end]
    else:
        mine = _translated(known, found.query_start, found.query_end, found.query_strand, code)
    sequence = library.record(found.number).sequence
    if sequence.molecule is Molecule.PROTEIN:
        theirs = sequence.data[found.start : found.end]
    else:
        theirs = _translated(sequence, found.start, found.end, found.strand, code)
    made = align_proteins(Sequence(mine, Molecule.PROTEIN), Sequence(theirs, Molecule.PROTEIN))
    return _spelled_out(made, mine.decode().upper(), theirs.decode().upper())


def _translated(
    sequence: Sequence, start: int, end: int, strand: int | None, code: int | str
) -> bytes:
    """Translate a stretch, over the origin where it ends at or before its start."""
    if end <= start:
        end += len(sequence)
    letters = sequence.window(start, end)
    if strand == -1:
        letters = letters.reverse_complement()
    return translate(letters, code).data


def _spelled_out(made: Alignment, query: str, target: str) -> ProteinAlignment:
    one, other = made.query_start, made.start
    lines: tuple[list[str], list[str], list[str]] = ([], [], [])
    scores = blosum62()
    count = ""
    for sign in made.cigar:
        if sign.isdigit():
            count += sign
            continue
        for _ in range(int(count)):
            mine = "-" if sign == "D" else query[one]
            theirs = "-" if sign == "I" else target[other]
            codes = residue_codes((mine + theirs).encode())
            good = sign == "X" and scores[codes[0], codes[1]] > 0
            for line, letter in zip(
                lines, (mine, mine if sign == "=" else "+" if good else " ", theirs), strict=True
            ):
                line.append(letter)
            one += sign != "D"
            other += sign != "I"
        count = ""
    return ProteinAlignment(made, *("".join(line) for line in lines))


def frame_of(start: int, end: int, strand: int, length: int) -> int:
    """Give the reading frame of a hit: 1, 2 or 3 from the first letter, -1, -2 or -3 from the last.

    Parameters
    ----------
    start, end : int
        On the forward strand; over the origin of a circle the end is not above the start.
    strand, length : int

    Examples
    --------
    >>> frame_of(3, 9, 1, 100), frame_of(90, 99, -1, 100)
    (1, -2)
    """
    return strand * ((start if strand > 0 else length - end) % 3 + 1)
