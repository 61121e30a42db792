"""Features, and the table that holds a record's features so that editing a genome stays cheap."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from collections.abc import Sequence as SequenceABC
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple, overload

from .attributes import Attributes
from .errors import InputError
from .location import Location, Span
from .sequence import Sequence

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Ints = npt.NDArray[np.int64]

__all__ = ["Feature", "FeatureTable"]

CUT_NOTE = "cut: "
# qualifiers that hold positions of the record in their text
ANCHORS = frozenset({"transl_except", "anticodon", "tag_peptide", "rpt_unit_range"})


@dataclass(frozen=True, slots=True)
class Feature:
    """Something that lies at a place of a sequence and has a meaning.

    Parameters
    ----------
    type : str
        The feature key of the INSDC feature table (``CDS``, ``promoter``, ``misc_feature`` ...),
        or the name of a Sequence Ontology term where the source gave one.
    location : Location
        A single `Span` is taken as well.
    qualifiers : Attributes, or what makes one, default empty
        Ordered; a key may repeat; a value of None is a flag.
    id : str, default ""
        The identity in the source (a GFF3 ID, an SBOL URI), if it gave one.

    Examples
    --------
    >>> gene = Feature("CDS", Location.of((0, 6)), Attributes({"gene": "abc"}))
    >>> gene.label
    'abc'
    """

    type: str
    location: Location
    qualifiers: Attributes = field(default_factory=Attributes)
    id: str = ""

    def __post_init__(self) -> None:
        if not isinstance(self.location, Location):
            if not isinstance(self.location, Span):
                raise InputError(
                    f"the location of a feature is {self.location!r}", expected="a Location"
                )
            object.__setattr__(self, "location", Location((self.location,)))
        if not isinstance(self.qualifiers, Attributes):
            object.__setattr__(self, "qualifiers", Attributes(self.qualifiers))

    @property
    def label_key(self) -> str | None:
        """The qualifier that its label is read from, None where it has no name of its own."""
        for key in _LABEL_KEYS:
            value = self.qualifiers.first(key)
            if value and not value.startswith(CUT_NOTE):
                return key
        return None

    @property
    def label(self) -> str:
        """The name that a reader would give it: label, gene, product, ... or its type."""
        key = self.label_key
        return self.type if key is None else self.qualifiers.first(key, self.type)

    @property
    def cuts(self) -> tuple[str, ...]:
        """What edits took away from the feature, oldest first; empty for an intact one."""
        return tuple(
            value.removeprefix(CUT_NOTE)
            for key, value in self.qualifiers.pairs
            if key == "note" and value is not None and value.startswith(CUT_NOTE)
        )

    def marked(self, cut: str) -> Feature:
        """Give the feature with a note of what an edit took away from it."""
        return replace(self, qualifiers=self.qualifiers.added("note", CUT_NOTE + cut))

    def extract(self, sequence: Sequence) -> Sequence:
        """Read the feature's letters from a sequence, 5'→3'."""
        return self.location.extract(sequence)


_LABEL_KEYS = (
    "label",
    "gene",
    "standard_name",
    "ApEinfo_label",
    "Name",
    "name",
    "product",
    "locus_tag",
    "note",
    "organism",
)


class Extents(NamedTuple):
    """Where the parts of each feature of a table lie: four arrays of int64, shape (n,).

    An end above the record's length belongs to a part over the origin.
    """

    first_start: Ints
    last_start: Ints
    first_end: Ints
    last_end: Ints


class FeatureTable(SequenceABC[Feature]):
    """The features of a record, in their order: an immutable sequence.

    Moving the features of a genome by an edit must not build ten thousand objects, so the table
    holds the features as they were once made and, for each, a sign and an offset, the affine map
    that edits have moved it by; a feature is built when it is asked for.

    Parameters
    ----------
    features : iterable of Feature

    Examples
    --------
    >>> table = FeatureTable([Feature("gene", Location.of((10, 20)))])
    >>> table.moved(offset=5)[0].location.start
    15
    """

    __slots__ = ("_state",)

    # the features as made; sign and offset of each, None where no map is needed; the extents of the
    # features as made and the indices of those with positions in their qualifiers, once somebody
    # asked. One attribute, so that all of it changes at once.
    _state: tuple[
        tuple[Feature, ...], Ints | None, Ints | None, Extents | None, tuple[int, ...] | None
    ]

    def __init__(self, features: Iterable[Feature] = ()) -> None:
        made = tuple(features)
        for feature in made:
            if not isinstance(feature, Feature):
                raise InputError(f"{feature!r} is no feature", expected="a Feature")
        self._state = (made, None, None, None, None)

    @classmethod
    def _with(
        cls,
        base: tuple[Feature, ...],
        sign: Ints | None,
        offset: Ints | None,
        extents: Extents | None,
        anchored: tuple[int, ...] | None,
    ) -> FeatureTable:
        table = cls.__new__(cls)
        table._state = (base, sign, offset, extents, anchored)
        return table

    def __len__(self) -> int:
        return len(self._state[0])

    @overload
    def __getitem__(self, index: int) -> Feature: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Feature, ...]: ...
    def __getitem__(self, index: int | slice) -> Feature | tuple[Feature, ...]:
        """Give one feature, or a tuple of them."""
        base, sign, offset = self._state[:3]
        if isinstance(index, slice):
            if offset is None:
                return base[index]
            return tuple(self[i] for i in range(*index.indices(len(base))))
        feature = base[index]
        if offset is None:
            return feature
        return _mapped(feature, 1 if sign is None else int(sign[index]), int(offset[index]))

    def __iter__(self) -> Iterator[Feature]:
        return iter(self._built())

    def _built(self) -> tuple[Feature, ...]:
        base, sign, offset, extents, anchored = self._state
        if offset is None:
            return base
        signs = [1] * len(base) if sign is None else sign.tolist()
        made = tuple(map(_mapped, base, signs, offset.tolist()))
        # the same value, built once
        self._state = (made, None, None, extents and self.extents(), anchored)
        return made

    def __eq__(self, other: object) -> bool:
        if isinstance(other, FeatureTable):
            if self._state is other._state:
                return True
            return len(self) == len(other) and self._built() == other._built()
        if isinstance(other, tuple | list):
            return self._built() == tuple(other)
        return NotImplemented

    def __hash__(self) -> int:
        return hash(self._built())

    def __repr__(self) -> str:
        return f"FeatureTable({list(self._built())!r})"

    def __reduce__(self) -> tuple[object, ...]:
        return FeatureTable, (self._built(),)

    def __add__(self, other: Iterable[Feature]) -> FeatureTable:
        added = tuple(other)
        if not added:
            return self
        base, sign, offset, extents, _ = self._state
        if offset is None:
            return FeatureTable((*base, *added))
        import numpy as np

        return FeatureTable._with(
            (*base, *added),
            None if sign is None else np.append(sign, np.ones(len(added), np.int64)),
            np.append(offset, np.zeros(len(added), np.int64)),
            extents and Extents(*map(np.append, extents, _extents(added))),
            None,
        )

    def extents(self) -> Extents:
        """Give the leftmost and rightmost starts and ends of each feature's parts in this record.

        A feature with no part in this record is given as -1.
        """
        base, sign, offset, extents, anchored = self._state
        if extents is None:
            extents = _extents(base)
            self._state = (base, sign, offset, extents, anchored)
        if offset is None:
            return extents
        import numpy as np

        moved = Extents(*(bound + offset for bound in extents))
        if sign is not None:
            forward = sign > 0
            mirror = [offset - bound for bound in reversed(extents)]
            moved = Extents(*map(np.where, [forward] * 4, moved, mirror))
        # no map moves what lies in another record
        for index in (extents.first_start == -1).nonzero()[0] if len(base) else ():
            for bound in moved:
                bound[index] = -1
        return moved

    def anchored(self) -> tuple[int, ...]:
        """Give the indices of the features whose qualifiers hold positions (``/transl_except``)."""
        base, sign, offset, extents, anchored = self._state
        if anchored is None:
            anchored = tuple(i for i, feature in enumerate(base) if _is_anchored(feature))
            self._state = (base, sign, offset, extents, anchored)
        return anchored

    def bounds(self) -> tuple[Ints, Ints]:
        """Give the leftmost start and the rightmost end of each feature.

        Returns
        -------
        starts, ends : ndarray of int64, shape (n,)
            An end above the record's length belongs to a feature over the origin.
        """
        extents = self.extents()
        return extents.first_start, extents.last_end

    def overlapping(self, start: int, end: int, length: int | None = None) -> list[int]:
        """Give the indices of the features whose bounds share a letter with start..end, in order.

        Parameters
        ----------
        start, end : int
        length : int, optional
            The length of a circular record: windows and features may then cross its origin.
        """
        starts, ends = self.bounds()
        hit = (starts < end) & (start < ends)
        if length:
            hit |= (starts < end + length) & (start + length < ends)
            hit |= (starts < end - length) & (start - length < ends)
        return [int(i) for i in hit.nonzero()[0]]

    def moved(self, offset: int | Ints) -> FeatureTable:
        """Give the table with every feature moved by `offset`, one number or one a feature."""
        base, sign, old, extents, anchored = self._state
        return FeatureTable._with(base, sign, self._offset(old) + offset, extents, anchored)

    def mirrored(self, length: int | Ints) -> FeatureTable:
        """Give the table as seen from the other strand: every ``x`` becomes ``length - x``.

        Parameters
        ----------
        length : int, or ndarray of int64 with one number a feature
            The length of the sequence; twice that for a feature over the origin of a circle.
        """
        base, sign, old, extents, anchored = self._state
        if sign is None:
            import numpy as np

            sign = np.ones(len(base), np.int64)
        return FeatureTable._with(base, -sign, length - self._offset(old), extents, anchored)

    def replaced(self, features: Mapping[int, Feature]) -> FeatureTable:
        """Give the table with some features, named by their index, exchanged."""
        if not features:
            return self
        base, sign, offset, extents, anchored = self._state
        changed = list(base)
        for index, feature in features.items():
            changed[index] = feature
        rows = list(features)
        if sign is not None:
            sign = sign.copy()
            sign[rows] = 1
        if offset is not None:
            offset = offset.copy()
            offset[rows] = 0
        if extents is not None:
            fresh = _extents(features.values())
            extents = Extents(*(bound.copy() for bound in extents))
            for bound, values in zip(extents, fresh, strict=True):
                bound[rows] = values
        if anchored is not None:
            fresh_ones = {i for i, feature in features.items() if _is_anchored(feature)}
            anchored = tuple(sorted((set(anchored) - features.keys()) | fresh_ones))
        return FeatureTable._with(tuple(changed), sign, offset, extents, anchored)

    def selected(self, indices: SequenceABC[int] | Ints) -> FeatureTable:
        """Give the table of some features only, named by their indices, in that order."""
        import numpy as np

        base, sign, offset, extents, _ = self._state
        rows = np.asarray(indices, np.int64)
        return FeatureTable._with(
            tuple([base[i] for i in rows.tolist()]),
            None if sign is None else sign[rows],
            None if offset is None else offset[rows],
            extents and Extents(*(bound[rows] for bound in extents)),
            None,
        )

    def _offset(self, offset: Ints | None) -> Ints:
        if offset is not None:
            return offset
        import numpy as np

        return np.zeros(len(self), np.int64)


def _extents(features: Collection[Feature]) -> Extents:
    import numpy as np

    values: list[tuple[int, int, int, int]] = []
    for feature in features:
        parts = feature.location.parts
        part = parts[0]
        if len(parts) == 1 and part.accession is None:
            values.append((part.start, part.start, part.end, part.end))
            continue
        parts = feature.location.local
        if not parts:
            values.append((-1, -1, -1, -1))
            continue
        starts = [part.start for part in parts]
        ends = [part.end for part in parts]
        values.append((min(starts), max(starts), min(ends), max(ends)))
    return Extents(*np.array(values, np.int64).reshape(-1, 4).T.copy())


def _is_anchored(feature: Feature) -> bool:
    return any(key in ANCHORS for key, _ in feature.qualifiers.pairs)


def _mapped(feature: Feature, sign: int, offset: int) -> Feature:
    if sign == 1:
        if not offset:
            return feature
        location = feature.location.shifted(offset)
    else:
        location = feature.location.mirrored(offset)
    return Feature(feature.type, location, feature.qualifiers, feature.id)
