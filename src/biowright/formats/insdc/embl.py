"""EMBL flat files: read and written, those from before 2006 and of patents as well.

The form is that of the EMBL user manual and of the INSDC feature table, which GenBank shares; a
record's fields hold the same as for `biowright.formats.insdc.genbank`, so that one becomes the other:

- ``name``: the first word of the ID line; ``id``: the accession with its version; ``description``:
  DE;
- ``annotations``: ``molecule_type``, ``division``, ``data_class`` (where it is not STD), ``date``
  (of the last DT line), ``accession``, ``dblink`` (PR as ``BioProject: PRJEB1``, and DR),
  ``keywords``, ``source``, ``organism``, ``taxonomy``, ``comment``, ``contig``;
- ``references``: RN to RL.

Divisions that GenBank names otherwise are translated (BCT and PRO). What the fields do not hold is
kept in ``extras["embl"]``, and written again as long as it still says the same.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Iterator
from itertools import pairwise
from typing import BinaryIO

from biowright.core import (
    Attributes,
    BiowrightError,
    FormatError,
    Record,
    Reference,
    Sequence,
    Topology,
)

from ..format import Format, Loss
from ..source import Source
from .embl_header import FIELDS, ORDER, REPEATS, split_blocks
from .embl_identity import Identity, identity_of, read_identity, write_identity
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
from .header import Block, Spelling, lay_out
from .losses import feature_spelling, field_losses, record_losses
from .table import write_features

__all__ = ["FORMATS"]

_ID = re.compile(rb"ID   [^\n]*")
_FIRST = re.compile(rb"ID   [^\n;]+;[^\n]*[0-9]+ (?:BP|AA|SQ|RC)\.?\s*", re.I)
_LETTERS = re.compile(rb"SQ   [^\n]*\n?|SQ[ \t]*\n")
_HEAD = "FH   Key             Location/Qualifiers\nFH"
_KEYS = frozenset(
    [
        "molecule_type",
        "division",
        "data_class",
        "date",
        "length",
        "accession",
        "dblink",
        "keywords",
        "source",
        "organism",
        "taxonomy",
        "comment",
        "contig",
    ]
)
_SINGLE = (
    "molecule_type",
    "division",
    "data_class",
    "date",
    "length",
    "source",
    "organism",
    "contig",
)


def sniff(head: bytes) -> bool:
    """Tell EMBL by its ID line; that of UniProt names no molecule."""
    text = head.lstrip(b" \t\r\n")
    line = text.splitlines()[0] if text else b""
    if not _FIRST.fullmatch(line):
        return False
    return line.count(b";") == 6 or (line.count(b";") == 3 and b"Reviewed" not in line)


def read(source: Source) -> Iterator[Record]:
    """Walk the records of an EMBL file.

    Raises
    ------
    FormatError
        With the line and the record.
    """
    found = False
    for entry in read_entries(source):
        starts = [match.start() for match in line_starts(_ID, entry.data)]
        before = entry.data[: starts[0]] if starts else entry.data
        if before and not before.isspace() and (not starts or found):
            raise FormatError(
                "the entry does not begin with an ID line",
                line=entry.line,
                expected="ID   X56734; SV 1; linear; mRNA; STD; PLN; 1859 BP.",
            )
        for start, end in pairwise([*starts, len(entry.data)]):
            found = True
            line = entry.line + entry.data.count(b"\n", 0, start)
            ended = entry.ended and end == len(entry.data)
            yield _read_record(Entry(entry.data[start:end], line, ended), source.name)


def _read_record(entry: Entry, name: str) -> Record:
    match = next(line_starts(_LETTERS, entry.data), None)
    text = text_of(entry.data[: match.start()] if match else entry.data, entry.line, name)
    identity = read_identity(text.split("\n", 1)[0], entry.line)
    try:
        return _built(entry, text, identity, match)
    except BiowrightError as error:
        raise error.located(record=identity.name or None) from None


def _built(entry: Entry, text: str, identity: Identity, letters: re.Match[bytes] | None) -> Record:
    topology = Topology(identity.topology or "linear")
    blocks: list[Block] = []
    table, table_line = "", 1
    for block in split_blocks(text, entry.line):
        if not block.keyword or (block.keyword in ("OS", "RN") and block.keyword != block.text[:2]):
            shown = block.text.split("\n", 1)[0][:30]
            raise FormatError(
                f"'{shown}' has no line code"
                if not block.keyword
                else f"'{shown}' follows no {block.keyword} line",
                line=block.line,
                expected="two capitals and three blanks"
                if not block.keyword
                else f"a line {block.keyword} before it",
            )
        if block.keyword == "FH":
            if any(other.keyword == "FH" for other in blocks):
                raise FormatError("a second feature table in one entry", line=block.line)
            table, table_line, block = _take_table(block)
        blocks.append(block)
    sequence = Sequence(b"", identity.molecule, topology)
    if letters is not None:
        line = entry.line + text.count("\n")
        head = letters[0].decode("utf-8", "replace").rstrip("\n")
        blocks.append(Block("SQ", head, line))
        data = entry.data[letters.end() :]
        sequence = read_letters(data, identity.molecule, topology, line + 1)
    unit = "aa" if identity.unit in ("AA", "SQ") else identity.unit.lower()
    check_length(
        len(sequence),
        identity.length,
        entry,
        line="ID",
        letters="SQ" if letters is not None else "",
        described=any(block.keyword == "CO" for block in blocks),
    )
    place = Place(identity.length, topology is Topology.CIRCULAR, unit != "aa")
    features, spelled = read_features(table, place, table_line)
    pairs = [
        (key, value)
        for key in ("molecule_type", "division", "data_class")
        if (value := getattr(identity, key)) not in ("", "XXX") and (key, value) not in _STANDARD
    ]
    if not sequence and identity.length:
        pairs.append(("length", f"{identity.length} {unit}"))
    version, description, references, said = _read_fields(blocks, identity)
    unknown = tuple(block.keyword for block in blocks if block.keyword not in (*FIELDS, *_FRAME))
    return Record(
        sequence,
        identity.name,
        version,
        description,
        features,
        Attributes([*pairs, *said]),
        references,
        extras={"embl": Spelling(tuple(blocks), spelled, None, unknown)},
    )


# What an ID line has to say, and what says nothing.
_STANDARD = (
    ("data_class", "STD"),
    ("data_class", "standard"),
    ("molecule_type", "PROTEIN"),
    ("molecule_type", "PRT"),
)
_FRAME = ("ID", "FH", "SQ")


def _take_table(block: Block) -> tuple[str, int, Block]:
    """Divide the block of the feature table into the table, in GenBank's columns, and its head."""
    rows = block.text.split("\n")
    at = next((index for index, row in enumerate(rows) if row.startswith("FT")), len(rows))
    table = "".join(f"  {row[2:]}\n" for row in rows[at:] if row.startswith("FT"))
    return table, block.line + at, Block("FH", "\n".join(rows[:at]), block.line)


def _read_fields(
    blocks: list[Block], identity: Identity
) -> tuple[str, str, list[Reference], list[tuple[str, str]]]:
    description, version = "", identity.version
    references: list[Reference] = []
    pairs: list[tuple[str, str]] = []
    links: list[tuple[str, str]] = []
    seen = set()
    for keyword, text, _ in blocks:
        if keyword not in FIELDS or (keyword in seen and keyword not in REPEATS):
            continue
        seen.add(keyword)
        content = FIELDS[keyword].read(text)
        if keyword == "DE":
            description = content
        elif keyword == "SV":
            version = version or content.rpartition(".")[2]
        elif keyword == "RN":
            references.append(content)
        elif keyword == "OS":
            pairs += [(k, v) for k, v in zip(("source", "organism"), content, strict=False) if v]
            pairs += [("taxonomy", rank) for rank in content[2]]
        elif keyword in ("PR", "DR"):
            links += [("dblink", link) for link in content]
        elif isinstance(content, tuple):
            pairs += [(_KEY_OF[keyword], value) for value in content]
        elif content or keyword == "CC":
            pairs.append((_KEY_OF[keyword], content))
    base = next((value for key, value in pairs if key == "accession"), "")
    if version:
        return f"{base or identity.name}.{version}", description, references, [*pairs, *links]
    return base, description, references, [*pairs, *links]


_KEY_OF = {"AC": "accession", "DT": "date", "KW": "keywords", "CC": "comment", "CO": "contig"}


def write(records: Iterable[Record], stream: BinaryIO) -> list[Loss]:
    """Write records as EMBL.

    Returns
    -------
    list of Loss
        What EMBL does not carry: see the module's text for what it does.
    """
    losses: list[Loss] = []
    for record in records:
        losses += _write_record(record, stream)
    return losses


def _write_record(record: Record, stream: BinaryIO) -> list[Loss]:
    spelling = record.extras.get("embl")
    raw = spelling.blocks if isinstance(spelling, Spelling) else ()
    line = next((block.text for block in raw if block.keyword == "ID"), None)
    old = None if line is None else read_identity(line.split("\n")[0])
    losses = record_losses(record, _KEYS, _SINGLE, "embl")
    identity, lost = identity_of(record, old)
    losses += lost
    if line is None or identity != old:
        line = f"{write_identity(identity)}\nXX"
    contents = _contents(record, raw)
    laid = lay_out(contents, FIELDS, _kept(record, raw), ORDER, REPEATS)
    losses += field_losses(record.name, laid.lost)
    losses += _identity_losses(record, identity)
    if "contig" in record.annotations and "CO" not in contents:
        losses.append(Loss(record.name, "annotations", "contig, as the sequence itself is there"))
    place = Place(identity.length, record.circular, identity.unit in ("BP", "RC"))
    table, lost = write_features(
        record.features,
        place,
        feature_spelling(record, "embl", "genbank"),
        record=record.name,
        tag="FT   ",
    )
    losses += lost
    lines = [line]
    before = ""
    for block in laid.blocks:
        if block.keyword == before and not lines[-1].endswith("XX"):
            lines.append("XX")  # or both would be read as one
        before = block.keyword
        lines.append(block.text)
        if block.keyword == "FH":
            lines.append(f"{table}XX")
    letters = record.sequence.data
    if letters or not (identity.length or contents.get("CO")):
        lines.append(_letter_head(letters, identity.unit))
    stream.write(encoded("\n".join(lines) + "\n", record.name))
    if letters:
        stream.write(letter_lines(letters, numbers=False))
    stream.write(b"//\n")
    return losses


def _identity_losses(record: Record, identity: Identity) -> list[Loss]:
    """Report an identity that does not come back from AC and the ID line."""
    base = record.annotations.first("accession", "")
    back = f"{base or identity.name}.{identity.version}" if identity.version else base
    if back == record.id:
        return []
    return [Loss(record.name, "id", f"'{record.id}' is read as '{back}'")]


def _contents(record: Record, raw: tuple[Block, ...]) -> dict[str, list[Hashable]]:
    """Give what the record says, by line code, as the fields of the header read it."""
    values = record.annotations
    links = values.get("dblink", ())
    had = {block.keyword for block in raw}
    source = (values.first("source", ""), values.first("organism", ""), values.get("taxonomy", ()))
    said: dict[str, list[Hashable]] = {
        "AC": [values.get("accession", ())],
        "PR": [tuple(link for link in links if link.startswith("BioProject: "))],
        "DT": [values.first("date", "")],
        "DE": [record.description],
        "KW": [values.get("keywords", ())],
        "OS": [source],
        "RN": list(record.references),
        "DR": [tuple(link for link in links if not link.startswith("BioProject: "))],
        "CC": list(values.get("comment", ())),
        "CO": [values.first("contig", "")],
    }
    if record.sequence and "CO" not in had:
        del said["CO"]  # an entry with letters has none, and other readers fail on it
    if "SV" in had and record.id:
        said["SV"] = [record.id]
    needed = had if raw else {"DE", "KW"}
    empty = ("", (), ("", "", ()))
    return {
        keyword: contents
        for keyword, contents in said.items()
        if keyword in needed
        or (contents and keyword in REPEATS)
        or any(content not in empty for content in contents)
    }


def _kept(record: Record, raw: tuple[Block, ...]) -> list[Block]:
    """Give the blocks as they were read, without those that are made anew."""
    blocks = [block for block in raw if block.keyword not in ("ID", "SQ")]
    keywords = [block.keyword for block in blocks]
    if "FH" not in keywords and record.features:
        at = next((i for i, word in enumerate(keywords) if word in ("CO", "SQ")), len(blocks))
        blocks.insert(at, Block("FH", _HEAD))
    return blocks


def _letter_head(letters: bytes, unit: str) -> str:
    if unit in ("AA", "SQ"):
        return f"SQ   Sequence {len(letters)} {unit};"
    upper = letters.upper()
    counts = {letter: upper.count(letter.encode()) for letter in "ACGT"}
    other = len(letters) - sum(counts.values())
    said = " ".join(f"{count} {letter};" for letter, count in counts.items())
    return f"SQ   Sequence {len(letters)} BP; {said} {other} other;"


FORMATS = (Format("embl", "EMBL flat file", (".embl", ".emb", ".ebl"), sniff, read, write),)
