"""Annotation of bare sequences: known features by homology to a library, and reading frames.

Every part of the library is laid on the sequence, on both strands and over the origin of a circle.
A hit is worth the letters that agree times the shares of its identity and of the part that it
covers; where hits lie on each other the best one stays, as in pLannotate (McGuffie and Barrick
(2021), doi:10.1093/nar/gkab374), and so does a whole feature of another kind inside of a larger one:
an operator in a promoter, a cloning site in a gene.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from biowright.bio import find_orfs
from biowright.core import (
    Attributes,
    Feature,
    InputError,
    Location,
    Molecule,
    Record,
    Sequence,
    Span,
)

from .filters import Filters
from .proteins import find_proteins
from .roles import ROLES
from .searching import index_of
from .spelling import spelled_index

if TYPE_CHECKING:
    from .library import Library
    from .parts import PartVersion

__all__ = ["Annotated", "Annotation", "annotate"]

WIGGLE = 0.15
"""Of a feature, what may lie on another one at each end."""
WHOLE = 0.95
"""The shares of identity and coverage from which a hit is the feature itself."""
SHORTEST = 14
"""Letters of the shortest feature; what is shorter is everywhere by chance."""
WINDOW, BESIDE = 60_000, 15_000
"""Letters that are translated at once, and by how many two windows overlap: a gene is shorter."""
CERTAIN = 60.0
"""The score from which a hit that is not whole is no work of chance."""
# what INSDC calls the parts of these roles; the others are misc_feature with their role as a note
_KEYS = {
    "promoter": "promoter",
    "bacterial_RNApol_promoter": "promoter",
    "RNA_polymerase_promoter": "promoter",
    "constitutive_promoter": "promoter",
    "inducible_promoter": "promoter",
    "terminator": "terminator",
    "bacterial_terminator": "terminator",
    "rho_dependent_bacterial_terminator": "terminator",
    "rho_independent_bacterial_terminator": "terminator",
    "ribosome_entry_site": "RBS",
    "Shine_Dalgarno_sequence": "RBS",
    "five_prime_UTR": "5'UTR",
    "three_prime_UTR": "3'UTR",
    "enhancer": "enhancer",
    "operator": "protein_bind",
    "protein_binding_site": "protein_bind",
    "binding_site": "misc_binding",
    "CDS": "CDS",
    "gene": "gene",
    "signal_peptide": "sig_peptide",
    "ncRNA": "ncRNA",
    "origin_of_replication": "rep_origin",
    "oriT": "oriT",
    "intron": "intron",
    "polyA_signal_sequence": "polyA_signal",
    "primer_binding_site": "primer_bind",
}


@dataclass(frozen=True, slots=True)
class Annotation:
    """A feature that was found.

    Parameters
    ----------
    start, end : int
        On the forward strand of the sequence, 0-based and half-open; over the origin of a circle
        the end is not above the start.
    strand : int
    kind : str
        The feature key.
    name : str
    identity, coverage : float
        Shares of the columns of the alignment and of the part; 1 for a reading frame.
    score : float
        What it is worth, in letters.
    number : int, optional
        Of the version in the library; None for a reading frame.
    part : str
    version : int
    protein : bool, default False
        Whether it was found by its protein; the identity is that of amino acids then.
    """

    start: int
    end: int
    strand: int
    kind: str
    name: str
    identity: float
    coverage: float
    score: float
    number: int | None = None
    part: str = ""
    version: int = 0
    protein: bool = False

    @property
    def whole(self) -> bool:
        """Whether this is the feature itself, and no fragment or relative of it."""
        return self.identity >= WHOLE and self.coverage >= WHOLE


@dataclass(frozen=True, slots=True)
class Annotated:
    """A record with the features that were found, and what they are.

    Parameters
    ----------
    record : Record
    annotations : tuple of Annotation
        By start.
    """

    record: Record
    annotations: tuple[Annotation, ...]


def annotate(
    record: Record,
    library: Library,
    *,
    identity: float = 0.8,
    coverage: float = 0.5,
    protein_identity: float = 0.5,
    orf: int = 100,
    filters: Filters | None = None,
) -> Annotated:
    """Find known features and reading frames in a sequence.

    Parameters
    ----------
    record : Record
        DNA. The features that it has stay; those found are added behind them.
    library : Library
        Whose parts are the known features.
    identity, coverage : float
        The least shares of a hit: of columns with the same base, and of the part.
    protein_identity : float, default 0.5
        The least share of equal amino acids where a coding part, or one that is a protein, is found
        by its protein: one that was recoded, or comes from another species.
    orf : int, default 100
        Reading frames from ATG to a stop of so many amino acids are added where no coding feature
        lies on them; 0 for none.
    filters : Filters, optional
        Which parts count; without them the newest versions.

    Returns
    -------
    Annotated

    Raises
    ------
    InputError
        The record is no DNA, or a share out of its range.

    Examples
    --------
    >>> import tempfile
    >>> from biowright.core import Sequence
    >>> from biowright.library import Library
    >>> library = Library.create(tempfile.mkdtemp() + "/parts")
    >>> _ = library.add([Record(Sequence("TTGACAATTAATCATCGGCTCGTATAATGTGTGG"), "pTac")])
    >>> circle = Sequence("CTCGTATAATGTGTGGACCCCCCCCTTGACAATTAATCATCGG", topology="circular")
    >>> [found] = annotate(Record(circle), library).annotations
    >>> found.name, found.start, found.end, found.coverage
    ('pTac', 25, 16, 1.0)
    """
    for share in (identity, coverage, protein_identity):
        if not 0 < share <= 1:
            raise InputError(f"a share of {share}", expected="above 0, at most 1")
    if orf < 0:
        raise InputError(f"reading frames of {orf} amino acids", expected="1 or more; 0 for none")
    if record.sequence.molecule is Molecule.PROTEIN:
        raise InputError("a protein has no such features", record=record.name)
    hits = _known(record, library, identity, coverage, filters)
    hits += _by_protein(record, library, protein_identity, coverage, filters)
    kept = _resolved(hits, len(record.sequence), record.sequence.circular)
    if orf:
        kept += _frames(record, orf, kept)
    kept.sort(key=lambda found: (found.start, -found.end, -found.strand, found.name))
    features = [*record.features, *map(_feature, kept)]
    size = len(record.sequence)
    told = (replace(found, end=found.end - size * (found.end > size)) for found in kept)
    return Annotated(replace(record, features=features), tuple(told))


def _known(
    record: Record, library: Library, identity: float, coverage: float, filters: Filters | None
) -> list[Annotation]:
    size = len(record.sequence)
    if not size or not library.last():
        return []
    allowed = library.select(filters)
    letters = record.sequence.data.upper().replace(b"U", b"T").replace(b".", b"-")
    letters = letters.replace(b"-", b"N")
    hits = index_of(library).similar(
        [Sequence(letters, topology=record.sequence.topology)],
        identity=max(identity, 0.5),
        overlap=40,
        least_score=2.0 * SHORTEST,
        allowed=None if len(allowed) == library.last() else allowed,
        limit=100_000,
    )
    numbers = list(dict.fromkeys(hits.number.tolist()))
    versions = dict(zip(numbers, library.describe(numbers), strict=True))
    found = []
    for hit in hits:
        version = versions[hit.number]
        covered = hit.end - hit.start
        if covered <= 0 and version.circular:
            covered += version.length
        share = min(covered / version.length, 1.0)
        start, end = hit.query_start, hit.query_end
        if share < coverage:
            continue
        whole = hit.identity >= WHOLE and share >= WHOLE
        if not whole and hit.score < CERTAIN:
            continue
        role = next((ROLES.get(term, term) for term in version.roles), "")
        found.append(
            Annotation(
                start,
                end,
                hit.strand,
                _KEYS.get(role, "misc_feature"),
                version.name,
                hit.identity,
                share,
                covered * hit.identity * hit.identity * share,
                hit.number,
                version.part,
                version.version,
            )
        )
    return found


def _by_protein(
    record: Record, library: Library, identity: float, coverage: float, filters: Filters | None
) -> list[Annotation]:
    """Find coding parts, and proteins, by what the reading frames of the sequence mean."""
    size = len(record.sequence)
    if not size or not library.last():
        return []
    coding = filters or Filters()
    if coding.role is None:
        coding = replace(coding, role="CDS")
    allowed = library.select(coding)
    proteins = [each.numbers for each in spelled_index(library).segments() if len(each)]
    if proteins:
        allowed = np.union1d(
            allowed, np.intersect1d(np.concatenate(proteins), library.select(filters))
        )
    if not len(allowed):
        return []
    letters = record.sequence.data.upper().replace(b"U", b"T").replace(b".", b"N")
    letters = letters.replace(b"-", b"N")
    if record.sequence.circular:
        letters += letters[: min(size - 1, BESIDE)]
    found: list[Annotation] = []
    versions: dict[int, PartVersion] = {}
    index = index_of(library)
    for first in range(0, max(len(letters) - BESIDE, 1), WINDOW):
        window = Sequence(letters[first : first + WINDOW + BESIDE])
        hits = list(
            find_proteins(
                library,
                index,
                [("", window)],
                allowed=allowed,
                identity=identity,
                evalue=1e-5,
                limit=1_000,
            )
        )
        new = [number for number in {hit.number for hit in hits} if number not in versions]
        versions.update(zip(new, library.describe(new), strict=True))
        for hit in hits:
            version = versions[hit.number]
            low, high = hit.start or 0, hit.end or 0
            covered = high - low + (version.length if high <= low else 0)
            share = min(covered / version.length, 1.0)
            start = first + (hit.query_start or 0)
            end = first + (hit.query_end or 0)
            if hit.strand != 1 or share < coverage or start >= size or end - start > size:
                continue
            found.append(
                Annotation(
                    start,
                    end,
                    hit.query_strand or 1,
                    "CDS",
                    version.name,
                    hit.identity or 0.0,
                    share,
                    # where the nucleotides say as much, they say it
                    0.95 * (end - start) * (hit.identity or 0.0) ** 2 * share,
                    hit.number,
                    version.part,
                    version.version,
                    protein=True,
                )
            )
    return found


def _resolved(hits: list[Annotation], size: int, circular: bool) -> list[Annotation]:
    """Keep the best of those that lie on each other, and whole features inside of larger ones."""
    kept: list[Annotation] = []
    for hit in sorted(hits, key=lambda hit: (-hit.score, hit.start, hit.number)):
        if all(_beside(hit, better, size, circular) for better in kept):
            kept.append(hit)
    return kept


def _beside(hit: Annotation, better: Annotation, size: int, circular: bool) -> bool:
    """Tell whether a hit may stay beside a better one."""
    long, large = hit.end - hit.start, better.end - better.start
    trim, cut = int(WIGGLE * long), int(WIGGLE * large)
    turns = (-size, 0, size) if circular else (0,)
    for turn in turns:
        low = max(hit.start + turn, better.start)
        high = min(hit.end + turn, better.end)
        if high <= low:
            continue
        inside = hit.start + turn >= better.start - trim and hit.end + turn <= better.end + trim
        if inside:
            nested = hit.whole and hit.kind != better.kind and long <= 0.7 * large
            if not nested:
                return False
        elif min(hit.end + turn - trim, better.end - cut) > max(
            hit.start + turn + trim, better.start + cut
        ):
            return False
    return True


def _frames(record: Record, least: int, kept: list[Annotation]) -> list[Annotation]:
    """Find reading frames that no coding feature explains, the longest first."""
    size = len(record.sequence)
    coding = [found for found in kept if found.kind in ("CDS", "gene")]
    made = []
    orfs = (orf for orf in find_orfs(record, minimum=least) if not orf.endless)
    for orf in sorted(orfs, key=lambda orf: (orf.start - orf.end, orf.start, -orf.strand)):
        frame = Annotation(
            orf.start,
            orf.end,
            orf.strand,
            "CDS",
            f"ORF of {len(orf.protein) - str(orf.protein).endswith('*')} amino acids",
            1.0,
            1.0,
            0.0,
        )
        if orf.end - orf.start <= size and all(
            _beside(frame, other, size, record.sequence.circular) for other in [*coding, *made]
        ):
            made.append(frame)
    return made


def _feature(found: Annotation) -> Feature:
    notes: dict[str, str | None] = {"label": found.name}
    if found.number is None:
        notes["inference"] = "ab initio prediction:open reading frame"
        notes["codon_start"] = "1"
    else:
        notes["note"] = (
            f"{found.part}.{found.version} of the library: {found.identity:.1%} identity"
            f"{' of amino acids' if found.protein else ''}, {found.coverage:.1%} covered"
        )
        notes["inference"] = f"similar to {'AA' if found.protein else 'DNA'} sequence"
    span = Span(found.start, found.end, found.strand)
    return Feature(found.kind, Location((span,)), Attributes(notes))
