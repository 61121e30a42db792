"""Guides that silence or activate a gene: ranked by where transcription starts, not by a cut.

In bacteria dCas9 in a promoter keeps the polymerase out on either strand; behind the start it stops
the polymerase only where the guide pairs with the non-template strand, the better the nearer to the
start (Qi et al. 2013, doi:10.1016/j.cell.2013.02.022; Bikard et al. 2013, doi:10.1093/nar/gkt520).
Those of dCas9 are ordered there by `repression_score`, which knows the gene's guides better than the
distance does. In yeast and animal cells the effectors work in windows around the start, on either
strand (Gilbert et al. 2014, doi:10.1016/j.cell.2014.09.029; Smith et al. 2016,
doi:10.1186/s13059-016-0900-9).
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from biowright.core import InputError, Record, suggest
from biowright.design.nuclease_table import Nuclease
from biowright.design.offtargets import SiteIndex

from .activity import ACTIVITY_SCORES, ActivityScore
from .ranking import RankedGuide, rank_all
from .seeds import SeedCounts, seed_table
from .starts import HOSTS, Host, TranscriptionStart, find_starts, operon
from .targets import Target

__all__ = [
    "PURPOSES",
    "RegulatoryGuide",
    "RegulatoryGuides",
    "regulatory_guides",
    "write_regulatory",
]

PURPOSES = ("repress", "activate")
_PROMOTER = (-60, 20)  # nt around a bacterial start that the polymerase covers
_BODY = 1.0 / 3  # of a bacterial coding sequence, from its start, in which guides are looked for
_STOPS = 0.45, 0.95  # the shares of guides that stop a polymerase, from the worst to the best
_MODEL = ACTIVITY_SCORES["repression"]


@dataclass(frozen=True, slots=True)
class RegulatoryGuide:
    """A guide that silences or activates a gene.

    Parameters
    ----------
    ranked : RankedGuide
        The guide with its off-targets, folding and problems.
    rank : int
        From 1.
    distance : int
        nt from the start of transcription to the middle of the protospacer; negative before it.
    strand : str
        The strand of the gene with which the guide pairs: ``non-template`` or ``template``.
    seeds : SeedCounts
    share : float
        What speaks for it, from 0 to 1: for where it lies or its letters, less for seeds elsewhere and
        problems.
    reasons : tuple of str
        What its rank comes from.
    """

    ranked: RankedGuide
    rank: int
    distance: int
    strand: str
    seeds: SeedCounts
    share: float
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RegulatoryGuides:
    """The guides of a gene for one start of transcription, the best first.

    Parameters
    ----------
    target : str
    purpose : str
    host : str
    start : TranscriptionStart
        The one that the guides are counted from.
    model : str
        The score that orders the guides which stop a polymerase; empty where none holds.
    others : tuple of TranscriptionStart
        Further starts of the gene, farther from it.
    guides : tuple of RegulatoryGuide
    notices : tuple of str
        What else would be silenced: genes of the operon, genes that begin beside it.
    """

    target: str
    purpose: str
    host: str
    start: TranscriptionStart
    model: str
    others: tuple[TranscriptionStart, ...]
    guides: tuple[RegulatoryGuide, ...]
    notices: tuple[str, ...]


def regulatory_guides(
    records: Sequence[Record],
    target: Target,
    nuclease: Nuclease,
    index: SiteIndex,
    purpose: str,
    *,
    host: str = "bacteria",
    start: TranscriptionStart | None = None,
    starts: Iterable[TranscriptionStart] = (),
    spacer: int | None = None,
    mismatches: int = 4,
    promoter: str = "",
    enzymes: Sequence[str] = (),
) -> RegulatoryGuides:
    """Find and rank the guides that silence or activate a gene.

    Parameters
    ----------
    records : sequence of Record
        The genome.
    target : Target
        A gene of it, with its coding sequence or at least its strand.
    nuclease : Nuclease
        A dead one.
    index : SiteIndex
        Of the genome, for the nuclease's motif.
    purpose : str
        ``repress`` or ``activate``.
    host : str, default "bacteria"
        ``bacteria``, ``yeast`` or ``animal``.
    start : TranscriptionStart, optional
        The one to count from, wherever it is.
    starts : iterable of TranscriptionStart
        Known ones on the target's sequence; they go before the annotation.
    spacer, mismatches, promoter, enzymes
        As in `rank_guides`.

    Raises
    ------
    InputError
        The nuclease cuts, the purpose or the host is unknown, or the target is no gene.

    Examples
    --------
    >>> import biowright
    >>> from biowright.design import nuclease
    >>> from biowright.design.guides import find_target
    >>> from biowright.design.offtargets import index_records
    >>> genome = biowright.read("examples/JCVI-syn3A.gb.gz")
    >>> gene = find_target(genome, "JCVISYN3A_0025")
    >>> found = regulatory_guides(
    ...     genome, gene, nuclease("dCas9"), index_records(genome, "NGG"), "repress"
    ... )
    >>> found.start.guessed, found.guides[0].strand
    (True, 'non-template')
    """
    if purpose not in PURPOSES:
        raise InputError(
            f"there is no purpose '{purpose}'",
            hint=suggest(purpose, PURPOSES) or "repress, activate",
        )
    if host not in HOSTS:
        raise InputError(f"there is no host '{host}'", expected=", ".join(HOSTS))
    if nuclease.kind != "dead":
        raise InputError(
            f"{nuclease.name} is no dead nuclease: it would cut the gene or edit it",
            hint="name dCas9 or dFnCas12a",
        )
    if target.coding is None:
        raise InputError(
            f"'{target.name}' is no coding sequence: which way it is read is not known",
            hint="name a gene",
        )
    kind = HOSTS[host]
    record, length = target.record, len(target.record)
    strand = target.coding.parts[0].strand
    found = find_starts(record, target.start, target.end, strand, kind, given=starts)
    start, others = (start, ()) if start is not None else (found[0], found[1:])
    window = _window(target, start, strand, kind, purpose)
    low, high = sorted((start.position + strand * window[0], start.position + strand * window[1]))
    if record.circular and high - low < length:
        low, high = low % length, low % length + high - low
    else:
        low, high = max(low, 0), min(high, length)
    region = Target(record, low - 1 if low else low, high + 1, target.name, target.coding)
    model = _model(nuclease, host, purpose, spacer)
    (rows,) = rank_all(
        [region],
        nuclease,
        index,
        spacer=spacer,
        mismatches=mismatches,
        score=model,
        # RNA polymerase III is not in bacteria
        promoter=promoter or ("bacterial" if host == "bacteria" else ""),
        enzymes=enzymes,
    )
    table = seed_table(records, nuclease.motif, kind)
    judged = [
        _judged(row, target, start, strand, kind, purpose, table.counts(row.guide.spacer))
        for row in rows
    ]
    kept = [one for one in judged if window[0] <= one.distance <= window[1]]
    kept.sort(
        key=lambda g: (g.ranked.perfect > 1, -round(g.share, 6), abs(g.distance), g.ranked.rank)
    )
    guides = tuple(replace(guide, rank=n) for n, guide in enumerate(kept, 1))
    notices = _notices(target, start, others, strand, kind, purpose)
    if model is not None:
        said = (
            f"guides that stop the polymerase are ordered by {model.name}, learned in {model.organisms} "
            f"(doi:{model.doi}); in other bacteria it was not tried"
        )
        notices = (said, *notices)
    name = "" if model is None else model.name
    return RegulatoryGuides(target.name, purpose, host, start, name, others, guides, notices)


def _model(nuclease: Nuclease, host: str, purpose: str, spacer: int | None) -> ActivityScore | None:
    """Give the model of repression where it holds: it knows one nuclease, with spacers of 20."""
    size = nuclease.spacer if spacer is None else spacer
    holds = host == "bacteria" and purpose == "repress" and size == 20
    return _MODEL if holds and _MODEL.holds_for(nuclease.name) else None


def _window(
    target: Target, start: TranscriptionStart, strand: int, host: Host, purpose: str
) -> tuple[int, int]:
    if purpose == "activate":
        return host.activate
    low, high = host.repress
    if host.name == "bacteria":
        # the first third of the coding sequence, wherever it begins
        first = target.start if strand == 1 else target.end - 1
        leader = start.offset(first, len(target.record), target.record.circular)
        high = max(high, leader + int(_BODY * target.length))
    return low, high


def _judged(
    row: RankedGuide,
    target: Target,
    start: TranscriptionStart,
    strand: int,
    host: Host,
    purpose: str,
    seeds: SeedCounts,
) -> RegulatoryGuide:
    record = target.record
    middle = (row.guide.start + row.guide.end) // 2
    distance = start.offset(middle, len(record), record.circular)
    # the guide pairs with the strand that does not read as it; the coding strand is the non-template
    pairs = "template" if row.guide.strand == strand else "non-template"
    reasons = []
    learned = False
    if purpose == "activate":
        low, high = host.activate
        share = 1.0 - 0.5 * abs(distance - (low + high) / 2) / ((high - low) / 2)
        reasons.append(f"{-distance} nt before the start")
    elif host.name != "bacteria":
        low, high = host.repress
        best = 50 if low >= -50 else -75
        share = 1.0 - 0.7 * abs(distance - best) / max(high - best, best - low)
        reasons.append(f"{abs(distance)} nt {'before' if distance < 0 else 'behind'} the start")
    elif _PROMOTER[0] <= distance <= _PROMOTER[1]:
        share = 1.0 if not start.guessed else 0.6
        reasons.append(
            "in the promoter" + (", if the guess of its start is right" if start.guessed else "")
        )
    elif distance < _PROMOTER[0]:
        share = 0.2
        reasons.append("before the promoter")
    elif pairs == "non-template":
        reasons.append(f"stops the polymerase {distance} nt behind the start")
        if row.activity is not None:
            better = min(_MODEL.share(row.activity), 1.0)
            reasons.append(f"{_MODEL.name} {row.activity:.2f}")
            learned = True
        else:
            better = 1.0 - min(distance / max(target.length, 300), 1.0)
        share = _STOPS[0] + (_STOPS[1] - _STOPS[0]) * better
    else:
        share = 0.1
        reasons.append("pairs with the template strand: the polymerase passes")
    if seeds.starts:
        share *= 0.8 ** min(seeds.starts, 10)
        reasons.append(f"9 nt of its seed stand where {seeds.starts} other genes begin")
    if seeds.twelve > 1:
        share *= 0.7 ** min(seeds.twelve - 1, 10)
        reasons.append(f"12 nt of its seed stand at {seeds.twelve - 1} other PAMs")
    share *= row.specificity
    share *= 0.9 ** len(row.problems)
    if not learned:  # in promoters and on the template strand the model says nothing
        row = replace(row, activity=None)
    return RegulatoryGuide(row, 0, distance, pairs, seeds, share, tuple(reasons))


def _notices(
    target: Target,
    start: TranscriptionStart,
    others: tuple[TranscriptionStart, ...],
    strand: int,
    host: Host,
    purpose: str,
) -> tuple[str, ...]:
    record, length = target.record, len(target.record)
    notices = []
    if start.guessed:
        notices.append(
            f"no start of transcription is annotated before {target.name}: {start.source}; give it "
            "if it is known"
        )
    if others:
        places = ", ".join(f"{s.position} ({s.source})" for s in others[:5])
        notices.append(
            f"{target.name} has other starts: {places}; guides behind all of them silence it"
        )
    if host.operons:
        before, behind = operon(record, target.start, target.end, strand)
        verb = "silences" if purpose == "repress" else "activates"
        if behind:
            notices.append(f"it {verb} {', '.join(behind)} too, downstream in the same operon")
        if before and purpose == "repress":
            notices.append(
                f"{', '.join(before)} may be transcribed together with it, upstream: only guides within "
                f"{target.name} itself spare them, and reverse polarity may still lower them"
            )
    for feature in record.features:
        if feature.type != "CDS":
            continue
        part = feature.location.local[0]
        if part.strand == strand:
            continue
        first = part.start if part.strand == 1 else part.end - 1
        (other, *_) = (
            find_starts(record, feature.location.start, feature.location.end, part.strand, host)
            if abs(start.offset(first, length, record.circular)) < host.neighbour + 700
            else (None,)
        )
        if other is None:
            continue
        off = start.offset(other.position, length, record.circular)
        if -host.neighbour <= off <= 0:
            named = feature.label or "another gene"
            notices.append(
                f"{named} is transcribed the other way from {-off} nt before this start"
                f"{' (guessed)' if other.guessed else ''}: guides in between act on both"
            )
    return tuple(dict.fromkeys(notices))


_COLUMNS = (
    "target", "rank", "guide", "pam", "chromosome", "start", "end", "strand", "pairs_with", "tss",
    "tss_source", "distance", "share", "repression", "seed_9", "seed_12", "seed_9_at_starts", "specificity",
    "perfect", "off_targets", "gc", "fold", "reasons", "problems",
)  # fmt: skip


def write_regulatory(
    found: Iterable[RegulatoryGuides], path: str | os.PathLike[str], *, force: bool = False
) -> None:
    """Write guides that silence or activate as a table with tabs; coordinates are 0-based.

    Raises
    ------
    ConflictError
        The file exists and `force` is not given.
    """
    from biowright.formats import open_output

    with open_output(path, force=force) as output:
        output.write(("\t".join(_COLUMNS) + "\n").encode())
        for each in found:
            for one in each.guides:
                row, guide = one.ranked, one.ranked.guide
                cells = (
                    " ".join(each.target.split()),
                    one.rank,
                    guide.spacer,
                    guide.pam,
                    guide.chromosome,
                    guide.start,
                    guide.end,
                    "+" if guide.strand == 1 else "-",
                    one.strand,
                    each.start.position,
                    each.start.source,
                    one.distance,
                    f"{one.share:.4f}",
                    "" if row.activity is None else f"{row.activity:.4f}",
                    one.seeds.nine,
                    one.seeds.twelve,
                    one.seeds.starts,
                    f"{row.specificity:.4f}",
                    row.perfect,
                    ",".join(map(str, row.sites)),
                    f"{row.gc:.3f}",
                    f"{row.fold:.2f}",
                    "; ".join(one.reasons),
                    "; ".join(row.problems),
                )
                output.write(("\t".join(map(str, cells)) + "\n").encode())
