"""Guides against RNA (Cas13): they pair with a transcript, and must not pair with other transcripts.

The spacer is the reverse complement of its place on the transcript. What follows the protospacer there
(the PFS) is a matter of the nuclease's row: C2c2 does not cut before G (Abudayyeh et al. 2016,
doi:10.1126/science.aaf5573). Structure hides a target (the same; Wessels et al. 2020,
doi:10.1038/s41587-020-0456-9): how open it lies is read from the structures of least energy of windows
around it. Once bound, the enzyme cuts other RNA too.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from biowright.bio import IUPAC, fold, hairpin_energies, other_strand
from biowright.core import InputError, Record
from biowright.design.nuclease_table import Nuclease

from .rna_places import count_places
from .targets import Target
from .transcriptome import Transcript, transcript_of, transcripts

__all__ = ["COLLATERAL", "RnaGuide", "rna_guides", "write_rna_guides"]

COLLATERAL = "once bound, Cas13 cuts RNA at random too: cells may grow slowly or die of it"
_WINDOW, _STEP = 160, 40  # nt that are folded together, and from one window to the next
_RUN = 5


@dataclass(frozen=True, slots=True)
class RnaGuide:
    """A guide against RNA, judged.

    Parameters
    ----------
    rank : int
        From 1.
    spacer : str
        5'→3' in letters of DNA: it pairs with `protospacer`.
    protospacer, flank : str
        On the transcript, and the letters behind it; fewer at its end.
    start : int
        Where the protospacer begins on the transcript.
    open : float
        The share of its letters that are unpaired, from 0 to 1.
    perfect : int
        Places of the transcriptome without a mismatch, its own among them.
    sites : tuple of int
        Other places on annotated transcripts by mismatches, from 0 on.
    specificity : float
        1 / (1 + the sum of 4 to the power of -mismatches over other places).
    gc, fold : float
        Of the spacer; the free energy of its hairpin in kcal/mol, as DNA.
    problems : tuple of str
    """

    rank: int
    spacer: str
    protospacer: str
    flank: str
    start: int
    open: float
    perfect: int
    sites: tuple[int, ...]
    specificity: float
    gc: float
    fold: float
    problems: tuple[str, ...]


def rna_guides(
    records: Sequence[Record],
    target: Target,
    nuclease: Nuclease,
    *,
    spacer: int | None = None,
    mismatches: int = 3,
    promoter: str = "",
) -> tuple[RnaGuide, ...]:
    """Find and rank the guides against a transcript.

    Guides with letters other than A, C, G and T, and those whose flank the nuclease does not take, are
    left out. First come those that stand nowhere else, then those with the highest product of openness
    and specificity, less a tenth for each problem.

    Parameters
    ----------
    records : sequence of Record
        The genome: its annotated transcripts are searched, on their own strand only.
    target : Target
        A gene of it (its mRNA where one is annotated, or else its coding sequence), or a sequence of
        one's own, which is taken for the transcript.
    nuclease : Nuclease
        One that cuts RNA.
    spacer : int, optional
    mismatches : int, default 3
    promoter : str
        As in `rank_guides`.

    Raises
    ------
    InputError
        The nuclease cuts DNA, does not take spacers of that length, or the target is no transcript.

    Examples
    --------
    >>> import biowright
    >>> from biowright.design import nuclease
    >>> from biowright.design.guides import find_target
    >>> genome = biowright.read("examples/phix174.gb")
    >>> best = rna_guides(genome, find_target(genome, "F652_4298"), nuclease("RfxCas13d"))[0]
    >>> len(best.spacer), best.perfect
    (23, 1)
    """
    if nuclease.kind != "RNA":
        raise InputError(f"{nuclease.name} cuts DNA", hint="name a nuclease such as RfxCas13d")
    size = nuclease.spacer if spacer is None else spacer
    short, long = nuclease.spacers
    if not short <= size <= long:
        raise InputError(
            f"{nuclease.name} with spacers of {size} letters", expected=f"{short} to {long}"
        )
    own = transcript_of(records, target)
    every = transcripts(records)
    found = list(_found(own, nuclease, size))
    if not found:
        return ()
    protospacers = [own.letters[at : at + size] for at in found]
    others = _others(every, own, protospacers, mismatches)
    openness = _openness(own.letters)
    spacers = [other_strand(letters) for letters in protospacers]
    folds = hairpin_energies(spacers)
    made = []
    for at, protospacer, letters, sites, energy in zip(
        found, protospacers, spacers, others, folds, strict=True
    ):
        taken = sum(count * 0.25**d for d, count in enumerate(sites))
        problems = _problems(letters, float(energy), sites[0] + 1, promoter)
        made.append(
            RnaGuide(
                0,
                letters,
                protospacer,
                own.letters[at + size : at + size + 3],
                at,
                float(openness[at : at + size].mean()),
                sites[0] + 1,
                sites,
                1 / (1 + taken),
                sum(x in "GC" for x in letters) / size,
                float(energy),
                problems,
            )
        )
    made.sort(
        key=lambda g: (
            g.perfect > 1,
            -round(g.open * g.specificity * 0.9 ** len(g.problems), 6),
            g.start,
        )
    )
    return tuple(replace(guide, rank=n) for n, guide in enumerate(made, 1))


def _found(own: Transcript, nuclease: Nuclease, size: int) -> Iterable[int]:
    """Walk the places where a guide fits the transcript, with a flank that the nuclease takes."""
    letters, motif = own.letters, nuclease.pam
    after = nuclease.side == 3
    for at in range(len(letters) - size + 1):
        if set(letters[at : at + size]) - set("ACGT"):
            continue
        low = at + size if after else at - len(motif)
        flank = letters[max(low, 0) : low + len(motif)] if low + len(motif) > 0 else ""
        # at the end of a transcript nothing follows that could forbid the cut
        pairs = (
            zip(motif, flank, strict=False)
            if after
            else zip(motif[-len(flank) :], flank, strict=False)
        )
        if all(x in IUPAC[m] for m, x in pairs):
            yield at


def _others(
    every: Sequence[Transcript], own: Transcript, protospacers: Sequence[str], mismatches: int
) -> list[tuple[int, ...]]:
    """Count the other places of each protospacer on transcripts; what several share counts once."""
    unique = {letters: number for number, letters in enumerate(dict.fromkeys(protospacers))}
    counts = count_places([*every, own], list(unique), mismatches)
    counts[:, 0] -= 1  # its own place, which is among them
    rows = counts.tolist()
    return [tuple(rows[unique[letters]]) for letters in protospacers]


def _openness(letters: str) -> np.ndarray:
    """Give for each letter how often it is unpaired in the structures of the windows over it."""
    unpaired, seen = np.zeros(len(letters)), np.zeros(len(letters))
    last = max(len(letters) - _WINDOW, 0)
    for start in sorted({*range(0, last, _STEP), last}):
        window = letters[start : start + _WINDOW]
        structure = fold(window).structure
        unpaired[start : start + len(window)] += [x == "." for x in structure]
        seen[start : start + len(window)] += 1
    return unpaired / np.maximum(seen, 1)


def _problems(spacer: str, energy: float, perfect: int, promoter: str) -> tuple[str, ...]:
    found = []
    if perfect > 1:
        found.append(f"{perfect} perfect sites on transcripts")
    if "TTTT" in spacer and promoter.upper() in ("", "U6", "H1", "7SK", "U3"):
        found.append("TTTT ends transcription by RNA polymerase III")
    gc = sum(x in "GC" for x in spacer) / len(spacer)
    if not 0.3 <= gc <= 0.7:
        found.append(f"GC {gc:.0%}")
    if any(x * _RUN in spacer for x in "ACG"):
        found.append(f"a run of {_RUN} equal letters")
    if energy < -3.0:
        found.append(f"folds ({energy:.1f} kcal/mol)")
    return tuple(found)


_COLUMNS = (
    "target", "rank", "guide", "protospacer", "flank", "start", "open", "specificity", "perfect",
    "off_targets", "gc", "fold", "problems",
)  # fmt: skip


def write_rna_guides(
    rows: Iterable[tuple[str, RnaGuide]], path: str | os.PathLike[str], *, force: bool = False
) -> None:
    """Write guides against RNA as a table with tabs; `start` counts on the transcript, from 0.

    Raises
    ------
    ConflictError
        The file exists and `force` is not given.
    """
    from biowright.formats import open_output

    with open_output(path, force=force) as output:
        output.write(("\t".join(_COLUMNS) + "\n").encode())
        for target, g in rows:
            cells = (
                " ".join(target.split()), g.rank, g.spacer, g.protospacer, g.flank, g.start,
                f"{g.open:.3f}", f"{g.specificity:.4f}", g.perfect, ",".join(map(str, g.sites)),
                f"{g.gc:.3f}", f"{g.fold:.2f}", "; ".join(g.problems),
            )  # fmt: skip
            output.write(("\t".join(map(str, cells)) + "\n").encode())
