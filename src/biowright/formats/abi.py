"""Sanger traces: Applied Biosystems' ABIF files (``.ab1``), as their machines write them.

A file is a directory of tagged values. Those that a `Record` has a place for become its letters,
its quality and its annotations; the signal itself, the peaks and every other tag stay in the file's
bytes and are decoded when they are asked for, from the `Trace` in ``record.extras["abi"]``.

The format is described in "Applied Biosystems Genetic Analysis Data File Format", September 2009
(https://www6.appliedbiosystems.com/support/software_community/ABIF_File_Format.pdf).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, time
from os import PathLike
from types import MappingProxyType
from typing import TYPE_CHECKING, BinaryIO

from biowright.core import (
    Attributes,
    FormatError,
    Provenance,
    Record,
    Sequence,
    SequenceError,
    extract,
)

from .format import Format
from .source import Source, open_source

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Signal = npt.NDArray[np.int32]

__all__ = ["FORMATS", "Entry", "Trace", "quality_span", "read_trace", "trim"]

_MACBINARY = 128  # old files from a Macintosh begin with a header of this many bytes
_ENTRY = struct.Struct(">4sihhiiii")
_NUMBERS = {1: "B", 2: "B", 3: "H", 4: "h", 5: "i", 7: "f", 8: "d", 13: "?"}
_SIZES = {1: 1, 2: 1, 3: 2, 4: 2, 5: 4, 7: 4, 8: 8, 10: 4, 11: 4, 13: 1, 18: 1, 19: 1}

Value = str | int | float | bool | bytes | date | time | tuple[int | float | bool, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the directory.

    Parameters
    ----------
    kind : int
        The number of the type of its elements: 2 is characters, 4 short integers, 18 a string...
    count : int
        How many elements it has.
    offset, size : int
        Where its bytes lie in the file.
    """

    kind: int
    count: int
    offset: int
    size: int


@dataclass(frozen=True, slots=True)
class Trace:
    """What a sequencing machine measured.

    Parameters
    ----------
    data : bytes
        The whole file.
    entries : mapping of str to Entry
        The directory, by name and number: ``PBAS2``.
    start, end : int
        Which of the called bases the record holds, after `trim`; end is None for all.
    """

    data: bytes = field(repr=False)
    entries: Mapping[str, Entry] = field(repr=False)
    start: int = 0
    end: int | None = None

    def raw(self, tag: str) -> bytes:
        """Give the bytes of a tag, empty where there is none."""
        entry = self.entries.get(tag)
        return b"" if entry is None else self.data[entry.offset : entry.offset + entry.size]

    def value(self, tag: str) -> Value | None:
        """Decode a tag: text, a number, several, a date or a time; None where there is none.

        Raises
        ------
        FormatError
            Its bytes are not what its type says.
        """
        entry = self.entries.get(tag)
        return None if entry is None else _decoded(entry, self.raw(tag), tag)

    @property
    def base_order(self) -> str:
        """The bases in the order of the channels of the analysed signal, like ``GATC``."""
        return self.raw("FWO_1").decode("latin-1")

    @property
    def channels(self) -> dict[str, Signal]:
        """The analysed signal of each base (tags DATA9 to DATA12).

        Returns
        -------
        dict of str to ndarray of int32, shape (scans,)
            In relative fluorescence units, for the whole run; `peaks` counts in it.
        """
        return {
            base: self._numbers(f"DATA{number}")
            for number, base in enumerate(self.base_order, 9)
            if f"DATA{number}" in self.entries
        }

    @property
    def peaks(self) -> Signal:
        """The scan that each base of the record was called at.

        Returns
        -------
        ndarray of int32, shape (bases,)
            Empty where the file does not say.
        """
        bases = self.entries.get("PBAS2") or self.entries.get("PBAS1")
        for tag in ("PLOC2", "PLOC1"):  # some writers have only the second
            entry = self.entries.get(tag)
            if entry is not None and bases is not None and entry.count == bases.count:
                return self._numbers(tag)[self.start : self.end]
        return self._numbers("")

    @property
    def edited_bases(self) -> str:
        """The bases after a person's edits in the vendor's software (PBAS1), the whole read."""
        return self.raw("PBAS1").decode("latin-1")

    def _numbers(self, tag: str) -> Signal:
        import numpy as np

        entry = self.entries.get(tag)
        if entry is None:
            return np.zeros(0, np.int32)
        if entry.kind not in (4, 5):
            raise FormatError(f"the tag {tag} holds no integers but type {entry.kind}")
        kind = ">i2" if entry.kind == 4 else ">i4"
        return np.frombuffer(self.raw(tag), kind, entry.count).astype(np.int32)


def _decoded(entry: Entry, data: bytes, tag: str) -> Value:
    try:
        if entry.kind == 2:
            return _text(data).rstrip("\0")
        if entry.kind == 18:
            return _text(data[1 : 1 + data[0]]) if data else ""
        if entry.kind == 19:
            return _text(data.split(b"\0")[0])
        if entry.kind == 10:
            day = struct.unpack_from(">hBB", data)
            return date(*day) if any(day) else b""  # a date that was never set
        if entry.kind == 11:
            hour, minute, second, hundredths = data[:4]
            return time(hour, minute, second, hundredths * 10_000 if hundredths < 100 else 0)
        if entry.kind in _NUMBERS:
            numbers = struct.unpack_from(f">{entry.count}{_NUMBERS[entry.kind]}", data)
            return numbers[0] if len(numbers) == 1 else numbers
    except (struct.error, ValueError) as error:
        raise FormatError(f"the tag {tag} is damaged ({error})") from None
    return data


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")  # what the machines' Windows software wrote


def read_trace(path: str | PathLike[str] | BinaryIO) -> Trace:
    """Read the measurement of an ABIF file, with or without base calls (``.ab1``, ``.fsa``).

    Parameters
    ----------
    path : path, or binary file object

    Raises
    ------
    FormatError
        The file is none, is cut off, or its directory points outside of it.
    """
    with open_source(path) as source:
        try:
            return _trace(source)
        except FormatError as error:
            raise error.located(path=source.name) from None


def _sniff(head: bytes) -> bool:
    return head[:4] == b"ABIF" or head[_MACBINARY : _MACBINARY + 4] == b"ABIF"


def _trace(source: Source) -> Trace:
    data = source.bytes()
    if not _sniff(data):
        raise FormatError("this is no ABIF file", expected="'ABIF' as its first letters")
    base = 0 if data[:4] == b"ABIF" else _MACBINARY
    if len(data) < base + 6 + _ENTRY.size:
        raise FormatError("the file ends in its header", hint="copy it again from the machine")
    _, _, _, step, count, _, offset, _ = _ENTRY.unpack_from(data, base + 6)
    start = base + offset
    if step < _ENTRY.size or count < 0 or offset < 0 or start + step * count > len(data):
        raise FormatError(
            f"the directory ({count:,} entries of {step} bytes at byte {offset:,}) does not lie in "
            f"the file of {len(data):,} bytes",
            hint="the file was cut off; copy it again from the machine",
        )
    entries = {}
    for number in range(count):
        at = start + number * step
        name, index, kind, _, elements, size, place, _ = _ENTRY.unpack_from(data, at)
        place = at + 20 if size <= 4 else base + place  # up to four bytes stand in the entry itself
        tag = f"{name.decode('latin-1')}{index}"
        if size < 0 or elements < 0 or place < 0 or place + size > len(data):
            raise FormatError(
                f"the tag {tag!r} ({size:,} bytes at byte {place:,}) does not lie in the file of "
                f"{len(data):,} bytes",
                hint="the file was cut off; copy it again from the machine",
            )
        if elements * _SIZES.get(kind, 0) > size:
            raise FormatError(f"the tag {tag!r} says {elements:,} elements in {size:,} bytes")
        entries[tag] = Entry(kind, elements, place, size)
    return Trace(data, MappingProxyType(entries))


def _read(source: Source) -> Iterator[Record]:
    trace = _trace(source)
    called = next((n for n in ("2", "1") if f"PBAS{n}" in trace.entries), None)
    if called is None:
        dyes = sum(tag.startswith("DATA") for tag in trace.entries)
        raise FormatError(
            f"this is no sequencing run: {dyes} channels of signal, but no called bases",
            hint="fragment analysis (.fsa) has none; formats.abi.read_trace gives its signal",
        )
    bases = trace.raw(f"PBAS{called}").rstrip(b"\0")
    quality: bytes | None = trace.raw(f"PCON{called}")
    if not quality:
        quality = None
    elif len(quality) != len(bases):
        raise FormatError(
            f"there are {len(quality):,} quality values (PCON{called}) for {len(bases):,} bases "
            f"(PBAS{called})"
        )
    try:
        sequence = Sequence(bases)
    except SequenceError as error:
        raise FormatError(
            f"the called bases: {error.what}", position=error.position, hint=error.hint
        ) from None
    annotations, steps = _run(trace)
    yield Record(
        sequence,
        name=source.stem,
        id=str(trace.value("SMPL1") or ""),
        annotations=annotations,
        quality=quality,
        provenance=steps,
        extras={"abi": trace},
    )


def _run(trace: Trace) -> tuple[Attributes, tuple[Provenance, ...]]:
    """Tell of the run: when, on which machine, in which well."""
    start, finish = _moment(trace, 1), _moment(trace, 2)
    told: list[tuple[str, str | None]] = [("molecule_type", "DNA")]
    for key, value in (
        ("sample", trace.value("SMPL1")),
        ("sample_well", trace.value("TUBE1")),
        ("machine_model", trace.value("MODL1")),
        ("machine", trace.value("MCHN1")),
        ("dye", trace.value("DySN1")),
        ("polymer", trace.value("GTyp1")),
        ("basecaller", trace.value("SPAC2") and trace.value("SVER2")),
        ("run_start", start),
        ("run_finish", finish),
        ("comment", trace.value("CMNT1")),
    ):
        text = str(value).strip() if value is not None else ""
        if text:
            told.append((key, text))
    model = str(trace.value("MODL1") or "").strip()
    step = Provenance("sequenced", agent=f"ABI {model}".strip(), at=start)
    return Attributes(told), (step,)


def _moment(trace: Trace, number: int) -> str:
    day, clock = trace.value(f"RUND{number}"), trace.value(f"RUNT{number}")
    if not isinstance(day, date):
        return ""
    return f"{day}T{clock.replace(microsecond=0)}" if isinstance(clock, time) else str(day)


def quality_span(quality: bytes, cutoff: float = 0.05) -> tuple[int, int]:
    """Find the part of a read that is worth keeping, by Richard Mott's algorithm.

    Each base scores `cutoff` minus its probability of being wrong, ``10 ** (-Q / 10)``; the part
    with the highest sum of scores is kept (the documentation of phred,
    http://www.phrap.org/phredphrap/phred.html, "modified Mott trimming algorithm").

    Parameters
    ----------
    quality : bytes
        Phred scores.
    cutoff : float, default 0.05
        The probability of an error that a base may have at most, to be worth something.

    Returns
    -------
    start, end : int
        Half-open; the first of several equal parts; both 0 where no base is worth anything.

    Examples
    --------
    >>> quality_span(bytes([2, 3, 30, 40, 2, 40, 40, 5, 3]))
    (5, 7)
    """
    worth = [cutoff - 10.0 ** (-score / 10) for score in range(256)]
    best = total = 0.0
    span = (0, 0)
    start = 0
    for index, score in enumerate(quality):
        total += worth[score]
        if total <= 0:
            total, start = 0.0, index + 1
        elif total > best:
            best, span = total, (start, index + 1)
    return span


def trim(record: Record, cutoff: float = 0.05) -> Record:
    """Cut the ends of a read off whose quality is poor; features and the trace follow.

    Parameters
    ----------
    record : Record
        With quality.
    cutoff : float, default 0.05
        As in `quality_span`.

    Raises
    ------
    SequenceError
        The record has no quality.
    """
    if record.quality is None:
        raise SequenceError("there is no quality to trim by", record=record.name)
    start, end = quality_span(record.quality, cutoff)
    trimmed = extract(record, start, end)
    trace = record.extras.get("abi")
    if isinstance(trace, Trace):
        trace = replace(trace, start=trace.start + start, end=trace.start + end)
        trimmed = trimmed.changed(extras={**trimmed.extras, "abi": trace})
    return trimmed


FORMATS = (
    Format(
        name="abi",
        title="ABI sequencing trace",
        extensions=(".ab1", ".abi", ".ab!", ".fsa"),
        sniff=_sniff,
        read=_read,
    ),
)
