"""Open reading frames on both strands, on circles across the origin."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from biowright.core import InputError, Location, Record, Sequence, Span

from .codes import CODONS, GeneticCode, genetic_code
from .iupac import masks, nucleotides
from .translation import codon_indices, codon_tables, protein_of

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from .translation import Bytes, Flags

    Ints = npt.NDArray[np.int64]

__all__ = ["Orf", "find_orfs"]


@dataclass(frozen=True, slots=True)
class Orf:
    """An open reading frame: codons without a stop, from a start codon to the stop that ends it.

    Parameters
    ----------
    start, end : int
        The letters from the first of the start codon to the last of the stop codon, 0-based and
        half-open, on the forward strand. On a circle the end may exceed the length, and where the
        length is no multiple of three an open reading frame may go round up to three times.
    strand : int
        +1 or -1.
    protein : Sequence
        Its translation, without the stop; M for the start codon.
    complete : bool
        Whether it has a start codon and a stop codon. One that runs off an end of a linear sequence
        is not complete, nor is an endless one.
    endless : bool
        Whether it goes round a circle without ever meeting a stop.
    length : int
        The length of the sequence that it lies in.
    """

    start: int
    end: int
    strand: int
    protein: Sequence
    complete: bool
    endless: bool
    length: int

    @property
    def location(self) -> Location:
        """Its place, as for a feature: one span a turn of the circle."""
        spans = []
        at = self.start
        while at < self.end:
            to = min(self.end, at + self.length)
            turn = at // self.length * self.length
            spans.append(Span(at - turn, to - turn, self.strand))
            at = to
        return Location(tuple(spans if self.strand == 1 else reversed(spans)))


def find_orfs(
    sequence: Sequence | Record | str,
    code: GeneticCode | int | str = 1,
    *,
    minimum: int = 30,
    starts: Iterable[str] | str = ("ATG",),
    strands: Iterable[int] = (1, -1),
    nested: bool = False,
    partial: bool = False,
) -> Iterator[Orf]:
    """Find open reading frames.

    An open reading frame begins at the first start codon after a stop. A codon counts as a start
    or a stop where all its expansions are; dual codons (codes 27, 28, 31) count as stops. On a
    circle the frame goes on across the origin; a frame that never meets a stop gives one endless
    open reading frame, from its first start codon in reading order once round (three times where
    the length is no multiple of three).

    Parameters
    ----------
    sequence : Sequence, Record or str
    code : GeneticCode, int or str, default 1
    minimum : int, default 30
        The least number of amino acids.
    starts : iterable of str, "code" or "any", default ("ATG",)
        The start codons; "code" takes those of the genetic code, "any" reads from stop to stop.
    strands : iterable of int, default (1, -1)
    nested : bool, default False
        Give one for every start codon, not only for the first before each stop. An endless frame is
        given once all the same.
    partial : bool, default False
        Give also those that run off an end of a linear sequence.

    Yields
    ------
    Orf
        By start, strand (+1 first) and end.

    Raises
    ------
    SequenceError
        The sequence is a protein.
    InputError
        There is no such code, start codon or strand.

    Examples
    --------
    >>> [orf] = find_orfs(Sequence("GCATTTTAACCATG", topology="circular"), minimum=2, strands=[1])
    >>> orf.start, orf.end, orf.strand, str(orf.protein)
    (11, 23, 1, 'MAF')
    """
    import numpy as np

    target = nucleotides(sequence)
    chosen = genetic_code(code)
    any_start = starts == "any"
    tables = codon_tables(chosen, _start_codons(starts))
    sides = set(strands)
    if not sides <= {1, -1}:
        raise InputError(f"strands {sorted(sides)}", expected="+1, -1 or both")
    found: list[tuple[int, int, int, Bytes, int, int, bool, bool, bool]] = []
    length, ring = len(target), target.circular
    for strand in sorted(sides, reverse=True):
        read = target if strand == 1 else target.reverse_complement()
        sets = masks(read.data)
        if ring and length:
            sets += (sets + sets)[:2]
        codons = codon_indices(sets)
        letters = tables.forward[codons]
        is_stop = tables.stops[codons]
        is_start = np.ones(len(codons), bool) if any_start else tables.starts[codons]
        for walk in _walks(len(codons), ring):
            stop, begin, protein = is_stop[walk], is_start[walk], letters[walk]
            endless = ring and not stop.any()
            if ring and not endless:
                # count the circle from behind a stop: from there on it is like a line
                turn = -int(stop.argmax()) - 1
                walk, stop = np.roll(walk, turn), np.roll(stop, turn)
                begin, protein = np.roll(begin, turn), np.roll(protein, turn)
            for first, last, complete in _runs(
                stop, begin, minimum, nested, partial and not ring, endless
            ):
                low, size = int(walk[first]), last - first
                high = low + 3 * (size + (last < len(stop)))
                if endless:
                    size = len(walk)
                    high = low + 3 * size
                if strand == -1:
                    low, high = length - high, length - low
                    turn = -(low // length) * length if ring else 0
                    low, high = low + turn, high + turn
                start = bool(begin[first]) and not any_start
                found.append((low, -strand, high, protein, first, size, start, complete, endless))
    found.sort(key=lambda item: item[:3])
    for low, side, high, protein, first, size, start, complete, endless in found:
        # the letters are copied only now: nested ones hold many times those of the sequence
        residues = protein[first : first + size].tobytes()
        if endless:
            residues += protein[:first].tobytes()
        if start:
            residues = b"M" + residues[1:]
        yield Orf(low, high, -side, protein_of(residues), complete, endless, length)


def _start_codons(starts: Iterable[str] | str) -> tuple[str, ...] | None:
    if isinstance(starts, str):
        if starts in ("code", "any"):
            return None
        starts = (starts,)
    codons = tuple(codon.upper().replace("U", "T") for codon in starts)
    for codon in codons:
        if codon not in CODONS:
            raise InputError(
                f"{codon!r} is no start codon", expected='codons of ACGT, or "code", or "any"'
            )
    return codons


def _walks(codons: int, circular: bool) -> list[Ints]:
    """Give the positions of the codons in the order in which a ribosome reads them."""
    import numpy as np

    if not circular or codons % 3 == 0:
        return [np.arange(offset, codons, 3) for offset in range(min(3, codons))]
    return [np.arange(codons) * 3 % codons]


def _runs(
    stop: Flags, begin: Flags, minimum: int, nested: bool, partial: bool, endless: bool
) -> Iterator[tuple[int, int, bool]]:
    """Walk the (first codon, codon of the stop, whether complete) of one frame."""
    import numpy as np

    opened = begin & ~stop
    if partial and len(stop):
        opened[0] = not stop[0]
    starts = np.flatnonzero(opened)
    if endless:
        if len(starts) and len(stop) >= minimum:
            yield int(starts[0]), len(stop), False
        return
    stops = np.flatnonzero(stop)
    run = np.searchsorted(stops, starts)  # how many stops lie before each start
    if not nested:
        first = np.ones(len(starts), bool)
        first[1:] = run[1:] != run[:-1]
        starts, run = starts[first], run[first]
    ends = np.append(stops, len(stop))[run]
    kept = ends - starts >= max(minimum, 1)
    if not partial:
        kept &= run < len(stops)
    complete = (run < len(stops)) & begin[starts]
    yield from zip(starts[kept].tolist(), ends[kept].tolist(), complete[kept].tolist(), strict=True)
