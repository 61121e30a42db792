"""`biowright design`: genes and genomes under constraints, and the codon tables for them."""

from __future__ import annotations

import io
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from biowright.core import BiowrightError, InputError
from biowright.design import (
    Infeasible,
    count_usage,
    cut_megachunks,
    design_gene,
    read_edits,
    read_rewriting_rules,
    read_specification,
    undo_rewriting,
    write_edits,
    write_usage,
)
from biowright.design import rewrite as rewrite_genome
from biowright.formats import format_for_path, open_output, read, refuse_existing, write

from .arguments import Force, Json, given, named
from .output import note, print_json, print_table

__all__ = ["codons", "gene", "rewrite", "undo"]

_SHOWN = 20


def _target(out: str, force: bool) -> str:
    """Look at where the answer goes before the work begins."""
    target = named(out)
    refuse_existing([target], force=force)
    format_for_path(target)
    return target


def gene(
    file: str,
    *,
    spec: Path,
    out: str,
    changes: Path | None = None,
    allow_breaches: Annotated[bool, Parameter(negative=())] = False,
    force: Force = False,
    json: Json = False,
) -> int:
    """Design coding DNA under constraints: the best sequence, with its proof.

    Parameters
    ----------
    file
        A protein, bare coding DNA, or an annotated record; `-` is the standard input.
    spec
        The specification, a TOML file: constraints and objectives.
    out
        The file to write, such as OUT.gb.
    changes
        Also write what was changed and why, as JSON, by which `design undo` takes it back.
    allow_breaches
        Where not all constraints can be kept, write what keeps most of them, and list the rest.
    """
    target = _target(out, force)
    document = read(given(file))
    if not document:
        raise InputError("the file holds no record", path=file)
    designs = []
    for record in document:
        asked = read_specification(spec, record)
        try:
            designs.append(design_gene(record, asked, allow_breaches=allow_breaches))
        except Infeasible as error:
            error.located(record=record.name or None)
            if json:
                print_json(
                    {
                        "feasible": False,
                        "record": record.name,
                        "conflict": None if error.conflict is None else asdict(error.conflict),
                        "breaches": [asdict(breach) for breach in error.breaches],
                    }
                )
            raise
    losses = write([design.record for design in designs], target, force=force)
    if changes is not None:
        with open_output(changes, force=force) as stream:
            stream.write(write_edits(designs).encode())
    for loss in losses:
        note(f"lost  {loss.record}: {loss.what}: {loss.detail}")
    if json:
        records = [
            {
                "record": design.record.name,
                "length": len(design.record),
                "seguid": design.record.seguid,
                "objective": design.worth,
                "bound": design.bound,
                "gap": design.gap,
                "proven": design.proven,
                "figures": design.figures,
                "changes": [asdict(change) for change in design.changes],
                "breaches": [asdict(breach) for breach in design.breaches],
                "notices": list(design.notices),
            }
            for design in designs
        ]
        print_json({"feasible": True, "out": target, "records": records})
        return 0
    for design in designs:
        for notice in design.notices:
            note(notice)
        proof = "proven best" if design.proven else f"at most {design.gap:.4g} below the best"
        sys.stdout.write(
            f"{design.record.name}: {len(design.record):,} letters, {len(design.changes):,} changes; "
            f"objective {design.worth:.4f}, {proof}\n"
        )
        print_table(
            ("figure", "value"), [(name, f"{value:.4f}") for name, value in design.figures.items()]
        )
        for breach in design.breaches[:_SHOWN]:
            note(f"left  {breach}")
        if len(design.breaches) > _SHOWN:
            note(f"left  {len(design.breaches) - _SHOWN:,} more; --json lists them all")
    return 0


def codons(
    genome: str,
    *,
    out: str | None = None,
    host: str = "",
    code: int | None = None,
    force: Force = False,
    json: Json = False,
) -> int:
    """Count the codon usage of an annotated genome.

    Parameters
    ----------
    genome
        A file with CDS features, such as GENOME.gb; `-` is the standard input.
    out
        The table to write as CSV, which a specification takes: codons = "OUT.csv".
    host
        The name of the host; else the organism that the file names.
    code
        The genetic code to count; else the one that most genes name.
    """
    try:
        usage = count_usage(read(given(genome)), host, code)
    except BiowrightError as error:
        raise error.located(path=genome) from None
    if out is not None:
        text = io.StringIO()
        write_usage(usage, text)
        with open_output(named(out), force=force) as stream:
            stream.write(text.getvalue().encode())
    if json:
        print_json(
            {
                "host": usage.host,
                "code": usage.code,
                "source": usage.source,
                "genes": usage.genes,
                "counts": dict(usage.counts),
                "adaptiveness": usage.adaptiveness(),
                "out": out,
            }
        )
        return 0
    adapted = usage.adaptiveness()
    total = sum(usage.counts.values())
    where = f": {out}" if out else ""
    sys.stdout.write(
        f"{usage.host}: {usage.genes:,} genes, {total:,} codons, genetic code {usage.code}{where}\n"
    )
    if out is None:
        print_table(
            ("residue", "codon", "count", "share", "adaptiveness"),
            [
                (acid, c, usage.counts[c], f"{usage.share(c):.3f}", f"{adapted[c]:.3f}")
                for acid, family in sorted(usage.families().items())
                for c in sorted(family, key=lambda c: -usage.counts[c])
            ],
        )
    return 0


def rewrite(
    genome: str,
    *,
    rules: Path,
    out: str,
    changes: Path | None = None,
    chunks: Path | None = None,
    size: int = 50_000,
    code: int = 11,
    force: Force = False,
    json: Json = False,
) -> int:
    """Rewrite a genome by rules: recode codons, remove and insert sites, tag, part overlaps.

    Parameters
    ----------
    genome
        An annotated genome; `-` is the standard input.
    rules
        The rules, a TOML file; they are carried out in their order.
    out
        The file to write.
    changes
        Also write each edit, as JSON, by which `design undo` restores the genome of before.
    chunks
        Also cut the result into megachunks and write their borders as CSV.
    size
        The length of a megachunk.
    code
        The genetic code of genes that name none.
    """
    target = _target(out, force)
    asked = read_rewriting_rules(rules)
    document = read(given(genome))
    done = [rewrite_genome(record, asked, code=code) for record in document]
    pieces = [cut_megachunks(one.record, size) for one in done] if chunks else []
    losses = write([one.record for one in done], target, force=force)
    if changes is not None:
        with open_output(changes, force=force) as stream:
            stream.write(write_edits(done).encode())
    if chunks is not None:
        rows = ["record,chunk,start,end,length,cuts"]
        for one, parts in zip(done, pieces, strict=True):
            rows += [
                f"{one.record.name},{c.name},{c.start},{c.end},{len(c)},{' '.join(c.cuts)}"
                for c in parts
            ]
        with open_output(chunks, force=force) as stream:
            stream.write(("\n".join(rows) + "\n").encode())
    for loss in losses:
        note(f"lost  {loss.record}: {loss.what}: {loss.detail}")
    if json:
        records = [
            {
                "record": one.record.name,
                "length": len(one.record),
                "seguid": one.record.seguid,
                "edits": one.counts,
                "left": [asdict(breach) for breach in one.left],
            }
            for one in done
        ]
        print_json({"out": target, "records": records})
        return 0
    for one in done:
        sys.stdout.write(f"{one.record.name}: {len(one.record):,} letters: {target}\n")
        print_table(("rule", "edits"), list(one.counts.items()))
        for breach in one.left[:_SHOWN]:
            note(f"left  {breach}")
        if len(one.left) > _SHOWN:
            note(f"left  {len(one.left) - _SHOWN:,} more; --json lists them all")
    return 0


def undo(
    file: str,
    changes: Path,
    *,
    out: str,
    force: Force = False,
    json: Json = False,
) -> int:
    """Take a design or a rewriting back, to the exact letters of before.

    Parameters
    ----------
    file
        The designed file.
    changes
        What was changed: the JSON that was written beside it.
    out
        The file to write.
    """
    document = read(given(file))
    listed = read_edits(changes)
    counts = {}
    for index, record in enumerate(document):
        mine = listed.get(record.name)
        if mine is None:
            raise InputError(
                f"the list of changes does not speak of '{record.name}'",
                path=changes,
                expected=f"one of {', '.join(listed)}",
            )
        document[index] = undo_rewriting(record, mine)
        counts[record.name] = len(mine)
    write(document, named(out), force=force)
    if json:
        print_json({"out": out, "undone": counts})
    else:
        for name, count in counts.items():
            sys.stdout.write(f"{name}: {count:,} changes taken back: {out}\n")
    return 0
