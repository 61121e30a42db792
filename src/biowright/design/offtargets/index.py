"""The index of a genome for a motif: a file that is mapped into memory, built once and kept.

The file is found again by what it was made of: its name holds the digest of the genome's file, the
motif, the topology and the version of the layout. So an index never belongs to another genome than
it says, and a genome that changed gets a new one. Every array has a checksum that is compared when
the file is opened; a file that is cut off or damaged is built anew.
"""

from __future__ import annotations

import hashlib
import io
import json
import mmap
import os
import re
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from biowright.core import FormatError, InputError

from .packing import Contig, Words
from .pams import Pam
from .sites import Chunk

if TYPE_CHECKING:
    from biowright.core import Record

__all__ = ["SiteIndex", "cache_folder", "index_records", "open_index"]

MAGIC = b"\x89BWSITES"
VERSION = 1
TRAILER = 24
"""The end of the file: where the table of contents begins, its length, its checksum, the magic."""
_CHUNK_ARRAYS = ("places", "first", "blocks", "second", "odd")


@dataclass(frozen=True, slots=True, eq=False)
class SiteIndex:
    """All places of a genome that have a motif, ready to be searched.

    Made by `open_index` from a file, or by `index_records` in memory.

    Parameters
    ----------
    pam : Pam
    contigs : tuple of Contig
        In the genome's order.
    words : array of uint64
        The packed genome.
    odd : (n, 3) array
        Runs of letters other than A, C, G, T: start, end, set of bases.
    chunks : tuple of Chunk
    size : int
        Bytes of the whole index.
    path : Path, optional
        Its file; None where it is in memory only.
    built : bool
        Whether it had to be built now.
    """

    pam: Pam
    contigs: tuple[Contig, ...]
    words: Words
    odd: npt.NDArray[np.uint64]
    chunks: tuple[Chunk, ...]
    size: int
    path: Path | None = None
    built: bool = False
    notices: tuple[str, ...] = field(default=())

    @property
    def sites(self) -> int:
        """How many places have the motif."""
        return sum(len(chunk.places) + len(chunk.odd) for chunk in self.chunks)

    @property
    def length(self) -> int:
        """Letters of the genome."""
        return sum(contig.length for contig in self.contigs)

    def __repr__(self) -> str:
        return (
            f"SiteIndex({self.pam}, {len(self.contigs):,} contigs, {self.length:,} bp, "
            f"{self.sites:,} sites)"
        )

    @classmethod
    def of(cls, data: bytes | mmap.mmap, name: str, path: Path | None = None) -> SiteIndex:
        """Read an index from bytes, and compare all checksums.

        Raises
        ------
        FormatError
            It is cut off, damaged, or of another version.
        """
        document = _contents(data, name)
        pam = Pam(str(document["pam"]), int(document["side"]))  # type: ignore[call-overload]
        table = document["contigs"]
        contigs = tuple(
            Contig(str(n), int(s), bool(c), int(at))
            for n, s, c, at in zip(
                *(table[key] for key in ("name", "length", "circular", "offset")),  # type: ignore[index]
                strict=True,
            )
        )
        chunks = tuple(
            Chunk(
                int(entry["base"]),
                int(entry["key"]),
                int(entry["shift"]),
                *(_array(data, entry[key], name) for key in _CHUNK_ARRAYS),
            )
            for entry in document["chunks"]  # type: ignore[attr-defined]
        )
        words, odd = (_array(data, document[key], name) for key in ("words", "odd"))
        return cls(pam, contigs, words, odd, chunks, len(data), path)


def index_records(
    records: Record | Iterable[Record], pam: Pam | str, *, circular: bool = False
) -> SiteIndex:
    """Index sequences in memory.

    Parameters
    ----------
    records : Record or iterable of Record
        DNA or RNA, linear or circular.
    pam : Pam or str
        A string is read as by `Pam.of`.
    circular : bool, default False
        Take every sequence for a circle, whatever its record says.

    Raises
    ------
    SequenceError
        A record is a protein, or the PAM is none.
    InputError
        There is no sequence, or two have the same name.

    Examples
    --------
    >>> from biowright.core import Record, Sequence
    >>> plasmid = Record(Sequence("GGACGTTTCCACACATG" * 3, topology="circular"), "tiny")
    >>> index_records(plasmid, "NGG")
    SiteIndex(NGG (3'), 1 contigs, 51 bp, 9 sites)
    """
    from biowright.core import Record

    from .building import build_index

    output = io.BytesIO()
    listed = [records] if isinstance(records, Record) else records
    build_index(listed, pam if isinstance(pam, Pam) else Pam.of(pam), output, circular=circular)
    return SiteIndex.of(output.getvalue(), "the index")


def open_index(
    genome: str | os.PathLike[str],
    pam: Pam | str,
    *,
    circular: bool = False,
    folder: str | os.PathLike[str] | None = None,
    format: str | None = None,
) -> SiteIndex:
    """Open the index of a genome's file, and build it where there is none yet.

    Parameters
    ----------
    genome : path
        In any format that is read; topology as the file says, and circles by `circular`.
    pam : Pam or str
    circular : bool, default False
        Take every sequence for a circle.
    folder : path, optional
        Where indices are kept; see `cache_folder`. If it cannot be written to, the index is in
        memory only, and a notice says so.
    format : str, optional
        The genome's format, where the content leaves it open.

    Raises
    ------
    InputError, FormatError
        The genome cannot be read.
    """
    motif = pam if isinstance(pam, Pam) else Pam.of(pam)
    digest = _digest(genome)
    home = cache_folder() if folder is None else Path(folder)
    kind = "circular" if circular else "as-is"
    stem = re.sub(r"[^A-Za-z0-9._-]", "_", Path(genome).name)[:60]
    name = f"{stem}.{digest[:20]}.{motif.pattern}-{motif.side}.{kind}.v{VERSION}.sites"
    path = home / name
    notices: list[str] = []
    try:
        return mapped(path)
    except (FileNotFoundError, NotADirectoryError):
        pass
    except FormatError as error:
        notices.append(f"{error}; it is built anew")
    except OSError as error:
        notices.append(f"{path}: the index cannot be read ({error.strerror or error})")
    return _built(Path(genome), motif, path, digest, circular, format, notices)


def cache_folder() -> Path:
    """Give the folder that indices are kept in.

    It is ``offtargets`` in the folder that the variable BIOWRIGHT_CACHE names, else in
    ``biowright`` in the folder of the user's caches (XDG_CACHE_HOME, or ``~/.cache``).
    """
    if own := os.environ.get("BIOWRIGHT_CACHE"):
        return Path(own) / "offtargets"
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "biowright" / "offtargets"


def _built(
    genome: Path,
    pam: Pam,
    path: Path,
    digest: str,
    circular: bool,
    format: str | None,
    notices: list[str],
) -> SiteIndex:
    from dataclasses import replace

    from biowright.formats import open_output, stream

    from .building import build_index

    def build(output: io.IOBase) -> None:
        records = stream(genome, format=format)
        try:
            build_index(records, pam, output, circular=circular, genome=digest)  # type: ignore[arg-type]
        except InputError as error:
            raise error.located(path=genome) from None

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        writable = os.access(path.parent, os.W_OK)
    except OSError:
        writable = False
    if not writable:
        output = io.BytesIO()
        build(output)
        notices.append(
            f"{path.parent}: the index cannot be kept there and is built each time; "
            "name a folder with BIOWRIGHT_CACHE"
        )
        index = SiteIndex.of(output.getvalue(), path.name)
    else:
        with open_output(path, force=True) as file:
            build(file)  # type: ignore[arg-type]
        index = mapped(path)
    return replace(index, built=True, notices=tuple(notices))


def mapped(path: Path) -> SiteIndex:
    """Map an index file into memory.

    Raises
    ------
    FormatError
        It is cut off, damaged, or of another version.
    """
    with path.open("rb") as file:
        if os.fstat(file.fileno()).st_size < TRAILER:
            raise FormatError("the index is cut off", path=path)
        data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    return SiteIndex.of(data, str(path), path)


def _contents(data: bytes | mmap.mmap, name: str) -> Mapping[str, object]:
    trailer = data[-TRAILER:]
    at, size = int.from_bytes(trailer[:8], "little"), int.from_bytes(trailer[8:12], "little")
    whole = data[: len(MAGIC)] == MAGIC and trailer[16:] == MAGIC
    if not whole or at + size + TRAILER != len(data):
        raise FormatError("the index is cut off or damaged", path=name)
    text = data[at : at + size]
    if zlib.crc32(text) != int.from_bytes(trailer[12:16], "little"):
        raise FormatError("the index is damaged", path=name)
    document: Mapping[str, object] = json.loads(text)
    if document["version"] != VERSION:
        raise FormatError(f"the index has version {document['version']}", path=name)
    return document


def _array(data: bytes | mmap.mmap, entry: object, name: str) -> npt.NDArray[np.generic]:
    at, kind, shape, checksum = entry  # type: ignore[misc]
    dtype = np.dtype(kind)
    count = int(np.prod(shape))
    values = np.frombuffer(data, dtype, count, at) if count else np.zeros(0, dtype)
    if zlib.crc32(values.view(np.uint8)) != checksum:
        raise FormatError("the index is damaged", path=name)
    return values.reshape(shape)


def _digest(path: str | os.PathLike[str]) -> str:
    """Give the SHA-256 of a file's bytes."""
    try:
        with Path(path).open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        from biowright.formats import open_source

        # it says what is wrong in the house's words
        open_source(path).close()
        raise
