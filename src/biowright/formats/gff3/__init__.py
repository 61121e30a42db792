"""GFF3: features in nine columns, with the sequences behind them.

https://github.com/The-Sequence-Ontology/Specifications/blob/master/gff3.md. Lines that share ID,
type and attributes make one feature with several parts, read in the order of the coordinates on
their strand, or of their ``part`` attributes. ``Parent`` and all other attributes are qualifiers;
``Name``, ``Note`` and ``Dbxref`` take their INSDC names ``label``, ``note`` and ``db_xref`` (unless
the file uses these itself). The other columns are the qualifiers ``gff_source``, ``gff_score``,
``gff_phase`` and ``gff_strand``, where they say anything that the feature does not say itself; the
phase of a CDS is its ``codon_start``.

A file without sequences gives records with an empty sequence, and their length in the annotation
``length``. Comments, directives and the order of the lines are kept in ``extras["gff3"]``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice

from biowright.core import (
    Attributes,
    Feature,
    FormatError,
    Location,
    Molecule,
    Record,
    Sequence,
    Topology,
)

from ..fasta import records_in
from ..foreign import foreign
from ..format import Format
from ..source import Source
from .lines import Row, unescaped
from .terms import ATTRIBUTES, FLAGS, SO_TERMS
from .writer import (
    Layout,
    canonical_order,
    first_phase,
    is_landmark_mark,
    phases_of,
    write,
)

__all__ = ["FORMATS"]

_OWN_ID = "biowright-"


def sniff(head: bytes) -> bool:
    """Tell whether it states GFF version 3, or begins with a line of nine fitting columns."""
    if head.lstrip().startswith(b"##gff-version"):
        return head.split(None, 2)[1:2] != [] and head.split(None, 2)[1].startswith(b"3")
    for line in head.splitlines()[:1000]:
        if line.startswith(b"#") or not line.strip():
            continue
        columns = line.split(b"\t")
        return (
            len(columns) == 9
            and columns[3].isdigit()
            and columns[4].isdigit()
            and columns[6] in (b"+", b"-", b".", b"?")
            and columns[7] in (b".", b"0", b"1", b"2")
            and (b"=" in columns[8] or columns[8].strip() == b".")
            and foreign(head) is None
        )
    return False


@dataclass(slots=True)
class _Landmark:
    """What a file says of one sequence, as it is collected."""

    name: str
    groups: list[list[Row]] = field(default_factory=list)
    lines: list[str | tuple[int, int]] = field(default_factory=list)
    region: tuple[int, int] | None = None
    circular: bool = False
    index: dict[tuple[object, ...], int] = field(default_factory=dict)

    def add(self, row: Row) -> None:
        if is_landmark_mark(row):
            self.circular = True
            return
        self.circular |= any(
            k == "Is_circular" and v and v.lower() == "true" for k, v in row.attributes
        )
        at = self.index.get(row.key) if row.id else None
        if at is None:
            at = len(self.groups)
            self.groups.append([])
            if row.id:
                self.index[row.key] = at
        self.lines.append((at, len(self.groups[at])))
        self.groups[at].append(row)


def read(source: Source) -> Iterator[Record]:
    """Read the records, in the order in which the file first names them.

    Raises
    ------
    FormatError
        A line is no line of GFF3, a feature lies outside of its sequence, or it is GTF.
    """
    landmarks: dict[str, _Landmark] = {}
    waiting: list[str] = []  # lines that no landmark has been named for yet
    current: _Landmark | None = None
    sequences: dict[str, Record] = {}
    path = source.name
    lines = source.lines()
    number = 0
    for number, line in enumerate(lines, 1):
        if line.startswith(("##FASTA", ">")):
            blocks = _blocks(lines, line if line.startswith(">") else "")
            begin = number if line.startswith(">") else number + 1
            for record in records_in(blocks, path, line=begin):
                name = unescaped(record.name)
                if name in sequences:
                    raise FormatError(
                        "there are two sequences of this name", path=path, record=name
                    )
                sequences[name] = record
            break
        if not line.strip():
            continue
        if line.startswith("#"):
            _check_version(line, number, path)
            region = _region(line, number, path)
            if region is not None:
                current = landmarks.setdefault(region[0], _Landmark(region[0]))
                current.region = region[1]
            if current is None:
                waiting.append(line)
            else:
                current.lines += [*waiting, line]
                waiting = []
            continue
        row = Row.of(line, number, path)
        if current is None or current.name != row.landmark:
            current = landmarks.setdefault(row.landmark, _Landmark(row.landmark))
        current.lines += waiting
        waiting = []
        current.add(row)
    for name in sequences:
        landmarks.setdefault(name, _Landmark(name))
    if not landmarks:
        raise FormatError("there is no feature and no sequence in it", path=path)
    if waiting:
        next(iter(landmarks.values())).lines += waiting
    spelled = {
        key
        for landmark in landmarks.values()
        for group in landmark.groups
        for key, _ in group[0].attributes
    }
    verbatim = frozenset(insdc for insdc in ATTRIBUTES.values() if insdc in spelled)
    for landmark in landmarks.values():
        yield _record(landmark, sequences.get(landmark.name), verbatim, path)


def _blocks(lines: Iterator[str], first: str) -> Iterator[bytes]:
    if first:
        yield f"{first}\n".encode()
    while batch := list(islice(lines, 10_000)):
        yield ("\n".join(batch) + "\n").encode()


def _check_version(line: str, number: int, path: str) -> None:
    if line.startswith("##gff-version") and line.split()[1:2] != ["3"]:
        said = line.removeprefix("##gff-version").strip()
        if not said.startswith("3."):
            raise FormatError(
                f"this is GFF version '{said[:20]}'",
                path=path,
                line=number,
                expected="version 3",
                hint="convert it to GFF3, for example with gffread",
            )


def _region(line: str, number: int, path: str) -> tuple[str, tuple[int, int]] | None:
    if not line.startswith("##sequence-region"):
        return None
    words = line.split()
    if len(words) != 4 or not all(w.isascii() and w.isdigit() and len(w) < 19 for w in words[2:]):
        raise FormatError(
            "a sequence region that is none",
            path=path,
            line=number,
            expected="##sequence-region NAME START END",
        )
    return unescaped(words[1]), (int(words[2]), int(words[3]))


def _record(
    landmark: _Landmark, sequence: Record | None, verbatim: frozenset[str], path: str
) -> Record:
    letters = sequence.sequence if sequence else Sequence(b"")
    circular = landmark.circular or letters.circular
    if landmark.groups and sequence:
        for group in landmark.groups:
            for row in group:
                _check_inside(row, len(letters), circular, path)
    features, orders = [], []
    for group in landmark.groups:
        order = _reading_order(group)
        rows = [group[i] for i in order]
        features.append(_feature(rows, verbatim, letters.molecule))
        orders.append({old: new for new, old in enumerate(order)})
    layout = Layout(
        tuple(
            item if isinstance(item, str) else (item[0], orders[item[0]][item[1]])
            for item in landmark.lines
        ),
        tuple(features),
        landmark.region,
        verbatim,
    )
    topology = Topology.CIRCULAR if circular else Topology.LINEAR
    # as in a GenBank record without its letters
    stated = {} if sequence or not landmark.region else {"length": f"{landmark.region[1]} bp"}
    return Record(
        Sequence.trusted(letters.data, letters.molecule, topology),
        landmark.name,
        description=sequence.description if sequence else "",
        features=features,
        annotations=Attributes(stated),
        extras={**(sequence.extras if sequence else {}), "gff3": layout},
    )


def _check_inside(row: Row, length: int, circular: bool, path: str) -> None:
    span = row.span
    if span.end <= length or (circular and span.start < length and len(span) <= length):
        return
    raise FormatError(
        f"the feature {span.start + 1}..{span.end} lies outside of the sequence of {length}",
        path=path,
        line=row.number,
        record=row.landmark,
        hint=None if circular else "if it is circular, a feature must say Is_circular=true",
    )


def _reading_order(group: list[Row]) -> list[int]:
    numbers = list(range(len(group)))
    if len(group) == 1:
        return numbers
    if len({row.part for row in group}) == len(group) and all(row.part for row in group):
        return sorted(numbers, key=lambda i: group[i].part)
    return canonical_order([row.span for row in group])


def _feature(rows: list[Row], verbatim: frozenset[str], molecule: Molecule) -> Feature:
    first = rows[0]
    kind = first.type
    pairs: list[tuple[str, str | None]] = []
    for key, value in first.attributes:
        if key == "gbkey" and value and SO_TERMS.get(value) == first.type:
            kind = value
            continue
        insdc = ATTRIBUTES.get(key, key)
        if insdc not in verbatim:
            key = insdc
        pairs.append((key, None if key in FLAGS and value == "true" else value))
    if first.source:
        pairs.append(("gff_source", first.source))
    if first.score != ".":
        pairs.append(("gff_score", first.score))
    if any(row.strand in ".?" for row in rows):
        strands = [row.strand for row in rows]
        pairs += [("gff_strand", s) for s in (strands if len(set(strands)) > 1 else strands[:1])]
    pairs += _phase_pairs(kind, rows, dict(pairs).get("codon_start"))
    identity = "" if first.id.startswith(_OWN_ID) else first.id
    location = Location(tuple(row.span for row in rows))
    return Feature(kind, location, Attributes(pairs), identity)


def _phase_pairs(
    kind: str, rows: list[Row], codon_start: str | None
) -> Iterable[tuple[str, str | None]]:
    phases = [row.phase for row in rows]
    if kind == "CDS" and phases == phases_of(phases[0], [row.span for row in rows]):
        if phases[0] == first_phase(codon_start):
            return ()
        if codon_start is None:
            return (("codon_start", str(int(phases[0]) + 1)),)
    elif kind != "CDS" and set(phases) == {"."}:
        return ()
    return [("gff_phase", phase) for phase in phases]


FORMATS = (Format("gff3", "GFF3", (".gff3", ".gff"), sniff, read, write),)
