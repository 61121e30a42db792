"""Rules of rewriting that put letters in: sites behind genes, overlaps that are parted."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from biowright.core import Attributes, Feature, Location, Molecule, Record, Span, Topology, insert
from biowright.core import Sequence as Letters

from .breaches import Breach
from .recoding import chosen_genes
from .rewriting_rules import InsertSite, SeparateOverlaps

__all__ = ["Insertion", "insert_sites", "separate_overlaps"]

NOTE = "put in by rewriting"


@dataclass(frozen=True, slots=True)
class Insertion:
    """Letters that were put in.

    Parameters
    ----------
    start, end : int
        Where they lie, in the record as it was after this edit.
    letters : str
    why : str
    moved : tuple of (index, spans)
        Features that were given another place, by their index in the table of before, with the
        spans (start, end, strand) that they had.
    """

    start: int
    end: int
    letters: str
    why: str
    moved: tuple[tuple[int, tuple[tuple[int, int, int], ...]], ...] = ()


_Made = tuple[Record, list[Insertion], list[Breach]]


def insert_sites(record: Record, rule: InsertSite, code: int) -> _Made:
    """Put a site behind the stop of each gene, where it parts no other feature."""
    said = f"insert {rule.label}"
    length = len(record)
    covered = np.zeros(length + 1, np.int64)
    for feature in record.features:
        if feature.type in ("source", "gene"):
            continue
        for part in feature.location.local:
            # strictly inside: a site at its border parts nothing
            covered[part.start + 1 : min(part.end, length)] = 1
    places: dict[int, list[str]] = {}
    left = []
    for index in chosen_genes(record, rule.genes, rule.but):
        feature = record.features[index]
        last = feature.location.parts[-1]
        place = last.end + rule.offset if last.strand == 1 else last.start - rule.offset
        if not 0 <= place <= length or covered[place]:
            spot = min(max(place, 0), length)
            left.append(
                Breach(
                    spot, spot, said, f"behind {feature.label}", why="another feature lies there"
                )
            )
            continue
        places.setdefault(place, []).append(feature.label)
    edits = []
    size = len(rule.sequence)
    piece = Record(
        Letters(rule.sequence.upper()),
        features=[
            Feature(
                "misc_feature",
                Location.of((0, size)),
                Attributes({"label": rule.label, "note": NOTE}),
            )
        ],
    )
    for place in sorted(places, reverse=True):  # from the end, so that places stay as they were
        record = insert(record, place, piece)
        why = f"{said} behind {', '.join(places[place])}"
        edits.append(Insertion(place, place + size, rule.sequence.upper(), why))
    return record, edits, left


def separate_overlaps(record: Record, rule: SeparateOverlaps, code: int) -> _Made:
    """Part genes that share letters, by doubling what they share; the last ones come first."""
    said = "separate overlaps"
    edits: list[Insertion] = []
    left: list[Breach] = []
    chosen = set(chosen_genes(record, rule.genes))
    whole = [
        (index, feature.location.parts[0])
        for index, feature in enumerate(record.features)
        if feature.type == "CDS"
        and len(feature.location.parts) == 1
        and feature.location.exact
        and feature.location.end <= len(record)
        and "pseudo" not in feature.qualifiers
    ]
    whole.sort(key=lambda pair: (pair[1].start, pair[1].end))
    pairs = [
        (a, b)
        for a, b in pairwise(whole)
        if b[1].start < a[1].end and (a[0] in chosen or b[0] in chosen)
    ]
    for (a, first), (b, second) in reversed(pairs):
        labels = f"{record.features[a].label} and {record.features[b].label}"
        shared = first.end - second.start
        if second.end <= first.end or second.start == first.start:
            left.append(Breach(second.start, second.end, said, labels, why="one lies in the other"))
            continue
        if first.strand == -1 and second.strand == 1:
            left.append(Breach(second.start, first.end, said, labels, why="both start there"))
            continue
        if first.strand == 1:
            # the second gene goes on in the copy, with the letters before its start
            lead = min(rule.upstream, second.start - first.start) if second.strand == 1 else 0
            low, high, at = second.start - lead, first.end, first.end
            size = high - low
            places = {a: first, b: Span(at + lead, second.end + size, second.strand)}
        else:
            # both are read from the right: the first one ends in the copy, with what follows it
            lead = min(rule.upstream, second.end - first.end)
            low, high, at = second.start, first.end + lead, second.start
            size = high - low
            places = {a: first, b: Span(second.start + size, second.end + size, -1)}
        copy = record.sequence.data[low:high]
        old = {a: first, b: second}
        same = {
            index: places[which]
            for index, feature in enumerate(record.features)
            for which in (a, b)
            if feature.type in ("CDS", "gene") and feature.location.parts == (old[which],)
        }
        moved = tuple(
            (
                index,
                tuple((p.start, p.end, p.strand) for p in record.features[index].location.parts),
            )
            for index in same
        )
        whole_genes = {index: record.features[index] for index in same}
        piece = Record(Letters.trusted(copy, Molecule.DNA, Topology.LINEAR))
        record = insert(record, at, piece)
        fresh = {
            index: replace(whole_genes[index], location=Location((span,)))
            for index, span in same.items()
        }
        record = record.changed(features=record.features.replaced(fresh))
        why = f"{said} of {labels}: {shared} shared letters"
        edits.append(Insertion(at, at + size, copy.decode(), why, moved))
    return record, edits, left
