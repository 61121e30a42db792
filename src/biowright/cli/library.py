"""`biowright library`: parts, their versions and what was measured of them."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from biowright.core import InputError
from biowright.formats import format_for_path, refuse_existing, write
from biowright.library import Filters, Library, LoadReport, PartVersion
from biowright.library.measuring import write_measurements
from biowright.library.passport import COMMENT_FORMATS
from biowright.library.searching import index_of
from biowright.library.spelling import spelled_index

from .arguments import Force, Json, given, named
from .output import note, print_json, print_table

__all__ = ["add", "create", "diff", "export", "history", "measure", "show", "stats"]

_SHOWN = 10
_MANY = 2_000
"""Versions that are indexed as soon as they are loaded."""


def create(
    folder: str,
    /,
    *,
    url: str | None = None,
    starter: Annotated[bool, Parameter(negative=())] = False,
    json: Json = False,
) -> int:
    """Make a library, empty or with the starter collection.

    Parameters
    ----------
    folder
        The folder to make.
    url
        Keep the records in this database, not in the folder: postgresql+pg8000://user@host/name.
    starter
        Put in published parts with their measurements, as far as their licences allow.
    """
    with Library.create(named(folder), url=url, starter=starter) as library:
        if json:
            print_json({"library": folder, "versions": library.last()})
        else:
            sys.stdout.write(
                f"made {folder}; add parts with: biowright library add {folder} FILE\n"
            )
    return 0


def add(
    folder: str,
    /,
    *files: Annotated[str, Parameter(required=True)],
    tier: str = "",
    licence: str = "",
    source: str = "",
    collection: str = "main",
    json: Json = False,
) -> int:
    """Add the records of files; what is there already is passed over, and what broke off goes on.

    Parameters
    ----------
    folder
        The library.
    files
        Of any format, also packed; `-` is the standard input.
    tier
        reference for natural genes and parts as they are, characterised for parts with measurements;
        by default what each says of itself, or else reference.
    licence
        Of all of them, such as CC-BY-4.0, OpenMTA, UBMTA or proprietary; by default each one's own.
    source
        Where they come from: a DOI, an address, a name; by default what each says.
    collection
        The collection to add to; it is made where it is new.
    """
    documents = []
    lost: dict[str, list[str]] = {}
    failed = 0
    with Library.open(folder) as library:
        for file in files:
            report = library.load(
                given(file),
                tier=tier,
                licence=licence,
                source=source,
                collection=collection,
                progress=_progress(file),
            )
            failed += bool(report.refused) and not report.added + report.skipped
            _tell(report, lost)
            documents.append({"file": file, **_document(report)})
            if not json:
                sys.stdout.write(f"{file}: {_summary(report)}\n")
        for what, names in lost.items():
            first = ", ".join(names[:3]) + (", ..." if len(names) > 3 else "")
            plural = "" if len(names) == 1 else "s"
            note(f"not kept: {what} of {len(names):,} record{plural} ({first})")
        if sum(document["added"] for document in documents) >= _MANY:
            # few are searched in memory; many would make the first search wait
            index_of(library).update()
            spelled_index(library).update()
        if json:
            total = {key: sum(d[key] for d in documents) for key in ("added", "parts", "skipped")}
            refused = sum(len(d["refused"]) for d in documents)
            print_json(
                {**total, "refused": refused, "versions": library.last(), "files": documents}
            )
    return 2 if failed else 0


def _progress(file: str) -> Callable[[int, int], None]:
    begun = time.monotonic()

    def tell(done: int, size: int) -> None:
        if sys.stderr.isatty() and 0 < done < size:
            share = done / size
            left = (time.monotonic() - begun) * (1 - share) / share
            sys.stderr.write(f"\r{file}: {share:.0%}, {left:,.0f} s left ")
            sys.stderr.flush()

    return tell


def _summary(report: LoadReport) -> str:
    versions = report.added - report.parts
    words = [f"{report.parts:,} part{'' if report.parts == 1 else 's'} added"]
    if versions:
        words.append(f"{versions:,} new version{'' if versions == 1 else 's'}")
    if report.skipped:
        words.append(f"{report.skipped:,} there already")
    if report.refused:
        words.append(f"{len(report.refused):,} refused")
    return ", ".join(words)


def _tell(report: LoadReport, lost: dict[str, list[str]]) -> None:
    """Tell what was refused, and gather what is told once for all files."""
    for refusal in report.refused[:_SHOWN]:
        where = f"{refusal.file}, line {refusal.line}" if refusal.line else refusal.file
        record = f", record {refusal.record}" if refusal.record else ""
        note(f"refused: {where}{record}: {refusal.reason}")
    more = len(report.refused) - _SHOWN
    if more > 0:
        note(f"... and {more:,} more; all with: biowright library add --json")
    for record, what, detail in report.losses:
        lost.setdefault(f"{what}: {detail}", []).append(record)
    for notice in report.notices:
        note(notice)


def _document(report: LoadReport) -> dict[str, Any]:
    return {
        "write": report.write,
        "added": report.added,
        "parts": report.parts,
        "skipped": report.skipped,
        "refused": [asdict(refusal) for refusal in report.refused],
        "losses": [list(loss) for loss in report.losses],
        "notices": list(report.notices),
    }


def show(folder: str, part: str, /, *, json: Json = False) -> int:
    """Show a part: what it is, where it comes from, its versions, and what was measured of it.

    Parameters
    ----------
    folder
        The library.
    part
        An identity (P17, or P17.2 for its version 2), a name or an alias.
    """
    with Library.open(folder) as library:
        number = library.find(part)
        (version,) = library.describe([number])
        record = library.record(number)
        labels = library.labels(number)
        document = {
            **_version(version),
            "seguid": _seguid(record),
            "tags": list(labels["tag"]),
            "aliases": list(labels["alias"]),
            "versions": len(library.versions(number)),
            "features": [
                {"type": f.type, "location": str(f.location), "label": f.label}
                for f in record.features
            ],
            "annotations": [list(pair) for pair in record.annotations.pairs],
            "composition": _composition(library, number),
            "used_by": [
                {"part": w.part, "version": w.version, "name": w.name}
                for w in library.describe(library.uses(number))
            ],
            "measurements": [m.document() for m in library.measurements(number)],
            "sequence": str(record.sequence),
        }
        if json:
            print_json(document)
            return 0
        _show(document)
    return 0


def _seguid(record: Any) -> str | None:
    from biowright.core import SequenceError

    try:
        return str(record.seguid)
    except SequenceError:
        return None


def _composition(library: Library, number: int) -> list[dict[str, Any]]:
    pieces = library.composition(number)
    made_of = library.describe([piece[0] for piece in pieces])
    return [
        {"part": p.part, "version": p.version, "name": p.name, "start": s, "end": e, "strand": d}
        for p, (_, s, e, d) in zip(made_of, pieces, strict=True)
    ]


def _version(version: PartVersion) -> dict[str, Any]:
    document = asdict(version)
    document["molecule"] = str(version.molecule)
    document["roles"] = list(version.roles)
    return document


def _listed(versions: list[dict[str, Any]]) -> str:
    return ", ".join(
        f"{v['name']} ({v['part']}.{v['version']}{', turned' if v.get('strand') == -1 else ''})"
        for v in versions
    )


def _show(document: dict[str, Any]) -> None:
    from biowright.library import ROLES

    roles = [f"{ROLES.get(role, '')} ({role})".strip() for role in document["roles"]]
    unit = "aa" if document["molecule"] == "protein" else "nt"
    shape = "circular" if document["circular"] else "linear"
    rows = {
        "part": f"{document['part']}, version {document['version']} of {document['versions']}",
        "name": document["name"],
        "description": document["description"],
        "what": f"{document['length']:,} {unit} {shape} {document['molecule']}",
        "GC": "" if document["gc"] is None else f"{document['gc']:.1%}",
        "roles": ", ".join(roles),
        "collection": document["collection"],
        "tier": document["tier"],
        "licence": document["licence"] or "not stated",
        "source": document["source"],
        "screening": document["screening"],
        "status": document["status"],
        "tags": ", ".join(document["tags"]),
        "aliases": ", ".join(document["aliases"]),
        "seguid": document["seguid"] or "",
        "made of": _listed(document["composition"]),
        "used in": _listed(document["used_by"]),
    }
    for key, value in rows.items():
        if value:
            sys.stdout.write(f"{key:<12}{value}\n")
    if document["features"]:
        sys.stdout.write("\n")
        print_table(
            ("feature", "location", "label"),
            [(f["type"], f["location"], f["label"]) for f in document["features"][:50]],
        )
    if document["measurements"]:
        sys.stdout.write("\n")
        print_table(
            ("quantity", "value", "context", "source"),
            [
                (m["quantity"], m["text"], m["context_text"], m["doi"] or "")
                for m in document["measurements"][:50]
            ],
        )


def history(folder: str, part: str, /, *, json: Json = False) -> int:
    """Show what was written of a part: who, what and when.

    Parameters
    ----------
    folder
        The library.
    part
        An identity, a name or an alias.
    """
    with Library.open(folder) as library:
        events = library.history(library.find(part))
    if json:
        print_json([asdict(event) for event in events])
    else:
        rows = [(e.at, e.person, e.what, e.detail) for e in events]
        print_table(("when (UTC)", "who", "what", "detail"), rows)
    return 0


def diff(folder: str, before: str, after: str | None = None, /, *, json: Json = False) -> int:
    """Show in what two versions differ.

    Parameters
    ----------
    folder
        The library.
    before
        A version, such as P17.1; or a part, whose newest version is compared with the one before it.
    after
        The other version.
    """
    with Library.open(folder) as library:
        first = library.find(before)
        if after is None:
            versions = library.versions(first)
            place = [v.number for v in versions].index(first)
            if place == 0:
                raise InputError(f"{before} has no earlier version", hint="name two versions")
            first, second = versions[place - 1].number, first
        else:
            second = library.find(after)
        found = library.diff(first, second)
    if json:
        print_json([asdict(difference) for difference in found])
        return 0
    if not found:
        sys.stdout.write("they do not differ\n")
        return 0
    rows = []
    for difference in found:
        where = "" if difference.start is None else f"{difference.start}..{difference.end}"
        rows.append((difference.field, where, _short(difference.before), _short(difference.after)))
    print_table(("field", "where", "before", "after"), rows)
    return 0


def _short(text: str, width: int = 60) -> str:
    return text if len(text) <= width else f"{text[: width - 13]}...{text[-10:]}"


def export(
    folder: str,
    out: str,
    /,
    *,
    collection: str | None = None,
    tier: str | None = None,
    role: str | None = None,
    licence: str | None = None,
    tag: str | None = None,
    to: str | None = None,
    measurements: str | None = None,
    force: Force = False,
    json: Json = False,
) -> int:
    """Write a collection, or what passes the filters, to a file; tell what its format cannot hold.

    Parameters
    ----------
    folder
        The library.
    out
        The file; its ending says the format (GenBank, FASTA, SBOL, CSV...), unless --to does.
    collection, tier, role, licence, tag
        Only what has these.
    to
        The format's name.
    measurements
        Write what was measured of the parts to this CSV, which `library measure` reads.
    """
    format = to or format_for_path(named(out)).name
    if measurements is not None:
        refuse_existing([Path(named(measurements))], force=force)
    with Library.open(folder) as library:
        filters = Filters(collection=collection, tier=tier, role=role, licence=licence, tag=tag)
        numbers = library.select(filters)
        records = library.export(numbers, comment=format in COMMENT_FORMATS)
        losses = write(records, out, format=format, force=force)
        rows = 0
        if measurements is not None:
            rows = write_measurements(library, numbers, measurements, force=force)
    if json:
        document = {"file": out, "records": len(numbers), "losses": [asdict(x) for x in losses]}
        if measurements is not None:
            document |= {"measurements": measurements, "measured": rows}
        print_json(document)
        return 0
    sys.stdout.write(f"{len(numbers):,} record{'' if len(numbers) == 1 else 's'}: {out}\n")
    if measurements is not None:
        sys.stdout.write(f"{rows:,} measurement{'' if rows == 1 else 's'}: {measurements}\n")
    counts: dict[str, int] = {}
    for loss in losses:
        counts[loss.what] = counts.get(loss.what, 0) + 1
    for what, count in counts.items():
        note(f"lost: {what} of {count:,} record{'' if count == 1 else 's'}")
    return 0


def measure(
    folder: str,
    /,
    *files: Annotated[str, Parameter(required=True)],
    sheet: str | None = None,
    context: Annotated[list[str] | None, Parameter(consume_multiple=True, negative=())] = None,
    doi: str = "",
    licence: str = "",
    protocol: str = "",
    json: Json = False,
) -> int:
    """Read measurements from tables; rows that do not fit are told with line and reason.

    Parameters
    ----------
    folder
        The library.
    files
        CSV, TSV, .xls or .xlsx with the columns part, quantity, value; and perhaps unit,
        uncertainty, n, replicates, protocol, doi, licence, host, vector, medium, temperature,
        inducer, instrument, gain, reference.
    sheet
        Of a workbook.
    context
        Conditions of all rows, such as host="E. coli DH10B" medium=M9.
    doi, licence, protocol
        Of the rows that say none.
    """
    given_context = {}
    for text in context or ():
        key, equals, value = text.partition("=")
        if not equals or not key.strip():
            raise InputError(f"'{text}' is no condition", expected="NAME=VALUE")
        given_context[key] = value
    documents = []
    nothing = False
    with Library.open(folder) as library:
        for file in files:
            report = library.measure_file(
                file,
                sheet=sheet,
                context=given_context,
                doi=doi,
                licence=licence,
                protocol=protocol,
            )
            for refusal in report.refused[:_SHOWN]:
                note(f"refused: {refusal.file}, line {refusal.line}: {refusal.reason}")
            if len(report.refused) > _SHOWN:
                note(f"... and {len(report.refused) - _SHOWN:,} more; all with --json")
            nothing |= bool(report.refused) and not report.added + report.known
            documents.append(
                {
                    "file": file,
                    "added": report.added,
                    "known": report.known,
                    "refused": [asdict(refusal) for refusal in report.refused],
                }
            )
            if not json:
                words = [f"{report.added:,} measurement{'' if report.added == 1 else 's'} added"]
                if report.known:
                    words.append(f"{report.known:,} there already")
                if report.refused:
                    words.append(f"{len(report.refused):,} refused")
                sys.stdout.write(f"{file}: {', '.join(words)}\n")
    if json:
        print_json({"files": documents})
    return 2 if nothing else 0


def stats(folder: str, /, *, json: Json = False) -> int:
    """Count what is in a library; the tiers are always counted apart.

    Parameters
    ----------
    folder
        The library.
    """
    with Library.open(folder) as library:
        document = library.stats()
    if json:
        print_json(document)
        return 0
    for key in ("parts", "versions", "letters", "measurements", "writes"):
        sys.stdout.write(f"{key:<14}{document[key]:>14,}\n")
    for key in ("tier", "collection", "role", "licence"):
        if document[f"by_{key}"]:
            sys.stdout.write("\n")
            print_table((key, "parts"), list(document[f"by_{key}"].items()))
    return 0
