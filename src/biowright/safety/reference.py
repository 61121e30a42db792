"""References of hashed k-mers: what an operator screens against, without its sequences.

A reference keeps a keyed hash of each k-mer with a record and a position, no letters. Who has the file
and not the key learns how many records it has and how long they are. Who has both can test guesses, and
from one k-mer that he knows go on letter by letter: the key is what protects the set.
"""

from __future__ import annotations

import hashlib
import hmac
import io
import json
import math
import os
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from biowright.bio import find_orfs, translate_feature
from biowright.core import FormatError, InputError, Molecule, Record
from biowright.formats import open_output

from .keyed import hash_words
from .letters import AMINO_ACIDS, AMINO_BITS, BASE_BITS
from .seeds import pack

__all__ = ["Reference", "build_reference", "new_key", "read_key", "read_reference"]

FORMAT = "biowright screening reference 1"
PROTEIN_K, DNA_K = 5, 12
DNA_TAG = np.uint64(1 << 63)
SHIFT = 32  # a place is a record above, a position below
_SHORTEST_ORF = 30
_DULL = 1.9
_LETTERS = np.full(256, 255, np.uint8)
for _i, _letter in enumerate(AMINO_ACIDS):
    _LETTERS[ord(_letter)] = _i
_LETTERS[ord("U")] = AMINO_ACIDS.index("C")  # selenocysteine; a codon for it is one for cysteine
_BASES = np.full(256, 255, np.uint8)
for _i, _letter in enumerate("ACGT"):
    _BASES[ord(_letter)] = _i


@dataclass(frozen=True, eq=False)
class Reference:
    """Hashed k-mers with their places.

    Parameters
    ----------
    name : str
    dated : str
        The day of its content, ISO 8601.
    labels : tuple of str
        What its records are called.
    kinds : tuple of str
        ``protein`` or ``dna``, for each record.
    sizes : tuple of int
        How many residues or bases each record has.
    masked : int
        k-mers that were left out because their letters are few and repeat.
    demo : bool
        Whether it is only a demonstration.
    hashes : ndarray of uint64, shape (n,)
        Ascending.
    starts : ndarray of int64, shape (n + 1,)
        Where the places of each hash begin.
    places : ndarray of int64
        Record << 32 | position.
    key : bytes
        At least 16 bytes, not in its file.
    """

    name: str
    dated: str
    labels: tuple[str, ...]
    kinds: tuple[str, ...]
    sizes: tuple[int, ...]
    masked: int
    demo: bool
    hashes: npt.NDArray[np.uint64]
    starts: npt.NDArray[np.int64]
    places: npt.NDArray[np.int64]
    key: bytes

    @cached_property
    def words(self) -> npt.NDArray[np.uint64]:
        """The key of the k-mers as two words, made from the whole key."""
        return _words(self.key)

    @cached_property
    def sieve(self) -> npt.NDArray[np.uint8]:
        """A bit for each hash, by its low bits: most lookups of what is not there end at it."""
        bits = 1 << max(16, (16 * len(self.hashes)).bit_length())
        low = (self.hashes & np.uint64(bits - 1)).astype(np.int64)
        flags = np.zeros(bits, np.uint8)
        flags[low] = 1
        return np.packbits(flags, bitorder="little")

    @cached_property
    def checksum(self) -> str:
        """SHA-256 of its content."""
        digest = hashlib.sha256(_header(self))
        for array in (self.hashes, self.starts, self.places):
            digest.update(np.ascontiguousarray(array).tobytes())
        return digest.hexdigest()

    def write(self, path: str | os.PathLike[str], *, force: bool = False) -> None:
        """Write it to a file, whole or not at all; the key is not in it.

        Raises
        ------
        ConflictError
            The file exists and `force` is not given.
        """
        header = _header(self)
        mac = hmac.new(self.key, bytes.fromhex(self.checksum), hashlib.sha256).digest()
        buffer = io.BytesIO()
        np.savez_compressed(
            buffer,
            header=np.frombuffer(header, np.uint8),
            mac=np.frombuffer(mac, np.uint8),
            hashes=self.hashes,
            starts=self.starts,
            places=self.places,
        )
        with open_output(path, force=force) as output:
            output.write(buffer.getvalue())


def _words(key: bytes) -> npt.NDArray[np.uint64]:
    digest = hashlib.blake2s(key, digest_size=16, person=b"k-mers").digest()
    return np.frombuffer(digest, "<u8").astype(np.uint64)


def _header(reference: Reference) -> bytes:
    told = {
        "format": FORMAT,
        "k": [PROTEIN_K, DNA_K],
        **{
            name: getattr(reference, name)
            for name in ("name", "dated", "labels", "kinds", "sizes", "masked", "demo")
        },
    }
    return json.dumps(told, sort_keys=True).encode()


def build_reference(
    records: Iterable[Record],
    *,
    name: str,
    key: bytes,
    dated: str | None = None,
    demo: bool = False,
) -> Reference:
    """Hash the k-mers of proteins and nucleic acids.

    A nucleic acid is kept as DNA, and beside it the proteins of its CDS features; where it has none,
    all that is open from stop to stop over 30 codons, on both strands. Stretches of few letters that
    repeat (Shannon entropy below 1.9 bits in 12 residues; at most four kinds of triples in 12 bases)
    are left out, as are ambiguous letters.

    Parameters
    ----------
    records : iterable of Record
    name : str
    key : bytes
        At least 16 bytes; see `new_key`.
    dated : str, optional
        The day of the content, ISO 8601; today by default.
    demo : bool, default False

    Raises
    ------
    InputError
        There is nothing to hash, the key has another length, or the day is none.
    """
    if len(key) < 16:
        raise InputError(f"the key has {len(key)} bytes", expected="16 or more")
    day = _day(dated or datetime.now(UTC).date().isoformat()).isoformat()
    labels, kinds, sizes = [], [], []
    words, places = [], []
    masked = 0
    for label, kind, letters in _texts(records):
        numbers, k, bits = (
            (_LETTERS, PROTEIN_K, AMINO_BITS) if kind == "protein" else (_BASES, DNA_K, BASE_BITS)
        )
        packed, known = pack(numbers[np.frombuffer(letters, np.uint8)], k, bits)
        dull = _dull_protein(letters, k) if kind == "protein" else _dull_dna(letters, k)
        masked += int(np.count_nonzero(known & dull))
        kept = np.flatnonzero(known & ~dull)
        words.append(packed[kept] | (DNA_TAG if kind == "dna" else np.uint64(0)))
        places.append(kept.astype(np.int64) | len(labels) << SHIFT)
        labels.append(label)
        kinds.append(kind)
        sizes.append(len(letters))
    if not sum(map(len, words)):
        raise InputError(
            "there is nothing in it to screen against",
            expected=f"proteins of {PROTEIN_K} or nucleic acids of {DNA_K} letters at least",
        )
    hashed = hash_words(np.concatenate(words), *_words(key))
    order = np.argsort(hashed, kind="stable")
    hashes, counts = np.unique(hashed, return_counts=True)
    starts = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    return Reference(
        name,
        day,
        tuple(labels),
        tuple(kinds),
        tuple(sizes),
        masked,
        demo,
        hashes,
        starts,
        np.concatenate(places)[order],
        key,
    )


def _texts(records: Iterable[Record]) -> Iterable[tuple[str, str, bytes]]:
    for number, record in enumerate(records, 1):
        label = record.name or record.id or f"record {number}"
        letters = record.sequence.data.upper().replace(b"U", b"T")
        if record.molecule is Molecule.PROTEIN:
            yield label, "protein", record.sequence.data.upper()
            continue
        if record.circular:
            letters += letters[: DNA_K - 1]
        yield label, "dna", letters
        coding = [f for f in record.features if f.type == "CDS"]
        if coding:
            proteins = [translate_feature(record, feature).data for feature in coding]
        else:
            proteins = [
                orf.protein.data
                for orf in find_orfs(record, minimum=_SHORTEST_ORF, starts="any", partial=True)
            ]
        for protein in proteins:
            if len(protein) >= PROTEIN_K:
                yield label, "protein", protein.upper()


def _dull_protein(letters: bytes, k: int) -> npt.NDArray[np.bool_]:
    """Mark the k-mers that lie in windows of 12 residues with an entropy below 1.9 bits.

    The measure and the window are those of SEG (Wootton and Federhen, Comput Chem 17:149, 1993,
    doi:10.1016/0097-8485(93)85006-X), which begins at 2.2 bits; here only linkers, tags and the like
    are meant.
    """
    dull = np.zeros(max(len(letters) - k + 1, 0), bool)
    size = min(12, len(letters))
    counts = Counter(letters[:size])
    for at in range(len(letters) - size + 1):
        if at:
            counts[letters[at - 1]] -= 1
            counts[letters[at + size - 1]] += 1
        shares = [n / size for n in counts.values() if n]
        if -sum(p * math.log2(p) for p in shares) < _DULL:
            dull[at : at + size - k + 1] = True
    return dull


def _dull_dna(letters: bytes, k: int) -> npt.NDArray[np.bool_]:
    count = max(len(letters) - k + 1, 0)
    triples = [letters[i : i + 3] for i in range(max(len(letters) - 2, 0))]
    return np.array([len(set(triples[i : i + k - 2])) <= 4 for i in range(count)], bool)


def read_reference(path: str | os.PathLike[str], key: bytes) -> Reference:
    """Read a reference and check it against the key.

    Raises
    ------
    InputError
        There is no such file.
    FormatError
        It is no reference, it was changed, or the key is not the one that it was built with.
    """
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        raise InputError(f"the reference cannot be read ({error.strerror})", path=path) from None
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as file:
            arrays = {name: file[name] for name in ("header", "mac", "hashes", "starts", "places")}
        header: dict[str, Any] = json.loads(arrays["header"].tobytes())
        if header.pop("format") != FORMAT or header.pop("k") != [PROTEIN_K, DNA_K]:
            raise ValueError("another format")
        for name in ("labels", "kinds", "sizes"):
            header[name] = tuple(header[name])
        reference = Reference(
            **header,
            hashes=arrays["hashes"].astype(np.uint64),
            starts=arrays["starts"].astype(np.int64),
            places=arrays["places"].astype(np.int64),
            key=key,
        )
    except Exception as error:  # numpy, zip and json each have their own
        raise FormatError(
            f"this is no screening reference ({type(error).__name__})",
            path=path,
            hint="make one: biowright safety reference FILE... --out FILE.screen --key KEY",
        ) from None
    mac = hmac.new(key, bytes.fromhex(reference.checksum), hashlib.sha256).digest()
    if not hmac.compare_digest(mac, arrays["mac"].tobytes()):
        raise FormatError(
            "the reference does not fit the key, or was changed",
            path=path,
            hint="use the key file that it was built with, or build it anew",
        )
    return reference


def new_key(path: str | os.PathLike[str], size: int = 16) -> bytes:
    """Make a key file that only its owner may read.

    Raises
    ------
    InputError
        The file exists, or cannot be written.
    """
    key = os.urandom(size)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(handle, "wb") as output:  # noqa: PTH123 - a handle
            output.write(key.hex().encode() + b"\n")
            output.flush()
            os.fsync(output.fileno())
    except FileExistsError:
        raise InputError(
            "the key file exists already", path=path, hint="a key is never replaced"
        ) from None
    except OSError as error:
        raise InputError(f"the key cannot be written ({error.strerror})", path=path) from None
    return key


def read_key(path: str | os.PathLike[str], size: int = 16) -> bytes:
    """Read a key file: at least `size` bytes in hex.

    Raises
    ------
    InputError
        There is none, or it holds something else.
    """
    try:
        key = bytes.fromhex(Path(path).read_text("ascii").strip())
    except OSError as error:
        raise InputError(f"the key cannot be read ({error.strerror})", path=path) from None
    except ValueError:
        raise InputError("this is no key", path=path, expected="hexadecimal digits") from None
    if len(key) < size:
        raise InputError(f"the key has {len(key)} bytes", path=path, expected=f"{size} or more")
    return key


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InputError(f"'{text}' is no day", expected="a day such as 2026-01-31") from None
