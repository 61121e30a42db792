"""Writing GFF3: any record's features as lines, with the order and the comments of their file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from biowright.core import Feature, Record, Span

from ..fasta import Title, molecule_losses, wrapped
from ..format import Loss, losses_of
from .lines import Row, escaped, escaped_name, fuzz_text
from .terms import ATTRIBUTES, FLAGS, SO_TERMS

__all__ = ["Layout", "write"]

_MARK = "biowright\tregion"
_CIRCULAR = ("Is_circular", "true")
_COLUMNS = ("gff_source", "gff_score", "gff_phase", "gff_strand")
_LENGTH = re.compile(r"(\d+) bp")
_FROM_INSDC = {insdc: gff for gff, insdc in ATTRIBUTES.items()}


@dataclass(frozen=True, slots=True)
class Layout:
    """What a GFF3 file says beside the values of a record.

    Parameters
    ----------
    lines : tuple
        The lines in their order: comments and directives as text, feature lines as (index of the
        feature, index of its part).
    features : tuple of Feature
        Those that the lines belong to; with others the order is theirs.
    region : tuple of (start, end), optional
        What ``##sequence-region`` says, 1-based and inclusive as it stands.
    verbatim : frozenset of str
        The INSDC names that the file itself uses in place of GFF3's.
    """

    lines: tuple[str | tuple[int, int], ...] = ()
    features: tuple[Feature, ...] = ()
    region: tuple[int, int] | None = None
    verbatim: frozenset[str] = frozenset()


@dataclass(slots=True)
class _Losses:
    """What is lost, gathered by kind, so that a genome gives a few lines of report."""

    record: str
    found: dict[str, list[str]] = field(default_factory=dict)

    def add(self, what: str, detail: str) -> None:
        self.found.setdefault(what, []).append(detail)

    def report(self) -> Iterator[Loss]:
        for what, details in self.found.items():
            more = f" and {len(details) - 1:,} more" if len(details) > 1 else ""
            yield Loss(self.record, what, details[0] + more)


def canonical_order(spans: list[Span]) -> list[int]:
    """Give the order in which parts are read when only their coordinates tell."""
    numbers = list(range(len(spans)))
    strands = {span.strand for span in spans}
    if strands == {1}:
        return sorted(numbers, key=lambda i: (spans[i].start, spans[i].end))
    if strands == {-1}:
        return sorted(numbers, key=lambda i: (-spans[i].end, -spans[i].start))
    return numbers


def phases_of(first: str, spans: list[Span]) -> list[str] | None:
    """Give the phase of each part of a CDS from that of the first."""
    if first not in ("0", "1", "2"):
        return None
    phase, phases = int(first), []
    for span in spans:
        phases.append(str(phase))
        phase = (phase - len(span)) % 3
    return phases


def first_phase(codon_start: str | None) -> str:
    """Give the phase of the first part of a CDS from its codon_start."""
    return {"2": "1", "3": "2"}.get(codon_start or "1", "0")


def is_landmark_mark(row: Row) -> bool:
    """Tell whether a line only says that its landmark is circular, as `write` says it."""
    return f"{row.source}\t{row.type}" == _MARK and row.attributes == (_CIRCULAR,) and row.id == ""


def write(records: Iterable[Record], output: BinaryIO) -> list[Loss]:
    """Write the features of all records, and behind them the sequences.

    The records are held until the end, because the sequences come last.
    """
    losses: list[Loss] = []
    fasta: list[tuple[str, Record]] = []
    names: set[str] = set()
    for record in records:
        losing = _Losses(record.name)
        name = _unique(record.name or record.id or "unnamed", names, "-")
        if name != record.name:
            losing.add("name", f"'{record.name}' is written as '{name}'")
        lines = list(_lines(record, escaped_name(name), losing))
        if len(names) == 1 and not (lines and lines[0].startswith("##gff-version")):
            lines.insert(0, "##gff-version 3")
        output.write("".join(f"{line}\n" for line in lines).encode("utf-8", "surrogatepass"))
        carried = {"features", "topology"}
        if record.sequence:
            fasta.append((name, record))
            carried.add("description")
            losses += molecule_losses(record)
            losses += _title(name, record).losses(record.changed(name=_title(name, record).name))
        elif len(lines) == (len(names) == 1):
            losing.add("record", "there is no feature and no letter of it to write")
        extras = {k: v for k, v in record.extras.items() if k != "fasta"}
        said = record.annotations if record.sequence else record.annotations.without("length")
        losses += losses_of(record.changed(extras=extras, annotations=said), carried, "gff3")
        losses += losing.report()
    if not names:
        output.write(b"##gff-version 3\n")
    if fasta:
        output.write(b"##FASTA\n")
    for name, record in fasta:
        title = _title(name, record).text
        output.write(f">{title}\n".encode() + wrapped(record.sequence.data))
    return losses


def _title(name: str, record: Record) -> Title:
    # the landmark says the topology
    linear = record.sequence.linear()
    return Title.for_record(record.changed(name=escaped_name(name), sequence=linear))


def _unique(name: str, used: set[str], joint: str) -> str:
    fresh, n = name, 1
    while fresh in used:
        n += 1
        fresh = f"{name}{joint}{n}"
    used.add(fresh)
    return fresh


def _lines(record: Record, name: str, losing: _Losses) -> Iterator[str]:
    layout = record.extras.get("gff3")
    kept = layout if isinstance(layout, Layout) else Layout()
    features = tuple(record.features)
    region = _region(record, kept, name)
    if region and kept is not layout:
        yield region
    if record.circular and not any(_says_circular(f) for f in features):
        end = max(len(record), 1)
        mark = f"{name}\t{_MARK}\t1\t{end}\t.\t+\t.\t{'='.join(_CIRCULAR)}"
    else:
        mark = ""
    writer = _FeatureLines(name, record.circular, kept.verbatim, losing)
    rows = [writer.lines(feature) for feature in features]
    if kept.features == features:
        order: Iterable[str | tuple[int, int]] = kept.lines
    else:
        order = (
            *(line for line in kept.lines if isinstance(line, str) and line != "###"),
            *((i, j) for i, lines in enumerate(rows) for j in range(len(lines))),
        )
    for item in order:
        if isinstance(item, str):
            is_region = item.startswith("##sequence-region")
            yield region if is_region and region else item
            continue
        if mark:
            yield mark
            mark = ""
        i, j = item
        if j < len(rows[i]):
            yield rows[i][j]
    if mark:
        yield mark


def _region(record: Record, kept: Layout, name: str) -> str:
    if record.sequence:
        return f"##sequence-region {name} 1 {len(record)}"
    stated = _LENGTH.match(record.annotations.first("length", ""))
    if stated:
        start = kept.region[0] if kept.region else 1
        return f"##sequence-region {name} {start} {stated[1]}"
    return ""


def _says_circular(feature: Feature) -> bool:
    return (feature.qualifiers.first("Is_circular") or "").lower() == "true"


@dataclass(slots=True)
class _FeatureLines:
    """Makes the lines of the features of one record."""

    landmark: str
    circular: bool
    verbatim: frozenset[str]
    losing: _Losses
    keys: set[tuple[str, ...]] = field(default_factory=set)
    made: int = 0

    def lines(self, feature: Feature) -> list[str]:
        spans = [span for span in feature.location.parts if span.accession is None]
        if len(spans) < len(feature.location.parts):
            self.losing.add("location", f"parts of {feature.label} lie in another record")
        if len(spans) > 1 and feature.location.operator != "join":
            self.losing.add("location", f"{feature.label}: '{feature.location.operator}' as join")
        kind = SO_TERMS.get(feature.type, feature.type)
        phases, phased = self._phases(feature, spans)
        strands = feature.qualifiers.get("gff_strand", ())
        attributes = self._attributes(feature, kind, phased)
        source = escaped(feature.qualifiers.first("gff_source") or ".", column=True)
        score = escaped(feature.qualifiers.first("gff_score") or ".", column=True)
        named = self._id(feature, len(spans), (kind, source, score, attributes))
        in_order = len({s.strand for s in spans}) == 1 and canonical_order(spans) == list(
            range(len(spans))
        )
        lines = []
        for i, span in enumerate(spans):
            strand = "+" if span.strand == 1 else "-"
            if strands:
                strand = strands[i] if len(strands) == len(spans) else strands[0]
            start, end = span.start + 1, span.end
            if start > end:
                self.losing.add("location", f"the site {feature.location} of {feature.label}")
                start = end = max(end, 1)
            ninth = [named] if named else []
            if attributes:
                ninth.append(attributes)
            if len(spans) > 1 and not in_order:
                ninth.append(f"part={i + 1}/{len(spans)}")
            ninth += self._ranges(feature, span)
            columns = (
                self.landmark,
                source,
                escaped(kind, column=True) or ".",
                str(start),
                str(end),
                score,
                strand,
                phases[i],
                ";".join(ninth) or ".",
            )
            lines.append("\t".join(columns))
        return lines

    def _phases(self, feature: Feature, spans: list[Span]) -> tuple[list[str], bool]:
        """Give the phases, and whether they say the codon_start."""
        said = feature.qualifiers.get("gff_phase", ())
        if len(said) == len(spans):
            return list(said), False
        if feature.type != "CDS":
            return ["."] * len(spans), False
        first = first_phase(feature.qualifiers.first("codon_start"))
        return phases_of(first, spans) or [], first != "0"

    def _attributes(self, feature: Feature, kind: str, phased: bool) -> str:
        values: dict[str, list[str]] = {}
        for key, value in feature.qualifiers.pairs:
            if key in _COLUMNS or (key == "codon_start" and phased):
                continue
            if key == "Is_circular" and not self.circular:
                self.losing.add("qualifier", "Is_circular of a record that is linear")
                continue
            if value is None:
                if key not in FLAGS:
                    self.losing.add("qualifier", f"the flag {key} becomes {key}=true")
                value = "true"
            if key in _FROM_INSDC and key not in self.verbatim:
                key = _FROM_INSDC[key]
            values.setdefault(key, []).append(escaped(value))
        if kind != feature.type:
            values.setdefault("gbkey", []).append(escaped(feature.type))
        return ";".join(f"{escaped(key)}={','.join(those)}" for key, those in values.items())

    def _id(self, feature: Feature, parts: int, key: tuple[str, ...]) -> str:
        if not feature.id:
            if parts < 2:
                return ""
            self.made += 1
            return f"ID=biowright-{self.made}"
        fresh, n = feature.id, 1
        while (fresh, *key) in self.keys:
            n += 1
            fresh = f"{feature.id}-{n}"
        self.keys.add((fresh, *key))
        if fresh != feature.id:
            self.losing.add("feature id", f"'{feature.id}' is taken; '{fresh}' is written")
        return f"ID={escaped(fresh)}"

    def _ranges(self, feature: Feature, span: Span) -> Iterator[str]:
        for key, fuzz, boundary, offset in (
            ("start_range", span.start_fuzz, span.start, 1),
            ("end_range", span.end_fuzz, span.end, 0),
        ):
            if fuzz is None:
                continue
            text = fuzz_text(fuzz, boundary, offset)
            if text is None:
                self.losing.add("fuzzy end", f"{feature.location} of {feature.label}")
            else:
                yield f"{key}={text}"
