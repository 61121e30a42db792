"""Landing pads: one or two recombination sites in a genome, how they get there, and what lands on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from biowright.bio import (
    AttachmentSite,
    attachment_site,
    attachment_sites,
    find_recombinase_sites,
)
from biowright.core import BiowrightError, Feature, InputError, Location, Record, cdseguid, extract
from biowright.core import Sequence as Letters
from biowright.core import circularise as close

from ..edits.campaign import EditPlan, design_edits
from ..edits.cassettes import Cassette, StageCheck, cassette, check_stages, junction_pair
from ..edits.change import Change, Edit, disturbed
from ..edits.donors import DonorRules
from ..edits.genome import Genome
from ..edits.mage import MageRules
from ..edits.proof import Homology, edited_record, prove
from ..edits.table import Request
from .checks import PseudoSite, Rearrangement, pseudo_sites, rearrangements
from .places import Place
from .reactions import Reaction, exchange, integrate

__all__ = ["METHODS", "LandingPad", "design_landing", "land"]

METHODS = ("mage", "hdr", "red")
_LONGEST = 50_000  # nt between the two sites of a pad
_ARTICLES = {"deletion": "a deletion", "inversion": "an inversion", "fusion": "a fusion"}
_PRODUCTS = ((200, 600), (500, 1200))  # bp over a junction
_MORE = (0, 10, 20, 30, 40)  # nt by which arms are made longer until their ends stand once


@dataclass(frozen=True)
class LandingPad:
    """A landing pad at a place of a genome, proved, with what is known to go wrong.

    Parameters
    ----------
    genome : Genome
        Before.
    place : Place
    sites : tuple of AttachmentSite
        One, or two for the exchange of cassettes.
    strand : int
        The strand on which the pad reads.
    edit : Edit
        What is put in.
    record : Record
        The contig with the pad; the sites are features of it.
    plan : EditPlan, optional
        Oligonucleotide or donor, guide and primers, by ``mage`` or ``hdr``.
    cassette : Cassette, optional
        By ``red``: the double strand and its primers.
    pseudo : tuple of PseudoSite
        Places in the genome before that resemble the sites, or their partners.
    rearrangements : tuple of Rearrangement
        What the sites in the genome with the pad let the recombinase do.
    notices : tuple of str
    """

    genome: Genome
    place: Place
    sites: tuple[AttachmentSite, ...]
    strand: int
    edit: Edit
    record: Record
    plan: EditPlan | None
    cassette: Cassette | None
    pseudo: tuple[PseudoSite, ...]
    rearrangements: tuple[Rearrangement, ...]
    notices: tuple[str, ...]

    @property
    def recombinase(self) -> str:
        """The recombinase of its sites."""
        return self.sites[0].recombinase

    @property
    def records(self) -> tuple[Record, ...]:
        """The genome with the pad."""
        records = list(self.genome.records)
        records[self.place.contig] = self.record
        return tuple(records)


def design_landing(
    genome: Genome,
    place: Place,
    sites: Sequence[str],
    *,
    strand: int = 1,
    between: str = "",
    method: str = "hdr",
    nuclease: str | None = None,
    arm: int | None = None,
    homology: Homology | None = None,
) -> LandingPad:
    """Design a landing pad and prove it on the genome, base for base.

    Parameters
    ----------
    genome : Genome
    place : Place
        Of `safe_places` or `place_at`.
    sites : sequence of str
        One of `biowright.bio.attachment_sites`, or two of the same recombinase that don't recombine
        with each other: then cassettes can be exchanged between them.
    strand : int, default +1
        The strand on which the pad is to read.
    between : str
        Letters between the two sites, or behind the one: a marker, say.
    method : str, default "hdr"
        ``mage`` (one oligonucleotide), ``hdr`` (guide and donor) or ``red`` (a double strand with short
        arms, by recombineering; wants a marker).
    nuclease : str, optional
        Of the guide.
    arm : int, optional
        Homology at each end in nt: 500 for ``hdr``, 50 for ``red``; for ``mage`` the length of the
        oligonucleotide follows from the pad.
    homology : Homology, optional
        Of the genome.

    Raises
    ------
    InputError
        The sites don't go together, or no design is proved.
    """
    if method not in METHODS:
        raise InputError(f"there is no method '{method}'", expected=", ".join(METHODS))
    if strand not in (1, -1):
        raise InputError(f"the strand is {strand}", expected="+1 or -1")
    chosen = tuple(attachment_site(name) for name in sites)
    notices = _compatible(chosen)
    between = between.upper()
    if set(between) - set("ACGT"):
        raise InputError("the letters between the sites hold others than A, C, G and T")
    letters = chosen[0].letters + between + (chosen[1].letters if len(chosen) > 1 else "")
    if len(letters) > _LONGEST:
        raise InputError(f"a pad of {len(letters):,} nt", expected=f"at most {_LONGEST:,} nt")
    if strand == -1:
        letters = str(Letters(letters).reverse_complement())
    homology = homology or Homology(genome)
    where = genome.contig_name(place.contig)
    change = Change("window", letters, place.position, place.position)
    plan, donor = None, None
    if method == "red":
        what = f"{'+'.join(s.name for s in chosen)} at {place.position}"
        edit = Edit("pad", place.contig, place.position, place.position, "", letters, what=what)
        first = len((chosen[0] if strand == 1 else chosen[-1]).letters)
        if strand == -1 and len(chosen) == 1:
            first = 0
        window = (first, first + len(between)) if between else None
        donor = cassette(genome, homology, edit, arm=arm or 50, template=window)
        prove(genome, edit, donor.recombination)
        if not between:
            notices.append("no marker between or behind the sites: nothing selects for the pad")
        touched = disturbed(genome, edit, None)
        if touched:
            notices.append(f"changes {', '.join(touched)} too")
    else:
        plan = _planned(genome, change, where, method, nuclease, arm)
        edit = plan.designs[0].edit
        notices += plan.designs[0].notices
    notices += [reason for reason in place.reasons if reason.startswith("but ")]
    record = _with_pad(genome, edit, place.position, chosen, strand, between)
    pad = LandingPad(
        genome, place, chosen, strand, edit, record, plan, donor, (), (), tuple(notices)
    )
    return _checked(pad)


def _planned(
    genome: Genome, change: Change, where: str, method: str, nuclease: str | None, arm: int | None
) -> EditPlan:
    """Design the insertion; where the ends of the arms are repeats, with longer arms."""
    reason = ""
    for more in _MORE:
        rules: MageRules | DonorRules
        if method == "mage":
            size = len(change.letters) + 2 * ((arm or 35) + more)
            rules = MageRules(length=min(max(90 + more, size), 300))
        else:
            rules = DonorRules(arm=(arm or 500) + more, reach=min(60, (arm or 500) - 1))
        request = Request("pad", change, "", where, 1)
        plan = design_edits(genome, [request], method, nuclease_name=nuclease, rules=rules)
        if plan.designs:
            return plan
        reason = reason or plan.failures[0].reason
        if "stands" not in reason:
            break
    raise InputError(f"no pad can be put there: {reason}")


def land(
    pad: LandingPad, payload: Record, *, homology: Homology | None = None
) -> tuple[tuple[Reaction, ...], tuple[StageCheck, ...]]:
    """Let a payload land on a pad, in each way in which it can, and choose primers for the junctions.

    With one site the whole circle is integrated; with two what lies between the payload's sites comes
    in the place of what lies between the pad's. The result is compared base for base with the genome
    and the payload.

    Parameters
    ----------
    pad : LandingPad
    payload : Record
        A circle; for an exchange it may be linear.
    homology : Homology, optional
        Of the genome before; made if it is not given.

    Returns
    -------
    tuple of Reaction
        One, unless the genome or the payload has more sites.
    tuple of StageCheck
        For the first reaction, over both junctions: products of the parent, with the pad, and after.

    Raises
    ------
    InputError
        The payload has no site that recombines with the pad's; the error says which it needs.
    """
    react = exchange if len(pad.sites) == 2 else integrate
    reactions = react(pad.record, payload, pad.recombinase)
    if not reactions:
        found = sorted({s.name for s in find_recombinase_sites(payload, pad.recombinase)})
        wanted = ", ".join(f"{s.name}: {s.letters}" for s in _partners(pad.sites))
        raise InputError(
            f"the payload '{payload.name}' has no {'pair of sites' if len(pad.sites) == 2 else 'site'} "
            f"that recombines with the pad: it has {', '.join(found) or 'none'} of {pad.recombinase}",
            hint=f"put in {wanted}",
        )
    # what happens at the pad itself comes first
    reactions.sort(key=lambda made: not _at_pad(pad, made))
    for made in reactions:
        _prove_landing(pad, payload, made)
    return tuple(reactions), _junctions(pad, reactions[0], homology or Homology(pad.genome))


def _compatible(sites: tuple[AttachmentSite, ...]) -> list[str]:
    if not 1 <= len(sites) <= 2:
        raise InputError(f"a pad of {len(sites)} sites", expected="one or two")
    if len(sites) == 1:
        return []
    one, two = sites
    if one.recombinase != two.recombinase:
        raise InputError(
            f"{one.name} is a site of {one.recombinase}, {two.name} one of {two.recombinase}",
            hint="a pad for exchange has two sites of one recombinase",
        )
    spacer = "AAAAAAAAAAAAAAAAAAAAAAAAA"
    text = one.letters + spacer + two.letters
    for site in find_recombinase_sites(text, one.recombinase):
        for other in find_recombinase_sites(text, one.recombinase):
            if site.core != other.core and site.recombines(other):
                raise InputError(
                    f"{one.name} and {two.name} recombine with each other: the pad would be cut out",
                    hint="take two that differ in their cores, such as loxP and lox2272",
                )
    found = find_recombinase_sites(text, one.recombinase)
    if len({s.letters for s in found if s.strand == 1}) == 1:
        return [
            f"{one.name} and {two.name} have the same core: the payload comes in either way round"
        ]
    return []


def _partners(sites: Sequence[AttachmentSite]) -> tuple[AttachmentSite, ...]:
    """Give the sites that can be ordered and recombine with these."""
    found: list[AttachmentSite] = []
    for site in sites:
        (own, *_) = find_recombinase_sites(site.letters, site.recombinase)
        for other in attachment_sites(site.recombinase):
            if any(
                own.recombines(s) for s in find_recombinase_sites(other.letters, site.recombinase)
            ):
                found.append(other)
    return tuple(dict.fromkeys(found))


def _with_pad(
    genome: Genome,
    edit: Edit,
    position: int,
    sites: tuple[AttachmentSite, ...],
    strand: int,
    between: str,
) -> Record:
    record = edited_record(genome, edit)
    size = sum(len(s.letters) for s in sites) + len(between)
    # an edit is told by the letters that differ; the pad itself begins where it was wanted
    at = 0 if len(sites) == 1 else len(sites[0].letters) + len(between)
    windows = [(0, len(sites[0].letters)), (at, at + len(sites[-1].letters))][: len(sites)]
    added = []
    for site, (low, high) in zip(sites, windows, strict=True):
        if strand == -1:
            low, high = size - high, size - low
        label = {"label": site.name, "note": f"site of {site.recombinase}"}
        place = Location.of((position + low, position + high), strand=strand)
        added.append(Feature("misc_recomb", place, label))
        letters = place.extract(record.sequence)
        assert str(letters).upper() == site.letters
    return record.changed(features=record.features + added)


def _checked(pad: LandingPad) -> LandingPad:
    """Look at what else the recombinase could act on."""
    notices = list(pad.notices)
    looked = {s.letters: s for s in (*pad.sites, *_partners(pad.sites))}
    found: list[PseudoSite] = []
    taken: set[tuple[int, int]] = set()
    for site in looked.values():
        near = pseudo_sites(pad.genome.records, site)
        found += near
        same = [p for p in near if p.mismatches == 0]
        taken |= {(p.contig, p.start) for p in same}
        near = tuple(p for p in near if (p.contig, p.start) not in taken)
        if same:
            places = ", ".join(f"{pad.genome.contig_name(p.contig)}:{p.start}" for p in same[:5])
            notices.append(f"the genome has {site.name} already: {places}")
        if near:
            many = "a place" if len(near) == 1 else f"{len(near):,} places"
            notices.append(
                f"{many} of the genome resemble{'s' if len(near) == 1 else ''} {site.name}, the "
                f"nearest with {near[0].mismatches} mismatches at {near[0].start}"
            )
    possible = rearrangements(pad.records, pad.recombinase)
    for one in possible:
        a, b = one.one[1], one.other[1]
        over = "" if one.kind == "fusion" else f" of {one.span:,} nt"
        notices.append(
            f"{pad.recombinase} alone allows {_ARTICLES[one.kind]}{over} between {a.name} at {a.start} and "
            f"{b.name} at {b.start}"
        )
    return replace(
        pad,
        pseudo=tuple(found),
        rearrangements=possible,
        notices=tuple(dict.fromkeys(notices)),
    )


def _at_pad(pad: LandingPad, made: Reaction) -> bool:
    low, high = pad.place.position, pad.place.position + len(pad.edit.new)
    return all(low <= site.start and site.end <= high for site in made.sites)


def _prove_landing(pad: LandingPad, payload: Record, made: Reaction) -> None:
    """Compare the genome that came out with the genome and the payload that went in."""
    after, before = made.record, pad.record
    inside = extract(after, made.start, made.end)
    letters = inside.sequence.data.upper()
    if made.kind == "integration":
        whole = close(inside).sequence
        same = cdseguid(Letters(str(whole).upper())) == cdseguid(
            Letters(str(payload.sequence).upper())
        )
        rest = after.sequence.data[: made.start] + after.sequence.data[made.end :]
        same = same and rest.upper() == before.sequence.data.upper()
    else:
        source = payload.sequence.data.upper() * (2 if payload.circular else 1)
        other = Letters(source.decode()).reverse_complement().data
        same = letters in source or letters in other
        assert made.lost is not None
        rest = (
            after.sequence.data[: made.start].upper()
            + made.lost.sequence.data.upper()
            + after.sequence.data[made.end :].upper()
        )
        original = before.sequence.data.upper()
        if rest != original:
            same = (
                same
                and before.circular
                and cdseguid(Letters(rest.decode())) == cdseguid(Letters(original.decode()))
            )
    if not same:
        raise InputError("the simulated genome differs from the genome and the payload together")


def _junctions(pad: LandingPad, made: Reaction, homology: Homology) -> tuple[StageCheck, ...]:
    after = list(pad.records)
    after[pad.place.contig] = made.record
    stages = {"parent": pad.genome.records, "pad": pad.records, "payload": tuple(after)}
    checks = []
    for scar, name in zip(made.scars, ("left junction", "right junction"), strict=False):
        for product in _PRODUCTS:
            try:
                pair = junction_pair(
                    made.record, scar.start, scar.end, product=product, homologies=(homology,)
                )
            except BiowrightError:
                continue
            ends = (pair.forward.annealing, pair.reverse.annealing)
            checks.append(check_stages(name, ends, stages))
            break
    return tuple(checks)
