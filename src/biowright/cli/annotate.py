"""`biowright library annotate`: known features and reading frames of bare sequences."""

from __future__ import annotations

import sys
from dataclasses import asdict

from biowright import formats
from biowright.core import InputError
from biowright.library import Library
from biowright.library import annotate as annotate_record
from biowright.library.common import common_library

from .arguments import Encoding, Force, From, Json, given, named
from .output import note, print_json, print_table

__all__ = ["annotate"]


def annotate(
    file: str,
    *,
    library: str | None = None,
    out: str | None = None,
    identity: float = 0.8,
    coverage: float = 0.5,
    protein_identity: float = 0.5,
    orf: int = 100,
    from_: From = None,
    encoding: Encoding = None,
    force: Force = False,
    json: Json = False,
) -> int:
    """Find known features and reading frames in sequences.

    Places are 0-based and half-open on the forward strand; a feature over the origin of a circle has
    an end that is not above its start.

    Parameters
    ----------
    file
        Sequences in any format; `-` is the standard input.
    library
        The library whose parts are the known features. Without it, features that are common in
        plasmids and come with Biowright: markers, origins, promoters, terminators, tags, nucleases.
    out
        Write the sequences with all features to this file; its ending says the format.
    identity
        The least share of equal letters in a hit, 0.5 to 1.
    coverage
        The least share of a part that a hit covers.
    protein_identity
        The least share of equal amino acids where a coding part is found by its protein, as a
        recoded one is.
    orf
        Add reading frames of so many amino acids where nothing coding is known; 0 for none.
    """
    records = []
    documents = []
    with common_library() if library is None else Library.open(library) as known:
        if library is None:
            note(
                f"no --library is named: the {known.last()} common features that come with Biowright "
                "are looked for"
            )
        for record in formats.stream(given(file), format=from_, encoding=encoding):
            done = annotate_record(
                record,
                known,
                identity=identity,
                coverage=coverage,
                protein_identity=protein_identity,
                orf=orf,
            )
            records.append(done.record)
            documents.append(
                {
                    "record": record.name,
                    "length": len(record.sequence),
                    "features": [
                        {**asdict(each), "whole": each.whole} for each in done.annotations
                    ],
                }
            )
    if not records:
        raise InputError("there is no sequence in the file", path=file)
    if out is not None:
        for loss in formats.write(records, named(out), force=force):
            note(f"lost  {loss.record}: {loss.what}: {loss.detail}")
    if json:
        print_json({"records": documents})
        return 0
    rows = [
        (
            document["record"],
            each["start"],
            each["end"],
            each["strand"],
            each["kind"],
            each["name"],
            f"{each['identity']:.1%}{' aa' if each['protein'] else ''}",
            f"{each['coverage']:.1%}",
            f"{each['part']}.{each['version']}" if each["part"] else "",
        )
        for document in documents
        for each in document["features"]  # type: ignore[attr-defined]
    ]
    head = ("record", "start", "end", "strand", "kind", "name", "identity", "covered", "part")
    if rows:
        print_table(head, rows)
    sys.stderr.write(f"{len(rows):,} features\n")
    return 0
