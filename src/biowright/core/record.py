"""Records: a sequence with its name, features, annotations, references and provenance."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from .attributes import Attributes
from .errors import SequenceError
from .feature import Feature, FeatureTable
from .sequence import Molecule, Sequence, Topology

__all__ = ["Provenance", "Record", "Reference"]


@dataclass(frozen=True, slots=True)
class Reference:
    """A publication or submission that a record, or a part of it, goes back to.

    Parameters
    ----------
    title, authors, journal, consortium, remark : str
    pubmed, medline, doi : str
    bases : tuple of (start, end)
        The parts that it is about, 0-based and half-open; empty means no statement.
    scope : str
        What stands after the number in GenBank's REFERENCE line where it is no range of bases.
    """

    title: str = ""
    authors: str = ""
    journal: str = ""
    consortium: str = ""
    pubmed: str = ""
    medline: str = ""
    doi: str = ""
    remark: str = ""
    bases: tuple[tuple[int, int], ...] = ()
    scope: str = ""


@dataclass(frozen=True, slots=True)
class Provenance:
    """One step that made a record what it is (W3C PROV's activity, agent and used entities).

    Parameters
    ----------
    activity : str
        What was done, for a reader: ``read``, ``delete 12 nt at 100``.
    agent : str
        Who or what did it, with its version.
    used : tuple of str
        What went in: paths, checksums, identities.
    at : str, optional
        When, in ISO 8601.
    """

    activity: str
    agent: str = ""
    used: tuple[str, ...] = ()
    at: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """A sequence and everything that is said about it.

    Parameters
    ----------
    sequence : Sequence
    name : str
        The short name (GenBank's LOCUS name, FASTA's first word).
    id : str
        The identity in its source: accession with version, or a URI.
    description : str
    features : FeatureTable, or any iterable of Feature
        In the order of the source.
    annotations : Attributes
        What the whole record says of itself, by the keys in `docs/values.md`: ``molecule_type``,
        ``division``, ``date``, ``keywords``, ``source``, ``organism``, ``taxonomy``, ``accession``,
        ``dblink``, ``comment``...
    references : tuple of Reference
    quality : bytes, optional
        Phred score of each letter, as numbers (not ASCII-coded).
    provenance : tuple of Provenance
        Oldest first. It is no part of the record's value: equality ignores it.
    extras : mapping of str to object
        What one format knows and no other, by the format's name, so that it survives a round trip.
        Equality ignores it.

    Raises
    ------
    SequenceError
        There are more or fewer quality values than letters, or the sequence is none.

    Examples
    --------
    >>> from biowright.core import Location
    >>> cds = Feature("CDS", Location.of((0, 9)))
    >>> Record(Sequence("ATGGCATAA"), "tiny", features=[cds])
    Record('tiny', 9 bp linear DNA, 1 feature)
    """

    sequence: Sequence
    name: str = ""
    id: str = ""
    description: str = ""
    features: FeatureTable = field(default_factory=FeatureTable)
    annotations: Attributes = field(default_factory=Attributes)
    references: tuple[Reference, ...] = ()
    quality: bytes | None = None
    provenance: tuple[Provenance, ...] = field(default=(), compare=False)
    extras: Mapping[str, object] = field(default_factory=dict, compare=False, repr=False)

    def __init__(
        self,
        sequence: Sequence,
        name: str = "",
        id: str = "",
        description: str = "",
        features: Iterable[Feature] = (),
        annotations: Attributes | None = None,
        references: Iterable[Reference] = (),
        quality: bytes | None = None,
        provenance: Iterable[Provenance] = (),
        extras: Mapping[str, object] | None = None,
    ) -> None:
        if not isinstance(sequence, Sequence):
            raise SequenceError(
                f"the sequence of a record is {type(sequence).__name__}",
                record=name,
                expected="a Sequence",
            )
        if quality is not None:
            quality = bytes(quality)
            if len(quality) != len(sequence):
                raise SequenceError(
                    f"{len(quality)} quality values for {len(sequence)} letters", record=name
                )
        put = object.__setattr__
        put(self, "sequence", sequence)
        put(self, "name", name)
        put(self, "id", id)
        put(self, "description", description)
        put(
            self,
            "features",
            features if isinstance(features, FeatureTable) else FeatureTable(features),
        )
        put(self, "annotations", Attributes() if annotations is None else annotations)
        put(self, "references", tuple(references))
        put(self, "quality", quality)
        put(self, "provenance", tuple(provenance))
        put(self, "extras", {} if extras is None else extras)

    __hash__ = None  # type: ignore[assignment]  # a genome is no key; use its checksum

    def __len__(self) -> int:
        return len(self.sequence)

    def __bool__(self) -> bool:
        return True

    def __repr__(self) -> str:
        unit = self.unit if self.single_stranded else "bp"
        n = len(self.features)
        return (
            f"Record({self.name!r}, {len(self):,} {unit} {self.topology} {self.molecule}, "
            f"{n:,} feature{'' if n == 1 else 's'})"
        )

    def _repr_html_(self) -> str:
        from biowright.core.notebook import record_html

        return record_html(self)

    @property
    def molecule(self) -> Molecule:
        """What the sequence is made of."""
        return self.sequence.molecule

    @property
    def topology(self) -> Topology:
        """Linear or circular."""
        return self.sequence.topology

    @property
    def circular(self) -> bool:
        """Whether the sequence is a circle."""
        return self.sequence.circular

    @property
    def single_stranded(self) -> bool:
        """Whether the molecule has one strand: proteins, RNA unless said ds-, DNA if said ss-."""
        said = self.annotations.first("molecule_type", "").lower()
        if self.molecule is Molecule.DNA:
            return said.startswith(("ss-", "single"))
        return not said.startswith(("ds-", "double"))

    @property
    def unit(self) -> str:
        """What one letter of it is called: nt, or aa in a protein."""
        return "aa" if self.molecule is Molecule.PROTEIN else "nt"

    @property
    def seguid(self) -> str:
        """The SEGUID v2 checksum that fits molecule, strands and topology."""
        from biowright.core.checksum import record_seguid

        return record_seguid(self)

    def changed(self, **changes: object) -> Record:
        """Give a copy with some fields exchanged."""
        return replace(self, **changes)  # type: ignore[arg-type]

    def extract(self, feature: Feature) -> Sequence:
        """Read a feature's letters, 5'→3'."""
        return feature.extract(self.sequence)
