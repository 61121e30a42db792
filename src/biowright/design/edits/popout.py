"""Edits in two steps, with a marker that goes in and comes out again: each step simulated and compared.

======================  ========================================================================
``counterselect``       the marker replaces the window; a donor with the edit replaces the marker
                        (delitto perfetto: Storici and Resnick 2001, doi:10.1038/90837)
``repeats``             the edit comes in with the marker between direct repeats, which recombine
                        and take the marker out; a cut by I-SceI beside it helps (en passant:
                        Tischer et al. 2006, doi:10.2144/000112096)
``site``                the marker lies between two recombination sites, of which one stays (Datsenko
                        and Wanner 2000, doi:10.1073/pnas.120163297)
``plasmid``             a plasmid with the edit between two arms comes in by one of them and leaves by
                        the other
======================  ========================================================================
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from biowright.bio import attachment_site, other_strand
from biowright.core import BiowrightError, InputError, Record, cdseguid
from biowright.core import Sequence as Letters

from ..primers import PrimerPair
from .cassettes import Cassette, StageCheck, cassette, check_stages, junction_pair
from .change import Edit
from .crossing import collapsed, crossed_in, crossed_out, recombined
from .genome import Genome
from .marking import Marker, PopoutRules, markers
from .proof import Homology, edited_record, prove

__all__ = ["Popout", "Step", "design_popout", "stage_checks"]

_ISCEI = "TAGGGATAACAGGGTAAT"  # Plessis et al. 1992, doi:10.1093/genetics/130.3.451


@dataclass(frozen=True, slots=True)
class Step:
    """One step at the bench.

    Parameters
    ----------
    what : str
    selection : str
        What then grows.
    letters : str
        The DNA that goes in; empty where none does.
    """

    what: str
    selection: str
    letters: str = ""


@dataclass(frozen=True, slots=True)
class Popout:
    """An edit in two steps.

    Parameters
    ----------
    edit : Edit
        What was asked.
    way : str
    marker : Marker
    steps : tuple of Step
    intermediate : Edit
        What stands in the genome after the first step; for ``plasmid`` after entry by the left arm.
    final : Edit
        What stands there in the end: the edit itself, or with the site that stays.
    scar : str
        The letters that stay beyond what was asked.
    first : Cassette, optional
        The double strand of the first step, with its primers.
    reach : int
        nt beside the edit that the DNA of the steps carries: primers lie outside.
    checks : tuple of StageCheck
        What PCR shows of parent, intermediate and final genome.
    notices : tuple of str
    """

    edit: Edit
    way: str
    marker: Marker
    steps: tuple[Step, ...]
    intermediate: Edit
    final: Edit
    scar: str
    first: Cassette | None
    reach: int = 60
    checks: tuple[StageCheck, ...] = ()
    notices: tuple[str, ...] = ()


def design_popout(
    genome: Genome, homology: Homology, edits: Iterable[Edit], rules: PopoutRules
) -> Popout:
    """Design an edit in two steps and prove both: the first of the ways to make it that works.

    Raises
    ------
    InputError
        No way works; the error says why the first does not.
    """
    walk = {
        "counterselect": _counterselect,
        "repeats": _repeats,
        "site": _site,
        "plasmid": _plasmid,
    }
    reason: InputError | None = None
    for edit in edits:
        try:
            return walk[rules.way](genome, homology, edit, rules)
        except InputError as error:
            reason = reason or error
    raise reason or InputError("there is no way to make the edit")


def stage_checks(
    genome: Genome, popout: Popout, pair: PrimerPair | None, rules: PopoutRules
) -> Popout:
    """Add what PCR shows at each stage: over the edit, and from the genome into the marker."""
    contig = popout.edit.contig
    stages: dict[str, list[Record]] = {}
    for name, edit in (
        ("parent", None),
        ("marker in", popout.intermediate),
        ("final", popout.final),
    ):
        records = list(genome.records)
        if edit is not None:
            records[contig] = edited_record(genome, edit)
        stages[name] = records
    checks, notices = [], [*popout.notices]
    if pair is not None:
        ends = (pair.forward.annealing, pair.reverse.annealing)
        over = check_stages("over the edit", ends, stages)
        checks.append(over)
        shown = dict(over.products)
        if shown["parent"] == shown["final"]:
            notices.append(
                "PCR over the edit shows the parent and the end alike: sequence its product"
            )
        if any(len(sizes) > 1 for sizes in shown.values()):
            notices.append(
                "PCR over the edit may show more, from places that its primers fit nearly"
            )
    record = stages["marker in"][contig]
    start = popout.intermediate.start % max(len(record), 1)
    end = start + popout.intermediate.new.find(rules.cassette)
    if popout.way == "plasmid":
        start -= rules.arm  # the arm is there twice, and no place for a primer
    try:
        border = junction_pair(record, start, end, margin=60)
        ends = (border.forward.annealing, border.reverse.annealing)
        checks.append(check_stages("marker's border", ends, stages))
    except BiowrightError:
        pass  # the pair over the edit tells the stages apart too
    return replace(popout, checks=tuple(checks), notices=tuple(notices))


def _arms(genome: Genome, edit: Edit, size: int) -> tuple[str, str]:
    record = genome.records[edit.contig]
    low, high = edit.start - size, edit.end + size
    if (not record.circular and (low < 0 or high > len(record))) or high - low > len(record):
        raise InputError(
            f"there is no room for {size} nt on both sides in {genome.contig_name(edit.contig)}"
        )
    ahead = genome.window(edit.contig, low, edit.start).decode()
    behind = genome.window(edit.contig, edit.end, high).decode()
    if set(ahead + behind) - set("ACGT"):
        raise InputError("the genome has unknown letters beside the edit")
    return ahead, behind


def _put(edit: Edit, new: str, what: str) -> Edit:
    return replace(edit, new=new, what=what, protein=None)


def _counterselect(genome: Genome, homology: Homology, edit: Edit, rules: PopoutRules) -> Popout:
    marker = markers()[rules.marker]
    inside = _put(edit, rules.cassette, f"{marker.name} instead")
    first = cassette(genome, homology, inside, arm=rules.arm)
    prove(genome, inside, first.recombination)
    ahead, behind = _arms(genome, edit, max(first.arms))
    donor = ahead[-first.arms[0] :] + edit.new + behind[: first.arms[1]]
    middle = inside.apply(genome.letters[edit.contig])
    after = recombined(middle, donor, genome.records[edit.contig].circular)
    _compare(genome, edit, after)
    steps = (
        Step(
            f"{marker.name} replaces the window, by recombineering", marker.select, first.sequence
        ),
        Step("the donor replaces the marker", marker.counterselect, donor),
    )
    return Popout(
        edit,
        rules.way,
        marker,
        steps,
        inside,
        edit,
        "",
        first,
        max(first.arms) + 10,
        (),
        _broken(genome, edit),
    )


def _repeats(genome: Genome, homology: Homology, edit: Edit, rules: PopoutRules) -> Popout:
    marker = markers()[rules.marker]
    _, behind = _arms(genome, edit, max(rules.repeat, rules.arm))
    repeat = behind[: rules.repeat]
    core = (_ISCEI if rules.cut else "") + rules.cassette
    notices = [*_broken(genome, edit)]
    if rules.cut:
        cuts = sum(
            text.count(site)
            for text in genome.letters
            for site in (_ISCEI.encode(), other_strand(_ISCEI).encode())
        )
        if cuts:
            raise InputError(f"I-SceI cuts the genome {cuts} times", hint="leave the cut out")
        if _ISCEI in rules.cassette or other_strand(_ISCEI) in rules.cassette:
            notices.append("the marker itself has a site of I-SceI")
    inside = _put(edit, edit.new + repeat + core, f"{edit.what} with {marker.name}")
    borders = (len(edit.new) + rules.repeat, len(inside.new))
    first = cassette(genome, homology, inside, arm=rules.arm, template=borders)
    prove(genome, inside, first.recombination)
    middle = inside.apply(genome.letters[edit.contig])
    circular = genome.records[edit.contig].circular
    after, size = collapsed(middle, core.encode(), circular)
    if size < rules.repeat:
        raise InputError(f"only {size} nt of the repeats are the same")
    _compare(genome, edit, after)
    reach = max(*first.arms, rules.repeat) + 10
    helped = "I-SceI is expressed: it cuts beside the marker, and " if rules.cut else ""
    steps = (
        Step(
            f"{marker.name} comes in with the edit and a repeat of {rules.repeat} nt",
            marker.select,
            first.sequence,
        ),
        Step(
            f"{helped}the repeats of {size} nt recombine and the marker is lost",
            marker.counterselect,
        ),
    )
    return Popout(
        edit, rules.way, marker, steps, inside, edit, "", first, reach, (), tuple(notices)
    )


def _site(genome: Genome, homology: Homology, edit: Edit, rules: PopoutRules) -> Popout:
    from ..landing.reactions import excise

    marker, site = markers()[rules.marker], attachment_site(rules.site)
    inside = _put(
        edit,
        edit.new + site.letters + rules.cassette + site.letters,
        f"{edit.what} with {marker.name}",
    )
    borders = (len(edit.new) + len(site.letters), len(inside.new) - len(site.letters))
    first = cassette(genome, homology, inside, arm=rules.arm, template=borders)
    prove(genome, inside, first.recombination)
    final = _put(edit, edit.new + site.letters, f"{edit.what}, {site.name} stays")
    record = edited_record(genome, inside)
    made = excise(record, site.recombinase, largest=len(rules.cassette) + len(site.letters))
    if not made:
        raise InputError(
            f"{site.recombinase} cuts nothing out between two {site.name}", hint="take loxP or FRT"
        )
    wanted = final.apply(genome.letters[edit.contig])
    circular = genome.records[edit.contig].circular
    if not any(_same(m.record.sequence.data.upper(), wanted, circular) for m in made):
        raise InputError(
            "the simulated genome differs from what was asked, with the site that stays"
        )
    notices = [
        *_broken(genome, edit),
        f"{site.name} stays: {len(site.letters)} nt beyond what was asked",
    ]
    grown = len(final.new) - (edit.end - edit.start)
    if edit.gene:
        frame = "in frame" if grown % 3 == 0 else "out of frame"
        notices.append(
            f"with it {edit.gene} is {abs(grown)} nt {'longer' if grown > 0 else 'shorter'}, {frame}"
        )
    if len(made) > 1:
        notices.append(f"{site.recombinase} can cut out {len(made) - 1} other stretches too")
    steps = (
        Step(
            f"{marker.name} between two {site.name} comes in, by recombineering",
            marker.select,
            first.sequence,
        ),
        Step(
            f"{site.recombinase} is expressed and cuts the marker out",
            f"loss of {marker.name} is checked on plates with and without selection",
        ),
    )
    return Popout(
        edit,
        rules.way,
        marker,
        steps,
        inside,
        final,
        site.letters,
        first,
        max(first.arms) + 10,
        (),
        tuple(notices),
    )


def _plasmid(genome: Genome, homology: Homology, edit: Edit, rules: PopoutRules) -> Popout:
    marker = markers()[rules.marker]
    ahead, behind = _arms(genome, edit, rules.arm)
    insert = ahead + edit.new + behind
    for name, arm in (("left", ahead), ("right", behind)):
        places = homology.places(arm)
        if len(places) != 1:
            raise InputError(f"the {name} arm stands in {len(places)} places of the genome")
    # in by the left arm: the edit first, then the plasmid, then what was there; by the right arm: the
    # other way round
    old = genome.window(edit.contig, edit.start, edit.end).decode()
    left = _put(
        edit, edit.new + behind + rules.cassette + ahead + old, "plasmid in by the left arm"
    )
    right = _put(
        edit, old + behind + rules.cassette + ahead + edit.new, "plasmid in by the right arm"
    )
    circular = genome.records[edit.contig].circular
    parent = genome.letters[edit.contig]
    circle = (insert + rules.cassette).encode()
    for entered, arm in ((left, ahead), (right, behind)):
        made = crossed_in(parent, circle, arm.encode(), circular)
        if not _same(made, entered.apply(parent), circular):
            raise InputError("the simulated entry of the plasmid differs from what was meant")
        outcomes = [
            crossed_out(made, (rules.cassette).encode(), other.encode(), circular)
            for other in (ahead, behind)
        ]
        edited = [_same(outcome, edit.apply(parent), circular) for outcome in outcomes]
        back = [_same(outcome, parent, circular) for outcome in outcomes]
        if sum(edited) != 1 or sum(back) != 1:
            raise InputError("the plasmid does not leave the edit behind")
    steps = (
        Step(
            f"a plasmid that does not replicate, with {len(ahead)} and {len(behind)} nt around the edit, "
            "comes in by either arm",
            marker.select,
            insert,
        ),
        Step(
            "it leaves by the same arm (the parent again) or by the other one (the edit): both are "
            "told apart by PCR or sequencing",
            marker.counterselect,
        ),
    )
    notices = (
        *_broken(genome, edit, rules.arm),
        "about half of the colonies of the second step are the parent again",
    )
    return Popout(edit, rules.way, marker, steps, left, edit, "", None, rules.arm + 10, (), notices)


def _broken(genome: Genome, edit: Edit, copied: int = -1) -> tuple[str, ...]:
    """Tell which genes the marker breaks, but for those that the first step copies as a whole.

    Parameters
    ----------
    copied : int, default -1
        nt on each side of the edit that stand twice while the marker is in; negative where none do.
    """
    broken = []
    for gene in genome.genes_at(edit.contig, edit.start, max(edit.end, edit.start + 1)):
        place = gene.feature.location
        ahead = _offset(genome, edit.contig, place.start, edit.start)
        behind = _offset(genome, edit.contig, edit.end, place.end)
        # what comes in before the first letter of a gene leaves it whole
        inside = edit.end > edit.start or (ahead > 0 and behind > 0)
        if inside and max(ahead, behind) > copied:
            broken.append(gene.name)
    if not broken:
        return ()
    are = (
        "are broken: essential genes do" if len(broken) > 1 else "is broken: an essential gene does"
    )
    return (f"while the marker is in, {', '.join(broken)} {are} not bear that",)


def _offset(genome: Genome, contig: int, one: int, other: int) -> int:
    """Give how many letters one place lies before another, the short way round a circle."""
    record = genome.records[contig]
    length = len(record)
    return (other - one + length // 2) % length - length // 2 if record.circular else other - one


def _compare(genome: Genome, edit: Edit, after: bytes) -> None:
    wanted = edited_record(genome, edit)
    if not _same(after, wanted.sequence.data.upper(), wanted.circular):
        raise InputError(
            f"the simulated genome differs from what was asked by {edit.id or edit.what}"
        )


def _same(one: bytes, other: bytes, circular: bool) -> bool:
    if one == other or not circular or len(one) != len(other):
        return one == other
    return cdseguid(Letters(one)) == cdseguid(Letters(other))
