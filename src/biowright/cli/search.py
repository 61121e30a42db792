"""`biowright library search`: stretches, motifs, relatives, proteins, whole sequences and words."""

from __future__ import annotations

import json as json_text
import re
import sys
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from biowright import formats
from biowright.core import InputError, Molecule, Quantity, Sequence
from biowright.library import Filters, Found, Library, MeasuredRange
from biowright.library import search as search_library

from .arguments import given, refuse_idle
from .output import note, print_table

__all__ = ["search"]

_LITERAL = re.compile(r"[A-Za-z*\s-]+")
_SHOWN = ("part", "version", "name", "start", "end", "strand", "identity", "score")
_OF_PROTEINS = ("evalue", "frame", "query_start", "query_end", "query_strand")
Lines = Annotated[bool, Parameter(negative=(), help="Answer with one JSON line a hit.")]


def search(
    folder: str,
    *,
    exact: str | None = None,
    contains: str | None = None,
    motif: str | None = None,
    enzymes: str | None = None,
    similar: str | None = None,
    protein: str | None = None,
    text: str | None = None,
    identity: float | None = None,
    evalue: float | None = None,
    code: str | None = None,
    alignments: Annotated[bool, Parameter(negative=())] = False,
    limit: int = 25,
    role: str | None = None,
    min_length: int | None = None,
    max_length: int | None = None,
    min_gc: float | None = None,
    max_gc: float | None = None,
    licence: str | None = None,
    host: str | None = None,
    collection: str | None = None,
    tier: str | None = None,
    tag: str | None = None,
    measured: list[str] | None = None,
    circular: Annotated[bool | None, Parameter(negative="--linear")] = None,
    superseded: Annotated[bool, Parameter(negative=())] = False,
    withdrawn: Annotated[bool, Parameter(negative=())] = False,
    json: Lines = False,
) -> int:
    """Search by sequence or words, on both strands and over the origin of circles.

    The first seven options are questions, of which one is asked; the others are filters, all of
    which must hold. A question is a sequence, or a file of many in any format (`-` is the standard
    input).

    Parameters
    ----------
    folder
        The library.
    exact
        The whole part, from any origin.
    contains
        A stretch of a part, best of 12 letters or more.
    motif
        IUPAC letters, such as GCANNNNNNTGC.
    enzymes
        Recognition sites of restriction enzymes, such as EcoRI,BsaI; or all.
    similar
        Relatives, with the best local alignment.
    protein
        Relatives of a protein in all reading frames of parts, and among parts that are proteins;
        DNA is translated in six frames. The score is in bits.
    text
        Words of names, descriptions and roles; typos are forgiven.
    identity
        The least identity of relatives, 0.5 to 1 (0.8 where it is not given); of proteins 0 to 1.
    evalue
        The most hits of a protein as good that chance would make; 0.001 by default.
    code
        The genetic code of parts for a protein: NCBI's number or a name; 1 by default.
    alignments
        Show the alignments with a protein, too.
    limit
        The most hits a query.
    role
        A term of the Sequence Ontology or its name; kinds of it count.
    min_length
        In letters.
    max_length
        In letters.
    min_gc
        As a share, 0 to 1.
    max_gc
        As a share, 0 to 1.
    licence
        Such as CC-BY-4.0.
    host
        A strain in which something of the part was measured.
    collection
        Only this collection.
    tier
        reference or characterised.
    tag
        Only parts with this tag.
    measured
        A measured quantity with bounds: "termination strength>=10", "strength=0.5 RPU..2 RPU".
        Several may be given.
    circular
        Only circles, or with --linear none.
    superseded
        Older versions, too.
    withdrawn
        Withdrawn parts, too.
    """
    asked = {
        "exact": exact,
        "contains": contains,
        "motif": motif,
        "enzymes": enzymes,
        "similar": similar,
        "protein": protein,
        "text": text,
    }
    questions = [(kind, value) for kind, value in asked.items() if value is not None]
    if len(questions) != 1:
        raise InputError(
            f"{len(questions)} questions are asked", expected="one of --" + ", --".join(asked)
        )
    if limit < 1:
        raise InputError(f"a limit of {limit}", expected="1 or more")
    [(kind, value)] = questions
    if kind != "protein":
        of_proteins = {"--evalue": evalue, "--code": code, "--alignments": alignments}
        refuse_idle(f"--{kind}", of_proteins, "they are for --protein")
    if kind not in ("similar", "protein"):
        refuse_idle(f"--{kind}", {"--identity": identity}, "it is for --similar and --protein")
    evalue, code = 1e-3 if evalue is None else evalue, code or "1"
    filters = Filters(
        role=role,
        min_length=min_length,
        max_length=max_length,
        min_gc=min_gc,
        max_gc=max_gc,
        licence=licence,
        host=host,
        collection=collection,
        tier=tier,
        tag=tag,
        measured=tuple(map(_range, measured or ())),
        circular=circular,
        superseded=superseded,
        withdrawn=withdrawn,
    )
    queries: list[tuple[str, str | Sequence]]
    if kind == "enzymes":
        kind, queries = "motif", _sites(value)
    else:
        queries = [(value, value)] if kind == "text" else list(_queries(value))
    if kind == "protein":
        queries = _proteins(queries)
    elif kind != "text":
        _nucleotides(kind, queries)
    with Library.open(folder) as library:
        found = search_library(
            library,
            kind,  # type: ignore[arg-type]
            queries,
            filters=filters,
            identity=identity,
            evalue=evalue,
            code=code,
            limit=limit,
        )
        if json:
            for hit in found:
                sys.stdout.write(json_text.dumps(_document(hit), ensure_ascii=False) + "\n")
            return 0
        hits = list(found)
        lines = list(_alignments(library, hits, dict(queries), code)) if alignments else []
    shown = (*_SHOWN, *_OF_PROTEINS) if kind == "protein" else _SHOWN
    names = ("query", *shown) if len(queries) > 1 else shown
    if hits:
        print_table(names, [[_cell(getattr(hit, name)) for name in names] for hit in hits])
    sys.stdout.writelines(lines)
    note(f"{len(hits):,} hit{'' if len(hits) == 1 else 's'}")
    return 0


def _document(hit: Found) -> dict[str, object]:
    document = {field.name: getattr(hit, field.name) for field in fields(hit)}
    del document["number"]
    if hit.evalue is None:
        for name in _OF_PROTEINS:
            del document[name]
    return document


def _alignments(
    library: Library, hits: list[Found], queries: dict[str, str | Sequence], code: str
) -> Iterator[str]:
    from biowright.library import align_found

    for hit in hits:
        yield f"\n{hit.query}: {hit.part}.{hit.version} {hit.name}\n"
        yield f"{align_found(library, hit, queries[hit.query], code)}\n"


def _cell(value: object) -> object:
    if value is None:
        return ""
    return f"{value:.4g}" if isinstance(value, float) else value


def _queries(value: str) -> Iterator[tuple[str, str | Sequence]]:
    """Read a literal, or the records of a file."""
    if not value.strip():
        raise InputError("the question is empty", expected="a sequence, or the name of a file")
    if isinstance(given(value), str) and not _exists(value):
        if not _LITERAL.fullmatch(value):
            raise InputError(
                f"'{value}' is neither a file nor a sequence", hint="is the file's name right?"
            )
        yield value, "".join(value.split())
        return
    count = 0
    for record in formats.stream(given(value)):
        count += 1
        yield record.name or f"query {count}", record.sequence
    if not count:
        raise InputError("there is no sequence in the file", path=value)


def _sites(names: str) -> list[tuple[str, str | Sequence]]:
    """Give the recognition sites of restriction enzymes, or of all that REBASE knows."""
    from biowright.bio import enzyme, enzymes

    if names.strip().lower() == "all":
        return [(each.name, each.site) for each in enzymes()]
    chosen = [name.strip() for name in names.split(",") if name.strip()]
    if not chosen:
        raise InputError("no enzyme is named", expected="such as EcoRI,BsaI, or all")
    return [(each.name, each.site) for each in map(enzyme, chosen)]


def _exists(value: str) -> bool:
    try:
        return Path(value).exists()
    except OSError:  # a sequence is longer than the name of a file can be
        return False


def _proteins(queries: list[tuple[str, str | Sequence]]) -> list[tuple[str, str | Sequence]]:
    """Tell proteins from nucleotides, also those of which a file says nothing."""
    from biowright.library.proteins import protein_or_dna

    made: list[tuple[str, str | Sequence]] = []
    translated = []
    for name, query in queries:
        known = protein_or_dna(str(query) if _unsaid(query) else query)
        if known.molecule is not Molecule.PROTEIN:
            translated.append(name)
            if isinstance(query, Sequence):
                known = query  # a circle stays one
        made.append((name, known))
    if translated:
        first = translated[0] if len(translated[0]) <= 30 else f"{translated[0][:27]}..."
        more = f" and {len(translated) - 1:,} more" if len(translated) > 1 else ""
        note(f"{first}{more}: nucleotides, translated in six frames")
    return made


def _unsaid(query: str | Sequence) -> bool:
    return isinstance(query, str) or query.molecule is Molecule.DNA


def _nucleotides(kind: str, queries: list[tuple[str, str | Sequence]]) -> None:
    """Refuse a protein where nucleotides are asked for, and say where it is searched for."""
    for name, query in queries:
        letters = str(query).upper()
        if any(letter in letters for letter in "EFILPQ"):
            raise InputError(
                f"'{name if len(name) <= 30 else name[:27] + '...'}' is a protein, or no sequence",
                expected=f"nucleotides for --{kind}",
                hint="search for a protein with --protein",
            )


_BOUNDS = re.compile(r"\s*(?P<quantity>[^<>=]+?)\s*(?P<sign>>=|<=|=)\s*(?P<value>.+)")


def _range(text: str) -> MeasuredRange:
    """Read a range such as ``strength>=10`` or ``strength=0.5 RPU..2 RPU``."""
    match = _BOUNDS.fullmatch(text)
    if match is None:
        raise InputError(
            f"'{text}' is no range of a measured quantity",
            expected="such as 'termination strength>=10' or 'strength=0.5 RPU..2 RPU'",
        )
    value = match["value"]
    if match["sign"] == ">=":
        return MeasuredRange(match["quantity"], at_least=Quantity.parse(value))
    if match["sign"] == "<=":
        return MeasuredRange(match["quantity"], at_most=Quantity.parse(value))
    low, _, high = value.partition("..")
    return MeasuredRange(
        match["quantity"],
        at_least=Quantity.parse(low) if low.strip() else None,
        at_most=Quantity.parse(high or low) if (high or low).strip() else None,
    )
