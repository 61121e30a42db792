"""`biowright design guides`: which guides to take for a gene, a region or a sequence."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from biowright.core import InputError, Record, Topology
from biowright.design import Nuclease, read_nucleases
from biowright.design import nuclease as named_nuclease
from biowright.design.guides import (
    ActivityScore,
    RankedGuide,
    Target,
    TranscriptionStart,
    activity_score,
    find_target,
    rank_all,
    read_starts,
    regulatory_guides,
    rna_guides,
    write_guides,
    write_regulatory,
    write_rna_guides,
)
from biowright.design.guides.rna_targets import COLLATERAL
from biowright.design.offtargets import SiteIndex, open_index
from biowright.design.offtargets.building import called
from biowright.formats import read

from .arguments import Force, From, Json, refuse_idle, writable
from .output import note, print_json, print_table

__all__ = ["guides"]

_SHOWN = 10


def guides(
    target: str,
    *,
    genome: Path,
    nuclease: str,
    out: Path | None = None,
    spacer: int | None = None,
    mismatches: int = 4,
    score: str | None = None,
    promoter: str = "",
    avoid: str = "",
    nucleases: Path | None = None,
    purpose: Literal["repress", "activate"] | None = None,
    host: Literal["bacteria", "yeast", "animal"] | None = None,
    tss: int | None = None,
    starts: Path | None = None,
    circular: Annotated[bool, Parameter(negative=())] = False,
    index: Path | None = None,
    from_: From = None,
    force: Force = False,
    json: Json = False,
) -> int:
    """Find the guides for a gene, a region or a sequence, and rank them.

    Parameters
    ----------
    target
        A gene's name or locus tag; a region as NAME:START..END (0-based, half-open); or a file of
        sequences.
    genome
        Where guides must not bind elsewhere, and where genes and regions are looked up.
    nuclease
        A name in the table of nucleases, as SpCas9, SaCas9 or LbCas12a.
    out
        The table to write, all guides; without it the best are shown.
    spacer
        Letters of the spacers; the nuclease's usual number by default.
    mismatches
        The most mismatches of an off-target that is counted.
    score
        A model of activity to rank by as well: rule-set-3, rule-set-3-chen, rule-set-2, rule-set-1,
        crisprscan, out-of-frame; of dCas9 in E. coli: repression, the default to repress.
    promoter
        What transcribes the guide; after U6 and others that RNA polymerase III reads, TTTT counts.
    avoid
        Restriction enzymes of the cloning, as BsaI,BbsI.
    nucleases
        Rows of your own, in TOML.
    purpose
        Of a dead nuclease: repress or activate the gene; guides are ranked by where transcription
        starts.
    host
        With --purpose: whose windows around a start of transcription hold; bacteria by default.
    tss
        With --purpose: where transcription of the gene starts, 0-based; by default as annotated, or
        else guessed.
    starts
        With --purpose: starts of transcription, a table with sequence, position, strand, or GFF3.
    circular
        Take every sequence for a circle; otherwise it is what the file says.
    index
        The folder that indices are kept in; by default one of the user's caches.
    """
    if out is not None:
        writable(out, force)
    tool = named_nuclease(nuclease, None if nucleases is None else read_nucleases(nucleases))
    of_purpose = {"--host": host, "--tss": tss, "--starts": starts}
    if tool.kind == "RNA":
        refuse_idle(
            f"{tool.name}, which cuts RNA",
            {"--score": score, "--purpose": purpose, "--avoid": avoid, "--index": index}
            | of_purpose,
        )
    elif purpose is None:
        refuse_idle("guides that cut", of_purpose, "give --purpose repress or activate")
    model = None if score is None else activity_score(score)
    if model is not None and not model.holds_for(tool.name):
        raise InputError(
            f"{model.name} was learned from {model.nuclease} and says nothing of {tool.name}",
            hint="leave --score out",
        )
    asked = _Asked(
        target, genome, tool, out, spacer, mismatches, promoter,
        tuple(name.strip() for name in avoid.split(",") if name.strip()),
        circular, index, from_, force, json,
    )  # fmt: skip
    if tool.kind == "RNA":
        return _against_rna(asked)
    if purpose is None:
        return _cutting(asked, model)
    host = host or "bacteria"
    holds = (purpose, host) == ("repress", "bacteria") and spacer in (None, tool.spacer)
    if score is not None and not (score == "repression" and holds):
        raise InputError(
            f"{score} does not hold for guides that {purpose} in {host}, or for such spacers",
            hint="leave --score out",
        )
    return _regulatory(asked, purpose, host, tss, starts)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is asked of guides of every kind."""

    target: str
    genome: Path
    tool: Nuclease
    out: Path | None
    spacer: int | None
    mismatches: int
    promoter: str
    enzymes: tuple[str, ...]
    circular: bool
    index: Path | None
    format: str | None
    force: bool
    json: bool

    def sites(self) -> SiteIndex:
        """Open the index of all sites of the genome."""
        return open_index(
            self.genome,
            self.tool.motif,
            circular=self.circular,
            folder=self.index,
            format=self.format,
        )

    def records(self) -> list[Record]:
        """Read the genome."""
        records = list(read(self.genome, format=self.format))
        if self.circular:
            records = [
                replace(record, sequence=replace(record.sequence, topology=Topology.CIRCULAR))
                for record in records
            ]
        return records

    def targets(self, records: Sequence[Record] = ()) -> list[Target]:
        """Give what is to be cut: the sequences of a file, or a place of the genome."""
        if not Path(self.target).is_file():
            return [find_target(records or self.records(), self.target)]
        given = list(read(self.target))
        for record in given:
            if str(record.molecule) == "protein":
                raise InputError(
                    "a guide's target is DNA, this is a protein",
                    path=self.target,
                    record=record.name,
                    hint="give its coding sequence",
                )
        return [
            Target(record, 0, len(record), record.name or f"sequence {number}")
            for number, record in enumerate(given, 1)
        ]

    def count(self, number: int) -> str:
        """Say how many guides of what were found."""
        return f"{number:,} guide{'' if number == 1 else 's'} of {self.tool.name}"

    def where(self) -> str:
        """Say where the table is."""
        return "" if self.out is None else f": {self.out}"


def _cutting(asked: _Asked, model: ActivityScore | None) -> int:
    targets, sites = asked.targets(), asked.sites()
    ranked = rank_all(
        targets,
        asked.tool,
        sites,
        spacer=asked.spacer,
        mismatches=asked.mismatches,
        score=model,
        promoter=asked.promoter,
        enzymes=list(asked.enzymes),
    )
    rows = [(one.name, row) for one, some in zip(targets, ranked, strict=True) for row in some]
    if asked.out is not None:
        write_guides(rows, asked.out, force=asked.force)
    for notice in sites.notices:
        note(notice)
    if model is not None:
        note(
            f"{model.name} was learned in {model.organisms}, promoter {model.promoter}: "
            f"{model.measure} (doi:{model.doi})"
        )
    if any(row.frameshift is not None for _, row in rows):
        note(
            "frameshift (FORECasT) was learned from SpCas9 in human K562 cells, which join ends; most "
            "bacteria do not (doi:10.1038/nbt.4317)"
        )
    if asked.json:
        print_json(
            {
                "nuclease": asked.tool.name,
                "pam": asked.tool.pam,
                "side": asked.tool.side,
                "targets": [one.name for one in targets],
                "guides": [{"target": name, **_plain(row)} for name, row in rows],
                "out": None if asked.out is None else str(asked.out),
            }
        )
        return 0 if rows else 1
    sys.stdout.write(f"{asked.count(len(rows))} for {asked.target}{asked.where()}\n")
    head = ("guide", "PAM", "strand", "cut", "specificity", "perfect", "GC")
    _show(
        (*head, *([] if model is None else [model.name]), "problems"),
        (
            (
                row.guide.spacer,
                row.guide.pam,
                "+" if row.guide.strand == 1 else "-",
                row.guide.cut,
                f"{row.specificity:.3f}",
                row.perfect,
                f"{row.gc:.2f}",
                *([] if model is None else [_share(row.activity)]),
                ", ".join(row.problems),
            )
            for _, row in rows[:_SHOWN]
        ),
    )
    return 0 if rows else 1


def _against_rna(asked: _Asked) -> int:
    records = asked.records()
    targets = asked.targets(records)
    rows = [
        (one.name, row)
        for one in targets
        for row in rna_guides(
            records,
            one,
            asked.tool,
            spacer=asked.spacer,
            mismatches=asked.mismatches,
            promoter=asked.promoter,
        )
    ]
    if asked.out is not None:
        write_rna_guides(rows, asked.out, force=asked.force)
    note(COLLATERAL)
    note(
        "mismatches in the middle of the spacer weigh most; off-targets are counted by number alone"
    )
    if asked.json:
        print_json(
            {
                "nuclease": asked.tool.name,
                "targets": [one.name for one in targets],
                "guides": [{"target": name, **asdict(row)} for name, row in rows],
                "out": None if asked.out is None else str(asked.out),
            }
        )
        return 0 if rows else 1
    sys.stdout.write(f"{asked.count(len(rows))} against RNA of {asked.target}{asked.where()}\n")
    _show(
        ("guide", "start", "flank", "open", "specificity", "perfect", "others", "GC", "problems"),
        (
            (
                row.spacer,
                row.start,
                row.flank,
                f"{row.open:.2f}",
                f"{row.specificity:.3f}",
                row.perfect,
                ",".join(map(str, row.sites)),
                f"{row.gc:.2f}",
                ", ".join(row.problems),
            )
            for _, row in rows[:_SHOWN]
        ),
    )
    return 0 if rows else 1


def _regulatory(
    asked: _Asked, purpose: str, host: str, tss: int | None, starts: Path | None
) -> int:
    records = asked.records()
    wanted = find_target(records, asked.target)
    known = read_starts(starts, records).get(called(wanted.record), []) if starts else []
    start = None
    if tss is not None:
        if not 0 <= tss < len(wanted.record):
            raise InputError(
                f"{tss:,} lies outside of '{wanted.record.name}'",
                expected=f"0 to {len(wanted.record) - 1:,}",
            )
        strand = 1 if wanted.coding is None else wanted.coding.parts[0].strand
        start = TranscriptionStart(tss, strand, "as given")
    sites = asked.sites()
    found = regulatory_guides(
        records,
        wanted,
        asked.tool,
        sites,
        purpose,
        host=host,
        start=start,
        starts=known,
        spacer=asked.spacer,
        mismatches=asked.mismatches,
        promoter=asked.promoter,
        enzymes=list(asked.enzymes),
    )
    if asked.out is not None:
        write_regulatory([found], asked.out, force=asked.force)
    for notice in (*sites.notices, *found.notices):
        note(notice)
    if asked.json:
        out = None if asked.out is None else str(asked.out)
        print_json({**asdict(found), "nuclease": asked.tool.name, "out": out})
        return 0 if found.guides else 1
    sys.stdout.write(
        f"{asked.count(len(found.guides))} to {purpose} {asked.target}; transcription starts at "
        f"{found.start.position:,} ({found.start.source}){asked.where()}\n"
    )
    _show(
        ("guide", "PAM", "distance", "pairs with", "seeds 9/12", "share", "reasons", "problems"),
        (
            (
                g.ranked.guide.spacer,
                g.ranked.guide.pam,
                f"{g.distance:+d}",
                g.strand,
                f"{g.seeds.nine}/{g.seeds.twelve}",
                f"{g.share:.3f}",
                "; ".join(g.reasons),
                ", ".join(g.ranked.problems),
            )
            for g in found.guides[:_SHOWN]
        ),
    )
    return 0 if found.guides else 1


def _show(head: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write the best guides, where there are any."""
    if best := list(rows):
        print_table(head, best)


def _share(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"


def _plain(row: RankedGuide) -> dict[str, object]:
    document = asdict(row)
    return {**document.pop("guide"), **document}
