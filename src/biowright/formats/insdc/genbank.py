"""GenBank flat files, read and written: GenPept, RefSeq, WGS and CON records, vendors' dialects.

The form is that of the GenBank release notes (https://ftp.ncbi.nlm.nih.gov/genbank/gbrel.txt) and
of the INSDC feature table. What other programs write is read as well.

A record's fields hold:

- ``name``: the LOCUS name; ``id``: VERSION, or the first ACCESSION; ``description``: DEFINITION
  without its last full stop;
- ``annotations``: ``molecule_type``, ``division``, ``date`` (of the LOCUS line); ``accession``, one
  value each; ``gi``; ``dblink``, one value each (``BioProject: PRJNA57779``); ``keywords``, one
  value each; ``source``, ``organism``; ``taxonomy``, one value a rank; ``comment``, one value a
  COMMENT with its line breaks and indentation; and, as they stand, ``segment``, ``project``,
  ``nid``, ``pid``, ``dbsource``, ``primary``, ``contig`` (without blanks), ``wgs``, ``wgs_scafld``,
  ``tsa``, ``tls``;
- ``references``: the REFERENCE blocks.

A record without letters (CON, WGS, a RefSeq summary) has an empty sequence, and its annotation
``length`` says how long the real one is (``1311 bp``); its features lie in that length.

What the fields do not hold - keywords that we do not know, the line breaks, which of several equal
spellings of a location or value was used - is kept in ``extras["genbank"]`` and written again as
long as it still says the same.

Letters that are all lower case are read as upper case and written as lower case; mixed case is
kept. A LOCUS length that is not that of the letters, a feature outside of the sequence, a location
that is none and a value without its closing quote are errors. A feature that runs backwards
(``4990..20``) goes over the end of the record and on from its start: on a circle as one span, on a
linear record in two pieces.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Hashable, Iterable, Iterator
from itertools import pairwise
from typing import BinaryIO

from biowright.core import (
    Attributes,
    BiowrightError,
    FormatError,
    Molecule,
    Record,
    Reference,
    Sequence,
    Topology,
    suggest,
)

from ..format import Format, Loss
from ..source import Source
from .entries import (
    Entry,
    check_length,
    encoded,
    letter_lines,
    line_starts,
    read_entries,
    read_letters,
    text_of,
)
from .features import Place, read_features
from .genbank_header import ORDER, PLAIN, REPEATS, genbank_fields, split_blocks
from .genbank_locus import Locus, in_columns, locus_of, read_locus, write_locus
from .header import Block, Spelling, lay_out
from .losses import feature_spelling, field_losses, record_losses
from .table import write_features

__all__ = ["FORMATS"]

_LOCUS = re.compile(rb"LOCUS[ \t]")
_ORIGIN = re.compile(rb"ORIGIN(?=[ \t\n]|\Z)[^\n]*\n?")
# A line of a record whose LOCUS line is missing.
_INSIDE = re.compile(rb"^(?:DEFINITION|ACCESSION|VERSION|FEATURES|ORIGIN)(?=\s)", re.M)
# The keywords that a misspelling must not hide: what stands under them would be lost from sight.
_WEIGHTY = ("FEATURES", "ORIGIN", "LOCUS")
_KEYS = frozenset(
    [
        "molecule_type",
        "division",
        "date",
        "length",
        "accession",
        "gi",
        "dblink",
        "keywords",
        "source",
        "organism",
        "taxonomy",
    ]
) | {keyword.lower() for keyword in PLAIN}
_SINGLE = ("molecule_type", "division", "date", "length", "gi", "source", "organism")


def sniff(head: bytes) -> bool:
    """Tell GenBank by a LOCUS line with a length, also after some lines of a mail or release."""
    match = next(line_starts(_LOCUS, head.replace(b"\r", b"\n")), None)
    if match is None:
        return False
    before = head[: match.start()]
    if match.start() and (before.lstrip().startswith((b"ID ", b">", b"@", b"<", b"{", b"##"))):
        return False
    line = head[match.start() :].lstrip(b"\r\n").splitlines()[0]
    return match.start() == 0 or re.search(rb"\s[0-9]+\s+(bp|aa|rc)\b", line, re.I) is not None


def read(source: Source) -> Iterator[Record]:
    """Walk the records of a GenBank file.

    Raises
    ------
    FormatError
        With the line and the record.
    """
    found = False
    for entry in read_entries(source):
        starts = [match.start() for match in line_starts(_LOCUS, entry.data)]
        before = entry.data[: starts[0]] if starts else entry.data
        if match := _INSIDE.search(before):
            raise FormatError(
                f"{match[0].decode()} stands before any LOCUS line",
                line=entry.line + before.count(b"\n", 0, match.start()),
                expected="a record that begins with LOCUS",
            )
        for start, end in pairwise([*starts, len(entry.data)]):
            found = True
            yield _read_record(
                Entry(
                    entry.data[start:end],
                    entry.line + entry.data.count(b"\n", 0, start),
                    entry.ended and end == len(entry.data),
                ),
                source.name,
            )
    if not found:
        raise FormatError("there is no LOCUS line", line=1, expected="a GenBank file")


def _read_record(entry: Entry, name: str) -> Record:
    match = next(line_starts(_ORIGIN, entry.data), None)
    text = text_of(entry.data[: match.start()] if match else entry.data, entry.line, name)
    first = text.split("\n", 1)[0]
    locus = read_locus(first, entry.line)
    try:
        return _built(entry, text, locus, match)
    except BiowrightError as error:
        raise error.located(record=locus.name or None) from None


def _built(entry: Entry, text: str, locus: Locus, origin: re.Match[bytes] | None) -> Record:
    topology = Topology(locus.topology or "linear")
    blocks = list(split_blocks(text, entry.line))
    if "\n" in blocks[0].text.rstrip():
        raise FormatError(
            "the LOCUS line goes on in the next line",
            line=entry.line + 1,
            expected="a keyword such as DEFINITION",
        )
    table, table_line = _take_table(blocks)
    _check_keywords(blocks)
    contig = any(block.keyword == "CONTIG" for block in blocks)
    sequence = Sequence(b"", locus.molecule, topology)
    if origin is not None:
        line = entry.line + text.count("\n")
        blocks.append(Block("ORIGIN", origin[0].decode("utf-8", "replace").rstrip("\n"), line))
        sequence = read_letters(entry.data[origin.end() :], locus.molecule, topology, line + 1)
    check_length(
        len(sequence),
        locus.length,
        entry,
        line="LOCUS",
        letters="ORIGIN" if origin is not None else "",
        described=contig,
    )
    place = Place(locus.length, topology is Topology.CIRCULAR, locus.unit != "aa")
    features, spelled = read_features(table, place, table_line)
    pairs: list[tuple[str, str]] = [
        (key, value)
        for key, value in zip(
            ("molecule_type", "division", "date"), locus[3:4] + locus[5:7], strict=True
        )
        if value
    ]
    if not sequence:
        pairs += [("length", f"{locus.length} {locus.unit}")] if locus.length else []
    version, description, references, said = _read_fields(blocks)
    counted = any(block.keyword == "BASE_COUNT" for block in blocks)
    unknown = tuple(block.keyword for block in blocks if block.keyword not in ORDER)
    return Record(
        sequence,
        locus.name,
        version,
        description,
        features,
        Attributes([*pairs, *said]),
        references,
        extras={
            "genbank": Spelling(
                tuple(blocks), spelled, zlib.crc32(sequence.data) if counted else None, unknown
            )
        },
    )


def _take_table(blocks: list[Block]) -> tuple[str, int]:
    """Take the lines of the feature table out of its block."""
    tables = [index for index, block in enumerate(blocks) if block.keyword == "FEATURES"]
    if not tables:
        return "", 1
    if len(tables) > 1:
        raise FormatError("a second FEATURES line in one record", line=blocks[tables[1]].line)
    keyword, text, line = blocks[tables[0]]
    head, _, table = text.partition("\n")
    blocks[tables[0]] = Block(keyword, head, line)
    return f"{table}\n" if table else "", line + 1


def _check_keywords(blocks: list[Block]) -> None:
    known = set(ORDER)
    for block in blocks:
        hint = None
        if block.keyword not in known:
            known.add(block.keyword)
            near = suggest(block.keyword or block.text[:12].upper(), _WEIGHTY)
            hint = near if near and near.startswith("did") else None
        if hint or not block.keyword:
            word = block.text.split("\n", 1)[0][:30]
            raise FormatError(
                f"'{word}' is no keyword of GenBank",
                line=block.line,
                expected="a keyword in capitals, or a line that begins with blanks",
                hint=hint,
            )


def _read_fields(
    blocks: list[Block],
) -> tuple[str, str, list[Reference], list[tuple[str, str]]]:
    fields = genbank_fields("bases")
    version = description = ""
    references: list[Reference] = []
    pairs: list[tuple[str, str]] = []
    seen = set()
    for keyword, text, _ in blocks:
        if keyword not in fields or (keyword in seen and keyword not in REPEATS):
            continue
        seen.add(keyword)
        content = fields[keyword].read(text)
        if keyword == "DEFINITION":
            description = content
        elif keyword == "VERSION":
            version, gi = content
            pairs += [("gi", gi)] if gi else []
        elif keyword == "REFERENCE":
            references.append(content)
        elif keyword == "SOURCE":
            pairs += [(k, v) for k, v in zip(("source", "organism"), content, strict=False) if v]
            pairs += [("taxonomy", rank) for rank in content[2]]
        elif isinstance(content, tuple):
            pairs += [(keyword.lower(), value) for value in content]
        elif content or keyword in REPEATS:
            pairs.append((keyword.lower(), content))
    if not version:
        version = next((value for key, value in pairs if key == "accession"), "")
    return version, description, references, pairs


def write(records: Iterable[Record], stream: BinaryIO) -> list[Loss]:
    """Write records as GenBank.

    Returns
    -------
    list of Loss
        What GenBank does not carry: see the module's text for what it does.
    """
    losses: list[Loss] = []
    for record in records:
        losses += _write_record(record, stream)
    return losses


def _write_record(record: Record, stream: BinaryIO) -> list[Loss]:
    spelling = record.extras.get("genbank")
    if not isinstance(spelling, Spelling):
        spelling = None
    raw = spelling.blocks if spelling is not None else ()
    losses = record_losses(record, _KEYS, _SINGLE, "genbank")
    line = next((block.text for block in raw if block.keyword == "LOCUS"), None)
    old = None if line is None else read_locus(line.split("\n")[0])
    locus, lost = locus_of(record, old)
    # a name with blanks is read by words only, and so by nobody who finds the right columns
    readable = line is not None and (in_columns(line) or " " in locus.name)
    if line is None or locus != old or not readable:
        line = write_locus(locus)
    losses += lost
    contents = _contents(record, raw)
    kept = _kept(record, locus, spelling, bool(contents.get("CONTIG")))
    unit = "residues" if record.molecule is Molecule.PROTEIN else "bases"
    laid = lay_out(contents, genbank_fields(unit), kept, ORDER, REPEATS)
    losses += field_losses(record.name, laid.lost)
    place = Place(locus.length, record.circular, locus.unit != "aa")
    table, lost = write_features(
        record.features, place, feature_spelling(record, "genbank", "embl"), record=record.name
    )
    losses += lost
    lines = [line]
    for block in laid.blocks:
        lines.append(block.text)
        if block.keyword == "FEATURES" and table:
            lines.append(table.rstrip("\n"))
    stream.write(encoded("\n".join(lines) + "\n", record.name))
    if record.sequence:
        stream.write(letter_lines(record.sequence.data, numbers=True))
    stream.write(b"//\n")
    return losses


def _contents(record: Record, raw: tuple[Block, ...]) -> dict[str, list[Hashable]]:
    """Give what the record says, by keyword, as the fields of the header read it."""
    values = record.annotations
    accessions = values.get("accession", ())
    had = {block.keyword: block.text for block in raw}
    version = record.id
    if accessions and version == accessions[0] and raw:
        # the identity came from ACCESSION, because VERSION is missing or empty
        text = had.get("VERSION")
        if text is None or not genbank_fields("bases")["VERSION"].read(text)[0]:
            version = ""
    source = (values.first("source", ""), values.first("organism", ""), values.get("taxonomy", ()))
    said: dict[str, list[Hashable]] = {
        "DEFINITION": [record.description],
        "ACCESSION": [accessions],
        "VERSION": [(version, values.first("gi", ""))],
        "DBLINK": [values.get("dblink", ())],
        "KEYWORDS": [values.get("keywords", ())],
        "SOURCE": [source],
        "REFERENCE": list(record.references),
    }
    for keyword in PLAIN:
        said[keyword] = list(values.get(keyword.lower(), ()))
    needed = had if raw else {"DEFINITION", "KEYWORDS"}
    empty = ("", (), ("", ""), ("", "", ()))
    return {
        keyword: contents
        for keyword, contents in said.items()
        if keyword in needed
        or (contents and keyword in REPEATS)
        or any(content not in empty for content in contents)
    }


def _kept(record: Record, locus: Locus, spelling: Spelling | None, contig: bool) -> list[Block]:
    """Give the blocks as they were read, without those that the record contradicts."""
    blocks = []
    # an empty ORIGIN without a CONTIG would say that the sequence got lost
    lettered = bool(record.sequence) or contig or not locus.length
    for block in spelling.blocks if spelling is not None else ():
        if block.keyword == "BASE_COUNT" and spelling is not None:
            same = spelling.checksum == zlib.crc32(record.sequence.data)
            blocks.append(block if same else Block("BASE_COUNT", _base_count(record.sequence.data)))
        elif block.keyword not in ("LOCUS", "ORIGIN") or (block.keyword == "ORIGIN" and lettered):
            blocks.append(block)
    keywords = [block.keyword for block in blocks]
    if "FEATURES" not in keywords and (record.features or spelling is None):
        later = ORDER[ORDER.index("FEATURES") :]
        at = next((i for i, word in enumerate(keywords) if word in later), len(blocks))
        blocks.insert(at, Block("FEATURES", "FEATURES             Location/Qualifiers"))
    if "ORIGIN" not in keywords and record.sequence:
        blocks.append(Block("ORIGIN", "ORIGIN"))
    return blocks


def _base_count(letters: bytes) -> str:
    upper = letters.upper()
    return "BASE COUNT  " + " ".join(f"{upper.count(n.upper().encode()):>6} {n}" for n in "acgt")


FORMATS = (
    Format(
        "genbank",
        "GenBank flat file",
        (
            ".gb",
            ".gbk",
            ".gbff",
            ".genbank",
            ".gp",
            ".gpff",
            ".gpt",
            ".gbwithparts",
            ".ape",
            ".seq",
        ),
        sniff,
        read,
        write,
    ),
)
