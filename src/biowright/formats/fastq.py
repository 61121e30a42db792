"""FASTQ: letters with the quality of each.

The Sanger variant, which all machines have written since 2011: Phred scores with an offset of 33
(P. J. A. Cock et al. 2010, https://doi.org/10.1093/nar/gkp1137). Files of Solexa and Illumina 1.3
to 1.7, with an offset of 64, are refused where their quality letters prove it; they cannot be told
otherwise. Letters and qualities may stand on one line or on several.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import BinaryIO

from biowright.core import (
    Attributes,
    FeatureTable,
    FormatError,
    Molecule,
    Record,
    Sequence,
)

from .fasta import Title, molecule_losses, parts_of
from .format import Format, Loss, losses_of
from .letters import NUCLEOTIDES, molecule_of, why_not
from .source import Source
from .transcoding import wrong_encoding

__all__ = ["FORMATS"]

OFFSET = 33
HIGHEST = 126 - OFFSET
_QUALITIES = bytes(range(OFFSET, 127))
_TO_SCORE = bytes(max(letter - OFFSET, 0) for letter in range(256))
_TO_LETTER = bytes(min(score + OFFSET, 126) for score in range(256))
# An offset of 64 gives letters of ';' (Solexa's -5) to 'i' (41) or a little more. Sanger's scores
# above 42 ('K') come from consensus tools and long reads, which also give scores below 26 (';').
_PROOF = 1000
_LOWEST_64, _HIGHEST_33, _HIGHEST_64 = 59, 75, 106
_NO_FEATURES = FeatureTable()
_NO_ATTRIBUTES = Attributes()


def sniff(head: bytes) -> bool:
    """Tell whether a title with ``@`` is followed by nucleotides and a line with ``+``."""
    lines = iter(head.lstrip(b"\r\n").replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n"))
    if not next(lines, b"").startswith(b"@"):
        return False
    letters = 0
    for line in lines:
        if line.startswith(b"+"):
            return True
        line = line.strip()
        if molecule_of(line) not in (Molecule.DNA, Molecule.RNA):
            return False
        letters += len(line)
    return letters > 0  # a read that is longer than the head


def read(source: Source) -> Iterator[Record]:
    """Walk the records, holding one at a time in memory.

    Raises
    ------
    FormatError
        A record is cut off, its parts do not fit each other, or the qualities have another offset.
    """
    _refuse_offset_64(source)
    lines = chain.from_iterable(_lines(block) for block in source.blocks())
    path = source.name
    number = 0
    for title_line in lines:
        number += 1
        if title_line[:1] != b"@":
            if not title_line.strip():
                continue
            raise FormatError(
                "this is no title line", path=path, line=number, expected="a line with '@' in front"
            )
        first = number
        text = _decoded(title_line, path, number)
        pieces = []
        plus = next(lines, None)
        while plus is not None and plus[:1] != b"+":
            pieces.append(plus.strip())
            plus = next(lines, None)
        if plus is None:
            raise _cut_off(text, path, first)
        number += len(pieces) + 1
        letters = pieces[0] if len(pieces) == 1 else b"".join(pieces)
        if len(plus) > 1 and plus[1:].rstrip() != title_line[1:].rstrip():
            raise FormatError(
                "the title after '+' is another one than that after '@'", path=path, line=number
            )
        quality = b""
        if letters:
            quality = next(lines, b"")
            number += 1
            if len(quality) != len(letters):
                quality, number = _long_quality(
                    quality, len(letters), lines, text, path, first, number
                )
        yield _record(text, letters, quality, path, first)


def _lines(block: bytes) -> list[bytes]:
    lines = block.split(b"\n")
    if not lines[-1]:
        lines.pop()
    return lines


def _long_quality(
    quality: bytes,
    length: int,
    lines: Iterator[bytes],
    text: str,
    path: str,
    first: int,
    number: int,
) -> tuple[bytes, int]:
    """Collect a quality that stands on several lines; give it and the number of its last line."""
    pieces = [quality.rstrip()]
    have = len(pieces[0])
    while have < length:
        line = next(lines, None)
        if line is None:
            raise _cut_off(text, path, first)
        number += 1
        pieces.append(line.rstrip())
        have += len(pieces[-1])
    if have > length:
        raise FormatError(
            f"{have} quality letters for {length} letters",
            path=path,
            line=number,
            record=Title.of(text).name,
            hint="was a line lost or added?",
        )
    return b"".join(pieces), number


def _record(text: str, letters: bytes, quality: bytes, path: str, line: int) -> Record:
    name, description, topology, plain = parts_of(text)
    molecule = Molecule.DNA
    if b"T" not in letters or letters.translate(None, NUCLEOTIDES):
        molecule = molecule_of(letters) or Molecule.PROTEIN
        if molecule is Molecule.PROTEIN:
            what, hint = why_not(letters, Molecule.DNA) or ("", None)
            raise FormatError(what, path=path, line=line + 1, record=name, hint=hint)
    if wrong := quality.translate(None, _QUALITIES)[:1]:
        raise FormatError(
            f"the quality letter {wrong.decode('latin-1')!a} is none",
            path=path,
            line=line + 3,
            record=name,
            expected="'!' (0) to '~' (93)",
        )
    sequence = Sequence.trusted(letters, molecule, topology)
    scores = quality.translate(_TO_SCORE)
    extras = None if plain else {"fastq": text}
    return Record(
        sequence, name, "", description, _NO_FEATURES, _NO_ATTRIBUTES, (), scores, (), extras
    )


def _decoded(title_line: bytes, path: str, line: int) -> str:
    try:
        return title_line[1:].decode("utf-8")
    except UnicodeDecodeError as error:
        raise wrong_encoding(title_line, error.start + 1, line, path) from None


def _cut_off(text: str, path: str, line: int) -> FormatError:
    return FormatError(
        "the file ends within this record",
        path=path,
        line=line,
        record=Title.of(text).name,
        hint="the file was cut off; copy or download it again",
    )


def _refuse_offset_64(source: Source) -> None:
    seen: set[int] = set()
    count = 0
    lines = source.head.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
    # a proof is only looked for where each record has four lines, as the machines wrote them
    for at in range(0, len(lines) - 4, 4):
        if lines[at][:1] != b"@" or lines[at + 2][:1] != b"+":
            return
        seen.update(lines[at + 3])
        count += len(lines[at + 3])
    if count < _PROOF or min(seen) < _LOWEST_64:
        return
    if _HIGHEST_33 < max(seen) <= _HIGHEST_64:
        raise FormatError(
            f"the quality letters run from {chr(min(seen))!r} to {chr(max(seen))!r}: this is FASTQ "
            "of Solexa or Illumina 1.3 to 1.7, with an offset of 64",
            path=source.name,
            expected="an offset of 33",
            hint="turn it into Sanger FASTQ first, for example with 'seqtk seq -VQ64'",
        )


def write(records: Iterable[Record], output: BinaryIO) -> list[Loss]:
    """Write records as they come, four lines each.

    Raises
    ------
    FormatError
        A record has no qualities, which nobody can make up, or is a protein.
    """
    losses: list[Loss] = []
    for record in records:
        if record.quality is None:
            raise FormatError(
                "FASTQ needs the quality of each letter, and there is none",
                record=record.name,
                hint="write FASTA instead",
            )
        if record.molecule is Molecule.PROTEIN:
            raise FormatError("FASTQ holds DNA and RNA, no protein", record=record.name)
        text = record.extras.get("fastq", "")
        title = Title.for_record(record, text if isinstance(text, str) else "")
        losses += title.losses(record)
        losses += losses_of(record, ("description", "topology", "quality"), "fastq")
        losses += molecule_losses(record)
        if record.quality and max(record.quality) > HIGHEST:
            losses.append(Loss(record.name, "quality", f"scores above {HIGHEST} become {HIGHEST}"))
        quality = record.quality.translate(_TO_LETTER)
        output.write(
            b"@%b\n%b\n+\n%b\n" % (title.text.encode("utf-8"), record.sequence.data, quality)
        )
    return losses


FORMATS = (Format("fastq", "FASTQ (Sanger)", (".fastq", ".fq"), sniff, read, write),)
