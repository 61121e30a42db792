"""Translation of annotated genes: what a CDS feature and its qualifiers say, read together."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from biowright.core import (
    Attributes,
    BiowrightError,
    Feature,
    Location,
    Record,
    Sequence,
    SequenceError,
)

from .codes import GeneticCode, genetic_code
from .iupac import masks, nucleotides
from .translation import codon_indices, codon_tables, protein_of

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

__all__ = ["Codons", "read_codons", "translate_feature"]

_EXCEPTION = re.compile(r"\(\s*pos:\s*([^,]*(?:,[^,:]*)*),\s*aa:\s*([A-Za-z*]+)\s*\)")
_RANGE = re.compile(r"(\d{1,18})(?:\.\.(\d{1,18}))?")
# https://www.insdc.org/submitting-standards/feature-table/ section 7.4.3, with the words for a stop
# and for an unlisted amino acid of the qualifier /transl_except
_AMINO_ACIDS = {
    "ala": "A",
    "arg": "R",
    "asn": "N",
    "asp": "D",
    "asx": "B",
    "cys": "C",
    "gln": "Q",
    "glu": "E",
    "glx": "Z",
    "gly": "G",
    "his": "H",
    "ile": "I",
    "leu": "L",
    "lys": "K",
    "met": "M",
    "fmet": "M",
    "phe": "F",
    "pro": "P",
    "pyl": "O",
    "sec": "U",
    "ser": "S",
    "thr": "T",
    "trp": "W",
    "tyr": "Y",
    "val": "V",
    "xaa": "X",
    "xle": "J",
    "other": "X",
    "term": "*",
}


def translate_feature(
    record: Record, feature: Feature, code: GeneticCode | int | str | None = None
) -> Sequence:
    """Translate a coding sequence as its annotation says.

    The parts of the location are read one after the other, so that introns, ribosomal slippage and
    trans-splicing need nothing more. ``/codon_start`` shifts the first codon, ``/transl_table``
    gives the code, ``/transl_except`` exchanges single residues (``aa:Sec``, ``aa:Pyl``,
    ``aa:TERM``, ``aa:OTHER``), on either strand, in joins and across the origin. A start codon of
    the code is M, unless the 5' end is partial or ``/codon_start`` skips letters. One stop at the
    end is left out. One or two letters that are left at the end count where they decide the amino
    acid. Stops inside, as pseudogenes (``/pseudo``) have them, stay as ``*``. What ``/exception``
    says in words (RNA editing and the like) cannot be computed: the translation is that of the
    letters that are there.

    Parameters
    ----------
    record : Record
    feature : Feature
    code : GeneticCode, int or str, optional
        For a feature without ``/transl_table``; 1 by default.

    Returns
    -------
    Sequence
        A protein, as it stands in ``/translation``.

    Raises
    ------
    SequenceError
        The record is a protein; a qualifier cannot be read, or does not fit the location.
    LocationError
        A part of the location lies outside of the record, or in another one.
    InputError
        There is no such genetic code.

    Examples
    --------
    >>> said = Attributes({"transl_table": "11", "transl_except": "(pos:complement(7..9),aa:Sec)"})
    >>> gene = Feature("CDS", Location.of((3, 15), strand=-1), said)
    >>> str(translate_feature(Record(Sequence("GGGTTATCATTTCATGGG")), gene))
    'MKU'
    """
    try:
        return _translated(record, feature, code)
    except BiowrightError as error:
        raise error.located(record=record.name or None) from None


def _translated(record: Record, feature: Feature, code: GeneticCode | int | str | None) -> Sequence:
    qualifiers = feature.qualifiers
    table = qualifiers.first("transl_table")
    chosen = genetic_code(table if table else 1 if code is None else code)
    skipped = _codon_start(qualifiers)
    letters = feature.extract(nucleotides(record)).data[skipped:]
    tables = codon_tables(chosen)
    codons = codon_indices(masks(letters))[::3]
    residues = bytearray(tables.forward[codons].tobytes())
    left = len(letters) % 3
    if left:
        padded = codon_indices(masks(letters[-left:] + b"NN"[: 3 - left]))
        last = tables.forward[padded].tobytes()
        if last not in b"XBZJ-*":
            residues += last
    whole_start = not skipped and not _partial(feature.location, 0)
    if len(codons) and whole_start and tables.starts[codons[0]]:
        residues[0] = ord("M")
    exceptions = _exceptions(record, feature, skipped)
    for index, residue in exceptions.items():
        if index == len(residues):
            residues.append(ord(residue))  # a stop that the poly(A) tail completes
        else:
            residues[index] = ord(residue)
    # at the end of a gene a dual codon stops, unless /transl_except says what it is
    dual_end = (
        len(codons) > 0
        and not left
        and len(codons) - 1 not in exceptions
        and not _partial(feature.location, -1)
        and bool(tables.stops[codons[-1]])
    )
    if dual_end or residues.endswith(b"*"):
        del residues[-1]
    return protein_of(bytes(residues))


@dataclass(frozen=True, slots=True, eq=False)
class Codons:
    """The codons of an annotated gene: where their letters lie, and what they mean.

    Parameters
    ----------
    positions : ndarray of int64, shape (n, 3)
        The place of each letter in the record, in the order in which the gene is read.
    strands : ndarray of int64, shape (n,)
        +1 or -1 where the three letters lie side by side on one strand, 0 where an intron or a
        shift of the frame parts them.
    code : GeneticCode
    excepted : tuple of int
        The codons that ``/transl_except`` speaks of.
    start, stop : bool
        Whether the first codon is the start and the last one the end of translation (a partial
        gene has none).
    """

    positions: npt.NDArray[np.int64]
    strands: npt.NDArray[np.int64]
    code: GeneticCode
    excepted: tuple[int, ...]
    start: bool
    stop: bool


def read_codons(
    record: Record, feature: Feature, code: GeneticCode | int | str | None = None
) -> Codons:
    """Find the codons of a coding sequence as its annotation says; see `translate_feature`.

    Letters after the last whole codon belong to none.

    Examples
    --------
    >>> gene = Feature("CDS", Location.of((3, 12), strand=-1))
    >>> codons = read_codons(Record(Sequence("GGGTTATTTCATGGG")), gene)
    >>> codons.positions.tolist(), codons.strands.tolist(), codons.start, codons.stop
    ([[11, 10, 9], [8, 7, 6], [5, 4, 3]], [-1, -1, -1], True, True)
    """
    import numpy as np

    try:
        table = feature.qualifiers.first("transl_table")
        chosen = genetic_code(table if table else 1 if code is None else code)
        skipped = _codon_start(feature.qualifiers)
        letters = feature.extract(nucleotides(record)).data[skipped:]
        excepted = _exceptions(record, feature, skipped)
    except BiowrightError as error:
        raise error.located(record=record.name or None) from None
    length = len(record)
    pieces = [
        np.arange(part.start, part.end)[:: part.strand] % max(length, 1)
        for part in feature.location.local
    ]
    signs = [np.full(len(part), part.strand) for part in feature.location.local]
    count = len(letters) // 3
    places = np.concatenate(pieces)[skipped : skipped + 3 * count].reshape(-1, 3)
    strands = np.concatenate(signs)[skipped : skipped + 3 * count].reshape(-1, 3)
    steps = np.diff(places, axis=1)
    if record.circular:
        steps = (steps + 1) % max(length, 3) - 1  # over the origin, one letter is one step
    together = (steps == strands[:, :1]).all(axis=1) & (strands == strands[:, :1]).all(axis=1)
    tables = codon_tables(chosen)
    codons = codon_indices(masks(letters))[: 3 * count : 3]
    start = count > 0 and not skipped and not _partial(feature.location, 0)
    stop = count > 0 and not len(letters) % 3 and not _partial(feature.location, -1)
    return Codons(
        places,
        np.where(together, strands[:, 0], 0),
        chosen,
        tuple(excepted),
        start and bool(tables.starts[codons[0]]),
        stop and bool(tables.stops[codons[-1]]),
    )


def _codon_start(qualifiers: Attributes) -> int:
    text = qualifiers.first("codon_start")
    if text is None:
        return 0
    if text.strip() not in ("1", "2", "3"):
        raise SequenceError(f"/codon_start={text}", expected="1, 2 or 3")
    return int(text) - 1


def _partial(location: Location, end: int) -> bool:
    """Tell whether the 5' end (0) or the 3' end (-1) goes on outside of the feature."""
    part = location.parts[end]
    left = (part.strand == 1) == (end == 0)
    return (part.start_fuzz if left else part.end_fuzz) is not None


def _exceptions(record: Record, feature: Feature, skipped: int) -> dict[int, str]:
    """Read /transl_except: which residue, by its index in the protein, is which amino acid."""
    texts = [v for k, v in feature.qualifiers.pairs if k == "transl_except"]
    if not texts:
        return {}
    length = len(record)
    order: dict[int, int] = {}
    for index, position in enumerate(
        feature.location.positions(length if record.circular else None)
    ):
        order.setdefault(position, index - skipped)
    total = len(feature.location) - skipped
    found = {}
    for text in texts:
        match = _EXCEPTION.fullmatch((text or "").strip())
        residue = _AMINO_ACIDS.get(match[2].lower()) if match else None
        if match is None or residue is None:
            raise SequenceError(
                f"/transl_except={text} cannot be read",
                expected="(pos:location,aa:amino acid), such as (pos:213..215,aa:Trp)",
            )
        places = set()
        for low, high in _RANGE.findall(match[1]):
            if int(high or low) - int(low) > 2:
                raise SequenceError(f"/transl_except={text} covers more than a codon")
            places |= {order.get(at - 1, -1) for at in range(int(low), int(high or low) + 1)}
        index = min(places, default=-1) // 3
        codon = set(range(3 * index, min(3 * index + 3, total)))
        if places != codon or not codon:
            raise SequenceError(
                f"/transl_except={text} is no codon of the feature at {feature.location}",
                expected="the positions of one codon, counted from 1 in the record",
                hint="was the record edited? this qualifier then has to be moved too",
            )
        found[index] = residue
    return dict(sorted(found.items()))
