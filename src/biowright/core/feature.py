"""Features, and the table that holds a record's features so that editing a genome stays cheap."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from collections.abc import Sequence as SequenceABC
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, overload

from .attributes import Attributes
from .location import Location
from .sequence import Sequence

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Ints = npt.NDArray[np.int64]

__all__ = ["Feature", "FeatureTable"]

CUT_NOTE = "cut: "


@dataclass(frozen=True, slots=True)
class Feature:
    """Something that lies at a place of a sequence and has a meaning.

    Parameters
    ----------
    type : str
        The feature key of the INSDC feature table (``CDS``, ``promoter``, ``misc_feature`` ...), or the
        name of a Sequence Ontology term where the source gave one.
    location : Location
    qualifiers : Attributes, default empty
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

    @property
    def label(self) -> str:
        """The name that a reader would give it: label, gene, product, ... or its type."""
        for key in _LABEL_KEYS:
            value = self.qualifiers.first(key)
            if value:
                return value
        return self.type

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


class FeatureTable(SequenceABC[Feature]):
    """The features of a record, in their order: an immutable sequence.

    Moving the features of a genome by an edit must not build ten thousand objects, so the table holds
    the features as they were once made and, for each, the affine map ``x -> sign * x + offset`` that
    edits have moved it by; a feature is built when it is asked for.

    Parameters
    ----------
    features : iterable of Feature

    Examples
    --------
    >>> table = FeatureTable([Feature("gene", Location.of((10, 20)))])
    >>> table.moved(offset=5)[0].location.start
    15
    """

    __slots__ = ("_bounds", "_state")

    # (features as made, sign and offset of each or None); one attribute, so that it changes at once
    _state: tuple[tuple[Feature, ...], Ints | None, Ints | None]
    _bounds: tuple[Ints, Ints] | None

    def __init__(self, features: Iterable[Feature] = ()) -> None:
        self._state = (tuple(features), None, None)
        self._bounds = None

    @classmethod
    def _with(
        cls,
        base: tuple[Feature, ...],
        sign: Ints | None,
        offset: Ints | None,
        bounds: tuple[Ints, Ints] | None,
    ) -> FeatureTable:
        table = cls.__new__(cls)
        table._state = (base, sign, offset)
        table._bounds = bounds
        return table

    def __len__(self) -> int:
        return len(self._state[0])

    @overload
    def __getitem__(self, index: int) -> Feature: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Feature, ...]: ...
    def __getitem__(self, index: int | slice) -> Feature | tuple[Feature, ...]:
        """Give one feature, or a tuple of them."""
        base, sign, offset = self._state
        if isinstance(index, slice):
            if offset is None:
                return base[index]
            return tuple(self[i] for i in range(*index.indices(len(base))))
        feature = base[index]
        if offset is None or sign is None:
            return feature
        return _mapped(feature, int(sign[index]), int(offset[index]))

    def __iter__(self) -> Iterator[Feature]:
        return iter(self._built())

    def _built(self) -> tuple[Feature, ...]:
        base, sign, offset = self._state
        if sign is None or offset is None:
            return base
        made = tuple(map(_mapped, base, sign.tolist(), offset.tolist()))
        self._state = (made, None, None)  # the same value, built once
        return made

    def __eq__(self, other: object) -> bool:
        if isinstance(other, FeatureTable):
            return self._built() == other._built()
        if isinstance(other, tuple):
            return self._built() == other
        return NotImplemented

    def __hash__(self) -> int:
        return hash(self._built())

    def __repr__(self) -> str:
        return f"FeatureTable({list(self._built())!r})"

    def __reduce__(self) -> tuple[object, ...]:
        return FeatureTable, (self._built(),)

    def __add__(self, other: Iterable[Feature]) -> FeatureTable:
        return FeatureTable((*self._built(), *other))

    def bounds(self) -> tuple[Ints, Ints]:
        """Give the leftmost start and the rightmost end of each feature.

        Returns
        -------
        starts, ends : ndarray of int64, shape (n,)
            An end above the record's length belongs to a feature over the origin.
        """
        if self._bounds is None:
            import numpy as np

            base, sign, offset = self._state
            starts = np.fromiter((f.location.start for f in base), np.int64, len(base))
            ends = np.fromiter((f.location.end for f in base), np.int64, len(base))
            if sign is not None and offset is not None:
                low, high = sign * starts + offset, sign * ends + offset
                starts, ends = np.minimum(low, high), np.maximum(low, high)
            self._bounds = (starts, ends)
        return self._bounds

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
        sign, old = self._maps()
        starts, ends = self.bounds()
        return FeatureTable._with(
            self._state[0], sign, old + offset, (starts + offset, ends + offset)
        )

    def mirrored(self, length: int) -> FeatureTable:
        """Give the table as seen from the other strand of a sequence of that length."""
        sign, offset = self._maps()
        starts, ends = self.bounds()
        return FeatureTable._with(
            self._state[0], -sign, length - offset, (length - ends, length - starts)
        )

    def replaced(self, features: dict[int, Feature]) -> FeatureTable:
        """Give the table with some features, named by their index, exchanged."""
        if not features:
            return self
        sign, offset = (array.copy() for array in self._maps())
        starts, ends = (array.copy() for array in self.bounds())
        base = list(self._state[0])
        for index, feature in features.items():
            base[index] = feature
            sign[index], offset[index] = 1, 0
            starts[index], ends[index] = feature.location.start, feature.location.end
        return FeatureTable._with(tuple(base), sign, offset, (starts, ends))

    def _maps(self) -> tuple[Ints, Ints]:
        base, sign, offset = self._state
        if sign is None or offset is None:
            import numpy as np

            return np.ones(len(base), np.int64), np.zeros(len(base), np.int64)
        return sign, offset


def _mapped(feature: Feature, sign: int, offset: int) -> Feature:
    if sign == 1:
        if not offset:
            return feature
        location = feature.location.shifted(offset)
    else:
        location = feature.location.mirrored(offset)
    return Feature(feature.type, location, feature.qualifiers, feature.id)
