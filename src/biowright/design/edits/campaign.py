"""A table of edits on a genome, designed in one call: DNA, guides, primers, each proved by simulation."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from biowright.core import BiowrightError, InputError, Record, suggest

from ..nuclease_table import Nuclease, nuclease
from ..offtargets import index_records, search_sites
from ..primers import PrimerPair
from .base_editing import BaseEdit, deaminate, possible_base_edits, stop_edits
from .change import Edit, disturbed, possible_edits
from .donors import Donor, DonorRules, possible_donors
from .forks import Replication, replication
from .genome import Genome
from .genotyping import genotyping_pair
from .mage import MageOligo, MageRules, design_oligo
from .marking import PopoutRules
from .popout import Popout, design_popout, stage_checks
from .prime import PrimeEdit, PrimeRules, possible_prime_edits
from .proof import Homology, edited_record, prove
from .table import Request
from .targets import Target, find_targets, still_cut

__all__ = ["METHODS", "EditDesign", "EditPlan", "Failure", "Guide", "design_edits"]

METHODS = ("mage", "hdr", "base", "prime", "popout")
_USUAL = {
    "mage": "SpCas9",
    "hdr": "SpCas9",
    "base": "BE4max",
    "prime": "SpCas9",
    "popout": "SpCas9",
}
_MISMATCHES = 3
_MARGIN = 60  # nt between an edit and its primers, at least

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Guide:
    """A guide and how many other places of the genome it may bind.

    Parameters
    ----------
    target : Target
    offtargets : tuple of int
        Other sites with 0, 1, 2 and 3 mismatches.
    """

    target: Target
    offtargets: tuple[int, ...]

    @property
    def unique(self) -> bool:
        """Whether no other site has fewer than two mismatches."""
        return not any(self.offtargets[:2])


@dataclass(frozen=True, slots=True)
class EditDesign:
    """What makes one edit.

    Parameters
    ----------
    request : Request
    edit : Edit
    made : MageOligo, Donor, BaseEdit, PrimeEdit or Popout
    guide : Guide, optional
        The guide that cuts or nicks; for recombineering the one that kills cells without the edit.
    primers : PrimerPair, optional
        That flank the edit.
    notices : tuple of str
    """

    request: Request
    edit: Edit
    made: MageOligo | Donor | BaseEdit | PrimeEdit | Popout
    guide: Guide | None
    primers: PrimerPair | None
    notices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Failure:
    """An edit that could not be designed, and why.

    Parameters
    ----------
    request : Request
    reason : str
    """

    request: Request
    reason: str


@dataclass(frozen=True, slots=True)
class EditPlan:
    """All edits of a table.

    Parameters
    ----------
    method : str
    genome : Genome
    nuclease : Nuclease
    designs : tuple of EditDesign
        In the order of the table.
    failures : tuple of Failure
    joint : tuple of MageOligo
        Oligonucleotides that make several edits which lie within one.
    notices : tuple of str
    """

    method: str
    genome: Genome
    nuclease: Nuclease
    designs: tuple[EditDesign, ...]
    failures: tuple[Failure, ...] = ()
    joint: tuple[MageOligo, ...] = ()
    notices: tuple[str, ...] = field(default=())

    def edited(self) -> tuple[list[Record], list[str]]:
        """Give the genome with all edits, its features following, and the edits left out of it.

        An edit that overlaps one before it in the table, or the origin of a circle, is left out.
        """
        records = list(self.genome.records)
        left: list[str] = []
        for contig in range(len(records)):
            taken: list[Edit] = []
            for design in self.designs:
                made = design.made
                parts = (design.edit, *(made.silent if isinstance(made, Donor) else ()))
                if isinstance(made, Popout):
                    parts = (made.final,)
                if design.edit.contig != contig:
                    continue
                over = max(part.end for part in parts) > len(records[contig])
                if over or any(_meet(part, other) for part in parts for other in taken):
                    left.append(design.edit.id)
                else:
                    taken += parts
            if taken:
                records[contig] = edited_record(self.genome, *taken)
        return records, left


def _meet(one: Edit, other: Edit) -> bool:
    return one.start <= other.end and other.start <= one.end


@dataclass(frozen=True)
class _Work:
    """What all edits share."""

    genome: Genome
    homology: Homology
    nuclease: Nuclease
    rules: MageRules | DonorRules | PrimeRules | PopoutRules | None
    forks: tuple[Replication, ...]

    def options(self, request: Request) -> Iterator[Edit]:
        return possible_edits(self.genome, request.id, request.change, request.gene, request.contig)


def design_edits(
    genome: Genome,
    requests: Sequence[Request],
    method: str,
    *,
    nuclease_name: str | None = None,
    rules: MageRules | DonorRules | PrimeRules | PopoutRules | None = None,
    origin: int | None = None,
    terminus: int | None = None,
    primers: bool = True,
    progress: Progress | None = None,
) -> EditPlan:
    r"""Design all edits of a table on a genome.

    Each design is simulated from its DNA, and the genome that comes out is compared base for base with
    what was asked; what is not proved is not given out. Off-targets of all guides are searched together.

    Parameters
    ----------
    genome : Genome
    requests : sequence of Request
    method : str
        ``mage`` (recombineering oligonucleotides), ``hdr`` (guide and donor), ``base``,
        ``prime`` or ``popout`` (two steps with a marker; its rules must be given).
    nuclease_name : str, optional
        SpCas9 by default, BE4max for base editing.
    rules : MageRules, DonorRules, PrimeRules or PopoutRules, optional
        For the method.
    origin, terminus : int, optional
        Of replication, for recombineering, where the genome doesn't say.
    primers : bool, default True
        Whether to choose genotyping primers.
    progress : callable, optional
        Called with the edits done and their count.

    Returns
    -------
    EditPlan

    Raises
    ------
    InputError
        The method or the nuclease is unknown, or the rules are those of another method.

    Examples
    --------
    >>> import biowright
    >>> from biowright.design.edits import Genome, design_edits, parse_table
    >>> genome = Genome(tuple(biowright.read("examples/phix174.gb")))
    >>> plan = design_edits(genome, parse_table("gene,change\\nF652_4298,K6R\\n"), "mage", primers=False)
    >>> plan.designs[0].edit.what
    'K6R by CGT'
    """
    if method not in METHODS:
        raise InputError(f"there is no method '{method}'", hint=suggest(method, METHODS))
    wanted = {"mage": MageRules, "hdr": DonorRules, "prime": PrimeRules, "popout": PopoutRules}.get(
        method
    )
    if rules is not None and (wanted is None or not isinstance(rules, wanted)):
        raise InputError(f"{type(rules).__name__} are no rules for '{method}'")
    tool = nuclease(nuclease_name or _USUAL[method])
    forks = tuple(
        replication(genome, i, origin=origin, terminus=terminus)
        if method == "mage"
        else Replication(len(r), r.circular, 0, 0, "")
        for i, r in enumerate(genome.records)
    )
    work = _Work(genome, Homology(genome), tool, rules, forks)
    walk = {"mage": _mage, "hdr": _hdr, "base": _base, "prime": _prime, "popout": _popout}[method]
    drafts: list[tuple[Request, list[_Draft]]] = []
    failures: list[Failure] = []
    for done, request in enumerate(requests):
        try:
            drafts.append((request, walk(work, request)))
        except BiowrightError as error:
            failures.append(Failure(request, str(error)))
        if progress is not None:
            progress(done, len(requests))
    counts = _offtargets(genome, tool, [d for _, several in drafts for d in several])
    designs: list[EditDesign] = []
    for request, several in drafts:
        try:
            designs.append(_finished(work, request, several, counts, primers))
        except BiowrightError as error:
            failures.append(Failure(request, str(error)))
    designs, joint = _neighbours(work, designs) if method == "mage" else (designs, [])
    failures.sort(key=lambda failure: failure.request.line)
    notices = []
    if method == "mage":
        known = sorted({fork.known_by for fork in forks})
        notices.append(f"origin and terminus of replication: {', '.join(known)}")
    return EditPlan(
        method, genome, tool, tuple(designs), tuple(failures), tuple(joint), tuple(notices)
    )


@dataclass(frozen=True, slots=True)
class _Draft:
    """A way to make an edit, before its off-targets are known."""

    made: MageOligo | Donor | BaseEdit | PrimeEdit | Popout
    target: Target | None
    notices: tuple[str, ...] = ()


def _mage(work: _Work, request: Request) -> list[_Draft]:
    """Take the first way that a guide can select for, or else the first that an oligo can make."""
    rules = work.rules if isinstance(work.rules, MageRules) else MageRules()
    first: MageOligo | None = None
    reason: InputError | None = None
    for edit in itertools.islice(work.options(request), _WAYS):
        try:
            oligo = design_oligo(work.genome, work.homology, edit, work.forks[edit.contig], rules)
        except InputError as error:
            reason = reason or error
            continue
        first = oligo if first is None or oligo.fold > first.fold < rules.fold else first
        if oligo.fold >= rules.fold:
            targets = list(_selecting(work, edit))
            if targets:
                return [_Draft(oligo, target) for target in targets[:_GUIDES]]
    if first is None:
        raise reason or InputError("there is no way to make the edit")
    targets = list(_selecting(work, first.edit))
    return [_Draft(first, target) for target in targets[:_GUIDES]] or [_Draft(first, None)]


_WAYS = 12  # ways to make an edit that are tried for recombineering
_GUIDES = 8  # guides an edit whose off-targets are searched


def _selecting(work: _Work, edit: Edit) -> list[Target]:
    """Find the targets that only cells without the edit have, those cut nearest to it first."""
    margin = work.nuclease.spacer + len(work.nuclease.pam)
    width = max(edit.end, edit.start + 1)
    middle = (edit.start + edit.end) / 2
    around = find_targets(
        work.genome, edit.contig, edit.start - margin, width + margin, work.nuclease
    )
    targets = [
        target
        for target in around
        if target.start < width
        and edit.start <= target.end
        and not still_cut(work.genome, target, work.nuclease, (edit,))
    ]
    return sorted(targets, key=lambda t: (abs(t.cut - middle), t.start))


def _hdr(work: _Work, request: Request) -> list[_Draft]:
    rules = work.rules if isinstance(work.rules, DonorRules) else None
    donors = possible_donors(
        work.genome, work.homology, work.options(request), work.nuclease, rules, limit=_GUIDES
    )
    return [_Draft(donor, donor.target) for donor in donors]


def _base(work: _Work, request: Request) -> list[_Draft]:
    edits: Iterator[Edit] = work.options(request)
    if request.change.kind == "knockout":
        gene = work.genome.gene(request.gene)
        named = {"id": request.id, "gene": request.gene}
        stops = list(stop_edits(work.genome, gene, work.nuclease))
        if not stops:
            raise InputError(
                f"{work.nuclease.name} can make no stop early in {request.gene}",
                hint="say prime or hdr, or an editor of C",
            )
        edits = (replace(stop, **named) for stop in stops)
    found = possible_base_edits(work.genome, edits, work.nuclease, limit=_GUIDES)
    return [_Draft(base, base.target) for base in found]


def _prime(work: _Work, request: Request) -> list[_Draft]:
    rules = work.rules if isinstance(work.rules, PrimeRules) else None
    found = possible_prime_edits(
        work.genome, work.options(request), work.nuclease, rules, limit=_GUIDES
    )
    return [_Draft(guide, guide.target, guide.notices) for guide in found]


def _popout(work: _Work, request: Request) -> list[_Draft]:
    if not isinstance(work.rules, PopoutRules):
        raise InputError("popout needs a marker", hint="give its letters and its name: PopoutRules")
    options = work.options(request)
    if request.change.kind == "window":
        options = (_whole(work.genome, edit, request) for edit in options)
    made = design_popout(work.genome, work.homology, options, work.rules)
    return [_Draft(made, None, made.notices)]


def _whole(genome: Genome, edit: Edit, request: Request) -> Edit:
    """Give a window as it was asked, so that a site that stays lies beside the new letters, not in them."""
    change = request.change
    old = genome.window(edit.contig, change.start, change.end).decode()
    return replace(edit, start=change.start, end=change.end, old=old, new=change.letters)


def _offtargets(
    genome: Genome, tool: Nuclease, drafts: Sequence[_Draft]
) -> dict[str, tuple[int, ...]]:
    """Search all guides at once; for each spacer, its sites with 0, 1, 2 and 3 mismatches."""
    spacers = list(dict.fromkeys(d.target.spacer for d in drafts if d.target is not None))
    if not spacers:
        return {}
    index = index_records(list(genome.records), tool.motif)
    hits = search_sites(index, spacers, mismatches=_MISMATCHES, limit=1)
    rows = hits.counts[:, : _MISMATCHES + 1].tolist()
    return {guide.spacer: tuple(row) for guide, row in zip(hits.guides, rows, strict=True)}


def _finished(
    work: _Work,
    request: Request,
    drafts: Sequence[_Draft],
    counts: dict[str, tuple[int, ...]],
    primers: bool,
) -> EditDesign:
    """Take the way with the fewest off-targets, prove it, and choose the primers."""
    ranked = sorted(
        enumerate(drafts),
        key=lambda pair: (
            _risk(counts.get(pair[1].target.spacer)) if pair[1].target else (0,),
            pair[0],
        ),
    )
    draft = ranked[0][1]
    made, edit = draft.made, draft.made.edit
    notices = [*draft.notices]
    if isinstance(made, MageOligo):
        notices += made.notices
    guide = None
    if draft.target is not None:
        sites = counts[draft.target.spacer]
        guide = Guide(draft.target, (max(sites[0] - 1, 0), *sites[1:]))
        if not guide.unique:
            notices.append(f"the guide binds {sum(guide.offtargets[:2])} other sites about as well")
        if "TTTT" in draft.target.spacer and not isinstance(made, PrimeEdit):
            notices.append("TTTT in the spacer ends transcription by U6")
    elif isinstance(made, MageOligo):
        notices.append(f"no guide of {work.nuclease.name} kills cells without the edit only")
    if not isinstance(made, Popout):  # which is proved step by step as it is designed
        _prove(work, made)
    touched = disturbed(work.genome, edit, work.genome.gene(edit.gene) if edit.gene else None)
    if touched:
        notices.append(f"changes {', '.join(touched)} too")
    pair = None
    if primers:
        try:
            margin = max(made.reach, _MARGIN) if isinstance(made, Popout) else _MARGIN
            more = 2 * (margin - _MARGIN)
            pair = genotyping_pair(
                work.genome, work.homology, edit, product=(180 + more, 350 + more), margin=margin
            )
        except BiowrightError as error:
            notices.append(error.what)
    if isinstance(made, Popout) and primers:
        assert isinstance(work.rules, PopoutRules)
        made = stage_checks(work.genome, made, pair, work.rules)
        notices += made.notices
    return EditDesign(request, edit, made, guide, pair, tuple(dict.fromkeys(notices)))


def _risk(sites: tuple[int, ...] | None) -> tuple[int, ...]:
    """Order guides: perfect copies elsewhere weigh more than any number of sites with mismatches."""
    return sites or (0,)


def _prove(work: _Work, made: MageOligo | Donor | BaseEdit | PrimeEdit) -> None:
    if isinstance(made, BaseEdit):
        prove(
            work.genome,
            made.edit,
            deaminate(work.genome, made.target, work.nuclease, made.letters),
        )
        return
    also = made.silent if isinstance(made, Donor) else ()
    prove(work.genome, made.edit, made.recombination, also)


def _neighbours(work: _Work, designs: list[EditDesign]) -> tuple[list[EditDesign], list[MageOligo]]:
    """Tell which edits lie within the oligonucleotide of another, and join them into one."""
    order = sorted(
        range(len(designs)), key=lambda i: (designs[i].edit.contig, designs[i].edit.start)
    )
    noted: dict[int, list[str]] = {}
    joint: list[MageOligo] = []
    for a, b in itertools.pairwise(order):
        one, two = designs[a], designs[b]
        assert isinstance(one.made, MageOligo)
        assert isinstance(two.made, MageOligo)
        if one.edit.contig != two.edit.contig:
            continue
        reach = max(one.made.recombination.end, one.edit.end)
        if two.edit.start >= reach and one.edit.end <= two.made.recombination.start:
            continue
        for i, other in ((a, two), (b, one)):
            noted.setdefault(i, []).append(
                f"its oligo covers {other.edit.id}, which it would undo: use one or the joint oligo"
            )
        if one.edit.end > two.edit.start:
            continue
        between = work.genome.window(one.edit.contig, one.edit.end, two.edit.start).decode()
        both = Edit(
            f"{one.edit.id}+{two.edit.id}",
            one.edit.contig,
            one.edit.start,
            two.edit.end,
            one.edit.old + between + two.edit.old,
            one.edit.new + between + two.edit.new,
            what=f"{one.edit.what}; {two.edit.what}",
        )
        rules = work.rules if isinstance(work.rules, MageRules) else None
        try:
            oligo = design_oligo(work.genome, work.homology, both, work.forks[both.contig], rules)
            prove(work.genome, both, oligo.recombination)
        except BiowrightError:
            continue  # too far apart for one oligonucleotide
        joint.append(oligo)
    noticed = [
        replace(d, notices=(*d.notices, *noted[i])) if i in noted else d
        for i, d in enumerate(designs)
    ]
    return noticed, joint
