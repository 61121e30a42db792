"""Where transcription of genes starts: from the annotation, a table of one's own, or a stated guess."""

from __future__ import annotations

import csv
import io
import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from biowright.core import Feature, FormatError, Record
from biowright.design.offtargets.building import called

__all__ = ["HOSTS", "Host", "TranscriptionStart", "find_starts", "operon", "read_starts"]


@dataclass(frozen=True, slots=True)
class Host:
    """What holds for the promoters of a kind of host.

    Parameters
    ----------
    name : str
    leader : int
        nt between a start of transcription and its coding sequence, where nothing better is known.
    repress, activate : (int, int)
        The window around the start in which guides work, in nt; positive behind it.
    neighbour : int
        nt within which the start of another gene is affected too.
    operons : bool
        Whether genes that follow each other closely share a transcript.
    source : str
    """

    name: str
    leader: int
    repress: tuple[int, int]
    activate: tuple[int, int]
    neighbour: int
    operons: bool
    source: str


HOSTS = {
    host.name: host
    for host in (
        # the median leader of E. coli: Kim et al. 2012; windows: Qi et al. 2013, Fontana et al. 2020
        Host(
            "bacteria",
            37,
            (-60, 300),
            (-100, -60),
            150,
            True,
            "10.1371/journal.pgen.1002867 10.1016/j.cell.2013.02.022 10.1038/s41467-020-15454-y",
        ),
        # leaders: Nagalakshmi et al. 2008; windows: Smith et al. 2016, Gilbert et al. 2013
        Host(
            "yeast",
            50,
            (-200, 50),
            (-400, -50),
            300,
            False,
            "10.1126/science.1158441 10.1186/s13059-016-0900-9 10.1016/j.cell.2013.06.044",
        ),
        # Gilbert et al. 2014
        Host("animal", 100, (-50, 300), (-400, -50), 1000, False, "10.1016/j.cell.2014.09.029"),
    )
}
_TRANSCRIPTS = ("mRNA", "prim_transcript", "precursor_RNA", "ncRNA", "tRNA", "rRNA", "tmRNA")
_SAYS_START = re.compile(r"\bTSS\b|transcription(?:al)? start|\+1 site", re.IGNORECASE)
_AHEAD = 600  # nt before a coding sequence in which a start of transcription is taken for its own
_CLOSE = (
    50  # nt between genes of one operon, at most: Salgado et al. 2000, doi:10.1073/pnas.110147297
)


@dataclass(frozen=True, slots=True)
class TranscriptionStart:
    """A start of transcription.

    Parameters
    ----------
    position : int
        The first letter that is transcribed, on the forward strand, 0-based.
    strand : int
    source : str
        What says so.
    guessed : bool
        Whether it is only put some way before the coding sequence.
    """

    position: int
    strand: int
    source: str
    guessed: bool = False

    def offset(self, position: int, length: int, circular: bool) -> int:
        """Give how far behind the start a place lies, in the direction of transcription."""
        off = (position - self.position) * self.strand
        if circular and length:
            off = (off + length // 2) % length - length // 2
        return off


def find_starts(
    record: Record,
    start: int,
    end: int,
    strand: int,
    host: Host,
    *,
    given: Iterable[TranscriptionStart] = (),
) -> tuple[TranscriptionStart, ...]:
    """Find where transcription of a gene starts, the nearest to its coding sequence first.

    Starts of one's own go before annotated transcripts and features that say so, these before the ends
    of annotated promoters; where there is none, a start is guessed so far ahead of the coding sequence
    as leaders usually are, and it says so.

    Parameters
    ----------
    record : Record
    start, end : int
        The coding sequence, ascending; over the origin of a circle the end exceeds the length.
    strand : int
    host : Host
    given : iterable of TranscriptionStart
    """
    first = start if strand == 1 else end - 1
    length = len(record)

    def ahead(position: int) -> int:
        off = (first - position) * strand
        if record.circular and length:
            off = (off + length // 2) % length - length // 2
        return off

    for found in (list(given), _annotated(record), _promoters(record)):
        near = [s for s in found if s.strand == strand and 0 <= ahead(s.position) <= _AHEAD]
        if near:
            near.sort(key=lambda s: (ahead(s.position), s.position))
            return tuple(dict.fromkeys(near))
    guess = first - strand * host.leader
    if record.circular and length:
        guess %= length
    guess = min(max(guess, 0), length - 1)
    said = f"guessed: {host.leader} nt before the coding sequence"
    return (TranscriptionStart(guess, strand, said, True),)


def _annotated(record: Record) -> list[TranscriptionStart]:
    found = []
    for feature in record.features:
        if feature.type in ("TSS", "5'UTR") or feature.type in _TRANSCRIPTS or _says(feature):
            parts = feature.location.local
            part = parts[0]
            at = part.start if part.strand == 1 else part.end - 1
            named = feature.label or feature.type
            found.append(
                TranscriptionStart(at % (len(record) or 1), part.strand, f"{feature.type} {named}")
            )
    return found


def _says(feature: Feature) -> bool:
    if feature.type not in ("misc_feature", "regulatory", "misc_signal"):
        return False
    kind = feature.qualifiers.first("regulatory_class") or ""
    if kind.casefold() in ("promoter", "terminator"):
        return False
    return any(value and _SAYS_START.search(value) for _, value in feature.qualifiers.pairs)


def _promoters(record: Record) -> list[TranscriptionStart]:
    """Give the ends of promoters: where nothing else is annotated, transcription starts there."""
    found = []
    for feature in record.features:
        kind = (feature.qualifiers.first("regulatory_class") or "").casefold()
        if feature.type == "promoter" or (feature.type == "regulatory" and kind == "promoter"):
            part = feature.location.local[-1]
            at = part.end - 1 if part.strand == 1 else part.start
            named = feature.label or "promoter"
            found.append(
                TranscriptionStart(
                    at % (len(record) or 1), part.strand, f"the end of promoter {named}"
                )
            )
    return found


def read_starts(
    path: str | os.PathLike[str], records: Sequence[Record]
) -> dict[str, list[TranscriptionStart]]:
    """Read starts of transcription: a table with tabs or commas, or GFF3.

    A table has the columns ``sequence``, ``position`` (0-based) and ``strand``, perhaps ``name``; of
    GFF3 the rows of type TSS, transcription_start_site or mRNA are taken, as it counts, from 1.

    Returns
    -------
    dict of str to list of TranscriptionStart
        By the name of the sequence.

    Raises
    ------
    FormatError
        A column is missing, or a row is wrong; the error names the line.
    """
    from biowright.formats import open_source

    with open_source(path) as source:
        text, name = source.text(), source.name
    known = {called(record): record for record in records}
    known |= {record.name: record for record in records}
    lines = [
        (n, line)
        for n, line in enumerate(text.splitlines(), 1)
        if line.strip() and not line.startswith("#")
    ]
    if not lines:
        raise FormatError("the table is empty", path=name, expected="sequence, position, strand")
    rows = _gff(lines) if text.startswith("##gff") else _rows(lines, name)
    starts: dict[str, list[TranscriptionStart]] = {}
    for line, sequence, position, strand, said in rows:
        record = known.get(sequence) or known.get(sequence.rpartition(".")[0])
        if record is None and len(records) == 1 and not sequence:
            record = records[0]
        if record is None:
            raise FormatError(f"the genome has no sequence '{sequence}'", path=name, line=line)
        if not position.isdecimal() or not int(position) < len(record):
            raise FormatError(
                f"'{position}' is no position in '{sequence}'",
                path=name,
                line=line,
                expected=f"0 to {len(record) - 1:,}",
            )
        if strand not in ("+", "-", "1", "-1", "+1"):
            raise FormatError(f"'{strand}' is no strand", path=name, line=line, expected="+ or -")
        starts.setdefault(called(record), []).append(
            TranscriptionStart(int(position), -1 if strand.startswith("-") else 1, said)
        )
    return starts


_Row = tuple[int, str, str, str, str]


def _rows(lines: list[tuple[int, str]], path: str) -> list[_Row]:
    delimiter = max("\t,;", key=lines[0][1].count)
    table = [
        (n, [cell.strip() for cell in next(csv.reader(io.StringIO(line), delimiter=delimiter))])
        for n, line in lines
    ]
    head = [cell.lower() for cell in table[0][1]]
    for column in ("position", "strand"):
        if column not in head:
            raise FormatError(
                f"the table has no column '{column}'",
                path=path,
                line=table[0][0],
                expected="sequence, position, strand",
            )
    rows = []
    for n, cells in table[1:]:
        row = dict(zip(head, cells, strict=False))
        said = " ".join(filter(None, ("table:", row.get("name", "")))) or "table"
        rows.append(
            (n, row.get("sequence", ""), row.get("position", ""), row.get("strand", ""), said)
        )
    return rows


def _gff(lines: list[tuple[int, str]]) -> list[_Row]:
    rows = []
    for n, line in lines:
        cells = line.split("\t")
        if len(cells) < 8 or cells[2] not in ("TSS", "transcription_start_site", "mRNA"):
            continue
        at = cells[4] if cells[6] == "-" else cells[3]
        position = str(int(at) - 1) if at.isdecimal() and int(at) else at
        rows.append((n, cells[0], position, cells[6], f"{cells[2]} of the table"))
    return rows


def operon(record: Record, start: int, end: int, strand: int) -> tuple[list[str], list[str]]:
    """Name the genes that may share a transcript with a gene: those before it, and those behind it.

    They follow each other on one strand with at most 50 nt between them, without a start of
    transcription or a terminator that is annotated there.
    """
    length = len(record)
    genes = sorted(
        {
            (part.start, part.end, part.strand, f.label or f.type)
            for f in record.features
            if f.type == "CDS"
            for part in [_whole(f)]
        }
    )
    if not genes:
        return [], []
    borders = {s.position for s in (*_annotated(record), *_promoters(record))}
    borders |= {
        f.location.start
        for f in record.features
        if f.type == "terminator"
        or (f.qualifiers.first("regulatory_class") or "").casefold() == "terminator"
    }
    at = min(range(len(genes)), key=lambda i: abs(genes[i][0] - start) + abs(genes[i][1] - end))

    def walk(step: int) -> list[str]:
        names, here = [], at
        for _ in range(len(genes) - 1):
            following = here + step
            if not 0 <= following < len(genes):
                if not record.circular:
                    break
                following %= len(genes)
            one, other = (here, following) if step == 1 else (following, here)
            low, high = genes[one][1], genes[other][0]
            gap = high - low
            if record.circular and following != here + step:
                gap += length
            apart = any(low - 1 <= b <= low + max(gap, 0) for b in borders)
            if genes[following][2] != strand or gap > _CLOSE or apart:
                break
            names.append(genes[following][3])
            here = following
        return names

    before, behind = walk(-strand), walk(strand)
    return before, behind


@dataclass(frozen=True, slots=True)
class _Part:
    start: int
    end: int
    strand: int


def _whole(feature: Feature) -> _Part:
    return _Part(feature.location.start, feature.location.end, feature.location.parts[0].strand)
