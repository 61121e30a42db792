"""Guides of a target with all that speaks for and against them, the best first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace

import numpy as np

from biowright.bio import cut_sites, enzyme, hairpin_energies
from biowright.core import InputError, Topology
from biowright.core import Sequence as Letters
from biowright.design.nuclease_table import Nuclease
from biowright.design.offtargets import Guide, Pam, SiteHits, SiteIndex, search_sites

from .activity import ActivityScore
from .finding import FoundGuide, find_guides, turned
from .mismatches import cfd_score
from .outcomes import FLANK, frameshift_share
from .targets import Target

__all__ = ["RankedGuide", "rank_all", "rank_guides"]

_POL_III = ("U6", "H1", "7SK", "U3")
_FOLD = -3.0
"""A hairpin of the spacer more stable than this (kcal/mol) is told."""
_RUN = 5


@dataclass(frozen=True, slots=True)
class RankedGuide:
    """A guide of a target, judged.

    Parameters
    ----------
    guide : FoundGuide
    rank : int
        From 1.
    specificity : float
        1 / (1 + what the off-targets take): 1 if there is none. By `specificity_by`.
    specificity_by : str
        ``CFD`` for SpCas9 with spacers of 20. For others no measured model is known here: ``count``
        weighs a site with its number of mismatches ``d`` by 4 to the power of ``-d``.
    perfect : int
        Sites without a mismatch in the genome, its own among them: more than 1 is a repeat.
    sites : tuple of int
        Off-targets by mismatches, from 0 on, without its own site.
    gc : float
        From 0 to 1.
    fold : float
        Free energy of the spacer's most stable hairpin in kcal/mol, as DNA at 37 °C.
    coding_place : float, optional
        Where in the coding sequence the cut is, from 0 to 1.
    activity : float, optional
        By the score that was asked for; None where the letters around do not suffice.
    frameshift : float, optional
        Which share of the alleles that end joining leaves at a cut of SpCas9 shifts the frame, as in
        human K562 cells; None for other nucleases, and where 50 letters on each side are not known.
    problems : tuple of str
    """

    guide: FoundGuide
    rank: int
    specificity: float
    specificity_by: str
    perfect: int
    sites: tuple[int, ...]
    gc: float
    fold: float
    coding_place: float | None
    activity: float | None
    frameshift: float | None
    problems: tuple[str, ...]


def rank_guides(
    target: Target,
    nuclease: Nuclease,
    index: SiteIndex,
    *,
    spacer: int | None = None,
    mismatches: int = 4,
    score: ActivityScore | None = None,
    promoter: str = "",
    enzymes: Sequence[str] = (),
) -> list[RankedGuide]:
    """Find the guides of a target and rank them.

    First come guides whose site is unique and that the promoter can transcribe; among them those
    with the highest product of specificity and activity, less a tenth for each other problem; then
    those that cut early in the coding sequence.

    Parameters
    ----------
    target : Target
    nuclease : Nuclease
    index : SiteIndex
        Of the genome, for the nuclease's motif.
    spacer : int, optional
        Letters of the spacers.
    mismatches : int, default 4
        Off-targets with up to so many are looked at.
    score : ActivityScore, optional
        A model of activity; without one, guides are ranked by specificity alone.
    promoter : str
        What transcribes the guide: after U6, H1, 7SK and U3, which RNA polymerase III reads, TTTT
        ends the transcript.
    enzymes : sequence of str
        Restriction enzymes of the cloning whose sites a spacer should not have.

    Returns
    -------
    list of RankedGuide

    Raises
    ------
    InputError
        The index is of another motif, the score of another nuclease, or an enzyme is unknown.
    """
    return rank_all(
        [target],
        nuclease,
        index,
        spacer=spacer,
        mismatches=mismatches,
        score=score,
        promoter=promoter,
        enzymes=enzymes,
    )[0]


def rank_all(
    targets: Sequence[Target],
    nuclease: Nuclease,
    index: SiteIndex,
    *,
    spacer: int | None = None,
    mismatches: int = 4,
    score: ActivityScore | None = None,
    promoter: str = "",
    enzymes: Sequence[str] = (),
    executor: Executor | None = None,
) -> list[list[RankedGuide]]:
    """Rank the guides of many targets, searching the genome once.

    Parameters and errors as in `rank_guides`.

    Returns
    -------
    list of list of RankedGuide
        For each target, in order; empty where it has no guide.
    """
    if index.pam != nuclease.motif:
        raise InputError(
            f"the index is for {index.pam}, and {nuclease.name} needs {nuclease.motif}"
        )
    if score is not None and not score.holds_for(nuclease.name):
        raise InputError(
            f"{score.name} was learned from {score.nuclease} and says nothing of {nuclease.name}",
            hint="rank without it",
        )
    cutters = [(name, enzyme(name)) for name in enzymes]
    found = [find_guides(target, nuclease, spacer=spacer) for target in targets]
    spacers = list(dict.fromkeys(guide.spacer for guides in found for guide in guides))
    if not spacers:
        return [[] for _ in targets]
    hits = search_sites(
        index, [Guide(spacer) for spacer in spacers], mismatches=mismatches, executor=executor
    )
    takes, by = _taken(hits, nuclease)
    folds = hairpin_energies(spacers)
    number = {spacer: at for at, spacer in enumerate(spacers)}
    ranked = []
    for target, guides in zip(targets, found, strict=True):
        made = []
        activities = _activities(target, guides, score, index.pam)
        shifts = _frameshifts(target, guides, nuclease)
        for guide, activity, shift in zip(guides, activities, shifts, strict=True):
            at = number[guide.spacer]
            counts = hits.counts[at].tolist()
            perfect = counts[0]
            # its own site takes 1, if it is in the genome
            others = max(float(takes[at]) - (1.0 if perfect else 0.0), 0.0)
            place = target.coding_place(guide.cut)
            fold = float(folds[at])
            made.append(
                RankedGuide(
                    guide,
                    0,
                    1 / (1 + others),
                    by,
                    perfect,
                    (max(perfect - 1, 0), *counts[1:]),
                    sum(c in "GC" for c in guide.spacer) / len(guide.spacer),
                    fold,
                    None if place is None else place / target.coding_length,
                    activity,
                    shift,
                    _problems(guide, fold, perfect, promoter, cutters),
                )
            )
        made.sort(key=lambda row: _order(row, promoter, score))
        ranked.append([replace(row, rank=rank) for rank, row in enumerate(made, 1)])
    return ranked


def _order(row: RankedGuide, promoter: str, score: ActivityScore | None) -> tuple[object, ...]:
    hard = [p for p in row.problems if p.startswith("TTTT") and promoter.upper() in _POL_III]
    known = score is not None and row.activity is not None
    value = row.specificity * (score.share(row.activity) if known else 1.0)
    value *= 0.9 ** (len(row.problems) - len(hard))
    place = 1.0 if row.coding_place is None else row.coding_place
    return row.perfect > 1, bool(hard), -round(value, 6), place, row.guide.cut, -row.guide.strand


def _taken(hits: SiteHits, nuclease: Nuclease) -> tuple[np.ndarray, str]:
    """Give for each guide what all its sites, its own among them, take of the nuclease."""
    columns = hits.columns
    spacers = {len(guide.spacer) for guide in hits.guides}
    if hits.index.pam == Pam("NGG") and nuclease.name == "SpCas9" and spacers == {20}:
        guides = [hits.guides[at].spacer for at in columns.guide.tolist()]
        weights, by = np.nan_to_num(cfd_score(guides, hits.letters())), "CFD"
    else:
        weights, by = 0.25**columns.mismatches, "count"
    return np.bincount(columns.guide, weights, minlength=len(hits.guides)), by


def _activities(
    target: Target, found: list[FoundGuide], score: ActivityScore | None, pam: Pam
) -> list[float | None]:
    if score is None:
        return [None] * len(found)
    contexts = _contexts(target, found, score.before, score.after - len(pam))
    return _computed(score.compute, contexts)


def _frameshifts(target: Target, found: list[FoundGuide], nuclease: Nuclease) -> list[float | None]:
    if nuclease.name != "SpCas9" or nuclease.cuts != (3, 3):
        return [None] * len(found)
    contexts = _contexts(target, found, FLANK, FLANK, around_cut=True)
    return _computed(frameshift_share, contexts)


def _contexts(
    target: Target,
    found: list[FoundGuide],
    wanted_before: int,
    wanted_after: int,
    *,
    around_cut: bool = False,
) -> list[str | None]:
    """Give the letters around guides, as the guide reads; None where there are too few."""
    sequence = target.record.sequence
    size = len(sequence)
    contexts: list[str | None] = []
    for guide in found:
        before, after = wanted_before, wanted_after
        if guide.strand == -1:
            before, after = after, before
        start, end = (guide.cut, guide.cut) if around_cut else (guide.start, guide.end)
        low, high = start - before, end + after
        if sequence.circular and high - low <= size:
            data = turned(sequence.data, low, high - low)
        elif low >= 0 and high <= size:
            data = sequence.data[low:high]
        else:
            contexts.append(None)
            continue
        text = Letters.trusted(data, sequence.molecule, Topology.LINEAR)
        contexts.append(str(text if guide.strand == 1 else text.reverse_complement()).upper())
    return contexts


def _computed(
    compute: Callable[[Sequence[str]], np.ndarray], contexts: list[str | None]
) -> list[float | None]:
    known = [context for context in contexts if context is not None]
    values = iter(compute(known).tolist() if known else [])
    scores = [None if context is None else next(values) for context in contexts]
    return [None if value is None or np.isnan(value) else value for value in scores]


def _problems(
    guide: FoundGuide, fold: float, perfect: int, promoter: str, cutters: list[tuple[str, object]]
) -> tuple[str, ...]:
    spacer = guide.spacer
    gc = sum(c in "GC" for c in spacer) / len(spacer)
    found = []
    if perfect > 1:
        found.append(f"{perfect} perfect sites")
    if "TTTT" in spacer and (not promoter or promoter.upper() in _POL_III):
        found.append("TTTT ends transcription by RNA polymerase III")
    if not 0.25 <= gc <= 0.8:
        found.append(f"GC {gc:.0%}")
    if any(letter * _RUN in spacer for letter in "ACG"):
        found.append(f"a run of {_RUN} equal letters")
    if fold < _FOLD:
        found.append(f"folds ({fold:.1f} kcal/mol)")
    for name, cutter in cutters:
        if cut_sites(Letters(spacer), cutter):  # type: ignore[arg-type]
            found.append(f"{name} site")
    return tuple(found)
