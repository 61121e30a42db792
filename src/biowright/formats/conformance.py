"""What every format must do, as a check that its author runs.

>>> from biowright.formats.conformance import check_format
>>> from biowright.formats.registry import formats
>>> check_format(formats()["fasta"])
[]
"""

from __future__ import annotations

import io
import random
from collections import Counter
from collections.abc import Iterable, Iterator

from biowright.core import (
    Attributes,
    BiowrightError,
    Feature,
    InputError,
    Location,
    Molecule,
    Record,
    Sequence,
    Span,
)

from .format import Document, Format, Loss
from .registry import formats
from .source import open_source

__all__ = ["SAMPLES", "check_format"]

_LETTERS = "ATGGCAACGTTAGCCATCGGATTACAGGCGTAAGCTTGAATTCCTGCAGAAGGAGATATACC"
_JUNK = (
    b"\0",
    b"\xff\xfe\xfd",
    b"hello, world\n",
    b"just,a,table\n1,2,3\n",
    b"<?xml version='1.0'?><a/>\n",
    b"{}\n",
    bytes(range(256)),
)

SAMPLES: tuple[Record, ...] = (
    Record(Sequence(_LETTERS), "plain"),
    Record(
        Sequence(_LETTERS.lower() * 3, topology="circular"),
        "circle",
        description="a circle; with 100% of “signs” = & , | é",
        features=[
            Feature("misc_feature", Location((Span(170, 200),)), Attributes({"label": "origin"})),
            Feature(
                "CDS",
                Location.of((0, 30), (60, 90), strand=-1),
                Attributes([("gene", "abc"), ("note", "one, two; three"), ("note", "four")]),
            ),
        ],
    ),
    Record(Sequence("AUGGCUUAAUUUNRY", "RNA"), "messenger"),
    Record(Sequence("MALWMRLLPLLALLALWGPDPAAA", "protein"), "preproinsulin"),
    Record(
        Sequence("ACGTNNACGT"),
        "read",
        annotations=Attributes({"comment": "from a machine"}),
        quality=bytes(range(10, 20)),
    ),
)


def check_format(format: Format, samples: Iterable[bytes] = ()) -> list[str]:
    """Find what a format does that it must not.

    It must take its own content for its own and no other's; read what it wrote, equal up to the
    losses that it reported; write the same bytes for the same records; answer damaged or foreign
    content with records or an `InputError`, never with another exception.

    Parameters
    ----------
    format : Format
    samples : iterable of bytes, optional
        Files of the format, for one that is only read, or in addition.

    Returns
    -------
    list of str
        What is wrong; empty if nothing is.
    """
    wrong: list[str] = []
    files = list(samples)
    if format.write is not None:
        for record in SAMPLES:
            written, found = _round_trip(format, record)
            wrong += found
            files += written
    if format.write is not None and not files:
        wrong.append("it writes none of the samples")
    for file in files:
        if not format.sniff(file[: 1 << 16]):
            wrong.append(f"sniff does not know its own content: {file[:40]!r}")
        for other in formats().values():
            if other.name != format.name and other.sniff(file[: 1 << 16]):
                wrong.append(f"the format '{other.name}' takes its content too: {file[:40]!r}")
    for junk in (b"", *_JUNK):
        try:
            if format.sniff(junk):
                wrong.append(f"sniff takes {junk[:20]!r} for its own")
        except Exception as error:  # whatever it raises is the finding
            wrong.append(f"sniff({junk[:20]!r}) raises {error!r}")
    if format.read is not None:
        for damaged in (*_JUNK, *(d for file in files[:3] for d in _damaged(file))):
            wrong += _survives(format, damaged)
    return list(dict.fromkeys(wrong))


def _round_trip(format: Format, record: Record) -> tuple[list[bytes], list[str]]:
    outputs = []
    losses: list[Loss] = []
    for _ in range(2):
        output = io.BytesIO()
        try:
            assert format.write is not None
            losses = format.write([record], output)
        except InputError:
            return [], []  # a refusal is an answer
        except Exception as error:  # whatever it raises is the finding
            return [], [f"writing '{record.name}' raises {error!r}"]
        if output.closed:
            return [], ["write closes the stream that it was given"]
        outputs.append(output.getvalue())
    wrong = []
    if outputs[0] != outputs[1]:
        wrong.append(f"'{record.name}' is written differently the second time")
    if format.read is None:
        return outputs[:1], wrong
    try:
        back = list(_read(format, outputs[0]))
    except Exception as error:  # whatever it raises is the finding
        return outputs[:1], [*wrong, f"'{record.name}' is not read back: {error!r}"]
    if len(back) != 1:
        return outputs[:1], [*wrong, f"'{record.name}' comes back as {len(back)} records"]
    changed = [field for field, same in _comparison(record, back[0]) if not same]
    if changed and not losses:
        wrong.append(f"'{record.name}' comes back with another {', '.join(changed)}, and no loss")
    if "letters" in changed:
        wrong.append(f"'{record.name}' comes back with other letters")
    return outputs[:1], wrong


def _comparison(a: Record, b: Record) -> Iterator[tuple[str, bool]]:
    if a.molecule is Molecule.RNA or b.molecule is Molecule.RNA:
        yield (
            "letters",
            a.sequence.data.upper().replace(b"U", b"T")
            == (b.sequence.data.upper().replace(b"U", b"T")),
        )
    else:
        yield "letters", a.sequence.data.upper() == b.sequence.data.upper()
    yield "case", a.sequence.data == b.sequence.data
    yield "name", a.name == b.name
    yield "description", a.description == b.description
    yield "topology", a.topology is b.topology
    yield "molecule", a.molecule is b.molecule
    yield "quality", a.quality == b.quality
    mine, yours = (
        [(f.type, f.location, Counter(f.qualifiers.pairs)) for f in r.features] for r in (a, b)
    )
    yield "features", mine == yours
    yield "annotations", not Counter(a.annotations.pairs) - Counter(b.annotations.pairs)


def _read(format: Format, data: bytes) -> Iterator[Record]:
    assert format.read is not None
    if not data:
        return
    with open_source(io.BytesIO(data), name="sample") as source:
        records = format.read(source)
        yield from Document(records)


def _damaged(file: bytes) -> Iterator[bytes]:
    """Give a file cut off, with other line ends, and with bytes exchanged, the same each time."""
    chance = random.Random(2021)
    for share in (0.1, 0.35, 0.6, 0.85, 0.99):
        yield file[: int(len(file) * share)]
    yield file.replace(b"\n", b"\r\n")
    yield b"\xef\xbb\xbf" + file
    yield file * 2
    for _ in range(25):
        broken = bytearray(file)
        for _ in range(chance.choice((1, 3, 10))):
            broken[chance.randrange(len(broken))] = chance.choice(b"\0\n\t\"';=<>&%-9Z\xff")
        yield bytes(broken)


def _survives(format: Format, data: bytes) -> list[str]:
    try:
        for record in _read(format, data):
            if not isinstance(record, Record):
                return [f"read gives {type(record).__name__}, not Record"]
    except InputError as error:
        if not str(error) or "\n" in str(error):
            return [f"an error of more or less than a line: {str(error)!r}"]
    except BiowrightError as error:
        return [f"read raises {type(error).__name__}, which is no InputError"]
    except Exception as error:  # whatever it raises is the finding
        return [f"read raises {type(error).__name__}: {error} on {data[:60]!r}"]
    return []
