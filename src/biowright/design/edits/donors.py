"""Donors for homology-directed repair, with the guide that makes the cut and cannot cut the result.

A donor is the new letters between two homology arms; where the edit itself leaves the guide's site
intact, silent changes of its PAM or seed are added (Paquet et al. 2016, doi:10.1038/nature17664).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from biowright.core import InputError

from ..nuclease_table import Nuclease
from .change import Edit
from .genome import Genome
from .proof import Homology, Recombination, recombine
from .targets import Target, edited_window, find_targets, silent_break

__all__ = ["Donor", "DonorRules", "possible_donors"]

_ENDS = 20


@dataclass(frozen=True, slots=True)
class DonorRules:
    """How donors are to be.

    Parameters
    ----------
    arm : int, default 500
        Homology at each end, in nt: 500 for double strands in bacteria, 50 for single-stranded
        oligonucleotides in yeast and animal cells.
    reach : int, default 60
        How far from the edit the cut may lie, in nt.
    largest : int, default 10_000
        New letters.

    Raises
    ------
    InputError
        Values that no donor can have.
    """

    arm: int = 500
    reach: int = 60
    largest: int = 10_000

    def __post_init__(self) -> None:
        if not _ENDS <= self.arm <= 5000:
            raise InputError(f"arms of {self.arm} nt", expected=f"{_ENDS} to 5,000 nt")
        if not 0 <= self.reach < self.arm:
            raise InputError(
                f"cuts up to {self.reach} nt away with arms of {self.arm} nt",
                hint="the cut has to lie within the arms",
            )


@dataclass(frozen=True, slots=True)
class Donor:
    """A donor with its guide.

    Parameters
    ----------
    edit : Edit
    sequence : str
        5'→3', on the forward strand.
    target : Target
    silent : tuple of Edit
        Changes that only spare the result from the nuclease.
    recombination : Recombination
    distance : int
        nt between the cut and the edit.
    """

    edit: Edit
    sequence: str
    target: Target
    silent: tuple[Edit, ...]
    recombination: Recombination
    distance: int


def possible_donors(
    genome: Genome,
    homology: Homology,
    edits: Iterable[Edit],
    nuclease: Nuclease,
    rules: DonorRules | None = None,
    *,
    limit: int = 12,
) -> Iterator[Donor]:
    """Walk the donors for an edit, each with a guide: those without silent changes and near cuts first.

    Parameters
    ----------
    genome : Genome
    homology : Homology
    edits : iterable of Edit
        The ways to make it, of which the first that works is taken.
    nuclease : Nuclease
        One that cuts.
    rules : DonorRules, optional
    limit : int
        At most so many.

    Raises
    ------
    InputError
        No guide cuts near enough, nothing spares the result, or the arms are not unique.
    """
    rules = rules or DonorRules()
    if nuclease.cuts is None:
        raise InputError(f"{nuclease.name} makes no cut", hint="name a nuclease such as SpCas9")
    reason: InputError | None = None
    for edit in edits:
        if len(edit.new) > rules.largest:
            raise InputError(f"{len(edit.new)} new letters, more than {rules.largest:,}")
        try:
            found = _donors(genome, homology, edit, nuclease, rules, limit)
        except InputError as error:
            reason = reason or error
            continue
        yield from found
        return
    raise reason or InputError("there is no way to make the edit")


def _donors(
    genome: Genome,
    homology: Homology,
    edit: Edit,
    nuclease: Nuclease,
    rules: DonorRules,
    limit: int,
) -> list[Donor]:
    low, high = edit.start - rules.reach, edit.end + rules.reach
    width = nuclease.spacer + len(nuclease.pam)
    targets = []
    for target in find_targets(genome, edit.contig, low - width, high + width, nuclease):
        distance = max(edit.start - target.cut, target.cut - edit.end, 0)
        if distance <= rules.reach:
            targets.append((distance, target))
    if not targets:
        raise InputError(
            f"{nuclease.name} has no target that cuts within {rules.reach} nt of the edit"
        )
    spared = []
    for distance, target in sorted(
        targets, key=lambda pair: (pair[0], pair[1].start, pair[1].strand)
    ):
        silent = silent_break(genome, target, nuclease, edit)
        if silent is not None:
            spared.append((len(silent), distance, target, silent))
        if len(spared) >= limit:
            break
    if not spared:
        raise InputError(f"every target of {nuclease.name} near the edit would be cut again")
    donors: list[Donor] = []
    reason: InputError | None = None
    for _, distance, target, silent in sorted(spared, key=lambda found: found[:2])[:limit]:
        try:
            donors.append(_donor(genome, homology, edit, target, silent, distance, rules))
        except InputError as error:
            reason = reason or error
    if not donors:
        raise reason or InputError("no donor has two arms")
    return donors


def _donor(
    genome: Genome,
    homology: Homology,
    edit: Edit,
    target: Target,
    silent: tuple[Edit, ...],
    distance: int,
    rules: DonorRules,
) -> Donor:
    record = genome.records[edit.contig]
    all_edits = (edit, *silent)
    low, high = min(e.start for e in all_edits), max(e.end for e in all_edits)
    start, end = low - rules.arm, high + rules.arm
    if not record.circular and (start < 0 or end > len(record)):
        start, end = max(start, 0), min(end, len(record))
        if low - start < _ENDS or end - high < _ENDS:
            raise InputError(
                f"the edit lies at the end of {genome.contig_name(edit.contig)}: no room for an arm"
            )
    if end - start > len(record):
        raise InputError(
            f"arms of {rules.arm} nt overlap: {genome.contig_name(edit.contig)} is a circle of "
            f"{len(record)} nt",
            hint="take shorter arms",
        )
    letters = edited_window(genome, edit.contig, start, end, all_edits)
    if set(letters) - set("ACGT"):
        raise InputError("the genome has unknown letters beside the edit")
    made = recombine(homology, letters, arms=_ENDS)
    return Donor(edit, letters, target, silent, made, distance)
