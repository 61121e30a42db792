"""Rewriting genomes by rules: each rule gives edits that are listed, explained and can be undone."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from os import PathLike
from pathlib import Path

from biowright.core import EditError, InputError, Location, Molecule, Record, Span, delete

from .breaches import Breach
from .changes import Change, roll_back
from .optimiser import Design
from .recoding import recode_codons, remove_sites, tag_genes
from .rewriting_rules import (
    GenomeRule,
    InsertSite,
    RecodeCodons,
    RemoveSites,
    SeparateOverlaps,
    TagGenes,
)
from .structure import NOTE, Insertion, insert_sites, separate_overlaps

Edit = Change | Insertion

__all__ = ["Edit", "Rewriting", "read_edits", "rewrite", "undo_rewriting", "write_edits"]


@dataclass(frozen=True, slots=True, eq=False)
class Rewriting:
    """A rewritten genome.

    Parameters
    ----------
    record : Record
    edits : tuple of Change or Insertion
        In the order in which they were made; undone from the last to the first.
    counts : dict of str to int
        How many edits each rule made.
    left : tuple of Breach
        Where a rule could not be carried out, with why.
    """

    record: Record
    edits: tuple[Edit, ...]
    counts: dict[str, int]
    left: tuple[Breach, ...]


def rewrite(record: Record, rules: Sequence[GenomeRule], *, code: int = 11) -> Rewriting:
    """Rewrite a genome by rules, one after the other.

    Every protein stays the same. Letters of two genes change only where both proteins allow it.

    Parameters
    ----------
    record : Record
        With its CDS features.
    rules : sequence of rules
        Each sees what those before it have made.
    code : int, default 11
        The genetic code of genes that name none.

    Raises
    ------
    InputError
        A rule names a gene that there is none of, or codons that are not synonymous.

    Examples
    --------
    >>> from biowright.core import Feature
    >>> from biowright.core import Sequence as Letters
    >>> gene = Record(Letters("ATGTCGTAGGG"), features=[Feature("CDS", Location.of((0, 9)))])
    >>> done = rewrite(gene, [RecodeCodons({"TAG": "TAA", "TCG": "AGC"})])
    >>> str(done.record.sequence), done.counts
    ('ATGAGCTAAGG', {'1 recode': 2})
    """
    if record.molecule is not Molecule.DNA:
        raise InputError(
            f"{record.molecule} cannot be rewritten",
            record=record.name or None,
            expected="an annotated genome, such as a GenBank file",
        )
    edits: list[Edit] = []
    left: list[Breach] = []
    counts = {}
    for number, rule in enumerate(rules, 1):
        maker, name = _MAKERS[type(rule)]
        record, made, missed = maker(record, rule, code)
        counts[f"{number} {name}"] = len(made)
        edits += made
        left += missed
    return Rewriting(record, tuple(edits), counts, tuple(left))


_Made = tuple[Record, list, list[Breach]]


def undo_rewriting(record: Record, edits: Sequence[Edit]) -> Record:
    """Take the edits of a rewriting back, to the letters and features of before.

    Raises
    ------
    EditError
        The record does not hold what an edit has put there.
    """
    position = len(edits)
    while position:
        edit = edits[position - 1]
        if isinstance(edit, Change):
            # changes that follow one another are taken back in one go
            first = position
            while first and isinstance(edits[first - 1], Change):
                first -= 1
            record = roll_back(
                record, [e for e in edits[first:position] if isinstance(e, Change)][::-1]
            )
            position = first
            continue
        record = _taken_out(record, edit)
        position -= 1
    return record


def _taken_out(record: Record, edit: Insertion) -> Record:
    here = record.sequence.data[edit.start : edit.end].decode()
    if here.upper() != edit.letters.upper():
        raise EditError(
            f"{here[:20]} stands where {edit.letters[:20]} had been put in",
            record=record.name or None,
            position=edit.start,
            hint="was the record edited since?",
        )
    features = record.features
    own = {
        index
        for index in features.overlapping(edit.start, edit.end)
        if NOTE in features[index].qualifiers.get("note", ())
        and (features[index].location.start, features[index].location.end) == (edit.start, edit.end)
    }
    kept = [index for index in range(len(features)) if index not in own]
    record = record.changed(features=features.selected(kept))
    touched = record.features.overlapping(edit.start, edit.end)
    notes = {index: record.features[index].cuts for index in touched}
    record = delete(record, edit.start, edit.end)
    fresh = {}
    size = edit.end - edit.start
    for index, before in notes.items():
        # what goes now was not there before: nothing is cut, and nothing interrupted any more
        said = f"interrupted by {size} nt (insert at {edit.start})"
        kept_notes = [f"cut: {cut}" for cut in before if cut != said]
        feature = record.features[index]
        pairs = [
            (key, value)
            for key, value in feature.qualifiers.pairs
            if key != "note" or not (value or "").startswith("cut: ")
        ]
        pairs += [("note", text) for text in kept_notes]
        fresh[index] = replace(feature, qualifiers=type(feature.qualifiers)(pairs))
    for index, spans in edit.moved:
        feature = fresh.get(index, record.features[index])
        fresh[index] = replace(feature, location=Location(tuple(Span(*span) for span in spans)))
    return record.changed(features=record.features.replaced(fresh))


def write_edits(done: Iterable[Rewriting | Design]) -> str:
    """Write what was changed as JSON, by which `undo_rewriting` takes it back."""
    records = [
        {
            "record": one.record.name,
            "seguid": one.record.seguid,
            "edits": [
                {"kind": "change" if isinstance(edit, Change) else "insertion", **asdict(edit)}
                for edit in (one.edits if isinstance(one, Rewriting) else one.changes)
            ],
        }
        for one in done
    ]
    return json.dumps({"biowright_changes": 1, "records": records}, indent=1) + "\n"


def read_edits(path: str | PathLike[str]) -> dict[str, list[Edit]]:
    """Read what `write_edits` has written: the edits by the record's name.

    Raises
    ------
    InputError
        The file is no such list.
    """
    try:
        content = json.loads(Path(path).read_text("utf-8"))
        if content["biowright_changes"] != 1:
            raise InputError("the list of edits is of another version", path=path)
        return {
            record["record"]: [_edit(e) for e in record["edits"]] for record in content["records"]
        }
    except OSError as error:
        raise InputError(f"the file cannot be read ({error.strerror})", path=path) from None
    except (ValueError, KeyError, TypeError, RecursionError):
        raise InputError(
            "this is no list of edits",
            path=path,
            hint="design gene and design rewrite write one: --changes",
        ) from None


def _edit(values: dict) -> Edit:
    values = dict(values)
    if values.pop("kind") == "change":
        return Change(**values)
    values["moved"] = tuple(
        (int(index), tuple(tuple(int(x) for x in span) for span in spans))
        for index, spans in values["moved"]
    )
    return Insertion(**values)


_MAKERS: dict[type, tuple[Callable[..., tuple[Record, list, list[Breach]]], str]] = {
    RecodeCodons: (recode_codons, "recode"),
    RemoveSites: (remove_sites, "remove"),
    InsertSite: (insert_sites, "insert"),
    TagGenes: (tag_genes, "tag"),
    SeparateOverlaps: (separate_overlaps, "separate"),
}
