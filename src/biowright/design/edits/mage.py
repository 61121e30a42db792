"""Oligonucleotides for recombineering (λ-Red, MAGE): one single strand an edit.

An oligonucleotide carries the new letters between two arms and anneals to the lagging strand's template
(Wang et al. 2009, doi:10.1038/nature08187). Its fold is to be weak, its arms are to stand once in the
genome, and its 5' end is protected by two phosphorothioate bonds. Mismatches that MutS sees are repaired
in a wild-type strain: what it sees follows Su et al. 1988 (doi:10.1016/S0021-9258(18)68810-6) and, for
runs of mismatches and longer insertions, Sawitzke et al. 2011 (doi:10.1016/j.jmb.2011.01.030).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from biowright.bio import complement, hairpin_energies
from biowright.core import InputError
from biowright.core import Sequence as Letters

from .change import Edit
from .forks import Replication
from .genome import Genome
from .proof import Homology, Recombination, recombine

__all__ = ["MageOligo", "MageRules", "design_oligo", "mismatch_repair"]

# the mismatches that MutHLS repairs well, and those that it hardly sees; others lie in between
_REPAIRED = frozenset({"GT", "AC", "GG", "AA"})
_UNSEEN = frozenset({"CC"})
_STEP = 5  # nt between the placements that are tried
_ENDS = 20  # letters at the ends of an oligonucleotide that have to be unique
_RUN = 4  # mismatched or inserted letters side by side that it no longer repairs


@dataclass(frozen=True, slots=True)
class MageRules:
    """How oligonucleotides for recombineering are to be.

    Parameters
    ----------
    length : int, default 90
        In nt.
    arm : int, default 25
        The least unchanged letters at each end.
    fold : float, default -12.5
        The free energy of its hairpin, in kcal/mol, below which another placement is sought.
    largest_deletion : int, default 30_000
        In nt.

    Raises
    ------
    InputError
        A value that no oligonucleotide can have.
    """

    length: int = 90
    arm: int = 25
    fold: float = -12.5
    largest_deletion: int = 30_000

    def __post_init__(self) -> None:
        if not 40 <= self.length <= 300:
            raise InputError(f"an oligo of {self.length} nt", expected="40 to 300 nt")
        if not 16 <= self.arm <= self.length // 2:
            raise InputError(f"arms of {self.arm} nt", expected="16 nt to half of the oligo")


@dataclass(frozen=True, slots=True)
class MageOligo:
    """An oligonucleotide for recombineering.

    Parameters
    ----------
    edit : Edit
    sequence : str
        5'→3', as it is ordered.
    strand : int
        The strand of the genome that it reads as.
    left, right : int
        Unchanged letters before and behind the edit, in ascending coordinates.
    fold : float
        The free energy of its most stable hairpin, in kcal/mol.
    repair : str
        ``evades``, ``weak`` or ``repaired``: what mismatch repair does to the change.
    recombination : Recombination
        What it does to the genome.
    notices : tuple of str
    """

    edit: Edit
    sequence: str
    strand: int
    left: int
    right: int
    fold: float
    repair: str
    recombination: Recombination
    notices: tuple[str, ...] = ()

    def ordered(self, bonds: int = 2) -> str:
        """Write it as vendors take it, a star behind each letter with a phosphorothioate bond."""
        return "".join(
            letter + "*" if i < bonds else letter for i, letter in enumerate(self.sequence)
        )


def mismatch_repair(old: str, new: str, strand: int = 1) -> str:
    """Tell what methyl-directed mismatch repair does to a change.

    Parameters
    ----------
    old, new : str
        Letters on the forward strand, before and after.
    strand : int
        The strand that the oligonucleotide reads as: its letters pair with the old complement.

    Returns
    -------
    str
        ``evades``, ``weak`` or ``repaired``.

    Examples
    --------
    >>> mismatch_repair("A", "G"), mismatch_repair("G", "C", -1), mismatch_repair("GGCA", "TATT")
    ('repaired', 'evades', 'evades')
    """
    if len(old) != len(new):
        return (
            "evades"
            if abs(len(old) - len(new)) > _RUN or max(len(old), len(new)) > _RUN
            else "repaired"
        )
    run = best = 0
    seen = []
    for a, b in zip(old, new, strict=True):
        run = run + 1 if a != b else 0
        best = max(best, run)
        if a != b:
            mine, other = (b, complement(a)) if strand == 1 else (complement(b), a)
            seen.append("".join(sorted(mine + other)))
    if best >= _RUN or all(pair in _UNSEEN for pair in seen):
        return "evades"
    # runs of two or three are seen less well than the mismatches they hold
    return "repaired" if best == 1 and any(pair in _REPAIRED for pair in seen) else "weak"


def design_oligo(
    genome: Genome,
    homology: Homology,
    edit: Edit,
    forks: Replication,
    rules: MageRules | None = None,
) -> MageOligo:
    """Design the oligonucleotide of an edit.

    The placement with the edit nearest to its middle is taken whose arms are unique and whose fold is
    weak enough; if all fold too firmly, the one that folds least, and that is told.

    Parameters
    ----------
    genome : Genome
    homology : Homology
        Of the genome.
    edit : Edit
    forks : Replication
        Of the contig.
    rules : MageRules, optional

    Raises
    ------
    InputError
        No oligonucleotide can make it; the error says why.
    """
    rules = rules or MageRules()
    strand = forks.lagging_strand(edit.start)
    best: tuple[float, int, str, Recombination] | None = None
    for left, sequence, made in _placements(genome, homology, edit, strand, rules):
        fold = float(hairpin_energies([sequence])[0])
        if best is None or fold > best[0]:
            best = (fold, left, sequence, made)
        if fold >= rules.fold:
            break
    assert best is not None  # without a placement, the walk has raised
    fold, left, sequence, made = best
    right = rules.length - len(edit.new) - left
    repair = mismatch_repair(edit.old, edit.new, strand)
    notices = []
    if fold < rules.fold:
        notices.append(f"folds with {fold:.1f} kcal/mol: expect it to recombine less")
    if repair == "repaired":
        notices.append("MutS repairs its mismatches: use a strain without mutS")
    return MageOligo(edit, sequence, strand, left, right, fold, repair, made, tuple(notices))


def _placements(
    genome: Genome, homology: Homology, edit: Edit, strand: int, rules: MageRules
) -> Iterator[tuple[int, str, Recombination]]:
    """Walk the placements whose arms are unique, from the middle outwards: letters before the edit,
    the oligonucleotide, and what it does.
    """
    new, span = len(edit.new), edit.end - edit.start
    room = rules.length - new
    if room < 2 * rules.arm:
        raise InputError(
            f"{new} new letters leave no arms of {rules.arm} nt in an oligo of {rules.length} nt",
            hint="use a longer oligo, or the method hdr",
        )
    if span - new > rules.largest_deletion:
        raise InputError(f"a deletion of {span - new} nt is too long for an oligo")
    record = genome.records[edit.contig]
    centre = room // 2
    reach = centre - rules.arm
    refused: InputError | None = None
    some = False
    for shift in sorted(range(-(reach // _STEP) * _STEP, reach + 1, _STEP), key=abs):
        left = centre + shift
        right = room - left
        if not record.circular and (edit.start < left or edit.end + right > len(record)):
            refused = refused or InputError(
                f"the edit lies {min(edit.start, len(record) - edit.end)} nt from the end of "
                f"{genome.contig_name(edit.contig)}: no room for two arms"
            )
            continue
        ahead = genome.window(edit.contig, edit.start - left, edit.start).decode()
        behind = genome.window(edit.contig, edit.end, edit.end + right).decode()
        letters = ahead + edit.new + behind
        if set(letters) - set("ACGT"):
            raise InputError("the genome has unknown letters beside the edit")
        sequence = letters if strand == 1 else str(Letters(letters).reverse_complement())
        try:
            made = recombine(homology, sequence, arms=min(rules.arm, _ENDS))
        except InputError as error:
            refused = refused or error
            continue
        some = True
        yield left, sequence, made
    if not some:
        raise refused or InputError("no placement leaves two arms")
