"""What the cell makes of the designed DNA, worked out from the DNA alone, and compared with the request."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from biowright.bio import translate_feature
from biowright.core import InputError, Record, cdseguid
from biowright.core import Sequence as Letters
from biowright.core import replace as replace_window

from .change import Edit
from .genome import Gene, Genome

if TYPE_CHECKING:
    import numpy as np

__all__ = ["Homology", "Recombination", "edited_record", "prove", "recombine"]

SEED = 16  # nt by which the ends of a donor are looked up
_CODE = bytes.maketrans(b"ACGT", bytes(range(4)))


@dataclass(frozen=True)
class Homology:
    """Where each word of a genome stands, on both strands, so that the arms of donors can be placed.

    Parameters
    ----------
    genome : Genome
    """

    genome: Genome = field(repr=False)

    @cached_property
    def _tables(self) -> tuple[tuple[np.ndarray, np.ndarray], ...]:
        import numpy as np

        tables = []
        for contig, bases in enumerate(self.genome.bases):
            letters = bases
            if self.genome.records[contig].circular:
                letters = np.concatenate([bases, bases[: SEED - 1]])
            count = max(len(letters) - SEED + 1, 0)
            words = np.zeros(count, np.uint32)
            known = np.ones(count, bool)
            for i in range(SEED):
                part = letters[i : i + count]
                known &= part < 4
                words = words << np.uint32(2) | (part & 3)
            places = np.flatnonzero(known).astype(np.int32)
            words = words[known]
            order = np.argsort(words, kind="stable")
            tables.append((words[order], places[order]))
        return tuple(tables)

    def places(self, arm: str) -> list[tuple[int, int, int]]:
        """Find every place of an arm, as (contig, start, strand); a palindrome comes once a strand.

        Raises
        ------
        InputError
            The arm is shorter than 16 letters, or holds others than A, C, G and T.
        """
        import numpy as np

        if len(arm) < SEED or set(arm) - set("ACGT"):
            raise InputError(f"'{arm[:40]}' is no arm", expected=f"{SEED} or more of A, C, G and T")
        found = []
        for strand in (1, -1):
            letters = (arm if strand == 1 else str(Letters(arm).reverse_complement())).encode()
            word = 0
            for digit in letters[:SEED].translate(_CODE):
                word = word << 2 | digit
            for contig, (words, places) in enumerate(self._tables):
                # of the array's own kind: another one would convert the whole array
                low = int(words.searchsorted(np.uint32(word), "left"))
                high = int(words.searchsorted(np.uint32(word), "right"))
                for start in places[low:high].tolist():
                    if self.genome.window(contig, start, start + len(letters)) == letters:
                        found.append((contig, start, strand))
        return found


@dataclass(frozen=True, slots=True)
class Recombination:
    """What a donor with two arms does to a genome.

    Parameters
    ----------
    contig, start, end : int
        The window that it replaces, in ascending coordinates.
    new : str
        The letters that it puts there, on the forward strand.
    """

    contig: int
    start: int
    end: int
    new: str


def recombine(
    homology: Homology, donor: str, *, arms: int = SEED, largest: int = 100_000
) -> Recombination:
    """Work out where a donor recombines, from its letters and the genome alone.

    The ends of the donor are looked up in the genome; each must stand there exactly once, on the same
    strand, in order, and what lies between them is replaced by the donor.

    Parameters
    ----------
    homology : Homology
    donor : str
        5'→3', on either strand.
    arms : int
        Letters at each end that have to match.
    largest : int
        A window that is longer is refused, for no donor reaches so far.

    Raises
    ------
    InputError
        An end stands nowhere, or in several places, or the two don't belong together.
    """
    donor = donor.upper()
    if len(donor) < 2 * arms:
        raise InputError(f"a donor of {len(donor)} nt has no two arms of {arms} nt")
    ends = []
    for name, arm in (("5'", donor[:arms]), ("3'", donor[-arms:])):
        places = homology.places(arm)
        if len(places) != 1:
            often = f"stands in {len(places)} places" if places else "stands nowhere in the genome"
            raise InputError(f"the donor's {name} arm {arm} {often}")
        ends.append(places[0])
    (contig, one, strand), (other_contig, two, other_strand) = ends
    if contig != other_contig or strand != other_strand:
        raise InputError("the arms of the donor lie on different strands or sequences")
    first, last = (one, two) if strand == 1 else (two, one)
    genome = homology.genome
    length = len(genome.letters[contig])
    start, end = first, last + arms
    if genome.records[contig].circular and end - start < 0:
        end += length
    if not arms <= end - start <= largest:
        raise InputError("the arms of the donor lie in the wrong order, or too far apart")
    new = donor if strand == 1 else str(Letters(donor).reverse_complement())
    return Recombination(contig, start, end, new)


def product(genome: Genome, made: Recombination) -> bytes:
    """Give the letters of the contig after a recombination, in the coordinates before it."""
    edit = Edit("", made.contig, made.start, made.end, "", made.new)
    return edit.apply(genome.letters[made.contig])


def edited_record(genome: Genome, *edits: Edit) -> Record:
    """Give the contig with edits that do not overlap; its features follow."""
    record = genome.records[edits[0].contig]
    # from the right to the left, so that the places of the others stay
    for edit in sorted(edits, key=lambda e: -e.start):
        record = replace_window(record, edit.start, edit.end, edit.new)
    return record


def prove(genome: Genome, edit: Edit, made: Recombination, also: tuple[Edit, ...] = ()) -> None:
    """Check base for base that a recombination gives what was asked, and nothing else.

    The asked genome is made by editing the record, with its features; the simulated one comes from the
    donor. Where the request says what protein the gene makes afterwards, it is translated from the
    edited record.

    Parameters
    ----------
    genome : Genome
    edit : Edit
    made : Recombination
    also : tuple of Edit
        Silent changes that the design adds on purpose.

    Raises
    ------
    InputError
        They differ; a design that is not proved is not given out.
    """
    record = edited_record(genome, edit, *also)
    asked, letters = record.sequence.data, product(genome, made)
    same = asked == letters or _same(asked.upper(), letters, record.circular)
    if made.contig != edit.contig or not same:
        raise InputError(
            f"the simulated genome differs from what was asked by {edit.id or edit.what}"
        )
    if edit.protein is not None and edit.gene:
        check_protein(genome, edit, record)


def edited_protein(genome: Genome, gene: Gene, edit: Edit) -> str:
    """Translate a gene after an edit, stops inside of it as ``*``."""
    record = edited_record(genome, edit)
    return str(translate_feature(record, record.features[gene.index]))


def check_protein(genome: Genome, edit: Edit, record: Record) -> None:
    """Translate the gene in the edited record, and compare it with what was asked.

    Raises
    ------
    InputError
        It makes another protein.
    """
    gene = genome.gene(edit.gene)
    made = str(translate_feature(record, record.features[gene.index]))
    if made.split("*")[0] != edit.protein:
        raise InputError(f"{edit.gene} makes another protein than asked by {edit.what}")


def _same(one: bytes, other: bytes, circular: bool) -> bool:
    if one == other or not circular or len(one) != len(other):
        return one == other
    return cdseguid(Letters(one)) == cdseguid(Letters(other))
