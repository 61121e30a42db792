"""From the records of a genome to an index: chunk by chunk, holding little more than the result."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Iterator
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

from biowright.bio.iupac import nucleotides
from biowright.core import InputError, Record

from .index import MAGIC, VERSION
from .packing import GAP, LETTERS, WRAP, Bytes, Contig, Packer, Places, laid_out
from .pams import Pam
from .sites import Chunk, chunk_of, span_of

__all__ = ["build_index", "called"]

_MARGIN = 128
_ALIGNED = 64


def build_index(
    records: Iterable[Record],
    pam: Pam,
    output: BinaryIO,
    *,
    circular: bool = False,
    genome: str = "",
) -> None:
    """Write the index of a genome for a motif.

    Parameters
    ----------
    records : iterable of Record
        DNA or RNA, linear or circular; consumed one by one.
    pam : Pam
    output : binary file object
    circular : bool, default False
        Take every sequence for a circle, whatever its record says.
    genome : str
        What identifies the genome: the digest of its file.

    Raises
    ------
    SequenceError
        A record is a protein.
    InputError
        There is no sequence, or two have the same name.
    """
    writer = _Writer(output)
    packer = Packer()
    contigs: list[Contig] = []
    span = span_of(pam)
    chunks = []
    for base, sets in _pieces(_stretches(records, circular, contigs), span, packer):
        chunk = chunk_of(sets, base, len(sets) - 2 * _MARGIN, _MARGIN, pam, _Once(contigs, pam))
        chunks.append(writer.chunk(chunk))
    if not contigs:
        raise InputError("there is no sequence in the genome")
    document = {
        "version": VERSION,
        "genome": genome,
        "pam": pam.pattern,
        "side": pam.side,
        "contigs": {
            "name": [c.name for c in contigs],
            "length": [c.length for c in contigs],
            "circular": [int(c.circular) for c in contigs],
            "offset": [c.offset for c in contigs],
        },
        "words": writer.array(packer.words()),
        "odd": writer.array(packer.odd_runs()),
        "chunks": chunks,
    }
    writer.close(document)


def called(record: Record) -> str:
    """Give what a table of sites calls a sequence: its id, or else its name, up to the first space.

    Examples
    --------
    >>> from biowright.core import Sequence
    >>> called(Record(Sequence("ACGT"), "U00096", "U00096.3"))
    'U00096.3'
    """
    return next(iter((record.id or record.name).split()), "")


def _stretches(records: Iterable[Record], circular: bool, contigs: list[Contig]) -> Iterator[Bytes]:
    """Walk the letters of the packed genome, and note the contigs on the way."""
    names: set[str] = set()
    at = GAP
    yield np.zeros(GAP, np.uint8)
    for record in records:
        sequence = nucleotides(record)
        word = called(record) or f"sequence_{len(contigs) + 1}"
        if word in names:
            raise InputError(
                f"two sequences of the genome are called '{word}'", hint="rename one of them"
            )
        names.add(word)
        if not len(sequence):
            continue
        contig = Contig(word, len(sequence), circular or sequence.circular, at)
        contigs.append(contig)
        yield laid_out(sequence.data, contig.circular)
        at += contig.stored + GAP


def _pieces(stretches: Iterable[Bytes], span: int, packer: Packer) -> Iterator[tuple[int, Bytes]]:
    """Cut the letters into chunks with a margin on both sides."""
    held: list[Bytes] = [np.zeros(_MARGIN, np.uint8)]
    size = _MARGIN  # of what is held; it begins a margin before `base`
    base = 0
    need = span + 2 * _MARGIN
    for stretch in stretches:
        held.append(stretch)
        size += len(stretch)
        if size < need:
            continue
        letters = np.concatenate(held)
        at = 0
        while len(letters) - at >= need:
            sets = letters[at : at + need]
            packer.add(sets[_MARGIN : _MARGIN + span])
            yield base, sets
            base += span
            at += span
        held = [letters[at:].copy()]
        size = len(letters) - at
    # what is left may reach into the margin behind a chunk
    rest = max(-(-(size - _MARGIN) // LETTERS), 1) * LETTERS
    letters = np.concatenate([*held, np.zeros(_MARGIN + rest + _MARGIN - size, np.uint8)])
    packer.add(letters[_MARGIN : _MARGIN + rest])
    for at in range(0, rest, span):
        yield base + at, letters[at : min(at + span, rest) + 2 * _MARGIN]


class _Once:
    """Of the anchors on a circle, which are found twice near its origin, keep one."""

    def __init__(self, contigs: list[Contig], pam: Pam) -> None:
        circles = [c for c in contigs if c.circular]
        self.offsets = np.array([c.offset for c in circles], np.int64)
        self.lengths = np.array([c.length for c in circles], np.int64)
        self.pam = len(pam)

    def __call__(self, anchors: Places, on_left: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
        if not len(self.offsets):
            return np.ones(len(anchors), bool)
        nth = np.searchsorted(self.offsets, anchors, side="right") - 1
        inside = anchors - self.offsets[nth]
        length = self.lengths[nth]
        circle = (nth >= 0) & (inside <= length + WRAP)
        # from the first anchor on whose window lies behind the beginning of the letters
        least = np.where(on_left, LETTERS, self.pam)
        return ~circle | (inside >= least) & (inside < least + length)


class _Writer:
    """Arrays one after the other, then the table of contents."""

    def __init__(self, output: BinaryIO) -> None:
        self.output = output
        self.at = 0
        self._write(MAGIC)

    def _write(self, data: bytes | memoryview) -> None:
        self.output.write(data)
        self.at += len(data)

    def array(self, values: npt.NDArray[np.generic]) -> list[object]:
        """Write an array and give its place: offset, type, shape, checksum."""
        self._write(bytes(-self.at % _ALIGNED))
        at = self.at
        data = memoryview(np.ascontiguousarray(values)).cast("B") if values.size else b""
        self._write(data)
        return [at, values.dtype.newbyteorder("<").str, list(values.shape), zlib.crc32(data)]

    def chunk(self, chunk: Chunk) -> dict[str, object]:
        """Write the arrays of a chunk."""
        return {
            "base": chunk.base,
            "key": chunk.key,
            "shift": chunk.shift,
            "places": self.array(chunk.places),
            "first": self.array(chunk.first),
            "blocks": self.array(chunk.blocks),
            "second": self.array(chunk.second),
            "odd": self.array(chunk.odd),
        }

    def close(self, document: dict[str, object]) -> None:
        """Write the table of contents and where it is."""
        data = json.dumps(document, separators=(",", ":")).encode()
        at = self.at
        self._write(data)
        numbers = at.to_bytes(8, "little") + len(data).to_bytes(4, "little")
        self._write(numbers + zlib.crc32(data).to_bytes(4, "little") + MAGIC)
