"""FASTA: names, descriptions and letters, nothing else.

W. R. Pearson's format as the NCBI uses it (https://www.ncbi.nlm.nih.gov/genbank/fastaformat/). What
the letters are is told by the letters (`letters.molecule_of`), or by the ending ``.faa`` of the
file's name. A circular sequence carries the NCBI's modifier ``[topology=circular]`` in its title
(https://www.ncbi.nlm.nih.gov/genbank/mods_fastadefline/), which is read and not kept in the
description; ``circular=true``, as assemblers write it, is read as well. The case of the letters,
gaps, and the title exactly as it was are kept; comment lines (``;``) move behind the title.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from operator import methodcaller
from typing import BinaryIO

from biowright.core import (
    Attributes,
    FeatureTable,
    FormatError,
    Molecule,
    Record,
    Sequence,
    Topology,
)

from .format import Format, Loss, losses_of
from .letters import NUCLEOTIDES, molecule_of, why_not
from .source import Source
from .transcoding import wrong_encoding

__all__ = ["FORMATS", "Title", "records_in"]

WIDTH = 70
_TOPOLOGY = re.compile(r"\[\s*topology\s*=\s*(circular|linear)\s*\]", re.IGNORECASE)
_ASSEMBLED = re.compile(r"(?:^|\s)circular=(?:true|yes)(?:\s|$)", re.IGNORECASE)
_PIR = re.compile(rb"(?:P1|F1|DL|DC|RL|RC|N1|N3|XX);\S+\s*$")
_BLANKS = re.compile(r"[ \t\r\n]+")
_LINE_ENDS = re.compile(r"[\r\n]+")
_ends_line = methodcaller("endswith", b"\n")
_CARRIED = frozenset(("description", "topology"))
_NO_FEATURES = FeatureTable()
_NO_ATTRIBUTES = Attributes()


@dataclass(frozen=True, slots=True)
class Title:
    """A title line, without its ``>``, and what it says.

    Parameters
    ----------
    text : str
    name : str
        The first word.
    description : str
        The rest, without the topology.
    topology : Topology

    Examples
    --------
    >>> Title.of("pTiny a test [topology=circular]")
    Title(text='pTiny a test [topology=circular]', name='pTiny', description='a test',
          topology=<Topology.CIRCULAR: 'circular'>)
    """

    text: str
    name: str
    description: str
    topology: Topology

    @classmethod
    def of(cls, text: str) -> Title:
        """Read a title line."""
        name, _, description = text.partition(" ")
        if not name or "\t" in text or description[:1] == " " or description[-1:] == " ":
            words = _BLANKS.split(text.strip(" \t"), maxsplit=1)
            name, description = (*words, "")[:2]
        topology = Topology.LINEAR
        if "=" in description:
            if said := _TOPOLOGY.search(description):
                topology = Topology(said[1].lower())
                before, after = description[: said.start()], description[said.end() :]
                description = f"{before.rstrip()} {after.lstrip()}".strip()
            elif _ASSEMBLED.search(description):
                topology = Topology.CIRCULAR
        return cls(text, name, description, topology)

    @classmethod
    def for_record(cls, record: Record, text: str = "") -> Title:
        """Make the title line of a record; `text` is taken again where it still says the same."""
        if text:
            kept = cls.of(text)
            if kept.says(record):
                return kept
        name = _BLANKS.sub("_", record.name or record.id)
        description = _LINE_ENDS.sub(" ", record.description).strip(" \t")
        if not name and (description or record.circular):
            name = "unnamed"
        title = cls.of(f"{name} {description}" if description else name)
        if title.topology is not record.topology:
            title = cls.of(f"{title.text} [topology={record.topology}]")
        return title

    def says(self, record: Record) -> bool:
        """Tell whether it says name, description and topology of the record."""
        return (
            self.name == record.name
            and self.description == record.description
            and self.topology is record.topology
        )

    def losses(self, record: Record) -> list[Loss]:
        """Report what it does not say of the record."""
        losses = []
        if self.name != record.name:
            losses.append(Loss(record.name, "name", f"'{record.name}' is written as '{self.name}'"))
        if self.description != record.description:
            losses.append(
                Loss(record.name, "description", f"it is written as '{self.description}'")
            )
        return losses


@dataclass(frozen=True, slots=True)
class _Kept:
    title: str
    comments: tuple[str, ...] = ()


def sniff(head: bytes) -> bool:
    """Tell whether the first line that is neither empty nor a comment begins with ``>``."""
    for line in head.splitlines():
        if line.strip() and not line.startswith(b";"):
            return line.startswith(b">") and not _PIR.match(line, 1)
    return False


def read(source: Source) -> Iterator[Record]:
    """Walk the records, holding one at a time in memory.

    Raises
    ------
    FormatError
        There is no title line, or a letter belongs to no sequence; the error names the line.
    """
    protein = source.suffix in (".faa", ".mpfa")
    return records_in(source.blocks(), source.name, protein=protein)


def records_in(
    blocks: Iterable[bytes], path: str, *, line: int = 1, protein: bool = False
) -> Iterator[Record]:
    """Walk the records in blocks of whole lines.

    Parameters
    ----------
    blocks : iterable of bytes
        As `Source.blocks` gives them.
    path : str
        What messages call the file.
    line : int, default 1
        The number of the first line.
    protein : bool, default False
        Whether all letters are amino acids, also those that could be nucleotides.
    """
    comments: list[str] = []  # those before the first title
    pending: list[bytes] = []  # the title and the lines of the record that is not complete yet
    for block in blocks:
        if not pending:
            start, comments = _preamble(block, path, line, comments)
            line += block.count(b"\n", 0, start)
            if start == len(block):
                continue
            chunks = _chunks(block[start + 1 :])
        elif block.startswith(b">"):
            chunks = [b"".join(pending), *_chunks(block[1:])]
        else:
            first, *chunks = _chunks(block)
            pending.append(first)
            if not chunks:
                continue
            chunks.insert(0, b"".join(pending))
        pending = [chunks.pop()]
        for at, chunk in enumerate(chunks):
            try:
                record = _record(chunk, path, comments, protein)
            except FormatError as error:
                raise _moved(error, line, chunks[:at]) from None
            yield record
            comments = []
        line += sum(chunk.count(b"\n") for chunk in chunks)
    if not pending:
        raise FormatError(
            "there is no record in it", path=path, expected="a line that begins with '>'"
        )
    try:
        record = _record(b"".join(pending), path, comments, protein)
    except FormatError as error:
        raise _moved(error, line, []) from None
    yield record


def _chunks(block: bytes) -> list[bytes]:
    """Split whole lines at the ``>`` that begin a line; each chunk but the last is whole lines."""
    chunks = block.split(b">")  # one letter is found ten times faster than two
    if all(map(_ends_line, chunks[:-1])):
        return chunks
    chunks = block.split(b"\n>")
    return [*(chunk + b"\n" for chunk in chunks[:-1]), chunks[-1]]


def _moved(error: FormatError, line: int, before: list[bytes]) -> FormatError:
    """Count the line of an error from the beginning of the file, not of the record."""
    error.line = (error.line or 1) - 1 + line + sum(chunk.count(b"\n") for chunk in before)
    return error


def _preamble(block: bytes, path: str, line: int, comments: list[str]) -> tuple[int, list[str]]:
    """Give the place of the first ``>`` in the block, and the comments before it."""
    at = 0
    while at < len(block) and block[at : at + 1] != b">":
        end = block.find(b"\n", at) + 1 or len(block)
        text = block[at:end].strip()
        if text.startswith(b";"):
            comments = [*comments, _decoded(text, path, line)]
        elif text:
            raise FormatError(
                "there is a line before the first title",
                path=path,
                line=line,
                expected="a title that begins with '>'",
                hint="put a line such as '>name' above the letters",
            )
        line += 1
        at = end
    return at, comments


def _record(chunk: bytes, path: str, comments: list[str], protein: bool) -> Record:
    """Make a record of its title, without ``>``, and its lines; errors count from the title."""
    title, _, body = chunk.partition(b"\n")
    text = _decoded(title, path, 1)
    name, description, topology, plain = parts_of(text)
    letters = body.replace(b"\n", b"")
    if b"T" in letters and not letters.translate(None, NUCLEOTIDES):
        molecule: Molecule | None = Molecule.DNA
    else:
        molecule = molecule_of(letters)
    if molecule is None:
        if _PIR.match(title):
            raise FormatError("this is PIR (NBRF), not FASTA", path=path, line=1)
        letters, more = _cleaned(body, path, 2, name)
        comments = comments + more
        molecule = molecule_of(letters) or Molecule.PROTEIN
    if protein:
        molecule = Molecule.PROTEIN
    extras = {"fasta": _Kept(text, tuple(comments))} if comments or not plain else None
    sequence = Sequence.trusted(letters, molecule, topology)
    return Record(
        sequence, name, "", description, _NO_FEATURES, _NO_ATTRIBUTES, (), None, (), extras
    )


def parts_of(text: str) -> tuple[str, str, Topology, bool]:
    """Give name, description and topology of a title, and whether we would write it so."""
    name, blank, description = text.partition(" ")
    odd = not name or (blank and not description) or description.strip(" ") is not description
    if odd or "=" in text or "\t" in text:
        title = Title.of(text)
        return title.name, title.description, title.topology, False
    return name, description, Topology.LINEAR, True


def _cleaned(body: bytes, path: str, line: int, record: str) -> tuple[bytes, list[str]]:
    """Take comments and the blanks around the lines away.

    Raises
    ------
    FormatError
        Something else is left that is no letter.
    """
    kept: list[bytes] = []
    comments: list[str] = []
    for number, text in enumerate(body.split(b"\n"), line):
        if text.startswith(b";"):
            comments.append(_decoded(text, path, number))
            continue
        letters = text.strip(b" \t\v\f")
        if wrong := why_not(letters):
            raise FormatError(wrong[0], path=path, line=number, record=record, hint=wrong[1])
        kept.append(letters)
    return b"".join(kept), comments


def _decoded(text: bytes, path: str, line: int) -> str:
    try:
        return text.decode("utf-8")
    except UnicodeDecodeError as error:
        raise wrong_encoding(text, error.start, line, path) from None


def write(records: Iterable[Record], output: BinaryIO) -> list[Loss]:
    """Write records as they come, 70 letters a line."""
    losses: list[Loss] = []
    for record in records:
        kept = record.extras.get("fasta")
        name, description = record.name, record.description
        text = f"{name} {description}" if description else name
        plain = parts_of(text) == (name, description, record.sequence.topology, True)
        comments: tuple[str, ...] = ()
        if kept or not plain or "\n" in text or "\r" in text:
            before = ""
            if isinstance(kept, _Kept):
                before, comments = kept.title, kept.comments
            title = Title.for_record(record, before)
            losses += title.losses(record)
            text = title.text
        losses += losses_of(record, _CARRIED, "fasta")
        losses += molecule_losses(record)
        head = "\n".join((text, *comments)) if comments else text
        output.write(b">%b\n%b" % (head.encode("utf-8"), wrapped(record.sequence.data)))
    return losses


def molecule_losses(record: Record) -> list[Loss]:
    """Report a molecule that cannot be told from its letters alone."""
    molecule = record.sequence.molecule
    apparent = molecule_of(record.sequence.data)
    if apparent is molecule:
        return []
    return [
        Loss(record.name, "molecule", f"{record.molecule}, of which the letters say {apparent}")
    ]


def wrapped(letters: bytes, width: int = WIDTH) -> bytes:
    r"""Break letters into lines, each with its end.

    Examples
    --------
    >>> wrapped(b"ACGTACGTAC", 4)
    b'ACGT\nACGT\nAC\n'
    """
    whole = len(letters) // width
    if whole < 64:
        if not letters:
            return b""
        starts = range(0, len(letters), width)
        return b"\n".join([letters[at : at + width] for at in starts]) + b"\n"
    # column by column, which is faster than line by line where there are many lines
    lines = bytearray(b"\n") * (whole * (width + 1))
    for column in range(width):
        lines[column :: width + 1] = letters[column : whole * width : width]
    rest = letters[whole * width :]
    return bytes(lines + rest + b"\n") if rest else bytes(lines)


FORMATS = (
    Format(
        "fasta",
        "FASTA",
        (".fasta", ".fa", ".fna", ".ffn", ".faa", ".frn", ".fas", ".fsa", ".mpfa"),
        sniff,
        read,
        write,
    ),
)
